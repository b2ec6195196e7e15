// Package client is the merchant's side of Kassa: payment sessions, hosted sessions, orders, captures,
// refunds, and the events that tell what became of them.
//
// It owns the calls, their members under the API's own names, what went wrong as a typed [Error], and which calls may be made
// again. It owns no rule: what is allowed, the server says. It needs the standard library only, so that it can be copied into
// any program. There is one file for each thing that the API knows (payment.go, hosted.go, authorization.go, order.go,
// capture.go, refund.go, event.go, …); a call belongs to the file of what it changes. Start reading at client.go, then payment.go as the
// pattern of a call; call.go is the walk that all of them take.
//
// The way of a purchase, in the steps of the guide:
//
//	api, err := client.New(client.Options{BaseURL: "https://pay.example.com", Username: user, Password: password})
//	payment, err := api.CreatePaymentSession(ctx, …)                      // 2a: what is bought
//	hosted, err := api.CreateHostedSession(ctx, client.HostedSessionRequest{  // 2b: the page for it
//		PaymentSessionURL: api.PaymentSessionURL(payment.SessionID), …})
//	http.Redirect(w, r, hosted.RedirectURL, http.StatusSeeOther)           // 3a: the consumer goes there
//	session, err := api.ReadHostedSession(ctx, hosted.SessionID)            // 6b: what became of it
//	order, err := api.PlaceOrder(ctx, session.AuthorizationToken, …)       // 7: within the token's 60 minutes
//	capture, err := api.Capture(ctx, order.OrderID, …)                     // 8: when the goods leave
//
// Amounts are whole numbers of the currency's minor unit, tax rates have two implied decimals, times are in UTC.
//
// Calls are safe to repeat. Each POST carries an idempotency key, a random one unless [IdempotencyKey] gives it, so a call that
// got no answer is made again by the client itself without a second effect. Give a key of your own when your program may make
// the call again later, after a crash or a double click.
package client
