package client

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Code is the error_code of a refusal. Codes are only ever added to: treat one that you do not know by its status.
type Code string

// The codes by what they are about.
const (
	BadRequest       Code = "BAD_REQUEST"           // 400: no JSON, or not an object
	BadValue         Code = "BAD_VALUE"             // 400: the message lists the members; 409: they do not match what was authorized
	Unprocessable    Code = "UNPROCESSABLE_ENTITY"  // 422: order management's word for a bad body
	RequestTooLarge  Code = "REQUEST_TOO_LARGE"     // 413: more than 1 MB
	Unauthorized     Code = "UNAUTHORIZED"          // 401: username or password
	MerchantInactive Code = "MERCHANT_INACTIVE"     // 403: right password, but the merchant is disabled
	NotFound         Code = "NOT_FOUND"             // 404: unknown, expired, or another merchant's
	MethodNotAllowed Code = "METHOD_NOT_ALLOWED"    // 405: of a caller of its own making
	Conflict         Code = "CONFLICT"              // 409: others change it at the same time; make the call again
	TooManyRequests  Code = "TOO_MANY_REQUESTS"     // 429
	Internal         Code = "INTERNAL_SERVER_ERROR" // 500
	Unavailable      Code = "SERVICE_UNAVAILABLE"   // 503

	SessionCompleted Code = "SESSION_COMPLETED" // 404: the payment session has its order
	InvalidOperation Code = "INVALID_OPERATION" // 403
	Rejected         Code = "REJECTED"          // 403: placing the order was declined

	MissingContactData  Code = "MISSING_CONTACT_DATA" // 400: what the way to send the link needs
	ConstraintViolation Code = "CONSTRAINT_VIOLATION" // 400: no address, no method, or a link that cannot be sent any more
	UnsupportedCountry  Code = "UNSUPPORTED_COUNTRY"  // 400: of a phone number
	BlacklistedContact  Code = "BLACKLISTED_CONTACT"  // 400: the receiver is blocked

	ManualIDCheckNotOpen Code = "MANUAL_ID_CHECK_NOT_OPEN" // 403: no identity check with this challenge is open

	InvalidOrderID    Code = "INVALID_ORDER_ID"    // 400
	NoSuchOrder       Code = "NO_SUCH_ORDER"       // 404
	NoSuchCapture     Code = "NO_SUCH_CAPTURE"     // 404
	CaptureNotAllowed Code = "CAPTURE_NOT_ALLOWED" // 403: more than remains, or the order is cancelled, expired, still being checked
	CancelNotAllowed  Code = "CANCEL_NOT_ALLOWED"  // 403: something was captured, or it is cancelled already
	RefundNotAllowed  Code = "REFUND_NOT_ALLOWED"  // 403: more than was captured
	NotAllowed        Code = "NOT_ALLOWED"         // 403: the state of the order does not permit the change; the message says why
	InvalidAddress    Code = "INVALID_ADDRESS"     // 422: nothing could be sent to it

	TokenNotFound            Code = "TOKEN_NOT_FOUND"            // 404
	TokenCanceled            Code = "TOKEN_CANCELED"             // 403: for good
	TokenSuspended           Code = "TOKEN_SUSPENDED"            // 403: for now
	UnavailablePaymentMethod Code = "UNAVAILABLE_PAYMENT_METHOD" // 403: the charge was refused
)

// Error is a refusal: the server understood who asks what, and says no. Nothing has changed, unless Status is 500 or more
// (see [Unknown]).
type Error struct {
	Status        int      // of the HTTP answer
	Code          Code     // empty when the answer did not come from the API but from something before it
	Messages      []string // in English, for developers
	CorrelationID string   // names the call in the server's log: quote it when you ask for help
	// Explain says what was expected of each member and what came. Only sandboxes do.
	Explain string
	// Reason and StepUpID come with a refused charge on a customer token: why, and what a payment session recovers it with.
	Reason, StepUpID string
	// FraudStatus and AuthorizedPaymentMethod come with it too: rejected, and what was to be charged.
	FraudStatus             FraudStatus
	AuthorizedPaymentMethod *AuthorizedPaymentMethod
	// RetryAfter is when the server wants to be asked again; 0: it did not say.
	RetryAfter time.Duration
}

// Error gives status, code, messages and the correlation id.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d", e.Status)
	if e.Code != "" {
		b.WriteString(" " + string(e.Code))
	} else if text := http.StatusText(e.Status); text != "" {
		b.WriteString(" " + text)
	}
	if len(e.Messages) > 0 {
		b.WriteString(": " + strings.Join(e.Messages, "; "))
	}
	if e.Explain != "" {
		b.WriteString(" [" + e.Explain + "]")
	}
	if e.CorrelationID != "" {
		b.WriteString(" (correlation id " + e.CorrelationID + ")")
	}
	return b.String()
}

// ErrNoAnswer is in the error of a call that got no whole answer: the server could not be reached, or the connection broke.
var ErrNoAnswer = errors.New("no answer")

// ErrKeyReused is in the error of a call whose idempotency key belongs to an earlier call with another body. This call did
// nothing; its results are those of the earlier one.
var ErrKeyReused = errors.New("the idempotency key was used with another body before")

// AsError finds the refusal in err, nil when err is none.
func AsError(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return nil
}

// Is reports whether err is a refusal with one of the codes.
func Is(err error, codes ...Code) bool {
	e := AsError(err)
	return e != nil && slices.Contains(codes, e.Code)
}

// Unknown reports whether nobody can say if the call took effect: no answer came, or the server failed. Make the call again with
// the same idempotency key, or read what it would have changed. Every other error means that nothing has changed.
func Unknown(err error) bool {
	if e := AsError(err); e != nil {
		return e.Status >= http.StatusInternalServerError
	}
	return errors.Is(err, ErrNoAnswer)
}
