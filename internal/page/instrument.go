package page

import (
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"kassa/internal/engine"
	"kassa/internal/pay"
)

// instrumentOf checks a card or an account and gives what is told of it later: the last four digits, a card's brand and month.
// Nothing else of it is kept, not even in memory beyond the request.
func (s *speech) instrumentOf(pg *engine.Page, v url.Values) (with pay.Instrument, faults []pay.Fault) {
	session := &pg.Payment.Session
	switch category := pg.Hosted.Progress.Category; {
	case category == pay.PayNow && v.Get("plan") == "card":
		today := pay.Today(session.Country, string(pg.Payment.Contact(pg.Hosted).Region), pg.Now)
		return pay.ReadCard(pay.TypedCard{Number: v.Get("card_number"), Expiry: v.Get("card_expiry"), Code: v.Get("card_cvc")}, today, s.monthOf)
	case category == pay.PayNow && v.Get("plan") == "bank_account", category == pay.DirectDebit:
		iban, want := pay.ReadIBAN(v.Get("iban"), session.Currency, session.Country)
		if want != "" {
			return with, []pay.Fault{{Path: "iban", Want: string(want), Got: strings.Join(pay.MandateCodes(session.Currency, session.Country), ", ")}}
		}
		return pay.Instrument{Digits: iban[len(iban)-4:]}, nil
	}
	return with, nil
}

// monthOf reads the name of a month in the page's language or in English, from three letters on; 0 for what may be several or none.
func (s *speech) monthOf(word string) int {
	word = strings.ToLower(word)
	found := 0
	for m := time.January; m <= time.December; m++ {
		for _, name := range [...]string{s.T(months[m]), m.String()} {
			if utf8.RuneCountInString(word) < 3 || !strings.HasPrefix(strings.ToLower(name), word) || found == int(m) {
				continue
			}
			if found != 0 {
				return 0
			}
			found = int(m)
		}
	}
	return found
}

func checkField(name, value string, ok bool) *pay.Fault {
	switch {
	case value == "":
		return &pay.Fault{Path: name, Want: string(pay.FieldMissing)}
	case !ok:
		return &pay.Fault{Path: name, Want: string(pay.FieldForm)}
	}
	return nil
}

func allDigits(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }) < 0
}
