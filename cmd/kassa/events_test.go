package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kassa/internal/engine"
	"kassa/internal/pay"
	"kassa/internal/server"
	"kassa/internal/servertest"
)

// changes makes sessions and changes the status of each so many times; urls are members of merchant_urls beside back.
func changes(t *testing.T, s *servertest.Server, m *servertest.Merchant, sessions, times int, urls string) {
	t.Helper()
	var pages []pay.Secret
	for range sessions {
		payment := m.Payment(servertest.SwedishCart)
		page := m.Hosted(payment, ``, `"back":"https://shop.example/"`+urls).Text("redirect_url")
		pages = append(pages, pay.Secret(page[strings.LastIndex(page, "/")+1:]))
	}
	e, ctx := s.Engine(), context.Background()
	for i := range times {
		for _, link := range pages {
			var err error
			switch {
			case i == 0:
				err = e.Choose(ctx, link, engine.Visitor{Locale: "en"}, pay.PayLater)
			case i%2 == 0:
				err = e.Retry(ctx, link)
			default:
				err = e.Back(ctx, link)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
}

// statusEvents reads the ids of all changes of status, session by session in their order.
func statusEvents(t *testing.T, m *servertest.Merchant) map[string][]string {
	t.Helper()
	out, after := map[string][]string{}, ""
	for {
		var body struct {
			Events []struct {
				EventID   string `json:"event_id"`
				SessionID string `json:"session_id"`
				Data      struct {
					StatusSequence int `json:"status_sequence"`
				} `json:"data"`
			} `json:"events"`
			NextCursor string `json:"next_cursor"`
		}
		a := m.Read("/kassa/v1/events?limit=1000&wait=2&after=" + after).Want(http.StatusOK)
		if err := json.Unmarshal(a.Body, &body); err != nil {
			t.Fatal(err)
		}
		if len(body.Events) == 0 {
			return out
		}
		for _, e := range body.Events {
			if e.Data.StatusSequence > 0 {
				out[e.SessionID] = append(out[e.SessionID], e.EventID)
			}
		}
		after = body.NextCursor
	}
}

// forwarder is "kassa events forward" as a process of its own.
type forwarder struct {
	cmd   *exec.Cmd
	out   *bytes.Buffer
	ended chan struct{}
}

func startForwarder(t *testing.T, s *servertest.Server, to, cursor string, more ...string) *forwarder {
	t.Helper()
	f := &forwarder{out: new(bytes.Buffer), ended: make(chan struct{})}
	f.cmd = exec.Command("kassa", append([]string{"events", "forward", "--url", s.URL(), "--to", to, "--cursor-file", cursor}, more...)...)
	f.cmd.Stdout, f.cmd.Stderr = f.out, f.out
	if err := f.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(f.ended)
		_ = f.cmd.Wait() // it is killed
	}()
	return f
}

// TestEventsForward_killedAnywhereMissesNothing kills the forwarder again and again, before and after the receiver has answered, while
// the receiver fails now and then: at the end every change of status has arrived, and each session's came in their order.
func TestEventsForward_killedAnywhereMissesNothing(t *testing.T) {
	const sessions, times, kills = 12, 10, 15
	s := servertest.Start(t)
	m := s.Merchant(t)
	changes(t, s, m, sessions, times, ``)
	want := statusEvents(t, m)
	total := 0
	for _, ids := range want {
		total += len(ids)
	}
	if total != sessions*times {
		t.Fatalf("%d changes of status, want %d", total, sessions*times)
	}
	var mu sync.Mutex
	var running *forwarder
	first, count, killed, allHere := map[string]int{}, 0, 0, make(chan struct{})
	hook := servertest.NewReceiver(t)
	hook.Answer(func(r servertest.Received) int {
		mu.Lock()
		defer mu.Unlock()
		count++
		if killed < kills && count%5 == 0 && running != nil {
			killed++
			_ = running.cmd.Process.Kill() // it may be gone already
			if killed%2 == 0 {
				return http.StatusServiceUnavailable // it was not taken
			}
		}
		if _, known := first[r.ID()]; !known {
			if first[r.ID()] = len(first); len(first) == total {
				close(allHere)
			}
		}
		return http.StatusNoContent
	})
	cursor := filepath.Join(t.TempDir(), "cursor")
	limit := time.NewTimer(2 * time.Minute)
	defer limit.Stop()
	for done := false; !done; {
		f := startForwarder(t, s, hook.URL, cursor)
		mu.Lock()
		running = f
		mu.Unlock()
		select {
		case <-f.ended:
		case <-allHere:
			done = true
			_ = f.cmd.Process.Kill()
			<-f.ended
		case <-limit.C:
			t.Fatalf("%d of %d arrived: %s", len(first), total, f.out)
		}
	}
	mu.Lock()
	defer mu.Unlock()
	if killed != kills {
		t.Errorf("killed %d times only", killed)
	}
	for session, ids := range want {
		if !slices.IsSortedFunc(ids, func(a, b string) int { return first[a] - first[b] }) {
			t.Errorf("the changes of %s first came in another order", session)
		}
	}
}

// TestEventsForward_isAsTheCallbacks has the same changes come as callbacks and forwarded, and compares them.
func TestEventsForward_isAsTheCallbacks(t *testing.T) {
	s := servertest.Start(t)
	m := s.Merchant(t)
	called, forwarded := servertest.NewReceiver(t), servertest.NewReceiver(t)
	changes(t, s, m, 2, 3, `,"status_update":"`+called.URL+`"`)
	total := 6
	for _, mode := range []string{"NONE", "CAPTURE_ORDER"} {
		hosted := m.Hosted(m.Payment(servertest.SwedishCart), `"place_order_mode":"`+mode+`"`, `"status_update":"`+called.URL+`"`)
		s.Open(t, hosted.Text("redirect_url")).Pay("pay_later")
		total += 2
	}
	m.Delete("/hpp/v1/sessions/" + m.Hosted(m.Payment(servertest.SwedishCart), ``, `"status_update":"`+called.URL+`"`).Text("session_id")).Want(http.StatusNoContent)
	total++
	if err := s.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	f := startForwarder(t, s, forwarded.URL, filepath.Join(t.TempDir(), "cursor"))
	defer func() { _ = f.cmd.Process.Kill(); <-f.ended }()
	byID := map[string]servertest.Received{}
	for _, r := range called.Wait(total) {
		byID[r.ID()] = r
	}
	got := forwarded.Wait(total)
	if len(byID) != total || len(got) != total {
		t.Fatalf("%d callbacks, %d forwarded, want %d", len(byID), len(got), total)
	}
	for _, r := range got {
		c := byID[r.ID()]
		if string(r.Body) != string(c.Body) {
			t.Errorf("forwarded %s\ncallback  %s", r.Body, c.Body)
		}
		if !r.SignedBy(server.SandboxCallbackSecret) {
			t.Errorf("%s is not signed", r.ID())
		}
		for name := range c.Header {
			if a, b := r.Header.Get(name), c.Header.Get(name); a != b && name != "Webhook-Signature" && name != "Webhook-Timestamp" {
				t.Errorf("%s: forwarded %q, callback %q", name, a, b)
			}
		}
	}
}

// TestEventsForward_aSlowSessionHoldsUpNoOther has everything of one session fail: the others arrive, and the place kept is before it.
func TestEventsForward_aSlowSessionHoldsUpNoOther(t *testing.T) {
	s := servertest.Start(t)
	m := s.Merchant(t)
	changes(t, s, m, 6, 3, ``)
	want := statusEvents(t, m)
	var slow string
	for session := range want {
		slow = session
	}
	cursor := filepath.Join(t.TempDir(), "cursor")
	hook := servertest.NewReceiver(t)
	hook.Answer(func(r servertest.Received) int {
		if r.Text("session.session_id") == slow {
			return http.StatusInternalServerError
		}
		return http.StatusNoContent
	})
	f := startForwarder(t, s, hook.URL, cursor)
	arrived := map[string]int{}
	for n := 0; n < 15; { // of the five others
		for _, r := range hook.Wait(1) {
			if session := r.Text("session.session_id"); session != slow {
				arrived[session]++
				n++
			} else if got := r.Number("Kassa-Sequence"); got != 1 {
				t.Fatalf("number %d came before number 1 was taken", got)
			}
		}
	}
	for session, n := range arrived {
		if n != 3 {
			t.Errorf("%d of %s", n, session)
		}
	}
	_ = f.cmd.Process.Kill()
	<-f.ended
	hook.Answer(nil)
	hook.Took()
	f = startForwarder(t, s, hook.URL, cursor, "--all")
	defer func() { _ = f.cmd.Process.Kill(); <-f.ended }()
	var numbers []string
	for len(numbers) < 3 {
		for _, r := range hook.Wait(1) {
			if r.Text("session.session_id") == slow {
				numbers = append(numbers, fmt.Sprint(r.Number("Kassa-Sequence")))
			}
		}
	}
	if strings.Join(numbers, " ") != "1 2 3" {
		t.Errorf("of the slow one came %v", numbers)
	}
}
