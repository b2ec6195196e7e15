package server

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestClientAddress_believesOnlyOurProxies(t *testing.T) {
	trusted, err := trustedNetworks([]string{"10.0.0.0/8", "127.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	address := clientAddress(trusted)
	for _, tc := range []struct{ remote, forwarded, want string }{
		{"192.0.2.7:1234", "203.0.113.9", "192.0.2.7"},
		{"10.1.2.3:1234", "203.0.113.9", "203.0.113.9"},
		{"10.1.2.3:1234", "198.51.100.1, 203.0.113.9, 10.9.9.9", "203.0.113.9"},
		{"127.0.0.1:1", "", "127.0.0.1"},
		{"127.0.0.1:1", "nonsense", "127.0.0.1"},
		{"[::ffff:10.1.2.3]:1", "203.0.113.9", "203.0.113.9"},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = tc.remote
		if tc.forwarded != "" {
			r.Header.Set("X-Forwarded-For", tc.forwarded)
		}
		if got := address(r); got != tc.want {
			t.Errorf("%s with %q: %s, want %s", tc.remote, tc.forwarded, got, tc.want)
		}
	}
}
