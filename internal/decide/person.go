package decide

import (
	"slices"
	"strings"

	"kassa/internal/pay"
)

// Person is the test person of a market.
type Person struct {
	Country               string
	Phone, PhoneDenied    string
	GivenName, FamilyName string
	Street, Postal, City  string
	Region                string
	Birth                 string
	NationalID            string
	NationalIDDenied      string
}

// persons are the test people, by country; names of rows without one follow the pattern Test Person-cc.
var persons = []Person{
	{"AT", "+4306762600456", "+4306762600745", "Test", "Person-at", "Mariahilfer Straße 47", "1060", "Wien", "", "1970-07-10", "", ""},
	{"AU", "+61473752244", "+61473763254", "Test", "Person-au", "4 Wharf St", "4877", "Port Douglas", "QLD", "1970-07-10", "", ""},
	{"BE", "+32485121291", "+32485212123", "Test", "Person-be", "Grote Markt 1", "1000", "Brussel", "", "1970-07-10", "", ""},
	{"CA", "+15197438620", "+15197308624", "Test", "Person-ca", "2693 Byron Rd", "V7H 1L9", "North Vancouver", "BC", "1970-07-10", "", ""},
	{"CH", "+41758680000", "+41758680001", "Accepted", "Person-ch", "Augustinergasse 2", "4051", "Basel", "", "1990-01-01", "", ""},
	{"CZ", "+420771613715", "+420771623691", "Test", "Person-cz", "Zazvorkova 1480/11", "155 00", "Praha", "", "1970-01-01", "", ""},
	{"DE", "+49017614284340", "+49017610927312", "Mock", "Mock", "Neue Schönhauser Str. 2", "10178", "Berlin", "", "1970-07-10", "", ""},
	{"DK", "+4542555628", "+4552555348", "Test", "Person-dk", "Dantes Plads 7", "1556", "København Ø", "", "1980-01-01", "0801363945", ""},
	{"ES", "+34672563009", "+34682425101", "Test", "Person-es", "C. de Atocha 27", "28012", "Madrid", "", "1970-07-10", "99999999R", ""},
	{"FI", "+358401234567", "+358401234568", "Test", "Person-fi", "Mannerheimintie 34", "00100", "Helsinki", "", "1999-01-01", "190122-829F", ""},
	{"FR", "+33689854321", "+33687984322", "Test", "Person-fr", "33 rue la Fayette", "75009", "Paris", "", "1990-07-10", "", ""},
	{"GB", "+447755564318", "+447355505530", "Test", "Person-gb", "10 New Burlington Street Apt. 214", "W1S 3BE", "London", "", "1970-07-10", "", ""},
	{"GR", "+306945553624", "+306945553625", "Test", "Person-gr", "Kephisias 37", "151 23", "Athina", "", "1960-01-01", "090000045", ""},
	{"HU", "+36300102692", "+36705553575", "Test", "Person-hu", "Ludovika tér 2", "1083", "Budapest", "", "2000-01-01", "", ""},
	{"IE", "+353855351400", "+353855351401", "Test", "Person-ie", "30 King Street South", "D02 C838", "Dublin", "", "1970-07-10", "", ""},
	{"IT", "+393339741231", "+393312232389", "Test", "Person-it", "Via Enrico Fermi 150", "00146", "Roma", "RM", "1980-01-01", "RSSBNC80A41H501B", ""},
	{"MX", "+525593747739", "+525593747740", "Test", "Person-mx", "Av Cuauhtémoc 462 Col Piedad Narvarte", "03000", "Benito Juárez", "CDMX", "1970-07-10", "", ""},
	{"NL", "+31689124321", "+31632167678", "Test", "Person-nl", "Osdorpplein 137", "1068 SR", "Amsterdam", "", "1970-07-10", "", ""},
	{"NO", "+4740123456", "+4740123457", "Jane", "Test", "Edvard Munchs Plass 1", "0194", "Oslo", "", "1970-08-01", "01087000571", "01087000148"},
	{"NZ", "+6427555290", "+642993007712", "Test", "Person-nz", "286 Mount Wellington Highway", "6011", "Auckland", "", "1970-07-10", "", ""},
	{"PL", "+48795222223", "+48795223325", "Test", "Person-pl", "Ul. Górczewska 124", "01-460", "Warszawa", "", "1967-05-05", "", ""},
	{"PT", "+351935556731", "+351915593837", "Test", "Person-pt", "Avenida Dom João II 40", "1990-094", "Lisboa", "", "1990-07-10", "", ""},
	{"RO", "+40741209876", "+40707127444", "Test", "Person-ro", "Drumul Taberei 35", "061357", "București Sectorul 6", "B", "1970-12-25", "1701225193558", ""},
	{"SE", "+46701740615", "+46701740620", "Alice", "Test", "Södra Blasieholmshamnen 2", "11 148", "Stockholm", "", "1941-03-21", "194103219202", "194110288083"},
	{"SK", "+421905123456", "+421905123457", "Test", "Person-sk", "Vajanského nábrežie 2", "810 06", "Bratislava", "", "2000-01-01", "", ""},
	{"US", "+13106683312", "+13106354386", "Test", "Person-us", "509 Amsterdam Ave", "10024-3941", "New York", "NY", "1970-07-10", "", ""},
}

// TestPerson finds the test person of a market, in any case.
func TestPerson(country string) (Person, bool) {
	i, ok := slices.BinarySearchFunc(persons, strings.ToUpper(country), func(p Person, c string) int { return strings.Compare(p.Country, c) })
	if !ok {
		return Person{}, false
	}
	return persons[i], true
}

// Prefill fills what is not known of the consumer with the market's test person, as the sandbox's pages do.
func Prefill(country string, a pay.Address, c pay.Customer) (pay.Address, pay.Customer) {
	p, ok := TestPerson(country)
	if !ok {
		return a, c
	}
	fill := func(dst *pay.Personal, value string) {
		if *dst == "" {
			*dst = pay.Personal(value)
		}
	}
	cc := strings.ToLower(p.Country)
	if p.Country == "GB" {
		cc = "uk"
	}
	fill(&a.Email, "customer@email."+cc)
	fill(&a.Phone, p.Phone)
	fill(&a.GivenName, p.GivenName)
	fill(&a.FamilyName, p.FamilyName)
	fill(&a.StreetAddress, p.Street)
	fill(&a.PostalCode, p.Postal)
	fill(&a.City, p.City)
	fill(&a.Region, p.Region)
	if a.Country == "" {
		a.Country = p.Country
	}
	fill(&c.DateOfBirth, p.Birth)
	fill(&c.NationalIdentificationNumber, p.NationalID)
	if c.Type == "organization" {
		_, company := pay.CompanyRegister(p.Country)
		fill(&a.OrganizationName, "Test Company")
		fill(&c.OrganizationRegistrationID, company)
	}
	return a, c
}
