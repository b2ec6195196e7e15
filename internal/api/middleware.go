package api

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"kassa/internal/engine"
	"kassa/internal/pay"
)

// maxBody is the largest body that is read.
const maxBody = 1 << 20

// exchange is one request on its way: what is known of it, what was answered, for the log. It is the ResponseWriter that
// handlers get, so that the router carries it to them.
type exchange struct {
	http.ResponseWriter
	api         *API
	correlation string
	started     time.Time // on a stopwatch, not by the clock that the sandbox moves
	sent        *http.Request
	merchant    *pay.Merchant
	route       Route
	body        []byte
	key         *engine.Key
	rendered    *engine.Answer // what was stored with the effect

	status   int
	code     string // error_code of a refusal
	reasons  string
	charge   *pay.ChargeRefusal // of a refused order on a customer token
	cause    error              // of a failure of ours
	mismatch bool               // an idempotency key came back with another body
	replayed bool
}

// ServeHTTP answers every request: with a correlation id, with JSON, and with one line in the log.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := &exchange{ResponseWriter: w, api: a, correlation: newCorrelation(), started: time.Now(), sent: r} //nolint:forbidigo // see started
	x.headers()
	defer x.end(r)
	r = withoutSlash(r)
	if strings.HasPrefix(r.URL.Path+"/", documentsPrefix) && a.documents != nil {
		x.document(r)
		return
	}
	if !InFamily(r.URL.Path) {
		x.fail(errNoPath())
		return
	}
	m, err := x.authenticate(r)
	if err != nil {
		x.fail(err)
		return
	}
	x.merchant = m
	if !plainPath(r.URL.Path) {
		x.fail(errNoPath()) // the router would redirect to the path that it thinks was meant
		return
	}
	if _, pattern := a.mux.Handler(r); pattern == "" {
		x.unrouted(r)
		return
	}
	a.mux.ServeHTTP(x, r)
}

// run is the walk of a routed request.
func (x *exchange) run(rt Route, r *http.Request) {
	x.route = rt
	if !x.api.limiter.take(x.merchant.ID, &rt, x.Header()) {
		x.fail(errTooMany())
		return
	}
	if err := x.prepare(r); err != nil {
		x.fail(err)
		return
	}
	if err := rt.handle(x.api, x, r); err != nil {
		x.fail(x.answeredBefore(r, err))
	}
}

// answeredBefore gives the stored answer of the call's key in place of a refusal for what is wrong with the body: only the key is
// compared. Refusals of the engine have looked for it already.
func (x *exchange) answeredBefore(r *http.Request, refused error) error {
	var own *wireError
	refusal := pay.AsError(refused)
	if x.key == nil || !errors.As(refused, &own) && (refusal == nil || refusal.Kind != pay.Invalid) {
		return refused
	}
	stored, err := x.api.engine.Answered(r.Context(), engine.Call{Merchant: x.merchant, Key: x.key})
	if err != nil || stored == nil {
		return refused
	}
	return stored
}

// prepare checks what stands outside the body, and reads the body.
func (x *exchange) prepare(r *http.Request) error {
	for _, name := range wildcards(x.route.Pattern) {
		if !cleanText(r.PathValue(name)) {
			if name == "order_id" {
				return errOrderID()
			}
			return badValue(name, "no control characters, UTF-8")
		}
	}
	if r.Method != http.MethodPost && r.Method != http.MethodPatch {
		return nil
	}
	var err error
	if x.body, err = readBody(x.ResponseWriter, r); err != nil {
		return err
	}
	x.key, err = idempotencyKey(r, x.body)
	return err
}

// How much of a body that nobody wants is read all the same, and how much net/http reads by itself.
const (
	maxDrained  = 3 << 20
	readAnyway  = 256 << 10
	lengthHides = -1 // of a body in chunks
)

// replyThenDrain answers, and then reads what was sent and will not be used, so that the answer arrives: a connection that is closed before all
// was read is reset, and a proxy that is still sending tells its client 502 then. The answer goes first: a caller may wait for it before it
// sends the rest. Who asks first whether to send sends nothing.
func (x *exchange) replyThenDrain(rep reply) {
	length := x.sent.ContentLength
	if x.sent.Body == nil || x.sent.Header.Get("Expect") != "" || length <= readAnyway && length != lengthHides {
		x.reply(rep)
		return
	}
	control := http.NewResponseController(x.ResponseWriter)
	if err := control.EnableFullDuplex(); err != nil && !errors.Is(err, http.ErrNotSupported) {
		x.reply(rep)
		return
	}
	x.reply(rep)
	_ = control.Flush() // a caller who is gone cannot be told
	_, _ = io.CopyN(io.Discard, x.sent.Body, maxDrained)
}

// milliseconds is a duration in the log's unit, to the microsecond.
func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// readBody reads the whole body. Refusals: REQUEST_TOO_LARGE; BAD_REQUEST when the sender stopped.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if r.ContentLength > maxBody {
		return nil, errTooLarge()
	}
	if r.Body == nil || r.ContentLength == 0 {
		return nil, nil
	}
	limited := http.MaxBytesReader(w, r.Body, maxBody)
	var body []byte
	var err error
	if n := r.ContentLength; n > 0 {
		body = make([]byte, n)
		_, err = io.ReadFull(limited, body)
	} else {
		body, err = io.ReadAll(limited)
	}
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, errTooLarge()
	case err != nil:
		return nil, badRequest("The body could not be read to its end")
	}
	return body, nil
}

// unrouted answers what no operation is for.
func (x *exchange) unrouted(r *http.Request) {
	if allow := x.api.allowed(r); allow != "" {
		x.Header().Set("Allow", allow)
		x.fail(&wireError{status: http.StatusMethodNotAllowed, code: "METHOD_NOT_ALLOWED", messages: []string{"The method is not allowed here"}})
		return
	}
	x.fail(errNoPath())
}

// document serves a file of the contract; it needs no credentials.
func (x *exchange) document(r *http.Request) {
	x.route.Pattern = documentsPrefix
	switch name := strings.TrimPrefix(r.URL.Path, documentsPrefix); {
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		x.Header().Set("Allow", "GET, HEAD")
		x.fail(&wireError{status: http.StatusMethodNotAllowed, code: "METHOD_NOT_ALLOWED", messages: []string{"The method is not allowed here"}})
	case !strings.HasSuffix(name, ".yaml") || strings.Contains(name, "/") || !exists(x.api.config, name):
		x.fail(errNoPath())
	default:
		x.Header().Set("Content-Type", "application/yaml")
		x.api.documents.ServeHTTP(x, r)
	}
}

func exists(c Config, name string) bool {
	f, err := c.Documents.Open(name)
	if err != nil {
		return false
	}
	_ = f.Close()
	return true
}

// headers sets what every answer has.
func (x *exchange) headers() {
	h := x.Header()
	h["Klarna-Correlation-Id"] = []string{x.correlation}
	h["Cache-Control"] = []string{"no-cache, no-store, max-age=0, must-revalidate"}
	h["Pragma"] = []string{"no-cache"}
	h["Expires"] = []string{"0"}
	h["X-Content-Type-Options"] = []string{"nosniff"}
	h["X-Frame-Options"] = []string{"DENY"}
	if x.api.secure {
		h["Strict-Transport-Security"] = []string{"max-age=31536000; includeSubDomains"}
	}
}

// WriteHeader remembers the status for the log.
func (x *exchange) WriteHeader(status int) {
	if x.status == 0 {
		x.status = status
	}
	x.ResponseWriter.WriteHeader(status)
}

// Write is of what is written without WriteHeader.
func (x *exchange) Write(b []byte) (int, error) {
	if x.status == 0 {
		x.status = http.StatusOK
	}
	return x.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (x *exchange) Unwrap() http.ResponseWriter { return x.ResponseWriter }

// end turns a panic into a 500 and writes the log line: never a body, a token, a path as it came, or anything personal.
func (x *exchange) end(r *http.Request) {
	if p := recover(); p != nil {
		if p == http.ErrAbortHandler { //nolint:errorlint // net/http panics with exactly this value
			panic(p)
		}
		x.api.log.LogAttrs(context.WithoutCancel(r.Context()), slog.LevelError, "panic",
			slog.String("correlation_id", x.correlation), slog.Any("panic", p), slog.String("stack", string(debug.Stack())))
		if x.status == 0 {
			x.fail(errInternal(nil))
		}
	}
	level := slog.LevelInfo
	if x.status >= http.StatusInternalServerError {
		level = slog.LevelError
	}
	if !x.api.log.Enabled(r.Context(), level) {
		return
	}
	attrs := make([]slog.Attr, 0, 12)
	attrs = append(attrs, slog.String("method", methodName(r.Method)), slog.String("route", x.route.Pattern), slog.Int("status", x.status),
		slog.Float64("duration_ms", milliseconds(time.Since(x.started))), slog.String("correlation_id", x.correlation)) //nolint:forbidigo // see started
	if x.merchant != nil {
		attrs = append(attrs, slog.String("merchant", string(x.merchant.ID)))
	}
	if x.code != "" {
		attrs = append(attrs, slog.String("error_code", x.code))
	}
	if x.reasons != "" {
		attrs = append(attrs, slog.String("reasons", shorten(x.reasons)))
	}
	if x.replayed {
		attrs = append(attrs, slog.Bool("replayed", true), slog.Bool("idempotency_mismatch", x.mismatch))
	}
	if x.cause != nil {
		attrs = append(attrs, slog.String("cause", x.cause.Error()))
	}
	x.api.log.LogAttrs(context.WithoutCancel(r.Context()), level, "request", attrs...)
}

// methodName keeps methods that somebody made up out of the log.
func methodName(m string) string {
	switch m {
	case "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE":
		return m
	}
	return "OTHER"
}

// shorten bounds the reasons of a refusal in the log and in headers; the body of the answer lists them all.
func shorten(s string) string {
	const limit = 2000
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "") + " …"
}

// newCorrelation draws the id by which a request is found in the log.
func newCorrelation() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	var out [36]byte
	hex.Encode(out[:8], b[:4])
	hex.Encode(out[9:13], b[4:6])
	hex.Encode(out[14:18], b[6:8])
	hex.Encode(out[19:23], b[8:10])
	hex.Encode(out[24:], b[10:])
	out[8], out[13], out[18], out[23] = '-', '-', '-', '-'
	return string(out[:])
}

// InFamily reports whether a path is below one of the API's families.
func InFamily(path string) bool {
	for _, p := range familyPrefixes {
		if strings.HasPrefix(path, p) || path == p[:len(p)-1] {
			return true
		}
	}
	return false
}

// withoutSlash takes one slash off the end of a path: shops that build their addresses so are understood, and nothing is redirected,
// because programs send no body again. Two are a path with an empty segment, which is nobody's.
func withoutSlash(r *http.Request) *http.Request {
	path, has := strings.CutSuffix(r.URL.Path, "/")
	if !has || path == "" || path[len(path)-1] == '/' || !strings.HasSuffix(r.URL.EscapedPath(), "/") {
		return r
	}
	out, at := *r, *r.URL
	at.Path, at.RawPath = path, strings.TrimSuffix(at.RawPath, "/")
	out.URL = &at
	return &out
}

// plainPath reports whether a path has no empty segments and no dots for segments.
func plainPath(p string) bool {
	return !strings.Contains(p, "//") && !strings.Contains(p, "/./") && !strings.Contains(p, "/../") &&
		!strings.HasSuffix(p, "/.") && !strings.HasSuffix(p, "/..")
}

// wildcards lists the names in the braces of a pattern.
func wildcards(pattern string) []string {
	var out []string
	for rest := pattern; ; {
		_, after, found := strings.Cut(rest, "{")
		if !found {
			return out
		}
		name, tail, _ := strings.Cut(after, "}")
		out = append(out, name)
		rest = tail
	}
}

// cleanText reports whether s is UTF-8 without control characters.
func cleanText(s string) bool {
	ascii := true
	for i := range len(s) {
		if s[i] < 0x20 || s[i] == 0x7f {
			return false
		}
		ascii = ascii && s[i] < utf8.RuneSelf
	}
	return ascii || utf8.ValidString(s) && strings.IndexFunc(s, unicode.IsControl) < 0
}
