package api

import (
	"time"

	"kassa/internal/pay"
)

// Bounds that hold wherever a member of their kind stands.
const (
	maxText = 255
	anyInt  = 1<<63 - 1
)

// instant writes a time as the API does: UTC, milliseconds, Z; empty for no time.
func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}

// wireAddress is an address on the wire; members without a value are left out.
type wireAddress struct {
	Title            string `json:"title,omitempty"`
	GivenName        string `json:"given_name,omitempty"`
	FamilyName       string `json:"family_name,omitempty"`
	OrganizationName string `json:"organization_name,omitempty"`
	Attention        string `json:"attention,omitempty"`
	Email            string `json:"email,omitempty"`
	StreetAddress    string `json:"street_address,omitempty"`
	StreetAddress2   string `json:"street_address2,omitempty"`
	PostalCode       string `json:"postal_code,omitempty"`
	City             string `json:"city,omitempty"`
	Region           string `json:"region,omitempty"`
	Phone            string `json:"phone,omitempty"`
	Country          string `json:"country,omitempty"`
}

// toAddress gives nil for an address of which nothing is known.
func toAddress(a pay.Address) *wireAddress {
	if a.IsZero() {
		return nil
	}
	return &wireAddress{
		Title: string(a.Title), GivenName: string(a.GivenName), FamilyName: string(a.FamilyName),
		OrganizationName: string(a.OrganizationName), Attention: string(a.Attention), Email: string(a.Email),
		StreetAddress: string(a.StreetAddress), StreetAddress2: string(a.StreetAddress2), PostalCode: string(a.PostalCode),
		City: string(a.City), Region: string(a.Region), Phone: string(a.ToldPhone()), Country: a.Country,
	}
}

// address reads an address with the bounds of the payments API.
func (r *reader) address(dst **pay.Address) bool {
	var a pay.Address
	name := words(99)
	if r.object(func(member []byte) bool {
		switch string(member) {
		case "title":
			return text(r, &a.Title, words(20))
		case "given_name":
			return text(r, &a.GivenName, name)
		case "family_name":
			return text(r, &a.FamilyName, name)
		case "organization_name":
			return text(r, &a.OrganizationName, name)
		case "attention":
			return text(r, &a.Attention, name)
		case "email":
			return text(r, &a.Email, name)
		case "phone":
			return text(r, &a.Phone, digits(99))
		case "street_address":
			return text(r, &a.StreetAddress, name)
		case "street_address2":
			return text(r, &a.StreetAddress2, name)
		case "postal_code":
			return text(r, &a.PostalCode, digits(10))
		case "city":
			return text(r, &a.City, name)
		case "region":
			return text(r, &a.Region, name)
		case "country":
			return country(r, &a.Country)
		}
		return false
	}) {
		*dst = &a
	}
	return true
}

var (
	customerTypes = []string{"person", "organization"}
	entityTypes   = []string{
		"LIMITED_COMPANY", "PUBLIC_LIMITED_COMPANY", "ENTREPRENEURIAL_COMPANY", "LIMITED_PARTNERSHIP_LIMITED_COMPANY", "LIMITED_PARTNERSHIP",
		"GENERAL_PARTNERSHIP", "REGISTERED_SOLE_TRADER", "SOLE_TRADER", "CIVIL_LAW_PARTNERSHIP", "PUBLIC_INSTITUTION", "OTHER",
	}
)

// customer reads a customer.
func (r *reader) customer(dst **pay.Customer) bool {
	var c pay.Customer
	plain, number := words(maxText), digits(maxText)
	if r.object(func(member []byte) bool {
		switch string(member) {
		case "type":
			return enum(r, &c.Type, customerTypes)
		case "date_of_birth":
			return text(r, &c.DateOfBirth, number)
		case "title":
			return text(r, &c.Title, plain)
		case "gender":
			return text(r, &c.Gender, plain)
		case "last_four_ssn":
			return r.lastFour(&c.LastFourSSN)
		case "national_identification_number":
			return text(r, &c.NationalIdentificationNumber, number)
		case "organization_entity_type":
			return enum(r, &c.OrganizationEntityType, entityTypes)
		case "organization_registration_id":
			return text(r, &c.OrganizationRegistrationID, number)
		case "vat_id":
			return text(r, &c.VATID, number)
		case "customer_token":
			return text(r, &c.CustomerToken, limits{max: maxText})
		}
		return false
	}) {
		*dst = &c
	}
	return true
}

// lastFour reads four or nine digits.
func (r *reader) lastFour(dst *pay.Personal) bool {
	before := len(r.faults)
	var s string
	text(r, &s, digits(maxText))
	right := len(s) == 4 || len(s) == 9
	for _, c := range []byte(s) {
		right = right && c >= '0' && c <= '9'
	}
	switch {
	case len(r.faults) > before || s == "":
	case !right:
		r.wrong("four or nine digits", "")
	default:
		*dst = pay.Personal(s)
	}
	return true
}

// wireCustomer is what is told of a customer again: no number by which a person is known to the state.
type wireCustomer struct {
	DateOfBirth                string `json:"date_of_birth,omitempty"`
	Gender                     string `json:"gender,omitempty"`
	OrganizationEntityType     string `json:"organization_entity_type,omitempty"`
	OrganizationRegistrationID string `json:"organization_registration_id,omitempty"`
	Title                      string `json:"title,omitempty"`
	Type                       string `json:"type,omitempty"`
	VATID                      string `json:"vat_id,omitempty"`
}

func toCustomer(c pay.Customer) *wireCustomer {
	w := wireCustomer{
		DateOfBirth: string(c.DateOfBirth), Gender: string(c.Gender), OrganizationEntityType: c.OrganizationEntityType,
		OrganizationRegistrationID: string(c.OrganizationRegistrationID), Title: string(c.Title), Type: c.Type, VATID: string(c.VATID),
	}
	if w == (wireCustomer{}) {
		return nil
	}
	return &w
}

// wireURLs are merchant_urls of a payment session.
type wireURLs struct {
	Confirmation  string `json:"confirmation,omitempty"`
	Notification  string `json:"notification,omitempty"`
	Push          string `json:"push,omitempty"`
	Authorization string `json:"authorization,omitempty"`
	AppReturn     string `json:"app_return_url,omitempty"`
}

func toURLs(u pay.PaymentURLs) *wireURLs {
	w := wireURLs(u)
	if w == (wireURLs{}) {
		return nil
	}
	return &w
}

// paymentURLs reads merchant_urls of a payment session or a place-order call; which URLs may be given pay decides.
func (r *reader) paymentURLs(dst **pay.PaymentURLs) bool {
	var u pay.PaymentURLs
	long := limits{max: 2000}
	if r.object(func(member []byte) bool {
		switch string(member) {
		case "confirmation":
			return text(r, &u.Confirmation, long)
		case "notification":
			return text(r, &u.Notification, long)
		case "push":
			return text(r, &u.Push, long)
		case "authorization":
			return text(r, &u.Authorization, long)
		case "app_return_url":
			return text(r, &u.AppReturn, long)
		}
		return false
	}) {
		*dst = &u
	}
	return true
}
