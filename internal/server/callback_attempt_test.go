package server_test

import (
	"context"
	"testing"

	"kassa/internal/server"
	"kassa/internal/servertest"
)

// TestCallbacks_countOnlyRequestsThatWereMade: what was parked before anything was sent arrives as the first attempt.
func TestCallbacks_countOnlyRequestsThatWereMade(t *testing.T) {
	servertest.OnBoth(t, func(t *testing.T, s *servertest.Server) {
		ctx := context.Background()
		hook := servertest.NewReceiver(t)
		if _, err := s.Engine().SetEndpoint(ctx, server.SandboxUsername, hook.URL, false); err != nil {
			t.Fatal(err)
		}
		_, session := paid(t, s, hook, ``)
		if err := s.Settle(ctx); err != nil {
			t.Fatal(err)
		}
		parked, err := s.Engine().OpenCallbacks(ctx, server.SandboxUsername, true, 10)
		if err != nil || len(parked) != 2 || len(hook.Took()) != 0 {
			t.Fatalf("parked %+v, %v", parked, err)
		}
		seen, err := s.Engine().Inspect(ctx, session)
		if err != nil {
			t.Fatal(err)
		}
		for _, j := range parked {
			if made := seen.Attempts[j.ID]; j.Attempts != 0 || len(made) != 0 || j.LastError != "the endpoint is disabled" {
				t.Errorf("%d attempts, %+v: %s", j.Attempts, made, j.LastError)
			}
		}
		if _, err := s.Engine().SetEndpoint(ctx, server.SandboxUsername, hook.URL, true); err != nil {
			t.Fatal(err)
		}
		if err := s.Settle(ctx); err != nil {
			t.Fatal(err)
		}
		got := hook.Took()
		for _, r := range got {
			if r.Number("Kassa-Attempt") != 1 {
				t.Errorf("the first request is number %d", r.Number("Kassa-Attempt"))
			}
		}
		if statuses(got) != "IN_PROGRESS COMPLETED" {
			t.Errorf("told %s", statuses(got))
		}
	})
}
