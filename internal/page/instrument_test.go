package page

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"kassa/internal/pay"
)

func TestBrandOf_byTheFirstDigits(t *testing.T) {
	for number, want := range map[string]string{
		"4111111111111111": "VISA", "4687388888888881": "VISA", "5555555555554444": "MASTERCARD", "2221000000000009": "MASTERCARD",
		"2720990000000007": "MASTERCARD", "2721000000000004": "OTHER", "2220990000000005": "OTHER", "371449635398431": "AMEX", "341111111111111": "AMEX",
		"30569309025904": "DINERS", "30600000000000": "OTHER", "36006666333344": "DINERS", "3566002020360505": "JCB", "3527000000000000": "OTHER",
		"6011111111111117": "DISCOVER", "6441111111111117": "DISCOVER", "6205500000000000004": "UNIONPAY", "6759649826438453": "MAESTRO",
		"501800000009": "MAESTRO", "9999999999999995": "OTHER",
	} {
		if got := brandOf(number); got != want {
			t.Errorf("%s is %s, want %s", number, got, want)
		}
	}
}

func TestCardOf_tellsTheMonthInFull(t *testing.T) {
	now := time.Date(2026, 6, 12, 0, 0, 0, 0, time.UTC)
	for typed, want := range map[string]string{"06/26": "06/2026", "12 / 2030": "12/2030", "0131": "01/2031", "05/26": ""} {
		got, faults := cardOf(now, url.Values{"card_number": {"4111 1111 1111 1111"}, "card_expiry": {typed}, "card_cvc": {"123"}})
		if want == "" {
			if len(faults) != 1 || got != (pay.Instrument{}) {
				t.Errorf("%q: %+v, %v", typed, got, faults)
			}
			continue
		}
		if got != (pay.Instrument{Digits: "1111", Brand: "VISA", Expiry: want}) {
			t.Errorf("%q: %+v, %v", typed, got, faults)
		}
	}
}

// An IBAN is judged by its country: whether it has them, and how long they are there.
func TestIBAN_isJudgedByItsCountry(t *testing.T) {
	for typed, want := range map[string]pay.FieldReason{
		"DE11520513735120710131": "", "de11 5205 1373 5120 7101 31": "", "DE11\u00a05205\u202f1373-5120-7101-31": "", "DE11–5205–1373 5120710131\u200e": "",
		"GB29NWBK60161331926819": "", "NO9386011117947": "", "MT84MALT011000012345MTLCAST001S": "",
		"": pay.FieldMissing, "D": pay.FieldForm, "DE": pay.FieldTooShort, "DE1152051373512071013": pay.FieldTooShort, "DE115205137351207101310": pay.FieldTooLong,
		"DE11520513735120710132": pay.FieldForm, "DEX1520513735120710131": pay.FieldForm, "DE1152051373512071013Ä": pay.FieldTooLong, "DE1152051373512071013?": pay.FieldForm,
		"US54520513735120710131": pay.FieldForm, "XX54520513735120710131": pay.FieldForm, "ZZ": pay.FieldForm,
	} {
		if got := ibanReason(strings.ToUpper(compact(typed))); got != want {
			t.Errorf("%q: %q, want %q", typed, got, want)
		}
	}
	for country, length := range ibanLengths {
		if len(country) != 2 || length < 15 || length > 34 {
			t.Errorf("%s: %d", country, length)
		}
	}
}

// A card is judged by its brand: how long the number is, and how long the number on its back.
func TestCardOf_isJudgedByItsBrand(t *testing.T) {
	now := time.Date(2026, 6, 12, 0, 0, 0, 0, time.UTC)
	for _, tc := range []struct{ number, cvc, wrong string }{
		{"4111 1111 1111 1111", "123", ""}, {"4111\u00a01111–1111-1111", "123", ""}, {"4222222222222", "123", ""}, {"4000000000000000006", "123", ""},
		{"4111 1111 1111 1111", "1234", "card_cvc"}, {"4111 1111 1111 1111", "12a", "card_cvc"}, {"41111111111116", "123", "card_number"}, {"411111111111116", "123", "card_number"},
		{"371449635398431", "1234", ""}, {"371449635398431", "123", "card_cvc"}, {"3714496353984311", "1234", "card_number"},
		{"5555555555554444", "123", ""}, {"55555555555544448", "123", "card_number"}, {"30569309025904", "123", ""}, {"3566002020360505", "123", ""},
		{"9999999999999995", "1234", ""}, {"9999999999999995", "123", ""}, {"3", "123", "card_number"}, {"٣", "123", "card_number"},
	} {
		_, faults := cardOf(now, url.Values{"card_number": {tc.number}, "card_expiry": {"06/26"}, "card_cvc": {tc.cvc}})
		switch {
		case tc.wrong == "" && len(faults) != 0, tc.wrong != "" && (len(faults) != 1 || faults[0].Path != tc.wrong):
			t.Errorf("%s, %s: %v, want %q", tc.number, tc.cvc, faults, tc.wrong)
		}
	}
}
