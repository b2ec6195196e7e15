package engine

import (
	"context"

	"kassa/internal/pay"
)

// DueDates are the ways to extend the due date of a capture.
type DueDates struct {
	Currency string
	Options  []pay.DueDateOption
}

// DueDateOptions lists by how much the due date of a capture can be extended. Unknown: NO_SUCH_CAPTURE.
func (e *Engine) DueDateOptions(ctx context.Context, m *pay.Merchant, order pay.OrderID, id pay.CaptureID) (DueDates, error) {
	o, err := e.Order(ctx, m, order)
	if err != nil {
		return DueDates{}, err
	}
	c := o.CaptureByID(id)
	if c == nil {
		return DueDates{}, pay.NoSuchCapture(id)
	}
	return DueDates{Currency: o.Purchase.Currency, Options: o.DueDateOptions(c)}, nil
}

// ExtendDueDate moves the due date of a capture.
func (e *Engine) ExtendDueDate(ctx context.Context, call Call, id pay.OrderID, capture pay.CaptureID, in pay.DueDateInput) error {
	_, err := e.changeOrder(ctx, call, id, func(t *try, o *pay.Order) (any, error) {
		return nil, o.ExtendDueDate(capture, in, t.ids, t.now)
	})
	return err
}
