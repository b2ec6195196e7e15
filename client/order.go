package client

import (
	"context"
	"net/http"
	"time"
)

// OrderStatus is where an order stands.
type OrderStatus string

// The statuses of an order.
const (
	OrderAuthorized   OrderStatus = "AUTHORIZED"    // nothing captured yet
	OrderPartCaptured OrderStatus = "PART_CAPTURED" // some of it, the rest can follow
	OrderCaptured     OrderStatus = "CAPTURED"      // all of it, or the rest was released
	OrderCancelled    OrderStatus = "CANCELLED"
	OrderExpired      OrderStatus = "EXPIRED"
	OrderClosed       OrderStatus = "CLOSED"
)

// Order is an order as it is now. CapturedAmount does not go down by refunds.
type Order struct {
	OrderID                   OrderID               `json:"order_id"`
	Status                    OrderStatus           `json:"status"`
	FraudStatus               FraudStatus           `json:"fraud_status"`
	OrderAmount               Amount                `json:"order_amount"` // authorized now
	OriginalOrderAmount       Amount                `json:"original_order_amount"`
	CapturedAmount            Amount                `json:"captured_amount"`
	RefundedAmount            Amount                `json:"refunded_amount"`
	RemainingAuthorizedAmount Amount                `json:"remaining_authorized_amount"` // what can still be captured
	PurchaseCountry           string                `json:"purchase_country"`
	PurchaseCurrency          string                `json:"purchase_currency"`
	Locale                    string                `json:"locale"`
	OrderLines                []OrderLine           `json:"order_lines"`
	MerchantReference1        string                `json:"merchant_reference1"`
	MerchantReference2        string                `json:"merchant_reference2"`
	MerchantData              string                `json:"merchant_data"`
	KlarnaReference           string                `json:"klarna_reference"` // short, for people
	Customer                  *Customer             `json:"customer"`
	BillingAddress            *Address              `json:"billing_address"`
	ShippingAddress           *Address              `json:"shipping_address"`
	CreatedAt                 time.Time             `json:"created_at"`
	ExpiresAt                 time.Time             `json:"expires_at"`    // after which nothing can be captured
	ShippingInfo              []ShippingInfo        `json:"shipping_info"` // of the order as a whole
	Captures                  []Capture             `json:"captures"`
	Refunds                   []Refund              `json:"refunds"`
	InitialPaymentMethod      *InitialPaymentMethod `json:"initial_payment_method"`
}

// InitialPaymentMethod is how the order was paid when it was placed.
type InitialPaymentMethod struct {
	Type                 string `json:"type"` // INVOICE, FIXED_AMOUNT, CARD, …
	Description          string `json:"description"`
	NumberOfInstallments int    `json:"number_of_installments"`
}

// orderPath is the address of an order, or of something of it.
func orderPath(id OrderID, parts ...string) string {
	return path(append([]string{"/ordermanagement/v1/orders/", string(id)}, parts...)...)
}

// ReadOrder tells what an order is now; NoSuchOrder when it is unknown.
func (c *Client) ReadOrder(ctx context.Context, id OrderID) (*Order, error) {
	out := new(Order)
	_, err := c.do(ctx, "read order", call{method: http.MethodGet, path: orderPath(id), out: out}, nil)
	return out, err
}

// CancelOrder gives up an order of which nothing was captured; CancelNotAllowed otherwise.
func (c *Client) CancelOrder(ctx context.Context, id OrderID, options ...Option) error {
	_, err := c.do(ctx, "cancel order", call{method: http.MethodPost, path: orderPath(id, "/cancel")}, options)
	return err
}
