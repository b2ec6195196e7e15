package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kassa/internal/pay"
)

// inLane makes a job of a lane that is due at once.
func inLane(id, lane string) pay.Job {
	return pay.Job{ID: pay.JobID(id), Merchant: merchant, Kind: pay.JobExpiry, Lane: lane, Subject: "s", Payment: "p", DueAt: t0, Payload: "secret"}
}

// lease leases up to 10 jobs and gives their ids in order.
func lease(t *testing.T, s *Store, now time.Time, node string) ([]Job, string) {
	t.Helper()
	jobs, err := s.Lease(t.Context(), Leasing{Now: now, For: time.Minute, By: node, Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	return jobs, names(jobs)
}

func names(jobs []Job) string {
	var ids []string
	for _, j := range jobs {
		ids = append(ids, string(j.ID))
	}
	return strings.Join(ids, " ")
}

func readJob(t *testing.T, s *Store, id pay.JobID) *Job {
	t.Helper()
	var j *Job
	if err := s.Read(t.Context(), JobBy(merchant, id, &j)); err != nil {
		t.Fatal(err)
	}
	return j
}

func TestLease_isForOneNodeUntilItRunsOut(t *testing.T) {
	onBoth(t, func(t *testing.T, db database) {
		s := db.open(t, Options{})
		mustCommit(t, s, func(b *Batch) { b.Enqueue(inLane("a", "")) })
		if _, got := lease(t, s, t0.Add(-time.Microsecond), "n1"); got != "" {
			t.Errorf("leased before it is due: %s", got)
		}
		first, got := lease(t, s, t0, "n1")
		if got != "a" || first[0].Payload != "secret" || first[0].Attempts != 1 || first[0].LeasedBy != "n1" || first[0].Subject != "s" || first[0].Payment != "p" {
			t.Fatalf("leased %q: %+v", got, first)
		}
		end := t0.Add(time.Minute)
		if _, got := lease(t, s, end.Add(-time.Microsecond), "n2"); got != "" {
			t.Errorf("leased twice: %s", got)
		}
		second, got := lease(t, s, end, "n2")
		if got != "a" || second[0].Attempts != 2 {
			t.Fatalf("not leased when the lease ran out: %q %+v", got, second)
		}
		for name, f := range map[string]func(b *Batch){
			"finish": func(b *Batch) { b.FinishJob(&first[0], end) }, "park": func(b *Batch) { b.ParkJob(&first[0], end, ParkedAsRefused, "x") },
			"retry": func(b *Batch) { b.RetryJob(&first[0], end, "x") },
		} {
			if err := commitOf(s, f); !errors.Is(err, ErrConflict) {
				t.Errorf("%s of a lost lease: %v, want ErrConflict", name, err)
			}
		}
		mustCommit(t, s, func(b *Batch) { b.FinishJob(&second[0], end) })
		if j := readJob(t, s, "a"); j.State != JobDone || !j.FinishedAt.Equal(end) || j.LeasedBy != "" || !j.LeasedUntil.IsZero() {
			t.Errorf("finished: %+v", j)
		}
		if err := commitOf(s, func(b *Batch) { b.FinishJob(&second[0], end) }); !errors.Is(err, ErrConflict) {
			t.Errorf("finished twice: %v", err)
		}
		if _, got := lease(t, s, end.AddDate(1, 0, 0), "n2"); got != "" {
			t.Errorf("leased when done: %s", got)
		}
	})
}

func TestLease_lanesGoInOrderAndDoNotWaitForEachOther(t *testing.T) {
	onBoth(t, func(t *testing.T, db database) {
		s := db.open(t, Options{})
		mustCommit(t, s, func(b *Batch) { b.Enqueue(inLane("a1", "a"), inLane("b1", "b"), inLane("a2", "a")) })
		mustCommit(t, s, func(b *Batch) { b.Enqueue(inLane("a3", "a"), inLane("c1", "")) })
		jobs, got := lease(t, s, t0, "n")
		if got != "a1 b1 c1" {
			t.Fatalf("leased %q", got)
		}
		if _, got := lease(t, s, t0.Add(10*time.Second), "n"); got != "" {
			t.Errorf("leased %q while a1 is under way", got)
		}
		// The first fails and is tried again much later: its lane waits for it.
		again := t0.Add(time.Hour)
		mustCommit(t, s, func(b *Batch) { b.RetryJob(&jobs[0], again, "no\x00 answer\xff") })
		if j := readJob(t, s, "a1"); j.State != JobPending || !j.RunAt.Equal(again) || j.LastError != "no  answer�" {
			t.Errorf("tried again: %+v", j)
		}
		if _, got := lease(t, s, again.Add(-time.Microsecond), "n"); got != "b1 c1" { // whose leases ran out
			t.Errorf("leased %q before the retry", got)
		}
		jobs, got = lease(t, s, again, "n")
		if got != "a1" {
			t.Fatalf("leased %q at the retry", got)
		}
		mustCommit(t, s, func(b *Batch) { b.ParkJob(&jobs[0], again, ParkedBySchedule, strings.Repeat("å", 400)) })
		if j := readJob(t, s, "a1"); j.State != JobParked || len(j.LastError) != excerptLimit {
			t.Errorf("parked: %+v", j)
		}
		jobs, got = lease(t, s, again, "n")
		if got != "a2" {
			t.Fatalf("leased %q behind what was parked", got)
		}
		mustCommit(t, s, func(b *Batch) { b.FinishJob(&jobs[0], again) })
		if _, got = lease(t, s, again, "n"); got != "a3" {
			t.Errorf("leased %q behind what is done", got)
		}
		var lane []Job
		if err := s.Read(t.Context(), JobsOf(merchant, "a", &lane)); err != nil || names(lane) != "a1 a2 a3" || lane[2].Sequence != 3 {
			t.Errorf("lane: %+v, %v", lane, err)
		}
	})
}

// TestLease_aLongLaneHidesNobody has more waiting followers than are looked at in one go.
func TestLease_aLongLaneHidesNobody(t *testing.T) {
	onBoth(t, func(t *testing.T, db database) {
		s := db.open(t, Options{})
		mustCommit(t, s, func(b *Batch) {
			for i := range 30 {
				b.Enqueue(inLane(fmt.Sprintf("a%02d", i), "a"))
			}
			late := inLane("z", "z")
			late.DueAt = t0.Add(time.Millisecond)
			b.Enqueue(late)
		})
		if _, got := lease(t, s, t0, "n"); got != "a00" {
			t.Fatalf("leased %q", got)
		}
		if _, got := lease(t, s, t0.Add(time.Millisecond), "n"); got != "z" {
			t.Errorf("leased %q, want the job behind the long lane", got)
		}
	})
}

func TestRace_leasesThroughTwoStoresGiveEachJobOnceAndLanesInOrder(t *testing.T) {
	onBoth(t, func(t *testing.T, db database) {
		one := db.open(t, Options{})
		two := db.open(t, Options{Beside: true})
		const lanes, each = 6, 5
		mustCommit(t, one, func(b *Batch) {
			for i := range lanes * each {
				b.Enqueue(inLane(fmt.Sprintf("%d-%d", i%lanes, i/lanes), fmt.Sprint(i%lanes)))
			}
		})
		var mu sync.Mutex
		ran := map[string][]string{}
		total := func() (n int) {
			mu.Lock()
			defer mu.Unlock()
			for _, l := range ran {
				n += len(l)
			}
			return n
		}
		err := race(4, func(i int) error {
			s := []*Store{one, two}[i%2]
			for now := t0; total() < lanes*each; now = now.Add(time.Millisecond) {
				if now.Sub(t0) > 50*time.Second {
					return errors.New("the jobs are never done")
				}
				jobs, err := s.Lease(context.Background(), Leasing{Now: now, For: time.Minute, By: fmt.Sprint("n", i), Limit: 3})
				if err != nil {
					return err
				}
				for k := range jobs {
					mu.Lock()
					ran[jobs[k].Lane] = append(ran[jobs[k].Lane], string(jobs[k].ID))
					mu.Unlock()
					if err := commitOf(s, func(b *Batch) { b.FinishJob(&jobs[k], now) }); err != nil {
						return err
					}
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for lane, ids := range ran {
			if len(ids) != each || !slices.IsSorted(ids) {
				t.Errorf("lane %s ran %q", lane, ids)
			}
		}
	})
}

func TestJobs_attemptsNextAndCleanUp(t *testing.T) {
	onBoth(t, func(t *testing.T, db database) {
		s := db.open(t, Options{})
		next := func() (at time.Time) {
			t.Helper()
			if err := s.Read(t.Context(), NextJob(t0.Add(-time.Microsecond), &at)); err != nil {
				t.Fatal(err)
			}
			return at
		}
		if at := next(); !at.IsZero() {
			t.Errorf("next of nothing: %v", at)
		}
		ids := idsAt(1, t0)
		dated := inLane(ids.UUID(), "")
		dated.DueAt = t0.Add(time.Hour)
		mustCommit(t, s, func(b *Batch) { b.Enqueue(dated, inLane("a", ""), inLane("b", "")) })
		if at := next(); !at.Equal(t0) {
			t.Errorf("next job at %v", at)
		}
		if j := readJob(t, s, dated.ID); !j.CreatedAt.Equal(t0.Truncate(time.Millisecond)) || !j.DueAt.Equal(dated.DueAt) {
			t.Errorf("made at %v, due at %v", j.CreatedAt, j.DueAt)
		}
		jobs, _ := lease(t, s, t0, "n")
		begun := JobAttempt{Number: 1, StartedAt: t0}
		ended := JobAttempt{Number: 1, StartedAt: t0, EndedAt: t0.Add(time.Second), Outcome: "done", Status: 200, Excerpt: "fine"}
		mustCommit(t, s, func(b *Batch) { b.RecordAttempt(&jobs[0], begun) })
		mustCommit(t, s, func(b *Batch) {
			b.RecordAttempt(&jobs[0], ended)
			b.FinishJob(&jobs[0], t0)
			b.ParkJob(&jobs[1], t0, ParkedAsRefused, "no")
		})
		var attempts []JobAttempt
		if err := s.Read(t.Context(), AttemptsOf(merchant, "a", &attempts)); err != nil || len(attempts) != 1 || attempts[0] != ended {
			t.Errorf("attempts %+v, %v", attempts, err)
		}
		if at := next(); !at.Equal(dated.DueAt) {
			t.Errorf("next job at %v, want the dated one", at)
		}
		mustCommit(t, s, func(b *Batch) {
			b.SaveAnswer(AnswerKey{merchant, "POST /x", "old"}, Answer{CreatedAt: t0})
			b.SaveAnswer(AnswerKey{merchant, "POST /x", "new"}, Answer{CreatedAt: t0.Add(time.Microsecond)})
		})
		mustCommit(t, s, func(b *Batch) {
			b.TakeCodeSlot("to:+46701740615", 0, time.Time{}, t0)
			b.TakeCodeSlot("to:+46701740615", 1, time.Time{}, t0.Add(time.Microsecond))
		})
		for name, clean := range map[string]func(context.Context, time.Time, int) (int, error){"jobs": s.CleanJobs, "answers": s.CleanAnswers, "codes": s.CleanCodeSlots} {
			for i, want := range []int{0, 1, 0} { // nothing too early, and nothing twice
				if n, err := clean(t.Context(), t0.Add(time.Duration(min(i, 1))*time.Microsecond), 10); err != nil || n != want {
					t.Errorf("%s, pass %d: %d cleaned, %v, want %d", name, i, n, err, want)
				}
			}
		}
		if readJob(t, s, "a") != nil || readJob(t, s, "b") == nil || readJob(t, s, dated.ID) == nil {
			t.Error("clean-up took a job that is not done, or left one that is")
		}
		var kept, gone *Answer
		err := s.Read(t.Context(), AnswerBy(AnswerKey{merchant, "POST /x", "new"}, &kept), AnswerBy(AnswerKey{merchant, "POST /x", "old"}, &gone))
		if err != nil || kept == nil || gone != nil {
			t.Errorf("answers: %v %v %v", kept, gone, err)
		}
	})
}
