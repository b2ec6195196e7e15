package deliver

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"
	"unicode"
)

const (
	callbackLimit = 3 * time.Second
	excerptBytes  = 512
	// drainBytes is how much more of an answer is read, so that its connection can be used again; the rest closes it.
	drainBytes = 8 << 10

	secretPrefix = "whsec_"
	secretMin    = 24 // bytes, as Standard Webhooks asks
	secretMax    = 64
)

// Secret signs callbacks; it prints as ***.
type Secret struct{ key []byte }

// ParseSecret reads a secret as merchants see it: whsec_ and 24 to 64 bytes in base64.
func ParseSecret(text string) (Secret, error) {
	encoded, found := strings.CutPrefix(text, secretPrefix)
	key, err := base64.StdEncoding.DecodeString(encoded)
	if !found || err != nil || len(key) < secretMin || len(key) > secretMax {
		return Secret{}, fmt.Errorf("not a secret: %s and %d to %d bytes in base64", secretPrefix, secretMin, secretMax)
	}
	return Secret{key: key}, nil
}

// NewSecret makes a secret of random bytes, 24 to 64 of them; text is how the merchant sees it, for ParseSecret.
func NewSecret(random []byte) (text string, err error) {
	text = secretPrefix + base64.StdEncoding.EncodeToString(random)
	_, err = ParseSecret(text)
	return text, err
}

// Format prints *** whatever the verb.
func (Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "***") }

// MarshalText keeps the secret out of JSON.
func (Secret) MarshalText() ([]byte, error) { return []byte("***"), nil }

// LogValue keeps the secret out of structured logs.
func (Secret) LogValue() slog.Value { return slog.StringValue("***") }

// sign gives the value of webhook-signature: one signature for each secret, so that a receiver that knows only the old or only the
// new one finds its own during a rotation.
func sign(secrets []Secret, id, timestamp string, body []byte) string {
	signatures := make([]string, 0, len(secrets))
	for _, s := range secrets {
		mac := hmac.New(sha256.New, s.key)
		_, _ = fmt.Fprintf(mac, "%s.%s.%s", id, timestamp, body)
		signatures = append(signatures, "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	}
	return strings.Join(signatures, " ")
}

// Callback is one attempt to tell a receiver something, by POST.
type Callback struct {
	URL      string
	Body     []byte   // JSON; nil: a POST without a body, as KP's push
	ID       string   // webhook-id: the same for every attempt, so that a receiver knows a repetition
	Secrets  []Secret // newest first, two during a rotation; none: not signed
	Attempt  int      // Kassa-Attempt, from 1; 0: no such header
	Sequence int64    // Kassa-Sequence, from 1; 0: no such header
}

// Result is what became of an attempt.
type Result struct {
	Delivered bool          // the receiver answered 2xx in time
	Status    int           // its answer's status; 0: there was no answer
	Excerpt   string        // how its answer begins, printable, at most 512 bytes. The receiver's words: for the merchant, not for logs
	Took      time.Duration // real time
	Err       error         // why it was not delivered, nil if it was; nothing of the URL, the body or the answer is in it
}

// Temporary reports whether another attempt may help.
func (r Result) Temporary() bool { return r.Err != nil && !Permanent(r.Err) }

// CallbacksConfig says how callbacks are sent.
type CallbacksConfig struct {
	AllowLocal    bool             // loopback addresses too: the sandbox
	AllowNetworks []netip.Prefix   // private networks that the operator permits
	Limit         time.Duration    // for everything: name, connection, answer; 0: 3 s
	KeepIdle      int              // idle connections kept to one host; 0: 16
	Now           func() time.Time // nil: the real time, which receivers compare webhook-timestamp with
}

// Callbacks sends callbacks. It bounds each; how many go to one host at a time is asked of Hosts before.
type Callbacks struct {
	dialer    *dialer
	transport *http.Transport
	limit     time.Duration
	now       func() time.Time
}

// NewCallbacks makes a sender of callbacks.
func NewCallbacks(c CallbacksConfig) *Callbacks {
	if c.Limit == 0 {
		c.Limit = callbackLimit
	}
	if c.KeepIdle == 0 {
		c.KeepIdle = hostConcurrent
	}
	if c.Now == nil {
		c.Now = realTime
	}
	d := &dialer{networks: networks{loopback: c.AllowLocal, allowed: c.AllowNetworks}, limit: c.Limit}
	return &Callbacks{dialer: d, transport: newTransport(d, c.KeepIdle), limit: c.Limit, now: c.Now}
}

// Close closes the connections that are kept for the next callback.
func (c *Callbacks) Close() { c.transport.CloseIdleConnections() }

// Send makes one attempt. It returns within the limit, or earlier when ctx ends: then Err is context.Canceled and the receiver may
// have taken the callback.
func (c *Callbacks) Send(ctx context.Context, call Callback) Result {
	started := realTime()
	ctx, cancel := context.WithTimeout(ctx, c.limit)
	defer cancel()
	r := c.send(ctx, call)
	r.Took = realTime().Sub(started)
	return r
}

func (c *Callbacks) send(ctx context.Context, call Callback) Result {
	req, err := c.request(ctx, call)
	if err != nil {
		return Result{Err: err}
	}
	// Not by an http.Client: it would read Location, and its errors have the URL in them.
	resp, err := c.transport.RoundTrip(req)
	if err != nil {
		return Result{Err: reason(err)}
	}
	defer func() { _ = resp.Body.Close() }()
	// What the receiver says decides; that the rest of its answer does not come, or not in time, changes nothing.
	text, _ := io.ReadAll(io.LimitReader(resp.Body, excerptBytes))
	if len(text) == excerptBytes {
		_, _ = io.CopyN(io.Discard, resp.Body, drainBytes)
	}
	r := Result{Status: resp.StatusCode, Excerpt: printable(text)}
	if r.Status >= 200 && r.Status < 300 {
		r.Delivered = true
	} else {
		r.Err = fmt.Errorf("the receiver answered %d", r.Status)
	}
	return r
}

func (c *Callbacks) request(ctx context.Context, call Callback) (*http.Request, error) {
	u, err := target(call.URL)
	if err != nil {
		return nil, err
	}
	body := io.Reader(http.NoBody)
	if call.Body != nil {
		body = bytes.NewReader(call.Body)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), body)
	if err != nil {
		return nil, &refused{errForm}
	}
	timestamp := strconv.FormatInt(c.now().Unix(), 10)
	h := req.Header
	h.Set("User-Agent", "Kassa")
	if call.Body != nil {
		h.Set("Content-Type", "application/json")
	}
	h.Set("Webhook-Id", call.ID)
	h.Set("Webhook-Timestamp", timestamp)
	if len(call.Secrets) > 0 {
		h.Set("Webhook-Signature", sign(call.Secrets, call.ID, timestamp, call.Body))
	}
	if call.Attempt > 0 {
		h.Set("Kassa-Attempt", strconv.Itoa(call.Attempt))
	}
	if call.Sequence > 0 {
		h.Set("Kassa-Sequence", strconv.FormatInt(call.Sequence, 10))
	}
	// Tells the transport that it may send again when a kept connection turns out to have been closed; an empty list is not sent.
	h["Idempotency-Key"] = nil
	return req, nil
}

// printable makes a text of what a receiver sent: it goes into a database and onto a screen. It never grows.
func printable(text []byte) string {
	s := strings.ToValidUTF8(string(text), "?")
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r):
			return ' '
		case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069: // they turn what follows them
			return -1
		}
		return r
	}, s)
}
