package page

import (
	"bytes"
	"context"
	"fmt"
	"html"
	"html/template"
	"net/url"
	"strings"
	"time"

	"rsc.io/qr"

	"kassa/internal/engine"
	"kassa/internal/pay"
)

// Mail is a message in the consumer's language, as it is sent.
type Mail struct {
	Subject    string
	Text, HTML string
	Pictures   []MailPicture
}

// MailPicture is a picture that comes with a mail, so that showing it tells nobody that the mail was opened. The HTML shows it as
// cid: and its name.
type MailPicture struct {
	Name, ContentType string
	Bytes             []byte
}

// The names of the pictures inside a mail.
const (
	qrName   = "link.png"
	logoName = "logo.png"
)

// mailPatience is how long a mail waits for a logo that was never fetched: nobody is looking.
const mailPatience = 3 * time.Second

// The headings of a mail: Arabic and Hebrew are set without serifs, as on the page.
const (
	serifHeading template.CSS = "600 26px/1.25 Georgia,'Noto Serif',serif"
	sansHeading  template.CSS = "700 26px/1.25 system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',sans-serif"
)

// mailView is what the HTML part shows, in words. What is empty is left out.
type mailView struct {
	Lang, Dir, End                              string
	Gap                                         template.CSS // between a line and its amount, on the amount's side
	Font                                        template.CSS // of the heading
	Subject, Preheader, Merchant, Heading, Lead string
	Test                                        text   // that no money moves
	Tested                                      string // the same without markup
	Lines                                       []slipLine
	Total, Amount                               string // the sum, and what it is called
	Free                                        bool   // nothing is to be paid: what stands above the address says until when
	Tax                                         *slipLine
	Facts                                       []fact
	Button, Address, Link                       string // what the button says, what stands above the address in full, the address
	Scan, QR                                    string
	Warning, Order, Place, Secured              string
	Questions                                   text
	Ask                                         string // the same without markup
	Logo                                        *logo
}

// newMail begins a mail about a session: what all mails have.
func (p *Page) newMail(ctx context.Context, s *speech, pg *engine.Page) (*mailView, *Mail) {
	page := View{speech: s}
	slip, support := page.slip(pg), &pg.Merchant.Settings.Support
	v := &mailView{
		Lang: s.tag, Dir: s.direction(), End: "right", Gap: "3px 12px 3px 0", Font: serifHeading, Merchant: pg.Merchant.Name, Amount: slip.Amount,
		Link: p.linkURL(pg.Hosted.Link), Place: support.Address, Secured: s.T("secured.by"),
	}
	if v.Dir == "rtl" {
		v.End, v.Gap, v.Font = "left", "3px 0 3px 12px", sansHeading
	}
	if ref := pg.Payment.Session.MerchantReference1; ref != "" {
		v.Order = s.T("order.number", "Order", ref)
	}
	if ask := page.questions(pg); ask != nil {
		v.Questions = text(strings.Replace(string(ask[0]), "<a ", `<a class="link" style="color:#62594d" `, 1)) // styles are inline in mails
		v.Ask = s.T("support.questions", "Contact", firstOf(support.Email, support.Phone, support.URL))
	}
	v.Lines = append(v.Lines, slip.Lines...)
	if len(slip.Sums) > 1 {
		v.Lines = append(v.Lines, slip.Sums[1:]...) // the first is the subtotal
	}
	v.Tax = slip.Tax
	if p.sandbox { // a test must never look real
		v.Test, v.Tested = s.H("sandbox.mail"), s.T("sandbox.mail")
	}
	out := &Mail{}
	if img := p.mailLogo(ctx, pg); img != nil {
		width, height := logoBox(img.Width, img.Height)
		v.Logo = &logo{picture: picture{Width: width, Height: height}, Plate: plate(img.Luminance)}
		out.Pictures = append(out.Pictures, MailPicture{Name: logoName, ContentType: img.ContentType, Bytes: img.Bytes})
	}
	return v, out
}

// write makes the parts of the mail.
func (p *Page) write(v *mailView, out *Mail) (*Mail, error) {
	var b bytes.Buffer
	if err := p.renderer.mail(&b, v); err != nil {
		return nil, err
	}
	out.Subject, out.Text, out.HTML = p.subject(v.Subject), v.text(), b.String()
	return out, nil
}

// LinkMail writes the mail that brings a session's link.
func (p *Page) LinkMail(ctx context.Context, pg *engine.Page) (*Mail, error) {
	s := p.catalogues.speak("", pg.Payment.Session.Locale, "")
	until := s.Moment(pg.Hosted.ExpiresAt, p.zoneOf(pg.Payment.Session.Country))
	v, out := p.newMail(ctx, s, pg)
	v.Subject, v.Preheader = s.T("mail.link.subject", "Amount", v.Amount, "Merchant", v.Merchant), s.T("mail.link.preheader", "Amount", v.Amount, "Merchant", v.Merchant, "Date", until)
	v.Heading, v.Lead, v.Total = s.T("mail.link.heading", "Merchant", v.Merchant), s.T("mail.link.lead"), s.T(toPay(&pg.Payment.Session))
	if pg.Payment.Session.Intent == pay.Tokenize { // nothing is to be paid
		v.Subject, v.Preheader, v.Tax, v.Free = v.Heading, v.Heading, nil, true
	}
	v.Button, v.Address, v.Scan, v.QR, v.Warning = s.T("mail.link.button"), s.T("mail.link.valid", "Date", until), s.T("mail.link.scan"), qrName, s.T("mail.link.warning")
	code, err := qr.Encode(v.Link, qr.M)
	if err != nil {
		return nil, fmt.Errorf("encode QR: %w", err)
	}
	picture, err := qrPNG(code)
	if err != nil {
		return nil, err
	}
	out.Pictures = append(out.Pictures, MailPicture{Name: qrName, ContentType: "image/png", Bytes: picture})
	return p.write(v, out)
}

// ReceiptMail writes the receipt of a page that is paid, in the language in which it was paid.
func (p *Page) ReceiptMail(ctx context.Context, pg *engine.Page) (*Mail, error) {
	s := p.catalogues.speak(pg.Hosted.Progress.Language, pg.Payment.Session.Locale, "")
	v, out := p.newMail(ctx, s, pg)
	page := View{speech: s, zone: p.zoneOf(pg.About().Country)}
	v.Amount, v.Facts = page.receipt(pg)
	if pg.Due() != pg.About().Amount { // the lines would add up to something else
		v.Lines, v.Tax = nil, nil
	}
	v.Subject, v.Heading = s.T("mail.receipt.subject", "Merchant", v.Merchant, "Amount", v.Amount), s.T("mail.receipt.heading", "Merchant", v.Merchant)
	v.Lead, v.Total = s.T("paid.again"), s.T("total")
	v.Preheader = v.Lead
	v.Button, v.Address, v.Order = s.T("mail.receipt.button"), s.T("mail.receipt.copy"), "" // the order's number is among the facts
	return p.write(v, out)
}

// mailLogo is the merchant's logo, nil when there is none or it cannot be had.
func (p *Page) mailLogo(ctx context.Context, pg *engine.Page) *Image {
	raw := pg.Hosted.Options.LogoURL
	if raw == "" || p.image == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, mailPatience)
	defer cancel()
	img, err := p.image(ctx, raw, logoWidth)
	if err != nil {
		return nil // the name stands there
	}
	return img
}

// text is the part without markup, with the same words.
func (v *mailView) text() string {
	var b strings.Builder
	line := func(parts ...string) { b.WriteString(strings.Join(parts, "") + "\n") }
	if v.Tested != "" {
		line(v.Tested, "\n")
	}
	line(v.Heading, "\n\n", v.Lead, "\n")
	for _, l := range v.Lines {
		name := withoutOverrides(l.Name)
		if l.Several {
			name += " (" + unmarked(l.Detail) + ")"
		}
		line(name, "  ", l.Amount)
	}
	line(v.Total, "  ", v.Amount)
	if v.Tax != nil {
		line(unmarked(v.Tax.Markup), "  ", v.Tax.Amount)
	}
	line()
	for _, f := range v.Facts {
		line(f.Label, ": ", unmarked(f.Value))
	}
	if len(v.Facts) > 0 {
		line()
	}
	if v.Free {
		line(v.Address, "\n", v.Link, "\n")
	} else {
		line(v.Button, ":\n", v.Link, "\n")
	}
	if v.Warning != "" {
		if !v.Free {
			line(v.Preheader, "\n")
		}
		line(v.Warning, "\n")
	}
	if v.Ask != "" {
		line(v.Ask)
	}
	var last []string
	if v.Order != "" {
		last = append(last, v.Order)
	}
	who := withoutOverrides(v.Merchant)
	if v.Place != "" {
		who += ", " + withoutOverrides(v.Place)
	}
	line(strings.Join(append(last, who, v.Secured), " · "))
	return b.String()
}

// unmarked is a value without its markup.
func unmarked(value text) string {
	var b strings.Builder
	for rest := string(value); rest != ""; {
		before, after, _ := strings.Cut(rest, "<")
		b.WriteString(before)
		_, rest, _ = strings.Cut(after, ">")
	}
	return withoutOverrides(html.UnescapeString(b.String()))
}

// LinkOf is the address of a session's page.
func (p *Page) LinkOf(h *pay.HostedSession) string { return p.linkURL(h.Link) }

// CodeMail is the message that carries a one-time code, in the language of the page.
func (p *Page) CodeMail(locale, merchant, code string) (subject, text string) {
	s := p.catalogues.speak("", locale, "")
	text = s.T("mail.code.text", "Code", code, "Merchant", merchant)
	if p.sandbox { // a test must never look real
		text = s.T("sandbox.mail") + "\n\n" + text
	}
	return p.subject(s.T("mail.code.subject", "Code", code, "Merchant", merchant)), text
}

// subject has a small Latin letter in it wherever it has capitals. Filters take a subject for shouted whose Latin letters are all
// capitals, and see no others: SpamAssassin's SUBJ_ALL_CAPS gave it to Arabic beside a shop's name in capitals. The host that the
// message comes from says something, too.
func (p *Page) subject(text string) string {
	letters := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return -1
	}, text)
	host, err := url.Parse(p.publicURL)
	if err != nil || letters == "" || strings.ToUpper(letters) != letters {
		return text
	}
	if from := host.Hostname(); strings.ContainsFunc(from, func(r rune) bool { return r >= 'a' && r <= 'z' }) {
		return text + " (" + from + ")"
	}
	return text + " (kassa)"
}
