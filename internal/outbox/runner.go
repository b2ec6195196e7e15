package outbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"kassa/internal/clock"
	"kassa/internal/pay"
	"kassa/internal/store"
)

// Handler does one job. nil: done. An error made by Permanent parks it at once; any other has it tried again by the schedule. A
// handler is idempotent: a node may die between doing and recording.
type Handler func(ctx context.Context, job pay.Job) error

// permanent is an error that trying again does not mend.
type permanent struct{ error }

// Unwrap gives the error itself.
func (p permanent) Unwrap() error { return p.error }

// Permanent marks an error that trying again does not mend.
func Permanent(err error) error { return permanent{err} }

const (
	// leaseFor is how long a job belongs to a node; it is longer than jobLimit, so that a slow handler does not lose its job.
	leaseFor = time.Minute
	jobLimit = 45 * time.Second
	// look is how often a node looks for jobs that others left, when nothing wakes it.
	look = time.Second
	// batch is how many jobs are leased at once, and how many run at the same time.
	batch = 32

	keepAnswers = 30 * 24 * time.Hour // decisions "Idempotency"
	keepJobs    = 7 * 24 * time.Hour
	cleanEvery  = time.Hour
	cleanAtOnce = 500
)

// Config is what a runner is built of.
type Config struct {
	Store *store.Store
	Clock clock.Clock
	Log   *slog.Logger
	Node  string // name of this node in leases
	// Observe is told of each job that was run; may be nil.
	Observe func(kind pay.JobKind, outcome string, took time.Duration)
}

// Runner leases and runs jobs.
type Runner struct {
	Config
	handlers map[pay.JobKind]Handler
	wake     chan struct{}
	cleaned  time.Time
	mu       sync.Mutex // one round at a time on this node
}

// New builds a runner; Register it before it runs.
func New(c Config) *Runner {
	if c.Observe == nil {
		c.Observe = func(pay.JobKind, string, time.Duration) {}
	}
	return &Runner{Config: c, wake: make(chan struct{}, 1)}
}

// Register sets what each kind of job does.
func (r *Runner) Register(handlers map[pay.JobKind]Handler) { r.handlers = handlers }

// Wake has the runner look at once: a job that is due was just committed.
func (r *Runner) Wake() {
	select {
	case r.wake <- struct{}{}:
	default: // it is awake already
	}
}

// Run works until ctx ends, then waits for the jobs in progress.
func (r *Runner) Run(ctx context.Context) {
	for {
		n, err := r.round(ctx)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			r.Log.Error("outbox", "error", err)
		}
		if n > 0 {
			continue
		}
		if !r.rest(ctx) {
			return
		}
	}
}

// rest waits until there may be work: a wake, the next due time, or a look round for what other nodes left. false: ctx ended.
func (r *Runner) rest(ctx context.Context) bool {
	due, stop := (<-chan struct{})(nil), func() {}
	var at time.Time
	if err := r.Store.Read(ctx, store.NextJob(&at)); err == nil && !at.IsZero() {
		due, stop = r.Clock.After(at)
	}
	defer stop()
	timer := time.NewTimer(look)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-r.wake:
	case <-timer.C:
	case <-due:
	}
	return true
}

// Settle runs jobs until none is due. Tests and the sandbox's clock use it; a runner may run beside it.
func (r *Runner) Settle(ctx context.Context) error {
	for {
		n, err := r.round(ctx)
		if err != nil || n == 0 {
			return err
		}
	}
}

// round leases what is due, runs it, and waits for all of it.
func (r *Runner) round(ctx context.Context) (ran int, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.Clock.Now()
	r.clean(ctx, now)
	jobs, err := r.Store.Lease(ctx, store.Leasing{Now: now, For: leaseFor, Node: r.Node, Limit: batch})
	if err != nil {
		return 0, fmt.Errorf("lease: %w", err)
	}
	var running sync.WaitGroup
	for i := range jobs {
		running.Go(func() { r.one(context.WithoutCancel(ctx), &jobs[i]) })
	}
	running.Wait()
	return len(jobs), nil
}

// one runs a leased job and ends its lease.
func (r *Runner) one(ctx context.Context, job *store.Job) {
	ctx, cancel := context.WithTimeout(ctx, jobLimit)
	defer cancel()
	started := r.Clock.Now()
	err := r.handle(ctx, job)
	now := r.Clock.Now()
	b := r.Store.NewBatch()
	outcome := "done"
	switch at, again := next(string(job.ID), job.Attempts, job.CreatedAt, now); {
	case err == nil:
		b.FinishJob(job, now)
	case errors.As(err, &permanent{}):
		outcome = "parked"
		b.ParkJob(job, now, store.ParkedAsRefused, err.Error())
	case !again:
		outcome = "parked"
		b.ParkJob(job, now, store.ParkedBySchedule, err.Error())
	default:
		outcome = "retry"
		b.RetryJob(job, at, err.Error())
	}
	r.Observe(job.Kind, outcome, now.Sub(started))
	if err != nil {
		r.Log.WarnContext(ctx, "job failed", "kind", job.Kind, "job", job.ID, "attempts", job.Attempts, "outcome", outcome, "error", err)
		b.RecordAttempt(job, store.JobAttempt{Number: job.Attempts, StartedAt: started, EndedAt: now, Outcome: outcome, Excerpt: err.Error()})
	}
	if err := r.Store.Commit(ctx, b); err != nil && !errors.Is(err, store.ErrConflict) {
		// The lease runs out and the job runs again: at least once.
		r.Log.ErrorContext(ctx, "end of a job was not recorded", "kind", job.Kind, "job", job.ID, "error", err)
	}
}

// handle calls the handler; a panic is an error like any other.
func (r *Runner) handle(ctx context.Context, job *store.Job) (err error) {
	defer func() {
		if what := recover(); what != nil {
			err = fmt.Errorf("handler panicked: %v", what)
		}
	}()
	h, ok := r.handlers[job.Kind]
	if !ok {
		return fmt.Errorf("no handler for kind %q: is an older node running?", job.Kind)
	}
	return h(ctx, job.Job)
}

// clean forgets old answers and finished jobs, now and then.
func (r *Runner) clean(ctx context.Context, now time.Time) {
	if now.Sub(r.cleaned) < cleanEvery {
		return
	}
	r.cleaned = now
	for _, c := range []struct {
		what  string
		clean func(context.Context, time.Time, int) (int, error)
		keep  time.Duration
	}{{"answers", r.Store.CleanAnswers, keepAnswers}, {"jobs", r.Store.CleanJobs, keepJobs}} {
		for {
			n, err := c.clean(ctx, now.Add(-c.keep), cleanAtOnce)
			if err != nil {
				r.Log.ErrorContext(ctx, "clean-up", "what", c.what, "error", err)
				break
			}
			if n < cleanAtOnce {
				break
			}
		}
	}
}
