package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"runtime"
	"strings"
	"syscall"

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
)

// pragmas of every connection. The writer alone checkpoints, between groups, so that a checkpoint's failed fsync is seen: the
// automatic one swallows it.
const pragmas = "?_pragma=busy_timeout(5000)&_pragma=journal_mode(wal)&_pragma=synchronous(full)&_pragma=foreign_keys(on)" +
	"&_pragma=wal_autocheckpoint(0)&_pragma=temp_store(memory)&_pragma=journal_size_limit(67108864)"

const (
	writerPragmas = pragmas + "&_pragma=cache_size(-32768)"                         // KiB
	readerPragmas = pragmas + "&_pragma=cache_size(-4096)&_pragma=query_only(true)" // KiB
)

// sqliteEngine is one SQLite file: one writer, several readers.
type sqliteEngine struct {
	counters
	path    string
	lock    *os.File
	writer  *writer
	readers chan *sqliteConn
	closing chan struct{}
}

func openSQLite(ctx context.Context, path string, o Options, fatal chan<- error) (*sqliteEngine, error) {
	path = strings.TrimPrefix(path, "//") // sqlite:///absolute and sqlite://relative are common spellings
	if path == "" || strings.ContainsAny(path, "\x00") {
		return nil, errors.New("the URL names no file; like sqlite:kassa.db")
	}
	e := &sqliteEngine{path: path, closing: make(chan struct{})}
	if !o.Beside {
		if err := e.lockInstance(); err != nil {
			return nil, err
		}
	}
	if err := e.connect(ctx, o, fatal); err != nil {
		return nil, errors.Join(err, e.unlock())
	}
	return e, nil
}

// lockInstance makes sure that one server at a time has the file: two would starve each other's writers.
func (e *sqliteEngine) lockInstance() error {
	f, err := os.OpenFile(e.path+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("lock %s: %w", e.path, err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		if errors.Is(err, syscall.EWOULDBLOCK) {
			err = errors.New("another process is serving this file; stop it first, or give this one a file of its own")
		}
		return errors.Join(fmt.Errorf("lock %s: %w", e.path, err), f.Close())
	}
	e.lock = f
	return nil
}

func (e *sqliteEngine) unlock() error {
	if e.lock == nil {
		return nil
	}
	return e.lock.Close() // the lock goes with it; the file stays, so that nobody locks a name that is gone
}

func (e *sqliteEngine) dsn(pragmas string) string {
	return "file:" + (&url.URL{Path: e.path}).EscapedPath() + pragmas
}

func (e *sqliteEngine) connect(ctx context.Context, o Options, fatal chan<- error) error {
	f, err := os.OpenFile(e.path, os.O_CREATE|os.O_RDWR, 0o600) // SQLite's other files take over the mode
	if err != nil {
		return fmt.Errorf("open %s: %w", e.path, err)
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("open %s: %w", e.path, err)
	}
	connector, err := sqlite.NewConnector(e.dsn(writerPragmas))
	if err != nil {
		return fmt.Errorf("open %s: %w", e.path, err)
	}
	conn, err := connectSQLite(ctx, connector)
	if err != nil {
		return fmt.Errorf("open %s: %w", e.path, err)
	}
	if !o.Beside {
		if err := settleLog(conn, e.path); err != nil {
			return errors.Join(fmt.Errorf("bring the log of %s into it: %w", e.path, err), conn.close())
		}
	}
	if connector, err = sqlite.NewConnector(e.dsn(readerPragmas)); err != nil {
		return errors.Join(fmt.Errorf("open %s: %w", e.path, err), conn.close())
	}
	n := max(4, runtime.GOMAXPROCS(0))
	e.readers = make(chan *sqliteConn, n)
	for range n {
		r, err := connectSQLite(ctx, connector)
		if err != nil {
			return errors.Join(fmt.Errorf("open %s for reading: %w", e.path, err), conn.close(), e.closeReaders())
		}
		e.readers <- r
	}
	files, err := watchFiles(e.path)
	if err != nil {
		return errors.Join(err, conn.close(), e.closeReaders())
	}
	e.writer = startWriter(conn, files, o, fatal)
	return nil
}

// closeReaders closes the readers that are not in use.
func (e *sqliteEngine) closeReaders() error {
	var all error
	for {
		select {
		case r := <-e.readers:
			all = errors.Join(all, r.close())
		default:
			return all
		}
	}
}

func (e *sqliteEngine) commit(ctx context.Context, b *Batch) error {
	return e.count(e.writer.commit(ctx, b))
}

func (e *sqliteEngine) read(ctx context.Context, plan func() ([]lookup, []func() error)) error {
	r, err := e.reader(ctx)
	if err != nil {
		return err
	}
	lookups, finish := plan()
	err = lookUpSQLite(r, lookups)
	e.readers <- r
	if kind := sqliteOutcome(err, nil); kind != nil {
		err = fmt.Errorf("%w: %w", kind, err)
	}
	if err != nil {
		return err
	}
	for _, f := range finish {
		if err := f(); err != nil {
			return err
		}
	}
	return nil
}

// lookUpSQLite runs lookups on one snapshot: the first of them takes it, the commit lets it go.
func lookUpSQLite(r *sqliteConn, lookups []lookup) error {
	if len(lookups) > 1 {
		if err := r.exec(snapshot); err != nil {
			return err
		}
	}
	for _, l := range lookups {
		if err := r.query(l.stmt, l.args, l.row); err != nil {
			if len(lookups) > 1 {
				_ = r.exec(rollback) // SQLite may have rolled back already
			}
			return err
		}
	}
	if len(lookups) > 1 {
		return r.exec(commit)
	}
	return nil
}

func (e *sqliteEngine) reader(ctx context.Context) (*sqliteConn, error) {
	select {
	case r := <-e.readers:
		return r, nil
	default:
	}
	select {
	case r := <-e.readers:
		return r, nil
	case <-e.closing:
		return nil, errClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// snapshot begins a transaction that reads.
var snapshot = &statement{"begin"}

// selectOne is the least query.
var selectOne = &statement{"select 1"}

func (e *sqliteEngine) ping(ctx context.Context) error {
	if err := e.writer.stopped(); err != nil {
		return err
	}
	r, err := e.reader(ctx)
	if err != nil {
		return err
	}
	err = r.query(selectOne, nil, func(rowScan) error { return nil })
	e.readers <- r
	return err
}

func (e *sqliteEngine) stats(s *Stats) {
	s.Engine = "sqlite"
	e.report(s)
	e.writer.report(s)
}

func (e *sqliteEngine) migrations() (*sql.DB, goose.Dialect, []goose.ProviderOption, error) {
	connector, err := sqlite.NewConnector(e.dsn(pragmas))
	if err != nil {
		return nil, "", nil, err
	}
	db := sql.OpenDB(connector)
	db.SetMaxOpenConns(1)
	return db, goose.DialectSQLite3, nil, nil
}

func (e *sqliteEngine) close() error {
	err := e.writer.close()
	close(e.closing)
	for range cap(e.readers) { // waits for the reads that are under way
		err = errors.Join(err, (<-e.readers).close())
	}
	return errors.Join(err, e.unlock())
}
