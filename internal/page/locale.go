package page

import (
	"embed"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/bojanz/currency"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"

	"kassa/internal/pay"
)

//go:embed locale/*.json
var localeFiles embed.FS

// catalogues are the languages the page speaks: one file of locale/ each. English comes first: it is what is shown when nothing
// else fits. In a sandbox the pseudo-locale comes last.
type catalogues struct {
	languages []*catalogue
	byBase    map[string]int // language without region → index
	matcher   language.Matcher
	speeches  map[string]*speech // by locale, in lower case; the plain language too
	switches  map[string][]int   // by country: the languages that its pages offer
}

// catalogue is one language: its sentences, taken apart once, and which form of them a number takes. That of a region has only
// the sentences that differ from its language.
type catalogue struct {
	tag, name string
	rtl       bool
	messages  map[string]*message
	forms     *[smallNumbers]form
	localizer *i18n.Localizer
	parent    *catalogue // of a region: its language
}

// speech is one language in one region: words, money, dates. It is made once and shared.
type speech struct {
	*catalogue
	Locale  string // like sv-SE
	index   int
	money   *currency.Formatter
	decimal string
	group   string // between thousands in columns, where four digits alone have none; else empty
	clock   clock
	first   string // how the first day of a month is written, empty: 1

	unfolded bool // text messages keep letters that the alphabet of GSM lacks
}

// loadCatalogues reads every file of locale/ and what regions say differently; the sandbox speaks the pseudo-locale too.
func loadCatalogues(sandbox bool) (*catalogues, error) {
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
	c := &catalogues{byBase: map[string]int{}, speeches: map[string]*speech{}, switches: map[string][]int{}}
	var tags []language.Tag
	rules := i18n.NewBundle(language.English) // made once: it holds the rules of all languages
	for i, name := range names {
		buf, err := localeFiles.ReadFile("locale/" + name)
		if err != nil {
			return nil, fmt.Errorf("read language %s: %w", name, err)
		}
		l, err := loadCatalogue(rules, name, buf)
		if err != nil {
			return nil, fmt.Errorf("language %s: %w", name, err)
		}
		c.languages = append(c.languages, l)
		c.byBase[baseOf(l.tag)] = i
		tags = append(tags, language.Make(l.tag))
	}
	c.matcher = language.NewMatcher(tags)
	regions, err := loadRegions()
	if err != nil {
		return nil, err
	}
	if err := c.prepare(regions); err != nil {
		return nil, err
	}
	if sandbox {
		c.languages = append(c.languages, pseudoOf(c.languages[0]))
		c.add(len(c.languages)-1, c.languages[len(c.languages)-1], pseudoTag, "en-GB")
	}
	return c, nil
}

// loadCatalogue reads one language; rules know the forms of numbers.
func loadCatalogue(rules *i18n.Bundle, name string, buf []byte) (*catalogue, error) {
	file, err := i18n.ParseMessageFileBytes(buf, name, map[string]i18n.UnmarshalFunc{"json": json.Unmarshal})
	if err != nil {
		return nil, fmt.Errorf("parse: %w", err)
	}
	tag, err := language.Parse(strings.TrimSuffix(path.Base(name), ".json"))
	if err != nil {
		return nil, fmt.Errorf("name: %w", err)
	}
	l := &catalogue{tag: tag.String(), messages: make(map[string]*message, len(file.Messages)), forms: new([smallNumbers]form)}
	if err := l.countWith(rules, tag); err != nil {
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

// prepare makes the speeches and the switches of all markets, so that no request has to.
func (c *catalogues) prepare(regions map[string]regionSentences) error {
	for i, l := range c.languages {
		c.add(i, l, l.tag, l.tag)
		c.add(i, l, baseOf(l.tag), l.tag)
	}
	c.add(0, c.languages[0], "en", "en-GB") // English of no country writes dates and money as Britain does
	for _, m := range pay.Markets() {
		var offer []int
		for _, locale := range m.Locales {
			i, ok := c.byBase[baseOf(locale)]
			if !ok {
				continue
			}
			l, err := c.languages[i].in(locale, regions[locale])
			if err != nil {
				return err
			}
			c.add(i, l, locale, locale)
			offer = append(offer, i)
		}
		for i, l := range c.languages {
			if l.rtl { // no market has them as its own; who reads them finds them everywhere
				offer = append(offer, i)
			}
		}
		c.switches[m.Country] = offer
	}
	return nil
}

func (c *catalogues) add(index int, l *catalogue, key, locale string) {
	s := &speech{catalogue: l, Locale: locale, index: index, money: currency.NewFormatter(currency.NewLocale(locale))}
	s.group = groupOf(s.money)
	s.decimal, s.clock, s.first = decimalOf(locale), clockOf(locale), firstDays[baseOf(locale)]
	if l.rtl {
		s.money.SymbolMap = rtlSymbols(locale)
	}
	if l.tag == pseudoTag {
		s.Locale = pseudoTag
	}
	c.speeches[strings.ToLower(key)] = s
}

func baseOf(locale string) string {
	base, _, _ := strings.Cut(locale, "-")
	return strings.ToLower(base)
}

// speak picks the language: the one chosen on the page, then the session's, then what the browser asks for. The region is the
// session's where its market speaks that language. Where a profile says so, there are only some languages, the first for all others.
func (c *catalogues) speak(chosen, session, accept string, only ...string) *speech {
	index := 0
	if len(only) > 0 {
		index = max(c.indexOf(only[0]), 0)
	}
	for _, want := range []string{chosen, session, accept} {
		if i, ok := c.match(want); ok && c.among(i, only) {
			index = i
			break
		}
	}
	l := c.languages[index]
	if _, region, found := strings.Cut(session, "-"); found && l.tag != pseudoTag {
		if s := c.speeches[baseOf(l.tag)+"-"+strings.ToLower(region)]; s != nil {
			return s
		}
	}
	return c.speeches[strings.ToLower(l.tag)]
}

// among reports whether a language is one of some; none are all.
func (c *catalogues) among(index int, only []string) bool {
	return len(only) == 0 || slices.ContainsFunc(only, func(tag string) bool { return c.indexOf(tag) == index })
}

// offer lists the languages of a page's switch: the market's, the one that the browser asks for first, the one that is shown, and
// those written from right to left; or those of a profile. A page of no market offers all.
func (c *catalogues) offer(country, accept string, shown int, only []string) []int {
	if len(only) > 0 {
		var out []int
		for _, tag := range only {
			if i := c.indexOf(tag); i >= 0 && !slices.Contains(out, i) {
				out = append(out, i)
			}
		}
		if len(out) > 0 {
			return out
		}
	}
	market := c.switches[country]
	if market == nil {
		market = make([]int, 0, len(c.languages))
		for i, l := range c.languages {
			if l.tag != pseudoTag {
				market = append(market, i)
			}
		}
	}
	out := market
	first, _, _ := strings.Cut(accept, ",")
	first, _, _ = strings.Cut(first, ";")
	for _, i := range []int{c.indexOf(first), shown} {
		if i < 0 || slices.Contains(out, i) {
			continue
		}
		at := len(out)
		for at > 0 && c.languages[out[at-1]].rtl && !c.languages[i].rtl {
			at--
		}
		out = slices.Insert(slices.Clone(out), at, i)
	}
	return out
}

// indexOf finds the language of a tag, -1 without.
func (c *catalogues) indexOf(tag string) int {
	if i, ok := c.byBase[baseOf(strings.TrimSpace(tag))]; ok {
		return i
	}
	return -1
}

// match finds the language that serves best for a tag or an Accept-Language header.
func (c *catalogues) match(want string) (index int, ok bool) {
	if want == "" || len(want) > 200 {
		return 0, false
	}
	if !strings.ContainsAny(want, ",;") {
		if last := len(c.languages) - 1; strings.EqualFold(want, pseudoTag) && c.languages[last].tag == pseudoTag {
			return last, true
		}
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
