package outbox

import (
	"fmt"
	"testing"
	"time"
)

func TestNext_followsTheScheduleWithinAFifth(t *testing.T) {
	now := time.Date(2026, 6, 12, 14, 0, 0, 0, time.UTC)
	for attempts := 1; attempts <= 12; attempts++ {
		want := every
		if attempts <= len(schedule) {
			want = schedule[attempts-1]
		}
		seen := map[time.Time]bool{}
		for i := range 50 {
			at, ok := next(fmt.Sprint("job", i), attempts, now, now)
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
	created := time.Date(2026, 6, 12, 14, 0, 0, 0, time.UTC)
	if _, ok := next("j", 50, created, created.Add(giveUpAfter-time.Millisecond)); !ok {
		t.Error("parked early")
	}
	if _, ok := next("j", 50, created, created.Add(giveUpAfter)); ok {
		t.Error("not parked")
	}
}
