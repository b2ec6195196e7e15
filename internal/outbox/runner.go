package outbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"kassa/internal/clock"
	"kassa/internal/pay"
	"kassa/internal/store"
)

const (
	// leaseFor is how long a job belongs to a node; it is longer than jobLimit, so that a slow job is not done twice.
	leaseFor = time.Minute
	jobLimit = 45 * time.Second
	// look is how often a node looks for what others left, when nothing wakes it.
	look = time.Second
	// atOnce bounds one lease: a commit that many jobs share, and that the first of them waits for.
	atOnce = 64
	// lookBehindEvery bounds how often it is looked for jobs behind a backlog.
	lookBehindEvery = time.Second
	// tellEvery bounds how often a node that leaves work behind tells the others so.
	tellEvery = 100 * time.Millisecond

	// Slots is how many jobs run at the same time on a node, unless Config says otherwise.
	Slots = 256
)

// Topic is what nodes tell each other when there are jobs that the teller cannot take; hearing it, Wake the runner.
const Topic = "jobs"

// Config is what a runner is built of.
type Config struct {
	Store *store.Store
	Clock clock.Clock
	Log   *slog.Logger
	Node  string // name of this node and run in leases: no other has it
	Slots int    // 0: Slots
	// Observe is told of each try; may be nil.
	Observe func(Tried)
}

// Tried is one try of a job, for metrics.
type Tried struct {
	Kind    pay.JobKind
	Sent    bool          // to an endpoint
	First   bool          // the first try of its job
	Outcome string        // done, again, retry or parked
	Waited  time.Duration // from when it was due until it was begun
	Took    time.Duration
}

// Runner leases and runs jobs.
type Runner struct {
	Config
	handlers map[pay.JobKind]Handler
	senders  map[pay.JobKind]Sender
	wake     chan struct{}
	news     atomic.Bool // something may be due that was not when the runner looked last

	taking  sync.Mutex // one lease at a time on this node; guards what follows
	cleaned time.Time
	leases  int64     // so far
	hidden  bool      // backlogs that are passed over hide other jobs
	behind  time.Time // when that was looked at last, by the real clock

	mu        sync.Mutex
	held      map[jobKey]*held // leased by this node and not ended yet
	running   int              // of them, those in a slot
	begun     int              // how many there were so far
	starved   bool             // there was no slot free at the last look
	queues    map[store.Endpoint]*queue
	ended     []*held // to be recorded
	recording bool
	draining  bool
	changed   chan struct{} // closed and made anew whenever a job has ended
	work      sync.WaitGroup
}

// jobKey names a job.
type jobKey struct {
	merchant pay.MerchantID
	id       pay.JobID
}

// New builds a runner; Register what it does before it runs.
func New(c Config) *Runner {
	if c.Observe == nil {
		c.Observe = func(Tried) {}
	}
	if c.Slots == 0 {
		c.Slots = Slots
	}
	return &Runner{
		Config: c, wake: make(chan struct{}, 1), held: map[jobKey]*held{}, queues: map[store.Endpoint]*queue{}, changed: make(chan struct{}),
	}
}

// Register sets what the jobs of each kind do.
func (r *Runner) Register(handlers map[pay.JobKind]Handler) { r.handlers = handlers }

// RegisterSenders sets what the jobs of each kind do that send something to an endpoint.
func (r *Runner) RegisterSenders(senders map[pay.JobKind]Sender) { r.senders = senders }

// Wake has the runner look at once: a job that is due was just committed.
func (r *Runner) Wake() {
	r.news.Store(true)
	r.nudge()
}

// nudge has the runner look at once for what it knew to be there already: something has ended that was in the way.
func (r *Runner) nudge() {
	select {
	case r.wake <- struct{}{}:
	default: // it is awake already
	}
}

// Run works until ctx ends, then lets the jobs in progress end. It is called once.
func (r *Runner) Run(ctx context.Context) {
	defer r.drain(context.WithoutCancel(ctx))
	r.reclaim(ctx)
	var told time.Time // by the real clock, which never stands still
	for {
		looked := r.Clock.Now()
		n, err := r.take(ctx)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			r.Log.ErrorContext(ctx, "outbox", "error", err)
		}
		if n > 0 {
			continue
		}
		if now := (clock.Real{}).Now(); r.full() && now.Sub(told) >= tellEvery {
			told = now
			if err := r.Store.Tell(ctx, Topic, ""); err != nil && ctx.Err() == nil {
				r.Log.WarnContext(ctx, "the other nodes could not be told of jobs; they look by themselves", "error", err)
			}
		}
		if !r.rest(ctx, looked) {
			return
		}
	}
}

// Settle runs jobs until none is due. Tests and the sandbox's clock use it; a runner may run beside it.
func (r *Runner) Settle(ctx context.Context) error {
	for {
		r.mu.Lock()
		changed, begun, idle := r.changed, r.begun, len(r.held) == 0
		r.mu.Unlock()
		r.news.Store(true)
		n, err := r.take(ctx)
		if err != nil {
			return err
		}
		r.mu.Lock()
		idle = idle && begun == r.begun // nothing was under way whose end could have let another begin
		r.mu.Unlock()
		switch {
		case n > 0:
		case idle:
			return nil
		default:
			select {
			case <-changed:
			case <-ctx.Done():
				return fmt.Errorf("wait for jobs: %w", ctx.Err())
			}
		}
	}
}

// reclaim takes over what this node was doing when it died, where nobody else can have taken it.
func (r *Runner) reclaim(ctx context.Context) {
	n, err := r.Store.Reclaim(ctx, r.Clock.Now())
	if err != nil {
		r.Log.ErrorContext(ctx, "jobs of the last run wait until their leases run out", "error", err)
	} else if n > 0 {
		r.Log.InfoContext(ctx, "jobs of the last run are done again", "jobs", n)
	}
}

// take leases what is due, as much as there are free slots for, and begins it.
func (r *Runner) take(ctx context.Context) (taken int, err error) {
	r.taking.Lock()
	defer r.taking.Unlock()
	now := r.Clock.Now()
	r.clean(ctx, now)
	limit, except := r.room(now)
	if limit == 0 || !r.news.Swap(false) && len(except) > 0 && !r.hidden && (clock.Real{}).Now().Sub(r.behind) < lookBehindEvery {
		return 0, nil // no slot is free, or everything is known to wait for endpoints that are passed over
	}
	jobs, err := r.lease(ctx, store.Leasing{Now: now, For: leaseFor, Limit: limit, Except: except})
	if err != nil {
		return 0, err
	}
	r.begin(ctx, jobs)
	if len(jobs) > 0 || len(except) == 0 {
		r.hidden = false
	}
	if len(jobs) == 0 && len(except) > 0 {
		if err := r.lookBehind(ctx, now, except); err != nil {
			return 0, err
		}
	}
	if r.hidden {
		r.spread(ctx, except)
	}
	return len(jobs), nil
}

// lookBehind finds out, now and then, whether the backlogs of endpoints that are passed over hide other jobs.
func (r *Runner) lookBehind(ctx context.Context, now time.Time, except []store.Endpoint) error {
	if real := (clock.Real{}).Now(); !r.hidden && real.Sub(r.behind) >= lookBehindEvery {
		r.behind = real
		if err := r.Store.Read(ctx, store.Hidden(now, except, &r.hidden)); err != nil {
			return fmt.Errorf("look behind a backlog: %w", err)
		}
	}
	return nil
}

// lease leases jobs; when it collides with another node it asks once more.
func (r *Runner) lease(ctx context.Context, l store.Leasing) ([]store.Job, error) {
	for again := true; ; again = false {
		r.leases++
		l.By = fmt.Sprintf("%s-%d", r.Node, r.leases)
		jobs, err := r.Store.Lease(ctx, l)
		if err == nil {
			return jobs, nil
		}
		if !again || !errors.Is(err, store.ErrConflict) {
			return nil, fmt.Errorf("lease: %w", err)
		}
	}
}

// room tells how many jobs can be leased now, and whose are not to be.
func (r *Runner) room(now time.Time) (limit int, except []store.Endpoint) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.draining {
		return 0, nil
	}
	limit = min(max(r.Slots-r.running, 0), atOnce)
	r.starved = limit == 0
	return limit, r.passed(now)
}

// full reports whether this node leaves jobs behind that another could do.
func (r *Runner) full() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, q := range r.queues {
		if q.full {
			return true
		}
	}
	return r.starved
}

// rest waits until there may be work: a wake, the next time after looked at which something is due, or a look round for what other
// nodes left. What was due when the runner looked was passed over: another node has it, or the end of one that goes before it
// wakes the runner. false: ctx ended.
func (r *Runner) rest(ctx context.Context, looked time.Time) bool {
	due, stop := (<-chan struct{})(nil), func() {}
	var at time.Time
	_ = r.Store.Read(ctx, store.NextJob(looked, &at)) // without an answer the runner looks by itself, soon
	if asked := r.nextAsked(); at.IsZero() || !asked.IsZero() && asked.Before(at) {
		at = asked
	}
	if !at.IsZero() {
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
		r.news.Store(true)
	case <-due:
		r.news.Store(true)
	}
	return true
}

// drain begins nothing more, puts back what waits, and waits for what is under way.
func (r *Runner) drain(ctx context.Context) {
	r.mu.Lock()
	r.draining = true
	for _, q := range r.queues {
		r.putBackAll(q, r.Clock.Now())
	}
	r.mu.Unlock()
	r.record(ctx)
	r.work.Wait()
	r.record(ctx) // what was left when its recorder was at its end
}
