package pay

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Support is how consumers reach a merchant with questions about an order. All of it is public: pages and messages show it.
type Support struct {
	Email   string
	Phone   string // as it is shown, with the plus
	URL     string // of a page of help
	Address string // of the business, in one line
}

// maxSupport bounds what is shown in one line, in bytes.
const maxSupport = 200

// Check refuses what could not be shown or used: BAD_VALUE with every bad path.
func (s *Support) Check(urls URLPolicy) error {
	var faults []Fault
	if s.Email != "" && (len(s.Email) > maxSupport || emailReason(s.Email) != "") {
		faults = append(faults, Fault{Path: "email", Want: "an address like hello@example.com", Got: s.Email})
	}
	digits := strings.Map(func(r rune) rune {
		if strings.ContainsRune(" -()", r) {
			return -1
		}
		return r
	}, strings.TrimPrefix(s.Phone, "+"))
	if s.Phone != "" && (s.Phone[0] != '+' || len(digits) < 5 || len(digits) > 15 || strings.Trim(digits, "0123456789") != "") {
		faults = append(faults, Fault{Path: "phone", Want: "a number like +44 20 7946 0000", Got: s.Phone})
	}
	faults = checkURL(faults, "url", s.URL, URLPolicy{Sandbox: urls.Sandbox})
	if len(s.Address) > maxSupport || !utf8.ValidString(s.Address) || strings.ContainsFunc(s.Address, unicode.IsControl) {
		faults = append(faults, Fault{Path: "address", Want: "one line of at most " + strconv.Itoa(maxSupport) + " bytes"})
	}
	if err := Invalid400(faults); err != nil {
		return err
	}
	return nil
}
