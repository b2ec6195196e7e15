package contracttest

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
)

// Handler puts the check before a handler of the API: an exchange that is not as described fails the test that t gives at
// that moment.
func Handler(t func() testing.TB, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		x := Exchange{Method: r.Method, Path: r.URL.EscapedPath(), Query: r.URL.RawQuery, Header: r.Header.Clone()}
		var sent bytes.Buffer
		r = r.Clone(r.Context())
		if r.Body != nil && r.Body != http.NoBody {
			r.Body = struct {
				io.Reader
				io.Closer
			}{io.TeeReader(r.Body, &sent), r.Body}
		}
		answer := httptest.NewRecorder()
		next.ServeHTTP(answer, r)
		x.Body, x.Status, x.AnswerHeader = sent.Bytes(), answer.Code, answer.Result().Header
		if r.Method != http.MethodHead { // net/http drops the body of these
			x.Answer = answer.Body.Bytes()
		}
		if err := Check(x); err != nil {
			t().Helper()
			t().Errorf("%v", err)
		}
		for name, values := range x.AnswerHeader {
			w.Header()[name] = values
		}
		w.WriteHeader(x.Status)
		_, _ = w.Write(x.Answer) // the test sees what is missing
	})
}
