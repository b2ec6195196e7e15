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
	case local == "" || strings.ContainsAny(v, `<>()[],;:"\`) || !publicName(domain):
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
	}
	return label != "" && utf8.RuneCountInString(label) <= most && label[0] != '-' && label[len(label)-1] != '-'
}
