package api

import (
	"strings"

	"kassa/internal/engine"
	"kassa/internal/pay"
)

var (
	intendedUses  = []string{"SUBSCRIPTION"}
	tokenStatuses = []pay.TokenStatus{pay.TokenIsCancelled}
	stepUps       = []string{"SUPPORTED", "NOT_SUPPORTED"}
)

// readTokenBody reads the body of a call that makes a customer token.
func (a *API) readTokenBody(body []byte) (in pay.TokenInput, err error) {
	in.Faults, err = a.decode(body, func(r *reader, member []byte) bool {
		switch string(member) {
		case "description":
			return textPtr(r, &in.Description, limits{min: 1, max: maxText})
		case "intended_use":
			return enumPtr(r, &in.IntendedUse, intendedUses)
		case "locale":
			return r.locale(&in.Locale)
		case "purchase_country":
			return countryPtr(r, &in.Country)
		case "purchase_currency":
			return lettersPtr(r, &in.Currency, 3)
		case "billing_address":
			return r.address(&in.Billing)
		case "customer":
			return r.customer(&in.Customer)
		}
		return false
	})
	return in, err
}

// readTokenStatusBody reads the body of a change of status: CANCELLED is the only one.
func (a *API) readTokenStatusBody(body []byte) (faults []pay.Fault, err error) {
	var to pay.TokenStatus
	faults, err = a.decode(body, func(r *reader, member []byte) bool {
		return string(member) == "status" && enum(r, &to, tokenStatuses)
	})
	if to == "" && !faulted(faults, "status") {
		faults = append(faults, pay.Fault{Path: "status", Want: "CANCELLED"})
	}
	return faults, err
}

// linesCT are the demands on lines of an order on a customer token; pay bounds their amounts.
var linesCT = lineRules{lineTypes, 1, 1, 8, 1<<31 - 1, anyInt, 256, maxText}

// readChargeBody reads the body of an order on a customer token. purchase_country and locale are the token's: what is
// sent of them is ignored.
func (a *API) readChargeBody(body []byte) (in pay.ChargeInput, err error) {
	var stepUp string
	in.Faults, err = a.decode(body, func(r *reader, member []byte) bool {
		switch string(member) {
		case "purchase_currency":
			return lettersPtr(r, &in.Currency, 3)
		case "order_amount":
			return integerPtr(r, &in.Amount, 1, anyInt)
		case "order_tax_amount":
			return integerPtr(r, &in.TaxAmount, 0, anyInt)
		case "order_lines":
			return r.lines(&in.Lines, &linesCT)
		case "auto_capture":
			return boolean(r, &in.AutoCapture)
		case "shipping_address":
			return r.address(&in.Shipping)
		case "merchant_urls":
			return r.paymentURLs(&in.URLs)
		case "merchant_reference1":
			return text(r, &in.MerchantReference1, limits{max: maxText})
		case "merchant_reference2":
			return text(r, &in.MerchantReference2, limits{max: maxText})
		case "merchant_data":
			return text(r, &in.MerchantData, limits{max: 6000, free: true})
		case "attachment":
			return r.attachment(&in.Attachment)
		case "step_up":
			return enum(r, &stepUp, stepUps)
		}
		return false
	})
	in.StepUp = stepUp == "SUPPORTED"
	return in, err
}

// tokenCreated answers a call that makes a customer token.
type tokenCreated struct {
	TokenID        string             `json:"token_id"`
	RedirectURL    string             `json:"redirect_url,omitempty"`
	BillingAddress *wireAddress       `json:"billing_address,omitzero"`
	Customer       *wireTokenCustomer `json:"customer,omitzero"`
}

// wireTokenCustomer is what is told of the customer of a new token.
type wireTokenCustomer struct {
	DateOfBirth string `json:"date_of_birth,omitempty"`
	Gender      string `json:"gender,omitempty"`
}

func (a *API) toTokenCreated(m *pay.Merchant, made *engine.Tokenized) *tokenCreated {
	c := made.Token
	out := &tokenCreated{
		TokenID: string(c.Token), RedirectURL: a.redirectURL(m, string(c.Payment), made.Payment.Session.URLs.Confirmation), BillingAddress: toAddress(c.Billing),
	}
	if customer := (wireTokenCustomer{string(c.Customer.DateOfBirth), string(c.Customer.Gender)}); customer != (wireTokenCustomer{}) {
		out.Customer = &customer
	}
	return out
}

// tokenRead answers a read of a customer token.
type tokenRead struct {
	PaymentMethodType string       `json:"payment_method_type"`
	Status            string       `json:"status"`
	Card              *wireCard    `json:"card,omitzero"`
	DirectDebit       *wireAccount `json:"direct_debit,omitzero"`
}

// wireCard is a card, its number but for the last four digits hidden.
type wireCard struct {
	Brand        string `json:"brand"`
	ExpiryDate   string `json:"expiry_date"` // MM/YYYY
	MaskedNumber string `json:"masked_number"`
}

// wireAccount is an account in the same way.
type wireAccount struct {
	MaskedNumber string `json:"masked_number"`
}

func toTokenRead(c *pay.CustomerToken) *tokenRead {
	out := &tokenRead{PaymentMethodType: strings.ToUpper(c.Method.Type), Status: string(c.Status())}
	if c.Digits == "" {
		return out
	}
	masked := "************" + c.Digits
	if c.Plan == "bank_account" {
		out.DirectDebit = &wireAccount{masked}
	} else {
		out.Card = &wireCard{Brand: c.Brand, ExpiryDate: c.Expiry, MaskedNumber: masked}
	}
	return out
}
