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
	if got := words(tab.Body); !strings.Contains(got, "Receipt to kim@example.com") {
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

// A receipt is of what was paid, whatever the merchant changes afterwards.
func TestReceipt_isOfWhatWasPaid(t *testing.T) {
	w := mailing(t)
	payment := w.payment("{" + british + "," + kim + "}")
	link := w.hosted(payment, ``, everyURL)
	w.Open(t, link).Pay("pay_now")
	w.shop.Post("/payments/v1/sessions/"+payment, `{"intent":"tokenize","order_amount":200,"order_tax_amount":0,"order_lines":[{"name":"Other","quantity":1,"unit_price":200,"total_amount":200}],"billing_address":{"country":"GB","email":"other@example.com"}}`).Want(204)
	if got := words(w.Open(t, link).Body); !strings.Contains(got, "£100.00 to Nordlys Cykler.") || !strings.Contains(got, "Puncture repair kit") || !strings.Contains(got, "Total £100.00 Includes VAT 20% £16.67") || strings.Contains(got, "Other") {
		t.Error(got)
	}
	pg := w.state(link)
	mail, err := w.messages().ReceiptMail(t.Context(), pg)
	if err != nil || !strings.Contains(mail.Text, "Puncture repair kit  £12.00\n") || !strings.Contains(mail.Text, "Total  £100.00\nIncludes VAT 20%  £16.67\n") || strings.Contains(mail.Text, "Other") {
		t.Errorf("%v: %s", err, mail.Text)
	}
	if to, err := w.Engine().ReceiptTo(t.Context(), pg); err != nil || to != "kim@example.com" {
		t.Errorf("to %q, %v", string(to), err)
	}
}

// What the merchant has given back is not paid, and the page says so.
func TestReceipt_ofWhatWasGivenBack(t *testing.T) {
	w := open(t)
	placed := w.known("kim@example.com", `"place_order_mode":"PLACE_ORDER"`, everyURL)
	w.Open(t, placed).Pay("pay_now")
	review := w.known("kim+pend-accept-10@example.com", `"place_order_mode":"PLACE_ORDER"`, everyURL)
	w.Open(t, review).Pay("pay_now")
	authorized := w.known("kim@example.com", ``, everyURL)
	w.Open(t, authorized).Pay("pay_now")
	captured := w.known("kim@example.com", `"place_order_mode":"CAPTURE_ORDER"`, everyURL)
	w.Open(t, captured).Pay("pay_now")
	for _, link := range []string{placed, review} {
		w.shop.Post("/ordermanagement/v1/orders/"+string(w.state(link).Hosted.OrderID)+"/cancel", ``).Want(204)
	}
	pg := w.state(authorized)
	w.shop.Delete("/payments/v1/authorizations/" + string(pg.PaidBy().Token)).Want(204)
	for name, link := range map[string]string{"order": placed, "order under review": review, "authorization": authorized} {
		tab := w.Open(t, link)
		if got := words(tab.Body); tab.Heading() != "Payment cancelled" || !strings.Contains(got, "Nothing was charged.") || tab.PageStatus() != "COMPLETED" {
			t.Errorf("%s: %s", name, got)
		}
	}
	if tab := w.Open(t, captured); tab.Heading() != "Paid. Thank you!" {
		t.Errorf("captured: %s", tab.Heading())
	}
}

// While it is decided, and where another page of the payment was paid, the page is about what is paid and nothing else.
func TestReceipt_aboutOnePurchase(t *testing.T) {
	w := open(t)
	payment := w.payment(`{"acquiring_channel":"IN_STORE",` + british + "," + strings.ReplaceAll(kim, "kim@example.com", "kim+id-check@example.com") + "}")
	link, other := w.hosted(payment, ``, everyURL), w.hosted(payment, ``, everyURL)
	w.Open(t, link).To("review", "pay_now").Form().Submit()
	w.shop.Post("/payments/v1/sessions/"+payment, `{"order_amount":4000,"order_tax_amount":0,"order_lines":[{"name":"Other","quantity":1,"unit_price":4000,"total_amount":4000}]}`).Want(204)
	for _, at := range []string{link, other} {
		if got := words(w.Open(t, at).Body); !strings.Contains(got, "To pay £100.00") || strings.Contains(got, "£40.00") {
			t.Errorf("while it is decided: %s", got)
		}
	}

	w = open(t)
	payment = w.payment("{" + british + "," + kim + "}")
	first, second := w.hosted(payment, ``, everyURL), w.hosted(payment, ``, everyURL)
	w.Open(t, first).Pay("pay_now")
	w.Open(t, second).Pay("pay_later")
	w.shop.Post("/payments/v1/authorizations/"+string(w.state(first).PaidBy().Token)+"/order", "{"+british+"}").Want(200)
	for _, at := range []string{first, second} {
		if tab := w.Open(t, at); tab.Heading() != "Paid. Thank you!" || !strings.Contains(words(tab.Body), "Card ending 4242") {
			t.Errorf("two pages, one order: %s", words(tab.Body))
		}
	}
}

// What became of the order is what the receipt says.
func TestReceipt_ofTheOrder(t *testing.T) {
	w := open(t)
	buy := func(mode string) (link, order string) {
		link = w.known("kim@example.com", `"place_order_mode":"`+mode+`"`, everyURL)
		w.Open(t, link).Pay("pay_later")
		return link, "/ordermanagement/v1/orders/" + string(w.state(link).Hosted.OrderID)
	}
	part, order := buy("PLACE_ORDER")
	w.shop.Post(order+"/captures", `{"captured_amount":4000}`).Want(201)
	w.shop.Post(order+"/release-remaining-authorization", ``).Want(204)
	if got := words(w.Open(t, part).Body); !strings.Contains(got, "£40.00 to Nordlys Cykler.") || !strings.Contains(got, "To pay £40.00 by 12 July") || strings.Contains(got, "Total £100.00") {
		t.Errorf("captured in part: %s", got)
	}
	refunded, order := buy("CAPTURE_ORDER")
	w.shop.Post(order+"/refunds", `{"refunded_amount":2500}`).Want(201)
	if got := words(w.Open(t, refunded).Body); !strings.Contains(got, "£100.00 to Nordlys Cykler.") || !strings.Contains(got, "Refunded £25.00") {
		t.Errorf("refunded in part: %s", got)
	}
	expired, _ := buy("PLACE_ORDER")
	three := w.known("kim@example.com", `"place_order_mode":"CAPTURE_ORDER"`, everyURL)
	w.Open(t, three).Pay("pay_over_time")
	if got := words(w.Open(t, three).Body); !strings.Contains(got, "12 June £33.34 12 July £33.33 12 August £33.33 Order 10482") {
		t.Errorf("in three: %s", got)
	}
	w.later(29 * 24 * time.Hour)
	if tab := w.Open(t, expired); tab.Heading() != "Payment cancelled" || !strings.Contains(words(tab.Body), "Nothing was charged.") {
		t.Errorf("never captured: %s", words(tab.Body))
	}
	if tab := w.Open(t, refunded); tab.Heading() != "Paid. Thank you!" {
		t.Errorf("captured, later: %s", tab.Heading())
	}
}

// A token outlives what it was made of.
func TestReceipt_ofATokenWhoseAuthorizationIsGone(t *testing.T) {
	w := open(t)
	link := w.link(british+`,"intent":"tokenize",`+kim, ``, everyURL)
	w.Open(t, link).Pay("pay_now")
	w.shop.Delete("/payments/v1/authorizations/" + string(w.state(link).PaidBy().Token)).Want(204)
	if tab := w.Open(t, link); tab.Heading() != "Agreed. Thank you!" {
		t.Error(words(tab.Body))
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
	want := "Sandbox: no real money.\n\nYour receipt from Nordlys Cykler\n\nYou can open this receipt again with the same link.\n\n" +
		"Front light Fyr 600  £54.00\nMerino cycling cap (2 × £19.50)  £39.00\nPuncture repair kit  £12.00\nWelcome back, 10% off  −£10.50\nDelivery, 2–4 days  £5.50\nTotal  £100.00\nIncludes VAT 20%  £16.67\n\n" +
		"Received: 12 June 2026, 10:30\nWith: Pay later\nTo pay: £100.00 by 12 July\nOrder: 10482\n\nOpen the receipt:\n" + p.LinkOf(pg.Hosted) + "\n\n" +
		"Questions about the order: hello@nordlys.example\nNordlys Cykler, Nørregade 14, 1165 København · Secured by Kassa\n"
	if mail.Text != want || mail.Subject != "Your receipt from Nordlys Cykler: £100.00" {
		t.Errorf("%s\ngot  %q\nwant %q", mail.Subject, mail.Text, want)
	}
	if strings.Contains(mail.HTML, "kim@example.com") || strings.Contains(mail.Text, "Kim") {
		t.Error("the mail names the person")
	}
}
