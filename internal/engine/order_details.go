package engine

import (
	"context"

	"kassa/internal/pay"
)

// Acknowledge notes that the merchant has stored an order.
func (e *Engine) Acknowledge(ctx context.Context, call Call, id pay.OrderID) error {
	_, err := e.changeOrder(ctx, call, id, func(t *try, o *pay.Order) (any, error) {
		o.Acknowledge(t.ids, t.now)
		return nil, nil
	})
	return err
}

// SetReferences changes the merchant's references of an order.
func (e *Engine) SetReferences(ctx context.Context, call Call, id pay.OrderID, in pay.ReferencesInput) error {
	_, err := e.changeOrder(ctx, call, id, func(t *try, o *pay.Order) (any, error) { return nil, o.SetReferences(in, t.ids, t.now) })
	return err
}

// SetDetails changes the shipping address of an order.
func (e *Engine) SetDetails(ctx context.Context, call Call, id pay.OrderID, in pay.DetailsInput) error {
	_, err := e.changeOrder(ctx, call, id, func(t *try, o *pay.Order) (any, error) {
		e.readPhoneChange(in.Billing, o.Purchase.Country)
		e.readPhoneChange(in.Shipping, o.Purchase.Country)
		return nil, o.SetDetails(in, t.ids, t.now)
	})
	return err
}

// SetCaptureDetails changes the addresses of one capture.
func (e *Engine) SetCaptureDetails(ctx context.Context, call Call, id pay.OrderID, capture pay.CaptureID, in pay.DetailsInput) error {
	_, err := e.changeOrder(ctx, call, id, func(t *try, o *pay.Order) (any, error) {
		e.readPhoneChange(in.Billing, o.Purchase.Country)
		e.readPhoneChange(in.Shipping, o.Purchase.Country)
		return nil, o.SetCaptureDetails(capture, in, t.ids, t.now)
	})
	return err
}
