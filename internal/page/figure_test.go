package page

import (
	"testing"
	"time"

	"kassa/internal/pay"
)

// figures are money, rates, days and moments as every locale writes them: the first of July 2026, 12:06 UTC, by the country's
// clocks. docs/data/formats.md holds figures against CLDR; blanks that do not break are \u00a0 and \u202f, marks of direction \u200e and \u200f.
var figures = []struct{ locale, currency, money, percent, day, moment string }{
	{"de-AT", "EUR", "−€\u00a01.234,56", "9,90\u00a0%", "1. Juli", "1. Juli 2026, 14:06"},
	{"en-AT", "EUR", "−€\u00a01.234,56", "9,90\u00a0%", "1 July", "1 July 2026, 14:06"},
	{"en-AU", "AUD", "−$1,234.56", "9.90%", "1 July", "1 July 2026, 12:06\u00a0pm UTC"},
	{"nl-BE", "EUR", "€\u00a0−1.234,56", "9,90%", "1 juli", "1 juli 2026 om 14:06"},
	{"fr-BE", "EUR", "−1\u202f234,56\u00a0€", "9,90\u00a0%", "1er juillet", "1er juillet 2026 à 14:06"},
	{"en-BE", "EUR", "−1.234,56\u00a0€", "9,90%", "1 July", "1 July 2026, 14:06"},
	{"en-CA", "CAD", "−$1,234.56", "9.90%", "July 1", "July 1, 2026, 12:06\u00a0p.m. UTC"},
	{"fr-CA", "CAD", "−1\u00a0234,56\u00a0$", "9,90\u00a0%", "1er juillet", "1er juillet 2026 à 12\u00a0h\u00a006 UTC"},
	{"de-CH", "CHF", "CHF−1'234.56", "9.90%", "1. Juli", "1. Juli 2026, 14:06"},
	{"fr-CH", "CHF", "−1'234.56\u00a0CHF", "9,90%", "1er juillet", "1er juillet 2026 à 14:06"},
	{"it-CH", "CHF", "CHF−1234.56", "9.90%", "1º luglio", "1º luglio 2026, ore 14:06"},
	{"en-CH", "CHF", "CHF−1'234.56", "9.90%", "1 July", "1 July 2026, 14:06"},
	{"cs-CZ", "CZK", "−1\u00a0234,56\u00a0Kč", "9,90\u00a0%", "1. července", "1. července 2026, 14:06"},
	{"en-CZ", "CZK", "−1\u00a0234,56\u00a0CZK", "9,90%", "1 July", "1 July 2026, 14:06"},
	{"de-DE", "EUR", "−1.234,56\u00a0€", "9,90\u00a0%", "1. Juli", "1. Juli 2026, 14:06"},
	{"en-DE", "EUR", "−1.234,56\u00a0€", "9,90\u00a0%", "1 July", "1 July 2026, 14:06"},
	{"da-DK", "DKK", "−1.234,56\u00a0kr.", "9,90\u00a0%", "1. juli", "1. juli 2026 kl. 14.06"},
	{"en-DK", "DKK", "−1.234,56\u00a0kr.", "9,90\u00a0%", "1 July", "1 July 2026, 14.06"},
	{"es-ES", "EUR", "−1234,56\u00a0€", "9,90\u00a0%", "1 de julio", "1 de julio de 2026, 14:06"},
	{"en-ES", "EUR", "−1.234,56\u00a0€", "9,90%", "1 July", "1 July 2026, 14:06"},
	{"fi-FI", "EUR", "−1\u00a0234,56\u00a0€", "9,90\u00a0%", "1. heinäkuuta", "1. heinäkuuta 2026 klo 15.06"},
	{"sv-FI", "EUR", "−1\u00a0234,56\u00a0€", "9,90\u00a0%", "1 juli", "1 juli 2026 kl. 15.06"},
	{"en-FI", "EUR", "−1\u00a0234,56\u00a0€", "9,90\u00a0%", "1 July", "1 July 2026, 15.06"},
	{"fr-FR", "EUR", "−1\u202f234,56\u00a0€", "9,90\u00a0%", "1er juillet", "1er juillet 2026 à 14:06"},
	{"en-FR", "EUR", "−1\u202f234,56\u00a0€", "9,90%", "1 July", "1 July 2026, 14:06"},
	{"en-GB", "GBP", "−£1,234.56", "9.90%", "1 July", "1 July 2026, 13:06"},
	{"el-GR", "EUR", "−1.234,56\u00a0€", "9,90%", "1 Ιουλίου", "1 Ιουλίου 2026, 15:06"},
	{"en-GR", "EUR", "−€1,234.56", "9.90%", "1 July", "1 July 2026, 15:06"},
	{"hu-HU", "HUF", "−1234,56\u00a0Ft", "9,90%", "július 1.", "2026. július 1. 14:06"},
	{"en-HU", "HUF", "−1\u00a0234,56\u00a0HUF", "9,90%", "1 July", "1 July 2026, 14:06"},
	{"en-IE", "EUR", "−€1,234.56", "9.90%", "1 July", "1 July 2026, 13:06"},
	{"it-IT", "EUR", "−1234,56\u00a0€", "9,90%", "1º luglio", "1º luglio 2026, ore 14:06"},
	{"en-IT", "EUR", "−1.234,56\u00a0€", "9,90%", "1 July", "1 July 2026, 14:06"},
	{"en-MX", "MXN", "−MX$1,234.56", "9.90%", "July 1", "July 1, 2026, 12:06\u00a0PM UTC"},
	{"es-MX", "MXN", "−$1,234.56", "9.90%", "1 de julio", "1 de julio de 2026, 12:06\u00a0p.m. UTC"},
	{"nl-NL", "EUR", "€\u00a0−1.234,56", "9,90%", "1 juli", "1 juli 2026 om 14:06"},
	{"en-NL", "EUR", "€\u00a0−1.234,56", "9,90%", "1 July", "1 July 2026, 14:06"},
	{"nb-NO", "NOK", "−1\u00a0234,56\u00a0kr", "9,90\u00a0%", "1. juli", "1. juli 2026 kl. 14:06"},
	{"en-NO", "NOK", "−1\u00a0234,56\u00a0kr", "9,90\u00a0%", "1 July", "1 July 2026, 14:06"},
	{"en-NZ", "NZD", "−$1,234.56", "9.90%", "1 July", "2 July 2026, 12:06\u00a0am"},
	{"pl-PL", "PLN", "−1234,56\u00a0zł", "9,90%", "1 lipca", "1 lipca 2026 r., godz. 14:06"},
	{"en-PL", "PLN", "−1.234,56\u00a0PLN", "9,90%", "1 July", "1 July 2026, 14:06"},
	{"pt-PT", "EUR", "−1234,56\u00a0€", "9,90%", "1 de julho", "1 de julho de 2026, 13:06"},
	{"en-PT", "EUR", "−1\u00a0234,56\u00a0€", "9,90%", "1 July", "1 July 2026, 13:06"},
	{"ro-RO", "RON", "−1.234,56\u00a0RON", "9,90\u00a0%", "1 iulie", "1 iulie 2026, ora 15:06"},
	{"en-RO", "RON", "−1.234,56\u00a0RON", "9,90%", "1 July", "1 July 2026, 15:06"},
	{"sv-SE", "SEK", "−1\u00a0234,56\u00a0kr", "9,90\u00a0%", "1 juli", "1 juli 2026 kl. 14:06"},
	{"en-SE", "SEK", "−1\u00a0234,56\u00a0kr", "9,90\u00a0%", "1 July", "1 July 2026, 14:06"},
	{"sk-SK", "EUR", "−1\u00a0234,56\u00a0€", "9,90\u00a0%", "1. júla", "1. júla 2026, 14:06"},
	{"en-SK", "EUR", "−1\u00a0234,56\u00a0€", "9,90%", "1 July", "1 July 2026, 14:06"},
	{"en-US", "USD", "−$1,234.56", "9.90%", "July 1", "July 1, 2026, 12:06\u00a0PM UTC"},
	{"es-US", "USD", "−$1,234.56", "9.90%", "1 de julio", "1 de julio de 2026, 12:06\u00a0p.m. UTC"},
	{"ar", "EUR", "\u200f\u200e−1,234.56\u00a0€", "9.90%", "1 يوليو", "1 يوليو 2026، 14:06"},
	{"ar", "GBP", "\u200f\u200e−1,234.56\u00a0£", "9.90%", "1 يوليو", "1 يوليو 2026، 14:06"},
	{"ar", "USD", "\u200f\u200e−1,234.56\u00a0\u200f\u200eUS$\u200e", "9.90%", "1 يوليو", "1 يوليو 2026، 14:06"},
	{"ar", "CHF", "\u200f\u200e−1,234.56\u00a0\u200f\u200eCHF\u200e", "9.90%", "1 يوليو", "1 يوليو 2026، 14:06"},
	{"he", "EUR", "\u200f\u200e−1,234.56\u00a0\u200f€", "9.90%", "1 ביולי", "1 ביולי 2026, 14:06"},
	{"he", "USD", "\u200f\u200e−1,234.56\u00a0\u200f$", "9.90%", "1 ביולי", "1 ביולי 2026, 14:06"},
	{"he", "SEK", "\u200f\u200e−1,234.56\u00a0\u200f\u200f\u200eSEK\u200e", "9.90%", "1 ביולי", "1 ביולי 2026, 14:06"},
}

func TestFigures_ofEveryLocale(t *testing.T) {
	c := catalog(t)
	zones, err := loadZones()
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 7, 1, 12, 6, 0, 0, time.UTC)
	seen := map[string]bool{}
	for _, f := range figures {
		s, country := c.speak("", f.locale, ""), "DE"
		if len(f.locale) > 2 {
			country = f.locale[3:]
		}
		seen[f.locale] = true
		for what, pair := range map[string][2]string{
			"money": {s.Money(-123456, f.currency), f.money}, "percent": {s.Percent(990), f.percent}, "day": {s.Date(at), f.day}, "moment": {s.Moment(at, zones[country]), f.moment},
		} {
			if pair[0] != pair[1] {
				t.Errorf("%s: %s is %q, want %q", f.locale, what, pair[0], pair[1])
			}
		}
	}
	for _, m := range pay.Markets() {
		for _, locale := range m.Locales {
			if !seen[locale] {
				t.Errorf("nothing is known of %s", locale)
			}
		}
	}
}

// BenchmarkLoadCatalogues measures what the languages add to a start, in time and memory.
func BenchmarkLoadCatalogues(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := loadCatalogues(true); err != nil {
			b.Fatal(err)
		}
	}
}

// Figures that stand together are grouped alike, and forints have decimals together or not at all.
func TestFigures_ofAColumnAreWrittenAlike(t *testing.T) {
	c := catalog(t)
	for _, tc := range []struct {
		locale, currency string
		amounts          []pay.Amount
		want             []string
	}{
		{"es-ES", "EUR", []pay.Amount{3707000, -123450, 99, 123450}, []string{"37.070,00\u00a0€", "−1.234,50\u00a0€", "0,99\u00a0€", "1.234,50\u00a0€"}},
		{"es-ES", "EUR", []pay.Amount{999999, -123450}, []string{"9999,99\u00a0€", "−1234,50\u00a0€"}},
		{"es-ES", "EUR", []pay.Amount{123450, -1000000}, []string{"1.234,50\u00a0€", "−10.000,00\u00a0€"}},
		{"it-IT", "EUR", []pay.Amount{3707000, -123450}, []string{"37.070,00\u00a0€", "−1.234,50\u00a0€"}},
		{"it-CH", "CHF", []pay.Amount{3707000, -123450}, []string{"CHF\u00a037'070.00", "CHF−1'234.50"}},
		{"pl-PL", "PLN", []pay.Amount{3707000, -123450}, []string{"37\u00a0070,00\u00a0zł", "−1\u00a0234,50\u00a0zł"}},
		{"pt-PT", "EUR", []pay.Amount{3707000, -123450}, []string{"37\u00a0070,00\u00a0€", "−1\u00a0234,50\u00a0€"}},
		{"hu-HU", "HUF", []pay.Amount{3707000, -123400}, []string{"37\u00a0070\u00a0Ft", "−1\u00a0234\u00a0Ft"}},
		{"hu-HU", "HUF", []pay.Amount{3707000, -123450}, []string{"37\u00a0070,00\u00a0Ft", "−1\u00a0234,50\u00a0Ft"}},
		{"hu-HU", "HUF", []pay.Amount{123400}, []string{"1234\u00a0Ft"}},
		{"hu-HU", "HUF", []pay.Amount{0}, []string{"0\u00a0Ft"}},
		{"en-HU", "HUF", []pay.Amount{123400}, []string{"1\u00a0234\u00a0HUF"}},
		{"ar", "HUF", []pay.Amount{123456700}, []string{"\u200f1,234,567\u00a0\u200f\u200eHUF\u200e"}},
		{"cs-CZ", "CZK", []pay.Amount{123400}, []string{"1\u00a0234,00\u00a0Kč"}},
		{"sv-SE", "SEK", []pay.Amount{123400}, []string{"1\u00a0234,00\u00a0kr"}},
		{"de-DE", "EUR", []pay.Amount{3707000, -123450}, []string{"37.070,00\u00a0€", "−1.234,50\u00a0€"}},
		{"es-MX", "MXN", []pay.Amount{3707000, -123450}, []string{"$37,070.00", "−$1,234.50"}},
	} {
		column := c.speak("", tc.locale, "").column(tc.currency, tc.amounts...)
		for i, a := range tc.amounts {
			if got := column.money(a); got != tc.want[i] {
				t.Errorf("%s: %d among %v is %q, want %q", tc.locale, a, tc.amounts, got, tc.want[i])
			}
		}
	}
	if got := c.speak("", "hu-HU", "").column("HUF", 100).money(123450); got != "1234,50\u00a0Ft" {
		t.Errorf("fillér that a column was not told of are lost: %q", got)
	}
}

// The clerk's page tells seconds as CLDR's medium times do (Intl: timeStyle medium).
func TestClock_withSeconds(t *testing.T) {
	at := time.Date(2026, 7, 24, 14, 5, 9, 0, time.FixedZone("there", 0))
	for locale, want := range map[string]string{
		"en-GB": "14:05:09", "de-DE": "14:05:09", "fi-FI": "14.05.09", "sv-FI": "14.05.09", "da-DK": "14.05.09", "en-US": "2:05:09\u00a0PM", "es-MX": "2:05:09\u00a0p.m.",
		"en-NZ": "2:05:09\u00a0pm", "fr-CA": "14\u00a0h\u00a005\u00a0min\u00a009\u00a0s", "ar": "14:05:09",
	} {
		if got := clockOf(locale).toTheSecond().write(at); got != want {
			t.Errorf("%s: %q, want %q", locale, got, want)
		}
	}
}
