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
	verb := "buy."
	if g.Category == pay.PayOverTime {
		verb = "buy.plan."
	}
	v.Button = v.H(verb+pg.Hosted.Options.PurchaseType, "Amount", amount)
	v.Known = append(v.Known, fact{Label: v.T("review.way"), Value: v.wayLine(g.Category, g.Plan, g.Digits), Change: "change_method"})
	switch g.Category {
	case pay.PayLater:
		v.Known = append(v.Known, fact{Label: v.T("amount"), Value: v.H("review.later", "Amount", amount, "Date", v.Date(pay.LaterDue(pg.Now.In(v.zone))))})
	case pay.PayOverTime:
		if q, ok := pay.QuoteOf(g.Plan, s.Amount, pg.Now.In(v.zone)); ok {
			v.Button = v.H(verb+pg.Hosted.Options.PurchaseType, "Amount", v.Money(int64(q.Total), s.Currency))
			v.Known = append(v.Known, v.planFacts(q, s.Currency)...)
		}
	default:
		v.Known = append(v.Known, fact{Label: v.T("amount"), Value: v.H("review.now", "Amount", amount)})
	}
	a := pg.Payment.Contact(pg.Hosted)
	v.Known = append(v.Known, fact{Label: v.T("review.receipt"), Value: isolateLTR(string(p.revealed(pg, a).Email)), Change: "change_contact"})
	deliver, label := s.Shipping, "review.deliver"
	if deliver.IsZero() {
		deliver, label = a, "review.bill"
	}
	if line := addressLine(p.revealed(pg, deliver)); line != "" {
		v.Known = append(v.Known, fact{Label: v.T(label), Value: isolate(line)})
	}
	if u := pg.Hosted.URLs.Terms; u != "" {
		v.Consents = append(v.Consents, v.H("review.terms", "Merchant", v.Merchant, "href", u))
	}
	switch {
	case g.Category == pay.PayOverTime:
		v.Consents = append(v.Consents, v.H("review.credit"))
	case g.Category == pay.DirectDebit, g.Plan == "bank_account":
		v.Consents = append(v.Consents, v.H("review.mandate", "Amount", amount))
	}
}

// planFacts says what a plan costs and when, as the page said it where it was chosen.
func (v *View) planFacts(q pay.Quote, currency string) []fact {
	money := func(a pay.Amount) string { return v.Money(int64(a), currency) }
	first := q.Payments[0]
	if q.APR == 0 {
		parts := []any{"First", money(first.Amount)}
		for i, name := range []string{"Second", "Third"} {
			part := q.Payments[i+1]
			parts = append(parts, name, money(part.Amount), name+"Date", v.Date(part.Due))
		}
		return []fact{{Label: v.T("review.payments.label"), Value: v.H("review.three", parts...), Change: "change_plan"}}
	}
	return []fact{
		{Label: v.T("review.monthly.label"), Value: v.H("review.monthly", "Amount", money(first.Amount), "Date", v.Date(first.Due)), Change: "change_plan"},
		{Label: v.T("review.apr.label"), Value: isolateLTR(v.Percent(q.APR))},
		{Label: v.T("review.total.label"), Value: isolate(money(q.Total))},
	}
}
