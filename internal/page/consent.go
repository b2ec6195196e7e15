package page

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode"

	"kassa/internal/engine"
	"kassa/internal/pay"
)

// Consents are the operator's own sentences above the pay button, by market and way to pay. They stand in place of ours for that way;
// the shop's terms, what a token allows, and that a payment is made once, are said as ever. nil has none.
type Consents struct {
	markets map[string]map[pay.Category][]consent
	sum     [sha256.Size]byte // of the file: a form agrees to the sentences that stood above it
}

// of finds the sentences of a market for a way to pay, or for its instrument; nil without.
func (c *Consents) of(country string, g *pay.Progress) []consent {
	if c == nil {
		return nil
	}
	if own := c.markets[country][g.Category+"."+pay.Category(g.Plan)]; own != nil {
		return own
	}
	return c.markets[country][g.Category]
}

// signature tells these sentences from others; empty for none.
func (c *Consents) signature() []byte {
	if c == nil {
		return nil
	}
	return c.sum[:]
}

// consent is one sentence in some languages, and where its link leads.
type consent struct {
	texts map[string]*phrase // by language without region
	url   string
}

// consentValues are what a sentence may put in.
var consentValues = []string{"Merchant", "Amount", "Total", "Date", "Days"}

// ReadConsents reads the operator's sentences:
//
//	{"DE": {"pay_over_time": [{"text": {"de": "Es gilt der <a>Kreditvertrag</a> über {{.Total}}.", "en": "…"}, "url": "https://…"}]}}
//
// The first keys are countries of markets, the second ways to pay; pay_now.card and pay_now.bank_account tell the instruments apart. A text is plain but for <b>, </b>, <a> and </a>, and may put in
// {{.Merchant}}, {{.Amount}}, {{.Total}} (with interest), {{.Date}} (the day by which pay_later is due) and {{.Days}} (of the right to
// withdraw). The page takes its own language, or else the first of the market's that there is. urls says what addresses may be.
func ReadConsents(raw []byte, urls pay.URLPolicy) (*Consents, error) {
	var file map[string]map[pay.Category][]struct {
		Text map[string]string `json:"text"`
		URL  string            `json:"url"`
	}
	d := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(raw, []byte("\ufeff")))) // some editors write a byte-order mark
	d.DisallowUnknownFields()
	if err := d.Decode(&file); err != nil {
		return nil, fmt.Errorf("not the JSON of consents: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is something after the JSON object")
	}
	out := &Consents{markets: map[string]map[pay.Category][]consent{}, sum: sha256.Sum256(raw)}
	for country, ways := range file {
		if m, ok := pay.MarketOf(country); !ok || m.Country != country {
			return nil, fmt.Errorf("%q is the country of no market", country)
		}
		out.markets[country] = map[pay.Category][]consent{}
		for way, sentences := range ways {
			if instrument := way == "pay_now.card" || way == "pay_now.bank_account"; !instrument && !slices.Contains(onPage, way) {
				return nil, fmt.Errorf("%s: %q is no way to pay", country, way)
			}
			if len(sentences) == 0 {
				return nil, fmt.Errorf("%s.%s has no sentence", country, way)
			}
			for i, s := range sentences {
				c, err := newConsent(s.Text, s.URL, urls)
				if err != nil {
					return nil, fmt.Errorf("%s.%s[%d]: %w", country, way, i, err)
				}
				out.markets[country][way] = append(out.markets[country][way], c)
			}
		}
	}
	return out, nil
}

func newConsent(texts map[string]string, url string, urls pay.URLPolicy) (consent, error) {
	c := consent{texts: map[string]*phrase{}, url: url}
	if len(texts) == 0 {
		return c, errors.New("has no text")
	}
	if url != "" {
		if err := pay.CheckURL(url, pay.URLPolicy{Sandbox: urls.Sandbox}); err != nil {
			return c, fmt.Errorf("url: %w", err)
		}
	}
	for language, text := range texts {
		if !slices.Contains(pay.Languages(), language) {
			return c, fmt.Errorf("the page does not speak %q", language)
		}
		p, err := newPhrase(text)
		if err != nil {
			return c, fmt.Errorf("%s: %w", language, err)
		}
		if err := p.checkConsent(url != ""); err != nil {
			return c, fmt.Errorf("%s: %w", language, err)
		}
		c.texts[language] = p
	}
	return c, nil
}

// checkConsent refuses a sentence that puts in what there is not, or whose tags are not opened and closed in turn.
func (p *phrase) checkConsent(linked bool) error {
	open, links, words := "", 0, 0
	for _, part := range *p {
		if part.says() {
			words++
		}
		switch {
		case strings.ContainsFunc(part.text, unicode.IsControl):
			return errors.New("has control characters")
		case part.name != "" && !slices.Contains(consentValues, part.name):
			return fmt.Errorf("{{.%s}} is none of %v", part.name, consentValues)
		case part.tag == "":
		case part.tag[0] == '/':
			if part.tag[1:] != open {
				return fmt.Errorf("<%s> closes nothing", part.tag)
			}
			if words == 0 {
				return fmt.Errorf("<%s> has no words", open)
			}
			open = ""
		case open != "":
			return fmt.Errorf("<%s> stands within <%s>", part.tag, open)
		default:
			if open, words = part.tag, 0; open == "a" {
				links++
			}
		}
	}
	switch {
	case open != "":
		return fmt.Errorf("<%s> is not closed", open)
	case p.blank():
		return errors.New("is empty")
	case linked != (links > 0):
		return errors.New("<a> and url belong together: <a> marks the words that lead to it")
	}
	return nil
}

// blank reports whether a sentence says nothing.
func (p *phrase) blank() bool {
	return !slices.ContainsFunc(*p, part.says)
}

// says reports whether a part is something that is read.
func (p part) says() bool {
	return p.name != "" || strings.ContainsFunc(p.text, func(r rune) bool { return unicode.IsPrint(r) && !unicode.IsSpace(r) })
}

// in gives the sentence in the page's language, or else in the first of the market's languages that it is known in; tag says which when
// it is not the page's.
func (c *consent) in(page string, m pay.Market) (p *phrase, tag string) {
	if p := c.texts[page]; p != nil {
		return p, ""
	}
	for _, locale := range m.Locales {
		if p := c.texts[baseOf(locale)]; p != nil {
			return p, baseOf(locale)
		}
	}
	first := slices.Sorted(maps.Keys(c.texts))[0]
	return c.texts[first], first
}

// reviewConsents are the sentences above the button. Which they are is a rule, or the operator's word; here they are said.
func (p *Page) reviewConsents(v *View, pg *engine.Page, amount, total string) []text {
	m, _ := pay.MarketOf(pg.Payment.Session.Country)
	values := []any{"Merchant", v.Merchant, "Amount", amount, "Total", total, "Date", v.laterDue(pg), "Days", m.Withdrawal().Days}
	own, said := p.consents.of(m.Country, &pg.Hosted.Progress), false
	if pg.Payment.Session.Intent == pay.Tokenize {
		own = nil // no money moves: what the operator says of a charge or a loan would not be true
	}
	var out []text
	for _, c := range pg.Payment.Consents(pg.Hosted, pg.Now) {
		if len(own) == 0 || !c.OfWay() {
			out = append(out, v.H("consent."+string(c), append(values, "href", pg.Hosted.URLs.Terms)...))
			continue
		}
		if said {
			continue
		}
		said = true
		for i := range own {
			sentence, tag := own[i].in(baseOf(v.Lang), m)
			said := sentence.markup("consents", append(values, "href", own[i].url))
			if tag != "" {
				said = text(`<span lang="` + tag + `" dir="auto">` + string(said) + `</span>`) // a tag of ours around a sentence that is escaped
			}
			out = append(out, said)
		}
	}
	return out
}
