package api

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"kassa/internal/contracttest"
)

// described gives the operation of a method and pattern as the documents have it.
func described(t *testing.T, method, pattern string) *openapi3.Operation {
	t.Helper()
	docs, err := contracttest.Documents()
	if err != nil {
		t.Fatal(err)
	}
	for _, doc := range docs {
		if item := doc.Paths.Value(pattern); item != nil && item.GetOperation(method) != nil {
			return item.GetOperation(method)
		}
	}
	t.Fatalf("%s %s is in no document", method, pattern)
	return nil
}

// component gives a schema of a document by its name.
func component(t *testing.T, document, name string) *openapi3.Schema {
	t.Helper()
	docs, err := contracttest.Documents()
	if err != nil {
		t.Fatal(err)
	}
	for _, doc := range docs {
		if doc.Name == document && doc.Components.Schemas[name] != nil {
			return doc.Components.Schemas[name].Value
		}
	}
	t.Fatalf("%s has no schema %s", document, name)
	return nil
}

func TestContract_routesAndDocumentsAreTheSame(t *testing.T) {
	operations, err := contracttest.Operations()
	if err != nil {
		t.Fatal(err)
	}
	var served, documented []string
	for _, rt := range Routes() {
		served = append(served, rt.Method+" "+rt.Pattern)
	}
	for _, op := range operations {
		documented = append(documented, op.Method+" "+op.Path)
	}
	slices.Sort(served)
	slices.Sort(documented)
	if a, b := strings.Join(served, "\n"), strings.Join(documented, "\n"); a != b {
		t.Fatalf("served:\n%s\n\ndocumented:\n%s", a, b)
	}
}

// TestContract_structsAndSchemasAreTheSame holds the members that are written against those that are described: the same
// names, and what is never left out is required.
func TestContract_structsAndSchemasAreTheSame(t *testing.T) {
	for _, c := range []struct {
		document, schema string
		of               any
	}{
		{"common.yaml", "Error", errorBody{}},
		{"payments.yaml", "PaymentSessionCreated", paymentCreated{}},
		{"payments.yaml", "PaymentSession", paymentRead{}},
		{"payments.yaml", "OrderPlaced", orderPlaced{}},
		{"hpp.yaml", "HostedSessionCreated", hostedCreated{}},
		{"hpp.yaml", "HostedSession", hostedRead{}},
		{"ordermanagement.yaml", "Order", wireOrder{}},
		{"ordermanagement.yaml", "Capture", wireCapture{}},
		{"ordermanagement.yaml", "Refund", wireRefund{}},
		{"ordermanagement.yaml", "DueDateOptions", wireDueDates{}},
		{"payments.yaml", "CustomerTokenCreated", tokenCreated{}},
		{"customertoken.yaml", "CustomerToken", tokenRead{}},
		{"common.yaml", "ChargeRefused", errorBody{}},
	} {
		compare(t, c.document+" "+c.schema, component(t, c.document, c.schema), reflect.TypeOf(c.of))
	}
}

func compare(t *testing.T, at string, schema *openapi3.Schema, of reflect.Type) {
	t.Helper()
	for of.Kind() == reflect.Pointer || of.Kind() == reflect.Slice {
		if of.Kind() == reflect.Slice {
			schema = schema.Items.Value
		}
		of = of.Elem()
	}
	if of.Kind() != reflect.Struct {
		return
	}
	missing := maps.Clone(schema.Properties)
	for _, field := range members(of) {
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		if field.Anonymous { // told beside the rest by some answers alone, which have a schema of their own
			for _, inner := range members(field.Type.Elem()) {
				name, _, _ := strings.Cut(inner.Tag.Get("json"), ",")
				delete(missing, name)
			}
			continue
		}
		property := schema.Properties[name]
		if property == nil {
			t.Errorf("%s: %s is written and not described", at, name)
			continue
		}
		delete(missing, name)
		if options == "" && !slices.Contains(schema.Required, name) {
			t.Errorf("%s: %s is always there and not required", at, name)
		}
		compare(t, at+"."+name, property.Value, field.Type)
	}
	for name := range missing {
		t.Errorf("%s: %s is described and never written", at, name)
	}
}

func members(of reflect.Type) (out []reflect.StructField) {
	for i := range of.NumField() {
		out = append(out, of.Field(i))
	}
	return out
}

// TestContract_answersThatAreAlteredAreRefused takes real answers and alters each of their members in turn: one that is added
// anywhere, a required one that is dropped, a type that is another one.
func TestContract_answersThatAreAlteredAreRefused(t *testing.T) {
	w := newWorld(t)
	for _, c := range realAnswers(w) {
		x := contracttest.Exchange{Method: c.method, Path: c.path, Body: []byte(c.sent), Status: c.got.status, AnswerHeader: c.got.header}
		var body any
		if err := json.Unmarshal(c.got.body, &body); err != nil {
			t.Fatal(err)
		}
		check := func() error {
			x.Answer = encode(body)
			return contracttest.Check(x)
		}
		name := c.method + " " + c.pattern
		if err := check(); err != nil {
			t.Fatalf("%s as it came: %v", name, err)
		}
		schema := described(t, c.method, c.pattern).Responses.Status(c.got.status).Value.Content["application/json"].Schema.Value
		alter(schema, body, name, func(what string, refused bool) {
			if err := check(); (err != nil) != refused {
				t.Errorf("%s: %v", what, err)
			}
		})
	}
}

// realAnswer is an answer of the API with the operation that gave it and what was sent.
type realAnswer struct {
	method, path, pattern, sent string
	got                         answer
}

// realAnswers gives one answer of each kind.
func realAnswers(w *world) []realAnswer {
	const payments, tokens, orders, one = "/payments/v1/sessions", "/customer-token/v1/tokens", "/ordermanagement/v1/orders", "/x"
	session, authorization := w.tokenizable("buy_and_tokenize")
	made := w.post("/payments/v1/authorizations/"+authorization+"/customer-token", tokenBody)
	placed := w.post("/payments/v1/authorizations/"+authorization+"/order", swedishCart)
	order := orders + one
	at := orders + "/" + placed.text("order_id")
	capture := at + "/captures/" + w.post(at+"/captures", `{"captured_amount":6000,"description":"d","reference":"r","order_lines":[{"name":"a","quantity":1,"unit_price":1,"total_amount":1}],"shipping_info":[{"shipping_company":"DHL"}]}`).header.Get("Capture-Id")
	refund := at + "/refunds/" + w.post(at+"/refunds", `{"refunded_amount":10,"reference":"r"}`).header.Get("Refund-Id")
	hosting := `{"payment_session_url":"https://x/payments/v1/sessions/` + w.createPayment() + `"}`
	hosted := w.post("/hpp/v1/sessions", hosting)
	return []realAnswer{
		{"POST", payments, payments, swedishCart, w.post(payments, swedishCart)},
		{"POST", payments, payments, "{}", w.post(payments, "{}")},
		{"GET", payments + one, payments + "/{session_id}", "", w.get(payments + "/" + session)},
		{"POST", "/payments/v1/authorizations/x/order", "/payments/v1/authorizations/{authorization_token}/order", swedishCart, placed},
		{"POST", "/payments/v1/authorizations/x/customer-token", "/payments/v1/authorizations/{authorization_token}/customer-token", tokenBody, made},
		{"GET", tokens + one, tokens + "/{customer_token}", "", w.get(tokens + "/" + made.text("token_id"))},
		{"POST", "/hpp/v1/sessions", "/hpp/v1/sessions", hosting, hosted},
		{"GET", "/hpp/v1/sessions/x", "/hpp/v1/sessions/{session_id}", "", w.get("/hpp/v1/sessions/" + hosted.text("session_id"))},
		{"GET", order, orders + "/{order_id}", "", w.get(at)},
		{"GET", order + "/captures", orders + "/{order_id}/captures", "", w.get(at + "/captures")},
		{"GET", order + "/captures/x", orders + "/{order_id}/captures/{capture_id}", "", w.get(capture)},
		{"GET", order + "/captures/x/extend-due-date-options", orders + "/{order_id}/captures/{capture_id}/extend-due-date-options", "", w.get(capture + "/extend-due-date-options")},
		{"GET", order + "/refunds/x", orders + "/{order_id}/refunds/{refund_id}", "", w.get(refund)},
	}
}

// alter changes a value in every way, calls try, which is told whether that is to be refused, and undoes the change.
func alter(schema *openapi3.Schema, value any, at string, try func(what string, refused bool)) {
	for len(schema.AllOf) == 1 {
		schema = schema.AllOf[0].Value
	}
	switch v := value.(type) {
	case []any:
		for i := range v {
			alter(schema.Items.Value, v[i], at+"[]", try)
		}
	case map[string]any:
		v["surprise"] = "x"
		try(at+" with a surprise", true)
		delete(v, "surprise")
		for name, member := range maps.Clone(v) {
			delete(v, name)
			try(at+" without "+name, slices.Contains(schema.Required, name) || len(v) < int(schema.MinProps))
			for _, other := range []any{"", 1.5, true, []any{}, map[string]any{}, nil} {
				if reflect.TypeOf(other) == reflect.TypeOf(member) {
					continue
				}
				v[name] = other
				try(at+"."+name+" as another type", true)
			}
			v[name] = member
			alter(schema.Properties[name].Value, member, at+"."+name, try)
		}
	}
}
