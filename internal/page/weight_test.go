package page_test

import (
	"image/color"
	"testing"

	"kassa/internal/browser"
)

// firstView is the most that a first view may weigh, HTML and CSS, compressed.
const firstView = 14 * 1024

// Every state in a real browser, as somebody meets it who was never here: two requests, light, and nothing moves once it is there.
func TestWeight_everyStateIsLight(t *testing.T) {
	w := open(t)
	tab := browser.Start(t).Tab(t, browser.Look{Width: 390, Height: 844, Script: true})
	for _, s := range standings(w) {
		got := tab.Weigh(s.link)
		if got.Requests > 2 || got.Bytes > firstView || got.Bytes < 1000 || got.Shift != 0 || got.Paint <= 0 {
			t.Errorf("%s: %+v", s.name, got)
		}
		t.Logf("%s: %d requests, %d bytes", s.name, got.Requests, got.Bytes)
	}
}

// A logo is one request more, and moves nothing.
func TestWeight_aLogoMovesNothing(t *testing.T) {
	w := open(t)
	tab := browser.Start(t).Tab(t, browser.Look{Width: 390, Height: 844, Script: true})
	site, _ := picture(t, color.Black)
	got := tab.Weigh(w.known("kim@example.com", `"logo_url":"`+site+`/logo.png"`, everyURL))
	if got.Requests != 3 || got.Shift != 0 {
		t.Errorf("%+v", got)
	}
}

// BenchmarkPage_largestContentfulPaint reports how long a person with a cheap telephone in a bad place looks at nothing.
func BenchmarkPage_largestContentfulPaint(b *testing.B) {
	w := open(b)
	link := w.known("kim@example.com", ``, everyURL)
	chromium := browser.Start(b)
	total := 0.0
	for b.Loop() {
		tab := chromium.Tab(b, browser.Look{Width: 390, Height: 844, Script: true})
		tab.Slow()
		total += tab.Weigh(link).Paint
	}
	b.ReportMetric(total/float64(b.N), "ms-paint")
	b.ReportMetric(0, "ns/op")
}
