package server

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"kassa/internal/config"
	"kassa/internal/keyring"
	"kassa/internal/store"
)

// openKeys opens the key ring, making the file when it does not exist: unless the database was used already, whose credentials and
// personal data nothing but its own keys can open. An SQLite file is one as soon as it is there.
func openKeys(ctx context.Context, database, file string, log *slog.Logger) (*keyring.Ring, error) {
	sqlite := config.SQLiteFile(database)
	switch {
	case sqlite == "" && !exists(file):
		used, err := usedBefore(ctx, database, log)
		if err != nil {
			return nil, err
		}
		if used {
			return nil, &config.Refusal{Flag: "--key-file", Why: file + " does not exist, but the database has been used with another key file: bring that back, or name it"}
		}
	case sqlite != "" && !exists(file) && exists(sqlite):
		return nil, &config.Refusal{Flag: "--key-file", Why: file + " does not exist, but " + sqlite + " does: it was sealed with another key file; bring that back, or name it"}
	case sqlite != "":
		if dir := filepath.Dir(sqlite); !exists(dir) {
			return nil, &config.Refusal{Flag: "--database", Why: "there is no directory " + dir + ": make it first"}
		}
	}
	keys, err := keyring.LoadOrCreate(file, rand.Reader)
	if err != nil {
		return nil, &config.Refusal{Flag: "--key-file", Why: err.Error()}
	}
	return keys, nil
}

// usedBefore looks into a PostgreSQL with keys that are thrown away.
func usedBefore(ctx context.Context, database string, log *slog.Logger) (bool, error) {
	var m keyring.Material
	_, _ = rand.Read(m[:]) // never fails since Go 1.24
	keys, err := keyring.New(m)
	if err != nil {
		return false, err
	}
	st, err := store.Open(ctx, store.Options{URL: database, Keys: keys, Log: log})
	if err != nil {
		return false, &config.Refusal{Flag: "--database", Why: err.Error()}
	}
	used, err := st.InUse(ctx)
	return used, errors.Join(err, st.Close())
}

// checkKeys refuses a key file that is not the database's. renew is for who serves or migrates: see store.CheckKeys.
func checkKeys(ctx context.Context, st *store.Store, file string, renew bool) error {
	err := st.CheckKeys(ctx, renew)
	switch {
	case errors.Is(err, store.ErrOtherKeys):
		return &config.Refusal{Flag: "--key-file", Why: "no key in " + file + " opens this database: it was sealed with another key file; name that one, or bring it back"}
	case errors.Is(err, store.ErrOtherPepper):
		return &config.Refusal{Flag: "--key-file", Why: "the last line of " + file + " is not the one that this database began with: new lines go on top, and the last one stays the last"}
	case err != nil:
		return fmt.Errorf("try the key file on the database: %w", err)
	}
	return nil
}

// exists reports whether there is a file with something in it.
func exists(file string) bool {
	info, err := os.Stat(file)
	return err == nil && info.Size() > 0 || err != nil && !errors.Is(err, fs.ErrNotExist)
}
