package main

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"kassa/internal/server"
	"kassa/internal/servertest"
)

// readme gives the README and its blocks of commands.
func readme(t *testing.T) (text string, blocks []string) {
	t.Helper()
	data, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for i, part := range strings.Split(string(data), "```sh\n") {
		if i > 0 {
			block, _, _ := strings.Cut(part, "```")
			blocks = append(blocks, block)
		}
	}
	if len(blocks) != 4 {
		t.Fatalf("%d blocks of commands in the README; this test knows four", len(blocks))
	}
	return string(data), blocks
}

// terminalOf is a shell that is typed into.
type terminalOf struct {
	t   *testing.T
	in  io.Writer
	out *bufio.Scanner
}

// openTerminal starts a shell in a new directory; it must end well with the test.
func openTerminal(t *testing.T) *terminalOf {
	t.Helper()
	shell := exec.Command("bash", "-eu")
	shell.Dir, shell.Stderr = t.TempDir(), os.Stderr
	in, err := shell.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := shell.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := shell.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close()
		if err := shell.Wait(); err != nil {
			t.Errorf("the shell: %v", err)
		}
	})
	return &terminalOf{t, in, bufio.NewScanner(out)}
}

// enter types commands and gives what they print.
func (c *terminalOf) enter(commands string) string {
	c.t.Helper()
	const end = "-- that was all --"
	if _, err := fmt.Fprintf(c.in, "%s\necho\necho '%s'\n", commands, end); err != nil {
		c.t.Fatal(err)
	}
	var said []string
	for c.out.Scan() {
		if c.out.Text() == end {
			return strings.TrimSpace(strings.Join(said, "\n"))
		}
		said = append(said, c.out.Text())
	}
	c.t.Fatalf("the shell ended after %q", said)
	return ""
}

// background starts kassa and gives what it says up to a line with until; it must end well when it is told to.
func background(t *testing.T, until string, command *exec.Cmd) string {
	t.Helper()
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	t.Cleanup(func() {
		if err := command.Process.Signal(syscall.SIGTERM); err != nil {
			t.Errorf("stop kassa: %v", err)
		}
		for lines.Scan() { // to the end of what it prints
		}
		if err := command.Wait(); err != nil {
			t.Errorf("kassa: %v", err)
		}
	})
	limit := time.AfterFunc(ready, func() { _ = command.Process.Kill() })
	defer limit.Stop()
	var said []string
	for lines.Scan() {
		said = append(said, lines.Text())
		if strings.Contains(lines.Text(), until) {
			return strings.Join(said, "\n")
		}
	}
	t.Fatalf("kassa ended after %q", said)
	return ""
}

// TestReadme_purchaseByHand types what the README says, beside a demo, and pays in between.
func TestReadme_purchaseByHand(t *testing.T) {
	text, blocks := readme(t)
	if want := fmt.Sprintf(demoText, "http://127.0.0.1:8090", "http://127.0.0.1:8080", server.SandboxUsername, server.SandboxPassword, server.SandboxCallbackSecret, "http://127.0.0.1:8081", "sqlite:/tmp/kassa-demo-1234567890/kassa.db"); !strings.Contains(text, strings.Split(want, "\nRequests are logged")[0]) {
		t.Errorf("the README does not show what the demo prints:\n%s", want)
	}
	said := background(t, "Requests are logged", exec.Command("kassa", "demo", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--shop-listen", "127.0.0.1:0"))
	var addresses []string
	for word := range strings.FieldsSeq(said) {
		if strings.HasPrefix(word, "http://") {
			addresses = append(addresses, word)
		}
	}
	if len(addresses) != 3 {
		t.Fatalf("the demo says: %s", said)
	}
	here := strings.NewReplacer("http://127.0.0.1:8090", addresses[0], "http://127.0.0.1:8080", addresses[1], "http://127.0.0.1:8081", addresses[2])

	shell := openTerminal(t)
	link := shell.enter(here.Replace(blocks[0]))
	if !strings.HasPrefix(link, addresses[1]+"/pay/") {
		t.Fatalf("the first block says %q", link)
	}
	tab := servertest.Open(t, link).Pay("pay_later")
	if tab.PageStatus() != "COMPLETED" || !strings.HasPrefix(tab.Return(), addresses[0]+"/paid?session_id=") {
		t.Fatalf("%s, back to %s: %s", tab.PageStatus(), tab.Return(), tab.Text())
	}
	if back := servertest.Open(t, tab.Return()); back.Status != http.StatusOK || !strings.Contains(back.Text(), "The payment is authorized") || !strings.Contains(back.Text(), "1 796,00 kr") {
		t.Errorf("the success address says %d: %s", back.Status, back.Text())
	}
	order := shell.enter(here.Replace(blocks[1]))
	for _, member := range []string{`"status":"COMPLETED"`, `"status":"CAPTURED"`, `"captured_amount":179600`, `"refunded_amount":89800`} {
		if !strings.Contains(order, member) {
			t.Errorf("the second block does not say %s: %s", member, order)
		}
	}
	if now := shell.enter(here.Replace(blocks[2])); !strings.Contains(now, `"now":`) {
		t.Errorf("the clock says %s", now)
	}
}

// TestReadme_runItForReal types the operator's commands, with the files in a directory of the test's.
func TestReadme_runItForReal(t *testing.T) {
	_, blocks := readme(t)
	dir := t.TempDir()
	here := strings.NewReplacer("/var/lib/kassa", dir, "127.0.0.1:8080", "127.0.0.1:0")
	add, serve, _ := strings.Cut(here.Replace(blocks[3]), "\n\n")
	if said := openTerminal(t).enter(add); !strings.Contains(said, "username: K") || !strings.Contains(said, "password: ") {
		t.Fatalf("merchant add says %q", said)
	}
	command := exec.Command("bash", "-c", "exec "+strings.TrimSpace(serve))
	command.Env = append(os.Environ(), "KASSA_ADMIN_LISTEN=127.0.0.1:0")
	said := background(t, "listening on", command)
	if !strings.Contains(said, "public URL https://pay.example.com") {
		t.Errorf("serve says %q", said)
	}
	for _, file := range []string{"kassa.db", "kassa.db.key"} {
		info, err := os.Stat(filepath.Join(dir, file))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", file, info.Mode())
		}
	}
	_, rest, _ := strings.Cut(said, "listening on ")
	address, _, _ := strings.Cut(rest, ",")
	resp, err := http.Get(address + "/openapi/payments.yaml")
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("the contract: status %d", resp.StatusCode)
	}
}
