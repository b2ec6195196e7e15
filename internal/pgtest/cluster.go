package pgtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Install is the command that brings a missing PostgreSQL.
const Install = "apt-get update && apt-get install -y --no-install-recommends postgresql"

// startLimit is how long a cluster may take to answer; a loaded machine takes a few seconds.
const startLimit = 60 * time.Second

// supervisor runs the server until its own standard input closes: then the test process has ended, whichever way. It asks for
// a fast shutdown and throws everything away.
const supervisor = `"$@" </dev/null & pid=$!; cat >/dev/null; kill -INT $pid 2>/dev/null; wait $pid; rm -rf "$KASSA_PGTEST_DIR"`

// Cluster is one PostgreSQL server with its data.
type Cluster struct {
	dir        string // temporary: data, socket, log
	bin        string
	credential *syscall.Credential // to run as, nil for ourselves

	mu        sync.Mutex
	server    *exec.Cmd
	lifeline  io.Closer
	databases int
}

// Start makes and starts a cluster of the test's own, for tests that crash it; it is stopped and removed after the test.
func Start(tb testing.TB) *Cluster {
	tb.Helper()
	c, err := start()
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := c.Stop(); err != nil {
			tb.Errorf("stop PostgreSQL: %v", err)
		}
	})
	return c
}

func start() (*Cluster, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	credential, err := unprivileged()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "kassa-pg-")
	if err != nil {
		return nil, fmt.Errorf("make directory for PostgreSQL: %w", err)
	}
	c := &Cluster{dir: dir, bin: bin, credential: credential}
	if err := c.initialize(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	if err := c.Up(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return c, nil
}

// binaries finds the directory of PostgreSQL's programs.
func binaries() (string, error) {
	if path, err := exec.LookPath("postgres"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil { // its other programs are beside it
			return filepath.Dir(path), nil
		}
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if err != nil {
		return "", fmt.Errorf("look for PostgreSQL: %w", err)
	}
	best, bestVersion := "", -1
	for _, path := range found {
		dir := filepath.Dir(path)
		version, err := strconv.Atoi(filepath.Base(filepath.Dir(dir)))
		if err == nil && version > bestVersion {
			best, bestVersion = dir, version
		}
	}
	if best == "" {
		return "", errors.New("PostgreSQL is not installed; type: " + Install)
	}
	return best, nil
}

// unprivileged finds the user to run the server as: PostgreSQL refuses to run as root.
func unprivileged() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if err1 == nil && err2 == nil {
			return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
		}
	}
	return nil, errors.New("tests run as root and there is no user postgres or nobody to run PostgreSQL as")
}

func (c *Cluster) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Dir = c.dir
	cmd.Env = append(os.Environ(), "LC_ALL=C", "TZ=UTC", "KASSA_PGTEST_DIR="+c.dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.credential, Setpgid: true} // a Ctrl-C is ours to handle
	return cmd
}

func (c *Cluster) initialize() error {
	if c.credential != nil {
		if err := os.Chown(c.dir, int(c.credential.Uid), int(c.credential.Gid)); err != nil {
			return fmt.Errorf("give directory to PostgreSQL's user: %w", err)
		}
	}
	cmd := c.command(filepath.Join(c.bin, "initdb"), "--pgdata="+c.data(), "--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	return nil
}

func (c *Cluster) data() string { return filepath.Join(c.dir, "data") }

// Up starts the server and waits until it answers: once more after Crash.
func (c *Cluster) Up() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	logFile, err := os.OpenFile(filepath.Join(c.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("open PostgreSQL's log: %w", err)
	}
	defer func() { _ = logFile.Close() }() // the server has its own handle
	settings := []string{
		"listen_addresses=", "unix_socket_directories=" + c.dir, "unix_socket_permissions=0777", "max_connections=200", "shared_buffers=64MB",
		"fsync=on", "synchronous_commit=on", "autovacuum=off", "jit=off", "timezone=UTC",
	}
	args := []string{"-c", supervisor, "sh", filepath.Join(c.bin, "postgres"), "-D", c.data()}
	for _, s := range settings {
		args = append(args, "-c", s)
	}
	server := c.command("sh", args...)
	server.Stdout, server.Stderr = logFile, logFile
	lifeline, err := server.StdinPipe()
	if err != nil {
		return fmt.Errorf("start PostgreSQL: %w", err)
	}
	if c.credential != nil { // our own client must get in as well
		if err := os.Chmod(c.dir, 0o711); err != nil {
			return fmt.Errorf("open directory of PostgreSQL's socket: %w", err)
		}
	}
	if err := server.Start(); err != nil {
		return fmt.Errorf("start PostgreSQL: %w", err)
	}
	c.server, c.lifeline = server, lifeline
	return c.await()
}

// await connects until the server answers.
func (c *Cluster) await() error {
	ctx, cancel := context.WithTimeout(context.Background(), startLimit)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		conn, err := pgx.Connect(ctx, c.url("postgres"))
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-ctx.Done():
			text, _ := os.ReadFile(filepath.Join(c.dir, "log")) // what there is of it
			return fmt.Errorf("PostgreSQL does not answer: %w\n%s", err, bytes.TrimSpace(text))
		case <-tick.C:
		}
	}
}

func (c *Cluster) url(database string) string {
	query := url.Values{"host": {c.dir}, "user": {"postgres"}}
	return "postgres:///" + database + "?" + query.Encode()
}

// Database makes an empty database for the test and returns its URL; it is dropped after the test, open connections or not.
func (c *Cluster) Database(tb testing.TB) string {
	tb.Helper()
	name := c.create(tb)
	tb.Cleanup(func() {
		if err := c.exec("drop database if exists " + name + " with (force)"); err != nil {
			tb.Errorf("drop database: %v", err)
		}
	})
	return c.url(name)
}

// LastingDatabase makes an empty database that is there until the cluster is removed, and returns its URL: for tests that destroy the cluster.
func (c *Cluster) LastingDatabase(tb testing.TB) string {
	tb.Helper()
	return c.url(c.create(tb))
}

func (c *Cluster) create(tb testing.TB) (name string) {
	tb.Helper()
	c.mu.Lock()
	c.databases++
	name = "test" + strconv.Itoa(c.databases)
	c.mu.Unlock()
	if err := c.exec("create database " + name); err != nil {
		tb.Fatalf("create database: %v", err)
	}
	return name
}

func (c *Cluster) exec(sql string) error {
	ctx, cancel := context.WithTimeout(context.Background(), startLimit)
	defer cancel()
	conn, err := pgx.Connect(ctx, c.url("postgres"))
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, sql)
	return errors.Join(err, conn.Close(ctx))
}

// PID is the process id of the server, for tracing it.
func (c *Cluster) PID() (int, error) {
	text, err := os.ReadFile(filepath.Join(c.data(), "postmaster.pid"))
	if err != nil {
		return 0, fmt.Errorf("find PostgreSQL's process: %w", err)
	}
	first, _, _ := strings.Cut(string(text), "\n")
	return strconv.Atoi(strings.TrimSpace(first))
}

// Crash ends the server at once, as a power cut does: nothing is flushed that was not flushed before. Up recovers it.
func (c *Cluster) Crash() error {
	pid, err := c.PID()
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	// SIGKILL to the supervisor first, so that it removes nothing; then SIGQUIT, PostgreSQL's immediate shutdown.
	if err := c.server.Process.Kill(); err != nil {
		return fmt.Errorf("crash PostgreSQL: %w", err)
	}
	_ = c.server.Wait() // killed: that is its error
	_ = c.lifeline.Close()
	c.server = nil
	if err := syscall.Kill(pid, syscall.SIGQUIT); err != nil {
		return fmt.Errorf("crash PostgreSQL: %w", err)
	}
	return gone(pid)
}

// gone waits until a process that is not our child has ended.
func gone(pid int) error {
	limit := time.NewTimer(startLimit)
	defer limit.Stop()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		state, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
		if err != nil || bytes.Contains(state, []byte(") Z ")) {
			return nil
		}
		select {
		case <-limit.C:
			return fmt.Errorf("process %d does not end", pid)
		case <-tick.C:
		}
	}
}

// Stop shuts the server down and removes everything.
func (c *Cluster) Stop() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.server == nil { // it crashed
		return os.RemoveAll(c.dir)
	}
	if err := c.lifeline.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
		return err
	}
	err := c.server.Wait()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		err = nil // its data is thrown away: how it ended says nothing
	}
	return errors.Join(err, os.RemoveAll(c.dir))
}
