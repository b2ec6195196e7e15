package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"kassa/internal/pay"
	"kassa/internal/pgtest"
)

// pair is a primary, the standby that it waits for, and stores on whichever of the two takes writes.
type pair struct {
	t                *testing.T
	primary, standby *pgtest.Cluster
	url              string // of both
	primaryURL       string
}

func newPair(t *testing.T) *pair {
	t.Helper()
	p := &pair{t: t}
	p.primary, p.standby = pgtest.StartPair(t)
	return p
}

// fresh is the same pair with an empty database.
func (p *pair) fresh(t *testing.T) *pair {
	t.Helper()
	q := *p
	q.t = t
	q.primaryURL = p.primary.LastingDatabase(t)
	q.url = p.primary.Both(q.primaryURL, p.standby)
	return &q
}

// store opens a store whose commits are unknown after a short time.
func (p *pair) store() *Store {
	p.t.Helper()
	return database{"postgres", p.url}.open(p.t, Options{CommitLimit: 2 * time.Second})
}

// away stops the standby, as a network or a machine that fails does.
func (p *pair) away() {
	p.t.Helper()
	if err := p.standby.Crash(); err != nil {
		p.t.Fatal(err)
	}
}

func (p *pair) back() {
	p.t.Helper()
	if err := p.standby.Up(); err != nil {
		p.t.Fatal(err)
	}
}

// failOver destroys the primary and has the standby take over.
func (p *pair) failOver() {
	p.t.Helper()
	if err := p.primary.Crash(); err != nil {
		p.t.Fatal(err)
	}
	p.back()
	if err := p.standby.Promote(); err != nil {
		p.t.Fatal(err)
	}
}

// cancelWaits does what an operator can do to commits that hang: it cancels their waits. It returns how many there were.
func (p *pair) cancelWaits(with string) (n int) {
	p.t.Helper()
	conn, err := pgx.Connect(p.t.Context(), p.primaryURL)
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(p.t.Context())) }()
	err = conn.QueryRow(p.t.Context(), "select count("+with+"(pid)) from pg_stat_activity where wait_event = 'SyncRep' and datname = current_database()").Scan(&n)
	if err != nil {
		p.t.Fatal(err)
	}
	return n
}

// eventually waits for something that comes by itself.
func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	limit := time.NewTimer(time.Minute)
	defer limit.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-limit.C:
			t.Fatalf("%s: did not come", what)
		}
	}
}

// storedAnswer reads an answer: whether it is there, or the error.
func storedAnswer(s *Store, key AnswerKey) (bool, error) {
	var got *Answer
	err := s.Read(context.Background(), AnswerBy(key, &got))
	return got != nil, err
}

func answerBatch(key AnswerKey) func(b *Batch) {
	return func(b *Batch) { b.SaveAnswer(key, Answer{Status: 201, CreatedAt: t0}) }
}

// TestStandby_isWaitedFor walks one pair through what can happen to its standby; the last step destroys the primary. Each step has a database of
// its own and leaves the standby up.
func TestStandby_isWaitedFor(t *testing.T) {
	p := newPair(t)
	for _, step := range []struct {
		name string
		test func(t *testing.T, p *pair)
	}{
		{"a wait that is cancelled is unknown", func(t *testing.T, p *pair) { aCancelledWaitIsUnknown(t, p, "pg_cancel_backend") }},
		{"a wait whose process is ended is unknown", func(t *testing.T, p *pair) { aCancelledWaitIsUnknown(t, p, "pg_terminate_backend") }},
		{"a wait that was given up and ends later is seen", aGivenUpWaitThatEndsIsSeen},
		{"commits that are given up are bounded", commitsGivenUpAreBounded},
		{"reads go on beside commits that hang", readsGoOnBesideCommitsThatHang},
		{"nothing unconfirmed is shown", nothingUnconfirmedIsShown},
	} {
		if !t.Run(step.name, func(t *testing.T) { step.test(t, p.fresh(t)) }) {
			return // the pair may be in any state
		}
	}
}

// nothingUnconfirmedIsShown: a commit that only the primary has is unknown, is not read, and is not there after a failover; the same call then
// happens once.
func nothingUnconfirmedIsShown(t *testing.T, p *pair) {
	s := p.store()
	key := AnswerKey{merchant, "POST /x", "k"}
	if err := commitOf(s, answerBatch(AnswerKey{merchant, "POST /x", "before"})); err != nil {
		t.Fatal(err)
	}
	p.away()
	if err := commitOf(s, answerBatch(key)); !errors.Is(err, ErrUnknown) {
		t.Fatalf("commit without the standby: %v, want ErrUnknown", err)
	}
	for range 20 {
		if there, err := storedAnswer(s, key); there || err != nil {
			t.Fatalf("what no standby has is read: %v, %v", there, err)
		}
	}
	if there, err := storedAnswer(s, AnswerKey{merchant, "POST /x", "before"}); !there || err != nil {
		t.Fatalf("what the standby has is not read meanwhile: %v, %v", there, err)
	}
	if err := commitOf(s, answerBatch(key)); !errors.Is(err, ErrUnknown) && !errors.Is(err, ErrBusy) {
		t.Errorf("the same again: %v, want ErrUnknown or ErrBusy", err)
	}
	p.failOver()
	eventually(t, "a commit on the standby", func() bool { return commitOf(s, answerBatch(key)) == nil })
	if there, err := storedAnswer(s, key); !there || err != nil {
		t.Errorf("after the failover: %v, %v", there, err)
	}
}

// aCancelledWaitIsUnknown: PostgreSQL answers a commit whose wait is cancelled with success and a warning, and shows its rows.
func aCancelledWaitIsUnknown(t *testing.T, p *pair, with string) {
	s := database{"postgres", p.url}.open(t, Options{CommitLimit: 20 * time.Second})
	key := AnswerKey{merchant, "POST /x", "k"}
	p.away()
	out := make(chan error, 1)
	go func() { out <- commitOf(s, answerBatch(key)) }()
	eventually(t, "a commit that waits", func() bool { return p.cancelWaits(with) > 0 })
	if err := <-out; !errors.Is(err, ErrUnknown) {
		t.Errorf("the commit: %v, want ErrUnknown", err)
	}
	if there, err := storedAnswer(s, key); there || !errors.Is(err, ErrBusy) {
		t.Errorf("a read that would show it: %v, %v, want ErrBusy", there, err)
	}
	p.back()
	eventually(t, "the standby's confirmation", func() bool { there, err := storedAnswer(s, key); return there && err == nil })
}

// aGivenUpWaitThatEndsIsSeen: the process of a commit that was given up is cancelled later. From then on its rows are seen on the
// primary, by every node, and every node reads them only when the standby has them.
func aGivenUpWaitThatEndsIsSeen(t *testing.T, p *pair) {
	s := p.store()
	key := AnswerKey{merchant, "POST /x", "k"}
	p.away()
	if err := commitOf(s, answerBatch(key)); !errors.Is(err, ErrUnknown) {
		t.Fatal(err)
	}
	other := database{"postgres", p.url} // a node that starts now
	eventually(t, "the wait's cancellation", func() bool { return p.cancelWaits("pg_cancel_backend") > 0 })
	eventually(t, "its end", func() bool { return p.cancelWaits("") == 0 })
	if there, err := storedAnswer(s, key); there || !errors.Is(err, ErrBusy) {
		t.Errorf("a read that would show it: %v, %v, want ErrBusy", there, err)
	}
	fresh, err := Open(t.Context(), Options{URL: other.url, Keys: testKeys(t), CommitLimit: 2 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	if there, err := storedAnswer(fresh, key); there || !errors.Is(err, ErrBusy) {
		t.Errorf("a read of a node that started afterwards: %v, %v, want ErrBusy", there, err)
	}
	p.back()
	for _, node := range []*Store{s, fresh} {
		eventually(t, "the standby's confirmation", func() bool { there, err := storedAnswer(node, key); return there && err == nil })
	}
	if err := fresh.Close(); err != nil {
		t.Fatal(err)
	}
}

// commitsGivenUpAreBounded: each leaves a process of the server behind.
func commitsGivenUpAreBounded(t *testing.T, p *pair) {
	s := p.store()
	p.away()
	for i := range 3 {
		_ = race(12, func(n int) error { return commitOf(s, func(b *Batch) { b.InsertPayment(payment(100*i + n)) }) })
	}
	if n := p.cancelWaits(""); n > maxGivenUp+12 {
		t.Errorf("%d processes wait", n)
	}
	if err := commitOf(s, func(b *Batch) { b.InsertPayment(payment(9999)) }); !errors.Is(err, ErrBusy) {
		t.Errorf("one more: %v, want ErrBusy", err)
	}
	p.back()
	eventually(t, "room for commits", func() bool {
		return commitOf(s, func(b *Batch) { b.InsertPayment(payment(9999)) }) == nil
	})
}

// readsGoOnBesideCommitsThatHang: connections are kept for them.
func readsGoOnBesideCommitsThatHang(t *testing.T, p *pair) {
	s := database{"postgres", p.url}.open(t, Options{CommitLimit: time.Minute})
	one := payment(1)
	mustCommit(t, s, func(b *Batch) { b.InsertPayment(one) })
	p.away()
	hanging := make(chan error, 24)
	for i := range cap(hanging) {
		go func() { hanging <- commitOf(s, func(b *Batch) { b.InsertPayment(payment(10 + i)) }) }()
	}
	eventually(t, "commits that hang", func() bool { return p.cancelWaits("") == cap(s.engine.(*postgresEngine).writers.seats) })
	for range 50 {
		var got *pay.Payment
		if err := s.Read(t.Context(), PaymentBy(ByPayment(merchant, one.Session.ID), &got)); err != nil || got == nil {
			t.Fatalf("a read: %v, %v", got, err)
		}
	}
	if err := s.Ping(t.Context()); err != nil {
		t.Errorf("not ready: %v", err)
	}
	p.back()
	for range cap(hanging) {
		if err := <-hanging; err != nil {
			t.Errorf("a commit that waited: %v", err)
		}
	}
}

// TestStandby_localCommitsAreRefused: synchronous_commit = local waits for no standby. It is looked at on each new connection.
func TestStandby_localCommitsAreRefused(t *testing.T) {
	c := pgtest.Start(t)
	url := c.Database(t)
	defer func() { // the end of the test commits
		if err := c.Set("synchronous_standby_names", ""); err != nil {
			t.Error(err)
		}
	}()
	local := url + "&options=" + "-c%20synchronous_commit%3Dlocal"
	s := database{"postgres", local}.open(t, Options{})
	mustCommit(t, s, job("without standbys it is as good as on"))
	if err := c.Set("synchronous_standby_names", "anybody"); err != nil {
		t.Fatal(err)
	}
	s.engine.(*postgresEngine).pool.Reset()
	if err := commitOf(s, job("with one it is not")); !errors.Is(err, ErrBusy) || !strings.Contains(err.Error(), "synchronous_commit is local") {
		t.Errorf("commit: %v", err)
	}
	if again, err := Open(t.Context(), Options{URL: local, Keys: testKeys(t)}); err == nil {
		t.Error(fmt.Errorf("it was opened: %w", again.Close()))
	}
}
