package page

import (
	"embed"
	"encoding/json"
	"fmt"
	"path"
	"strings"

	"github.com/bojanz/currency"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"

	"kassa/internal/pay"
)

//go:embed locale/*.json
var localeFiles embed.FS

// catalogues are the languages the page speaks: one file of locale/ each. English comes first: it is what is shown when nothing
// else fits.
type catalogues struct {
	languages []*catalogue
	byBase    map[string]int // language without region → index, for those that have one catalogue
	matcher   language.Matcher
	speeches  map[string]*speech // by locale, in lower case; the plain language too
}

// catalogue is one language: its sentences, taken apart once, and which form of them a number takes.
type catalogue struct {
	tag, name string
	rtl       bool
	messages  map[string]*message
	forms     [smallNumbers]form
	localizer *i18n.Localizer
}

// speech is one language in one region: words, money, dates. It is made once and shared.
type speech struct {
	*catalogue
	Locale string // like sv-SE
	index  int
	money  *currency.Formatter
}

// loadCatalogues reads every file of locale/.
func loadCatalogues() (*catalogues, error) {
	entries, err := localeFiles.ReadDir("locale")
	if err != nil {
		return nil, fmt.Errorf("list languages: %w", err)
	}
	names := []string{"en.json"}
	for _, e := range entries {
		if e.Name() != "en.json" {
			names = append(names, e.Name())
		}
	}
	c := &catalogues{byBase: map[string]int{}, speeches: map[string]*speech{}}
	var tags []language.Tag
	for _, name := range names {
		buf, err := localeFiles.ReadFile("locale/" + name)
		if err != nil {
			return nil, fmt.Errorf("read language %s: %w", name, err)
		}
		l, err := loadCatalogue(name, buf)
		if err != nil {
			return nil, fmt.Errorf("language %s: %w", name, err)
		}
		c.languages = append(c.languages, l)
		tags = append(tags, language.Make(l.tag))
	}
	c.matcher = language.NewMatcher(tags)
	c.prepare()
	return c, nil
}

// loadCatalogue reads one language.
func loadCatalogue(name string, buf []byte) (*catalogue, error) {
	file, err := i18n.ParseMessageFileBytes(buf, name, map[string]i18n.UnmarshalFunc{"json": json.Unmarshal})
	if err != nil {
		return nil, fmt.Errorf("parse: %w", err)
	}
	tag, err := language.Parse(strings.TrimSuffix(path.Base(name), ".json"))
	if err != nil {
		return nil, fmt.Errorf("name: %w", err)
	}
	l := &catalogue{tag: tag.String(), messages: make(map[string]*message, len(file.Messages))}
	if err := l.countWith(tag); err != nil {
		return nil, err
	}
	for _, m := range file.Messages {
		if l.messages[m.ID], err = newMessage(m); err != nil {
			return nil, fmt.Errorf("%s: %w", m.ID, err)
		}
	}
	l.exactForms()
	l.name, l.rtl = l.T("name"), l.T("direction") == "rtl"
	return l, nil
}

// prepare makes the speeches of all markets, so that no request has to.
func (c *catalogues) prepare() {
	bases := map[string]int{}
	for i, l := range c.languages {
		base := baseOf(l.tag)
		bases[base]++
		c.byBase[base] = i
		c.add(i, l.tag, l.tag)
	}
	for base, n := range bases {
		if n > 1 {
			delete(c.byBase, base) // the matcher knows which of them
		}
	}
	if i, ok := c.byBase["en"]; ok {
		c.add(i, "en", "en-GB") // English of no country writes dates and money as Britain does
	}
	for _, m := range pay.Markets() {
		for _, locale := range m.Locales {
			if i, ok := c.byBase[baseOf(locale)]; ok {
				c.add(i, locale, locale)
			}
		}
	}
}

func (c *catalogues) add(index int, key, locale string) {
	c.speeches[strings.ToLower(key)] = &speech{
		catalogue: c.languages[index], Locale: locale, index: index, money: currency.NewFormatter(currency.NewLocale(locale)),
	}
}

func baseOf(locale string) string {
	base, _, _ := strings.Cut(locale, "-")
	return strings.ToLower(base)
}

// speak picks the language: the one chosen on the page, then the session's, then what the browser asks for. The region is the
// session's when its language is spoken.
func (c *catalogues) speak(chosen, session, accept string) *speech {
	index := 0
	for _, want := range []string{chosen, session, accept} {
		if i, ok := c.match(want); ok {
			index = i
			break
		}
	}
	l := c.languages[index]
	if s := c.speeches[strings.ToLower(session)]; s != nil && s.index == index {
		return s
	}
	return c.speeches[strings.ToLower(l.tag)]
}

// match finds the language that serves best for a tag or an Accept-Language header.
func (c *catalogues) match(want string) (index int, ok bool) {
	if want == "" || len(want) > 200 {
		return 0, false
	}
	if !strings.ContainsAny(want, ",;") {
		if i, ok := c.byBase[baseOf(want)]; ok {
			return i, true
		}
	}
	tags, _, err := language.ParseAcceptLanguage(want)
	if err != nil || len(tags) == 0 {
		return 0, false
	}
	_, index, confidence := c.matcher.Match(tags...)
	return index, confidence >= language.Low
}

// direction is rtl for languages written from right to left.
func (l *catalogue) direction() string {
	if l.rtl {
		return "rtl"
	}
	return "ltr"
}

// CodeMail is the message that carries a one-time code, in the language of the page.
func (p *Page) CodeMail(locale, merchant, code string) (subject, text string) {
	s := p.catalogues.speak("", locale, "")
	return s.T("mail.code.subject", "Code", code, "Merchant", merchant), s.T("mail.code.text", "Code", code, "Merchant", merchant)
}
