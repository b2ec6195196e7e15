package page_test

import (
	"fmt"
	"image/color"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"kassa/internal/browser"
	"kassa/internal/servertest"
)

// till is a clerk's page with what belongs to it.
type till struct {
	w             *world
	session, link string
	address       string
	created       servertest.Answer
}

// atTill makes a session in a shop, with a consumer of whom the address is known that decides in the sandbox.
func (w *world) atTill(email, options string) *till {
	w.t.Helper()
	cart := strings.Replace(servertest.Cart("SE", "SEK", "en-SE", email), "{", `{"acquiring_channel":"IN_STORE",`, 1)
	payment := w.payment(cart)
	created := w.shop.Post(w.Local(w.URL()+"/hpp/v1/sessions"), `{"payment_session_url":"`+w.URL()+`/payments/v1/sessions/`+payment+`","options":{`+options+`}}`).Want(http.StatusCreated)
	module := created.Object()["distribution_module"].(map[string]any)
	return &till{
		w: w, session: created.Text("session_id"), link: created.Text("redirect_url"), created: created,
		address: strings.Replace(module["standalone_url"].(string), "?profile_id={{profile_id}}&view_id={{view_id}}", "", 1),
	}
}

// by is the clerk's page with a way chosen.
func (c *till) by(way string) string { return c.address + "?by=" + way }

// clerkStates are all states that the clerk's page can be in.
func clerkStates(w *world) map[string]string {
	out := map[string]string{}
	fresh := w.atTill("kim@example.com", "")
	out["email"], out["sms"], out["qr"], out["withdraw"] = fresh.by("email"), fresh.by("sms"), fresh.by("qr"), fresh.address+"?withdraw"

	sent := w.atTill("kim@example.com", "")
	w.Open(w.t, sent.by("sms")).Form().Set("phone", "70 174 06 15").Submit()
	w.Open(w.t, sent.link).To("code", "pay_now")
	out["sent"], out["sent-qr"] = sent.by("sms"), sent.by("qr")

	check := w.atTill("kim+id-check@example.com", "")
	w.Open(w.t, check.link).To("checking", "pay_now")
	out["identify"], out["consumer-identify"] = check.address, check.link

	differs := w.atTill("kim+id-check@example.com", "")
	w.Open(w.t, differs.link).To("checking", "pay_now")
	w.Open(w.t, differs.address).FormOf("data-mismatch").Submit()
	out["differs"], out["consumer-differs"] = differs.by("qr"), differs.link

	paid := w.atTill("kim+id-check@example.com", `"place_order_mode":"CAPTURE_ORDER"`)
	w.Open(w.t, paid.link).To("checking", "pay_now")
	w.Open(w.t, paid.address).FormOf("data-match").Submit()
	out["paid"] = paid.address

	gone := w.atTill("", "")
	w.shop.Delete("/hpp/v1/sessions/" + gone.session).Want(http.StatusNoContent)
	out["disabled"] = gone.address
	return out
}

// Every state of the clerk's page in a real browser. Pictures go to KASSA_SCREENSHOTS.
func TestClerkLayout_fitsEveryWidth(t *testing.T) {
	w := open(t)
	tab := browser.Start(t).Tab(t, browser.Look{Width: 320, Height: 568, Script: true})
	for name, address := range clerkStates(w) {
		for _, lang := range []string{"en", "de", "ar"} {
			sep := "?"
			if strings.Contains(address, "?") {
				sep = "&"
			}
			tab.Open(address + sep + "lang=" + lang)
			for _, width := range []int64{320, 360, 390, 768, 1280} {
				tab.Look(browser.Look{Width: width, Height: 844, Script: true})
				fits(t, tab, "clerk "+name+" "+lang, width)
				if width == 390 || width == 1280 {
					for _, found := range tab.Axe() {
						t.Errorf("clerk %s at %d: %s", name, width, found)
					}
				}
				if width == 320 || width == 390 || width == 1280 {
					tab.Picture(fmt.Sprint("clerk-", name, "-", lang, "-", width))
				}
			}
			if lang == "en" {
				tab.Look(browser.Look{Width: 1280, Height: 844, Dark: true, Script: true})
				tab.Picture(fmt.Sprint("clerk-", name, "-dark-1280"))
				for _, found := range tab.Axe() {
					t.Errorf("clerk %s, dark: %s", name, found)
				}
				tab.Look(browser.Look{Width: 1280, Height: 844, ForcedColours: true, Script: true})
				for _, found := range tab.Axe() {
					t.Errorf("clerk %s, forced colours: %s", name, found)
				}
				tab.Picture(fmt.Sprint("clerk-", name, "-forced-1280"))
			}
			browser.Evaluate[bool](tab, `(document.documentElement.style.fontSize = "200%", true)`)
			tab.Look(browser.Look{Width: 390, Height: 844, Script: true})
			fits(t, tab, "clerk "+name+" "+lang+" with large text", 390)
			tab.Picture(fmt.Sprint("clerk-", name, "-", lang, "-large-390"))
		}
	}
}

func TestClerk_headersAndMethods(t *testing.T) {
	w := open(t)
	for name, address := range clerkStates(w) {
		resp, _ := w.get("GET", address)
		checkHeaders(t, name, resp.Header, "no-store", "")
		head, body := w.get("HEAD", address)
		if body != "" || head.StatusCode != resp.StatusCode {
			t.Errorf("HEAD of %s: %d", name, head.StatusCode)
		}
	}
	c := w.atTill("", "")
	for _, address := range []string{w.URL() + "/hpp/distributions/" + c.session, c.address[:len(c.address)-2], w.URL() + "/scan/x", w.URL() + "/hpp/distributions/"} {
		resp, body := w.get("GET", address)
		if resp.StatusCode != http.StatusNotFound || !strings.Contains(body, `data-status="UNKNOWN"`) {
			t.Errorf("%s: %d", address, resp.StatusCode)
		}
	}
	if resp, _ := w.get("PUT", c.address); resp.StatusCode != http.StatusMethodNotAllowed || resp.Header.Get("Allow") != "GET, HEAD, POST" {
		t.Errorf("PUT: %d", resp.StatusCode)
	}
}

// Outside the sandbox, behind a path prefix, with a sender for one of the ways only.
func TestClerk_forReal(t *testing.T) {
	w, phone := forReal(t)
	c := w.atTill("kim@example.com", "")
	local := func(address string) string { return w.Local(address) }
	if !strings.HasPrefix(c.address, "https://pay.example/kassa/hpp/distributions/") {
		t.Fatal(c.address)
	}
	page := w.Open(t, local(c.address))
	if page.Step() != "send" || strings.Contains(page.Body, "by=email") || strings.Contains(page.Text(), "Sandbox") || page.Header.Get("Strict-Transport-Security") == "" {
		t.Fatalf("%s", page.Text())
	}
	body := func(address string) string { _, b := w.get("GET", local(address)); return b }
	if code := body(c.by("qr")); !strings.Contains(code, `action="/kassa/hpp/distributions/`) || strings.Contains(code, c.link[strings.LastIndex(c.link, "/"):]) {
		t.Errorf("%s", code)
	}
	f := page.Form().Set("phone", "70 174 06 15")
	status, to, err := f.Send()
	if err != nil || status != http.StatusSeeOther || !strings.HasPrefix(to, "/kassa/hpp/distributions/") || queryOf(t, to).Get("by") != "sms" {
		t.Fatalf("%d, to %q, %v", status, to, err)
	}
	sent := <-phone.messages
	if sent.Get("to") != "+46701740615" || !strings.Contains(sent.Get("text"), c.link) {
		t.Errorf("%v", sent)
	}
	again := w.Open(t, local(c.by("sms")+"&again"))
	refused := again.Form().Set("by", "email").Set("email", "kim@example.com").Submit()
	if !strings.Contains(refused.Text(), "Such messages cannot be sent from here") {
		t.Errorf("%s", refused.Text())
	}
	for range 30 {
		if resp, _ := w.get("GET", local(c.address[:len(c.address)-3]+"AAA")); resp.StatusCode == http.StatusTooManyRequests {
			t.Fatal("limited too early")
		}
	}
	if resp, _ := w.get("GET", local(c.address)); resp.StatusCode != http.StatusOK {
		t.Errorf("the right address meanwhile: %d", resp.StatusCode)
	}
	for _, address := range []string{c.address[:len(c.address)-3] + "AAA", "https://pay.example/kassa/scan/x"} {
		if resp, _ := w.get("GET", local(address)); resp.StatusCode != http.StatusTooManyRequests {
			t.Errorf("after 30 guesses: %d", resp.StatusCode)
		}
	}
}

// A merchant's logo is served below the clerk's own address: that of the consumer's page is not in it.
func TestClerk_logo(t *testing.T) {
	w := open(t)
	site, _ := picture(t, color.Black)
	c := w.atTill("", `"logo_url":"`+site+`/logo.png"`)
	if resp, _ := w.get("GET", c.address+"/logo"); resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "image/png" {
		t.Fatalf("%d", resp.StatusCode)
	}
	page := w.Open(t, c.address)
	if !strings.Contains(page.Body, `<img src="`+strings.TrimPrefix(c.address, w.URL())+`/logo"`) || strings.Contains(page.Body, "/pay/") {
		t.Errorf("%s", page.Body)
	}
	if resp, _ := w.get("GET", w.atTill("", "").address+"/logo"); resp.StatusCode != http.StatusNotFound {
		t.Errorf("without a logo: %d", resp.StatusCode)
	}
}

// The page speaks the clerk's language, not the consumer's, and keeps the one that was chosen.
func TestClerk_language(t *testing.T) {
	w := open(t)
	c := w.atTill("", "")
	for accept, want := range map[string]string{"": `lang="en"`, "de-AT,de;q=0.9": `lang="de"`, "sv": `lang="sv"`, "xx": `lang="en"`} {
		header := []string{"Accept-Language", accept}
		if accept == "" {
			header = nil
		}
		if _, body := w.get("GET", c.address, header...); !strings.Contains(body, "<html "+want) {
			t.Errorf("Accept-Language %q: %.60s", accept, body)
		}
	}
	page := w.Open(t, c.by("sms")+"&lang=de").Form().Set("phone", "").Submit()
	if page.Heading() != "Zahlungslink verschicken" || !strings.Contains(page.Text(), "fehlt") {
		t.Errorf("%s", page.Text())
	}
	if page = page.Form().Set("phone", "70 174 06 15").Submit(); !strings.Contains(page.Text(), "Die Nachricht ist unterwegs") || !strings.Contains(page.Header.Get("Refresh"), "lang=de") {
		t.Errorf("%s", page.Text())
	}
}

// Every state in the pseudo-locale: no word of English is left, but the merchant's, a name's first letters and the check's code.
func TestClerk_everyWordIsOurs(t *testing.T) {
	w := open(t)
	given := regexp.MustCompile(`\b[A-Z][0-9]{2}\b|A••• T•••|SEK|ON4711`)
	look := func(name string, page *servertest.Consumer) { inPseudo(t, name, given.ReplaceAllString(page.Body, "")) }
	for name, address := range clerkStates(w) {
		look(name, w.Open(t, pseudo(address)))
	}
	look("faults", w.Open(t, pseudo(w.atTill("", "").by("email"))).Form().Set("email", "kim").Submit())
}
