package page

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"kassa/internal/engine"
	"kassa/internal/gsm"
	"kassa/internal/pay"
)

var updateSMS = flag.Bool("update-sms", false, "write docs/data/sms.md anew")

// texter writes text messages as a server does, without one.
func texter(t *testing.T, sandbox bool) *Page {
	t.Helper()
	c, err := loadCatalogues(true)
	if err != nil {
		t.Fatal(err)
	}
	zones, err := loadZones()
	if err != nil {
		t.Fatal(err)
	}
	return &Page{catalogues: c, zones: zones, publicURL: "https://pay.example.com", sandbox: sandbox}
}

const textedLink = "1-AZ67KrnANshI3SwHU9Cw2OhymjsCeNNMbB75" // as long as links are

// texted is a page whose link is sent: 1,234.56, or as much in a currency without decimals, until a moment.
func texted(m pay.Market, locale, shop string, until time.Time, intent pay.Intent) *engine.Page {
	p := &pay.Payment{}
	p.Session.Locale, p.Session.Country, p.Session.Currency, p.Session.Amount, p.Session.Intent = locale, m.Country, m.Currency, 123456, intent
	return &engine.Page{Merchant: &pay.Merchant{Name: shop}, Payment: p, Hosted: &pay.HostedSession{Link: textedLink, ExpiresAt: until}}
}

// kindsOf writes each kind of text message.
func (p *Page) kindsOf(m pay.Market, locale, shop string, until time.Time) map[string]string {
	return map[string]string{
		"code": p.CodeSMS(locale, shop, "012345"), "link": p.LinkSMS(texted(m, locale, shop, until, pay.Buy)), "link to agree": p.LinkSMS(texted(m, locale, shop, until, pay.Tokenize)),
	}
}

// everyLocale are the locales of all markets, and in one market those that no market has.
func everyLocale(do func(m pay.Market, locale string)) {
	for _, m := range pay.Markets() {
		for _, locale := range m.Locales {
			do(m, locale)
		}
	}
	for _, locale := range []string{"ar", "he"} {
		do(pay.Market{Country: "GB", Currency: "GBP"}, locale)
	}
}

// inUCS2 are the languages whose letters the alphabet of GSM lacks (3GPP TS 23.038, 6.2.1: Latin, and ten capitals of Greek).
var inUCS2 = []string{"ar", "el", "he"}

// Every kind of text message in every locale of every market, through a year, for names of shops up to 20 letters: one part, in the
// alphabet of GSM where the language has its letters; two for a link in the others, which stands in one of them whole.
func TestSMS_everyLanguage(t *testing.T) {
	for _, sandbox := range []bool{false, true} {
		p := texter(t, sandbox)
		everyLocale(func(m pay.Market, locale string) {
			for month := time.January; month <= time.December; month++ {
				for _, shop := range []string{"Nordlys Cykler", "Zwanzig Buchstaben..", "Łódź & Kraków – Café", "L’Été\u00a0Bleu", "Bike® Co™ 🚲"} {
					for kind, text := range p.kindsOf(m, locale, shop, time.Date(2026, month, 28, 22, 45, 0, 0, time.UTC)) {
						ucs2, most := slices.Contains(inUCS2, locale[:2]), 1
						if ucs2 && kind != "code" {
							most = 2
						}
						e := gsm.Encode(text)
						parts, whole := partsOf(text, "https://pay.example.com/pay/"+textedLink)
						if e.Unicode != ucs2 || parts > most || kind != "code" && (!whole || !strings.Contains(text, "https://pay.example.com/pay/"+textedLink)) {
							t.Errorf("%s %s %s sandbox %v: UCS-2 %v, %d long, %d parts, link whole %v: %q", locale, shop, kind, sandbox, e.Unicode, e.Length(), parts, whole, text)
						}
						if strings.ContainsAny(text, "⟦⟧\u00a0\u202f\u2009’") {
							t.Errorf("%s %s: %q", locale, kind, text)
						}
						if said := strings.Contains(text, p.catalogues.speak("", locale, "").written(p.catalogues.speak("", locale, "").T("sms.sandbox"))); said != sandbox {
							t.Errorf("%s %s: says that it is a test: %v: %q", locale, kind, said, text)
						}
					}
				}
			}
		})
	}
}

// Names of shops in any letters and of any length: at most two parts, and the link is whole; it is in GSM's alphabet when the name can be.
func TestSMS_namesOfShops(t *testing.T) {
	names := map[string]bool{
		"Кофейня «Северное сияние» на Невском": true, "咖啡店": true, "מאפיית השכונה": true, "مقهى الشمال الكبير": true, "Καφενείο ο Ήλιος": true, strings.Repeat("👨‍👩‍👧", 20): true, "👍🏽": true, "№ 1": false, "1\ufe0f\u20e3 Shop": false,
		"[~^|€€€€€€€€€€€€€€€€€€€€€]":                                         false,
		"Nordlys Cykler & Outdoor Equipment International Aktiebolag (publ)": false, strings.Repeat("W", 255): false, "a" + strings.Repeat("\u0301", 200): false,
		strings.Repeat("Ж", 255): true, "I\u202eevil": false, "": false,
	}
	for _, sandbox := range []bool{false, true} {
		p := texter(t, sandbox)
		everyLocale(func(m pay.Market, locale string) {
			for shop, ucs2 := range names {
				for kind, text := range p.kindsOf(m, locale, shop, time.Date(2026, 9, 30, 21, 45, 0, 0, time.UTC)) {
					parts, whole := partsOf(text, "https://pay.example.com/pay/"+textedLink)
					if parts > 2 || kind != "code" && !whole || kind == "code" && !strings.Contains(text, "012345") {
						t.Errorf("%s %q %s: %d parts, link whole %v: %q", locale, shop, kind, parts, whole, text)
					}
					if !slices.Contains(inUCS2, locale[:2]) && gsm.Encode(text).Unicode != ucs2 {
						t.Errorf("%s %q %s: UCS-2 %v: %q", locale, shop, kind, !ucs2, text)
					}
					if strings.ContainsRune(text, '\u202e') || strings.Contains(text, "\ufffd") {
						t.Errorf("%s %s: %q", locale, kind, text)
					}
				}
			}
		})
	}
	for _, c := range []struct {
		name string
		n    int
		want string
	}{
		{"Nordlys Cykler", 20, "Nordlys Cykler"}, {"Nordlys Cykler & Outdoor", 20, "Nordlys Cykler"}, {"Nordlys Cykler & Outdoor", 16, "Nordlys Cykler"}, {"Donaudampfschifffahrtsgesellschaft", 20, "Donaudampfschifffahr"},
		{"Cafe\u0301s", 4, "Caf"}, {"A very long name (of a shop)", 18, "A very long name"},
		{"👨‍👩‍👧👨‍👩‍👧", 4, "👨‍👩‍👧"}, {"!!!!!!", 4, "!!!!"}, {"👨‍👩‍👧", 4, "👨‍👩‍👧"},
	} {
		if got := shorter(c.name, c.n); got != c.want {
			t.Errorf("%q to %d: %q, want %q", c.name, c.n, got, c.want)
		}
	}
}

// A public address of any length that fits into a part.
func TestSMS_longLinks(t *testing.T) {
	for _, sandbox := range []bool{false, true} {
		p := texter(t, sandbox)
		everyLocale(func(m pay.Market, locale string) {
			most := 153
			if slices.Contains(inUCS2, locale[:2]) {
				most = 67
			}
			for n := most; n >= 56; n -= 9 {
				p.publicURL = "https://" + strings.Repeat("x", n-len("https:///pay/")-len(textedLink))
				link := p.publicURL + "/pay/" + textedLink
				for kind, text := range p.kindsOf(m, locale, "Nordlys Cykler", time.Date(2026, 9, 30, 21, 45, 0, 0, time.UTC)) {
					if parts, whole := partsOf(text, link); kind != "code" && (parts > 2 || !whole) {
						t.Fatalf("%s %s: a link of %d letters: %d parts, whole %v: %q", locale, kind, len(link), parts, whole, text)
					}
				}
			}
		})
	}
}

// What stands in Latin letters is spelled right where the language has words for it: only names of months, signs of currencies and the
// five languages that are written without marks on phones lose any.
func TestSMS_ourWordsKeepTheirMarks(t *testing.T) {
	without := []string{"cs", "hu", "pl", "ro", "sk"}
	c := catalog(t)
	for _, l := range c.languages {
		if slices.Contains(inUCS2, l.tag) || l.tag == pseudoTag {
			continue
		}
		for _, key := range []string{"sms.link", "sms.link.token", "sms.code", "sms.code.warning", "sms.sandbox"} {
			text := gsm.Plain(l.T(key, "Merchant", "", "Amount", "", "Date", "", "Code", "", "Link", ""))
			if lost := strings.ContainsFunc(text, func(r rune) bool { return !gsm.Has(r) }); lost && !slices.Contains(without, l.tag) {
				t.Errorf("%s: %s has letters that GSM lacks: %q", l.tag, key, text)
			}
		}
	}
	for _, locale := range []string{"cs-CZ", "pl-PL", "ro-RO", "sk-SK"} {
		m, _ := pay.MarketOf(locale[3:])
		for kind, text := range texter(t, false).kindsOf(m, locale, "Nordlys Cykler", time.Date(2026, 9, 28, 22, 45, 0, 0, time.UTC)) {
			if m.Currency != "EUR" && strings.ContainsFunc(text, func(r rune) bool { return r > unicode.MaxASCII }) {
				t.Errorf("%s %s: half of the marks are left: %q", locale, kind, text)
			}
		}
	}
}

// The sums are in words that a phone of the market reads.
func TestSMS_amounts(t *testing.T) {
	p := texter(t, false)
	for locale, want := range map[string]string{
		"cs-CZ": "1 234,56 CZK", "pl-PL": "1234,56 PLN", "en-PL": "PLN", "en-CZ": "CZK", "sv-SE": "1 234,56 kr", "de-DE": "1.234,56 €", "fr-FR": "1 234,56 €", "en-GB": "£1,234.56",
	} {
		m, _ := pay.MarketOf(locale[3:])
		if text := p.LinkSMS(texted(m, locale, "Nordlys Cykler", time.Date(2026, 9, 28, 22, 45, 0, 0, time.UTC), pay.Buy)); !strings.Contains(text, want) {
			t.Errorf("%s: no %q in %q", locale, want, text)
		}
	}
}

// A shop is named in every text, and what its name loses leaves no gap.
func TestSMS_nameWithoutGaps(t *testing.T) {
	p := texter(t, false)
	m, _ := pay.MarketOf("SE")
	for shop, begins := range map[string]string{
		"Nordlys ©": "Nordlys: ", "® Nordlys": "Nordlys: ", "Bike® 🚲 Co": "Bike Co: ", "👍🏽": "👍🏽: ", "№1": "No1: ", "1\ufe0f\u20e3 Shop": "1 Shop: ", "a\nb": "a b: ",
		"[~^|€€€€€€€€€€€€€€€€€€€€€]": "[~^|", "°C Kyl": "C Kyl: ",
	} {
		for kind, text := range p.kindsOf(m, "sv-SE", shop, time.Date(2026, 9, 28, 22, 45, 0, 0, time.UTC)) {
			if kind == "link" && !strings.HasPrefix(text, begins) || !strings.Contains(text, strings.TrimSuffix(begins, ": ")) {
				t.Errorf("%q %s: %q", shop, kind, text)
			}
		}
	}
}

const smsTable = "../../docs/data/sms.md"

// The table of the documentation is what is sent.
func TestSMS_theTableIsTrue(t *testing.T) {
	var b strings.Builder
	b.WriteString(`# Text messages

Made by ` + "`go test ./internal/page -run TestSMS_theTableIsTrue -update-sms`" + `: each kind of text message in each language, for a shop with a name of 20
letters and a link of 66, as it is sent; in brackets what a sandbox's takes.

One message holds 160 septets of the alphabet of GSM (3GPP TS 23.038; a sign of its extension, like €, is two) or 70 units of UCS-2. Longer
ones are cut into parts of 153 or 67 (3GPP TS 23.040). Languages in Latin letters are written in the alphabet of GSM:

- **German, English, French, Italian, Spanish, Portuguese, Dutch, Danish, Norwegian, Swedish, Finnish**: every word of ours has only letters of the
  alphabet. A month (*août*) or the name of a shop loses a mark that the alphabet lacks.
- **Czech, Slovak, Polish, Hungarian, Romanian**: without the marks that the alphabet lacks, as carriers, banks and parcel services of these countries write
  (*ő* and *ű* become *ö* and *ü*). The sign of a currency that is not in the alphabet becomes its code: CZK, PLN.
- **Arabic, Greek, Hebrew**: in UCS-2. Greek capitals alone would fit into the alphabet, half of them as Latin letters that look alike, which a
  screen reader spells out. Where a text with a link takes two parts, blanks fill the first up,
  so that the link begins the second; their codes take one.

A shop's name in other letters (Cyrillic, Chinese) makes UCS-2 of any text: two parts at most. Its pictures and signs like ® are left out where the rest
is in the alphabet. A name that is too long is cut after a word. A link that is longer than 67 letters in UCS-2, or 153 in the alphabet of GSM, does not fit into
a part: keep ` + "`--public-url`" + ` short.

| language | kind | alphabet | length | parts | text |
|---|---|---|--:|--:|---|
`)
	shop, sandbox := texter(t, false), texter(t, true)
	seen := map[string]bool{}
	everyLocale(func(m pay.Market, locale string) {
		language := shop.catalogues.speak("", locale, "").tag
		if seen[language] {
			return
		}
		seen[language] = true
		until := time.Date(2026, 9, 28, 22, 45, 0, 0, time.UTC)
		texts, tests := shop.kindsOf(m, locale, "Nordlys Cykler Malmö", until), sandbox.kindsOf(m, locale, "Nordlys Cykler Malmö", until)
		for _, kind := range []string{"code", "link", "link to agree"} {
			e, test := gsm.Encode(texts[kind]), gsm.Encode(tests[kind])
			alphabet := "GSM"
			if e.Unicode {
				alphabet = "UCS-2"
			}
			parts, _ := e.Count(0, 0)
			tested, _ := test.Count(0, 0)
			fmt.Fprintf(&b, "| %s | %s | %s | %d (%d) | %d (%d) | %s |\n", locale, kind, alphabet, e.Length(), test.Length(), parts, tested, regexp.MustCompile(`\n`).ReplaceAllString(texts[kind], "<br>"))
		}
	})
	if *updateSMS {
		if err := os.WriteFile(smsTable, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(smsTable)
	if err != nil || string(have) != b.String() {
		t.Errorf("%s is not what is sent (%v): go test ./internal/page -run TestSMS_theTableIsTrue -update-sms", smsTable, err)
	}
}

// A mail with a code says in a sandbox that no money moves, and nowhere else.
func TestCodeMail_saysThatItIsATest(t *testing.T) {
	for _, sandbox := range []bool{false, true} {
		p := texter(t, sandbox)
		everyLocale(func(_ pay.Market, locale string) {
			sentence := p.catalogues.speak("", locale, "").T("sandbox.mail")
			subject, text := p.CodeMail(locale, "Nordlys Cykler", "012345")
			if strings.Contains(text, sentence) != sandbox || !strings.Contains(text, "012345") || !strings.Contains(subject, "012345") {
				t.Errorf("%s sandbox %v: %q %q", locale, sandbox, subject, text)
			}
		})
	}
}
