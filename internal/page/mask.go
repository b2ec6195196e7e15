package page

import (
	"strings"
	"unicode/utf8"
)

// maskEmail keeps the first letter and the domain: k••@example.com.
func maskEmail(email string) string {
	local, domain, found := strings.Cut(email, "@")
	if !found || local == "" {
		return "••"
	}
	_, n := utf8.DecodeRuneInString(local)
	return local[:n] + "••@" + domain
}

// maskPhone keeps the calling code and the last four digits: +44 •••• ••4127.
func maskPhone(phone, callingCode string) string {
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, phone)
	if len(digits) < 6 {
		return "••••"
	}
	masked := "•••• ••" + digits[len(digits)-4:]
	if strings.HasPrefix(phone, callingCode) && callingCode != "" {
		return callingCode + " " + masked
	}
	return masked
}

// maskText keeps the first letter.
func maskText(s string) string {
	if s == "" {
		return ""
	}
	_, n := utf8.DecodeRuneInString(s)
	return s[:n] + "•••"
}
