package proxytest

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kassa/client"
	"kassa/internal/server"
	"kassa/internal/servertest"
)

// way is the way of a consumer and of a shop to Kassa, through one proxy.
type way struct {
	t      *testing.T
	place  *place
	tap    *tap
	kassa  *servertest.Server
	base   string // the public URL
	prefix string // its path, or nothing
	client *http.Client
}

// open starts a Kassa and a proxy before it. Those outside come from 127.0.0.2: 127.0.0.1 is the proxy, which Kassa trusts.
func open(t *testing.T, language, prefix string) *way {
	t.Helper()
	w := &way{t: t, prefix: prefix, base: "https://pay.example.com" + prefix}
	w.kassa = servertest.Start(t, func(o *server.Options) {
		o.Config.PublicURL, o.Config.TrustedProxies, o.Config.CodeLimit = w.base, []string{"127.0.0.1"}, 1
	})
	w.tap = newTap(t, w.kassa.Address())
	w.place = newPlace(t, w.tap.address)
	site := written(t, language)
	if prefix == "" {
		site = moved(t, site, "/kassa/", "/") // as the manual says
	}
	run(t, w.place, proxies[language](t, w.place, site))
	w.client = w.from("127.0.0.2")
	return w
}

// from is a client at an address of the network. It speaks HTTP/2 where the proxy does.
func (w *way) from(address string) *http.Client {
	to := map[string]string{"pay.example.com:443": w.place.https, "pay.example.com:80": w.place.http}
	dialer := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(address)}}
	transport := &http.Transport{
		ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{RootCAs: w.place.trusted},
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			if to[address] == "" {
				return nil, fmt.Errorf("%s is not the proxy", address)
			}
			return dialer.DialContext(ctx, network, to[address])
		},
	}
	w.t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// api is the Go client of the sandbox's merchant, through the proxy.
func (w *way) api(timeout time.Duration) *client.Client {
	w.t.Helper()
	api, err := client.New(client.Options{
		BaseURL: w.base, Username: server.SandboxUsername, Password: server.SandboxPassword, HTTP: w.client, Timeout: timeout, Attempts: 1,
	})
	must(w.t, err)
	return api
}

// answer is what came back.
type answer struct {
	*http.Response
	body string
}

// do makes a call with the merchant's password.
func (w *way) do(by *http.Client, method, address, body string, header ...string) answer {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), method, address, strings.NewReader(body))
	must(w.t, err)
	r.SetBasicAuth(server.SandboxUsername, server.SandboxPassword)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	resp, err := by.Do(r)
	must(w.t, err)
	defer func() { _ = resp.Body.Close() }()
	got, err := io.ReadAll(resp.Body)
	must(w.t, err)
	return answer{resp, string(got)}
}

// link makes a hosted session and gives the address of its page.
func (w *way) link() string {
	w.t.Helper()
	var payment, hosted struct {
		SessionID   string `json:"session_id"`
		RedirectURL string `json:"redirect_url"`
	}
	for _, call := range []struct {
		path, body string
		into       any
	}{
		{"/payments/v1/sessions", servertest.SwedishCart, &payment},
		{"/hpp/v1/sessions", `{"payment_session_url":"` + w.base + `/payments/v1/sessions/{}","merchant_urls":{"back":"https://shop.example/"}}`, &hosted},
	} {
		got := w.do(w.client, http.MethodPost, w.base+call.path, strings.ReplaceAll(call.body, "{}", payment.SessionID), "Content-Type", "application/json")
		if got.StatusCode/100 != 2 || got.Proto != "HTTP/2.0" {
			w.t.Fatalf("%s %s: %s", got.Proto, got.Status, got.body)
		}
		must(w.t, json.Unmarshal([]byte(got.body), call.into))
	}
	if !strings.HasPrefix(hosted.RedirectURL, w.base+"/pay/") {
		w.t.Fatalf("redirect_url is %s", hosted.RedirectURL)
	}
	return hosted.RedirectURL
}

// each runs a walk through every proxy of the manual.
func each(t *testing.T, walk func(t *testing.T, w *way)) {
	t.Helper()
	for _, language := range slices.Sorted(maps.Keys(proxies)) {
		for name, prefix := range map[string]string{"path": "/kassa", "name": ""} {
			t.Run(language+"/"+name, func(t *testing.T) {
				t.Parallel()
				walk(t, open(t, language, prefix))
			})
		}
	}
}

// A purchase: API calls, the page, its files, its forms, and what every answer's headers are.
func TestProxy_purchase(t *testing.T) {
	each(t, func(t *testing.T, w *way) {
		link := w.link()
		tab := servertest.OpenOver(t, w.client.Transport, link)
		if hsts := tab.Header.Values("Strict-Transport-Security"); len(hsts) != 1 {
			t.Errorf("Strict-Transport-Security: %q", hsts)
		}
		styles := regexp.MustCompile(`<link rel="stylesheet" href="([^"]+)"`).FindStringSubmatch(tab.Body)
		if styles == nil || !strings.HasPrefix(styles[1], w.prefix+"/static/") {
			t.Fatalf("the page's style sheet is %q", styles)
		}
		if got := w.do(w.client, http.MethodGet, "https://pay.example.com"+styles[1], ""); got.StatusCode != 200 || !strings.HasPrefix(got.Header.Get("Content-Type"), "text/css") {
			t.Errorf("style sheet: %s, %s", got.Status, got.Header.Get("Content-Type"))
		}
		if tab.Pay("pay_later"); tab.PageStatus() != "COMPLETED" {
			t.Errorf("%s: %s", tab.PageStatus(), tab.Text())
		}
		plain := w.do(w.client, http.MethodGet, strings.Replace(link, "https://", "http://", 1), "")
		if to := strings.Replace(plain.Header.Get("Location"), ":"+w.place.port(w.place.https), "", 1); plain.StatusCode/100 != 3 || to != link {
			t.Errorf("http: %s to %q, want %s", plain.Status, plain.Header.Get("Location"), link)
		}
	})
}

// What is refused is refused by Kassa, in JSON, whatever is wrong with it; and a body below Kassa's limit is taken.
func TestProxy_refusalsAreKassas(t *testing.T) {
	each(t, func(t *testing.T, w *way) {
		blanks := func(n int) string { return strings.Repeat(" ", n-len(servertest.SwedishCart)) + servertest.SwedishCart }
		if got := w.do(w.client, http.MethodPost, w.base+"/payments/v1/sessions", blanks(1<<20)); got.StatusCode != 200 {
			t.Errorf("a body of 1 MB: %s %s", got.Status, got.body)
		}
		for _, tc := range []struct {
			method, path, body string
			status             int
			code               string
		}{
			{"POST", "/payments/v1/sessions", blanks(1<<20 + 1), 413, "REQUEST_TOO_LARGE"},
			{"POST", "/payments/v1/sessions", blanks(2 << 20), 413, "REQUEST_TOO_LARGE"},
			{"GET", "/payments/v1/sessions/a%2Fb", "", 404, "NOT_FOUND"},
			{"GET", "/payments/v1/sessions/a%20b", "", 404, "NOT_FOUND"},
			{"PUT", "/payments/v1/sessions", "", 405, "METHOD_NOT_ALLOWED"},
			{"GET", "//payments/v1/sessions/none", "", 404, "NOT_FOUND"},
		} {
			got := w.do(w.client, tc.method, w.base+tc.path, tc.body)
			if got.StatusCode != tc.status || got.Header.Get("Content-Type") != "application/json" || !strings.Contains(got.body, tc.code) || got.Header.Get("Klarna-Correlation-Id") == "" {
				t.Errorf("%s %s: %s %s", tc.method, tc.path, got.Status, got.body)
			}
			if hsts := got.Header.Values("Strict-Transport-Security"); len(hsts) != 1 {
				t.Errorf("%s %s: Strict-Transport-Security: %q", tc.method, tc.path, hsts)
			}
		}
	})
}

// spoofer makes requests that say to come from another address.
type spoofer struct {
	next http.RoundTripper
	as   string
}

// RoundTrip makes a request.
func (s spoofer) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("X-Forwarded-For", s.as)
	return s.next.RoundTrip(r)
}

// A consumer who says to be somebody else is not believed.
func TestProxy_forwardedAddressIsReplaced(t *testing.T) {
	each(t, func(t *testing.T, w *way) {
		path := w.prefix + "/pay/spoofed"
		w.do(w.client, http.MethodGet, "https://pay.example.com"+path, "", "X-Forwarded-For", "203.0.113.9", "Forwarded", "for=203.0.113.9")
		var forwarded []string
		for _, h := range w.tap.headers(path) {
			if strings.HasPrefix(h, "x-forwarded-for:") {
				forwarded = append(forwarded, h)
			}
		}
		if len(forwarded) != 1 || forwarded[0] != "x-forwarded-for: 127.0.0.2" {
			t.Errorf("Kassa is told %q", forwarded)
		}
		// This Kassa sends one code to an address: whoever says to be another one each time gets no second one, and a neighbour gets theirs.
		for i, c := range []struct {
			from string
			sent bool
		}{{"127.0.0.2", true}, {"127.0.0.2", false}, {"127.0.0.3", true}} {
			by := spoofer{w.from(c.from).Transport, fmt.Sprintf("203.0.113.%d", i)}
			tab := servertest.OpenOver(t, by, w.link()).To("code", "pay_later")
			if sent := strings.Contains(tab.Text(), "We sent a six-digit code"); sent != c.sent {
				t.Errorf("consumer %d at %s: %s", i, c.from, tab.Text())
			}
		}
	})
}

// until waits for something to be so.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for !is() {
		select {
		case <-look.C:
		case <-t.Context().Done():
			t.Fatalf("%s: never", what)
		}
	}
}

// A long poll is answered by what happens, and not before it.
func TestProxy_longPoll(t *testing.T) {
	each(t, func(t *testing.T, w *way) {
		api := w.api(2 * time.Minute)
		link := w.link()
		before, err := api.Events(t.Context(), "", 0, 60*time.Second) // that the link was made
		must(t, err)
		for _, step := range []string{"choose", "back"} {
			got := make(chan *client.Events, 1)
			go func() {
				events, err := api.Events(t.Context(), before.NextCursor, 0, 60*time.Second)
				if err != nil {
					t.Error(err)
				}
				got <- events
			}()
			until(t, "the reader waits", func() bool { return w.kassa.Engine().EventFollowers() == 1 })
			select {
			case <-got:
				t.Fatal("answered before anything happened")
			default:
			}
			tab := servertest.OpenOver(t, w.client.Transport, link)
			if step == "choose" {
				tab.Form().Set("category", "pay_later").Submit()
			} else {
				tab.FormOf("data-back").Submit()
			}
			events := <-got
			if events == nil || len(events.Events) != 1 {
				t.Fatalf("%s: %+v", step, events)
			}
			before = events
		}
	})
}

// A stream brings each event before the next one happens.
func TestProxy_stream(t *testing.T) {
	each(t, func(t *testing.T, w *way) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.base+"/kassa/v1/events", nil)
		must(t, err)
		r.SetBasicAuth(server.SandboxUsername, server.SandboxPassword)
		r.Header.Set("Accept", "text/event-stream")
		resp, err := w.client.Do(r)
		must(t, err)
		defer func() { _ = resp.Body.Close() }()
		lines := bufio.NewScanner(resp.Body)
		next := func() string {
			for lines.Scan() {
				if kind, is := strings.CutPrefix(lines.Text(), "event: "); is {
					return kind
				}
			}
			t.Fatalf("the stream ended: %v", lines.Err())
			return ""
		}
		link := w.link()
		if got := next(); got != "session.created" {
			t.Errorf("the first event is %s", got)
		}
		tab := servertest.OpenOver(t, w.client.Transport, link)
		tab.Form().Set("category", "pay_later").Submit()
		if got := next(); got != "session.in_progress" {
			t.Errorf("the second event is %s", got)
		}
		tab.FormOf("data-back").Submit()
		if got := next(); got != "session.back" {
			t.Errorf("the third event is %s", got)
		}
	})
}

// Calls that wait for a whole minute, as long as Kassa lets them, are answered by Kassa. They wait at the same time.
func TestProxy_waitsForAMinute(t *testing.T) {
	var waiting sync.WaitGroup
	for _, language := range slices.Sorted(maps.Keys(proxies)) {
		w := open(t, language, "/kassa")
		api := w.api(2 * time.Minute)
		waiting.Go(func() {
			events, err := api.Events(t.Context(), "", 0, 60*time.Second)
			if err != nil || len(events.Events) != 0 {
				t.Errorf("%s: %+v, %v", language, events, err)
			}
		})
	}
	waiting.Wait()
}

// When Kassa is back after a restart, the next call reaches it.
func TestProxy_restartOfKassa(t *testing.T) {
	each(t, func(t *testing.T, w *way) {
		link := w.link()
		w.tap.close()
		if got := w.do(w.client, http.MethodGet, link, ""); got.StatusCode != http.StatusBadGateway && got.StatusCode != http.StatusServiceUnavailable {
			t.Errorf("while Kassa is down: %s", got.Status)
		}
		w.tap.listen()
		if got := w.do(w.client, http.MethodGet, link, ""); got.StatusCode != 200 {
			t.Errorf("when it is back: %s", got.Status)
		}
	})
}
