package deliver

import (
	"context"
	"fmt"
	"image/color"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

// A picture that is refused is told once, with why and without what may be a secret; one that is shown never is.
func TestImages_refusalsAreToldOnce(t *testing.T) {
	good := encodePNG(t, drawing(4, 4, color.Black))
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/good.png":
			_, _ = w.Write(good)
		case "/drawing.svg":
			_, _ = w.Write([]byte("\ufeff<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\"/>"))
		case "/words":
			_, _ = w.Write([]byte("no picture"))
		default:
			http.NotFound(w, r)
		}
	}))
	defer site.Close()
	var told []string
	c := NewImages(ImagesConfig{AllowLocal: true, Refused: func(address string, why error) {
		told = append(told, strings.TrimPrefix(address, site.URL)+": "+why.Error())
	}})
	for range 3 {
		for _, path := range []string{"/good.png", "/drawing.svg?token=hush", "/words", "/missing?key=hush#part"} {
			for _, width := range []int{96, 352} {
				_, _ = c.Fetch(context.Background(), site.URL+path, width)
			}
		}
	}
	_, _ = c.Fetch(context.Background(), "http://kim:hush@"+strings.TrimPrefix(site.URL, "http://")+"/userinfo", 96)
	slices.Sort(told)
	want := []string{"/drawing.svg: an SVG is not taken: only a PNG, JPEG, GIF or WebP", "/missing: fetch picture: status 404", "/words: not a PNG, JPEG, GIF or WebP: image: unknown format"}
	if got := slices.DeleteFunc(slices.Clone(told), func(s string) bool { return strings.Contains(s, "/userinfo") }); !slices.Equal(got, want) {
		t.Errorf("told %q, want %q", got, want)
	}
	if strings.Contains(fmt.Sprint(told), "hush") {
		t.Errorf("a secret is told: %q", told)
	}
	for i := range toldKept + 10 {
		c.mu.Lock()
		c.news(fmt.Sprint("https://shop.example/", i))
		c.mu.Unlock()
	}
	if len(c.told) > toldKept {
		t.Errorf("%d addresses are remembered", len(c.told))
	}
}
