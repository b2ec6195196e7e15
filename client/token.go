package client

import (
	"context"
	"log/slog"
	"net/http"
)

// CustomerToken lets its holder charge a consumer again. It prints as ***, so that no log gets it by accident; string(token) is
// its value.
type CustomerToken string

// String hides the token.
func (t CustomerToken) String() string { return AuthorizationToken(t).String() }

// GoString hides the token from %#v.
func (t CustomerToken) GoString() string { return t.String() }

// LogValue hides the token from slog.
func (t CustomerToken) LogValue() slog.Value { return slog.StringValue(t.String()) }

// CustomerTokenRequest says what a customer token is for.
type CustomerTokenRequest struct {
	Description      string    `json:"description"` // the consumer reads it
	IntendedUse      string    `json:"intended_use"`
	Locale           string    `json:"locale,omitempty"`
	PurchaseCountry  string    `json:"purchase_country,omitempty"`
	PurchaseCurrency string    `json:"purchase_currency,omitempty"`
	BillingAddress   *Address  `json:"billing_address,omitempty"`
	Customer         *Customer `json:"customer,omitempty"`
}

// Subscriptions is the one intended use there is.
const Subscriptions = "SUBSCRIPTION"

// CustomerTokenCreated answers a new customer token. It is told once: store it like a password.
type CustomerTokenCreated struct {
	TokenID        CustomerToken `json:"token_id"`
	RedirectURL    string        `json:"redirect_url"`
	BillingAddress *Address      `json:"billing_address"`
	Customer       *Customer     `json:"customer"`
}

// CreateCustomerToken makes a customer token of an authorization whose session has intent tokenize or buy_and_tokenize;
// InvalidOperation for another intent and for a second one.
func (c *Client) CreateCustomerToken(ctx context.Context, token AuthorizationToken, in CustomerTokenRequest, options ...Option) (*CustomerTokenCreated, error) {
	out := new(CustomerTokenCreated)
	_, err := c.do(ctx, "create customer token", call{method: http.MethodPost, path: path("/payments/v1/authorizations/", string(token), "/customer-token"), in: in, out: out}, options)
	return out, err
}

// CustomerTokenRead is a customer token as it is now.
type CustomerTokenRead struct {
	PaymentMethodType string   `json:"payment_method_type"` // INVOICE, CARD, …
	Status            string   `json:"status"`              // ACTIVE, CANCELLED, SUSPENDED
	Card              *Card    `json:"card"`
	DirectDebit       *Account `json:"direct_debit"`
}

// Card is a card, its number but for the last four digits hidden.
type Card struct {
	Brand        string `json:"brand"`       // VISA, MASTERCARD, …, OTHER
	ExpiryDate   string `json:"expiry_date"` // MM/YYYY
	MaskedNumber string `json:"masked_number"`
}

// Account is a bank account, its number but for the last four digits hidden.
type Account struct {
	MaskedNumber string `json:"masked_number"`
}

func tokenPath(token CustomerToken, part string) string {
	return path("/customer-token/v1/tokens/", string(token), part)
}

// ReadCustomerToken tells a customer token; TokenNotFound when it is unknown.
func (c *Client) ReadCustomerToken(ctx context.Context, token CustomerToken) (*CustomerTokenRead, error) {
	out := new(CustomerTokenRead)
	_, err := c.do(ctx, "read customer token", call{method: http.MethodGet, path: tokenPath(token, ""), out: out}, nil)
	return out, err
}

// TokenOrderRequest is an order on a customer token. Country, locale and person are the token's.
type TokenOrderRequest struct {
	PurchaseCurrency   string       `json:"purchase_currency"`
	OrderAmount        Amount       `json:"order_amount"`
	OrderTaxAmount     *Amount      `json:"order_tax_amount,omitempty"`
	OrderLines         []OrderLine  `json:"order_lines"`
	AutoCapture        bool         `json:"auto_capture,omitempty"`
	ShippingAddress    *Address     `json:"shipping_address,omitempty"`
	MerchantURLs       *PaymentURLs `json:"merchant_urls,omitempty"`
	MerchantReference1 string       `json:"merchant_reference1,omitempty"`
	MerchantReference2 string       `json:"merchant_reference2,omitempty"`
	MerchantData       string       `json:"merchant_data,omitempty"`
	Attachment         *Attachment  `json:"attachment,omitempty"`
	StepUp             string       `json:"step_up,omitempty"` // SUPPORTED: a refusal brings Error.StepUpID
}

// ChargeCustomerToken makes an order on a customer token. UnavailablePaymentMethod when the charge is refused: the [Error] then has
// the reason and, when it was asked for, a step-up id. Give an idempotency key: without one, two calls are two charges.
func (c *Client) ChargeCustomerToken(ctx context.Context, token CustomerToken, in TokenOrderRequest, options ...Option) (*OrderPlaced, error) {
	out := new(OrderPlaced)
	_, err := c.do(ctx, "charge customer token", call{method: http.MethodPost, path: tokenPath(token, "/order"), in: in, out: out}, options)
	return out, err
}

// CancelCustomerToken ends a customer token for good. A second call does nothing.
func (c *Client) CancelCustomerToken(ctx context.Context, token CustomerToken, options ...Option) error {
	return c.change(ctx, "cancel customer token", http.MethodPatch, tokenPath(token, "/status"), struct {
		Status string `json:"status"`
	}{"CANCELLED"}, options)
}
