package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"kassa/internal/clock"
	"kassa/internal/keyring"
	"kassa/internal/outbox"
	"kassa/internal/pay"
	"kassa/internal/pgtest"
	"kassa/internal/store"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

var begin = time.Date(2026, 6, 12, 9, 30, 0, 0, time.UTC)

const (
	merchant = pay.MerchantID("K000001")
	kind     = pay.JobKind("test")
)

// bench is a store with a clock that stands still.
type bench struct {
	t     *testing.T
	store *store.Store
	clock *clock.Virtual
	ids   *pay.IDs
	fault func() store.Fault
	nodes int // that one database can have

	mu   sync.Mutex
	ran  []string // subjects, in the order in which they were run
	seen []string // outcomes
}

func onBoth(t *testing.T, test func(t *testing.T, b *bench)) {
	t.Helper()
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			url := "sqlite:" + filepath.Join(t.TempDir(), "kassa.db")
			if engine == "postgres" {
				url = pgtest.URL(t)
			}
			keys, err := keyring.New(keyring.Material{3})
			if err != nil {
				t.Fatal(err)
			}
			b := &bench{t: t, clock: clock.NewStanding(begin), ids: pay.NewIDs([32]byte{1}, begin), nodes: 1}
			if engine == "postgres" {
				b.nodes = 2
			}
			b.store, err = store.Open(t.Context(), store.Options{URL: url, Keys: keys, Fault: func() store.Fault {
				if b.fault != nil {
					return b.fault()
				}
				return store.NoFault
			}})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = b.store.Close() })
			if err := b.store.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			test(t, b)
		})
	}
}

// add leaves a job about a subject, due after a while.
func (b *bench) add(subject, lane string, after time.Duration) pay.JobID {
	b.t.Helper()
	batch := b.store.NewBatch()
	id := pay.JobID(b.ids.UUID())
	batch.Enqueue(pay.Job{ID: id, Merchant: merchant, Kind: kind, Lane: lane, Subject: subject, DueAt: b.clock.Now().Add(after), Payload: "p"})
	if err := b.store.Commit(b.t.Context(), batch); err != nil {
		b.t.Fatal(err)
	}
	return id
}

// runner is a node whose handler notes what it ran and then does do.
func (b *bench) runner(node string, do func(job pay.Job) error) *outbox.Runner {
	r := outbox.New(outbox.Config{
		Store: b.store, Clock: b.clock, Log: slog.New(slog.DiscardHandler), Node: node,
		Observe: func(t outbox.Tried) {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.seen = append(b.seen, t.Outcome)
		},
	})
	r.Register(map[pay.JobKind]outbox.Handler{kind: func(_ context.Context, job pay.Job) error {
		b.mu.Lock()
		b.ran = append(b.ran, job.Subject)
		b.mu.Unlock()
		return do(job)
	}})
	return r
}

func (b *bench) settle(r *outbox.Runner) {
	b.t.Helper()
	if err := r.Settle(b.t.Context()); err != nil {
		b.t.Fatal(err)
	}
}

// took gives what was run since the last time.
func (b *bench) took() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := strings.Join(b.ran, " ")
	b.ran = nil
	return out
}

// until waits until so many jobs were run. The clock goes on by step each time it looks: a job that two nodes looked at in the
// moment when the one before it ended is put off for a second.
func (b *bench) until(n int, step time.Duration) {
	b.t.Helper()
	limit := time.NewTimer(30 * time.Second)
	defer limit.Stop()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		b.mu.Lock()
		got := len(b.ran)
		b.mu.Unlock()
		if got >= n {
			return
		}
		select {
		case <-tick.C:
			b.clock.Advance(step)
		case <-limit.C:
			b.t.Fatalf("%d jobs were run, waiting for %d", got, n)
		}
	}
}

func (b *bench) job(id pay.JobID) (job *store.Job, attempts []store.JobAttempt) {
	b.t.Helper()
	if err := b.store.Read(b.t.Context(), store.JobBy(merchant, id, &job), store.AttemptsOf(merchant, id, &attempts)); err != nil {
		b.t.Fatal(err)
	}
	return job, attempts
}

var errOnPurpose = errors.New("on purpose")

func TestRunner_whatBecomesOfAJob(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bench) {
		for _, c := range []struct {
			name  string
			do    func(pay.Job) error
			state store.JobState
			fails bool
		}{
			{"done", func(pay.Job) error { return nil }, store.JobDone, false},
			{"retry", func(pay.Job) error { return errOnPurpose }, store.JobPending, true},
			{"parked", func(pay.Job) error { return fmt.Errorf("send: %w", outbox.Permanent(errOnPurpose)) }, store.JobParked, true},
			{"retry", func(pay.Job) error { panic("on purpose") }, store.JobPending, true},
		} {
			b.seen = nil
			id := b.add(c.name, "", 0)
			b.settle(b.runner("n", c.do))
			job, attempts := b.job(id)
			if job.State != c.state || len(attempts) != 1 || attempts[0].Outcome != c.name || !slices.Equal(b.seen, []string{c.name}) {
				t.Errorf("%s: %s with %d attempts, seen %v", c.name, job.State, len(attempts), b.seen)
			}
			if c.fails && (!strings.Contains(job.LastError, "on purpose") || !strings.Contains(attempts[0].Excerpt, "on purpose")) {
				t.Errorf("%s: last error %q, attempt %+v", c.name, job.LastError, attempts[0])
			}
			if c.state == store.JobPending {
				if wait := job.RunAt.Sub(b.clock.Now()); wait < 4*time.Second || wait > 6*time.Second {
					t.Errorf("tried again after %v, want 5 s ± 20 %%", wait)
				}
				b.clock.Advance(6 * time.Second)
				b.settle(b.runner("n", func(pay.Job) error { return nil }))
				if job, _ := b.job(id); job.State != store.JobDone || job.Attempts != 2 {
					t.Errorf("after another try: %s, %d attempts", job.State, job.Attempts)
				}
			}
		}
		nobody := b.add("nobody's", "", 0)
		r := outbox.New(outbox.Config{Store: b.store, Clock: b.clock, Log: slog.New(slog.DiscardHandler), Node: "old"})
		b.settle(r)
		if job, _ := b.job(nobody); job.State != store.JobPending || !strings.Contains(job.LastError, "no handler") {
			t.Errorf("a kind without a handler: %s, %q", job.State, job.LastError)
		}
	})
}

func TestRunner_isParkedAfter30Days(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bench) {
		id := b.add("x", "", 0)
		r := b.runner("n", func(pay.Job) error { return errOnPurpose })
		tries := 0
		for job, _ := b.job(id); job.State == store.JobPending; job, _ = b.job(id) {
			b.clock.Advance(job.RunAt.Sub(b.clock.Now()))
			b.settle(r)
			if tries++; tries > 100 {
				t.Fatal("it is tried for ever")
			}
		}
		job, attempts := b.job(id)
		age := b.clock.Now().Sub(begin)
		if job.State != store.JobParked || age < 30*24*time.Hour || age > 31*24*time.Hour || len(attempts) != tries || tries < 60 {
			t.Errorf("%s after %v, %d tries, %d of them written down", job.State, age, tries, len(attempts))
		}
	})
}

// TestRunner_anEndThatCannotBeRecordedIsRecordedLater has the commits after the job was done fail, before and after they happened.
func TestRunner_anEndThatCannotBeRecordedIsRecordedLater(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bench) {
		for _, fault := range []store.Fault{store.NotHappened, store.Happened} {
			var failing atomic.Int32
			b.fault = func() store.Fault {
				if failing.Add(-1) >= 0 {
					return fault
				}
				return store.NoFault
			}
			r := b.runner("n", func(pay.Job) error { failing.Store(3); return nil })
			id := b.add("x", "", 0)
			for r.Settle(t.Context()) != nil { // some of the commits that fail may be its own next looks
			}
			if job, attempts := b.job(id); job.State != store.JobDone || job.Attempts != 1 || len(attempts) != 1 || attempts[0].Outcome != "done" || failing.Load() >= 0 {
				t.Fatalf("fault %d: the job is %s, attempts %+v", fault, job.State, attempts)
			}
			if got := b.took(); got != "x" {
				t.Errorf("ran %q", got)
			}
		}
	})
}

func TestRunner_lanesGoInOrder(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bench) {
		for i := range 3 {
			b.add(fmt.Sprint("a", i), "a", 0)
		}
		b.add("late", "b", time.Hour)
		fail := true
		r := b.runner("n", func(j pay.Job) error {
			if j.Subject == "a1" && fail {
				fail = false
				return errOnPurpose
			}
			return nil
		})
		b.settle(r)
		if got := b.took(); got != "a0 a1" {
			t.Errorf("ran %q, want all up to the one that failed", got)
		}
		b.clock.Advance(6 * time.Second)
		b.settle(r)
		if got := b.took(); got != "a1 a2" {
			t.Errorf("ran %q, want that one again and the rest", got)
		}
		b.clock.Advance(time.Hour)
		b.settle(r)
		if got := b.took(); got != "late" {
			t.Errorf("ran %q", got)
		}
	})
}

func TestRunner_twoNodesShareTheWork(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bench) {
		const n = 200
		for i := range n {
			b.add(fmt.Sprint(i), fmt.Sprint("lane", i%50), 0)
		}
		ctx, end := context.WithCancel(t.Context())
		var nodes sync.WaitGroup
		for _, node := range []string{"n1", "n2"}[:b.nodes] {
			r := b.runner(node, func(pay.Job) error { return nil })
			nodes.Go(func() { r.Run(ctx) })
		}
		b.until(n, time.Millisecond)
		end()
		nodes.Wait()
		b.settle(b.runner("n3", func(pay.Job) error { return nil }))
		ran := strings.Fields(b.took())
		if len(ran) != n {
			t.Errorf("%d runs of %d jobs", len(ran), n)
		}
		slices.Sort(ran)
		if ran = slices.Compact(ran); len(ran) != n {
			t.Errorf("%d jobs of %d were run", len(ran), n)
		}
	})
}

func TestRun_wakesForNewAndDueJobsAndEndsWithTheJobInProgress(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bench) {
		begun, release := make(chan struct{}), make(chan struct{})
		r := b.runner("n", func(j pay.Job) error {
			if j.Subject == "slow" {
				close(begun)
				<-release
			}
			return nil
		})
		ctx, end := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { defer close(ended); r.Run(ctx) }()
		b.add("now", "", 0)
		r.Wake()
		b.until(1, 0)
		b.add("later", "", time.Hour)
		r.Wake()
		b.clock.Advance(time.Hour)
		b.until(2, 0)
		id := b.add("slow", "", 0)
		r.Wake()
		<-begun
		end()
		select {
		case <-ended:
			t.Error("it ended before the job in progress did")
		default:
		}
		close(release)
		<-ended
		if job, _ := b.job(id); job.State != store.JobDone {
			t.Errorf("the job in progress is %s", job.State)
		}
		if got := b.took(); got != "now later slow" {
			t.Errorf("ran %q", got)
		}
	})
}

func TestClean_forgetsAnswersAndDoneJobsAfter30Days(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bench) {
		key := store.AnswerKey{Merchant: merchant, Route: "POST /x", Key: "k"}
		batch := b.store.NewBatch()
		batch.SaveAnswer(key, store.Answer{Status: 201, CreatedAt: begin})
		if err := b.store.Commit(t.Context(), batch); err != nil {
			t.Fatal(err)
		}
		done := b.add("done", "", 0)
		parked := b.add("parked", "", 0)
		r := b.runner("n", func(j pay.Job) error {
			if j.Subject == "parked" {
				return outbox.Permanent(errOnPurpose)
			}
			return nil
		})
		kept := func() (answer, job bool) {
			t.Helper()
			b.settle(r)
			var a *store.Answer
			if err := b.store.Read(t.Context(), store.AnswerBy(key, &a)); err != nil {
				t.Fatal(err)
			}
			if p, _ := b.job(parked); p == nil {
				t.Error("a parked job was forgotten")
			}
			j, _ := b.job(done)
			return a != nil, j != nil
		}
		for _, c := range []struct {
			at          time.Duration
			answer, job bool
		}{
			{0, true, true},
			{30 * 24 * time.Hour, true, true},
			{30*24*time.Hour + time.Hour, false, false},
		} {
			b.clock.Advance(begin.Add(c.at).Sub(b.clock.Now()))
			if answer, job := kept(); answer != c.answer || job != c.job {
				t.Errorf("after %v: answer kept %v, job kept %v", c.at, answer, job)
			}
		}
	})
}
