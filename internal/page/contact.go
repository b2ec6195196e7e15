package page

import (
	"net/url"

	"kassa/internal/engine"
	"kassa/internal/pay"
)

// contactFields are the fields of the contact step, in the page's order, with the autocomplete tokens of HTML.
var contactFields = []struct {
	name, kind, auto, mode string
	ltr                    bool
	max                    int
}{
	{"email", "email", "email", "email", true, 99},
	{"phone", "tel", "tel-national", "tel", true, 30},
	{"organization_name", "text", "organization", "", false, 99},
	{"organization_registration_id", "text", "off", "", true, 60},
	{"given_name", "text", "given-name", "", false, 99},
	{"family_name", "text", "family-name", "", false, 99},
	{"street_address", "text", "street-address", "", false, 99},
	{"postal_code", "text", "postal-code", "", true, 20},
	{"city", "text", "address-level2", "", false, 99},
	{"region", "text", "address-level1", "", false, 99},
	{"date_of_birth", "text", "bday", "", true, 12},
	{"national_identification_number", "text", "off", "", true, 20},
}

// contactValue reads a field's value out of what is known.
func contactValue(name string, a pay.Address, c pay.Customer) string {
	switch name {
	case "email":
		return string(a.Email)
	case "phone":
		return string(a.Phone)
	case "organization_name":
		return string(a.OrganizationName)
	case "given_name":
		return string(a.GivenName)
	case "family_name":
		return string(a.FamilyName)
	case "street_address":
		return string(a.StreetAddress)
	case "postal_code":
		return string(a.PostalCode)
	case "city":
		return string(a.City)
	case "region":
		return string(a.Region)
	case "date_of_birth":
		return string(c.DateOfBirth)
	case "national_identification_number":
		return string(c.NationalIdentificationNumber)
	case "organization_registration_id":
		return string(c.OrganizationRegistrationID)
	}
	return ""
}

// contactView asks for what is missing or wrong. What is known stays masked until the code is confirmed: a forwarded link tells
// nothing about the person. To change it, e-mail address and phone number can be written anew.
func (p *Page) contactView(v *View, pg *engine.Page, d drawing) {
	v.Heading = v.T("contact.heading")
	h := pg.Hosted
	known, customer := pg.Payment.Contact(h), pg.Payment.Consumer(h)
	filled, filledCustomer := p.engine.Prefill(pg)
	asked := map[string]bool{}
	for _, f := range pg.Payment.ContactFaults(h, pg.Now) {
		asked[f.Field] = true
	}
	for _, f := range contactFields {
		have := contactValue(f.name, known, customer)
		editable := h.Progress.EditContact && (f.name == "email" || f.name == "phone")
		if !asked[f.name] && !editable {
			if have != "" {
				v.Known = append(v.Known, fact{Label: v.T("field." + f.name), Value: p.masked(pg, f.name, have)})
			}
			continue
		}
		out := field{Name: f.name, Label: v.T("field." + f.name), Type: f.kind, Auto: f.auto, Mode: f.mode, LTR: f.ltr, Max: f.max}
		out.Hint = p.contactHint(v, pg, f.name)
		switch {
		case d.values != nil && d.values.Has(f.name):
			out.Value = d.values.Get(f.name)
		case have == "":
			out.Value = contactValue(f.name, filled, filledCustomer) // the sandbox's test person; nothing in production
		case asked[f.name]: // it is wrong, and may be another's: not shown, to be written anew
		case p.isWhoTheShopMeans(pg), h.Progress.Code.Verified && contactValue(f.name, h.Progress.Contact, h.Progress.Customer) != "":
			out.Value = have
		default:
			out.Hint = v.H("contact.kept", "Value", p.masked(pg, f.name, have))
		}
		switch f.name {
		case "phone":
			p.phoneField(&out, v, pg, d)
		case "postal_code":
			out.Example = pay.PostcodeExample(pg.Payment.Session.Country)
		case "date_of_birth":
			out.Value = shownBirth(out.Value, pg.Payment.Session.Country)
		}
		v.Fields = append(v.Fields, out)
	}
}

// phoneField puts the select of countries before the number.
func (p *Page) phoneField(out *field, v *View, pg *engine.Page, d drawing) {
	country := pg.Payment.Session.Country
	if typed := d.values.Get("phone_country"); knownCountry(typed) {
		country = typed
	} else {
		country, out.Value = splitPhone(out.Value, country)
	}
	out.Select = &choice{Name: "phone_country", Label: v.T("field.phone_country"), Options: selectOption(p.countries, country)}
}

// contactHint says what a field is for: the code goes to one of the two.
func (p *Page) contactHint(v *View, pg *engine.Page, name string) text {
	byPhone := p.engine.CodesByPhone()
	switch {
	case name == "email" && !byPhone, name == "phone" && byPhone:
		return v.H("contact.code.hint")
	case name == "email" && p.engine.WillSendReceipt(pg):
		return v.H("contact.email.receipt")
	case name == "email":
		return v.H("contact.email.hint")
	case name == "region":
		return v.H("field.region.hint", "Example", places[pg.Payment.Session.Country].region)
	case name == "organization_registration_id":
		register, example := pay.CompanyRegister(pg.Payment.Session.Country)
		return v.H("field.organization_registration_id.hint", "Register", isolate(register), "Example", isolateLTR(example))
	case name == "date_of_birth":
		return v.H("field.date_of_birth.hint", "Example", places[pg.Payment.Session.Country].birth)
	}
	return ""
}

// masked writes contact data so that it reminds only whom it belongs to.
func (p *Page) masked(pg *engine.Page, name, value string) text {
	switch name {
	case "email":
		return isolateLTR(maskEmail(value))
	case "phone":
		return isolateLTR(maskPhone(value))
	}
	return isolate(maskText(value))
}

// readContact reads the contact step's fields over what was given before. fault tells what is wrong with the phone number; it is
// then left as it was.
func (p *Page) readContact(pg *engine.Page, v url.Values) (contact pay.Address, customer pay.Customer, fault *phoneFault) {
	contact, country := pg.Hosted.Progress.Contact, pg.Payment.Session.Country
	for name, dst := range map[string]*pay.Personal{
		"email": &contact.Email, "organization_name": &contact.OrganizationName, "given_name": &contact.GivenName, "family_name": &contact.FamilyName,
		"street_address": &contact.StreetAddress, "postal_code": &contact.PostalCode, "city": &contact.City, "region": &contact.Region,
		"national_identification_number": &customer.NationalIdentificationNumber,
	} {
		if typed := v.Get(name); typed != "" {
			*dst = pay.Personal(typed)
		}
	}
	if typed := v.Get("organization_registration_id"); typed != "" {
		number, wrong := pay.ReadCompany(country, typed)
		if wrong != "" {
			number = typed
		}
		customer.OrganizationRegistrationID = pay.Personal(number)
	}
	if typed := v.Get("date_of_birth"); typed != "" {
		customer.DateOfBirth = pay.Personal(birthDate(typed, country))
	}
	if typed := v.Get("phone"); typed != "" {
		if chosen := v.Get("phone_country"); knownCountry(chosen) {
			country = chosen
		}
		var number string
		if number, fault = readPhone(typed, country, p.engine.TakesPhone); fault == nil {
			contact.Phone = pay.Personal(number)
		}
	}
	return contact, customer, fault
}

// contactFaults lists all that is wrong with a contact step; fault is that of the phone number, when it cannot be read. The rules see
// it on a copy that is not saved.
func contactFaults(pg *engine.Page, contact pay.Address, customer pay.Customer, fault *phoneFault) []pay.Fault {
	h := *pg.Hosted
	h.Progress.Contact = contact
	if customer.DateOfBirth != "" {
		h.Progress.Customer.DateOfBirth = customer.DateOfBirth
	}
	if customer.NationalIdentificationNumber != "" {
		h.Progress.Customer.NationalIdentificationNumber = customer.NationalIdentificationNumber
	}
	if customer.OrganizationRegistrationID != "" {
		h.Progress.Customer.OrganizationRegistrationID = customer.OrganizationRegistrationID
	}
	var out []pay.Fault
	found := false
	for _, f := range pg.Payment.ContactFaults(&h, pg.Now) {
		if f.Field == "phone" && fault != nil {
			f.Reason, found = fault.reason, true
		}
		out = append(out, pay.Fault{Path: f.Field, Want: string(f.Reason)})
	}
	if fault != nil && !found {
		out = append(out, pay.Fault{Path: "phone", Want: string(fault.reason)})
	}
	return out
}
