package bench

import (
	"slices"
	"time"
)

// tally is what one worker saw of one program during the slices that count.
type tally struct {
	requests []time.Duration // one entry per request that was answered and not refused
	flows    []time.Duration // one entry per finished walk through the scenario: the sum of its requests
	writes   int             // durable writes that those requests stand for
	errors   map[string]int  // by what went wrong: a status, or the kind of failure
}

// fail counts one thing that went wrong.
func (t *tally) fail(what string) {
	if t.errors == nil {
		t.errors = map[string]int{}
	}
	t.errors[what]++
}

// add puts another worker's tally into this one.
func (t *tally) add(o *tally) {
	t.requests = append(t.requests, o.requests...)
	t.flows = append(t.flows, o.flows...)
	t.writes += o.writes
	for what, n := range o.errors {
		for range n {
			t.fail(what)
		}
	}
}

// quantile returns the smallest entry of the sorted list that at least the share q of all entries does not exceed
// (nearest rank); 0 for an empty list.
func quantile(sorted []time.Duration, q float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	rank := int(q*float64(len(sorted))+0.999999) - 1
	return sorted[min(max(rank, 0), len(sorted)-1)]
}

// ratio divides what one program did per second by what another did, over the whole run and round by round. Rounds in
// which the other did nothing are left out of the spread.
func ratio(a, b []round) Ratio {
	var s Ratio
	var workA, workB, timeA, timeB float64
	for i := range min(len(a), len(b)) {
		workA, timeA = workA+a[i].work, timeA+a[i].busy.Seconds()
		workB, timeB = workB+b[i].work, timeB+b[i].busy.Seconds()
		if b[i].work == 0 || a[i].busy == 0 || b[i].busy == 0 {
			continue
		}
		r := (a[i].work / a[i].busy.Seconds()) / (b[i].work / b[i].busy.Seconds())
		if s.Low == 0 || r < s.Low {
			s.Low = r
		}
		s.High = max(s.High, r)
	}
	if workB > 0 && timeA > 0 && timeB > 0 {
		s.Whole = (workA / timeA) / (workB / timeB)
	}
	return s
}

// round is one slice of one program: how much it did, in requests or in durable writes, and in what time.
type round struct {
	work float64
	busy time.Duration
}

// sorted returns the list in rising order.
func sorted(list []time.Duration) []time.Duration {
	slices.Sort(list)
	return list
}
