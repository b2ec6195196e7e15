package page

import (
	"embed"
	"encoding/json"
	"fmt"
	"path"
	"strings"
	"time"

	"github.com/bojanz/currency"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

//go:embed locale/*.json
var localeFiles embed.FS

// catalogues are the languages the page speaks: one file of locale/ each.
type catalogues struct {
	tags    []language.Tag
	names   []string // of themselves
	matcher language.Matcher
	bundle  *i18n.Bundle
}

// loadCatalogues reads every file of locale/; English comes first, it is what is shown when nothing fits.
func loadCatalogues() (*catalogues, error) {
	c := &catalogues{bundle: i18n.NewBundle(language.English)}
	c.bundle.RegisterUnmarshalFunc("json", json.Unmarshal)
	entries, err := localeFiles.ReadDir("locale")
	if err != nil {
		return nil, fmt.Errorf("list languages: %w", err)
	}
	files := []string{"locale/en.json"}
	for _, e := range entries {
		if e.Name() != "en.json" {
			files = append(files, "locale/"+e.Name())
		}
	}
	for _, f := range files {
		if _, err := c.bundle.LoadMessageFileFS(localeFiles, f); err != nil {
			return nil, fmt.Errorf("read language %s: %w", f, err)
		}
		tag, err := language.Parse(strings.TrimSuffix(path.Base(f), ".json"))
		if err != nil {
			return nil, fmt.Errorf("language %s: %w", f, err)
		}
		name, err := i18n.NewLocalizer(c.bundle, tag.String()).Localize(&i18n.LocalizeConfig{MessageID: "name"})
		if err != nil {
			return nil, fmt.Errorf("name of language %s: %w", f, err)
		}
		c.tags, c.names = append(c.tags, tag), append(c.names, name)
	}
	c.matcher = language.NewMatcher(c.tags)
	return c, nil
}

// speech is one language in one region: words, money, dates.
type speech struct {
	Tag       string // of the catalogue, like sv
	Locale    string // like sv-SE, for money
	index     int
	localizer *i18n.Localizer
	money     *currency.Formatter
}

// speak picks the language: the one chosen on the page, then the session's, then what the browser asks for.
func (c *catalogues) speak(chosen, session, accept string) *speech {
	index := 0
	for _, want := range []string{chosen, session, accept} {
		tags, _, err := language.ParseAcceptLanguage(want)
		if err != nil || len(tags) == 0 {
			continue
		}
		if _, i, confidence := c.matcher.Match(tags...); confidence >= language.Low {
			index = i
			break
		}
	}
	tag := c.tags[index].String()
	locale := tag
	if base, _, _ := strings.Cut(session, "-"); strings.EqualFold(base, tag) {
		locale = session
	} else if tag == "en" {
		locale = "en-GB"
	}
	return &speech{Tag: tag, Locale: locale, index: index, localizer: i18n.NewLocalizer(c.bundle, tag), money: currency.NewFormatter(currency.NewLocale(locale))}
}

// T gives a sentence; kv are the names and values of what is put into it.
func (s *speech) T(id string, kv ...any) string { return s.say(id, nil, kv) }

// TN gives a sentence that depends on a number, which is put in as Count.
func (s *speech) TN(id string, n int, kv ...any) string {
	if id == "errors" && (n == 2 || n == 3) {
		return s.say(fmt.Sprintf("errors.%d", n), nil, kv)
	}
	return s.say(id, n, append(kv, "Count", n))
}

func (s *speech) say(id string, count any, kv []any) string {
	var data map[string]any
	if len(kv) > 0 {
		data = make(map[string]any, len(kv)/2)
		for i := 0; i+1 < len(kv); i += 2 {
			data[fmt.Sprint(kv[i])] = kv[i+1]
		}
	}
	text, err := s.localizer.Localize(&i18n.LocalizeConfig{MessageID: id, TemplateData: data, PluralCount: count})
	if err != nil {
		return id // a missing sentence shows its name; TestCatalogues finds it first
	}
	return text
}

// Money writes an amount of minor units by the CLDR of the locale, with a real minus sign.
func (s *speech) Money(amount int64, code string) string {
	sign := ""
	if amount < 0 {
		sign, amount = "−", -amount
	}
	a, err := currency.NewAmountFromInt64(amount, code)
	if err != nil {
		return fmt.Sprintf("%s%s %d", sign, code, amount)
	}
	return sign + s.money.Format(a)
}

// Percent writes a rate with two implied decimals; whole ones without decimals.
func (s *speech) Percent(rate int64) string {
	number := fmt.Sprint(rate / 100)
	if rate%100 != 0 {
		number = fmt.Sprintf("%d%s%02d", rate/100, s.T("decimal"), rate%100)
	}
	return s.T("percent", "Number", number)
}

// Date writes a day without its year.
func (s *speech) Date(t time.Time) string {
	return s.T("date", "Day", t.Day(), "Month", s.T(fmt.Sprintf("month.%d", t.Month())))
}

// DateTime writes a moment in UTC to the minute.
func (s *speech) DateTime(t time.Time) string {
	t = t.UTC()
	day := s.T("date.year", "Day", t.Day(), "Month", s.T(fmt.Sprintf("month.%d", t.Month())), "Year", t.Year())
	return s.T("date.time", "Date", day, "Time", t.Format("15:04")+" UTC")
}

// direction is rtl for languages written from right to left.
func (s *speech) direction() string {
	switch s.Tag {
	case "ar", "he", "fa", "ur":
		return "rtl"
	}
	return "ltr"
}

// CodeMail is the message that carries a one-time code, in the language of the page.
func (p *Page) CodeMail(locale, merchant, code string) (subject, text string) {
	s := p.catalogues.speak("", locale, "")
	return s.T("mail.code.subject", "Code", code, "Merchant", merchant), s.T("mail.code.text", "Code", code, "Merchant", merchant)
}
