package outbox

import (
	"hash/fnv"
	"time"

	"kassa/internal/store"
)

// schedule is how long to wait after each failed attempt: visible, far longer than a deploy.
var schedule = []time.Duration{
	5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute, time.Hour, 3 * time.Hour, 6 * time.Hour,
}

const (
	// every is the wait once the schedule is used up.
	every = 12 * time.Hour
	// giveUpAfter is how long after it was due a job is parked.
	giveUpAfter = 30 * 24 * time.Hour
)

// next tells when to try again after a try that ended now, ±20 % so that jobs that failed together do not come back together; the
// same job and attempt always give the same time. The schedule counts from when the job was due, or was un-parked or replayed. ok
// is false when it has come to its end.
func next(job *store.Job, now time.Time) (at time.Time, ok bool) {
	if now.Sub(job.DueAt) >= giveUpAfter {
		return time.Time{}, false
	}
	wait := every
	if tries := job.Attempts - job.Tried; tries >= 1 && tries <= len(schedule) {
		wait = schedule[tries-1]
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(job.ID))
	_, _ = h.Write([]byte{byte(job.Attempts), byte(job.Attempts >> 8)})
	fifth := wait / 5
	return now.Add(wait - fifth + time.Duration(h.Sum64()%uint64(2*fifth+1))), true
}
