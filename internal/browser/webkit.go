package browser

import (
	"bufio"
	_ "embed" // the window
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// webkitWindow is a window of WebKitGTK that is told what to do. The small browser that Debian has for WebDriver will not be as narrow
// as a telephone, has one size of text and cannot print.
//
//go:embed testdata/webkit/drive.py
var webkitWindow []byte

// startWebKit starts the window on a screen of its own.
func startWebKit(t testing.TB, fontSize int) *Driver {
	t.Helper()
	dir, s := profile(t), startScreen(t, 1300, 1600)
	script := filepath.Join(dir, "drive.py")
	if err := os.WriteFile(script, webkitWindow, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("/usr/bin/python3", script) // the one that Debian's packages belong to
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	process(t, cmd, "HOME="+dir, "DISPLAY="+s.display, "XDG_RUNTIME_DIR="+dir, "GDK_BACKEND=x11", "NO_AT_BRIDGE=1", "LIBGL_ALWAYS_SOFTWARE=1",
		"WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS=1", "WEBKIT_DISABLE_COMPOSITING_MODE=1")
	w := &webkit{in: in, out: bufio.NewReader(out)}
	d := &Driver{t: t, Name: "webkit", call: w.call, picture: s.png}
	d.do("settings", map[string]any{"font": fontSize})
	d.narrow = func(width, height int) {
		t.Helper()
		d.do("size", map[string]any{"width": width, "height": height})
		d.wait(fmt.Sprint("become ", width, " wide"), func() bool { return DriverEvaluate[int](d, "innerWidth") == width })
	}
	return d
}

// webkit is the line to the window.
type webkit struct {
	in  io.Writer
	out *bufio.Reader
}

// call writes one line and reads one.
func (w *webkit) call(command string, params map[string]any) (json.RawMessage, error) {
	said := map[string]any{"command": command}
	for name, value := range params {
		said[name] = value
	}
	line, err := json.Marshal(said)
	if err != nil {
		return nil, err
	}
	if _, err := w.in.Write(append(line, '\n')); err != nil {
		return nil, err
	}
	answer, err := w.out.ReadBytes('\n')
	if err != nil {
		return nil, fmt.Errorf("WebKitGTK has gone (scripts/install-tools brings python3-gi and gir1.2-webkit2-4.1): %w", err)
	}
	var read struct {
		Value json.RawMessage
		Error string
	}
	if err := json.Unmarshal(answer, &read); err != nil {
		return nil, fmt.Errorf("read %s: %w", answer, err)
	}
	if read.Error != "" {
		return nil, errors.New(read.Error)
	}
	return read.Value, nil
}
