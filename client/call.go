package client

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

const (
	keyHeader         = "Klarna-Idempotency-Key"
	correlationHeader = "Klarna-Correlation-Id"
	explainHeader     = "Kassa-Explain"
	replayedHeader    = "Kassa-Idempotency-Replayed"
	mismatchHeader    = "Kassa-Idempotency-Mismatch"

	// maxAnswer bounds what is read of an answer: an order of 1,000 lines with its captures stays far below.
	maxAnswer = 16 << 20
	// longestPause is the longest Retry-After that is waited for; a longer one is the caller's to plan.
	longestPause = 5 * time.Second
	// firstPause is waited before a call without an answer is made again; it doubles each time.
	firstPause = 100 * time.Millisecond
)

// call is one call of the API on its way.
type call struct {
	method string
	path   string
	query  string
	key    string
	in     any // the body, nil: none
	out    any // where the answer's body goes, nil: nowhere
	header http.Header
	// replayed, when not nil, is told whether the answer was an earlier one.
	replayed *bool
	// patience is how much longer than others the call may take: the server waits for something.
	patience time.Duration
}

// do makes the call, what is its name in errors; again when that is safe and promises something: no answer came, or the server said when to come back.
// Every call is safe to repeat: a GET changes nothing, a DELETE finds its work done, a POST or PATCH carries a key.
func (c *Client) do(ctx context.Context, what string, r call, options []Option) (http.Header, error) {
	if r.path == "" {
		return nil, fmt.Errorf("%s: an id is missing", what)
	}
	for _, o := range options {
		o(&r)
	}
	if r.key == "" && (r.method == http.MethodPost || r.method == http.MethodPatch) {
		r.key = rand.Text()
	}
	var body []byte
	if r.in != nil {
		var err error
		if body, err = json.Marshal(r.in); err != nil {
			return nil, fmt.Errorf("%s: encode: %w", what, err)
		}
	}
	for attempt := 1; ; attempt++ {
		err := c.attempt(ctx, &r, body)
		if err == nil {
			return r.header, nil
		}
		pause, again := pauseAfter(err, attempt)
		if attempt == c.attempts || !again || !wait(ctx, pause) {
			return r.header, fmt.Errorf("%s: %w", what, err)
		}
	}
}

// pauseAfter says how long to wait before a call that failed is made again, and whether it may be.
func pauseAfter(err error, attempt int) (time.Duration, bool) {
	if errors.Is(err, ErrNoAnswer) {
		return firstPause << (attempt - 1), true
	}
	e := AsError(err)
	if e == nil || e.Status != http.StatusServiceUnavailable && e.Status != http.StatusTooManyRequests {
		return 0, false
	}
	return e.RetryAfter, e.RetryAfter > 0 && e.RetryAfter <= longestPause
}

// wait waits, and reports false when the context ends first or would.
func wait(ctx context.Context, pause time.Duration) bool {
	if ctx.Err() != nil {
		return false
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// attempt makes the call once.
func (c *Client) attempt(ctx context.Context, r *call, body []byte) error {
	ctx, cancel := context.WithTimeout(ctx, c.timeout+r.patience)
	defer cancel()
	address := c.base + r.path
	if r.query != "" {
		address += "?" + r.query
	}
	request, err := http.NewRequestWithContext(ctx, r.method, address, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("make the request: %w", err)
	}
	c.authorize(request)
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", "kassa-client")
	if r.in != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if r.key != "" && (r.method == http.MethodPost || r.method == http.MethodPatch) {
		request.Header.Set(keyHeader, r.key)
	}
	answer, err := c.http.Do(request)
	if err != nil {
		return noAnswer(err)
	}
	defer answer.Body.Close()
	got, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	if err != nil {
		return noAnswer(err)
	}
	r.header = answer.Header
	if r.replayed != nil {
		*r.replayed = answer.Header.Get(replayedHeader) == "true"
	}
	if answer.StatusCode < 200 || answer.StatusCode > 299 {
		return refusal(answer, got)
	}
	if r.out != nil {
		if err := json.Unmarshal(got, r.out); err != nil {
			return fmt.Errorf("understand the answer (%s): %w", answer.Header.Get(correlationHeader), err)
		}
	}
	if answer.Header.Get(mismatchHeader) == "true" {
		return ErrKeyReused
	}
	return nil
}

// noAnswer takes the address out of a transport's error: an authorization token may be part of it.
func noAnswer(err error) error {
	var where *url.Error
	if errors.As(err, &where) {
		err = where.Err
	}
	return fmt.Errorf("%w: %w", ErrNoAnswer, err)
}

// refusal reads what a status other than 2xx came with.
func refusal(answer *http.Response, body []byte) *Error {
	e := &Error{
		Status: answer.StatusCode, CorrelationID: answer.Header.Get(correlationHeader), Explain: answer.Header.Get(explainHeader),
	}
	if seconds, err := strconv.Atoi(answer.Header.Get("Retry-After")); err == nil && seconds > 0 {
		e.RetryAfter = time.Duration(seconds) * time.Second
	}
	var object struct {
		CorrelationID string                   `json:"correlation_id"`
		Code          Code                     `json:"error_code"`
		Messages      []string                 `json:"error_messages"`
		Message       string                   `json:"error_message"` // of older services
		Reason        string                   `json:"reason"`
		StepUpID      string                   `json:"step_up_id"`
		FraudStatus   FraudStatus              `json:"fraud_status"`
		Method        *AuthorizedPaymentMethod `json:"authorized_payment_method"`
	}
	if json.Unmarshal(body, &object) != nil {
		return e // a proxy's page, not the API's object: the status has to do
	}
	e.Code, e.Messages, e.Reason, e.StepUpID = object.Code, object.Messages, object.Reason, object.StepUpID
	e.FraudStatus, e.AuthorizedPaymentMethod = object.FraudStatus, object.Method
	if object.CorrelationID != "" {
		e.CorrelationID = object.CorrelationID
	}
	if object.Message != "" {
		e.Messages = append(e.Messages, object.Message)
	}
	return e
}

// path puts ids into an address: path("/hpp/v1/sessions/", id, "/distribution"). Every second part is an id. A missing id
// would make it the address of something else: then it is empty.
func path(parts ...string) string {
	out := ""
	for i, p := range parts {
		if i%2 == 1 {
			if p == "" {
				return ""
			}
			p = url.PathEscape(p)
		}
		out += p
	}
	return out
}
