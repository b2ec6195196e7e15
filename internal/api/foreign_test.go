package api

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
)

const unknownID = "018f2d3c-0000-7000-8000-000000000000"

// foreignBodies are bodies that are right, for every operation that takes one. An operation that is new must be named here.
var foreignBodies = map[string]string{
	"POST /payments/v1/sessions/{session_id}":                                                   `{"merchant_reference1":"x"}`,
	"POST /payments/v1/authorizations/{authorization_token}/order":                              swedishCart,
	"POST /payments/v1/authorizations/{authorization_token}/customer-token":                     tokenBody,
	"POST /customer-token/v1/tokens/{customer_token}/order":                                     chargeBody + "}",
	"PATCH /customer-token/v1/tokens/{customer_token}/status":                                   `{"status":"CANCELLED"}`,
	"POST /hpp/v1/sessions":                                                                     `{"payment_session_url":"https://x/payments/v1/sessions/{session_id}"}`,
	"POST /hpp/v1/sessions/{session_id}/distribution":                                           `{"method":"email","contact_information":{"email":"a@b.example"}}`,
	"POST /hpp/v1/sessions/{session_id}/distribution-module/token":                              ``,
	"POST /hpp/v1/sessions/{session_id}/manual-id-check":                                        `{"challenge":"A78","verdict":"MATCH"}`,
	"POST /ordermanagement/v1/orders/{order_id}/acknowledge":                                    ``,
	"PATCH /ordermanagement/v1/orders/{order_id}/authorization":                                 `{"order_amount":9000}`,
	"POST /ordermanagement/v1/orders/{order_id}/cancel":                                         ``,
	"POST /ordermanagement/v1/orders/{order_id}/release-remaining-authorization":                ``,
	"POST /ordermanagement/v1/orders/{order_id}/extend-authorization-time":                      ``,
	"PATCH /ordermanagement/v1/orders/{order_id}/customer-details":                              `{"shipping_address":{"city":"x"}}`,
	"PATCH /ordermanagement/v1/orders/{order_id}/merchant-references":                           `{"merchant_reference1":"x"}`,
	"POST /ordermanagement/v1/orders/{order_id}/shipping-info":                                  `{"shipping_info":[{}]}`,
	"POST /ordermanagement/v1/orders/{order_id}/captures":                                       `{"captured_amount":10}`,
	"POST /ordermanagement/v1/orders/{order_id}/captures/{capture_id}/shipping-info":            `{"shipping_info":[{}]}`,
	"POST /ordermanagement/v1/orders/{order_id}/captures/{capture_id}/trigger-send-out":         ``,
	"PATCH /ordermanagement/v1/orders/{order_id}/captures/{capture_id}/extend-due-date":         `{"number_of_days":10}`,
	"PATCH /ordermanagement/v1/orders/{order_id}/captures/{capture_id}/extend-due-date-options": `{"number_of_days":10}`,
	"PATCH /ordermanagement/v1/orders/{order_id}/captures/{capture_id}/customer-details":        `{"billing_address":{"city":"x"}}`,
	"POST /ordermanagement/v1/orders/{order_id}/refunds":                                        `{"refunded_amount":10}`,
}

// withoutID are the operations that name nothing.
var withoutID = map[string]string{
	"POST /payments/v1/sessions": "what its body names is tried by TestForeign_whatABodyNamesIsUnknown",
	"GET /kassa/v1/events":       "TestEvents_ofOthersAreNeverSeen",
}

// belongings makes one of everything for the first merchant and gives the ids by wildcard. The page's session is another id than the
// payment's.
func belongings(w *world) (ids map[string]string, hosted string) {
	w.t.Helper()
	_, authorization := w.tokenizable("buy_and_tokenize")
	_, tokenize := w.tokenizable("tokenize")
	order := w.order()
	capture := w.post("/ordermanagement/v1/orders/"+order+"/captures", `{"captured_amount":100}`).want(201).header.Get("Capture-Id")
	payment := w.createPayment()
	return map[string]string{
		"session_id": payment, "authorization_token": authorization, "order_id": order, "capture_id": capture,
		"refund_id":      w.post("/ordermanagement/v1/orders/"+order+"/refunds", `{"refunded_amount":10}`).want(201).header.Get("Refund-Id"),
		"customer_token": w.post("/payments/v1/authorizations/"+tokenize+"/customer-token", tokenBody).want(200).text("token_id"),
	}, w.createHosted(payment, "").text("session_id")
}

// filled puts ids for the wildcards.
func filled(pattern string, ids map[string]string) string {
	for name, id := range ids {
		pattern = strings.ReplaceAll(pattern, "{"+name+"}", id)
	}
	return pattern
}

// told is everything that an answer says, without what is another one in every answer.
func told(a answer, ids map[string]string) string {
	header := maps.Clone(a.header)
	header.Del("Klarna-Correlation-Id")
	var lines []string
	for name, values := range header {
		if name != "Content-Length" { // ids are not all equally long
			lines = append(lines, name+": "+strings.Join(values, ", "))
		}
	}
	slices.Sort(lines)
	all := http.StatusText(a.status) + "\n" + strings.Join(lines, "\n") + "\n" + strings.ReplaceAll(string(a.body), a.header.Get("Klarna-Correlation-Id"), "CORRELATION")
	for _, id := range ids {
		all = strings.ReplaceAll(all, id, "ID")
	}
	return all
}

// TestForeign_everyRouteAnswersLikeForAnUnknownID tries the whole route table, the old names included, with another merchant's ids.
func TestForeign_everyRouteAnswersLikeForAnUnknownID(t *testing.T) {
	w := newWorld(t)
	ids, hosted := belongings(w)
	unknown := map[string]string{}
	for name := range ids {
		unknown[name] = unknownID
	}
	before := told(w.get("/ordermanagement/v1/orders/"+ids["order_id"]), nil)
	tried := 0
	for _, rt := range w.api.routes() {
		name := rt.Method + " " + strings.Replace(rt.Pattern, legacyPrefix, paymentsPrefix, 1)
		body, has := foreignBodies[name]
		if _, none := withoutID[name]; none {
			continue
		}
		if !has && rt.Method != http.MethodGet && rt.Method != http.MethodDelete {
			t.Errorf("%s has no body to be tried with", name)
			continue
		}
		if !strings.Contains(rt.Pattern+body, "{") {
			t.Errorf("%s names nothing", name)
		}
		known := maps.Clone(ids)
		if strings.HasPrefix(rt.Pattern, "/hpp/v1/sessions/") {
			known["session_id"] = hosted
		}
		as := func(merchant string, ids map[string]string) answer {
			return w.send(request{method: rt.Method, path: filled(rt.Pattern, ids), body: filled(body, ids), merchant: merchant})
		}
		foreign, missing := as("K000002_sandbox", known).want(404), as("K000002_sandbox", unknown).want(404)
		if f, m := told(foreign, known), told(missing, unknown); f != m {
			t.Errorf("%s: another merchant's id answers\n%s\nan unknown one\n%s", name, f, m)
		}
		tried++
	}
	if tried < 35 {
		t.Fatalf("only %d routes were tried", tried)
	}
	if after := told(w.get("/ordermanagement/v1/orders/"+ids["order_id"]), nil); after != before {
		t.Errorf("the order has changed: %s, was %s", after, before)
	}
	foundByTheirOwner(w, ids, hosted)
}

// foundByTheirOwner makes the same calls as the owner: they find what they name, so that they were worth trying.
func foundByTheirOwner(w *world, ids map[string]string, hosted string) {
	w.t.Helper()
	for _, rt := range Routes() {
		name := rt.Method + " " + rt.Pattern
		if _, none := withoutID[name]; none {
			continue
		}
		mine := maps.Clone(ids)
		switch {
		case name == "DELETE /hpp/v1/sessions/{session_id}":
			mine["session_id"] = w.createHosted(w.createPayment(), "").text("session_id")
		case strings.HasPrefix(rt.Pattern, "/hpp/v1/sessions/"):
			mine["session_id"] = hosted
		case strings.HasSuffix(name, "/customer-token"):
			_, mine["authorization_token"] = w.tokenizable("tokenize")
		case name == "DELETE /payments/v1/authorizations/{authorization_token}":
			mine["authorization_token"] = w.token()
		}
		if got := w.send(request{method: rt.Method, path: filled(rt.Pattern, mine), body: filled(foreignBodies[name], mine)}); got.status == 404 || got.status == 400 {
			w.t.Errorf("%s: its owner is answered %d %s", name, got.status, got.body)
		}
	}
}

// TestForeign_aPartOfAnotherOrder asks for captures and refunds of one order below another one of the same merchant, and of another.
func TestForeign_aPartOfAnotherOrder(t *testing.T) {
	w := newWorld(t)
	ids, _ := belongings(w)
	own := w.order()
	w.post("/ordermanagement/v1/orders/"+own+"/captures", `{"captured_amount":100}`).want(201)
	for _, rt := range Routes() {
		if !strings.Contains(rt.Pattern, "{capture_id}") && !strings.Contains(rt.Pattern, "{refund_id}") {
			continue
		}
		body := foreignBodies[rt.Method+" "+rt.Pattern]
		at := func(capture, refund string) (answer, map[string]string) {
			ids := map[string]string{"order_id": own, "capture_id": capture, "refund_id": refund}
			return w.send(request{method: rt.Method, path: filled(rt.Pattern, ids), body: body}), ids
		}
		other, otherIDs := at(ids["capture_id"], ids["refund_id"])
		missing, missingIDs := at(unknownID, unknownID)
		if o, m := told(other.want(404), otherIDs), told(missing.want(404), missingIDs); o != m {
			t.Errorf("%s %s: another order's part answers\n%s\nan unknown one\n%s", rt.Method, rt.Pattern, o, m)
		}
	}
}

// TestForeign_whatABodyNamesIsUnknown names another merchant's things in the body of a payment session.
func TestForeign_whatABodyNamesIsUnknown(t *testing.T) {
	w := newWorld(t)
	ids, _ := belongings(w)
	token := "/customer-token/v1/tokens/" + ids["customer_token"]
	refused := w.post(token+"/order", chargeBody+`,"step_up":"SUPPORTED","shipping_address":{"email":"a+denied@email.se"}}`).want(403)
	stepUp := refused.text("step_up_id")
	as := func(merchant, stepUp, token string) (answer, map[string]string) {
		body := strings.Replace(swedishCart, `"customer":{`, `"step_up_id":"`+stepUp+`","customer":{"customer_token":"`+token+`",`, 1)
		return w.send(request{method: "POST", path: "/payments/v1/sessions", body: body, merchant: merchant}), map[string]string{"step_up_id": stepUp, "customer_token": token}
	}
	foreign, foreignIDs := as("K000002_sandbox", stepUp, ids["customer_token"])
	missing, missingIDs := as("K000002_sandbox", unknownID, unknownID)
	if f, m := told(foreign.want(400), foreignIDs), told(missing.want(400), missingIDs); f != m {
		t.Errorf("another merchant's token answers\n%s\nan unknown one\n%s", f, m)
	}
	own, _ := as("", stepUp, ids["customer_token"])
	own.want(200)
}
