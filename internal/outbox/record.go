package outbox

import (
	"context"
	"errors"
	"time"

	"kassa/internal/store"
)

const (
	// recordAtOnce bounds how many ends share a commit.
	recordAtOnce = 128
	// recordLimit is how long it is tried to record ends that the store does not take. What is not recorded by then is done again
	// when the lease runs out.
	recordLimit = 5 * time.Second
)

// end is how a job's lease ends.
type end struct {
	job     store.Job
	back    time.Time // put back until then; zero: it was tried
	done    bool
	again   time.Time // tried again then
	park    store.ParkReason
	reason  string
	attempt store.JobAttempt
	now     time.Time
	sent    bool
	unmade  bool // no attempt is counted
	started time.Time
}

// record writes down what has ended, in commits that all share who end at about the same time: whoever comes first records for
// those who come meanwhile.
func (r *Runner) record(ctx context.Context) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.recording {
		return
	}
	r.recording = true
	for len(r.ended) > 0 {
		batch := r.ended[:min(len(r.ended), recordAtOnce)]
		r.ended = r.ended[len(batch):]
		ends := make([]*end, len(batch))
		for i, h := range batch {
			ends[i] = h.end()
		}
		r.mu.Unlock()
		woke := r.commit(ctx, ends)
		r.mu.Lock()
		for _, h := range batch {
			delete(r.held, h.key())
			if h.back.IsZero() {
				r.running--
			}
		}
		switch {
		case woke:
			r.Wake()
		case r.starved && r.running < r.Slots:
			r.nudge()
		}
		close(r.changed)
		r.changed = make(chan struct{})
	}
	r.recording = false
}

// end decides how a lease ends. The lock is held.
func (h *held) end() *end {
	e := &end{job: h.job, back: h.back, now: h.now, sent: h.queue != nil, started: h.started}
	e.job.Version, e.job.Attempts = h.version, h.number
	if !e.back.IsZero() {
		return e
	}
	s := &h.sent
	outcome, excerpt := "done", s.Excerpt
	at, ok := next(&e.job, h.now)
	switch {
	case s.Err == nil && (!s.Again || !ok):
		e.done = true
	case s.Err == nil:
		e.again, outcome = at, "again"
	case s.Park != "":
		e.park, outcome = s.Park, "parked"
	case !ok:
		e.park, outcome = store.ParkedBySchedule, "parked"
	default:
		e.again, outcome = at, "retry"
	}
	e.unmade = s.Unmade && e.again.IsZero() // the schedule counts tries
	if s.Err != nil {
		if e.reason = s.Err.Error(); excerpt == "" {
			excerpt = e.reason
		}
	}
	took := s.Took
	if took == 0 {
		took = h.now.Sub(h.started)
	}
	e.attempt = store.JobAttempt{Number: h.number, StartedAt: h.started, EndedAt: h.now, Took: took, Outcome: outcome, Status: s.Status, Excerpt: excerpt}
	return e
}

// write puts the end of a lease into a batch.
func (e *end) write(b *store.Batch) {
	switch {
	case !e.back.IsZero():
		b.PutBackJob(&e.job, e.back)
		return
	case e.done:
		b.FinishJob(&e.job, e.now)
	case e.park != "":
		b.ParkJob(&e.job, e.now, e.park, e.reason)
	default:
		b.RetryJob(&e.job, e.again, e.reason)
	}
	if e.unmade {
		b.UncountAttempt(&e.job)
		return
	}
	b.EndAttempt(&e.job, e.attempt)
}

// commit records ends, together when that goes through, otherwise each by itself. woke: another job of a lane may run now.
func (r *Runner) commit(ctx context.Context, ends []*end) (woke bool) {
	for _, e := range ends {
		if e.reason != "" {
			r.Log.WarnContext(ctx, "job failed", "kind", e.job.Kind, "job", e.job.ID, "merchant", e.job.Merchant, "endpoint", e.job.Endpoint,
				"attempt", e.attempt.Number, "outcome", e.attempt.Outcome, "error", e.reason)
		}
	}
	woke, err := r.commitOnce(ctx, ends)
	if errors.Is(err, store.ErrConflict) && len(ends) > 1 {
		for _, e := range ends {
			w, err := r.commitOnce(ctx, []*end{e})
			woke = woke || w
			r.tellLost(ctx, e, err)
		}
	} else if err != nil {
		for _, e := range ends {
			r.tellLost(ctx, e, err)
		}
	}
	for _, e := range ends {
		if e.back.IsZero() {
			r.Observe(Tried{
				Kind: e.job.Kind, Sent: e.sent && !e.unmade, First: e.attempt.Number == 1, Outcome: e.attempt.Outcome, Waited: e.started.Sub(e.job.DueAt), Took: e.attempt.Took,
			})
		}
	}
	return woke
}

// commitOnce commits ends in one batch. A store that is busy, or whose answer got lost, is asked again for a while: an end that
// went through before is a conflict then.
func (r *Runner) commitOnce(ctx context.Context, ends []*end) (woke bool, err error) {
	giveUp := time.NewTimer(recordLimit)
	defer giveUp.Stop()
	for pause := 20 * time.Millisecond; ; pause = min(2*pause, time.Second) {
		b := r.Store.NewBatch()
		for _, e := range ends {
			e.write(b)
		}
		err := r.Store.Commit(ctx, b)
		if err == nil || !errors.Is(err, store.ErrBusy) && !errors.Is(err, store.ErrUnknown) {
			return b.Woke(), err
		}
		wait := time.NewTimer(pause)
		select {
		case <-wait.C:
		case <-giveUp.C:
			wait.Stop()
			return false, err
		}
	}
}

// tellLost logs an end that could not be recorded.
func (r *Runner) tellLost(ctx context.Context, e *end, err error) {
	switch {
	case err == nil:
	case errors.Is(err, store.ErrConflict):
		r.Log.InfoContext(ctx, "the lease of a job had run out, or its end was recorded before", "kind", e.job.Kind, "job", e.job.ID)
	default:
		r.Log.ErrorContext(ctx, "end of a job was not recorded: it is done again", "kind", e.job.Kind, "job", e.job.ID, "error", err)
	}
}
