package server_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"kassa/internal/clock"
	"kassa/internal/engine"
	"kassa/internal/pay"
	"kassa/internal/server"
	"kassa/internal/servertest"
	"kassa/internal/store"
)

// told is an event as a reader sees it.
type told struct {
	EventID   string `json:"event_id"`
	SessionID string `json:"session_id"`
	Sequence  int64  `json:"sequence"`
	Cursor    string `json:"cursor"`
	Type      string `json:"type"`
}

// page reads events of a merchant after a cursor.
func page(m *servertest.Merchant, query string) (events []told, next string, err error) {
	a, err := m.Do(http.MethodGet, "/kassa/v1/events?"+query, "")
	if err != nil {
		return nil, "", err
	}
	if a.Status != http.StatusOK {
		return nil, "", fmt.Errorf("status %d: %s", a.Status, a.Body)
	}
	var body struct {
		Events     []told `json:"events"`
		NextCursor string `json:"next_cursor"`
	}
	err = json.Unmarshal(a.Body, &body)
	return body.Events, body.NextCursor, err
}

// links makes hosted sessions whose consumers can go back and forth for ever.
func links(m *servertest.Merchant, n int) (out []pay.Secret) {
	payment := m.Payment(servertest.SwedishCart)
	for range n {
		page := m.Hosted(payment, ``, `"back":"https://shop.example/"`).Text("redirect_url")
		out = append(out, pay.Secret(page[strings.LastIndex(page, "/")+1:]))
	}
	return out
}

// stroll goes back and forth on pages of a node until it has changed one n times.
func stroll(node *engine.Engine, pages []pay.Secret, n int) error {
	ctx := context.Background()
	for i := 0; n > 0; i++ {
		link := pages[i%len(pages)]
		for _, step := range []func() error{
			func() error { return node.Choose(ctx, link, engine.Visitor{Locale: "en"}, pay.PayLater) },
			func() error { return node.Back(ctx, link) },
			func() error { return node.Retry(ctx, link) },
		} {
			err := step()
			refusal := pay.AsError(err)
			switch {
			case err == nil:
				n--
			case refusal == nil || refusal.Kind != pay.Stale && refusal.Kind != pay.Conflict:
				return err
			}
		}
	}
	return nil
}

// follow reads by cursor from nodes in turn, a few events at a time, until it has seen everything that there is once over says so.
func follow(readers []*servertest.Merchant, over *atomic.Bool) ([]told, error) {
	var all []told
	seen, last, after := map[string]bool{}, map[string]int64{}, ""
	for i := 0; ; i++ {
		ended := over.Load()
		events, next, err := page(readers[i%len(readers)], fmt.Sprintf("limit=%d&wait=1&after=%s", 1+i%9, after))
		if err != nil {
			return nil, err
		}
		if ended && len(events) == 0 {
			return all, nil
		}
		for _, e := range events {
			if seen[e.EventID] {
				return nil, fmt.Errorf("%s comes a second time", e.EventID)
			}
			if e.Sequence != last[e.SessionID]+1 {
				return nil, fmt.Errorf("%s of %s comes as number %d after number %d", e.Type, e.SessionID, e.Sequence, last[e.SessionID])
			}
			seen[e.EventID], last[e.SessionID] = true, e.Sequence
		}
		all, after = append(all, events...), next
	}
}

// TestEvents_racingWritersAndReaders has writers and readers on one node, on PostgreSQL on two whose clocks disagree: every reader
// sees every event once, each session's in order, all readers the same, and nothing is wrong with any hash, position or link.
func TestEvents_racingWritersAndReaders(t *testing.T) {
	const writers, each, readers = 6, 60, 4
	servertest.OnBoth(t, func(t *testing.T, s *servertest.Server) {
		nodes := []*servertest.Server{s}
		if strings.HasPrefix(s.Options.Config.Database, "postgres") {
			nodes = append(nodes, s.Again(func(o *server.Options) { o.Clock = clock.NewStanding(servertest.Begin.Add(-90 * time.Second)) }))
		}
		var at []*servertest.Merchant
		for _, n := range nodes {
			at = append(at, n.Merchant(t))
		}
		pages := links(at[0], 8)
		var over atomic.Bool
		var writing, reading sync.WaitGroup
		failed := make(chan error, writers+readers)
		for i := range writers {
			writing.Go(func() { failed <- stroll(nodes[i%len(nodes)].Engine(), append(pages[i:], pages[:i]...), each) })
		}
		lists := make([][]told, readers)
		for i := range readers {
			reading.Go(func() {
				var err error
				lists[i], err = follow(append(at[i%len(at):], at[:i%len(at)]...), &over)
				failed <- err
			})
		}
		writing.Wait()
		over.Store(true)
		reading.Wait()
		close(failed)
		for err := range failed {
			if err != nil {
				t.Fatal(err)
			}
		}
		v, err := s.Engine().VerifyEvents(t.Context(), "")
		if err != nil || v.Unplaced != 0 || v.Events < writers*each/2 {
			t.Errorf("%+v %v", v, err)
		}
		for i, list := range lists {
			if int64(len(list)) != v.Events || !slices.Equal(list, lists[0]) {
				t.Errorf("reader %d saw %d events of %d, or others than the first reader", i, len(list), v.Events)
			}
		}
	}, func(o *server.Options) { o.NoLocks = true })
}

// waiting starts a call that waits for events after a cursor and gives its answer later; it returns when the call waits.
func waiting(t *testing.T, s *servertest.Server, m *servertest.Merchant, after string) <-chan []told {
	t.Helper()
	before, out := s.Engine().EventFollowers(), make(chan []told, 1)
	go func() {
		events, _, err := page(m, "wait=60&after="+after)
		if err != nil {
			t.Error(err)
		}
		out <- events
	}()
	await(t, "the call waits", func() bool { return s.Engine().EventFollowers() > before })
	return out
}

// await waits until something that another goroutine does has happened.
func await(t *testing.T, what string, done func() bool) {
	t.Helper()
	limit := time.NewTimer(30 * time.Second)
	defer limit.Stop()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-limit.C:
			t.Fatal("waited in vain: " + what)
		}
	}
}

// TestEvents_aReaderOnAnotherNodeIsWoken logs how long it takes from a change on one node until a reader on another has it.
func TestEvents_aReaderOnAnotherNodeIsWoken(t *testing.T) {
	one := servertest.Start(t, servertest.OnPostgres(t))
	two := one.Again()
	here, there := one.Merchant(t), two.Merchant(t)
	payment, after := here.Payment(servertest.SwedishCart), ""
	for i := range 10 {
		node, reader := two, there
		if i%2 == 1 {
			node, reader = one, here // the one that writes may not be the one with the lease
		}
		answer := waiting(t, node, reader, after)
		begun := time.Now()
		here.Hosted(payment, ``, ``)
		events := <-answer
		t.Logf("%d: told after %v", i, time.Since(begun))
		if len(events) != 1 || events[0].Type != "session.created" {
			t.Fatalf("%v", events)
		}
		after = events[0].Cursor
	}
}

// TestEvents_aNodeThatDiesHoldsNobodyUp has the node with the lease go without a word; another one goes on.
func TestEvents_aNodeThatDiesHoldsNobodyUp(t *testing.T) {
	s := servertest.Start(t, servertest.OnPostgres(t))
	dead := engine.New(engine.Config{Store: s.Store(), Clock: s.Clock, Log: s.Options.Log})
	m := s.Merchant(t)
	m.Hosted(m.Payment(servertest.SwedishCart), ``, ``)
	await(t, "the first event has its place", func() bool { list, _, err := page(m, ""); return err == nil && len(list) == 1 })
	var first pay.EventHead
	if err := s.Store().Read(t.Context(), store.EventHeadOf("K000001", &first)); err != nil {
		t.Fatal(err)
	}
	await(t, "the dead one's last deed", func() bool { // it races with the living for what was just committed
		var head pay.EventHead
		made := make(chan struct{})
		err := s.Engine().LeaveEvents(t.Context())
		go func() {
			defer close(made)
			m.Hosted(m.Payment(servertest.SwedishCart), ``, ``)
		}()
		for going := true; going && err == nil; {
			select {
			case <-made:
				going = false
			default:
			}
			err = dead.PlaceEvents(t.Context(), true)
		}
		<-made
		if err = errors.Join(err, s.Store().Read(t.Context(), store.EventHeadOf("K000001", &head))); err != nil {
			t.Fatal(err)
		}
		return head.LeasedBy != first.LeasedBy
	})
	m.Hosted(m.Payment(servertest.SwedishCart), ``, ``)
	await(t, "everything has its place", func() bool {
		v, err := s.Engine().VerifyEvents(t.Context(), "")
		return err == nil && v.Unplaced == 0
	})
}

func TestEvents_drainEndsWaiting(t *testing.T) {
	servertest.OnBoth(t, func(t *testing.T, s *servertest.Server) {
		m := s.Merchant(t)
		m.Hosted(m.Payment(servertest.SwedishCart), ``, ``)
		list, after, err := page(m, "wait=60")
		if err != nil || len(list) != 1 {
			t.Fatal(list, err)
		}
		poll := waiting(t, s, m, after)
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL()+"/kassa/v1/events", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.SetBasicAuth(m.Username, m.Password)
		r.Header.Set("Accept", "text/event-stream")
		stream, err := http.DefaultClient.Do(r)
		if err != nil || stream.Header.Get("Content-Type") != "text/event-stream" {
			t.Fatal(stream, err)
		}
		await(t, "the stream waits", func() bool { return s.Engine().EventFollowers() == 2 })
		s.Stop()
		if events := <-poll; len(events) != 0 {
			t.Errorf("%v", events)
		}
		lines := bufio.NewScanner(stream.Body)
		var text []string
		for lines.Scan() {
			text = append(text, lines.Text())
		}
		if err := errors.Join(lines.Err(), stream.Body.Close()); err != nil || len(text) < 5 || !strings.HasPrefix(text[2], "id: ") {
			t.Errorf("%q %v", text, err)
		}
	})
}
