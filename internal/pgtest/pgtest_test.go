package pgtest_test

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"kassa/internal/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

func TestURL_givesEachTestItsOwnDurableDatabase(t *testing.T) {
	one, two := connect(t, pgtest.URL(t)), connect(t, pgtest.URL(t))
	if _, err := one.Exec(t.Context(), "create table a (n int)"); err != nil {
		t.Fatal(err)
	}
	if _, err := two.Exec(t.Context(), "create table a (n int)"); err != nil {
		t.Errorf("the second database is not empty: %v", err)
	}
	for _, name := range []string{"fsync", "synchronous_commit", "full_page_writes"} {
		var value string
		if err := one.QueryRow(t.Context(), "select current_setting($1)", name).Scan(&value); err != nil || value != "on" {
			t.Errorf("%s is %q, %v", name, value, err)
		}
	}
}

func TestCrash_keepsWhatWasCommitted(t *testing.T) {
	c := pgtest.Start(t)
	url := c.Database(t)
	conn := connect(t, url)
	if _, err := conn.Exec(t.Context(), "create table a (n int); insert into a values (7)"); err != nil {
		t.Fatal(err)
	}
	if err := c.Crash(); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(t.Context(), "select 1"); err == nil {
		t.Fatal("the server answers after the crash")
	}
	if err := c.Up(); err != nil {
		t.Fatal(err)
	}
	var n int
	if err := connect(t, url).QueryRow(t.Context(), "select n from a").Scan(&n); err != nil || n != 7 {
		t.Errorf("after the crash: %d, %v", n, err)
	}
}

// TestHelper_isKilled is the victim of the next test: it starts a cluster, tells its process id, and waits to be killed.
func TestHelper_isKilled(t *testing.T) {
	if os.Getenv("KASSA_PGTEST_VICTIM") == "" {
		return
	}
	pid, err := pgtest.Start(t).PID()
	if err != nil {
		t.Fatal(err)
	}
	println("pid", pid, "end")
	select {}
}

func TestKilledProcess_takesItsClusterDown(t *testing.T) {
	victim := exec.Command(os.Args[0], "-test.run=^TestHelper_isKilled$")
	victim.Env = append(os.Environ(), "KASSA_PGTEST_VICTIM=1")
	out, err := victim.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := victim.Start(); err != nil {
		t.Fatal(err)
	}
	text := ""
	for buf := make([]byte, 256); !strings.Contains(text, "end"); {
		n, err := out.Read(buf)
		if err != nil {
			t.Fatalf("victim ended: %v %q", err, text)
		}
		text += string(buf[:n])
	}
	if err := victim.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = victim.Wait() // killed: that is its error
	pid := strings.Fields(text)[1]
	if err := pgtest.Gone(pid); err != nil {
		t.Error(err)
	}
}
