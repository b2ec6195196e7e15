package page_test

import (
	"context"
	"image/color"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"kassa/internal/browser"
	"kassa/internal/engine"
	"kassa/internal/keyring"
	"kassa/internal/page"
	"kassa/internal/pay"
)

// messages gives who writes the messages of a server; image is who fetches pictures.
func (w *world) messages(image ...func(context.Context, string, int) (*page.Image, error)) *page.Page {
	w.t.Helper()
	keys, err := keyring.New(keyring.Material{7})
	if err != nil {
		w.t.Fatal(err)
	}
	c := page.Config{
		Engine: w.Engine(), Keys: keys, Log: slog.New(slog.DiscardHandler), PublicURL: w.URL(), Sandbox: true, ClientAddress: func(r *http.Request) string { return r.RemoteAddr },
	}
	if len(image) > 0 {
		c.Image = image[0]
	}
	p, err := page.New(c)
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

// locales are those of all markets, and the languages that no market has.
func locales() []string {
	out := []string{"ar", "he", "en-XA"}
	for _, m := range pay.Markets() {
		out = append(out, m.Locales...)
	}
	return out
}

// Every message in every language: nothing is missing, the link stands alone, so that a telephone finds it, and the code is whole.
func TestMessages_inEveryLanguage(t *testing.T) {
	w := open(t)
	p, pg := w.messages(), w.state(w.known("kim@example.com", ``, everyURL))
	link := p.LinkOf(pg.Hosted)
	alone := regexp.MustCompile(`(^|\s)` + regexp.QuoteMeta(link) + `(\]?$|\s)`)
	for _, locale := range locales() {
		pg.Payment.Session.Locale = locale
		mail, err := p.LinkMail(t.Context(), pg)
		if err != nil {
			t.Fatal(err)
		}
		subject, text := p.CodeMail(locale, "Nordlys Cykler", "012345")
		sms, code := p.LinkSMS(pg), p.CodeSMS(locale, "Nordlys Cykler", "012345")
		for what, words := range map[string]string{"subject": mail.Subject, "text": mail.Text, "html": mail.HTML, "sms": sms, "code subject": subject, "code text": text, "code sms": code} {
			if strings.ContainsAny(words, "⟦⟧") || !strings.Contains(words, "Nordlys Cykler") || strings.Contains(words, "<bdi>") && what != "html" {
				t.Errorf("%s: %s: %s", locale, what, words)
			}
			if strings.HasPrefix(what, "code") && !strings.Contains(words, "012345") {
				t.Errorf("%s: no code in the %s: %s", locale, what, words)
			}
		}
		if locale != "en-XA" && (!alone.MatchString(sms) || !alone.MatchString(mail.Text)) {
			t.Errorf("%s: the link does not stand alone: %q", locale, sms)
		}
		lang, dir, side := strings.Split(locale, "-")[0], "ltr", `align="right"`
		if lang == "ar" || lang == "he" {
			dir, side = "rtl", `align="left"`
		}
		if n := strings.Count(mail.HTML, ` dir="`+dir+`"`); n < 2 || !strings.Contains(mail.HTML, side) {
			t.Errorf("%s: %d places say which way it is written", locale, n)
		}
	}
}

// What is written from left to right is held together within Arabic, and a text message begins with a word of Arabic: by its
// first letter telephones tell which way it is written.
func TestMessages_ofArabic(t *testing.T) {
	w := open(t)
	p, pg := w.messages(), w.state(w.known("kim@example.com", ``, everyURL))
	pg.Payment.Session.Locale = "ar"
	want := "لا مال فعلي. ادفع \u200f100.00 £ إلى \u2068Nordlys Cykler\u2069 حتى 14 يونيو، 09:30"
	want += strings.Repeat(" ", max(66-utf8.RuneCountInString(want), 0)) + "\n" + p.LinkOf(pg.Hosted)
	if got := p.LinkSMS(pg); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if got, want := p.CodeSMS("ar", "Nordlys Cykler", "012345"), "رمزك لدى \u2068Nordlys Cykler\u2069: 012345\nصالح 10 دقائق.\nلا مال فعلي."; got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	mail, err := p.LinkMail(t.Context(), pg)
	if err != nil {
		t.Fatal(err)
	}
	if want := "ادفع \u200f100.00\u00a0£ إلى \u2068Nordlys Cykler\u2069"; mail.Subject != want {
		t.Errorf("subject %q, want %q", mail.Subject, want)
	}
}

// The mails in a real browser, at both widths, in both directions, in the light and in the dark. Pictures go to KASSA_SCREENSHOTS.
func TestMessages_mailFits(t *testing.T) {
	w := open(t)
	w.reachable(pay.Support{Email: "hello@nordlys.example", Address: "Nørregade 14, 1165 København"})
	logos, _ := picture(t, color.NRGBA{0x1e, 0x3c, 0x5a, 0xff})
	p := w.messages(func(ctx context.Context, url string, _ int) (*page.Image, error) {
		return &page.Image{ContentType: "image/png", Width: 300, Height: 60, Luminance: 0.04}, ctx.Err()
	})
	link, paid := w.known("kim@example.com", `"logo_url":"`+logos+`/logo.png"`, everyURL), w.known("kim@example.com", `"logo_url":"`+logos+`/logo.png"`, everyURL)
	w.Open(t, paid).Pay("pay_later")
	pages := map[string]*engine.Page{"link": w.state(link), "receipt": w.state(paid)}
	site := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		kind, locale, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		pg := pages[kind]
		if pg == nil { // the browser asks for an icon beside
			http.NotFound(out, r)
			return
		}
		own, payment := *pg, *pg.Payment
		payment.Session.Locale, own.Payment = locale, &payment
		write := p.LinkMail
		if kind == "receipt" {
			write = p.ReceiptMail
		}
		mail, err := write(r.Context(), &own)
		if err != nil {
			t.Error(err)
			return
		}
		out.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = out.Write([]byte(strings.ReplaceAll(mail.HTML, "cid:logo.png", logos+"/logo.png"))) // a mail program finds it in the mail
	}))
	t.Cleanup(site.Close)
	tab := browser.Start(t).Tab(t, browser.Look{Width: 390, Height: 844, Script: true})
	for kind := range pages {
		for _, locale := range []string{"en-GB", "de-DE", "ar", "he", "en-XA"} {
			tab.Open(site.URL + "/" + kind + "/" + locale)
			for _, width := range []int64{320, 720} {
				tab.Look(browser.Look{Width: width, Height: 844, Script: true})
				tab.FitsWidth()
			}
			tab.Picture("mail-" + kind + "-" + locale)
			tab.Look(browser.Look{Width: 390, Height: 844, Script: true, Dark: true})
			tab.Picture("mail-" + kind + "-" + locale + "-dark")
		}
	}
}
