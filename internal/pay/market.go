package pay

import (
	"slices"
	"strings"
)

// Market is what holds for one country.
type Market struct {
	Country     string
	Currency    string
	Locales     []string
	CallingCode string // of phone numbers, with the plus
	Region      bool   // addresses need a region
	NationalID  bool   // the national identification number is asked for, else the date of birth
	Postal      string // forms of the postal code: 9 a digit, A a letter, X one of an Eircode's; others as they are; alternatives by |
}

// markets are all the countries that are served.
var markets = []Market{
	{"AT", "EUR", []string{"de-AT", "en-AT"}, "+43", false, false, "9999"},
	{"AU", "AUD", []string{"en-AU"}, "+61", true, false, "9999"},
	{"BE", "EUR", []string{"nl-BE", "fr-BE", "en-BE"}, "+32", false, false, "9999"},
	{"CA", "CAD", []string{"en-CA", "fr-CA"}, "+1", true, false, "A9A 9A9"},
	{"CH", "CHF", []string{"de-CH", "fr-CH", "it-CH", "en-CH"}, "+41", false, false, "9999"},
	{"CZ", "CZK", []string{"cs-CZ", "en-CZ"}, "+420", false, false, "999 99"},
	{"DE", "EUR", []string{"de-DE", "en-DE"}, "+49", false, false, "99999"},
	{"DK", "DKK", []string{"da-DK", "en-DK"}, "+45", false, true, "9999"},
	{"ES", "EUR", []string{"es-ES", "en-ES"}, "+34", false, false, "99999"},
	{"FI", "EUR", []string{"fi-FI", "sv-FI", "en-FI"}, "+358", false, true, "99999"},
	{"FR", "EUR", []string{"fr-FR", "en-FR"}, "+33", false, false, "99999"},
	{"GB", "GBP", []string{"en-GB"}, "+44", false, false, "A9 9AA|A99 9AA|AA9 9AA|AA99 9AA|A9A 9AA|AA9A 9AA"},
	{"GR", "EUR", []string{"el-GR", "en-GR"}, "+30", false, false, "999 99"},
	{"HU", "HUF", []string{"hu-HU", "en-HU"}, "+36", false, false, "9999"},
	{"IE", "EUR", []string{"en-IE"}, "+353", false, false, "A99 XXXX|D6W XXXX"},
	{"IT", "EUR", []string{"it-IT", "en-IT"}, "+39", true, false, "99999"},
	{"MX", "MXN", []string{"en-MX", "es-MX"}, "+52", true, false, "99999"},
	{"NL", "EUR", []string{"nl-NL", "en-NL"}, "+31", false, false, "9999 AA"},
	{"NO", "NOK", []string{"nb-NO", "en-NO"}, "+47", false, true, "9999"},
	{"NZ", "NZD", []string{"en-NZ"}, "+64", false, false, "9999"},
	{"PL", "PLN", []string{"pl-PL", "en-PL"}, "+48", false, false, "99-999"},
	{"PT", "EUR", []string{"pt-PT", "en-PT"}, "+351", false, false, "9999-999"},
	{"RO", "RON", []string{"ro-RO", "en-RO"}, "+40", true, false, "999999"},
	{"SE", "SEK", []string{"sv-SE", "en-SE"}, "+46", false, true, "999 99"},
	{"SK", "EUR", []string{"sk-SK", "en-SK"}, "+421", false, false, "999 99"},
	{"US", "USD", []string{"en-US", "es-US"}, "+1", true, false, "99999|99999-9999"},
}

// everywhere are the languages of no market, which the page speaks in all of them.
var everywhere = []string{"ar", "he"}

// Languages lists the languages that the page speaks, those of the markets and others, without regions and by name.
func Languages() []string {
	out := slices.Clone(everywhere)
	for _, m := range markets {
		for _, locale := range m.Locales {
			language, _, _ := strings.Cut(locale, "-")
			out = append(out, language)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Markets lists all markets, by country.
func Markets() []Market { return slices.Clone(markets) }

// MarketOf finds the market of a country, in any case.
func MarketOf(country string) (Market, bool) {
	country = strings.ToUpper(country)
	i, ok := slices.BinarySearchFunc(markets, country, func(m Market, c string) int { return strings.Compare(m.Country, c) })
	if !ok {
		return Market{}, false
	}
	return markets[i], true
}

// CategoriesFor lists the ways to pay that a market offers, nil for a country without a market.
func CategoriesFor(country string) []Category {
	m, ok := MarketOf(country)
	if !ok {
		return nil
	}
	out := []Category{PayLater, PayOverTime, PayNow}
	switch m.Country {
	case "DE", "AT", "NL":
		out = append(out, DirectDebit)
	}
	switch m.Country {
	case "DE", "AT", "BE", "NL", "FI", "SE":
		out = append(out, DirectBankTransfer)
	}
	return out
}
