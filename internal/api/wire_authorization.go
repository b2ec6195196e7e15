package api

import (
	"crypto/sha256"
	"strconv"

	"kassa/internal/pay"
)

// readPlaceBody reads the body of a place-order call. Members of the session that have no bearing on an order are
// ignored: clients send the whole session.
func (a *API) readPlaceBody(body []byte) (in pay.PlaceInput, err error) {
	var promotions []string // looked at and not kept: the consumer has chosen already
	in.Faults, err = a.decode(body, func(r *reader, member []byte) bool {
		switch string(member) {
		case "purchase_country":
			return countryPtr(r, &in.Country)
		case "purchase_currency":
			return lettersPtr(r, &in.Currency, 3)
		case "locale":
			return r.locale(&in.Locale)
		case "order_amount":
			return integerPtr(r, &in.Amount, 0, anyInt)
		case "order_tax_amount":
			return integerPtr(r, &in.TaxAmount, 0, anyInt)
		case "order_lines":
			return r.lines(&in.Lines, &linesKP)
		case "auto_capture":
			return booleanPtr(r, &in.AutoCapture)
		case "billing_address":
			return r.address(&in.Billing)
		case "shipping_address":
			return r.address(&in.Shipping)
		case "customer":
			return r.customer(&in.Customer)
		case "merchant_urls":
			return r.paymentURLs(&in.URLs)
		case "merchant_reference1":
			return textPtr(r, &in.MerchantReference1, limits{max: maxText})
		case "merchant_reference2":
			return textPtr(r, &in.MerchantReference2, limits{max: maxText})
		case "merchant_data":
			return textPtr(r, &in.MerchantData, limits{max: 6000, free: true})
		case "custom_payment_method_ids":
			return r.texts(&promotions)
		}
		return false
	})
	if err == nil && len(in.Faults) == 0 {
		in.Digest = digest(&in)
	}
	return in, err
}

// placeForm is a place-order call in one spelling: what two bodies that mean the same come out as alike.
type placeForm struct {
	Country, Currency, Locale *string
	Amount, TaxAmount         *pay.Amount
	Lines                     []wireLine
	AutoCapture               *bool
	Billing, Shipping         *wireAddress
	Customer                  *customerForm
	URLs                      *wireURLs
	Reference1, Reference2    *string
	Data                      *string
}

// customerForm has every member of a customer, in the open: it is hashed, never written.
type customerForm struct {
	Known                                                    *wireCustomer
	LastFourSSN, NationalIdentificationNumber, CustomerToken string
}

// digest is the SHA-256 of a place-order call in its one spelling.
func digest(in *pay.PlaceInput) []byte {
	form := placeForm{
		Country: in.Country, Currency: in.Currency, Locale: in.Locale, Amount: in.Amount, TaxAmount: in.TaxAmount,
		Lines: toLines(in.Lines, true), AutoCapture: in.AutoCapture,
		Reference1: in.MerchantReference1, Reference2: in.MerchantReference2, Data: in.MerchantData,
	}
	if in.Billing != nil {
		form.Billing = toAddress(*in.Billing)
	}
	if in.Shipping != nil {
		form.Shipping = toAddress(*in.Shipping)
	}
	if in.URLs != nil {
		form.URLs = toURLs(*in.URLs)
	}
	if c := in.Customer; c != nil {
		form.Customer = &customerForm{
			Known: toCustomer(*c), LastFourSSN: string(c.LastFourSSN), NationalIdentificationNumber: string(c.NationalIdentificationNumber), CustomerToken: string(c.CustomerToken),
		}
	}
	sum := sha256.Sum256(encode(&form))
	return sum[:]
}

// orderPlaced answers a place-order call.
type orderPlaced struct {
	OrderID     string      `json:"order_id"`
	FraudStatus string      `json:"fraud_status"`
	RedirectURL string      `json:"redirect_url,omitempty"`
	Method      *wireMethod `json:"authorized_payment_method,omitzero"`
}

// wireMethod is how it is paid.
type wireMethod struct {
	Type         string `json:"type"`
	Days         int    `json:"number_of_days,omitzero"`
	Installments int    `json:"number_of_installments,omitzero"`
}

func toOrderPlaced(o *pay.Order) *orderPlaced {
	return &orderPlaced{OrderID: string(o.ID), FraudStatus: string(o.Fraud), Method: toMethod(o.Method)}
}

// toMethod gives nil for a method that is not known.
func toMethod(m pay.Method) *wireMethod {
	if m.Type == "" {
		return nil
	}
	return &wireMethod{m.Type, m.Days, m.Installments}
}

// redirectURL is the address by which a browser is sent on to the merchant's confirmation page, empty when there is none.
func (a *API) redirectURL(m *pay.Merchant, id, confirmation string) string {
	if confirmation == "" {
		return ""
	}
	return a.public + "/redirect/" + strconv.FormatInt(m.Number, 10) + "-" + id
}
