package page_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"kassa/internal/servertest"
)

// standing is a state in which a page can be opened.
type standing struct {
	name, link           string
	status               int
	dataStatus, step     string
	heading              string
	refresh, backAddress string // Refresh header and data-return
	has                  string // attributes, by blanks
	hasNot               string
}

// standings brings pages into every state that a GET can show. The clock is moved: nothing else of the world may be open.
func standings(w *world) []standing {
	w.t.Helper()
	at := func(email, options, step, category string) string {
		link := w.known(email, options, everyURL)
		w.Open(w.t, link).To(step, category)
		return link
	}
	const denied = "kim+denied@example.com"
	steps := "data-primary data-cancel"
	out := []standing{
		{"method", w.known("kim@example.com", ``, everyURL), 200, "WAITING", "method", "Choose how to pay", "", "", steps, "data-return data-back"},
		{"contact", "", 200, "IN_PROGRESS", "contact", "Your details", "", "", steps, "data-return"},
		{"code", at("kim@example.com", ``, "code", "pay_later"), 200, "IN_PROGRESS", "code", "Enter the code", "", "", steps, "data-return"},
		{"plan", at("kim@example.com", ``, "plan", "pay_over_time"), 200, "IN_PROGRESS", "plan", "Choose your plan", "", "", steps, "data-return"},
		{"instrument", at("kim@example.com", ``, "plan", "pay_now"), 200, "IN_PROGRESS", "plan", "Choose card or account", "", "", steps, "data-return"},
		{"review", at("kim@example.com", ``, "review", "pay_later"), 200, "IN_PROGRESS", "review", "Check and pay", "", "", steps, "data-return"},
		{"paid", at("kim@example.com", ``, "outcome", "pay_later"), 200, "COMPLETED", "outcome", "Paid. Thank you!", "", "https://shop.example/success", "data-return", "data-primary data-cancel"},
		{"declined", at(denied, ``, "outcome", "pay_later"), 200, "FAILED", "outcome", "Pay later was not approved", "", "https://shop.example/failure", "data-primary data-return", "data-cancel"},
		{"fallback", "", 200, "IN_PROGRESS", "method", "Choose how to pay", "", "", steps, "data-return"},
		{"error", at(broken, ``, "outcome", "pay_later"), 200, "ERROR", "outcome", "Something broke on our side", "", "https://shop.example/error", "data-primary data-return", "data-cancel"},
		{"back", "", 200, "BACK", "outcome", "You left the payment", "", "https://shop.example/cancel", "data-primary data-return", "data-cancel"},
		{"prompt", "", 200, "WAITING", "method", "Cancel this payment?", "", "", "data-primary data-confirm-cancel", "data-return data-cancel"},
		{"cancelled", "", 200, "CANCELLED", "outcome", "Payment cancelled", "", "https://shop.example/cancel", "data-return", "data-primary"},
		{"disabled", "", 410, "DISABLED", "outcome", "This link was withdrawn", "", "https://shop.example/cancel", "data-return", "data-primary"},
		{"unknown", w.URL() + "/pay/nothing", 404, "UNKNOWN", "outcome", "We do not know this link", "", "", "", "data-return data-primary"},
		{"checking", "", 200, "IN_PROGRESS", "checking", "We are checking your payment", "3;url=", "", "data-check", "data-return data-primary data-cancel"},
		{"tab", "", 200, "IN_PROGRESS", "checking", "You are paying in another tab", "3;url=", "", "data-check", "data-return data-primary data-cancel"},
	}
	set := func(name, link string) {
		for i := range out {
			if out[i].name == name {
				out[i].link = link
			}
		}
	}
	contact := w.link(british, ``, everyURL)
	w.Open(w.t, contact).To("contact", "pay_later")
	set("contact", contact)
	fallback := w.known(denied, `"payment_method_category":"pay_later","payment_fallback":true`, everyURL)
	w.Open(w.t, fallback).To("review", "pay_later").Form().Submit()
	set("fallback", fallback)
	back := w.known("kim@example.com", ``, everyURL)
	w.Open(w.t, back).FormOf("data-cancel").Submit()
	set("back", back)
	inStore := func() string {
		return w.link(`"acquiring_channel":"IN_STORE",`+british+","+kim, ``, `"cancel":"https://shop.example/cancel"`)
	}
	set("prompt", inStore()+"?cancel")
	cancelled := inStore()
	w.Open(w.t, cancelled).FormOf("data-cancel").Submit().FormOf("data-confirm-cancel").Submit()
	set("cancelled", cancelled)
	disabled := w.shop.Hosted(w.shop.Payment("{"+british+"}"), ``, everyURL)
	w.shop.Delete("/hpp/v1/sessions/" + disabled.Text("session_id")).Want(http.StatusNoContent)
	set("disabled", disabled.Text("redirect_url"))
	tab := w.known("kim@example.com", ``, everyURL)
	w.pending(w.Open(w.t, tab).To("review", "pay_later"))
	set("tab", tab)
	set("checking", tab+"?done="+arrivedAt(w.Clock.Now()))
	return out
}

// late moves the clock to the end of a link's life: first its last minutes, then after it.
func (w *world) late(link string) (timer, expired standing, advance func()) {
	timer = standing{"timer", link, 200, "WAITING", "method", "Choose how to pay", "", "", "data-primary", "data-return"}
	expired = standing{"expired", link, 410, "EXPIRED", "outcome", "This link has expired", "", "https://shop.example/cancel", "data-return", "data-primary"}
	w.Clock.Advance(47*time.Hour - 2*time.Minute)
	return timer, expired, func() { w.Clock.Advance(3 * time.Minute) }
}

func (s standing) check(t *testing.T, w *world) {
	t.Helper()
	tab := w.Open(t, s.link)
	if tab.Status != s.status || tab.PageStatus() != s.dataStatus || tab.Step() != s.step || tab.Heading() != s.heading {
		t.Errorf("status %d, data-status %q, step %q, heading %q", tab.Status, tab.PageStatus(), tab.Step(), tab.Heading())
	}
	if got := tab.Header.Get("Refresh"); s.refresh == "" && got != "" || !strings.HasPrefix(got, s.refresh) {
		t.Errorf("Refresh: %q", got)
	}
	if got := tab.Return(); s.backAddress == "" && got != "" || !strings.HasPrefix(got, s.backAddress) {
		t.Errorf("data-return leads to %q", got)
	}
	for attribute := range strings.FieldsSeq(s.has) {
		if !tab.Has(attribute) {
			t.Errorf("has no %s", attribute)
		}
	}
	for attribute := range strings.FieldsSeq(s.hasNot) {
		if tab.Has(attribute) {
			t.Errorf("has %s", attribute)
		}
	}
	if strings.Contains(tab.Body, "⟦") {
		t.Errorf("a sentence is missing: %s", words(tab.Body))
	}
	if got := tab.Header.Get("Content-Language"); got != "en" {
		t.Errorf("Content-Language: %q", got)
	}
}

func TestPage_everyState(t *testing.T) {
	w := open(t)
	for _, s := range standings(w) {
		t.Run(s.name, func(t *testing.T) {
			s.check(t, w)
			s.check(t, w) // once more: looking changed nothing
		})
	}
	timer, expired, advance := w.late(w.known("kim@example.com", ``, everyURL))
	t.Run("timer", func(t *testing.T) {
		timer.check(t, w)
		if !strings.Contains(words(w.Open(t, timer.link).Body), "Less than 3 minutes left") {
			t.Error("the page does not say that little time is left")
		}
	})
	advance()
	t.Run("expired", func(t *testing.T) {
		expired.check(t, w)
		if text := words(w.Open(t, expired.link).Body); !strings.Contains(text, "until 14 June, 09:30. Nothing was charged.") {
			t.Error(text) // 47 hours after 09:30 UTC, by the clocks of London
		}
	})
}

func TestPage_timerIsNotShownBeforeTheLastMinutes(t *testing.T) {
	w := open(t)
	link := w.known("kim@example.com", ``, everyURL)
	w.Clock.Advance(47*time.Hour - 3*time.Minute)
	if strings.Contains(words(w.Open(t, link).Body), "3 minutes left") {
		t.Error("three minutes before the end the page counts already")
	}
}

// Without addresses of the shop there is nowhere to go to: pages of our own say what happened.
func TestPage_withoutAddressesOfTheShop(t *testing.T) {
	w := open(t)
	for _, tc := range []struct{ email, heading string }{
		{"kim@example.com", "Paid. Thank you!"}, {"kim+denied@example.com", "Pay later was not approved"}, {broken, "Something broke on our side"},
	} {
		tab := w.Open(t, w.known(tc.email, ``, ``)).Pay("pay_later")
		if tab.Status != 200 || tab.Heading() != tc.heading || tab.Return() != "" || tab.Header.Get("Refresh") != "" {
			t.Errorf("%s: status %d, %q, leads to %q", tc.email, tab.Status, tab.Heading(), tab.Return())
		}
		if strings.Contains(words(tab.Body), "Return to") || strings.Contains(words(tab.Body), "You return to") || strings.Contains(words(tab.Body), "Taking you back") {
			t.Errorf("%s: promises a way back: %s", tc.email, words(tab.Body))
		}
	}
	cancelled := w.Open(t, w.known("kim@example.com", ``, ``)).FormOf("data-cancel").Submit().FormOf("data-confirm-cancel").Submit()
	if cancelled.PageStatus() != "CANCELLED" || cancelled.Return() != "" {
		t.Errorf("%s, leads to %q", cancelled.PageStatus(), cancelled.Return())
	}
}

// A technical error leads to the failure address when there is none of its own.
func TestError_fallsBackToTheFailureAddress(t *testing.T) {
	w := open(t)
	tab := w.Open(t, w.known(broken, ``, `"failure":"https://shop.example/failure"`)).Pay("pay_later")
	if tab.PageStatus() != "ERROR" || tab.Return() != "https://shop.example/failure" {
		t.Errorf("%s leads to %q", tab.PageStatus(), tab.Return())
	}
}

func TestPaid_factsOfTheReceipt(t *testing.T) {
	w := open(t)
	link := w.known("kim@example.com", `"place_order_mode":"PLACE_ORDER"`, everyURL)
	w.Open(t, link).Pay("pay_now")
	text := words(w.Open(t, link).Body)
	reference := w.state(link).Hosted.Reference
	for _, want := range []string{
		"£100.00 to Nordlys Cykler.", "Paid 12 June 2026, 10:30", "With Card ending 4242", "Order 10482", "Reference " + reference,
		"Merino cycling cap 2 × £19.50 £39.00", "Welcome back, 10% off −£10.50", "Total £100.00 Includes VAT 20% £16.67",
		"You can open this receipt again with the same link.",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the receipt does not say %q: %s", want, text)
		}
	}
	if reference == "" || strings.Contains(text, "kim@example.com") || strings.Contains(text, "Larsen") {
		t.Errorf("reference %q: %s", reference, text)
	}
}

func TestPaid_pendingSaysSo(t *testing.T) {
	w := open(t)
	tab := w.Open(t, w.known("kim+pend-accept-05@example.com", `"place_order_mode":"PLACE_ORDER"`, everyURL)).Pay("pay_later")
	if tab.Heading() != "Order received" || strings.Contains(words(tab.Body), "Paid") {
		t.Errorf("a payment under review is called paid: %q", words(tab.Body))
	}
	if !strings.Contains(words(tab.Body), "The payment is being reviewed; Nordlys Cykler tells you when it is done.") {
		t.Error(words(tab.Body))
	}
}

// The receipt of a payment that was reviewed says what became of it.
func TestPaid_afterTheReview(t *testing.T) {
	w := open(t)
	accepted := w.known("kim+pend-accept-01@example.com", `"place_order_mode":"PLACE_ORDER"`, everyURL)
	w.Open(t, accepted).Pay("pay_later")
	rejected := w.known("kim+pend-reject-01@example.com", `"place_order_mode":"PLACE_ORDER"`, everyURL)
	w.Open(t, rejected).Pay("pay_later")
	captured := w.known("kim+pend-reject-01@example.com", `"place_order_mode":"PLACE_ORDER"`, everyURL)
	w.Open(t, captured).Pay("pay_later")
	if heading := w.Open(t, rejected).Heading(); heading != "Order received" {
		t.Errorf("during the review: %q", heading)
	}
	w.Clock.Advance(61 * time.Second)
	if err := w.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.shop.Post("/ordermanagement/v1/orders/"+string(w.state(captured).Hosted.OrderID)+"/captures", `{"captured_amount":10000}`).Want(http.StatusCreated)
	for link, want := range map[string]string{accepted: "Paid. Thank you!", rejected: "Pay later was not approved", captured: "Paid. Thank you!"} {
		tab := w.Open(t, link)
		if tab.Heading() != want || strings.Contains(words(tab.Body), "reviewed") || tab.PageStatus() != "COMPLETED" {
			t.Errorf("%s, want %s: %s", tab.Heading(), want, words(tab.Body))
		}
	}
	w.later(5 * time.Hour)
	if err := w.Settle(t.Context()); err != nil { // the order is ended, which is no giving back
		t.Fatal(err)
	}
	if tab := w.Open(t, rejected); tab.Heading() != "Pay later was not approved" || !strings.Contains(words(tab.Body), "Nothing was charged.") || tab.Return() != "https://shop.example/cancel" {
		t.Error(words(tab.Body))
	}
}

// After a decline the ways that are left are offered once, and the refused one stands there with its reason.
func TestFallback_offersWhatIsLeft(t *testing.T) {
	w := open(t)
	link := w.known("kim+denied@example.com", `"payment_method_category":"pay_later","payment_fallback":true`, everyURL)
	tab := w.Open(t, link)
	if n := strings.Count(tab.Body, `type="radio"`); n != 1 || !strings.Contains(tab.Body, "checked") {
		t.Fatalf("%d ways before the decline; the only one is chosen beforehand", n)
	}
	tab.To("review", "pay_later").Form().Submit()
	if tab.Step() != "method" || radios(tab) != "pay_now* pay_over_time pay_later-" {
		t.Fatalf("after the decline: %s", radios(tab))
	}
	if text := words(tab.Body); !strings.Contains(text, "Pay later was not approved. Nothing was charged.") || !strings.Contains(text, "Pay later Not approved for this order.") {
		t.Error(text)
	}
	if got := w.state(link).Hosted.Status; got != "IN_PROGRESS" {
		t.Errorf("status %s", got)
	}
	for i, step := range []struct{ pay, then string }{
		{"pay_now", "pay_now pay_over_time pay_later-"}, {"pay_over_time", "pay_now* pay_later- pay_over_time-"}, {"pay_now", "pay_now* pay_later- pay_over_time-"},
	} {
		tab.To("review", step.pay).Form().Submit()
		if i > 0 { // none is left that was not declined
			if tab.PageStatus() != "FAILED" || !tab.Has("data-primary") {
				t.Fatalf("decline %d: %s, %s", i+2, tab.PageStatus(), words(tab.Body))
			}
			tab.Form().Submit()
		}
		if radios(tab) != step.then {
			t.Fatalf("decline %d: %s, want %s", i+2, radios(tab), step.then)
		}
	}
	if text := words(tab.Body); !strings.Contains(text, "Not approved before. Another card or account may work.") {
		t.Error(text)
	}
	tab.To("review", "pay_now").Form().Submit()
	if tab.PageStatus() != "FAILED" || tab.Heading() != "Pay now was not approved" || tab.Has("data-primary") || tab.Return() != "https://shop.example/failure" {
		t.Errorf("after all were declined: %s, %s", tab.PageStatus(), tab.Heading())
	}
}

// radios lists the ways on a page as they stand there: * is chosen, - cannot be.
func radios(tab *servertest.Consumer) string {
	var out []string
	for _, m := range regexp.MustCompile(`<input type="radio" name="category" value="([a-z_]+)"([^>]*)>`).FindAllStringSubmatch(tab.Body, -1) {
		mark := ""
		if strings.Contains(m[2], " checked") {
			mark = "*"
		}
		if strings.Contains(m[2], " disabled") {
			mark += "-"
		}
		out = append(out, m[1]+mark)
	}
	return strings.Join(out, " ")
}

// TestDeclined_theWayIsClosed: "Try another way to pay" leads to the ways that are left; the declined one is marked and cannot be sent.
func TestDeclined_theWayIsClosed(t *testing.T) {
	w := open(t)
	link := w.known("kim+denied@example.com", ``, everyURL)
	tab := w.Open(t, link).Pay("pay_later")
	if text := words(tab.Body); tab.PageStatus() != "FAILED" || !strings.Contains(text, "Try another way to pay") || tab.Header.Get("Refresh") != "" || tab.Return() != "https://shop.example/failure" {
		t.Fatalf("%s, Refresh %q: %s", tab.PageStatus(), tab.Header.Get("Refresh"), text)
	}
	tab = tab.Form().Submit()
	if radios(tab) != "pay_now* pay_over_time pay_later-" || !strings.Contains(words(tab.Body), "Pay later Not approved for this order.") {
		t.Fatalf("%s: %s", radios(tab), words(tab.Body))
	}
	if crafted := tab.Form().Set("category", "pay_later").Submit(); crafted.Step() != "method" || !strings.Contains(words(crafted.Body), "There is a problem") && !strings.Contains(crafted.Body, `role="alert"`) {
		t.Errorf("a crafted form leads to %s: %s", crafted.Step(), words(crafted.Body))
	}
	if got := len(w.state(link).Payment.Authorizations); got != 1 {
		t.Errorf("%d attempts", got)
	}
	tab = w.Open(t, link).Pay("pay_over_time").Form().Submit()
	if radios(tab) != "pay_now* pay_later- pay_over_time-" {
		t.Error(radios(tab))
	}
	for _, want := range []string{"Try again", "Try again", ""} { // three in all
		tab = w.Open(t, link).Pay("pay_now")
		if text := words(tab.Body); (want == "") == tab.Has("data-primary") || !strings.Contains(text, want) || strings.Contains(text, "nother way") || tab.Header.Get("Refresh") != "" {
			t.Fatalf("%s, Refresh %q", text, tab.Header.Get("Refresh"))
		}
		if want != "" {
			tab.Form().Submit()
		}
	}
}

// TestAttempts_tenOverAllPages: the eleventh attempt on a payment session is none, whichever page it is made on.
func TestAttempts_tenOverAllPages(t *testing.T) {
	w := open(t)
	link := w.known("kim+denied@example.com", ``, everyURL)
	payment := string(w.state(link).Payment.Session.ID)
	idle := w.shop.Hosted(payment, ``, everyURL).Text("redirect_url")
	for i := range 10 {
		if i%3 == 0 {
			link = w.shop.Hosted(payment, ``, everyURL).Text("redirect_url")
		} else {
			w.Open(t, link).Form().Submit()
		}
		w.Open(t, link).Pay("pay_now")
	}
	for _, link := range []string{link, idle, w.shop.Hosted(payment, ``, everyURL).Text("redirect_url")} {
		tab := w.Open(t, link)
		if tab.Step() != "outcome" || tab.Has("data-primary") || tab.Return() != "https://shop.example/failure" || !strings.Contains(tab.Heading(), "not approved") {
			t.Errorf("%s, %s: %s", tab.PageStatus(), tab.Step(), words(tab.Body))
		}
	}
	if n := len(w.state(link).Payment.Authorizations); n != 10 || w.state(idle).Hosted.Status != "FAILED" {
		t.Errorf("%d attempts, the idle page is %s", n, w.state(idle).Hosted.Status)
	}
}

// A refusal with one way only does not speak of others.
func TestDeclined_oneWayOnly(t *testing.T) {
	w := open(t)
	tab := w.Open(t, w.known("kim+denied@example.com", `"payment_method_category":"pay_later"`, everyURL)).Pay("pay_later")
	if text := words(tab.Body); strings.Contains(text, "nother way") || strings.Contains(text, "Try again") || tab.Has("data-primary") || tab.Header.Get("Refresh") != "" {
		t.Errorf("on credit: %s, Refresh %q", text, tab.Header.Get("Refresh"))
	}
	tab = w.Open(t, w.known("kim+denied@example.com", `"payment_method_category":"pay_now"`, everyURL)).Pay("pay_now")
	if text := words(tab.Body); strings.Contains(text, "nother way") || !strings.Contains(text, "Try again") {
		t.Errorf("at once: %s", text)
	}
	again := tab.Form().Submit()
	if again.Step() != "method" || again.PageStatus() != "IN_PROGRESS" || radios(again) != "pay_now*" {
		t.Errorf("trying again leads to step %q, %s", again.Step(), again.PageStatus())
	}
}

func TestMethod_nothingOnCreditIsChosenBeforehand(t *testing.T) {
	w := open(t)
	for options, chosen := range map[string]string{
		``: "pay_now",
		`"payment_method_categories":["PAY_LATER","PAY_OVER_TIME"]`: "",
		`"payment_method_category":"PAY_LATER"`:                     "pay_later",
	} {
		tab := w.Open(t, w.known("kim@example.com", options, everyURL))
		if got := tab.Form().Values.Get("category"); got != chosen {
			t.Errorf("%s: %q is chosen, want %q", options, got, chosen)
		}
	}
	tab := w.Open(t, w.known("kim@example.com", ``, everyURL))
	now, later, over := strings.Index(tab.Body, `value="pay_now"`), strings.Index(tab.Body, `value="pay_later"`), strings.Index(tab.Body, `value="pay_over_time"`)
	if !(now >= 0 && now < later && later < over) {
		t.Errorf("the ways are not in the order now, later, over time: %d %d %d", now, later, over)
	}
	for _, want := range []string{"Pay now £100.00 today", "Pay later £0.00 today Everything by 12 July.", "Pay over time from £8.77 a month"} {
		if !strings.Contains(words(tab.Body), want) {
			t.Errorf("not said: %q", want)
		}
	}
}

func TestMethod_choosingNothingIsExplained(t *testing.T) {
	w := open(t)
	link := w.known("kim@example.com", `"payment_method_categories":["PAY_LATER","PAY_OVER_TIME"]`, everyURL)
	form := w.Open(t, link).Form()
	before := w.version(link)
	tab := form.Submit()
	if tab.Step() != "method" || !strings.Contains(tab.Body, `role="alert"`) || !strings.Contains(tab.Body, `href="#category"`) || !strings.Contains(tab.Body, `id="category"`) {
		t.Errorf("%s", words(tab.Body))
	}
	if !strings.Contains(tab.Body, "<title>Error: Choose how to pay") {
		t.Error("the title does not begin with Error:")
	}
	if w.version(link) != before {
		t.Error("something was saved")
	}
}

func TestPlan_factsAddUp(t *testing.T) {
	w := open(t)
	tab := w.Open(t, w.known("kim@example.com", ``, everyURL)).To("plan", "pay_over_time")
	for _, want := range []string{
		"3 payments £33.34 today Today £33.34 12 July £33.33 12 August £33.33 Interest 0% Extra cost £0.00 Total £100.00",
		"6 months £17.13 a month Interest 9.89% APR Extra cost £2.78 Total £102.78",
		"12 months £8.77 a month Interest 9.96% APR Extra cost £5.24 Total £105.24",
		"Monthly plans start on 12 July,",
	} {
		if !strings.Contains(words(tab.Body), want) {
			t.Errorf("not said: %q in %s", want, words(tab.Body))
		}
	}
	three := tab.Form().Submit()
	if !strings.Contains(words(three.Body), "Payments £33.34 today, £33.33 on 12 July, £33.33 on 12 August") || !strings.Contains(words(three.Body), "Buy for £100.00 in instalments") {
		t.Error(words(three.Body))
	}
	six := three.FormWith("action", "change_plan").Submit().Form().Set("plan", "6").Submit()
	if !strings.Contains(words(six.Body), "Pay over time, 6 months Change Way to pay Each month £17.13, for the first time on 12 July Change Each month Effective annual rate 9.89% Total of all payments £102.78") || !strings.Contains(words(six.Body), "Buy for £102.78 in instalments") {
		t.Error(words(six.Body))
	}
}

// A small amount is paid in three: nothing is said of months, and nobody is asked to choose among one plan.
func TestPlan_ofASmallAmount(t *testing.T) {
	w := open(t)
	tab := w.Open(t, w.hosted(w.payment(`{"purchase_country":"GB","purchase_currency":"GBP","locale":"en-GB","order_amount":1199,"order_lines":[{"name":"Bell","quantity":1,"unit_price":1199,"total_amount":1199}]}`), ``, everyURL))
	if got := words(tab.Body); !strings.Contains(got, "Pay over time £4.00 today 3 payments") {
		t.Error(got)
	}
	review := tab.To("review", "pay_over_time")
	if got := words(review.Body); !strings.Contains(got, "Payments £4.00 today, £4.00 on 12 July, £3.99 on 12 August E-mail") || !strings.Contains(got, "Step 4 of 4") {
		t.Error(got)
	}
}

// A day on credit is a day of the country, not of Greenwich.
func TestCredit_daysAreThoseOfTheCountry(t *testing.T) {
	w := open(t)
	w.later(12*time.Hour + 30*time.Minute)
	link := w.link(market("FI", "EUR", "en-FI"), ``, everyURL)
	if now := w.state(link).Now; now.Day() == now.In(time.FixedZone("", 3*60*60)).Day() {
		t.Fatalf("it is %v: the same day in Finland", now)
	}
	tab := w.Open(t, link)
	if got := words(tab.Body); !strings.Contains(got, "Everything by 13 July") {
		t.Error(got)
	}
	review := tab.To("review", "pay_later")
	if got := words(review.Body); !strings.Contains(got, "by 13 July") {
		t.Error(got)
	}
	if got := words(review.Form().Submit().Body); !strings.Contains(got, "by 13 July") {
		t.Error(got)
	}
}

func TestButton_carriesTheVerbAndTheAmount(t *testing.T) {
	w := open(t)
	for kind, want := range map[string]string{
		"BUY": "Buy for £100.00", "RENT": "Rent for £100.00", "BOOK": "Book for £100.00", "SUBSCRIBE": "Subscribe for £100.00",
		"DOWNLOAD": "Download for £100.00", "ORDER": "Order for £100.00", "CONTINUE": "Continue and pay £100.00", "PAY": "Pay £100.00",
	} {
		tab := w.Open(t, w.known("kim@example.com", `"purchase_type":"`+kind+`"`, everyURL)).To("review", "pay_later")
		if !strings.Contains(tab.Body, `data-primary><span>`+strings.Replace(want, "£100.00", "<bdi>£100.00</bdi>", 1)+`</span>`) {
			t.Errorf("%s: no button %q", kind, want)
		}
	}
}

func TestOptions_titleAndSubtotals(t *testing.T) {
	w := open(t)
	tab := w.Open(t, w.known("kim@example.com", `"page_title":"Complete your purchase"`, everyURL))
	if tab.Heading() != "Complete your purchase" || !strings.Contains(tab.Body, "<title>Complete your purchase – Nordlys Cykler</title>") {
		t.Errorf("%q in %s", tab.Heading(), tab.Body)
	}
	if !strings.Contains(words(tab.Body), "Subtotal £105.00 Welcome back, 10% off −£10.50 Delivery, 2–4 days £5.50 Total £100.00") {
		t.Error(words(tab.Body))
	}
	hidden := words(w.Open(t, w.known("kim@example.com", `"show_subtotal_detail":"HIDE"`, everyURL)).Body)
	if strings.Contains(hidden, "Subtotal") || strings.Contains(hidden, "Welcome back") || strings.Contains(hidden, "VAT") || !strings.Contains(hidden, "Puncture repair kit 1 × £12.00 £12.00 Total £100.00") {
		t.Error(hidden)
	}
}

func TestLanguage_isTheSessionsThenTheBrowsersAndCanBeChanged(t *testing.T) {
	w := open(t)
	link := w.link(market("SE", "SEK", "sv-SE")+`,"billing_address":{"country":"SE","email":"customer@email.se"}`, ``, everyURL)
	if tab := w.Open(t, link); tab.Heading() != "Välj hur du vill betala" || !strings.Contains(tab.Body, `<html lang="sv" dir="ltr">`) {
		t.Errorf("%q", tab.Heading())
	}
	if resp, body := w.get("GET", link+"?lang=de", "Accept-Language", "fr"); resp.Header.Get("Content-Language") != "de" || !strings.Contains(body, "Zahlungsart wählen") {
		t.Errorf("chosen German, got %s", resp.Header.Get("Content-Language"))
	}
	tab := w.Open(t, link+"?lang=de")
	tab.To("review", "pay_later")
	if tab.Heading() != "Prüfen und zahlungspflichtig bestellen" {
		t.Errorf("the choice did not last: %q", tab.Heading())
	}
	for _, language := range []string{"English", "Svenska", "Deutsch"} {
		if !strings.Contains(tab.Body, "<bdi>"+language+"</bdi></a>") {
			t.Errorf("the switch does not offer %s", language)
		}
	}
	if resp, _ := w.get("GET", link, "Accept-Language", "de"); resp.Header.Get("Content-Language") != "sv" {
		t.Errorf("the browser is asked before the session: %s", resp.Header.Get("Content-Language"))
	}
	if resp, _ := w.get("GET", w.URL()+"/pay/nothing", "Accept-Language", "tlh, de;q=0.8, en;q=0.5"); resp.Header.Get("Content-Language") != "de" {
		t.Errorf("no session, the browser likes German best: got %s", resp.Header.Get("Content-Language"))
	}
	for _, bad := range []string{"%22%3E", "xx", strings.Repeat("a", 5000)} {
		if resp, _ := w.get("GET", link+"?lang="+bad); resp.StatusCode != 200 || resp.Header.Get("Content-Language") != "sv" {
			t.Errorf("lang=%.10s: status %d, %s", bad, resp.StatusCode, resp.Header.Get("Content-Language"))
		}
	}
}

func TestLeave_oneControl(t *testing.T) {
	w := open(t)
	back := w.known("kim@example.com", ``, `"back":"https://shop.example/back?s={{session_id}}","cancel":"https://shop.example/cancel"`)
	tab := w.Open(t, back)
	if tab.Has("data-cancel") || !strings.Contains(words(tab.Body), "Back to Nordlys Cykler") {
		t.Fatalf("with a back address: %s", words(tab.Body))
	}
	tab.FormOf("data-back").Submit()
	id := string(w.state(back).Hosted.ID)
	if tab.PageStatus() != "BACK" || tab.Header.Get("Refresh") != "0;url=https://shop.example/back?s="+id || tab.Return() != "https://shop.example/back?s="+id {
		t.Errorf("%s, Refresh %q", tab.PageStatus(), tab.Header.Get("Refresh"))
	}
	if again := w.Open(t, back); again.Header.Get("Refresh") != "" || again.Form().Submit().Step() != "method" {
		t.Error("the link cannot be used again after Back")
	}

	cancelAsBack := w.Open(t, w.known("kim@example.com", ``, `"cancel":"https://shop.example/cancel"`)).FormOf("data-cancel").Submit()
	if cancelAsBack.PageStatus() != "BACK" || cancelAsBack.Header.Get("Refresh") != "0;url=https://shop.example/cancel" {
		t.Errorf("Cancel in an online shop: %s, Refresh %q", cancelAsBack.PageStatus(), cancelAsBack.Header.Get("Refresh"))
	}

	link := w.known("kim@example.com", ``, ``)
	prompt := w.Open(t, link).FormOf("data-cancel").Submit()
	if prompt.Heading() != "Cancel this payment?" || w.state(link).Hosted.Status != "WAITING" {
		t.Fatalf("%q, %s", prompt.Heading(), w.state(link).Hosted.Status)
	}
	if kept := prompt.Form().Submit(); kept.Step() != "method" || w.state(link).Hosted.Status != "WAITING" {
		t.Errorf("going on leads to %q, %s", kept.Step(), w.state(link).Hosted.Status)
	}
	gone := w.Open(t, link+"?cancel").FormOf("data-confirm-cancel").Submit()
	if gone.PageStatus() != "CANCELLED" || w.Open(t, link).PageStatus() != "CANCELLED" {
		t.Errorf("%s", gone.PageStatus())
	}
}

func TestQuery_aPromptIsAskedOnlyWhereItMayBe(t *testing.T) {
	w := open(t)
	for _, link := range []string{w.known("kim@example.com", ``, everyURL), w.known("kim@example.com", ``, `"back":"https://shop.example/back"`)} {
		if tab := w.Open(t, link+"?cancel"); tab.Heading() != "Choose how to pay" {
			t.Errorf("?cancel where Cancel asks nothing: %q", tab.Heading())
		}
	}
	paid := w.known("kim@example.com", ``, ``)
	w.Open(t, paid).Pay("pay_later")
	if tab := w.Open(t, paid+"?cancel"); tab.Heading() != "Paid. Thank you!" {
		t.Errorf("?cancel on a receipt: %q", tab.Heading())
	}
}
