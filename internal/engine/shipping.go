package engine

import (
	"context"

	"kassa/internal/pay"
)

// AddShipping appends to the shipping info of an order.
func (e *Engine) AddShipping(ctx context.Context, call Call, id pay.OrderID, in pay.ShippingInput) error {
	_, err := e.changeOrder(ctx, call, id, func(t *try, o *pay.Order) (any, error) { return nil, o.AddShipping(in, t.ids, t.now) })
	return err
}

// AddCaptureShipping appends to the shipping info of a capture.
func (e *Engine) AddCaptureShipping(ctx context.Context, call Call, id pay.OrderID, capture pay.CaptureID, in pay.ShippingInput) error {
	_, err := e.changeOrder(ctx, call, id, func(t *try, o *pay.Order) (any, error) {
		return nil, o.AddCaptureShipping(capture, in, t.ids, t.now)
	})
	return err
}

// SendOut has the consumer's message about a capture sent again.
func (e *Engine) SendOut(ctx context.Context, call Call, id pay.OrderID, capture pay.CaptureID) error {
	_, err := e.changeOrder(ctx, call, id, func(t *try, o *pay.Order) (any, error) { return nil, o.SendOut(capture, t.ids, t.now) })
	return err
}
