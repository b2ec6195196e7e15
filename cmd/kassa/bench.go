package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"kassa/internal/bench"
	"kassa/internal/config"
	"kassa/internal/server"
)

// benchCmd takes nothing from the environment: what is set there is for servers, and the bench fills databases with test data.
type benchCmd struct {
	Scenario    string `arg:"" enum:"create,pair,purchase" help:"create: payment sessions. pair: payment sessions, each with a hosted session. purchase: all of it, through the page's forms to the captured order."`
	Connections int    `default:"64" env:"-" help:"Keep-alive connections; each sends its next request when the last was answered."`
	Seconds     int    `default:"10" env:"-" help:"How long each program is driven, warm-up not counted."`
	Limit       bool   `env:"-" help:"Drive the least program that could do the job in turns with Kassa, with and without a database, and print the ratios."`
	Target      string `env:"-" placeholder:"URL" help:"Drive this running Kassa, like http://127.0.0.1:8080; without: a sandbox server of the bench's own."`
	Username    string `default:"${sandbox_username}" env:"-" help:"The merchant's user name at the target."`
	Password    string `default:"${sandbox_password}" env:"-" help:"The merchant's password at the target."`
	Database    string `env:"-" placeholder:"URL" help:"Measure on the disk or server of this database: sqlite:FILE or postgres://…. The bench makes databases of its own there and removes them. Default: an SQLite file among the temporary files."`
}

// Help is printed below the flags.
func (benchCmd) Help() string {
	return `Prints requests per second, the median and the 99th percentile of their times, and what went wrong. docs/performance.md says how to read it.

Examples:

  kassa bench create --limit --connections 64
  kassa bench purchase --limit --database postgres://kassa@127.0.0.1/kassa
  kassa bench pair --target http://127.0.0.1:8080 --username K000002_1f0c9a4be210 --password …`
}

// Run measures.
func (c *benchCmd) Run(t *terminal) (err error) {
	if c.Connections < 1 {
		return &config.Refusal{Flag: "--connections", Why: "at least 1"}
	}
	if c.Seconds < 1 {
		return &config.Refusal{Flag: "--seconds", Why: "at least 1"}
	}
	scratch, err := bench.NewScratch(t.ctx, c.Database)
	if err != nil {
		return &config.Refusal{Flag: "--database", Why: err.Error()}
	}
	defer func() { err = errors.Join(err, scratch.Remove()) }()
	p := programs{ctx: t.ctx, scratch: scratch}
	defer func() { err = errors.Join(err, p.stop()) }()
	run := bench.Config{
		Scenario: bench.Scenario(c.Scenario), Target: c.Target, Username: c.Username, Password: c.Password,
		Connections: c.Connections, Duration: time.Duration(c.Seconds) * time.Second, Out: t.out,
	}
	if run.Target == "" {
		run.Target = p.start("serve", "--sandbox", "--migrate", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--database", scratch.Database, "--key-file", filepath.Join(scratch.Dir, "kassa.key"))
	}
	if c.Limit {
		run.Limit = p.start("limit", "--database", scratch.Limit)
		run.Bare = p.start("limit")
	}
	if p.err != nil {
		return p.err
	}
	_, err = bench.Run(t.ctx, run)
	if t.ctx.Err() != nil {
		return errors.New("stopped before there was a result")
	}
	return err
}

// programs are the child processes of one run: the server that is measured and the limit programs, each this very binary.
type programs struct {
	ctx     context.Context //nolint:containedctx // that of the command
	scratch *bench.Scratch
	running []*bench.Program
	err     error // of the first that did not start
}

// start starts a subcommand and gives the address it answers at; "" when one did not start. What it logs goes to a file, as a
// service's log does: a terminal would slow down what is measured.
func (p *programs) start(args ...string) string {
	if p.err != nil {
		return ""
	}
	exe, err := os.Executable()
	if err != nil {
		p.err = fmt.Errorf("find our own program: %w", err)
		return ""
	}
	log, err := os.OpenFile(filepath.Join(p.scratch.Dir, "log"), os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		p.err = fmt.Errorf("make the log of %s: %w", args[0], err)
		return ""
	}
	defer log.Close()
	program, err := bench.Start(p.ctx, log, exe, args...)
	if err != nil {
		said, _ := io.ReadAll(io.NewSectionReader(log, 0, 4096)) // what there is of it
		p.err = fmt.Errorf("%w\n%s", err, said)
		return ""
	}
	p.running = append(p.running, program)
	return program.URL
}

// stop ends all programs.
func (p *programs) stop() error {
	var all error
	for _, program := range p.running {
		all = errors.Join(all, program.Stop())
	}
	return all
}

// sandboxVars are the sandbox's credentials, for defaults of flags.
var sandboxVars = map[string]string{
	"sandbox_username": server.SandboxUsername, "sandbox_password": server.SandboxPassword, "sandbox_secret": server.SandboxCallbackSecret,
}
