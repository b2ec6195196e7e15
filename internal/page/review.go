package page

import (
	"kassa/internal/engine"
	"kassa/internal/pay"
)

// reviewView is the last page before money moves: how it is paid, how much and when, where the receipt and the goods go, and a
// button with the exact amount.
func (p *Page) reviewView(v *View, pg *engine.Page) {
	s, g := &pg.Payment.Session, &pg.Hosted.Progress
	amount := v.Money(int64(s.Amount), s.Currency)
	v.Heading = v.T("review.heading")
	verb, price := "buy.", amount
	v.Known = append(v.Known, fact{Label: v.T("review.way"), Value: v.wayLine(g.Category, g.Plan, g.Digits), Change: "change_method"})
	switch {
	case s.Intent == pay.Tokenize:
		v.Known = append(v.Known, fact{Label: v.T("amount"), Value: v.H("review.nothing")})
	case g.Category == pay.PayLater:
		v.Known = append(v.Known, fact{Label: v.T("amount"), Value: v.H("review.later", "Amount", amount, "Date", v.laterDue(pg))})
	case g.Category == pay.PayOverTime:
		verb = "buy.plan."
		if q, ok := pay.QuoteOf(g.Plan, s.Amount, s.Currency, pg.Now.In(v.zone)); ok {
			price = v.Money(int64(q.Total), s.Currency)
			v.Known = append(v.Known, v.planFacts(q, s.Currency, len(s.Plans(g.Category)) > 1)...)
		}
	default:
		v.Known = append(v.Known, fact{Label: v.T("amount"), Value: v.H("review.now", "Amount", amount)})
	}
	v.Button = v.H(verb+pg.Hosted.Options.PurchaseType, "Amount", price)
	if s.Intent == pay.Tokenize {
		v.Heading = v.T("review.heading.token")
		v.Button = v.H("buy.token")
	}
	a := pg.Payment.Contact(pg.Hosted)
	mail := v.T("review.receipt")
	if v.receiptTo != "" {
		mail = v.T("review.receipt.to")
	}
	v.Known = append(v.Known, fact{Label: mail, Value: isolateLTR(string(p.revealed(pg, a).Email)), Change: "change_contact"})
	deliver, label := s.Shipping, "review.deliver"
	if deliver.IsZero() {
		deliver, label = a, "review.bill"
	}
	if line := addressLine(p.revealed(pg, deliver)); line != "" {
		v.Known = append(v.Known, fact{Label: v.T(label), Value: isolate(line)})
	}
	v.Consents = p.reviewConsents(v, pg, amount, price)
}

// laterDue is the day by which pay_later is to be paid when it is chosen now.
func (v *View) laterDue(pg *engine.Page) string { return v.Date(pay.LaterDue(pg.Now.In(v.zone))) }

// planFacts says what a plan costs and when, as the page said it where it was chosen; others reports
// whether there are other plans to change to.
func (v *View) planFacts(q pay.Quote, currency string, others bool) []fact {
	change := ""
	if others {
		change = "change_plan"
	}
	money := func(a pay.Amount) string { return v.Money(int64(a), currency) }
	first := q.Payments[0]
	if q.APR == 0 {
		parts := []any{"First", money(first.Amount)}
		for i, name := range []string{"Second", "Third"} {
			part := q.Payments[i+1]
			parts = append(parts, name, money(part.Amount), name+"Date", v.Date(part.Due))
		}
		return []fact{{Label: v.T("review.payments.label"), Value: v.H("review.three", parts...), Change: change}}
	}
	return []fact{
		{Label: v.T("review.monthly.label"), Value: v.H("review.monthly", "Amount", money(first.Amount), "Date", v.Date(first.Due)), Change: change},
		{Label: v.T("review.apr.label"), Value: isolateLTR(v.Percent(q.APR))},
		{Label: v.T("review.total.label"), Value: isolate(money(q.Total))},
	}
}
