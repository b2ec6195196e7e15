package server_test

import (
	"database/sql"
	"net/http"
	"strings"
	"testing"

	_ "modernc.org/sqlite" // the driver sqlite

	"kassa/internal/server"
	"kassa/internal/servertest"
	"kassa/internal/store"
)

// TestQueue_fullIs503WithRetryAfter holds the file's write lock, so that the writer waits and its queue of one fills up.
func TestQueue_fullIs503WithRetryAfter(t *testing.T) {
	s := servertest.Start(t, func(o *server.Options) { o.Store = func(so *store.Options) { so.Queue = 1 } })
	m := s.Merchant(t)
	db, err := sql.Open("sqlite", "file:"+strings.TrimPrefix(s.Options.Config.Database, "sqlite:")+"?_pragma=busy_timeout(10000)")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	db.SetMaxOpenConns(1)
	if _, err := db.Exec("begin immediate"); err != nil {
		t.Fatal(err)
	}
	answers := make([]servertest.Answer, 64)
	done := make(chan struct{}, len(answers))
	go atOnce(len(answers), func(i int) {
		var err error
		if answers[i], err = m.Do(http.MethodPost, "/payments/v1/sessions", servertest.SwedishCart); err != nil {
			t.Error(err)
		}
		done <- struct{}{}
	})
	<-done // only who is refused is answered now
	if _, err := db.Exec("rollback"); err != nil {
		t.Fatal(err)
	}
	for range len(answers) - 1 {
		<-done
	}
	statuses := map[int]int{}
	for _, a := range answers {
		statuses[a.Status]++
		if a.Status != http.StatusOK && (a.Status != http.StatusServiceUnavailable || a.Header.Get("Retry-After") == "" || a.Text("error_code") != "SERVICE_UNAVAILABLE") {
			t.Errorf("status %d, Retry-After %q: %s", a.Status, a.Header.Get("Retry-After"), a.Body)
		}
	}
	if statuses[http.StatusOK] == 0 || statuses[http.StatusServiceUnavailable] == 0 {
		t.Errorf("statuses %v, want some of each", statuses)
	}
}
