package pay

import (
	"net/mail"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of the names in the DNS (RFC 1035, 2.3.4). An internationalized label is written with four letters before it, xn--.
const (
	maxLabel  = 63
	maxDomain = 253
	maxLocal  = 64 // before the @ (RFC 5321, 4.5.3.1.1)
	prefixed  = len("xn--")
)

// emailReason takes the addresses to which a mail can be sent: those that net/mail reads, by which the mail library does, without a name
// and without quotes, at a name of the public DNS. Letters of every script are taken on both sides (RFC 6531, RFC 5891).
func emailReason(v string) FieldReason {
	local, domain, found := strings.Cut(v, "@")
	switch {
	case !found:
		return FieldNoAt
	case utf8.RuneCountInString(v) > maxContact:
		return FieldTooLong
	case local == "" || len(local) > maxLocal || strings.ContainsAny(v, `<>()[],;:"\`) || !publicName(domain):
		return FieldForm
	}
	if a, err := mail.ParseAddress(v); err != nil || a.Name != "" || a.Address != v {
		return FieldForm
	}
	return ""
}

// publicName reports whether a domain can be one that mail is sent to: two labels at least, the last of which is no number.
func publicName(domain string) bool {
	labels := strings.Split(domain, ".")
	if len(domain) > maxDomain || len(labels) < 2 {
		return false
	}
	for _, label := range labels {
		if !hostLabel(label) {
			return false
		}
	}
	last := labels[len(labels)-1]
	return utf8.RuneCountInString(last) > 1 && strings.Trim(last, "0123456789") != ""
}

// hostLabel reports whether a label is one of a host's name (RFC 1123, 2.1), also before it is written with xn--.
func hostLabel(label string) bool {
	most, ascii := maxLabel, true
	for _, r := range label {
		ascii = ascii && r < utf8.RuneSelf
		if !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r) && r != '-' && r != '·' { // the Catalan dot (RFC 5892, A.3)
			return false
		}
	}
	if !ascii {
		most -= prefixed
		if !internationalized(label) {
			return false
		}
	}
	return label != "" && utf8.RuneCountInString(label) <= most && label[0] != '-' && label[len(label)-1] != '-'
}

// rightToLeft are the scripts that are written from right to left and have names in the DNS.
var rightToLeft = []*unicode.RangeTable{unicode.Hebrew, unicode.Arabic, unicode.Syriac, unicode.Thaana, unicode.Nko}

// internationalized reports whether a label with letters outside ASCII can be written with xn--: it begins with no mark and has no two
// hyphens where the prefix has its own (RFC 5891, 4.2.3); written from right to left it begins with a letter, and all of its letters are
// (RFC 5893, 2).
func internationalized(label string) bool {
	runes := []rune(label)
	if unicode.IsMark(runes[0]) || len(runes) > 3 && runes[2] == '-' && runes[3] == '-' {
		return false
	}
	if !strings.ContainsFunc(label, func(r rune) bool { return unicode.IsLetter(r) && unicode.In(r, rightToLeft...) }) {
		return !strings.ContainsFunc(label, func(r rune) bool { return r >= '٠' && r <= '٩' }) // Arabic digits
	}
	return unicode.IsLetter(runes[0]) && !strings.ContainsFunc(label, func(r rune) bool { return unicode.IsLetter(r) && !unicode.In(r, rightToLeft...) })
}
