package page_test

import (
	"testing"

	"kassa/internal/browser"
)

// reach presses the tabulator until what a selector finds has the focus, and looks whether one can see that it has.
func reach(t *testing.T, tab *browser.Tab, selector string) {
	t.Helper()
	for range 60 {
		tab.Keys("\t")
		if !browser.Evaluate[bool](tab, `document.activeElement !== null && document.activeElement !== document.body`) {
			continue
		}
		ring := browser.Evaluate[string](tab, `(e => {
  const s = getComputedStyle(e.closest(".pick") ?? e), own = getComputedStyle(e);
  return (s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2) || (own.outlineStyle !== "none" && parseFloat(own.outlineWidth) >= 2) ? "" : e.outerHTML.slice(0, 100);
 })(document.activeElement)`)
		if ring != "" {
			t.Errorf("one cannot see that this has the focus: %s", ring)
		}
		if browser.Evaluate[bool](tab, `document.activeElement.matches(`+"`"+selector+"`"+`)`) {
			return
		}
	}
	t.Fatalf("%s cannot be reached", selector)
}

// A whole purchase by keyboard alone, with script and without: everything can be reached, and one sees where one is.
func TestKeyboard_aWholePurchase(t *testing.T) {
	chromium := browser.Start(t)
	for _, script := range []bool{false, true} {
		w := open(t)
		tab := chromium.Tab(t, browser.Look{Width: 390, Height: 844, Script: script})
		tab.Open(w.link(british, ``, ``))
		reach(t, tab, `input[name=category]`)
		tab.Keys("\u0301") // arrow down: the next way
		if way := browser.Evaluate[string](tab, `document.querySelector("input[name=category]:checked").value`); way != "pay_later" {
			t.Fatalf("the arrow leads to %s", way)
		}
		reach(t, tab, `[data-primary]`)
		tab.Enter()
		tab.See("[data-step=contact]")
		reach(t, tab, `#email`)
		tab.Enter()
		tab.See("[data-step=code]")
		reach(t, tab, `#code`)
		tab.Keys("123456")
		reach(t, tab, `[data-primary]`)
		tab.Keys(" ")
		tab.See("[data-step=review]")
		reach(t, tab, `[data-primary]`)
		tab.Enter()
		tab.See("[data-status=COMPLETED]")
		reach(t, tab, `.order summary`)
		tab.Keys("\r")
		if !browser.Evaluate[bool](tab, `document.querySelector(".order").open`) {
			t.Error("the order cannot be unfolded by keyboard")
		}
	}
}
