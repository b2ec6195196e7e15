package page

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"kassa/internal/pay"
)

// namesEverywhere are sentences that are names: no language need write them otherwise.
const namesEverywhere = "direction field.iban instrument.bank clerk.by.email clerk.by.sms"

// sameAsEnglish are the other sentences that a language has in common with English. Those without a word need not be here.
var sameAsEnglish = map[string]string{
	"ar": "field.card_expiry.shape", "he": "field.card_expiry.shape",
	"de": "field.plan month.4 month.8 month.9 month.11", "es": "subtotal title.error total", "fr": "total",
	"nb": "clerk.send.sms", "nl": "field.postal_code",
	"pt-PT": "subtotal total", "ro": "plan.total subtotal total", "sv": "fact.order field.plan order.caption order.number",
}

// entries reads a language's file as it is: each sentence, or each of its forms.
func entries(t *testing.T, name string) map[string]map[string]string {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("locale", name))
	if err != nil {
		t.Fatal(err)
	}
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(body, &raw); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	keys := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^\s*"([^"]+)":`).FindAllStringSubmatch(string(body), -1) {
		if keys[m[1]] {
			t.Errorf("%s has %q twice", name, m[1])
		}
		keys[m[1]] = true
	}
	if len(keys) != len(raw) {
		t.Errorf("%s: %d sentences, %d lines with one", name, len(raw), len(keys))
	}
	out := map[string]map[string]string{}
	for key, value := range raw {
		var text string
		forms := map[string]string{}
		if json.Unmarshal(value, &text) == nil {
			forms["other"] = text
		} else if err := json.Unmarshal(value, &forms); err != nil {
			t.Fatalf("%s: %s: %v", name, key, err)
		}
		out[key] = forms
	}
	return out
}

var holder = regexp.MustCompile(`\{\{\.(\w+)\}\}|</?[ab]>`)

// holders are the values and tags of a sentence, without those left out.
func holders(text string, without ...string) []string {
	out := slices.DeleteFunc(holder.FindAllString(text, -1), func(h string) bool { return slices.Contains(without, h) })
	slices.Sort(out)
	return out
}

// wordless reports whether nothing of a sentence could be translated.
func wordless(text string) bool {
	return !strings.ContainsFunc(holder.ReplaceAllString(text, ""), unicode.IsLetter)
}

// whole is the sentence that one for a single number belongs to: errors for errors.2, else empty.
func whole(key string, all map[string]map[string]string) string {
	i := strings.LastIndexByte(key, '.')
	if i < 0 {
		return ""
	}
	if _, err := strconv.Atoi(key[i+1:]); err != nil || len(all[key[:i]]) < 2 {
		return ""
	}
	return key[:i]
}

// cldr are the forms that whole numbers take (CLDR, plurals.xml, cardinal), and other, which every language has. Czech and
// Slovak have a form many too; fractions alone take it, and nothing here counts in fractions.
var cldr = map[string]string{
	"ar": "zero one two few many other", "cs": "one few other", "da": "one other", "de": "one other", "el": "one other", "en": "one other", "es": "one many other",
	"fi": "one other", "fr": "one many other", "he": "one two other", "hu": "one other", "it": "one many other", "nb": "one other", "nl": "one other",
	"pl": "one few many other", "pt-PT": "one many other", "ro": "one few other", "sk": "one few other", "sv": "one other",
}

// numbersOf lists the numbers that take a form, up to two.
func (l *catalogue) numbersOf(form string) (out []int) {
	for n := 0; n < 1200 && len(out) < 2; n++ {
		if formNames[l.formOf(n)] == form {
			out = append(out, n)
		}
	}
	for _, n := range []int{1_000_000, 3_000_000} {
		if formNames[l.formOf(n)] == form && len(out) < 2 {
			out = append(out, n)
		}
	}
	return out
}

func TestForms_areThoseOfCLDR(t *testing.T) {
	for _, l := range catalog(t).languages {
		if l.tag == pseudoTag {
			continue
		}
		var got []string
		for _, form := range []string{"zero", "one", "two", "few", "many", "other"} {
			if form == "other" || len(l.numbersOf(form)) > 0 {
				got = append(got, form)
			}
		}
		if strings.Join(got, " ") != cldr[l.tag] {
			t.Errorf("%s: numbers take the forms %v; CLDR has %q", l.tag, got, cldr[l.tag])
		}
	}
}

func TestCatalogues_sayTheSame(t *testing.T) {
	english := entries(t, "en.json")
	for _, l := range catalog(t).languages {
		if l.tag == pseudoTag {
			continue
		}
		t.Run(l.tag, func(t *testing.T) {
			own := entries(t, l.tag+".json")
			for _, key := range slices.Sorted(maps.Keys(english)) {
				if own[key] == nil && whole(key, english) == "" {
					t.Errorf("locale/%s.json lacks %q; English says %q", l.tag, key, english[key]["other"])
				}
			}
			for _, key := range slices.Sorted(maps.Keys(own)) {
				of := whole(key, own)
				if english[key] == nil && of == "" {
					t.Errorf("locale/%s.json has %q, which is in no other language", l.tag, key)
					continue
				}
				if of == "" && len(english[key]) > 1 {
					got := slices.Sorted(maps.Keys(own[key]))
					want := slices.Sorted(strings.FieldsSeq(cldr[l.tag]))
					if !slices.Equal(got, want) {
						t.Errorf("locale/%s.json: %q has the forms %v; CLDR has %v", l.tag, key, got, want)
					}
				}
				for form, text := range own[key] {
					l.checkSentence(t, key, of, form, text, english)
				}
			}
			for key := range strings.FieldsSeq(sameAsEnglish[l.tag]) {
				if own[key]["other"] != english[key]["other"] {
					t.Errorf("%s is not the same as in English any more", key)
				}
			}
		})
	}
}

// checkSentence compares one form of a sentence with the English one.
func (l *catalogue) checkSentence(t *testing.T, key, of, form, text string, english map[string]map[string]string) {
	t.Helper()
	say := func(what string) { t.Errorf("locale/%s.json: %q (%s) %s: %q", l.tag, key, form, what, text) }
	original := english[key]["other"]
	if of != "" {
		original = english[of]["other"]
	}
	var may []string // the number need not be said where the form says it
	if of != "" || form != "other" && len(l.numbersOf(form)) == 1 && len(english[key]) > 1 {
		may = []string{"{{.Count}}"}
	}
	if got := holders(text, may...); !slices.Equal(got, holders(original, may...)) {
		say("puts in other values than English")
	}
	if text != strings.TrimSpace(text) && key != "mail.code.text" || strings.Contains(text, "  ") {
		say("has blanks too many")
	}
	if strings.Contains(text, "!") && key != "paid.heading" && key != "paid.heading.token" {
		say("shouts")
	}
	if strings.ContainsAny(text, `'"`) {
		say("has a typewriter's quotes")
	}
	if strings.Contains(text, "...") {
		say("has three dots")
	}
	same := slices.Contains(strings.Fields(namesEverywhere+" "+sameAsEnglish[l.tag]), key)
	if l.tag != "en" && text == english[key][form] && !wordless(text) && !same {
		say("is left in English")
	}
	script := map[string]*unicode.RangeTable{"ar": unicode.Arabic, "he": unicode.Hebrew, "el": unicode.Greek}[l.tag]
	if script != nil && !wordless(text) && !same && !strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(script, r) }) {
		say("has no letter of its language")
	}
	if most := utf8.RuneCountInString(original)*9/5 + 24; utf8.RuneCountInString(text) > most {
		say("is far longer than in English")
	}
}

// buttons are the sentences on buttons: they have to fit into one, or two lines on a phone.
var buttons = []string{"continue", "change", "cancel", "again", "check.now", "code.confirm", "code.again", "code.another.phone", "code.another.email", "declined.again", "cancel.keep", "cancel.confirm", "back.again", "mail.link.button"}

func TestCatalogues_buttonsAreShort(t *testing.T) {
	c := catalog(t)
	speeches := slices.Collect(maps.Values(c.speeches))
	for _, s := range speeches {
		if s.tag == pseudoTag {
			continue
		}
		for _, key := range buttons {
			if n := utf8.RuneCountInString(s.T(key)); n < 3 || n > 34 {
				t.Errorf("%s: the button %q has %d letters: %q", s.Locale, key, n, s.T(key))
			}
		}
		for _, verb := range []string{"BUY", "RENT", "BOOK", "SUBSCRIBE", "DOWNLOAD", "ORDER", "CONTINUE", "PAY"} {
			for _, key := range []string{"buy." + verb, "buy.plan." + verb} {
				if text := s.T(key, "Amount", "€1,234.56"); utf8.RuneCountInString(text) > 56 {
					t.Errorf("%s: the button %q is too long: %q", s.Locale, key, text)
				}
			}
		}
		// Two parts of a text message hold 306 letters of English and 134 of most other scripts.
		most := 306
		if s.rtl || s.tag == "el" {
			most = 134
		}
		for _, text := range []string{s.T("sms.code", "Code", "123456", "Merchant", "Nordlys Cykler"), s.T("sms.link", "Merchant", "Nordlys Cykler", "Amount", "€100.00", "Date", "12 September, 18:00", "Link", "https://pay.example/pay/0123456789abcdefghijkl")} {
			if n := utf8.RuneCountInString(text); n > most {
				t.Errorf("%s: a text message of %d letters: %q", s.Locale, n, text)
			}
		}
	}
}

// What a region says differently is a sentence of its language, and really different.
func TestRegions_differFromTheirLanguage(t *testing.T) {
	regions, err := loadRegions()
	if err != nil {
		t.Fatal(err)
	}
	c := catalog(t)
	for locale, sentences := range regions {
		country := locale[strings.IndexByte(locale, '-')+1:]
		if m, ok := pay.MarketOf(country); !ok || !slices.Contains(m.Locales, locale) {
			t.Errorf("%s is the locale of no market", locale)
			continue
		}
		language := c.languages[c.byBase[baseOf(locale)]]
		own := entries(t, language.tag+".json")
		for key, text := range sentences {
			switch {
			case own[key] == nil || len(own[key]) > 1:
				t.Errorf("%s: %q is no sentence of its language, or has several forms", locale, key)
			case text == own[key]["other"]:
				t.Errorf("%s: %q is what its language says anyway", locale, key)
			case !slices.Equal(holders(text), holders(own[key]["other"])):
				t.Errorf("%s: %q puts in %v", locale, key, holders(text))
			}
		}
	}
	swiss := c.speak("", "de-CH", "")
	for id := range c.speak("", "de-DE", "").messages {
		if m := swiss.message(id); m.contains("ß") {
			t.Errorf("Swiss German writes ß: %s", id)
		}
	}
	if got := c.speak("", "de-CH", "").TN("code.left", 2); got != c.speak("", "de-DE", "").TN("code.left", 2) {
		t.Errorf("a sentence for one number is lost: %q", got)
	}
}

func TestSpeak_everyMarketIsSpokenTo(t *testing.T) {
	c := catalog(t)
	for _, m := range pay.Markets() {
		for _, locale := range m.Locales {
			if s := c.speak("", locale, ""); s.Locale != locale || baseOf(s.tag) != baseOf(locale) {
				t.Errorf("%s: spoken to in %s of %s", locale, s.tag, s.Locale)
			}
		}
	}
	for _, tag := range []string{"ar", "he"} {
		if s := c.speak(tag, "de-DE", ""); s.tag != tag || s.direction() != "rtl" {
			t.Errorf("%s is answered in %s, %s", tag, s.tag, s.direction())
		}
	}
}

// The languages of which a profile may name some are those that there are catalogues of.
func TestCatalogues_areOfTheLanguagesOfTheRules(t *testing.T) {
	if got := slices.Sorted(maps.Keys(catalog(t).byBase)); !slices.Equal(got, pay.Languages()) {
		t.Errorf("catalogues: %v, pay.Languages: %v", got, pay.Languages())
	}
}

// Every sentence is used, and every sentence that is used exists.
func TestCatalogues_everySentenceIsUsed(t *testing.T) {
	var source strings.Builder
	for _, pattern := range []string{"*.go", "templates/*.html"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if strings.HasSuffix(f, "_test.go") {
				continue
			}
			body, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			source.Write(body)
		}
	}
	text := source.String()
	english := entries(t, "en.json")
	made := []string{ // of parts
		"way.", "consent.", "instrument.", "field.", "short.", "long.", "buy.", "month.", "checking.", "tab.", "paid.", "declined.", "fault.", "cancel.", "cancelled.", "back.", "expired.", "disabled.", "unknown.", "trouble.",
		"clerk.by.", "clerk.send.", "clerk.sent.", "clerk.ended.", "clerk.stale.", "clerk.show.",
	}
	for key := range english {
		if strings.Contains(text, `"`+key+`"`) || whole(key, english) != "" || slices.ContainsFunc(made, func(prefix string) bool { return strings.HasPrefix(key, prefix) }) {
			continue
		}
		t.Errorf("nothing says %s", key)
	}
	for _, m := range regexp.MustCompile(`\b(?:T|TN|H|HN) ?\(?"([a-z_.]+[a-z_])"`).FindAllStringSubmatch(text, -1) {
		if english[m[1]] == nil {
			t.Errorf("%s is said and is in no catalogue", m[1])
		}
	}
	for _, c := range onPage {
		for _, key := range []string{"way." + string(c), "way." + string(c) + ".text"} {
			if english[key] == nil {
				t.Errorf("%s is missing", key)
			}
		}
	}
	for _, f := range contactFields {
		if english["field."+f.name] == nil {
			t.Errorf("field.%s is missing", f.name)
		}
	}
	for _, verb := range []string{"BUY", "RENT", "BOOK", "SUBSCRIBE", "DOWNLOAD", "ORDER", "CONTINUE", "PAY"} {
		if english["buy."+verb] == nil || english["buy.plan."+verb] == nil {
			t.Errorf("no button for %s", verb)
		}
	}
	for _, reason := range []pay.FieldReason{pay.FieldMissing, pay.FieldNoAt, pay.FieldForm, pay.FieldTooShort, pay.FieldTooLong} {
		if english["short."+string(reason)] == nil || english["long."+string(reason)] == nil {
			t.Errorf("no words for %s", reason)
		}
	}
}
