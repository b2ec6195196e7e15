package page

import (
	"net/url"
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
