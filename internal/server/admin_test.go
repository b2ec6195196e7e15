package server

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestWithoutSlash_takesOneOff(t *testing.T) {
	seen := withoutSlash(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.URL.EscapedPath()) }))
	for path, want := range map[string]string{
		"/": "/", "/healthz": "/healthz", "/healthz/": "/healthz", "/readyz/?a=b": "/readyz", "/sandbox/clock/": "/sandbox/clock", "/sandbox/": "/sandbox/",
		"/metrics//": "/metrics//", "/a%2F": "/a%2F", "//": "//",
	} {
		w := httptest.NewRecorder()
		seen.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://localhost"+path, nil))
		if got := w.Body.String(); got != want {
			t.Errorf("%s is answered as %s, want %s", path, got, want)
		}
	}
}
