package page

import (
	"net/url"

	"kassa/internal/engine"
	"kassa/internal/pay"
)

// toBank reports whether the consumer pays by a bank and has not been there yet: what is approved there was checked here before, and the
// payment follows at once. The sandbox has a bank, which is not real.
func (p *Page) toBank(pg *engine.Page, v url.Values) bool {
	return p.sandbox && pg.Payment.StepOf(pg.Hosted, pg.Now) == pay.StepReview && pg.Hosted.Progress.Category == pay.DirectBankTransfer && !v.Has("approved")
}

// bankView is the demo bank: it asks for what a bank would ask for, and gives back to the payment.
func (p *Page) bankView(v *View, pg *engine.Page) {
	amount := v.Money(int64(dueNow(&pg.Payment.Session)), pg.Payment.Session.Currency)
	o := &outcome{Icon: "ask", Text: []text{v.H("bank.text", "Merchant", v.Merchant, "Amount", amount)}}
	v.Page, v.Columns, v.Outcome = "result", false, o
	o.Step, o.Action, o.Button, o.Refuse = string(pay.StepReview), "next", v.T("bank.approve"), v.T("bank.refuse")
	v.Heading = v.T("instrument.bank")
	v.facts(pg, "to.pay")
}
