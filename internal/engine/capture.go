package engine

import (
	"context"

	"kassa/internal/pay"
)

// Capture charges the consumer for a part of an order.
func (e *Engine) Capture(ctx context.Context, call Call, id pay.OrderID, in pay.CaptureInput) (*pay.Capture, error) {
	result, err := e.changeOrder(ctx, call, id, func(t *try, o *pay.Order) (any, error) {
		c, err := o.Capture(in, t.ids, t.now)
		if err != nil {
			return nil, err
		}
		return c, nil
	})
	if err != nil {
		return nil, err
	}
	return result.(*pay.Capture), nil
}

// CaptureOf reads one capture. Unknown: NO_SUCH_CAPTURE.
func (e *Engine) CaptureOf(ctx context.Context, m *pay.Merchant, order pay.OrderID, id pay.CaptureID) (*pay.Capture, error) {
	o, err := e.Order(ctx, m, order)
	if err != nil {
		return nil, err
	}
	c := o.CaptureByID(id)
	if c == nil {
		return nil, pay.NoSuchCapture(id)
	}
	return c, nil
}
