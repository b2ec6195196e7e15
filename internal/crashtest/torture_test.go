package crashtest

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"kassa/internal/clock"
	"kassa/internal/engine"
	"kassa/internal/keyring"
	"kassa/internal/pay"
	"kassa/internal/pgtest"
	"kassa/internal/store"
)

var kills = flag.Int("torture.kills", 200, "how often the program is killed while callbacks are sent")

// endpoint is a merchant's receiver of callbacks that does everything a receiver should not, until it is made well.
type endpoint struct {
	t      *testing.T
	server *httptest.Server

	mu     sync.Mutex
	random *rand.Rand
	well   bool
	calls  int
	told   map[string]*told // by event
	lanes  map[string][]int // numbers that were acknowledged, by session
}

// told is one event as the endpoint knows it.
type told struct {
	session, status string
	sequence        int
	body            string
	acknowledged    bool // answered 2xx, whether or not the answer arrived
}

func newEndpoint(t *testing.T, seed uint64) *endpoint {
	e := &endpoint{t: t, random: rand.New(rand.NewPCG(seed, 3)), told: map[string]*told{}, lanes: map[string][]int{}}
	e.server = httptest.NewServer(e)
	t.Cleanup(func() {
		e.server.CloseClientConnections()
		e.server.Close()
	})
	return e
}

func (e *endpoint) url() string { return e.server.URL + "/hook" }

// heal makes the endpoint a good one.
func (e *endpoint) heal() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.well = true
}

func (e *endpoint) count() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.calls
}

// The ways to treat a callback.
const (
	take   = iota // answer 204
	slowly        // the same, in a while
	forget        // take it, and break the connection instead of an answer: it comes again
	fail          // answer 500
	reset         // break the connection
	hang          // answer nothing until the caller gives up
	ways
)

// ServeHTTP treats a callback somehow. What is noted before the answer is what a merchant would have in the database.
func (e *endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // its sender was killed in the middle
	}
	switch e.treat(r.Header, body) {
	case take:
		w.WriteHeader(http.StatusNoContent)
	case slowly:
		pause := time.NewTimer(300 * time.Millisecond)
		defer pause.Stop()
		select {
		case <-pause.C:
			w.WriteHeader(http.StatusNoContent)
		case <-r.Context().Done():
		}
	case fail:
		w.WriteHeader(http.StatusInternalServerError)
	case hang:
		<-r.Context().Done()
	case forget, reset:
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			e.t.Errorf("hijack: %v", err)
			return
		}
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0) // RST instead of FIN
		}
		_ = conn.Close()
	}
}

// treat decides how, and checks what comes: an event never changes, its number is its place, and none comes before all with smaller
// numbers of its session were acknowledged.
func (e *endpoint) treat(h http.Header, body []byte) int {
	var message struct {
		EventID string `json:"event_id"`
		Session struct {
			SessionID string `json:"session_id"`
			Status    string `json:"status"`
		} `json:"session"`
	}
	err := json.Unmarshal(body, &message)
	sequence, _ := strconv.Atoi(h.Get("Kassa-Sequence"))
	e.mu.Lock()
	defer e.mu.Unlock()
	e.calls++
	if err != nil || message.EventID == "" || message.EventID != h.Get("Webhook-Id") || sequence < 1 {
		e.t.Errorf("a callback that is none: %v %s", h, body)
		return take
	}
	known := e.told[message.EventID]
	if known == nil {
		known = &told{session: message.Session.SessionID, status: message.Session.Status, sequence: sequence, body: string(body)}
		e.told[message.EventID] = known
	}
	if known.body != string(body) || known.sequence != sequence {
		e.t.Errorf("event %s changed: %d %s, before %d %s", message.EventID, sequence, body, known.sequence, known.body)
	}
	if have := len(e.lanes[known.session]); sequence > have+1 {
		e.t.Errorf("session %s: number %d came after %d were acknowledged", known.session, sequence, have)
	}
	way := take
	if !e.well {
		way = e.random.IntN(ways)
	}
	if way <= forget && !known.acknowledged {
		known.acknowledged = true
		e.lanes[known.session] = append(e.lanes[known.session], sequence)
	}
	return way
}

// TestTorture_everyCallbackArrivesOrWaitsInItsOrder: the endpoints fail, hang, break connections, answer slowly and have callbacks
// come twice, while the program is killed again and again, or loses its disk.
func TestTorture_everyCallbackArrivesOrWaitsInItsOrder(t *testing.T) {
	program := buildKassa(t)
	t.Logf("crash.seed %d", *seed)
	t.Run("killed on SQLite", func(t *testing.T) {
		tortured(t, newService(t, program, "sqlite:"+filepath.Join(t.TempDir(), "kassa.db")), *kills)
	})
	t.Run("killed on PostgreSQL", func(t *testing.T) { tortured(t, newService(t, program, pgtest.URL(t)), max(*kills/10, 2)) })
	for name, inject := range map[string]string{"syncs fail on SQLite": syncsFail, "the disk is full on SQLite": diskFull} {
		t.Run(name, func(t *testing.T) {
			s := newService(t, program, "sqlite:"+filepath.Join(t.TempDir(), "kassa.db"))
			endpoints, hooks := endpointsOf(t)
			l := &ledger{}
			s.start()
			stop, stopped := work(t, s, l, "client", hooks...)
			l.atLeast(t, 60, stopped)
			trace(t, inject, s.pid())
			if code := s.exit(); code != 1 {
				t.Errorf("kassa ended with %d, want 1:\n%s", code, s.log)
			}
			s.start()
			l.atLeast(t, l.len()+60, stopped)
			allArrive(t, s, l, endpoints, stop)
		})
	}
}

func endpointsOf(t *testing.T) (endpoints []*endpoint, hooks []string) {
	for n := range 4 {
		e := newEndpoint(t, *seed+uint64(n))
		endpoints, hooks = append(endpoints, e), append(hooks, e.url())
	}
	return endpoints, hooks
}

// tortured kills the program at random moments: after so many calls were acknowledged, or so many callbacks have come.
func tortured(t *testing.T, s *service, kills int) {
	endpoints, hooks := endpointsOf(t)
	random := rand.New(rand.NewPCG(*seed, 4))
	l := &ledger{}
	s.start()
	stop, stopped := work(t, s, l, "client", hooks...)
	for range kills {
		l.atLeast(t, l.len()+1+random.IntN(20), stopped)
		s.kill()
		s.start()
	}
	allArrive(t, s, l, endpoints, stop)
}

// allArrive lets the clients end, and looks: every change that the merchant must be told of has its callback, which is acknowledged,
// pending or parked. Then the endpoints are made well, and everything arrives.
func allArrive(t *testing.T, s *service, l *ledger, endpoints []*endpoint, stop func()) {
	t.Helper()
	stop()
	s.stop()
	open := accounted(t, s, l, endpoints)
	calls := 0
	for _, e := range endpoints {
		e.heal()
		calls += e.count()
	}
	s.start()
	c := newClient(s, l)
	c.http.Timeout = 0 // much may have become due
	for range 5 {      // the longest wait of the schedule is 14 hours and some
		_, admin, _ := s.address()
		a, err := c.once(http.MethodPost, admin+"/sandbox/clock", "application/json", `{"advance":"15h"}`, "")
		if err != nil || a.status != http.StatusOK {
			t.Fatalf("move the clock: %d %s, %v", a.status, a.body, err)
		}
	}
	finish(t, s, l, func() {})
	if left := accounted(t, s, l, endpoints); left > 0 {
		t.Errorf("%d callbacks did not arrive at endpoints that are well", left)
	}
	t.Logf("%d calls to bad endpoints; %d callbacks were open then, and all arrived", calls, open)
}

// accounted compares what the database holds with what the endpoints know, and gives how many callbacks were not acknowledged yet.
func accounted(t *testing.T, s *service, l *ledger, endpoints []*endpoint) (open int) {
	t.Helper()
	keys, err := keyring.Load(s.keys)
	if err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(t.Context(), store.Options{URL: s.database, Keys: keys})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	e := engine.New(engine.Config{Store: db, Keys: keys, Clock: clock.Real{}})
	known := map[string]*told{}
	for _, one := range endpoints {
		one.mu.Lock()
		for id, event := range one.told {
			known[id] = event
		}
		one.mu.Unlock()
	}
	for _, o := range l.orders {
		i, err := e.Inspect(t.Context(), o.session)
		if err != nil {
			t.Fatal(err)
		}
		waiting, err := callbacksOf(i, known)
		if err != nil {
			t.Errorf("payment %s: %v", o.session, err)
		}
		open += waiting
	}
	if _, err := e.VerifyEvents(t.Context(), ""); err != nil {
		t.Errorf("the events: %v", err)
	}
	return open
}

// callbacksOf checks the callbacks of one payment: one for each change of its page's status, with that event's id, numbered without
// gaps; those that are done were acknowledged, each after all before it.
func callbacksOf(i *engine.Inspection, known map[string]*told) (open int, err error) {
	var events []pay.EventID
	for _, e := range i.Events {
		switch e.Type {
		case pay.SessionInProgress, pay.SessionCompleted:
			events = append(events, e.ID)
		}
	}
	n := 0
	for k := range i.Jobs {
		j := &i.Jobs[k]
		if j.Endpoint == "" {
			continue
		}
		if n++; n > len(events) || string(j.ID) != string(events[n-1]) || j.Sequence != int64(n) {
			return open, fmt.Errorf("callback %d is %s with number %d; the events: %v", n, j.ID, j.Sequence, events)
		}
		told := known[string(j.ID)]
		switch {
		case j.State == store.JobDone && (told == nil || !told.acknowledged):
			return open, fmt.Errorf("callback %s counts as delivered and was never acknowledged", j.ID)
		case j.State == store.JobDone && open > 0:
			return open, fmt.Errorf("callback %s was delivered before the one in front of it", j.ID)
		case j.State != store.JobDone:
			open++
		}
		if len(i.Attempts[j.ID]) < j.Attempts {
			return open, fmt.Errorf("callback %s: %d attempts, %d written down", j.ID, j.Attempts, len(i.Attempts[j.ID]))
		}
	}
	if n != len(events) {
		return open, fmt.Errorf("%d changes and %d callbacks", len(events), n)
	}
	return open, nil
}
