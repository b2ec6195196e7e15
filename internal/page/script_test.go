package page_test

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"kassa/internal/browser"
)

// ownScript finds the script at the end of a page, by what it begins with.
var ownScript = regexp.MustCompile(`(?s)<script>("use strict";\n.*?)</script></body>\n</html>\n$`)

// scriptless takes the page's own script out of it.
func scriptless(t *testing.T, body string) string {
	t.Helper()
	at := ownScript.FindStringSubmatchIndex(body)
	if at == nil {
		t.Fatalf("the page's script is not at its end: %q", body[max(len(body)-200, 0):])
	}
	if got := hashOf(body[at[2]:at[3]]); got != ownHash() {
		t.Errorf("the script's hash is %s, the policy says %s", got, ownHash())
	}
	return body[:at[0]] + body[at[3]:]
}

func hashOf(script string) string {
	sum := sha256.Sum256([]byte(script))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// ownHash is the hash of the file, without comments and indentation.
func ownHash() string {
	source, err := os.ReadFile("script/kassa.js")
	if err != nil {
		panic(err)
	}
	var lines []string
	for line := range strings.Lines(string(source)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "//") {
			lines = append(lines, line)
		}
	}
	return hashOf(strings.Join(lines, "\n"))
}

func TestScript_isSmallAndNeedsNothing(t *testing.T) {
	source, err := os.ReadFile("script/kassa.js")
	if err != nil || len(source) > 5*1024 {
		t.Errorf("%d bytes, %v", len(source), err)
	}
}

// With the script a field is looked at when it is left, by the server's rules; nothing is saved.
func TestScript_looksAtFields(t *testing.T) {
	w := open(t)
	link := w.link(british, ``, everyURL)
	w.Open(t, link).To("contact", "pay_later")
	tab := browser.Start(t).Tab(t, browser.Look{Width: 390, Height: 844, Script: true})
	tab.Open(link)
	before := w.version(link)
	tab.Type("#email", "kim.example.com")
	tab.Click("#given_name")
	tab.See("#email-err")
	if said := tab.Text("#email-err"); said != "Write it with an @, like name@example.com" {
		t.Errorf("the field says %q", said)
	}
	if got := browser.Evaluate[string](tab, `document.querySelector("#email").getAttribute("aria-invalid") + " " + document.getElementById(document.querySelector("#email").getAttribute("aria-describedby").split(" ").pop()).id + " " + document.querySelectorAll(".err").length`); got != "true email-err 1" && got != "true email-hint 1" {
		t.Errorf("the field is %s", got)
	}
	if got := browser.Evaluate[string](tab, `[...document.querySelector("#email").closest(".field").children].filter(e => e.localName !== "br").map(e => e.id || e.localName).join(" ")`); got != "label email-hint email-err email" {
		t.Errorf("the sentence does not stand where the server puts it: %s", got)
	}
	if got := browser.Evaluate[string](tab, `document.querySelector("#main > [role=status]").textContent`); got != "E-mail address: Write it with an @, like name@example.com" {
		t.Errorf("announced: %q", got)
	}
	for _, found := range tab.Axe() {
		t.Error(found)
	}
	tab.Type("#email", "kim@example.com")
	tab.Click("#given_name")
	tab.Gone("#email-err")
	if w.version(link) != before {
		t.Error("looking at a field saved something")
	}
	tab.Press("[data-primary]")
	tab.See("[data-step=code]")
}

// Another country code is another number.
func TestScript_looksAtTheNumberAgainForAnotherCountry(t *testing.T) {
	w := open(t)
	link := w.link(british, ``, everyURL)
	w.Open(t, link).To("contact", "pay_later")
	tab := browser.Start(t).Tab(t, browser.Look{Width: 390, Height: 844, Script: true})
	tab.Open(link)
	tab.Type("#phone", "7700 9001")
	tab.Click("#given_name")
	tab.See("#phone-err")
	browser.Evaluate[bool](tab, `(() => {
  const s = document.querySelector("[name=phone_country]");
  s.value = "NO";
  return s.dispatchEvent(new Event("change", {bubbles: true}));
 })()`)
	tab.Gone("#phone-err")
}

// What the script sends to be looked at has neither the number of a card nor its security code, and an answer that comes too late, or
// is none, says nothing.
func TestScript_sendsNoCard(t *testing.T) {
	w := open(t)
	link := w.known("kim@example.com", ``, everyURL)
	w.Open(t, link).To("plan", "pay_now")
	tab := browser.Start(t).Tab(t, browser.Look{Width: 390, Height: 844, Script: true})
	tab.Open(link)
	browser.Evaluate[bool](tab, `(() => {
  const real = fetch;
  window.asked = [];
  window.held = [];
  window.fetch = (address, o) => new Promise(done => {
    const n = asked.push(o.body.toString());
    held.push(async () => {
      const answer = await real(address, o), text = await answer.text();
      done({ok: answer.ok, text: async () => text});
      setTimeout(() => document.body.setAttribute("data-answered", n));
    });
  });
  return true;
 })()`)
	change := func(id, value string) {
		browser.Evaluate[bool](tab, `(() => {
  const f = document.getElementById("`+id+`");
  f.value = "`+value+`";
  return f.dispatchEvent(new Event("change", {bubbles: true}));
 })()`)
	}
	change("card_number", "4242 4242 4242 4241")
	change("card_cvc", "1")
	change("card_expiry", "01 / 20")
	change("card_expiry", "12 / 29")
	if got := browser.Evaluate[string](tab, `asked.length + " " + asked.filter(b => /4242|card_number|card_cvc/.test(b)).length`); got != "2 0" {
		t.Errorf("asked, with a card: %s", got)
	}
	for _, n := range []string{"2", "1"} { // the later answer comes first
		browser.Evaluate[bool](tab, `(held[`+n+` - 1](), true)`)
		tab.See("[data-answered='" + n + "']")
	}
	if got := tab.Number(`document.querySelectorAll(".err").length`); got != 0 {
		t.Errorf("%v sentences after both answers", got)
	}
}

// A check is asked only with a form of ours, for the step at hand, and tries no code.
func TestScript_checkChangesNothing(t *testing.T) {
	w := open(t)
	link := w.known("kim@example.com", ``, everyURL)
	tab := w.Open(t, link).To("code", "pay_later")
	before := w.version(link)
	for range 10 {
		values := tab.Form().Values
		values.Set("action", "check")
		values.Set("code", "999999")
		if resp, body := w.post(link, values); resp.StatusCode != http.StatusNoContent || body != "" {
			t.Fatalf("status %d: %s", resp.StatusCode, body)
		}
		values.Set("sig", "x")
		if resp, _ := w.post(link, values); resp.StatusCode != http.StatusSeeOther {
			t.Fatalf("a forged form: status %d", resp.StatusCode)
		}
	}
	if w.version(link) != before {
		t.Error("a check was saved")
	}
}

// While an answer is awaited the script looks for it: a proxy takes away what the page would look again by itself with.
func TestScript_seesTheAnswer(t *testing.T) {
	w := open(t)
	link := w.known("kim@example.com", ``, ``)
	_, release := w.pending(w.Open(t, link).To("review", "pay_later"))
	to, err := url.Parse(w.URL())
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(to)
	proxy.ModifyResponse = func(r *http.Response) error {
		r.Header.Del("Refresh")
		return nil
	}
	front := httptest.NewServer(proxy)
	t.Cleanup(front.Close)
	tab := browser.Start(t).Tab(t, browser.Look{Width: 390, Height: 844, Script: true})
	tab.Open(front.URL + strings.TrimPrefix(link, w.URL()))
	tab.See("[data-check]")
	release()
	tab.See(`[data-status=COMPLETED]`)
}

// Two presses at once are one, and the button says that it is busy.
func TestScript_onePressIsOne(t *testing.T) {
	w := open(t)
	link := w.known("kim@example.com", ``, ``)
	w.Open(t, link).To("review", "pay_later")
	tab := browser.Start(t).Tab(t, browser.Look{Width: 390, Height: 844, Script: true})
	tab.Open(link)
	if got := browser.Evaluate[string](tab, `(() => {
  let sent = 0;
  addEventListener("submit", e => { if (!e.defaultPrevented) sent++; e.preventDefault(); });
  const b = document.querySelector("[data-primary]");
  b.click(); b.click(); b.click();
  return sent + " " + b.getAttribute("aria-busy");
 })()`); got != "1 true" {
		t.Errorf("sent, busy: %s", got)
	}
}
