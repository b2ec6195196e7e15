package pay

import (
	"math"
	"strconv"
	"time"
)

// Payment plans: 3 payments without interest, and 6 and 12 months at interest.
const (
	// planAPR is the effective annual rate at which the monthly plans are reckoned, with two implied decimals: 990 is 9.90 %. Payments
	// are whole minor units, so the rate of a plan differs a little; a quote tells its own.
	planAPR = 990
	// LaterDays is the term of pay_later.
	LaterDays = 30
	// monthlyFrom is the least amount that is paid by the month, in the smallest payments there are. Below it a payment would be less than
	// a hundred of them, and rounding would say more about the rate than the interest does.
	monthlyFrom Amount = 1200
	// splitFrom is the least amount of which no payment is nothing, in the smallest payments there are.
	splitFrom Amount = 3
)

// WholeUnit is the smallest payment of a currency, in minor units. Forints have had no fillér since 1999, and the payment systems of Hungary
// carry whole forints (MNB), though ISO 4217 and the API give them two decimals. The coins that other markets have withdrawn, like
// öre and haléře, are still paid by card and from accounts.
func WholeUnit(currency string) Amount {
	if currency == "HUF" {
		return 100
	}
	return 1
}

// Quote is what a plan costs, in minor units. Payments add up to Total, and Total − Extra is the amount of the purchase.
type Quote struct {
	Plan     string // 3, 6, 12
	APR      int64  // of these very payments, two implied decimals
	Payments []Installment
	Total    Amount
	Extra    Amount
}

// Installment is one payment of a plan.
type Installment struct {
	Due    time.Time // midnight UTC of the day
	Amount Amount
}

// Quotes lists the plans of pay_over_time for an amount (at least 0) of a currency, made now. Days are those of the clock that now is told in.
func Quotes(amount Amount, currency string, now time.Time) []Quote {
	unit := WholeUnit(currency)
	out := []Quote{splitQuote(amount, unit, 3, now)}
	if amount >= monthlyFrom*unit {
		out = append(out, monthlyQuote(amount, unit, 6, now), monthlyQuote(amount, unit, 12, now))
	}
	return out
}

// QuoteOf finds one plan's quote.
func QuoteOf(plan string, amount Amount, currency string, now time.Time) (Quote, bool) {
	for _, q := range Quotes(amount, currency, now) {
		if q.Plan == plan {
			return q, true
		}
	}
	return Quote{}, false
}

// LaterDue is the day by which pay_later is to be paid, by the clock that now is told in.
func LaterDue(now time.Time) time.Time { return day(now).AddDate(0, 0, LaterDays) }

// splitQuote splits an amount evenly into whole units, the first payment today, what does not divide on the first ones. Less than a unit,
// which only an amount brings that has some itself, is paid today.
func splitQuote(amount, unit Amount, n int, now time.Time) Quote {
	q := Quote{Plan: strconv.Itoa(n), Total: amount}
	units, rest := amount/unit, amount%unit
	for i := range n {
		part := units / Amount(n)
		if Amount(i) < units%Amount(n) {
			part++
		}
		q.Payments = append(q.Payments, Installment{Due: sameDay(now, i), Amount: part * unit})
	}
	q.Payments[0].Amount += rest
	return q
}

// monthlyQuote is an annuity at planAPR, the first payment in a month. Each payment is rounded to the unit, so the total is a multiple of it
// and never less than the amount, and the rate is that of the rounded payments.
func monthlyQuote(amount, unit Amount, n int, now time.Time) Quote {
	r := math.Pow(1+float64(planAPR)/10000, 1.0/12) - 1
	each := Amount(math.Round(float64(amount)*r/(1-math.Pow(1+r, -float64(n)))/float64(unit))) * unit
	if least := (amount + Amount(n)*unit - 1) / (Amount(n) * unit) * unit; each < least {
		each = least // rounding must not lend for less than nothing
	}
	q := Quote{Plan: strconv.Itoa(n), APR: effectiveRate(amount, each, n), Total: each * Amount(n)}
	q.Extra = q.Total - amount
	for i := range n {
		q.Payments = append(q.Payments, Installment{Due: sameDay(now, i+1), Amount: each})
	}
	return q
}

// effectiveRate is the effective annual rate, with two implied decimals, of a loan that is paid back in n equal payments, one a month:
// the rate at which their present value is the amount.
func effectiveRate(amount, each Amount, n int) int64 {
	low, high := 0.0, 1.0 // a month
	for range 60 {
		r := (low + high) / 2
		if float64(each)*(1-math.Pow(1+r, -float64(n)))/r > float64(amount) {
			low = r
		} else {
			high = r
		}
	}
	return int64(math.Round((math.Pow(1+low, 12) - 1) * 10000))
}

// day is midnight UTC of the day that a clock shows.
func day(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// sameDay is the same day of the month, months later; the last day of a shorter month.
func sameDay(t time.Time, months int) time.Time {
	y, m, d := t.Date()
	first := time.Date(y, m+time.Month(months), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(d, last)-1)
}
