package pay

// Address is where and to whom. Everything but the country is about a person.
type Address struct {
	Country                       string // ISO 3166-1 alpha-2, upper case, or empty
	Title, GivenName, FamilyName  Personal
	OrganizationName, Attention   Personal
	Email, Phone                  Personal
	StreetAddress, StreetAddress2 Personal
	PostalCode, City, Region      Personal

	// PhoneAsSent is the merchant's phone number where it is none: told to the merchant as it was sent, and used for nothing.
	PhoneAsSent Personal
}

// ToldPhone is the phone number as the merchant is told it.
func (a *Address) ToldPhone() Personal {
	if a.Phone == "" {
		return a.PhoneAsSent
	}
	return a.Phone
}

// IsZero reports whether nothing is known.
func (a Address) IsZero() bool { return a == Address{} }

// Customer is who pays, as far as told.
type Customer struct {
	Type                         string // person or organization
	DateOfBirth                  Personal
	Title, Gender                Personal
	LastFourSSN                  Personal
	NationalIdentificationNumber Personal
	OrganizationEntityType       string
	OrganizationRegistrationID   Personal
	VATID                        Personal
	CustomerToken                Secret
}

// IsZero reports whether nothing is known.
func (c Customer) IsZero() bool { return c == Customer{} }

// over lays the members of top that are set over those of a.
func (a Address) over(top Address) Address {
	lay := func(dst *Personal, src Personal) {
		if src != "" {
			*dst = src
		}
	}
	if top.Country != "" {
		a.Country = top.Country
	}
	lay(&a.Title, top.Title)
	lay(&a.GivenName, top.GivenName)
	lay(&a.FamilyName, top.FamilyName)
	lay(&a.OrganizationName, top.OrganizationName)
	lay(&a.Attention, top.Attention)
	lay(&a.Email, top.Email)
	lay(&a.Phone, top.Phone)
	lay(&a.StreetAddress, top.StreetAddress)
	lay(&a.StreetAddress2, top.StreetAddress2)
	lay(&a.PostalCode, top.PostalCode)
	lay(&a.City, top.City)
	lay(&a.Region, top.Region)
	return a
}

// standard gives the address with its postcode and its region as its country writes them; country is that of the purchase, for an address
// that names none or one that has no market, like Jersey or Puerto Rico. What cannot be read stays as it is, for the page to ask for.
func (a Address) standard(country string) Address {
	if m, ok := MarketOf(a.Country); ok {
		country = m.Country
	}
	if code, ok := Postcode(country, string(a.PostalCode)); ok {
		a.PostalCode = Personal(code)
	}
	if code, ok := Region(country, string(a.Region)); ok {
		a.Region = Personal(code)
	}
	return a
}

// members lists the parts of an address by their names on the wire, in their order.
func (a *Address) members() []addressMember {
	return []addressMember{
		{"attention", &a.Attention}, {"city", &a.City}, {"country", (*Personal)(&a.Country)}, {"email", &a.Email}, {"family_name", &a.FamilyName},
		{"given_name", &a.GivenName}, {"organization_name", &a.OrganizationName}, {"phone", &a.Phone}, {"postal_code", &a.PostalCode},
		{"region", &a.Region}, {"street_address", &a.StreetAddress}, {"street_address2", &a.StreetAddress2}, {"title", &a.Title},
	}
}

type addressMember struct {
	name  string
	value *Personal
}

// mismatch lists the members of sent that are neither what the merchant gave nor what was authorized, as paths under prefix. Of a member
// that the merchant did not give it learns only now what the consumer typed: there it may say anything. Values are personal: none is told.
func (a Address) mismatch(given, sent Address, prefix string) []Fault {
	var out []Fault
	authorized, before := a.members(), given.members()
	for i, m := range sent.members() {
		if had := *before[i].value; *m.value != "" && had != "" && *m.value != had && *m.value != *authorized[i].value {
			out = append(out, Fault{Path: prefix + "." + m.name, Want: "what was authorized"})
		}
	}
	return out
}

// withOwn is an authorized address with what the merchant sends of it in the members that it had not given before: its word counts more
// than what was typed on the page. A street or a place of its own brings no remains of the typed one.
func (a Address) withOwn(given, sent Address) Address {
	if sent.StreetAddress != "" && given.StreetAddress == "" && sent.StreetAddress != a.StreetAddress && given.StreetAddress2 == "" {
		a.StreetAddress2 = ""
	}
	if sent.City != "" && given.City == "" && sent.City != a.City && given.Region == "" {
		a.Region = ""
	}
	before, own := given.members(), sent.members()
	for i, m := range a.members() {
		if *before[i].value == "" && *own[i].value != "" {
			*m.value = *own[i].value
		}
	}
	return a
}
