package store

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"sync"
	"testing"
	"time"

	"kassa/internal/keyring"
	"kassa/internal/pay"
	"kassa/internal/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// t0 is when everything in these tests happens.
var t0 = time.Date(2026, 3, 1, 12, 0, 0, 123456000, time.UTC)

func testKeys(tb testing.TB) *keyring.Ring {
	tb.Helper()
	keys, err := keyring.New(keyring.Material{1}, keyring.Material{2})
	if err != nil {
		tb.Fatal(err)
	}
	return keys
}

// database is an empty database of one of the engines.
type database struct {
	engine string
	url    string
}

// onBoth runs a test on an empty database of each engine.
func onBoth(t *testing.T, test func(t *testing.T, db database)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, newSQLite(t)) })
	t.Run("postgres", func(t *testing.T) { test(t, newPostgres(t)) })
}

func newSQLite(tb testing.TB) database {
	return database{"sqlite", "sqlite:" + filepath.Join(tb.TempDir(), "kassa.db")}
}

func newPostgres(tb testing.TB) database { return database{"postgres", pgtest.URL(tb)} }

// open opens the database with its tables; it is closed after the test.
func (db database) open(tb testing.TB, o Options) *Store {
	tb.Helper()
	o.URL = db.url
	if o.Keys == nil {
		o.Keys = testKeys(tb)
	}
	s, err := Open(context.Background(), o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Errorf("close: %v", err)
		}
	})
	if !o.Beside {
		if err := s.Migrate(context.Background()); err != nil {
			tb.Fatal(err)
		}
	}
	return s
}

// idsAt draws ids; n makes them differ from test object to test object.
func idsAt(n int, at time.Time) *pay.IDs {
	return pay.NewIDs([32]byte{byte(n), byte(n >> 8), byte(n >> 16)}, at)
}

const merchant = pay.MerchantID("K000001")

// fillValue sets every field to something of its own that is not zero, so that a lost column shows.
func fillValue(v reflect.Value, n *int) {
	*n++
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(t0.Add(time.Duration(*n) * time.Hour)))
		return
	case time.Duration:
		v.SetInt(int64(time.Duration(*n) * time.Second))
		return
	case pay.Change:
		v.SetUint(uint64(pay.Inserted))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(fmt.Sprintf("text %d é\"\n", *n))
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(1000 + *n))
	case reflect.Uint8:
		v.SetUint(uint64(1 + *n%200))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fillValue(v.Elem(), n)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			fillValue(v.Index(i), n)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			fillValue(v.Field(i), n)
		}
	default:
		panic("cannot fill " + v.Type().String())
	}
}

func fill[T any](dst *T) {
	n := 0
	fillValue(reflect.ValueOf(dst).Elem(), &n)
}

// payment makes a payment with every field set, one hosted session and one attempt.
func payment(n int) *pay.Payment {
	ids := idsAt(n, t0)
	p := &pay.Payment{}
	s := &p.Session
	fill(s)
	s.Merchant, s.ID, s.Version, s.Country, s.Currency = merchant, pay.PaymentID(ids.UUID()), 1, "SE", "SEK"
	h := &pay.HostedSession{}
	fill(h)
	h.Merchant, h.ID, h.Payment, h.Link = merchant, pay.HostedID(ids.UUID()), s.ID, ids.Link(1)
	a := &pay.Authorization{}
	fill(a)
	a.Merchant, a.ID, a.Payment, a.Token, a.VoidedAt = merchant, pay.AuthorizationID(ids.UUID()), s.ID, ids.Token(), time.Time{}
	p.Hosted, p.Authorizations = []*pay.HostedSession{h}, []*pay.Authorization{a}
	return p
}

// order makes an order with every field set, of 1,000 authorized.
func order(n int) *pay.Order {
	ids := idsAt(n, t0)
	o := &pay.Order{}
	fill(o)
	o.Merchant, o.ID, o.Version, o.Captures, o.Refunds, o.Events, o.Jobs, o.Callbacks = merchant, pay.OrderID(ids.UUID()), 1, nil, nil, nil, nil, nil
	o.Purchase.Amount, o.Captured, o.Refunded, o.CancelledAt, o.ReleasedAt, o.ExpiredAt = 1000, 0, 0, time.Time{}, time.Time{}, time.Time{}
	o.Fraud, o.ExpiresAt, o.Stream = pay.FraudAccepted, t0.AddDate(0, 0, 28), pay.Stream{}
	return o
}

func mustCommit(tb testing.TB, s *Store, fillIn func(b *Batch)) {
	tb.Helper()
	if err := commitOf(s, fillIn); err != nil {
		tb.Fatal(err)
	}
}

func commitOf(s *Store, fillIn func(b *Batch)) error {
	b := s.NewBatch()
	fillIn(b)
	return s.Commit(context.Background(), b)
}

func readPayment(tb testing.TB, s *Store, ref PaymentRef) *pay.Payment {
	tb.Helper()
	var p *pay.Payment
	if err := s.Read(context.Background(), PaymentBy(ref, &p)); err != nil {
		tb.Fatal(err)
	}
	return p
}

func readOrder(tb testing.TB, s *Store, id pay.OrderID) *pay.Order {
	tb.Helper()
	var o *pay.Order
	if err := s.Read(context.Background(), OrderBy(merchant, id, &o)); err != nil {
		tb.Fatal(err)
	}
	return o
}

// raw appends a statement of the test's own.
func (b *Batch) raw(text string, args ...any) { b.add(&statement{text}, args...) }

// count answers a query for one number.
func count(tb testing.TB, s *Store, text string, args ...any) int64 {
	tb.Helper()
	var n int64
	stmt := &statement{text}
	err := s.engine.read(context.Background(), func() ([]lookup, []func() error) {
		return []lookup{{stmt, args, func(r rowScan) error { return r.Scan(&n) }}}, nil
	})
	if err != nil {
		tb.Fatal(err)
	}
	return n
}

// gate is a Batch that stops the SQLite writer until it is opened, so that others gather behind it.
type gate struct {
	reached, opened chan struct{}
	outcome         chan error
}

func closeGate(t *testing.T, s *Store) *gate {
	t.Helper()
	g := &gate{reached: make(chan struct{}), opened: make(chan struct{}), outcome: make(chan error, 1)}
	b := s.NewBatch()
	b.ops = append(b.ops, op{stmt: selectOne, class: follow, row: func(rowScan) error {
		close(g.reached)
		<-g.opened
		return nil
	}})
	go func() { g.outcome <- s.Commit(context.Background(), b) }()
	<-g.reached
	return g
}

func (g *gate) open(t *testing.T) {
	t.Helper()
	close(g.opened)
	if err := <-g.outcome; err != nil {
		t.Errorf("the batch at the gate: %v", err)
	}
}

// queue commits Batches in order behind a closed gate, without waiting for them; it returns when all are in the queue.
func queue(t *testing.T, s *Store, batches ...func(b *Batch)) []chan error {
	t.Helper()
	w := s.engine.(*sqliteEngine).writer
	out := make([]chan error, len(batches))
	for i, f := range batches {
		out[i] = make(chan error, 1)
		b := s.NewBatch()
		f(b)
		before := len(w.queue)
		go func() { out[i] <- s.Commit(context.Background(), b) }()
		await(t, func() bool { return len(w.queue) > before })
	}
	return out
}

// await waits until something that another goroutine does has happened.
func await(t *testing.T, done func() bool) {
	t.Helper()
	limit := time.NewTimer(20 * time.Second)
	defer limit.Stop()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-limit.C:
			t.Fatal("nothing happens")
		}
	}
}

// race runs n workers at once and returns their errors.
func race(n int, work func(i int) error) error {
	var (
		wg    sync.WaitGroup
		mu    sync.Mutex
		all   error
		start = make(chan struct{})
	)
	for i := range n {
		wg.Go(func() {
			<-start
			if err := work(i); err != nil {
				mu.Lock()
				all = errors.Join(all, err)
				mu.Unlock()
			}
		})
	}
	close(start)
	wg.Wait()
	return all
}
