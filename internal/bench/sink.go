package bench

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	_ "modernc.org/sqlite" // the driver that Kassa uses
)

// sink keeps the limit program's rows durably, by group commit: a writer takes all rows that wait, up to groupSize,
// commits them at once and answers them all.
type sink struct {
	queue   chan waiting
	done    chan struct{}
	writers sync.WaitGroup
	release func() error
}

// waiting is a row whose request waits for it to be durable.
type waiting struct {
	row
	kept chan error
}

// groupSize bounds a group; more than the connections that drive us is never needed.
const groupSize = 512

// pgWriters is how many groups PostgreSQL commits at once: while one waits for its flush, the next is being sent.
const pgWriters = 4

// errClosed answers rows that come after the end.
var errClosed = errors.New("the sink is closed")

// openSink opens the database and starts its writers. SQLite has one writer, PostgreSQL a few.
func openSink(ctx context.Context, database string) (*sink, error) {
	s := &sink{queue: make(chan waiting, groupSize), done: make(chan struct{})}
	var writers []func([]waiting) error
	var err error
	if strings.HasPrefix(database, "postgres://") || strings.HasPrefix(database, "postgresql://") {
		writers, s.release, err = openPostgres(ctx, database)
	} else {
		writers, s.release, err = openSQLite(ctx, strings.TrimPrefix(database, "sqlite:"))
	}
	if err != nil {
		return nil, fmt.Errorf("open the limit's database: %w", err)
	}
	for _, write := range writers {
		s.writers.Go(func() { s.drain(write) })
	}
	return s, nil
}

// put keeps one row and returns when it is durable.
func (s *sink) put(ctx context.Context, r row) error {
	w := waiting{row: r, kept: make(chan error, 1)}
	select {
	case s.queue <- w:
	case <-s.done:
		return errClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-w.kept:
		return err
	case <-s.done:
		return errClosed
	}
}

// drain writes groups until the sink is closed.
func (s *sink) drain(write func([]waiting) error) {
	group := make([]waiting, 0, groupSize)
	for {
		select {
		case w := <-s.queue:
			group = append(group[:0], w)
		case <-s.done:
			return
		}
	more:
		for len(group) < groupSize {
			select {
			case w := <-s.queue:
				group = append(group, w)
			default:
				break more
			}
		}
		err := write(group)
		for _, w := range group {
			w.kept <- err
		}
	}
}

// close stops the writers and gives the database back.
func (s *sink) close() error {
	close(s.done)
	s.writers.Wait()
	return s.release()
}

// openSQLite opens a file with the settings that Kassa uses: WAL, and a sync at every commit.
func openSQLite(ctx context.Context, path string) ([]func([]waiting) error, func() error, error) {
	settings := url.Values{"_pragma": {"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)"}}
	db, err := sql.Open("sqlite", "file:"+path+"?"+settings.Encode())
	if err != nil {
		return nil, nil, err
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	release := func() error { return errors.Join(conn.Close(), db.Close()) }
	const table = `create table if not exists kassa_bench_limit (id blob primary key, body blob not null) without rowid`
	if _, err := conn.ExecContext(ctx, table); err != nil {
		return nil, nil, errors.Join(err, release())
	}
	// A group once begun is finished whoever leaves meanwhile.
	steady := context.WithoutCancel(ctx)
	var begin, insert, commit *sql.Stmt
	for text, stmt := range map[string]**sql.Stmt{
		"begin immediate": &begin,
		"insert into kassa_bench_limit (id, body) values ($1, $2)": &insert,
		"commit": &commit,
	} {
		if *stmt, err = conn.PrepareContext(steady, text); err != nil {
			return nil, nil, errors.Join(err, release())
		}
	}
	write := func(group []waiting) error {
		if _, err := begin.ExecContext(steady); err != nil {
			return err
		}
		for i := range group {
			if _, err := insert.ExecContext(steady, group[i].id[:], group[i].body); err != nil {
				_, undo := conn.ExecContext(steady, "rollback")
				return errors.Join(err, undo)
			}
		}
		_, err := commit.ExecContext(steady)
		return err
	}
	return []func([]waiting) error{write}, release, nil
}

// openPostgres opens a pool and makes the table, which release drops again. A group is one pipelined round trip and,
// because PostgreSQL takes a batch without begin as one transaction, one commit.
func openPostgres(ctx context.Context, address string) ([]func([]waiting) error, func() error, error) {
	cfg, err := pgxpool.ParseConfig(address)
	if err != nil {
		return nil, nil, err
	}
	cfg.MaxConns = pgWriters
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, nil, err
	}
	steady := context.WithoutCancel(ctx)
	if _, err := pool.Exec(ctx, `create table if not exists kassa_bench_limit (id bytea primary key, body bytea not null)`); err != nil {
		pool.Close()
		return nil, nil, err
	}
	release := func() error {
		defer pool.Close()
		_, err := pool.Exec(steady, `drop table if exists kassa_bench_limit`)
		return err
	}
	write := func(group []waiting) error {
		var b pgx.Batch
		for i := range group {
			b.Queue("insert into kassa_bench_limit (id, body) values ($1, $2)", group[i].id[:], group[i].body)
		}
		return pool.SendBatch(steady, &b).Close()
	}
	writers := make([]func([]waiting) error, pgWriters)
	for i := range writers {
		writers[i] = write
	}
	return writers, release, nil
}
