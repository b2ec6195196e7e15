package pgtest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// standbyName is the name under which the primary knows its standby.
const standbyName = "standby"

// StartPair makes a primary and a standby that it waits for: a commit returns when both have it. Both are stopped and removed after the test.
func StartPair(tb testing.TB) (primary, standby *Cluster) {
	tb.Helper()
	primary = Start(tb)
	standby, err := primary.copied()
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := standby.Stop(); err != nil {
			tb.Errorf("stop the standby: %v", err)
		}
	})
	if err := primary.Set("synchronous_standby_names", standbyName); err != nil {
		tb.Fatal(err)
	}
	if err := primary.exec("create table pair_is_up ()"); err != nil { // returns when the standby has it
		tb.Fatal(err)
	}
	return primary, standby
}

// copied makes a standby of a running cluster and starts it.
func (c *Cluster) copied() (*Cluster, error) {
	dir, err := os.MkdirTemp("", "kassa-pg-")
	if err != nil {
		return nil, fmt.Errorf("make directory for the standby: %w", err)
	}
	s := &Cluster{dir: dir, bin: c.bin, credential: c.credential}
	if s.credential != nil {
		if err := os.Chown(dir, int(s.credential.Uid), int(s.credential.Gid)); err != nil {
			return nil, errors.Join(fmt.Errorf("give directory to PostgreSQL's user: %w", err), os.RemoveAll(dir))
		}
	}
	from := fmt.Sprintf("host=%s user=postgres application_name=%s", c.dir, standbyName)
	cmd := s.command(filepath.Join(s.bin, "pg_basebackup"), "--dbname="+from, "--pgdata="+s.data(), "--write-recovery-conf", "--wal-method=stream", "--checkpoint=fast", "--no-sync")
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, errors.Join(fmt.Errorf("pg_basebackup: %w\n%s", err, out), os.RemoveAll(dir))
	}
	if err := s.Up(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return s, nil
}

// Promote makes a standby the primary; it returns when it is one. It waits for nobody then.
func (c *Cluster) Promote() error {
	if err := c.exec("select pg_promote(true)"); err != nil {
		return fmt.Errorf("promote the standby: %w", err)
	}
	return c.Set("synchronous_standby_names", "")
}

// Set changes a setting of the running server and returns when new connections have it.
func (c *Cluster) Set(name, value string) error {
	ctx, cancel := context.WithTimeout(context.Background(), startLimit)
	defer cancel()
	conn, err := pgx.Connect(ctx, c.url("postgres"))
	if err != nil {
		return err
	}
	for _, sql := range []string{"alter system set " + name + " = '" + value + "'", "select pg_reload_conf()"} {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return errors.Join(err, conn.Close(ctx))
		}
	}
	for got := "?"; got != value; {
		if err := conn.QueryRow(ctx, "select current_setting($1)", name).Scan(&got); err != nil {
			return errors.Join(err, conn.Close(ctx))
		}
	}
	return conn.Close(ctx)
}

// Both is the URL of a database of this cluster, on whichever of the two takes writes.
func (c *Cluster) Both(database string, other *Cluster) string {
	query := url.Values{"host": {c.dir + "," + other.dir}, "user": {"postgres"}, "target_session_attrs": {"read-write"}}
	path, _, _ := strings.Cut(database, "?")
	return path + "?" + query.Encode()
}
