package servertest

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kassa/internal/clock"
	"kassa/internal/config"
	"kassa/internal/pgtest"
	"kassa/internal/server"
)

// Begin is when every test server's clock stands at first.
var Begin = time.Date(2026, 6, 12, 9, 30, 0, 0, time.UTC)

// Server is a running Kassa with a clock that only tests move.
type Server struct {
	*server.Server
	Clock *clock.Virtual
	// Options are what it was started with: a second node or a restart takes them again.
	Options server.Options
	t       testing.TB
	stopped bool
}

// Start starts a sandbox server on port 0 with an SQLite database of its own; it is drained after the test. change may alter
// what it is started with.
func Start(t testing.TB, change ...func(o *server.Options)) *Server {
	t.Helper()
	o := server.Options{Clock: clock.NewStanding(Begin), Config: config.Serve{
		Listen: "127.0.0.1:0", AdminListen: "127.0.0.1:0", Sandbox: true, Database: "sqlite:" + filepath.Join(t.TempDir(), "kassa.db"),
	}}
	for _, c := range change {
		c(&o)
	}
	return startWith(t, o)
}

// OnPostgres has a server use a fresh PostgreSQL database; the package's TestMain must be pgtest.Main.
func OnPostgres(t testing.TB) func(o *server.Options) {
	t.Helper()
	database, keys := pgtest.URL(t), filepath.Join(t.TempDir(), "keys")
	return func(o *server.Options) { o.Config.Database, o.Config.KeyFile, o.Config.Migrate = database, keys, true }
}

// OnBoth runs a test with a server on each engine.
func OnBoth(t *testing.T, test func(t *testing.T, s *Server), change ...func(o *server.Options)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, Start(t, change...)) })
	t.Run("postgres", func(t *testing.T) { test(t, Start(t, append(change, OnPostgres(t))...)) })
}

func startWith(t testing.TB, o server.Options) *Server {
	t.Helper()
	s, err := server.Start(context.Background(), o)
	if err != nil {
		t.Fatalf("start the server: %v", err)
	}
	running := &Server{Server: s, Options: o, t: t}
	running.Clock, _ = o.Clock.(*clock.Virtual)
	t.Cleanup(running.Stop)
	return running
}

// Again starts another server with the same options: a restart when this one was stopped before, a second node on PostgreSQL.
// change may alter the options. It listens on another port, so give both the same PublicURL when links must go on working.
func (s *Server) Again(change ...func(o *server.Options)) *Server {
	s.t.Helper()
	o := s.Options
	for _, c := range change {
		c(&o)
	}
	return startWith(s.t, o)
}

// Stop drains the server; a second call does nothing.
func (s *Server) Stop() {
	s.t.Helper()
	if s.stopped {
		return
	}
	s.stopped = true
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := s.Shutdown(ctx); err != nil {
		s.t.Errorf("stop the server: %v", err)
	}
}

// Advance moves the clock and runs every job that has become due.
func (s *Server) Advance(d time.Duration) {
	s.t.Helper()
	s.Clock.Advance(d)
	if err := s.Settle(context.Background()); err != nil {
		s.t.Fatalf("run the jobs: %v", err)
	}
}

// Local turns a URL that the server hands out into one that reaches this server, whatever its public URL says.
func (s *Server) Local(address string) string {
	if rest, ok := strings.CutPrefix(address, s.URL()); ok {
		return "http://" + s.Address() + rest
	}
	return address
}
