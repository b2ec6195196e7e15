package pay

import (
	"strings"
	"testing"
)

// What is refused is what net/mail, by which go-mail 0.8.1 reads a receiver, does not read (RFC 5322), or what is no name of the public DNS
// (RFC 1035, RFC 1123): no mail leaves for it.
func TestEmailReason(t *testing.T) {
	label := strings.Repeat("a", 63)
	for v, want := range map[string]FieldReason{
		"kim@example.com": "", "kim+shop@example.co.uk": "", "k@x.se": "", "o'brien@example.com": "", "a.b-c_d@sub.example.com": "", "kim@example.museum": "", "kim@123.com": "", "1@2.com": "",
		"!#$%&'*+-/=?^_`{|}~@example.com": "", "kim@xn--bcher-kva.example": "", "kim@bücher.example": "", "kim@straße.example": "", "kim@παράδειγμα.gr": "", "kim@例え.jp": "", "kim@مثال.example": "",
		"jürgen@example.com": "", "παύλος@παράδειγμα.gr": "", "kim@paral·lel.example": "", "kim@" + label + ".com": "", "KIM@EXAMPLE.COM": "", "kim@example.xn--p1ai": "",
		"": FieldNoAt, "kim": FieldNoAt, "example.com": FieldNoAt,
		"a..b@example.com": FieldForm, ".kim@example.com": FieldForm, "kim.@example.com": FieldForm, "@example.com": FieldForm, "kim@": FieldForm, "kim@example": FieldForm, "kim@localhost": FieldForm,
		"kim@example..com": FieldForm, "kim@.example.com": FieldForm, "kim@example.com.": FieldForm, "kim@-example.com": FieldForm, "kim@example-.com": FieldForm, "kim@exa_mple.com": FieldForm,
		"kim@example.c": FieldForm, "kim@example.123": FieldForm, "kim@192.0.2.1": FieldForm, "kim@[192.0.2.1]": FieldForm, "kim@[IPv6:2001:db8::1]": FieldForm, "kim@a" + label + ".com": FieldForm,
		"kim@exa mple.com": FieldForm, "ki m@example.com": FieldForm, "kim@kim@example.com": FieldForm, `"kim larsen"@example.com`: FieldForm, `"kim"@example.com`: FieldForm, "Kim <kim@example.com>": FieldForm,
		"<kim@example.com>": FieldForm, "kim@example.com, lee@example.com": FieldForm, "kim@example.com;lee@example.com": FieldForm, "kim(x)@example.com": FieldForm, "mailto:kim@example.com": FieldForm,
		"kim@אב1.com": "", "kim@a.אב": "", "kim@१२.in": "", "kim@नेपाल1.भारत": "", "kim@l·l.cat": "", strings.Repeat("a", 64) + "@example.com": "",
		"kim@אa1.com": FieldForm, "kim@aא.com": FieldForm, "kim@1א.com": FieldForm, "kim@üb--c.de": FieldForm, "kim@\u0301x.de": FieldForm, "kim@٣x.com": FieldForm, strings.Repeat("a", 65) + "@example.com": FieldForm,
		`kim\@example.com`: FieldForm, "kim@example,com": FieldForm, "kim@ex!ample.com": FieldForm, "kim@exam😀ple.com": FieldForm, "kim@" + strings.Repeat("é", 60) + ".com": FieldForm,
		strings.Repeat("é", 88) + "@example.com": FieldTooLong,
	} {
		if got := emailReason(v); got != want {
			t.Errorf("%q: %q, want %q", v, got, want)
		}
	}
}
