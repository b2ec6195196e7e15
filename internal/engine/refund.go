package engine

import (
	"context"

	"kassa/internal/pay"
)

// Refund gives money back to the consumer.
func (e *Engine) Refund(ctx context.Context, call Call, id pay.OrderID, in pay.RefundInput) (*pay.Refund, error) {
	result, err := e.changeOrder(ctx, call, id, func(t *try, o *pay.Order) (any, error) {
		r, err := o.Refund(in, t.ids, t.now)
		if err != nil {
			return nil, err
		}
		return r, nil
	})
	if err != nil {
		return nil, err
	}
	return result.(*pay.Refund), nil
}

// RefundOf reads one refund. Unknown: NOT_FOUND.
func (e *Engine) RefundOf(ctx context.Context, m *pay.Merchant, order pay.OrderID, id pay.RefundID) (*pay.Refund, error) {
	o, err := e.Order(ctx, m, order)
	if err != nil {
		return nil, err
	}
	r := o.RefundByID(id)
	if r == nil {
		return nil, pay.NotFoundError("Refund " + string(id) + " cannot be found.")
	}
	return r, nil
}
