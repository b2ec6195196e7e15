package crashtest

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"kassa/internal/clock"
	"kassa/internal/engine"
	"kassa/internal/keyring"
	"kassa/internal/pay"
	"kassa/internal/store"
)

// fact is something that was answered and must be found again: a resource, and what one of its members must read.
type fact struct {
	path         string
	member, text string
}

// placed is an order with all that was answered about it.
type placed struct {
	session  string
	path     string
	captures map[string]int64 // by Capture-Id
	refunds  []string
}

// ledger is what was acknowledged.
type ledger struct {
	mu      sync.Mutex
	facts   []fact
	checked int // how many of the facts were looked up again
	orders  []*placed
}

// note writes down something that was acknowledged.
func (l *ledger) note(f fact) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.facts = append(l.facts, f)
}

func (l *ledger) order(o *placed) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.orders = append(l.orders, o)
}

func (l *ledger) change(what func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	what()
}

// len is how much was acknowledged.
func (l *ledger) len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.facts)
}

// atLeast waits until so much was acknowledged; stopped ends the wait.
func (l *ledger) atLeast(t *testing.T, n int, stopped <-chan struct{}) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	timeout := time.NewTimer(limit)
	defer timeout.Stop()
	for l.len() < n {
		select {
		case <-tick.C:
		case <-stopped:
			t.Fatal("the clients stopped")
		case <-timeout.C:
			t.Fatalf("only %d calls were acknowledged, waiting for %d", l.len(), n)
		}
	}
}

// recheck looks up what was acknowledged since the last time.
func (l *ledger) recheck(t *testing.T, c *client) {
	t.Helper()
	l.mu.Lock()
	facts := l.facts[l.checked:]
	l.checked = len(l.facts)
	l.mu.Unlock()
	for _, f := range facts {
		a, err := c.call(http.MethodGet, f.path, "", "", http.StatusOK)
		if err != nil {
			t.Errorf("acknowledged and lost: %v", err)
		} else if f.member != "" && a.text(f.member) != f.text {
			t.Errorf("acknowledged and lost: %s was %s %s, now %s", f.path, f.member, f.text, a.body)
		}
	}
}

// wholeOrder is what an order tells.
type wholeOrder struct {
	CapturedAmount int64 `json:"captured_amount"`
	RefundedAmount int64 `json:"refunded_amount"`
	Captures       []struct {
		CaptureID      string `json:"capture_id"`
		CapturedAmount int64  `json:"captured_amount"`
	} `json:"captures"`
	Refunds []struct {
		RefundID string `json:"refund_id"`
	} `json:"refunds"`
}

// audit compares each order with the ledger: nothing lost, nothing doubled. The clients have stopped.
func (l *ledger) audit(t *testing.T, c *client) {
	t.Helper()
	for _, o := range l.orders {
		a, err := c.call(http.MethodGet, o.path, "", "", http.StatusOK)
		var got wholeOrder
		if err == nil {
			err = json.Unmarshal(a.body, &got)
		}
		if err != nil {
			t.Errorf("acknowledged and lost: %v", err)
			continue
		}
		captures, sum := map[string]int64{}, int64(0)
		for _, c := range got.Captures {
			captures[c.CaptureID] = c.CapturedAmount
			sum += c.CapturedAmount
		}
		var refunds []string
		for _, r := range got.Refunds {
			refunds = append(refunds, r.RefundID)
		}
		if !maps.Equal(captures, o.captures) || !slices.Equal(refunds, o.refunds) || got.CapturedAmount != sum || got.RefundedAmount != 2500*int64(len(refunds)) {
			t.Errorf("%s: acknowledged %v and %v, it tells %s", o.path, o.captures, o.refunds, a.body)
		}
	}
}

// inspect opens the database that the program left and checks every payment: events without gaps and chained, one order and one
// attempt at most, which is the one that was acknowledged.
func (l *ledger) inspect(t *testing.T, s *service) {
	t.Helper()
	keys, err := keyring.Load(s.keys)
	if err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(t.Context(), store.Options{URL: s.database, Keys: keys})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	e := engine.New(engine.Config{Store: db, Keys: keys, Clock: clock.Real{}})
	for _, o := range l.orders {
		i, err := e.Inspect(t.Context(), o.session)
		if err == nil {
			err = sound(i)
		}
		if err != nil {
			t.Errorf("payment %s: %v", o.session, err)
		}
	}
}

func sound(i *engine.Inspection) error {
	if len(i.Orders) != 1 || len(i.Payment.Authorizations) != 1 || i.Payment.Authorizations[0].State() != pay.Consumed {
		return fmt.Errorf("%d orders of %d attempts", len(i.Orders), len(i.Payment.Authorizations))
	}
	var last pay.Event
	for _, e := range i.Events {
		if e.Sequence != last.Sequence+1 || !e.Chained(last.Hash) {
			return fmt.Errorf("event %d (%s) does not follow on %d (%s)", e.Sequence, e.Type, last.Sequence, last.Type)
		}
		last = e
	}
	if string(last.Hash) != string(i.Orders[0].Stream.Hash) {
		return fmt.Errorf("the stream does not end with event %d", last.Sequence)
	}
	return nil
}
