package pay

import (
	"errors"
	"slices"
	"strings"
	"time"
)

// Kind is the sort of a refusal; the doors turn it into a status.
type Kind uint8

// The kinds of refusal.
const (
	// Invalid: the request itself is wrong (400).
	Invalid Kind = iota + 1
	// Unprocessable: order management's form of Invalid (422).
	Unprocessable
	// Forbidden: understood, not allowed in this state (403).
	Forbidden
	// NotFound: unknown, expired, or somebody else's (404).
	NotFound
	// Conflict: does not agree with what was decided before (409).
	Conflict
	// Unavailable: try again later (503).
	Unavailable
	// TooMany: no more of it for now (429).
	TooMany
	// Stale: a step of the page that the session has left behind; the consumer is shown the present state.
	Stale
)

// Fault is one wrong member of a request: where, what was expected there, what came.
type Fault struct {
	Path string // like order_lines[0].total_amount
	Want string
	Got  string
}

// Error is a refusal. Code and Message are part of the API: append, never rename.
type Error struct {
	Kind    Kind
	Code    string
	Message string
	Faults  []Fault // reasons, for the request log and the sandbox's Kassa-Explain
	// Charge is set on the refusal of a charge on a customer token.
	Charge *ChargeRefusal
}

// Error gives code and message.
func (e *Error) Error() string { return e.Code + ": " + e.Message }

// AsError finds the refusal in err, nil when err is none.
func AsError(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return nil
}

func refuse(kind Kind, code, message string) *Error {
	return &Error{Kind: kind, Code: code, Message: message}
}

// because adds a reason that the message does not tell; got is empty for what is personal, or unknown.
func (e *Error) because(path, want, got string) *Error {
	e.Faults = append(e.Faults, Fault{Path: path, Want: want, Got: got})
	return e
}

// Ended adds as a reason that something was over at an instant.
func (e *Error) Ended(path string, at time.Time) *Error {
	return e.because(path, "a time to come", at.UTC().Format(time.RFC3339Nano))
}

// NotFoundError is the answer for ids that are unknown, expired or another merchant's.
func NotFoundError(message string) *Error { return refuse(NotFound, "NOT_FOUND", message) }

// ErrStale is the answer to a step that the session has left behind.
var ErrStale = refuse(Stale, "STALE", "The session has moved on")

// Invalid400 makes the one answer to a body with faults (one message that lists all bad paths, in document
// order), nil without any.
func Invalid400(faults []Fault) *Error {
	if len(faults) == 0 {
		return nil
	}
	sorted := slices.Clone(faults)
	slices.SortStableFunc(sorted, func(a, b Fault) int { return comparePaths(a.Path, b.Path) })
	var paths []string
	for _, f := range sorted {
		if len(paths) == 0 || paths[len(paths)-1] != f.Path {
			paths = append(paths, f.Path)
		}
	}
	return &Error{Kind: Invalid, Code: "BAD_VALUE", Message: "Bad value: " + strings.Join(paths, ", "), Faults: sorted}
}

// Explain gives the reasons behind the message, one clause a fault, without the values of personal members.
func (e *Error) Explain() string {
	var b strings.Builder
	for _, f := range e.Faults {
		if b.Len() > 0 {
			b.WriteString("; ")
		}
		b.WriteString(f.Path)
		if f.Want != "" {
			b.WriteString(": expected " + f.Want)
		}
		if f.Got != "" {
			b.WriteString(", got " + f.Got)
		}
	}
	return b.String()
}

// faulted reports whether path or something inside it is among the faults.
func faulted(faults []Fault, path string) bool {
	return slices.ContainsFunc(faults, func(f Fault) bool {
		return f.Path == path || strings.HasPrefix(f.Path, path+".") || strings.HasPrefix(f.Path, path+"[")
	})
}
