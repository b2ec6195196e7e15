package page

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"kassa/internal/engine"
	"kassa/internal/pay"
)

// drawing is what a page is drawn with beside the stored state.
type drawing struct {
	arrived bool        // the tab has just come to its end: it is sent on to the shop
	prompt  bool        // ask before cancelling
	sent    bool        // a new code was just asked for
	bank    bool        // the consumer is at the demo bank
	changed bool        // what was agreed to is not what the page says now
	faults  []pay.Fault // what is to be corrected
	phone   *phoneFault // more about the phone number
	values  url.Values  // what was typed
	lang    string      // chosen on the page
	visit   string      // what makes this address of the page another one
}

// timerFrom is how long before its end a link says so.
const timerFrom = 3 * time.Minute

// draw picks the one page of a session's state and sends it. Nothing else decides what is shown.
//
//	withdrawn, expired       → 410 and their own page
//	step checking            → we are checking, or you are paying in another tab
//	step outcome             → paid, declined, error, cancelled, back
//	the cancel prompt        → asks
//	method … review          → the step's form
func (p *Page) draw(w http.ResponseWriter, r *http.Request, pg *engine.Page, d drawing) {
	v := p.newView(r, pg, d)
	status := http.StatusOK
	step := pg.Payment.StepOf(pg.Hosted, pg.Now)
	keep := url.Values{} // what a change of language keeps
	if validVisit(d.visit) {
		keep.Set(visit, d.visit)
	}
	v.zone = p.zoneOf(pg.About().Country)
	if paidLately := pg.Hosted.Status == pay.Completed && pg.Now.Sub(pg.Hosted.UpdatedAt) < receiptOnItsWay; step == pay.StepReview || paidLately {
		v.receiptTo = p.receiptTo(r.Context(), pg)
	}
	switch {
	case step == pay.StepChecking:
		p.checkingView(w, v, pg, d)
		if d.arrived {
			keep.Set(arrival, stamp(pg.Now))
		}
	case step == pay.StepOutcome:
		status = p.outcomeView(w, v, pg, d)
	case d.prompt && pg.Payment.Leave(pg.Hosted) == pay.CancelControl:
		p.promptView(v, pg)
		keep.Set(noteCancel, "")
	case d.bank && p.toBank(pg, nil):
		p.bankView(v, pg)
		keep.Set(noteBank, "")
	default:
		p.stepView(r, v, pg, step, d)
	}
	heading := v.Heading
	if t := pg.Hosted.Options.PageTitle; t != "" && v.Columns {
		heading = withoutOverrides(t)
	}
	v.Title = v.T("title", "Heading", heading, "Merchant", v.Merchant)
	if len(v.Errors) > 0 {
		v.Title = v.T("title.error", "Title", v.Title)
	}
	p.languages(v, r, pg.Payment.Session.Country, languagesOf(pg), keep)
	p.send(w, r, status, v)
}

// language picks the page's language.
func (p *Page) language(r *http.Request, pg *engine.Page, chosen string) *speech {
	return p.catalogues.speak(chosen, pg.Payment.Session.Locale, r.Header.Get("Accept-Language"), languagesOf(pg)...)
}

// languagesOf are the languages of a page's profile; none: all.
func languagesOf(pg *engine.Page) []string {
	if profile := pg.Merchant.Settings.Profile(pg.Hosted.ProfileID); profile != nil {
		return profile.Languages
	}
	return nil
}

// newView fills in what all pages of a session have.
func (p *Page) newView(r *http.Request, pg *engine.Page, d drawing) *View {
	v := p.base(r, pg, p.language(r, pg, d.lang), p.basePath+"/pay/"+string(pg.Hosted.Link))
	v.LangChosen, v.Banner = d.lang != "", v.H("sandbox.page")
	v.Form = p.signForm(pg)
	return v
}

// base fills in what the consumer's page and the clerk's have in common; at is the page's own address.
func (p *Page) base(r *http.Request, pg *engine.Page, s *speech, at string) *View {
	v := &View{
		speech: s, Lang: s.tag, Dir: s.direction(), CSS: p.css, Icon: p.icon, Status: string(pg.Hosted.Status), Sandbox: p.sandbox,
		Merchant: pg.Merchant.Name, Action: at, zone: p.zoneOf(pg.Payment.Session.Country),
	}
	if pg.Hosted.Expired(pg.Now) {
		v.Status = "EXPIRED"
	}
	if m, ok := parseColour(pg.Merchant.Settings.ColourOf(pg.Hosted.ProfileID)); ok {
		v.CSS = p.basePath + p.assets.brandedPath(m)
	}
	v.Slip = v.slip(pg)
	p.pictures(r.Context(), v, pg)
	if u := helpAddress(&pg.Merchant.Settings.Support); u != "" {
		v.Links = append(v.Links, link{u, s.T("footer.help")})
	}
	if u := pg.Hosted.URLs.Terms; u != "" {
		v.Links = append(v.Links, link{u, s.T("footer.terms")})
	}
	if u := pg.Hosted.URLs.PrivacyPolicy; u != "" {
		v.Links = append(v.Links, link{u, s.T("footer.privacy")})
	}
	return v
}

// languages fills in the switch of a country's page; keep are the parameters that stay.
func (p *Page) languages(v *View, r *http.Request, country string, only []string, keep url.Values) {
	if keep == nil {
		keep = url.Values{}
	}
	v.LanguageName = v.name
	offer := p.catalogues.offer(country, r.Header.Get("Accept-Language"), v.index, only)
	v.Languages = make([]languageLink, len(offer))
	for i, index := range offer {
		l := p.catalogues.languages[index]
		keep.Set("lang", l.tag)
		v.Languages[i] = languageLink{Tag: l.tag, Name: l.name, Address: withQuery(v.Action, keep), Current: index == v.index}
	}
}

// send writes a drawn page, compressed when the client takes it.
func (p *Page) send(w http.ResponseWriter, r *http.Request, status int, v *View) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", v.Lang)
	h.Add("Vary", "Accept-Language")
	h.Add("Vary", "Accept-Encoding")
	body, err := p.renderer.body(v, acceptsGzip(r))
	if err != nil {
		p.log.ErrorContext(r.Context(), "page failed", "page", v.Page, "error", err)
		h.Del("Refresh")
		http.Error(w, "Kassa could not draw this page. Nothing was changed; please try again.", http.StatusInternalServerError)
		return
	}
	if body.gzipped {
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("Content-Length", strconv.Itoa(len(body.bytes)))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body.bytes)
	}
}

// refresh sends the tab on after some seconds; target is an address that normal has made, or one of our own.
func refresh(w http.ResponseWriter, seconds int, target string) {
	w.Header().Set("Refresh", strconv.Itoa(seconds)+";url="+target)
}
