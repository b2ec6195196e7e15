package outbox

import (
	"context"
	"errors"
	"fmt"
	"time"

	"kassa/internal/pay"
	"kassa/internal/store"
)

// Handler does one job. nil: done. An error made by Permanent parks it at once; any other has it tried again by the schedule. A
// handler is idempotent: a node may die between doing and recording.
type Handler func(ctx context.Context, job pay.Job) error

// Sender begins to send one job to its endpoint: it gives the function that does, or, when the endpoint cannot take one more now,
// how long that lasts. Begin is quick; whatever takes time is done by send. The receiver may get the same job again: a node may die
// between sending and recording.
type Sender func(job *store.Job) (send func(ctx context.Context) Sent, wait *Wait)

// Wait says when an endpoint that cannot take one more now is to be asked again.
type Wait struct {
	Until time.Time // by the runner's clock; zero: when one that is under way has ended
}

// Sent is what became of a try.
type Sent struct {
	Err     error            // nil: it was taken
	Park    store.ParkReason // park it for this reason; empty: try again by the schedule, when there is an error
	Again   bool             // it was taken, and is sent again by the schedule all the same; when that ends it is done
	Status  int              // of the answer, 0 without one
	Excerpt string           // of the answer
	Took    time.Duration    // real time
	Unmade  bool             // it is over, done or parked, without anything having been sent: that is no attempt
}

// permanent is an error that trying again does not mend.
type permanent struct{ error }

// Unwrap gives the error itself.
func (p permanent) Unwrap() error { return p.error }

// Permanent marks an error that trying again does not mend.
func Permanent(err error) error { return permanent{err} }

// held is a job that this node has leased.
type held struct {
	job     store.Job
	version int64 // of the lease; a later one when the lease ran out and this node, which is still at it, was given the job again
	number  int   // of the attempt, likewise
	started time.Time
	now     time.Time // when it ended
	queue   *queue    // of its endpoint; nil without one
	back    time.Time // not begun: put back until then
	sent    Sent
}

func (h *held) key() jobKey { return jobKey{h.job.Merchant, h.job.ID} }

// begin starts what was leased, or has it wait in the queue of its endpoint.
func (r *Runner) begin(ctx context.Context, jobs []store.Job) {
	ctx = context.WithoutCancel(ctx)
	r.mu.Lock()
	for i := range jobs {
		h := &held{job: jobs[i], version: jobs[i].Version, number: jobs[i].Attempts}
		if old := r.held[h.key()]; old != nil {
			old.version, old.number, old.job.LeasedUntil = h.version, h.number, h.job.LeasedUntil // the clock was moved while it is under way
			continue
		}
		r.held[h.key()] = h
		r.begun++
		if h.job.Endpoint == "" {
			r.start(ctx, h, func(ctx context.Context) Sent { return r.handle(ctx, h.job.Job) })
			continue
		}
		h.queue = r.queueOf(&h.job)
		h.queue.waiting = append(h.queue.waiting, h)
		r.advance(ctx, h.queue)
	}
	r.mu.Unlock()
	r.record(ctx) // what was put back
}

// start does a job in a slot of its own. The lock is held.
func (r *Runner) start(ctx context.Context, h *held, do func(ctx context.Context) Sent) {
	r.running++
	h.started = r.Clock.Now()
	r.work.Go(func() {
		sent := r.guarded(ctx, do)
		r.mu.Lock()
		h.sent, h.now = sent, r.Clock.Now()
		r.ended = append(r.ended, h)
		if h.queue != nil {
			h.queue.left()
			if sent.Err == nil && !h.queue.until.IsZero() {
				h.queue.until = time.Time{} // it has answered after all
				r.nudge()
			}
			r.advance(ctx, h.queue)
		}
		r.mu.Unlock()
		r.record(ctx)
	})
}

// guarded does a job within its time; a panic is an error like any other.
func (r *Runner) guarded(ctx context.Context, do func(ctx context.Context) Sent) (sent Sent) {
	ctx, cancel := context.WithTimeout(ctx, jobLimit)
	defer cancel()
	defer func() {
		if what := recover(); what != nil {
			sent = Sent{Err: fmt.Errorf("the job panicked: %v", what)}
		}
	}()
	return do(ctx)
}

// handle calls the handler of a job.
func (r *Runner) handle(ctx context.Context, job pay.Job) Sent {
	do, ok := r.handlers[job.Kind]
	if !ok {
		return Sent{Err: errNoHandler(job.Kind)}
	}
	err := do(ctx, job)
	if errors.As(err, &permanent{}) {
		return Sent{Err: err, Park: store.ParkedAsRefused}
	}
	return Sent{Err: err}
}

func errNoHandler(kind pay.JobKind) error {
	return fmt.Errorf("no handler for kind %q: is an older node running?", kind)
}
