package shop_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"kassa/client"
	"kassa/examples/shop"
	"kassa/internal/servertest"
)

const first = "10482" // the number of the first order

func TestShop_sellsShipsAndTakesBack(t *testing.T) {
	w := open(t)
	front := w.visit("/")
	for _, words := range []string{"For bright rides through dark months", "Front light Fyr 600", "648,00 kr", "or 3 × 216,00 kr", "Sandbox: no real money, nothing is shipped."} {
		if !strings.Contains(front.Text(), words) {
			t.Errorf("the front page does not say %q", words)
		}
	}
	page := w.checkout("m=se&fyr=1&hjalm=2", "approved")
	if text := page.Text(); !strings.Contains(text, first) || !strings.Contains(text, "Helmet Hjälm Urban") || !strings.Contains(text, "3 items") {
		t.Errorf("the payment page shows something else: %s", text)
	}
	confirmation := w.follow(page.Pay("pay_later").Return())
	want(t, confirmation, "placed")
	for _, words := range []string{"Thank you for your order!", "3 036,00 kr", first, "customer@email.se"} {
		if !strings.Contains(confirmation.Text(), words) {
			t.Errorf("the confirmation does not say %q: %s", words, confirmation.Text())
		}
	}
	if o := w.order(first); o.Status != client.OrderAuthorized || o.OrderAmount != 303600 || o.MerchantReference1 != first || o.OrderLines[1].Quantity != 2 {
		t.Errorf("ordered: %+v", o)
	}

	w.onDesk("Paid, to be shipped").FormOf("data-ship").Submit()
	w.onDesk("Shipped").FormOf("data-return-goods").Set("what", "hjalm").Submit()
	w.onDesk("Shipped, partly returned").FormOf("data-return-goods").Set("what", "everything").Submit()
	if desk := w.onDesk("Returned"); desk.Has("data-ship") || desk.Has("data-return-goods") || desk.Has("data-cancel-order") {
		t.Error("something can still be done to an order that was returned")
	}
	o := w.order(first)
	if o.CapturedAmount != 303600 || o.RefundedAmount != 303600 || len(o.Captures) != 1 || len(o.Refunds) != 2 || o.Refunds[0].RefundedAmount != 119400 ||
		o.Captures[0].ShippingInfo[0].TrackingNumber != first {
		t.Errorf("in the end: %+v", o)
	}
	confirmation.Reload()
	if want(t, confirmation, "placed"); !strings.Contains(confirmation.Text(), "given back 3 036,00 kr") {
		t.Errorf("the consumer is not told of the refund: %s", confirmation.Text())
	}
}

func TestShop_cancelsWhatItCannotShip(t *testing.T) {
	w := open(t)
	confirmation := w.bought("m=de&ask=1")
	w.onDesk("Paid, to be shipped").FormOf("data-cancel-order").Submit()
	if desk := w.onDesk("Cancelled"); desk.Has("data-ship") {
		t.Error("a cancelled order can be shipped")
	}
	confirmation.Reload()
	want(t, confirmation, "cancelled")
	if o := w.order(first); o.Status != client.OrderCancelled || o.CapturedAmount != 0 {
		t.Errorf("order %+v", o)
	}
}

func TestShop_declinedConsumerMayTryAgainOrLeave(t *testing.T) {
	w := open(t)
	page := w.checkout("m=se&fyr=1", "denied").Pay("pay_later")
	tab := w.follow(page.Return())
	want(t, tab, "failed")
	if !strings.Contains(tab.Body, "Try another way to pay") || strings.Contains(tab.Text(), "Thank you") {
		t.Errorf("a declined consumer reads: %s", tab.Text())
	}
	w.onDesk("Declined, may try again")
	if w.shop.Placed(first) != "" || w.wire.placing.Load() != 0 {
		t.Error("an order was placed for a declined payment")
	}

	tab.FormOf("data-cancel").Submit()
	want(t, tab, "cancelled")
	w.onDesk("Cancelled")
	if page.Reload(); page.Status != http.StatusGone {
		t.Errorf("the link still works after the shop withdrew it: %d", page.Status)
	}
}

func TestShop_consumerGoesBackAndPaysAfterAll(t *testing.T) {
	w := open(t)
	page := w.checkout("m=gb&fyr=1", "approved")
	tab := w.follow(page.FormOf("data-back").Submit().Return())
	want(t, tab, "waiting")
	w.onDesk("Went back without paying")

	page.Reload()
	page.FormWith("action", "retry").Submit()
	w.onDesk("Is paying now")
	want(t, w.follow(page.Pay("pay_now").Return()), "placed")
	w.onDesk("Paid, to be shipped")
}

func TestShop_closedWindowIsFinishedByThePoller(t *testing.T) {
	w := open(t)
	w.checkout("m=se&ask=1", "approved").Pay("pay_later") // and never goes where it leads
	abandoned := w.checkout("m=se&fyr=1", "approved")
	if w.shop.Placed(first) != "" {
		t.Fatal("somebody placed the order already")
	}
	w.shop.Poll(t.Context())
	if o := w.order(first); o.Status != client.OrderAuthorized || w.wire.placing.Load() != 1 {
		t.Errorf("order %+v after %d calls", o, w.wire.placing.Load())
	}
	w.shop.Poll(t.Context())
	if w.wire.placing.Load() != 1 {
		t.Error("the poller placed a settled order again")
	}
	w.onDesk("Waiting for payment", "Paid, to be shipped")

	w.kassa.Advance(48 * time.Hour)
	w.shop.Poll(t.Context())
	if desk := w.onDesk("Never paid", "Paid, to be shipped"); desk.Status != http.StatusOK {
		t.Error(desk.Status)
	}
	if abandoned.Reload(); abandoned.Status != http.StatusGone && abandoned.Status != http.StatusNotFound {
		t.Errorf("the link still works: %d", abandoned.Status)
	}
}

func TestRun_pollsUntilItsContextEnds(t *testing.T) {
	w := open(t, func(c *shop.Config) { c.PollEvery = time.Millisecond })
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); w.shop.Run(ctx) }()
	w.checkout("m=se&fyr=1", "approved").Pay("pay_later")
	look := time.NewTicker(time.Millisecond)
	defer look.Stop()
	for w.shop.Placed(first) == "" {
		select {
		case <-look.C:
		case <-t.Context().Done():
			t.Fatal("never placed")
		}
	}
	stop()
	<-ended
	w.onDesk("Paid, to be shipped")
}

func TestReturn_twiceAndWithThePollerPlacesOneOrder(t *testing.T) {
	w := open(t)
	back := w.checkout("m=se&fyr=1", "approved").Pay("pay_later").Return()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer client.CloseIdleConnections()
	var racing sync.WaitGroup
	begin := make(chan struct{})
	for i := range 24 {
		racing.Go(func() {
			<-begin
			if i%3 == 0 {
				w.shop.Poll(context.Background())
				return
			}
			resp, err := client.Get(back)
			if err != nil || resp.StatusCode != http.StatusSeeOther {
				t.Errorf("return: %v, %v", resp, err)
				return
			}
			_ = resp.Body.Close()
		})
	}
	close(begin)
	racing.Wait()
	if n := w.wire.placing.Load(); n != 1 {
		t.Errorf("%d calls placed orders", n)
	}
	for range 2 {
		want(t, w.follow(back), "placed")
	}
	w.onDesk("Paid, to be shipped")
}

func TestReturn_withoutAnAnswerIsNeverCalledFailed(t *testing.T) {
	w := open(t)
	page := w.checkout("m=se&fyr=1", "approved").Pay("pay_later")
	w.wire.lose.Store(true) // the order is placed, and nobody hears of it
	tab := w.follow(page.Return())
	want(t, tab, "unknown")
	if tab.Header.Get("Refresh") == "" || strings.Contains(tab.Text(), "charged") {
		t.Errorf("the page while nobody knows: %s", tab.Text())
	}
	w.wire.lose.Store(false)
	tab.Reload()
	want(t, tab, "placed")
	if o := w.order(first); o.Status != client.OrderAuthorized {
		t.Errorf("order %+v", o)
	}
	w.onDesk("Paid, to be shipped")
}

func TestReturn_isNotBelieved(t *testing.T) {
	w := open(t)
	page := w.checkout("m=se&fyr=1", "approved")
	other := w.checkout("m=se&ask=1", "approved").Pay("pay_later").Return()
	own := page.FormOf("data-back").Submit().Return()

	// The address of an unpaid order with the ids of a paid one.
	_, query, _ := strings.Cut(other, "?")
	path, _, _ := strings.Cut(own, "?")
	want(t, w.follow(path+"?"+query), "waiting")
	want(t, w.follow(path+"?session_id=x&authorization_token=y"), "waiting")
	if w.shop.Placed(first) != "" {
		t.Error("an order was placed with another consumer's token")
	}
	for _, path := range []string{"/return/nobody", "/order/nobody", "/nowhere", "/static/nothing.css"} {
		if tab := w.visit(path); tab.Status != http.StatusNotFound {
			t.Errorf("%s answered %d", path, tab.Status)
		}
	}
}

func TestReturn_tooLateToPlaceTheOrder(t *testing.T) {
	w := open(t)
	page := w.checkout("m=se&fyr=1", "approved").Pay("pay_later")
	w.kassa.Advance(61 * time.Minute)
	tab := w.follow(page.Return())
	want(t, tab, "too-late")
	if !strings.Contains(tab.Text(), "Nothing was charged") {
		t.Error(tab.Text())
	}
	w.onDesk("Ordered too late")
}

func TestCheckout_doubleClickBuysOnce(t *testing.T) {
	w := open(t)
	form := w.visit("/cart?m=se&fyr=1").FormOf("data-pay")
	pages := make([]string, 8)
	var clicks sync.WaitGroup
	for i := range pages {
		clicks.Go(func() {
			status, page, err := form.Send()
			if err != nil || status != http.StatusSeeOther {
				t.Errorf("click: %d, %v", status, err)
			}
			pages[i] = page
		})
	}
	clicks.Wait()
	for _, page := range pages {
		if page != pages[0] || page == "" {
			t.Fatalf("pages %q", pages)
		}
	}
	w.onDesk("Waiting for payment")

	_, other, err := form.Set("persona", "denied").Send()
	if err != nil || other == pages[0] {
		t.Errorf("another buyer got the page of the first: %v", err)
	}
	w.follow(servertest.Open(t, pages[0]).Pay("pay_later").Return())
	if _, after, err := form.Set("persona", "approved").Send(); err != nil || !strings.HasPrefix(after, "/order/") {
		t.Errorf("the form sent again after it was paid leads to %s, %v", after, err)
	}
	w.onDesk("Waiting for payment", "Paid, to be shipped")
}

func TestDesk_doubleClickShipsAndReturnsOnce(t *testing.T) {
	w := open(t)
	w.bought("m=se&hjalm=3")
	ship := w.onDesk("Paid, to be shipped").FormOf("data-ship")
	clickTwice := func(what string, send func() (int, string, error)) {
		t.Helper()
		for range 2 {
			if status, _, err := send(); err != nil || status != http.StatusSeeOther {
				t.Errorf("%s: %d, %v", what, status, err)
			}
		}
	}
	clickTwice("ship", ship.Send)
	back := w.onDesk("Shipped").FormOf("data-return-goods").Set("what", "hjalm")
	clickTwice("return", back.Send)
	if o := w.order(first); len(o.Captures) != 1 || o.CapturedAmount != 358200 || len(o.Refunds) != 1 || o.RefundedAmount != 119400 {
		t.Errorf("captured %d, refunded %d", o.CapturedAmount, o.RefundedAmount)
	}
	// The list that is shown now has another form: that is a second helmet.
	clickTwice("return", w.onDesk("Shipped, partly returned").FormOf("data-return-goods").Set("what", "hjalm").Send)
	if o := w.order(first); o.RefundedAmount != 2*119400 {
		t.Errorf("refunded %d", o.RefundedAmount)
	}
}

func TestDesk_tellsWhatIsRefused(t *testing.T) {
	w := open(t)
	w.bought("m=se&fyr=1")
	old := w.onDesk("Paid, to be shipped")
	w.onDesk("Paid, to be shipped").FormOf("data-ship").Submit()
	for name, form := range map[string]*servertest.Form{"ship again": old.FormOf("data-ship"), "cancel what is shipped": old.FormOf("data-cancel-order")} {
		if tab := form.Submit(); tab.Status != http.StatusConflict || !strings.Contains(tab.Text(), "NOT_ALLOWED") {
			t.Errorf("%s: %d %s", name, tab.Status, tab.Text())
		}
	}
	desk := w.onDesk("Shipped")
	if tab := desk.FormOf("data-return-goods").Set("what", "ask").Submit(); tab.Status != http.StatusConflict {
		t.Errorf("returning what was not bought: %d", tab.Status)
	}
	if tab := w.onDesk("Shipped").FormOf("data-return-goods").Set("amount", "64801").Submit(); tab.Status != http.StatusConflict || !strings.Contains(tab.Text(), "REFUND_NOT_ALLOWED") {
		t.Errorf("returning too much: %d %s", tab.Status, tab.Text())
	}
	w.wire.cut.Store(true)
	if tab := desk.FormOf("data-return-goods").Submit(); tab.Status != http.StatusBadGateway || !strings.Contains(tab.Text(), "no answer") {
		t.Errorf("without an answer: %d %s", tab.Status, tab.Text())
	}
	w.onDesk("Paid; its state cannot be read just now")
	w.wire.cut.Store(false)
	if o := w.order(first); len(o.Captures) != 1 || len(o.Refunds) != 0 {
		t.Errorf("order %+v", o)
	}
}

func TestDesk_doesNotShipWhatIsBeingChecked(t *testing.T) {
	for _, c := range []struct{ persona, before, after, page string }{
		{"slow", "Being checked, do not ship", "Paid, to be shipped", "placed"},
		{"fraud", "Being checked, do not ship", "Refused by the check", "rejected"},
	} {
		t.Run(c.persona, func(t *testing.T) {
			w := open(t)
			tab := w.follow(w.checkout("m=gb&fyr=1", c.persona).Pay("pay_later").Return())
			want(t, tab, "pending")
			if w.onDesk(c.before).Has("data-ship") {
				t.Error("it can be shipped while it is being checked")
			}
			w.kassa.Advance(2 * time.Minute)
			tab.Reload()
			if want(t, tab, c.page); w.onDesk(c.after).Has("data-ship") != (c.persona == "slow") {
				t.Error("the button to ship it is wrong")
			}
		})
	}
}

// TestDesk_cancelsWhatIsBeingChecked: a check that ends well afterwards ships nothing, and the consumer reads that it is cancelled.
func TestDesk_cancelsWhatIsBeingChecked(t *testing.T) {
	w := open(t)
	tab := w.follow(w.checkout("m=gb&fyr=1", "slow").Pay("pay_later").Return())
	want(t, tab, "pending")
	w.onDesk("Being checked, do not ship").FormOf("data-cancel-order").Submit()
	for range 2 {
		tab.Reload()
		want(t, tab, "cancelled")
		if w.onDesk("Cancelled").Has("data-ship") {
			t.Error("it can be shipped")
		}
		w.kassa.Advance(2 * time.Minute)
	}
}

func TestShop_withoutKassaSaysSo(t *testing.T) {
	w := open(t)
	page := w.checkout("m=se&fyr=1", "approved").Pay("pay_later")
	w.wire.cut.Store(true)
	form := w.visit("/cart?m=se&ask=1").FormOf("data-pay")
	tab := form.Submit()
	if tab.Status != http.StatusBadGateway || !strings.Contains(tab.Text(), "Nothing was charged") {
		t.Errorf("checkout: %d %s", tab.Status, tab.Text())
	}
	want(t, w.follow(page.Return()), "unknown")
	w.wire.cut.Store(false)
	w.shop.Poll(t.Context())
	w.onDesk("Paid, to be shipped")
	if status, target, err := form.Send(); err != nil || status != http.StatusSeeOther || !strings.Contains(target, "/pay/") {
		t.Errorf("the same form afterwards: %d %s %v", status, target, err)
	}
}

func TestCart_everyMarketAndAmountIsTaken(t *testing.T) {
	w := open(t)
	for _, m := range shop.Markets() {
		for _, items := range []string{"fyr=1", "hjalm=1", "ask=1", "fyr=3&ask=7", "fyr=9&hjalm=9&ask=9", "fyr=1&hjalm=2&ask=3"} {
			w.checkout("m="+m+"&"+items, "approved")
		}
	}
}

func TestCart_isInTheAddress(t *testing.T) {
	w := open(t)
	for query, says := range map[string][]string{
		"":                        {"Your cart is empty"},
		"?m=se":                   {"Your cart is empty"},
		"?fyr=-1&hjalm=x&ask=":    {"Your cart is empty"},
		"?m=gb&fyr=2":             {"2 items", "£108.00", "2 × £54.00", "Includes VAT 20%", "£18.00", "customer@email.uk"},
		"?m=nowhere&fyr=1000":     {"9 items", "5 832,00 kr"},
		"?m=de&fyr=1&hjalm=1":     {"162,00 €", "customer+denied@email.de", "Includes VAT 19%"},
		"?m=se&fyr=1&ask=0&hjalm": {"1 item", "648,00 kr"},
	} {
		tab := w.visit("/cart" + query)
		for _, words := range says {
			if tab.Status != http.StatusOK || !strings.Contains(tab.Text(), words) {
				t.Errorf("/cart%s does not say %q: %s", query, words, tab.Text())
			}
		}
	}
	// Buy leads to the cart with one piece more of it; a full cart stays full.
	for query, want := range map[string]string{"/": "1", "/?fyr=1": "2", "/?fyr=9": "9"} {
		if got := w.visit(query).FormOf("data-buy").Values.Get("fyr"); got != want {
			t.Errorf("%s: buying makes %s pieces, want %s", query, got, want)
		}
	}
	if tab := w.visit("/?m=gb&fyr=1"); !strings.Contains(tab.Text(), "1 item in your cart, £54.00") {
		t.Error(tab.Text())
	}
	if status, target, err := w.visit("/cart?fyr=1").FormOf("data-pay").Set("fyr", "0").Send(); err != nil || status != http.StatusSeeOther || target != "/cart?m=se" && target != "/cart" {
		t.Errorf("paying for nothing: %d %s %v", status, target, err)
	}
}

func TestCart_refusesAnAddressThatIsNone(t *testing.T) {
	w := open(t)
	for _, email := range []string{"nobody", "@email.se", "a@", "a b@email.se", `"><script>alert(1)</script>`, strings.Repeat("a", 91) + "@email.se"} {
		tab := w.visit("/cart?fyr=1").FormOf("data-pay").Set("email", email).Submit()
		if tab.Status != http.StatusUnprocessableEntity || !strings.Contains(tab.Text(), "One thing to correct") || strings.Contains(tab.Body, "<script") {
			t.Errorf("%q: %d %s", email, tab.Status, tab.Text())
		}
		if tab.FormOf("data-pay").Values.Get("email") != email {
			t.Errorf("%q is not in the field any more", email)
		}
	}
	status, page, err := w.visit("/cart?fyr=1").FormOf("data-pay").Set("email", " <b>+denied@email.se ").Send()
	if err != nil || status != http.StatusSeeOther {
		t.Fatal(status, err)
	}
	servertest.Open(t, page)
	if desk := w.onDesk("Waiting for payment"); strings.Contains(desk.Body, "<b>+denied") || !strings.Contains(desk.Text(), "<b>+denied@email.se") {
		t.Error("the address is not escaped on the desk")
	}
}

func TestPages_areSafeAndWhole(t *testing.T) {
	w := open(t)
	tab := w.bought("m=se&fyr=1")
	pages := []string{"/", "/cart", "/cart?fyr=1", "/orders", "/help", "/terms", "/privacy", "/nowhere"}
	for _, path := range pages {
		tab := w.visit(path)
		checkPage(t, w, path, tab)
	}
	checkPage(t, w, "confirmation", tab)

	post, err := http.NewRequest(http.MethodPost, w.url+"/orders/"+first+"/ship", strings.NewReader("amount=64800&sheet=x"))
	if err != nil {
		t.Fatal(err)
	}
	post.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	post.Header.Set("Sec-Fetch-Site", "cross-site")
	resp, err := http.DefaultClient.Do(post)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusForbidden {
		t.Errorf("another site's form is answered %d", resp.StatusCode)
	}
	w.onDesk("Paid, to be shipped")
}

func checkPage(t *testing.T, w *world, path string, tab *servertest.Consumer) {
	t.Helper()
	if tab.Heading() == "" || !strings.Contains(tab.Text(), "Secured by Kassa") {
		t.Errorf("%s: not a whole page: %s", path, tab.Text())
	}
	if csp := tab.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || tab.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%s: policy %q", path, csp)
	}
	for _, forbidden := range []string{"<script", "<style", " style=", "javascript:", "data:", "ZgotmplZ", "%!"} {
		if strings.Contains(tab.Body, forbidden) {
			t.Errorf("%s has %q in it", path, forbidden)
		}
	}
	for _, file := range strings.Split(tab.Body, `"/static/`)[1:] {
		name, _, _ := strings.Cut(file, `"`)
		asset := w.visit("/static/" + name)
		if asset.Status != http.StatusOK || asset.Header.Get("Content-Type") == "" || !strings.Contains(asset.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %s answered %d %v", path, name, asset.Status, asset.Header)
		}
	}
}

func TestMoney_isWrittenForReaders(t *testing.T) {
	for _, c := range []struct {
		amount   client.Amount
		currency string
		want     string
	}{
		{0, "SEK", "0,00\u00a0kr"}, {5, "GBP", "£0.05"}, {64800, "SEK", "648,00\u00a0kr"}, {119400, "EUR", "1.194,00\u00a0€"}, {123456789, "GBP", "£1,234,567.89"}, {-1950, "GBP", "−£19.50"}, {-195000, "SEK", "−1\u00a0950,00\u00a0kr"}, {195000, "CHF", "CHF\u00a01,950.00"},
	} {
		if got := shop.Money(c.amount, c.currency); got != c.want {
			t.Errorf("%d %s is written %q, want %q", c.amount, c.currency, got, c.want)
		}
	}
}

func TestTaxIn_isWhatTheAPIExpects(t *testing.T) {
	for _, c := range []struct {
		total client.Amount
		rate  client.TaxRate
		want  client.Amount
	}{{10000, 2500, 2000}, {5400, 2000, 900}, {10500, 1900, 1676}, {495, 700, 32}, {0, 2500, 0}, {1, 2500, 0}, {100, 0, 0}} {
		if got := shop.TaxIn(c.total, c.rate); got != c.want {
			t.Errorf("tax in %d at %d is %d, want %d", c.total, c.rate, got, c.want)
		}
	}
}

func TestNew_refusesWhatCannotWork(t *testing.T) {
	api, err := client.New(client.Options{BaseURL: "https://pay.example", Username: "K1", Password: "p"})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]shop.Config{
		"no client": {PublicURL: "https://shop.example"}, "no address": {Client: api}, "no host": {Client: api, PublicURL: "https://"},
		"a path": {Client: api, PublicURL: "https://shop.example/shop"}, "a scheme": {Client: api, PublicURL: "ftp://shop.example"},
		"negative": {Client: api, PublicURL: "https://shop.example", PollEvery: -1},
	} {
		if _, err := shop.New(c); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	if s, err := shop.New(shop.Config{Client: api, PublicURL: "https://shop.example/"}); err != nil {
		t.Error(fmt.Sprint(s), err)
	}
}
