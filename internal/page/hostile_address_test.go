package page_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"kassa/internal/browser"
)

// Where a return address of the shop may be made to lead elsewhere: what comes behind the host, and what comes behind that.
var (
	seams = []string{
		"", "/", "//", `\`, "@", ":", ".", "/../", "/%2f%2f", "%0d%0a", "\r\n", "\t", "%00", "\x00", ";", "?u=", "#", "%E3%80%82", "。", "\u2028", " ", "%20", "&#58;",
		"{{session_id}}", "/{{order_id}}", "%7B%7Bsession_id%7D%7D",
	}
	tails = []string{
		"evil.example", "//evil.example", "@evil.example/", `\\evil.example`, "%40evil.example", ":80@evil.example", ":443", "[::1]", " evil.example",
		"\r\nLocation: https://evil.example", "%0d%0aSet-Cookie: a=b", "javascript:alert(1)", "data:text/html,x", "https:evil.example",
		"{{authorization_token}}@evil.example", "{{order_id}}", "%7B%7Bsession_id%7D%7D.evil.example", ";url=https://evil.example", ",https://evil.example",
		`"><meta http-equiv=refresh content=0;url=//evil.example>`, "'", "?next=https://evil.example", "%252e%252e", "\u202e", "<script>", "..;/",
	}
)

// No return address leads anywhere but to the scheme and the host that stand in it, by Go's reading and by a browser's, and none
// makes a header line of its own: 676 of them, each refused or followed.
func TestLeaving_noAddressLeadsElsewhere(t *testing.T) {
	w := open(t)
	payment := w.payment("{" + british + "," + kim + "}")
	leave := func(address string) (refused bool, refresh, link string, header http.Header) {
		t.Helper()
		quoted, err := json.Marshal(address)
		if err != nil {
			t.Fatal(err)
		}
		hosted := w.shop.Post("/hpp/v1/sessions", `{"payment_session_url":"`+w.URL()+`/payments/v1/sessions/`+payment+`","merchant_urls":{"cancel":`+string(quoted)+`}}`)
		if hosted.Status == http.StatusBadRequest {
			return true, "", "", nil
		}
		tab := w.Open(t, hosted.Want(http.StatusCreated).Text("redirect_url")).FormOf("data-cancel").Submit()
		return false, tab.Header.Get("Refresh"), tab.Return(), tab.Header
	}
	_, calm, _, header := leave("https://shop.example/back")
	if calm != "0;url=https://shop.example/back" {
		t.Fatalf("Refresh: %q", calm)
	}
	names := slices.Sorted(maps.Keys(header))
	tried, followed := 0, []string{}
	for _, seam := range seams {
		for _, tail := range tails {
			tried++
			address := "https://shop.example" + seam + tail
			refused, refresh, link, header := leave(address)
			if refused {
				continue
			}
			target, ok := strings.CutPrefix(refresh, "0;url=")
			u, err := url.Parse(target)
			if !ok || err != nil || target != link {
				t.Errorf("%q: Refresh %q, link %q, %v", address, refresh, link, err)
				continue
			}
			want, _, _ := strings.Cut(strings.TrimPrefix(address, "https://"), "/")
			want, _, _ = strings.Cut(want, "?")
			want, _, _ = strings.Cut(want, "#")
			if u.Scheme != "https" || u.User != nil || !strings.EqualFold(u.Host, want) && u.Host != "shop.example" {
				t.Errorf("%q leads to %q", address, target)
			}
			if got := slices.Sorted(maps.Keys(header)); !slices.Equal(got, names) {
				t.Errorf("%q: header lines %q, want %q", address, got, names)
			}
			followed = append(followed, target+" "+u.Host)
		}
	}
	t.Logf("%d tried, %d taken", tried, len(followed))
	if tried < 500 || len(followed) < 100 {
		t.Errorf("%d tried, %d of them taken", tried, len(followed))
	}
	// A browser, which reads addresses by rules of its own, goes to the same hosts.
	tab := browser.Start(t).Tab(t, browser.Look{Width: 390, Height: 844, Script: true})
	list, err := json.Marshal(followed)
	if err != nil {
		t.Fatal(err)
	}
	if wrong := browser.Evaluate[string](tab, string(list)+`.filter(s => {
  const at = s.lastIndexOf(" "), u = new URL(s.slice(0, at));
  return u.protocol !== "https:" || u.host !== new URL("https://" + s.slice(at + 1)).host || u.username;
 }).join("\n")`); wrong != "" {
		t.Errorf("a browser goes elsewhere:\n%s", wrong)
	}
}
