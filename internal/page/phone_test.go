package page

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"

	"kassa/internal/decide"
	"kassa/internal/pay"
)

func TestCallingCodes_areAllThereAre(t *testing.T) {
	var want []string
	for region := range phonenumbers.GetSupportedRegions() {
		want = append(want, region+strconv.Itoa(int(phonenumbers.GetCountryCodeForRegion(region))))
	}
	slices.Sort(want)
	if got := strings.Fields(callingCodes); !slices.Equal(got, want) {
		t.Errorf("the table is\n%s\nand should be\n%s", callingCodes, strings.Join(want, " "))
	}
	for _, country := range []string{"", "G", "GB4", "gb", "4 ", "XX", "44"} {
		if knownCountry(country) {
			t.Errorf("%q is known", country)
		}
	}
}

func anyPhone(string) bool { return true }

// Every market's test people, approved and denied, can be typed in as their number stands.
func TestReadPhone_testPeople(t *testing.T) {
	for _, m := range pay.Markets() {
		person, _ := decide.TestPerson(m.Country)
		for _, number := range []string{person.Phone, person.PhoneDenied} {
			got, fault := readPhone(number, m.Country, anyPhone)
			if fault != nil || !strings.HasPrefix(got, m.CallingCode) {
				t.Errorf("%s %s: %q, %+v", m.Country, number, got, fault)
			}
			country, rest := splitPhone(got, m.Country)
			if again, fault := readPhone(rest, country, anyPhone); fault != nil || again != got || country != m.Country {
				t.Errorf("%s %s: taken apart %s %s, read again %q", m.Country, number, country, rest, again)
			}
		}
	}
}

func TestPhoneCountries_oneIsSelected(t *testing.T) {
	options := phoneOptions()
	got := string(selectOption(options, "GB"))
	if strings.Count(got, " selected") != 1 || !strings.Contains(got, `<option value="GB" selected>GB +44</option>`) || strings.Count(got, "<option ") != len(strings.Fields(callingCodes)) {
		t.Errorf("%s", got)
	}
	if got := string(selectOption(options, "XX")); got != options {
		t.Errorf("a country that is none is selected: %s", got)
	}
	if country, rest := splitPhone("+3585551234", "GB"); country != "FI" || rest != "5551234" {
		t.Errorf("%s %s", country, rest)
	}
	if country, rest := splitPhone("+0701740615", "SE"); country != "SE" || rest != "+0701740615" {
		t.Errorf("%s %s", country, rest)
	}
	if country, rest := splitPhone("0701740615", "SE"); country != "SE" || rest != "0701740615" {
		t.Errorf("%s %s", country, rest)
	}
}
