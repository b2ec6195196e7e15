package main

import (
	"bytes"
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"

	"kassa/internal/config"
)

// untilSaid is a terminal of a command that is told to stop as soon as it has said something.
func untilSaid(t *testing.T) (tty *terminal, out, errOut *bytes.Buffer) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	out, errOut = new(bytes.Buffer), new(bytes.Buffer)
	return &terminal{ctx: ctx, out: stopping{out, cancel}, err: errOut}, out, errOut
}

// stopping is a writer after which all is over.
type stopping struct {
	to   *bytes.Buffer
	stop func()
}

func (s stopping) Write(b []byte) (int, error) {
	defer s.stop()
	return s.to.Write(b)
}

func sandboxOn(listen, database string) *serveCmd {
	return &serveCmd{
		Listen: listen, AdminListen: "127.0.0.1:0", Sandbox: true, CallbackTimeout: 3 * time.Second,
		databaseFlags: databaseFlags{Database: "sqlite:" + database},
	}
}

// TestServe_stoppedBeforeItHasStarted: a signal at any moment is no failure.
func TestServe_stoppedBeforeItHasStarted(t *testing.T) {
	tty, _, errOut := untilSaid(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	tty.ctx = ctx
	if code := report(sandboxOn("127.0.0.1:0", filepath.Join(t.TempDir(), "kassa.db")).Run(tty), errOut); code != 0 {
		t.Errorf("serve: exit code %d: %s", code, errOut)
	}
	t.Setenv("TMPDIR", t.TempDir())
	if code := report((&demoCmd{Listen: "127.0.0.1:0", AdminListen: "127.0.0.1:0", ShopListen: "127.0.0.1:0"}).Run(tty), errOut); code != 0 {
		t.Errorf("demo: exit code %d: %s", code, errOut)
	}
	left, err := os.ReadDir(os.TempDir())
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// TestServe_onEveryAddressHandsOutOneThatOpens: http://[::]:8080 is an address to listen on and none to go to.
func TestServe_onEveryAddressHandsOutOneThatOpens(t *testing.T) {
	for listen, public := range map[string]string{
		":0":          "public URL http://127.0.0.1:",
		"0.0.0.0:0":   "public URL http://127.0.0.1:",
		"127.0.0.1:0": "public URL http://127.0.0.1:",
	} {
		tty, out, _ := untilSaid(t)
		if err := sandboxOn(listen, filepath.Join(t.TempDir(), "kassa.db")).Run(tty); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(out.String(), public) {
			t.Errorf("%s: %s", listen, out)
		}
		if near := strings.Contains(out.String(), "for this machine alone"); near != (listen != "127.0.0.1:0") {
			t.Errorf("%s: %s", listen, out)
		}
	}
}

// TestDemo_withoutAPortSaysThatAlone: one line, and no errors of parts that had begun.
func TestDemo_withoutAPortSaysThatAlone(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = taken.Close() })
	for flag, c := range map[string]demoCmd{
		"--listen":       {Listen: taken.Addr().String(), AdminListen: "127.0.0.1:0", ShopListen: "127.0.0.1:0"},
		"--admin-listen": {Listen: "127.0.0.1:0", AdminListen: taken.Addr().String(), ShopListen: "127.0.0.1:0"},
		"--shop-listen":  {Listen: "127.0.0.1:0", AdminListen: "127.0.0.1:0", ShopListen: taken.Addr().String()},
	} {
		tty, out, errOut := untilSaid(t)
		var r *config.Refusal
		if err := c.Run(tty); !errors.As(err, &r) || r.Flag != flag || out.Len()+errOut.Len() > 0 {
			t.Errorf("%s: %v\n%s%s", flag, err, out, errOut)
		}
	}
}

// TestServe_eachFlagIsAnEnvironmentVariable as the help says.
func TestServe_eachFlagIsAnEnvironmentVariable(t *testing.T) {
	parser, err := kong.New(&cli{}, kong.DefaultEnvars("KASSA"), kong.Vars(sandboxVars))
	if err != nil {
		t.Fatal(err)
	}
	flags := 0
	for _, command := range parser.Model.Children {
		for _, f := range command.Flags {
			want := "KASSA_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
			if command.Name != "serve" || f.Name == "help" {
				continue
			}
			if flags++; len(f.Envs) != 1 || f.Envs[0] != want {
				t.Errorf("--%s is %v, want %s", f.Name, f.Envs, want)
			}
		}
	}
	if flags < 10 {
		t.Errorf("%d flags of serve were looked at", flags)
	}
}
