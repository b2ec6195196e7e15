package bench

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"testing"

	"kassa/internal/pgtest"
)

// TestMain runs the limit program instead of the tests when this binary is started as one: "bench.test limit DATABASE".
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "limit" {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
		defer stop()
		if err := ServeLimit(ctx, LimitConfig{Database: os.Args[2], Ready: os.Stdout, Parent: os.Stdin}); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	pgtest.Main(m)
}

// startLimit starts a limit program as a child process and stops it when the test ends.
func startLimit(t *testing.T, database string) *Program {
	t.Helper()
	// The test's own context ends before its clean-up, which stops the program in order.
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p, err := Start(context.WithoutCancel(t.Context()), os.Stderr, exe, "limit", database)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Stop(); err != nil {
			t.Errorf("stop the limit program: %v", err)
		}
	})
	return p
}
