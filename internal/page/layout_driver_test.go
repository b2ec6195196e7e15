package page_test

import (
	"fmt"
	"testing"

	"kassa/internal/browser"
	"kassa/internal/pay"
)

// overlaps lists text that lies over other text: both have boxes on the screen that share more than a hair.
const overlaps = `(() => {
  const boxes = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let n; n = walk.nextNode();) {
    const e = n.parentElement;
    if (!n.data.trim() || e.closest(".hidden, script, option, svg, .lang ul") || !e.checkVisibility({visibilityProperty: true, contentVisibilityAuto: true})) continue;
    const range = document.createRange();
    range.selectNodeContents(n);
    for (const r of range.getClientRects()) if (r.width > 1 && r.height > 1) boxes.push([n.data.trim().slice(0, 30), r]);
  }
  const out = [];
  boxes.forEach(([a, r], i) => boxes.slice(i + 1).forEach(([b, s]) => {
    const w = Math.min(r.right, s.right) - Math.max(r.left, s.left), h = Math.min(r.bottom, s.bottom) - Math.max(r.top, s.top);
    if (w > 2 && h > Math.min(r.height, s.height) / 2) out.push(a + " / " + b);
  }));
  return out.join("; ");
})()`

// smallTargets lists what can be pressed and is less than 24 pixels high or wide (WCAG 2.2, 2.5.8); links within a sentence may be.
const smallTargets = `[...document.querySelectorAll("a, button, summary, select, input:not([type=hidden])")].filter(e => {
  if (!e.checkVisibility({visibilityProperty: true, contentVisibilityAuto: true}) || e.closest(".lang ul, p")) return false;
  const r = (e.closest("label") || e).getBoundingClientRect();
  return r.width < 23.5 || r.height < 23.5;
}).map(e => e.tagName + "." + e.className + " " + e.textContent.slice(0, 30)).join("; ")`

// brokenAmount tells whether the large amount stands in more than one line; what is written in two directions has several boxes in one.
const brokenAmount = `(() => {
  const r = [...document.querySelector(".amount bdi")?.getClientRects() ?? []];
  return r.some(b => b.top > r[0].top + r[0].height / 2);
})()`

// Every state in the other engines, as wide as a telephone, with the reader's text a third larger and twice as large, from
// left to right and from right to left: nothing is cut, nothing scrolls sideways, no words lie over others, and what is pressed is large
// enough. Pictures go to KASSA_SCREENSHOTS.
func TestLayout_inEveryEngine(t *testing.T) {
	w := open(t)
	var all []standing
	for name, address := range clerkStates(w) {
		all = append(all, standing{name: "clerk-" + name, link: address})
	}
	all = append(all, standings(w)...)
	long := w.link(`"purchase_country":"HU","purchase_currency":"HUF","locale":"hu-HU","order_amount":123456700,"order_lines":[{"name":"Donaudampfschifffahrtsgesellschaft","quantity":1,"unit_price":123456700,"total_amount":123456700}]`, ``, everyURL)
	all = append(all, standing{name: "long", link: long})
	for _, engine := range []string{"firefox", "webkit"} {
		for size, languages := range map[int][]string{21: {"ar"}, 32: {"de", "ar"}} {
			d := browser.StartDriver(t, engine, size)
			d.Resize(360, 844)
			for _, s := range all {
				for _, lang := range languages {
					d.Open(inLanguage(s.link, lang))
					what := fmt.Sprint(engine, " ", s.name, " ", lang, " with text of ", size)
					if over := browser.DriverEvaluate[float64](d, "document.documentElement.scrollWidth - document.documentElement.clientWidth"); over > 0 {
						t.Errorf("%s: %v pixels too wide", what, over)
					}
					if browser.DriverEvaluate[bool](d, brokenAmount) {
						t.Errorf("%s: the amount is broken", what)
					}
					for problem, expression := range map[string]string{"cut": cut, "over each other": overlaps, "small": smallTargets} {
						if got := browser.DriverEvaluate[string](d, expression); got != "" {
							t.Errorf("%s: %s: %s", what, problem, got)
						}
					}
					d.Picture(fmt.Sprint(s.name, "-", lang, "-", size))
				}
			}
		}
	}
}

// brokenData tells which e-mail addresses and numbers a browser would write with hyphens that are none of theirs.
const brokenData = `[...document.querySelectorAll(".review bdi[dir]")].filter(e => getComputedStyle(e).hyphens == "auto").map(e => e.textContent).join("; ")`

// The ways to pay of every market in its own language, which has the longest words, at twice the size on a telephone.
func TestLayout_longWordsAtTwiceTheSize(t *testing.T) {
	w := open(t)
	links := map[string]string{}
	for _, m := range pay.Markets() {
		for _, locale := range m.Locales {
			links[locale] = w.link(market(m.Country, m.Currency, locale), ``, everyURL)
		}
	}
	review := w.known("kim@example.com", ``, everyURL)
	w.Open(t, review).To("review", "pay_later")
	links["review"] = inLanguage(review, "de")
	d := browser.StartDriver(t, "firefox", 32)
	d.Resize(360, 844)
	for what, link := range links {
		d.Open(link)
		if over := browser.DriverEvaluate[float64](d, "document.documentElement.scrollWidth - document.documentElement.clientWidth"); over > 0 {
			t.Errorf("%s: %v pixels too wide", what, over)
		}
		if got := browser.DriverEvaluate[string](d, brokenData); got != "" {
			t.Errorf("%s: hyphens in %s", what, got)
		}
	}
}
