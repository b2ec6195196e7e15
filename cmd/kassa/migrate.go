package main

import (
	"log/slog"

	"kassa/internal/server"
)

type migrateCmd struct {
	databaseFlags
}

// Help is printed below the flags.
func (migrateCmd) Help() string {
	return `Makes the tables of an empty database and brings older ones up to date; run it before the servers of a new version. An SQLite file is brought up to date by "kassa serve" itself; stop the server before you do it by hand.

Example:

  kassa migrate --database postgres://kassa@db.example.com/kassa --key-file /etc/kassa/keys`
}

// Run migrates.
func (c *migrateCmd) Run(t *terminal) error {
	if err := server.Migrate(t.ctx, server.Database{URL: c.Database, KeyFile: c.KeyFile, Log: t.logger(slog.LevelInfo)}); err != nil {
		return err
	}
	return t.printf("the schema is up to date\n")
}
