package api

import (
	"cmp"
	"strings"
	"time"

	"kassa/internal/pay"
)

// wireOrder answers a read of an order, in the order of a real answer.
type wireOrder struct {
	OrderID                   string             `json:"order_id"`
	Status                    string             `json:"status"`
	FraudStatus               string             `json:"fraud_status"`
	OrderAmount               int64              `json:"order_amount"`
	OriginalOrderAmount       int64              `json:"original_order_amount"`
	CapturedAmount            int64              `json:"captured_amount"`
	RefundedAmount            int64              `json:"refunded_amount"`
	RemainingAuthorizedAmount int64              `json:"remaining_authorized_amount"`
	PurchaseCurrency          string             `json:"purchase_currency"`
	Locale                    string             `json:"locale"`
	OrderLines                []wireLine         `json:"order_lines"`
	MerchantReference1        string             `json:"merchant_reference1,omitempty"`
	MerchantReference2        string             `json:"merchant_reference2,omitempty"`
	KlarnaReference           string             `json:"klarna_reference"`
	Customer                  *wireOrderCustomer `json:"customer,omitzero"`
	BillingAddress            *wireFullAddress   `json:"billing_address,omitzero"`
	ShippingAddress           *wireFullAddress   `json:"shipping_address,omitzero"`
	CreatedAt                 string             `json:"created_at"`
	PurchaseCountry           string             `json:"purchase_country"`
	ExpiresAt                 string             `json:"expires_at"`
	MerchantData              string             `json:"merchant_data,omitempty"`
	ShippingInfo              []wireShippingInfo `json:"shipping_info,omitempty"`
	Captures                  []wireCapture      `json:"captures"`
	Refunds                   []wireRefund       `json:"refunds"`
	InitialPaymentMethod      *wireInitialMethod `json:"initial_payment_method,omitzero"`
}

// wireOrderCustomer is what order management tells of a customer.
type wireOrderCustomer struct {
	DateOfBirth string `json:"date_of_birth,omitempty"`
	Type        string `json:"type"`
}

// wireFullAddress is an address of an order: the original fills in the members that are empty, but organization and attention.
type wireFullAddress struct {
	GivenName        string `json:"given_name"`
	FamilyName       string `json:"family_name"`
	Title            string `json:"title"`
	OrganizationName string `json:"organization_name,omitempty"`
	Attention        string `json:"attention,omitempty"`
	StreetAddress    string `json:"street_address"`
	StreetAddress2   string `json:"street_address2"`
	PostalCode       string `json:"postal_code"`
	City             string `json:"city"`
	Region           string `json:"region,omitempty"`
	Country          string `json:"country"`
	Email            string `json:"email,omitempty"`
	Phone            string `json:"phone,omitempty"`
}

// wireInitialMethod is how the order was paid when it was placed.
type wireInitialMethod struct {
	Type                 string `json:"type"`
	Description          string `json:"description"`
	NumberOfInstallments int    `json:"number_of_installments,omitzero"`
}

// methodNames are the descriptions of the ways that are authorized.
var methodNames = map[string]string{
	"invoice":              "Pay later",
	"fixed_amount":         "Pay over time",
	"base_account":         "Account",
	"card":                 "Card",
	"direct_debit":         "Direct debit",
	"direct_bank_transfer": "Bank transfer",
}

// wireCapture is a capture on the wire.
type wireCapture struct {
	CaptureID       string             `json:"capture_id"`
	KlarnaReference string             `json:"klarna_reference"`
	CapturedAmount  int64              `json:"captured_amount"`
	CapturedAt      string             `json:"captured_at"`
	Description     string             `json:"description,omitempty"`
	OrderLines      []wireLine         `json:"order_lines"`
	Reference       string             `json:"reference,omitempty"`
	RefundedAmount  int64              `json:"refunded_amount"`
	BillingAddress  *wireFullAddress   `json:"billing_address,omitzero"`
	ShippingAddress *wireFullAddress   `json:"shipping_address,omitzero"`
	ShippingInfo    []wireShippingInfo `json:"shipping_info"`
}

// wireShippingInfo is how a parcel goes.
type wireShippingInfo struct {
	ShippingCompany       string `json:"shipping_company,omitempty"`
	ShippingMethod        string `json:"shipping_method,omitempty"`
	TrackingNumber        string `json:"tracking_number,omitempty"`
	TrackingURI           string `json:"tracking_uri,omitempty"`
	ReturnShippingCompany string `json:"return_shipping_company,omitempty"`
	ReturnTrackingNumber  string `json:"return_tracking_number,omitempty"`
	ReturnTrackingURI     string `json:"return_tracking_uri,omitempty"`
}

// wireRefund is a refund on the wire.
type wireRefund struct {
	RefundID       string     `json:"refund_id"`
	RefundedAmount int64      `json:"refunded_amount"`
	RefundedAt     string     `json:"refunded_at"`
	Description    string     `json:"description,omitempty"`
	Reference      string     `json:"reference,omitempty"`
	OrderLines     []wireLine `json:"order_lines"`
	CreditInvoice  bool       `json:"credit_invoice"`
}

func toOrder(o *pay.Order, now time.Time) *wireOrder {
	out := &wireOrder{
		OrderID: string(o.ID), Status: string(o.Status(now)), FraudStatus: string(o.Fraud), OrderAmount: int64(o.Purchase.Amount),
		OriginalOrderAmount: int64(o.OriginalAmount), CapturedAmount: int64(o.Captured), RefundedAmount: int64(o.Refunded),
		RemainingAuthorizedAmount: int64(o.Remaining(now)), PurchaseCurrency: o.Purchase.Currency, Locale: o.Purchase.Locale,
		OrderLines: toLines(o.Purchase.Lines, true), MerchantReference1: o.MerchantReference1, MerchantReference2: o.MerchantReference2,
		KlarnaReference: o.Reference, Customer: toOrderCustomer(o.Customer), BillingAddress: toFullAddress(o.Billing),
		ShippingAddress: toFullAddress(o.Shipping), CreatedAt: instant(o.CreatedAt), PurchaseCountry: o.Purchase.Country,
		ExpiresAt: instant(o.ExpiresAt), MerchantData: o.MerchantData, Captures: toCaptures(o.Captures),
	}
	out.ShippingInfo = toShippingInfo(o.ShippingInfo)
	for _, r := range o.Refunds {
		out.Refunds = append(out.Refunds, toRefund(r))
	}
	if m := o.Method; m.Type != "" {
		out.InitialPaymentMethod = &wireInitialMethod{
			Type: strings.ToUpper(m.Type), Description: cmp.Or(methodNames[m.Type], m.Type), NumberOfInstallments: m.Installments,
		}
	}
	return out
}

func toOrderCustomer(c pay.Customer) *wireOrderCustomer {
	if c.Type == "" && c.DateOfBirth == "" {
		return nil
	}
	out := &wireOrderCustomer{DateOfBirth: string(c.DateOfBirth), Type: c.Type}
	if out.Type == "" {
		out.Type = "person"
	}
	return out
}

func toFullAddress(a pay.Address) *wireFullAddress {
	if a.IsZero() {
		return nil
	}
	return &wireFullAddress{
		GivenName: string(a.GivenName), FamilyName: string(a.FamilyName), Title: string(a.Title), OrganizationName: string(a.OrganizationName),
		Attention: string(a.Attention), StreetAddress: string(a.StreetAddress), StreetAddress2: string(a.StreetAddress2),
		PostalCode: string(a.PostalCode), City: string(a.City), Region: string(a.Region), Country: a.Country,
		Email: string(a.Email), Phone: string(a.ToldPhone()),
	}
}

func toCaptures(captures []*pay.Capture) []wireCapture {
	out := make([]wireCapture, len(captures))
	for i, c := range captures {
		out[i] = toCapture(c)
	}
	return out
}

func toCapture(c *pay.Capture) wireCapture {
	out := wireCapture{
		CaptureID: string(c.ID), KlarnaReference: c.Reference, CapturedAmount: int64(c.Amount), CapturedAt: instant(c.CreatedAt),
		Description: c.Description, OrderLines: toLines(c.Lines, true), Reference: c.MerchantRef, RefundedAmount: int64(c.Refunded),
		BillingAddress: toFullAddress(c.Billing), ShippingAddress: toFullAddress(c.Shipping),
	}
	out.ShippingInfo = toShippingInfo(c.ShippingInfo)
	return out
}

func toShippingInfo(info []pay.ShippingInfo) []wireShippingInfo {
	var out []wireShippingInfo
	for _, s := range info {
		out = append(out, wireShippingInfo{
			s.Company, s.Method, s.TrackingNumber, s.TrackingURI, s.ReturnCompany, s.ReturnTrackingNumber, s.ReturnTrackingURI,
		})
	}
	return out
}

func toRefund(r *pay.Refund) wireRefund {
	return wireRefund{
		RefundID: string(r.ID), RefundedAmount: int64(r.Amount), RefundedAt: instant(r.CreatedAt), Description: r.Description,
		Reference: r.MerchantRef, OrderLines: toLines(r.Lines, true),
	}
}
