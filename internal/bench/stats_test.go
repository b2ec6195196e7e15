package bench

import (
	"fmt"
	"testing"
	"time"
)

func TestQuantile_isTheNearestRank(t *testing.T) {
	hundred := make([]time.Duration, 100)
	for i := range hundred {
		hundred[i] = time.Duration(i + 1)
	}
	for _, c := range []struct {
		list []time.Duration
		q    float64
		want time.Duration
	}{
		{nil, 0.5, 0},
		{[]time.Duration{7}, 0.5, 7},
		{[]time.Duration{7}, 0.99, 7},
		{[]time.Duration{1, 2}, 0.5, 1},
		{[]time.Duration{1, 2, 3}, 0.5, 2},
		{hundred, 0.5, 50},
		{hundred, 0.99, 99},
		{hundred, 1, 100},
		{hundred, 0, 1},
	} {
		if got := quantile(c.list, c.q); got != c.want {
			t.Errorf("quantile(%d entries, %v) = %d, want %d", len(c.list), c.q, got, c.want)
		}
	}
}

func TestRatio_isOfTheWholeRunWithItsRounds(t *testing.T) {
	a := []round{{work: 100, busy: time.Second}, {work: 300, busy: 2 * time.Second}}
	b := []round{{work: 400, busy: 2 * time.Second}, {work: 200, busy: time.Second}}
	got := ratio(a, b) // 400 in 3 s by 600 in 3 s; rounds 100/200 and 150/200
	if fmt.Sprintf("%.4f", got) != "{0.6667 0.5000 0.7500}" {
		t.Errorf("ratio = %.4f, want 0.6667 in rounds of 0.5 to 0.75", got)
	}
	if got := ratio(a, []round{{busy: time.Second}, {busy: time.Second}}); got != (Ratio{}) {
		t.Errorf("ratio to a program that did nothing = %+v, want zero", got)
	}
}

func TestTally_addsUp(t *testing.T) {
	a := tally{requests: []time.Duration{1}, writes: 1}
	b := tally{requests: []time.Duration{2, 3}, flows: []time.Duration{5}, writes: 2}
	b.fail("create 503")
	b.fail("create 503")
	a.add(&b)
	if len(a.requests) != 3 || len(a.flows) != 1 || a.writes != 3 || a.errors["create 503"] != 2 {
		t.Errorf("sum = %+v", a)
	}
}
