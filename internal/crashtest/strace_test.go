package crashtest

import (
	"bufio"
	"bytes"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"kassa/internal/pgtest"
)

// What a disk can do to a program.
const (
	syncs     = "fsync,fdatasync"
	syncsFail = syncs + ":error=EIO"
	diskFull  = "pwrite64:error=ENOSPC"
)

// trace watches system calls of processes, and of all their threads, until they end; with an error they fail. It gives the file
// with a line for each call.
func trace(t *testing.T, what string, pids ...int) (file string) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "strace")
	calls, fail, _ := strings.Cut(what, ":")
	args := []string{"strace", "-f", "-o", file, "-e", "trace=" + calls}
	if fail != "" {
		args = append(args, "-e", "inject="+what)
	}
	for _, pid := range pids {
		args = append(args, "-p", strconv.Itoa(pid))
	}
	if os.Geteuid() != 0 {
		args = append([]string{"sudo", "-n"}, args...) // who is not root may not trace what is not his child
	}
	cmd := exec.Command(args[0], args[1:]...)
	messages, err := cmd.StderrPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatalf("strace (scripts/install-tools brings it): %v", err)
	}
	ended := make(chan struct{})
	attached := make(chan int, 1)
	go func() {
		defer close(ended)
		n := 0
		var other bytes.Buffer
		for lines := bufio.NewScanner(messages); lines.Scan(); {
			if strings.Contains(lines.Text(), " attached") {
				if n++; n == len(pids) {
					attached <- n
				}
				continue
			}
			fmt.Fprintln(&other, lines.Text())
		}
		_ = cmd.Wait() // it ends like the last process that it traced
		if n < len(pids) {
			t.Errorf("strace attached to %d of %d processes: %s", n, len(pids), &other)
		}
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-ended
	})
	select {
	case <-attached:
	case <-ended:
		t.Fatal("strace ended")
	case <-time.After(limit):
		t.Fatal("strace does not attach")
	}
	return file
}

// syncedFirst counts that each call which is answered one after the other was synced to the disk.
func syncedFirst(t *testing.T, program string) {
	s := newService(t, program, "sqlite:"+filepath.Join(t.TempDir(), "kassa.db"))
	s.start()
	file := trace(t, syncs, s.pid())
	c := newClient(s, &ledger{})
	count := func() int {
		t.Helper()
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Count(string(text), "sync(") // the call stands there before it is made
	}
	for range 10 {
		before := count()
		if _, err := c.call(http.MethodPost, "/payments/v1/sessions", cart, "", http.StatusOK); err != nil {
			t.Fatal(err)
		}
		if count() == before {
			t.Error("a call was answered without a sync")
		}
	}
	s.stop()
}

// namedFirst watches a first start: the names of the file and of its log must be on the disk before the program listens, or a power
// cut takes away both with all that they hold.
func namedFirst(t *testing.T, program string) {
	dir := t.TempDir()
	file := filepath.Join(t.TempDir(), "strace")
	cmd := exec.Command("strace", "-f", "-y", "-o", file, "-e", "trace="+syncs, program, "serve", "--sandbox",
		"--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--database", "sqlite:"+filepath.Join(dir, "kassa.db"))
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		t.Errorf("kassa did not start: %v", err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Error(err)
	}
	for _, pid := range children(t, cmd.Process.Pid) {
		if err := syscall.Kill(pid, syscall.SIGTERM); err != nil {
			t.Error(err)
		}
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("kassa ended with %v", err)
	}
	_, after, made := strings.Cut(string(text), filepath.Join(dir, "kassa.db-wal")+">)")
	if !made || !strings.Contains(after, "<"+dir+">)") {
		t.Errorf("the directory was not synced after the log was made:\n%s", text)
	}
}

// brokenDisk runs the program on SQLite, has the disk fail, and expects that nothing is acknowledged from then on, that the
// program ends with 1, and that everything is there when the disk is well again.
func brokenDisk(t *testing.T, program, inject string) {
	s := newService(t, program, "sqlite:"+filepath.Join(t.TempDir(), "kassa.db"))
	l := &ledger{}
	s.start()
	stop, stopped := work(t, s, l, "before")
	l.atLeast(t, 40, stopped)
	stop()
	trace(t, inject, s.pid())
	c := newClient(s, l)
	base, _, _ := s.address()
	const calls = 16
	var all sync.WaitGroup
	for i := range calls {
		all.Go(func() {
			a, err := c.once(http.MethodPost, base+"/payments/v1/sessions", "application/json", cart, fmt.Sprint("broken-", i))
			if err == nil && (a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") == "") {
				t.Errorf("call %d while the disk fails: status %d: %s", i, a.status, a.body)
			}
		})
	}
	all.Wait()
	if code := s.exit(); code != 1 || !strings.Contains(s.log.String(), "the writer stops") {
		t.Errorf("kassa ended with %d, want 1:\n%s", code, s.log)
	}
	s.start()
	l.recheck(t, c)
	for i := range calls { // who was not answered asks again
		a, err := c.call(http.MethodPost, "/payments/v1/sessions", cart, fmt.Sprint("broken-", i), http.StatusOK)
		if err != nil {
			t.Error(err)
		}
		l.note(fact{path: "/payments/v1/sessions/" + a.text("session_id")})
	}
	finish(t, s, l, func() {})
}

// brokenDiskOfPostgres has the disk of PostgreSQL's processes fail: it panics and recovers, and so does the program.
func brokenDiskOfPostgres(t *testing.T, program string) {
	cluster := pgtest.Start(t)
	s := newService(t, program, cluster.Database(t))
	l := &ledger{}
	s.start()
	stop, stopped := work(t, s, l, "before")
	l.atLeast(t, 40, stopped)
	stop()
	postmaster, err := cluster.PID()
	if err != nil {
		t.Fatal(err)
	}
	trace(t, syncsFail, children(t, postmaster)...)
	c := newClient(s, l)
	base, _, _ := s.address()
	a, err := c.once(http.MethodPost, base+"/payments/v1/sessions", "application/json", cart, "broken")
	if err != nil || a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") == "" {
		t.Errorf("a call while the disk fails: status %d, %v: %s", a.status, err, a.body)
	}
	a, err = c.call(http.MethodPost, "/payments/v1/sessions", cart, "broken", http.StatusOK)
	if err != nil {
		t.Fatal(err)
	}
	l.note(fact{path: "/payments/v1/sessions/" + a.text("session_id")})
	l.recheck(t, c)
	stop, stopped = work(t, s, l, "after")
	l.atLeast(t, l.len()+40, stopped)
	if _, _, life := s.address(); life != 1 {
		t.Errorf("the program was started %d times", life)
	}
	finish(t, s, l, stop)
}

// children lists the processes that a process has started.
func children(t *testing.T, parent int) []int {
	t.Helper()
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	var out []int
	for _, file := range stats {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended
		}
		fields := bytes.Fields(text[bytes.LastIndexByte(text, ')')+1:]) // state, parent, …
		if string(fields[1]) != strconv.Itoa(parent) {
			continue
		}
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, pid)
	}
	if len(out) == 0 {
		t.Fatalf("process %d has started none", parent)
	}
	return out
}
