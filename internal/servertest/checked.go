package servertest

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"kassa/internal/contracttest"
)

// Checked is a transport that holds every exchange with the API against the documents of openapi/ and fails the test for one
// that is not as described. What goes elsewhere, the consumer's page and other hosts included, passes unchecked. Any number of
// goroutines may use it.
type Checked struct {
	T    testing.TB
	Base string // of the API, path prefix included
	Next http.RoundTripper
}

// RoundTrip passes the request on and checks what comes back.
func (c *Checked) RoundTrip(r *http.Request) (*http.Response, error) {
	path, ours := c.path(r.URL)
	if !ours {
		return c.Next.RoundTrip(r)
	}
	x := contracttest.Exchange{Method: r.Method, Path: path, Query: r.URL.RawQuery, Header: r.Header.Clone()}
	if r.Body != nil && r.Body != http.NoBody {
		var err error
		x.Body, err = io.ReadAll(r.Body)
		_ = r.Body.Close()
		if err != nil {
			return nil, fmt.Errorf("read the request: %w", err)
		}
		length := r.ContentLength
		r = r.Clone(r.Context())
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(x.Body)), length
		r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(x.Body)), nil }
	}
	resp, err := c.Next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	x.Answer, err = io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	resp.Body = io.NopCloser(bytes.NewReader(x.Answer))
	if err != nil {
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	x.Status, x.AnswerHeader = resp.StatusCode, resp.Header
	if err := contracttest.Check(x); err != nil {
		c.T.Errorf("%v", err)
	}
	return resp, nil
}

// path gives the path below the base, and whether the API is asked at all: everything at the base's host but the page.
func (c *Checked) path(to *url.URL) (string, bool) {
	base, err := url.Parse(c.Base)
	if err != nil || to.Host != base.Host {
		return "", false
	}
	path := to.EscapedPath()
	if rest, ok := strings.CutPrefix(path, base.EscapedPath()); ok && (rest == "" || rest[0] == '/') {
		path = rest
	}
	if path == "" || path == "/" {
		return "", false
	}
	for _, page := range []string{"/pay/", "/scan/", "/static/", "/redirect/", "/hpp/distributions/"} {
		if strings.HasPrefix(path, page) {
			return "", false
		}
	}
	return path, true
}
