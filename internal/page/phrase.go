package page

import (
	"errors"
	"fmt"
	"html/template"
	"strconv"
	"strings"
	"unicode"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

// form is a plural form of CLDR.
type form uint8

const (
	other form = iota
	zero
	one
	two
	few
	many
	formCount
)

var formNames = [formCount]string{"other", "zero", "one", "two", "few", "many"}

// smallNumbers is how many numbers' forms are known beforehand; larger ones are asked for.
const smallNumbers = 32

// message is one sentence of a catalogue, in the forms it has.
type message struct {
	forms [formCount]*phrase
	exact map[int]*phrase // sentences for one number: code.wrong.4 is what code.wrong says of 4
}

// phrase is a sentence taken apart: literals, the places where values are put in, and the tags b and a.
type phrase []part

type part struct {
	text string        // a literal, plain
	html template.HTML // the same, escaped
	name string        // or the name of the value that is put in
	tag  string        // or b, /b, a, /a
}

// newMessage takes a catalogue's entry apart.
func newMessage(m *i18n.Message) (*message, error) {
	out := &message{}
	for f, text := range [formCount]string{m.Other, m.Zero, m.One, m.Two, m.Few, m.Many} {
		if text == "" {
			continue
		}
		var err error
		if out.forms[f], err = newPhrase(text); err != nil {
			return nil, err
		}
	}
	if out.forms[other] == nil {
		return nil, errors.New("has no text, or no form other")
	}
	return out, nil
}

// newPhrase reads {{.Name}}, <b>, </b>, <a> and </a>; nothing else is markup.
func newPhrase(text string) (*phrase, error) {
	var out phrase
	literal := func(s string) {
		if s != "" {
			out = append(out, literalPart(s))
		}
	}
	for text != "" {
		i := strings.IndexAny(text, "{<")
		if i < 0 {
			literal(text)
			break
		}
		literal(text[:i])
		text = text[i:]
		open, shut := "{{.", "}}"
		if text[0] == '<' {
			open, shut = "<", ">"
		}
		inside, rest, found := strings.Cut(strings.TrimPrefix(text, open), shut)
		if !found || !strings.HasPrefix(text, open) {
			return nil, fmt.Errorf("%q is neither a value nor a tag", text)
		}
		p := part{name: inside}
		if open == "<" {
			p = part{tag: inside}
			if inside != "b" && inside != "/b" && inside != "a" && inside != "/a" {
				return nil, fmt.Errorf("tag <%s> is not one of b and a", inside)
			}
		}
		out, text = append(out, p), rest
	}
	return &out, nil
}

// countWith prepares the forms that numbers take in a language: the rules are go-i18n's, asked through a message whose forms say
// their own names.
func (l *catalogue) countWith(bundle *i18n.Bundle, tag language.Tag) error {
	n := formNames
	if err := bundle.AddMessages(tag, &i18n.Message{ID: "form", Other: n[other], Zero: n[zero], One: n[one], Two: n[two], Few: n[few], Many: n[many]}); err != nil {
		return fmt.Errorf("plural rules: %w", err)
	}
	l.localizer = i18n.NewLocalizer(bundle, tag.String())
	for i := range l.forms {
		l.forms[i] = l.ask(i)
	}
	return nil
}

func (l *catalogue) ask(n int) form {
	name, err := l.localizer.Localize(&i18n.LocalizeConfig{MessageID: "form", PluralCount: n})
	if err != nil {
		return other
	}
	for f, known := range formNames {
		if known == name {
			return form(f)
		}
	}
	return other
}

func (l *catalogue) formOf(n int) form {
	if n >= 0 && n < smallNumbers {
		return l.forms[n]
	}
	return l.ask(n)
}

// rewritten gives the message with every phrase changed.
func (m *message) rewritten(change func(phrase) phrase) *message {
	out := &message{}
	for f, p := range m.forms {
		if p != nil {
			q := change(*p)
			out.forms[f] = &q
		}
	}
	for n, p := range m.exact {
		if out.exact == nil {
			out.exact = map[int]*phrase{}
		}
		q := change(*p)
		out.exact[n] = &q
	}
	return out
}

// literalPart is a part that stands as it is.
func literalPart(s string) part {
	return part{text: s, html: template.HTML(template.HTMLEscapeString(s))} // escaped
}

// exactForms hangs sentences like errors.2 on errors.
func (l *catalogue) exactForms() {
	for id, m := range l.messages {
		i := strings.LastIndexByte(id, '.')
		if i < 0 {
			continue
		}
		n, err := strconv.Atoi(id[i+1:])
		whole := l.messages[id[:i]]
		if err != nil || whole == nil {
			continue
		}
		if whole.exact == nil {
			whole.exact = map[int]*phrase{}
		}
		whole.exact[n] = m.forms[other]
	}
}

// message finds a sentence in all its forms: the region's, or else the language's. It is nil when there is none.
func (l *catalogue) message(id string) *message {
	if m := l.messages[id]; m != nil || l.parent == nil {
		return m
	}
	return l.parent.messages[id]
}

// find gives the sentence, nil when there is none.
func (l *catalogue) find(id string) *phrase {
	if m := l.message(id); m != nil {
		return m.forms[other]
	}
	return nil
}

func (l *catalogue) findCount(id string, n int) *phrase {
	m := l.message(id)
	if m == nil {
		return nil
	}
	if p := m.exact[n]; p != nil {
		return p
	}
	if p := m.forms[l.formOf(n)]; p != nil {
		return p
	}
	return m.forms[other]
}

// Has reports whether there is such a sentence.
func (l *catalogue) Has(id string) bool { return l.message(id) != nil }

// T gives a sentence as plain text; kv are the names and values of what is put into it.
func (l *catalogue) T(id string, kv ...any) string { return l.find(id).text(id, kv, l.rtl) }

// TN gives a sentence that depends on a number, which is put in as Count.
func (l *catalogue) TN(id string, n int, kv ...any) string {
	return l.findCount(id, n).text(id, append(kv, "Count", n), l.rtl)
}

// H gives a sentence as HTML: what is put in is escaped and isolated, so that a name written the other way round disturbs
// nothing around it. The value named href is where <a> leads.
func (l *catalogue) H(id string, kv ...any) template.HTML { return l.find(id).markup(id, kv) }

// HN is H for a sentence that depends on a number.
func (l *catalogue) HN(id string, n int, kv ...any) template.HTML {
	return l.findCount(id, n).markup(id, append(kv, "Count", n))
}

// unknown marks a sentence that is in no catalogue; tests look for it on every page.
func unknown(id string) string { return "⟦" + id + "⟧" }

// value finds what is put in under a name.
func value(name string, kv []any) any {
	for i := 0; i+1 < len(kv); i += 2 {
		if kv[i] == name {
			return kv[i+1]
		}
	}
	return nil
}

// text writes the sentence without markup. Within a language written from right to left names of the other direction are isolated.
func (p *phrase) text(id string, kv []any, rtl bool) string {
	if p == nil {
		return unknown(id)
	}
	if len(*p) == 1 && (*p)[0].name == "" {
		return (*p)[0].text
	}
	var b strings.Builder
	for i := range *p {
		part := &(*p)[i]
		if part.name == "" {
			b.WriteString(part.text)
			continue
		}
		switch v := value(part.name, kv).(type) {
		case string:
			if part.name == "Merchant" || part.name == "Order" || part.name == "Unit" { // what a merchant wrote; others are sentences of ours
				v = withoutOverrides(v)
			}
			if rtl {
				v = isolatePlain(v)
			}
			b.WriteString(v)
		case int:
			b.WriteString(strconv.Itoa(v))
		default:
			b.WriteString(unknown(part.name))
		}
	}
	return b.String()
}

func (p *phrase) markup(id string, kv []any) template.HTML {
	if p == nil {
		return template.HTML(unknown(template.HTMLEscapeString(id))) // escaped
	}
	var b strings.Builder
	for i := range *p {
		part := &(*p)[i]
		switch part.tag {
		case "b", "/b", "/a":
			b.WriteString("<" + part.tag + ">")
			continue
		case "a":
			href, _ := value("href", kv).(string)
			b.WriteString(`<a href="` + template.HTMLEscapeString(webAddress(href)) + `" rel="noopener noreferrer">`)
			continue
		}
		if part.name == "" {
			b.WriteString(string(part.html))
			continue
		}
		switch v := value(part.name, kv).(type) {
		case string:
			b.WriteString(string(isolate(v)))
		case template.HTML:
			b.WriteString(string(v))
		case int:
			b.WriteString(strconv.Itoa(v))
		default:
			b.WriteString(unknown(part.name))
		}
	}
	return template.HTML(b.String()) // literals and values were escaped above
}

// webAddress keeps what a browser would run out of links.
func webAddress(url string) string {
	if strings.HasPrefix(url, "https://") || strings.HasPrefix(url, "http://") {
		return url
	}
	return "#"
}

// isolate escapes a text and keeps its direction to itself.
func isolate(s string) template.HTML {
	if s == "" {
		return ""
	}
	return template.HTML("<bdi>" + template.HTMLEscapeString(s) + "</bdi>") // escaped
}

// override reports whether a rune changes the direction of what follows it, beyond its own text: where there is no markup to keep it in,
// it is left out.
func override(r rune) bool { return r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 }

// withoutOverrides is text that somebody typed, for where there is no markup.
func withoutOverrides(s string) string {
	if !strings.ContainsFunc(s, override) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if override(r) {
			return -1
		}
		return r
	}, s)
}

// isolatePlain is isolate for text without markup: names that are written from left to right stand between U+2068 and U+2069.
// Addresses do not: a telephone that makes links of them would take the mark for a part.
func isolatePlain(s string) string {
	if strings.Contains(s, "://") || !strings.ContainsFunc(s, func(r rune) bool { return r < 0x0590 && unicode.IsLetter(r) }) {
		return s
	}
	return "\u2068" + s + "\u2069"
}

// isolateLTR is isolate for what is written from left to right in every language: addresses, numbers, codes.
func isolateLTR(s string) template.HTML {
	if s == "" {
		return ""
	}
	return template.HTML(`<bdi dir="ltr">` + template.HTMLEscapeString(s) + "</bdi>") // escaped
}
