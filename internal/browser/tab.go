package browser

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// patience is how long one thing may take before the test gives up.
const patience = time.Minute

// Look is how a tab is looked at.
type Look struct {
	Width, Height int64 // of the window, in CSS pixels
	Dark          bool  // the person prefers dark
	Script        bool  // scripts run; our pages need none
	ForcedColours bool
	Paper         bool   // as it is printed
	Language      string // first of Accept-Language; empty: the browser's own
}

// Tab is one tab. Whatever does not work fails the test.
type Tab struct {
	t   testing.TB
	ctx context.Context //nolint:containedctx // a chromedp context is the handle of the tab
}

// Tab opens an empty tab.
func (b *Browser) Tab(t testing.TB, look Look) *Tab {
	t.Helper()
	ctx, end := chromedp.NewContext(b.ctx)
	t.Cleanup(end)
	tab := &Tab{t: t, ctx: ctx}
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("open a tab: %v", err)
	}
	tab.Look(look)
	return tab
}

// Look changes how the tab is looked at, at once.
func (tab *Tab) Look(look Look) {
	tab.t.Helper()
	scheme, forced := "light", "none"
	if look.Dark {
		scheme = "dark"
	}
	if look.ForcedColours {
		forced = "active"
	}
	medium := "screen"
	if look.Paper {
		medium = "print"
	}
	tab.do("set the window", chromedp.EmulateViewport(look.Width, look.Height))
	tab.call("set the colours", func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: medium, Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}, {Name: "forced-colors", Value: forced},
		}})
		return err
	})
	tab.call("switch scripts", func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !look.Script})
		return err
	})
	if look.Language != "" {
		tab.call("set the language", func(ctx context.Context) error {
			_, err := chromedp.Call(ctx, emulation.SetUserAgentOverride, emulation.SetUserAgentOverrideParams{AcceptLanguage: look.Language})
			return err
		})
	}
}

func (tab *Tab) call(what string, f func(ctx context.Context) error) {
	tab.t.Helper()
	ctx, cancel := context.WithTimeout(tab.ctx, patience)
	defer cancel()
	if err := f(ctx); err != nil {
		tab.t.Fatalf("%s: %v", what, err)
	}
}

func (tab *Tab) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	tab.t.Helper()
	tab.call(what, func(ctx context.Context) error { return chromedp.Do(ctx, steps...) })
}

// run runs an action that gives something.
func run[T any](tab *Tab, what string, action chromedp.Action[T]) T {
	tab.t.Helper()
	var out T
	tab.call(what, func(ctx context.Context) (err error) {
		out, err = chromedp.Run(ctx, action)
		return err
	})
	return out
}

// Open goes to an address.
func (tab *Tab) Open(address string) {
	tab.t.Helper()
	tab.do("open "+address, chromedp.Navigate(address))
}

// See waits until the page shows what a CSS selector finds, and is loaded: a page that sends the browser on by itself may still be
// on its way.
func (tab *Tab) See(selector string) {
	tab.t.Helper()
	tab.do("see "+selector, chromedp.WaitVisible(chromedp.CSS(selector)))
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	giveUp := time.After(patience)
	for run(tab, "read the state", chromedp.Evaluate[string]("document.readyState")) != "complete" {
		select {
		case <-again.C:
		case <-giveUp:
			tab.t.Fatalf("%s is never loaded", tab.Address())
		}
	}
}

// Gone waits until nothing that a CSS selector finds is on the page.
func (tab *Tab) Gone(selector string) {
	tab.t.Helper()
	tab.do("see "+selector+" go", chromedp.WaitNotPresent(chromedp.CSS(selector)))
}

// Press clicks a link or a button and waits until the page that it leads to is loaded.
func (tab *Tab) Press(selector string) {
	tab.t.Helper()
	run(tab, "press "+selector, chromedp.WaitEvent(page.LoadEventFired, nil, chromedp.Click(chromedp.CSS(selector))))
}

// Click clicks something that leads nowhere, like a radio button.
func (tab *Tab) Click(selector string) {
	tab.t.Helper()
	tab.do("click "+selector, chromedp.Click(chromedp.CSS(selector)))
}

// Type writes into a field, in place of what stands there.
func (tab *Tab) Type(selector, text string) {
	tab.t.Helper()
	tab.do("type into "+selector, chromedp.Clear(chromedp.CSS(selector)), chromedp.SendKeys(chromedp.CSS(selector), text))
}

// Keys types on the keyboard, wherever the focus is: "\t" is the tabulator, "\r" Enter.
func (tab *Tab) Keys(keys string) {
	tab.t.Helper()
	tab.do("type", chromedp.KeyEvent(keys))
}

// Enter presses Enter and waits until the page that it leads to is loaded.
func (tab *Tab) Enter() {
	tab.t.Helper()
	run(tab, "press Enter", chromedp.WaitEvent(page.LoadEventFired, nil, chromedp.KeyEvent("\r")))
}

// Choose picks an option of a list by its value.
func (tab *Tab) Choose(selector, value string) {
	tab.t.Helper()
	tab.do("choose in "+selector, chromedp.SetValue(chromedp.CSS(selector), value))
}

// Text is what an element says, in one line.
func (tab *Tab) Text(selector string) string {
	tab.t.Helper()
	return strings.Join(strings.Fields(run(tab, "read "+selector, chromedp.Text(chromedp.CSS(selector)))), " ")
}

// Address is where the tab stands.
func (tab *Tab) Address() string {
	tab.t.Helper()
	return run(tab, "read the address", chromedp.Location())
}

// Number evaluates an expression that gives a number, like document.links.length.
func (tab *Tab) Number(expression string) float64 {
	tab.t.Helper()
	return run(tab, "measure "+expression, chromedp.Evaluate[float64](expression))
}

// Evaluate evaluates an expression of any kind into T; tests inject their tools with it.
func Evaluate[T any](tab *Tab, expression string) T {
	tab.t.Helper()
	return run(tab, "evaluate", chromedp.Evaluate[T](expression))
}

// FitsWidth fails the test when the page can be scrolled sideways.
func (tab *Tab) FitsWidth() {
	tab.t.Helper()
	if over := tab.Number("document.documentElement.scrollWidth - document.documentElement.clientWidth"); over > 0 {
		tab.t.Errorf("%s is %v pixels too wide", tab.Address(), over)
	}
}

// Picture keeps a picture of the whole page as name.png in the directory that KASSA_SCREENSHOTS names; without it nothing is drawn.
func (tab *Tab) Picture(name string) {
	tab.t.Helper()
	dir := os.Getenv("KASSA_SCREENSHOTS")
	if dir == "" {
		return
	}
	// The window is made as high as the page: what Chromium draws beyond the window is moved sideways on pages from right to left.
	size := Evaluate[[]int64](tab, "[innerWidth, innerHeight, document.documentElement.scrollHeight]")
	tab.do("stretch the window", chromedp.EmulateViewport(size[0], max(size[1], size[2])))
	picture, err := small(run(tab, "draw "+name, chromedp.CaptureScreenshot()))
	if err != nil {
		tab.t.Fatal(err)
	}
	tab.do("restore the window", chromedp.EmulateViewport(size[0], size[1]))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		tab.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), picture, 0o600); err != nil {
		tab.t.Fatal(err)
	}
}

// PDF prints the page on paper of a size in centimetres, with no margins but the page's own, into a file.
func (tab *Tab) PDF(file string, width, height float64) {
	tab.t.Helper()
	const inch = 2.54
	tab.call("print", func(ctx context.Context) error {
		none := 0.0
		printed, err := chromedp.Call(ctx, page.PrintToPDF, page.PrintToPDFParams{
			PaperWidth: width / inch, PaperHeight: height / inch, MarginTop: &none, MarginBottom: &none, MarginLeft: &none, MarginRight: &none,
		})
		if err != nil {
			return err
		}
		return os.WriteFile(file, printed.Data, 0o600)
	})
}
