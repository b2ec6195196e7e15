package bench

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Scratch is a place for databases of the bench's own, on the disk or server that somebody uses already: nothing of theirs
// is touched.
type Scratch struct {
	// Dir is a new directory for files: for SQLite on the disk of the database that was named.
	Dir string
	// Database is the URL of a new, empty database, to give to a server; Limit that of one for the limit program.
	Database, Limit string

	drop func() error
}

// NewScratch makes databases where the one of the URL is: in a directory of their own beside an SQLite file, in a database of
// their own beside one of PostgreSQL; "" means the directory for temporary files.
func NewScratch(ctx context.Context, database string) (*Scratch, error) {
	at, isFile := "", true
	switch scheme, rest, _ := strings.Cut(database, ":"); scheme {
	case "":
	case "sqlite":
		at = filepath.Dir(strings.TrimPrefix(rest, "//"))
	case "postgres", "postgresql":
		isFile = false
	default:
		return nil, errors.New("the database is neither sqlite:FILE nor postgres://…")
	}
	dir, err := os.MkdirTemp(at, "kassa-bench-")
	if err != nil {
		return nil, fmt.Errorf("make a place for the bench: %w", err)
	}
	s := &Scratch{Dir: dir, drop: func() error { return nil }}
	if isFile {
		s.Database, s.Limit = "sqlite:"+filepath.Join(dir, "kassa.db"), "sqlite:"+filepath.Join(dir, "limit.db")
		return s, nil
	}
	if err := s.onPostgres(ctx, database); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return s, nil
}

// onPostgres makes a database that both programs share: they have tables of their own.
func (s *Scratch) onPostgres(ctx context.Context, address string) error {
	u, err := url.Parse(address)
	if err != nil {
		return errors.New("the database's URL cannot be read") // not repeated: it may hold a password
	}
	name := "kassa_bench_" + strings.ToLower(rand.Text())
	if err := execute(ctx, address, "create database "+name); err != nil {
		return fmt.Errorf("make a database for the bench: %w", err)
	}
	u.Path = "/" + name
	s.Database, s.Limit = u.String(), u.String()
	s.drop = func() error {
		if err := execute(context.WithoutCancel(ctx), address, "drop database if exists "+name+" with (force)"); err != nil {
			return fmt.Errorf("drop the bench's database %s: %w", name, err)
		}
		return nil
	}
	return nil
}

func execute(ctx context.Context, address, sql string) error {
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, sql)
	return errors.Join(err, conn.Close(context.WithoutCancel(ctx)))
}

// Remove takes everything away again.
func (s *Scratch) Remove() error { return errors.Join(s.drop(), os.RemoveAll(s.Dir)) }
