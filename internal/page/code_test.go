package page_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"kassa/internal/pay"
	"kassa/internal/server"
)

// otherThan gives a code that is not the one sent.
func otherThan(code string) string {
	if code == "111111" {
		return "222222"
	}
	return "111111"
}

func TestCode_isSentOnceAndTakesWhatPeoplePaste(t *testing.T) {
	w, phone := forReal(t)
	for name, written := range map[string]func(code string) string{
		"as it is":         func(c string) string { return c },
		"with a blank":     func(c string) string { return " " + c[:3] + " " + c[3:] + " " },
		"with a dash":      func(c string) string { return c[:3] + "-" + c[3:] },
		"no-break space":   func(c string) string { return c[:3] + "\u00a0" + c[3:] },
		"with marks":       func(c string) string { return "\u2068" + c + "\u2069" },
		"Arabic digits":    func(c string) string { return shifted(c, '٠') },
		"Persian digits":   func(c string) string { return shifted(c, '۰') },
		"full-width":       func(c string) string { return shifted(c, '０') },
		"of the other tab": func(c string) string { return c },
	} {
		w.later(16 * time.Minute) // the allowance of the phone number is three in fifteen minutes
		link := w.known("kim@example.com", ``, everyURL)
		tab := w.Open(t, link).To("code", "pay_later")
		code := phone.code(t)
		if strings.Contains(tab.Body, code) {
			t.Fatalf("%s: the code stands on the page", name)
		}
		if name == "of the other tab" {
			tab = w.Open(t, link)
		}
		if tab.Form().Set("code", written(code)).Submit(); tab.Step() != "review" {
			t.Errorf("%s: step %q, %s", name, tab.Step(), words(tab.Body))
		}
	}
}

func shifted(code string, zero rune) string {
	return strings.Map(func(r rune) rune { return r - '0' + zero }, code)
}

// A slip of the finger costs no try; a wrong code costs one, and a reload costs none.
func TestCode_triesAreCounted(t *testing.T) {
	w, phone := forReal(t)
	link := w.known("kim@example.com", ``, everyURL)
	tab := w.Open(t, link).To("code", "pay_later")
	code := phone.code(t)
	for typed, reason := range map[string]string{"": "Fill this in", "12345": "Write all six digits", "12345a": "Write all six digits"} {
		before := w.version(link)
		if tab.Form().Set("code", typed).Submit(); tab.Step() != "code" || !strings.Contains(words(tab.Body), reason) || w.version(link) != before {
			t.Errorf("%q: %s", typed, words(tab.Body))
		}
	}
	for _, left := range []string{"Four tries left", "Three tries left", "Two tries left", "One try left"} {
		form := tab.Form().Set("code", otherThan(code))
		form.Submit()
		if !strings.Contains(words(tab.Body), "That code is not right. "+left+".") || !strings.Contains(tab.Body, `aria-invalid="true"`) {
			t.Errorf("not said: %s: %s", left, words(tab.Body))
		}
		w.unmoved(t, "the same form once more", link, form.Values)
		if again := w.Open(t, link); !strings.Contains(words(again.Body), left) {
			t.Errorf("after a reload not said: %s", left)
		}
	}
	tab.Form().Set("code", otherThan(code)).Submit()
	if !strings.Contains(words(tab.Body), "Too many wrong codes. Ask for a new one.") {
		t.Error(words(tab.Body))
	}
	if tab.Form().Set("code", code).Submit(); tab.Step() != "code" {
		t.Fatal("after five wrong ones the right code still works")
	}
	tab.FormWith("action", "send_code").Submit()
	if !strings.Contains(words(tab.Body), "A new code is on its way.") || strings.Contains(tab.Body, `role="alert"`) {
		t.Errorf("%s", words(tab.Body))
	}
	if tab.Form().Set("code", phone.code(t)).Submit(); tab.Step() != "review" {
		t.Errorf("the new code: step %q", tab.Step())
	}
}

func TestCode_worksForTenMinutes(t *testing.T) {
	w, phone := forReal(t)
	link := w.known("kim@example.com", ``, everyURL)
	tab := w.Open(t, link).To("code", "pay_later")
	code := phone.code(t)
	w.later(10 * time.Minute)
	tab.Form().Set("code", code).Submit()
	if tab.Step() != "code" || !strings.Contains(words(tab.Body), "The last code is too old. Ask for a new one; it works for 10 minutes.") {
		t.Errorf("after ten minutes: %s", words(tab.Body))
	}
	tab.FormWith("action", "send_code").Submit()
	code = phone.code(t)
	w.later(10*time.Minute - time.Second)
	if tab.Form().Set("code", code).Submit(); tab.Step() != "review" {
		t.Errorf("a second before: %s", words(tab.Body))
	}
}

func TestCode_threeInFifteenMinutes(t *testing.T) {
	w, phone := forReal(t)
	link := w.known("kim@example.com", ``, everyURL)
	tab := w.Open(t, link).To("code", "pay_later")
	phone.code(t)
	for _, left := range []string{"You can ask for two more.", "You can ask for one more."} {
		if !strings.Contains(words(tab.Body), left) {
			t.Errorf("not said: %s: %s", left, words(tab.Body))
		}
		form := tab.FormWith("action", "send_code")
		form.Submit()
		phone.code(t)
		w.unmoved(t, "the second press of a double click", link, form.Values)
	}
	if !strings.Contains(words(tab.Body), "You cannot ask for more codes right now. You can again at 10:45.") || strings.Contains(tab.Body, `value="send_code"`) {
		t.Errorf("after three: %s", words(tab.Body))
	}
	w.Advance(time.Second)
	if len(phone.messages) > 0 {
		t.Error("a fourth code was sent")
	}
	// Another page of the same phone has no allowance left either, and says so.
	other := w.Open(t, w.known("kim@example.com", ``, everyURL)).To("code", "pay_later")
	if got := words(other.Body); strings.Count(got, "You cannot ask for more codes right now. You can again at 10:45.") != 1 || strings.Contains(got, "Ask for a code") || strings.Contains(other.Body, `value="send_code"`) {
		t.Errorf("%s", got)
	}
	// Who asks all the same, with a form of before or made by hand, is refused.
	other.FormOf("data-cancel").Set("action", "send_code").Submit()
	if !strings.Contains(words(other.Body), "Six-digit code: no more codes for now") || !strings.Contains(other.Body, `href="#code"`) {
		t.Errorf("%s", words(other.Body))
	}
	if len(phone.messages) > 0 {
		t.Error("a code was sent")
	}
	w.later(15 * time.Minute)
	tab.Reload()
	if tab.FormWith("action", "send_code").Submit(); !strings.Contains(words(tab.Body), "A new code is on its way.") {
		t.Errorf("after fifteen minutes: %s", words(tab.Body))
	}
	phone.code(t)
}

// A network address has an allowance of its own, whatever pages and receivers it names; another node counts with us.
func TestCode_allowanceOfANetworkAddress(t *testing.T) {
	w, phone := forReal(t)
	others := []string{"+447700900101", "+447700900102", "+447700900103", "+447700900104"}
	page := func(i int) string {
		return w.link(british+","+strings.ReplaceAll(kim, "+447700904127", others[i]), ``, everyURL)
	}
	for i := range 3 {
		w.Open(t, page(i)).To("code", "pay_later")
		phone.code(t)
	}
	fourth := w.Open(t, page(3)).To("code", "pay_later")
	if got := words(fourth.Body); !strings.Contains(got, "You cannot ask for more codes right now. You can again at 10:45.") {
		t.Error(got)
	}
	if len(phone.messages) > 0 {
		t.Error("a fourth code was sent")
	}
	w.later(15 * time.Minute)
	fourth.Reload()
	fourth.FormWith("action", "send_code").Submit()
	phone.code(t)
}

// Who has used up the tries and the codes is not told to ask for another.
func TestCode_neitherTriesNorCodesLeft(t *testing.T) {
	w, phone := forReal(t)
	tab := w.Open(t, w.known("kim@example.com", ``, everyURL)).To("code", "pay_later")
	phone.code(t)
	for range 2 {
		tab.FormWith("action", "send_code").Submit()
		phone.code(t)
	}
	for range 5 {
		tab.Form().Set("code", "000000").Submit()
	}
	if got := words(tab.Body); strings.Contains(got, "Ask for a new one") || strings.Count(got, "You cannot ask for more codes right now. You can again at 10:45.") != 1 {
		t.Error(got)
	}
}

// The limit is the operator's; in a sandbox it is what turns the counting on.
func TestCode_limitByFlag(t *testing.T) {
	w := open(t, func(o *server.Options) { o.Config.CodeLimit = 2 })
	for _, email := range []string{"one@example.com", "two@example.com"} {
		cart := british + "," + strings.ReplaceAll(strings.ReplaceAll(kim, "kim@example.com", email), `"phone":"+447700904127",`, `"phone":"+44770090`+strconv.Itoa(1000+len(email)+int(email[0]))+`",`)
		if tab := w.Open(t, w.link(cart, ``, everyURL)).To("code", "pay_later"); !strings.Contains(words(tab.Body), "We sent a six-digit code") {
			t.Error(words(tab.Body))
		}
	}
	third := w.Open(t, w.known("three@example.com", ``, everyURL)).To("code", "pay_later")
	if got := words(third.Body); !strings.Contains(got, "You cannot ask for more codes right now.") {
		t.Error(got)
	}
	free := open(t)
	for i := range 5 {
		if tab := free.Open(t, free.known("kim@example.com", ``, everyURL)).To("code", "pay_later"); !strings.Contains(words(tab.Body), "We sent a six-digit code") {
			t.Errorf("page %d: %s", i, words(tab.Body))
		}
	}
}

// Where codes go by e-mail, no page says that they go to the phone.
func TestCode_byMailSaysSo(t *testing.T) {
	w, _ := forReal(t, func(o *server.Options) {
		o.Config.SMSURL, o.Config.SMTPURL, o.Config.MailFrom = "", "smtp://127.0.0.1:1", "pay@example.com"
	})
	tab := w.Open(t, w.link(british, ``, everyURL)).To("contact", "pay_later")
	if !strings.Contains(words(tab.Body), "E-mail address We send a code to it in the next step.") || strings.Contains(words(tab.Body), "Mobile number We send a code") {
		t.Error(words(tab.Body))
	}
	for _, name := range []string{"email", "phone", "given_name", "date_of_birth"} {
		if got := tab.Form().Values.Get(name); got != "" {
			t.Errorf("outside the sandbox %s is filled in with %q", name, got)
		}
	}
	code := w.Open(t, w.known("kim@example.com", ``, everyURL)).To("code", "pay_later")
	if !strings.Contains(words(code.Body), "by e-mail to k••@example.com.") || !strings.Contains(words(code.Body), "Use another address") {
		t.Error(words(code.Body))
	}
	if strings.Contains(code.Body, "Sandbox") {
		t.Error("a live page speaks of the sandbox")
	}
}

func TestSandbox_anySixDigitsButNines(t *testing.T) {
	w := open(t)
	tab := w.Open(t, w.known("kim@example.com", ``, everyURL)).To("code", "pay_later")
	for range 7 {
		if tab.Form().Set("code", "999999").Submit(); !strings.Contains(words(tab.Body), "That code is not right. Four tries left.") {
			t.Fatal(words(tab.Body))
		}
	}
	if tab.Form().Set("code", "000000").Submit(); tab.Step() != "review" {
		t.Errorf("step %q", tab.Step())
	}
}

// In the sandbox the shortest way is: choose a way, give a code, press the first button on each page.
func TestSandbox_everythingIsFilledIn(t *testing.T) {
	w := open(t)
	for _, m := range pay.Markets() {
		for _, category := range pay.CategoriesFor(m.Country) {
			tab := w.Open(t, w.link(market(m.Country, m.Currency, m.Locales[0]), ``, everyURL))
			presses := 0
			for tab.Step() != "outcome" && presses < 8 {
				form := tab.Form()
				switch tab.Step() {
				case "method":
					form.Set("category", string(category))
				case "code":
					form.Set("code", "123456")
				}
				tab = form.Submit()
				presses++
			}
			if tab.PageStatus() != "COMPLETED" || presses > 5 && !(category == pay.DirectBankTransfer && presses == 6) {
				t.Errorf("%s by %s: %s after %d presses: %s", m.Country, category, tab.PageStatus(), presses, words(tab.Body))
			}
			if strings.Contains(tab.Body, "⟦") {
				t.Errorf("%s by %s: a sentence is missing", m.Country, category)
			}
		}
	}
}

func TestInstrument_isCheckedAndForgotten(t *testing.T) {
	w := open(t)
	link := w.known("kim@example.com", ``, everyURL)
	tab := w.Open(t, link).To("plan", "pay_now")
	form := tab.Form()
	if form.Values.Get("card_number") == "" || form.Values.Get("iban") == "" {
		t.Fatalf("the sandbox fills in no card: %v", form.Values)
	}
	tab.Form().Set("card_number", "4242 4242 4242 4243").Set("card_expiry", "05/26").Set("card_cvc", "12").Submit()
	for _, want := range []string{"Three things to correct", "Card number: is not right", "Valid until: is not right", "Security code: has three digits", "Check the digits on the card"} {
		if !strings.Contains(words(tab.Body), want) {
			t.Errorf("not said: %q in %s", want, words(tab.Body))
		}
	}
	if values := tab.Form().Values; strings.Contains(tab.Body, "4243") || values.Get("card_number") != "" || values.Get("card_cvc") != "" {
		t.Error("a card's number or security code is written back")
	} else if got := values.Get("card_expiry"); got != "05/26" {
		t.Errorf("the month is to be typed again: %q", got)
	}
	if _, body := w.get("GET", link); strings.Contains(body, "05/26") {
		t.Error("what was typed is kept where a forwarded link shows it")
	}
	tab.Form().Set("card_number", "5555-5555-5555-4444").Set("card_expiry", "06 / 26").Set("card_cvc", "123").Submit()
	if tab.Step() != "review" || !strings.Contains(words(tab.Body), "Pay now, card ending 4444") {
		t.Errorf("step %q: %s", tab.Step(), words(tab.Body))
	}
	if got := w.state(link).Hosted.Progress.Instrument; got != (pay.Instrument{Digits: "4444", Brand: "MASTERCARD", Expiry: "06/2026"}) {
		t.Errorf("%+v is kept of the card", got)
	}
	account := w.Open(t, w.known("kim@example.com", ``, everyURL)).To("plan", "pay_now")
	account.Form().Set("plan", "bank_account").Set("iban", "GB29NWBK60161331926818").Submit()
	if !strings.Contains(words(account.Body), "IBAN: is not right") || account.Form().Values.Get("plan") != "bank_account" {
		t.Errorf("%s", words(account.Body))
	}
	if got := account.Form().Values.Get("iban"); got != "GB29NWBK60161331926818" {
		t.Errorf("the IBAN is to be typed again: %q", got)
	}
	account.Form().Set("iban", "gb29 nwbk 6016 1331 9268 19").Submit()
	if !strings.Contains(words(account.Body), "Pay now, account ending 6819") {
		t.Errorf("%s", words(account.Body))
	}
}

// Unknown links all look alike, and whoever tries many is not let near the database.
func TestUnknown_allAlikeAndLimited(t *testing.T) {
	w, _ := forReal(t)
	link := w.known("kim@example.com", ``, everyURL)
	base := link[:strings.LastIndex(link, "/")+1]
	pg := w.state(link)
	other := map[bool]string{true: "-", false: "_"}[strings.HasSuffix(link, "_")] // than the last letter of the link
	var first string
	for _, token := range []string{"nothing", string(pg.Hosted.ID), string(pg.Hosted.Link)[:len(pg.Hosted.Link)-1] + other, "%00", "..%2f", strings.Repeat("a", 3000)} {
		resp, body := w.get("GET", base+token)
		if resp.StatusCode != 404 || strings.Contains(body, "Nordlys") {
			t.Errorf("%.20s: status %d", token, resp.StatusCode)
		}
		if first == "" {
			first = body
		}
		if body != first {
			t.Errorf("%.20s looks another way", token)
		}
	}
	for range 40 {
		w.get("GET", base+"nothing")
	}
	resp, body := w.get("GET", base+"nothing")
	if resp.StatusCode != http.StatusTooManyRequests || resp.Header.Get("Retry-After") != "60" || body != first {
		t.Errorf("after many tries: status %d, Retry-After %q", resp.StatusCode, resp.Header.Get("Retry-After"))
	}
	if resp, _ := w.get("GET", link); resp.StatusCode != 200 {
		t.Errorf("a real link meanwhile, from the same address: status %d", resp.StatusCode)
	}
	w.later(time.Minute)
	if resp, _ := w.get("GET", base+"nothing"); resp.StatusCode != 404 {
		t.Errorf("a minute later: status %d", resp.StatusCode)
	}
}

// A bank is chosen and the payment checked on our page; then the bank asks on its own. Nothing is told to anybody before it is asked, and
// nothing is asked again after it approved: the payment is made.
func TestBank_approvesOnItsOwnPage(t *testing.T) {
	w := open(t)
	sek := strings.Replace(market("SE", "SEK", "en-SE"), "Delivery, 2–4 days", "Delivery", 1)
	link := w.link(sek+`,"billing_address":{"country":"SE","email":"customer@email.se"}`, ``, everyURL)
	tab := w.Open(t, link).To("plan", "direct_bank_transfer")
	if tab.Form().Submit(); tab.Step() != "review" || tab.Heading() != "Check and pay" {
		t.Fatalf("after the choice: %s, %s", tab.Step(), tab.Heading())
	}
	before := w.version(link)
	tab.Form().Submit()
	if tab.Heading() != "Demo Bank" || tab.Step() != "review" || !strings.Contains(words(tab.Body), "Nordlys Cykler asks you to approve 100,00 kr. This bank is not real: nothing is moved.") {
		t.Fatalf("%s: %s", tab.Step(), words(tab.Body))
	}
	if w.version(link) != before {
		t.Error("the payment was begun before the bank was asked")
	}
	tab.FormWith("action", "keep").Submit()
	if tab.Heading() != "Check and pay" || tab.Step() != "review" || w.version(link) != before {
		t.Errorf("after a refusal: %s", tab.Heading())
	}
	tab.Form().Submit()
	if tab.Form().Submit(); tab.PageStatus() != "COMPLETED" {
		t.Errorf("after the approval: %s, %s", tab.Step(), words(tab.Body))
	}
}
