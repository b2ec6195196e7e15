package bench

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// readyPrefix begins the line in which a program says where it listens.
const readyPrefix = "listening "

// graceful is how long a program may take to end by itself.
const graceful = 10 * time.Second

// Program is a child process that says on its standard output where it listens.
type Program struct {
	// URL is the address that the program answers at.
	URL string

	cmd   *exec.Cmd
	stdin io.Closer
	quiet chan struct{} // closed when the rest of the output was read
}

// Start runs a program and waits for a line on its standard output that says "listening" and has an http:// address, as
// those of `kassa serve` and of the limit programs do; what it prints later
// is thrown away, what it prints on standard error goes to log. Its arguments alone configure it: KASSA_ variables of ours
// are kept from it. Its standard input stays open until Stop, or until
// this process dies: a program that watches it (LimitConfig.Parent) never outlives us. The end of ctx kills it.
func Start(ctx context.Context, log io.Writer, name string, args ...string) (*Program, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stderr = log
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "KASSA_") })
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	p := &Program{cmd: cmd, stdin: stdin, quiet: make(chan struct{})}
	lines := bufio.NewReader(stdout)
	for p.URL == "" {
		line, err := lines.ReadString('\n')
		if err != nil {
			close(p.quiet)
			return nil, errors.Join(fmt.Errorf("%s ended before it listened: %w", name, err), p.Stop())
		}
		p.URL = listeningAt(line)
	}
	go func() {
		defer close(p.quiet)
		io.Copy(io.Discard, lines) //nolint:errcheck // the pipe ends with the program
	}()
	return p, nil
}

// listeningAt finds the first address in a line that says where a program listens; "" in any other line.
func listeningAt(line string) string {
	if !strings.Contains(line, strings.TrimSpace(readyPrefix)) {
		return ""
	}
	for word := range strings.FieldsSeq(line) {
		if strings.HasPrefix(word, "http://") {
			return strings.TrimRight(word, ",.;")
		}
	}
	return ""
}

// Stop asks the program to end, kills it when it does not within 10 s, and waits for it.
func (p *Program) Stop() error {
	p.stdin.Close()
	if err := p.cmd.Process.Signal(os.Interrupt); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("stop %s: %w", p.cmd.Path, err)
	}
	kill := time.AfterFunc(graceful, func() { p.cmd.Process.Kill() }) //nolint:errcheck // it is gone already, then
	defer kill.Stop()
	<-p.quiet
	err := p.cmd.Wait()
	var exit *exec.ExitError
	if errors.As(err, &exit) && !exit.Exited() || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return nil // ended by the signal we sent, or before by the end of Start's ctx
	}
	return err
}
