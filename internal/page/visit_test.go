package page_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"kassa/internal/servertest"
)

// visitForm is what the page's own addresses say of the step.
var visitForm = regexp.MustCompile(`^([a-z]+-)?[a-z2-7]{5}$`)

// visitKept is what a link of the page that only changes its look says of the step.
var visitKept = regexp.MustCompile(`\?step=[a-z2-7-]+&amp;`)

// visits follows a tab and remembers where its steps led. Browsers that show what they kept of an address (Links, ELinks and Dillo do,
// in spite of no-store) see each page only when no address comes twice.
type visits struct {
	t    *testing.T
	w    *world
	link string
	seen map[string]bool
}

// submit sends a form and follows where it leads: to an address of the same page, which was never seen.
func (v *visits) submit(f *servertest.Form) *servertest.Consumer {
	v.t.Helper()
	_, location, err := f.Send()
	if err != nil {
		v.t.Fatal(err)
	}
	at, err := url.Parse(location)
	if err != nil {
		v.t.Fatal(err)
	}
	tab := v.w.Open(v.t, v.w.Local(v.w.URL())+location)
	switch name, _, _ := strings.Cut(at.Query().Get("step"), "-"); {
	case v.seen[location]:
		v.t.Errorf("%s was there before", location)
	case !strings.HasSuffix(v.link, at.Path), !visitForm.MatchString(at.Query().Get("step")):
		v.t.Errorf("a step of %s leads to %s", v.link, location)
	case len(location) > len(v.link)+len("?step=checking-xxxxx&lang=pt-PT&changed&done=xxxxxx"):
		v.t.Errorf("%s is long", location)
	case strings.Contains(at.Query().Get("step"), "-") && name != tab.Step():
		v.t.Errorf("%s shows the step %q", location, tab.Step())
	}
	v.seen[location] = true
	return tab
}

// Whatever is submitted, also twice, also what is refused and what changes nothing: each answer leads to an address of its own.
func TestVisit_noAddressComesTwice(t *testing.T) {
	w := open(t)
	link := w.link(`"acquiring_channel":"IN_STORE",`+british+","+kim, ``, `"cancel":"https://shop.example/cancel"`)
	v := &visits{t: t, w: w, link: link, seen: map[string]bool{}}
	tab := w.Open(t, link+"?lang=de")
	for range 3 { // asks, and is kept: nothing has changed
		tab = v.submit(tab.FormOf("data-cancel"))
		tab = v.submit(tab.Form())
	}
	tab = v.submit(tab.Form().Set("category", "pay_now"))
	for range 2 {
		tab = v.submit(tab.Form().Set("code", "999999"))
	}
	tab = v.submit(tab.FormWith("action", "send_code"))
	for range 2 { // there and back
		tab = v.submit(tab.FormWith("action", "change_contact"))
		tab = v.submit(tab.Form())
	}
	for range 2 { // a forged form, and one of another step
		v.submit(tab.Form().Set("sig", "AAAA"))
		v.submit(tab.Form().Set("step", "review"))
	}
	tab = v.submit(tab.Form().Set("code", "123456"))
	for tab.Step() != "review" {
		tab = v.submit(tab.Form())
	}
	tab = v.submit(tab.FormWith("action", "change_method"))
	for tab.Step() != "review" {
		f := tab.Form()
		if tab.Step() == "method" {
			f.Set("category", "pay_now")
		}
		tab = v.submit(f)
	}
	pay := tab.Form()
	tab = v.submit(pay)
	v.submit(pay) // pressed twice
	if tab.Step() != "outcome" || tab.PageStatus() != "COMPLETED" || len(v.seen) < 20 {
		t.Errorf("after %d steps %s, %s", len(v.seen), tab.Step(), tab.PageStatus())
	}
	for at := range v.seen {
		if queryOf(t, at).Get("lang") != "de" {
			t.Errorf("%s has lost the language", at)
		}
	}
}

// The page of a clerk, and one that waits: where they lead by themselves and by their links has never been seen either.
func TestVisit_pagesThatLookAgain(t *testing.T) {
	w := open(t)
	c := w.atTill("kim@example.com", "")
	v := &visits{t: t, w: w, link: c.address, seen: map[string]bool{}}
	v.submit(w.Open(t, c.by("sms")).Form().Set("phone", "70 174 06 15"))
	for range 2 {
		page := w.Open(t, c.by("sms"))
		v.submit(page.FormOf("data-withdraw"))
	}
	waits := w.known("kim@example.com", ``, everyURL)
	w.pending(w.Open(t, waits).To("review", "pay_later"))
	for _, address := range []string{c.by("sms"), c.by("qr"), waits, waits + "?done=" + arrivedAt(w.Clock.Now())} {
		seen := map[string]bool{}
		for range 3 {
			page := w.Open(t, address)
			_, next, _ := strings.Cut(page.Header.Get("Refresh"), ";url=")
			if seen[next] || !visitForm.MatchString(queryOf(t, next).Get("step")) {
				t.Errorf("%s looks again at %q", address, next)
			}
			if !strings.Contains(address, "distributions") && !strings.Contains(page.Body, `href="`+strings.ReplaceAll(next, "&", "&amp;")+`" data-check`) {
				t.Errorf("the link leads elsewhere than %q", next)
			}
			seen[next] = true
			address = w.URL() + next
		}
	}
}

// Whatever the address says of the step, the page shows where the payment stands; what is none of ours goes into no address again.
func TestVisit_isReadByNobody(t *testing.T) {
	w := open(t)
	for name, step := range map[string]string{"method": "method", "review": "review", "paid": "outcome"} {
		link := w.known("kim@example.com", ``, everyURL)
		if step != "method" {
			w.Open(t, link).To(step, "pay_later")
		}
		_, canonical := w.get(http.MethodGet, link)
		before := w.version(link)
		for _, value := range []string{"", "x", "review", "outcome-aaaaa", "method-k3f9q", "review-k3f9q-and-more", "\"><script>", "../../x", "\r\nX: y", strings.Repeat("a", 5000), "%00", "ä"} {
			resp, body := w.get(http.MethodGet, link+"?step="+url.QueryEscape(value))
			if at := visitKept.ReplaceAllString(body, "?"); withoutRandom(at) != withoutRandom(canonical) {
				t.Errorf("%s?step=%q: status %d, another page", name, value, resp.StatusCode)
			}
			if len(value) > 14 && strings.Contains(body, value) {
				t.Errorf("%s?step=%q is repeated", name, value)
			}
		}
		if w.version(link) != before {
			t.Errorf("%s: reading changed something", name)
		}
	}
}

// A change of language stays at the visit: it leads to no page that is older than the one it stands on.
func TestVisit_languagesStayAtIt(t *testing.T) {
	w := open(t)
	link := w.known("kim@example.com", ``, everyURL)
	_, body := w.get(http.MethodGet, link+"?step=code-k3f7q&sent")
	if !strings.Contains(body, "?step=code-k3f7q&amp;lang=") {
		t.Errorf("%s", body)
	}
	_, body = w.get(http.MethodGet, link)
	if strings.Contains(body, "step=c") || !strings.Contains(body, "?lang=") {
		t.Errorf("%s", body)
	}
}
