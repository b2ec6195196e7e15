package page_test

import (
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// hostile is text that breaks out of HTML, attributes, addresses and the direction of the line.
const hostile = `"><script>alert(1)</script><img src=x onerror=alert(2)>' onclick='alert(3)'&lt;\u202e{{.T}}<a>x</a>`

// elements counts the elements of a page, and lists attributes that would run something.
func elements(t *testing.T, body string) (count map[string]int, running []string) {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	count = map[string]int{}
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		count[n.Data]++
		for _, a := range n.Attr {
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" || strings.HasPrefix(strings.ToLower(strings.TrimSpace(a.Val)), "javascript:") {
				running = append(running, n.Data+" "+a.Key)
			}
		}
	}
	return count, running
}

func TestEscaping_ofWhatMerchantsAndConsumersWrite(t *testing.T) {
	w := open(t)
	quoted := strings.NewReplacer(`\u202e`, `\u202e`, `"`, `\"`).Replace(hostile)
	cart := market("GB", "GBP", "en-GB")
	cart = strings.Replace(cart, `"Front light Fyr 600"`, `"`+quoted+`"`, 1)
	cart = strings.Replace(cart, `"Welcome back, 10% off"`, `"`+quoted+`"`, 1)
	cart = strings.Replace(cart, `"10482"`, `"`+quoted+`"`, 1)
	urls := everyURL + `,"terms":"https://shop.example/?a=\"><script>x</script>","privacy_policy":"https://shop.example/' onclick='x"`
	options := `"page_title":"` + quoted + `"`
	calm := w.Open(t, w.known("kim@example.com", `"page_title":"Calm"`, everyURL+`,"terms":"https://shop.example/t","privacy_policy":"https://shop.example/p"`))
	tab := w.Open(t, w.link(cart, options, urls))
	check := func(what, body, like string) {
		t.Helper()
		got, running := elements(t, body)
		want := map[string]int{}
		if like != "" {
			want, _ = elements(t, like)
		}
		if len(running) > 0 || got["script"] != 1 || got["img"] > 0 {
			t.Errorf("%s: %v run, %d scripts, %d images", what, running, got["script"], got["img"])
		}
		for name := range want {
			if got[name] != want[name] {
				t.Errorf("%s: %d elements %s, want %d", what, got[name], name, want[name])
			}
		}
		if strings.Contains(body, "ZgotmplZ") {
			t.Errorf("%s: an address was thrown away", what)
		}
	}
	check("method", tab.Body, calm.Body)
	tab.To("contact", "pay_later")
	form := tab.Form()
	for name := range form.Values {
		switch name {
		case "step", "nonce", "sig", "action", "phone_country":
		default:
			form.Set(name, strings.ReplaceAll(hostile, `\u202e`, "\u202e"))
		}
	}
	faulty := form.Submit()
	check("contact with faults", faulty.Body, "")
	if n := strings.Count(faulty.Body, "aria-invalid"); n < 5 || faulty.Step() != "contact" {
		t.Errorf("%d faults at step %q", n, faulty.Step())
	}

	// What the rules take of it comes back escaped as well.
	again := w.Open(t, w.link(cart, ``, urls)).To("contact", "pay_later")
	again.Form().Set("street_address", `O'Neil Row 1`).Set("city", `<script>c</script>`).Submit()
	again.To("review", "pay_later")
	if again.Step() != "review" || !strings.Contains(again.Body, "O&#39;Neil Row 1, &lt;script&gt;c&lt;/script&gt;") || strings.Contains(scriptless(t, again.Body), "<script") {
		t.Errorf("step %q: %s", again.Step(), again.Body)
	}
	if got, running := elements(t, again.Pay("pay_later").Body); len(running) > 0 || got["script"] != 1 || again.PageStatus() != "COMPLETED" {
		t.Errorf("receipt: %v, %v", got, running)
	}
}

// A merchant's name can be written from right to left, and long: it is isolated and pushes nothing away.
func TestEscaping_addressesInHeadersAreASCII(t *testing.T) {
	w := open(t)
	tab := w.Open(t, w.known("kim@example.com", ``, `"success":"https://shop.example/köp/{{session_id}}?q=\"ä b\"#ü"`)).Pay("pay_later")
	refresh := tab.Header.Get("Refresh")
	for _, c := range []byte(refresh) {
		if c < 0x20 || c >= 0x7f {
			t.Fatalf("Refresh: %q", refresh)
		}
	}
	id := string(w.state(tabLink(tab.Body)).Hosted.ID)
	if want := `0;url=https://shop.example/k%C3%B6p/` + id + `?q=%22%C3%A4%20b%22#%C3%BC`; refresh != want {
		t.Errorf("Refresh %q, want %q", refresh, want)
	}
}

// tabLink finds the page's own address in its language switch.
func tabLink(body string) string {
	_, rest, _ := strings.Cut(body, `<li><a href="`)
	address, _, _ := strings.Cut(rest, "?")
	return address
}
