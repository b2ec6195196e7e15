package page_test

import (
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// others is what is no word of ours: the merchant's and the consumer's, marks of money and clocks, the names of languages.
var others = regexp.MustCompile(`Nordlys Cykler|Front light Fyr 600|Merino cycling cap|Puncture repair kit|Welcome back, 10% off|Delivery, 2–4 days|` +
	`.••@example\.com|kim@example\.com|Kim Larsen|14 Canal Row|London N1.7AA|hello@nordlys\.example|\bUTC\b|K[0-9A-Z-]{6,}|^Kassa$`)

// textsOf are the texts of a page that a person reads or hears, one for each element's own.
func textsOf(t *testing.T, body string) []string {
	t.Helper()
	root, err := html.Parse(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		switch {
		case n.Type == html.TextNode && strings.TrimSpace(n.Data) != "":
			out = append(out, strings.TrimSpace(n.Data))
		case n.Type == html.ElementNode && (n.Data == "style" || n.Data == "script" || n.Data == "option" || n.Data == "a" && attribute(n, "hreflang") != ""):
			return // countries by their codes, languages by their own names
		}
		for _, name := range []string{"aria-label", "alt", "title", "placeholder"} {
			if v := attribute(n, name); v != "" {
				out = append(out, v)
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(root)
	return out
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

var plainWord = regexp.MustCompile(`[A-Za-z]+`)

// inPseudo fails when something on a page was never put into words, or was put together of pieces that are not closed.
func inPseudo(t *testing.T, name, body string) {
	t.Helper()
	if !strings.Contains(body, `<html lang="en-XA" dir="ltr">`) {
		t.Errorf("%s is not in the pseudo-locale", name)
	}
	texts, opened := textsOf(t, body), 0
	for _, text := range texts {
		rest := others.ReplaceAllString(text, "")
		if word := plainWord.FindString(rest); word != "" {
			t.Errorf("%s: %q was never put into words: %q", name, word, text)
		}
		opened += strings.Count(text, "[") - strings.Count(text, "]")
	}
	if opened != 0 || len(texts) < 5 {
		t.Errorf("%s: %d sentences are not closed, %d texts: %q", name, opened, len(texts), texts)
	}
}

// Every state in the pseudo-locale: no word of English is left, but in what the merchant and the consumer have written.
func TestPseudo_everyWordIsOurs(t *testing.T) {
	w := open(t)
	for _, s := range standings(w) {
		inPseudo(t, s.name, w.Open(t, pseudo(s.link)).Body)
	}
	faults := w.link(british, ``, everyURL)
	w.Open(t, faults).To("contact", "pay_later")
	inPseudo(t, "faults", w.Open(t, pseudo(faults)).Form().Set("email", "kim.example.com").Set("phone", "7700").Set("postal_code", "").Submit().Body)
	wrong := w.known("kim@example.com", ``, everyURL)
	w.Open(t, wrong).To("code", "pay_later")
	inPseudo(t, "wrong code", w.Open(t, pseudo(wrong)).Form().Set("code", "999999").Submit().Body)
	plan := w.known("kim@example.com", ``, everyURL)
	w.Open(t, plan).To("review", "pay_over_time")
	inPseudo(t, "review of a plan", w.Open(t, pseudo(plan)).Body)
	timer, expired, advance := w.late(w.known("kim@example.com", ``, everyURL))
	inPseudo(t, "timer", w.Open(t, pseudo(timer.link)).Body)
	advance()
	inPseudo(t, "expired", w.Open(t, pseudo(expired.link)).Body)
}

func pseudo(link string) string { return inLanguage(link, "en-XA") }

// inLanguage is an address with a language chosen.
func inLanguage(link, tag string) string {
	if strings.Contains(link, "?") {
		return link + "&lang=" + tag
	}
	return link + "?lang=" + tag
}

// Outside the sandbox nobody speaks it, and no switch offers it anywhere.
func TestPseudo_isOfTheSandboxOnly(t *testing.T) {
	w, _ := forReal(t)
	link := w.known("kim@example.com", ``, everyURL)
	if _, body := w.get("GET", pseudo(link)); !strings.Contains(body, `<html lang="en" dir="ltr">`) || strings.Contains(body, "en-XA") {
		t.Error("the pseudo-locale is spoken outside the sandbox")
	}
	sandbox := open(t)
	if _, body := sandbox.get("GET", sandbox.known("kim@example.com", ``, everyURL)); strings.Contains(body, "en-XA") {
		t.Error("the switch offers the pseudo-locale")
	}
}

// The switch offers the market's languages, the browser's, and those written from right to left; a choice stays through the steps.
func TestSwitch_offersTheMarketsLanguages(t *testing.T) {
	w := open(t)
	offered := func(link, accept string) string {
		_, body := w.get("GET", link, "Accept-Language", accept)
		var out []string
		for _, m := range regexp.MustCompile(`<a href="[^"]*" lang="([^"]*)" hreflang="[^"]*"( aria-current="true")?>`).FindAllStringSubmatch(body, -1) {
			if m[2] != "" {
				m[1] += "*"
			}
			out = append(out, m[1])
		}
		return strings.Join(out, " ")
	}
	swiss := w.link(market("CH", "CHF", "de-CH"), ``, everyURL)
	for _, tc := range []struct{ link, accept, want string }{
		{w.known("kim@example.com", ``, everyURL), "", "en* ar he"},
		{w.known("kim@example.com", ``, everyURL), "fr-FR,fr;q=0.9", "en* fr ar he"},
		{w.known("kim@example.com", ``, everyURL), "he", "en* ar he"},
		{swiss, "", "de* fr it en ar he"},
		{inLanguage(swiss, "sv"), "es;q=1", "de fr it en es sv* ar he"},
		{inLanguage(swiss, "ar"), "tlh", "de fr it en ar* he"},
	} {
		if got := offered(tc.link, tc.accept); got != tc.want {
			t.Errorf("%s %q: %s, want %s", tc.link, tc.accept, got, tc.want)
		}
	}
	if all := strings.Fields(offered(w.URL()+"/pay/nothing", "")); len(all) < 9 || all[0] != "en*" {
		t.Errorf("a page of no market offers %v", all)
	}
	before := w.version(swiss)
	tab := w.Open(t, inLanguage(swiss, "fr"))
	if w.version(swiss) != before {
		t.Error("choosing a language changed something")
	}
	if next := tab.Form().Submit(); !strings.Contains(next.Body, `<html lang="fr"`) {
		t.Errorf("the choice is lost in the next step: %s", words(next.Body))
	}
}
