package browser

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// firefoxPrefs are what a fresh profile is told: stay at home, ask nothing. Marionette picks a free port and writes it down.
const firefoxPrefs = `user_pref("marionette.port", 0);
user_pref("app.update.disabledForTesting", true);
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("browser.startup.page", 0);
user_pref("browser.aboutwelcome.enabled", false);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("toolkit.telemetry.enabled", false);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("services.settings.server", "data:,");
user_pref("extensions.getAddons.cache.enabled", false);
user_pref("dom.security.https_first", false);
user_pref("ui.prefersReducedMotion", 1);
user_pref("font.size.variable.x-western", %[1]d);
user_pref("font.size.variable.ar", %[1]d);
user_pref("font.size.variable.he", %[1]d);
user_pref("font.size.variable.x-unicode", %[1]d);
`

// startFirefox starts Firefox without a window and speaks Marionette, its own form of WebDriver: JSON with its length before it.
func startFirefox(t testing.TB, fontSize int) *Driver {
	t.Helper()
	path, err := exec.LookPath("firefox-esr")
	if err != nil {
		if path, err = exec.LookPath("firefox"); err != nil {
			t.Fatal("no Firefox on this machine: run scripts/install-tools")
		}
	}
	dir := profile(t)
	if err := os.WriteFile(filepath.Join(dir, "user.js"), fmt.Appendf(nil, firefoxPrefs, fontSize), 0o600); err != nil {
		t.Fatal(err)
	}
	process(t, exec.Command(path, "--headless", "--marionette", "--remote-allow-system-access", "--no-remote", "--profile", dir), "HOME="+dir, "MOZ_CRASHREPORTER_DISABLE=1")
	port := ""
	for again, giveUp := time.NewTicker(20*time.Millisecond), time.After(patience); port == ""; {
		select {
		case <-again.C:
		case <-giveUp:
			t.Fatal("Firefox opens no port")
		}
		if text, err := os.ReadFile(filepath.Join(dir, "MarionetteActivePort")); err == nil {
			port = strings.TrimSpace(string(text))
		}
	}
	conn, err := net.Dial("tcp", "127.0.0.1:"+port)
	if err != nil {
		t.Fatalf("speak to Firefox: %v", err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	m := &marionette{conn: conn, in: bufio.NewReader(conn)}
	if _, err := m.read(); err != nil { // who speaks
		t.Fatalf("Firefox: %v", err)
	}
	d := &Driver{t: t, Name: "firefox", call: m.do, picture: func() ([]byte, error) { return m.bytes("TakeScreenshot", map[string]any{"full": true, "hash": false}) }}
	if _, err := m.send("NewSession", map[string]any{}); err != nil {
		t.Fatalf("begin a session of Firefox: %v", err)
	}
	d.narrow = func(width, height int) {
		t.Helper()
		if err := m.narrow(width, height); err != nil {
			t.Fatalf("make Firefox narrow: %v", err)
		}
		d.become("become "+strconv.Itoa(width)+" wide", "innerWidth === "+strconv.Itoa(width))
	}
	return d
}

// marionette is one connection.
type marionette struct {
	conn net.Conn
	in   *bufio.Reader
	last int
}

// do does what a Driver is asked for.
func (m *marionette) do(command string, params map[string]any) (json.RawMessage, error) {
	switch command {
	case "open":
		return m.send("Navigate", params)
	case "evaluate":
		return m.send("ExecuteScript", map[string]any{"script": fmt.Sprint("return (", params["script"], ")"), "args": []any{}})
	default:
		none := map[string]any{"top": 0, "bottom": 0, "left": 0, "right": 0}
		page := map[string]any{"width": params["width"], "height": params["height"]}
		pdf, err := m.bytes("Print", map[string]any{"page": page, "margin": none, "shrinkToFit": false})
		if err != nil {
			return nil, err
		}
		return nil, os.WriteFile(fmt.Sprint(params["file"]), pdf, 0o600)
	}
}

// bytes asks for something that comes as base64.
func (m *marionette) bytes(command string, params map[string]any) (out []byte, err error) {
	raw, err := m.send(command, params)
	if err == nil {
		err = json.Unmarshal(raw, &out)
	}
	return out, err
}

// narrow makes the element that shows pages so large: a window cannot be as narrow as a telephone.
func (m *marionette) narrow(width, height int) error {
	for _, step := range []struct {
		command string
		params  map[string]any
	}{
		{"SetWindowRect", map[string]any{"width": max(width, 500) + 40, "height": height + 200}},
		{"Marionette:SetContext", map[string]any{"value": "chrome"}},
		{"ExecuteScript", map[string]any{"args": []any{width, height}, "script": `const s = gBrowser.selectedBrowser.style;
for (const p of ["width", "min-width", "max-width"]) s.setProperty(p, arguments[0] + "px");
for (const p of ["height", "min-height", "max-height"]) s.setProperty(p, arguments[1] + "px");`}},
		{"Marionette:SetContext", map[string]any{"value": "content"}},
	} {
		if _, err := m.send(step.command, step.params); err != nil {
			return fmt.Errorf("%s: %w", step.command, err)
		}
	}
	return nil
}

// send sends a command and reads its answer.
func (m *marionette) send(command string, params map[string]any) (json.RawMessage, error) {
	if !strings.Contains(command, ":") {
		command = "WebDriver:" + command
	}
	m.last++
	body, err := json.Marshal([]any{0, m.last, command, params})
	if err != nil {
		return nil, err
	}
	if _, err := fmt.Fprintf(m.conn, "%d:%s", len(body), body); err != nil {
		return nil, err
	}
	answer, err := m.read()
	if err != nil {
		return nil, err
	}
	var parts [4]json.RawMessage
	if err := json.Unmarshal(answer, &parts); err != nil {
		return nil, fmt.Errorf("read %s: %w", answer, err)
	}
	if string(parts[2]) != "null" {
		return nil, errors.New(string(parts[2]))
	}
	var in struct{ Value json.RawMessage }
	if err := json.Unmarshal(parts[3], &in); err == nil && in.Value != nil {
		return in.Value, nil
	}
	return parts[3], nil
}

// read reads one message.
func (m *marionette) read() ([]byte, error) {
	length, err := m.in.ReadString(':')
	if err != nil {
		return nil, err
	}
	n, err := strconv.Atoi(strings.TrimSuffix(length, ":"))
	if err != nil {
		return nil, err
	}
	out := make([]byte, n)
	_, err = io.ReadFull(m.in, out)
	return out, err
}
