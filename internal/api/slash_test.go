package api

import (
	"net/http"
	"strings"
	"testing"
)

// TestPaths_oneSlashAtTheEndIsNone walks every route that is served, the legacy names too, with every method: a shop module in use
// creates its sessions at /payments/v1/sessions/.
func TestPaths_oneSlashAtTheEndIsNone(t *testing.T) {
	w := newWorld(t)
	const nobody = "018f2d3c-0000-7000-8000-000000000000"
	asked := 0
	for _, rt := range w.api.routes() {
		path := rt.Pattern
		for _, name := range wildcards(rt.Pattern) {
			path = strings.Replace(path, "{"+name+"}", nobody, 1)
		}
		for _, method := range []string{"GET", "HEAD", "POST", "PATCH", "DELETE", "PUT", "OPTIONS"} {
			plain, slash := w.send(request{method: method, path: path}), w.send(request{method: method, path: path + "/"})
			if slash.status != plain.status || slash.header.Get("Allow") != plain.header.Get("Allow") || slash.header.Get("Location") != "" {
				t.Errorf("%s %s: %d %v, with a slash %d %v", method, path, plain.status, plain.header, slash.status, slash.header)
			}
			if method != "HEAD" && plain.status >= 400 && slash.text("error_code")+slash.messages() != plain.text("error_code")+plain.messages() {
				t.Errorf("%s %s: %s, with a slash %s", method, path, plain.body, slash.body)
			}
			w.send(request{method: method, path: path + "//"}).want(http.StatusNotFound)
			w.send(request{method: method, path: path + "/./"}).want(http.StatusNotFound)
			w.send(request{method: method, path: path + "/../"}).want(http.StatusNotFound)
			asked++
		}
	}
	if asked < 7*len(table) {
		t.Fatalf("%d requests only", asked)
	}
	for _, path := range []string{"/payments/v1/sessions%2F", "/payments/v1/", "/payments/", "/ordermanagement/v1/orders/"} {
		if got := w.post(path, swedishCart); got.status < 400 || got.status == 405 {
			t.Errorf("%s: %d %s", path, got.status, got.body)
		}
	}
	w.send(request{method: "GET", path: "/payments/v1/sessions/" + nobody + "/", anonymous: true}).want(http.StatusUnauthorized)
}

// TestPaths_aPurchaseWithSlashes: every call of a shop with a slash at its end, ids and queries too, and one idempotency key for both
// spellings of a path.
func TestPaths_aPurchaseWithSlashes(t *testing.T) {
	w := newWorld(t)
	first := w.keyed("/payments/v1/sessions/", "k1", swedishCart).want(200)
	again := w.keyed("/payments/v1/sessions", "k1", swedishCart).want(200)
	payment := first.text("session_id")
	if again.text("session_id") != payment || again.header.Get("Kassa-Idempotency-Mismatch") != "" {
		t.Errorf("another path for the key: %s and %s", first.body, again.body)
	}
	w.get("/payments/v1/sessions/" + payment + "/?x=1").want(200)
	w.post("/credit/v1/sessions/"+payment+"/", `{"merchant_reference2":"B"}`).want(204)
	hosted := w.post("/hpp/v1/sessions/", `{"payment_session_url":"https://x/payments/v1/sessions/`+payment+`/"}`).want(201).text("session_id")
	w.get("/hpp/v1/sessions/" + hosted + "/").want(200)
	order := "/ordermanagement/v1/orders/" + w.post("/payments/v1/authorizations/"+w.token()+"/order/", swedishCart).want(200).text("order_id")
	capture := w.post(order+"/captures/", `{"captured_amount":100}`).want(201)
	if at := capture.header.Get("Location"); strings.HasSuffix(at, "/") || strings.Contains(at, "//captures") {
		t.Errorf("%s", at)
	}
	w.get(order + "/captures/" + capture.header.Get("Capture-Id") + "/").want(200)
	w.get("/kassa/v1/events/?limit=1").want(200)
	w.delete("/hpp/v1/sessions/" + hosted + "/").want(204)
}
