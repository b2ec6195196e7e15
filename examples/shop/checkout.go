package shop

import (
	"context"
	"net/http"
	"strings"
	"unicode"

	"kassa/client"
)

// checkout is steps 1 to 3 of the guide: the consumer wants to pay, the shop makes the two sessions and sends the consumer to the
// payment page.
func (s *Shop) checkout(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		s.failed(w, r, http.StatusBadRequest, "The form could not be read", err)
		return
	}
	c := readCart(r.PostForm)
	if c.count() == 0 {
		http.Redirect(w, r, c.link("/cart"), http.StatusSeeOther)
		return
	}
	email, fault := buyer(c.market, r.PostForm.Get("persona"), r.PostForm.Get("email"))
	if fault != "" {
		s.showCart(w, c, r.PostForm, fault)
		return
	}
	// The form has a number of its own. With what is in it, it names the order: sending it twice buys once, changing the cart and
	// sending it again buys something else.
	o := s.book.open(strings.Join([]string{r.PostForm.Get("sheet"), email, c.values().Encode()}, "|"), func(o *order) {
		o.cart, o.email = c, email
		o.lines, o.amount, o.tax = c.order(func(file string) string { return s.public + s.pages.path(file) })
	})
	page, err := s.paymentPage(r.Context(), o)
	if err != nil {
		s.failed(w, r, http.StatusBadGateway, "We cannot take payments right now", err)
		return
	}
	// Step 3a: the consumer's browser goes to the payment page. 303 makes it a GET.
	http.Redirect(w, r, page, http.StatusSeeOther)
}

// buyer is the e-mail address of the form: the one that was typed, or the persona's. fault says what is wrong with it.
func buyer(m market, chosen, typed string) (email, fault string) {
	email = strings.TrimSpace(typed)
	if email == "" {
		email = personas[0].email(m)
		for _, p := range personas {
			if p.ID == chosen {
				email = p.email(m)
			}
		}
		return email, ""
	}
	at := strings.LastIndexByte(email, '@')
	switch {
	case len(email) > 99:
		return "", "Shorten it to 99 characters"
	case at < 1 || at == len(email)-1 || strings.ContainsFunc(email, func(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) }):
		return "", "Write it with an @, like name@example.com"
	}
	return email, ""
}

// paymentPage makes the two sessions of an order, once, and gives the address of the payment page.
//
// Each call carries an idempotency key that is derived from the order: if this program is interrupted between the calls and the
// consumer presses the button again, the calls give the same two sessions.
func (s *Shop) paymentPage(ctx context.Context, o *order) (string, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.done() {
		return "/order/" + o.key, nil
	}
	if o.redirect != "" {
		return o.redirect, nil
	}
	// Step 2a: the payment session says what is bought, where, and what is known of the consumer. The shop knows no more than the
	// e-mail address; the payment page asks for the rest.
	payment, err := s.kassa.CreatePaymentSession(ctx, client.PaymentSessionRequest{
		PurchaseCountry: o.cart.market.Country, PurchaseCurrency: o.cart.market.Currency, Locale: o.cart.market.Locale,
		OrderAmount: o.amount, OrderTaxAmount: &o.tax, OrderLines: o.lines,
		BillingAddress:     &client.Address{Country: o.cart.market.Country, Email: o.email},
		MerchantReference1: o.number,
	}, client.IdempotencyKey("payment-"+o.key))
	if err != nil {
		return "", err
	}
	// Step 2b: the hosted session is the page that shows it. Place order mode is left out, which is NONE: the page only
	// authorizes, and the shop places the order (step 7) when it has looked at everything once more.
	hosted, err := s.kassa.CreateHostedSession(ctx, client.HostedSessionRequest{
		PaymentSessionURL: s.kassa.PaymentSessionURL(payment.SessionID),
		MerchantURLs:      s.merchantURLs(o),
		Options:           &client.HostedOptions{LogoURL: s.public + s.pages.path("logo.png"), PurchaseType: "BUY"},
	}, client.IdempotencyKey("hosted-"+o.key))
	if err != nil {
		return "", err
	}
	o.payment, o.hosted, o.redirect, o.status = payment.SessionID, hosted.SessionID, hosted.RedirectURL, client.HostedWaiting
	return o.redirect, nil
}

// merchantURLs are where the consumer comes back to. They all lead to the same place: what became of the payment is not for an
// address to say, since anybody can type one. It is read from the API there.
func (s *Shop) merchantURLs(o *order) *client.HostedURLs {
	back := s.public + "/return/" + o.key
	urls := &client.HostedURLs{
		Success: client.ReturnURL(back, client.PlaceholderSessionID, client.PlaceholderAuthorizationToken),
		Cancel:  client.ReturnURL(back, client.PlaceholderSessionID),
		Back:    client.ReturnURL(back, client.PlaceholderSessionID),
		Failure: client.ReturnURL(back, client.PlaceholderSessionID),
		Error:   client.ReturnURL(back, client.PlaceholderSessionID),
		Terms:   s.public + "/terms", PrivacyPolicy: s.public + "/privacy",
	}
	if s.callbacks != nil {
		urls.StatusUpdate = s.public + "/callback/" + o.key
	}
	return urls
}
