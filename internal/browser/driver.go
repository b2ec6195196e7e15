package browser

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Driver is a browser of another make, with one window: Firefox or WebKitGTK. It does what a Tab does. It ends with the test that
// started it.
type Driver struct {
	t    testing.TB
	Name string // firefox, webkit
	// call does one of open (url), evaluate (script), pdf (file, width, height in centimetres).
	call    func(command string, params map[string]any) (json.RawMessage, error)
	narrow  func(width, height int) // makes what pages are shown in so large
	picture func() ([]byte, error)  // what is seen, as PNG
}

// StartDriver starts firefox or webkit. fontSize is the reader's own size of text in pixels: 16 where nobody has changed it.
func StartDriver(t testing.TB, name string, fontSize int) *Driver {
	t.Helper()
	if name == "firefox" {
		return startFirefox(t, fontSize)
	}
	return startWebKit(t, fontSize)
}

func (d *Driver) do(command string, params map[string]any) json.RawMessage {
	d.t.Helper()
	out, err := d.call(command, params)
	if err != nil {
		d.t.Fatalf("%s: %s: %v", d.Name, command, err)
	}
	return out
}

// Resize makes the page so wide and high.
func (d *Driver) Resize(width, height int) {
	d.t.Helper()
	d.narrow(width, height)
}

// Open goes to an address and waits until it is loaded.
func (d *Driver) Open(address string) {
	d.t.Helper()
	d.do("open", map[string]any{"url": address})
}

// DriverEvaluate runs an expression on the page and gives its value.
func DriverEvaluate[T any](d *Driver, expression string) T {
	d.t.Helper()
	var out T
	raw := d.do("evaluate", map[string]any{"script": expression})
	if err := json.Unmarshal(raw, &out); err != nil {
		d.t.Fatalf("%s: %s is %s: %v", d.Name, expression, raw, err)
	}
	return out
}

// See waits until the page shows what a CSS selector finds, and is loaded.
func (d *Driver) See(selector string) {
	d.t.Helper()
	d.become("see "+selector, "document.readyState === 'complete' && document.querySelector("+quoted(selector)+") !== null")
}

// SeeText waits until the page says something.
func (d *Driver) SeeText(words string) {
	d.t.Helper()
	d.become("see "+words, "document.body.innerText.includes("+quoted(words)+")")
}

// become waits until an expression is true. A page that is left while it is asked has no answer.
func (d *Driver) become(what, expression string) {
	d.t.Helper()
	d.wait(what, func() bool {
		raw, err := d.call("evaluate", map[string]any{"script": expression})
		return err == nil && string(raw) == "true"
	})
}

func quoted(text string) string {
	out, _ := json.Marshal(text)
	return string(out)
}

// wait waits until something is so.
func (d *Driver) wait(what string, is func() bool) {
	d.t.Helper()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	giveUp := time.After(patience)
	for !is() {
		select {
		case <-again.C:
		case <-giveUp:
			d.t.Fatalf("%s: cannot %s on %s", d.Name, what, DriverEvaluate[string](d, "location.href + ' ' + document.body.innerText"))
		}
	}
}

// Click clicks something.
func (d *Driver) Click(selector string) {
	d.t.Helper()
	DriverEvaluate[bool](d, "(document.querySelector("+quoted(selector)+").click(), true)")
}

// Type puts a text into a field, in place of what stands there.
func (d *Driver) Type(selector, text string) {
	d.t.Helper()
	DriverEvaluate[bool](d, "(document.querySelector("+quoted(selector)+").value = "+quoted(text)+", true)")
}

// Text is what an element says, in one line.
func (d *Driver) Text(selector string) string {
	d.t.Helper()
	return strings.Join(strings.Fields(DriverEvaluate[string](d, "document.querySelector("+quoted(selector)+").innerText")), " ")
}

// PDF prints the page on paper of a size in centimetres, with no margins but the page's own, into a file.
func (d *Driver) PDF(file string, width, height float64) {
	d.t.Helper()
	d.do("pdf", map[string]any{"file": file, "width": width, "height": height})
}

// Picture writes what is seen to the directory that KASSA_SCREENSHOTS names, if it names one.
func (d *Driver) Picture(name string) {
	d.t.Helper()
	dir := os.Getenv("KASSA_SCREENSHOTS")
	if dir == "" {
		return
	}
	picture, err := d.picture()
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, d.Name+"-"+name+".png"), picture, 0o600)
	}
	if err != nil {
		d.t.Fatalf("%s: picture %s: %v", d.Name, name, err)
	}
}
