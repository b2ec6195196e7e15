package servertest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// Received is a callback as it came.
type Received struct {
	Path, Query string
	Header      http.Header
	Body        []byte
}

// ID is the event's id, the same for every attempt.
func (r Received) ID() string { return r.Header.Get("Webhook-Id") }

// Number reads a header that is a number: Kassa-Attempt, Kassa-Sequence.
func (r Received) Number(header string) int {
	n, _ := strconv.Atoi(r.Header.Get(header))
	return n
}

// Text reads a member of the body, or of the object session in it, that is a string.
func (r Received) Text(member string) string {
	var body, session map[string]any
	if err := json.Unmarshal(r.Body, &body); err != nil {
		return ""
	}
	if name, nested := strings.CutPrefix(member, "session."); nested {
		session, _ = body["session"].(map[string]any)
		body, member = session, name
	}
	s, _ := body[member].(string)
	return s
}

// Session is the object session of the body.
func (r Received) Session() map[string]any {
	var body struct{ Session map[string]any }
	if err := json.Unmarshal(r.Body, &body); err != nil {
		return nil
	}
	return body.Session
}

// SignedBy reports whether one of the signatures is that of a secret: written anew from the description of Standard Webhooks, not
// with the code that signs.
func (r Received) SignedBy(secret string) bool {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil {
		return false
	}
	mac := hmac.New(sha256.New, key)
	_, _ = io.WriteString(mac, r.ID()+"."+r.Header.Get("Webhook-Timestamp")+"."+string(r.Body))
	return slices.Contains(strings.Split(r.Header.Get("Webhook-Signature"), " "), "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
}

// Receiver is a merchant's endpoint that keeps what comes.
type Receiver struct {
	*httptest.Server
	t testing.TB

	mu     sync.Mutex
	got    []Received
	answer func(r Received) int
	news   chan struct{}
}

// NewReceiver starts a receiver on loopback that answers 204.
func NewReceiver(t testing.TB) *Receiver {
	r := &Receiver{t: t, news: make(chan struct{})}
	r.Server = httptest.NewServer(http.HandlerFunc(r.serve))
	t.Cleanup(r.Close)
	return r
}

// Answer has callbacks answered with the status that f gives; f may wait.
func (r *Receiver) Answer(f func(r Received) int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answer = f
}

func (r *Receiver) serve(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return
	}
	got := Received{Path: req.URL.Path, Query: req.URL.RawQuery, Header: req.Header, Body: body}
	r.mu.Lock()
	r.got = append(r.got, got)
	answer := r.answer
	close(r.news)
	r.news = make(chan struct{})
	r.mu.Unlock()
	status := http.StatusNoContent
	if answer != nil {
		status = answer(got)
	}
	w.WriteHeader(status)
}

// Took gives what came since the last time.
func (r *Receiver) Took() []Received {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := r.got
	r.got = nil
	return out
}

// Wait waits until n callbacks have come since the last time, and takes them.
func (r *Receiver) Wait(n int) []Received {
	r.t.Helper()
	limit := time.NewTimer(time.Minute)
	defer limit.Stop()
	for {
		r.mu.Lock()
		have, news := len(r.got), r.news
		r.mu.Unlock()
		if have >= n {
			return r.Took()
		}
		select {
		case <-news:
		case <-limit.C:
			r.t.Fatalf("%d callbacks came, want %d", have, n)
		}
	}
}
