package api

import (
	"net/http"
	"testing"
)

func TestRateLimit_perMerchantAndGroup(t *testing.T) {
	w := newWorld(t)
	c := w.config(w.engine.Log)
	c.RateLimits = RateLimits{Create: 2, Other: 100}
	w.http = w.checked(New(c))
	var got answer
	for i := range 3 {
		got = w.post("/payments/v1/sessions", swedishCart)
		if left := got.header.Get("X-RateLimit-Remaining"); left != []string{"1", "0", "0"}[i] {
			t.Errorf("after %d calls %s remain", i+1, left)
		}
	}
	got.refused(429, "TOO_MANY_REQUESTS", "Too many requests. Please try again in a second")
	for name, want := range map[string]string{"Retry-After": "1", "X-RateLimit-Limit": "2, 2;w=1", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1"} {
		if got.header.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, got.header.Get(name), want)
		}
	}
	w.send(request{method: "POST", path: "/payments/v1/sessions", body: swedishCart, merchant: "K000002_sandbox"}).want(200)
	if other := w.get("/payments/v1/sessions/x").want(404); other.header.Get("X-RateLimit-Limit") != "100, 100;w=1" {
		t.Errorf("%v", other.header)
	}
}

// TestRateLimit_groupsOfTheRoutes tells for each route in which group it is counted: what makes sessions and customer tokens is apart.
func TestRateLimit_groupsOfTheRoutes(t *testing.T) {
	w := newWorld(t)
	creates := map[string]bool{
		"POST /payments/v1/sessions": true, "POST /credit/v1/sessions": true, "POST /hpp/v1/sessions": true,
		"POST /payments/v1/authorizations/{authorization_token}/customer-token": true, "POST /credit/v1/authorizations/{authorization_token}/customer-token": true,
	}
	c := w.config(w.engine.Log)
	c.RateLimits = RateLimits{Create: 111, Other: 222}
	api := New(c)
	w.http = w.checked(api)
	ids := map[string]string{}
	for _, name := range []string{"session_id", "authorization_token", "customer_token", "order_id", "capture_id", "refund_id"} {
		ids[name] = unknownID
	}
	for _, rt := range api.routes() {
		name := rt.Method + " " + rt.Pattern
		want := "222, 222;w=1"
		if creates[name] {
			want = "111, 111;w=1"
		}
		delete(creates, name)
		body := ""
		if rt.Method != http.MethodGet && rt.Method != http.MethodDelete {
			body = "{}"
		}
		if got := w.send(request{method: rt.Method, path: filled(rt.Pattern, ids), body: body}); got.header.Get("X-RateLimit-Limit") != want {
			t.Errorf("%s counts against %q, want %q", name, got.header.Get("X-RateLimit-Limit"), want)
		}
	}
	if len(creates) > 0 {
		t.Errorf("no routes: %v", creates)
	}
	w.http = w.checked(w.api)
	if told := w.get("/payments/v1/sessions/x").header.Get("X-RateLimit-Limit"); told != "" {
		t.Errorf("limits that are off are told: %q", told)
	}
}
