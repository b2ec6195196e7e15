package server_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kassa/internal/config"
	"kassa/internal/server"
	"kassa/internal/servertest"
)

// beside opens the database of a running server as an operator's command does.
func beside(t *testing.T, s *servertest.Server) *server.Operator {
	t.Helper()
	o, err := server.OpenOperator(context.Background(), server.Database{URL: s.Options.Config.Database, KeyFile: s.Options.Config.KeyFile}, false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := o.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return o
}

// TestOperator_addsAtOnceGetNumbersOfTheirOwn: two operators, and the server between them.
func TestOperator_addsAtOnceGetNumbersOfTheirOwn(t *testing.T) {
	servertest.OnBoth(t, func(t *testing.T, s *servertest.Server) {
		operators := []*server.Operator{beside(t, s), beside(t, s)}
		const each = 4
		usernames, passwords, problems := make([]string, 2*each), make([]string, 2*each), make([]error, 2*each)
		atOnce(2*each, func(i int) {
			a, err := operators[i%2].AddMerchant(context.Background(), fmt.Sprintf("Shop %d", i))
			usernames[i], passwords[i], problems[i] = a.Username, string(a.Password), err
		})
		if err := errors.Join(problems...); err != nil {
			t.Fatal(err)
		}
		numbers := map[string]bool{}
		for i := range usernames {
			numbers[usernames[i][:len("K000002")]] = true
			m := s.Merchant(t)
			m.Username, m.Password = usernames[i], passwords[i]
			m.Payment(servertest.SwedishCart)
		}
		if len(numbers) != 2*each || numbers["K000001"] {
			t.Errorf("numbers %v", numbers)
		}
	})
}

// TestOperator_badNamesOfMerchants: what cannot be shown on the page is refused.
func TestOperator_badNamesOfMerchants(t *testing.T) {
	o := beside(t, servertest.Start(t))
	for _, name := range []string{"", "  ", strings.Repeat("a", 101), "a\x00b", "a\nb", "\xff"} {
		if _, err := o.AddMerchant(context.Background(), name); err == nil {
			t.Errorf("%q was taken", name)
		}
	}
	all, err := o.Merchants(context.Background())
	if err != nil || len(all) != 1 {
		t.Errorf("%d merchants, %v", len(all), err)
	}
}

// TestOpenOperator_makesNothingByASlip: a wrong name leaves no file behind.
func TestOpenOperator_makesNothingByASlip(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "kassa.db")
	for _, d := range []server.Database{
		{URL: "sqlite:" + file},
		{URL: "sqlite:" + file, KeyFile: filepath.Join(dir, "keys")},
		{URL: "postgres://kassa@127.0.0.1:1/kassa", KeyFile: filepath.Join(dir, "keys")},
		{URL: "postgres://kassa@127.0.0.1:1/kassa"},
		{URL: "sqlite:"},
	} {
		for _, create := range []bool{false, true} {
			if create && strings.HasSuffix(d.URL, ".db") {
				continue // that makes it
			}
			var refusal *config.Refusal
			if _, err := server.OpenOperator(context.Background(), d, create); !errors.As(err, &refusal) {
				t.Errorf("%+v: %v", d, err)
			}
		}
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// TestOpenOperator_makesANewDatabase: a merchant can be there before the first start.
func TestOpenOperator_makesANewDatabase(t *testing.T) {
	d := server.Database{URL: "sqlite:" + filepath.Join(t.TempDir(), "kassa.db")}
	o, err := server.OpenOperator(context.Background(), d, true)
	if err != nil {
		t.Fatal(err)
	}
	access, err := o.AddMerchant(context.Background(), "Nordlys Cykler")
	if err := errors.Join(err, o.Close()); err != nil {
		t.Fatal(err)
	}
	s := servertest.Start(t, func(o *server.Options) { o.Config.Database = d.URL })
	m := s.Merchant(t)
	m.Payment(servertest.SwedishCart) // the sandbox's own merchant found its number free
	m.Username, m.Password = access.Username, string(access.Password)
	m.Payment(servertest.SwedishCart)
	if err := server.Migrate(context.Background(), d); err == nil || !strings.Contains(err.Error(), "another process") {
		t.Errorf("migrated under a running server: %v", err)
	}
}
