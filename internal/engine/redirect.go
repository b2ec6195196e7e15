package engine

import (
	"context"

	"kassa/internal/pay"
	"kassa/internal/store"
)

// Confirmation finds where the browser of a consumer goes on to after an order was placed or a customer token made: the merchant's
// confirmation URL with its placeholders filled (contract 4.2, 4.5). Everything unknown looks alike: NOT_FOUND.
func (e *Engine) Confirmation(ctx context.Context, merchantNumber int64, id pay.PaymentID) (string, error) {
	m, err := e.merchantByNumber(ctx, merchantNumber)
	if err != nil {
		return "", err
	}
	if m == nil {
		return "", errNoLink()
	}
	var p *pay.Payment
	if err := e.read(ctx, store.PaymentBy(store.ByPayment(m.ID, id), &p)); err != nil {
		return "", err
	}
	if p == nil {
		return "", errNoLink()
	}
	confirmation := p.Session.URLs.Confirmation
	if p.Session.OrderID != "" {
		o, err := e.Order(ctx, m, p.Session.OrderID)
		if err != nil {
			return "", err
		}
		confirmation = o.URLs.Confirmation
	}
	if confirmation == "" {
		return "", errNoLink()
	}
	return pay.FillKP(confirmation, string(id), string(p.Session.OrderID)), nil
}
