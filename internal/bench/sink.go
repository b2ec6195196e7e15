package bench

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/jackc/pgx/v5"
	_ "modernc.org/sqlite" // the driver that Kassa uses
)

// sink keeps the limit program's rows durably, by group commit: its writer takes all rows that wait, up to groupSize,
// commits them at once and answers them all. One writer, also on PostgreSQL: two, four and eight were measured there and
// each was slower, because they split the groups.
type sink struct {
	queue   chan waiting
	done    chan struct{} // closed to end the writer
	ended   chan struct{} // closed by the writer
	release func() error
}

// waiting is a row whose request waits for it to be durable.
type waiting struct {
	row
	kept chan error
}

// groupSize bounds a group; more than the connections that drive us is never needed.
const groupSize = 512

// errClosed answers rows that come after the end.
var errClosed = errors.New("the sink is closed")

// openSink opens the database and starts its writer.
func openSink(ctx context.Context, database string) (*sink, error) {
	open := openSQLite
	if strings.HasPrefix(database, "postgres://") || strings.HasPrefix(database, "postgresql://") {
		open = openPostgres
	}
	write, release, err := open(ctx, database)
	if err != nil {
		return nil, fmt.Errorf("open the limit's database: %w", err)
	}
	s := &sink{queue: make(chan waiting, groupSize), done: make(chan struct{}), ended: make(chan struct{}), release: release}
	go s.drain(write)
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
	defer close(s.ended)
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

// close stops the writer and gives the database back.
func (s *sink) close() error {
	close(s.done)
	<-s.ended
	return s.release()
}

// openSQLite opens a file with the settings that Kassa uses: WAL, and a sync at every commit.
func openSQLite(ctx context.Context, database string) (func([]waiting) error, func() error, error) {
	path := strings.TrimPrefix(database, "sqlite:")
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
	// A table with a rowid and an index on the id: one "without rowid" was measured and is a quarter slower.
	const table = `create table if not exists kassa_bench_limit (id blob primary key, body blob not null)`
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
	return write, release, nil
}

// openPostgres connects and makes the table, which release drops again. A group is one pipelined round trip and,
// because PostgreSQL takes a batch without begin as one transaction, one commit.
func openPostgres(ctx context.Context, address string) (func([]waiting) error, func() error, error) {
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return nil, nil, err
	}
	steady := context.WithoutCancel(ctx)
	if _, err := conn.Exec(ctx, `create table if not exists kassa_bench_limit (id bytea primary key, body bytea not null)`); err != nil {
		return nil, nil, errors.Join(err, conn.Close(steady))
	}
	release := func() error {
		_, err := conn.Exec(steady, `drop table if exists kassa_bench_limit`)
		return errors.Join(err, conn.Close(steady))
	}
	write := func(group []waiting) error {
		var b pgx.Batch
		for i := range group {
			b.Queue("insert into kassa_bench_limit (id, body) values ($1, $2)", group[i].id[:], group[i].body)
		}
		return conn.SendBatch(steady, &b).Close()
	}
	return write, release, nil
}
