package page

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"kassa/internal/engine"
	"kassa/internal/pay"
)

// stepView fills in the form of one step.
func (p *Page) stepView(r *http.Request, v *View, pg *engine.Page, step pay.Step, d drawing) {
	h := pg.Hosted
	v.Columns, v.Page, v.Live = true, string(step), step == pay.StepContact || step == pay.StepPlan
	v.StepNumber, v.StepCount = pg.Payment.StepNumber(h, pg.Now)
	v.Changed = d.changed && agrees(string(step))
	v.Timer = h.ExpiresAt.Sub(pg.Now) < timerFrom
	v.Button = v.H("continue")
	switch pg.Payment.Leave(h) {
	case pay.BackControl:
		v.Leave = "back"
	case pay.CancelAsBack:
		v.Leave = "cancel-back"
	default:
		v.Leave = "cancel"
	}
	switch step {
	case pay.StepMethod:
		p.methodView(v, pg, d)
	case pay.StepContact:
		p.contactView(v, pg, d)
	case pay.StepCode:
		p.codeView(r, v, pg, d)
	case pay.StepPlan:
		p.planView(v, pg, d)
	case pay.StepReview:
		p.reviewView(v, pg)
	}
	v.showFaults(d)
}

// wayName is a way to pay in the page's language.
func (v *View) wayName(c pay.Category) string { return v.T("way." + string(c)) }

// onPage is the order in which ways to pay are shown: what is paid at once first, credit after it.
var onPage = []pay.Category{pay.PayNow, pay.PayLater, pay.PayOverTime, pay.DirectDebit, pay.DirectBankTransfer}

func shown(ways []pay.Category) []pay.Category {
	out := slices.Clone(ways)
	slices.SortStableFunc(out, func(a, b pay.Category) int { return slices.Index(onPage, a) - slices.Index(onPage, b) })
	return out
}

func (p *Page) methodView(v *View, pg *engine.Page, d drawing) {
	s, h := &pg.Payment.Session, pg.Hosted
	v.Heading = v.T("method.heading")
	if t := h.Options.PageTitle; t != "" {
		v.Heading = t
	}
	money := func(a pay.Amount) string { return v.Money(int64(a), s.Currency) }
	offered, declined := shown(pg.Payment.Offered(h)), h.Progress.Declined
	for i, c := range offered {
		tried := slices.Contains(declined, c)
		// Nothing on credit is ever chosen beforehand, unless it is the only way there is; after a decline nothing on credit at all, and
		// what was declined only when it is all that is left.
		chosen := len(offered) == 1 || c == pay.PayNow
		if len(declined) > 0 {
			chosen = i == 0 && !c.OnCredit() && (!tried || len(offered) == 1)
		}
		w := card{ID: string(c), Name: v.wayName(c), Chosen: chosen}
		switch token := s.Intent == pay.Tokenize; {
		case token && (c == pay.PayLater || c == pay.PayOverTime): // when and how much, later purchases will say
			w.Figure = v.H("today", "Amount", money(0))
		case c == pay.PayLater:
			w.Figure = v.H("today", "Amount", money(0))
			w.Text = v.H("way.pay_later.text", "Date", v.Date(pay.LaterDue(pg.Now.In(v.zone))))
		case c == pay.PayOverTime:
			quotes := pay.Quotes(s.Amount, s.Currency, pg.Now.In(v.zone))
			if len(quotes) == 1 { // a small amount
				w.Figure, w.Text = v.H("today", "Amount", money(quotes[0].Payments[0].Amount)), isolate(v.TN("plan.payments", len(quotes[0].Payments)))
				break
			}
			w.Figure = v.H("month.from", "Amount", money(quotes[len(quotes)-1].Payments[0].Amount))
			w.Text = v.H("way.pay_over_time.text")
		default:
			w.Figure = v.H("today", "Amount", money(dueNow(s)))
			w.Text = v.H("way." + string(c) + ".text")
			if c == pay.PayNow && len(s.Plans(c)) == 1 {
				w.Text = v.H("way.pay_now.card")
			}
		}
		if tried {
			w.Text = v.H("method.retry")
		}
		v.Ways = append(v.Ways, w)
	}
	for _, c := range shown(pg.Payment.Ways(h)) {
		if !slices.Contains(offered, c) {
			v.Refused = append(v.Refused, card{ID: string(c), Name: v.wayName(c), Text: v.H("method.refused")})
		}
	}
	// A way that is all that is left says by itself that it was declined.
	if n := len(declined); n > 0 && len(d.faults) == 0 && slices.ContainsFunc(offered, func(c pay.Category) bool { return c != declined[n-1] }) {
		v.Declined = v.H("method.declined", "Way", v.wayName(declined[n-1]))
	}
}

// dueNow is what a payment that is not on credit takes at once: nothing where only later purchases are agreed upon.
func dueNow(s *pay.PaymentSession) pay.Amount {
	if s.Intent == pay.Tokenize {
		return 0
	}
	return s.Amount
}

// codesLeft tells how many more codes may be asked for, and from when on when there are none. When that cannot be read the session's
// own count serves: whoever asks is answered by all of them.
func (p *Page) codesLeft(r *http.Request, pg *engine.Page, d drawing) (left int, again time.Time) {
	left, again, err := p.engine.CodesLeft(r.Context(), pg, p.visitor(r, pg, url.Values{"lang": {d.lang}}))
	if err != nil {
		p.log.WarnContext(r.Context(), "codes not counted", "error", err)
		return pg.Hosted.CodesLeft(pg.Now), time.Time{}
	}
	return left, again
}

// noCodes says that no more codes can be asked for, and from when on they can.
func (v *View) noCodes(again time.Time) text {
	if again.IsZero() {
		return v.H("code.none")
	}
	return v.H("code.none.until", "Time", v.clock.write(again.In(v.zone).Add(59*time.Second)))
}

// codeView asks for the code. What went wrong with it is kept in the session, so that the page says it in every tab and after
// every reload.
func (p *Page) codeView(r *http.Request, v *View, pg *engine.Page, d drawing) {
	v.Heading, v.Button = v.T("code.heading"), v.H("code.confirm")
	contact, code := pg.Payment.Contact(pg.Hosted), &pg.Hosted.Progress.Code
	byPhone := p.engine.CodeByPhone(contact)
	landline := p.engine.Landline(contact)
	v.Another = v.T("code.another.email")
	if byPhone || landline {
		v.Another = v.T("code.another.phone")
	}
	f := field{Name: "code", Label: v.T("field.code"), Type: "text", Auto: "one-time-code", Mode: "numeric", Class: "code", LTR: true, Max: 12}
	if len(d.faults) > 0 {
		f.Value = d.values.Get("code")
	}
	left, again := p.codesLeft(r, pg, d)
	v.MaySend = left > 0
	switch {
	case code.Live(pg.Now):
		way, name, to := "code.lead.email", "email", string(contact.Email)
		if byPhone {
			way, name, to = "code.lead.phone", "phone", string(contact.Phone)
		}
		v.Lead = v.H(way, "To", "<b>"+p.masked(pg, name, to)+"</b>")
		if landline {
			v.Lead = v.H("code.landline", "Phone", "<b>"+p.masked(pg, "phone", string(contact.Phone))+"</b>") + " " + v.Lead
		}
		if code.Tries > 0 && len(d.faults) == 0 {
			f.Error = v.HN("code.wrong", pay.CodeTries-code.Tries)
		}
	case !v.MaySend: // what is wrong with the last code is not to be mended now
		v.Lead = v.noCodes(again)
	case code.Tries >= pay.CodeTries:
		f.Error = v.H("code.tries")
	case code.SentAt.IsZero():
		v.Lead = v.H("code.lead.none")
	default:
		v.Lead = v.H("code.lead.expired")
	}
	v.Fields = []field{f}
	switch {
	case left > 0:
		v.CodesLeft = isolate(v.TN("code.left", left))
	case code.Live(pg.Now):
		v.CodesLeft = v.noCodes(again)
	}
	v.Sent = d.sent && v.Lead != "" && f.Error == "" && pg.Now.Sub(code.SentAt) < arrivalFresh
}

func (p *Page) planView(v *View, pg *engine.Page, d drawing) {
	s, c := &pg.Payment.Session, pg.Hosted.Progress.Category
	chosen := func(plan string, i int) bool { return d.values.Get("plan") == plan || !d.values.Has("plan") && i == 0 }
	if c == pay.PayOverTime {
		v.Heading = v.T("plan.heading")
		quotes := pay.Quotes(s.Amount, s.Currency, pg.Now.In(v.zone))
		for i, q := range quotes {
			plan := v.planCard(q, s.Currency, chosen(q.Plan, i))
			if s.Intent == pay.Tokenize { // sums and dates are those of later purchases
				plan.Figure, plan.Dates, plan.Terms = "", nil, plan.Terms[:1]
			}
			v.Plans = append(v.Plans, plan)
		}
		if len(quotes) > 1 && s.Intent != pay.Tokenize {
			v.Fine = v.H("plan.fine", "Date", v.Date(quotes[1].Payments[0].Due))
		}
		return
	}
	ids := s.Plans(c)
	v.Heading = v.T("instrument.heading." + string(c))
	if len(ids) == 1 && ids[0] == "card" {
		v.Heading = v.T("instrument.heading.card")
	}
	for i, id := range ids {
		w := card{ID: id, Name: v.T("instrument." + id), Chosen: chosen(id, i)}
		switch id {
		case "card":
			w.Fields = []field{
				p.instrumentField(v, d, "card_number", "cc-number", "4242 4242 4242 4242", 23),
				p.instrumentField(v, d, "card_expiry", "cc-exp", fmt.Sprintf("12 / %02d", (pg.Now.Year()+3)%100), 20),
				p.instrumentField(v, d, "card_cvc", "cc-csc", "123", 4),
			}
			w.Fields[1].Shape = v.T("field.card_expiry.shape")
		case "bank_account":
			w.Fields = []field{p.instrumentField(v, d, "iban", "off", pay.SampleIBAN(s.Currency), 60)}
			w.Fields[0].Mode = ""
		case "bank":
			w.Text = v.H("instrument.bank.text")
		}
		v.Plans = append(v.Plans, w)
	}
}

// instrumentField is a field of a card or an account. A card's number and its security code are never written back; the rest is, in
// the answer to the form alone. The sandbox has numbers of its own.
func (p *Page) instrumentField(v *View, d drawing, name, auto, sandbox string, most int) field {
	f := field{Name: name, Label: v.T("field." + name), Type: "text", Auto: auto, Mode: "numeric", LTR: true, Max: most}
	switch {
	case !d.values.Has(name):
		if p.sandbox {
			f.Value = sandbox
		}
	case name == "iban", name == "card_expiry":
		f.Value = d.values.Get(name)
	}
	return f
}

func (v *View) planCard(q pay.Quote, currency string, chosen bool) card {
	money := func(a pay.Amount) string { return v.Money(int64(a), currency) }
	n := len(q.Payments)
	out := card{ID: q.Plan, Chosen: chosen}
	interest := v.Percent(q.APR)
	if q.APR == 0 {
		out.Name = v.TN("plan.payments", n)
		out.Figure = v.H("today", "Amount", money(q.Payments[0].Amount))
		for i, part := range q.Payments {
			label := v.Date(part.Due)
			if i == 0 {
				label = v.T("plan.today")
			}
			out.Dates = append(out.Dates, fact{Label: label, Value: isolate(money(part.Amount))})
		}
	} else {
		out.Name = v.TN("plan.months", n)
		out.Figure = v.H("month.each", "Amount", money(q.Payments[0].Amount))
		interest = v.T("plan.apr", "Rate", interest)
	}
	out.Terms = []fact{
		{Label: v.T("plan.interest"), Value: isolate(interest)},
		{Label: v.T("plan.extra"), Value: isolate(money(q.Extra))},
		{Label: v.T("plan.total"), Value: isolate(money(q.Total))},
	}
	return out
}

// showFaults puts what is to be corrected at its field and into the summary, in the page's order.
func (v *View) showFaults(d drawing) {
	for _, f := range d.faults {
		switch f.Path {
		case "category", "plan":
			v.Errors = append(v.Errors, fieldError{Field: f.Path, Text: v.H("error.line", "Field", v.T("field."+f.Path), "Reason", v.T("short.choose"))})
		}
	}
	for i := range v.Fields {
		v.fieldFault(&v.Fields[i], d)
	}
	for i := range v.Plans {
		for j := range v.Plans[i].Fields {
			v.fieldFault(&v.Plans[i].Fields[j], d)
		}
	}
}

// fieldFault says at a field and in the summary what is wrong with it.
func (v *View) fieldFault(f *field, d drawing) {
	if f.Error != "" { // a code that the session knows to be wrong
		v.Errors = append(v.Errors, fieldError{Field: f.Name, Text: f.Error})
		return
	}
	for _, fault := range d.faults {
		if fault.Path != f.Name {
			continue
		}
		short, long := "short."+fault.Want, "long."+fault.Want
		if special := f.Name + "." + fault.Want; v.Has("long." + special) {
			long = "long." + special
		}
		reason := v.H(strings.TrimSuffix(short, "_sepa"))
		f.Error = v.H(long, "Example", isolateLTR(f.Example), "Codes", isolateLTR(fault.Got))
		if n := d.phone; n != nil && n.Missing > 0 && f.Name == "phone" {
			reason = v.HN("short.digits", n.Missing)
			f.Error = v.HN("long.digits", n.Length, "Code", isolateLTR(n.Code))
		}
		v.Errors = append(v.Errors, fieldError{Field: f.Name, Text: v.H("error.line", "Field", f.Label, "Reason", reason)})
		return
	}
}

// wayLine says how it is paid, with the last digits of the instrument.
func (v *View) wayLine(c pay.Category, plan, digits string) text {
	switch {
	case plan == "card" && digits != "":
		return v.H("review.card", "Way", v.wayName(c), "Digits", isolateLTR(digits))
	case plan == "bank_account" && digits != "":
		return v.H("review.account", "Way", v.wayName(c), "Digits", isolateLTR(digits))
	case c == pay.PayOverTime:
		n, _ := strconv.Atoi(plan)
		if plan == "3" {
			return v.HN("review.payments", n)
		}
		return v.HN("review.months", n)
	}
	return isolate(v.wayName(c))
}
