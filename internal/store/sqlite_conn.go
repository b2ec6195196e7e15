package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"strings"
)

// skipLocked is the only piece of SQL that the engines do not share: SQLite has one writer and nothing to skip.
const skipLocked = " for update skip locked"

// preparedStatement is what the driver's statements can do.
type preparedStatement interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// sqliteConn is one connection of the driver with its prepared statements, used by one goroutine at a time. It goes round
// database/sql: the writer must not wait for a pool, and nothing here needs conversions.
type sqliteConn struct {
	conn     driver.Conn
	prepared map[*statement]preparedStatement
	args     []driver.NamedValue // reused
	row      sqliteRow           // reused
}

// connectSQLite opens a connection and prepares nothing yet.
func connectSQLite(ctx context.Context, c driver.Connector) (*sqliteConn, error) {
	conn, err := c.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &sqliteConn{conn: conn, prepared: make(map[*statement]preparedStatement)}, nil
}

func (c *sqliteConn) prepare(stmt *statement) (preparedStatement, error) {
	if p := c.prepared[stmt]; p != nil {
		return p, nil
	}
	s, err := c.conn.Prepare(strings.Replace(stmt.text, skipLocked, "", 1))
	if err != nil {
		return nil, err
	}
	p, ok := s.(preparedStatement)
	if !ok {
		return nil, errors.Join(fmt.Errorf("driver's statements are %T", s), s.Close())
	}
	c.prepared[stmt] = p
	return p, nil
}

func (c *sqliteConn) bind(args []any) []driver.NamedValue {
	c.args = c.args[:0]
	for i, a := range args {
		c.args = append(c.args, driver.NamedValue{Ordinal: i + 1, Value: a})
	}
	return c.args
}

// exec runs a statement to its end.
func (c *sqliteConn) exec(stmt *statement, args ...any) error {
	p, err := c.prepare(stmt)
	if err != nil {
		return err
	}
	_, err = p.ExecContext(context.Background(), c.bind(args))
	return err
}

// query runs a statement and hands each row to row. The statement has run to its end when it returns nil.
func (c *sqliteConn) query(stmt *statement, args []any, row func(r rowScan) error) (err error) {
	p, err := c.prepare(stmt)
	if err != nil {
		return err
	}
	rows, err := p.QueryContext(context.Background(), c.bind(args))
	if err != nil {
		return err
	}
	defer func() {
		if e := rows.Close(); err == nil {
			err = e
		}
	}()
	n := len(rows.Columns())
	if cap(c.row.values) < n {
		c.row.values = make([]driver.Value, n)
	}
	c.row.values = c.row.values[:n]
	for {
		switch err := rows.Next(c.row.values); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		if err := row(&c.row); err != nil {
			return err
		}
	}
}

func (c *sqliteConn) close() error {
	var all error
	for _, p := range c.prepared {
		all = errors.Join(all, p.Close())
	}
	return errors.Join(all, c.conn.Close())
}

// sqliteRow is one row as the driver gives it.
type sqliteRow struct{ values []driver.Value }

// Scan implements rowScan. NULL becomes the zero value, as only what may be absent is NULL.
func (r *sqliteRow) Scan(dest ...any) error {
	if len(dest) != len(r.values) {
		return fmt.Errorf("%d columns for %d destinations", len(r.values), len(dest))
	}
	for i, d := range dest {
		ok := false
		switch d := d.(type) {
		case *int64:
			if r.values[i] == nil {
				*d, ok = 0, true
				continue
			}
			*d, ok = r.values[i].(int64)
		case *string:
			if r.values[i] == nil {
				*d, ok = "", true
				continue
			}
			*d, ok = r.values[i].(string)
		case *[]byte:
			if r.values[i] == nil {
				*d, ok = nil, true
				continue
			}
			*d, ok = r.values[i].([]byte)
		}
		if !ok {
			return fmt.Errorf("column %d is %T, wanted for %T", i+1, r.values[i], d)
		}
	}
	return nil
}
