package engine

import (
	"context"

	"kassa/internal/pay"
	"kassa/internal/store"
)

// Confirmation finds where the browser of a consumer goes on to after an order was placed or a customer token made: the merchant's
// confirmation URL with its placeholders filled. The id is that of the payment session, or of an order that had no
// page. Everything unknown looks alike: NOT_FOUND.
func (e *Engine) Confirmation(ctx context.Context, merchantNumber int64, id string) (string, error) {
	m, err := e.merchantByNumber(ctx, merchantNumber)
	if err != nil {
		return "", err
	}
	if m == nil {
		return "", errNoLink()
	}
	var p *pay.Payment
	var o *pay.Order
	if err := e.read(ctx, store.PaymentBy(store.ByPayment(m.ID, pay.PaymentID(id)), &p), store.OrderBy(m.ID, pay.OrderID(id), &o)); err != nil {
		return "", err
	}
	session, confirmation := pay.PaymentID(""), ""
	switch {
	case p != nil:
		session, confirmation = p.Session.ID, p.Session.URLs.Confirmation
		if p.Session.OrderID != "" {
			if o, err = e.Order(ctx, m, p.Session.OrderID); err != nil {
				return "", err
			}
		}
	case o != nil:
		session = o.Payment
	}
	order := ""
	if o != nil {
		order, confirmation = string(o.ID), o.URLs.Confirmation
	}
	if confirmation == "" {
		return "", errNoLink()
	}
	return pay.FillKP(confirmation, string(session), order), nil
}
