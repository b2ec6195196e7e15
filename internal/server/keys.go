package server

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"kassa/internal/config"
	"kassa/internal/keyring"
)

// openKeys opens the key ring, making the file when it does not exist: unless there is an SQLite database already, whose
// credentials and personal data nothing but its own keys can open.
func openKeys(database, file string) (*keyring.Ring, error) {
	if sqlite := config.SQLiteFile(database); sqlite != "" && !exists(file) && exists(sqlite) {
		return nil, &config.Refusal{Flag: "--key-file", Why: file + " does not exist, but " + sqlite + " does: it was sealed with another key file; bring that back, or name it"}
	}
	if sqlite := config.SQLiteFile(database); sqlite != "" {
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

// exists reports whether there is a file with something in it.
func exists(file string) bool {
	info, err := os.Stat(file)
	return err == nil && info.Size() > 0 || err != nil && !errors.Is(err, fs.ErrNotExist)
}
