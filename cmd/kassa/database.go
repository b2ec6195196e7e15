package main

import (
	"context"
	"errors"
	"log/slog"

	"kassa/internal/server"
)

// databaseFlags say which database a command works on; the key file opens what is sealed in it.
type databaseFlags struct {
	Database string `default:"sqlite:kassa.db" help:"sqlite:FILE or postgres://user:password@host/database."`
	KeyFile  string `placeholder:"FILE" help:"Key ring that seals personal data. SQLite: beside the database, made at the first start. PostgreSQL: required, the same on every node."`
}

// operate runs one of an operator's operations on the database.
func (f *databaseFlags) operate(t *terminal, create bool, do func(ctx context.Context, o *server.Operator) error) error {
	o, err := server.OpenOperator(t.ctx, server.Database{URL: f.Database, KeyFile: f.KeyFile, Log: t.logger(slog.LevelWarn)}, create)
	if err != nil {
		return err
	}
	return errors.Join(do(t.ctx, o), o.Close())
}
