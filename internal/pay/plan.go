package pay

import (
	"math"
	"strconv"
	"time"
)

// Payment plans. The numbers are those of docs: 3 payments without interest, 6 and 12 months at one effective annual rate.
const (
	// planAPR is the effective annual rate of the monthly plans, with two implied decimals: 990 is 9.90 %.
	planAPR = 990
	// LaterDays is the term of pay_later.
	LaterDays = 30
)

// Quote is what a plan costs, in minor units. Payments add up to Total, and Total − Extra is the amount of the purchase.
type Quote struct {
	Plan     string // 3, 6, 12
	APR      int64  // two implied decimals
	Payments []Installment
	Total    Amount
	Extra    Amount
}

// Installment is one payment of a plan.
type Installment struct {
	Due    time.Time // midnight UTC of the day
	Amount Amount
}

// Quotes lists the plans of pay_over_time for an amount (at least 0), made on a day.
func Quotes(amount Amount, now time.Time) []Quote {
	return []Quote{splitQuote(amount, 3, now), monthlyQuote(amount, 6, now), monthlyQuote(amount, 12, now)}
}

// QuoteOf finds one plan's quote.
func QuoteOf(plan string, amount Amount, now time.Time) (Quote, bool) {
	for _, q := range Quotes(amount, now) {
		if q.Plan == plan {
			return q, true
		}
	}
	return Quote{}, false
}

// LaterDue is the day by which pay_later is to be paid.
func LaterDue(now time.Time) time.Time { return day(now).AddDate(0, 0, LaterDays) }

// splitQuote splits an amount evenly, the first payment today, what does not divide on the first ones.
func splitQuote(amount Amount, n int, now time.Time) Quote {
	q := Quote{Plan: strconv.Itoa(n), Total: amount}
	for i := range n {
		part := amount / Amount(n)
		if Amount(i) < amount%Amount(n) {
			part++
		}
		q.Payments = append(q.Payments, Installment{Due: sameDay(now, i), Amount: part})
	}
	return q
}

// monthlyQuote is an annuity at planAPR, the first payment in a month. Each payment is rounded to the minor unit, so the total is a
// multiple of it and never less than the amount.
func monthlyQuote(amount Amount, n int, now time.Time) Quote {
	r := math.Pow(1+float64(planAPR)/10000, 1.0/12) - 1
	each := Amount(math.Round(float64(amount) * r / (1 - math.Pow(1+r, -float64(n)))))
	if least := (amount + Amount(n) - 1) / Amount(n); each < least {
		each = least // rounding must not lend for less than nothing
	}
	q := Quote{Plan: strconv.Itoa(n), APR: planAPR, Total: each * Amount(n)}
	q.Extra = q.Total - amount
	for i := range n {
		q.Payments = append(q.Payments, Installment{Due: sameDay(now, i+1), Amount: each})
	}
	return q
}

func day(t time.Time) time.Time {
	y, m, d := t.UTC().Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// sameDay is the same day of the month, months later; the last day of a shorter month.
func sameDay(t time.Time, months int) time.Time {
	y, m, d := t.UTC().Date()
	first := time.Date(y, m+time.Month(months), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(d, last)-1)
}
