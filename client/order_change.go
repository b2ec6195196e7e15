package client

import (
	"context"
	"net/http"
)

// UpdateAuthorizationRequest changes what is authorized. The lines replace the old ones; without lines there are none afterwards.
type UpdateAuthorizationRequest struct {
	OrderAmount Amount      `json:"order_amount"`
	Description string      `json:"description,omitempty"`
	OrderLines  []OrderLine `json:"order_lines,omitempty"`
}

// AcknowledgeOrder tells that you have stored the order; push callbacks end with it. A second call does nothing.
func (c *Client) AcknowledgeOrder(ctx context.Context, id OrderID, options ...Option) error {
	return c.change(ctx, "acknowledge order", http.MethodPost, orderPath(id, "/acknowledge"), nil, options)
}

// UpdateAuthorization changes the authorized amount: lower, down to what was captured, or higher after a fresh decision. NotAllowed
// when the state, the method or the decision does not permit it; the message says which.
func (c *Client) UpdateAuthorization(ctx context.Context, id OrderID, in UpdateAuthorizationRequest, options ...Option) error {
	return c.change(ctx, "update authorization", http.MethodPatch, orderPath(id, "/authorization"), in, options)
}

// ReleaseRemaining gives back what is left of an order's authorization after a capture; NotAllowed when nothing is.
func (c *Client) ReleaseRemaining(ctx context.Context, id OrderID, options ...Option) error {
	return c.change(ctx, "release remaining authorization", http.MethodPost, orderPath(id, "/release-remaining-authorization"), nil, options)
}

// ExtendAuthorizationTime lets the authorization end 28 days after today, at most 180 days after the order's own day.
func (c *Client) ExtendAuthorizationTime(ctx context.Context, id OrderID, options ...Option) error {
	return c.change(ctx, "extend authorization time", http.MethodPost, orderPath(id, "/extend-authorization-time"), nil, options)
}

// MerchantReferences are your own references of an order: nil leaves one, a pointer to "" clears it.
type MerchantReferences struct {
	MerchantReference1 *string `json:"merchant_reference1,omitempty"`
	MerchantReference2 *string `json:"merchant_reference2,omitempty"`
}

// UpdateMerchantReferences changes your references of an order; NotAllowed on a cancelled one.
func (c *Client) UpdateMerchantReferences(ctx context.Context, id OrderID, in MerchantReferences, options ...Option) error {
	return c.change(ctx, "update merchant references", http.MethodPatch, orderPath(id, "/merchant-references"), in, options)
}

// AddressChange changes members of an address: nil leaves one, a pointer to "" clears it.
type AddressChange struct {
	Title            *string `json:"title,omitempty"`
	GivenName        *string `json:"given_name,omitempty"`
	FamilyName       *string `json:"family_name,omitempty"`
	OrganizationName *string `json:"organization_name,omitempty"`
	Attention        *string `json:"attention,omitempty"`
	Email            *string `json:"email,omitempty"`
	Phone            *string `json:"phone,omitempty"`
	StreetAddress    *string `json:"street_address,omitempty"`
	StreetAddress2   *string `json:"street_address2,omitempty"`
	PostalCode       *string `json:"postal_code,omitempty"`
	City             *string `json:"city,omitempty"`
	Region           *string `json:"region,omitempty"`
	Country          *string `json:"country,omitempty"`
}

// UpdateShippingAddress changes where an order goes; InvalidAddress when nothing could be sent to what it becomes.
func (c *Client) UpdateShippingAddress(ctx context.Context, id OrderID, in AddressChange, options ...Option) error {
	return c.change(ctx, "update shipping address", http.MethodPatch, orderPath(id, "/customer-details"), struct {
		ShippingAddress AddressChange `json:"shipping_address"`
	}{in}, options)
}

// UpdateCaptureAddresses changes the addresses of one capture: a call of an old edition of the API. nil leaves an address.
func (c *Client) UpdateCaptureAddresses(ctx context.Context, id OrderID, capture CaptureID, billing, shipping *AddressChange, options ...Option) error {
	return c.change(ctx, "update addresses of a capture", http.MethodPatch, orderPath(id, "/captures/", string(capture), "/customer-details"), struct {
		BillingAddress  *AddressChange `json:"billing_address,omitempty"`
		ShippingAddress *AddressChange `json:"shipping_address,omitempty"`
	}{billing, shipping}, options)
}

// shippingInfo is the body of the calls that add shipping info.
type shippingInfo struct {
	ShippingInfo []ShippingInfo `json:"shipping_info"`
}

// AddShippingInfo tells how the order goes; what was told before stays. At most 500 at once.
func (c *Client) AddShippingInfo(ctx context.Context, id OrderID, info []ShippingInfo, options ...Option) error {
	return c.change(ctx, "add shipping info", http.MethodPost, orderPath(id, "/shipping-info"), shippingInfo{info}, options)
}

// AddCaptureShippingInfo tells how the parcel of a capture goes; what was told before stays. At most 500 at once.
func (c *Client) AddCaptureShippingInfo(ctx context.Context, id OrderID, capture CaptureID, info []ShippingInfo, options ...Option) error {
	return c.change(ctx, "add shipping info", http.MethodPost, orderPath(id, "/captures/", string(capture), "/shipping-info"), shippingInfo{info}, options)
}

// TriggerSendOut has the consumer's message about a capture sent again.
func (c *Client) TriggerSendOut(ctx context.Context, id OrderID, capture CaptureID, options ...Option) error {
	return c.change(ctx, "trigger send-out", http.MethodPost, orderPath(id, "/captures/", string(capture), "/trigger-send-out"), nil, options)
}

// DueDateOptions are the ways to extend the due date of a capture that is paid later.
type DueDateOptions struct {
	Currency string          `json:"currency"` // in lower case here
	Options  []DueDateOption `json:"options"`
}

// DueDateOption is one number of days and its fee, which the consumer pays.
type DueDateOption struct {
	Amount       Amount `json:"amount"`
	NumberOfDays int64  `json:"number_of_days"`
}

// ReadDueDateOptions lists by how much the due date of a capture can be extended; none when it is not paid later.
func (c *Client) ReadDueDateOptions(ctx context.Context, id OrderID, capture CaptureID) (*DueDateOptions, error) {
	out := new(DueDateOptions)
	_, err := c.do(ctx, "read due date options", call{method: http.MethodGet, path: orderPath(id, "/captures/", string(capture), "/extend-due-date-options"), out: out}, nil)
	return out, err
}

// ExtendDueDate moves the due date of a capture by one of its options; NotAllowed for any other number of days.
func (c *Client) ExtendDueDate(ctx context.Context, id OrderID, capture CaptureID, days int64, options ...Option) error {
	return c.change(ctx, "extend due date", http.MethodPatch, orderPath(id, "/captures/", string(capture), "/extend-due-date"), struct {
		NumberOfDays int64 `json:"number_of_days"`
	}{days}, options)
}

// change makes a call that answers nothing.
func (c *Client) change(ctx context.Context, doing, method, path string, in any, options []Option) error {
	_, err := c.do(ctx, doing, call{method: method, path: path, in: in}, options)
	return err
}
