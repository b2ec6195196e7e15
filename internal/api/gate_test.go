package api

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"kassa/internal/pay"
	"kassa/internal/store"
)

func TestAuth_comesFirst(t *testing.T) {
	w := newWorld(t)
	for _, q := range []request{
		{method: "POST", path: "/payments/v1/sessions", body: swedishCart, anonymous: true},
		{method: "GET", path: "/payments/v1/nothing", anonymous: true},
		{method: "PUT", path: "/hpp/v1/sessions", anonymous: true},
		{method: "GET", path: "/ordermanagement//v1", anonymous: true},
		{method: "GET", path: "/payments", anonymous: true},
		{method: "POST", path: "/hpp/v1/sessions", body: strings.Repeat("x", 2<<20), anonymous: true},
		{method: "GET", path: "/payments/v1/sessions/x", merchant: "K000009_sandbox"},
		{method: "GET", path: "/payments/v1/sessions/x", header: map[string]string{"Authorization": "Bearer abc"}},
		{method: "GET", path: "/payments/v1/sessions/x", header: map[string]string{"Authorization": "Basic ?"}},
		{method: "GET", path: "/payments/v1/sessions/x", header: map[string]string{"Authorization": "Basic AAA6eA=="}},
		{method: "GET", path: "/payments/v1/sessions/x", header: map[string]string{"Authorization": "Basic SzAwMDAwMV9zYW5kYm94Ondyb25n"}},
	} {
		got := w.send(q).refused(401, "UNAUTHORIZED", "The credentials are missing or wrong")
		if got.header.Get("WWW-Authenticate") != `Basic realm="kassa"` {
			t.Fatalf("%v", got.header)
		}
	}
}

func TestAuth_isReadLeniently(t *testing.T) {
	w := newWorld(t)
	for _, header := range []string{"Basic   SzAwMDAwMV9zYW5kYm94OnNhbmRib3g=", "bAsIc SzAwMDAwMV9zYW5kYm94OnNhbmRib3g", " BASIC\tSzAwMDAwMV9zYW5kYm94OnNhbmRib3g= "} {
		w.send(request{method: "GET", path: "/payments/v1/sessions/x", header: map[string]string{"Authorization": header}}).want(404)
	}
}

func TestAuth_disabledMerchant(t *testing.T) {
	w := newWorld(t)
	b := w.store.NewBatch()
	b.SetMerchantStatus("K000001", pay.MerchantDisabled)
	if err := w.store.Commit(context.Background(), b); err != nil {
		t.Fatal(err)
	}
	w.post("/payments/v1/sessions", swedishCart).refused(403, "MERCHANT_INACTIVE", "The merchant is not active")
}

func TestRouting_unknownPathsAndMethods(t *testing.T) {
	w := newWorld(t)
	for _, path := range []string{
		"/payments/v1/sessions//", "/payments//v1/sessions", "/payments/v1/../v1/sessions", "/payments/v1/sessions/.", "/payments/v1/sessions/%2e%2e",
		"/hpp/v2/sessions", "/ordermanagement/v1/orders", "/customer-token/v1/tokens", "/", "/favicon.ico", "/openapi/none.yaml",
		"/openapi/../payments.yaml", "/payments", "/payments/v1/sessions/a/b%2fc", "/hpp/v1/sessions/a%2f%2fb",
	} {
		got := w.get(path).refused(404, "NOT_FOUND", "There is nothing at this address")
		if got.header.Get("Location") != "" {
			t.Errorf("%s redirects", path)
		}
	}
	for _, c := range []struct{ method, path, allow string }{
		{"PUT", "/payments/v1/sessions", "POST"},
		{"OPTIONS", "/payments/v1/sessions/x", "GET, HEAD, POST"},
		{"PATCH", "/ordermanagement/v1/orders/x/captures", "GET, HEAD, POST"},
		{"GET", "/credit/v1/authorizations/x", "DELETE"},
		{"QUERY", "/hpp/v1/sessions/x", "DELETE, GET, HEAD"},
		{"POST", "/openapi/payments.yaml", "GET, HEAD"},
	} {
		got := w.send(request{method: c.method, path: c.path}).refused(405, "METHOD_NOT_ALLOWED", "The method is not allowed here")
		if got.header.Get("Allow") != c.allow {
			t.Errorf("%s %s allows %q, want %q", c.method, c.path, got.header.Get("Allow"), c.allow)
		}
	}
	for _, name := range []string{"payments.yaml", "hpp.yaml", "ordermanagement.yaml", "customertoken.yaml", "events.yaml", "common.yaml"} {
		if got := w.send(request{method: "GET", path: "/openapi/" + name + "/", anonymous: true}).want(200); strings.Contains(string(got.body), ".yaml#") {
			t.Errorf("%s refers to another file", name)
		}
	}
	if got := w.send(request{method: "GET", path: "/openapi/payments.yaml", anonymous: true}).want(200); !strings.HasPrefix(string(got.body), "openapi: 3") {
		t.Fatalf("%s", got.body)
	}
}

func TestHeaders_areOnEveryAnswer(t *testing.T) {
	w := newWorld(t)
	seen := map[string]bool{}
	for status, got := range map[int]answer{
		200: w.post("/payments/v1/sessions", swedishCart), 400: w.post("/payments/v1/sessions", "{"), 401: w.send(request{method: "GET", path: "/hpp/v1/sessions/x", anonymous: true}),
		404: w.get("/elsewhere"), 405: w.send(request{method: "PUT", path: "/hpp/v1/sessions"}), 413: w.post("/hpp/v1/sessions", strings.Repeat("x", 2<<20)),
	} {
		got.want(status)
		id := got.header.Get("Klarna-Correlation-Id")
		if !pay.ValidUUID(id) || seen[id] {
			t.Errorf("%d: correlation id %q", status, id)
		}
		seen[id] = true
		for name, want := range map[string]string{
			"Cache-Control": "no-cache, no-store, max-age=0, must-revalidate", "Pragma": "no-cache", "Expires": "0", "X-Content-Type-Options": "nosniff",
			"X-Frame-Options": "DENY", "Strict-Transport-Security": "max-age=31536000; includeSubDomains", "Content-Type": "application/json",
		} {
			if got.header.Get(name) != want {
				t.Errorf("%d: %s is %q", status, name, got.header.Get(name))
			}
		}
		if got.header.Get("Location") != "" {
			t.Errorf("%d has a Location", status)
		}
	}
}

func TestAccept_isNeverRefused(t *testing.T) {
	w := newWorld(t)
	w.send(request{method: "POST", path: "/payments/v1/sessions", body: swedishCart, header: map[string]string{"Accept": "text/html", "Content-Type": "text/plain"}}).want(200)
}

func TestUnavailable_is503AndNothingIsTold(t *testing.T) {
	w := newWorld(t)
	w.fault = store.NotHappened
	got := w.send(request{method: "POST", path: "/payments/v1/sessions", body: swedishCart, header: map[string]string{keyHeader: "k"}}).
		refused(503, "SERVICE_UNAVAILABLE", "Please try again in a moment")
	if got.header.Get("Retry-After") != "1" {
		t.Fatalf("%v", got.header)
	}
	if line := w.logged(); line["level"] != "ERROR" || line["cause"] == nil {
		t.Fatalf("%v", line)
	}
	w.fault = store.NoFault
	w.send(request{method: "POST", path: "/payments/v1/sessions", body: swedishCart, header: map[string]string{keyHeader: "k"}}).want(200)
}

func TestPanic_is500WithTheCorrelationIDOnly(t *testing.T) {
	w := newWorld(t)
	c := w.config(slog.New(slog.NewJSONHandler(w.log, nil)))
	c.Badges = func(pay.Category) (string, string) { panic("a secret") }
	w.http = w.checked(New(c))
	got := w.post("/payments/v1/sessions", swedishCart).refused(500, "INTERNAL_SERVER_ERROR", "Internal error")
	if strings.Contains(string(got.body), "secret") || got.header.Get("Kassa-Explain") != "" {
		t.Fatalf("%v %s", got.header, got.body)
	}
}

func TestLog_tellsReasonsAndNothingPersonal(t *testing.T) {
	w := newWorld(t)
	token := w.token()
	w.post("/payments/v1/authorizations/"+token+"/order", swedishCart).want(200)
	w.post("/payments/v1/sessions", `{"purchase_country":"SE","purchase_currency":"SEK","order_amount":1,"order_lines":[{"name":"Alvas hemlighet","quantity":1,"unit_price":2,"total_amount":2}],"billing_address":{"email":["alva@example.se"],"given_name":"`+strings.Repeat("Alva", 30)+`"}}`).want(400)
	line := w.logged()
	for member, want := range map[string]any{
		"msg": "request", "method": "POST", "route": "/payments/v1/sessions", "status": 400.0, "merchant": "K000001", "error_code": "BAD_VALUE",
		"reasons": "order_amount: expected 2, got 1; billing_address.given_name: expected at most 99 characters, got 120; billing_address.email: expected a string",
	} {
		if line[member] != want {
			t.Errorf("%s is %v, want %v", member, line[member], want)
		}
	}
	for _, private := range []string{"alva", "Alva", "svensson", "Svensson", "Storgatan", "9202", token, password, "701740615", "hemlighet"} {
		if strings.Contains(w.log.String(), private) {
			t.Errorf("%q is in the log:\n%s", private, w.log)
		}
	}
}

func TestExplain_isForTheSandboxAlone(t *testing.T) {
	w := newWorld(t)
	bad := strings.Replace(swedishCart, `"total_amount":10000`, `"total_amount":9999`, 1)
	got := w.post("/payments/v1/sessions", bad).refused(400, "BAD_VALUE", "Bad value: order_amount, order_lines[0].total_amount")
	if want := "order_amount: expected 9999, got 10000; order_lines[0].total_amount: expected quantity * unit_price - total_discount_amount = 10000, got 9999"; got.header.Get("Kassa-Explain") != want {
		t.Fatalf("%q", got.header.Get("Kassa-Explain"))
	}
	c := w.config(slog.New(slog.DiscardHandler))
	c.Sandbox, c.PublicURL = false, "http://pay.example"
	w.http = w.checked(New(c))
	got = w.post("/payments/v1/sessions", bad).want(400)
	if got.header.Get("Kassa-Explain") != "" || got.header.Get("Strict-Transport-Security") != "" {
		t.Fatalf("%v", got.header)
	}
}

func TestServer_overTheNetwork(t *testing.T) {
	w := newWorld(t)
	srv := httptest.NewServer(w.http)
	defer srv.Close()
	client := &http.Client{Timeout: 10 * time.Second}
	send := func(body string, chunked bool) *http.Response {
		t.Helper()
		r, err := http.NewRequest("POST", srv.URL+"/payments/v1/sessions", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.SetBasicAuth("K000001_sandbox", password)
		if chunked {
			r.ContentLength = -1
		}
		resp, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = resp.Body.Close() })
		return resp
	}
	for _, chunked := range []bool{false, true} {
		if got := send(swedishCart, chunked).StatusCode; got != 200 {
			t.Errorf("chunked %v: %d", chunked, got)
		}
		if got := send(strings.Repeat(" ", maxBody+1), chunked).StatusCode; got != 413 {
			t.Errorf("chunked %v: large body answers %d", chunked, got)
		}
		if got := send(strings.Repeat(" ", maxBody-len(swedishCart))+swedishCart, chunked).StatusCode; got != 200 {
			t.Errorf("chunked %v: body of exactly the limit answers %d", chunked, got)
		}
	}
}
