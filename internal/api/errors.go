package api

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"kassa/internal/engine"
	"kassa/internal/pay"
)

// wireError is a refusal that only this door knows: it follows from the request itself and from no rule.
type wireError struct {
	status   int
	code     string
	messages []string
	reasons  string
}

// Error gives code and messages.
func (e *wireError) Error() string { return e.code + ": " + strings.Join(e.messages, "; ") }

func badRequest(message string) error {
	return &wireError{status: http.StatusBadRequest, code: "BAD_REQUEST", messages: []string{message}}
}

// badValue refuses one value outside the body, by its name.
func badValue(name, want string) error { return pay.Invalid400([]pay.Fault{{Path: name, Want: want}}) }

func errTooLarge() error {
	return &wireError{status: http.StatusRequestEntityTooLarge, code: "REQUEST_TOO_LARGE", messages: []string{"The body is larger than 1 MB"}}
}

func errNoPath() error {
	return &wireError{status: http.StatusNotFound, code: "NOT_FOUND", messages: []string{"There is nothing at this address"}}
}

func errOrderID() error {
	return &wireError{status: http.StatusBadRequest, code: "INVALID_ORDER_ID", messages: []string{"Order ID must be a valid UUID."}}
}

func errRefundID() error {
	return &wireError{status: http.StatusBadRequest, code: "NOT_FOUND", messages: []string{"Refund ID must be a valid UUID."}}
}

func errInternal(cause error) error { return &failure{cause} }

// failure is an error of ours: nothing about it is told but the correlation id.
type failure struct{ cause error }

// Error is for the log.
func (e *failure) Error() string {
	if e.cause == nil {
		return "internal error"
	}
	return e.cause.Error()
}

// statuses is the table from the kinds of refusals to statuses.
var statuses = map[pay.Kind]int{
	pay.Invalid:       http.StatusBadRequest,
	pay.Unprocessable: http.StatusUnprocessableEntity,
	pay.Forbidden:     http.StatusForbidden,
	pay.NotFound:      http.StatusNotFound,
	pay.Conflict:      http.StatusConflict,
	pay.Unavailable:   http.StatusServiceUnavailable,
	pay.TooMany:       http.StatusTooManyRequests,
	pay.Stale:         http.StatusConflict,
}

// errorBody is the error object.
type errorBody struct {
	CorrelationID string   `json:"correlation_id"`
	ErrorCode     string   `json:"error_code"`
	ErrorMessages []string `json:"error_messages"`
	*chargeRefused
}

// chargeRefused is what a refused order on a customer token tells besides, the step-up included.
type chargeRefused struct {
	FraudStatus string      `json:"fraud_status"`
	Reason      string      `json:"reason,omitempty"`
	Method      *wireMethod `json:"authorized_payment_method,omitzero"`
	StepUpID    string      `json:"step_up_id,omitempty"`
}

// fail answers with what err stands for. It is the only place where errors become answers.
func (x *exchange) fail(err error) {
	var again *engine.Replay
	switch {
	case errors.As(err, &again):
		x.replay(again)
	default:
		x.replyThenDrain(x.errorReply(err))
	}
}

// errorReply makes the answer to an error, and notes it for the log.
func (x *exchange) errorReply(err error) reply {
	var own *wireError
	refusal := pay.AsError(err)
	rep := reply{}
	switch {
	case errors.As(err, &own):
		rep.status = own.status
		if rep.status == http.StatusTooManyRequests {
			rep.header = [2]string{"Retry-After", "1"}
		}
		return x.errorObject(rep, own.code, own.messages, own.reasons)
	case errors.Is(err, engine.ErrUnauthorized):
		rep.status, rep.header = http.StatusUnauthorized, [2]string{"WWW-Authenticate", `Basic realm="kassa"`}
		return x.errorObject(rep, "UNAUTHORIZED", []string{"The credentials are missing or wrong"}, "")
	case refusal != nil && statuses[refusal.Kind] != 0:
		rep.status = statuses[refusal.Kind]
		switch refusal.Kind {
		case pay.Unavailable:
			x.cause = err
			rep.header = [2]string{"Retry-After", "1"}
		case pay.TooMany:
			rep.header = [2]string{"Retry-After", untilMidnight(x.api.engine.Now())}
		}
		messages := []string{refusal.Message}
		if refusal.Kind == pay.Unprocessable && refusal.Code == "UNPROCESSABLE_ENTITY" {
			messages = violations(refusal.Faults)
		}
		x.charge = refusal.Charge
		return x.errorObject(rep, refusal.Code, messages, refusal.Explain())
	}
	x.cause = err
	rep.status = http.StatusInternalServerError
	return x.errorObject(rep, "INTERNAL_SERVER_ERROR", []string{"Internal error"}, "")
}

// untilMidnight is how many seconds are left of the day (UTC), by which quotas are counted.
func untilMidnight(now time.Time) string {
	return strconv.Itoa(int(now.UTC().Truncate(24*time.Hour).Add(24*time.Hour).Sub(now).Seconds()) + 1)
}

func (x *exchange) errorObject(rep reply, code string, messages []string, reasons string) reply {
	x.code, x.reasons = code, reasons
	if x.api.config.Sandbox {
		rep.explain = headerSafe(reasons)
	}
	body := errorBody{CorrelationID: x.correlation, ErrorCode: code, ErrorMessages: messages}
	if c := x.charge; c != nil {
		body.chargeRefused = &chargeRefused{FraudStatus: "REJECTED", Reason: c.Reason, Method: toMethod(c.Method), StepUpID: c.StepUpID}
	}
	rep.body = encode(&body)
	return rep
}

// headerSafe makes a text fit to be a header's value.
func headerSafe(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '×':
			return '*'
		case r == '−':
			return '-'
		case r == '…':
			return '.'
		case r < ' ' || r > '~':
			return '?'
		}
		return r
	}, shorten(s))
}

// encode writes an answer's body. What is given here always encodes: plain structs of ours over text that was checked when it
// came in.
func encode(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic("encode answer: " + err.Error())
	}
	return b
}
