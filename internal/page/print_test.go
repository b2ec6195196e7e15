package page_test

import (
	"strings"
	"testing"

	"kassa/internal/browser"
)

// A printed receipt has every line of the order, in every browser: what is folded on the screen is written out for the printer. It
// has no button and no menu, and says that it is a test. A picture goes to KASSA_SCREENSHOTS.
func TestReceipt_onPaper(t *testing.T) {
	w := open(t)
	link := w.known("kim@example.com", ``, everyURL)
	w.Open(t, link).Pay("pay_now")
	tab := browser.Start(t).Tab(t, browser.Look{Width: 720, Height: 900, Script: true})
	tab.Open(link)
	if lines := tab.Text("main"); strings.Contains(lines, "Puncture repair kit") {
		t.Errorf("on the screen the order is not folded: %s", lines)
	}
	tab.Look(browser.Look{Width: 720, Height: 900, Script: true, Dark: true, Paper: true})
	paper := tab.Text("body")
	for _, want := range []string{
		"Sandbox: no real money.", "Nordlys Cykler", "Paid. Thank you!", "£100.00 to Nordlys Cykler.", "Card ending 4242", "10482",
		"Front light Fyr 600", "Merino cycling cap", "Puncture repair kit", "Welcome back, 10% off −£10.50", "Delivery, 2–4 days £5.50", "Total £100.00", "Secured by Kassa",
	} {
		if n := strings.Count(paper, want); n != 1 && want != "Nordlys Cykler" && want != "Merino cycling cap" {
			t.Errorf("%d times on paper: %q in %s", n, want, paper)
		}
	}
	for _, not := range []string{"Show the order", "Hide the order", "Return to", "English", "Taking you back"} {
		if strings.Contains(paper, not) {
			t.Errorf("on paper: %q in %s", not, paper)
		}
	}
	tab.Picture("receipt-paper")
}
