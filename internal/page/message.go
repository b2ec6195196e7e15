package page

import (
	"bytes"
	"context"
	"fmt"
	"html/template"
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

// mailView is what the HTML part shows, in words.
type mailView struct {
	Lang, Dir, End                                        string
	Gap                                                   template.CSS // between a line and its amount, on the amount's side
	Font                                                  template.CSS // of the heading
	Subject, Preheader, Merchant, Heading, Lead           string
	Lines                                                 []slipLine
	ToPay, Amount, Button, Valid, Link, Scan, QR, Secured string
	Warning, Order, Address                               string
	Questions                                             text
	Ask                                                   string // the same without markup
	Logo                                                  *logo
}

// LinkMail writes the mail that brings a session's link.
func (p *Page) LinkMail(ctx context.Context, pg *engine.Page) (*Mail, error) {
	s := p.catalogues.speak("", pg.Payment.Session.Locale, "")
	page := View{speech: s}
	slip := page.slip(pg)
	amount, merchant, until := slip.Amount, pg.Merchant.Name, s.Moment(pg.Hosted.ExpiresAt, p.zoneOf(pg.Payment.Session.Country))
	v := mailView{
		Lang: s.tag, Dir: s.direction(), End: "right", Gap: "3px 12px 3px 0", Font: serifHeading, Subject: s.T("mail.link.subject", "Amount", amount, "Merchant", merchant),
		Preheader: s.T("mail.link.preheader", "Amount", amount, "Merchant", merchant, "Date", until), Merchant: merchant,
		Heading: s.T("mail.link.heading", "Merchant", merchant), Lead: s.T("mail.link.lead"), ToPay: s.T("to.pay"), Amount: amount,
		Button: s.T("mail.link.button"), Valid: s.T("mail.link.valid", "Date", until), Link: p.linkURL(pg.Hosted.Link),
		Scan: s.T("mail.link.scan"), QR: qrName, Secured: s.T("secured.by"), Warning: s.T("mail.link.warning"),
	}
	if v.Dir == "rtl" {
		v.End, v.Gap, v.Font = "left", "3px 0 3px 12px", sansHeading
	}
	if ref := pg.Payment.Session.MerchantReference1; ref != "" {
		v.Order = s.T("order.number", "Order", ref)
	}
	out := &Mail{Subject: v.Subject}
	if img := p.mailLogo(ctx, pg); img != nil {
		width, height := logoBox(img.Width, img.Height)
		v.Logo = &logo{picture: picture{Width: width, Height: height}, Plate: plate(img.Luminance)}
		out.Pictures = append(out.Pictures, MailPicture{Name: logoName, ContentType: img.ContentType, Bytes: img.Bytes})
	}
	v.Address = pg.Merchant.Settings.Support.Address
	if ask := page.questions(pg); ask != nil {
		v.Questions = text(strings.Replace(string(ask[0]), "<a ", `<a class="link" style="color:#62594d" `, 1)) // styles are inline in mails
		v.Ask = s.T("support.questions", "Contact", firstOf(pg.Merchant.Settings.Support.Email, pg.Merchant.Settings.Support.Phone, pg.Merchant.Settings.Support.URL))
	}
	v.Lines = append(v.Lines, slip.Lines...)
	if len(slip.Sums) > 1 {
		v.Lines = append(v.Lines, slip.Sums[1:]...) // the first is the subtotal
	}
	var html bytes.Buffer
	if err := p.renderer.mail(&html, &v); err != nil {
		return nil, err
	}
	code, err := qr.Encode(v.Link, qr.M)
	if err != nil {
		return nil, fmt.Errorf("encode QR: %w", err)
	}
	picture, err := qrPNG(code)
	if err != nil {
		return nil, err
	}
	out.Text, out.HTML = v.text(), html.String()
	out.Pictures = append(out.Pictures, MailPicture{Name: qrName, ContentType: "image/png", Bytes: picture})
	return out, nil
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
	fmt.Fprintf(&b, "%s\n\n%s\n\n", v.Heading, v.Lead)
	for _, l := range v.Lines {
		fmt.Fprintf(&b, "%s  %s\n", l.Name, l.Amount)
	}
	fmt.Fprintf(&b, "%s  %s\n\n%s:\n%s\n\n%s\n\n%s\n\n", v.ToPay, v.Amount, v.Button, v.Link, v.Preheader, v.Warning)
	if v.Ask != "" {
		b.WriteString(v.Ask + "\n")
	}
	if v.Order != "" {
		b.WriteString(v.Order + " · ")
	}
	b.WriteString(v.Merchant)
	if v.Address != "" {
		b.WriteString(", " + v.Address)
	}
	b.WriteString(" · " + v.Secured + "\n")
	return b.String()
}

// LinkSMS writes the text message that brings a session's link.
func (p *Page) LinkSMS(pg *engine.Page) string {
	s := p.catalogues.speak("", pg.Payment.Session.Locale, "")
	amount := s.Money(int64(pg.Payment.Session.Amount), pg.Payment.Session.Currency)
	return s.T("sms.link", "Merchant", pg.Merchant.Name, "Amount", amount, "Date", s.ShortMoment(pg.Hosted.ExpiresAt, p.zoneOf(pg.Payment.Session.Country)), "Link", p.linkURL(pg.Hosted.Link))
}

// LinkOf is the address of a session's page.
func (p *Page) LinkOf(h *pay.HostedSession) string { return p.linkURL(h.Link) }

// CodeSMS writes the text message that brings a one-time code.
func (p *Page) CodeSMS(locale, merchant, code string) string {
	return p.catalogues.speak("", locale, "").T("sms.code", "Code", code, "Merchant", merchant)
}
