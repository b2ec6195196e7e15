package page_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kassa/internal/page"
	"kassa/internal/pay"
	"kassa/internal/server"
)

// The lender's own sentences stand in place of ours, where there are some; the shop's and the session's stay.
func TestConsents_ofTheOperator(t *testing.T) {
	file := filepath.Join(t.TempDir(), "consents.json")
	err := os.WriteFile(file, []byte("\ufeff"+`{
 "DE": {"pay_over_time": [
  {"text": {"de": "Es gilt der <a>Kreditvertrag</a> über <b>{{.Total}}</b>.", "en": "The <a>loan agreement</a> for {{.Total}} applies."}, "url": "https://bank.example/loan?a=1&b=2"},
  {"text": {"de": "Wir fragen eine Auskunftei."}}]},
 "GB": {"pay_now.card": [{"text": {"en": "The bank charges your card."}}], "pay_later": [{"text": {"en": "{{.Merchant}} lends you {{.Amount}} until {{.Date}}; you have {{.Days}} days to change your mind & more."}}]}
}`), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	w := open(t, func(o *server.Options) { o.Config.Consents = file })
	review := func(country, currency, locale, lang, category, plan string) string {
		link := w.link(market(country, currency, locale), ``, everyURL+`,"terms":"https://shop.example/terms"`)
		tab := w.Open(t, link)
		if plan != "" {
			tab.To("plan", category).Form().Set("plan", plan).Submit()
		}
		tab.To("review", category)
		return w.Open(t, inLanguage(link, lang)).Body
	}
	for _, tc := range []struct{ name, body, want string }{
		{"in its language", review("DE", "EUR", "de-DE", "de", "pay_over_time", "6"), "von Nordlys Cykler. Es gilt der Kreditvertrag über 102,78 €. Wir fragen eine Auskunftei. Sie zahlen nur einmal"},
		{"in another", review("DE", "EUR", "de-DE", "en", "pay_over_time", "6"), "terms of sale apply. The loan agreement for 102,78 € applies. Wir fragen eine Auskunftei. You pay once"},
		{"of one way", review("GB", "GBP", "en-GB", "en", "pay_later", ""), "Nordlys Cykler lends you £100.00 until 12 July; you have 14 days to change your mind & more. You pay once"},
		{"of another way", review("GB", "GBP", "en-GB", "en", "pay_over_time", "6"), "Paying over time is a loan."},
		{"of an instrument", review("GB", "GBP", "en-GB", "en", "pay_now", ""), "apply. The bank charges your card. You pay once"},
		{"of another market", review("AT", "EUR", "de-AT", "de", "pay_over_time", "6"), "Eine Ratenzahlung ist ein Kredit."},
	} {
		if got := words(tc.body); !strings.Contains(got, tc.want) {
			t.Errorf("%s: not said: %q in %s", tc.name, tc.want, got)
		}
	}
	token := w.link(british+`,"intent":"tokenize",`+kim, ``, everyURL)
	if got := words(w.Open(t, token).To("review", "pay_now").Body); strings.Contains(got, "The bank charges your card.") || !strings.Contains(got, "No money moves now.") {
		t.Errorf("of a token: %s", got)
	}
	body := review("DE", "EUR", "de-DE", "ar", "pay_over_time", "6")
	if !strings.Contains(body, `<span lang="de" dir="auto">Es gilt der <a href="https://bank.example/loan?a=1&amp;b=2" rel="noopener noreferrer">Kreditvertrag</a> über <b>`) {
		t.Errorf("the language of a sentence is not told: %s", body)
	}
}

func TestReadConsents_refuses(t *testing.T) {
	for name, tc := range map[string]struct{ file, want string }{
		"no JSON":                      {`DE`, "not the JSON of consents"},
		"something after":              {`{} {}`, "after the JSON object"},
		"unknown member":               {`{"DE":{"pay_later":[{"texts":{}}]}}`, "unknown field"},
		"unknown country":              {`{"XX":{}}`, `"XX" is the country of no market`},
		"small letters":                {`{"de":{}}`, `"de" is the country of no market`},
		"unknown way":                  {`{"DE":{"later":[]}}`, `DE: "later" is no way to pay`},
		"no text":                      {`{"DE":{"pay_later":[{"text":{}}]}}`, "DE.pay_later[0]: has no text"},
		"no sentence":                  {`{"DE":{"pay_later":[]}}`, "DE.pay_later has no sentence"},
		"an instrument of another way": {`{"DE":{"pay_later.card":[{"text":{"de":"x"}}]}}`, `"pay_later.card" is no way to pay`},
		"a dot too many":               {`{"DE":{"pay_now.":[{"text":{"de":"x"}}]}}`, `"pay_now." is no way to pay`},
		"nothing to see":               {"{\"DE\":{\"pay_later\":[{\"text\":{\"de\":\"\u200b\"}}]}}", "is empty"},
		"unknown instrument":           {`{"DE":{"pay_now.cash":[]}}`, `"pay_now.cash" is no way to pay`},
		"blanks":                       {`{"DE":{"pay_later":[{"text":{"de":"  "}}]}}`, "is empty"},
		"control characters":           {`{"DE":{"pay_later":[{"text":{"de":"a\u0000b"}}]}}`, "has control characters"},
		"an empty link":                {`{"DE":{"pay_later":[{"text":{"de":"x <a></a>"},"url":"https://a.example"}]}}`, "<a> has no words"},
		"empty":                        {`{"DE":{"pay_later":[{"text":{"de":""}}]}}`, "is empty"},
		"unknown language":             {`{"DE":{"pay_later":[{"text":{"tlh":"x"}}]}}`, `does not speak "tlh"`},
		"a script":                     {`{"DE":{"pay_later":[{"text":{"de":"<script>x</script>"}}]}}`, "tag <script> is not one of"},
		"unknown value":                {`{"DE":{"pay_later":[{"text":{"de":"{{.Email}}"}}]}}`, "{{.Email}} is none of"},
		"unclosed":                     {`{"DE":{"pay_later":[{"text":{"de":"<b>x"}}]}}`, "<b> is not closed"},
		"closed twice":                 {`{"DE":{"pay_later":[{"text":{"de":"x</b>"}}]}}`, "</b> closes nothing"},
		"within another":               {`{"DE":{"pay_later":[{"text":{"de":"<b><a>x</a></b>"},"url":"https://a.example"}]}}`, "<a> stands within <b>"},
		"a link to nowhere":            {`{"DE":{"pay_later":[{"text":{"de":"<a>x</a>"}}]}}`, "<a> and url belong together"},
		"a url for nothing":            {`{"DE":{"pay_later":[{"text":{"de":"x"},"url":"https://a.example"}]}}`, "<a> and url belong together"},
		"a url that runs":              {`{"DE":{"pay_later":[{"text":{"de":"<a>x</a>"},"url":"javascript:alert(1)"}]}}`, "url: "},
		"a url in the clear":           {`{"DE":{"pay_later":[{"text":{"de":"<a>x</a>"},"url":"http://a.example"}]}}`, "url: "},
	} {
		if _, err := page.ReadConsents([]byte(tc.file), pay.URLPolicy{}); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v, want %q", name, err, tc.want)
		}
	}
}
