package deliver

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

var (
	answered = Result{Delivered: true, Status: 200}
	refusal  = Result{Status: 500, Err: errors.New("the receiver answered 500")}
	silent   = Result{Err: errSlow}
)

// hand is a clock that is moved by hand.
type hand struct{ at time.Time }

func (h *hand) now() time.Time { return h.at }

func newHand() *hand { return &hand{time.Date(2026, 6, 12, 14, 0, 0, 0, time.UTC)} }

// enter is Enter of a test that expects a pass.
func enter(t *testing.T, h *Hosts, name string) *Pass {
	t.Helper()
	p, err := h.Enter(name)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return p
}

// told is Enter of a test that expects to be told to wait, and until when.
func told(t *testing.T, h *Hosts, name string) (until time.Time) {
	t.Helper()
	p, err := h.Enter(name)
	var w *Wait
	if p != nil || !errors.As(err, &w) || w.Error() == "" {
		t.Fatalf("%s: %v %v, want a wait", name, p, err)
	}
	return w.Until
}

func TestHosts_oneHostHasSoManyPlacesAndNoMore(t *testing.T) {
	h := NewHosts(HostsConfig{Concurrent: 3, Now: newHand().now})
	var passes []*Pass
	for range 3 {
		passes = append(passes, enter(t, h, "slow"))
	}
	if until := told(t, h, "slow"); !until.IsZero() {
		t.Errorf("busy until %v", until)
	}
	enter(t, h, "other").End(answered)
	passes[0].End(answered)
	passes[0].End(answered) // a second time gives no second place
	enter(t, h, "slow")
	told(t, h, "slow")
}

func TestHosts_theBreaker(t *testing.T) {
	clock := newHand()
	h := NewHosts(HostsConfig{Concurrent: 4, Failures: 3, Open: 10 * time.Second, OpenMax: 35 * time.Second, Now: clock.now})
	fail := func(n int) {
		t.Helper()
		for range n {
			enter(t, h, "dead").End(silent)
		}
	}
	// Only failures in a row count, and any answer is an answer.
	fail(2)
	enter(t, h, "dead").End(refusal)
	fail(2)
	enter(t, h, "dead").End(answered)
	fail(2)
	// What says nothing about the host changes nothing.
	for _, r := range []Result{{Err: errPrivate}, {Err: &refused{errForm}}, {Err: context.Canceled}} {
		enter(t, h, "dead").End(r)
	}
	older := enter(t, h, "dead")
	fail(1)

	// Open, for twice as long each time, with one probe in between. Others are not concerned.
	for _, open := range []time.Duration{10 * time.Second, 20 * time.Second, 35 * time.Second, 35 * time.Second} {
		until := clock.at.Add(open)
		if got := told(t, h, "dead"); !got.Equal(until) {
			t.Fatalf("open until %v, want %v", got, until)
		}
		enter(t, h, "alive").End(answered)
		clock.at = until.Add(-time.Millisecond)
		told(t, h, "dead")
		clock.at = until
		probe := enter(t, h, "dead")
		if got := told(t, h, "dead"); !got.IsZero() {
			t.Fatalf("while the probe is under way: until %v", got)
		}
		if older != nil {
			older.End(silent) // from before the opening: neither closes nor prolongs
			older = nil
			told(t, h, "dead")
		}
		probe.End(silent)
	}

	// A probe that is called off says nothing: the next one may go.
	clock.at = clock.at.Add(35 * time.Second)
	enter(t, h, "dead").End(Result{Err: context.Canceled})
	probe := enter(t, h, "dead")
	told(t, h, "dead")
	probe.End(refusal)

	// Closed: all places, and as many failures as at first.
	var passes []*Pass
	for range 4 {
		passes = append(passes, enter(t, h, "dead"))
	}
	for _, p := range passes {
		p.End(answered)
	}
	fail(3)
	if until := told(t, h, "dead"); !until.Equal(clock.at.Add(10 * time.Second)) {
		t.Errorf("opened again until %v", until)
	}
}

func TestHosts_anAnswerFromBeforeTheOpeningClosesIt(t *testing.T) {
	h := NewHosts(HostsConfig{Failures: 1, Now: newHand().now})
	older := enter(t, h, "host")
	enter(t, h, "host").End(silent)
	told(t, h, "host")
	older.End(answered)
	enter(t, h, "host")
}

func TestHosts_forgetsWhatIsQuiet(t *testing.T) {
	h := NewHosts(HostsConfig{Now: newHand().now})
	for i := range 100 {
		enter(t, h, fmt.Sprint("good", i)).End(answered)
	}
	if len(h.hosts) != 0 {
		t.Errorf("%d hosts are remembered that nothing is known about", len(h.hosts))
	}
	busy := enter(t, h, "busy")
	for i := range 3 * hostsKept {
		enter(t, h, fmt.Sprint("dead", i)).End(silent)
		if len(h.hosts) > hostsKept {
			t.Fatalf("%d hosts are remembered", len(h.hosts))
		}
	}
	if h.hosts["busy"] == nil {
		t.Error("a host with a request under way is forgotten")
	}
	busy.End(answered)
}

func TestHostOf(t *testing.T) {
	for url, want := range map[string]string{
		"https://Shop.example/a?b": "shop.example:https", "https://shop.example:8443/": "shop.example:8443", "http://[::1]:80/": "::1:80", "http://127.0.0.1": "127.0.0.1:http", "http://a b": "",
	} {
		if got := HostOf(url); got != want {
			t.Errorf("%s: %q, want %q", url, got, want)
		}
	}
}

// One receiver hangs, and the callbacks to the others all go through while it does: it holds its own places and nobody else's.
func TestHosts_aHangingReceiverDelaysOnlyItself(t *testing.T) {
	const concurrent, others, each = 4, 5, 20
	hanging, arrived := make(chan struct{}), make(chan struct{}, concurrent)
	dead := raw(t, func(conn net.Conn) {
		readRequest(conn)
		arrived <- struct{}{}
		<-hanging
		io.WriteString(conn, "HTTP/1.1 204 No Content\r\n\r\n")
	})
	h := NewHosts(HostsConfig{Concurrent: concurrent, Now: newHand().now})
	c := local(time.Minute)
	send := func(url string) error {
		pass, err := h.Enter(HostOf(url))
		if err != nil {
			return err
		}
		r := c.Send(t.Context(), Callback{URL: url, Body: []byte(`{}`), ID: "e"})
		pass.End(r)
		return r.Err
	}
	var all sync.WaitGroup
	for range concurrent {
		all.Go(func() {
			if err := send(dead); err != nil {
				t.Error(err)
			}
		})
	}
	for range concurrent {
		<-arrived
	}
	var delivered atomic.Int64
	for range others {
		url, _ := receiver(t)
		for range each {
			var w *Wait
			if err := send(dead); !errors.As(err, &w) {
				t.Fatalf("a place at the hanging receiver: %v", err)
			}
			if err := send(url); err != nil {
				t.Fatal(err)
			}
			delivered.Add(1)
		}
	}
	if n := delivered.Load(); n != others*each {
		t.Errorf("%d delivered", n)
	}
	close(hanging)
	all.Wait()
	enter(t, h, HostOf(dead))
}

// Many at once, with the race detector looking: the bound holds at every moment.
func TestHosts_theBoundHoldsUnderContention(t *testing.T) {
	const concurrent = 5
	h := NewHosts(HostsConfig{Concurrent: concurrent, Now: newHand().now})
	var now, most, waits atomic.Int64
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			for range 200 {
				p, err := h.Enter("host")
				if err != nil {
					waits.Add(1)
					continue
				}
				n := now.Add(1)
				for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
				}
				now.Add(-1)
				p.End(Result{Status: http.StatusOK})
			}
		})
	}
	all.Wait()
	if m := most.Load(); m > concurrent {
		t.Errorf("%d at a time", m)
	}
	if len(h.hosts) != 0 {
		t.Errorf("%d hosts are left", len(h.hosts))
	}
}
