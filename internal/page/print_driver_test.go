package page_test

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"kassa/internal/browser"
)

// papers are what a receipt is printed on, in centimetres: office paper of both kinds, and the roll of a till's printer.
var papers = map[string][2]float64{"A4": {21, 29.7}, "Letter": {21.59, 27.94}, "80 mm": {8, 29.7}}

// pdfText reads a PDF as somebody does who copies from it.
func pdfText(t *testing.T, file string) string {
	t.Helper()
	out, err := exec.Command("pdftotext", "-raw", file, "-").CombinedOutput()
	if err != nil {
		t.Fatalf("pdftotext (scripts/install-tools brings it): %v: %s", err, out)
	}
	return strings.Join(strings.Fields(string(out)), " ")
}

// A receipt on paper, by three engines: every amount is there whole, digit by digit, for the eye and for who copies it; a test receipt
// says that it is one, and nothing of the screen is on it. Figures are not tabular: WebKitGTK 2.50 lost some of them from the text of a PDF.
func TestReceipt_printedByEveryEngine(t *testing.T) {
	w := open(t)
	cart := strings.NewReplacer("Front light Fyr 600", "Front light 0123456789", "10482", "0123-456789").Replace(british)
	link := w.link(cart+","+kim, ``, everyURL)
	w.Open(t, link).Pay("pay_now")
	large := w.link(`"purchase_country":"HU","purchase_currency":"HUF","locale":"hu-HU","order_amount":123456700,"merchant_reference1":"`+strings.Repeat("10482-", 9)+
		`","order_lines":[{"name":"`+strings.Repeat("Donaudampfschiff", 4)+`","quantity":1,"unit_price":123456700,"total_amount":123456700}]`, ``, everyURL)
	w.Open(t, large).Pay("pay_now")
	check := func(engine, paper, file string) {
		got := pdfText(t, file)
		for _, want := range []string{
			"Sandbox: no real money.", "Paid. Thank you!", "£100.00", "Card ending 4242", "0123-456789", "Front light 0123456789", "£54.00", "£39.00", "2 × £19.50",
			"Puncture repair kit", "£12.00", "−£10.50", "£5.50", "Total", "£16.67", "12 June 2026", "Secured by Kassa",
		} {
			if !strings.Contains(got, want) {
				t.Errorf("%s on %s: %q is not in %s", engine, paper, want, got)
			}
		}
		for _, not := range []string{"Show the order", "Hide the order", "Return to", "Taking you back", "English"} {
			if strings.Contains(got, not) {
				t.Errorf("%s on %s: %q in %s", engine, paper, not, got)
			}
		}
	}
	tab := browser.Start(t).Tab(t, browser.Look{Width: 390, Height: 844, Script: true, Paper: true})
	whole := func(engine, file string) {
		if got := strings.Join(strings.FieldsFunc(pdfText(t, file), unicode.IsSpace), ""); strings.Count(got, "1234567") < 3 || !strings.Contains(got, strings.Repeat("10482-", 9)) {
			t.Errorf("%s: a large amount or a long order number is cut: %s", engine, got)
		}
	}
	tab.Open(link)
	if got := browser.Evaluate[string](tab, `getComputedStyle(document.querySelector(".amount")).fontVariantNumeric`); got != "normal" {
		t.Errorf("figures on paper are %s", got)
	}
	file := filepath.Join(t.TempDir(), "receipt.pdf")
	for paper, size := range papers {
		tab.PDF(file, size[0], size[1])
		check("chromium", paper, file)
	}
	tab.Open(large)
	tab.PDF(file, 8, 29.7)
	whole("chromium", file)
	for _, name := range []string{"firefox", "webkit"} {
		d := browser.StartDriver(t, name, 16)
		d.Resize(390, 844)
		d.Open(link)
		for paper, size := range papers {
			d.PDF(file, size[0], size[1])
			check(name, paper, file)
		}
		d.Open(large)
		d.PDF(file, 8, 29.7)
		whole(name, file)
	}
}
