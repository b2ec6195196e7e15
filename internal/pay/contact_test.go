package pay

import (
	"strings"
	"testing"
)

// complete is contact data of a market with which nothing is wrong.
func complete(country string) (Address, Customer) {
	a := Address{
		Country: country, GivenName: "Test", FamilyName: "Person-xx", Email: "customer@email.xx", Phone: "+46701740615",
		StreetAddress: "Storgatan 1", City: "Town", Region: map[string]Personal{"AU": "NSW", "CA": "BC", "IT": "RM", "MX": "JAL", "RO": "B", "US": "NY"}[country],
	}
	postal := map[string]Personal{
		"CA": "V7H 1L9", "CZ": "155 00", "DE": "10178", "ES": "28012", "FI": "00100", "FR": "75009", "GB": "W1S 3BE", "GR": "151 23", "IE": "D02 C838", "IT": "00146",
		"MX": "03000", "NL": "1068 SR", "PL": "01-460", "PT": "1990-094", "RO": "061357", "SE": "11 148", "SK": "810 06", "US": "10024-3941",
	}
	if a.PostalCode = postal[country]; a.PostalCode == "" {
		a.PostalCode = "1060"
	}
	ids := map[string]Personal{"SE": "194103219202", "NO": "01087000571", "FI": "190122-829F", "DK": "080136-3945"}
	return a, Customer{DateOfBirth: "1970-07-10", NationalIdentificationNumber: ids[country]}
}

func TestCheckContact_everyMarketHasAFormThatPasses(t *testing.T) {
	for _, m := range Markets() {
		a, c := complete(m.Country)
		if m.NationalID {
			c.DateOfBirth = ""
		}
		a.Phone = Personal(m.CallingCode + "701740615")
		if faults := CheckContact(Place{Country: m.Country}, a, c, t0); len(faults) > 0 {
			t.Errorf("%s: %v", m.Country, faults)
		}
		if faults := CheckContact(Place{Country: m.Country}, Address{}, Customer{}, t0); len(faults) < 7 {
			t.Errorf("%s with nothing known: %v", m.Country, faults)
		}
	}
}

func TestCheckContact_fields(t *testing.T) {
	long := strings.Repeat("a", 100)
	for _, tc := range []struct {
		country, field, value string
		want                  FieldReason
	}{
		{"SE", "email", "", FieldMissing}, {"SE", "email", "example.com", FieldNoAt}, {"SE", "email", "a@b", FieldForm}, {"SE", "email", strings.Repeat("é", 31) + "@" + strings.Repeat("a", 63) + ".com", ""}, {"SE", "email", strings.Repeat("é", 32) + "@" + strings.Repeat("a", 63) + ".com", FieldTooLong}, {"SE", "email", "a b@c.se", FieldForm},
		{"SE", "given_name", "A", FieldTooShort}, {"SE", "given_name", "123", FieldForm}, {"SE", "given_name", long, FieldTooLong}, {"SE", "given_name", "D’Arc-Ólafur 2.", ""},
		{"SE", "given_name", "Ελένη", FieldForm}, {"GR", "given_name", "Ελένη", ""}, {"SE", "given_name", "<b>", FieldForm},
		{"ES", "given_name", "Gal·la", ""}, {"IE", "given_name", "D´Arcy", ""}, {"IE", "given_name", "O`Neill", ""}, {"ES", "given_name", "··", FieldForm},
		{"ES", "street_address", "Av. Paral·lel 12", ""}, {"US", "street_address", "12½ Main St", ""}, {"IT", "street_address", "Via Roma № 5", ""},
		{"SE", "street_address", "Main St. #4/5 (B) @ No_1", ""}, {"SE", "street_address", "Main <St>", FieldForm}, {"SE", "street_address", "x", FieldTooShort},
		{"US", "region", "NY", ""}, {"US", "region", "us-ny", ""}, {"US", "region", "New York", ""}, {"US", "region", "N", FieldForm}, {"US", "region", "ZZ", FieldForm}, {"MX", "region", "CDMX", ""},
		{"IT", "region", "RM", ""}, {"IT", "region", "ROM", FieldForm}, {"RO", "region", "B", ""}, {"AU", "region", "QLD", ""},
		{"GB", "postal_code", "W1S 3BE", ""}, {"GB", "postal_code", "12345", FieldForm}, {"SE", "postal_code", "11148", ""}, {"SE", "postal_code", "1114", FieldForm},
		{"SE", "phone", "+4670174061", ""}, {"FI", "phone", "+358501234", ""}, {"SE", "phone", "070-174 06 15", FieldForm}, {"SE", "phone", "+0", FieldForm}, {"SE", "phone", "+46 701740615", FieldForm}, {"SE", "phone", "call me", FieldForm},
		{"SE", "national_identification_number", "410321-9202", ""}, {"SE", "national_identification_number", "194103219203", FieldForm},
		{"SE", "national_identification_number", "19410381-9202", FieldForm}, {"SE", "national_identification_number", "123", FieldTooShort},
		{"NO", "national_identification_number", "01087000148", ""}, {"NO", "national_identification_number", "01087000149", FieldForm}, {"NO", "national_identification_number", "32087000571", FieldForm},
		{"FI", "national_identification_number", "190122-829f", ""}, {"FI", "national_identification_number", "190122-829A", FieldForm}, {"FI", "national_identification_number", "190122X829F", ""},
		{"DK", "national_identification_number", "0801363945", ""}, {"DK", "national_identification_number", "3101363945", ""}, {"DK", "national_identification_number", "3113363945", FieldForm},
		{"GB", "date_of_birth", "1970-07-10", ""}, {"GB", "date_of_birth", "10.07.1970", FieldForm}, {"GB", "date_of_birth", "1870-07-10", FieldForm},
		{"GB", "date_of_birth", "2026-06-12", ""}, {"GB", "date_of_birth", "2026-06-13", FieldForm}, {"GB", "date_of_birth", "2099-01-01", FieldForm}, {"GB", "date_of_birth", "1970-02-30", FieldForm},
	} {
		a, c := complete(tc.country)
		c.DateOfBirth = ""
		if m, _ := MarketOf(tc.country); !m.NationalID {
			c.DateOfBirth = "1970-07-10"
		}
		for name, dst := range map[string]*Personal{
			"email": &a.Email, "phone": &a.Phone, "given_name": &a.GivenName, "street_address": &a.StreetAddress, "region": &a.Region, "postal_code": &a.PostalCode,
			"national_identification_number": &c.NationalIdentificationNumber, "date_of_birth": &c.DateOfBirth,
		} {
			if name == tc.field {
				*dst = Personal(tc.value)
			}
		}
		got := FieldReason("")
		for _, f := range CheckContact(Place{Country: tc.country}, a, c, t0) {
			if f.Field == tc.field {
				got = f.Reason
			}
		}
		if got != tc.want {
			t.Errorf("%s in %s is %q: %q, want %q", tc.field, tc.country, tc.value, got, tc.want)
		}
	}
}

func TestCheckContact_organizationsAreAskedForTheirName(t *testing.T) {
	a, _ := complete("SE")
	a.GivenName, a.FamilyName = "", ""
	faults := CheckContact(Place{Country: "SE"}, a, Customer{Type: "organization", OrganizationRegistrationID: "5560160680"}, t0)
	if len(faults) != 1 || faults[0] != (FieldFault{"organization_name", FieldMissing}) {
		t.Fatalf("%v", faults)
	}
}

// TestContactFaults_latinLettersInEnglishGreece: en-GR is how a merchant asks for them; the default locale is not.
func TestContactFaults_latinLettersInEnglishGreece(t *testing.T) {
	for locale, want := range map[string]string{"el-GR": "", "en-GR": "given_name family_name street_address", "en-US": "", "el": ""} {
		p, h := hosted(t, nil)
		a, c := complete("GR")
		a.GivenName, a.FamilyName, a.StreetAddress, a.Phone = "Ελένη", "Παπαδοπούλου", "Καποδιστρίου 5", "+306901234567"
		p.Session.Country, p.Session.Locale, p.Session.Billing, p.Session.Customer = "GR", locale, a, c
		var fields []string
		for _, f := range p.ContactFaults(h, t0) {
			if f.Reason != FieldForm {
				t.Errorf("%s: %v", locale, f)
			}
			fields = append(fields, f.Field)
		}
		if got := strings.Join(fields, " "); got != want {
			t.Errorf("%s: %q, want %q", locale, got, want)
		}
	}
}
