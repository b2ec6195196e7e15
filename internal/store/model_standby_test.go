package store

import (
	"context"
	"errors"
	"flag"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"kassa/internal/pay"
)

var standbySteps = flag.Int("standby.steps", standbyStepsHere, "steps of TestModelStandby_whatWasToldIsThere")

// TestModelStandby_whatWasToldIsThere: clients call, repeat with the same key and read, on two nodes, while the standby goes and comes, waits are
// cancelled, processes are ended and nodes are replaced by new ones. Then the primary is destroyed and the standby takes over: whatever was
// answered with success, or shown, is there, and everything is there once.
func TestModelStandby_whatWasToldIsThere(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	m := &standbyModel{pair: newPair(t).fresh(t), random: rand.New(rand.NewPCG(seed, 1)), up: true, told: map[int]bool{}}
	for range 2 {
		m.nodes = append(m.nodes, m.node())
	}
	for range *standbySteps {
		m.step()
	}
	if m.up {
		m.away()
	}
	m.failOver()
	survivor := m.node()
	for i := range m.calls {
		there, err := m.shown(survivor, i)
		if err != nil {
			t.Fatal(err)
		}
		if m.told[i] && !there {
			t.Errorf("call %d was answered or shown, and is lost", i)
		}
	}
	if n, keys := count(t, survivor, "select count(*) from payment_session"), count(t, survivor, "select count(*) from answer"); n != keys {
		t.Errorf("%d payment sessions by %d keys", n, keys)
	}
	t.Logf("%d calls, %d told, %d refused or unknown", m.calls, len(m.told), m.refused)
}

// standbyModel is what the clients know.
type standbyModel struct {
	*pair
	random  *rand.Rand
	nodes   []*Store
	up      bool
	calls   int
	told    map[int]bool // calls that were answered with success, or shown
	refused int
}

func (m *standbyModel) node() *Store {
	return database{"postgres", m.url}.open(m.t, Options{CommitLimit: 300 * time.Millisecond})
}

func (m *standbyModel) step() {
	node := m.nodes[m.random.IntN(len(m.nodes))]
	switch n := m.random.IntN(100); {
	case n < 35:
		m.call(node, m.calls)
		m.calls++
	case n < 60 && m.calls > 0:
		m.call(node, m.random.IntN(m.calls))
	case n < 85 && m.calls > 0:
		i := m.random.IntN(m.calls)
		if there, err := m.shown(node, i); err == nil && there {
			m.told[i] = true
		}
	case n < 90:
		if m.up {
			m.away()
		} else {
			m.back()
		}
		m.up = !m.up
	case n < 95:
		m.cancelWaits([]string{"pg_cancel_backend", "pg_terminate_backend"}[m.random.IntN(2)])
	case n < 97 && m.up:
		m.nodes[m.random.IntN(len(m.nodes))] = m.node() // the old one is closed at the end
	}
}

// call is what the operations do: a key that is known is answered from what is stored, once that is certain to survive; else it happens.
func (m *standbyModel) call(node *Store, i int) {
	key := AnswerKey{merchant, "POST /x", strconv.Itoa(i)}
	there, err := storedAnswer(node, key)
	switch {
	case err != nil:
	case there:
		err = node.Confirm(context.Background())
	default:
		err = commitOf(node, func(b *Batch) {
			b.InsertPayment(payment(i))
			b.SaveAnswer(key, Answer{Status: 201, CreatedAt: t0})
		})
	}
	if err == nil {
		m.told[i] = true
		return
	}
	m.refused++
	if !errors.Is(err, ErrUnknown) && !errors.Is(err, ErrBusy) && !errors.Is(err, ErrConflict) {
		m.t.Errorf("call %d: %v", i, err)
	}
}

// shown reads what a call made.
func (m *standbyModel) shown(node *Store, i int) (bool, error) {
	var got *pay.Payment
	err := node.Read(context.Background(), PaymentBy(ByPayment(merchant, payment(i).Session.ID), &got))
	return got != nil, err
}
