package client

import "log/slog"

// Ids are types so that one cannot be taken for another: a payment session and the hosted session that shows it have different
// ids.
type (
	// PaymentSessionID names a payment session.
	PaymentSessionID string
	// HostedSessionID names a hosted session; it is not in the link that the consumer gets.
	HostedSessionID string
	// OrderID names an order.
	OrderID string
	// CaptureID names a capture of an order.
	CaptureID string
	// RefundID names a refund of an order.
	RefundID string
)

// AuthorizationToken lets its holder place one order. It prints as ***, so that no log gets it by accident; string(token) is
// its value.
type AuthorizationToken string

// String hides the token.
func (t AuthorizationToken) String() string {
	if t == "" {
		return ""
	}
	return "***"
}

// GoString hides the token from %#v.
func (t AuthorizationToken) GoString() string { return t.String() }

// LogValue hides the token from slog.
func (t AuthorizationToken) LogValue() slog.Value { return slog.StringValue(t.String()) }

// Amount is money in the currency's minor unit: 64800 is 648.00 in SEK. It includes tax where the market's prices do.
type Amount int64

// TaxRate has two implied decimals: 2500 is 25 %.
type TaxRate int64

// LineType is the sort of an order line.
type LineType string

// The types of order lines. Discount, GiftCard and StoreCredit have negative amounts, ReturnFee stands in refunds only.
const (
	Physical    LineType = "physical"
	Digital     LineType = "digital"
	ShippingFee LineType = "shipping_fee"
	SalesTax    LineType = "sales_tax"
	Discount    LineType = "discount"
	GiftCard    LineType = "gift_card"
	StoreCredit LineType = "store_credit"
	Surcharge   LineType = "surcharge"
	ReturnFee   LineType = "return_fee"
)

// OrderLine is one line of what is bought, captured or refunded. TotalAmount is Quantity × UnitPrice − TotalDiscountAmount, and
// TotalTaxAmount the part of it that is tax: both are checked.
type OrderLine struct {
	Type                LineType            `json:"type,omitempty"` // empty: physical
	Reference           string              `json:"reference,omitempty"`
	Name                string              `json:"name"`
	Quantity            int64               `json:"quantity"`
	QuantityUnit        string              `json:"quantity_unit,omitempty"`
	UnitPrice           Amount              `json:"unit_price"`
	TaxRate             TaxRate             `json:"tax_rate"`
	TotalAmount         Amount              `json:"total_amount"`
	TotalDiscountAmount Amount              `json:"total_discount_amount,omitempty"`
	TotalTaxAmount      Amount              `json:"total_tax_amount"`
	ProductURL          string              `json:"product_url,omitempty"`
	ImageURL            string              `json:"image_url,omitempty"`
	MerchantData        string              `json:"merchant_data,omitempty"`
	ProductIdentifiers  *ProductIdentifiers `json:"product_identifiers,omitempty"`
	Subscription        *Subscription       `json:"subscription,omitempty"`
}

// ProductIdentifiers say what a product is beyond its name.
type ProductIdentifiers struct {
	Brand                  string `json:"brand,omitempty"`
	CategoryPath           string `json:"category_path,omitempty"`
	GlobalTradeItemNumber  string `json:"global_trade_item_number,omitempty"`
	ManufacturerPartNumber string `json:"manufacturer_part_number,omitempty"`
	Color                  string `json:"color,omitempty"`
	Size                   string `json:"size,omitempty"`
}

// Subscription says that a line is paid again and again.
type Subscription struct {
	Name          string `json:"name"`
	Interval      string `json:"interval"` // DAY, WEEK, MONTH, YEAR
	IntervalCount int64  `json:"interval_count"`
}

// Address is where somebody lives and how to reach them. What the merchant leaves out, the payment page asks for.
type Address struct {
	Title            string `json:"title,omitempty"`
	GivenName        string `json:"given_name,omitempty"`
	FamilyName       string `json:"family_name,omitempty"`
	OrganizationName string `json:"organization_name,omitempty"`
	Attention        string `json:"attention,omitempty"`
	Email            string `json:"email,omitempty"`
	Phone            string `json:"phone,omitempty"`
	StreetAddress    string `json:"street_address,omitempty"`
	StreetAddress2   string `json:"street_address2,omitempty"`
	PostalCode       string `json:"postal_code,omitempty"`
	City             string `json:"city,omitempty"`
	Region           string `json:"region,omitempty"`
	Country          string `json:"country,omitempty"` // two letters, like SE
}

// Customer is who buys. The national number and the last digits are sent only, never told again.
type Customer struct {
	Type                         string `json:"type,omitempty"`          // person, organization
	DateOfBirth                  string `json:"date_of_birth,omitempty"` // YYYY-MM-DD
	Title                        string `json:"title,omitempty"`
	Gender                       string `json:"gender,omitempty"`
	LastFourSSN                  string `json:"last_four_ssn,omitempty"`
	NationalIdentificationNumber string `json:"national_identification_number,omitempty"`
	OrganizationEntityType       string `json:"organization_entity_type,omitempty"`
	OrganizationRegistrationID   string `json:"organization_registration_id,omitempty"`
	VATID                        string `json:"vat_id,omitempty"`
	CustomerToken                string `json:"customer_token,omitempty"`
}

// PaymentURLs are merchant_urls of a payment session. {session.id} and {order.id} in them are filled in.
type PaymentURLs struct {
	Confirmation  string `json:"confirmation,omitempty"`
	Notification  string `json:"notification,omitempty"`
	Push          string `json:"push,omitempty"`
	Authorization string `json:"authorization,omitempty"`
	AppReturnURL  string `json:"app_return_url,omitempty"`
}

// FraudStatus is the outcome of the fraud decision on an order.
type FraudStatus string

// The fraud statuses. A pending order cannot be captured; it becomes accepted or rejected by itself. One that is cancelled or expired
// first is never accepted: it stays pending, or is rejected.
const (
	FraudAccepted FraudStatus = "ACCEPTED"
	FraudPending  FraudStatus = "PENDING"
	FraudRejected FraudStatus = "REJECTED"
)
