package outbox

import (
	"hash/fnv"
	"time"
)

// schedule is how long to wait after each failed attempt (decisions "Callbacks"): visible, far longer than a deploy.
var schedule = []time.Duration{
	5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute, time.Hour, 3 * time.Hour, 6 * time.Hour,
}

const (
	// every is the wait once the schedule is used up.
	every = 12 * time.Hour
	// giveUpAfter is the age at which a job is parked.
	giveUpAfter = 30 * 24 * time.Hour
)

// next tells when to try again after the given number of attempts, ±20 % so that jobs that failed together do not come back
// together; the same job and attempt always give the same time. ok is false when the job is to be parked.
func next(id string, attempts int, created, now time.Time) (at time.Time, ok bool) {
	if now.Sub(created) >= giveUpAfter {
		return time.Time{}, false
	}
	wait := every
	if attempts >= 1 && attempts <= len(schedule) {
		wait = schedule[attempts-1]
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(id))
	_, _ = h.Write([]byte{byte(attempts), byte(attempts >> 8)})
	fifth := wait / 5
	return now.Add(wait - fifth + time.Duration(h.Sum64()%uint64(2*fifth+1))), true
}
