package page

import (
	"net/http"
	"net/url"

	"kassa/internal/engine"
	"kassa/internal/pay"
)

// Notes are what the redirect after a step tells the page that it leads to. They change how a page is drawn, never what happened.
const (
	noteCancel = "cancel" // ask whether to cancel
	noteSent   = "sent"   // a new code is on its way
	noteBank   = "bank"   // show the demo bank
	// noteChanged: what was submitted was agreed to on a page that says something else by now.
	noteChanged = "changed"
)

// act makes the one engine call of a submitted form. note is for the page that is shown next.
func (p *Page) act(r *http.Request, pg *engine.Page, v url.Values) (note string, err error) {
	ctx, link := r.Context(), pg.Hosted.Link
	switch v.Get("action") {
	case "back":
		return "", p.engine.Back(ctx, link)
	case "cancel":
		if pg.Payment.Leave(pg.Hosted) != pay.CancelControl {
			return "", p.engine.Back(ctx, link)
		}
		return noteCancel, nil // asks first; nothing has changed
	case "confirm_cancel":
		return "", p.engine.Cancel(ctx, link)
	case "keep":
		return "", nil
	case "retry":
		return "", p.engine.Retry(ctx, link)
	case "send_code":
		return noteSent, p.engine.SendCode(ctx, link, p.visitor(r, pg, v))
	case "change_method":
		return "", p.engine.Edit(ctx, link, pay.StepMethod)
	case "change_contact":
		return "", p.engine.Edit(ctx, link, pay.StepContact)
	case "change_plan":
		return "", p.engine.Edit(ctx, link, pay.StepPlan)
	}
	if p.toBank(pg, v) {
		return noteBank, nil // the consumer approves there; nothing has changed
	}
	return "", p.goOn(r, pg, v)
}

// goOn is the main button of a step.
func (p *Page) goOn(r *http.Request, pg *engine.Page, v url.Values) error {
	ctx, link := r.Context(), pg.Hosted.Link
	switch pg.Payment.StepOf(pg.Hosted, pg.Now) {
	case pay.StepMethod:
		return p.engine.Choose(ctx, link, p.visitor(r, pg, v), pay.Category(v.Get("category")))
	case pay.StepContact:
		contact, customer, fault := p.readContact(pg, v)
		if fault != nil {
			return pay.Invalid400(contactFaults(pg, contact, customer, fault))
		}
		return p.engine.Identify(ctx, link, p.visitor(r, pg, v), contact, customer)
	case pay.StepCode:
		code := codeOf(v)
		if fault := checkField("code", code, len(code) == 6 && allDigits(code)); fault != nil {
			return pay.Invalid400([]pay.Fault{*fault}) // a slip of the finger costs no try
		}
		return p.engine.Confirm(ctx, link, code)
	case pay.StepPlan:
		with, faults := p.language(r, pg, v.Get("lang")).instrumentOf(pg, v)
		if err := pay.Invalid400(faults); err != nil {
			return err
		}
		return p.engine.ChoosePlan(ctx, link, v.Get("plan"), with)
	case pay.StepReview:
		pg.Language = p.visitor(r, pg, v).Locale
		return p.engine.Authorize(ctx, link, pg.Hosted.Progress.Attempts, pg)
	}
	return nil
}

// visitor is who submits the form.
func (p *Page) visitor(r *http.Request, pg *engine.Page, v url.Values) engine.Visitor {
	return engine.Visitor{Address: network(p.clientAddress(r)), Locale: p.language(r, pg, v.Get("lang")).Locale}
}
