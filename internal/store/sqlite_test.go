package store

import (
	"context"
	"errors"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"kassa/internal/pay"
)

func job(id string) func(b *Batch) {
	return func(b *Batch) { b.Enqueue(pay.Job{ID: pay.JobID(id), Merchant: merchant}) }
}

// overflow is a statement that fails while it runs and is no violation of a constraint.
const overflow = `update job set attempts = abs(-9223372036854775807 - 1)`

func exists(t *testing.T, s *Store, id string) bool {
	t.Helper()
	return count(t, s, `select count(*) from job where id = $1`, id) == 1
}

func TestGroup_aFailingNeighbourHarmsNobody(t *testing.T) {
	cases := map[string]struct {
		fail     func(b *Batch)
		conflict bool
	}{
		"constraint":        {func(b *Batch) { job("half")(b); job("one")(b) }, true},
		"check":             {func(b *Batch) { job("half")(b); b.raw(`update job set state = 'nonsense'`) }, false},
		"one statement":     {func(b *Batch) { job("one")(b) }, true},
		"no constraint":     {func(b *Batch) { job("half")(b); b.raw(overflow) }, false},
		"no such statement": {func(b *Batch) { job("half")(b); b.raw(`nonsense`) }, false},
		"ends the transaction": {func(b *Batch) {
			job("half")(b)
			b.raw(`insert or rollback into job select * from job where id = 'one'`)
		}, false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s := newSQLite(t).open(t, Options{})
			g := closeGate(t, s)
			out := queue(t, s, job("one"), c.fail, func(b *Batch) { job("two")(b); job("three")(b) })
			g.open(t)
			first, failing, last := <-out[0], <-out[1], <-out[2]
			if first != nil || last != nil {
				t.Errorf("neighbours: %v, %v", first, last)
			}
			if failing == nil || errors.Is(failing, ErrUnknown) || errors.Is(failing, ErrConflict) != c.conflict && name != "ends the transaction" {
				t.Errorf("failing batch: %v", failing)
			}
			for id, want := range map[string]bool{"one": true, "two": true, "three": true, "half": false} {
				if exists(t, s, id) != want {
					t.Errorf("job %s exists: %v", id, !want)
				}
			}
			if st := s.Stats(); st.Groups != 2 { // the gate's own, and that of the three
				t.Errorf("%d groups, want 2", st.Groups)
			}
			mustCommit(t, s, job("later"))
		})
	}
}

func TestGroup_isOneTransaction(t *testing.T) {
	s := newSQLite(t).open(t, Options{})
	g := closeGate(t, s)
	var batches []func(b *Batch)
	for _, id := range []string{"a", "b", "c", "d", "e"} {
		batches = append(batches, job(id))
	}
	before := s.Stats()
	out := queue(t, s, batches...)
	if n := s.Stats().Queued; n != 5 {
		t.Errorf("%d queued, want 5", n)
	}
	g.open(t)
	for _, o := range out {
		if err := <-o; err != nil {
			t.Error(err)
		}
	}
	after := s.Stats()
	if after.Groups-before.Groups != 1 || after.GroupSizes[3]-before.GroupSizes[3] != 1 {
		t.Errorf("groups %d → %d, sizes %v", before.Groups, after.Groups, after.GroupSizes)
	}
	if after.Commits-before.Commits != 6 {
		t.Errorf("%d commits, want the gate's and 5", after.Commits-before.Commits)
	}
}

func TestGroup_isBounded(t *testing.T) {
	s := newSQLite(t).open(t, Options{})
	g := closeGate(t, s)
	var batches []func(b *Batch)
	for i := range maxGroup + 10 {
		batches = append(batches, job(strconv.Itoa(i)))
	}
	before := s.Stats().Groups
	out := queue(t, s, batches...)
	g.open(t)
	for _, o := range out {
		if err := <-o; err != nil {
			t.Fatal(err)
		}
	}
	if n := s.Stats().Groups - before; n != 2 {
		t.Errorf("%d batches made %d groups, want 2", len(batches), n)
	}
}

func TestGroup_failingCommitIsUnknownAndFatal(t *testing.T) {
	s := newSQLite(t).open(t, Options{})
	mustCommit(t, s, func(b *Batch) {
		b.raw(`create table parent (id text primary key)`)
		b.raw(`create table child (id text references parent deferrable initially deferred)`)
	})
	g := closeGate(t, s)
	out := queue(t, s, job("one"), func(b *Batch) { b.raw(`insert into child values ('orphan')`) }, job("two"))
	g.open(t)
	for i, o := range out {
		if err := <-o; !errors.Is(err, ErrUnknown) {
			t.Errorf("batch %d of the group: %v, want ErrUnknown", i, err)
		}
	}
	select {
	case err := <-s.Fatal():
		if err == nil {
			t.Error("fatal without an error")
		}
	case <-time.After(10 * time.Second):
		t.Error("nobody was told")
	}
	if err := commitOf(s, job("later")); !errors.Is(err, ErrBusy) {
		t.Errorf("commit afterwards: %v, want ErrBusy", err)
	}
	if err := s.Ping(t.Context()); err == nil {
		t.Error("the store still says that it is well")
	}
	if exists(t, s, "one") || exists(t, s, "later") {
		t.Error("something of it is there")
	}
}

func TestQueue_fullIsBusy(t *testing.T) {
	s := newSQLite(t).open(t, Options{Queue: 2})
	g := closeGate(t, s)
	out := queue(t, s, job("one"), job("two"))
	if err := commitOf(s, job("three")); !errors.Is(err, ErrBusy) {
		t.Errorf("third in a queue of two: %v, want ErrBusy", err)
	}
	g.open(t)
	if a, b := <-out[0], <-out[1]; a != nil || b != nil {
		t.Errorf("those in the queue: %v, %v", a, b)
	}
	if exists(t, s, "three") {
		t.Error("what was refused is there")
	}
	mustCommit(t, s, job("three"))
	if st := s.Stats(); st.Busy != 1 || st.QueueSize != 2 {
		t.Errorf("stats %+v", st)
	}
}

func TestCaller_mayLeaveWhileQueued(t *testing.T) {
	s := newSQLite(t).open(t, Options{})
	g := closeGate(t, s)
	ctx, leave := context.WithCancel(t.Context())
	b := s.NewBatch()
	job("left")(b)
	out := make(chan error, 1)
	go func() { out <- s.Commit(ctx, b) }()
	await(t, func() bool { return s.Stats().Queued == 1 })
	leave()
	if err := <-out; !errors.Is(err, context.Canceled) || isOutcome(err) {
		t.Errorf("left while queued: %v", err)
	}
	rest := queue(t, s, job("stayed"))
	g.open(t)
	if err := <-rest[0]; err != nil {
		t.Error(err)
	}
	if exists(t, s, "left") || !exists(t, s, "stayed") {
		t.Error("the batch of the caller who left was written, or its neighbour was not")
	}
}

func TestCaller_waitsOnceTaken(t *testing.T) {
	s := newSQLite(t).open(t, Options{})
	ctx, leave := context.WithCancel(t.Context())
	b := s.NewBatch()
	job("taken")(b)
	b.ops = append(b.ops, op{stmt: selectOne, class: follow, row: func(rowScan) error { leave(); return nil }})
	if err := s.Commit(ctx, b); err != nil {
		t.Errorf("left while it was written: %v", err)
	}
	if !exists(t, s, "taken") {
		t.Error("nothing was written")
	}
}

func TestSQLite_isDurableAndForOne(t *testing.T) {
	db := newSQLite(t)
	s := db.open(t, Options{})
	e := s.engine.(*sqliteEngine)
	pragma := func(c *sqliteConn, name string) (value any) {
		t.Helper()
		err := c.query(&statement{"pragma " + name}, nil, func(r rowScan) error { value = r.(*sqliteRow).values[0]; return nil })
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
	r := <-e.readers
	for _, c := range []*sqliteConn{e.writer.conn, r} { // nothing is queued: the writer's connection is idle
		for name, want := range map[string]any{"synchronous": int64(2), "journal_mode": "wal", "foreign_keys": int64(1), "wal_autocheckpoint": int64(0)} {
			if got := pragma(c, name); got != want {
				t.Errorf("%s reads %v, want %v", name, got, want)
			}
		}
	}
	if err := r.exec(&statement{`delete from job`}); err == nil {
		t.Error("a reader can write")
	}
	e.readers <- r
	for _, suffix := range []string{"", "-wal", ".lock"} {
		info, err := os.Stat(strings.TrimPrefix(db.url, "sqlite:") + suffix)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", suffix, info.Mode(), err)
		}
	}
	if _, err := Open(t.Context(), Options{URL: db.url, Keys: testKeys(t)}); err == nil || !strings.Contains(err.Error(), "another process") {
		t.Errorf("second server on the file: %v", err)
	}
	beside := db.open(t, Options{Beside: true})
	mustCommit(t, beside, job("from the command line"))
	if !exists(t, s, "from the command line") {
		t.Error("the server does not see what a command wrote")
	}
	mustCommit(t, s, job("from the server"))
}

func TestSQLite_fullDiskRefusesAndRecovers(t *testing.T) {
	s := newSQLite(t).open(t, Options{})
	w := s.engine.(*sqliteEngine).writer
	limit := func(pages string) { // nothing is queued: the writer's connection is idle
		t.Helper()
		if err := w.conn.query(&statement{"pragma max_page_count = " + pages}, nil, func(rowScan) error { return nil }); err != nil {
			t.Fatal(err)
		}
	}
	limit("1")
	big := payment(1)
	big.Session.MerchantData = strings.Repeat("x", 1<<20)
	if err := commitOf(s, func(b *Batch) { b.InsertPayment(big) }); !errors.Is(err, ErrBusy) {
		t.Errorf("on a full disk: %v, want ErrBusy", err)
	}
	limit("1000000")
	mustCommit(t, s, func(b *Batch) { b.InsertPayment(big) })
	same(t, readPayment(t, s, ByPayment(merchant, big.Session.ID)), stored(big))
}

func TestCheckpoint_keepsTheLogShort(t *testing.T) {
	db := newSQLite(t)
	s := db.open(t, Options{})
	for i := range 40 {
		p := payment(i)
		p.Session.MerchantData = strings.Repeat("x", 1<<20)
		mustCommit(t, s, func(b *Batch) { b.InsertPayment(p) })
	}
	info, err := os.Stat(strings.TrimPrefix(db.url, "sqlite:") + "-wal")
	if err != nil || info.Size() > 30<<20 {
		t.Errorf("the log has %d bytes after 40 MB, %v", info.Size(), err)
	}
}

func TestOpen_bringsTheLogOfACrashIntoTheFile(t *testing.T) {
	db, crashed := newSQLite(t), newSQLite(t)
	s := db.open(t, Options{})
	p := payment(1)
	mustCommit(t, s, func(b *Batch) { b.InsertPayment(p) })
	path := func(db database) string { return strings.TrimPrefix(db.url, "sqlite:") }
	for _, suffix := range []string{"", "-wal"} { // what a power cut leaves
		data, err := os.ReadFile(path(db) + suffix)
		if err == nil {
			err = os.WriteFile(path(crashed)+suffix, data, 0o600)
		}
		if err != nil || len(data) == 0 {
			t.Fatalf("copy %s of %d bytes: %v", suffix, len(data), err)
		}
	}
	again := crashed.open(t, Options{})
	if info, err := os.Stat(path(crashed) + "-wal"); err != nil || info.Size() != 0 {
		t.Errorf("the log has %d bytes after opening, %v", info.Size(), err)
	}
	same(t, readPayment(t, again, ByPayment(merchant, p.Session.ID)), stored(p))
}

func TestOpen_refusesWhatIsNoStore(t *testing.T) {
	for _, url := range []string{"", "kassa.db", "mysql://x", "sqlite:", "sqlite:/nowhere/at/all/kassa.db", "postgres://nobody@127.0.0.1:1/none?connect_timeout=1"} {
		if s, err := Open(t.Context(), Options{URL: url, Keys: testKeys(t)}); err == nil {
			t.Errorf("%q was opened: %v", url, s.Close())
		}
	}
	if _, err := Open(t.Context(), Options{URL: newSQLite(t).url}); err == nil {
		t.Error("opened without keys")
	}
}
