package pay

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestQuotes_ofAHundredPounds(t *testing.T) {
	qs := Quotes(10000, t0)
	want := []struct {
		first, last Amount
		total       Amount
		extra       Amount
		due         string
	}{{3334, 3333, 10000, 0, "2026-06-12"}, {1713, 1713, 10278, 278, "2026-07-12"}, {877, 877, 10524, 524, "2026-07-12"}}
	for i, w := range want {
		q := qs[i]
		if q.Payments[0].Amount != w.first || q.Payments[len(q.Payments)-1].Amount != w.last || q.Total != w.total || q.Extra != w.extra || q.Payments[0].Due.Format(time.DateOnly) != w.due {
			t.Errorf("plan %s: %+v", q.Plan, q)
		}
	}
	if got := LaterDue(t0).Format(time.DateOnly); got != "2026-07-12" {
		t.Errorf("pay later is due on %s", got)
	}
}

func TestSameDay_clampsToTheMonth(t *testing.T) {
	for _, tc := range []struct {
		from   string
		months int
		want   string
	}{{"2026-01-31", 1, "2026-02-28"}, {"2028-01-31", 1, "2028-02-29"}, {"2026-10-31", 3, "2027-01-31"}, {"2026-06-12", 0, "2026-06-12"}} {
		from, err := time.Parse(time.DateOnly, tc.from)
		if err != nil {
			t.Fatal(err)
		}
		if got := sameDay(from, tc.months).Format(time.DateOnly); got != tc.want {
			t.Errorf("%s + %d months: %s, want %s", tc.from, tc.months, got, tc.want)
		}
	}
}

func TestQuotes_addUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		amount := Amount(rapid.Int64Range(0, int64(MaxAmount)*1000).Draw(t, "amount"))
		for _, q := range Quotes(amount, t0) {
			var sum Amount
			for _, p := range q.Payments {
				if p.Amount < 0 {
					t.Fatalf("plan %s has a payment of %d", q.Plan, p.Amount)
				}
				sum += p.Amount
			}
			if sum != q.Total || q.Total-q.Extra != amount || q.Extra < 0 {
				t.Fatalf("plan %s: payments %d, total %d, extra %d of %d", q.Plan, sum, q.Total, q.Extra, amount)
			}
		}
	})
}
