package outbox

import (
	"context"
	"time"

	"kassa/internal/clock"
	"kassa/internal/store"
)

const (
	// queueHigh is how many jobs wait for their endpoint before no more of them are leased, and queueLow how few before they are again.
	queueHigh = 32
	queueLow  = 16
	// waitLimit is how much of its lease a job that waited must have left to be begun.
	waitLimit = 20 * time.Second
	// askAgain is when an endpoint that cannot take one is asked again although nothing of this node is under way to it.
	askAgain = time.Second

	// A backlog that hides other jobs is put off by the step of its endpoint: all but the first spreadSkip, spreadAtOnce in one commit,
	// none for longer than spreadLongest.
	spreadSkip    = 256
	spreadAtOnce  = 512
	spreadLongest = 30 * time.Second
)

// queue holds the jobs of one endpoint that this node has leased and that wait for it.
type queue struct {
	endpoint store.Endpoint
	waiting  []*held
	underWay int
	full     bool          // no more are leased
	pace     time.Duration // about how long it is from the end of one to the end of the next, while some wait
	ended    time.Time     // when one ended last while others waited, by the real clock
	until    time.Time     // it is left alone until then; zero: it is not
}

// queueOf finds the queue of a job's endpoint. The lock is held.
func (r *Runner) queueOf(job *store.Job) *queue {
	e := store.Endpoint{Merchant: job.Merchant, Host: job.Endpoint}
	q := r.queues[e]
	if q == nil {
		q = &queue{endpoint: e}
		r.queues[e] = q
	}
	return q
}

// left notes the end of one.
func (q *queue) left() {
	q.underWay--
	now, before := (clock.Real{}).Now(), q.ended
	q.ended = now
	if len(q.waiting) == 0 {
		q.ended = time.Time{}
	} else if !before.IsZero() {
		q.pace += (now.Sub(before) - q.pace) / 16
	}
}

// step is a little less than it takes the endpoint from one to the next: what was put off is to be there in time.
func (q *queue) step() time.Duration { return max(q.pace*3/4, 20*time.Microsecond) }

// advance begins what waits, as far as the endpoint takes it. The lock is held.
func (r *Runner) advance(ctx context.Context, q *queue) {
	for len(q.waiting) > 0 {
		h := q.waiting[0]
		now := r.Clock.Now()
		if r.draining || h.job.LeasedUntil.Sub(now) < waitLimit {
			r.putBackAll(q, now)
			break
		}
		send, wait := r.enter(h)
		if wait != nil {
			r.wait(q, wait, now)
			break
		}
		q.waiting[0] = nil
		q.waiting = q.waiting[1:]
		q.underWay++
		r.start(ctx, h, send)
	}
	if q.full && len(q.waiting) <= queueLow {
		q.full = false
		r.nudge()
	}
	r.forget(q)
}

// forget drops a queue of which there is nothing to know. The lock is held.
func (r *Runner) forget(q *queue) {
	if len(q.waiting) == 0 && q.underWay == 0 && q.until.IsZero() {
		delete(r.queues, q.endpoint)
	}
}

// enter asks for leave to send a job.
func (r *Runner) enter(h *held) (func(ctx context.Context) Sent, *Wait) {
	begin, ok := r.senders[h.job.Kind]
	if !ok {
		return func(context.Context) Sent { return Sent{Err: errNoHandler(h.job.Kind)} }, nil
	}
	job := h.job // of its own: the lease may be renewed meanwhile
	return begin(&job)
}

// wait has what waits go on doing so, or puts it back: it takes no slot either way. The lock is held.
func (r *Runner) wait(q *queue, w *Wait, now time.Time) {
	if w.Until.IsZero() && q.underWay > 0 {
		return // the end of one that is under way goes on
	}
	until := w.Until
	if !until.After(now) {
		until = now.Add(askAgain)
	}
	q.until = until
	r.putBackAll(q, until)
}

// putBackAll ends the leases of what waits, as if they had not been. The lock is held.
func (r *Runner) putBackAll(q *queue, until time.Time) {
	step := q.step()
	for i, h := range q.waiting {
		h.back = until.Add(min(time.Duration(i)*step, spreadLongest))
		r.ended = append(r.ended, h)
	}
	q.waiting = nil
}

// spread puts off the backlogs of endpoints that are passed over: of those that are left alone all until then, of the busy ones what
// is not their turn yet.
func (r *Runner) spread(ctx context.Context, passed []store.Endpoint) {
	for _, s := range r.backlogs(passed) {
		if err := r.Store.Spread(ctx, s); err != nil {
			r.Log.WarnContext(ctx, "the backlog of an endpoint could not be put off", "merchant", s.Merchant, "endpoint", s.Host, "error", err)
		}
	}
	r.nudge() // to see what was behind
}

func (r *Runner) backlogs(passed []store.Endpoint) []store.Spread {
	now := r.Clock.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []store.Spread
	for _, e := range passed {
		q := r.queues[e]
		if q == nil {
			continue
		}
		s := store.Spread{
			Endpoint: e, Now: now, From: now.Add(spreadSkip * q.step()), Step: q.step(), Longest: spreadLongest, Skip: spreadSkip, Limit: spreadAtOnce,
		}
		if q.until.After(now) {
			s.From, s.Skip = q.until, 0
		}
		out = append(out, s)
	}
	return out
}

// passed lists the endpoints whose jobs are not to be leased now: the busy ones, and those that are left alone for a while. The lock
// is held.
func (r *Runner) passed(now time.Time) []store.Endpoint {
	var out []store.Endpoint
	for e, q := range r.queues {
		q.full = len(q.waiting) >= queueHigh
		switch {
		case q.full, q.until.After(now):
			out = append(out, e)
		default:
			q.until = time.Time{}
			r.forget(q)
		}
	}
	return out
}

// nextAsked is when the next endpoint that is left alone is to be asked again; zero without one.
func (r *Runner) nextAsked() (at time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, q := range r.queues {
		if !q.until.IsZero() && (at.IsZero() || q.until.Before(at)) {
			at = q.until
		}
	}
	return at
}
