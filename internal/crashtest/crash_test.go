package crashtest

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"kassa/internal/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

var (
	rounds = flag.Int("crash.rounds", 8, "how often the program is killed on each database")
	seed   = flag.Uint64("crash.seed", uint64(time.Now().UnixNano()), "decides when it is killed")
)

// work has several clients at work until the returned function is called: it waits for them to come to the end of their
// purchases. name makes their idempotency keys; hooks are the endpoints that they have callbacks sent to.
func work(t *testing.T, s *service, l *ledger, name string, hooks ...string) (stop func(), stopped <-chan struct{}) {
	t.Helper()
	var clients sync.WaitGroup
	enough, ended := make(chan struct{}), make(chan struct{})
	for n := range 8 {
		clients.Go(func() {
			c := newClient(s, l)
			if len(hooks) > 0 {
				c.hook = hooks[n%len(hooks)]
			}
			for i := 0; ; i++ {
				select {
				case <-enough:
					return
				default:
				}
				if err := c.purchase(fmt.Sprintf("%s-%d-%d", name, n, i)); err != nil {
					t.Errorf("client %d: %v", n, err)
					return
				}
			}
		})
	}
	go func() { clients.Wait(); close(ended) }()
	return func() { close(enough); <-ended }, ended
}

// TestKassa_losesNothingThatItAcknowledged crashes the real program and what is under it.
func TestKassa_losesNothingThatItAcknowledged(t *testing.T) {
	program := buildKassa(t)
	t.Logf("crash.seed %d", *seed)
	t.Run("killed on SQLite", func(t *testing.T) {
		killed(t, newService(t, program, "sqlite:"+filepath.Join(t.TempDir(), "kassa.db")), *rounds)
	})
	t.Run("killed on PostgreSQL", func(t *testing.T) { killed(t, newService(t, program, pgtest.URL(t)), max(*rounds/2, 2)) })
	t.Run("PostgreSQL crashes under it", func(t *testing.T) { crashedUnder(t, program, max(*rounds/3, 2)) })
	t.Run("named on the disk before all else on SQLite", func(t *testing.T) { namedFirst(t, program) })
	t.Run("synced before the answer on SQLite", func(t *testing.T) { syncedFirst(t, program) })
	t.Run("syncs fail on SQLite", func(t *testing.T) { brokenDisk(t, program, syncsFail) })
	t.Run("the disk is full on SQLite", func(t *testing.T) { brokenDisk(t, program, diskFull) })
	t.Run("syncs fail under PostgreSQL", func(t *testing.T) { brokenDiskOfPostgres(t, program) })
}

// killed kills the program at random moments under load and starts it again.
func killed(t *testing.T, s *service, rounds int) {
	l := &ledger{}
	random := rand.New(rand.NewPCG(*seed, 1))
	s.start()
	stop, stopped := work(t, s, l, "client")
	for range rounds {
		l.atLeast(t, l.len()+10+random.IntN(60), stopped)
		s.kill()
		s.start()
		l.recheck(t, newClient(s, l))
	}
	finish(t, s, l, stop)
}

// crashedUnder ends PostgreSQL at once, as a power cut does, and brings it up again, while the program goes on.
func crashedUnder(t *testing.T, program string, rounds int) {
	cluster := pgtest.Start(t)
	s := newService(t, program, cluster.Database(t))
	l := &ledger{}
	random := rand.New(rand.NewPCG(*seed, 2))
	s.start()
	stop, stopped := work(t, s, l, "client")
	for range rounds {
		l.atLeast(t, l.len()+10+random.IntN(60), stopped)
		if err := cluster.Crash(); err != nil {
			t.Fatal(err)
		}
		if err := cluster.Up(); err != nil {
			t.Fatal(err)
		}
		l.recheck(t, newClient(s, l))
	}
	if _, _, life := s.address(); life != 1 {
		t.Errorf("the program was started %d times", life)
	}
	finish(t, s, l, stop)
}

// finish lets the clients end their purchases and compares everything with what they were told.
func finish(t *testing.T, s *service, l *ledger, stop func()) {
	t.Helper()
	stop()
	c := newClient(s, l)
	l.recheck(t, c)
	l.audit(t, c)
	s.stop()
	l.inspect(t, s)
	t.Logf("%d facts and %d orders, all there", len(l.facts), len(l.orders))
}
