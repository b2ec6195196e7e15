package page_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"kassa/internal/browser"
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
	want := "ادفع \u200f100.00\u00a0£ إلى \u2068Nordlys Cykler\u2069 حتى 14 يونيو، 09:30 عبر هذا الرابط:\n" + p.LinkOf(pg.Hosted)
	if got := p.LinkSMS(pg); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if got, want := p.CodeSMS("ar", "Nordlys Cykler", "012345"), "رمزك لدى \u2068Nordlys Cykler\u2069: 012345\nصالح لمدة 10 دقائق. لن يطلبه منك أحد أبدًا."; got != want {
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

// The mail in a real browser, at both widths and in both directions. Pictures go to KASSA_SCREENSHOTS.
func TestMessages_mailFits(t *testing.T) {
	w := open(t)
	p, pg := w.messages(), w.state(w.known("kim@example.com", ``, everyURL))
	site := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		own, payment := *pg, *pg.Payment // the browser asks for an icon beside
		payment.Session.Locale, own.Payment = strings.TrimPrefix(r.URL.Path, "/"), &payment
		mail, err := p.LinkMail(r.Context(), &own)
		if err != nil {
			t.Error(err)
			return
		}
		out.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = out.Write([]byte(mail.HTML))
	}))
	t.Cleanup(site.Close)
	tab := browser.Start(t).Tab(t, browser.Look{Width: 390, Height: 844, Script: true})
	for _, locale := range []string{"en-GB", "de-DE", "ar", "he", "en-XA"} {
		tab.Open(site.URL + "/" + locale)
		for _, width := range []int64{320, 720} {
			tab.Look(browser.Look{Width: width, Height: 844, Script: true})
			tab.FitsWidth()
		}
		tab.Picture("mail-" + locale)
	}
}
