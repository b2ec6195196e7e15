package client

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Callback is what the server tells by a request to one of the merchant's URLs. The same callback may come more than once, and an
// older one after a newer one when it could not be delivered for long: EventID knows a repetition, Sequence the order. It is a
// hint to read the session or order, which are the truth.
type Callback struct {
	EventID  string // the same for every attempt
	Attempt  int    // from 1
	Sequence int64  // place among the callbacks of its kind about the same session or order, from 1 without gaps

	// Session is there in a callback to HostedURLs.StatusUpdate: the session as it was after the change.
	Session *HostedSession
	// Authorization is there in a callback to PaymentURLs.Authorization.
	Authorization *AuthorizationGiven
	// Fraud is there in a callback to PaymentURLs.Notification.
	Fraud *FraudDecided
	// None of them is there in a callback to PaymentURLs.Push: which order, the URL says by its placeholders. It comes again until
	// the order is acknowledged.
}

// AuthorizationGiven tells that a consumer was authorized.
type AuthorizationGiven struct {
	AuthorizationToken AuthorizationToken `json:"authorization_token"`
	SessionID          PaymentSessionID   `json:"session_id"`
}

// FraudDecided tells how a pending fraud decision turned out.
type FraudDecided struct {
	OrderID   OrderID   `json:"order_id"`
	EventType string    `json:"event_type"` // FRAUD_RISK_ACCEPTED or FRAUD_RISK_REJECTED
	Timestamp time.Time `json:"timestamp"`
}

// ErrCallbackRefused is what every callback is refused with that is not ours, or not of now: answer 400 or 401 and do nothing.
var ErrCallbackRefused = errors.New("callback refused")

const (
	callbackBytes     = 1 << 20
	callbackTolerance = 5 * time.Minute // between the sender's clock and ours, as Standard Webhooks recommends
)

// CallbackReader reads callbacks and verifies that the server sent them. It may be used by many goroutines at once.
type CallbackReader struct {
	now func() time.Time
	// sign gives the signatures of a message, one for each secret. They live in the function only: whatever prints a reader prints none.
	sign func(message string) [][]byte
}

// NewCallbackReader makes a reader that knows one secret, or the old and the new one during a rotation: whsec_ and base64, as the
// operator gave them.
func NewCallbackReader(secrets ...string) (*CallbackReader, error) {
	if len(secrets) == 0 {
		return nil, errors.New("callback secret: at least one is needed")
	}
	var keys [][]byte
	for _, s := range secrets {
		encoded, found := strings.CutPrefix(s, "whsec_")
		key, err := base64.StdEncoding.DecodeString(encoded)
		if !found || err != nil || len(key) < 24 {
			return nil, errors.New("callback secret: want whsec_ and at least 24 bytes in base64") // not quoted: it is a secret
		}
		keys = append(keys, key)
	}
	now := time.Now //nolint:forbidigo // whether a callback is old is told by the clock of the machine that it reached
	return &CallbackReader{now: now, sign: func(message string) [][]byte {
		out := make([][]byte, len(keys))
		for i, key := range keys {
			mac := hmac.New(sha256.New, key)
			_, _ = io.WriteString(mac, message)
			out[i] = mac.Sum(nil)
		}
		return out
	}}, nil
}

// Read verifies and decodes a callback; it reads the request's body. The error is [ErrCallbackRefused] when the signature is not
// the server's or the callback is more than five minutes old. Answer any 2xx within three seconds once what it tells is safely
// noted; anything else has it sent again.
func (c *CallbackReader) Read(r *http.Request) (*Callback, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, callbackBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read callback: %w", err)
	}
	if len(body) > callbackBytes {
		return nil, fmt.Errorf("%w: its body is larger than 1 MB", ErrCallbackRefused)
	}
	if err := c.verify(r.Header, body); err != nil {
		return nil, err
	}
	out := &Callback{EventID: r.Header.Get("Webhook-Id")}
	out.Attempt, _ = strconv.Atoi(r.Header.Get("Kassa-Attempt"))
	out.Sequence, _ = strconv.ParseInt(r.Header.Get("Kassa-Sequence"), 10, 64)
	return out, out.decode(body)
}

func (c *CallbackReader) verify(h http.Header, body []byte) error {
	id, stamp := h.Get("Webhook-Id"), h.Get("Webhook-Timestamp")
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || id == "" {
		return fmt.Errorf("%w: webhook-id or webhook-timestamp is missing", ErrCallbackRefused)
	}
	if age := c.now().Sub(time.Unix(seconds, 0)); age > callbackTolerance || age < -callbackTolerance {
		return fmt.Errorf("%w: it is of another time: compare the clocks", ErrCallbackRefused)
	}
	wanted := c.sign(id + "." + stamp + "." + string(body))
	for signature := range strings.FieldsSeq(h.Get("Webhook-Signature")) {
		encoded, found := strings.CutPrefix(signature, "v1,")
		given, err := base64.StdEncoding.DecodeString(encoded)
		if !found || err != nil {
			continue
		}
		for _, want := range wanted {
			if hmac.Equal(given, want) {
				return nil
			}
		}
	}
	return fmt.Errorf("%w: no signature is by a secret that is known here", ErrCallbackRefused)
}

// decode reads the body of whichever kind it is.
func (c *Callback) decode(body []byte) error {
	if len(body) == 0 {
		return nil
	}
	var any struct {
		Session            json.RawMessage `json:"session"`
		AuthorizationToken *string         `json:"authorization_token"`
		EventType          *string         `json:"event_type"`
	}
	if err := json.Unmarshal(body, &any); err != nil {
		return fmt.Errorf("decode callback: %w", err)
	}
	var err error
	switch {
	case any.Session != nil:
		c.Session = new(HostedSession)
		err = json.Unmarshal(any.Session, c.Session)
	case any.AuthorizationToken != nil:
		c.Authorization = new(AuthorizationGiven)
		err = json.Unmarshal(body, c.Authorization)
	case any.EventType != nil:
		c.Fraud = new(FraudDecided)
		err = json.Unmarshal(body, c.Fraud)
	}
	if err != nil {
		return fmt.Errorf("decode callback: %w", err)
	}
	return nil
}
