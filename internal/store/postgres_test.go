package store

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"kassa/internal/pay"
	"kassa/internal/pgtest"
)

// countingConn counts round trips: each turn from writing to reading is one.
type countingConn struct {
	net.Conn
	trips *atomic.Int64
	mu    sync.Mutex
	wrote bool
}

func (c *countingConn) Write(b []byte) (int, error) {
	c.mu.Lock()
	c.wrote = true
	c.mu.Unlock()
	return c.Conn.Write(b)
}

func (c *countingConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.mu.Lock()
	if c.wrote && n > 0 {
		c.wrote = false
		c.trips.Add(1)
	}
	c.mu.Unlock()
	return n, err
}

func TestPostgres_readIsOneRoundTripAndCommitAnother(t *testing.T) {
	url := pgtest.URL(t)
	database{"postgres", url}.open(t, Options{})
	cfg, err := postgresConfig(url)
	if err != nil {
		t.Fatal(err)
	}
	var trips atomic.Int64
	cfg.MaxConns = 1
	dial := cfg.ConnConfig.DialFunc
	cfg.ConnConfig.DialFunc = func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := dial(ctx, network, addr)
		return &countingConn{Conn: conn, trips: &trips}, err
	}
	e, err := connectPostgres(t.Context(), cfg, Options{CommitLimit: DefaultCommitLimit})
	if err != nil {
		t.Fatal(err)
	}
	s := &Store{keys: testKeys(t), engine: e}
	t.Cleanup(func() { _ = s.Close() })

	o := order(1)
	p := payment(1)
	mustCommit(t, s, func(b *Batch) { b.InsertOrder(o); b.InsertPayment(p) })
	for round := range 3 {
		trips.Store(0)
		var (
			gotPayment *pay.Payment
			gotOrder   *pay.Order
			answer     *Answer
			known      *Credential
		)
		key := AnswerKey{merchant, "POST /x", strings.Repeat("k", round+1)}
		err := s.Read(t.Context(), PaymentBy(ByLink(merchant, p.Hosted[0].Link), &gotPayment), OrderBy(merchant, o.ID, &gotOrder),
			AnswerBy(key, &answer), CredentialBy("x", &known))
		if err != nil || gotPayment == nil || gotOrder == nil || answer != nil || known != nil {
			t.Fatal(gotPayment, gotOrder, answer, known, err)
		}
		read := trips.Load()
		ids := idsAt(10+round, t0)
		amount := pay.Amount(100)
		if _, err := gotOrder.Capture(pay.CaptureInput{Amount: &amount}, ids, t0); err != nil {
			t.Fatal(err)
		}
		mustCommit(t, s, func(b *Batch) {
			b.SaveAnswer(key, Answer{Status: 201})
			b.SavePayment(gotPayment)
			b.SaveOrder(gotOrder, t0)
		})
		if round > 0 && (read != 1 || trips.Load() != 2) { // the first round prepares the statements
			t.Errorf("round %d: %d round trips to read, %d with the commit; want 1 and 2", round, read, trips.Load())
		}
	}
}

func TestPostgres_unsafeSettingsAreRefused(t *testing.T) {
	_, err := Open(t.Context(), Options{URL: pgtest.URL(t) + "&synchronous_commit=off", Keys: testKeys(t)})
	if err == nil || !strings.Contains(err.Error(), "synchronous_commit is off") || !strings.Contains(err.Error(), "alter role") {
		t.Errorf("synchronous_commit off: %v", err)
	}
}

func TestPostgres_aMigrationUnderneathIsSurvived(t *testing.T) {
	s := newPostgres(t).open(t, Options{})
	p := payment(1)
	mustCommit(t, s, func(b *Batch) { b.InsertPayment(p); job("a")(b) })
	for range 20 { // on most connections of the pool
		if err := race(8, func(int) error {
			var got *pay.Payment
			return s.Read(context.Background(), PaymentBy(ByPayment(merchant, p.Session.ID), &got))
		}); err != nil {
			t.Fatal(err)
		}
	}
	jobs, err := s.Lease(t.Context(), t0, DefaultCommitLimit, "n", 1)
	if err != nil || len(jobs) != 1 {
		t.Fatal(jobs, err)
	}
	mustCommit(t, s, func(b *Batch) { b.raw(`alter table payment_session alter column order_id type varchar(200)`) })
	mustCommit(t, s, func(b *Batch) { b.raw(`alter table job alter column subject type varchar(200)`) })
	for range 4 {
		if err := race(8, func(int) error {
			var got *pay.Payment
			return s.Read(context.Background(), PaymentBy(ByPayment(merchant, p.Session.ID), &got))
		}); err != nil {
			t.Errorf("read: %v", err)
		}
	}
	if _, err := s.Lease(t.Context(), t0, DefaultCommitLimit, "n", 1); err != nil {
		t.Errorf("lease: %v", err)
	}
}

func TestPostgres_crashLosesNothingAndIsUnknownOrBusy(t *testing.T) {
	c := pgtest.Start(t)
	s := database{"postgres", c.Database(t)}.open(t, Options{})
	var mu sync.Mutex
	var acknowledged []pay.PaymentID
	stop := make(chan struct{})
	finished := make(chan error, 1)
	go func() {
		finished <- race(8, func(worker int) error {
			for n := 0; ; n++ {
				select {
				case <-stop:
					return nil
				default:
				}
				p := payment(worker*100000 + n)
				switch err := commitOf(s, func(b *Batch) { b.InsertPayment(p) }); {
				case err == nil:
					mu.Lock()
					acknowledged = append(acknowledged, p.Session.ID)
					mu.Unlock()
				case errors.Is(err, ErrUnknown), errors.Is(err, ErrBusy):
				default:
					return err
				}
			}
		})
	}()
	enough := func(n int) func() bool {
		return func() bool { mu.Lock(); defer mu.Unlock(); return len(acknowledged) >= n }
	}
	await(t, enough(50))
	if err := c.Crash(); err != nil {
		t.Fatal(err)
	}
	if err := c.Up(); err != nil {
		t.Fatal(err)
	}
	mu.Lock()
	n := len(acknowledged)
	mu.Unlock()
	await(t, enough(n+50)) // the pool finds the server again by itself
	close(stop)
	if err := <-finished; err != nil {
		t.Errorf("a worker: %v", err)
	}
	for _, id := range acknowledged {
		if readPayment(t, s, ByPayment(merchant, id)) == nil {
			t.Fatalf("payment %s was acknowledged and is gone", id)
		}
	}
}
