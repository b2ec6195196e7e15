package page

import (
	"net/http"

	"kassa/internal/engine"
	"kassa/internal/pay"
)

// Seconds after which a tab is sent on: at once when it is paid, later when there is a reason to read first.
const (
	leaveAtOnce  = 0
	leaveSlowly  = 5
	checkAgainIn = 3
)

// result starts a page with one result.
func (v *View) result(words, icon, tone string, kv ...any) *outcome {
	v.Page, v.Columns = "result", false
	v.Heading = v.T(words + ".heading")
	v.Outcome = &outcome{Step: "outcome", Icon: icon, Tone: tone, Text: v.T(words+".text", kv...)}
	return v.Outcome
}

// values are what a merchant's placeholders are filled with.
func values(pg *engine.Page) pay.Placeholders {
	out := pay.Placeholders{SessionID: string(pg.Hosted.ID), OrderID: string(pg.Hosted.OrderID)}
	if a := pg.Payment.AuthorizationByID(pg.Hosted.AuthorizationID); a != nil && pg.Hosted.Options.PlaceOrderMode == pay.ModeNone {
		out.AuthorizationToken = string(a.Token)
		out.OrderID = ""
	}
	return out
}

// returnTo puts the link to the merchant on the page and, when the tab has just come here, sends it on.
func (v *View) returnTo(w http.ResponseWriter, pg *engine.Page, raw string, just bool, seconds int, label string) {
	if raw == "" {
		return
	}
	target := values(pg).Fill(raw)
	v.Outcome.Return, v.Outcome.ReturnLabel = target, v.T(label, "Merchant", pg.Merchant.Name)
	if just {
		refresh(w, seconds, target)
	}
}

// home is an address of the shop for pages where nothing was decided, empty without.
func home(h *pay.HostedSession) string {
	for _, u := range []string{h.URLs.Cancel, h.URLs.Back, h.URLs.Failure} {
		if u != "" {
			return u
		}
	}
	return ""
}

// outcomeView picks the page of a session that is over, or stands still until the consumer goes on.
func (p *Page) outcomeView(w http.ResponseWriter, v *View, pg *engine.Page, d drawing) (status int) {
	h := pg.Hosted
	just := d.justPaid
	switch {
	case h.Status == pay.Completed:
		p.paidView(w, v, pg, just)
		return http.StatusOK
	case h.Status == pay.Cancelled:
		v.result("cancelled", "cross", "")
		v.facts(pg)
		v.returnTo(w, pg, h.URLs.Cancel, just, leaveAtOnce, "return.to")
		return http.StatusOK
	case h.Status == pay.Disabled:
		v.result("disabled", "nolink", "", "Merchant", pg.Merchant.Name)
		v.returnTo(w, pg, home(h), false, 0, "go.to")
		return http.StatusGone
	case h.Expired(pg.Now):
		v.result("expired", "clock", "", "Merchant", pg.Merchant.Name, "Date", v.DateTime(h.ExpiresAt))
		v.returnTo(w, pg, home(h), false, 0, "go.to")
		return http.StatusGone
	case h.Status == pay.BackPressed:
		o := v.result("back", "back", "")
		o.Action, o.Button = "retry", v.T("back.again")
		v.facts(pg)
		back := h.URLs.Back
		if back == "" {
			back = h.URLs.Cancel
		}
		v.returnTo(w, pg, back, just, leaveAtOnce, "return.to")
	case h.Status == pay.Errored:
		o := v.result("fault", "bang", "bad")
		o.Action, o.Button = "retry", v.T("again")
		v.facts(pg)
		v.returnTo(w, pg, firstOf(h.URLs.Error, h.URLs.Failure), just, leaveSlowly, "return.to")
	default:
		p.declinedView(w, v, pg, just)
	}
	return http.StatusOK
}

func firstOf(urls ...string) string {
	for _, u := range urls {
		if u != "" {
			return u
		}
	}
	return ""
}

func (p *Page) declinedView(w http.ResponseWriter, v *View, pg *engine.Page, just bool) {
	h := pg.Hosted
	o := v.result("declined", "bang", "bad")
	v.Heading = v.T("declined.heading.plain")
	if n := len(h.Progress.Declined); n > 0 {
		v.Heading = v.T("declined.heading", "Way", v.wayName(h.Progress.Declined[n-1]))
	}
	o.Action, o.Button = "retry", v.T("declined.again")
	v.facts(pg)
	v.returnTo(w, pg, h.URLs.Failure, just, leaveSlowly, "return.to")
	if just && o.Return != "" {
		o.Note = v.T("declined.soon", "Merchant", pg.Merchant.Name)
	}
}

// facts are the amount and the reference below a result.
func (v *View) facts(pg *engine.Page) {
	v.Outcome.Facts = append(v.Outcome.Facts, fact{Label: v.T("to.pay"), Value: v.Slip.Amount})
	if ref := pg.Payment.Session.MerchantReference1; ref != "" {
		v.Outcome.Facts = append(v.Outcome.Facts, fact{Label: v.T("fact.order"), Value: ref})
	}
}

// paidView is the receipt. It can be opened again with the same link.
func (p *Page) paidView(w http.ResponseWriter, v *View, pg *engine.Page, just bool) {
	h, s := pg.Hosted, &pg.Payment.Session
	o := v.result("paid", "tick", "good", "Merchant", pg.Merchant.Name)
	o.Amount = v.Slip.Amount
	o.Facts = []fact{{Label: v.T("fact.paid"), Value: v.DateTime(h.UpdatedAt)}}
	if a := pg.Payment.AuthorizationByID(h.AuthorizationID); a != nil {
		o.Amount = v.Money(int64(a.Purchase.Amount), a.Purchase.Currency)
		o.Facts = append(o.Facts, fact{Label: v.T("fact.with"), Value: v.wayLine(a.Category, a.Plan, h.Progress.Instrument)})
		if a.Decision.Outcome == pay.OutcomePending {
			o.Text += " " + v.T("approved.pending", "Merchant", pg.Merchant.Name)
		}
	}
	if s.MerchantReference1 != "" {
		o.Facts = append(o.Facts, fact{Label: v.T("fact.order"), Value: s.MerchantReference1})
	}
	if h.Reference != "" {
		o.Facts = append(o.Facts, fact{Label: v.T("fact.reference"), Value: h.Reference})
	}
	o.ShowOrder = true
	o.Note = v.T("paid.again")
	v.returnTo(w, pg, h.URLs.Success, just, leaveAtOnce, "return.to")
	if just && o.Return != "" {
		o.Note = v.T("paid.taking") + " " + o.Note
	}
}

// checkingView is shown while an attempt is being decided: it looks again by itself, and never says failed.
func (p *Page) checkingView(w http.ResponseWriter, v *View, pg *engine.Page) {
	words, icon := "tab", "tabs"
	for _, a := range pg.Payment.Authorizations {
		if a.State() == pay.Deciding && a.Hosted == pg.Hosted.ID {
			words, icon = "checking", "dots"
		}
	}
	o := v.result(words, icon, "")
	o.Step, o.Check = "checking", true
	o.Facts = []fact{{Label: v.T("amount"), Value: v.Slip.Amount}}
	o.Note = v.T("checking.close")
	v.Action += "?done"
	if v.LangChosen {
		v.Action += "&lang=" + v.Lang
	}
	refresh(w, checkAgainIn, v.Action)
}

// promptView asks before a cancellation that cannot be taken back.
func (p *Page) promptView(v *View, pg *engine.Page) {
	o := v.result("cancel", "ask", "", "Merchant", pg.Merchant.Name)
	o.Confirm = true
	v.facts(pg)
}
