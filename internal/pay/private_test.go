package pay

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestPersonalAndSecret_printAsStars(t *testing.T) {
	a := Address{Country: "SE", Email: "alice@example.com", GivenName: "Alice"}
	x := Authorization{Token: "tok-123", Billing: a, Customer: Customer{NationalIdentificationNumber: "194103219202"}}
	var logged bytes.Buffer
	slog.New(slog.NewJSONHandler(&logged, nil)).Info("x", "address", a, "email", a.Email, "authorization", x, "token", x.Token)
	slog.New(slog.NewTextHandler(&logged, nil)).Info("x", "address", a, "email", a.Email, "authorization", x, "token", x.Token)
	encoded, err := json.Marshal(x)
	if err != nil {
		t.Fatal(err)
	}
	out := logged.String() + string(encoded)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		out += fmt.Sprintf(verb, x) + fmt.Sprintf(verb, &x) + fmt.Sprintf(verb, a.Email) + fmt.Sprintf(verb, x.Token)
	}
	for _, leak := range []string{"alice", "Alice", "tok-123", "194103219202", fmt.Sprintf("%x", "alice")} {
		if strings.Contains(out, leak) {
			t.Errorf("%q is readable", leak)
		}
	}
}

func TestObfuscated_keepsFirstLetters(t *testing.T) {
	for name, want := range map[Personal]string{"Alice": "A•••", " Anna  Maria ": "A••• M•••", "Ørsted": "Ø•••", "": ""} {
		if got := Obfuscated(name); got != want {
			t.Errorf("%q: %q, want %q", string(name), got, want)
		}
	}
}
