package client

import (
	"context"
	"net/http"
	"time"
)

// RefundRequest gives money back for what was returned. Lines say what that is; the amount counts, not they.
type RefundRequest struct {
	RefundedAmount Amount      `json:"refunded_amount"`
	Description    string      `json:"description,omitempty"` // the consumer reads it
	Reference      string      `json:"reference,omitempty"`   // your number of the return
	OrderLines     []OrderLine `json:"order_lines,omitempty"`
}

// Refund is money that was given back.
type Refund struct {
	RefundID       RefundID    `json:"refund_id"`
	RefundedAmount Amount      `json:"refunded_amount"`
	RefundedAt     time.Time   `json:"refunded_at"`
	Description    string      `json:"description"`
	Reference      string      `json:"reference"`
	OrderLines     []OrderLine `json:"order_lines"`
	CreditInvoice  bool        `json:"credit_invoice"`
}

// Refund gives money back, at most what was captured; RefundNotAllowed for more. Two calls with different idempotency keys are
// two refunds: give the key of the return.
func (c *Client) Refund(ctx context.Context, order OrderID, in RefundRequest, options ...Option) (RefundID, error) {
	header, err := c.do(ctx, "refund", call{method: http.MethodPost, path: orderPath(order, "/refunds"), in: in}, options)
	return RefundID(header.Get("Refund-Id")), err
}

// ReadRefund tells one refund; NotFound when the order has no such one.
func (c *Client) ReadRefund(ctx context.Context, order OrderID, id RefundID) (*Refund, error) {
	out := new(Refund)
	_, err := c.do(ctx, "read refund", call{method: http.MethodGet, path: orderPath(order, "/refunds/", string(id)), out: out}, nil)
	return out, err
}
