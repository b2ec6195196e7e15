package store

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// exchanges are ways in which the files of a database are exchanged under a running server.
var exchanges = map[string]func(path string) error{
	"the log is removed":       func(path string) error { return os.Remove(path + "-wal") },
	"its index is removed":     func(path string) error { return os.Remove(path + "-shm") },
	"the database is removed":  os.Remove,
	"the database is moved":    func(path string) error { return os.Rename(path, path+".old") },
	"the database is replaced": replace(""),
	"the log is replaced":      replace("-wal"),
	"its folder is moved":      func(path string) error { return os.Rename(filepath.Dir(path), filepath.Dir(path)+".old") },
}

// replace puts a copy in the place of a file, as tools do that restore a backup.
func replace(suffix string) func(path string) error {
	return func(path string) error {
		data, err := os.ReadFile(path + suffix)
		if err != nil {
			return err
		}
		return errors.Join(os.WriteFile(path+".copy", data, 0o600), os.Rename(path+".copy", path+suffix))
	}
}

// TestFiles_exchangedAreNotWrittenTo: nothing is acknowledged that is in a file which nobody opens again.
func TestFiles_exchangedAreNotWrittenTo(t *testing.T) {
	for name, exchange := range exchanges {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "folder", "kassa.db")
			if err := os.Mkdir(filepath.Dir(path), 0o700); err != nil {
				t.Fatal(err)
			}
			s := database{"sqlite", "sqlite:" + path}.open(t, Options{})
			mustCommit(t, s, job("before"))
			if err := exchange(path); err != nil {
				t.Fatal(err)
			}
			if err := commitOf(s, job("after")); !errors.Is(err, ErrUnknown) && !errors.Is(err, ErrBusy) {
				t.Errorf("commit: %v, want ErrUnknown, or ErrBusy when the writer saw it first", err)
			}
			stopped(t, s)
		})
	}
}

// TestFiles_areLookedAtWithoutCommits: a server that only reads finds out too.
func TestFiles_areLookedAtWithoutCommits(t *testing.T) {
	db := newSQLite(t)
	s := db.open(t, Options{})
	mustCommit(t, s, job("before"))
	if err := os.Remove(strings.TrimPrefix(db.url, "sqlite:")); err != nil {
		t.Fatal(err)
	}
	stopped(t, s)
}

// stopped waits for the store to say that it writes no more, and why.
func stopped(t *testing.T, s *Store) {
	t.Helper()
	select {
	case err := <-s.Fatal():
		if !strings.Contains(err.Error(), "kassa.db") || !strings.Contains(err.Error(), "while it was in use") {
			t.Errorf("fatal: %v", err)
		}
	case <-time.After(time.Minute):
		t.Fatal("nobody was told")
	}
	if err := s.Ping(t.Context()); err == nil {
		t.Error("the store still says that it is well")
	}
	if err := commitOf(s, job("later")); !errors.Is(err, ErrBusy) {
		t.Errorf("a later commit: %v, want ErrBusy", err)
	}
}

// TestFiles_ofABusyServerAreTheSame: checkpoints, commands beside the server and a log that grows and is emptied change no file.
func TestFiles_ofABusyServerAreTheSame(t *testing.T) {
	db := newSQLite(t)
	s := db.open(t, Options{})
	for i := range 20 {
		p := payment(i)
		p.Session.MerchantData = strings.Repeat("x", 1<<20)
		mustCommit(t, s, func(b *Batch) { b.InsertPayment(p) })
		beside, err := Open(t.Context(), Options{URL: db.url, Keys: testKeys(t), Beside: true})
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(commitOf(beside, job(strings.Repeat("j", i+1))), beside.Close()); err != nil {
			t.Fatal(err)
		}
	}
	mustCommit(t, s, job("last"))
}

// TestOpen_besideAReaderMakesTheLogSafe: while somebody reads all the time, as replication tools do, the log cannot be emptied. It is written
// anew, which its time of modification shows, holds what it held, and is appended to.
func TestOpen_besideAReaderMakesTheLogSafe(t *testing.T) {
	db := newSQLite(t)
	log := strings.TrimPrefix(db.url, "sqlite:") + "-wal"
	s := db.open(t, Options{})
	mustCommit(t, s, job("one"))
	reader, err := Open(t.Context(), Options{URL: db.url, Keys: testKeys(t), Beside: true})
	if err != nil {
		t.Fatal(err)
	}
	r := <-reader.engine.(*sqliteEngine).readers
	count := func() (n int64) {
		if err := r.query(&statement{"select count(*) from job"}, nil, func(row rowScan) error { return row.Scan(&n) }); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if err := r.exec(snapshot); err != nil {
		t.Fatal(err)
	}
	before := count()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	old, err := os.ReadFile(log)
	if err != nil || len(old) == 0 {
		t.Fatalf("the log has %d bytes, %v", len(old), err)
	}
	past := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	if err := os.Chtimes(log, past, past); err != nil {
		t.Fatal(err)
	}
	again, err := Open(t.Context(), Options{URL: db.url, Keys: testKeys(t)})
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(log)
	if err != nil || info.ModTime().Equal(past) {
		t.Errorf("the log was not written: %v", err)
	}
	if now, err := os.ReadFile(log); err != nil || string(now) != string(old) {
		t.Errorf("the log has other bytes, %v", err)
	}
	mustCommit(t, again, job("two"))
	if !exists(t, again, "one") || !exists(t, again, "two") {
		t.Error("something is lost")
	}
	if n := count(); n != before {
		t.Errorf("the reader's snapshot has %d rows, had %d", n, before)
	}
	err = r.exec(rollback)
	reader.engine.(*sqliteEngine).readers <- r
	if err := errors.Join(err, reader.Close(), again.Close()); err != nil {
		t.Fatal(err)
	}
}
