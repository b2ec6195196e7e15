package client

import (
	"context"
	"net/http"
	"time"
)

// CaptureRequest takes money for what is shipped. Lines say what that is; the amount counts, not they.
type CaptureRequest struct {
	CapturedAmount Amount         `json:"captured_amount"`
	Description    string         `json:"description,omitempty"` // the consumer reads it
	Reference      string         `json:"reference,omitempty"`   // your number of the parcel or invoice
	OrderLines     []OrderLine    `json:"order_lines,omitempty"`
	ShippingInfo   []ShippingInfo `json:"shipping_info,omitempty"`
	ShippingDelay  int64          `json:"shipping_delay,omitempty"` // days
}

// ShippingInfo is how a parcel goes, and how it would come back.
type ShippingInfo struct {
	ShippingCompany       string `json:"shipping_company,omitempty"`
	ShippingMethod        string `json:"shipping_method,omitempty"` // Home, PickUpPoint, PickUpStore, …
	TrackingNumber        string `json:"tracking_number,omitempty"`
	TrackingURI           string `json:"tracking_uri,omitempty"`
	ReturnShippingCompany string `json:"return_shipping_company,omitempty"`
	ReturnTrackingNumber  string `json:"return_tracking_number,omitempty"`
	ReturnTrackingURI     string `json:"return_tracking_uri,omitempty"`
}

// Capture is money that was taken.
type Capture struct {
	CaptureID       CaptureID      `json:"capture_id"`
	KlarnaReference string         `json:"klarna_reference"`
	CapturedAmount  Amount         `json:"captured_amount"`
	CapturedAt      time.Time      `json:"captured_at"`
	RefundedAmount  Amount         `json:"refunded_amount"`
	Description     string         `json:"description"`
	Reference       string         `json:"reference"`
	OrderLines      []OrderLine    `json:"order_lines"`
	BillingAddress  *Address       `json:"billing_address"`
	ShippingAddress *Address       `json:"shipping_address"`
	ShippingInfo    []ShippingInfo `json:"shipping_info"`
}

// Capture takes money for an order, all or part of what remains (step 8); CaptureNotAllowed for more than that. Two calls with
// different idempotency keys are two captures: give the key of the parcel.
func (c *Client) Capture(ctx context.Context, order OrderID, in CaptureRequest, options ...Option) (CaptureID, error) {
	header, err := c.do(ctx, "capture", call{method: http.MethodPost, path: orderPath(order, "/captures"), in: in}, options)
	return CaptureID(header.Get("Capture-Id")), err
}

// ListCaptures lists the captures of an order, the oldest first.
func (c *Client) ListCaptures(ctx context.Context, order OrderID) ([]Capture, error) {
	var out []Capture
	_, err := c.do(ctx, "list captures", call{method: http.MethodGet, path: orderPath(order, "/captures"), out: &out}, nil)
	return out, err
}

// ReadCapture tells one capture; NoSuchCapture when the order has no such one.
func (c *Client) ReadCapture(ctx context.Context, order OrderID, id CaptureID) (*Capture, error) {
	out := new(Capture)
	_, err := c.do(ctx, "read capture", call{method: http.MethodGet, path: orderPath(order, "/captures/", string(id)), out: out}, nil)
	return out, err
}
