package store

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

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

// openCounting opens a store with one connection on a fresh database and counts its round trips.
func openCounting(t *testing.T) (*Store, *atomic.Int64) {
	t.Helper()
	url := pgtest.URL(t)
	database{"postgres", url}.open(t, Options{})
	cfg, err := postgresConfig(url)
	if err != nil {
		t.Fatal(err)
	}
	trips := new(atomic.Int64)
	cfg.MaxConns = 1
	dial := cfg.ConnConfig.DialFunc
	cfg.ConnConfig.DialFunc = func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := dial(ctx, network, addr)
		return &countingConn{Conn: conn, trips: trips}, err
	}
	e, err := connectPostgres(t.Context(), cfg, Options{CommitLimit: DefaultCommitLimit, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	s := &Store{keys: testKeys(t), engine: e}
	t.Cleanup(func() { _ = s.Close() })
	return s, trips
}

// TestPostgres_readIsOneRoundTripAndCommitAnother also commits a conflict in each round: it costs no more than the others, and
// does not make those that follow dearer.
func TestPostgres_readIsOneRoundTripAndCommitAnother(t *testing.T) {
	s, trips := openCounting(t)
	o := order(1)
	p := payment(1)
	mustCommit(t, s, func(b *Batch) { b.InsertOrder(o); b.InsertPayment(p) })
	for round := range 4 {
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
		read := trips.Swap(0)
		ids := idsAt(10+round, t0)
		amount := pay.Amount(100)
		if _, err := gotOrder.Capture(pay.CaptureInput{Amount: &amount}, ids, t0); err != nil {
			t.Fatal(err)
		}
		all := func(b *Batch) {
			b.SaveAnswer(key, Answer{Status: 201})
			b.SavePayment(gotPayment)
			b.SaveOrder(gotOrder, t0)
		}
		mustCommit(t, s, all)
		commit := trips.Swap(0)
		if err := commitOf(s, all); !errors.Is(err, ErrConflict) {
			t.Fatal(err)
		}
		if conflict := trips.Load(); round > 0 && (read != 1 || commit != 1 || conflict != 1) { // the first round prepares the statements
			t.Errorf("round %d: round trips: %d to read, %d to commit, %d to conflict; want 1 each", round, read, commit, conflict)
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
	jobs, err := s.Lease(t.Context(), Leasing{Now: t0, For: DefaultCommitLimit, By: "n", Limit: 1})
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
	if _, err := s.Lease(t.Context(), Leasing{Now: t0, For: DefaultCommitLimit, By: "n", Limit: 1}); err != nil {
		t.Errorf("lease: %v", err)
	}
}

func TestPostgres_codesAndWhatTheyMean(t *testing.T) {
	s := newPostgres(t).open(t, Options{})
	for code, want := range map[string]error{
		"40001": ErrConflict, "40P01": ErrConflict, "23505": ErrConflict, "25006": ErrBusy, "53100": ErrBusy, "55P03": ErrBusy, "57014": ErrBusy,
		"23502": nil, "23514": nil, "23503": nil, "22012": nil, "XX000": nil,
	} {
		err := commitOf(s, func(b *Batch) {
			job("x")(b)
			b.raw(`do $$ begin raise exception 'on purpose' using errcode = '` + code + `'; end $$`)
		})
		if want == nil && !plainError(err) || want != nil && !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", code, err, want)
		}
	}
	if exists(t, s, "x") {
		t.Error("a failed batch left something")
	}
	mustCommit(t, s, func(b *Batch) {
		b.raw(`create table parent (id text primary key)`)
		b.raw(`create table child (id text references parent deferrable initially deferred)`)
	})
	err := commitOf(s, func(b *Batch) { job("x")(b); b.raw(`insert into child values ('orphan')`) })
	if !errors.Is(err, ErrUnknown) || exists(t, s, "x") {
		t.Errorf("failing commit: %v, want ErrUnknown", err)
	}
	mustCommit(t, s, job("x"))
}

// TestPostgres_lostConnectionsAreReplaced has the server drop every connection of the pool.
func TestPostgres_lostConnectionsAreReplaced(t *testing.T) {
	s := newPostgres(t).open(t, Options{})
	p := payment(1)
	mustCommit(t, s, func(b *Batch) { b.InsertPayment(p) })
	read := func(int) error {
		var got *pay.Payment
		return s.Read(context.Background(), PaymentBy(ByPayment(merchant, p.Session.ID), &got))
	}
	for range 5 {
		if err := race(8, read); err != nil {
			t.Fatal(err)
		}
		count(t, s, `select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`)
		if err := race(8, read); err != nil {
			t.Errorf("reads after the connections were lost: %v", err)
		}
	}
	err := race(8, func(i int) error {
		b := s.NewBatch()
		b.InsertPayment(payment(10 + i))
		return s.Commit(context.Background(), b)
	})
	if err != nil {
		t.Errorf("commits on the new connections: %v", err)
	}
}

func TestPostgres_aHangingCommitIsUnknown(t *testing.T) {
	db := newPostgres(t)
	s := db.open(t, Options{CommitLimit: 200 * time.Millisecond})
	patient := db.open(t, Options{})
	p := payment(1)
	mustCommit(t, patient, func(b *Batch) { b.InsertPayment(p) })
	stored(p)
	tx, err := patient.engine.(*postgresEngine).pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), `select 1 from payment_session for update`); err != nil {
		t.Fatal(err)
	}
	if err := commitOf(s, func(b *Batch) { b.SavePayment(p) }); !errors.Is(err, ErrUnknown) {
		t.Errorf("commit beyond its limit: %v, want ErrUnknown", err)
	}
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := readPayment(t, patient, ByPayment(merchant, p.Session.ID))
	err = commitOf(patient, func(b *Batch) { b.SavePayment(got) })
	if err != nil && !errors.Is(err, ErrConflict) { // it did happen after all, between the read and the commit
		t.Error(err)
	}
}

func TestPostgres_waitingForAConnectionIsQueueing(t *testing.T) {
	s := database{"postgres", pgtest.URL(t) + "&pool_max_conns=1"}.open(t, Options{CommitLimit: 100 * time.Millisecond})
	conn, err := s.engine.(*postgresEngine).pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := commitOf(s, job("one")); !errors.Is(err, ErrBusy) {
		t.Errorf("commit without a connection: %v, want ErrBusy", err)
	}
	var p *pay.Payment
	if err := s.Read(t.Context(), PaymentBy(ByPayment(merchant, "x"), &p)); !errors.Is(err, ErrBusy) {
		t.Errorf("read without a connection: %v, want ErrBusy", err)
	}
	ctx, leave := context.WithCancel(t.Context())
	leave()
	b := s.NewBatch()
	job("left")(b)
	if err := s.Commit(ctx, b); !errors.Is(err, context.Canceled) || isOutcome(err) {
		t.Errorf("left while waiting: %v", err)
	}
	conn.Release()
	s.engine.(*postgresEngine).limit = DefaultCommitLimit
	mustCommit(t, s, job("two"))
	if exists(t, s, "one") || exists(t, s, "left") || !exists(t, s, "two") {
		t.Error("something was written that was refused, or the other way round")
	}
	if st := s.Stats(); st.Engine != "postgres" || st.Busy != 1 || st.ConnectionsMax != 1 {
		t.Errorf("stats %+v", st)
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
