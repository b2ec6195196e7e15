package page_test

import (
	"testing"
	"time"

	"kassa/internal/browser"
	"kassa/internal/pay"
	"kassa/internal/server"
)

// inSweden is a purchase whose consumer is known, so that every step but the choice of a way is filled in.
func (w *world) inSweden() string {
	w.t.Helper()
	return w.link(`"purchase_country":"SE","purchase_currency":"SEK","locale":"en-SE","order_amount":179600,"merchant_reference1":"10482","order_lines":[{"name":"shoe","quantity":2,"unit_price":89800,"total_amount":179600}]`, ``, `"cancel":"https://shop.example/cancel"`)
}

// A purchase from the link to the receipt in browsers that draw letters, none of which knows script or style sheets. A wrong code, twice,
// is the same step again: each time the browser has to show the new page and not what it kept of the old one.
func TestTerminal_paysToTheReceipt(t *testing.T) {
	for _, name := range []string{"lynx", "w3m", "links2", "elinks"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := open(t, func(o *server.Options) { o.Config.CodeLimit = 10 }) // wrong codes are counted
			link := w.inSweden()
			tab := browser.StartTerminal(t, name, link)
			for _, step := range []struct{ sees, presses string }{
				{"Choose how to pay", "Continue"},
				{"Your details", "Continue"},
			} {
				tab.See(step.sees)
				tab.Press(step.presses)
			}
			tab.See("Enter the code")
			for _, left := range []string{"Four tries left", "Three tries left"} {
				tab.Fill("Confirm", "999999")
				tab.Press("Confirm")
				tab.See(left)
			}
			tab.Fill("Confirm", "123456")
			tab.Press("Confirm")
			tab.See("Step 4 of 5")
			tab.Press("Continue")
			tab.See("Check and pay")
			tab.Press("Change E-mail") // and back
			tab.See("Your details")
			tab.Press("Continue")
			tab.See("Check and pay")
			tab.Press("Buy for 1")
			tab.See("Paid. Thank you!")
			if got := w.state(link).Hosted.Status; got != pay.Completed {
				t.Errorf("status %s", got)
			}
		})
	}
}

// The same in Firefox and in WebKitGTK.
func TestDriver_paysToTheReceipt(t *testing.T) {
	for _, name := range []string{"firefox", "webkit"} {
		t.Run(name, func(t *testing.T) {
			w := open(t, func(o *server.Options) { o.Config.CodeLimit = 10 })
			link := w.inSweden()
			tab := browser.StartDriver(t, name, 16)
			tab.Resize(390, 844)
			tab.Open(link)
			press := func(step string) {
				tab.See("[data-step=" + step + "]")
				tab.Click("[data-primary]")
			}
			tab.See("[data-step=method]")
			tab.Click("[value=pay_now]")
			press("method")
			press("contact")
			tab.See("[data-step=code]")
			for _, left := range []string{"Four", "Three"} {
				tab.Type("#code", "999999")
				press("code")
				tab.See(".alert")
				tab.SeeText(left + " tries left")
			}
			tab.Type("#code", "123456")
			press("code")
			press("plan")
			tab.See("[data-step=review]")
			tab.Click("[value=change_contact]")
			press("contact")
			press("review")
			tab.See("[data-step=outcome]")
			tab.SeeText("Paid. Thank you!")
			if got := w.state(link).Hosted.Status; got != pay.Completed {
				t.Errorf("status %s", got)
			}
		})
	}
}

// The same in browsers that are small, looked at and clicked in: Dillo stood still before steps had addresses of their own.
func TestWindow_paysToTheReceipt(t *testing.T) {
	for _, name := range []string{"dillo", "netsurf-gtk"} {
		t.Run(name, func(t *testing.T) {
			w := open(t)
			link := w.inSweden()
			step := func() pay.Step {
				pg := w.state(link)
				return pg.Payment.StepOf(pg.Hosted, pg.Now)
			}
			tab := browser.StartWindow(t, name, link)
			// Which page is on the screen cannot be read off it. A press on one that is old by now changes nothing.
			for try := 0; step() != pay.StepOutcome; try++ {
				was := step()
				if try > 30 {
					t.Fatalf("it stands still at %s", was)
				}
				if was == pay.StepCode && !tab.Fill("123456") {
					continue
				}
				tab.Press()
				for again, giveUp := time.NewTicker(20*time.Millisecond), time.After(3*time.Second); step() == was; {
					select {
					case <-again.C:
						continue
					case <-giveUp:
					}
					break
				}
			}
			tab.Done() // the receipt has none
			if got := w.state(link).Hosted.Status; got != pay.Completed {
				t.Errorf("status %s", got)
			}
		})
	}
}
