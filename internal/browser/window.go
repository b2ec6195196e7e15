package browser

import (
	"fmt"
	"image"
	"image/color"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Window is a small graphical browser that nothing can be asked of: it is looked at and clicked in, like by a person. In Dillo a reader's style
// sheet gives buttons and fields colours that stand nowhere else on the screen. NetSurf has no such sheet: its buttons are as wide as the page and
// of one grey, the main one is the lowest, and the field for a code is above it. It ends with the test that started it.
type Window struct {
	t      testing.TB
	name   string
	screen *screen
}

// The colours of what is pressed and of what is written into.
var (
	pressed = color.NRGBA{R: 255, B: 255, A: 255}
	written = color.NRGBA{G: 255, B: 255, A: 255}
	grey    = color.NRGBA{R: 0xd9, G: 0xd9, B: 0xd9, A: 255}
)

const readersStyle = ".btn { background-color: #ff00ff !important } #code { background-color: #00ffff !important }\n"

// StartWindow opens an address in dillo or netsurf-gtk.
func StartWindow(t testing.TB, name, address string) *Window {
	t.Helper()
	for _, program := range []string{name, "xdotool"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Fatalf("no %s on this machine: run scripts/install-tools", program)
		}
	}
	home, s := profile(t), startScreen(t, 1000, 2600)
	for file, text := range map[string]string{
		".dillo/style.css":        readersStyle,
		".config/netsurf/Choices": "enable_javascript:0\n",
	} {
		at := filepath.Join(home, file)
		err := os.MkdirAll(filepath.Dir(at), 0o700)
		if err == nil {
			err = os.WriteFile(at, []byte(text), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	arguments := []string{address}
	if name == "dillo" {
		arguments = []string{"-f", "-g", "1000x2600+0+0", address}
	}
	process(t, exec.Command(name, arguments...), "HOME="+home, "DISPLAY="+s.display, "XDG_CONFIG_HOME="+home+"/.config", "XDG_CACHE_HOME="+home+"/.cache", "NO_AT_BRIDGE=1")
	w := &Window{t: t, name: name, screen: s}
	if name == "netsurf-gtk" { // it takes no size when it starts
		w.xdo("search", "--sync", "--onlyvisible", "--name", "NetSurf", "windowsize", "1000", "2600")
	}
	return w
}

// block finds the middle of the topmost block of a colour; ok is false where there is none. At its edge Dillo takes no click.
func (w *Window) block(of color.NRGBA) (middle image.Point, ok bool) {
	w.t.Helper()
	picture, err := w.screen.read()
	if err != nil {
		w.t.Fatalf("%s: look: %v", w.name, err)
	}
	if w.name == "netsurf-gtk" {
		return lowest(picture, of)
	}
	is := func(x, y int) bool { return picture.NRGBAAt(x, y) == of }
	for y := range picture.Rect.Dy() {
		for x := range picture.Rect.Dx() {
			if !is(x, y) || !is(x+8, y+8) || !is(x+4, y+4) {
				continue
			}
			right, bottom := x, y
			for is(right+1, y) {
				right++
			}
			for is(x, bottom+1) {
				bottom++
			}
			return image.Pt((x+right)/2, (y+bottom)/2), true
		}
	}
	return middle, false
}

// lowest finds the lowest wide block of NetSurf's grey, or a place in the field above it.
func lowest(picture *image.NRGBA, of color.NRGBA) (at image.Point, ok bool) {
	const left, right, least = 60, 260, 20
	wide := func(y int) bool {
		for x := left; x < right; x++ {
			if picture.NRGBAAt(x, y) != grey {
				return false
			}
		}
		return true
	}
	const toolbar, statusBar = 60, 60
	for bottom := picture.Rect.Dy() - statusBar; bottom > toolbar; bottom-- {
		top := bottom
		for wide(top) {
			top--
		}
		switch {
		case bottom-top < least:
		case of == written:
			return image.Pt((left+right)/2, top-30), true
		default:
			return image.Pt((left+right)/2, bottom-least/2), true
		}
	}
	return at, false
}

// Press clicks the first button, once it is seen; ok is false where none is within some seconds.
func (w *Window) Press() (ok bool) { return w.click(pressed) }

// Fill writes into the field for a code, once it is seen.
func (w *Window) Fill(words string) (ok bool) {
	w.t.Helper()
	if !w.click(written) {
		return false
	}
	w.xdo("key", "--clearmodifiers", "ctrl+a")
	w.xdo("type", "--delay", "15", words)
	return true
}

// Done waits until no button is seen any more.
func (w *Window) Done() {
	w.t.Helper()
	if !w.until(patience, func() bool { _, there := w.block(pressed); return !there }) {
		w.t.Fatalf("%s still shows a button", w.name)
	}
}

func (w *Window) click(of color.NRGBA) bool {
	w.t.Helper()
	var at image.Point
	if !w.until(10*time.Second, func() (ok bool) { at, ok = w.block(of); return ok }) {
		return false
	}
	w.xdo("mousemove", fmt.Sprint(at.X), fmt.Sprint(at.Y))
	w.xdo("click", "1")
	return true
}

// until waits so long until something is so.
func (w *Window) until(limit time.Duration, is func() bool) bool {
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for giveUp := time.After(limit); !is(); {
		select {
		case <-again.C:
		case <-giveUp:
			return false
		}
	}
	return true
}

func (w *Window) xdo(args ...string) {
	w.t.Helper()
	cmd := exec.Command("xdotool", args...)
	cmd.Env = append(os.Environ(), "DISPLAY="+w.screen.display)
	if out, err := cmd.CombinedOutput(); err != nil {
		w.t.Fatalf("%s: xdotool %s: %v: %s", w.name, strings.Join(args, " "), err, out)
	}
}
