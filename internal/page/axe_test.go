package page_test

import (
	"testing"

	"kassa/internal/browser"
)

// Every state for people who see, hear or move differently: axe-core finds nothing, in light and dark, on a phone and on a desk.
func TestAxe_findsNothing(t *testing.T) {
	w := open(t)
	tab := browser.Start(t).Tab(t, browser.Look{Width: 390, Height: 844, Script: true})
	everyState(t, w, func(s standing) {
		for _, lang := range axeLanguages {
			tab.Open(inLanguage(s.link, lang))
			for _, look := range []browser.Look{
				{Width: 390, Height: 844, Script: true}, {Width: 390, Height: 844, Dark: true, Script: true}, {Width: 1280, Height: 844, Script: true},
				{Width: 320, Height: 568, ForcedColours: true, Script: true},
			} {
				tab.Look(look)
				for _, found := range tab.Axe() {
					t.Errorf("%s %s at %d, dark %v, forced colours %v: %s", s.name, lang, look.Width, look.Dark, look.ForcedColours, found)
				}
			}
		}
	})
}

// axeLanguages are those in which every state is looked at: one for each direction.
var axeLanguages = []string{"en", "ar"}

// A check that cannot fail would be none.
func TestAxe_findsWhatIsWrong(t *testing.T) {
	w := open(t)
	tab := browser.Start(t).Tab(t, browser.Look{Width: 390, Height: 844, Script: true})
	tab.Open(w.known("kim@example.com", ``, everyURL))
	browser.Evaluate[bool](tab, `(document.querySelector(".btn").style.cssText = "color:#777;background:#888", document.documentElement.lang = "", true)`)
	if found := tab.Axe(); len(found) < 2 {
		t.Errorf("a grey button and a page without a language: %q", found)
	}
}
