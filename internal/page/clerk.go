package page

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"rsc.io/qr"

	"kassa/internal/engine"
	"kassa/internal/pay"
	"kassa/internal/phone"
)

// The clerk's page is opened by a token of the session and not by its link: a screen in a shop is seen by many. It never shows the
// link, nor anything about the consumer but the first letters of a name while an identity document is looked at.

// The parameters of its address.
const (
	clerkBy      = "by"       // email, sms, qr: how the link is brought
	clerkAgain   = "again"    // write another address
	noteWithdraw = "withdraw" // ask whether to withdraw the link
	clerkStill   = "still"    // do not look again by itself
)

// clerkRefresh is after how many seconds the page looks again, when nobody writes on it.
const clerkRefresh = 5

// clerkView is what the clerk's page shows beside what all pages do.
type clerkView struct {
	CSS      string
	By       string // email, sms, qr
	Step     string // data-step: send, sent, scan, identify, withdraw
	Ended    bool   // nothing can be done any more
	Progress []progressLine
	Checked  text
	Look     string // address of a link that looks again, where the page does not by itself
	Stop     string // address of the same page that does not
	Tabs     []clerkTab
	Note     text
	Good     bool
	QR       text
	Again    string // address where another address can be written
}

type clerkTab struct {
	ID, Name, Address string
	Current           bool
}

// readClerk reads what the clerk's page is drawn from; unknown tokens are answered here like unknown links.
func (p *Page) readClerk(w http.ResponseWriter, r *http.Request) (c *engine.Clerk, ok bool) {
	ok = p.guarded(w, r, func() (err error) {
		c, err = p.engine.Clerk(r.Context(), pay.Secret(r.PathValue("token")))
		return err
	})
	return c, ok
}

// showClerk is the GET of the clerk's page: it changes nothing.
func (p *Page) showClerk(w http.ResponseWriter, r *http.Request) {
	if c, ok := p.readClerk(w, r); ok {
		q := r.URL.Query()
		p.drawClerk(w, r, c, clerkDrawing{by: q.Get(clerkBy), again: q.Has(clerkAgain), prompt: q.Has(noteWithdraw), still: q.Has(clerkStill), lang: q.Get("lang")})
	}
}

// submitClerk is the POST of the clerk's page: one engine call, then a redirect to the page. Only what is to be corrected is answered
// at once, so that no address is kept on the screen or in the browser's history.
func (p *Page) submitClerk(w http.ResponseWriter, r *http.Request) {
	c, ok := p.readClerk(w, r)
	if !ok {
		return
	}
	values, err := parseForm(w, r)
	if err != nil {
		p.presentClerk(w, r, nil, "")
		return
	}
	if !p.readClerkForm(c, values) {
		p.presentClerk(w, r, values, "")
		return
	}
	note, err := p.clerkAct(r, c, values)
	var refusal *pay.Error
	switch {
	case err == nil:
		p.presentClerk(w, r, values, note)
	case !errors.As(err, &refusal):
		p.fail(w, r, err)
	case refusal.Kind == pay.Invalid && len(refusal.Faults) > 0, refusal.Kind == pay.TooMany, refusal.Kind == pay.Unavailable && !p.maySend(values.Get(clerkBy)):
		p.drawClerk(w, r, c, clerkDrawing{by: values.Get(clerkBy), again: true, refusal: refusal, values: values, lang: values.Get("lang")})
	case refusal.Kind == pay.Unavailable:
		p.fail(w, r, err)
	default: // the session has moved on: the page says where to
		p.presentClerk(w, r, values, "")
	}
}

// clerkAct makes the one engine call of a submitted form.
func (p *Page) clerkAct(r *http.Request, c *engine.Clerk, v url.Values) (note string, err error) {
	call := engine.Call{Merchant: c.Merchant}
	switch v.Get("action") {
	case "match", "mismatch":
		verdict := pay.IDDiffers
		if v.Get("action") == "match" {
			verdict = pay.IDMatches
		}
		return "", p.engine.JudgeID(r.Context(), call, c.Hosted.ID, c.Hosted.Progress.IDCheck.Challenge, verdict)
	case "withdraw":
		return noteWithdraw, nil // asks first; nothing has changed
	case "confirm_withdraw":
		return "", p.engine.DisableHosted(r.Context(), call, c.Hosted.ID)
	case "send":
		in, err := clerkInput(v)
		if err != nil {
			return "", err
		}
		in.Sent = &c.Hosted.Progress.Links
		return "", p.engine.Distribute(r.Context(), call, c.Hosted.ID, in)
	}
	return "", nil
}

// clerkInput reads where the link is to be sent.
func clerkInput(v url.Values) (in pay.DistributionInput, err error) {
	if v.Get(clerkBy) == string(pay.ByEmail) {
		return pay.DistributionInput{Method: pay.ByEmail, Email: pay.Personal(v.Get("email"))}, nil
	}
	in = pay.DistributionInput{Method: pay.BySMS, PhoneCountry: v.Get("phone_country")}
	if typed := v.Get("phone"); typed != "" && knownCountry(in.PhoneCountry) {
		number, fault := readPhone(typed, in.PhoneCountry, phone.Texts)
		if fault != nil {
			return in, pay.Invalid400([]pay.Fault{{Path: "contact_information.phone", Want: string(fault.reason)}})
		}
		in.Phone = pay.Personal(number)
	}
	return in, nil
}

// signClerkForm makes the hidden fields of the clerk's forms: good for one message, or one identity check.
func (p *Page) signClerkForm(c *engine.Clerk) signedForm {
	nonce := strconv.Itoa(c.Hosted.Progress.Links)
	return signedForm{Nonce: nonce, Sig: base64.RawURLEncoding.EncodeToString(p.keys.Sign("clerk", clerkState(c, nonce)...))}
}

// readClerkForm reports whether a submitted form is a present one of this session.
func (p *Page) readClerkForm(c *engine.Clerk, v url.Values) bool {
	sig, err := base64.RawURLEncoding.DecodeString(v.Get("sig"))
	nonce := strconv.Itoa(c.Hosted.Progress.Links)
	return err == nil && v.Get("nonce") == nonce && p.keys.Verify(sig, "clerk", clerkState(c, nonce)...)
}

func clerkState(c *engine.Clerk, nonce string) [][]byte {
	check := &c.Hosted.Progress.IDCheck
	return [][]byte{
		[]byte(c.Hosted.ID), []byte(nonce), []byte(check.Challenge), []byte(check.Verdict), strconv.AppendInt(nil, check.AskedAt.UnixMicro(), 10),
	}
}

// presentClerk redirects to the page: whatever was submitted, the present state is what is shown.
func (p *Page) presentClerk(w http.ResponseWriter, r *http.Request, values url.Values, note string) {
	q := url.Values{visit: {newVisit("")}}
	if lang := values.Get("lang"); validLang(lang) {
		q.Set("lang", lang)
	}
	if by := values.Get(clerkBy); slices.Contains(clerkWays, by) {
		q.Set(clerkBy, by)
	}
	if note != "" {
		q.Set(note, "")
	}
	w.Header().Set("Location", withQuery(p.clerkAddress(r), q))
	w.WriteHeader(http.StatusSeeOther)
}

// clerkAddress is the page's own address.
func (p *Page) clerkAddress(r *http.Request) string {
	return p.basePath + "/hpp/distributions/" + r.PathValue("token")
}

func (p *Page) clerkLogo(w http.ResponseWriter, r *http.Request) {
	if c, ok := p.readClerk(w, r); ok {
		p.serveLogo(w, r, &c.Page)
	}
}

// scan leads a phone that has read the code on a clerk's screen to the consumer's page. A code is good for a minute and a half at most:
// a photograph of the screen leads to the advice to ask for a fresh one.
func (p *Page) scan(w http.ResponseWriter, r *http.Request) {
	var link pay.Secret
	if p.guarded(w, r, func() (err error) {
		link, err = p.engine.Scanned(r.Context(), pay.Secret(r.PathValue("code")))
		return err
	}) {
		w.Header().Set("Location", p.basePath+"/pay/"+string(link))
		w.WriteHeader(http.StatusSeeOther)
	}
}

// scanPicture draws the code that is shown now.
func (p *Page) scanPicture(c *engine.Clerk) (text, error) {
	secret, err := p.engine.ScanCode(&c.Page)
	if err != nil {
		return "", fmt.Errorf("make scan code: %w", err)
	}
	code, err := qr.Encode(p.publicURL+"/scan/"+string(secret), qr.M)
	if err != nil {
		return "", fmt.Errorf("encode QR: %w", err)
	}
	return text(qrSVG(code)), nil // drawn by us, of modules alone
}

// clerkTime writes a moment of the day, by the clocks where the purchase is made.
func (v *View) clerkTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return v.clock.write(t.In(v.zone))
}
