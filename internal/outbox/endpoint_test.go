package outbox

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
	"kassa/internal/pgtest"
	"kassa/internal/store"
)

var errNo = errors.New("no answer")

func TestRunner_theAttemptIsOnTheDiskBeforeItIsMade(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		r := h.runner("n")
		var before []store.JobAttempt
		sends(r, func(_ context.Context, job *store.Job) Sent {
			_, before = h.read(job.ID)
			return Sent{Status: 204, Excerpt: "thanks", Took: 3 * time.Millisecond}
		})
		id := h.callbacks(1, "shop:443")[0].ID
		h.settle(r)
		if len(before) != 1 || before[0] != (store.JobAttempt{Number: 1, StartedAt: begin}) {
			t.Errorf("while it was sent: %+v", before)
		}
		job, after := h.read(id)
		want := store.JobAttempt{Number: 1, StartedAt: begin, EndedAt: begin, Took: 3 * time.Millisecond, Outcome: "done", Status: 204, Excerpt: "thanks"}
		if job.State != store.JobDone || len(after) != 1 || after[0] != want {
			t.Errorf("%+v, attempts %+v", job, after)
		}
	})
}

func TestRunner_lanesGoInOrderAndDoNotWaitForEachOther(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		r, got := h.runner("n"), newReceiver()
		release := make(chan struct{})
		sends(r, func(_ context.Context, job *store.Job) Sent {
			got.take(job.Subject)
			if job.Subject == "a1" {
				<-release
			}
			return Sent{}
		})
		h.enqueue(h.job(callback, "a", "x:1"), h.job(callback, "a", "x:1"), h.job(callback, "b", "x:1"), h.job(callback, "b", "x:1"), h.job(callback, "b", "x:1"))
		stop := h.run(r)
		got.wait(t, 4) // a1 and all of b
		if s := slices.Sorted(slices.Values(got.taken())); strings.Join(s, " ") != "a1 b3 b4 b5" {
			t.Errorf("while a1 is under way came %q", s)
		}
		close(release)
		got.wait(t, 5)
		stop()
		order := got.taken()
		if order[4] != "a2" || slices.Index(order, "b3") > slices.Index(order, "b4") || slices.Index(order, "b4") > slices.Index(order, "b5") {
			t.Errorf("order %q", order)
		}
	})
}

func TestRunner_anEndedJobFreesItsSlotAtOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		r, got := h.runner("n", func(c *Config) { c.Slots = 2 }), newReceiver()
		release := make(chan struct{})
		r.Register(map[pay.JobKind]Handler{internal: func(_ context.Context, job pay.Job) error {
			got.take(job.Subject)
			if job.Subject == "slow1" {
				<-release
			}
			return nil
		}})
		h.enqueue(h.job(internal, "slow", ""))
		for i := range 9 {
			h.enqueue(h.job(internal, fmt.Sprint("q", i, "-"), ""))
		}
		stop := h.run(r)
		got.wait(t, 10) // one slot served the nine
		close(release)
		stop()
	})
}

// TestRunner_aBusyEndpointTakesNoSlots has 200 jobs for an endpoint that takes one at a time and hangs, and few slots.
func TestRunner_aBusyEndpointTakesNoSlots(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		r, got := h.runner("n", func(c *Config) { c.Slots = 4 }), newReceiver()
		release := make(chan struct{})
		var mu sync.Mutex
		busy := false
		r.RegisterSenders(map[pay.JobKind]Sender{callback: func(job *store.Job) (func(context.Context) Sent, *Wait) {
			if job.Endpoint != "busy:1" {
				return func(context.Context) Sent { got.take(job.Subject); return Sent{} }, nil
			}
			mu.Lock()
			defer mu.Unlock()
			if busy {
				return nil, &Wait{}
			}
			busy = true
			return func(context.Context) Sent {
				<-release
				mu.Lock()
				defer mu.Unlock()
				busy = false
				return Sent{}
			}, nil
		}})
		held := h.callbacks(200, "busy:1")
		h.callbacks(50, "other:1")
		stop := h.run(r)
		got.wait(t, 50)
		r.mu.Lock()
		running, waiting := r.running, len(r.queues[store.Endpoint{Merchant: merchant, Host: "busy:1"}].waiting)
		r.mu.Unlock()
		if running > 4 || waiting > queueHigh+atOnce {
			t.Errorf("%d run and %d wait", running, waiting)
		}
		close(release)
		h.settle(r)
		stop()
		for i := range held {
			if job, _ := h.read(held[i].ID); job.State != store.JobDone || job.Attempts != 1 {
				t.Fatalf("job %d: %s after %d attempts", i, job.State, job.Attempts)
			}
		}
	})
}

// TestRunner_aBacklogHidesNobody has more jobs due for an endpoint that hangs than a lease looks through, and one behind them.
func TestRunner_aBacklogHidesNobody(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		r, got := h.runner("n"), newReceiver()
		release, busy := make(chan struct{}), false
		r.RegisterSenders(map[pay.JobKind]Sender{callback: func(job *store.Job) (func(context.Context) Sent, *Wait) {
			if job.Endpoint != "busy:1" {
				return func(context.Context) Sent { got.take(job.Endpoint); return Sent{} }, nil
			}
			if busy {
				return nil, &Wait{}
			}
			busy = true // called under the runner's lock
			return func(context.Context) Sent { <-release; return Sent{Err: errNo, Park: store.ParkedAsRefused} }, nil
		}})
		h.callbacks(1000, "busy:1")
		h.clock.Advance(time.Millisecond)
		h.callbacks(1, "other:1")
		stop := h.run(r)
		got.wait(t, 1)
		close(release)
		stop()
	})
}

func TestRunner_anEndpointThatIsLeftAloneCostsNoAttempt(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		r := h.runner("n")
		until := begin.Add(5 * time.Second)
		r.RegisterSenders(map[pay.JobKind]Sender{callback: func(*store.Job) (func(context.Context) Sent, *Wait) {
			if h.clock.Now().Before(until) {
				return nil, &Wait{Until: until}
			}
			return func(context.Context) Sent { return Sent{Status: 200} }, nil
		}})
		jobs := h.callbacks(100, "dead:1")
		h.settle(r)
		for i := range jobs {
			job, attempts := h.read(jobs[i].ID)
			if job.State != store.JobPending || job.Attempts != 0 || len(attempts) != 0 || job.RunAt.After(until.Add(spreadLongest)) {
				t.Fatalf("job %d: %+v, attempts %+v", i, job, attempts)
			}
		}
		h.clock.Advance(5*time.Second + spreadLongest)
		h.settle(r)
		for i := range jobs {
			if job, attempts := h.read(jobs[i].ID); job.State != store.JobDone || job.Attempts != 1 || len(attempts) != 1 {
				t.Fatalf("job %d later: %+v, attempts %+v", i, job, attempts)
			}
		}
	})
}

// TestRunner_theWholeScheduleThenParkedThenTheNext goes through thirty days of failures.
func TestRunner_theWholeScheduleThenParkedThenTheNext(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		started := time.Now()
		r := h.runner("n")
		var at []time.Time
		sends(r, func(_ context.Context, job *store.Job) Sent {
			if job.Sequence == 2 {
				return Sent{Status: 200}
			}
			at = append(at, h.clock.Now())
			return Sent{Err: errNo, Status: 500}
		})
		first, second := h.job(callback, "a", "dead:1"), h.job(callback, "a", "dead:1")
		h.enqueue(first, second)
		for {
			h.settle(r)
			job, _ := h.read(first.ID)
			if job.State == store.JobParked {
				break
			}
			if other, _ := h.read(second.ID); other.Attempts != 0 {
				t.Fatalf("the second was sent while the first is %s", job.State)
			}
			h.clock.Advance(job.RunAt.Sub(h.clock.Now()))
		}
		job, attempts := h.read(first.ID)
		if job.Parked != store.ParkedBySchedule || len(attempts) != len(at) || job.Attempts != len(at) {
			t.Errorf("%+v after %d attempts, %d recorded", job, len(at), len(attempts))
		}
		for i := 1; i < len(at); i++ {
			want := every
			if i <= len(schedule) {
				want = schedule[i-1]
			}
			if wait := at[i].Sub(at[i-1]); wait < want*8/10 || wait > want*12/10 {
				t.Errorf("attempt %d came %v after the one before, want %v ± 20 %%", i+1, wait, want)
			}
		}
		if age := at[len(at)-1].Sub(begin); age < giveUpAfter || age > giveUpAfter+every*12/10 {
			t.Errorf("the last attempt was made after %v", age)
		}
		if other, _ := h.read(second.ID); other.State != store.JobDone {
			t.Errorf("behind what was parked: %+v", other)
		}
		t.Logf("%d attempts in thirty days, in %v", len(at), time.Since(started))
	})
}

func TestRunner_unparkedItGoesOutWithItsOldNumberAndANewSchedule(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		r := h.runner("n")
		fail := true
		var numbers []int64
		sends(r, func(_ context.Context, job *store.Job) Sent {
			if job.Sequence == 1 && fail {
				return Sent{Err: errNo, Park: store.ParkedByEndpoint}
			}
			numbers = append(numbers, job.Sequence)
			return Sent{}
		})
		first, second := h.job(callback, "a", "x:1"), h.job(callback, "a", "x:1")
		h.enqueue(first, second)
		h.settle(r)
		if job, _ := h.read(first.ID); job.State != store.JobParked || job.Parked != store.ParkedByEndpoint || job.LastError != "no answer" {
			t.Fatalf("%+v", job)
		}
		fail = false
		h.clock.Advance(20 * 24 * time.Hour)
		if _, err := h.store.RenewJob(t.Context(), merchant, first.ID, h.clock.Now()); err != nil {
			t.Fatal(err)
		}
		h.settle(r)
		if fmt.Sprint(numbers) != "[2 1]" || h.outcomes(first.ID) != "parked done" {
			t.Errorf("sent %v; attempts %q", numbers, h.outcomes(first.ID))
		}
	})
}

func TestRunner_takenButWantedAgain(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		r := h.runner("n")
		sent := 0
		sends(r, func(context.Context, *store.Job) Sent { sent++; return Sent{Status: 200, Again: true} })
		id := h.callbacks(1, "x:1")[0].ID
		h.settle(r)
		job, _ := h.read(id)
		if job.State != store.JobPending || job.LastError != "" || h.outcomes(id) != "again" {
			t.Fatalf("%+v, attempts %q", job, h.outcomes(id))
		}
		h.clock.Advance(31 * 24 * time.Hour)
		h.settle(r)
		if job, _ := h.read(id); job.State != store.JobDone || sent != 2 || h.outcomes(id) != "again done" {
			t.Errorf("at the end of the schedule: %+v, attempts %q", job, h.outcomes(id))
		}
	})
}

func TestRunner_errorsPanicsAndUnknownKinds(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		r := h.runner("n")
		r.Register(map[pay.JobKind]Handler{
			"fails": func(context.Context, pay.Job) error { return errNo }, "panics": func(context.Context, pay.Job) error { panic("oh") },
			"refused": func(context.Context, pay.Job) error { return fmt.Errorf("send: %w", Permanent(errNo)) },
		})
		for kind, want := range map[pay.JobKind]store.JobState{"fails": store.JobPending, "panics": store.JobPending, "refused": store.JobParked, "unheard of": store.JobPending, callback: store.JobPending} {
			endpoint := ""
			if kind == callback {
				endpoint = "x:1"
			}
			j := h.job(kind, "", endpoint)
			h.enqueue(j)
			h.settle(r)
			job, attempts := h.read(j.ID)
			if job.State != want || job.LastError == "" || len(attempts) != 1 || attempts[0].Excerpt != job.LastError {
				t.Errorf("%s: %+v, attempts %+v", kind, job, attempts)
			}
			if want == store.JobParked && job.Parked != store.ParkedAsRefused {
				t.Errorf("%s: parked as %q", kind, job.Parked)
			}
		}
	})
}

// TestRunner_sentButNotRecordedIsSentAgain has a node die between sending and recording.
func TestRunner_sentButNotRecordedIsSentAgain(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		id := h.callbacks(1, "x:1")[0].ID
		if jobs, err := h.store.Lease(t.Context(), store.Leasing{Now: begin, For: leaseFor, By: "dead", Limit: 1}); err != nil || len(jobs) != 1 {
			t.Fatal(jobs, err)
		}
		r := h.runner("alive")
		var numbers []int
		sends(r, func(_ context.Context, job *store.Job) Sent { numbers = append(numbers, job.Attempts); return Sent{} })
		h.settle(r)
		if len(numbers) != 0 {
			t.Fatal("sent while another has the lease")
		}
		h.clock.Advance(leaseFor)
		h.settle(r)
		if job, attempts := h.read(id); job.State != store.JobDone || len(attempts) != 2 || !attempts[0].EndedAt.IsZero() || attempts[1].Outcome != "done" || fmt.Sprint(numbers) != "[2]" {
			t.Errorf("%+v, attempts %+v, sent %v", job, attempts, numbers)
		}
	})
}

func TestRunner_aRestartOnSQLiteDoesNotWaitForTheLease(t *testing.T) {
	h := newHouse(t, "sqlite", "sqlite:"+t.TempDir()+"/kassa.db")
	h.callbacks(1, "x:1")
	if jobs, err := h.store.Lease(t.Context(), store.Leasing{Now: begin, For: leaseFor, By: "dead", Limit: 1}); err != nil || len(jobs) != 1 {
		t.Fatal(jobs, err)
	}
	r, got := h.runner("alive"), newReceiver()
	sends(r, func(_ context.Context, job *store.Job) Sent { got.take(job.Subject); return Sent{} })
	h.run(r)
	got.wait(t, 1)
}

// TestRunner_aMovedClockDoesNotHaveTheSameJobDoneTwice moves the clock beyond the lease while a job is under way.
func TestRunner_aMovedClockDoesNotHaveTheSameJobDoneTwice(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		r, got := h.runner("n"), newReceiver()
		release := make(chan struct{})
		sends(r, func(_ context.Context, job *store.Job) Sent { got.take(job.Subject); <-release; return Sent{} })
		id := h.callbacks(1, "x:1")[0].ID
		h.run(r)
		got.wait(t, 1)
		h.clock.Advance(time.Hour)
		if n, err := r.take(t.Context()); err != nil || n > 1 {
			t.Fatal(n, err)
		}
		close(release)
		h.settle(r)
		if job, _ := h.read(id); job.State != store.JobDone || len(got.taken()) != 1 {
			t.Errorf("%+v, sent %d times", job, len(got.taken()))
		}
	})
}

func TestRunner_drainLetsWhatIsUnderWayEndAndBeginsNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		r, got := h.runner("n"), newReceiver()
		release, free := make(chan struct{}), true
		r.RegisterSenders(map[pay.JobKind]Sender{callback: func(job *store.Job) (func(context.Context) Sent, *Wait) {
			if !free {
				return nil, &Wait{}
			}
			free = false // called under the runner's lock
			return func(context.Context) Sent { got.take(job.Subject); <-release; return Sent{} }, nil
		}})
		jobs := h.callbacks(3, "x:1")
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); r.Run(ctx) }()
		got.wait(t, 1)
		cancel()
		select {
		case <-done:
			t.Fatal("the runner did not wait for the job")
		default:
		}
		close(release)
		<-done
		states := map[store.JobState]int{}
		for i := range jobs {
			job, _ := h.read(jobs[i].ID)
			states[job.State]++
			if job.State == store.JobPending && job.Attempts != 0 {
				t.Errorf("put back after %d attempts", job.Attempts)
			}
		}
		if states[store.JobDone] != 1 || states[store.JobPending] != 2 {
			t.Errorf("after draining: %v", states)
		}
	})
}

// TestRunner_twoNodesShareTheCallbacksAndKeepTheirOrder runs two nodes on one PostgreSQL. A job ends only when both have begun one, so that neither
// can do all.
func TestRunner_twoNodesShareTheCallbacksAndKeepTheirOrder(t *testing.T) {
	h := newHouse(t, "postgres", pgtest.URL(t))
	var jobs []pay.Job
	for lane := range 60 {
		for range 5 {
			jobs = append(jobs, h.job(callback, fmt.Sprintf("l%d-", lane), "x:1"))
		}
	}
	var mu sync.Mutex
	both, by, lanes := make(chan struct{}), map[string]int{}, map[string][]int64{}
	var runners []*Runner
	for _, node := range []string{"n1", "n2"} {
		s := h.open(nil)
		r := h.runner(node, func(c *Config) { c.Store, c.Slots = s, 8 })
		sends(r, func(_ context.Context, job *store.Job) Sent {
			mu.Lock()
			by[node]++
			if by[node] == 1 && len(by) == 2 {
				close(both)
			}
			lanes[job.Lane] = append(lanes[job.Lane], job.Sequence)
			mu.Unlock()
			<-both
			return Sent{}
		})
		runners = append(runners, r)
		h.run(r)
	}
	h.enqueue(jobs...)
	for _, r := range runners {
		r.Wake()
	}
	sent := func() int {
		mu.Lock()
		defer mu.Unlock()
		return by["n1"] + by["n2"]
	}
	for round := 0; sent() < len(jobs) && round < 60; round++ { // a lane may go on at the node that was found idle
		for _, r := range runners {
			h.settle(r)
		}
		h.clock.Advance(time.Second) // a job that was looked at just while the one before it ended is looked at again then
	}
	if sent() != len(jobs) {
		t.Errorf("%d sent, want %d", sent(), len(jobs))
	}
	for lane, sequence := range lanes {
		if fmt.Sprint(sequence) != "[1 2 3 4 5]" {
			t.Errorf("lane %s: %v", lane, sequence)
		}
	}
}
