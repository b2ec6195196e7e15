package server

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// TestClientAddress_isTheLastHopThatIsNotOurs reads addresses as these write them: nginx, Apache, Varnish and Envoy ("client, hop"), HAProxy (a
// line of its own for each hop; option forwarded writes RFC 7239), Azure Application Gateway (with the port), AWS load balancers with client
// ports (IPv6 in brackets), IIS and Traefik (zones of link-local addresses).
func TestClientAddress_isTheLastHopThatIsNotOurs(t *testing.T) {
	trusted, err := trustedNetworks([]string{"10.0.0.0/8", "127.0.0.1", "fd00::/8"})
	if err != nil {
		t.Fatal(err)
	}
	address := clientAddress(trusted)
	type lines = []string
	for _, tc := range []struct {
		remote       string
		xff, forward lines
		want         string
	}{
		{"192.0.2.7:1234", lines{"203.0.113.9"}, nil, "192.0.2.7"},
		{"192.0.2.7:1234", nil, lines{"for=203.0.113.9"}, "192.0.2.7"},
		{"10.1.2.3:1234", lines{"203.0.113.9"}, nil, "203.0.113.9"},
		{"10.1.2.3:1234", lines{"198.51.100.1, 203.0.113.9, 10.9.9.9"}, nil, "203.0.113.9"},
		{"10.1.2.3:1234", lines{"198.51.100.1", "203.0.113.9", "10.9.9.9"}, nil, "203.0.113.9"},
		{"127.0.0.1:1", nil, nil, "127.0.0.1"},
		{"127.0.0.1:1", lines{"nonsense"}, nil, "127.0.0.1"},
		{"[::ffff:10.1.2.3]:1", lines{"203.0.113.9"}, nil, "203.0.113.9"},
		{"[fd00::7]:1", lines{"::ffff:203.0.113.9"}, nil, "203.0.113.9"},

		// Ports, brackets, zones.
		{"10.1.2.3:1", lines{"198.51.100.7:4711"}, nil, "198.51.100.7"},
		{"10.1.2.3:1", lines{"[2001:db8::1]:443"}, nil, "2001:db8::1"},
		{"10.1.2.3:1", lines{"[2001:db8::1]"}, nil, "2001:db8::1"},
		{"10.1.2.3:1", lines{"2001:DB8:0::1"}, nil, "2001:db8::1"},
		{"10.1.2.3:1", lines{"203.0.113.9:5, [fd00::2]:443, 10.4.4.4:80"}, nil, "203.0.113.9"},
		{"10.1.2.3:1", lines{"fe80::1%eth0"}, nil, "fe80::1"},
		{"[fe80::1%eth0]:1", lines{"203.0.113.9"}, nil, "fe80::1"},
		{"10.1.2.3:1", lines{"[198.51.100.7]"}, nil, "10.1.2.3"},

		// What cannot be read ends the walk at the last good hop.
		{"10.1.2.3:1", lines{"203.0.113.9, unknown, 10.9.9.9"}, nil, "10.9.9.9"},
		{"10.1.2.3:1", lines{"203.0.113.9, , 10.9.9.9"}, nil, "10.9.9.9"},
		{"10.1.2.3:1", lines{"203.0.113.9, 10.9.9.9, "}, nil, "10.1.2.3"},
		{"10.1.2.3:1", lines{"10.7.7.7, 10.9.9.9"}, nil, "10.7.7.7"},
		{"10.1.2.3:1", lines{"198.51.100.7:port:443"}, nil, "10.1.2.3"},

		// RFC 7239, sections 4 and 6.
		{"10.1.2.3:1", nil, lines{"for=192.0.2.60;proto=http;by=203.0.113.43"}, "192.0.2.60"},
		{"10.1.2.3:1", nil, lines{`for=192.0.2.43, For="[2001:db8:cafe::17]:4711"`}, "2001:db8:cafe::17"},
		{"10.1.2.3:1", nil, lines{`proto=https;FOR="192.0.2.60:47011"`, "for=10.5.5.5"}, "192.0.2.60"},
		{"10.1.2.3:1", nil, lines{`for=192.0.2.60, host="a,b;for=192.0.2.99";for=10.5.5.5`}, "192.0.2.60"},
		{"10.1.2.3:1", nil, lines{`for=192.0.2.60, for=_hidden, for=10.5.5.5`}, "10.5.5.5"},
		{"10.1.2.3:1", nil, lines{`for=192.0.2.60, proto=https`}, "10.1.2.3"},
		{"10.1.2.3:1", nil, lines{`for="192.0.2.60`}, "192.0.2.60"},
		{"10.1.2.3:1", lines{"203.0.113.9"}, lines{"for=192.0.2.60"}, "203.0.113.9"},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = tc.remote
		for _, line := range tc.xff {
			r.Header.Add("X-Forwarded-For", line)
		}
		for _, line := range tc.forward {
			r.Header.Add("Forwarded", line)
		}
		if got := address(r); got != tc.want {
			t.Errorf("%s with X-Forwarded-For %q, Forwarded %q: %s, want %s", tc.remote, tc.xff, tc.forward, got, tc.want)
		}
	}
}

func FuzzClientAddress(f *testing.F) {
	trusted, err := trustedNetworks([]string{"10.0.0.0/8"})
	if err != nil {
		f.Fatal(err)
	}
	address := clientAddress(trusted)
	f.Add("203.0.113.9, 10.9.9.9:80", `for="[2001:db8::1]:443";proto=https, for=_a`)
	f.Fuzz(func(t *testing.T, xff, forwarded string) {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = "10.1.2.3:1"
		if xff != "" {
			r.Header["X-Forwarded-For"] = []string{xff}
		}
		r.Header["Forwarded"] = []string{forwarded}
		if got, ok := parseHop(address(r)); !ok {
			t.Errorf("X-Forwarded-For %q, Forwarded %q: not an address: %v", xff, forwarded, got)
		}
	})
}
