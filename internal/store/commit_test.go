package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"kassa/internal/pay"
)

// isOutcome reports whether err is one of the outcomes that have a name.
func isOutcome(err error) bool {
	return errors.Is(err, ErrConflict) || errors.Is(err, ErrUnknown) || errors.Is(err, ErrBusy)
}

func plainError(err error) bool { return err != nil && !isOutcome(err) }

func TestSave_staleAndMissingAreConflicts(t *testing.T) {
	onBoth(t, func(t *testing.T, db database) {
		s := db.open(t, Options{})
		p, o := payment(1), order(1)
		if err := commitOf(s, func(b *Batch) { b.SavePayment(p) }); !errors.Is(err, ErrConflict) {
			t.Errorf("save a missing payment: %v", err)
		}
		if err := commitOf(s, func(b *Batch) { b.SaveOrder(o, t0) }); !errors.Is(err, ErrConflict) {
			t.Errorf("save a missing order: %v", err)
		}
		if readPayment(t, s, ByPayment(merchant, p.Session.ID)) != nil || readOrder(t, s, o.ID) != nil {
			t.Error("a refused save left something")
		}
		mustCommit(t, s, func(b *Batch) { b.InsertPayment(p); b.InsertOrder(o) })
		mustCommit(t, s, func(b *Batch) { b.SavePayment(stored(p)); b.SaveOrder(o, t0) })
		for name, version := range map[string]int64{"stale": 1, "never read": 0, "from the future": 3} {
			p.Session.Version, o.Version = version, version
			p.Session.Design, o.SelectedShipping = "lost", "lost"
			if err := commitOf(s, func(b *Batch) { b.SavePayment(p) }); !errors.Is(err, ErrConflict) {
				t.Errorf("%s payment: %v", name, err)
			}
			if err := commitOf(s, func(b *Batch) { b.SaveOrder(o, t0) }); !errors.Is(err, ErrConflict) {
				t.Errorf("%s order: %v", name, err)
			}
		}
		if got := readPayment(t, s, ByPayment(merchant, p.Session.ID)); got.Session.Version != 2 || got.Session.Design == "lost" {
			t.Errorf("version %d after one save", got.Session.Version)
		}
		if got := readOrder(t, s, o.ID); got.Version != 2 || got.SelectedShipping == "lost" {
			t.Errorf("version %d after one save", got.Version)
		}
	})
}

func TestInsert_duplicatesAreConflicts(t *testing.T) {
	onBoth(t, func(t *testing.T, db database) {
		s := db.open(t, Options{})
		p, o := payment(1), order(1)
		m := &pay.Merchant{ID: merchant, Number: 1, Name: "Shop", Status: pay.MerchantActive, CreatedAt: t0}
		event := pay.Event{ID: "e1", Merchant: merchant, SessionID: "s", Sequence: 1, OccurredAt: t0}
		mustCommit(t, s, func(b *Batch) {
			b.InsertPayment(p)
			b.InsertOrder(o)
			b.InsertMerchant(m)
			b.InsertCredential(merchant, "shop", []byte{1}, t0)
			b.SaveAnswer(AnswerKey{merchant, "POST /x", "k"}, Answer{Status: 201})
			b.events([]pay.Event{event})
			b.Enqueue(pay.Job{ID: "j", Merchant: merchant})
		})
		sameToken := payment(2)
		sameToken.Authorizations[0].Token = p.Authorizations[0].Token
		for name, f := range map[string]func(b *Batch){
			"payment":         func(b *Batch) { b.InsertPayment(p) },
			"order":           func(b *Batch) { b.InsertOrder(o) },
			"merchant id":     func(b *Batch) { b.InsertMerchant(&pay.Merchant{ID: merchant, Number: 2, Status: pay.MerchantActive}) },
			"merchant number": func(b *Batch) { b.InsertMerchant(&pay.Merchant{ID: "K2", Number: 1, Status: pay.MerchantActive}) },
			"user name":       func(b *Batch) { b.InsertCredential(merchant, "shop", []byte{1}, t0) },
			"idempotency key": func(b *Batch) { b.SaveAnswer(AnswerKey{merchant, "POST /x", "k"}, Answer{Status: 500}) },
			"event number":    func(b *Batch) { b.events([]pay.Event{event}) },
			"job":             func(b *Batch) { b.Enqueue(pay.Job{ID: "j", Merchant: merchant}) },
			"token":           func(b *Batch) { b.InsertPayment(sameToken) },
		} {
			err := commitOf(s, func(b *Batch) { b.Enqueue(pay.Job{ID: pay.JobID("with " + name), Merchant: merchant}); f(b) })
			if !errors.Is(err, ErrConflict) {
				t.Errorf("second %s: %v, want ErrConflict", name, err)
			}
		}
		if n := count(t, s, `select count(*) from job`); n != 1 {
			t.Errorf("%d jobs: a refused batch left something", n)
		}
		mustCommit(t, s, func(b *Batch) { // other scopes are other keys
			b.SaveAnswer(AnswerKey{"K000002", "POST /x", "k"}, Answer{Status: 201})
			b.SaveAnswer(AnswerKey{merchant, "POST /", "xk"}, Answer{Status: 201})
			b.SaveAnswer(AnswerKey{merchant, "POST /x", "K"}, Answer{Status: 201})
		})
	})
}

func TestCommit_otherViolationsAreNoConflicts(t *testing.T) {
	onBoth(t, func(t *testing.T, db database) {
		s := db.open(t, Options{})
		orphan := payment(1).Hosted[0]
		for name, f := range map[string]func(b *Batch){
			"check": func(b *Batch) { b.raw(`insert into capture values ('m', 'c', 'o', 1, 0, 0, 0, '', '', '')`) },
			"null": func(b *Batch) {
				b.raw(`update job set version = null`)
				b.raw(`insert into merchant (id) values ('x')`)
			},
			"foreign key": func(b *Batch) { b.hosted(orphan, 1) },
			"syntax":      func(b *Batch) { b.raw(`insert nonsense`) },
		} {
			err := commitOf(s, func(b *Batch) { b.Enqueue(pay.Job{ID: pay.JobID(name), Merchant: merchant}); f(b) })
			if !plainError(err) {
				t.Errorf("%s: %v, want an error like any other", name, err)
			}
		}
		if n := count(t, s, `select count(*) from job`); n != 0 {
			t.Errorf("%d jobs: a failed batch left something", n)
		}
		b := s.NewBatch()
		bad := payment(2)
		bad.Session.Design = "\xff"
		b.InsertPayment(bad)
		b.Enqueue(pay.Job{ID: "j", Merchant: merchant})
		if err := s.Commit(t.Context(), b); !plainError(err) || b.Err() == nil {
			t.Errorf("value that cannot be encoded: %v", err)
		}
		if n := count(t, s, `select count(*) from job`); n != 0 {
			t.Errorf("%d jobs: a batch with an error was committed", n)
		}
		if err := s.Commit(t.Context(), s.NewBatch()); err != nil {
			t.Errorf("empty batch: %v", err)
		}
	})
}

// bump adds one to the captured amount of an order, trying again on conflicts; it returns whether something was left to capture.
func bump(s *Store, id pay.OrderID, seed int) (bool, error) {
	ids := idsAt(seed, t0)
	for {
		var o *pay.Order
		if err := s.Read(context.Background(), OrderBy(merchant, id, &o)); err != nil {
			return false, err
		}
		ids.Rewind()
		amount := pay.Amount(100)
		if _, err := o.Capture(pay.CaptureInput{Amount: &amount}, ids, t0); err != nil {
			if pay.AsError(err) != nil {
				return false, nil
			}
			return false, err
		}
		b := s.NewBatch()
		b.SaveOrder(o, t0)
		switch err := s.Commit(context.Background(), b); {
		case err == nil:
			return true, nil
		case !errors.Is(err, ErrConflict):
			return false, err
		}
	}
}

func TestRace_capturesThroughTwoStoresNeverExceedTheOrder(t *testing.T) {
	onBoth(t, func(t *testing.T, db database) {
		one := db.open(t, Options{})
		two := db.open(t, Options{Beside: true})
		o := order(1)
		mustCommit(t, one, func(b *Batch) { b.InsertOrder(o) })
		done := make([]bool, 64)
		err := race(len(done), func(i int) error {
			s := one
			if i%2 == 1 {
				s = two
			}
			var err error
			done[i], err = bump(s, o.ID, 100+i)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, ok := range done {
			if ok {
				n++
			}
		}
		got := readOrder(t, two, o.ID)
		if n != 10 || got.Captured != 1000 || len(got.Captures) != 10 || got.Version != 11 || got.Stream.Sequence != 10 {
			t.Errorf("%d captures of 100 succeeded; order: captured %d in %d captures, version %d, %d events", n, got.Captured, len(got.Captures), got.Version, got.Stream.Sequence)
		}
		if n := count(t, one, `select count(*) from event where session_id = $1`, string(o.Hosted)); n != 10 {
			t.Errorf("%d events", n)
		}
	})
}

func TestRace_oneIdempotencyKeyHasOneEffect(t *testing.T) {
	onBoth(t, func(t *testing.T, db database) {
		one := db.open(t, Options{})
		two := db.open(t, Options{Beside: true})
		key := AnswerKey{merchant, "POST /payments/v1/sessions", "k"}
		won := make([]bool, 64)
		err := race(len(won), func(i int) error {
			s := []*Store{one, two}[i%2]
			err := commitOf(s, func(b *Batch) { b.InsertPayment(payment(i)); b.SaveAnswer(key, Answer{Status: 200 + i, CreatedAt: t0}) })
			if won[i] = err == nil; won[i] || errors.Is(err, ErrConflict) {
				return nil
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		var a *Answer
		if err := one.Read(t.Context(), AnswerBy(key, &a)); err != nil || a == nil {
			t.Fatal(a, err)
		}
		for i, ok := range won {
			if ok != (a.Status == 200+i) {
				t.Errorf("racer %d won: %v; the stored answer is of %d", i, ok, a.Status-200)
			}
			if got := readPayment(t, two, ByPayment(merchant, payment(i).Session.ID)); (got != nil) != ok {
				t.Errorf("racer %d won: %v; its payment exists: %v", i, ok, got != nil)
			}
		}
	})
}

func TestBatch_takesItsLocksInOneOrder(t *testing.T) {
	s := newSQLite(t).open(t, Options{})
	o1, o2, p1, p2 := order(1), order(2), payment(1), payment(2)
	stored(p1)
	stored(p2)
	fill := []func(b *Batch){
		func(b *Batch) { b.SaveOrder(o1, t0) }, func(b *Batch) { b.SaveOrder(o2, t0) }, func(b *Batch) { b.SavePayment(p1) },
		func(b *Batch) { b.SavePayment(p2) }, func(b *Batch) { b.FinishJob(&Job{Job: pay.Job{ID: "j", Merchant: merchant}}, t0) },
		func(b *Batch) { b.SaveAnswer(AnswerKey{merchant, "POST /x", "k"}, Answer{}) }, job("new"),
	}
	locks := func(start int) (out []string) {
		b := s.NewBatch()
		for i := range fill {
			fill[(start+i)%len(fill)](b)
		}
		b.arrange()
		last := key
		for _, o := range b.ops {
			if o.class < last {
				t.Errorf("class %d after %d", o.class, last)
			}
			if last = o.class; o.class == save {
				out = append(out, o.order)
			}
		}
		return out
	}
	want := locks(0)
	if len(want) != 5 || !slices.IsSorted(want) {
		t.Fatalf("locks %q", want)
	}
	for start := range fill {
		if got := locks(start); !slices.Equal(got, want) {
			t.Errorf("filled from %d on: %q, want %q", start, got, want)
		}
	}
}

// TestRace_crossingBatchesDoNotDeadlock saves the same two orders in both orders at once.
func TestRace_crossingBatchesDoNotDeadlock(t *testing.T) {
	onBoth(t, func(t *testing.T, db database) {
		s := db.open(t, Options{})
		x, y := order(1), order(2)
		mustCommit(t, s, func(b *Batch) { b.InsertOrder(x); b.InsertOrder(y) })
		for round := range int64(20) {
			wins := make([]bool, 8)
			err := race(len(wins), func(i int) error {
				first, second := *x, *y
				if i%2 == 1 {
					first, second = second, first
				}
				first.Version, second.Version = round+1, round+1
				err := commitOf(s, func(b *Batch) { b.SaveOrder(&first, t0); b.SaveOrder(&second, t0) })
				if wins[i] = err == nil; wins[i] || errors.Is(err, ErrConflict) && !strings.Contains(err.Error(), pgDeadlock) {
					return nil
				}
				return fmt.Errorf("racer %d: %w", i, err)
			})
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			for _, ok := range wins {
				if ok {
					n++
				}
			}
			if n != 1 {
				t.Fatalf("round %d: %d saves of one version", round, n)
			}
		}
	})
}

func TestFault_happenedAndNotHappened(t *testing.T) {
	onBoth(t, func(t *testing.T, db database) {
		fault := NoFault
		s := db.open(t, Options{Fault: func() Fault { return fault }})
		for i, c := range []struct {
			fault    Fault
			happened bool
		}{{NotHappened, false}, {Happened, true}} {
			p := payment(i)
			fault = c.fault
			if err := commitOf(s, func(b *Batch) { b.InsertPayment(p) }); !errors.Is(err, ErrUnknown) {
				t.Errorf("fault %d: %v, want ErrUnknown", c.fault, err)
			}
			if got := readPayment(t, s, ByPayment(merchant, p.Session.ID)); (got != nil) != c.happened {
				t.Errorf("fault %d: written: %v", c.fault, got != nil)
			}
		}
		fault = Happened
		if err := commitOf(s, func(b *Batch) { b.InsertPayment(payment(1)) }); !errors.Is(err, ErrConflict) {
			t.Errorf("a conflict stays one: %v", err)
		}
	})
}

func TestReopen_keepsEverything(t *testing.T) {
	onBoth(t, func(t *testing.T, db database) {
		p := payment(1)
		t.Run("write", func(t *testing.T) {
			s := db.open(t, Options{})
			mustCommit(t, s, func(b *Batch) { b.InsertPayment(p) })
		})
		s := db.open(t, Options{})
		same(t, readPayment(t, s, ByPayment(merchant, p.Session.ID)), stored(p))
	})
}

func TestClose_refusesWhatComesLater(t *testing.T) {
	onBoth(t, func(t *testing.T, db database) {
		s := db.open(t, Options{})
		for range 2 { // the second call is that of a shutdown which was asked for twice
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
		}
		if err := commitOf(s, func(b *Batch) { b.InsertPayment(payment(1)) }); !errors.Is(err, ErrBusy) {
			t.Errorf("commit after close: %v, want ErrBusy", err)
		}
		var p *pay.Payment
		if err := s.Read(context.Background(), PaymentBy(ByPayment(merchant, "x"), &p)); err == nil {
			t.Error("read after close gives no error")
		}
		if err := s.Ping(context.Background()); err == nil {
			t.Error("a closed store says that it is well")
		}
	})
}

func TestMigrations_bringBothEnginesUp(t *testing.T) {
	onBoth(t, func(t *testing.T, db database) {
		s, err := Open(t.Context(), Options{URL: db.url, Keys: testKeys(t)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		expect := func(want SchemaState) {
			t.Helper()
			if got, err := s.SchemaState(t.Context()); err != nil || got != want {
				t.Fatalf("schema is %s, %v, want %s", got, err, want)
			}
		}
		expect(SchemaOld)
		for range 2 {
			if err := s.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			expect(SchemaCurrent)
		}
		for _, table := range tables {
			if n := count(t, s, `select count(*) from `+table); n != 0 {
				t.Errorf("%s has %d rows", table, n)
			}
		}
		mustCommit(t, s, func(b *Batch) { b.raw(`insert into goose_db_version (version_id, is_applied) values (9999, $1)`, true) })
		expect(SchemaNewer)
		if err := s.Migrate(t.Context()); err == nil {
			t.Error("a newer schema was migrated")
		}
		if err := s.Ping(t.Context()); err != nil {
			t.Error(err)
		}
	})
}
