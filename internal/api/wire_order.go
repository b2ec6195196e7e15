package api

import (
	"cmp"
	"strings"
	"time"

	"kassa/internal/pay"
)

// wireOrder answers a read of an order (contract 5.2), in the order of a real answer.
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

// wireCapture is a capture on the wire (contract 5.3).
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

// wireRefund is a refund on the wire (contract 5.4).
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
		Email: string(a.Email), Phone: string(a.Phone),
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
	for _, s := range c.ShippingInfo {
		out.ShippingInfo = append(out.ShippingInfo, wireShippingInfo{
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

// shippingMethods are the words of shipping_method (contract 5.3).
var shippingMethods = []string{
	"PickUpStore", "Home", "BoxReg", "BoxUnreg", "PickUpPoint", "Own", "Postal", "DHLPackstation", "Digital", "Undefined",
	"PickUpWarehouse", "ClickCollect", "PalletDelivery",
}

// maxShippingInfo bounds shipping_info of one call (contract 5.3).
const maxShippingInfo = 500

func (a *API) readCaptureBody(body []byte) (in pay.CaptureInput, err error) {
	in.Faults, err = a.decode(body, func(r *reader, member []byte) bool {
		switch string(member) {
		case "captured_amount":
			return integerPtr(r, &in.Amount, 1, int64(pay.MaxAmount))
		case "description":
			return text(r, &in.Description, limits{max: maxText, free: true})
		case "reference":
			return text(r, &in.Reference, limits{max: maxText})
		case "order_lines":
			return r.lines(&in.Lines, &linesOM)
		case "shipping_delay":
			var ignored int64
			return integer(r, &ignored, 0, anyInt)
		case "shipping_info":
			r.array(maxShippingInfo, func() { in.ShippingInfo = append(in.ShippingInfo, r.shippingInfo()) })
			return true
		}
		return false
	})
	in.Faults = needAmount(in.Faults, "captured_amount", in.Amount)
	return in, err
}

func (a *API) readRefundBody(body []byte) (in pay.RefundInput, err error) {
	in.Faults, err = a.decode(body, func(r *reader, member []byte) bool {
		switch string(member) {
		case "refunded_amount":
			return integerPtr(r, &in.Amount, 1, int64(pay.MaxAmount))
		case "description":
			return text(r, &in.Description, limits{max: maxText, free: true})
		case "reference":
			return text(r, &in.Reference, limits{max: maxText})
		case "order_lines":
			return r.lines(&in.Lines, &linesOM)
		}
		return false
	})
	in.Faults = needAmount(in.Faults, "refunded_amount", in.Amount)
	return in, err
}

func needAmount(faults []pay.Fault, member string, amount *pay.Amount) []pay.Fault {
	if amount == nil && !faulted(faults, member) {
		faults = append(faults, pay.Fault{Path: member, Want: "a value"})
	}
	return faults
}

func (r *reader) shippingInfo() (s pay.ShippingInfo) {
	short, long := limits{max: 100}, limits{max: 1024}
	r.object(func(member []byte) bool {
		switch string(member) {
		case "shipping_company":
			return text(r, &s.Company, short)
		case "shipping_method":
			return enum(r, &s.Method, shippingMethods)
		case "tracking_number":
			return text(r, &s.TrackingNumber, short)
		case "tracking_uri":
			return text(r, &s.TrackingURI, long)
		case "return_shipping_company":
			return text(r, &s.ReturnCompany, short)
		case "return_tracking_number":
			return text(r, &s.ReturnTrackingNumber, short)
		case "return_tracking_uri":
			return text(r, &s.ReturnTrackingURI, long)
		}
		return false
	})
	return s
}

// violations words faults as order management does: one message each, with the field in quotes (contract 1.4).
func violations(faults []pay.Fault) []string {
	out := make([]string, len(faults))
	for i, f := range faults {
		switch least, ok := strings.CutSuffix(f.Want, " or more"); {
		case f.Want == "a value":
			out[i] = "'" + f.Path + "' must not be null"
		case ok:
			out[i] = "'" + f.Path + "' must be greater than or equal to " + least
		case strings.HasPrefix(f.Want, "at most ") && !strings.Contains(f.Want, "characters") && !strings.Contains(f.Want, "elements"):
			out[i] = "'" + f.Path + "' must be less than or equal to " + strings.TrimPrefix(f.Want, "at most ")
		default:
			out[i] = "'" + f.Path + "' must be " + f.Want
		}
	}
	return out
}
