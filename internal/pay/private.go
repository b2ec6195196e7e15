package pay

import (
	"fmt"
	"io"
	"log/slog"
)

// hidden is what personal data and secrets print as.
const hidden = "***"

// Personal is a piece of data about a person. It prints as *** in every format, in logs and in JSON; who really needs the
// value writes string(p), which a reader can search for.
type Personal string

// Secret is something that gives power to whoever knows it: a token, a code. It prints as *** like Personal.
type Secret string

// Format prints *** whatever the verb.
func (Personal) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, hidden) }

// LogValue keeps the value out of structured logs.
func (Personal) LogValue() slog.Value { return slog.StringValue(hidden) }

// MarshalText keeps the value out of JSON; the store seals it with a marshaler of its own.
func (Personal) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// Format prints *** whatever the verb.
func (Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, hidden) }

// LogValue keeps the value out of structured logs.
func (Secret) LogValue() slog.Value { return slog.StringValue(hidden) }

// MarshalText keeps the value out of JSON; the store seals it with a marshaler of its own.
func (Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }
