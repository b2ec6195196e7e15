package crashtest

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// limit bounds every wait; whatever takes longer is broken.
const limit = 2 * time.Minute

// buildKassa builds the program once for the test.
func buildKassa(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "kassa")
	cmd := exec.Command("go", "build", "-o", program, "kassa/cmd/kassa")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build kassa: %v\n%s", err, out)
	}
	return program
}

// service is the program, started again and again on one database.
type service struct {
	t        *testing.T
	program  string
	database string
	keys     string

	mu      sync.Mutex
	life    int           // counts the starts
	base    string        // address of the API while it runs
	admin   string        // address of the admin listener
	changed chan struct{} // closed at the next start
	cmd     *exec.Cmd
	log     *bytes.Buffer
	ended   chan struct{} // closed when the process has ended
}

func newService(t *testing.T, program, database string) *service {
	t.Helper()
	s := &service{t: t, program: program, database: database, keys: filepath.Join(t.TempDir(), "keys"), changed: make(chan struct{})}
	t.Cleanup(s.kill)
	return s
}

// start starts the program on free ports and waits until it listens.
func (s *service) start() {
	s.t.Helper()
	cmd := exec.Command(s.program, "serve", "--sandbox", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0",
		"--database", s.database, "--key-file", s.keys, "--migrate")
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	log := &bytes.Buffer{}
	cmd.Stderr = log
	out, err := cmd.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	first, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		_ = cmd.Wait()
		s.t.Fatalf("kassa did not start: %v\n%s", err, log)
	}
	words := strings.Fields(strings.ReplaceAll(first, ",", " "))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, _ = io.Copy(io.Discard, out)
		_ = cmd.Wait() // its exit code says how it ended
	}()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.life++
	s.cmd, s.log, s.ended = cmd, log, ended
	for i, w := range words {
		switch {
		case w == "on" && words[i-1] == "listening":
			s.base = words[i+1]
		case w == "on" && words[i-1] == "admin":
			s.admin = words[i+1]
		}
	}
	if s.base == "" || s.admin == "" {
		s.t.Fatalf("no addresses in %q", first)
	}
	close(s.changed)
	s.changed = make(chan struct{})
}

// address gives where the program listens now, and which of its lives this is.
func (s *service) address() (base, admin string, life int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.base, s.admin, s.life
}

// after waits until the program was started again after a life.
func (s *service) after(life int) error {
	timeout := time.NewTimer(limit)
	defer timeout.Stop()
	for {
		s.mu.Lock()
		now, changed := s.life, s.changed
		s.mu.Unlock()
		if now > life {
			return nil
		}
		select {
		case <-changed:
		case <-timeout.C:
			return errors.New("kassa was not started again, and it does not answer")
		}
	}
}

// kill ends the program as kill -9 does.
func (s *service) kill() {
	s.mu.Lock()
	cmd, ended := s.cmd, s.ended
	s.cmd = nil
	s.mu.Unlock()
	if cmd == nil {
		return
	}
	_ = cmd.Process.Kill() // it may have ended by itself
	<-ended
}

// stop asks the program to end and expects that it does so well.
func (s *service) stop() {
	s.t.Helper()
	s.mu.Lock()
	cmd := s.cmd
	s.mu.Unlock()
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		s.t.Fatal(err)
	}
	if code := s.exit(); code != 0 {
		s.t.Errorf("kassa ended with %d after SIGTERM:\n%s", code, s.log)
	}
}

// exit waits until the program ends by itself and gives its exit code.
func (s *service) exit() int {
	s.t.Helper()
	s.mu.Lock()
	cmd, ended := s.cmd, s.ended
	s.cmd = nil
	s.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	select {
	case <-ended:
		return cmd.ProcessState.ExitCode()
	case <-ctx.Done():
		_ = cmd.Process.Kill()
		<-ended
		s.t.Fatalf("kassa does not end:\n%s", s.log)
		return -1
	}
}

// pid is the process id of the program.
func (s *service) pid() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.cmd.Process.Pid
}
