package page

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"kassa/internal/engine"
	"kassa/internal/pay"
)

// clerkWays are the ways to bring the link, in the page's order.
var clerkWays = []string{"email", "sms", "qr"}

// clerkDrawing is what the clerk's page is drawn with beside the stored state.
type clerkDrawing struct {
	by      string
	again   bool       // show the field although a message was sent
	prompt  bool       // ask before the link is withdrawn
	still   bool       // do not look again by itself
	refusal *pay.Error // why the message was not sent
	values  url.Values // what was typed
	lang    string
}

// maySend reports whether this server can send such a message.
func (p *Page) maySend(by string) bool {
	switch by {
	case "email":
		return p.sandbox || p.engine.Mail
	case "sms":
		return p.sandbox || p.engine.SMS
	}
	return by == "qr"
}

// drawClerk picks what the clerk can do now.
//
//	final, expired           → how it ended
//	MANUAL_ID_CHECK          → look at the identity document
//	the withdrawal's prompt  → asks
//	qr                       → the code of this half minute
//	email, sms               → sent, or the field for the address
func (p *Page) drawClerk(w http.ResponseWriter, r *http.Request, c *engine.Clerk, d clerkDrawing) {
	accept := r.Header.Get("Accept-Language")
	s := p.catalogues.speak(d.lang, "", accept, languagesOf(&c.Page)...)
	if d.lang == "" && accept == "" {
		s = p.language(r, &c.Page, "")
	}
	if !slices.Contains(clerkWays, d.by) || !p.maySend(d.by) {
		d.by = "qr"
		for _, by := range []string{"email", "sms"} {
			if p.maySend(by) {
				d.by = by
			}
		}
	}
	v := p.clerkBase(r, c, s, d)
	keep := url.Values{clerkBy: {d.by}, visit: {newVisit("")}}
	status := http.StatusOK
	check := c.Payment.OpenIDCheck(c.Hosted)
	refreshed := true
	switch {
	case c.Hosted.Status.Final() || c.Hosted.Expired(c.Now):
		refreshed = false
		v.clerkEnded(c)
		if v.Status == string(pay.Disabled) || v.Status == "EXPIRED" {
			status = http.StatusGone
		}
	case check != nil: // whoever compares a document with the page is not disturbed
		refreshed = false
		v.clerkIdentify(check)
	case d.prompt:
		refreshed = false
		v.Clerk.Step = noteWithdraw
		v.Heading, v.Lead = v.T("clerk.withdraw.heading"), v.H("clerk.withdraw.text")
	case d.by == "qr":
		if err := p.clerkScan(v, c); err != nil {
			p.fail(w, r, err)
			return
		}
	default:
		refreshed = p.clerkSend(v, c, d)
	}
	v.Clerk.Progress = v.progress(c, d.by)
	if stops := v.Clerk.Step == "sent"; stops && d.still {
		refreshed = false
	} else if stops && refreshed {
		v.Clerk.Stop = v.clerkStop(keep)
	}
	v.clerkLook(w, c, keep, refreshed)
	if d.still {
		keep.Set(clerkStill, "")
	}
	v.Title = v.T("title", "Heading", v.Heading, "Merchant", v.Merchant)
	if len(v.Errors) > 0 {
		v.Title = v.T("title.error", "Title", v.Title)
	}
	p.languages(v, r, c.Payment.Session.Country, languagesOf(&c.Page), keep)
	p.send(w, r, status, v)
}

// clerkBase fills in what the clerk's page always has.
func (p *Page) clerkBase(r *http.Request, c *engine.Clerk, s *speech, d clerkDrawing) *View {
	v := p.base(r, &c.Page, s, p.clerkAddress(r))
	v.Background, v.Links = "", nil
	v.LangChosen, v.Columns, v.Page = d.lang != "", true, "clerk"
	v.Banner, v.Collect = v.H("clerk.sandbox"), v.T("clerk.collect")
	if c.Payment.Session.Intent == pay.Tokenize {
		v.Collect = v.T("amount")
	}
	if p.engine.Mail || p.engine.SMS {
		v.Banner = v.H("clerk.sandbox.sends")
	}
	v.Form = p.signClerkForm(c)
	v.Clerk = &clerkView{CSS: p.basePath + p.assets.path("clerk.css"), By: d.by}
	return v
}

// clerkStop is the address of a page that shows the same and stands still: whoever goes from button to button by keyboard would be put back
// to the first one each time (WCAG 2.2.2). A code that changes has none, it would be of no use.
func (v *View) clerkStop(keep url.Values) string {
	still := url.Values{clerkStill: {""}}
	for name, values := range keep {
		still[name] = values
	}
	if v.LangChosen {
		still.Set("lang", v.Lang)
	}
	return withQuery(v.Action, still)
}

// clerkLook says when the page was read, and when again. A page with a field does not look again by itself: what is being typed would
// be lost.
func (v *View) clerkLook(w http.ResponseWriter, c *engine.Clerk, keep url.Values, refreshed bool) {
	if v.LangChosen {
		keep.Set("lang", v.Lang)
	}
	at := v.clock.toTheSecond().write(c.Now.In(v.zone))
	switch address := withQuery(v.Action, keep); {
	case v.Clerk.Ended:
		v.Clerk.Checked = v.H("clerk.checked", "Time", at)
	case refreshed:
		v.Clerk.Checked = v.HN("clerk.checked.again", clerkRefresh, "Time", at)
		refresh(w, clerkRefresh, address)
	default:
		v.Clerk.Checked, v.Clerk.Look = v.H("clerk.checked", "Time", at), address
	}
}

func (v *View) clerkEnded(c *engine.Clerk) {
	v.Clerk.Ended = true
	words := map[pay.HostedStatus]string{pay.Completed: "paid", pay.Cancelled: "cancelled", pay.Disabled: "disabled"}[c.Hosted.Status]
	if words == "" {
		words, v.Status = "expired", "EXPIRED"
	}
	v.Heading, v.Lead = v.T("clerk.ended."+words), v.H("clerk.ended."+words+".text", "Amount", v.Slip.Amount)
	v.Clerk.Good = words == "paid"
}

func (v *View) clerkIdentify(check *pay.IDView) {
	v.Clerk.Step = "identify"
	v.Heading, v.Lead = v.T("clerk.id.heading"), v.H("clerk.id.text", "Time", v.clerkTime(check.ExpiresAt))
	name := strings.TrimSpace(check.GivenName + " " + check.FamilyName)
	v.Known = []fact{{Label: v.T("clerk.id.challenge"), Value: `<span class="challenge">` + isolateLTR(check.Challenge) + "</span>"}}
	if name != "" { // a company has none
		v.Known = append(v.Known, fact{Label: v.T("clerk.id.name"), Value: isolate(name)})
	}
}

func (v *View) clerkTabs(p *Page) {
	for _, by := range clerkWays {
		if !p.maySend(by) {
			continue
		}
		q := url.Values{clerkBy: {by}, visit: {newVisit("")}}
		if v.LangChosen {
			q.Set("lang", v.Lang)
		}
		v.Clerk.Tabs = append(v.Clerk.Tabs, clerkTab{ID: by, Name: v.T("clerk.by." + by), Address: withQuery(v.Action, q), Current: by == v.Clerk.By})
	}
}

// clerkScan shows the code.
func (p *Page) clerkScan(v *View, c *engine.Clerk) (err error) {
	v.Clerk.Step = "scan"
	v.Heading, v.Lead = v.T("clerk.scan.heading"), v.HN("clerk.scan.text", int(engine.ScanTurn/time.Second))
	v.clerkTabs(p)
	v.Clerk.QR, err = p.scanPicture(c)
	return err
}

// clerkSend shows that the message was sent, or the field for the address; it reports whether the page may look again by itself.
func (p *Page) clerkSend(v *View, c *engine.Clerk, d clerkDrawing) (refreshed bool) {
	v.Heading, v.Lead = v.T("clerk.send.heading"), v.H("clerk.send.text")
	v.clerkTabs(p)
	if sent, outcome := sentOf(c); sent != nil && string(sent.Method) == d.by && !d.again {
		again := url.Values{clerkBy: {d.by}, clerkAgain: {""}, visit: {newVisit("")}}
		if v.LangChosen {
			again.Set("lang", v.Lang)
		}
		v.Clerk.Step, v.Clerk.Again = "sent", withQuery(v.Action, again)
		v.Clerk.Note, v.Clerk.Good = v.H("clerk.sent.note"), true
		if outcome != nil && outcome.Type == pay.MessageFailed {
			v.Clerk.Note, v.Clerk.Good = v.H("clerk.undelivered.note"), false
		}
		return true
	}
	v.Clerk.Step, v.Button = "send", v.H("clerk.send."+d.by)
	f := field{Name: "email", Label: v.T("clerk.email"), Hint: v.H("clerk.hint"), Type: "email", Auto: "off", Mode: "email", LTR: true, Max: 254}
	if d.by == "sms" {
		f.Name, f.Label, f.Type, f.Mode, f.Max = "phone", v.T("clerk.phone"), "tel", "tel", 30
		country := c.Payment.Session.Country
		if typed := d.values.Get("phone_country"); knownCountry(typed) {
			country = typed
		}
		f.Select = &choice{Name: "phone_country", Label: v.T("field.phone_country"), Options: selectOption(p.countries, country)}
	}
	f.Value = d.values.Get(f.Name)
	v.clerkFault(&f, d)
	v.Fields = []field{f}
	return false
}

// clerkFault says why the message was not sent: the refusals of the distribution call, as sentences.
func (v *View) clerkFault(f *field, d clerkDrawing) {
	if d.refusal == nil {
		return
	}
	summary := func(reason text) {
		v.Errors = append(v.Errors, fieldError{Field: f.Name, Text: v.H("error.line", "Field", f.Label, "Reason", reason)})
	}
	switch d.refusal.Code {
	case "TOO_MANY_REQUESTS":
		v.Errors = append(v.Errors, fieldError{Text: v.H("clerk.quota")})
	case "SERVICE_UNAVAILABLE":
		v.Errors = append(v.Errors, fieldError{Text: v.H("clerk.no_sender")})
	case "BLACKLISTED_CONTACT":
		f.Error = v.H("clerk.blocked")
		summary(v.H("clerk.blocked.short"))
	case "UNSUPPORTED_COUNTRY":
		f.Error = v.H("clerk.country")
		summary(v.H("clerk.country.short"))
	default:
		reason := pay.FieldForm
		switch {
		case d.refusal.Code == "MISSING_CONTACT_DATA":
			reason = pay.FieldMissing
		case f.Name == "email" && !strings.Contains(f.Value, "@"):
			reason = pay.FieldNoAt
		case f.Name == "phone" && v.Has("short."+d.refusal.Faults[0].Want):
			reason = pay.FieldReason(d.refusal.Faults[0].Want)
		}
		f.Error = v.H("long." + string(reason))
		summary(v.H("short." + string(reason)))
	}
}
