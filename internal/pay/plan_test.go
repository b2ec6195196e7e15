package pay

import (
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestQuotes_ofAHundredPounds(t *testing.T) {
	qs := Quotes(10000, "EUR", t0)
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
		for _, q := range Quotes(amount, "EUR", t0) {
			var sum Amount
			for _, p := range q.Payments {
				if p.Amount < 0 {
					t.Fatalf("plan %s has a payment of %d", q.Plan, p.Amount)
				}
				sum += p.Amount
			}
			if q.Plan != "3" && q.Payments[0].Amount < 100 || amount > 2 && q.Payments[2].Amount == 0 {
				t.Fatalf("plan %s of %d has a payment of %d", q.Plan, amount, q.Payments[2].Amount)
			}
			if sum != q.Total || q.Total-q.Extra != amount || q.Extra < 0 {
				t.Fatalf("plan %s: payments %d, total %d, extra %d of %d", q.Plan, sum, q.Total, q.Extra, amount)
			}
		}
	})
}

// The rate that is told is that of the payments that are told: at it they are worth the amount, to half of its last decimal.
func TestQuotes_theRateIsThatOfThePayments(t *testing.T) {
	worth := func(q Quote, rate float64) (sum float64) {
		for i, p := range q.Payments {
			sum += float64(p.Amount) * math.Pow(1+rate/10000, -float64(i+1)/12)
		}
		return sum
	}
	rapid.Check(t, func(t *rapid.T) {
		amount := Amount(rapid.OneOf(rapid.Int64Range(int64(monthlyFrom), 20000), rapid.Int64Range(int64(monthlyFrom), int64(MaxAmount)*1000)).Draw(t, "amount"))
		for _, q := range Quotes(amount, "EUR", t0)[1:] {
			rate, of := float64(q.APR), float64(amount)
			if worth(q, rate-0.51) < of || worth(q, rate+0.51) > of {
				t.Fatalf("plan %s of %d: %d payments of %d are not at %d", q.Plan, amount, len(q.Payments), q.Payments[0].Amount, q.APR)
			}
		}
	})
	for _, tc := range []struct {
		amount    Amount
		six, year int64
	}{{10000, 989, 996}, {100000, 989, 989}} {
		qs := Quotes(tc.amount, "EUR", t0)
		if qs[1].APR != tc.six || qs[2].APR != tc.year {
			t.Errorf("%d: %d and %d, want %d and %d", tc.amount, qs[1].APR, qs[2].APR, tc.six, tc.year)
		}
	}
}

// Small amounts are paid in three, and the smallest not over time.
func TestQuotes_ofSmallAmounts(t *testing.T) {
	for amount, want := range map[Amount]int{3: 1, 1199: 1, 1200: 3} {
		if got := len(Quotes(amount, "EUR", t0)); got != want {
			t.Errorf("%d: %d plans, want %d", amount, got, want)
		}
	}
	p, h := hosted(t, nil)
	p.Session.Amount = 2
	if slices.Contains(p.Offered(h), PayOverTime) {
		t.Error("2 are offered in three payments")
	}
	p.Session.Amount = 3
	if !slices.Contains(p.Offered(h), PayOverTime) {
		t.Error("3 are not offered in three payments")
	}
}

// Days are those of the clock that the moment is told in.
func TestQuotes_daysAreThoseOfTheClock(t *testing.T) {
	late := time.Date(2026, 6, 12, 22, 30, 0, 0, time.UTC)
	there := late.In(time.FixedZone("", 2*60*60))
	if got := LaterDue(late).Format(time.DateOnly) + " " + LaterDue(there).Format(time.DateOnly); got != "2026-07-12 2026-07-13" {
		t.Errorf("pay later is due on %s", got)
	}
	if got := Quotes(10000, "EUR", there)[0].Payments[1].Due; !got.Equal(time.Date(2026, 7, 13, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("the second payment is due on %v", got)
	}
}

// Forints are paid whole: fillér were withdrawn in 1999, and the payment systems of Hungary carry none (MNB). An amount that has some is paid
// exactly all the same, with the first of three payments.
func TestQuotes_ofForintsAreWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		amount := Amount(rapid.Int64Range(300, int64(MaxAmount)*1000).Draw(t, "amount"))
		for i, q := range Quotes(amount, "HUF", t0) {
			var sum Amount
			for n, p := range q.Payments {
				if sum += p.Amount; p.Amount <= 0 || (i > 0 || n > 0) && p.Amount%100 != 0 {
					t.Fatalf("plan %s of %d has a payment of %d", q.Plan, amount, p.Amount)
				}
			}
			if sum != q.Total || q.Total-q.Extra != amount || q.Extra < 0 || i == 0 && q.Extra != 0 || amount%100 == 0 && q.Payments[0].Amount%100 != 0 {
				t.Fatalf("plan %s of %d: payments %v, total %d, extra %d", q.Plan, amount, q.Payments, q.Total, q.Extra)
			}
		}
	})
	for _, tc := range []struct {
		amount Amount
		want   []Amount
	}{{1000000, []Amount{333400, 333300, 333300}}, {1000050, []Amount{333450, 333300, 333300}}, {300, []Amount{100, 100, 100}}, {500, []Amount{200, 200, 100}}} {
		for i, p := range Quotes(tc.amount, "HUF", t0)[0].Payments {
			if p.Amount != tc.want[i] {
				t.Errorf("payment %d of %d is %d, want %d", i, tc.amount, p.Amount, tc.want[i])
			}
		}
	}
	for amount, want := range map[Amount]int{119999: 1, 120000: 3} {
		p, _ := hosted(t, nil)
		p.Session.Amount, p.Session.Currency = amount, "HUF"
		if got := len(Quotes(amount, "HUF", t0)); got != want || len(p.Session.Plans(PayOverTime)) != want {
			t.Errorf("%d forints: %d plans and %v, want %d", amount, got, p.Session.Plans(PayOverTime), want)
		}
	}
	p, h := hosted(t, nil)
	if p.Session.Amount, p.Session.Currency = 299, "HUF"; slices.Contains(p.Offered(h), PayOverTime) {
		t.Error("two forints are offered in three payments")
	}
}
