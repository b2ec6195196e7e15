package client

import (
	"context"
	"net/http"
)

// OrderRequest is the order to place. Country, currency, amount and lines must be those that were authorized; only a lower
// amount is taken. Addresses may be left out: the consumer's own are known.
type OrderRequest struct {
	PurchaseCountry        string       `json:"purchase_country"`
	PurchaseCurrency       string       `json:"purchase_currency"`
	Locale                 string       `json:"locale,omitempty"`
	OrderAmount            Amount       `json:"order_amount"`
	OrderTaxAmount         *Amount      `json:"order_tax_amount,omitempty"`
	OrderLines             []OrderLine  `json:"order_lines"`
	AutoCapture            bool         `json:"auto_capture,omitempty"` // only for goods that are handed over at once
	BillingAddress         *Address     `json:"billing_address,omitempty"`
	ShippingAddress        *Address     `json:"shipping_address,omitempty"`
	Customer               *Customer    `json:"customer,omitempty"`
	MerchantURLs           *PaymentURLs `json:"merchant_urls,omitempty"`
	MerchantReference1     string       `json:"merchant_reference1,omitempty"`
	MerchantReference2     string       `json:"merchant_reference2,omitempty"`
	MerchantData           string       `json:"merchant_data,omitempty"`
	CustomPaymentMethodIDs []string     `json:"custom_payment_method_ids,omitempty"`
}

// OrderPlaced answers a placed order.
type OrderPlaced struct {
	OrderID                 OrderID                  `json:"order_id"`
	FraudStatus             FraudStatus              `json:"fraud_status"` // accepted or pending
	RedirectURL             string                   `json:"redirect_url"`
	AuthorizedPaymentMethod *AuthorizedPaymentMethod `json:"authorized_payment_method"`
}

// AuthorizedPaymentMethod is how it is paid.
type AuthorizedPaymentMethod struct {
	Type                 string `json:"type"` // invoice, fixed_amount, card, direct_debit, …
	NumberOfDays         int    `json:"number_of_days"`
	NumberOfInstallments int    `json:"number_of_installments"`
}

// PlaceOrder makes an order of an authorization (step 7), within the token's 60 minutes. A token is good for one order: an equal
// call gets the same order again, which makes it safe to repeat from any place at any time; another body is a 409 BadValue.
// NotFound when the token is unknown, expired or cancelled; Rejected when the order is declined after all.
func (c *Client) PlaceOrder(ctx context.Context, token AuthorizationToken, in OrderRequest, options ...Option) (*OrderPlaced, error) {
	out := new(OrderPlaced)
	_, err := c.do(ctx, "place order", call{method: http.MethodPost, path: path("/payments/v1/authorizations/", string(token), "/order"), in: in, out: out}, options)
	return out, err
}

// CancelAuthorization gives an authorization back that no order will be placed with. NotFound when there is nothing to give back
// any more: also when an earlier try did it and its answer was lost.
func (c *Client) CancelAuthorization(ctx context.Context, token AuthorizationToken) error {
	_, err := c.do(ctx, "cancel authorization", call{method: http.MethodDelete, path: path("/payments/v1/authorizations/", string(token))}, nil)
	return err
}
