package client

import (
	"context"
	"net/http"
	"time"
)

// Intent is what an authorization shall be good for.
type Intent string

// The intents; empty is Buy.
const (
	Buy            Intent = "buy"
	Tokenize       Intent = "tokenize"
	BuyAndTokenize Intent = "buy_and_tokenize"
)

// AcquiringChannel is where the consumer is.
type AcquiringChannel string

// The channels; empty is Ecommerce. InStore and Telesales pages are distributed, not redirected to.
const (
	Ecommerce AcquiringChannel = "ECOMMERCE"
	InStore   AcquiringChannel = "IN_STORE"
	Telesales AcquiringChannel = "TELESALES"
)

// Category is a way to pay.
type Category string

// The ways to pay.
const (
	PayLater           Category = "pay_later"
	PayOverTime        Category = "pay_over_time"
	PayNow             Category = "pay_now"
	DirectDebit        Category = "direct_debit"
	DirectBankTransfer Category = "direct_bank_transfer"
)

// PaymentSessionRequest is what is bought. Country, currency, amount and lines are needed; OrderAmount is the sum of the lines.
type PaymentSessionRequest struct {
	PurchaseCountry        string           `json:"purchase_country"`  // two letters, like SE
	PurchaseCurrency       string           `json:"purchase_currency"` // the country's own, like SEK
	Locale                 string           `json:"locale,omitempty"`  // of the page, like sv-SE; empty: en-US
	OrderAmount            Amount           `json:"order_amount"`
	OrderTaxAmount         *Amount          `json:"order_tax_amount,omitempty"` // nil: not told
	OrderLines             []OrderLine      `json:"order_lines"`
	Intent                 Intent           `json:"intent,omitempty"`
	AcquiringChannel       AcquiringChannel `json:"acquiring_channel,omitempty"`
	AutoCapture            bool             `json:"auto_capture,omitempty"` // capture as soon as the order is placed
	BillingAddress         *Address         `json:"billing_address,omitempty"`
	ShippingAddress        *Address         `json:"shipping_address,omitempty"` // nil: the billing address
	Customer               *Customer        `json:"customer,omitempty"`
	MerchantURLs           *PaymentURLs     `json:"merchant_urls,omitempty"`
	MerchantReference1     string           `json:"merchant_reference1,omitempty"` // your order number: the consumer sees it
	MerchantReference2     string           `json:"merchant_reference2,omitempty"`
	MerchantData           string           `json:"merchant_data,omitempty"` // comes back as it is
	Design                 string           `json:"design,omitempty"`
	CustomPaymentMethodIDs []string         `json:"custom_payment_method_ids,omitempty"`
	Options                *WidgetOptions   `json:"options,omitempty"`
	StepUpID               *string          `json:"step_up_id,omitempty"` // recovers a refused charge on Customer.CustomerToken
	Attachment             *Attachment      `json:"attachment,omitempty"`
}

// PaymentSessionUpdate changes what is not nil; lines are replaced as a whole. What results is checked like a new session.
type PaymentSessionUpdate struct {
	PurchaseCountry        *string           `json:"purchase_country,omitempty"`
	PurchaseCurrency       *string           `json:"purchase_currency,omitempty"`
	Locale                 *string           `json:"locale,omitempty"`
	OrderAmount            *Amount           `json:"order_amount,omitempty"`
	OrderTaxAmount         *Amount           `json:"order_tax_amount,omitempty"`
	OrderLines             []OrderLine       `json:"order_lines,omitempty"`
	Intent                 *Intent           `json:"intent,omitempty"`
	AcquiringChannel       *AcquiringChannel `json:"acquiring_channel,omitempty"`
	AutoCapture            *bool             `json:"auto_capture,omitempty"`
	BillingAddress         *Address          `json:"billing_address,omitempty"`
	ShippingAddress        *Address          `json:"shipping_address,omitempty"`
	Customer               *Customer         `json:"customer,omitempty"`
	MerchantURLs           *PaymentURLs      `json:"merchant_urls,omitempty"`
	MerchantReference1     *string           `json:"merchant_reference1,omitempty"`
	MerchantReference2     *string           `json:"merchant_reference2,omitempty"`
	MerchantData           *string           `json:"merchant_data,omitempty"`
	Design                 *string           `json:"design,omitempty"`
	CustomPaymentMethodIDs []string          `json:"custom_payment_method_ids,omitempty"`
	Options                *WidgetOptions    `json:"options,omitempty"`
	StepUpID               *string           `json:"step_up_id,omitempty"`
	Attachment             *Attachment       `json:"attachment,omitempty"`
}

// WidgetOptions are colours like #17524B.
type WidgetOptions struct {
	ColorBorder         string `json:"color_border,omitempty"`
	ColorBorderSelected string `json:"color_border_selected,omitempty"`
	ColorDetails        string `json:"color_details,omitempty"`
	ColorText           string `json:"color_text,omitempty"`
	RadiusBorder        string `json:"radius_border,omitempty"`
}

// Attachment is extra merchant data: a JSON object as a string.
type Attachment struct {
	ContentType string `json:"content_type"`
	Body        string `json:"body"`
}

// PaymentSessionCreated answers a create. The client token is of no use with the hosted page.
type PaymentSessionCreated struct {
	SessionID               PaymentSessionID        `json:"session_id"`
	ClientToken             string                  `json:"client_token"`
	PaymentMethodCategories []PaymentMethodCategory `json:"payment_method_categories"`
}

// PaymentMethodCategory is a way to pay that the session offers.
type PaymentMethodCategory struct {
	Identifier Category `json:"identifier"`
	Name       string   `json:"name"`
	AssetURLs  struct {
		Descriptive string `json:"descriptive"`
		Standard    string `json:"standard"`
	} `json:"asset_urls"`
}

// PaymentSession is a payment session as it is now. It does not tell its own id.
type PaymentSession struct {
	PaymentSessionRequest
	Status                  string                  `json:"status"` // incomplete; complete once it has an order
	ExpiresAt               time.Time               `json:"expires_at"`
	AuthorizationToken      AuthorizationToken      `json:"authorization_token"` // empty until authorized
	ClientToken             string                  `json:"client_token"`
	PaymentMethodCategories []PaymentMethodCategory `json:"payment_method_categories"`
}

// CreatePaymentSession begins a purchase (step 2a of the guide). The session lives 48 hours.
func (c *Client) CreatePaymentSession(ctx context.Context, in PaymentSessionRequest, options ...Option) (*PaymentSessionCreated, error) {
	out := new(PaymentSessionCreated)
	_, err := c.do(ctx, "create payment session", call{method: http.MethodPost, path: "/payments/v1/sessions", in: in, out: out}, options)
	return out, err
}

// ReadPaymentSession tells what a payment session is now; NotFound when it is unknown or expired.
func (c *Client) ReadPaymentSession(ctx context.Context, id PaymentSessionID) (*PaymentSession, error) {
	out := new(PaymentSession)
	_, err := c.do(ctx, "read payment session", call{method: http.MethodGet, path: path("/payments/v1/sessions/", string(id)), out: out}, nil)
	return out, err
}

// UpdatePaymentSession changes a payment session that has no order yet; SessionCompleted when it has one.
func (c *Client) UpdatePaymentSession(ctx context.Context, id PaymentSessionID, in PaymentSessionUpdate, options ...Option) error {
	_, err := c.do(ctx, "update payment session", call{method: http.MethodPost, path: path("/payments/v1/sessions/", string(id)), in: in}, options)
	return err
}

// PaymentSessionURL is the payment_session_url by which a hosted session names its payment session.
func (c *Client) PaymentSessionURL(id PaymentSessionID) string {
	return c.base + path("/payments/v1/sessions/", string(id))
}
