package page_test

import (
	"fmt"
	"image/color"
	"strings"
	"testing"

	"kassa/internal/browser"
	"kassa/internal/pay"
)

// Every state in a real browser: nothing scrolls sideways and nothing is cut, at every width, in the language of the longest words, from right to left and in
// the pseudo-locale, with text of twice the size too. Pictures go to KASSA_SCREENSHOTS.
func TestLayout_fitsEveryWidth(t *testing.T) {
	w := open(t)
	tab := browser.Start(t).Tab(t, browser.Look{Width: 320, Height: 568, Script: true})
	everyState(t, w, func(s standing) { layout(t, tab, s.name, func(lang string) { tab.Open(inLanguage(s.link, lang)) }) })
	faults := w.link(british, ``, everyURL)
	w.Open(t, faults).To("contact", "pay_later")
	layout(t, tab, "contact-errors", func(lang string) {
		tab.Open(inLanguage(faults, lang))
		browser.Evaluate[bool](tab, `(document.getElementById("email").value = "kim.example.com", document.getElementById("phone").value = "7700", true)`)
		tab.Press("[data-primary]")
		tab.See(".alert")
	})
}

// everyState calls look for each state that a page can be in, in all its variants; those that need the clock to move come last.
func everyState(t *testing.T, w *world, look func(s standing)) {
	t.Helper()
	var all []standing
	add := func(name, link string) { all = append(all, standing{name: name, link: link}) }
	add("colours", w.coloured("#ffd21f")) // first: see there
	long := `"purchase_country":"HU","purchase_currency":"HUF","locale":"hu-HU","order_amount":123456700,"merchant_reference1":"` + strings.Repeat("10482-", 40) +
		`","order_lines":[{"name":"` + strings.Repeat("Donaudampfschiff", 8) + `","quantity":1,"unit_price":123456700,"total_amount":123456700}]`
	add("long", w.link(long, ``, everyURL))
	longPaid := w.link(long, ``, everyURL)
	w.Open(t, longPaid).Pay("pay_now")
	add("long-paid", longPaid)
	review := w.known("kim+pend-accept-05@example.com", ``, everyURL)
	w.Open(t, review).Pay("pay_later")
	add("under-review", review)
	bank := w.link(market("DE", "EUR", "en-DE"), ``, everyURL)
	w.Open(t, bank).To("review", "direct_bank_transfer")
	add("bank", bank+"?bank")
	site, _ := picture(t, color.RGBA{0x2d, 0x4a, 0x63, 255})
	cart := strings.Replace(british, `"quantity":1,"unit_price":5400`, `"image_url":"`+site+`/logo.png","quantity":1,"unit_price":5400`, 1)
	add("pictures", w.link(cart+","+kim, `"logo_url":"`+site+`/logo.png"`, everyURL))
	loan := w.link(market("IE", "EUR", "en-IE"), ``, everyURL+`,"terms":"https://shop.example/terms"`)
	w.Open(t, loan).To("plan", "pay_over_time").Form().Set("plan", "6").Submit()
	add("loan", loan)
	token, agreed := w.link(british+`,"intent":"tokenize",`+kim, ``, everyURL), w.link(british+`,"intent":"tokenize",`+kim, ``, everyURL)
	w.Open(t, token).To("review", "pay_now")
	add("token", token)
	w.Open(t, agreed).Pay("pay_now")
	add("agreed", agreed)
	last := w.known("kim+denied@example.com", `"payment_method_category":"pay_later"`, everyURL)
	w.Open(t, last).Pay("pay_later")
	add("declined-last", last)
	tried := w.known("kim+denied@example.com", ``, everyURL)
	w.Open(t, tried).Pay("pay_later").Form().Submit()
	w.Open(t, tried).Pay("pay_now").Form().Submit()
	add("tried", tried)
	for _, s := range append(standings(w), all...) { // made last: decisions wait from then on
		look(s)
	}
	code, err := w.Engine().ScanCode(w.state(w.known("kim@example.com", ``, everyURL)))
	if err != nil {
		t.Fatal(err)
	}
	timer, expired, advance := w.late(w.known("kim@example.com", ``, everyURL))
	look(timer)
	look(standing{name: "stale-code", link: w.URL() + "/scan/" + string(code)})
	advance()
	look(expired)
}

// coloured is a page whose profile has a colour; before anybody has asked: a server knows what it read for a second.
func (w *world) coloured(colour string) string {
	w.t.Helper()
	if _, err := w.Engine().SetMerchantProfile(w.t.Context(), "K000001", pay.Profile{ID: "till", Colour: colour}, pay.URLPolicy{}); err != nil {
		w.t.Fatal(err)
	}
	body := `{"payment_session_url":"` + w.URL() + `/payments/v1/sessions/` + w.payment("{"+british+","+kim+"}") + `","profile_id":"till","merchant_urls":{` + everyURL + `}}`
	return w.shop.Post(w.URL()+"/hpp/v1/sessions", body).Want(201).Text("redirect_url")
}

// layout looks at a state in every language and width that differs.
func layout(t *testing.T, tab *browser.Tab, name string, open func(lang string)) {
	t.Helper()
	for _, lang := range []string{"en", "de", "ar", "en-XA"} {
		open(lang)
		for _, width := range []int64{320, 360, 390, 768, 1280} {
			tab.Look(browser.Look{Width: width, Height: 844, Script: true})
			fits(t, tab, name+" "+lang, width)
			if width != 390 && width != 1280 || lang == "en-XA" {
				continue
			}
			device := map[int64]string{390: "phone", 1280: "desktop"}[width]
			tab.Picture(fmt.Sprint(name, "-", lang, "-", device, "-light"))
			tab.Look(browser.Look{Width: width, Height: 844, Dark: true, Script: true})
			tab.Picture(fmt.Sprint(name, "-", lang, "-", device, "-dark"))
		}
		browser.Evaluate[bool](tab, `(document.documentElement.style.fontSize = "200%", true)`)
		tab.Look(browser.Look{Width: 390, Height: 844, Script: true})
		fits(t, tab, name+" "+lang+" with large text", 390)
	}
}

// cut lists what is wider than its box or sticks out of the page. Words for readers only are one pixel wide on purpose.
const cut = `[...document.body.querySelectorAll("*")].filter(e => {
  if (e.closest(".hidden, svg, select, .lang ul") || getComputedStyle(e).display === "none") return false;
  const r = e.getBoundingClientRect();
  if (r.width === 0 || r.height === 0) return false;
  if (r.left < -0.5 || r.right > document.documentElement.clientWidth + 0.5) return true;
  if (r.width < 28 && r.height > 3 * r.width && e.textContent.trim().length > 4) return true; // a letter on each line
  return e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== "inline" && e.tagName !== "INPUT";
}).map(e => e.tagName + "." + e.className + " " + e.textContent.slice(0, 40)).join("; ")`

func fits(t *testing.T, tab *browser.Tab, what string, width int64) {
	t.Helper()
	if over := tab.Number("document.documentElement.scrollWidth - document.documentElement.clientWidth"); over > 0 {
		t.Errorf("%s at %d: %v pixels too wide", what, width, over)
	}
	if got := browser.Evaluate[string](tab, cut); got != "" {
		t.Errorf("%s at %d: cut: %s", what, width, got)
	}
}

// The measures of the drawings that a reader would miss first.
func TestLayout_isTheDrawnOne(t *testing.T) {
	w := open(t)
	chromium := browser.Start(t)
	phone := chromium.Tab(t, browser.Look{Width: 390, Height: 844, Script: true})
	link := w.known("kim@example.com", ``, everyURL)
	phone.Open(link)
	for _, m := range []struct {
		what string
		want float64
	}{
		{`document.querySelector(".slip").getBoundingClientRect().left`, 20},
		{`document.querySelector(".btn").getBoundingClientRect().height`, 54},
		{`document.querySelector(".btn").getBoundingClientRect().width`, 350},
		{`document.querySelector(".order summary").getBoundingClientRect().height`, 52},
		{`document.querySelector("header .wrap").getBoundingClientRect().height`, 62},
		{`document.querySelectorAll(".pick")[1].getBoundingClientRect().top - document.querySelectorAll(".pick")[0].getBoundingClientRect().bottom`, 10},
		{`document.querySelector(".leave").getBoundingClientRect().height`, 48},
		{`document.querySelector(".order+.rows").checkVisibility({contentVisibilityAuto: true}) ? 1 : 0`, 0}, // folded
	} {
		if got := phone.Number(m.what); got != m.want {
			t.Errorf("phone: %s is %v, want %v", m.what, got, m.want)
		}
	}
	desk := chromium.Tab(t, browser.Look{Width: 1280, Height: 800, Script: true})
	desk.Open(link)
	for _, m := range []struct {
		what string
		want float64
	}{
		{`document.querySelector(".slip").getBoundingClientRect().left`, 160},
		{`document.querySelector(".slip").getBoundingClientRect().width`, 380},
		{`document.querySelector(".form").getBoundingClientRect().left`, 612},
		{`document.querySelector(".form").getBoundingClientRect().width`, 508},
		{`document.querySelector(".order+.rows").checkVisibility({contentVisibilityAuto: true}) ? 1 : 0`, 1}, // open
		{`document.querySelector(".order summary").checkVisibility() ? 1 : 0`, 0},
		{`Math.abs(document.querySelector(".btn").getBoundingClientRect().top + 27 - document.querySelector(".leave").getBoundingClientRect().top - 24)`, 0}, // one row
	} {
		if got := desk.Number(m.what); got != m.want {
			t.Errorf("desktop: %s is %v, want %v", m.what, got, m.want)
		}
	}
}

// The fields of an instrument are those of the one that is chosen.
func TestLayout_fieldsOfTheChosenInstrument(t *testing.T) {
	w := open(t)
	link := w.known("kim@example.com", ``, everyURL)
	w.Open(t, link).To("plan", "pay_now")
	tab := browser.Start(t).Tab(t, browser.Look{Width: 390, Height: 844})
	tab.Open(link)
	tab.See("#card_number")
	if n := tab.Number(`document.querySelector("#iban").checkVisibility() ? 1 : 0`); n != 0 {
		t.Error("the account's field is shown with the card")
	}
	tab.Click(`input[value="bank_account"]`)
	tab.See("#iban")
	if n := tab.Number(`document.querySelector("#card_number").checkVisibility() ? 1 : 0`); n != 0 {
		t.Error("the card's fields are shown with the account")
	}
	tab.Press("[data-primary]")
	tab.See("[data-step=review]")
	tab.Press("[data-primary]")
}

// Without script: faults are announced and focused, the link in the summary leads to the field, Enter goes on.
func TestBrowser_faultsAreFocused(t *testing.T) {
	w := open(t)
	link := w.link(british, ``, everyURL)
	w.Open(t, link).To("contact", "pay_later")
	tab := browser.Start(t).Tab(t, browser.Look{Width: 390, Height: 844})
	tab.Open(link)
	tab.Type("#email", "kim.example.com")
	tab.Press("[data-primary]")
	tab.See(".alert")
	if got := browser.Evaluate[string](tab, "document.activeElement.className + ' ' + document.title"); got != "alert Error: Your details – Nordlys Cykler" {
		t.Errorf("focused, titled: %q", got)
	}
	tab.Click(".alert a")
	if got := browser.Evaluate[string](tab, "document.activeElement.id + location.hash"); got != "email#email" && got != "#email" {
		t.Errorf("the link of the summary leads to %q", got)
	}
	tab.Type("#email", "kim@example.com")
	tab.Press("[data-primary]")
	tab.See("[data-step=code]")
}
