package page_test

import (
	"strings"
	"testing"

	"kassa/internal/pay"
)

// An account that the mandate cannot reach is refused at its field, in the page's language; one that it can is taken as people write it.
func TestInstrument_accountsOfTheMandate(t *testing.T) {
	w := open(t)
	for _, tc := range []struct{ country, locale, category, iban, want string }{
		{"DE", "de-DE", "direct_debit", "TR33 0006 1005 1978 6457 8413 26", "IBAN: kann nicht belastet werden|Wir können nur von Konten in den SEPA-Ländern abbuchen"},
		{"AT", "en-AT", "direct_debit", "XK051212012345678906", "IBAN: cannot be collected from|We can only collect from accounts in the SEPA countries"},
		{"FR", "fr-FR", "pay_now", "BR1800360305000010009795493C1", "ne peut pas être débité|Nous ne pouvons débiter que des comptes situés dans les pays SEPA"},
		{"GB", "en-GB", "pay_now", "DE89370400440532013000", "We can only collect from accounts whose IBAN begins with GB"},
		{"CH", "de-CH", "pay_now", "SA0380000000608010167519", "Wir können nur von Konten abbuchen, deren IBAN mit CH, LI beginnt"},
		{"PL", "pl-PL", "pay_now", "BR1800360305000010009795493C1", "Możemy obciążyć tylko rachunki, których IBAN zaczyna się od PL"},
		{"DE", "de-DE", "direct_debit", "IBAN: DE89 3704 0044 0532 0130 00", ""}, {"DE", "de-DE", "pay_now", "iban de89\u00a03704\u00a00044\u00a00532\u00a00130\u00a000\u200e", ""},
		{"NL", "nl-NL", "direct_debit", "RS35260005601001611379", ""}, {"CH", "de-CH", "pay_now", "LI21088100002324013AA", ""}, {"PL", "pl-PL", "pay_now", "pl61 1090 1014 0000 0712 1981 2874", ""},
	} {
		m, _ := pay.MarketOf(tc.country)
		link := w.link(market(tc.country, m.Currency, tc.locale), ``, everyURL)
		tab := w.Open(t, link).To("plan", tc.category)
		tab.Form().Set("plan", "bank_account").Set("iban", tc.iban).Submit()
		kept := w.state(link).Hosted.Progress.Instrument
		if tc.want == "" {
			if end := tc.iban[strings.LastIndexAny(tc.iban, "0123456789A"):]; tab.Step() != "review" || len(kept.Digits) != 4 || kept.Digits[3] != end[0] {
				t.Errorf("%s %s: step %q, %+v: %s", tc.country, tc.iban, tab.Step(), kept, words(tab.Body))
			}
			continue
		}
		for want := range strings.SplitSeq(tc.want, "|") {
			if text := words(tab.Body); tab.Step() != "plan" || !strings.Contains(strings.NewReplacer("\u2066", "", "\u2069", "").Replace(text), want) {
				t.Errorf("%s %s: step %q; not said %q: %s", tc.country, tc.iban, tab.Step(), want, text)
			}
		}
	}
}

// Every market's page in the sandbox has an account that its mandate reaches.
func TestInstrument_theSandboxsAccountIsReached(t *testing.T) {
	w := open(t)
	for _, m := range pay.Markets() {
		if !m.IBAN() {
			continue
		}
		tab := w.Open(t, w.link(market(m.Country, m.Currency, m.Locales[0]), ``, everyURL)).To("plan", "pay_now")
		if tab.Form().Set("plan", "bank_account").Submit(); tab.Step() != "review" {
			t.Errorf("%s: %s", m.Country, words(tab.Body))
		}
	}
}

func TestInstrument_cards(t *testing.T) {
	w := open(t)
	for _, tc := range []struct{ locale, number, expiry, code, want string }{
		{"en-GB", "371449635398431", "06 / 28", "123", "Security code: has four digits|This card has four digits on its front"},
		{"en-GB", "4111 1111 1111 1111", "06 / 28", "1234", "Security code: has three digits|This card has three digits on its back"},
		{"de", "5019717010103742", "06 / 28", "1234", "Prüfnummer: hat drei Ziffern|Diese Karte hat drei Ziffern auf der Rückseite"},
		{"en-GB", "4111 1111 1111 1111", "28/06", "123", "Valid until: is not right"},
		{"en-GB", "6212345678901234", "2028-06", "123", ""}, {"en-GB", "5019717010103742", "06.2028", "123", ""}, {"de", "4111 1111 1111 1111", "Juni 2028", "123", ""},
		{"fi", "4111 1111 1111 1111", "mar 2028", "123", "is"}, // marraskuuta is November, and March begins so too
	} {
		m, _ := pay.MarketOf("GB")
		link := w.link(market("GB", m.Currency, "en-GB"), ``, everyURL)
		tab := w.Open(t, link+"?lang="+tc.locale).To("plan", "pay_now")
		tab.Form().Set("plan", "card").Set("card_number", tc.number).Set("card_expiry", tc.expiry).Set("card_cvc", tc.code).Submit()
		if tc.want == "" {
			if tab.Step() != "review" || w.state(link).Hosted.Progress.Expiry != "06/2028" {
				t.Errorf("%s %s: %q %s", tc.number, tc.expiry, tab.Step(), words(tab.Body))
			}
			continue
		}
		for want := range strings.SplitSeq(tc.want, "|") {
			if tab.Step() != "plan" || !strings.Contains(words(tab.Body), want) {
				t.Errorf("%s %s: not said %q: %s", tc.number, tc.expiry, want, words(tab.Body))
			}
		}
		if strings.Contains(tab.Body, tc.number) {
			t.Errorf("%s is written back", tc.number)
		}
	}
}
