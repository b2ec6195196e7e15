package bench

import (
	"bytes"
	"html"
	"net/url"
	"slices"
	"strings"
)

// page is what a plain HTTP client needs of the consumer's page: where the purchase stands, and the form that goes on.
type page struct {
	status string // data-status of the body
	form   *form  // the form that carries data-step; nil when nothing is left to fill in
}

// form is the main form of one step, with the values the page gave it.
type form struct {
	step   string // data-step: method, contact, code, plan, review …
	action string // "" posts to the page's own address
	fields []field
}

// field is a control of a form. Several of one name are one choice.
type field struct {
	name, value string
	choice      bool // one of several of its name: radio, option, named submit button
	chosen      bool // checked or selected by the page
	optional    bool // a check box that nobody must tick
	primary     bool // the button that goes on
}

// typed is what our consumer types where the page left a field empty: the Swedish test person, approved.
var typed = map[string]string{
	"email":                          "customer@email.se",
	"phone":                          "+46701740615",
	"given_name":                     "Alice",
	"family_name":                    "Test",
	"street_address":                 "Södra Blasieholmshamnen 2",
	"postal_code":                    "11148",
	"city":                           "Stockholm",
	"date_of_birth":                  "1941-03-21",
	"national_identification_number": "194103219202",
	"code":                           "123456",
	"card_number":                    "4111111111111111",
	"card_expiry":                    "12/49",
	"card_cvc":                       "123",
	"iban":                           "DE11520513735120710131",
}

// preferred is what our consumer picks where there is a choice; else the page's own choice, else the first.
var preferred = map[string]string{"category": "pay_later"}

// fill returns the form's values as a consumer who wants to go on submits them.
func (f *form) fill() url.Values {
	values := url.Values{}
	for i, c := range f.fields {
		switch {
		case c.name == "":
		case c.choice:
			if first := slices.IndexFunc(f.fields, func(o field) bool { return o.choice && o.name == c.name }); first == i {
				values.Set(c.name, f.pick(c.name))
			}
		case c.optional && !c.chosen:
		case c.value == "":
			values.Add(c.name, typed[c.name])
		default:
			values.Add(c.name, c.value)
		}
	}
	return values
}

// pick returns the value of the choice: what we prefer if the page offers it, else what the page has chosen, else the
// button that goes on, else the first.
func (f *form) pick(name string) string {
	best, rank := "", -1
	for _, c := range f.fields {
		if !c.choice || c.name != name {
			continue
		}
		r := 0
		switch {
		case c.value == preferred[name]:
			r = 3
		case c.chosen:
			r = 2
		case c.primary:
			r = 1
		}
		if r > rank {
			best, rank = c.value, r
		}
	}
	return best
}

// readPage finds the main form in a page. It reads HTML as our templates write it: attributes quoted, tags closed.
func readPage(text []byte) page {
	var p page
	var selectName string
	inMain := false
	for tag := range tags(text) {
		switch tag.name {
		case "body":
			p.status = tag.attr("data-status")
		case "form":
			if step, main := tag.lookup("data-step"); main && p.form == nil {
				p.form = &form{step: step, action: tag.attr("action")}
				inMain = true
			}
		case "/form":
			inMain = false
		case "select":
			selectName = tag.attr("name")
		case "input", "button", "option", "textarea":
			if c, ok := control(tag, selectName); ok && inMain {
				p.form.fields = append(p.form.fields, c)
			}
		}
	}
	return p
}

// control reads one control of a form; false for one that is never submitted.
func control(tag tag, selectName string) (field, bool) {
	c := field{name: tag.attr("name"), value: tag.attr("value")}
	if _, off := tag.lookup("disabled"); off {
		return c, false
	}
	_, c.primary = tag.lookup("data-primary")
	switch kind := tag.attr("type"); {
	case tag.name == "option":
		c.name, c.choice = selectName, true
		_, c.chosen = tag.lookup("selected")
	case tag.name == "button" || kind == "submit":
		c.choice = true
		return c, c.name != "" && kind != "button" && kind != "reset"
	case kind == "radio":
		c.choice = true
		_, c.chosen = tag.lookup("checked")
	case kind == "checkbox":
		if c.value == "" {
			c.value = "on"
		}
		_, c.chosen = tag.lookup("checked")
		_, must := tag.lookup("required")
		c.optional = !must
	}
	return c, true
}

// tag is one tag of a page: its name in lower case, with a slash in front when it closes, and its attributes as text.
type tag struct {
	name string
	rest []byte
}

// tags walks through a page's tags; comments and what stands within style and script are passed over.
func tags(text []byte) func(yield func(tag) bool) {
	return func(yield func(tag) bool) {
		for {
			at := bytes.IndexByte(text, '<')
			if at < 0 {
				return
			}
			text = text[at+1:]
			if bytes.HasPrefix(text, []byte("!--")) {
				_, text, _ = bytes.Cut(text, []byte("-->"))
				continue
			}
			end := tagEnd(text)
			if end < 0 {
				return
			}
			t := readTag(text[:end])
			text = text[end+1:]
			if t.name == "style" || t.name == "script" {
				_, text, _ = bytes.Cut(text, []byte("</"+t.name))
			}
			if !yield(t) {
				return
			}
		}
	}
}

// tagEnd is where the tag's > stands, outside quotes; -1 when it does not end.
func tagEnd(text []byte) int {
	var quote byte
	for i, b := range text {
		switch {
		case quote != 0:
			if b == quote {
				quote = 0
			}
		case b == '"' || b == '\'':
			quote = b
		case b == '>':
			return i
		}
	}
	return -1
}

func readTag(text []byte) tag {
	end := bytes.IndexAny(text, " \t\r\n")
	if end < 0 {
		end = len(text)
	}
	return tag{name: strings.ToLower(strings.TrimSuffix(string(text[:end]), "/")), rest: text[end:]}
}

// attr is the attribute's value, "" when it is not there.
func (t tag) attr(name string) string {
	value, _ := t.lookup(name)
	return value
}

// lookup returns the attribute's value with its references resolved, and whether it is there at all.
func (t tag) lookup(name string) (string, bool) {
	rest := t.rest
	for {
		rest = bytes.TrimLeft(rest, " \t\r\n/")
		if len(rest) == 0 {
			return "", false
		}
		end := bytes.IndexAny(rest, "= \t\r\n/")
		if end < 0 {
			end = len(rest)
		}
		key := rest[:end]
		rest = bytes.TrimLeft(rest[end:], " \t\r\n")
		var value []byte
		if len(rest) > 0 && rest[0] == '=' {
			value, rest = attrValue(bytes.TrimLeft(rest[1:], " \t\r\n"))
		}
		if strings.EqualFold(string(key), name) {
			return html.UnescapeString(string(value)), true
		}
	}
}

// attrValue cuts the value off the front of the text.
func attrValue(text []byte) (value, rest []byte) {
	if len(text) > 0 && (text[0] == '"' || text[0] == '\'') {
		value, rest, _ = bytes.Cut(text[1:], text[:1])
		return value, rest
	}
	end := bytes.IndexAny(text, " \t\r\n")
	if end < 0 {
		end = len(text)
	}
	return text[:end], text[end:]
}
