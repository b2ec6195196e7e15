package page

import (
	_ "embed" // regions.json
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/bojanz/currency"
	"github.com/nicksnyder/go-i18n/v2/i18n"

	"kassa/internal/pay"
)

// regionFile is what regions say differently from their language.
//
//go:embed regions.json
var regionFile []byte

// regionSentences are the sentences of one region that differ from its language's, by their id.
type regionSentences map[string]string

// loadRegions reads what regions say differently, by locale.
func loadRegions() (map[string]regionSentences, error) {
	var out map[string]regionSentences
	if err := json.Unmarshal(regionFile, &out); err != nil {
		return nil, fmt.Errorf("read regions: %w", err)
	}
	return out, nil
}

// in gives the catalogue of a region: the language's own when it says nothing differently.
func (l *catalogue) in(locale string, differs regionSentences) (*catalogue, error) {
	swiss := strings.EqualFold(locale, "de-CH")
	if len(differs) == 0 && !swiss {
		return l, nil
	}
	out := *l
	out.parent, out.messages = l, make(map[string]*message, len(differs))
	if swiss {
		for id, m := range l.messages {
			if m.contains("ß") {
				out.messages[id] = m.rewritten(withoutSharpS)
			}
		}
	}
	for id, text := range differs {
		m, err := newMessage(&i18n.Message{ID: id, Other: text})
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", locale, id, err)
		}
		out.messages[id] = m
	}
	return &out, nil
}

// contains reports whether some form of a message has a text in it.
func (m *message) contains(what string) bool {
	found := false
	m.rewritten(func(p phrase) phrase {
		for _, part := range p {
			found = found || strings.Contains(part.text, what)
		}
		return p
	})
	return found
}

// withoutSharpS writes German as Switzerland does.
func withoutSharpS(p phrase) phrase {
	out := make(phrase, len(p))
	for i, part := range p {
		out[i] = part
		if part.text != "" {
			out[i] = literalPart(strings.ReplaceAll(part.text, "ß", "ss"))
		}
	}
	return out
}

// clock is how the time of a day is written.
type clock struct {
	layout string // of package time
	am, pm string // what stands for AM and PM
}

// clocks are those that are not 15:04: by locale, or by language (CLDR, short time). Arabic and Greek would have twelve hours by
// CLDR; 24 are understood by all who read them, and leave no doubt when a link ends.
var clocks = map[string]clock{
	"en-us": {"3:04\u00a0PM", "AM", "PM"}, "en-ca": {"3:04\u00a0PM", "a.m.", "p.m."}, "en-au": {"3:04\u00a0PM", "am", "pm"}, "en-nz": {"3:04\u00a0PM", "am", "pm"},
	"es-us": {"3:04\u00a0PM", "a.m.", "p.m."}, "es-mx": {"3:04\u00a0PM", "a.m.", "p.m."}, "en-mx": {"3:04\u00a0PM", "AM", "PM"},
	"fr-ca": {layout: "15\u00a0h\u00a004"}, "da": {layout: "15.04"}, "fi": {layout: "15.04"}, "en-dk": {layout: "15.04"}, "en-fi": {layout: "15.04"}, "sv-fi": {layout: "15.04"},
}

// clockOf finds the clock of a locale.
func clockOf(locale string) clock {
	locale = strings.ToLower(locale)
	if c, ok := clocks[locale]; ok {
		return c
	}
	if c, ok := clocks[baseOf(locale)]; ok {
		return c
	}
	return clock{layout: "15:04"}
}

// toTheSecond is the clock with seconds (CLDR, medium time).
func (c clock) toTheSecond() clock {
	if strings.Contains(c.layout, "h") {
		c.layout = "15\u00a0h\u00a004\u00a0min\u00a005\u00a0s"
		return c
	}
	c.layout = strings.NewReplacer(":04", ":04:05", ".04", ".04.05").Replace(c.layout)
	return c
}

func (c clock) write(t time.Time) string {
	text := t.Format(c.layout)
	if c.am != "" {
		text = strings.NewReplacer("AM", c.am, "PM", c.pm).Replace(text)
	}
	if t.Location() == time.UTC {
		return text + " UTC" // the country has several clocks: say which
	}
	return text
}

// firstDays is how the first day of a month is written where it is not 1, by language.
var firstDays = map[string]string{"fr": "1er", "it": "1º"}

// decimals are the marks that are not those of money, by locale (CLDR: decimal beside currencyDecimal).
var decimals = map[string]string{"fr-ch": ","}

// decimalOf finds the decimal mark of a locale: that of its money, unless CLDR has another.
func decimalOf(locale string) string {
	if d := decimals[strings.ToLower(locale)]; d != "" {
		return d
	}
	amount, err := currency.NewAmountFromInt64(110, "EUR")
	if err != nil {
		return "."
	}
	f := currency.NewFormatter(currency.NewLocale(locale))
	f.CurrencyDisplay = currency.DisplayNone
	if _, rest, found := strings.Cut(f.Format(amount), "1"); found {
		mark, _, _ := strings.Cut(rest, "1")
		return mark
	}
	return "."
}

// rtlSymbols are the signs of the markets' money within languages written from right to left. CLDR's are taken, but a sign that
// has letters is held together by marks, or its other half would be drawn at the other end; the pound, which no other pound of a
// market can be mistaken for, is a sign alone.
func rtlSymbols(locale string) map[string]string {
	out := map[string]string{}
	for _, m := range pay.Markets() {
		symbol, ok := currency.GetSymbol(m.Currency, currency.NewLocale(locale))
		if !ok {
			continue
		}
		if m.Currency == "GBP" {
			symbol = "£"
		}
		symbol = strings.Trim(symbol, "\u200e\u200f")
		if strings.ContainsFunc(symbol, unicode.IsLetter) {
			symbol = "\u200f\u200e" + symbol + "\u200e"
		}
		out[m.Currency] = symbol
	}
	return out
}
