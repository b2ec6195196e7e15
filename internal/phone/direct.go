package phone

import (
	"strconv"
	"sync"

	"github.com/nyaruka/phonenumbers"
)

// plan is what a number of one calling code must be to be taken without being parsed.
type plan struct {
	usual  int  // digits of a mobile number, 0: unknown
	direct bool // only 0 and 1 begin what is dialled before a number at home
}

// plans are the plans that were asked for, by calling code: parsing an example costs as much as parsing a number.
var plans sync.Map

func planOf(code int) plan {
	if p, ok := plans.Load(code); ok {
		return p.(plan)
	}
	region := phonenumbers.GetRegionCodeForCountryCode(code)
	p := plan{}
	if example := phonenumbers.GetExampleNumberForType(region, phonenumbers.MOBILE); example != nil {
		p.usual = len(phonenumbers.GetNationalSignificantNumber(example))
	}
	switch region {
	case "AT", "AU", "BE", "CH", "CZ", "DE", "DK", "ES", "FI", "FR", "GB", "GR", "HU", "IE", "NL", "NO", "NZ", "PL", "PT", "RO", "SE", "SK", "US":
		p.direct = true // a test compares each with the library
	}
	plans.Store(code, p)
	return p
}

// usualLength is how many digits a mobile number has after a calling code, 0: unknown.
func usualLength(code int) int { return planOf(code).usual }

// direct reports whether a number is in E.164 as it is written, as far as that can be seen without the library's expressions, which cost
// more than all else that is done for a session.
func direct(written string) bool {
	if len(written) < 8 || len(written) > 16 || written[0] != '+' {
		return false
	}
	for _, c := range []byte(written[1:]) {
		if c < '0' || c > '9' {
			return false
		}
	}
	code, national := Cut(written)
	if code == "" || national == "" || national[0] < '2' {
		return false
	}
	n, err := strconv.Atoi(code[1:])
	if err != nil {
		return false
	}
	if n == france && (national[0] < '6' || national[0] > '7' || national[1] == '9') {
		return false // may be of a department overseas
	}
	p := planOf(n)
	return p.direct && len(national) == p.usual
}
