package client_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"kassa/client"
	"kassa/internal/servertest"
)

// lossy is a network that carries every request and loses the first answers.
type lossy struct {
	next   http.RoundTripper
	losses atomic.Int64 // answers still to lose
	seen   atomic.Int64
}

var errLost = errors.New("connection reset by peer")

func (l *lossy) RoundTrip(r *http.Request) (*http.Response, error) {
	l.seen.Add(1)
	answer, err := l.next.RoundTrip(r)
	if err == nil && l.losses.Add(-1) >= 0 {
		return nil, errors.Join(errLost, answer.Body.Close())
	}
	return answer, err
}

// connectLossy gives a client whose network loses the next answers once lose is called.
func connectLossy(t *testing.T, s *servertest.Server) (*client.Client, *lossy) {
	t.Helper()
	network := &lossy{}
	api := connect(t, s, func(o *client.Options) {
		network.next = o.HTTP.Transport
		o.HTTP, o.Attempts = &http.Client{Transport: network}, 3
	})
	return api, network
}

func TestRepeat_ofACallWhoseAnswerWasLostHasOneEffect(t *testing.T) {
	s := servertest.Start(t)
	api, network := connectLossy(t, s)
	order := ordered(t, s, api)

	network.losses.Store(2)
	if _, err := api.Capture(t.Context(), order, client.CaptureRequest{CapturedAmount: 4000}); err != nil {
		t.Fatal(err)
	}
	network.losses.Store(1)
	if _, err := api.Refund(t.Context(), order, client.RefundRequest{RefundedAmount: 1000}); err != nil {
		t.Fatal(err)
	}
	got, err := api.ReadOrder(t.Context(), order)
	if err != nil || len(got.Captures) != 1 || got.CapturedAmount != 4000 || len(got.Refunds) != 1 || got.RefundedAmount != 1000 {
		t.Errorf("order %+v, %v", got, err)
	}
}

func TestRepeat_endsAfterTheAttempts(t *testing.T) {
	s := servertest.Start(t)
	api, network := connectLossy(t, s)
	order := ordered(t, s, api)
	network.losses.Store(100)
	before := network.seen.Load()
	_, err := api.Capture(t.Context(), order, client.CaptureRequest{CapturedAmount: 4000}, client.IdempotencyKey("parcel 1"))
	if n := network.seen.Load() - before; n != 3 || !errors.Is(err, client.ErrNoAnswer) || !errors.Is(err, errLost) {
		t.Fatalf("%d attempts, %v", n, err)
	}
	// The merchant comes back with the same key, and finds that the capture was made.
	network.losses.Store(0)
	if _, err := api.Capture(t.Context(), order, client.CaptureRequest{CapturedAmount: 4000}, client.IdempotencyKey("parcel 1")); err != nil {
		t.Fatal(err)
	}
	if got, err := api.ReadOrder(t.Context(), order); err != nil || got.CapturedAmount != 4000 {
		t.Errorf("captured %d, %v", got.CapturedAmount, err)
	}
}

func TestRepeat_neverFollowsADecision(t *testing.T) {
	s := servertest.Start(t)
	api, network := connectLossy(t, s)
	order := ordered(t, s, api)
	before := network.seen.Load()
	if _, err := api.Capture(t.Context(), order, client.CaptureRequest{CapturedAmount: 999999}); !client.Is(err, client.CaptureNotAllowed) {
		t.Fatal(err)
	}
	if n := network.seen.Load() - before; n != 1 {
		t.Errorf("a refused call was made %d times", n)
	}
}

func TestIdempotencyKey_ofAnotherBodyIsTold(t *testing.T) {
	s := servertest.Start(t)
	api := connect(t, s)
	order, key := ordered(t, s, api), client.IdempotencyKey("parcel 7")
	first, err := api.Capture(t.Context(), order, client.CaptureRequest{CapturedAmount: 1000}, key)
	if err != nil {
		t.Fatal(err)
	}
	again, err := api.Capture(t.Context(), order, client.CaptureRequest{CapturedAmount: 1000}, key)
	if err != nil || again != first {
		t.Errorf("the same call gave %s, %v; want %s", again, err, first)
	}
	other, err := api.Capture(t.Context(), order, client.CaptureRequest{CapturedAmount: 2000}, key)
	if !errors.Is(err, client.ErrKeyReused) || other != first {
		t.Errorf("another body gave %s, %v", other, err)
	}
	if got, err := api.ReadOrder(t.Context(), order); err != nil || got.CapturedAmount != 1000 {
		t.Errorf("captured %d, %v", got.CapturedAmount, err)
	}
}

func TestIdempotencyKey_aRefusalUsesUpNone(t *testing.T) {
	s := servertest.Start(t)
	api := connect(t, s)
	order, key := ordered(t, s, api), client.IdempotencyKey("return 7")
	replayed := true
	refund := func() (client.RefundID, error) {
		return api.Refund(t.Context(), order, client.RefundRequest{RefundedAmount: 500}, key, client.Replayed(&replayed))
	}
	if _, err := refund(); !client.Is(err, client.RefundNotAllowed) || replayed {
		t.Fatalf("%v, replayed %v", err, replayed)
	}
	if _, err := api.Capture(t.Context(), order, client.CaptureRequest{CapturedAmount: 1000}); err != nil {
		t.Fatal(err)
	}
	first, err := refund()
	if err != nil || replayed {
		t.Fatalf("%v, replayed %v", err, replayed)
	}
	if again, err := refund(); err != nil || again != first || !replayed {
		t.Errorf("%s, %v, replayed %v; want %s", again, err, replayed, first)
	}
}

// busy answers "try again later" for a while, then goes on; it stands for whatever is in front of a server. It notes when it was
// asked, and with which key.
type busy struct {
	status     int
	retryAfter string
	times      int
	asked      []time.Time
	keys       []string
}

func (b *busy) RoundTrip(r *http.Request) (*http.Response, error) {
	b.asked, b.keys = append(b.asked, time.Now()), append(b.keys, r.Header.Get("Klarna-Idempotency-Key"))
	answer := &http.Response{StatusCode: http.StatusCreated, Header: http.Header{"Capture-Id": {"c1"}}, Body: io.NopCloser(strings.NewReader(""))}
	if len(b.asked) <= b.times {
		answer.StatusCode = b.status
		if b.retryAfter != "" {
			answer.Header.Set("Retry-After", b.retryAfter)
		}
		answer.Body = io.NopCloser(strings.NewReader("<html>busy</html>"))
	}
	return answer, nil
}

func TestRepeat_waitsAsLongAsTheServerSays(t *testing.T) {
	for _, c := range []struct {
		name       string
		status     int
		retryAfter string
		times      int
		timeout    time.Duration
		want       int // attempts
		done       bool
		waited     time.Duration
	}{
		{"unavailable", 503, "2", 2, time.Minute, 3, true, 4 * time.Second},
		{"rate limited", 429, "1", 1, time.Minute, 2, true, time.Second},
		{"unavailable too often", 503, "1", 9, time.Minute, 3, false, 2 * time.Second},
		{"does not say when", 503, "", 1, time.Minute, 1, false, 0},
		{"not within reason", 503, "3600", 1, time.Minute, 1, false, 0},
		{"failed", 500, "1", 1, time.Minute, 1, false, 0},
		{"gone, whatever it says", 404, "1", 1, time.Minute, 1, false, 0},
		{"caller has no time", 503, "3", 1, time.Second, 1, false, time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := &busy{status: c.status, retryAfter: c.retryAfter, times: c.times}
				api, err := client.New(client.Options{BaseURL: "http://pay.example", Username: "K1", Password: "p", HTTP: &http.Client{Transport: server}})
				if err != nil {
					t.Fatal(err)
				}
				begin := time.Now()
				ctx, cancel := context.WithTimeout(t.Context(), c.timeout)
				defer cancel()
				id, err := api.Capture(ctx, "o1", client.CaptureRequest{CapturedAmount: 1})
				if len(server.asked) != c.want || (err == nil) != c.done || time.Since(begin) != c.waited {
					t.Errorf("%d attempts in %v: %v", len(server.asked), time.Since(begin), err)
				}
				if c.done && id != "c1" {
					t.Errorf("capture id %q", id)
				}
				if e := client.AsError(err); err != nil && (e == nil || e.Status != c.status || e.Code != "") {
					t.Errorf("error %v", err)
				}
				for _, key := range server.keys {
					if key == "" || key != server.keys[0] {
						t.Errorf("keys of the attempts: %q", server.keys)
					}
				}
			})
		})
	}
}

// silent never answers.
type silent struct{ asked int }

func (s *silent) RoundTrip(r *http.Request) (*http.Response, error) {
	s.asked++
	<-r.Context().Done()
	return nil, r.Context().Err()
}

func TestTimeout_boundsOneAttemptAndTheContextAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &silent{}
		api, err := client.New(client.Options{BaseURL: "http://pay.example", Username: "K1", Password: "p", HTTP: &http.Client{Transport: server}, Timeout: 2 * time.Second, Attempts: 2})
		if err != nil {
			t.Fatal(err)
		}
		begin := time.Now()
		_, err = api.ReadOrder(t.Context(), "o1")
		if !client.Unknown(err) || !errors.Is(err, context.DeadlineExceeded) || server.asked != 2 || time.Since(begin) != 4*time.Second+100*time.Millisecond {
			t.Errorf("%d attempts in %v: %v", server.asked, time.Since(begin), err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		before := server.asked
		if _, err = api.ReadOrder(ctx, "o1"); !errors.Is(err, context.Canceled) || server.asked > before+1 {
			t.Errorf("after the caller left: %d attempts, %v", server.asked-before, err)
		}
	})
}
