package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"kassa/client"
	"kassa/internal/servertest"
)

// settled waits until n events are told.
func settled(t *testing.T, api *client.Client, n int) []client.Event {
	t.Helper()
	var all []client.Event
	for after := client.Cursor(""); len(all) < n; {
		page, err := api.Events(t.Context(), after, 0, 20*time.Second)
		if err != nil {
			t.Fatal(err)
		}
		if len(page.Events) == 0 {
			t.Fatalf("only %d events are told", len(all))
		}
		all, after = append(all, page.Events...), page.NextCursor
	}
	return all
}

func TestEvents_tellOfAPurchase(t *testing.T) {
	s := servertest.Start(t)
	api := connect(t, s)
	_, hosted := host(t, api, client.HostedOptions{PlaceOrderMode: client.ModeCaptureOrder})
	s.Open(t, hosted.RedirectURL).Pay("pay_later")
	all := settled(t, api, 7)
	var types []client.EventType
	for i, e := range all {
		types = append(types, e.Type)
		if e.SessionID != string(hosted.SessionID) || e.Sequence != int64(i+1) || e.OccurredAt.IsZero() || e.EventID == "" {
			t.Errorf("event %d: %+v", i, e)
		}
	}
	if want := []client.EventType{
		client.EventSessionCreated, client.EventSessionInProgress, client.EventAuthorizationBegun, client.EventAuthorizationApproved, client.EventSessionCompleted,
		client.EventOrderPlaced, client.EventOrderCaptured,
	}; !slices.Equal(types, want) {
		t.Fatalf("%v", types)
	}
	done, captured := all[4].Data, all[6].Data
	if done.Status != "COMPLETED" || done.StatusSequence != 2 || done.ExpiresAt.IsZero() || done.OrderID == "" || done.KlarnaReference == "" {
		t.Errorf("%+v", done)
	}
	if captured.Status != "CAPTURED" || captured.CaptureID == "" || captured.Amount != 10000 || captured.CapturedAmount != 10000 || captured.RemainingAuthorizedAmount != 0 || captured.OrderID != all[6].OrderID {
		t.Errorf("%+v", captured)
	}
	text, err := json.Marshal(all[6])
	if err != nil || string(text) != string(all[6].Raw) || !strings.Contains(string(text), `"refunded_amount":0`) {
		t.Errorf("%s %v, came as %s", text, err, all[6].Raw)
	}
	page, err := api.Events(t.Context(), all[1].Cursor, 2, 0)
	if err != nil || len(page.Events) != 2 || page.Events[0].EventID != all[2].EventID || page.NextCursor != all[3].Cursor {
		t.Errorf("%+v %v", page, err)
	}
}

func TestEvents_areRefused(t *testing.T) {
	api := connect(t, servertest.Start(t))
	for what, call := range map[string]func() error{
		"another's cursor": func() error { _, err := api.Events(t.Context(), "e9-0123456789", 0, 0); return err },
		"no cursor":        func() error { _, err := api.Events(t.Context(), "&limit=1", 0, 0); return err },
		"too many":         func() error { _, err := api.Events(t.Context(), "", 1001, 0); return err },
		"too long":         func() error { _, err := api.Events(t.Context(), "", 0, 61*time.Second); return err },
	} {
		if err := call(); !client.Is(err, client.BadValue) {
			t.Errorf("%s: %v", what, err)
		}
	}
	for e, err := range api.Follow(t.Context(), "e9-0123456789") {
		if e != nil || !client.Is(err, client.BadValue) {
			t.Errorf("follow: %v %v", e, err)
		}
	}
}

// broken is a network on which every second request is lost, before or after the server has answered it.
type broken struct {
	next  http.RoundTripper
	calls atomic.Int64
}

func (b *broken) RoundTrip(r *http.Request) (*http.Response, error) {
	n := b.calls.Add(1)
	if n%4 == 1 {
		return nil, errors.New("the network is down")
	}
	resp, err := b.next.RoundTrip(r)
	if err == nil && n%4 == 3 {
		_ = resp.Body.Close()
		return nil, errors.New("the connection broke")
	}
	return resp, err
}

func TestFollow_missesNothingOnABadNetwork(t *testing.T) {
	s := servertest.Start(t)
	good := connect(t, s)
	bad := connect(t, s, func(o *client.Options) { o.HTTP.Transport = &broken{next: o.HTTP.Transport} })
	payment, _ := host(t, good, client.HostedOptions{})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	const n = 5
	seen := map[string]int{}
	for e, err := range bad.Follow(ctx, "") {
		if err != nil {
			t.Fatal(err)
		}
		if seen[e.EventID]++; len(seen) == n {
			break
		}
		if _, err := good.CreateHostedSession(ctx, client.HostedSessionRequest{PaymentSessionURL: good.PaymentSessionURL(payment)}); err != nil {
			t.Fatal(err)
		}
	}
	for id, times := range seen {
		if times != 1 {
			t.Errorf("%s came %d times", id, times)
		}
	}
	all := settled(t, good, n)
	var last client.Cursor
	for e, err := range bad.Follow(ctx, all[1].Cursor) {
		if err != nil {
			t.Fatal(err)
		}
		if last = e.Cursor; e.EventID != all[2].EventID {
			t.Errorf("goes on with %s, want %s", e.EventID, all[2].EventID)
		}
		break
	}
	if last != all[2].Cursor {
		t.Error(last)
	}
}

func TestFollow_endsWithItsContext(t *testing.T) {
	s := servertest.Start(t)
	api := connect(t, s)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		for _, err := range api.Follow(ctx, "") {
			ended <- err
			return
		}
		ended <- nil
	}()
	await(t, func() bool { return s.Engine().EventFollowers() == 1 })
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// await waits until something that another goroutine does has happened.
func await(t *testing.T, done func() bool) {
	t.Helper()
	limit := time.NewTimer(20 * time.Second)
	defer limit.Stop()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-limit.C:
			t.Fatal("nothing happens")
		}
	}
}
