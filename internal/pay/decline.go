package pay

import (
	"slices"
	"time"
)

const (
	// maxAttempts bounds the attempts on a payment session, over all its pages: whoever tries more tries out cards.
	maxAttempts = 10
	// directDeclines is after how many declines of ways that are paid at once none of them is left on a page: one card may lack money,
	// another may be typed wrong.
	directDeclines = 3
	// tooManyAttempts is why a page fails on which nothing was declined itself.
	tooManyAttempts = "too_many_attempts"
)

// OnCredit reports whether a way to pay is a loan: what was declined there is declined whatever the consumer types next.
func (c Category) OnCredit() bool { return c == PayLater || c == PayOverTime }

// Ways lists the ways to pay that the page shows, whether they can be chosen or not: the configured ones, and with payment_fallback,
// once each of them was declined, all others of the payment session.
func (p *Payment) Ways(h *HostedSession) []Category {
	ways := p.divisible(p.Session.configured(h))
	declined := func(c Category) bool { return slices.Contains(h.Progress.Declined, c) }
	if h.Options.Fallback && !slices.ContainsFunc(ways, func(c Category) bool { return !declined(c) }) {
		return p.divisible(p.Session.Categories)
	}
	return ways
}

// Offered lists the ways of the page that can be chosen: all that are not closed.
//
//	ten attempts were made on the payment session   → none
//	on credit, declined                             → closed
//	paid at once, three declines of such ways       → closed
//	otherwise                                       → open, declined or not
func (p *Payment) Offered(h *HostedSession) []Category {
	if len(p.Authorizations) >= maxAttempts {
		return nil
	}
	spent := p.directDeclines(h) >= directDeclines
	return slices.DeleteFunc(slices.Clone(p.Ways(h)), func(c Category) bool {
		if c.OnCredit() {
			return slices.Contains(h.Progress.Declined, c)
		}
		return spent
	})
}

// divisible is ways without those that the amount is too small for, where there is another: a payment of nothing is none.
func (p *Payment) divisible(ways []Category) []Category {
	if len(ways) < 2 || p.Session.Amount >= splitFrom*WholeUnit(p.Session.Currency) {
		return ways
	}
	return slices.DeleteFunc(slices.Clone(ways), func(c Category) bool { return c == PayOverTime })
}

// directDeclines counts the declines of ways that are paid at once, on one page. A consumer whom the shop's staff did not recognize was not
// declined by the way to pay: that attempt had been approved. The decision itself may give the same reason.
func (p *Payment) directDeclines(h *HostedSession) (n int) {
	for _, a := range p.Authorizations {
		if a.Hosted == h.ID && !a.Category.OnCredit() && a.State() == Declined && a.IdentifyBy.IsZero() {
			n++
		}
	}
	return n
}

// configured lists the ways of the payment session that a page of it was made for, in the session's order, each once.
func (s *PaymentSession) configured(h *HostedSession) []Category {
	wanted := h.Options.Categories
	if c := h.Options.Category; c != "" {
		wanted = []Category{c}
	}
	if len(wanted) == 0 || slices.Contains(wanted, klarnaCategory) {
		return s.Categories
	}
	var out []Category
	for _, c := range s.Categories {
		if slices.Contains(wanted, c) {
			out = append(out, c)
		}
	}
	return out
}

// decline ends an attempt that was declined. With payment_fallback the consumer goes on while there is a way that was not declined yet.
// Otherwise the page fails, and the consumer may go on from there while a way is left.
func (p *Payment) decline(h *HostedSession, a *Authorization, ids *IDs, now time.Time) {
	g := &h.Progress
	g.Declined = append(slices.DeleteFunc(g.Declined, func(c Category) bool { return c == a.Category }), a.Category)
	g.Category, g.Plan, g.Instrument = "", "", Instrument{}
	p.record(h, AuthorizationDeclined, a.facts(a.Decision.Reason), ids, now)
	if h.Options.Fallback && slices.ContainsFunc(p.Offered(h), func(c Category) bool { return !slices.Contains(g.Declined, c) }) {
		return // the session stays IN_PROGRESS
	}
	p.move(h, Failed, SessionFailed, EventData{Reason: a.Decision.Reason, Category: string(a.Category)}, ids, now)
	p.failSiblings(h, ids, now)
}

// failSiblings ends the payment's other pages once no attempt is left: nobody can pay on them any more, and their merchant should know.
func (p *Payment) failSiblings(last *HostedSession, ids *IDs, now time.Time) {
	if len(p.Authorizations) < maxAttempts {
		return
	}
	for _, h := range p.Hosted {
		if h != last && h.Status != Failed && !h.Status.Final() && !h.Expired(now) {
			p.move(h, Failed, SessionFailed, EventData{Reason: tooManyAttempts}, ids, now)
		}
	}
}
