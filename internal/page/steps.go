package page

import (
	"fmt"
	"slices"
	"strings"

	"kassa/internal/engine"
	"kassa/internal/pay"
)

// stepView fills in the form of one step.
func (p *Page) stepView(v *View, pg *engine.Page, step pay.Step, d drawing) {
	h := pg.Hosted
	v.Columns, v.Page = true, string(step)
	v.StepNumber, v.StepCount = pg.Payment.StepNumber(h, pg.Now)
	v.Timer = h.ExpiresAt.Sub(pg.Now) < timerFrom
	v.Button = v.T("continue")
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
		p.methodView(v, pg)
	case pay.StepContact:
		p.contactView(v, pg, d)
	case pay.StepCode:
		p.codeView(v, pg, d)
	case pay.StepPlan:
		p.planView(v, pg, d)
	case pay.StepReview:
		p.reviewView(v, pg)
	}
	p.showFaults(v, pg, d)
}

// wayName is a way to pay in the page's language.
func (v *View) wayName(c pay.Category) string { return v.T("way." + string(c)) }

func (p *Page) methodView(v *View, pg *engine.Page) {
	s, h := &pg.Payment.Session, pg.Hosted
	v.Heading = v.T("method.heading")
	if t := h.Options.PageTitle; t != "" {
		v.Heading = t
	}
	offered := pg.Payment.Offered(h)
	for _, c := range offered {
		w := card{ID: string(c), Name: v.wayName(c), Chosen: len(offered) == 1 || c == pay.PayNow && len(h.Progress.Declined) == 0}
		switch c {
		case pay.PayLater:
			w.Figure = v.T("today", "Amount", v.Money(0, s.Currency))
			w.Text = v.T("way.pay_later.text", "Date", v.Date(pay.LaterDue(pg.Now)))
		case pay.PayOverTime:
			quotes := pay.Quotes(s.Amount, pg.Now)
			w.Figure = v.T("month.from", "Amount", v.Money(int64(quotes[len(quotes)-1].Payments[0].Amount), s.Currency))
			w.Text = v.T("way.pay_over_time.text")
		default:
			w.Figure = v.T("today", "Amount", v.Money(int64(s.Amount), s.Currency))
			w.Text = v.T("way." + string(c) + ".text")
		}
		v.Ways = append(v.Ways, w)
	}
	for _, c := range h.Progress.Declined {
		v.Refused = append(v.Refused, card{ID: string(c), Name: v.wayName(c), Text: v.T("method.refused")})
	}
	if n := len(h.Progress.Declined); n > 0 {
		v.Declined = v.T("method.declined", "Way", v.wayName(h.Progress.Declined[n-1]))
	}
}

// contactFields are the fields of the contact step, in the page's order, with the autocomplete tokens of HTML.
var contactFields = []struct {
	name, kind, auto, mode string
	ltr                    bool
	max                    int
}{
	{"email", "email", "email", "email", true, 99},
	{"phone", "tel", "tel", "tel", true, 30},
	{"organization_name", "text", "organization", "", false, 99},
	{"given_name", "text", "given-name", "", false, 99},
	{"family_name", "text", "family-name", "", false, 99},
	{"street_address", "text", "street-address", "", false, 99},
	{"postal_code", "text", "postal-code", "", true, 10},
	{"city", "text", "address-level2", "", false, 99},
	{"region", "text", "address-level1", "", false, 99},
	{"date_of_birth", "text", "bday", "", true, 10},
	{"national_identification_number", "text", "off", "", true, 20},
}

// contactValue reads a field's value out of what is known.
func contactValue(name string, a pay.Address, c pay.Customer) string {
	switch name {
	case "email":
		return string(a.Email)
	case "phone":
		return string(a.Phone)
	case "organization_name":
		return string(a.OrganizationName)
	case "given_name":
		return string(a.GivenName)
	case "family_name":
		return string(a.FamilyName)
	case "street_address":
		return string(a.StreetAddress)
	case "postal_code":
		return string(a.PostalCode)
	case "city":
		return string(a.City)
	case "region":
		return string(a.Region)
	case "date_of_birth":
		return string(c.DateOfBirth)
	case "national_identification_number":
		return string(c.NationalIdentificationNumber)
	}
	return ""
}

// contactView asks for what is missing or wrong. What the merchant told stays masked: a forwarded link tells nothing about the
// person. To change it, e-mail address and phone number can be written anew.
func (p *Page) contactView(v *View, pg *engine.Page, d drawing) {
	v.Heading = v.T("contact.heading")
	known, customer := pg.Payment.Contact(pg.Hosted), pg.Payment.Consumer(pg.Hosted)
	filled, filledCustomer := p.engine.Prefill(pg)
	missing := map[string]bool{}
	for _, f := range pg.Payment.ContactFaults(pg.Hosted) {
		missing[f.Field] = true
	}
	market, _ := pay.MarketOf(pg.Payment.Session.Country)
	for _, f := range contactFields {
		have := contactValue(f.name, known, customer)
		editable := pg.Hosted.Progress.EditContact && (f.name == "email" || f.name == "phone")
		if !missing[f.name] && !editable {
			if have != "" {
				v.Known = append(v.Known, fact{Label: v.T("field." + f.name), Value: maskField(f.name, have, market.CallingCode)})
			}
			continue
		}
		out := field{Name: f.name, Label: v.T("field." + f.name), Type: f.kind, Auto: f.auto, Mode: f.mode, LTR: f.ltr, Max: f.max}
		switch f.name {
		case "email", "phone", "date_of_birth":
			out.Hint = v.hint(f.name)
		}
		switch {
		case d.values != nil && d.values.Has(f.name):
			out.Value = d.values.Get(f.name)
		case missing[f.name] && have == "":
			out.Value = contactValue(f.name, filled, filledCustomer) // the sandbox's test person; nothing in production
		case have != "":
			out.Hint = v.T("contact.kept", "Value", maskField(f.name, have, market.CallingCode))
		}
		v.Fields = append(v.Fields, out)
	}
}

func (v *View) hint(name string) string {
	switch name {
	case "email":
		return v.T("contact.email.hint")
	case "phone":
		return v.T("contact.phone.hint")
	}
	return v.T("field.date_of_birth.hint")
}

func maskField(name, value, callingCode string) string {
	switch name {
	case "email":
		return maskEmail(value)
	case "phone":
		return maskPhone(value, callingCode)
	}
	return maskText(value)
}

func (p *Page) codeView(v *View, pg *engine.Page, d drawing) {
	v.Heading, v.Button = v.T("code.heading"), v.T("code.confirm")
	contact := pg.Payment.Contact(pg.Hosted)
	market, _ := pay.MarketOf(pg.Payment.Session.Country)
	byPhone := p.engine.CodeByPhone(contact)
	switch {
	case !pg.Hosted.Progress.Code.Live(pg.Now):
		v.Lead = v.T("code.lead.none")
	case byPhone:
		v.Lead = v.T("code.lead.phone", "To", maskPhone(string(contact.Phone), market.CallingCode))
	default:
		v.Lead = v.T("code.lead.email", "To", maskEmail(string(contact.Email)))
	}
	v.Another = v.T("code.another.email")
	if byPhone {
		v.Another = v.T("code.another.phone")
	}
	v.Fields = []field{{Name: "code", Label: v.T("field.code"), Type: "text", Auto: "one-time-code", Mode: "numeric", Class: "code", LTR: true, Max: 12}}
	left := pg.Hosted.CodesLeft(pg.Now)
	if p.sandbox {
		left = max(left, 1) // the sandbox limits nothing
	}
	v.MaySend = left > 0
	v.CodesLeft = v.T("code.none")
	if left > 0 {
		v.CodesLeft = v.TN("code.left", left)
	}
}

func (p *Page) planView(v *View, pg *engine.Page, d drawing) {
	s, c := &pg.Payment.Session, pg.Hosted.Progress.Category
	money := func(a pay.Amount) string { return v.Money(int64(a), s.Currency) }
	if c == pay.PayOverTime {
		v.Heading = v.T("plan.heading")
		for i, q := range pay.Quotes(s.Amount, pg.Now) {
			v.Plans = append(v.Plans, v.planCard(q, money, d.values.Get("plan") == q.Plan || !d.values.Has("plan") && i == 0))
		}
		v.Fine = v.T("plan.fine", "Date", v.Date(pay.Quotes(s.Amount, pg.Now)[1].Payments[0].Due))
		return
	}
	v.Heading = v.T("instrument.heading")
	plans := map[pay.Category][]string{pay.PayNow: {"card", "bank_account"}, pay.DirectDebit: {"bank_account"}, pay.DirectBankTransfer: {"bank"}}[c]
	for i, id := range plans {
		text := ""
		if id == "bank" {
			text = v.T("instrument.bank.text")
		}
		v.Plans = append(v.Plans, card{ID: id, Name: v.T("instrument." + id), Text: text, Chosen: d.values.Get("plan") == id || !d.values.Has("plan") && i == 0})
	}
	add := func(name, auto, hint string, max int, sandbox string) {
		f := field{Name: name, Label: v.T("field." + name), Type: "text", Auto: auto, Mode: "numeric", Hint: hint, LTR: true, Max: max}
		if name == "iban" {
			f.Mode = ""
		}
		switch {
		case d.values.Has(name):
			f.Value = "" // what was typed of a card or account is not written back
		case p.sandbox:
			f.Value = sandbox
		}
		v.Fields = append(v.Fields, f)
	}
	if slices.Contains(plans, "card") {
		add("card_number", "cc-number", "", 23, "4111 1111 1111 1111")
		add("card_expiry", "cc-exp", v.T("field.card_expiry.hint"), 7, fmt.Sprintf("12/%02d", (pg.Now.Year()+3)%100))
		add("card_cvc", "cc-csc", "", 4, "123")
	}
	if slices.Contains(plans, "bank_account") {
		add("iban", "off", "", 42, "DE11520513735120710131")
	}
}

func (v *View) planCard(q pay.Quote, money func(pay.Amount) string, chosen bool) card {
	n := len(q.Payments)
	out := card{ID: q.Plan, Chosen: chosen}
	if q.APR == 0 {
		out.Name = v.TN("plan.payments", n)
		out.Figure = v.T("today", "Amount", money(q.Payments[0].Amount))
		for i, part := range q.Payments {
			label := v.Date(part.Due)
			if i == 0 {
				label = v.T("plan.today")
			}
			out.Dates = append(out.Dates, fact{Label: label, Value: money(part.Amount)})
		}
	} else {
		out.Name = v.TN("plan.months", n)
		out.Figure = v.T("month.each", "Amount", money(q.Payments[0].Amount))
	}
	interest := v.Percent(q.APR)
	if q.APR > 0 {
		interest = v.T("plan.apr", "Rate", interest)
	}
	out.Terms = []fact{{Label: v.T("plan.interest"), Value: interest}, {Label: v.T("plan.extra"), Value: money(q.Extra)}, {Label: v.T("plan.total"), Value: money(q.Total)}}
	return out
}

// wayLine says how it is paid, with the last digits of the instrument.
func (v *View) wayLine(c pay.Category, plan, digits string) string {
	name := v.wayName(c)
	switch {
	case plan == "card" && digits != "":
		return v.T("review.card", "Way", name, "Digits", digits)
	case plan == "bank_account" && digits != "":
		return v.T("review.account", "Way", name, "Digits", digits)
	}
	return name
}

func (p *Page) reviewView(v *View, pg *engine.Page) {
	s, g := &pg.Payment.Session, &pg.Hosted.Progress
	money := func(a pay.Amount) string { return v.Money(int64(a), s.Currency) }
	v.Heading = v.T("review.heading")
	v.Button = v.T("buy."+pg.Hosted.Options.PurchaseType, "Amount", money(s.Amount))
	v.Known = append(v.Known, fact{Label: v.T("review.way"), Value: v.wayLine(g.Category, g.Plan, g.Instrument), Change: "change_method"})
	amount := v.T("review.now", "Amount", money(s.Amount))
	change := ""
	switch g.Category {
	case pay.PayLater:
		amount = v.T("review.later", "Amount", money(s.Amount), "Date", v.Date(pay.LaterDue(pg.Now)))
	case pay.PayOverTime:
		if q, ok := pay.QuoteOf(g.Plan, s.Amount, pg.Now); ok {
			change = "change_plan"
			amount = v.T("review.split", "Count", len(q.Payments), "First", money(q.Payments[0].Amount))
			if q.APR > 0 {
				amount = v.T("review.monthly", "Count", len(q.Payments), "Each", money(q.Payments[0].Amount), "Total", money(q.Total))
			}
		}
	}
	v.Known = append(v.Known, fact{Label: v.T("review.amount"), Value: amount, Change: change})
	a := pg.Payment.Contact(pg.Hosted)
	v.Known = append(v.Known, fact{Label: v.T("review.receipt"), Value: string(a.Email), Change: "change_contact"})
	deliver, label := s.Shipping, "review.deliver"
	if deliver.IsZero() {
		deliver, label = a, "review.bill"
	}
	if line := addressLine(deliver); line != "" {
		v.Known = append(v.Known, fact{Label: v.T(label), Value: line})
	}
}

// addressLine writes a name and address in one line.
func addressLine(a pay.Address) string {
	var parts []string
	add := func(words ...pay.Personal) {
		var line []string
		for _, w := range words {
			if w != "" {
				line = append(line, string(w))
			}
		}
		if len(line) > 0 {
			parts = append(parts, strings.Join(line, " "))
		}
	}
	add(a.OrganizationName)
	add(a.GivenName, a.FamilyName)
	add(a.StreetAddress, a.StreetAddress2)
	add(a.PostalCode, a.City, a.Region)
	return strings.Join(parts, ", ")
}

// showFaults puts what is to be corrected at its field and into the summary.
func (p *Page) showFaults(v *View, pg *engine.Page, d drawing) {
	for _, f := range d.faults {
		reason := f.Want
		e := fieldError{Field: f.Path, Label: v.T("field." + f.Path)}
		switch {
		case f.Path == "category" || f.Path == "plan":
			reason = "choose"
			e.Field = "main"
		case f.Path == "code" && reason == "wrong":
			e.Short = v.T("short.wrong")
			e.Long = v.TN("code.wrong", max(pay.CodeTries-pg.Hosted.Progress.Code.Tries, 0))
			if p.sandbox {
				e.Long = v.TN("code.wrong", pay.CodeTries-1)
			}
		}
		if e.Short == "" {
			e.Short, e.Long = v.T("short."+reason), v.T("long."+reason)
		}
		for i := range v.Fields {
			if v.Fields[i].Name == f.Path {
				v.Fields[i].Error = e.Long
			}
		}
		if f.Path == "category" && len(v.Ways) == 0 {
			continue
		}
		v.Errors = append(v.Errors, e)
	}
}
