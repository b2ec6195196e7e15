package store

import (
	"context"
	"testing"
	"time"
)

// listener collects what a store hears.
type listener struct {
	words chan string
	end   func()
}

func listenTo(t *testing.T, s *Store) *listener {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	l := &listener{words: make(chan string, 100)}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		s.Listen(ctx, func(topic, about string) { l.words <- topic + "/" + about })
	}()
	l.end = func() { cancel(); <-ended }
	t.Cleanup(l.end)
	return l
}

func (l *listener) next(t *testing.T) string {
	t.Helper()
	limit := time.NewTimer(20 * time.Second)
	defer limit.Stop()
	select {
	case w := <-l.words:
		return w
	case <-limit.C:
		t.Fatal("nothing is heard")
		return ""
	}
}

func TestListen_hearsOtherNodesAndNotItself(t *testing.T) {
	db := newPostgres(t)
	a, b := db.open(t, Options{}), db.open(t, Options{})
	hears := listenTo(t, b)
	if got := hears.next(t); got != "/" {
		t.Fatalf("first %q, want the empty topic: it may have missed something", got)
	}
	for _, told := range []struct {
		by          *Store
		topic, what string
	}{{a, "one", "K000001"}, {b, "own", "K000001"}, {a, "two", "a b"}, {a, "three", ""}} {
		if err := told.by.Tell(context.Background(), told.topic, told.what); err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []string{"one/K000001", "two/a b", "three/"} {
		if got := hears.next(t); got != want {
			t.Errorf("heard %q, want %q", got, want)
		}
	}
}

func TestNotify_isHeardOnlyOfBatchesThatAreCommitted(t *testing.T) {
	db := newPostgres(t)
	a, b := db.open(t, Options{}), db.open(t, Options{})
	hears := listenTo(t, b)
	hears.next(t)
	first := func(batch *Batch) { batch.InsertPayment(payment(1)); batch.Notify("made", "1") }
	mustCommit(t, a, first)
	if err := commitOf(a, first); err == nil {
		t.Fatal("made twice")
	}
	mustCommit(t, a, func(batch *Batch) { batch.Notify("end", "") })
	if one, two := hears.next(t), hears.next(t); one != "made/1" || two != "end/" {
		t.Errorf("heard %q and %q", one, two)
	}
}

func TestListen_connectsAgain(t *testing.T) {
	db := newPostgres(t)
	a, b := db.open(t, Options{}), db.open(t, Options{})
	hears := listenTo(t, b)
	hears.next(t)
	count(t, a, `select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = current_database() and query = 'listen kassa'`)
	if got := hears.next(t); got != "/" {
		t.Fatalf("heard %q, want that it begins anew", got)
	}
	if err := a.Tell(context.Background(), "after", "it"); err != nil {
		t.Fatal(err)
	}
	if got := hears.next(t); got != "after/it" {
		t.Errorf("heard %q", got)
	}
}

func TestListen_onSQLiteWaitsForItsEnd(t *testing.T) {
	s := newSQLite(t).open(t, Options{})
	hears := listenTo(t, s)
	if err := s.Tell(context.Background(), "one", "two"); err != nil {
		t.Fatal(err)
	}
	hears.end()
	if len(hears.words) != 0 {
		t.Errorf("heard %q", <-hears.words)
	}
}
