package page_test

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"kassa/internal/server"
	"kassa/internal/servertest"
)

// unmoved submits a form that must change nothing and lead to the present page.
func (w *world) unmoved(t *testing.T, what, link string, form url.Values) {
	t.Helper()
	before, seen := w.version(link), words(w.Open(t, link).Body)
	resp, _ := w.post(link, form)
	if resp.StatusCode != http.StatusSeeOther {
		t.Errorf("%s: status %d, want a redirect to the present page", what, resp.StatusCode)
	}
	if w.version(link) != before {
		t.Errorf("%s: something was saved", what)
	}
	if after := words(w.Open(t, link).Body); after != seen {
		t.Errorf("%s: the page was\n%s\nand is\n%s", what, seen, after)
	}
}

func clone(v url.Values) url.Values { return maps.Clone(v) }

func TestForms_forgedOnesChangeNothing(t *testing.T) {
	w := open(t)
	link, other := w.known("kim@example.com", ``, everyURL), w.known("lee@example.com", ``, everyURL)
	good := w.Open(t, link).Form().Set("category", "pay_later").Values
	change := func(set ...string) url.Values {
		v := clone(good)
		for i := 0; i < len(set); i += 2 {
			v[set[i]] = []string{set[i+1]}
		}
		return v
	}
	w.unmoved(t, "no form at all", link, url.Values{})
	w.unmoved(t, "without a signature", link, change("sig", ""))
	w.unmoved(t, "a signature that is no base64", link, change("sig", "!"))
	w.unmoved(t, "another signature", link, change("sig", strings.Repeat("A", len(good.Get("sig")))))
	w.unmoved(t, "another step", link, change("step", "review"))
	w.unmoved(t, "another number of attempts", link, change("nonce", "1"))
	w.unmoved(t, "control characters", link, change("category", "pay_later\x00"))
	w.unmoved(t, "bad UTF-8", link, change("category", "\xff"))
	w.unmoved(t, "a body beyond all measure", link, change("email", strings.Repeat("a", 100<<10)))
	w.unmoved(t, "another session's form", other, good)
	for _, action := range []string{"back", "cancel", "confirm_cancel", "retry", "send_code", "change_method", "change_contact", "change_plan", "keep"} {
		w.unmoved(t, "unsigned "+action, link, url.Values{"action": {action}})
	}
	if resp, _ := w.post(link, good); resp.StatusCode != http.StatusSeeOther || w.Open(t, link).Step() != "code" {
		t.Error("the form itself does not work either")
	}
	w.unmoved(t, "the same form again", link, good)
}

// Each step's form is good for its step only, and only once.
func TestForms_ofEarlierStepsLeadToThePresentOne(t *testing.T) {
	w := open(t)
	link := w.link(british, ``, everyURL)
	tab := w.Open(t, link)
	var used []url.Values
	for tab.Step() != "outcome" {
		form := tab.Form()
		switch tab.Step() {
		case "method":
			form.Set("category", "pay_now")
		case "code":
			form.Set("code", "123456")
		}
		step := tab.Step()
		for _, old := range used {
			if step != "outcome" {
				w.unmoved(t, "form of "+old.Get("step")+" at "+step, link, old)
			}
		}
		cross := clone(form.Values)
		cross.Set("step", "review")
		if step != "review" {
			w.unmoved(t, step+"'s form as review's", link, cross)
		}
		used = append(used, clone(form.Values))
		tab = form.Submit()
	}
	if len(used) != 5 {
		t.Fatalf("%d steps, want method, contact, code, plan, review", len(used))
	}
	for _, old := range used {
		w.unmoved(t, "form of "+old.Get("step")+" after it was paid", link, old)
	}
	if w.decider.times() != 1 {
		t.Errorf("decided %d times", w.decider.times())
	}
}

// A button means what stood above it: when the merchant changes the amount, the page is shown anew.
func TestForms_anUpdateOfTheMerchantShowsThePageAnew(t *testing.T) {
	w := open(t)
	payment := w.shop.Payment("{" + british + "," + kim + "}")
	link := w.shop.Hosted(payment, ``, everyURL).Text("redirect_url")
	tab := w.Open(t, link).To("review", "pay_later")
	w.shop.Post("/payments/v1/sessions/"+payment, `{"order_amount":20000,"order_tax_amount":0,"order_lines":[{"type":"physical","name":"Dearer","quantity":1,"unit_price":20000,"tax_rate":0,"total_amount":20000,"total_tax_amount":0}]}`).Want(204)
	tab.Form().Submit()
	if tab.Step() != "review" || !strings.Contains(words(tab.Body), "Buy for £200.00") || w.decider.times() != 0 {
		t.Fatalf("step %q, decided %d times: %s", tab.Step(), w.decider.times(), words(tab.Body))
	}
	tab.Form().Submit()
	if tab.PageStatus() != "COMPLETED" || !strings.Contains(words(tab.Body), "£200.00 to Nordlys Cykler.") {
		t.Errorf("%s: %s", tab.PageStatus(), words(tab.Body))
	}
}

// What a button agrees to, and to what day, is part of what stood above it.
func TestForms_agreeToWhatTheySaid(t *testing.T) {
	for name, tc := range map[string]struct{ cart, update, want string }{
		"a token becomes a purchase": {british + `,"intent":"tokenize",` + kim, `{"intent":"buy"}`, "Buy for £100.00"},
		"a purchase makes a token":   {british + "," + kim, `{"intent":"buy_and_tokenize"}`, "charge later purchases the same way"},
		"a consumer becomes a business": {british + "," + kim, `{"customer":{"date_of_birth":"1970-07-10","type":"organization","organization_registration_id":"01234567"},"billing_address":{"country":"GB","email":"kim@example.com","phone":"+447700904127","organization_name":"Larsen Ltd","given_name":"Kim","family_name":"Larsen","street_address":"14 Canal Row","postal_code":"N1 7AA","city":"London"}}`,
			"Larsen Ltd"},
		"other goods for the same amount": {british + "," + kim, `{"order_amount":10000,"order_tax_amount":0,"order_lines":[{"type":"physical","name":"Another thing","quantity":1,"unit_price":10000,"tax_rate":0,"total_amount":10000,"total_tax_amount":0}]}`, "Another thing"},
	} {
		w := open(t)
		payment := w.payment("{" + tc.cart + "}")
		tab := w.Open(t, w.hosted(payment, ``, everyURL)).To("review", "pay_later")
		w.shop.Post("/payments/v1/sessions/"+payment, tc.update).Want(204)
		tab.Form().Submit()
		if tab.Step() != "review" || !strings.Contains(words(tab.Body), tc.want) || !strings.Contains(words(tab.Body), "Something had changed meanwhile.") || w.decider.times() != 0 {
			t.Errorf("%s: step %q, decided %d times: %s", name, tab.Step(), w.decider.times(), words(tab.Body))
		}
	}
	w := open(t)
	tab := w.Open(t, w.known("kim@example.com", ``, everyURL)).To("review", "pay_later")
	w.later(20 * time.Hour)
	if tab.Form().Submit(); tab.Step() != "review" || !strings.Contains(words(tab.Body), "£100.00 by 13 July") || w.decider.times() != 0 {
		t.Errorf("after midnight: step %q: %s", tab.Step(), words(tab.Body))
	}
	if tab.Form().Submit(); tab.PageStatus() != "COMPLETED" {
		t.Errorf("pressed again: %s", tab.PageStatus())
	}
}

// What is filled in agrees to nothing yet: what it does not depend on may change meanwhile, and what was typed is not lost. Whoever presses
// twice is told of no change.
func TestForms_keepWhatWasTyped(t *testing.T) {
	w := open(t)
	payment := w.payment("{" + british + "}")
	tab := w.Open(t, w.hosted(payment, ``, everyURL)).To("contact", "pay_later")
	w.shop.Post("/payments/v1/sessions/"+payment, `{"merchant_reference1":"NEW","customer":{"title":"Ms"}}`).Want(204)
	form := tab.Form().Set("email", "own@example.com")
	form.Submit()
	if tab.Step() != "code" {
		t.Fatalf("step %q: %s", tab.Step(), words(tab.Body))
	}
	form.Submit()
	if tab.Step() != "code" || strings.Contains(words(tab.Body), "changed meanwhile") {
		t.Errorf("the second press: step %q: %s", tab.Step(), words(tab.Body))
	}
}

// A form opened before a restart works after it: what is signed is what is stored.
func TestForms_outliveARestart(t *testing.T) {
	w := open(t, func(o *server.Options) { o.Config.PublicURL = "http://pay.example" })
	link := strings.Replace(w.known("kim@example.com", ``, everyURL), "http://"+w.Address(), w.URL(), 1)
	form := w.Open(t, w.Local(link)).To("review", "pay_later").Form().Values
	w.Stop()
	w.Server = w.Again()
	resp, _ := w.post(w.Local(link), form)
	if resp.StatusCode != http.StatusSeeOther || w.Open(t, w.Local(link)).PageStatus() != "COMPLETED" {
		t.Errorf("status %d, %s", resp.StatusCode, w.Open(t, w.Local(link)).PageStatus())
	}
}

func TestPay_thirtyTwoPressesMakeOneAuthorization(t *testing.T) {
	w := open(t)
	link := w.known("kim@example.com", `"place_order_mode":"PLACE_ORDER"`, everyURL)
	form := w.Open(t, link).To("review", "pay_later").Form()
	var wg sync.WaitGroup
	for range 32 {
		wg.Go(func() {
			if status, location, err := form.Send(); err != nil || status != http.StatusSeeOther || !strings.Contains(location, "done=") {
				t.Errorf("status %d, Location %q, %v", status, location, err)
			}
		})
	}
	wg.Wait()
	if n := len(w.state(link).Payment.Authorizations); n != 1 || w.decider.times() != 1 {
		t.Errorf("%d authorizations, decided %d times", n, w.decider.times())
	}
}

// Two tabs stand at the pay button and both press: the same receipt in both.
func TestPay_aSecondTabSeesTheSameReceipt(t *testing.T) {
	w := open(t)
	link := w.known("kim@example.com", ``, everyURL)
	one := w.Open(t, link).To("review", "pay_later")
	two := w.Open(t, link)
	if two.Step() != "review" {
		t.Fatalf("the second tab stands at %q", two.Step())
	}
	one.Form().Submit()
	two.Form().Submit()
	if one.Heading() != "Paid. Thank you!" || words(one.Body) != words(two.Body) || w.decider.times() != 1 {
		t.Errorf("decided %d times:\n%s\n%s", w.decider.times(), words(one.Body), words(two.Body))
	}
	two.Reload()
	if two.Heading() != "Paid. Thank you!" || len(w.state(link).Payment.Authorizations) != 1 {
		t.Errorf("after a reload: %q", two.Heading())
	}
}

// While a decision is being made the tab that pressed the button is checking, every other one is told where it is paid, and both
// find the result by themselves.
func TestChecking_neverFailedWhileNobodyKnows(t *testing.T) {
	w := open(t)
	link := w.known("kim@example.com", ``, everyURL)
	tab := w.Open(t, link).To("review", "pay_later")
	form := tab.Form().Values
	answer, release := w.pending(tab)

	resp, _ := w.post(link, form) // the double click: the browser shows its answer, not the first one's
	location := resp.Header.Get("Location")
	if resp.StatusCode != http.StatusSeeOther || !queryOf(t, location).Has("done") {
		t.Fatalf("status %d, Location %q", resp.StatusCode, location)
	}
	mine := w.Open(t, w.URL()+location)
	if mine.Heading() != "We are checking your payment" || mine.Step() != "checking" || mine.Return() != "" {
		t.Errorf("%q, step %q", mine.Heading(), mine.Step())
	}
	refresh := mine.Header.Get("Refresh")
	if !strings.HasPrefix(refresh, "3;url=/pay/") || !strings.Contains(refresh, "&done=") {
		t.Errorf("Refresh: %q", refresh)
	}
	other := w.Open(t, link)
	if other.Heading() != "You are paying in another tab" || other.Step() != "checking" || strings.Contains(other.Header.Get("Refresh"), "done") || strings.Contains(words(other.Body), "Go on here instead") {
		t.Errorf("%q, Refresh %q", other.Heading(), other.Header.Get("Refresh"))
	}
	sibling := w.shop.Hosted(string(w.state(link).Payment.Session.ID), ``, everyURL).Text("redirect_url")
	if tab := w.Open(t, sibling); tab.Heading() != "You are paying in another tab" {
		t.Errorf("on another page of the same payment: %q", tab.Heading())
	}
	for _, action := range []string{"back", "cancel", "confirm_cancel", "retry", "change_method", "next"} {
		v := clone(form)
		v.Set("action", action)
		w.unmoved(t, action+" meanwhile", link, v)
	}
	for _, page := range []*servertest.Consumer{mine, other} {
		for _, word := range []string{"fail", "declined", "not approved", "broke"} {
			if strings.Contains(words(page.Body), word) {
				t.Errorf("says %q while nobody knows: %s", word, words(page.Body))
			}
		}
	}
	w.Clock.Advance(31 * time.Second) // the tab that waited has given up by now
	if late := w.Open(t, link); late.Heading() != "We are checking your payment" {
		t.Errorf("half a minute later: %q", late.Heading())
	}

	release()
	if got := <-answer; !strings.HasPrefix(got, "303 /pay/") {
		t.Errorf("the first press was answered %s", got)
	}
	// Each tab goes where its Refresh header says.
	followed := w.Open(t, w.URL()+strings.TrimPrefix(refresh, "3;url="))
	if followed.Heading() != "Paid. Thank you!" {
		t.Errorf("the page does not resolve itself: %q", followed.Heading())
	}
	receipt := w.Open(t, w.URL()+strings.TrimPrefix(other.Header.Get("Refresh"), "3;url="))
	if receipt.Heading() != "Paid. Thank you!" || receipt.Header.Get("Refresh") != "" {
		t.Errorf("the other tab: %q, Refresh %q", receipt.Heading(), receipt.Header.Get("Refresh"))
	}
	if n := len(w.state(link).Payment.Authorizations); n != 1 {
		t.Errorf("%d authorizations", n)
	}
}

// The link is withdrawn while the decision is being made: the page says so, and nothing is charged.
func TestChecking_withdrawnMeanwhile(t *testing.T) {
	w := open(t)
	link := w.known("kim@example.com", ``, everyURL)
	answer, release := w.pending(w.Open(t, link).To("review", "pay_later"))
	w.shop.Delete("/hpp/v1/sessions/" + string(w.state(link).Hosted.ID)).Want(http.StatusNoContent)
	if tab := w.Open(t, link); tab.Status != http.StatusGone || tab.PageStatus() != "DISABLED" {
		t.Errorf("status %d, %s", tab.Status, tab.PageStatus())
	}
	release()
	<-answer
	if a := w.state(link).Payment.Authorizations[0]; a.State() != "VOIDED" {
		t.Errorf("the authorization is %s", a.State())
	}
	if tab := w.Open(t, link); tab.Status != http.StatusGone {
		t.Errorf("status %d", tab.Status)
	}
}

// The tab that paid is sent on at once; nobody else is, and not even that tab when it comes back later.
func TestLeaving_onlyTheTabThatPaidAndOnlyNow(t *testing.T) {
	w := open(t)
	link := w.known("kim@example.com", ``, everyURL)
	form := w.Open(t, link).To("review", "pay_later").Form()
	_, location, err := form.Send()
	if err != nil {
		t.Fatal(err)
	}
	id := string(w.state(link).Hosted.ID)
	paid := w.Open(t, w.URL()+location)
	if got := paid.Header.Get("Refresh"); got != "0;url=https://shop.example/success?sid="+id {
		t.Errorf("Refresh: %q", got)
	}
	if paid.Return() != "https://shop.example/success?sid="+id || !strings.Contains(words(paid.Body), "Taking you back now. You can open this receipt again with the same link.") {
		t.Errorf("leads to %q: %s", paid.Return(), words(paid.Body))
	}
	if again := w.Open(t, link); again.Header.Get("Refresh") != "" || again.Heading() != "Paid. Thank you!" {
		t.Errorf("opened again: Refresh %q", again.Header.Get("Refresh"))
	}
	w.Clock.Advance(31 * time.Second)
	if back := w.Open(t, w.URL()+location); back.Header.Get("Refresh") != "" || back.Heading() != "Paid. Thank you!" || strings.Contains(words(back.Body), "Taking you back") {
		t.Errorf("back from the shop: Refresh %q", back.Header.Get("Refresh"))
	}
	for _, done := range []string{"", "x", "zzzzzzzzzzzzzzz", "-1"} {
		if tab := w.Open(t, link+"?done="+done); tab.Header.Get("Refresh") != "" {
			t.Errorf("done=%s: Refresh %q", done, tab.Header.Get("Refresh"))
		}
	}
}

// The link and the header lead to the same address, whatever the merchant's looks like.
func TestLeaving_linkAndHeaderSayTheSame(t *testing.T) {
	w := open(t)
	const odd = `"success":"https://shop.example/ä b/%zz/%7E(1)'?q=[{{session_id}}]&x=<>\"{{oder_id}}#å"`
	tab := w.Open(t, w.known("kim@example.com", ``, odd)).Pay("pay_later")
	target, found := strings.CutPrefix(tab.Header.Get("Refresh"), "0;url=")
	if !found || target != tab.Return() || strings.ContainsAny(target, " <>\"'äå") || !strings.HasPrefix(target, "https://shop.example/%C3%A4%20b/%25zz/%7E%281%29%27?q=[") {
		t.Errorf("Refresh %q, link %q", target, tab.Return())
	}
}

// A receipt that is opened when the authorization is spent or over tells the shop no token.
func TestLeaving_tellsNoDeadToken(t *testing.T) {
	w := open(t)
	const tells = `"success":"https://shop.example/success?token={{authorization_token}}"`
	link := w.known("kim@example.com", ``, tells)
	tab := w.Open(t, link).Pay("pay_later")
	token := string(w.state(link).Payment.Authorizations[0].Token)
	if want := "https://shop.example/success?token=" + token; token == "" || tab.Return() != want {
		t.Errorf("leads to %q, want %q", tab.Return(), want)
	}
	w.Clock.Advance(61 * time.Minute)
	if got := w.Open(t, link).Return(); got != "https://shop.example/success?token=" {
		t.Errorf("an hour later it leads to %q", got)
	}
}

// Every page of a payment says how it was paid.
func TestReceipt_ofASibling(t *testing.T) {
	w := open(t)
	link := w.known("kim@example.com", `"place_order_mode":"PLACE_ORDER"`, everyURL)
	sibling := w.shop.Hosted(string(w.state(link).Payment.Session.ID), ``, everyURL).Text("redirect_url")
	w.Open(t, link).Pay("pay_later")
	if tab := w.Open(t, sibling); tab.PageStatus() != "COMPLETED" || !strings.Contains(words(tab.Body), "With Pay later") {
		t.Errorf("%s: %s", tab.PageStatus(), words(tab.Body))
	}
}

// TestLeaving_noPageWithSomethingToDoLeavesByItself is WCAG 2.2.1: whoever reads slowly is not sent away.
func TestLeaving_noPageWithSomethingToDoLeavesByItself(t *testing.T) {
	w := open(t)
	for email, button := range map[string]string{"kim+denied@example.com": "Try another way to pay", broken: "Try again"} {
		tab := w.Open(t, w.known(email, ``, everyURL)).Pay("pay_later")
		if got := tab.Header.Get("Refresh"); got != "" || !strings.Contains(words(tab.Body), button) || strings.Contains(tab.Body, "http-equiv") {
			t.Errorf("%s: Refresh %q: %s", email, got, words(tab.Body))
		}
		if !strings.Contains(words(tab.Form().Submit().Body), "Choose how to pay") {
			t.Error("trying again does not lead to the ways to pay")
		}
	}
	back := w.known("kim@example.com", ``, everyURL)
	tab := w.Open(t, back).FormOf("data-cancel").Submit()
	if tab.Has("data-primary") || !strings.HasPrefix(tab.Header.Get("Refresh"), "0;") { // it is gone before it is seen
		t.Errorf("Back: Refresh %q: %s", tab.Header.Get("Refresh"), words(tab.Body))
	}
	if tab = w.Open(t, back); !tab.Has("data-primary") || tab.Header.Get("Refresh") != "" {
		t.Errorf("later: Refresh %q: %s", tab.Header.Get("Refresh"), words(tab.Body))
	}
	for _, s := range standings(w) {
		tab := w.Open(t, s.link)
		if got := tab.Header.Get("Refresh"); got != "" && tab.Has("data-primary") || strings.Contains(tab.Body, "http-equiv") {
			t.Errorf("%s has a button, and leaves by itself: %q", s.name, got)
		}
	}
}

func TestSibling_showsTheReceiptOfTheOrder(t *testing.T) {
	w := open(t)
	payment := w.shop.Payment("{" + british + "," + kim + "}")
	one := w.shop.Hosted(payment, `"place_order_mode":"PLACE_ORDER"`, everyURL).Text("redirect_url")
	two := w.shop.Hosted(payment, ``, everyURL).Text("redirect_url")
	w.Open(t, one).Pay("pay_later")
	if tab := w.Open(t, two); tab.PageStatus() != "COMPLETED" || tab.Heading() != "Paid. Thank you!" || !strings.Contains(words(tab.Body), "Reference "+w.state(one).Hosted.Reference) {
		t.Errorf("%s: %s", tab.PageStatus(), words(tab.Body))
	}
}

// Link scanners, previews and reloads change nothing, whatever they ask for.
func TestReading_changesNothing(t *testing.T) {
	w, phone := forReal(t)
	link := w.known("kim@example.com", ``, everyURL)
	before := w.version(link)
	for range 500 {
		w.get(http.MethodGet, link)
		w.get(http.MethodHead, link)
	}
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		for _, query := range []string{"", "?lang=sv", "?cancel", "?sent", "?done=" + arrivedAt(w.Clock.Now()), "?action=confirm_cancel&step=method", "?step=review-k3f9q&lang=de"} {
			resp, body := w.get(method, link+query)
			if resp.StatusCode != 200 || method == http.MethodHead && body != "" {
				t.Errorf("%s %s: status %d, %d bytes", method, query, resp.StatusCode, len(body))
			}
		}
		for _, more := range []string{"/qr", "/qr?format=svg", "/logo", "/background"} {
			w.get(method, link+more)
		}
	}
	for _, method := range []string{http.MethodPut, http.MethodDelete, http.MethodPatch, http.MethodOptions} {
		if resp, _ := w.get(method, link); resp.StatusCode != http.StatusMethodNotAllowed {
			t.Errorf("%s: status %d", method, resp.StatusCode)
		}
	}
	if w.version(link) != before || w.state(link).Hosted.Status != "WAITING" {
		t.Errorf("version %d became %d, status %s", before, w.version(link), w.state(link).Hosted.Status)
	}
	w.Advance(time.Second)
	if len(phone.messages) > 0 {
		t.Error("a code was sent")
	}
}

func queryOf(t *testing.T, location string) url.Values {
	t.Helper()
	u, err := url.Parse(location)
	if err != nil {
		t.Fatal(err)
	}
	return u.Query()
}

// Programs put a slash behind an address that they find in a text.
func TestPage_withASlashAtItsEnd(t *testing.T) {
	w := open(t, func(o *server.Options) { o.Config.PublicURL = "https://pay.example/kassa" })
	link := w.Local(w.known("kim@example.com", ``, everyURL))
	resp, _ := w.get("GET", link+"/?lang=de")
	if at := resp.Header.Get("Location"); resp.StatusCode != http.StatusPermanentRedirect || !strings.HasPrefix(at, "/kassa/pay/") || !strings.HasSuffix(link, at[len("/kassa"):len(at)-len("?lang=de")]) {
		t.Errorf("status %d, Location %q of %s", resp.StatusCode, at, link)
	}
	for _, picture := range []string{"/qr", "/qr/", "/qr/?format=svg"} {
		if resp, _ := w.get("GET", link+picture); resp.StatusCode != http.StatusOK {
			t.Errorf("%s: %d", picture, resp.StatusCode)
		}
	}
	if resp, _ := w.get("POST", link+"/"); resp.StatusCode == http.StatusNotFound || resp.Header.Get("Location") == "" && resp.StatusCode < 400 {
		t.Errorf("a form that is sent there: %d", resp.StatusCode)
	}
	for _, other := range []string{"/pay//", "/pay/./", "/pay/x/y/", "/pay/..%2f/", "/pay/", "//evil.example/"} {
		if resp, _ := w.get("GET", w.Local(w.URL())+other); resp.Header.Get("Location") != "" {
			t.Errorf("%s leads to %s", other, resp.Header.Get("Location"))
		}
	}
}
