package page

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"

	"kassa/internal/pay"
)

func catalog(t testing.TB) *catalogues {
	t.Helper()
	c, err := loadCatalogues(true)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestPhrase_refusesWhatItDoesNotKnow(t *testing.T) {
	for _, bad := range []string{"{{.Name", "{{Name}}", "{Name}", "a < b", "<i>x</i>", "<script>", "<b", "{"} {
		if p, err := newPhrase(bad); err == nil {
			t.Errorf("%q is read as %v", bad, *p)
		}
	}
}

func TestPhrase_escapesAndIsolates(t *testing.T) {
	p, err := newPhrase(`Q&A: <b>{{.Name}}</b> has <a>{{.Count}} "things"</a>`)
	if err != nil {
		t.Fatal(err)
	}
	kv := []any{"Name", `<i>&"`, "Count", 3, "href", `https://x.example/?a="b"&c`}
	if got, want := string(p.markup("", kv)), `Q&amp;A: <b><bdi>&lt;i&gt;&amp;&#34;</bdi></b> has <a href="https://x.example/?a=&#34;b&#34;&amp;c" rel="noopener noreferrer">3 &#34;things&#34;</a>`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got, want := p.text("", kv, false), `Q&A: <i>&" has 3 "things"`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	for _, href := range []string{"javascript:alert(1)", "data:text/html,x", "//x.example", ""} {
		if got := string(p.markup("", []any{"Name", "n", "Count", 1, "href", href})); !strings.Contains(got, `<a href="#"`) {
			t.Errorf("%q: %s", href, got)
		}
	}
	if got := p.text("id", nil, false); got != `Q&A: ⟦Name⟧ has ⟦Count⟧ "things"` {
		t.Error(got)
	}
	if got := catalog(t).languages[0].T("no.such"); got != "⟦no.such⟧" {
		t.Error(got)
	}
}

// The forms come from go-i18n's rules; a few are known by heart.
func TestForms_ofNumbers(t *testing.T) {
	english := catalog(t).languages[0]
	for n, want := range map[int]string{0: "You can ask for 0 more.", 1: "You can ask for one more.", 2: "You can ask for two more.", 5: "You can ask for 5 more.", 1001: "You can ask for 1001 more."} {
		if got := english.TN("code.left", n); !strings.HasSuffix(got, want) {
			t.Errorf("%d: %s", n, got)
		}
	}
	polish, err := loadCatalogue(i18n.NewBundle(language.English), "pl.json", []byte(`{"name":"Polski","direction":"ltr","items":{"one":"{{.Count}} rzecz","few":"{{.Count}} rzeczy","many":"{{.Count}} rzeczy!","other":"{{.Count}} rzeczy?"}}`))
	if err != nil {
		t.Fatal(err)
	}
	for n, want := range map[int]string{1: "1 rzecz", 3: "3 rzeczy", 5: "5 rzeczy!", 22: "22 rzeczy", 25: "25 rzeczy!", 112: "112 rzeczy!", 1022: "1022 rzeczy"} {
		if got := polish.TN("items", n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
	arabic, err := loadCatalogue(i18n.NewBundle(language.English), "ar.json", []byte(`{"name":"العربية","direction":"rtl","items":{"zero":"0","one":"1","two":"2","few":"few","many":"many","other":"other"}}`))
	if err != nil {
		t.Fatal(err)
	}
	for n, want := range map[int]string{0: "0", 1: "1", 2: "2", 7: "few", 11: "many", 100: "other", 1003: "few"} {
		if got := arabic.TN("items", n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
	if arabic.direction() != "rtl" || english.direction() != "ltr" {
		t.Error("directions")
	}
}

func TestSpeak_picksLanguageAndRegion(t *testing.T) {
	c := catalog(t)
	for _, tc := range []struct{ chosen, session, accept, tag, locale string }{
		{"", "sv-SE", "de", "sv", "sv-SE"}, {"", "sv-FI", "", "sv", "sv-FI"}, {"", "SV-se", "", "sv", "sv-SE"}, {"", "en-US", "", "en", "en-US"},
		{"", "de-AT", "", "de", "de-AT"}, {"", "de-XX", "", "de", "de"}, {"", "en", "", "en", "en-GB"}, {"de", "sv-SE", "", "de", "de"}, {"en", "sv-SE", "", "en", "en-SE"}, {"fr", "de-CH", "", "fr", "fr-CH"}, {"ar", "de-CH", "", "ar", "ar"}, {"he", "fr-CA", "", "he", "he"}, {"iw", "", "", "he", "he"}, {"", "", "pt-BR", "pt-PT", "pt-PT"}, {"pt", "en-PT", "", "pt-PT", "pt-PT"},
		{"en-XA", "sv-SE", "", "en-XA", "en-XA"}, {"", "en-XA", "", "en-XA", "en-XA"},
		{"", "xx-FI", "sv;q=0.9", "sv", "sv-FI"}, {"", "xx-XX", "sv;q=0.9", "sv", "sv"}, {"", "xx-XX", "", "en", "en-GB"}, {"", "", "", "en", "en-GB"}, {"xx", "tlh", "tlh", "en", "en-GB"}, {"", "", "de-CH, en;q=0.1", "de", "de"},
	} {
		if s := c.speak(tc.chosen, tc.session, tc.accept); s.tag != tc.tag || s.Locale != tc.locale {
			t.Errorf("%q %q %q: %s in %s, want %s in %s", tc.chosen, tc.session, tc.accept, s.tag, s.Locale, tc.tag, tc.locale)
		}
	}
}

// Money as CLDR writes it; the blank is U+00A0 and the minus sign U+2212.
func TestMoney_golden(t *testing.T) {
	c := catalog(t)
	for _, tc := range []struct {
		locale, currency string
		amount           int64
		want             string
	}{
		{"en-GB", "GBP", 10000, "£100.00"}, {"en-GB", "GBP", -1050, "−£10.50"}, {"en-GB", "GBP", 0, "£0.00"}, {"en-GB", "EUR", 123456789, "€1,234,567.89"},
		{"en-GB", "SEK", 184500, "SEK\u00a01,845.00"}, {"en-US", "USD", 999, "$9.99"}, {"en-GB", "USD", 999, "US$9.99"}, {"en-CA", "CAD", 999, "$9.99"}, {"en-AU", "AUD", 100000, "$1,000.00"},
		{"en-GB", "HUF", 123400, "HUF\u00a01,234"},
		{"sv-SE", "SEK", 184500, "1\u00a0845,00\u00a0kr"}, {"sv-SE", "SEK", -184500, "−1\u00a0845,00\u00a0kr"}, {"sv-SE", "EUR", 10000, "100,00\u00a0€"}, {"sv-FI", "EUR", 1, "0,01\u00a0€"}, {"sv-SE", "SEK", 99999999999, "999\u00a0999\u00a0999,99\u00a0kr"},
		{"de-DE", "EUR", 12290, "122,90\u00a0€"}, {"de-DE", "EUR", 123456, "1.234,56\u00a0€"}, {"de-DE", "EUR", -123456, "−1.234,56\u00a0€"}, {"de-AT", "EUR", 12290, "€\u00a0122,90"}, {"de-CH", "CHF", 123456, "CHF\u00a01'234.56"}, {"de-DE", "SEK", 100, "1,00\u00a0SEK"},
		{"en-GB", "XYZ", 100, "100 XYZ"},
	} {
		if got := c.speak("", tc.locale, "").Money(tc.amount, tc.currency); got != tc.want {
			t.Errorf("%s %s %d: %q, want %q", tc.locale, tc.currency, tc.amount, got, tc.want)
		}
	}
}

func TestFigures_percentAndDates(t *testing.T) {
	c := catalog(t)
	at := time.Date(2026, 6, 12, 22, 6, 0, 0, time.UTC)
	zones, err := loadZones()
	if err != nil {
		t.Fatal(err)
	}
	for locale, want := range map[string][]string{
		"en-GB": {"20%", "9.90%", "12 June", "12 June 2026, 23:06", "12 June, 22:06 UTC"},
		"sv-SE": {"20\u00a0%", "9,90\u00a0%", "12 juni", "13 juni 2026 kl. 00:06", "12 juni kl. 22:06 UTC"},
		"de-DE": {"20\u00a0%", "9,90\u00a0%", "12. Juni", "13. Juni 2026, 00:06", "12. Juni, 22:06 UTC"},
	} {
		s := c.speak("", locale, "")
		country := locale[3:]
		got := []string{s.Percent(2000), s.Percent(990), s.Date(at), s.Moment(at, zones[country]), s.ShortMoment(at, zones["US"])}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", locale, got, want)
		}
	}
}

// The day of an example is above 12: a 7 beside a 10 would leave open which is the month.
func TestPlaces_everyMarketHasOne(t *testing.T) {
	for _, m := range pay.Markets() {
		at, ok := places[m.Country]
		if !ok {
			t.Errorf("%s has no place", m.Country)
			continue
		}
		if (at.region != "") != m.Region {
			t.Errorf("%s: the example of a region is %q", m.Country, at.region)
		}
		if got := birthDate(at.birth, m.Country); got != "1970-07-24" {
			t.Errorf("%s: its own example %s is read as %s", m.Country, at.birth, got)
		}
		if got := shownBirth("1970-07-24", m.Country); got != at.birth {
			t.Errorf("%s: shown as %s, the example is %s", m.Country, got, at.birth)
		}
	}
	for country := range maps.Keys(places) {
		if _, ok := pay.MarketOf(country); !ok {
			t.Errorf("%s is no market", country)
		}
	}
}

func TestBirthDate_readsWhatPeopleWrite(t *testing.T) {
	for _, tc := range []struct{ country, typed, want string }{
		{"DE", "1970-07-10", "1970-07-10"}, {"DE", "10.7.1970", "1970-07-10"}, {"GB", "10/07/1970", "1970-07-10"}, {"US", "7/10/1970", "1970-07-10"}, {"NL", "10 07 1970", "1970-07-10"},
		{"DE", "10071970", "1970-07-10"}, {"DE", "19700710", "1970-07-10"}, {"US", "07101970", "1970-07-10"}, {"DE", "20071970", "1970-07-20"}, {"GB", "19122001", "2001-12-19"}, {"NL", "20012004", "2004-01-20"}, {"DE", "20041220", "2004-12-20"},
		{"HU", "1970. 07. 10.", "1970-07-10"},
		{"DE", "10. Juli 1970", "10. Juli 1970"}, {"DE", "10.7.70", "10.7.70"}, {"DE", "", ""}, {"DE", "100.7.1970", "100.7.1970"},
	} {
		if got := birthDate(tc.typed, tc.country); got != tc.want {
			t.Errorf("%s %q: %q, want %q", tc.country, tc.typed, got, tc.want)
		}
	}
	for _, odd := range []string{"", "1970", "70-07-10", "x-y-z"} {
		if got := shownBirth(odd, "GB"); got != odd {
			t.Errorf("%q became %q", odd, got)
		}
	}
}

// A profile's languages are the only ones, and its first is for whoever asks for none of them.
func TestSpeak_languagesOfAProfile(t *testing.T) {
	c := catalog(t)
	for _, tc := range []struct{ chosen, session, accept, want string }{
		{"", "en-SE", "", "en"}, {"", "de-DE", "", "sv"}, {"", "de-DE", "fi, en;q=0.5", "sv"}, {"", "de-DE", "en-GB", "en"}, {"sv", "en-SE", "", "sv"}, {"de", "fr-FR", "", "sv"},
	} {
		if got := c.speak(tc.chosen, tc.session, tc.accept, "sv", "en", "xx"); got.tag != tc.want {
			t.Errorf("%+v: %s", tc, got.tag)
		}
	}
	var names []string
	for _, i := range c.offer("DE", "fi", 0, []string{"sv", "en", "xx", "sv"}) {
		names = append(names, c.languages[i].tag)
	}
	if strings.Join(names, " ") != "sv en" {
		t.Errorf("offered: %s", names)
	}
}
