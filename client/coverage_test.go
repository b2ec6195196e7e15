package client_test

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"kassa/client"
	"kassa/internal/contracttest"
	"kassa/internal/servertest"
)

// answered notes which operations of the documents a client has called with success.
type answered struct {
	t    *testing.T
	next http.RoundTripper
	mu   sync.Mutex
	seen map[contracttest.Operation]bool
}

func (a *answered) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := a.next.RoundTrip(r)
	if err != nil || resp.StatusCode > 299 {
		return resp, err
	}
	operations, failed := contracttest.Operations()
	if failed != nil {
		a.t.Error(failed)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, op := range operations {
		if _, ok := contracttest.Match(op.Path, r.URL.EscapedPath()); ok && op.Method == r.Method {
			a.seen[op] = true
		}
	}
	return resp, err
}

// secondSpelling is served under two paths: clients need one.
var secondSpelling = contracttest.Operation{
	Method: "PATCH", Path: "/ordermanagement/v1/orders/{order_id}/captures/{capture_id}/extend-due-date-options",
}

// TestCoverage_everyOperationHasAMethod calls every method of the client against a server, and holds the operations that were
// answered against the documents: what is served, the client can call.
func TestCoverage_everyOperationHasAMethod(t *testing.T) {
	s := servertest.Start(t)
	a := &answered{t: t, seen: map[contracttest.Operation]bool{secondSpelling: true}}
	api := connect(t, s, func(o *client.Options) {
		a.next = o.HTTP.Transport
		o.HTTP = &http.Client{Transport: a}
	})
	walk := newWalk(t, s, api)
	methods := reflect.TypeOf(api)
	var missing []string
	for i := range methods.NumMethod() {
		if walk.calls[methods.Method(i).Name] == nil {
			missing = append(missing, methods.Method(i).Name)
		}
	}
	if len(missing) > 0 || len(walk.calls) != methods.NumMethod() {
		t.Fatalf("no call of %v; %d calls of %d methods", missing, len(walk.calls), methods.NumMethod())
	}
	for _, name := range walk.order {
		if err := walk.calls[name](t.Context()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	operations, err := contracttest.Operations()
	if err != nil {
		t.Fatal(err)
	}
	for _, op := range operations {
		if !a.seen[op] {
			t.Errorf("no method calls %s %s", op.Method, op.Path)
		}
	}
}

// walk is a call of each method, in an order in which all succeed.
type walk struct {
	calls map[string]func(context.Context) error
	order []string
}

func (w *walk) add(name string, call func(ctx context.Context) error) {
	w.calls[name] = call
	w.order = append(w.order, name)
}

func newWalk(t *testing.T, s *servertest.Server, api *client.Client) *walk {
	w := &walk{calls: map[string]func(context.Context) error{}}
	w.sessions(t, s, api)
	w.orders(t, s, api)
	w.tokens(t, s, api)
	w.events(t, api)
	return w
}

func (w *walk) sessions(t *testing.T, s *servertest.Server, api *client.Client) {
	var payment client.PaymentSessionID
	var hosted client.HostedSessionID
	w.add("CreatePaymentSession", func(ctx context.Context) error {
		made, err := api.CreatePaymentSession(ctx, purchase("customer@email.se"))
		payment = made.SessionID
		return err
	})
	w.add("UpdatePaymentSession", func(ctx context.Context) error {
		return api.UpdatePaymentSession(ctx, payment, client.PaymentSessionUpdate{MerchantReference2: new("x")})
	})
	w.add("ReadPaymentSession", func(ctx context.Context) error { _, err := api.ReadPaymentSession(ctx, payment); return err })
	w.add("CreateHostedSession", func(ctx context.Context) error {
		made, err := api.CreateHostedSession(ctx, client.HostedSessionRequest{PaymentSessionURL: api.PaymentSessionURL(payment)})
		hosted = made.SessionID
		return err
	})
	w.add("PaymentSessionURL", func(context.Context) error { return nil }) // above
	w.add("ReadHostedSession", func(ctx context.Context) error { _, err := api.ReadHostedSession(ctx, hosted); return err })
	w.add("DistributeHostedSession", func(ctx context.Context) error {
		return api.DistributeHostedSession(ctx, hosted, client.DistributionRequest{Method: client.ByEmail, ContactInformation: client.DistributionContact{Email: "a@b.example"}})
	})
	w.add("NewDistributionToken", func(ctx context.Context) error { _, err := api.NewDistributionToken(ctx, hosted); return err })
	w.add("JudgeIdentity", func(ctx context.Context) error {
		id, challenge := identified(ctx, t, s, api)
		return api.JudgeIdentity(ctx, id, challenge, client.IDMatches)
	})
	w.add("DisableHostedSession", func(ctx context.Context) error { return api.DisableHostedSession(ctx, hosted) })
	w.add("CancelAuthorization", func(ctx context.Context) error { return api.CancelAuthorization(ctx, authorized(t, s, api)) })
}

func (w *walk) orders(t *testing.T, s *servertest.Server, api *client.Client) {
	var order client.OrderID
	var capture client.CaptureID
	var refund client.RefundID
	w.add("PlaceOrder", func(ctx context.Context) error {
		placed, err := api.PlaceOrder(ctx, authorized(t, s, api), placement())
		order = placed.OrderID
		return err
	})
	w.add("ReadOrder", func(ctx context.Context) error { _, err := api.ReadOrder(ctx, order); return err })
	w.add("AcknowledgeOrder", func(ctx context.Context) error { return api.AcknowledgeOrder(ctx, order) })
	w.add("UpdateAuthorization", func(ctx context.Context) error {
		return api.UpdateAuthorization(ctx, order, client.UpdateAuthorizationRequest{OrderAmount: 9000})
	})
	w.add("UpdateMerchantReferences", func(ctx context.Context) error {
		return api.UpdateMerchantReferences(ctx, order, client.MerchantReferences{MerchantReference1: new("x")})
	})
	w.add("UpdateShippingAddress", func(ctx context.Context) error {
		return api.UpdateShippingAddress(ctx, order, client.AddressChange{City: new("Malmö")})
	})
	w.add("AddShippingInfo", func(ctx context.Context) error { return api.AddShippingInfo(ctx, order, []client.ShippingInfo{{}}) })
	w.add("ExtendAuthorizationTime", func(ctx context.Context) error { return api.ExtendAuthorizationTime(ctx, order) })
	w.add("Capture", func(ctx context.Context) (err error) {
		capture, err = api.Capture(ctx, order, client.CaptureRequest{CapturedAmount: 5000})
		return err
	})
	w.add("ListCaptures", func(ctx context.Context) error { _, err := api.ListCaptures(ctx, order); return err })
	w.add("ReadCapture", func(ctx context.Context) error { _, err := api.ReadCapture(ctx, order, capture); return err })
	w.add("AddCaptureShippingInfo", func(ctx context.Context) error {
		return api.AddCaptureShippingInfo(ctx, order, capture, []client.ShippingInfo{{ShippingCompany: "PostNord"}})
	})
	w.add("TriggerSendOut", func(ctx context.Context) error { return api.TriggerSendOut(ctx, order, capture) })
	w.add("UpdateCaptureAddresses", func(ctx context.Context) error {
		return api.UpdateCaptureAddresses(ctx, order, capture, &client.AddressChange{City: new("Malmö")}, nil)
	})
	w.add("ReadDueDateOptions", func(ctx context.Context) error { _, err := api.ReadDueDateOptions(ctx, order, capture); return err })
	w.add("ExtendDueDate", func(ctx context.Context) error { return api.ExtendDueDate(ctx, order, capture, 10) })
	w.add("Refund", func(ctx context.Context) (err error) {
		refund, err = api.Refund(ctx, order, client.RefundRequest{RefundedAmount: 100})
		return err
	})
	w.add("ReadRefund", func(ctx context.Context) error { _, err := api.ReadRefund(ctx, order, refund); return err })
	w.add("ReleaseRemaining", func(ctx context.Context) error { return api.ReleaseRemaining(ctx, order) })
	w.add("CancelOrder", func(ctx context.Context) error { return api.CancelOrder(ctx, ordered(t, s, api)) })
}

func (w *walk) tokens(t *testing.T, s *servertest.Server, api *client.Client) {
	var token client.CustomerToken
	w.add("CreateCustomerToken", func(ctx context.Context) error {
		in := purchase("customer@email.se")
		in.Intent = client.Tokenize
		made, err := api.CreateCustomerToken(ctx, agreed(t, s, api, in, "pay_later"), client.CustomerTokenRequest{Description: "bells", IntendedUse: client.Subscriptions})
		token = made.TokenID
		return err
	})
	w.add("ReadCustomerToken", func(ctx context.Context) error { _, err := api.ReadCustomerToken(ctx, token); return err })
	w.add("ChargeCustomerToken", func(ctx context.Context) error {
		_, err := api.ChargeCustomerToken(ctx, token, client.TokenOrderRequest{PurchaseCurrency: "SEK", OrderAmount: 10000, OrderLines: bells()})
		return err
	})
	w.add("CancelCustomerToken", func(ctx context.Context) error { return api.CancelCustomerToken(ctx, token) })
}

func (w *walk) events(t *testing.T, api *client.Client) {
	w.add("Events", func(ctx context.Context) error {
		page, err := api.Events(ctx, "", 10, 10*time.Second)
		if err == nil && len(page.Events) == 0 {
			t.Error("no events")
		}
		return err
	})
	w.add("Follow", func(ctx context.Context) error {
		for _, err := range api.Follow(ctx, "") {
			return err
		}
		return nil
	})
	w.add("FollowPages", func(ctx context.Context) error {
		for _, err := range api.FollowPages(ctx, "", 10) {
			return err
		}
		return nil
	})
}

// agreed gives the token of a purchase that its consumer agreed to on the page.
func agreed(t *testing.T, s *servertest.Server, api *client.Client, in client.PaymentSessionRequest, category string) client.AuthorizationToken {
	t.Helper()
	payment, err := api.CreatePaymentSession(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	hosted, err := api.CreateHostedSession(t.Context(), client.HostedSessionRequest{PaymentSessionURL: api.PaymentSessionURL(payment.SessionID)})
	if err != nil {
		t.Fatal(err)
	}
	s.Open(t, hosted.RedirectURL).Pay(category)
	read, err := api.ReadHostedSession(t.Context(), hosted.SessionID)
	if err != nil {
		t.Fatal(err)
	}
	return read.AuthorizationToken
}

// TestCoverage_everyMemberHasAField holds the client's structs against the schemas of openapi/: what can be sent and what is told.
func TestCoverage_everyMemberHasAField(t *testing.T) {
	const om = "/ordermanagement/v1/orders/{order_id}"
	for _, c := range []struct {
		method, path string
		in, out      any // nil: the method takes or gives no struct
	}{
		{"POST", "/payments/v1/sessions", client.PaymentSessionRequest{}, client.PaymentSessionCreated{}},
		{"GET", "/payments/v1/sessions/{session_id}", nil, client.PaymentSession{}},
		{"POST", "/payments/v1/sessions/{session_id}", client.PaymentSessionUpdate{}, nil},
		{"POST", "/payments/v1/authorizations/{authorization_token}/order", client.OrderRequest{}, client.OrderPlaced{}},
		{"POST", "/payments/v1/authorizations/{authorization_token}/customer-token", client.CustomerTokenRequest{}, client.CustomerTokenCreated{}},
		{"GET", "/customer-token/v1/tokens/{customer_token}", nil, client.CustomerTokenRead{}},
		{"POST", "/customer-token/v1/tokens/{customer_token}/order", client.TokenOrderRequest{}, client.OrderPlaced{}},
		{"POST", "/hpp/v1/sessions", client.HostedSessionRequest{}, client.HostedSessionCreated{}},
		{"GET", "/hpp/v1/sessions/{session_id}", nil, client.HostedSession{}},
		{"POST", "/hpp/v1/sessions/{session_id}/distribution", client.DistributionRequest{}, nil},
		{"GET", om, nil, client.Order{}},
		{"PATCH", om + "/authorization", client.UpdateAuthorizationRequest{}, nil},
		{"PATCH", om + "/merchant-references", client.MerchantReferences{}, nil},
		{"POST", om + "/captures", client.CaptureRequest{}, nil},
		{"GET", om + "/captures", nil, []client.Capture{}},
		{"GET", om + "/captures/{capture_id}", nil, client.Capture{}},
		{"GET", om + "/captures/{capture_id}/extend-due-date-options", nil, client.DueDateOptions{}},
		{"POST", om + "/refunds", client.RefundRequest{}, nil},
		{"GET", om + "/refunds/{refund_id}", nil, client.Refund{}},
	} {
		op := operation(t, c.method, c.path)
		if c.in != nil {
			fields(t, c.method+" "+c.path+": sent", op.RequestBody.Value.Content["application/json"].Schema.Value, reflect.TypeOf(c.in))
		}
		if c.out != nil {
			for _, status := range []int{200, 201} {
				if r := op.Responses.Status(status); r != nil {
					fields(t, c.method+" "+c.path+": told", r.Value.Content["application/json"].Schema.Value, reflect.TypeOf(c.out))
				}
			}
		}
	}
}

func operation(t *testing.T, method, path string) *openapi3.Operation {
	t.Helper()
	docs, err := contracttest.Documents()
	if err != nil {
		t.Fatal(err)
	}
	for _, doc := range docs {
		if item := doc.Paths.Value(path); item != nil && item.GetOperation(method) != nil {
			return item.GetOperation(method)
		}
	}
	t.Fatalf("%s %s is in no document", method, path)
	return nil
}

// fields reports the members of a schema that a type has no field for, and the fields of members that there are not.
func fields(t *testing.T, at string, schema *openapi3.Schema, of reflect.Type) {
	t.Helper()
	for of.Kind() == reflect.Pointer || of.Kind() == reflect.Slice {
		for len(schema.AllOf) == 1 && schema.Items == nil {
			schema = schema.AllOf[0].Value
		}
		if of.Kind() == reflect.Slice {
			schema = schema.Items.Value
		}
		of = of.Elem()
	}
	if of.Kind() != reflect.Struct || of == reflect.TypeFor[time.Time]() {
		return
	}
	members := membersOf(schema)
	for name, field := range fieldsOf(of) {
		if members[name] == nil {
			if !strings.Contains(at, ": told") { // sent and told share a struct
				t.Errorf("%s: there is no member %s", at, name)
			}
			continue
		}
		fields(t, at+" "+name, members[name].Value, field)
		delete(members, name)
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		t.Errorf("%s: %s has no field in %s", at, name, of)
	}
}

func membersOf(schema *openapi3.Schema) openapi3.Schemas {
	out := maps.Clone(schema.Properties)
	if out == nil {
		out = openapi3.Schemas{}
	}
	for _, part := range schema.AllOf {
		maps.Copy(out, membersOf(part.Value))
	}
	return out
}

func fieldsOf(of reflect.Type) map[string]reflect.Type {
	out := map[string]reflect.Type{}
	for i := range of.NumField() {
		f := of.Field(i)
		if f.Anonymous {
			maps.Copy(out, fieldsOf(f.Type))
			continue
		}
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" && name != "-" {
			out[name] = f.Type
		}
	}
	return out
}

// TestCoverage_everyErrorCodeHasAConstant reads the constants of error.go: there is one for each code of the documents.
func TestCoverage_everyErrorCodeHasAConstant(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "error.go", nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if of, ok := spec.Type.(*ast.Ident); ok && of.Name == "Code" {
			value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			known[value] = true
		}
		return true
	})
	docs, err := contracttest.Documents()
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, doc := range docs {
		for name, schema := range doc.Components.Schemas {
			member := schema.Value.Properties["error_code"]
			if member == nil {
				continue
			}
			for _, code := range member.Value.Enum {
				checked++
				if !known[code.(string)] {
					t.Errorf("%s of %s has no constant", code, name)
				}
			}
		}
	}
	if checked < 25 {
		t.Fatalf("only %d codes were found", checked)
	}
}
