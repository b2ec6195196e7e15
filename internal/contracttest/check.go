package contracttest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/go-json-experiment/json/jsontext"
)

// Exchange is one request and its answer, both read to the end.
type Exchange struct {
	Method string
	Path   string // escaped, without the path prefix of the public URL
	Query  string
	Header http.Header // of the request
	Body   []byte      // of the request, as far as the server read it

	Status       int
	AnswerHeader http.Header
	Answer       []byte
}

// Check says what about an exchange the documents do not allow, all of it; nil: nothing. The answer is always checked, the
// request when it was accepted.
func Check(x Exchange) error {
	if path, has := strings.CutSuffix(x.Path, "/"); has && path != "/openapi" && !strings.HasSuffix(path, "/") {
		x.Path = path // one slash at the end is none
	}
	docs, err := load()
	if err != nil {
		return err
	}
	if x.isDocument() {
		return x.checkDocument()
	}
	route, params := docs.find(x.Method, x.Path)
	input, err := x.input(route, params)
	if err != nil {
		return x.failure(err)
	}
	faults := x.checkEverywhere()
	if x.isStream() {
		faults = append(faults, x.checkStream(route)...)
	} else {
		faults = append(faults, append(x.checkContent(), x.checkAnswer(input)...)...)
		faults = append(faults, x.checkOriginal())
	}
	if x.accepted() {
		faults = append(faults, x.checkRequest(input))
	}
	if err := errors.Join(faults...); err != nil {
		return x.failure(err)
	}
	return nil
}

// accepted reports whether the server did what this request asks for. With a mismatched idempotency key it looked at the key
// alone.
func (x *Exchange) accepted() bool {
	return x.Status >= 200 && x.Status < 300 && x.AnswerHeader.Get("Kassa-Idempotency-Mismatch") == ""
}

// failure tells the whole exchange with what is wrong about it.
func (x *Exchange) failure(err error) error {
	return fmt.Errorf("the exchange is not as openapi/ describes it: %s %s answered %d\nsent: %s\nanswered: %s\nwrong: %w",
		x.Method, x.Path, x.Status, shorten(x.Body), shorten(x.Answer), err)
}

func shorten(body []byte) []byte {
	const shown = 4000
	if len(body) <= shown {
		return body
	}
	return append(body[:shown:shown], "…"...)
}

// isDocument reports whether the answer is a file of openapi/.
func (x *Exchange) isDocument() bool {
	return strings.HasPrefix(x.Path+"/", "/openapi/") && x.Status == http.StatusOK
}

func (x *Exchange) checkDocument() error {
	if got := x.AnswerHeader.Get("Content-Type"); got != "application/yaml" {
		return x.failure(fmt.Errorf("Content-Type is %q", got))
	}
	return nil
}

// uuid is the form of every id that we draw.
var uuid = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)

// checkEverywhere checks what holds for every answer and what no schema can say.
func (x *Exchange) checkEverywhere() (faults []error) {
	wrong := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	id := x.AnswerHeader.Get("Klarna-Correlation-Id")
	if !uuid.MatchString(id) {
		wrong("Klarna-Correlation-Id is %q", id)
	}
	if got := x.AnswerHeader.Get("Cache-Control"); !strings.Contains(got, "no-store") {
		wrong("Cache-Control is %q", got)
	}
	return faults
}

// checkContent checks what holds for every body that is not a stream.
func (x *Exchange) checkContent() (faults []error) {
	wrong := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	id := x.AnswerHeader.Get("Klarna-Correlation-Id")
	if len(x.Answer) == 0 {
		return faults
	}
	if got := x.AnswerHeader.Get("Content-Type"); got != "application/json" {
		wrong("Content-Type is %q", got)
	}
	if !jsontext.Value(x.Answer).IsValid() {
		wrong("the body is not one JSON value in UTF-8 without a member twice")
	}
	var refusal struct {
		CorrelationID *string `json:"correlation_id"`
	}
	if err := json.Unmarshal(x.Answer, &refusal); err == nil && refusal.CorrelationID != nil && *refusal.CorrelationID != id {
		wrong("correlation_id is %q and Klarna-Correlation-Id %q", *refusal.CorrelationID, id)
	}
	return faults
}

// input is the form in which the validator wants an exchange.
func (x *Exchange) input(route *routers.Route, params map[string]string) (*openapi3filter.RequestValidationInput, error) {
	at, err := url.Parse("http://kassa" + x.Path)
	if err != nil {
		return nil, fmt.Errorf("read the path: %w", err)
	}
	at.RawQuery = x.Query
	r := &http.Request{Method: x.Method, URL: at, Header: http.Header{}, Body: http.NoBody}
	maps.Copy(r.Header, x.Header)
	options := &openapi3filter.Options{
		IncludeResponseStatus: true, MultiError: true, SkipSettingDefaults: true,
		AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, // who may do what is the business of the tests
	}
	options.WithCustomSchemaErrorFunc(func(err *openapi3.SchemaError) string {
		return strings.TrimSpace("/" + strings.Join(err.JSONPointer(), "/") + " " + err.Reason)
	})
	return &openapi3filter.RequestValidationInput{Request: r, PathParams: params, Route: route, Options: options}, nil
}

// checkRequest checks an accepted request: parameters and body. Content types are never looked at, so that the body is JSON
// whatever the client says.
func (x *Exchange) checkRequest(input *openapi3filter.RequestValidationInput) error {
	op, body := input.Route.Operation, bytes.TrimSpace(bytes.TrimPrefix(x.Body, []byte("\ufeff")))
	if op.RequestBody != nil && len(body) > 0 {
		spelled, err := lenient(op.RequestBody.Value.Content["application/json"].Schema.Value, body)
		if err != nil {
			return err
		}
		input.Request.Header.Set("Content-Type", "application/json")
		input.Request.Body = io.NopCloser(bytes.NewReader(spelled))
	}
	if err := openapi3filter.ValidateRequest(context.Background(), input); err != nil {
		return fmt.Errorf("accepted, and not allowed: %w", err)
	}
	return nil
}

// absolute refuses what is no absolute URL.
var absolute = openapi3.NewCallbackValidator(func(s string) error {
	if u, err := url.Parse(s); err != nil || u.Scheme == "" || u.Host == "" {
		return errors.New("not an absolute URL")
	}
	return nil
})

// checkAnswer checks status, headers and body.
func (x *Exchange) checkAnswer(input *openapi3filter.RequestValidationInput) (faults []error) {
	options := *input.Options
	options.SchemaValidationOptions = []openapi3.SchemaValidationOption{openapi3.WithStringFormatValidator("uri", absolute)}
	response := &openapi3filter.ResponseValidationInput{RequestValidationInput: input, Status: x.Status, Header: x.AnswerHeader, Options: &options}
	if err := openapi3filter.ValidateResponse(context.Background(), response.SetBodyBytes(x.Answer)); err != nil {
		faults = append(faults, err)
	}
	described := input.Route.Operation.Responses.Status(x.Status)
	if described == nil {
		return faults
	}
	if len(x.Answer) > 0 && (len(described.Value.Content) == 0 || x.Method == http.MethodHead) {
		faults = append(faults, errors.New("there is a body where none is described"))
	}
	for name := range x.AnswerHeader {
		if telling(name) && !hasHeader(described.Value, name) {
			faults = append(faults, fmt.Errorf("the header %s is not described", name))
		}
	}
	return faults
}

// telling reports whether a header is part of what an operation tells, and not of how HTTP carries it.
func telling(name string) bool {
	switch name {
	case "Capture-Id", "Refund-Id", "Location", "Www-Authenticate", "Allow", "Retry-After", "Set-Cookie":
		return true
	}
	return strings.HasPrefix(name, "Klarna-") || strings.HasPrefix(name, "Kassa-")
}

func hasHeader(response *openapi3.Response, name string) bool {
	for described := range response.Headers {
		if http.CanonicalHeaderKey(described) == name {
			return true
		}
	}
	return false
}
