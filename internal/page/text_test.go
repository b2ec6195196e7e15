package page_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"

	"kassa/internal/engine"
	"kassa/internal/page"
)

// withinWords are the elements that stand inside a sentence: what touches their edge belongs to the same words.
var withinWords = map[string]bool{"bdi": true, "b": true, "a": true}

// runTogether lists the places of a page at which words of two elements touch when only their text is read: by a browser without
// style sheets, by whoever copies it, by a program that reads pages or mails aloud. What no reader is given is left out.
func runTogether(t *testing.T, body string) (found []string) {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	last, crossed := "", ""
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		switch {
		case n.Type == html.TextNode && n.Data != "":
			a, _ := utf8.DecodeLastRuneInString(last)
			b, _ := utf8.DecodeRuneInString(n.Data)
			if crossed != "" && last != "" && !unicode.IsSpace(a) && !unicode.IsSpace(b) {
				found = append(found, fmt.Sprintf("%q%s%q", last, crossed, n.Data))
			}
			last, crossed = n.Data, ""
			return
		case n.Type != html.ElementNode:
		case n.Data == "head", n.Data == "script", n.Data == "svg", n.Data == "option":
			return
		case n.Data == "br":
			last = ""
		}
		edge := n.Type == html.ElementNode && !withinWords[n.Data]
		if edge {
			crossed += "<" + n.Data + ">"
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
		if edge {
			crossed += "</" + n.Data + ">"
		}
	}
	walk(doc)
	return found
}

// A check that cannot fail would be none.
func TestText_findsWhatRunsTogether(t *testing.T) {
	for body, want := range map[string]int{
		`<dt>shoe<span>2 × 898</span></dt>`: 1, `<b>Pay now</b> <i>1 796,00</i>`: 0, `<p>to <bdi>Kim</bdi>, <a href="/">now</a>.</p>`: 0,
		`<p>One</p><p>Two</p>`: 1, "<p>One</p>\n<p>Two</p>": 0, `Street<br>City`: 0, `<button>No</button><button>Yes</button>`: 1,
	} {
		if got := runTogether(t, body); len(got) != want {
			t.Errorf("%s: %q", body, got)
		}
	}
}

// Every state without style sheets: nothing runs together.
func TestText_wordsStandApart(t *testing.T) {
	w := open(t)
	look := func(name, link string) {
		for _, lang := range []string{"sv", "ar"} {
			_, body := w.get("GET", inLanguage(link, lang))
			for _, found := range runTogether(t, body) {
				t.Errorf("%s %s: %s", name, lang, found)
			}
		}
	}
	for name, address := range clerkStates(w) {
		look("clerk "+name, address)
	}
	faults := w.link(british, ``, everyURL)
	_, body := w.post(faults, w.Open(t, faults).To("contact", "pay_later").Form().Set("email", "kim.example.com").Set("phone", "7700").Values)
	if !strings.Contains(body, `class="alert"`) {
		t.Fatalf("no faults: %s", words(body))
	}
	for _, found := range runTogether(t, body) {
		t.Errorf("faults: %s", found)
	}
	everyState(t, w, func(s standing) { look(s.name, s.link) })
}

// The order stands once on a page: what folds and unfolds it says nothing twice.
func TestText_theOrderStandsOnce(t *testing.T) {
	w := open(t)
	for step, name := range map[string]string{"method": "before", "review": "at review", "outcome": "the receipt"} {
		link := w.known("kim@example.com", ``, everyURL)
		tab := w.Open(t, link)
		if step != "method" {
			tab.To(step, "pay_later")
		}
		for what, want := range map[string]int{"Puncture repair kit": 1, "2 × £19.50": 1, "Show the order": 1, "Delivery, 2–4 days": 1, "Hide the order": 0} {
			if got := strings.Count(tab.Text(), what); got != want {
				t.Errorf("%s: %d times %q in %s", name, got, what, tab.Text())
			}
		}
	}
}

// The HTML of a mail is read by programs that know less of tables than a browser.
func TestText_mailsToo(t *testing.T) {
	w := open(t)
	p, link := w.messages(), w.known("kim@example.com", ``, everyURL)
	w.Open(t, link).Pay("pay_over_time")
	pg := w.state(link)
	for kind, write := range map[string]func(context.Context, *engine.Page) (*page.Mail, error){"link": p.LinkMail, "receipt": p.ReceiptMail} {
		for _, locale := range []string{"sv-SE", "ar", "de-DE"} {
			pg.Payment.Session.Locale = locale
			mail, err := write(t.Context(), pg)
			if err != nil {
				t.Fatal(err)
			}
			for _, found := range runTogether(t, mail.HTML) {
				t.Errorf("%s %s: %s", kind, locale, found)
			}
		}
	}
}
