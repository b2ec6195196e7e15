package servertest_test

import (
	"bytes"
	"fmt"
	"html"
	"image"
	"image/draw"
	"image/png"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"kassa/internal/server"
	"kassa/internal/servertest"
)

// till is a session in a shop, with its clerk's page.
type till struct {
	s                      *servertest.Server
	m                      *servertest.Merchant
	id, link, page, module string
	payment, cart          string
	created                servertest.Answer
}

func newTill(t *testing.T, s *servertest.Server, email, options, urls string) *till {
	t.Helper()
	m := s.Merchant(t)
	cart := strings.Replace(servertest.Cart("SE", "SEK", "en-SE", email), "{", `{"acquiring_channel":"IN_STORE",`, 1)
	c := &till{s: s, m: m, cart: cart, payment: m.Payment(cart)}
	c.created = m.Hosted(c.payment, options, urls)
	c.id, c.link = c.created.Text("session_id"), c.created.Text("redirect_url")
	module := c.created.Object()["distribution_module"].(map[string]any)
	c.page, c.module = module["standalone_url"].(string), module["token"].(string)
	return c
}

// by is the clerk's page with a way chosen.
func (c *till) by(way string) string { return strings.Split(c.page, "?")[0] + "?by=" + way }

// hides fails when a page tells what it must not.
func (c *till) hides(t *testing.T, page *servertest.Consumer, words ...string) {
	t.Helper()
	for _, word := range append(words, c.link[strings.LastIndex(c.link, "/")+1:]) {
		if strings.Contains(page.Body, word) {
			t.Errorf("the clerk's page tells %q", word)
		}
	}
}

// progress reads the list of what happened: one line each, its state before it.
var progressLine = regexp.MustCompile(`<li class="(done|now|next|bad)"[^>]*>.*?</span> *<span>([^<]*)</span>`)

func progress(page *servertest.Consumer) (out []string) {
	for _, m := range progressLine.FindAllStringSubmatch(strings.ReplaceAll(page.Body, "\n", ""), -1) {
		out = append(out, m[1]+" "+m[2])
	}
	return out
}

func wantProgress(t *testing.T, page *servertest.Consumer, want ...string) {
	t.Helper()
	if got := strings.Join(progress(page), "\n"); got != strings.Join(want, "\n") {
		t.Fatalf("progress:\n%s\nwant:\n%s", got, strings.Join(want, "\n"))
	}
}

// clerkStandsStill stops a page that looks again by itself, and has it go on.
func clerkStandsStill(t *testing.T, s *servertest.Server, page *servertest.Consumer) {
	t.Helper()
	follow := func(page *servertest.Consumer, link string) *servertest.Consumer {
		t.Helper()
		m := regexp.MustCompile(`<a href="([^"]+)" ` + link + `>`).FindStringSubmatch(page.Body)
		if m == nil {
			t.Fatalf("no %s: %s", link, page.Text())
		}
		return s.Open(t, s.URL()+html.UnescapeString(m[1]))
	}
	still := follow(page, "data-stop")
	if still.Step() != "sent" || still.Header.Get("Refresh") != "" || still.Has("data-stop") {
		t.Errorf("stopped, step %s, Refresh %q", still.Step(), still.Header.Get("Refresh"))
	}
	if again := follow(still, "data-look"); again.Step() != "sent" || !strings.HasPrefix(again.Header.Get("Refresh"), "5;") {
		t.Errorf("looked at again, step %s, Refresh %q", again.Step(), again.Header.Get("Refresh"))
	}
}

func TestClerk_sendsTheLinkAndSeesHowFarItIs(t *testing.T) {
	servertest.OnBoth(t, func(t *testing.T, s *servertest.Server) {
		c := newTill(t, s, "", `"place_order_mode":"PLACE_ORDER"`, "")
		page := s.Open(t, c.page) // its placeholders as they are
		if page.Status != http.StatusOK || page.Step() != "send" || page.PageStatus() != "WAITING" || page.Header.Get("Refresh") != "" {
			t.Fatalf("%d, step %s, Refresh %q", page.Status, page.Step(), page.Header.Get("Refresh"))
		}
		wantProgress(t, page, "done Link made", "now Not sent yet", "next Opened by the customer", "next Code confirmed", "next Paid")

		old := page.Form().Set("phone", "070-174 06 15")
		page = old.Submit()
		if page.Step() != "sent" || !strings.HasPrefix(page.Header.Get("Refresh"), "5;url=/hpp/distributions/") {
			t.Fatalf("step %s, Refresh %q: %s", page.Step(), page.Header.Get("Refresh"), page.Text())
		}
		c.hides(t, page, "70-174", "701740615", "174 06", "0615")
		clerkStandsStill(t, s, page)
		messages(t, s)
		page.Reload()
		wantProgress(t, page, "done Link made", "done Sent by SMS", "now Not opened yet", "next Code confirmed", "next Paid")
		if again := old.Submit(); again.Step() != "sent" {
			t.Fatalf("a second press shows %s", again.Step())
		}
		sent := messages(t, s)
		if len(sent) != 1 || sent[0].To != "+46701740615" || sent[0].Link != c.link {
			t.Fatalf("%+v", sent)
		}

		mail := s.Open(t, c.by("email")).Form().Set("email", "kim@example.se").Submit()
		c.hides(t, mail, "kim", "example.se")
		if sent = messages(t, s); len(sent) != 2 || sent[1].To != "kim@example.se" {
			t.Fatalf("%+v", sent)
		}

		consumer := s.Open(t, c.link).To("code", "pay_later")
		page.Reload()
		wantProgress(t, page, "done Link made", "done Sent by e-mail", "done Opened by the customer", "now Customer is confirming the code", "next Paid")
		s.Clock.Advance(time.Minute)
		consumer.To("review", "pay_later")
		page.Reload()
		wantProgress(t, page, "done Link made", "done Sent by e-mail", "done Opened by the customer", "done Code confirmed", "now Customer is paying")
		if !strings.Contains(page.Text(), "Code confirmed 11:31") {
			t.Errorf("%s", page.Text())
		}
		consumer.To("outcome", "pay_later")
		page.Reload()
		wantProgress(t, page, "done Link made", "done Sent by e-mail", "done Opened by the customer", "done Code confirmed", "done Paid")
		if page.Step() != "ended" || page.PageStatus() != "COMPLETED" || page.Header.Get("Refresh") != "" || page.Heading() != "Paid" {
			t.Fatalf("step %s, %s", page.Step(), page.Text())
		}
		c.hides(t, page, "Alice", "kim", "46701740615", "Blasieholm")
	})
}

func TestClerk_saysWhyNothingWasSent(t *testing.T) {
	s := servertest.Start(t, func(o *server.Options) { o.Config.MessageQuota = map[string]int64{"sms": 1} })
	if err := s.Engine().SetContactBlocked(t.Context(), "K000001", "kim@example.se", true); err != nil {
		t.Fatal(err)
	}
	c := newTill(t, s, "", "", "")
	for _, tc := range []struct{ way, field, value, country, says string }{
		{"email", "email", "", "", "Customer’s e-mail address : is missing"},
		{"email", "email", "kim.example.se", "", "the @ is missing"},
		{"email", "email", "kim@example", "", "is not right"},
		{"email", "email", "kim@example.se", "", "is blocked"},
		{"sms", "phone", "", "SE", "is missing"},
		{"sms", "phone", "70 12", "SE", "is too short"},
		{"sms", "phone", "call me", "SE", "is not right"},
		{"sms", "phone", "08-123 456 78", "SE", "is a landline, which text messages do not reach"},
		{"sms", "phone", "070 174 06 155", "SE", "is too long"},
		{"sms", "phone", "22 123 45 67", "UA", "of a country that we cannot send to"},
	} {
		f := s.Open(t, c.by(tc.way)).Form().Set(tc.field, tc.value)
		if tc.country != "" {
			f.Set("phone_country", tc.country)
		}
		page := f.Submit()
		if !strings.Contains(page.Text(), tc.says) || page.Step() != "send" || page.Status != http.StatusOK || !strings.Contains(page.Body, `class="alert" role="alert"`) {
			t.Errorf("%s %q: %d %s", tc.way, tc.value, page.Status, page.Text())
		}
	}
	if sent := messages(t, s); len(sent) != 0 {
		t.Fatalf("%+v", sent)
	}
	s.Open(t, c.by("sms")).Form().Set("phone", "70 174 06 15").Submit()
	page := s.Open(t, c.by("sms")+"&again").Form().Set("phone", "70 174 06 15").Submit()
	if !strings.Contains(page.Text(), "No more messages can be sent today") {
		t.Errorf("beyond the quota: %s", page.Text())
	}
}

// Whoever sends a form of another session, an old one or one of their own making sends nothing.
func TestClerk_formsAreSigned(t *testing.T) {
	s := servertest.Start(t)
	c, other := newTill(t, s, "", "", ""), newTill(t, s, "", "", "")
	for name, change := range map[string]func(f *servertest.Form){
		"no signature": func(f *servertest.Form) { f.Values.Del("sig") },
		"forged":       func(f *servertest.Form) { f.Set("sig", strings.Repeat("A", 43)) },
		"another's":    func(f *servertest.Form) { f.Set("sig", s.Open(t, other.page).Form().Values.Get("sig")) },
		"other nonce":  func(f *servertest.Form) { f.Set("nonce", "1") },
	} {
		for _, action := range []string{"send", "confirm_withdraw", "match"} {
			f := s.Open(t, c.by("sms")).Form().Set("phone", "70 174 06 15").Set("action", action)
			change(f)
			if page := f.Submit(); page.Step() != "send" || page.PageStatus() != "WAITING" {
				t.Errorf("%s, %s: %s", name, action, page.Text())
			}
		}
	}
	if sent := messages(t, s); len(sent) != 0 {
		t.Fatalf("%+v", sent)
	}
}

func TestClerk_pressedTwiceAtOnceSendsOnce(t *testing.T) {
	servertest.OnBoth(t, func(t *testing.T, s *servertest.Server) {
		c := newTill(t, s, "", "", "")
		form := s.Open(t, c.by("sms")).Form().Set("phone", "70 174 06 15")
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				if status, _, err := form.Send(); err != nil || status != http.StatusSeeOther {
					t.Errorf("%d, %v", status, err)
				}
			})
		}
		wg.Wait()
		if sent := messages(t, s); len(sent) != 1 {
			t.Fatalf("%d messages", len(sent))
		}
	}, func(o *server.Options) { o.NoLocks = true })
}

func TestClerk_withdrawsTheLink(t *testing.T) {
	s := servertest.Start(t)
	c := newTill(t, s, "", "", "")
	page := s.Open(t, c.page).FormOf("data-withdraw").Submit()
	if page.Step() != "withdraw" || c.m.Status(c.id) != "WAITING" {
		t.Fatalf("step %s, %s", page.Step(), c.m.Status(c.id))
	}
	if page = page.Form().Submit(); page.Step() != "send" || c.m.Status(c.id) != "WAITING" {
		t.Fatalf("kept: step %s", page.Step())
	}
	page = page.FormOf("data-withdraw").Submit().FormOf("data-confirm-withdraw").Submit()
	if page.Status != http.StatusGone || page.PageStatus() != "DISABLED" || page.Step() != "ended" || c.m.Status(c.id) != "DISABLED" {
		t.Fatalf("%d %s: %s", page.Status, page.PageStatus(), page.Text())
	}
}

// Link scanners and prefetchers change nothing.
func TestClerk_lookingChangesNothing(t *testing.T) {
	s := servertest.Start(t)
	c := newTill(t, s, "", "", "")
	scan := scanAddress(t, s.Open(t, c.by("qr")))
	for _, address := range []string{c.page, c.by("qr"), c.by("sms") + "&again", c.page + "&withdraw", scan} {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			r, err := http.NewRequest(method, address, http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			resp, err := http.DefaultTransport.RoundTrip(r)
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
		}
	}
	if c.m.Status(c.id) != "WAITING" || len(messages(t, s)) != 0 {
		t.Fatal("looking changed something")
	}
}

// run is a row of dark modules in the path of a code's SVG.
var run = regexp.MustCompile(`M(\d+) (\d+)h(\d+)v1h-\d+z`)

// scanAddress reads the code on a clerk's page: drawn here, read by a reader of others.
func scanAddress(t *testing.T, page *servertest.Consumer) string {
	t.Helper()
	const module, side = 8, 80
	img := image.NewGray(image.Rect(0, 0, side*module, side*module))
	draw.Draw(img, img.Bounds(), image.White, image.Point{}, draw.Src)
	for _, m := range run.FindAllStringSubmatch(page.Body, -1) {
		var x, y, n int
		if _, err := fmt.Sscan(m[1]+" "+m[2]+" "+m[3], &x, &y, &n); err != nil {
			t.Fatal(err)
		}
		draw.Draw(img, image.Rect(x*module, y*module, (x+n)*module, (y+1)*module), image.Black, image.Point{}, draw.Src)
	}
	file := filepath.Join(t.TempDir(), "code.png")
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "zbarimg", "--quiet", "--raw", file).Output()
	if err != nil {
		t.Fatalf("the code cannot be read (%v): %s", err, page.Text())
	}
	return strings.TrimSpace(string(out))
}

// follow asks for an address and tells the status and where it leads.
func follow(t *testing.T, address string) (status int, location string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	return resp.StatusCode, resp.Header.Get("Location")
}

func TestClerk_codeRotates(t *testing.T) {
	servertest.OnBoth(t, func(t *testing.T, s *servertest.Server) {
		c := newTill(t, s, "", "", "")
		path := strings.TrimPrefix(c.link, s.URL())
		page := s.Open(t, c.by("qr"))
		c.hides(t, page)
		first := scanAddress(t, page)
		if status, to := follow(t, first); status != http.StatusSeeOther || to != path {
			t.Fatalf("fresh: %d, to %q", status, to)
		}
		s.Clock.Advance(29 * time.Second)
		page.Reload()
		if scanAddress(t, page) != first {
			t.Error("the code changes within its turn")
		}
		s.Clock.Advance(time.Second)
		page.Reload()
		second := scanAddress(t, page)
		if second == first {
			t.Error("the code does not change after 30 s")
		}
		s.Clock.Advance(59 * time.Second)
		if status, to := follow(t, first); status != http.StatusSeeOther || to != path {
			t.Errorf("89 s old: %d, to %q", status, to)
		}
		s.Clock.Advance(time.Second)
		if status, to := follow(t, first); status != http.StatusGone || to != "" {
			t.Errorf("90 s old: %d, to %q", status, to)
		}
		stale := s.Open(t, first)
		if stale.Heading() != "This code is too old" || strings.Contains(stale.Body, "Nordlys") {
			t.Errorf("%s", stale.Text())
		}
		c.hides(t, stale)

		// A node that was started later, with the same keys, knows the codes of the others.
		s.Stop()
		again := s.Again()
		code := strings.TrimPrefix(second, s.URL())
		if status, to := follow(t, "http://"+again.Address()+code); status != http.StatusSeeOther || to != path {
			t.Errorf("after a restart: %d, to %q", status, to)
		}
		for name, bent := range map[string]string{"cut": code[:len(code)-4], "another signature": code[:len(code)-8] + "AAAAAAAA", "another turn": strings.Replace(code, "/scan/A", "/scan/B", 1)} {
			if status, to := follow(t, "http://"+again.Address()+bent); bent != code && (status != http.StatusNotFound || to != "") {
				t.Errorf("%s: %d, to %q", name, status, to)
			}
		}
	})
}

func TestClerk_tokens(t *testing.T) {
	servertest.OnBoth(t, func(t *testing.T, s *servertest.Server) {
		c := newTill(t, s, "", "", "")
		generate := c.created.Object()["distribution_module"].(map[string]any)["generation_url"].(string)
		s.Clock.Advance(time.Second)
		fresh := c.m.Post(generate, "").Want(http.StatusCreated)
		if fresh.Text("token") == c.module || fresh.Text("generation_url") != generate || !strings.Contains(fresh.Text("standalone_url"), fresh.Text("token")) {
			t.Fatalf("%s", fresh.Body)
		}
		at := s.URL() + "/hpp/distributions/"
		filled := strings.NewReplacer("{{profile_id}}", "till-2", "{{view_id}}", "7").Replace(c.page)
		encoded := strings.NewReplacer("{", "%7B", "}", "%7D").Replace(c.page)
		for _, address := range []string{at + c.module, at + fresh.Text("token"), fresh.Text("standalone_url"), c.page, filled, encoded} {
			if page := s.Open(t, address); page.Status != http.StatusOK || page.Step() != "send" {
				t.Errorf("%s: %d", address, page.Status)
			}
		}
		once := c.m.Post(generate, "{}", "Klarna-Idempotency-Key", "k1").Want(http.StatusCreated)
		s.Clock.Advance(time.Second)
		if again := c.m.Post(generate, "{}", "Klarna-Idempotency-Key", "k1").Want(http.StatusCreated); again.Text("token") != once.Text("token") {
			t.Error("a repeated key gives another token")
		}
		client := c.m.Post("/payments/v1/sessions", servertest.SwedishCart).Want(http.StatusOK).Text("client_token")
		for name, token := range map[string]string{
			"a payment session's token": client, "no token": "x", "the session's id": c.id, "no signature": c.module[:strings.LastIndex(c.module, ".")+1],
			"another's claims": strings.Split(client, ".")[0] + "." + strings.Split(c.module, ".")[1] + "." + strings.Split(client, ".")[2],
		} {
			if page := s.Open(t, at+token); page.Status != http.StatusNotFound || page.PageStatus() != "UNKNOWN" {
				t.Errorf("%s: %d", name, page.Status)
			}
		}
		c.m.Post("/hpp/v1/sessions/"+unknown+"/distribution-module/token", "").Want(http.StatusNotFound)

		s.Clock.Advance(47*time.Hour - 3*time.Second)
		if page := s.Open(t, c.page); page.Status != http.StatusOK {
			t.Errorf("before the end: %d", page.Status)
		}
		form := s.Open(t, c.by("sms")).Form().Set("phone", "70 174 06 15")
		s.Clock.Advance(3 * time.Second)
		page := s.Open(t, c.page)
		if page.Status != http.StatusGone || page.PageStatus() != "EXPIRED" || page.Step() != "ended" || page.Has("data-primary") {
			t.Errorf("at the end: %d %s", page.Status, page.PageStatus())
		}
		wantProgress(t, page, "done Link made", "bad Link expired")
		if after := form.Submit(); after.Status != http.StatusGone || len(messages(t, s)) != 0 {
			t.Errorf("sent after the end: %d", after.Status)
		}
		c.m.Post(generate, "").Want(http.StatusNotFound)
		s.Clock.Advance(time.Hour + time.Second)
		if page := s.Open(t, c.page); page.Status != http.StatusNotFound {
			t.Errorf("an hour later: %d", page.Status)
		}
	})
}
