package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// migrationLock is the advisory lock under which one process at a time migrates: "kassa" in ASCII.
const migrationLock = 0x6b61737361

// postgresEngine is one PostgreSQL database, shared with other processes.
type postgresEngine struct {
	counters
	pool    *pgxpool.Pool
	hosts   *hosts
	doubts  doubts
	writers writers
	limit   time.Duration

	background sync.WaitGroup // commits that confirm what was read
}

func openPostgres(ctx context.Context, o Options) (*postgresEngine, error) {
	cfg, err := postgresConfig(o.URL)
	if err != nil {
		return nil, err
	}
	return connectPostgres(ctx, cfg, o)
}

// postgresConfig is what the URL says, and our own wishes where it is silent.
func postgresConfig(url string) (*pgxpool.Config, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	if !strings.Contains(url, "pool_max_conns") {
		cfg.MaxConns = int32(max(16, 4*runtime.GOMAXPROCS(0)))
	}
	if cfg.ConnConfig.RuntimeParams["application_name"] == "" {
		cfg.ConnConfig.RuntimeParams["application_name"] = "kassa"
	}
	if cfg.ConnConfig.ConnectTimeout == 0 && !strings.Contains(url, "connect_timeout") {
		cfg.ConnConfig.ConnectTimeout = connectLimit
	}
	if cfg.PingTimeout == 0 {
		cfg.PingTimeout = pingLimit
	}
	cfg.ConnConfig.OnNotice = noteWarning
	return cfg, nil
}

func connectPostgres(ctx context.Context, cfg *pgxpool.Config, o Options) (*postgresEngine, error) {
	e := &postgresEngine{limit: o.CommitLimit, writers: newWriters(int(cfg.MaxConns), o.Queue)}
	e.hosts = newHosts(o.Log, cfg.ConnConfig.ConnectTimeout, e.doubts.waits)
	cfg.BeforeConnect, cfg.AfterConnect = e.hosts.prepare, e.inspect
	var err error
	if e.pool, err = pgxpool.NewWithConfig(ctx, cfg); err != nil {
		return nil, err
	}
	if err := e.pool.Ping(ctx); err != nil {
		e.pool.Close()
		return nil, err
	}
	return e, nil
}

// inspection is asked on each new connection: settings can differ by user, database and time. A process that has waited for a standby for a
// second waits for one that is away. A statement waits 4 s for a row or a key that another commit holds, where nothing else is set: that other
// one may wait for a standby. Poolers refuse this setting among the parameters of a start.
const inspection = `select current_setting('synchronous_commit'), current_setting('fsync'), current_setting('synchronous_standby_names'), pg_postmaster_start_time(),
	array(select pid from pg_stat_activity where usename = current_user and wait_event = 'SyncRep' and state_change < clock_timestamp() - interval '1 second'),
	case when current_setting('lock_timeout') = '0' then set_config('lock_timeout', '4s', false) end`

// inspect refuses a connection on which a commit would return before it is on the disk, and where there are standbys, on one of them too.
func (e *postgresEngine) inspect(ctx context.Context, conn *pgx.Conn) error {
	var synchronous, fsync, standbys string
	var started time.Time
	var waiting []int32
	var lockTimeout *string
	if err := conn.QueryRow(ctx, inspection).Scan(&synchronous, &fsync, &standbys, &started, &waiting, &lockTimeout); err != nil {
		return fmt.Errorf("ask for synchronous_commit: %w", err)
	}
	switch {
	case synchronous == "off":
		return errors.New("synchronous_commit is off: acknowledged payments could be lost. Set it to on, for this user at least: " +
			"alter role " + conn.Config().User + " set synchronous_commit = on")
	case synchronous == "local" && standbys != "":
		return errors.New("synchronous_commit is local although there are synchronous standbys: acknowledged payments could be lost with the primary. " +
			"Set it to on, for this user at least: alter role " + conn.Config().User + " set synchronous_commit = on")
	case fsync == "off":
		return errors.New("fsync is off: acknowledged payments could be lost. Set fsync = on in postgresql.conf and reload the server")
	}
	e.doubts.look(standbys != "", started, waiting)
	return nil
}

// commit sends the Batch as one implicit transaction in one round trip. The caller may leave before it is sent; what is sent
// has a deadline of its own.
func (e *postgresEngine) commit(ctx context.Context, b *Batch) error {
	return e.count(e.transact(ctx, b))
}

func (e *postgresEngine) transact(ctx context.Context, b *Batch) error {
	if err := e.room(ctx); err != nil {
		return err
	}
	covers := e.doubts.reasons()
	leave, err := e.writers.enter(ctx, e.limit)
	if err != nil {
		return err
	}
	defer leave()
	for try := 1; ; try++ {
		conn, err := e.acquire(ctx)
		if err != nil {
			if ctx.Err() != nil {
				return fmt.Errorf("left the queue: %w", err)
			}
			return fmt.Errorf("%w: %w", ErrBusy, err)
		}
		err, again := e.send(ctx, conn.Conn(), b)
		switch {
		case err == nil:
			e.doubts.clear(covers)
		case errors.Is(err, ErrUnknown):
			e.unknown(conn.Conn())
		}
		e.release(ctx, conn, err)
		if !again || try > 1 {
			return err
		}
	}
}

// unknown takes note of a connection on which a commit ended without an answer to rely on.
func (e *postgresEngine) unknown(conn *pgx.Conn) {
	if conn.IsClosed() {
		e.doubts.giveUp(conn.PgConn().PID())
	} else {
		e.doubts.unconfirmed()
	}
}

// acquire waits for a connection, as long as a commit may take at most: when the server hangs, callers do not pile up for ever.
func (e *postgresEngine) acquire(ctx context.Context) (*pgxpool.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, e.limit)
	defer cancel()
	return e.pool.Acquire(ctx)
}

// release gives a connection back. When the server was lost on it, or has become a standby, the others are of no more use: the
// pool connects anew. lost is false when it was our own caller who left.
func (e *postgresEngine) release(ctx context.Context, conn *pgxpool.Conn, err error) (lost bool) {
	lost = conn.Conn().IsClosed() && ctx.Err() == nil
	if p := pgError(err); lost || p != nil && p.Code == pgReadOnly {
		e.hosts.lost()
		if !pgconn.Timeout(err) { // it may be this commit alone that hangs
			e.pool.Reset()
		}
	}
	conn.Release()
	return lost
}

// send runs the Batch. again says that nothing was done and that once more on another connection may help.
func (e *postgresEngine) send(ctx context.Context, conn *pgx.Conn, b *Batch) (err error, again bool) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), e.limit)
	defer cancel()
	err, again = e.sendOnce(ctx, conn, b)
	if stale(err) {
		if err := conn.DeallocateAll(ctx); err != nil {
			return fmt.Errorf("%w: %w", ErrBusy, err), true
		}
		return e.sendOnce(ctx, conn, b)
	}
	return err, again
}

func (e *postgresEngine) sendOnce(ctx context.Context, conn *pgx.Conn, b *Batch) (err error, again bool) {
	var batch pgx.Batch
	for i := range b.ops {
		if err := enqueue(ctx, conn, &batch, b.ops[i].stmt, b.ops[i].args); err != nil {
			if pgError(err) != nil {
				return failed(err, nil)
			}
			return fmt.Errorf("%w: %w", ErrBusy, err), true // nothing of the Batch was sent yet
		}
	}
	takeWarning(conn.PgConn())
	results := conn.SendBatch(ctx, &batch)
	for i := range b.ops {
		o := &b.ops[i]
		if err := result(results, o); err != nil {
			_ = results.Close() // the same error, or what follows from it
			return failed(err, o)
		}
	}
	if err := results.Close(); err != nil { // the commit's own answer
		if p := pgError(err); p != nil && (p.Code == pgSerialization || p.Code == pgDeadlock || p.Code == pgUnique) {
			return fmt.Errorf("%w: %w", ErrConflict, err), false
		}
		return fmt.Errorf("%w: %w", ErrUnknown, err), false
	}
	if message := takeWarning(conn.PgConn()); message != "" && e.doubts.waits() {
		return fmt.Errorf("%w: committed with a warning: %s", ErrUnknown, message), false
	}
	return nil, false
}

// enqueue adds a statement to what is sent, preparing it when this connection sees it for the first time. The driver's own
// cache would forget all statements of a Batch at each conflict, and prepare them again at the cost of two round trips.
func enqueue(ctx context.Context, conn *pgx.Conn, batch *pgx.Batch, stmt *statement, args []any) error {
	if _, err := conn.Prepare(ctx, stmt.text, stmt.text); err != nil {
		return err
	}
	batch.Queue(stmt.text, args...)
	return nil
}

// stale reports that a statement was prepared before a migration.
func stale(err error) bool {
	p := pgError(err)
	return p != nil && p.Code == pgCachedPlan
}

// result takes in the answer to one statement.
func result(results pgx.BatchResults, o *op) error {
	if o.row == nil {
		_, err := results.Exec()
		return err
	}
	if o.reset != nil {
		o.reset()
	}
	rows, err := results.Query()
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := o.row(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// failed names what the failure of a statement means.
func failed(err error, o *op) (outcome error, again bool) {
	if pgconn.SafeToRetry(err) { // the connection was dead before anything was sent
		return fmt.Errorf("%w: %w", ErrBusy, err), true
	}
	if kind := pgOutcome(err, o); kind != nil {
		return fmt.Errorf("%w: %w", kind, err), false
	}
	return err, false
}

// read sends all lookups in one round trip. What only reads may be sent again when the server was lost on the way.
func (e *postgresEngine) read(ctx context.Context, plan func() ([]lookup, []func() error)) error {
	ctx, cancel := context.WithTimeout(ctx, e.limit)
	defer cancel()
	for try := 1; ; try++ {
		conn, err := e.acquire(ctx)
		if err != nil {
			return unreachable(err)
		}
		finish, err := lookUp(ctx, conn.Conn(), plan)
		if stale(err) {
			if err = conn.Conn().DeallocateAll(ctx); err == nil {
				finish, err = lookUp(ctx, conn.Conn(), plan)
			}
		}
		doubt := false
		if err == nil {
			doubt, err = e.doubtful(ctx, conn.Conn())
		}
		lost := e.release(ctx, conn, err)
		if lost && try == 1 {
			continue
		}
		if err == nil && doubt {
			err = e.survives(ctx)
		}
		if err != nil {
			return unreachable(err)
		}
		for _, f := range finish {
			if err := f(); err != nil {
				return err
			}
		}
		return nil
	}
}

// unreachable marks the failure of a read as ErrBusy when it is none of the statement's.
func unreachable(err error) error {
	if kind := pgOutcome(err, nil); kind != nil {
		return fmt.Errorf("%w: %w", ErrBusy, err)
	}
	return err
}

// What makes one snapshot of several lookups; sent with them.
var (
	beginSnapshot = &statement{"begin isolation level repeatable read, read only"}
	endSnapshot   = &statement{"commit"}
)

// lookUp runs the lookups of a plan on a connection, on one snapshot, and gives the functions that finish them.
func lookUp(ctx context.Context, conn *pgx.Conn, plan func() ([]lookup, []func() error)) ([]func() error, error) {
	lookups, finish := plan()
	if len(lookups) > 1 {
		lookups = slices.Concat([]lookup{{stmt: beginSnapshot}}, lookups, []lookup{{stmt: endSnapshot}})
	}
	var batch pgx.Batch
	for _, l := range lookups {
		if err := enqueue(ctx, conn, &batch, l.stmt, l.args); err != nil {
			return nil, err
		}
	}
	results := conn.SendBatch(ctx, &batch)
	for i := range lookups {
		if err := result(results, &op{row: lookups[i].row}); err != nil {
			_ = results.Close() // the same error, or what follows from it
			if !conn.IsClosed() && conn.PgConn().TxStatus() != 'I' {
				_, _ = conn.Exec(ctx, "rollback") // a connection that is given back in a transaction is closed
			}
			return nil, err
		}
	}
	if err := results.Close(); err != nil {
		return nil, err
	}
	return finish, nil
}

func (e *postgresEngine) ping(ctx context.Context) error { return e.pool.Ping(ctx) }

func (e *postgresEngine) stats(s *Stats) {
	s.Engine = "postgres"
	e.report(s)
	p := e.pool.Stat()
	s.Connections, s.ConnectionsInUse, s.ConnectionsMax = int(p.TotalConns()), int(p.AcquiredConns()), int(p.MaxConns())
}

func (e *postgresEngine) migrations() (*sql.DB, goose.Dialect, []goose.ProviderOption, error) {
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockID(migrationLock))
	if err != nil {
		return nil, "", nil, err
	}
	return stdlib.OpenDBFromPool(e.pool), goose.DialectPostgres, []goose.ProviderOption{goose.WithSessionLocker(locker)}, nil
}

func (e *postgresEngine) close() error {
	e.pool.Close()
	e.background.Wait()
	return nil
}
