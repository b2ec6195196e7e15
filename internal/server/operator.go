package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"kassa/internal/clock"
	"kassa/internal/config"
	"kassa/internal/engine"
	"kassa/internal/keyring"
	"kassa/internal/outbox"
	"kassa/internal/store"
)

// Database says which database an operator's command works on.
type Database struct {
	URL     string // as --database
	KeyFile string // as --key-file
	Log     *slog.Logger
}

// Operator runs an operator's operations on a database, beside a running server or without one.
type Operator struct {
	*engine.Engine
	store *store.Store
}

// Inspection is everything about one payment session.
type Inspection = engine.Inspection

// EventFilter says which events are listed.
type EventFilter = engine.EventFilter

// OpenOperator opens a database for an operator's command. An SQLite file is made when create says so and it is missing, and
// brought up to date when no server has it; a PostgreSQL must be of this program's schema. What is refused is a
// [*config.Refusal].
func OpenOperator(ctx context.Context, d Database, create bool) (*Operator, error) {
	keys, err := d.keys(ctx, create)
	if err != nil {
		return nil, err
	}
	st, err := d.store(ctx, keys, true)
	if err != nil {
		return nil, err
	}
	state, err := st.SchemaState(ctx)
	if err == nil && state == store.SchemaOld && config.SQLiteFile(d.URL) != "" {
		// Without a server nobody but us brings it up to date; with one, its lock refuses us.
		if err := st.Close(); err != nil {
			return nil, err
		}
		if st, err = d.store(ctx, keys, false); err != nil {
			return nil, err
		}
		err = st.Migrate(ctx)
	} else if err == nil {
		err = prepareSchema(ctx, st, false)
	}
	if err == nil {
		err = checkKeys(ctx, st, d.KeyFile, false)
	}
	if err != nil {
		return nil, errors.Join(err, st.Close())
	}
	wake := func() {
		if err := st.Tell(ctx, outbox.Topic, ""); err != nil && d.Log != nil {
			d.Log.WarnContext(ctx, "the servers could not be told; they look by themselves within a second", "error", err)
		}
	}
	return &Operator{engine.New(engine.Config{Store: st, Keys: keys, Clock: clock.Real{}, Log: d.Log, Wake: wake}), st}, nil
}

// Close closes the database.
func (o *Operator) Close() error { return o.store.Close() }

// Migrate brings the schema of a database up to date, making the SQLite file and the key file when they are missing. No
// server may have the SQLite file open.
func Migrate(ctx context.Context, d Database) error {
	var err error
	if d.KeyFile, err = config.KeyFileOf(d.URL, d.KeyFile); err != nil {
		return err
	}
	keys, err := openKeys(ctx, d.URL, d.KeyFile, d.Log)
	if err != nil {
		return err
	}
	st, err := d.store(ctx, keys, false)
	if err != nil {
		return err
	}
	if err = st.Migrate(ctx); err == nil {
		err = checkKeys(ctx, st, d.KeyFile, true)
	}
	return errors.Join(err, st.Close())
}

// keys checks the names and opens the key ring. Nothing that is missing is made, but an SQLite database when create says so: a
// slip in a name must not leave an empty database behind, or credentials that are hashed with a key which no server has.
func (d *Database) keys(ctx context.Context, create bool) (*keyring.Ring, error) {
	var err error
	if d.KeyFile, err = config.KeyFileOf(d.URL, d.KeyFile); err != nil {
		return nil, err
	}
	sqlite := config.SQLiteFile(d.URL)
	if create && sqlite != "" {
		return openKeys(ctx, d.URL, d.KeyFile, d.Log)
	}
	if sqlite != "" && !exists(sqlite) {
		return nil, &config.Refusal{Flag: "--database", Why: fmt.Sprintf("there is no file %s", sqlite)}
	}
	keys, err := keyring.Load(d.KeyFile)
	if err != nil {
		return nil, &config.Refusal{Flag: "--key-file", Why: err.Error()}
	}
	return keys, nil
}

func (d *Database) store(ctx context.Context, keys *keyring.Ring, beside bool) (*store.Store, error) {
	st, err := store.Open(ctx, store.Options{URL: d.URL, Keys: keys, Log: d.Log, Beside: beside})
	if err != nil {
		return nil, &config.Refusal{Flag: "--database", Why: err.Error()}
	}
	return st, nil
}
