package store

import (
	"bytes"
	"context"
	"log/slog"
	"net"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"kassa/internal/pgtest"
)

// silent is a host that accepts connections and says nothing, as one does whose processes are stopped.
type silent struct {
	net.Listener
	accepted atomic.Int64
}

func newSilent(t *testing.T) *silent {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &silent{Listener: l}
	var open sync.WaitGroup
	open.Go(func() {
		var conns []net.Conn
		for {
			conn, err := l.Accept()
			if err != nil {
				break
			}
			s.accepted.Add(1)
			conns = append(conns, conn)
		}
		for _, conn := range conns {
			_ = conn.Close()
		}
	})
	t.Cleanup(func() { _ = l.Close(); open.Wait() })
	return s
}

// before puts a host before the socket of a test's database, and adds parameters. It gives the socket too.
func before(t *testing.T, first net.Addr, database, parameters string) (both, socket string) {
	t.Helper()
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	dir := q.Get("host")
	host, port, err := net.SplitHostPort(first.String())
	if err != nil {
		t.Fatal(err)
	}
	q.Set("host", host+","+dir)
	q.Set("port", port+",5432")
	u.RawQuery = q.Encode() + "&" + parameters
	return u.String(), hostPort(dir, 5432)
}

// lockedLog is a log that several goroutines write.
type lockedLog struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write adds to the log.
func (l *lockedLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// TestPostgres_aSilentHostCostsOneTimeLimit: it is tried once, told with its reason, and not before the host that served again.
func TestPostgres_aSilentHostCostsOneTimeLimit(t *testing.T) {
	hung := newSilent(t)
	both, socket := before(t, hung.Addr(), pgtest.URL(t), "target_session_attrs=read-write&connect_timeout=1")
	var log lockedLog
	s := database{"postgres", both}.open(t, Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
	tried := hung.accepted.Load()
	if tried == 0 {
		t.Fatal("the silent host was not tried")
	}
	for i := range 3 {
		s.engine.(*postgresEngine).pool.Reset() // each round connects anew
		if err := race(8, func(n int) error { return commitOf(s, func(b *Batch) { b.InsertPayment(payment(100*i + n)) }) }); err != nil {
			t.Fatal(err)
		}
	}
	if got := hung.accepted.Load(); got != tried {
		t.Errorf("the silent host was tried %d times, %d of them after the other served", got, got-tried)
	}
	for _, want := range []string{"host=" + hung.Addr().String() + ` reason="no answer within 1s"`, `msg="connected to the database" host=` + socket} {
		if strings.Count(log.String(), want) != 1 {
			t.Errorf("the log does not say %s once:\n%s", want, log.String())
		}
	}
}

// TestPostgres_aHostThatIsLostIsLookedForAmongAll: the one that served is no longer the first when its connection broke.
func TestPostgres_aHostThatIsLostIsLookedForAmongAll(t *testing.T) {
	h := newHosts(slog.New(slog.DiscardHandler), time.Second, func() bool { return false })
	cfg, err := postgresConfig("postgres://a:1,b:2,c:3/x?sslmode=prefer")
	if err != nil {
		t.Fatal(err)
	}
	tried := func() (out []string) {
		c := cfg.ConnConfig.Copy()
		if err := h.prepare(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		out = append(out, c.Host)
		for _, f := range c.Fallbacks {
			out = append(out, f.Host)
		}
		return out
	}
	if got := strings.Join(tried(), ""); got != "aabbcc" { // with TLS and without
		t.Error(got)
	}
	(&attempt{hosts: h, host: "b:2"}).served()
	if got := strings.Join(tried(), ""); got != "bbaacc" {
		t.Error(got)
	}
	h.lost()
	if got := strings.Join(tried(), ""); got != "aabbcc" {
		t.Error(got)
	}
}

// TestPostgres_theConnectLimitIsOursUnlessTheURLHasOne: connect_timeout is libpq's name for it.
func TestPostgres_theConnectLimitIsOursUnlessTheURLHasOne(t *testing.T) {
	t.Setenv("PGCONNECT_TIMEOUT", "")
	for url, want := range map[string]time.Duration{
		"postgres://a/x":                    connectLimit,
		"postgres://a,b/x?sslmode=disable":  connectLimit,
		"postgres://a/x?connect_timeout=7":  7 * time.Second,
		"postgres://a/x?connect_timeout=0":  0, // as libpq: without limit
		"host=a dbname=x connect_timeout=9": 9 * time.Second,
	} {
		cfg, err := postgresConfig(url)
		if err != nil {
			t.Error(err)
			continue
		}
		if got := cfg.ConnConfig.ConnectTimeout; got != want {
			t.Errorf("%s: %v, want %v", url, got, want)
		}
	}
}

// TestPing_answersInTime: a database that hangs is not ready, and says so before the next question comes.
func TestPing_answersInTime(t *testing.T) {
	s := database{"postgres", pgtest.URL(t) + "&pool_max_conns=1"}.open(t, Options{})
	conn, err := s.engine.(*postgresEngine).pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	if err := s.Ping(context.WithoutCancel(t.Context())); err == nil {
		t.Error("ready without a connection to be had")
	}
}
