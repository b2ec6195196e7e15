package store

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// SchemaState says how the tables of a database stand to this program.
type SchemaState string

// The states of a schema.
const (
	SchemaCurrent SchemaState = "current"
	SchemaOld     SchemaState = "old"   // empty, or made by an older version: Migrate brings it up
	SchemaNewer   SchemaState = "newer" // made by a newer version: this one must not write to it
)

// Migrate brings the tables up to this version; it does nothing when they are. On PostgreSQL one process at a time migrates.
// A schema that is newer is an error.
func (s *Store) Migrate(ctx context.Context) error {
	return s.withMigrations(func(p *goose.Provider) error {
		current, target, err := p.GetVersions(ctx)
		if err != nil {
			return err
		}
		if current > target {
			return fmt.Errorf("its schema is at version %d and this program knows up to %d: use a newer program", current, target)
		}
		if current == target {
			return nil
		}
		done, err := p.Up(ctx)
		for _, m := range done {
			s.log.Info("migrated", "version", m.Source.Version, "duration_ms", m.Duration.Milliseconds())
		}
		return err
	})
}

// SchemaState tells whether the tables are those of this version.
func (s *Store) SchemaState(ctx context.Context) (SchemaState, error) {
	state := SchemaCurrent
	err := s.withMigrations(func(p *goose.Provider) error {
		current, target, err := p.GetVersions(ctx)
		switch {
		case err != nil:
			return err
		case current < target:
			state = SchemaOld
		case current > target:
			state = SchemaNewer
		}
		return nil
	})
	return state, err
}

func (s *Store) withMigrations(do func(p *goose.Provider) error) (err error) {
	files, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	db, dialect, options, err := s.engine.migrations()
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	p, err := goose.NewProvider(dialect, db, files, append(options, goose.WithDisableGlobalRegistry(true))...)
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	if err := do(p); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}
