package store

import (
	"errors"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
)

// What Commit can answer besides nil. Any other error means that nothing was done and that trying again will not help.
var (
	// ErrConflict: another Batch came first. Nothing was done; read again and decide anew.
	ErrConflict = errors.New("conflict with another change")
	// ErrUnknown: the Batch was sent to the disk and no answer came. It may or may not have happened: answer 503, and never
	// store the answer.
	ErrUnknown = errors.New("outcome of the commit is unknown")
	// ErrBusy: the Batch was not taken, because the queue is full, the database cannot be reached, or the store is closing.
	// Nothing was done; try again later.
	ErrBusy = errors.New("store is busy")
)

// Result codes of SQLite: https://www.sqlite.org/rescode.html.
const (
	sqliteBusy       = 5
	sqliteFull       = 13
	sqliteConstraint = 19 // the primary code of all violations
	sqliteNotNull    = 1299
	sqlitePrimaryKey = 1555
	sqliteUnique     = 2067
)

// SQLSTATEs of PostgreSQL: https://www.postgresql.org/docs/15/errcodes-appendix.html.
const (
	pgNotNull             = "23502"
	pgUnique              = "23505"
	pgSerialization       = "40001"
	pgDeadlock            = "40P01"
	pgCachedPlan          = "0A000" // a prepared statement from before a migration
	pgReadOnly            = "25006" // the server has become a standby
	pgLockNotAvailable    = "55P03"
	pgQueryCanceled       = "57014" // statement_timeout
	pgInsufficientClass   = "53"    // disk full, too many connections, out of memory
	versionColumn         = "version"
	pgSeverityError       = "ERROR"
	sqlitePrimaryCodeMask = 0xff
)

// sqliteCode gives the extended result code of an error of SQLite, 0 for others.
func sqliteCode(err error) int {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code()
	}
	return 0
}

// sqliteOutcome names what a failed statement of SQLite means, nil for an error like any other.
func sqliteOutcome(err error, o *op) error {
	switch code := sqliteCode(err); code {
	case sqliteNotNull:
		if o != nil && o.class == save {
			return ErrConflict // the only column of a save that can be null is version
		}
	case sqlitePrimaryKey, sqliteUnique:
		return ErrConflict
	default:
		if primary := code & sqlitePrimaryCodeMask; primary == sqliteBusy || primary == sqliteFull {
			return ErrBusy
		}
	}
	return nil
}

// pgError finds the server's error, nil when the server did not say anything.
func pgError(err error) *pgconn.PgError {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return e
	}
	return nil
}

// pgOutcome names what a failed statement of PostgreSQL means, nil for an error like any other: the server rolled everything
// back. What is not an answer of the server, or is its last word before it went, leaves the outcome unknown.
func pgOutcome(err error, o *op) error {
	e := pgError(err)
	if e == nil || e.SeverityUnlocalized != pgSeverityError {
		return ErrUnknown
	}
	switch e.Code {
	case pgNotNull:
		if o != nil && o.class == save && e.ColumnName == versionColumn {
			return ErrConflict
		}
	case pgUnique, pgSerialization, pgDeadlock:
		return ErrConflict
	case pgReadOnly, pgLockNotAvailable, pgQueryCanceled:
		return ErrBusy
	default:
		if e.Code[:min(2, len(e.Code))] == pgInsufficientClass {
			return ErrBusy
		}
	}
	return nil
}
