package pay

import (
	"strings"
	"testing"
)

func TestSupport_check(t *testing.T) {
	for _, tc := range []struct {
		support Support
		bad     string // paths
	}{
		{Support{}, ""},
		{Support{Email: "hello@nordlys.example", Phone: "+45 33 12 34 56", URL: "https://nordlys.example/help", Address: "Nørregade 14, 1165 København"}, ""},
		{Support{Phone: "+44 (0)20-7946 0000"}, ""},
		{Support{Email: "hello"}, "email"},
		{Support{Email: "a b@nordlys.example"}, "email"},
		{Support{Email: "a@nordlys.example>\r\nBcc: x@y.example"}, "email"},
		{Support{Phone: "020 7946 0000"}, "phone"},
		{Support{Phone: "+44 call us"}, "phone"},
		{Support{URL: "http://nordlys.example/help"}, "url"},
		{Support{URL: "javascript:alert(1)"}, "url"},
		{Support{Address: "a\nb"}, "address"},
		{Support{Address: strings.Repeat("a", 201)}, "address"},
		{Support{Email: "x", Phone: "y", URL: "z", Address: "\x00"}, "email, phone, url, address"},
	} {
		err := tc.support.Check(URLPolicy{})
		switch {
		case tc.bad == "" && err != nil, tc.bad != "" && err == nil:
			t.Errorf("%+v: %v", tc.support, err)
		case err != nil && AsError(err).Message != "Bad value: "+tc.bad:
			t.Errorf("%+v: %v, want %s", tc.support, err, tc.bad)
		}
	}
	if err := (&Support{URL: "http://127.0.0.1:8090/help"}).Check(URLPolicy{Sandbox: true}); err != nil {
		t.Error(err)
	}
}
