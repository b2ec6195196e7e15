package page_test

import (
	"strings"
	"testing"

	"kassa/internal/browser"
)

// brokenCodes lists the currency codes and symbols on the page whose letters stand on more than one line.
const brokenCodes = `(() => {
  const found = [], walk = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  let codes = 0;
  for (let n; (n = walk.nextNode());) {
    if (n.parentElement.closest(".hidden, select, script")) continue;
    for (const m of n.data.matchAll(/\b[A-Z]{3}\b|US\$|MX\$|Kč|zł|kr\.?|Ft|RON/g)) {
      const r = document.createRange();
      r.setStart(n, m.index); r.setEnd(n, m.index + m[0].length);
      const tops = new Set([...r.getClientRects()].filter(x => x.width > 0).map(x => Math.round(x.top)));
      if (tops.size) codes++;
      if (tops.size > 1) found.push(n.data);
    }
  }
  const over = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  return (codes ? "" : "no code; ") + (over > 0 ? over + " pixels too wide; " : "") + found.join("; ");
})()`

// The big amount never breaks inside its currency's code, however large it and the letters are.
func TestAmount_neverBreaksInsideItsCurrency(t *testing.T) {
	w := open(t)
	line := `{"name":"Bike","quantity":1,"unit_price":200000000,"total_amount":200000000}`
	for _, name := range []string{"firefox", "webkit"} {
		for _, size := range []int{16, 32} {
			tab := browser.StartDriver(t, name, size)
			tab.Resize(360, 800)
			for _, tc := range []struct{ country, currency, locale, lang string }{
				{"CZ", "CZK", "cs-CZ", "ar"}, {"CZ", "CZK", "cs-CZ", "he"}, {"CZ", "CZK", "en-CZ", "en"}, {"CH", "CHF", "de-CH", "ar"}, {"CH", "CHF", "de-CH", "de"}, {"PL", "PLN", "pl-PL", "ar"},
				{"HU", "HUF", "hu-HU", "ar"}, {"HU", "HUF", "hu-HU", "hu"}, {"US", "USD", "en-US", "ar"}, {"MX", "MXN", "en-MX", "en"}, {"RO", "RON", "ro-RO", "ro"}, {"SE", "SEK", "sv-SE", "ar"},
			} {
				cart := `"purchase_country":"` + tc.country + `","purchase_currency":"` + tc.currency + `","locale":"` + tc.locale + `","order_amount":2000000000,"order_lines":[` + strings.Repeat(line+",", 9) + line + `]`
				tab.Open(w.link(cart, ``, everyURL) + "?lang=" + tc.lang)
				tab.See("[data-step=method]")
				if got := browser.DriverEvaluate[string](tab, brokenCodes); got != "" {
					t.Errorf("%s at %d pixels a letter, %s in %s: %s", name, size, tc.currency, tc.lang, got)
				}
			}
		}
	}
}
