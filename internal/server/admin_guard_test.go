package server

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// TestGuardAdmin_answersOnlyItsOwnNames: a name that resolves to the listener's address is not enough (DNS rebinding).
func TestGuardAdmin_answersOnlyItsOwnNames(t *testing.T) {
	guard := guardAdmin("ops.internal:8081", []string{"kassa-admin", "Metrics.Example.com:8081"}, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) }))
	for _, tc := range []struct {
		host string
		want int
	}{
		{"127.0.0.1:8081", http.StatusOK},
		{"localhost", http.StatusOK},
		{"LOCALHOST:8081", http.StatusOK},
		{"localhost.:8081", http.StatusOK},
		{"kassa.localhost:8081", http.StatusOK},
		{"[::1]:8081", http.StatusOK},
		{"[::1]", http.StatusOK},
		{"10.20.30.40:8081", http.StatusOK},
		{"ops.internal:8081", http.StatusOK},
		{"kassa-admin:8081", http.StatusOK},
		{"metrics.example.com", http.StatusOK},
		{"", http.StatusOK},
		{"rebound.example.com:8081", http.StatusForbidden},
		{"rebound.example.com", http.StatusForbidden},
		{"localhost.example.com", http.StatusForbidden},
		{"127.0.0.1.example.com", http.StatusForbidden},
		{"notlocalhost", http.StatusForbidden},
		{"127.0.0.1.", http.StatusOK},
	} {
		r := httptest.NewRequest(http.MethodGet, "/healthz", nil)
		r.Host = tc.host
		w := httptest.NewRecorder()
		guard.ServeHTTP(w, r)
		if w.Code != tc.want {
			t.Errorf("Host %q: %d, want %d", tc.host, w.Code, tc.want)
		}
		if got := w.Header().Get("X-Content-Type-Options"); got != "nosniff" {
			t.Errorf("Host %q: X-Content-Type-Options %q", tc.host, got)
		}
	}
}

func TestGuardAdmin_refusesChangesThatAPageElsewhereAsksFor(t *testing.T) {
	guard := guardAdmin("127.0.0.1:8081", nil, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) }))
	for _, tc := range []struct {
		method, site, origin string
		want                 int
	}{
		{http.MethodPost, "", "", http.StatusOK}, // no browser
		{http.MethodPost, "same-origin", "", http.StatusOK},
		{http.MethodPost, "", "http://127.0.0.1:8081", http.StatusOK},
		{http.MethodPost, "cross-site", "", http.StatusForbidden},
		{http.MethodPost, "same-site", "", http.StatusForbidden},
		{http.MethodPost, "", "https://shop.example.com", http.StatusForbidden},
		{http.MethodGet, "cross-site", "", http.StatusOK},
	} {
		r := httptest.NewRequest(tc.method, "http://127.0.0.1:8081/sandbox/clock", nil)
		if tc.site != "" {
			r.Header.Set("Sec-Fetch-Site", tc.site)
		}
		if tc.origin != "" {
			r.Header.Set("Origin", tc.origin)
		}
		w := httptest.NewRecorder()
		guard.ServeHTTP(w, r)
		if w.Code != tc.want {
			t.Errorf("%s, Sec-Fetch-Site %q, Origin %q: %d, want %d", tc.method, tc.site, tc.origin, w.Code, tc.want)
		}
	}
}
