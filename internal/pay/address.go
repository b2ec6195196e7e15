package pay

// Address is where and to whom. Everything but the country is about a person.
type Address struct {
	Country                       string // ISO 3166-1 alpha-2, upper case, or empty
	Title, GivenName, FamilyName  Personal
	OrganizationName, Attention   Personal
	Email, Phone                  Personal
	StreetAddress, StreetAddress2 Personal
	PostalCode, City, Region      Personal
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

// mismatch lists the members that top sets and a has otherwise, as paths under prefix. Values are personal: none is told.
func (a Address) mismatch(top Address, prefix string) []Fault {
	var out []Fault
	diff := func(member string, had, sent string) {
		if sent != "" && sent != had {
			out = append(out, Fault{Path: prefix + "." + member, Want: "what was authorized"})
		}
	}
	diff("attention", string(a.Attention), string(top.Attention))
	diff("city", string(a.City), string(top.City))
	diff("country", a.Country, top.Country)
	diff("email", string(a.Email), string(top.Email))
	diff("family_name", string(a.FamilyName), string(top.FamilyName))
	diff("given_name", string(a.GivenName), string(top.GivenName))
	diff("organization_name", string(a.OrganizationName), string(top.OrganizationName))
	diff("phone", string(a.Phone), string(top.Phone))
	diff("postal_code", string(a.PostalCode), string(top.PostalCode))
	diff("region", string(a.Region), string(top.Region))
	diff("street_address", string(a.StreetAddress), string(top.StreetAddress))
	diff("street_address2", string(a.StreetAddress2), string(top.StreetAddress2))
	diff("title", string(a.Title), string(top.Title))
	return out
}
