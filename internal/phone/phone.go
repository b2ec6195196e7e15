package phone

import (
	"errors"
	"strconv"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// Reason says what is wrong with a number.
type Reason int

// The reasons.
const (
	NoNumber Reason = iota + 1
	TooShort
	TooLong
)

// Fault is what is wrong with a number, in words that tell how long it should be.
type Fault struct {
	Reason  Reason
	Missing int    // digits that are too few, 0: unknown
	Length  int    // digits it should have
	Code    string // after this calling code
}

// Read gives a number in E.164. region is the country in which it is dialled, empty for none: then it must begin with its calling code.
// A number that is valid in its country's plan is taken, also when people of another country would say that it is too short. One that is
// not is taken only when it is as long as a mobile number there: which numbers are in use changes faster than programs do.
func Read(written, region string) (e164 string, fault *Fault) {
	if direct(written) {
		return written, nil
	}
	if region == "" {
		region = "ZZ" // the library's word for none
	}
	n, err := parse(written, region)
	valid := err == nil && phonenumbers.IsValidNumber(n)
	if valid {
		n = withCode(written, region, n)
	} else if m := meant(written, region, n, err); m != nil {
		n, valid = m, true
	}
	switch {
	case valid:
		return phonenumbers.Format(n, phonenumbers.E164), nil
	case err != nil:
		return "", &Fault{Reason: reason(err)}
	}
	return judge(n)
}

func parse(written, region string) (*phonenumbers.PhoneNumber, error) {
	n, err := phonenumbers.Parse(written, region)
	if err != nil {
		return nil, err
	}
	old(n)
	return n, nil
}

// parseValid is parse for numbers that must be valid; nil for others.
func parseValid(written, region string) *phonenumbers.PhoneNumber {
	n, err := parse(written, region)
	if err != nil || !phonenumbers.IsValidNumber(n) {
		return nil
	}
	return n
}

// judge takes a number that no plan knows by its length.
func judge(n *phonenumbers.PhoneNumber) (e164 string, fault *Fault) {
	code := int(n.GetCountryCode())
	usual, national := usualLength(code), phonenumbers.GetNationalSignificantNumber(n)
	switch length := len(national); {
	case usual == 0:
		return "", &Fault{Reason: NoNumber}
	case length < usual:
		return "", &Fault{Reason: TooShort, Missing: usual - length, Length: usual, Code: "+" + strconv.Itoa(code)}
	case length > usual:
		return "", &Fault{Reason: TooLong}
	case national[0] == '0':
		return "", &Fault{Reason: NoNumber} // no mobile number begins so
	}
	return phonenumbers.Format(n, phonenumbers.E164), nil
}

// withCode is for countries whose numbers are of many lengths: there a mobile number after the calling code, without a plus, may be a
// valid landline as well. It is read as the mobile number.
func withCode(written, region string, n *phonenumbers.PhoneNumber) *phonenumbers.PhoneNumber {
	bare := strings.TrimLeft(written, " (")
	code := strconv.Itoa(int(n.GetCountryCode()))
	if !strings.HasPrefix(bare, code) || !strings.HasPrefix(phonenumbers.GetNationalSignificantNumber(n), code) {
		return n
	}
	if m := parseValid("+"+bare, region); m != nil && phonenumbers.GetNumberType(m) == phonenumbers.MOBILE && phonenumbers.GetNumberType(n) == phonenumbers.FIXED_LINE {
		return m
	}
	return n
}

// meant reads a number that is none as it is written in the ways in which people write it wrong, and gives the first that is valid.
func meant(written, region string, n *phonenumbers.PhoneNumber, err error) *phonenumbers.PhoneNumber {
	whole := strings.TrimLeft(written, " (")
	bare := strings.NewReplacer("(0)", "", "[0]", "", "( 0 )", "").Replace(whole) // a trunk zero, also where it is none
	var tries []string
	for _, s := range [...]string{bare, whole} {
		tries = append(tries, s)
		digits := strings.TrimLeft(s, "+ ")
		if rest, ok := strings.CutPrefix(digits, "00"); ok { // where another prefix is dialled abroad
			tries = append(tries, "+"+rest)
		}
		if digits != s && err != nil { // a plus before a national number
			tries = append(tries, digits)
		}
		if rest, ok := strings.CutPrefix(digits, "0"); ok && digits == s && strings.HasPrefix(rest, strconv.Itoa(phonenumbers.GetCountryCodeForRegion(region))) {
			tries = append(tries, "+"+rest) // one zero in place of two before the calling code
		}
	}
	if n != nil { // a trunk zero where there is none, or none any more
		national := phonenumbers.GetNationalSignificantNumber(n)
		if rest := strings.TrimLeft(national, "0"); rest != national {
			tries = append(tries, "+"+strconv.Itoa(int(n.GetCountryCode()))+rest)
		}
	}
	if at := strings.LastIndexFunc(whole, func(r rune) bool { return r >= '0' && r <= '9' }); at >= 0 && at+1 < len(whole) { // a word or a mark behind it
		tries = append(tries, whole[:at+1])
	}
	for _, try := range tries {
		if try == written {
			continue
		}
		if m := parseValid(try, region); m != nil {
			return m
		}
	}
	if n != nil && n.GetCountryCode() == france {
		return overseas(n)
	}
	return nil
}

// france is the calling code of a country whose overseas departments share its plan at home and have calling codes of their own: 0692 is
// dialled in Paris, too, and is +262 692 (Arcep, plan national de numérotation).
const france = 33

// overseas finds the department of a number of France's plan.
func overseas(n *phonenumbers.PhoneNumber) *phonenumbers.PhoneNumber {
	national := "0" + phonenumbers.GetNationalSignificantNumber(n)
	for _, department := range [...]string{"GP", "MQ", "GF", "RE", "YT"} {
		if m := parseValid(national, department); m != nil {
			return m
		}
	}
	return nil
}

// mexico is the calling code of the country whose mobile numbers had a 1 after it until 2019, and 044, 045 or 01 before them at home
// (Plan Técnico Fundamental de Numeración). Its numbers have ten digits now, and the library's plan no longer knows the old forms.
const mexico, mexican = 52, 10

// old makes a number of an old plan one of the present plan.
func old(n *phonenumbers.PhoneNumber) {
	if n.GetCountryCode() != mexico {
		return
	}
	national := phonenumbers.GetNationalSignificantNumber(n)
	for _, prefix := range [...]string{"044", "045", "01", "1"} {
		rest, found := strings.CutPrefix(national, prefix)
		if len(rest) == mexican+1 {
			rest = strings.TrimPrefix(rest, "1") // both of them
		}
		if !found || len(rest) != mexican {
			continue
		}
		if number, err := strconv.ParseUint(rest, 10, 64); err == nil {
			n.NationalNumber, n.ItalianLeadingZero, n.NumberOfLeadingZeros = &number, nil, nil
		}
		return
	}
}

func reason(err error) Reason {
	switch {
	case errors.Is(err, phonenumbers.ErrTooShortNSN), errors.Is(err, phonenumbers.ErrTooShortAfterIDD):
		return TooShort
	case errors.Is(err, phonenumbers.ErrNumTooLong):
		return TooLong
	}
	return NoNumber
}

// Texts reports whether text messages reach a number in E.164: not a landline, nor a number that only takes calls. Where landlines and
// mobile phones have the same numbers, they do.
func Texts(e164 string) bool {
	n, err := phonenumbers.Parse(e164, "ZZ")
	if err != nil {
		return false
	}
	switch phonenumbers.GetNumberType(n) {
	case phonenumbers.FIXED_LINE, phonenumbers.TOLL_FREE, phonenumbers.PREMIUM_RATE, phonenumbers.SHARED_COST, phonenumbers.UAN, phonenumbers.VOICEMAIL:
		return false
	}
	return true
}

// Cut takes a number in E.164 apart: its calling code with the plus, and the rest. Of what is no such number all is rest.
func Cut(e164 string) (code, national string) {
	digits, ok := strings.CutPrefix(e164, "+")
	for n := 1; ok && n <= 3 && n < len(digits) && digits[0] != '0'; n++ {
		if c, err := strconv.Atoi(digits[:n]); err == nil && known(c) {
			return e164[:n+1], digits[n:]
		}
	}
	return "", e164
}

// known reports whether a number is a calling code. None is the beginning of another.
func known(code int) bool { return phonenumbers.GetRegionCodeForCountryCode(code) != "ZZ" }

// Main gives the country of a calling code, of those that share it the one that is meant mostly; empty for none.
func Main(code string) string {
	n, err := strconv.Atoi(strings.TrimPrefix(code, "+"))
	if err != nil || !known(n) {
		return ""
	}
	return phonenumbers.GetRegionCodeForCountryCode(n)
}
