package page

import (
	"context"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"kassa/internal/engine"
	"kassa/internal/pay"
)

// checkAgainIn is after how many seconds a page that waits for a decision looks again. It is the only one that a consumer sees reload: there
// is nothing to read or do on it until it does. A tab is sent on to the shop at once or not at all: nobody reads or decides as fast as
// somebody else thinks (WCAG 2.2.1).
const checkAgainIn = 3

// result starts a page with one result.
func (v *View) result(words, icon, tone string, kv ...any) *outcome {
	v.Page, v.Columns = "result", false
	v.Heading = v.T(words + ".heading")
	v.Outcome = &outcome{Step: string(pay.StepOutcome), Icon: icon, Tone: tone, Text: []text{v.H(words+".text", kv...)}}
	return v.Outcome
}

// placeholders are what a merchant's addresses are filled with.
func placeholders(pg *engine.Page) pay.Placeholders {
	out := pay.Placeholders{SessionID: string(pg.Hosted.ID), OrderID: string(pg.Hosted.OrderID)}
	if a := pg.Payment.AuthorizationByID(pg.Hosted.AuthorizationID); a != nil && pg.Hosted.HandsToken() {
		out.OrderID = ""
		if a.Live(pg.Now) { // a receipt opened again tells no token that is dead
			out.AuthorizationToken = string(a.Token)
		}
	}
	return out
}

// returnAddress takes a stored address as it is, apps' schemes included; none that a browser runs is ever stored, and none is
// let through here.
func returnAddress(filled string) template.URL {
	scheme, _, found := strings.Cut(filled, "://")
	switch strings.ToLower(scheme) {
	case "javascript", "data", "vbscript", "file", "about", "blob":
		return ""
	}
	if !found {
		return ""
	}
	return template.URL(normal(filled)) // checked when it was stored, and above
}

// normal percent-encodes what may not stand in an address, and leaves what is encoded already: exactly what templates make of an
// address in a link, so that the link and the Refresh header say the same.
func normal(address string) string {
	var b strings.Builder
	for i := range len(address) {
		c := address[i]
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', strings.IndexByte("!#$&*+,/:;=?@[]-._~", c) >= 0,
			c == '%' && i+2 < len(address) && isHex(address[i+1]) && isHex(address[i+2]):
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

func isHex(c byte) bool { return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F' }

// returnTo puts the link to the merchant on the page.
func (v *View) returnTo(pg *engine.Page, raw, label string) {
	if raw == "" {
		return
	}
	if target := returnAddress(placeholders(pg).Fill(raw)); target != "" {
		v.Outcome.Return, v.Outcome.ReturnLabel = target, v.H(label, "Merchant", v.Merchant)
	}
}

// leave sends the tab on to the merchant, when there is a way: a tab that has just come to its end, on a page with nothing else to do.
func (v *View) leave(w http.ResponseWriter) (left bool) {
	if v.Outcome.Return == "" {
		return false
	}
	refresh(w, 0, string(v.Outcome.Return))
	return true
}

// home is an address of the shop for pages where nothing was decided, empty without.
func home(h *pay.HostedSession) string { return firstOf(h.URLs.Cancel, h.URLs.Back, h.URLs.Failure) }

func firstOf(urls ...string) string {
	for _, u := range urls {
		if u != "" {
			return u
		}
	}
	return ""
}

// outcomeView picks the page of a session that is over, or stands still until the consumer goes on.
func (p *Page) outcomeView(w http.ResponseWriter, v *View, pg *engine.Page, d drawing) (status int) {
	h := pg.Hosted
	switch {
	case h.Status == pay.Completed && rejected(pg):
		v.rejectedView(pg)
	case pg.Withdrawn():
		v.result("cancelled", "nolink", "").Note = v.questions(pg)
		v.facts(pg, "amount")
		v.returnTo(pg, home(h), "go.to")
	case h.Status == pay.Completed:
		p.paidView(w, v, pg, d.arrived)
	case h.Status == pay.Cancelled:
		v.result("cancelled", "nolink", "")
		v.facts(pg, "amount")
		v.returnTo(pg, h.URLs.Cancel, "return.to")
		if d.arrived {
			v.leave(w)
		}
	case h.Status == pay.Disabled:
		v.result("disabled", "nolink", "", "Merchant", v.Merchant).Note = v.questions(pg)
		v.facts(pg, "amount")
		v.returnTo(pg, home(h), "go.to")
		return http.StatusGone
	case h.Expired(pg.Now):
		v.result("expired", "clock", "", "Merchant", v.Merchant, "Date", v.ShortMoment(h.ExpiresAt, v.zone)).Note = v.questions(pg)
		v.facts(pg, "amount")
		v.returnTo(pg, home(h), "go.to")
		return http.StatusGone
	case h.Status == pay.BackPressed:
		o := v.result("back", "back", "")
		v.facts(pg, "to.pay")
		v.returnTo(pg, firstOf(h.URLs.Back, h.URLs.Cancel), "return.to")
		if left := d.arrived && v.leave(w); !left && goesOn(pg) {
			o.Action, o.Button = "retry", v.T("back.again")
		}
	case h.Status == pay.Errored:
		o := v.result("fault", "bang", "bad")
		if goesOn(pg) {
			o.Action, o.Button = "retry", v.T("again")
		}
		v.facts(pg, "to.pay")
		v.returnTo(pg, firstOf(h.URLs.Error, h.URLs.Failure), "return.to")
	default:
		v.declinedView(pg)
	}
	return http.StatusOK
}

// goesOn reports whether a way to pay is left on a page that stands still.
func goesOn(pg *engine.Page) bool { return len(pg.Payment.Offered(pg.Hosted)) > 0 }

// declinedView says that a way was not approved, and goes on to those that are left: the same one with another card, or another one.
// Without any the shop is all that is left.
func (v *View) declinedView(pg *engine.Page) {
	h := pg.Hosted
	o := v.result("declined", "bang", "bad")
	v.Heading = v.T("declined.heading.plain")
	var last pay.Category
	if n := len(h.Progress.Declined); n > 0 {
		last = h.Progress.Declined[n-1]
		v.Heading = v.T("declined.heading", "Way", v.wayName(last))
	}
	left := pg.Payment.Offered(h)
	// Where nothing was declined the way is not to blame.
	switch another := slices.ContainsFunc(left, func(c pay.Category) bool { return c != last }); {
	case another && last != "":
		o.Action, o.Button = "retry", v.T("declined.again")
	case len(left) > 0:
		o.Text, o.Action, o.Button = []text{v.H("declined.text.only")}, "retry", v.T("again")
	default:
		o.Text = []text{v.H("declined.text.only")}
		o.Note = v.questions(pg)
	}
	v.facts(pg, "to.pay")
	v.returnTo(pg, h.URLs.Failure, "return.to")
}

// facts are the amount and the order's number below a result.
func (v *View) facts(pg *engine.Page, label string) {
	if label == "to.pay" {
		label = toPay(&pg.Payment.Session)
	}
	v.Outcome.Facts = []fact{{Label: v.T(label), Value: isolate(v.Slip.Amount)}}
	if ref := pg.Payment.Session.MerchantReference1; ref != "" {
		v.Outcome.Facts = append(v.Outcome.Facts, fact{Label: v.T("fact.order"), Value: isolate(ref)})
	}
}

// paidView is the receipt. It can be opened again with the same link.
func (p *Page) paidView(w http.ResponseWriter, v *View, pg *engine.Page, just bool) {
	h := pg.Hosted
	o := v.result("paid", "tick", "good", "Merchant", v.Merchant)
	o.Amount, o.Facts = v.receipt(pg)
	o.Long = lettersShown(o.Amount) > longAmount
	switch a := pg.PaidBy(); {
	case a == nil:
	case a.Intent == pay.Tokenize: // nothing was paid, and nothing is owed
		v.Heading, o.Text = v.T("paid.heading.token"), []text{v.H("paid.token", "Merchant", v.Merchant)}
	case underReview(pg):
		v.Heading = v.T("paid.heading.pending")
		o.Text = append(o.Text, v.H("paid.pending", "Merchant", v.Merchant))
	default:
		if v.receiptTo != "" {
			o.Text = append(o.Text, v.H("paid.receipt", "To", isolateLTR(maskEmail(string(v.receiptTo)))))
		}
	}
	o.ShowOrder = pg.Due() == pg.About().Amount // otherwise its lines would add up to something else
	v.returnTo(pg, firstOf(h.URLs.Success, pg.Payment.Session.URLs.AppReturn), "return.to")
	if just && v.leave(w) {
		o.Note = append(o.Note, v.H("paid.taking"))
	}
	o.Note = append(append(o.Note, v.H("paid.again")), v.questions(pg)...)
}

// receiptTo is where a receipt of the page goes. When that cannot be read the page promises none.
func (p *Page) receiptTo(ctx context.Context, pg *engine.Page) pay.Personal {
	to, err := p.engine.ReceiptTo(ctx, pg)
	if err != nil {
		p.log.WarnContext(ctx, "receipt not looked up", "error", err)
	}
	return to
}

// receiptOnItsWay is how long a receipt by e-mail is spoken of as something to come.
const receiptOnItsWay = 10 * time.Minute

// receipt is the amount of a payment that has gone through, empty for one that only made a token, and what else is told of it.
func (v *View) receipt(pg *engine.Page) (amount string, facts []fact) {
	v.tabulate(pg)
	h, bought := pg.Hosted, pg.About()
	money := func(a pay.Amount) string { return v.Money(int64(a), bought.Currency) }
	label := "fact.paid"
	amount = money(pg.Due())
	if a := pg.PaidBy(); a != nil {
		owed := v.owed(a, pg.Due(), bought.Currency)
		if len(owed) > 0 || underReview(pg) || a.Intent == pay.Tokenize {
			label = "fact.received"
		}
		if a.Intent == pay.Tokenize {
			amount = ""
		}
		facts = append([]fact{{Label: v.T("fact.with"), Value: v.paidWith(a, digitsOf(pg, a))}}, owed...)
	}
	facts = append([]fact{{Label: v.T(label), Value: isolate(v.Moment(h.UpdatedAt, v.zone))}}, facts...)
	ref := pg.Payment.Session.MerchantReference1
	if o := pg.Order; o != nil {
		ref = o.MerchantReference1
		if o.Refunded > 0 {
			facts = append(facts, fact{Label: v.T("fact.refunded"), Value: isolate(money(o.Refunded))})
		}
	}
	if ref != "" {
		facts = append(facts, fact{Label: v.T("fact.order"), Value: isolate(ref)})
	}
	if h.Reference != "" {
		facts = append(facts, fact{Label: v.T("fact.reference"), Value: isolate(h.Reference)})
	}
	return amount, facts
}

// underReview reports whether nobody knows yet how a payment turns out.
func underReview(pg *engine.Page) bool {
	a := pg.PaidBy()
	return a != nil && a.Decision.Outcome == pay.OutcomePending && (pg.Order == nil || pg.Order.Fraud == pay.FraudPending)
}

// owed is what a payment on credit leaves to be paid: by when, or the plan with its days.
func (v *View) owed(a *pay.Authorization, amount pay.Amount, currency string) []fact {
	money := func(a pay.Amount) string { return v.Money(int64(a), currency) }
	switch made := a.CreatedAt.In(v.zone); {
	case a.Intent == pay.Tokenize:
	case a.Category == pay.PayLater:
		return []fact{{Label: v.T("to.pay"), Value: v.H("review.later", "Amount", money(amount), "Date", v.Date(pay.LaterDue(made)))}}
	case a.Category == pay.PayOverTime:
		q, ok := pay.QuoteOf(a.Plan, amount, currency, made)
		switch {
		case !ok:
		case q.APR > 0:
			return v.planFacts(q, currency, false)
		default:
			var out []fact
			for _, part := range q.Payments {
				out = append(out, fact{Label: v.Date(part.Due), Value: isolate(money(part.Amount))})
			}
			return out
		}
	}
	return nil
}

// rejected reports whether the review of a payment ended badly. Captured at the shop's own risk it is paid all the same.
func rejected(pg *engine.Page) bool {
	return pg.Order != nil && pg.Order.Fraud == pay.FraudRejected && pg.Order.Captured == 0 && !pg.Order.WithdrawnFirst()
}

// rejectedView says that what was received is not paid. There is nothing to do on this page any more.
func (v *View) rejectedView(pg *engine.Page) {
	v.result("cancelled", "bang", "bad").Note = v.questions(pg)
	v.Heading = v.T("declined.heading", "Way", v.wayName(pg.PaidBy().Category))
	v.facts(pg, "amount")
	v.returnTo(pg, home(pg.Hosted), "go.to")
}

// digitsOf are the last digits of the instrument that an authorization was made with.
func digitsOf(pg *engine.Page, a *pay.Authorization) string {
	if h := pg.Payment.HostedByID(a.Hosted); h != nil {
		return h.Progress.Digits
	}
	return ""
}

// paidWith names the card or account, and the way to pay where there is none.
func (v *View) paidWith(a *pay.Authorization, digits string) text {
	switch {
	case a.Plan == "card" && digits != "":
		return v.H("paid.card", "Digits", isolateLTR(digits))
	case a.Plan == "bank_account" && digits != "":
		return v.H("paid.account", "Digits", isolateLTR(digits))
	}
	return v.wayLine(a.Category, a.Plan, digits)
}

// checkingView is shown while an attempt is being decided: it looks again by itself, and never says failed. The tab that pressed
// the button waits for the answer; every other one is told where the payment is being made.
func (p *Page) checkingView(w http.ResponseWriter, v *View, pg *engine.Page, d drawing) {
	words, icon, label := "checking", "dots", "amount"
	check := pg.Payment.OpenIDCheck(pg.Hosted)
	if check != nil {
		words, icon, label = "clerk.show", "card", "to.pay"
	} else if elsewhere(pg, d.arrived) {
		words, icon, label = "tab", "tabs", "to.pay"
	}
	o := v.result(words, icon, "", "Merchant", v.Merchant)
	o.Step = string(pay.StepChecking)
	if check != nil {
		o.Amount = check.Challenge
	}
	v.facts(pg, label)
	again := url.Values{visit: {newVisit(string(pay.StepChecking))}}
	if v.LangChosen {
		again.Set("lang", v.Lang)
	}
	if d.arrived {
		again.Set(arrival, stamp(pg.Now))
	}
	o.Check = withQuery(v.Action, again)
	if words == "checking" {
		o.Note = []text{v.H("checking.close")}
	}
	refresh(w, checkAgainIn, o.Check)
}

// elsewhere reports whether some other tab is waiting: for the clerk, or for the decision, a sibling's or one that pressed the button
// so lately that its answer is still on the way. A tab that has just come here is waiting for a decision itself.
func elsewhere(pg *engine.Page, arrived bool) bool {
	for _, a := range pg.Payment.Authorizations {
		switch a.State() {
		case pay.Identifying:
			return a.Hosted != pg.Hosted.ID
		case pay.Deciding:
			return !arrived && (a.Hosted != pg.Hosted.ID || pg.Now.Sub(a.CreatedAt) < pay.DecisionLimit)
		}
	}
	return false
}

// promptView asks before a cancellation that cannot be taken back.
func (p *Page) promptView(v *View, pg *engine.Page) {
	o := v.result("cancel", "ask", "", "Merchant", v.Merchant)
	o.Step = string(pg.Payment.StepOf(pg.Hosted, pg.Now))
	o.Confirm = true
	v.facts(pg, "to.pay")
}
