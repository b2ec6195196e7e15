package engine_test

import (
	"testing"

	"kassa/internal/engine"
	"kassa/internal/pay"
)

// TestEndpointOf_takesWhatIsPrinted: an operator copies an endpoint out of a list.
func TestEndpointOf_takesWhatIsPrinted(t *testing.T) {
	for _, url := range []string{"https://shop.example/hook", "http://127.0.0.1:8081/hook", "http://[::1]:38197/hook", "https://[2001:db8::1]/hook"} {
		printed := pay.Endpoint(url)
		if got, err := engine.EndpointOf(printed); err != nil || got != printed {
			t.Errorf("%s: %q is read as %q, %v", url, printed, got, err)
		}
	}
}
