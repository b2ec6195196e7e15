package shop

import (
	"context"
	"fmt"

	"kassa/client"
)

// settle finds out what has become of an order's payment and does what follows from it. It is the only place where orders are
// placed, whoever calls: the consumer who comes back, the one who reloads, the poller. It may be called any number of times.
//
// Two things make it one order, whatever races. Within this program the order's lock lets one caller through at a time, and
// placed is set once. Beyond it (two copies of the shop, a crash after the call and before the answer) the API itself places one
// order for one authorization token, and gives that one again to everyone who sends the same request.
//
// An error means that nobody knows yet, never that the payment failed: ask again later.
func (s *Shop) settle(ctx context.Context, o *order) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.done() || o.hosted == "" {
		return nil
	}
	// Step 6b: the session's status is the truth.
	session, err := s.kassa.ReadHostedSession(ctx, o.hosted)
	if client.Is(err, client.NotFound) {
		o.end = endExpired
		return nil
	}
	if err != nil {
		return fmt.Errorf("order %s: %w", o.number, err)
	}
	o.status = session.Status
	switch session.Status {
	case client.HostedCompleted:
		return s.place(ctx, o, session)
	case client.HostedCancelled, client.HostedDisabled:
		o.end = endCancelled
	}
	// Everything else can still end well: who was declined, went back or met an error may try again with the same link.
	return nil
}

// place is step 7: the consumer is authorized, the order is placed with the token. The token lives for 60 minutes, so this cannot
// wait for the consumer to come back.
//
// Here a shop that can run out of things looks at its stock once more. When it cannot deliver, it calls CancelAuthorization
// instead, and the consumer is charged nothing; when it can deliver a part, it places a lower amount.
func (s *Shop) place(ctx context.Context, o *order, session *client.HostedSession) error {
	if session.AuthorizationToken == "" {
		o.end = endTooLate
		return nil
	}
	placed, err := s.kassa.PlaceOrder(ctx, session.AuthorizationToken, client.OrderRequest{
		PurchaseCountry: o.cart.market.Country, PurchaseCurrency: o.cart.market.Currency, Locale: o.cart.market.Locale,
		OrderAmount: o.amount, OrderTaxAmount: &o.tax, OrderLines: o.lines, MerchantReference1: o.number,
	}, client.IdempotencyKey("order-"+o.key))
	switch {
	case client.Is(err, client.NotFound):
		o.end = endTooLate
		return nil
	case client.Is(err, client.Rejected):
		o.end = endRejected
		return nil
	case err != nil:
		return fmt.Errorf("order %s: %w", o.number, err)
	}
	o.placed, o.fraud = placed.OrderID, placed.FraudStatus
	return nil
}
