package page_test

import (
	"strings"
	"testing"
	"time"

	"kassa/internal/server"
)

// mailing starts a sandbox that can send mail; where to does not matter here.
func mailing(t *testing.T) *world {
	return open(t, func(o *server.Options) { o.Config.SMTPURL, o.Config.MailFrom = "smtp://127.0.0.1:9", "pay@example.com" })
}

// Where a receipt is sent the page says so, masked, while it is on its way; before, the e-mail address is asked for its sake.
func TestReceipt_isPromisedWhereItIsSent(t *testing.T) {
	const promise = "A receipt is on its way to k••@example.com."
	w := mailing(t)
	link := w.known("kim@example.com", ``, everyURL)
	tab := w.Open(t, link).To("review", "pay_now")
	if got := words(tab.Body); !strings.Contains(got, "Receipt to k••@example.com") && !strings.Contains(got, "Receipt to kim@example.com") {
		t.Error(got)
	}
	if got := words(tab.Form().Submit().Body); !strings.Contains(got, "£100.00 to Nordlys Cykler. "+promise) {
		t.Error(got)
	}
	w.Clock.Advance(11 * time.Minute)
	if got := words(w.Open(t, link).Body); !strings.Contains(got, "Paid. Thank you!") || strings.Contains(got, "on its way") {
		t.Error(got)
	}
	asked := w.Open(t, w.link(british, ``, everyURL)).To("contact", "pay_now")
	if got := words(asked.Body); !strings.Contains(got, "E-mail address For your receipt.") {
		t.Error(got)
	}
	for name, cart := range map[string]string{"token": british + `,"intent":"tokenize",` + kim, "under review": british + "," + strings.ReplaceAll(kim, "kim@example.com", "kim+pend-accept-02@example.com")} {
		if got := words(w.Open(t, w.link(cart, ``, everyURL)).Pay("pay_now").Body); strings.Contains(got, "on its way") {
			t.Errorf("%s: %s", name, got)
		}
	}

	w = mailing(t)
	if _, err := w.Engine().SetMerchantReceipts(t.Context(), "K000001", false); err != nil {
		t.Fatal(err)
	}
	if got := words(w.Open(t, w.known("kim@example.com", ``, everyURL)).Pay("pay_now").Body); strings.Contains(got, "on its way") {
		t.Errorf("the merchant sends its own: %s", got)
	}
	w = open(t)
	if got := words(w.Open(t, w.known("kim@example.com", ``, everyURL)).Pay("pay_now").Body); strings.Contains(got, "on its way") {
		t.Errorf("nobody sends mail: %s", got)
	}
}

// A receipt speaks the language that the consumer chose on the page.
func TestReceipt_inTheLanguageOfThePage(t *testing.T) {
	w := mailing(t)
	link := w.known("kim@example.com", ``, everyURL)
	w.Open(t, link).To("review", "pay_later")
	w.Open(t, inLanguage(link, "ar")).Form().Submit()
	pg := w.state(link)
	if mail, err := w.messages().ReceiptMail(t.Context(), pg); err != nil || !strings.Contains(mail.HTML, `lang="ar" dir="rtl"`) || pg.Hosted.Progress.Language != "ar" {
		t.Errorf("%q, %v: %s", pg.Hosted.Progress.Language, err, mail.Subject)
	}
	other := w.known("kim@example.com", ``, everyURL)
	w.Open(t, other).Pay("pay_later")
	if mail, err := w.messages().ReceiptMail(t.Context(), w.state(other)); err != nil || mail.Subject != "Your receipt from Nordlys Cykler: £100.00" {
		t.Errorf("%v: %s", err, mail.Subject)
	}
}

// The receipt in every language: what was bought, what was paid and how, or is still to be paid, and the way back to it.
func TestReceipt_inEveryLanguage(t *testing.T) {
	w := open(t)
	p := w.messages()
	link := w.known("kim@example.com", ``, everyURL)
	w.Open(t, link).Pay("pay_later")
	pg := w.state(link)
	for _, locale := range locales() {
		pg.Payment.Session.Locale, pg.Hosted.Progress.Language = locale, ""
		mail, err := p.ReceiptMail(t.Context(), pg)
		if err != nil {
			t.Fatal(err)
		}
		for what, words := range map[string]string{"subject": mail.Subject, "text": mail.Text, "html": mail.HTML} {
			if strings.ContainsAny(words, "⟦⟧") || !strings.Contains(words, "Nordlys Cykler") || what != "html" && strings.ContainsAny(words, "<>&") {
				t.Errorf("%s: %s: %s", locale, what, words)
			}
		}
		if !strings.Contains(mail.Text, "Puncture repair kit") || !strings.Contains(mail.Text, "\n"+p.LinkOf(pg.Hosted)+"\n") || strings.Contains(mail.HTML, "cid:") || len(mail.Pictures) != 0 {
			t.Errorf("%s: %s", locale, mail.Text)
		}
	}
	pg.Payment.Session.Locale = "en-GB"
	mail, err := p.ReceiptMail(t.Context(), pg)
	if err != nil {
		t.Fatal(err)
	}
	want := "Your receipt from Nordlys Cykler\n\nYou can open this receipt again with the same link.\n\n" +
		"Front light Fyr 600  £54.00\nMerino cycling cap (2 × £19.50)  £39.00\nPuncture repair kit  £12.00\nWelcome back, 10% off  −£10.50\nDelivery, 2–4 days  £5.50\nTotal  £100.00\n\n" +
		"Received: 12 June 2026, 10:30\nWith: Pay later\nTo pay: £100.00 by 12 July\nOrder: 10482\n\nOpen the receipt:\n" + p.LinkOf(pg.Hosted) + "\n\n" +
		"Questions about the order: hello@nordlys.example\nNordlys Cykler, Nørregade 14, 1165 København · Secured by Kassa\n"
	if mail.Text != want || mail.Subject != "Your receipt from Nordlys Cykler: £100.00" {
		t.Errorf("%s\ngot  %q\nwant %q", mail.Subject, mail.Text, want)
	}
	if strings.Contains(mail.HTML, "kim@example.com") || strings.Contains(mail.Text, "Kim") {
		t.Error("the mail names the person")
	}
}
