package server_test

import (
	"context"
	"database/sql"
	"errors"
	"net/http"
	"strings"
	"testing"

	"kassa/internal/server"
	"kassa/internal/servertest"
	"kassa/internal/store"

	_ "modernc.org/sqlite" // somebody else who has the file open
)

// TestBusy_aFullQueueIs503: somebody holds the file, so the writer waits and its queue, which has one place, fills up.
func TestBusy_aFullQueueIs503(t *testing.T) {
	s := servertest.Start(t, func(o *server.Options) { o.Store = func(o *store.Options) { o.Queue = 1 } })
	m := s.Merchant(t)
	release := hold(t, strings.TrimPrefix(s.Options.Config.Database, "sqlite:"))
	const calls = 8
	answers := make(chan servertest.Answer, calls)
	for range calls {
		go func() {
			a, err := m.Do(http.MethodPost, "/payments/v1/sessions", servertest.SwedishCart)
			if err != nil {
				t.Errorf("call: %v", err)
			}
			answers <- a
		}()
	}
	refused := 0
	for range calls {
		a := <-answers
		switch a.Status {
		case http.StatusServiceUnavailable:
			refused++
			if a.Header.Get("Retry-After") != "1" || a.Text("error_code") != "SERVICE_UNAVAILABLE" || a.Text("correlation_id") == "" {
				t.Errorf("%v %s", a.Header, a.Body)
			}
		case http.StatusOK:
		default:
			t.Errorf("status %d: %s", a.Status, a.Body)
		}
		if refused == 1 {
			release() // those that wait are answered now
		}
	}
	if refused == 0 || refused == calls {
		t.Errorf("%d of %d calls were refused", refused, calls)
	}
	m.Payment(servertest.SwedishCart)
}

// hold takes the write lock of an SQLite file until release is called.
func hold(t *testing.T, file string) (release func()) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+file)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := db.Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.ExecContext(context.Background(), "begin immediate"); err != nil {
		t.Fatal(err)
	}
	done := false
	release = func() {
		if done {
			return
		}
		done = true
		_, err := conn.ExecContext(context.Background(), "rollback")
		if err := errors.Join(err, conn.Close(), db.Close()); err != nil {
			t.Errorf("let go of the file: %v", err)
		}
	}
	t.Cleanup(release)
	return release
}
