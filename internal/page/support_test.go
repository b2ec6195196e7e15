package page_test

import (
	"context"
	"image/color"
	"strings"
	"testing"
	"time"

	"kassa/internal/page"
	"kassa/internal/pay"
)

// reachable tells how consumers reach the merchant, before anybody has asked: a server knows what it read for a second.
func (w *world) reachable(s pay.Support) {
	w.t.Helper()
	if _, err := w.Engine().SetMerchantSupport(w.t.Context(), "K000001", s, pay.URLPolicy{}); err != nil {
		w.t.Fatal(err)
	}
}

// Whoever is told to ask the shop is told where, and the footer leads to help.
func TestSupport_isOnThePages(t *testing.T) {
	w := open(t)
	w.reachable(pay.Support{Email: "hello+a?b@nordlys.example", Phone: "+45 33 12 34 56", URL: "https://nordlys.example/help?a=1&b=2"})
	link := w.known("kim@example.com", ``, everyURL+`,"terms":"https://shop.example/terms"`)
	tab := w.Open(t, link)
	if want := `<a href="https://nordlys.example/help?a=1&amp;b=2" rel="noopener noreferrer">Help</a>` + "\n" + `<a href="https://shop.example/terms" rel="noopener noreferrer">Terms</a>`; !strings.Contains(tab.Body, want) {
		t.Errorf("no %s in %s", want, tab.Body)
	}
	const ask = `Questions about the order: <a href="mailto:hello+a%3Fb@nordlys.example" rel="noopener noreferrer"><bdi dir="ltr">hello+a?b@nordlys.example</bdi></a>`
	if paid := tab.Pay("pay_later"); !strings.Contains(paid.Body, ask) {
		t.Errorf("the receipt says nothing of %s: %s", ask, paid.Body)
	}
	gone := w.known("kim@example.com", ``, everyURL)
	w.later(48 * time.Hour)
	if tab := w.Open(t, gone); tab.Heading() != "This link has expired" || !strings.Contains(tab.Body, ask) {
		t.Error(tab.Body)
	}
	for _, tc := range []struct {
		support     pay.Support
		has, hasNot string
	}{
		{pay.Support{Phone: "+45 33-12 34 56"}, `<a href="tel:+4533123456" rel="noopener noreferrer"><bdi dir="ltr">+45 33-12 34 56</bdi></a>`, "Help"},
		{pay.Support{Email: "hello@nordlys.example"}, `<a href="mailto:hello@nordlys.example" rel="noopener noreferrer">Help</a>`, "tel:"},
		{pay.Support{URL: "https://nordlys.example/help"}, `Questions about the order: <a href="https://nordlys.example/help" rel="noopener noreferrer"><bdi dir="ltr">https://nordlys.example/help</bdi></a>`, "mailto:"},
		{pay.Support{}, "", "Questions"},
	} {
		w := open(t)
		w.reachable(tc.support)
		gone := w.known("kim@example.com", ``, everyURL)
		w.later(48 * time.Hour)
		if tab := w.Open(t, gone); !strings.Contains(tab.Body, tc.has) || strings.Contains(tab.Body, tc.hasNot) {
			t.Errorf("%+v: %s", tc.support, tab.Body)
		}
	}
}

// A mail closes with whom to ask, and begins with the logo, which comes with it.
func TestMail_logoAndSupport(t *testing.T) {
	w := open(t)
	site, _ := picture(t, color.Black)
	w.reachable(pay.Support{Email: "hello@nordlys.example", Address: "Nørregade 14, 1165 København"})
	image := func(_ context.Context, url string, _ int) (*page.Image, error) {
		if strings.HasSuffix(url, "/logo.png") {
			return &page.Image{Bytes: []byte("pixels"), ContentType: "image/png", Width: 300, Height: 60, Luminance: 0}, nil
		}
		return nil, context.DeadlineExceeded
	}
	p := w.messages(image)
	mail, err := p.LinkMail(t.Context(), w.state(w.known("kim@example.com", `"logo_url":"`+site+`/logo.png"`, everyURL)))
	if err != nil {
		t.Fatal(err)
	}
	if want := `<span class="plate plate-dark" style="display:inline-block;border-radius:8px"><img src="cid:logo.png" width="176" height="35" alt="Nordlys Cykler" style="display:block"></span>`; !strings.Contains(mail.HTML, want) {
		t.Errorf("no %s in %s", want, mail.HTML)
	}
	if len(mail.Pictures) != 2 || mail.Pictures[0].Name != "logo.png" || string(mail.Pictures[0].Bytes) != "pixels" || mail.Pictures[1].Name != "link.png" {
		t.Errorf("%d pictures", len(mail.Pictures))
	}
	if want := `Questions about the order: <a class="link" style="color:#62594d" href="mailto:hello@nordlys.example" rel="noopener noreferrer"><bdi dir="ltr">hello@nordlys.example</bdi></a><br>Order 10482 · <bdi>Nordlys Cykler, Nørregade 14, 1165 København</bdi> · Secured by Kassa`; !strings.Contains(mail.HTML, want) {
		t.Errorf("no %s in %s", want, mail.HTML)
	}
	if want := "\nQuestions about the order: hello@nordlys.example\nOrder 10482 · Nordlys Cykler, Nørregade 14, 1165 København · Secured by Kassa\n"; !strings.HasSuffix(mail.Text, want) {
		t.Errorf("no %q at the end of %q", want, mail.Text)
	}
	mail, err = p.LinkMail(t.Context(), w.state(w.known("kim@example.com", `"logo_url":"`+site+`/missing.png"`, everyURL)))
	if err != nil || len(mail.Pictures) != 1 || strings.Contains(mail.HTML, "cid:logo") || !strings.Contains(mail.HTML, `color:#211c16"><bdi>Nordlys Cykler</bdi></td>`) {
		t.Errorf("without a logo: %v, %d pictures", err, len(mail.Pictures))
	}
}
