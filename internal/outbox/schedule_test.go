package outbox

import (
	"fmt"
	"testing"
	"time"

	"kassa/internal/pay"
	"kassa/internal/store"
)

func jobDue(id string, attempts int, due time.Time) *store.Job {
	return &store.Job{Job: pay.Job{ID: pay.JobID(id), DueAt: due}, Attempts: attempts}
}

func TestNext_followsTheScheduleWithinAFifth(t *testing.T) {
	now := time.Date(2026, 6, 12, 14, 0, 0, 0, time.UTC)
	for attempts := 1; attempts <= 12; attempts++ {
		want := every
		if attempts <= len(schedule) {
			want = schedule[attempts-1]
		}
		seen := map[time.Time]bool{}
		for i := range 50 {
			at, ok := next(jobDue(fmt.Sprint("job", i), attempts, now), now)
			if wait := at.Sub(now); !ok || wait < want*8/10 || wait > want*12/10 {
				t.Fatalf("attempt %d: %v after, want %v ± 20 %%", attempts, wait, want)
			}
			seen[at] = true
		}
		if len(seen) < 40 {
			t.Errorf("attempt %d: only %d different times for 50 jobs", attempts, len(seen))
		}
	}
}

func TestNext_parksAfterThirtyDays(t *testing.T) {
	due := time.Date(2026, 6, 12, 14, 0, 0, 0, time.UTC)
	if _, ok := next(jobDue("j", 50, due), due.Add(giveUpAfter-time.Millisecond)); !ok {
		t.Error("parked early")
	}
	if _, ok := next(jobDue("j", 50, due), due.Add(giveUpAfter)); ok {
		t.Error("not parked")
	}
}

func TestNext_beginsAnewWhenAJobIsReplayed(t *testing.T) {
	due := time.Date(2026, 6, 12, 14, 0, 0, 0, time.UTC)
	job := jobDue("j", 13, due)
	job.Tried = 12
	if at, ok := next(job, due); !ok || at.Sub(due) > 6*time.Second {
		t.Errorf("%v after the first try of a new round", at.Sub(due))
	}
}
