package shop_test

import (
	"os"
	"strings"
	"testing"

	"kassa/client"
	"kassa/internal/browser"
)

var (
	desktop = browser.Look{Width: 1280, Height: 820}
	phone   = browser.Look{Width: 390, Height: 844}
)

// TestBrowser_fromTheShopToTheReturn is the main job in a real browser, with scripts switched off.
func TestBrowser_fromTheShopToTheReturn(t *testing.T) {
	chromium := browser.Start(t)
	for name, look := range map[string]browser.Look{"desktop": desktop, "phone": phone} {
		t.Run(name, func(t *testing.T) {
			w := open(t)
			tab := chromium.Tab(t, look)
			tab.Open(w.url + "/")
			tab.Press(`[data-buy="fyr"]`)
			tab.Press(`main a[href^="/"].quiet`)
			tab.Press(`[data-buy="ask"]`)
			if got := tab.Text(".slip .amount"); got != "1 542,00 kr" {
				t.Errorf("the cart costs %s", got)
			}
			tab.Picture(name + "-1-cart")
			tab.Press("[data-pay]")

			tab.See(`form[data-step="method"]`)
			if !strings.HasPrefix(tab.Address(), w.kassa.URL()+"/pay/") {
				t.Fatalf("the checkout leads to %s", tab.Address())
			}
			tab.Picture(name + "-2-page")
			tab.Click(`input[name="category"][value="pay_later"]`)
			tab.Press("[data-primary]")
			tab.See(`form[data-step="contact"]`)
			tab.Press("[data-primary]")
			tab.See(`form[data-step="code"]`)
			tab.Type(`input[name="code"]`, "123 456")
			tab.Press("[data-primary]")
			tab.See(`form[data-step="review"]`)
			tab.Picture(name + "-3-review")
			tab.Press("[data-primary]")

			// The page shows its receipt and sends the browser on to the shop by itself.
			tab.See(`[data-state="placed"]`)
			if !strings.HasPrefix(tab.Address(), w.url+"/order/") {
				t.Errorf("back in the shop at %s", tab.Address())
			}
			tab.FitsWidth()
			tab.Picture(name + "-4-confirmation")

			tab.Press("[data-to-desk]")
			tab.Picture(name + "-5-desk")
			tab.Press("[data-ship]")
			if got := tab.Text("[data-order-state]"); got != "Shipped" {
				t.Errorf("after shipping: %s", got)
			}
			tab.Picture(name + "-6-shipped")
			tab.Choose(`select[name="what"]`, "fyr")
			tab.Press("[data-return-goods]")
			if got := tab.Text("[data-order-state]"); got != "Shipped, partly returned" {
				t.Errorf("after a return: %s", got)
			}
			tab.Press("[data-return-goods]")
			if got := tab.Text("[data-order-state]"); got != "Returned" {
				t.Errorf("after everything came back: %s", got)
			}
			tab.Picture(name + "-7-returned")
			if o := w.order(first); o.CapturedAmount != 154200 || o.RefundedAmount != 154200 || len(o.Refunds) != 2 || o.Status != client.OrderCaptured {
				t.Errorf("order %+v", o)
			}
		})
	}
}

// TestBrowser_declinedAndBack is the way of those who do not pay.
func TestBrowser_declinedAndBack(t *testing.T) {
	w := open(t)
	tab := browser.Start(t).Tab(t, phone)
	tab.Open(w.url + "/cart?m=gb&hjalm=1")
	tab.Click(`input[value="denied"]`)
	tab.Press("[data-pay]")
	tab.Press("[data-back]")
	tab.See(`[data-state="waiting"]`)
	tab.Picture("phone-waiting")
	tab.Press("[data-go-on]")
	tab.Press("[data-primary]") // on the page: go on paying
	tab.Click(`input[name="category"][value="pay_now"]`)
	tab.Press("[data-primary]")
	tab.Press("[data-primary]")
	tab.Type(`input[name="code"]`, "123456")
	tab.Press("[data-primary]")
	tab.See(`form[data-step="plan"]`)
	tab.Press("[data-primary]")
	tab.See(`form[data-step="review"]`)
	tab.Press("[data-primary]")
	tab.See(`[data-status="FAILED"]`)
	tab.Press("[data-return]")
	tab.See(`[data-state="failed"]`)
	tab.Picture("phone-failed")
	tab.Press("[data-cancel]")
	tab.See(`[data-state="cancelled"]`)
	tab.Picture("phone-cancelled")
}

// TestBrowser_looks opens each page of the shop at the widths that people have, and measures that nothing stands out sideways. With
// KASSA_SCREENSHOTS it keeps pictures, in both schemes and in forced colours.
func TestBrowser_looks(t *testing.T) {
	w := open(t)
	w.bought("m=se&fyr=1&hjalm=1")
	w.onDesk("Paid, to be shipped").FormOf("data-ship").Submit()
	w.follow(w.checkout("m=gb&ask=2", "denied").Pay("pay_later").Return())
	w.follow(w.checkout("m=de-de&hjalm=1", "slow").Pay("pay_later").Return())
	w.bought("m=se-sv&ask=1")
	tab := browser.Start(t).Tab(t, phone)
	for page, path := range map[string]string{
		"front": "/", "front-cart": "/?m=gb&fyr=2", "cart": "/cart?fyr=1&ask=2", "empty": "/cart", "orders": "/orders", "help": "/help", "nothing": "/nothing",
	} {
		tab.Open(w.url + path)
		drawn(tab, page)
	}
	tab.Click(".switch summary")
	tab.See(".switch ul")
	drawn(tab, "switch")
	tab.Open(w.url + "/cart?fyr=1")
	tab.Type("#email", "nobody")
	tab.Press("[data-pay]")
	tab.See(".alert")
	drawn(tab, "error")
}

// drawn looks at a page from every side.
func drawn(tab *browser.Tab, page string) {
	looks := map[string]browser.Look{"320": {Width: 320, Height: 640}, "390": phone, "768": {Width: 768, Height: 1024}, "1280": desktop}
	for name, look := range looks {
		tab.Look(look)
		tab.FitsWidth()
		tab.Picture(page + "-" + name)
	}
	if os.Getenv("KASSA_SCREENSHOTS") == "" {
		return
	}
	for name, look := range looks {
		look.Dark = true
		tab.Look(look)
		tab.Picture(page + "-" + name + "-dark")
	}
	// Last: Chromium does not draw the background again in the page that forced colours are taken from.
	for name, look := range looks {
		look.ForcedColours = true
		tab.Look(look)
		tab.Picture(page + "-" + name + "-forced")
	}
	tab.Look(phone)
}
