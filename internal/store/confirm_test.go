package store

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"kassa/internal/pgtest"
)

// TestConfirm_waitsForTheStandby: an answer whose commit was broken off while a synchronous standby was awaited can be read, and is not
// certain to survive. A standby that never comes stands for one that is away.
func TestConfirm_waitsForTheStandby(t *testing.T) {
	url := pgtest.Start(t).Database(t)
	s := database{"postgres", url}.open(t, Options{CommitLimit: 300 * time.Millisecond})
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	standby := func(names string) {
		t.Helper()
		for _, sql := range []string{"alter system set synchronous_standby_names = '" + names + "'", "select pg_reload_conf()"} {
			if _, err := conn.Exec(t.Context(), sql); err != nil {
				t.Fatal(err)
			}
		}
		for got := "?"; got != names; {
			if err := conn.QueryRow(t.Context(), "show synchronous_standby_names").Scan(&got); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := s.Confirm(t.Context()); err != nil {
		t.Fatalf("without a standby: %v", err)
	}
	standby("nobody")
	key := AnswerKey{merchant, "POST /x", "k"}
	if err := commitOf(s, func(b *Batch) { b.SaveAnswer(key, Answer{Status: 201, CreatedAt: t0}) }); !errors.Is(err, ErrUnknown) {
		t.Fatalf("a commit that no standby confirms: %v", err)
	}
	if _, err := conn.Exec(t.Context(), "select pg_cancel_backend(pid) from pg_stat_activity where wait_event = 'SyncRep'"); err != nil {
		t.Fatal(err)
	}
	for seen := false; !seen; { // the broken-off commit shows a little later
		if err := conn.QueryRow(t.Context(), "select count(*) > 0 from answer").Scan(&seen); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Confirm(t.Context()); !errors.Is(err, ErrUnknown) {
		t.Errorf("what no standby has is confirmed: %v", err)
	}
	standby("")
	if err := s.Confirm(t.Context()); err != nil {
		t.Errorf("the standby is not waited for any more: %v", err)
	}
}

// TestConfirm_needsNoRights: Kassa's own user is no superuser.
func TestConfirm_needsNoRights(t *testing.T) {
	url := pgtest.URL(t)
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	if _, err := conn.Exec(t.Context(), "create role plain; set role plain"); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(t.Context(), confirming.text); err != nil {
		t.Error(err)
	}
	if _, err := conn.Exec(t.Context(), "reset role; drop role plain"); err != nil {
		t.Fatal(err)
	}
}

func TestConfirm_onSQLiteNothingIsLeftToDo(t *testing.T) {
	s := newSQLite(t).open(t, Options{Fault: func() Fault { return NotHappened }})
	if err := s.Confirm(t.Context()); err != nil {
		t.Error(err)
	}
}
