package server_test

import (
	"context"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kassa/internal/config"
	"kassa/internal/keyring"
	"kassa/internal/pgtest"
	"kassa/internal/server"
	"kassa/internal/servertest"
)

// refused fails the test unless the key file is refused, for this reason.
func refused(t *testing.T, err error, why string) {
	t.Helper()
	var r *config.Refusal
	if !errors.As(err, &r) || r.Flag != "--key-file" || !strings.Contains(r.Why, why) {
		t.Errorf("%v, want a refusal of --key-file with %q", err, why)
	}
}

// keyFileOf is where a server's keys are.
func keyFileOf(t *testing.T, s *servertest.Server) string {
	t.Helper()
	file, err := config.KeyFileOf(s.Options.Config.Database, s.Options.Config.KeyFile)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// TestKeyFile_ofAnotherDatabaseIsRefused: by servers and by commands, which would lock merchants out with it.
func TestKeyFile_ofAnotherDatabaseIsRefused(t *testing.T) {
	servertest.OnBoth(t, func(t *testing.T, s *servertest.Server) {
		ctx, database := context.Background(), s.Options.Config.Database
		other := filepath.Join(t.TempDir(), "other")
		if _, err := keyring.LoadOrCreate(other, rand.Reader); err != nil {
			t.Fatal(err)
		}
		m := s.Merchant(t)
		payment := m.Payment(servertest.SwedishCart)
		_, err := server.OpenOperator(ctx, server.Database{URL: database, KeyFile: other}, false)
		refused(t, err, "no key in "+other+" opens this database")
		_, err = server.OpenOperator(ctx, server.Database{URL: database, KeyFile: other}, true)
		refused(t, err, "no key in "+other+" opens this database")
		m.Read("/payments/v1/sessions/" + payment).Want(200)
		s.Stop()
		refused(t, server.Migrate(ctx, server.Database{URL: database, KeyFile: other}), "no key in "+other)
		o := s.Options
		o.Config.KeyFile = other
		_, err = server.Start(ctx, o)
		refused(t, err, "no key in "+other)
		s.Again().Merchant(t).Read("/payments/v1/sessions/" + payment).Want(200)
	})
}

// TestKeyFile_isRotatedByALineOnTop as the manual says; a line at the bottom, or an old one taken away, is refused.
func TestKeyFile_isRotatedByALineOnTop(t *testing.T) {
	servertest.OnBoth(t, func(t *testing.T, s *servertest.Server) {
		payment := s.Merchant(t).Payment(servertest.SwedishCart)
		s.Stop()
		file := keyFileOf(t, s)
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		line, old := keyring.Line(keyring.Material{7})+"\n", string(text)
		start := func(text string) error {
			t.Helper()
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			again, err := server.Start(context.Background(), s.Options)
			if err != nil {
				return err
			}
			s.Server = again
			s.Merchant(t).Read("/payments/v1/sessions/" + payment).Want(200)
			return again.Shutdown(context.Background())
		}
		refused(t, start(old+line), "new lines go on top")
		if err := start(line + old); err != nil {
			t.Errorf("a new line on top: %v", err)
		}
		refused(t, start(old), "no key in "+file)
		refused(t, start(line), "the last one stays the last")
		if err := start(line + old); err != nil {
			t.Errorf("both lines again: %v", err)
		}
	})
}

// TestKeyFile_isNotMadeForAPostgresInUse: a slip in the name of one node's file.
func TestKeyFile_isNotMadeForAPostgresInUse(t *testing.T) {
	s := servertest.Start(t, servertest.OnPostgres(t))
	slip := filepath.Join(t.TempDir(), "kyes")
	o := s.Options
	o.Config.KeyFile = slip
	_, err := server.Start(context.Background(), o)
	refused(t, err, "does not exist, but the database has been used with another key file")
	refused(t, server.Migrate(context.Background(), server.Database{URL: o.Config.Database, KeyFile: slip}), "does not exist, but")
	if _, err := os.Stat(slip); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the file was made: %v", err)
	}
	if err := server.Migrate(context.Background(), server.Database{URL: pgtest.URL(t), KeyFile: slip}); err != nil {
		t.Errorf("a new database gets its keys: %v", err)
	}
	if _, err := os.Stat(slip); err != nil {
		t.Error(err)
	}
}

// TestKeyFile_exchangedUnderneathEndsTheServer: what is sealed with keys that are on no disk any more could never be opened again.
func TestKeyFile_exchangedUnderneathEndsTheServer(t *testing.T) {
	servertest.OnBoth(t, func(t *testing.T, s *servertest.Server) {
		m := s.Merchant(t)
		m.Payment(servertest.SwedishCart)
		file := keyFileOf(t, s)
		own, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		other := filepath.Join(filepath.Dir(file), "other")
		if _, err := keyring.LoadOrCreate(other, rand.Reader); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(other, file); err != nil {
			t.Fatal(err)
		}
		if why := <-s.Failed(); !strings.Contains(why.Error(), "the last line of "+file) {
			t.Error(why)
		}
		m.Post("/payments/v1/sessions", servertest.SwedishCart).Want(503)
		if err := s.Store().Ping(t.Context()); err == nil {
			t.Error("the server says that it is ready")
		}
		if err := os.WriteFile(file, own, 0o600); err != nil { // for the end of the test
			t.Fatal(err)
		}
	})
}
