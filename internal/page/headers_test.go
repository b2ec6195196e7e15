package page_test

import (
	"bytes"
	"compress/gzip"
	"encoding/xml"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"kassa/internal/server"
)

// always are the headers of every answer.
var always = map[string]string{
	"Content-Security-Policy":    "default-src 'none'; script-src 'sha256-" + ownHash() + "'; connect-src 'self'; img-src 'self'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
	"Referrer-Policy":            "no-referrer",
	"X-Content-Type-Options":     "nosniff",
	"X-Frame-Options":            "DENY",
	"Cross-Origin-Opener-Policy": "same-origin",
	"Permissions-Policy":         "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}

func checkHeaders(t *testing.T, what string, h http.Header, cache, transport string) {
	t.Helper()
	for name, want := range always {
		if got := h.Values(name); len(got) != 1 || got[0] != want {
			t.Errorf("%s: %s is %q", what, name, got)
		}
	}
	if got := h.Get("Cache-Control"); got != cache {
		t.Errorf("%s: Cache-Control is %q, want %q", what, got, cache)
	}
	if got := h.Get("Strict-Transport-Security"); got != transport {
		t.Errorf("%s: Strict-Transport-Security is %q", what, got)
	}
	if h.Get("Set-Cookie") != "" {
		t.Errorf("%s sets a cookie", what)
	}
}

// picture is a merchant's server with a logo, and the number of times that it was asked.
func picture(t *testing.T, c color.Color) (address string, asked func() int) {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, 300, 60))
	for i := range 300 * 60 {
		img.Set(i%300, i/300, c)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	n := make(chan struct{}, 1000)
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n <- struct{}{}
		switch r.URL.Path {
		case "/logo.png":
			_, _ = w.Write(b.Bytes())
		case "/drawn.svg":
			w.Header().Set("Content-Type", "image/svg+xml")
			_, _ = io.WriteString(w, `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`)
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(site.Close)
	return site.URL, func() int { return len(n) }
}

func TestHeaders_onEveryAnswer(t *testing.T) {
	w := open(t)
	site, _ := picture(t, color.Black)
	for _, s := range standings(w) {
		resp, _ := w.get("GET", s.link)
		checkHeaders(t, s.name, resp.Header, "no-store", "")
		head, body := w.get("HEAD", s.link)
		checkHeaders(t, "HEAD of "+s.name, head.Header, "no-store", "")
		if body != "" || head.StatusCode != s.status {
			t.Errorf("HEAD of %s: status %d, %d bytes", s.name, head.StatusCode, len(body))
		}
	}
	link := w.known("kim@example.com", `"logo_url":"`+site+`/logo.png","background_images":[{"url":"`+site+`/logo.png","width":1280}]`, everyURL)
	css := regexp.MustCompile(`/static/kassa\.[0-9a-f]+\.css`).FindString(w.Open(t, link).Body)
	icon := regexp.MustCompile(`/static/kassa\.[0-9a-f]+\.svg`).FindString(w.Open(t, link).Body)
	const forever, hour = "public, max-age=31536000, immutable", "private, max-age=3600"
	for address, want := range map[string]struct {
		status int
		cache  string
		kind   string
	}{
		link + "/qr":             {200, "no-store", "image/png"},
		link + "/qr?format=svg":  {200, "no-store", "image/svg+xml"},
		link + "/logo":           {200, hour, "image/png"},
		link + "/background":     {200, hour, "image/png"},
		w.URL() + css:            {200, forever, "text/css; charset=utf-8"},
		w.URL() + icon:           {200, forever, "image/svg+xml"},
		w.URL() + "/static/none": {404, "no-store", "text/plain; charset=utf-8"},
		w.URL() + "/pay/":        {404, "no-store", "text/html; charset=utf-8"},
		w.URL() + "/pay//x":      {404, "no-store", "text/html; charset=utf-8"},
		link + "/more":           {404, "no-store", "text/html; charset=utf-8"},
		w.URL() + "/pay/x/logo":  {404, "no-store", "text/html; charset=utf-8"},
		w.URL() + "/pay/x/qr":    {404, "no-store", "text/html; charset=utf-8"},
		w.known("kim@example.com", ``, everyURL) + "/logo": {404, "no-store", "text/plain; charset=utf-8"},
	} {
		resp, _ := w.get("GET", address)
		what := strings.TrimPrefix(address, w.URL())
		checkHeaders(t, what, resp.Header, want.cache, "")
		if resp.StatusCode != want.status || resp.Header.Get("Content-Type") != want.kind {
			t.Errorf("%s: status %d, %s", what, resp.StatusCode, resp.Header.Get("Content-Type"))
		}
	}
	resp, _ := w.post(link, w.Open(t, link).Form().Values)
	checkHeaders(t, "a step", resp.Header, "no-store", "")
	resp, _ = w.post(link, url.Values{})
	checkHeaders(t, "a forged form", resp.Header, "no-store", "")
	for address, allow := range map[string]string{link: "GET, HEAD, POST", link + "/qr": "GET, HEAD", link + "/logo": "GET, HEAD", w.URL() + css: "GET, HEAD"} {
		for _, method := range []string{"PUT", "DELETE", "PATCH", "OPTIONS"} {
			resp, _ := w.get(method, address)
			checkHeaders(t, method, resp.Header, "no-store", "")
			if resp.StatusCode != http.StatusMethodNotAllowed || resp.Header.Get("Allow") != allow {
				t.Errorf("%s %s: status %d, Allow %q", method, address, resp.StatusCode, resp.Header.Get("Allow"))
			}
		}
	}
}

// A merchant's colour is a style sheet of its own, of the same origin and kept for ever; no other name makes one.
func TestColour_isAStyleSheetOfItsOwn(t *testing.T) {
	w := open(t)
	if _, err := w.Engine().SetMerchantColour(t.Context(), "K000001", "#FFD21F"); err != nil {
		t.Fatal(err)
	}
	w.Stop()
	w.Server = w.Again() // knows the merchant anew
	tab := w.Open(t, w.known("kim@example.com", ``, everyURL))
	address := regexp.MustCompile(`/static/kassa\.[0-9a-f]+-ffd21f\.css`).FindString(tab.Body)
	resp, body := w.get("GET", w.URL()+address)
	checkHeaders(t, "the style sheet", resp.Header, "public, max-age=31536000, immutable", "")
	if resp.StatusCode != http.StatusOK || !strings.Contains(body, ":root{--tint:#fffbe9;--link:#856a00;--accent:#ffd21f;") || !strings.HasPrefix(body, ":root{color-scheme") {
		t.Errorf("%s: status %d", address, resp.StatusCode)
	}
	for _, name := range []string{
		strings.Replace(address, "ffd21f", "FFD21F", 1), strings.Replace(address, "ffd21f", "ffd21g", 1), strings.Replace(address, "kassa.", "kassa.0", 1),
		strings.Replace(address, "ffd21f", "", 1), strings.Replace(address, ".css", ".svg", 1),
	} {
		if resp, _ := w.get("GET", w.URL()+name); resp.StatusCode != http.StatusNotFound {
			t.Errorf("%s: status %d", name, resp.StatusCode)
		}
	}
}

// Nobody prints the code of a link that leads nowhere.
func TestQR_endsWithTheLink(t *testing.T) {
	w := open(t)
	link := w.known("kim@example.com", ``, everyURL)
	late := w.known("kim@example.com", ``, everyURL)
	w.shop.Delete("/hpp/v1/sessions/" + string(w.state(link).Hosted.ID)).Want(http.StatusNoContent)
	w.Clock.Advance(time.Minute)
	if resp, _ := w.get("GET", late+"/qr"); resp.StatusCode != http.StatusOK {
		t.Errorf("of a link in use: status %d", resp.StatusCode)
	}
	if resp, _ := w.get("GET", link+"/qr"); resp.StatusCode != http.StatusGone {
		t.Errorf("of a withdrawn link: status %d", resp.StatusCode)
	}
	w.Clock.Advance(48 * time.Hour)
	if resp, _ := w.get("GET", late+"/qr?format=svg"); resp.StatusCode != http.StatusGone {
		t.Errorf("of an expired link: status %d", resp.StatusCode)
	}
}

func TestHeaders_overHTTPSStayThere(t *testing.T) {
	w, _ := forReal(t)
	link := w.known("kim@example.com", ``, everyURL)
	for _, address := range []string{link, link + "/qr", link + "x", w.Local(w.URL() + "/static/none")} {
		resp, _ := w.get("GET", address)
		checkHeaders(t, address, resp.Header, "no-store", "max-age=31536000; includeSubDomains")
	}
	resp, _ := w.post(link, w.Open(t, link).Form().Set("category", "pay_later").Values)
	checkHeaders(t, "a step", resp.Header, "no-store", "max-age=31536000; includeSubDomains")
	if got := resp.Header.Get("Location"); !strings.HasPrefix(got, "/kassa/pay/") {
		t.Errorf("the path prefix is lost: %q", got)
	}
}

// A page needs nothing but its style sheet and the merchant's pictures, all from our own origin, and runs nothing but its one script.
func TestPages_needNothingFromElsewhere(t *testing.T) {
	w := open(t)
	load := regexp.MustCompile(`<(?:img|link|script|iframe|source|object|embed|video|audio|form|use|image)\b[^>]*?\b(?:src|href|action|srcset|data)="([^"]*)"`)
	for _, s := range standings(w) {
		body := scriptless(t, w.Open(t, s.link).Body)
		for _, m := range load.FindAllStringSubmatch(body, -1) {
			if !strings.HasPrefix(m[1], "/static/") && !strings.HasPrefix(m[1], "/pay/") && m[1] != "#end" {
				t.Errorf("%s loads or sends to %q", s.name, m[1])
			}
		}
		for _, bad := range []string{"<script", "<style", " style=", " onclick=", " onload=", "javascript:", "data:", "<iframe", "http-equiv"} {
			if strings.Contains(body, bad) {
				t.Errorf("%s contains %q", s.name, bad)
			}
		}
		if n := len(load.FindAllString(body, -1)); strings.Count(body, `rel="stylesheet"`) != 1 || n > 6 {
			t.Errorf("%s: %d things to load or send to", s.name, n)
		}
	}
}

func TestWeight_ofTheFirstView(t *testing.T) {
	w := open(t)
	link := w.known("kim@example.com", ``, everyURL)
	resp, page := w.get("GET", link, "Accept-Encoding", "br, gzip;q=0.8")
	if resp.Header.Get("Content-Encoding") != "gzip" || resp.Header.Get("Content-Length") != fmt.Sprint(len(page)) {
		t.Fatalf("Content-Encoding %q, Content-Length %q of %d", resp.Header.Get("Content-Encoding"), resp.Header.Get("Content-Length"), len(page))
	}
	z, err := gzip.NewReader(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	address := regexp.MustCompile(`/static/kassa\.[0-9a-f]+\.css`).Find(plain)
	sheet, css := w.get("GET", w.URL()+string(address), "Accept-Encoding", "gzip")
	if sheet.Header.Get("Content-Encoding") != "gzip" {
		t.Error("the style sheet is not compressed")
	}
	t.Logf("page %d bytes, style sheet %d bytes, compressed", len(page), len(css))
	if len(css) > 9<<10 {
		t.Errorf("the style sheet is %d bytes, more than 9 KB", len(css))
	}
	if len(page)+len(css) > 14<<10 {
		t.Errorf("the first view is %d bytes, more than 14 KB", len(page)+len(css))
	}
	for _, refused := range []string{"", "identity", "gzip;q=0", "gzip;q=0.0"} {
		if resp, body := w.get("GET", link, "Accept-Encoding", refused); resp.Header.Get("Content-Encoding") != "" || !strings.HasPrefix(body, "<!doctype html>") {
			t.Errorf("Accept-Encoding %q: Content-Encoding %q", refused, resp.Header.Get("Content-Encoding"))
		}
	}
}

func TestQR_isThePagesAddress(t *testing.T) {
	w := open(t, func(o *server.Options) { o.Config.PublicURL = "http://pay.example/shop" })
	link := w.known("kim@example.com", ``, everyURL)
	want := strings.Replace(link, "http://"+w.Address(), "http://pay.example/shop", 1)
	resp, body := w.get("GET", link+"/qr")
	file := filepath.Join(t.TempDir(), "qr.png")
	if err := os.WriteFile(file, []byte(body), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "zbarimg", "--quiet", "--raw", file).Output()
	if err != nil || strings.TrimSpace(string(out)) != want {
		t.Errorf("the code reads %q, %v; want %q (%s)", out, err, want, resp.Header.Get("Content-Type"))
	}
	// The SVG has the same modules: its path is drawn here and compared with the PNG.
	_, vector := w.get("GET", link+"/qr", "Accept", "image/svg+xml,*/*")
	if _, same := w.get("GET", link+"/qr?format=svg"); same != vector {
		t.Error("?format=svg and Accept give different answers")
	}
	drawn, err := png.Decode(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	dark := map[[2]int]bool{}
	for _, run := range regexp.MustCompile(`M(\d+) (\d+)h(\d+)v1h-\d+z`).FindAllStringSubmatch(vector, -1) {
		var x, y, n int
		if _, err := fmt.Sscan(run[1]+" "+run[2]+" "+run[3], &x, &y, &n); err != nil {
			t.Fatal(err)
		}
		for i := range n {
			dark[[2]int{x + i, y}] = true
		}
	}
	side := drawn.Bounds().Dx() / 8
	for y := range side {
		for x := range side {
			r, _, _, _ := drawn.At(x*8+4, y*8+4).RGBA()
			if (r == 0) != dark[[2]int{x, y}] {
				t.Fatalf("PNG and SVG differ at %d, %d", x, y)
			}
		}
	}
	if !strings.Contains(vector, fmt.Sprintf(`viewBox="0 0 %d %d"`, side, side)) || len(dark) < 100 {
		t.Errorf("%.200s", vector)
	}
}

// The logo is fetched once, drawn anew, and served by us; a missing or a scripted one shows the merchant's name.
func TestLogo_isServedByUs(t *testing.T) {
	w := open(t)
	site, asked := picture(t, color.Black)
	link := w.known("kim@example.com", `"logo_url":"`+site+`/logo.png"`, everyURL)
	w.get("GET", link+"/logo") // however slow this machine is
	tab := w.Open(t, link)
	path := link[len(w.URL()):]
	if want := `<span class="plate plate-dark"><img src="` + path + `/logo" width="176" height="35" alt="Nordlys Cykler"></span>`; !strings.Contains(tab.Body, want) {
		t.Errorf("no %s in %s", want, tab.Body)
	}
	tab.To("review", "pay_later")
	_, body := w.get("GET", link+"/logo")
	if img, err := png.Decode(strings.NewReader(body)); err != nil || img.Bounds().Dx() != 300 {
		t.Errorf("%v", err)
	}
	if asked() != 1 {
		t.Errorf("the merchant's server was asked %d times", asked())
	}
	for _, bad := range []string{"/drawn.svg", "/missing.png"} {
		link := w.known("kim@example.com", `"logo_url":"`+site+bad+`"`, everyURL)
		resp, body := w.get("GET", link+"/logo")
		if resp.StatusCode != http.StatusNotFound || resp.Header.Get("Content-Type") != "image/svg+xml" || !strings.Contains(body, ">Nordlys Cykler</text>") || strings.Contains(body, "script") {
			t.Errorf("%s: %d, %s", bad, resp.StatusCode, body)
		}
		tab := w.Open(t, w.known("kim@example.com", `"logo_url":"`+site+bad+`"`, everyURL))
		if strings.Contains(tab.Body, "<img") || !strings.Contains(tab.Body, `<div class="logo"><bdi>Nordlys Cykler</bdi></div>`) {
			t.Errorf("%s: %s", bad, tab.Body)
		}
	}
}

// A name in place of a logo fits into the logo's box, whatever it is.
func TestLogo_aNameInItsPlace(t *testing.T) {
	site, _ := picture(t, color.Black)
	for name, want := range map[string]string{
		"Kassa & <Co>":                     `y="24">Kassa &amp; &lt;Co&gt;</text></svg>`,
		"Nordlys Cykler og Sportsartikler": `font-size="14" font-weight="600" fill="#211c16"><text x="0" y="15">Nordlys Cykler og</text><text x="0" y="32">Sportsartikler</text></svg>`,
		strings.Repeat("W", 90):            `y="15" textLength="176" lengthAdjust="spacingAndGlyphs">` + strings.Repeat("W", 14) + `…</text></svg>`,
		"a\ufffeb\u202ec":                  `y="24">abc</text></svg>`,
		"متجر":                             `<text x="176" direction="rtl" y="24">متجر</text></svg>`,
	} {
		w := open(t)
		access, err := w.Engine().AddMerchant(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		w.shop.Username, w.shop.Password = access.Username, string(access.Password)
		_, body := w.get("GET", w.known("kim@example.com", `"logo_url":"`+site+`/missing.png"`, everyURL)+"/logo")
		if !strings.HasSuffix(body, want+"\n") {
			t.Errorf("%q: %s", name, body)
		}
		if err := xml.Unmarshal([]byte(body), new(struct{})); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
}

// A merchant's server that does not answer delays no page. The logo's place is kept, and gets the merchant's name.
func TestLogo_thatDoesNotCome(t *testing.T) {
	w := open(t)
	leave := make(chan struct{})
	var asked atomic.Int32
	silent := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		select {
		case <-leave:
		case <-r.Context().Done():
		}
	}))
	defer silent.Close()
	defer close(leave)
	link := w.known("kim@example.com", `"logo_url":"`+silent.URL+`/logo.png"`, everyURL)
	tab := w.Open(t, link)
	want := `<span class="plate plate-dark"><img class="fit" src="` + link[len(w.URL()):] + `/logo" width="176" height="36" alt="Nordlys Cykler"></span>`
	if !strings.Contains(tab.Body, want) || tab.Step() != "method" { // it did not wait until the server was given up
		t.Errorf("step %q: %s", tab.Step(), tab.Body)
	}
	if _, body := w.get("GET", link+"/logo"); !strings.Contains(body, ">Nordlys Cykler</text>") || asked.Load() != 1 {
		t.Errorf("asked %d times: %s", asked.Load(), body)
	}
	if tab = w.Open(t, link); !strings.Contains(tab.Body, `<div class="logo"><bdi>Nordlys Cykler</bdi></div>`) {
		t.Error(tab.Body)
	}
}

func TestLogo_standsOnAPlateWhereItCouldNotBeSeen(t *testing.T) {
	w := open(t)
	for name, tc := range map[string]struct {
		color color.Color
		class string
	}{
		"white": {color.White, `<span class="plate plate-light">`}, "black": {color.Black, `<span class="plate plate-dark">`}, "green": {color.NRGBA{0x1b, 0x80, 0x42, 0xff}, `<span><img`},
	} {
		site, _ := picture(t, tc.color)
		link := w.known("kim@example.com", `"logo_url":"`+site+`/logo.png"`, everyURL)
		w.get("GET", link+"/logo")
		if tab := w.Open(t, link); !strings.Contains(tab.Body, tc.class) {
			t.Errorf("%s: no %s", name, tc.class)
		}
	}
}

// The background stands behind the header of the steps, never on results, and the one nearest to a desktop's width is taken.
func TestBackground_onStepsOnly(t *testing.T) {
	w := open(t)
	site, _ := picture(t, color.Gray{0x80})
	options := `"background_images":[{"url":"` + site + `/missing.png","width":600},{"url":"` + site + `/logo.png","width":1400},{"url":"` + site + `/missing.png","width":2600}]`
	link := w.known("kim@example.com", options, everyURL)
	w.get("GET", link+"/background")
	tab := w.Open(t, link)
	want := `<img class="band" src="` + link[len(w.URL()):] + `/background" alt="" loading="lazy">`
	if !strings.Contains(tab.Body, want) || !strings.Contains(tab.Body, `<header class="banded">`) {
		t.Errorf("no %s", want)
	}
	if tab.Pay("pay_later"); strings.Contains(tab.Body, "band") {
		t.Error("the receipt has a background")
	}
	missing := w.Open(t, w.known("kim@example.com", `"background_images":[{"url":"`+site+`/missing.png","width":1280}]`, everyURL))
	if strings.Contains(missing.Body, "band") {
		t.Error("a missing background leaves a band")
	}
}

// Pictures of order lines are fetched by us when they are looked at, made small, and served from our origin; one that does not come leaves its place empty.
func TestLines_haveTheirPictures(t *testing.T) {
	w := open(t)
	site, asked := picture(t, color.Black)
	cart := strings.Replace(british, `"unit_price":5400`, `"image_url":"`+site+`/logo.png","unit_price":5400`, 1)
	cart = strings.Replace(cart, `"unit_price":1200`, `"image_url":"`+site+`/missing.png","unit_price":1200`, 1)
	cart = strings.Replace(cart, `"unit_price":550`, `"image_url":"`+site+`/logo.png","unit_price":550`, 1) // delivery has no picture
	link := w.link(cart, ``, everyURL)
	body := w.Open(t, link).Body
	if strings.Count(body, `/line/`) != 2 || !strings.Contains(body, `/line/1" width="48" height="48" alt="" loading="lazy">`) || !strings.Contains(body, `/line/3"`) || strings.Contains(body, site) {
		t.Error(body)
	}
	if asked() != 0 {
		t.Errorf("%d pictures were fetched before anybody looked", asked())
	}
	for path, want := range map[string]int{"1": 200, "2": 404, "3": 404, "5": 200, "0": 404, "6": 404, "01": 404, "-1": 404, "x": 404} {
		resp, got := w.get("GET", link+"/line/"+path)
		if resp.StatusCode != want {
			t.Errorf("line %s: status %d, want %d", path, resp.StatusCode, want)
		}
		checkHeaders(t, "line "+path, resp.Header, map[bool]string{true: "private, max-age=3600", false: "no-store"}[want == 200], "")
		if want == 200 {
			if img, err := png.DecodeConfig(strings.NewReader(got)); err != nil || img.Width > 96 {
				t.Errorf("line %s: %d wide, %v", path, img.Width, err)
			}
		}
	}
	if asked() != 2 {
		t.Errorf("%d requests for two addresses", asked())
	}
}
