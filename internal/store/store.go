package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pressly/goose/v3"

	"kassa/internal/keyring"
)

// Options says which store to open, and how.
type Options struct {
	// URL is sqlite:path-of-the-file, or postgres://… as PostgreSQL's own clients understand it (several hosts and
	// target_session_attrs=read-write included; pool_max_conns sets the number of connections).
	URL string
	// Keys seals and hashes; needed.
	Keys *keyring.Ring
	// Log gets what an operator should know; nil: nothing is logged.
	Log *slog.Logger
	// Queue bounds how many Batches wait for the SQLite writer, DefaultQueue when 0. A full queue is ErrBusy.
	Queue int
	// CommitLimit bounds how long a commit may take on PostgreSQL before its outcome is unknown, DefaultCommitLimit when 0.
	CommitLimit time.Duration
	// Beside opens the SQLite file of a running server for a short command: it takes no lock on the installation.
	Beside bool
	// Fault makes commits fail on purpose, for tests of crashes; nil in production. It is asked once for each Commit.
	Fault func() Fault
}

// Defaults of Options.
const (
	DefaultQueue       = 1024
	DefaultCommitLimit = 10 * time.Second
)

// Fault is a way in which a commit can be made to fail.
type Fault uint8

// The faults. Either way Commit answers ErrUnknown.
const (
	NoFault     Fault = iota
	NotHappened       // the write failed and did not happen
	Happened          // the write failed and did happen
)

// errFault is the cause of a failure that was asked for.
var errFault = errors.New("fault on purpose")

// Store is an open database. It is safe for concurrent use.
type Store struct {
	keys   *keyring.Ring
	log    *slog.Logger
	fault  func() Fault
	engine engine
	node   string // in what is told to other nodes; empty where there are none
	fatal  chan error
	refuse atomic.Pointer[error] // why it takes no more Batches, nil while it does

	closing  sync.Once
	closeErr error
}

// engine is what differs between SQLite and PostgreSQL.
type engine interface {
	// commit makes an arranged Batch durable; see Commit for its errors.
	commit(ctx context.Context, b *Batch) error
	// read runs the lookups that plan gives, in one round trip, then the functions that finish them. It may ask plan again.
	read(ctx context.Context, plan func() ([]lookup, []func() error)) error
	ping(ctx context.Context) error
	stats(s *Stats)
	// migrations opens the database for the migration library.
	migrations() (*sql.DB, goose.Dialect, []goose.ProviderOption, error)
	close() error
}

// Open opens the database that o names. It creates no tables: see Migrate and SchemaState. An SQLite file is created (mode
// 0600) when it is missing; one that another process has open is refused, unless Beside. A PostgreSQL whose synchronous_commit
// or fsync is off is refused.
func Open(ctx context.Context, o Options) (*Store, error) {
	if o.Keys == nil {
		return nil, errors.New("open store: no key ring")
	}
	if o.Log == nil {
		o.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	if o.Queue <= 0 {
		o.Queue = DefaultQueue
	}
	if o.CommitLimit <= 0 {
		o.CommitLimit = DefaultCommitLimit
	}
	s := &Store{keys: o.Keys, log: o.Log, fault: o.Fault, fatal: make(chan error, 1)}
	var err error
	switch scheme, rest, _ := strings.Cut(o.URL, ":"); scheme {
	case "sqlite":
		s.engine, err = openSQLite(ctx, rest, o, s.fatal)
	case "postgres", "postgresql":
		s.node = newNode()
		s.engine, err = openPostgres(ctx, o)
	default:
		err = errors.New("the URL is neither sqlite:FILE nor postgres://…")
	}
	if err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	return s, nil
}

// Commit makes the Batch durable as a whole. The outcomes: nil, done; ErrConflict, nothing done, read again; ErrUnknown, nobody
// knows; ErrBusy, nothing done, try later; the context's error when the caller left while the Batch was queued, nothing done;
// any other error, nothing done. An empty Batch is done at once.
func (s *Store) Commit(ctx context.Context, b *Batch) error {
	if b.err != nil {
		return b.err
	}
	if len(b.ops) == 0 {
		return nil
	}
	if why := s.refuse.Load(); why != nil {
		return fmt.Errorf("commit: %w: %w", ErrBusy, *why)
	}
	b.arrange()
	if s.fault != nil {
		switch s.fault() {
		case NotHappened:
			return fmt.Errorf("commit: %w: %w", ErrUnknown, errFault)
		case Happened:
			if err := s.engine.commit(ctx, b); err != nil {
				return fmt.Errorf("commit: %w", err)
			}
			return fmt.Errorf("commit: %w: %w", ErrUnknown, errFault)
		}
	}
	if err := s.engine.commit(ctx, b); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// pingAnswer is how long Ping waits: who asks whether a node is ready wants to know it before the next question.
const pingAnswer = time.Second

// Ping reports within a second whether the store can serve: nil, or why not.
func (s *Store) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, pingAnswer)
	defer cancel()
	if why := s.refuse.Load(); why != nil {
		return fmt.Errorf("ping store: %w", *why)
	}
	if err := s.engine.ping(ctx); err != nil {
		return fmt.Errorf("ping store: %w", err)
	}
	return nil
}

// Refuse makes every later Commit answer ErrBusy, and Ping why: for who finds out that nothing must be acknowledged any more.
func (s *Store) Refuse(why error) { s.refuse.Store(&why) }

// Fatal delivers the one error after which the process must end with status 1: a commit of SQLite failed, so that nobody knows
// what is on the disk until the file is opened again. The store writes no more.
func (s *Store) Fatal() <-chan error { return s.fatal }

// Close waits for the Batches that were taken and closes the database. Later commits answer ErrBusy, later reads an error. A
// second call waits for the first and gives the same.
func (s *Store) Close() error {
	s.closing.Do(func() {
		if err := s.engine.close(); err != nil {
			s.closeErr = fmt.Errorf("close store: %w", err)
		}
	})
	return s.closeErr
}

// GroupBounds are the upper bounds of Stats.GroupSizes; one more counts the larger groups.
var GroupBounds = [...]int{1, 2, 4, 8, 16, 32, 64, 128, 256}

// Stats counts since the store was opened; for metrics.
type Stats struct {
	Engine     string // sqlite or postgres
	Commits    int64  // Batches that were done
	Conflicts  int64
	Unknown    int64
	Busy       int64
	Failed     int64 // other errors
	Groups     int64 // transactions of the SQLite writer
	GroupSizes [len(GroupBounds) + 1]int64
	Queued     int // Batches waiting for the SQLite writer now
	QueueSize  int
	// Connections of the PostgreSQL pool.
	Connections, ConnectionsInUse, ConnectionsMax int
}

// Stats tells how the store is doing.
func (s *Store) Stats() Stats {
	var out Stats
	s.engine.stats(&out)
	return out
}
