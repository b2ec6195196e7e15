package shop_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"kassa/examples/shop"
	"kassa/internal/server"
)

// called has the shop take callbacks.
func called(c *shop.Config) { c.CallbackSecrets = []string{server.SandboxCallbackSecret} }

// TestCallback_eachWayAloneAndAllTogetherLeadToTheSameOrderOnce: redirect, poll and callback.
func TestCallback_eachWayAloneAndAllTogetherLeadToTheSameOrderOnce(t *testing.T) {
	for name, c := range map[string]struct {
		callbacks bool
		learn     func(w *world, back string)
	}{
		"redirect": {false, func(w *world, back string) { w.follow(back) }},
		"poll":     {false, func(w *world, _ string) { w.shop.Poll(w.t.Context()) }},
		"callback": {true, func(w *world, _ string) {
			if err := w.kassa.Settle(context.Background()); err != nil {
				w.t.Fatal(err)
			}
		}},
		"all at once": {true, func(w *world, back string) {
			var all sync.WaitGroup
			for range 3 {
				all.Go(func() { w.follow(back) })
				all.Go(func() { w.shop.Poll(w.t.Context()) })
				all.Go(func() {
					if err := w.kassa.Settle(context.Background()); err != nil {
						w.t.Error(err)
					}
				})
			}
			all.Wait()
		}},
	} {
		t.Run(name, func(t *testing.T) {
			w := open(t, func(s *shop.Config) {
				if c.callbacks {
					called(s)
				}
			})
			back := w.checkout("m=se&fyr=1&hjalm=2", "approved").Pay("pay_later").Return()
			c.learn(w, back)
			if w.shop.Placed("10482") == "" {
				t.Fatal("no order was placed")
			}
			got := w.order("10482")
			c.learn(w, back)
			w.shop.Poll(t.Context())
			if again := w.order("10482"); again.OrderID != got.OrderID || w.wire.placing.Load() != 1 {
				t.Errorf("order %s, then %s, after %d calls", got.OrderID, again.OrderID, w.wire.placing.Load())
			}
			w.onDesk("Paid, to be shipped")
		})
	}
}

// TestCallback_comesAgainUntilItIsTaken: Kassa cannot be asked while the callback comes.
func TestCallback_comesAgainUntilItIsTaken(t *testing.T) {
	w := open(t, called)
	page := w.checkout("m=se&fyr=1&hjalm=2", "approved")
	w.wire.cut.Store(true)
	page.Pay("pay_later")
	if err := w.kassa.Settle(context.Background()); err != nil {
		t.Fatal(err)
	}
	if w.shop.Placed("10482") != "" {
		t.Fatal("an order without an answer")
	}
	w.wire.cut.Store(false)
	w.kassa.Advance(6 * time.Second)
	if w.shop.Placed("10482") == "" {
		t.Error("the callback did not come again")
	}
}

func TestCallback_ofSomebodyElseIsRefused(t *testing.T) {
	w := open(t, called)
	w.checkout("m=se&fyr=1&hjalm=2", "approved")
	for _, h := range []http.Header{{}, {"Webhook-Id": {"x"}, "Webhook-Timestamp": {"1"}, "Webhook-Signature": {"v1,AAAA"}}} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.url+"/callback/x", strings.NewReader(`{}`))
		if err != nil {
			t.Fatal(err)
		}
		r.Header = h
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		if err := resp.Body.Close(); err != nil || resp.StatusCode != http.StatusUnauthorized {
			t.Errorf("%v: %s, %v", h, resp.Status, err)
		}
	}
}
