package outbox

import (
	"context"
	"time"
)

const (
	keepAnswers = 30 * 24 * time.Hour
	keepJobs    = 30 * 24 * time.Hour // so long can what was delivered be delivered again
	keepCodes   = 24 * time.Hour      // far beyond the window in which they are counted
	cleanEvery  = time.Hour
	cleanAtOnce = 500
)

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
	}{{"answers", r.Store.CleanAnswers, keepAnswers}, {"jobs", r.Store.CleanJobs, keepJobs}, {"codes", r.Store.CleanCodeSlots, keepCodes}} {
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
