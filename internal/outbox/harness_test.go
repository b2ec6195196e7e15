package outbox

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kassa/internal/clock"
	"kassa/internal/keyring"
	"kassa/internal/pay"
	"kassa/internal/pgtest"
	"kassa/internal/store"
)

var begin = time.Date(2026, 6, 12, 9, 30, 0, 0, time.UTC)

const (
	merchant = pay.MerchantID("K000001")
	internal = pay.JobKind("internal")
	callback = pay.JobStatusUpdate
)

// house is a store with a clock that stands still, and runners on it.
type house struct {
	t      *testing.T
	store  *store.Store
	clock  *clock.Virtual
	url    string
	engine string
	ids    int
}

// onBoth runs a test on an empty database of each engine.
func onBoth(t *testing.T, test func(t *testing.T, h *house)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, newHouse(t, "sqlite", "sqlite:"+filepath.Join(t.TempDir(), "kassa.db"))) })
	t.Run("postgres", func(t *testing.T) { test(t, newHouse(t, "postgres", pgtest.URL(t))) })
}

func newHouse(t *testing.T, engine, url string) *house {
	t.Helper()
	h := &house{t: t, clock: clock.NewStanding(begin), url: url, engine: engine}
	h.store = h.open(nil)
	if err := h.store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return h
}

func (h *house) open(fault func() store.Fault) *store.Store {
	h.t.Helper()
	keys, err := keyring.New(keyring.Material{1})
	if err != nil {
		h.t.Fatal(err)
	}
	s, err := store.Open(context.Background(), store.Options{URL: h.url, Keys: keys, Fault: fault})
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() {
		if err := s.Close(); err != nil {
			h.t.Errorf("close: %v", err)
		}
	})
	return s
}

// runner builds a runner; change may alter its configuration.
func (h *house) runner(node string, change ...func(c *Config)) *Runner {
	c := Config{Store: h.store, Clock: h.clock, Log: slog.New(slog.DiscardHandler), Node: node}
	for _, f := range change {
		f(&c)
	}
	return New(c)
}

// run has a runner run until the test is over, or stop is called: then it has drained.
func (h *house) run(r *Runner) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); r.Run(ctx) }()
	stop = sync.OnceFunc(func() { cancel(); <-done })
	h.t.Cleanup(stop)
	return stop
}

func (h *house) job(kind pay.JobKind, lane, endpoint string) pay.Job {
	h.ids++
	id := pay.NewIDs([32]byte{byte(h.ids), byte(h.ids >> 8)}, h.clock.Now()).UUID()
	return pay.Job{ID: pay.JobID(id), Merchant: merchant, Kind: kind, Lane: lane, Subject: fmt.Sprintf("%s%d", lane, h.ids), DueAt: h.clock.Now(), Endpoint: endpoint}
}

func (h *house) enqueue(jobs ...pay.Job) {
	h.t.Helper()
	b := h.store.NewBatch()
	b.Enqueue(jobs...)
	if err := h.store.Commit(h.t.Context(), b); err != nil {
		h.t.Fatal(err)
	}
}

// callbacks leaves n jobs for an endpoint, each in a lane of its own.
func (h *house) callbacks(n int, endpoint string) []pay.Job {
	h.t.Helper()
	var jobs []pay.Job
	for range n {
		jobs = append(jobs, h.job(callback, "", endpoint))
	}
	h.enqueue(jobs...)
	return jobs
}

func (h *house) read(id pay.JobID) (*store.Job, []store.JobAttempt) {
	h.t.Helper()
	var job *store.Job
	var attempts []store.JobAttempt
	if err := h.store.Read(context.Background(), store.JobBy(merchant, id, &job), store.AttemptsOf(merchant, id, &attempts)); err != nil || job == nil {
		h.t.Fatalf("read job %s: %v %v", id, job, err)
	}
	return job, attempts
}

// outcomes reads the outcomes of a job's attempts.
func (h *house) outcomes(id pay.JobID) string {
	h.t.Helper()
	_, attempts := h.read(id)
	var out []string
	for _, a := range attempts {
		out = append(out, a.Outcome)
	}
	return strings.Join(out, " ")
}

func (h *house) settle(r *Runner) {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := r.Settle(ctx); err != nil {
		h.t.Fatal(err)
	}
}

// receiver keeps account of what was sent.
type receiver struct {
	mu   sync.Mutex
	got  []string // subjects in the order in which they were begun
	news chan struct{}
}

func newReceiver() *receiver { return &receiver{news: make(chan struct{})} }

func (r *receiver) take(subject string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.got = append(r.got, subject)
	close(r.news)
	r.news = make(chan struct{})
}

func (r *receiver) taken() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.got)
}

// wait waits until n have come.
func (r *receiver) wait(t *testing.T, n int) {
	t.Helper()
	limit := time.After(time.Minute)
	for {
		r.mu.Lock()
		have, news := len(r.got), r.news
		r.mu.Unlock()
		if have >= n {
			return
		}
		select {
		case <-news:
		case <-limit:
			t.Fatalf("%d came, want %d", have, n)
		}
	}
}

// sends registers a sender of callbacks that takes any number.
func sends(r *Runner, send func(ctx context.Context, job *store.Job) Sent) {
	r.RegisterSenders(map[pay.JobKind]Sender{callback: func(job *store.Job) (func(context.Context) Sent, *Wait) {
		return func(ctx context.Context) Sent { return send(ctx, job) }, nil
	}})
}
