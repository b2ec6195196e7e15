package store

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"kassa/internal/pay"
)

// toShop makes a job of a lane that sends to an endpoint.
func toShop(id, lane, host string) pay.Job {
	j := inLane(id, lane)
	j.Kind, j.Endpoint = pay.JobStatusUpdate, host
	return j
}

func attemptsOfJob(t *testing.T, s *Store, id pay.JobID) []JobAttempt {
	t.Helper()
	var out []JobAttempt
	if err := s.Read(t.Context(), AttemptsOf(merchant, id, &out)); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestLease_writesTheAttemptBeforeAnythingIsTried(t *testing.T) {
	onBoth(t, func(t *testing.T, db database) {
		s := db.open(t, Options{})
		mustCommit(t, s, func(b *Batch) { b.Enqueue(toShop("a", "", "shop:443"), inLane("b", "")) })
		jobs, got := lease(t, s, t0, "n")
		if got != "a b" || jobs[0].Endpoint != "shop:443" {
			t.Fatalf("leased %q %+v", got, jobs)
		}
		for _, id := range []pay.JobID{"a", "b"} {
			if got := attemptsOfJob(t, s, id); len(got) != 1 || got[0] != (JobAttempt{Number: 1, StartedAt: t0}) {
				t.Errorf("%s: %+v", id, got)
			}
		}
		// The node dies; another tries again, which is another attempt.
		later := t0.Add(time.Minute)
		if _, got := lease(t, s, later, "m"); got != "a b" {
			t.Fatalf("leased %q when the lease ran out", got)
		}
		got2 := attemptsOfJob(t, s, "a")
		if len(got2) != 2 || got2[1] != (JobAttempt{Number: 2, StartedAt: later}) || !got2[0].EndedAt.IsZero() {
			t.Errorf("attempts %+v", got2)
		}
	})
}

func TestPutBackJob_countsNoAttempt(t *testing.T) {
	onBoth(t, func(t *testing.T, db database) {
		s := db.open(t, Options{})
		mustCommit(t, s, func(b *Batch) { b.Enqueue(toShop("a", "", "shop:443")) })
		jobs, _ := lease(t, s, t0, "n")
		mustCommit(t, s, func(b *Batch) { b.PutBackJob(&jobs[0], t0.Add(time.Second)) })
		if j := readJob(t, s, "a"); j.State != JobPending || j.Attempts != 0 || j.LeasedBy != "" || !j.RunAt.Equal(t0.Add(time.Second)) {
			t.Errorf("put back: %+v", j)
		}
		if got := attemptsOfJob(t, s, "a"); len(got) != 0 {
			t.Errorf("attempts %+v", got)
		}
		if err := commitOf(s, func(b *Batch) { b.PutBackJob(&jobs[0], t0) }); !errors.Is(err, ErrConflict) {
			t.Errorf("put back twice: %v", err)
		}
		jobs, got := lease(t, s, t0.Add(time.Second), "n")
		if got != "a" || jobs[0].Attempts != 1 {
			t.Errorf("leased %q: %+v", got, jobs)
		}
	})
}

func TestLease_passesOverEndpointsThatAreBusy(t *testing.T) {
	onBoth(t, func(t *testing.T, db database) {
		s := db.open(t, Options{})
		mustCommit(t, s, func(b *Batch) {
			b.Enqueue(toShop("a", "", "busy_host:443"), toShop("b", "", "other:443"), inLane("c", ""), toShop("d", "", "busy_host:80"))
		})
		take := func(except ...Endpoint) string {
			t.Helper()
			jobs, err := s.Lease(t.Context(), Leasing{Now: t0, For: time.Minute, By: "n", Limit: 10, Except: except})
			if err != nil {
				t.Fatal(err)
			}
			return names(jobs)
		}
		if got := take(Endpoint{merchant, "busy_host:443"}, Endpoint{"K000009", "other:443"}); got != "b c d" {
			t.Errorf("leased %q", got)
		}
		if j := readJob(t, s, "a"); !j.RunAt.Equal(t0) || j.Version != 1 {
			t.Errorf("passed over: %+v", j)
		}
		if got := take(); got != "a" {
			t.Errorf("leased %q", got)
		}
	})
}

func TestHidden_looksBehindABacklog(t *testing.T) {
	onBoth(t, func(t *testing.T, db database) {
		s := db.open(t, Options{})
		busy := []Endpoint{{merchant, "busy:1"}}
		check := func(want bool) {
			t.Helper()
			var hidden bool
			if err := s.Read(t.Context(), Hidden(t0, busy, &hidden)); err != nil || hidden != want {
				t.Errorf("hidden %v, %v, want %v", hidden, err, want)
			}
		}
		mustCommit(t, s, func(b *Batch) {
			for i := range 600 {
				b.Enqueue(toShop(fmt.Sprintf("a%03d", i), "", "busy:1"))
			}
			late := toShop("z", "", "other:1")
			late.DueAt = t0.Add(time.Second)
			b.Enqueue(late)
		})
		check(false)
		mustCommit(t, s, func(b *Batch) { b.Enqueue(toShop("b", "", "other:1")) })
		check(true)
		for range 2 { // out of the way: all but the first
			if err := s.Spread(t.Context(), Spread{Endpoint: busy[0], Now: t0, From: t0.Add(time.Second), Step: time.Millisecond, Longest: time.Second, Skip: 100, Limit: 300}); err != nil {
				t.Fatal(err)
			}
		}
		jobs, err := s.Lease(t.Context(), Leasing{Now: t0, For: time.Minute, By: "n", Limit: 10, Except: busy})
		if err != nil || names(jobs) != "b" {
			t.Errorf("leased %q, %v", names(jobs), err)
		}
	})
}

func TestSpread_movesABacklogOutOfTheWay(t *testing.T) {
	onBoth(t, func(t *testing.T, db database) {
		s := db.open(t, Options{})
		mustCommit(t, s, func(b *Batch) {
			for i := range 6 {
				b.Enqueue(toShop(fmt.Sprint("a", i), "", "slow:443"))
			}
			b.Enqueue(toShop("b", "", "other:443"), inLane("c", ""))
			late := toShop("z", "", "slow:443")
			late.DueAt = t0.Add(time.Hour)
			b.Enqueue(late)
		})
		from := t0.Add(10 * time.Second)
		err := s.Spread(t.Context(), Spread{
			Endpoint: Endpoint{merchant, "slow:443"}, Now: t0, From: from, Step: 400 * time.Millisecond, Longest: time.Second, Skip: 1, Limit: 4,
		})
		if err != nil {
			t.Fatal(err)
		}
		for id, want := range map[pay.JobID]time.Time{
			"a0": t0, "a1": from, "a2": from.Add(400 * time.Millisecond), "a3": from.Add(800 * time.Millisecond), "a4": from.Add(time.Second), "a5": t0,
			"b": t0, "c": t0, "z": t0.Add(time.Hour),
		} {
			if j := readJob(t, s, id); !j.RunAt.Equal(want) || j.Attempts != 0 || j.State != JobPending {
				t.Errorf("%s: at %v after t0, want %v", id, j.RunAt.Sub(t0), want.Sub(t0))
			}
		}
	})
}

// TestLease_anUnparkedJobGoesBeforeLaterOnesButNotBesideThem parks the first of a lane, begins the second, un-parks the first.
func TestLease_anUnparkedJobGoesBeforeLaterOnesButNotBesideThem(t *testing.T) {
	onBoth(t, func(t *testing.T, db database) {
		s := db.open(t, Options{})
		mustCommit(t, s, func(b *Batch) {
			b.Enqueue(toShop("a1", "a", "h:1"), toShop("a2", "a", "h:1"), toShop("a3", "a", "h:1"))
		})
		jobs, _ := lease(t, s, t0, "n")
		mustCommit(t, s, func(b *Batch) { b.ParkJob(&jobs[0], t0, ParkedBySchedule, "no") })
		second, got := lease(t, s, t0, "n")
		if got != "a2" {
			t.Fatalf("leased %q behind what was parked", got)
		}
		if ok, err := s.RenewJob(t.Context(), merchant, "a1", t0); err != nil || !ok {
			t.Fatal(ok, err)
		}
		if j := readJob(t, s, "a1"); j.State != JobPending || j.Tried != 1 || j.Attempts != 1 || j.Sequence != 1 || j.Parked != "" || j.LastError != "" || !j.FinishedAt.IsZero() {
			t.Errorf("un-parked: %+v", j)
		}
		if _, got := lease(t, s, t0, "n"); got != "" {
			t.Fatalf("leased %q beside the one that is under way", got)
		}
		var woke *Batch
		mustCommit(t, s, func(b *Batch) { woke = b; b.FinishJob(&second[0], t0) })
		if !woke.Woke() {
			t.Error("the end of a job did not say that another may run")
		}
		jobs, got = lease(t, s, t0, "n")
		if got != "a1" || jobs[0].Attempts != 2 {
			t.Fatalf("leased %q, want the earlier one", got)
		}
		mustCommit(t, s, func(b *Batch) { b.FinishJob(&jobs[0], t0) })
		jobs, got = lease(t, s, t0, "n")
		if got != "a3" {
			t.Fatalf("leased %q", got)
		}
		mustCommit(t, s, func(b *Batch) { woke = b; b.FinishJob(&jobs[0], t0) })
		if woke.Woke() {
			t.Error("the end of the last job of a lane woke somebody")
		}
	})
}

// TestLease_ofALaneWhoseLaterJobWasLostIsNotStuck has a node die with a later job while an earlier one is un-parked.
func TestLease_ofALaneWhoseLaterJobWasLostIsNotStuck(t *testing.T) {
	onBoth(t, func(t *testing.T, db database) {
		s := db.open(t, Options{})
		mustCommit(t, s, func(b *Batch) { b.Enqueue(toShop("a1", "a", "h:1"), toShop("a2", "a", "h:1")) })
		jobs, _ := lease(t, s, t0, "n")
		mustCommit(t, s, func(b *Batch) { b.ParkJob(&jobs[0], t0, ParkedBySchedule, "no") })
		lease(t, s, t0, "n") // a2, never ended
		if _, err := s.RenewJob(t.Context(), merchant, "a1", t0); err != nil {
			t.Fatal(err)
		}
		if _, got := lease(t, s, t0.Add(time.Minute), "m"); got != "a1" {
			t.Errorf("leased %q when the lease ran out", got)
		}
	})
}

func TestReclaim_isForSQLiteAlone(t *testing.T) {
	onBoth(t, func(t *testing.T, db database) {
		s := db.open(t, Options{})
		mustCommit(t, s, func(b *Batch) { b.Enqueue(toShop("a1", "a", "h:1"), toShop("a2", "a", "h:1")) })
		lease(t, s, t0, "dead")
		now := t0.Add(time.Second)
		n, err := s.Reclaim(t.Context(), now)
		if err != nil {
			t.Fatal(err)
		}
		_, got := lease(t, s, now, "alive")
		if db.engine == "sqlite" && (n != 1 || got != "a1") || db.engine != "sqlite" && (n != 0 || got != "") {
			t.Errorf("reclaimed %d, leased %q", n, got)
		}
	})
}

func TestRenew_setsOfJobs(t *testing.T) {
	onBoth(t, func(t *testing.T, db database) {
		s := db.open(t, Options{})
		id := func(n int) pay.JobID { return pay.JobID(idsAt(n, t0.Add(time.Duration(n)*time.Hour)).UUID()) }
		mustCommit(t, s, func(b *Batch) {
			for n := range 6 {
				j := toShop(string(id(n)), "", []string{"one:443", "two:443"}[n%2])
				b.Enqueue(j)
			}
			b.Enqueue(inLane("internal", ""))
		})
		state := func() string {
			var out []string
			for n := range 6 {
				out = append(out, string(readJob(t, s, id(n)).State)[:2])
			}
			return strings.Join(append(out, string(readJob(t, s, "internal").State)[:2]), " ")
		}
		jobs, _ := lease(t, s, t0, "n")
		mustCommit(t, s, func(b *Batch) {
			for i := range jobs {
				b.FinishJob(&jobs[i], t0)
			}
		})
		if got := state(); got != "do do do do do do do" {
			t.Fatal(got)
		}
		// What was done between 1 and 4 o'clock, for one endpoint, in two goes.
		set := JobSet{Merchant: merchant, Host: "two:443", After: IDAt(t0.Add(time.Hour)), Before: IDAt(t0.Add(4 * time.Hour)), Limit: 1}
		for i, want := range []int{1, 1, 0} {
			ids, err := s.RenewDone(t.Context(), set, t0)
			if err != nil || len(ids) != want {
				t.Fatalf("go %d: %v %v", i, ids, err)
			}
			if want > 0 {
				set.After = ids[0]
			}
		}
		if got := state(); got != "do pe do pe do do do" {
			t.Fatal(got)
		}
		park := JobSet{Merchant: merchant, Host: "two:443", Reason: ParkedByEndpoint, Limit: 10}
		if ids, err := s.ParkJobs(t.Context(), park, t0); err != nil || len(ids) != 2 {
			t.Fatal(ids, err)
		}
		if j := readJob(t, s, id(1)); j.State != JobParked || j.Parked != ParkedByEndpoint || !j.FinishedAt.Equal(t0) {
			t.Errorf("parked: %+v", j)
		}
		var open, none []Job
		if err := s.Read(t.Context(), OpenJobs(JobSet{Merchant: merchant, Limit: 10}, JobParked, &open), OpenJobs(JobSet{Merchant: merchant, Limit: 10}, JobPending, &none)); err != nil || len(open) != 2 || len(none) != 0 {
			t.Errorf("open: %+v %+v %v", open, none, err)
		}
		var counts []JobCount
		if err := s.Read(t.Context(), JobCounts(&counts)); err != nil || len(counts) != 1 || counts[0] != (JobCount{pay.JobStatusUpdate, JobParked, 2, t0}) {
			t.Errorf("counts: %+v %v", counts, err)
		}
		if ids, err := s.RenewParked(t.Context(), JobSet{Merchant: merchant, Reason: ParkedByMerchant, Limit: 10}, t0); err != nil || len(ids) != 0 {
			t.Error("un-parked what was parked for another reason", ids, err)
		}
		if ids, err := s.RenewParked(t.Context(), JobSet{Merchant: merchant, Host: "two:443", Limit: 10}, t0); err != nil || len(ids) != 2 {
			t.Error(ids, err)
		}
		if got := state(); got != "do pe do pe do do do" {
			t.Fatal(got)
		}
	})
}

func TestCallbackSecrets_twoAreValidDuringARotation(t *testing.T) {
	onBoth(t, func(t *testing.T, db database) {
		s := db.open(t, Options{})
		mustCommit(t, s, func(b *Batch) {
			b.InsertMerchant(&pay.Merchant{ID: merchant, Number: 1, Name: "n", Status: pay.MerchantActive})
		})
		for n := int64(1); n <= 3; n++ {
			now := t0.Add(time.Duration(n) * time.Minute)
			mustCommit(t, s, func(b *Batch) {
				b.InsertCallbackSecret(merchant, CallbackSecret{Number: n, CreatedAt: now, Secret: pay.Secret(fmt.Sprint("whsec_", n))})
				b.EndCallbackSecrets(merchant, n, now.Add(24*time.Hour), now)
			})
		}
		var got []CallbackSecret
		if err := s.Read(t.Context(), CallbackSecrets(merchant, &got)); err != nil || len(got) != 3 {
			t.Fatal(got, err)
		}
		at := func(m int) time.Time { return t0.Add(time.Duration(m) * time.Minute) }
		want := []CallbackSecret{{3, at(3), time.Time{}, "whsec_3"}, {2, at(2), at(3).Add(24 * time.Hour), "whsec_2"}, {1, at(1), at(3), "whsec_1"}}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("secret %d: %+v, want %+v", i, got[i], want[i])
			}
		}
		if err := commitOf(s, func(b *Batch) { b.InsertCallbackSecret(merchant, CallbackSecret{Number: 3}) }); !errors.Is(err, ErrConflict) {
			t.Errorf("a number given twice: %v", err)
		}
	})
}

func TestDisabledEndpoints_areKeptOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, db database) {
		s := db.open(t, Options{})
		mustCommit(t, s, func(b *Batch) {
			b.InsertMerchant(&pay.Merchant{ID: merchant, Number: 1, Name: "n", Status: pay.MerchantActive})
		})
		e := Endpoint{merchant, "shop:443"}
		mustCommit(t, s, func(b *Batch) { b.DisableEndpoint(e, t0) })
		mustCommit(t, s, func(b *Batch) { b.DisableEndpoint(e, t0.Add(time.Hour)) })
		var got []DisabledEndpoint
		if err := s.Read(t.Context(), DisabledEndpoints(merchant, &got)); err != nil || len(got) != 1 || got[0] != (DisabledEndpoint{"shop:443", t0}) {
			t.Errorf("%+v %v", got, err)
		}
		mustCommit(t, s, func(b *Batch) { b.EnableEndpoint(e) })
		if err := s.Read(t.Context(), DisabledEndpoints(merchant, &got)); err != nil || len(got) != 0 {
			t.Errorf("%+v %v", got, err)
		}
	})
}
