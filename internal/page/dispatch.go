package page

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"kassa/internal/engine"
	"kassa/internal/pay"
)

// drawing is what a page is drawn with beside the stored state.
type drawing struct {
	justPaid bool        // the tab has just come to its end: it is sent on to the shop
	prompt   bool        // ask before cancelling
	faults   []pay.Fault // what is to be corrected
	values   url.Values  // what was typed
	lang     string      // chosen on the page
}

// timerFrom is how long before its end a link says so.
const timerFrom = 3 * time.Minute

// draw picks the one page of a session's state and sends it. Nothing else decides what is shown.
//
//	withdrawn, expired       → 410 and their own page
//	step checking            → we are checking; on a sibling's page: you are paying in another tab
//	step outcome             → paid, declined, error, cancelled, back
//	the cancel prompt        → asks
//	method … review          → the step's form
func (p *Page) draw(w http.ResponseWriter, r *http.Request, pg *engine.Page, d drawing) {
	v := p.newView(r, pg, d)
	status := http.StatusOK
	step := pg.Payment.StepOf(pg.Hosted, pg.Now)
	switch {
	case d.prompt && step != pay.StepOutcome && step != pay.StepChecking:
		p.promptView(v, pg)
	case step == pay.StepChecking:
		p.checkingView(w, v, pg)
	case step == pay.StepOutcome:
		status = p.outcomeView(w, v, pg, d)
	default:
		p.stepView(v, pg, step, d)
	}
	v.Title = v.Heading + " – " + v.Merchant
	if t := pg.Hosted.Options.PageTitle; t != "" && v.Columns {
		v.Title = t + " – " + v.Merchant
	}
	p.send(w, r, status, v)
}

// language picks the page's language.
func (p *Page) language(r *http.Request, pg *engine.Page, chosen string) *speech {
	if chosen == "" {
		chosen = r.URL.Query().Get("lang")
	}
	return p.catalogues.speak(chosen, pg.Payment.Session.Locale, r.Header.Get("Accept-Language"))
}

// newView fills in what all pages of a session have.
func (p *Page) newView(r *http.Request, pg *engine.Page, d drawing) *View {
	s := p.language(r, pg, d.lang)
	chosen := d.lang != "" || r.URL.Query().Has("lang")
	v := &View{
		speech: s, Lang: s.Tag, Dir: s.direction(), LangChosen: chosen, CSS: p.basePath + p.assets.path("kassa.css"),
		Status: string(pg.Hosted.Status), Sandbox: p.sandbox, Merchant: pg.Merchant.Name,
		Action: p.basePath + "/pay/" + string(pg.Hosted.Link),
	}
	if pg.Hosted.Expired(pg.Now) {
		v.Status = "EXPIRED"
	}
	p.languages(v, s, r)
	v.Form = p.signForm(pg.Hosted, pg.Payment.StepOf(pg.Hosted, pg.Now))
	v.Slip = p.slip(s, pg)
	v.Logo = p.logo(r, pg)
	if u := pg.Hosted.URLs.Terms; u != "" {
		v.Links = append(v.Links, link{u, s.T("footer.terms")})
		v.TermsURL = u
	}
	if u := pg.Hosted.URLs.PrivacyPolicy; u != "" {
		v.Links = append(v.Links, link{u, s.T("footer.privacy")})
	}
	return v
}

// languages fills in the switch.
func (p *Page) languages(v *View, s *speech, _ *http.Request) {
	v.LanguageName = p.catalogues.names[s.index]
	for i, tag := range p.catalogues.tags {
		v.Languages = append(v.Languages, languageLink{Tag: tag.String(), Name: p.catalogues.names[i], Current: i == s.index})
	}
}

// slip is the order as a slip of paper.
func (p *Page) slip(s *speech, pg *engine.Page) *slip {
	session := &pg.Payment.Session
	money := func(a pay.Amount) string { return s.Money(int64(a), session.Currency) }
	out := &slip{Amount: money(session.Amount)}
	out.Long = len([]rune(out.Amount)) > 13
	var items int64
	var subtotal, tax pay.Amount
	rates := map[int64]bool{}
	for i := range session.Lines {
		l := &session.Lines[i]
		tax += l.TotalTaxAmount
		switch l.Type {
		case pay.Discount, pay.ShippingFee, pay.SalesTax, pay.GiftCard, pay.StoreCredit, pay.Surcharge:
			if l.Type == pay.SalesTax {
				tax += l.TotalAmount
			}
			out.Sums = append(out.Sums, slipLine{Name: l.Name, Amount: money(l.TotalAmount), Cut: l.TotalAmount < 0})
			continue
		}
		rates[l.TaxRate] = true
		items += l.Quantity
		subtotal += l.TotalAmount
		line := slipLine{Name: l.Name, Amount: money(l.TotalAmount)}
		line.Detail = strconv.FormatInt(l.Quantity, 10) + " × " + money(l.UnitPrice)
		out.Lines = append(out.Lines, line)
	}
	if len(out.Sums) > 0 {
		out.Sums = append([]slipLine{{Name: s.T("subtotal"), Amount: money(subtotal)}}, out.Sums...)
	}
	if session.HasTax {
		tax = session.TaxAmount
	}
	if tax > 0 {
		out.Tax = &slipLine{Name: s.T("tax.mixed"), Amount: money(tax)}
		if len(rates) == 1 {
			for rate := range rates {
				if rate > 0 {
					out.Tax.Name = s.T("tax", "Rate", s.Percent(rate))
				}
			}
		}
	}
	if pg.Hosted.Options.HideSubtotalDetail {
		out.Sums, out.Tax = nil, nil
	}
	count := s.TN("items", int(min(items, 1<<30)))
	out.Caption = count
	if ref := session.MerchantReference1; ref != "" {
		out.Caption = s.T("order.caption", "Order", ref, "Items", count)
	}
	return out
}

// send writes a drawn page, compressed when the client takes it.
func (p *Page) send(w http.ResponseWriter, r *http.Request, status int, v *View) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", v.Lang)
	h.Add("Vary", "Accept-Language")
	h.Add("Vary", "Accept-Encoding")
	body, err := p.body(v, acceptsGzip(r))
	if err != nil {
		p.log.ErrorContext(r.Context(), "page failed", "page", v.Page, "error", err)
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

// refresh sends the tab on after some seconds.
func refresh(w http.ResponseWriter, seconds int, target string) {
	w.Header().Set("Refresh", fmt.Sprintf("%d;url=%s", seconds, strings.NewReplacer("\r", "", "\n", "").Replace(target)))
}
