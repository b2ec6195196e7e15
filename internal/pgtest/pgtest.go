package pgtest

import (
	"fmt"
	"os"
	"sync"
	"testing"
)

// shared is the cluster of this test process, started by the first test that asks for a database.
var shared struct {
	mu      sync.Mutex
	managed bool // Main runs and will stop it
	cluster *Cluster
	err     error
}

// Main runs the tests of a package and stops the process's cluster after them. It does not return.
func Main(m *testing.M) {
	shared.mu.Lock()
	shared.managed = true
	shared.mu.Unlock()
	code := m.Run()
	shared.mu.Lock()
	defer shared.mu.Unlock()
	if shared.cluster != nil {
		if err := shared.cluster.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, "stop PostgreSQL:", err)
			code = max(code, 1)
		}
	}
	os.Exit(code)
}

// URL returns the URL of a fresh, empty database on the process's cluster; it is dropped after the test.
func URL(tb testing.TB) string {
	tb.Helper()
	return process(tb).Database(tb)
}

func process(tb testing.TB) *Cluster {
	tb.Helper()
	shared.mu.Lock()
	defer shared.mu.Unlock()
	if !shared.managed {
		tb.Fatal("the package's tests lack: func TestMain(m *testing.M) { pgtest.Main(m) }")
	}
	if shared.cluster == nil && shared.err == nil {
		shared.cluster, shared.err = start()
	}
	if shared.err != nil {
		tb.Fatal(shared.err)
	}
	return shared.cluster
}
