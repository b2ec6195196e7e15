package engine_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"kassa/internal/engine"
	"kassa/internal/pay"
	"kassa/internal/store"
)

// before does something before each commit, when it is set.
type before struct{ do atomic.Pointer[func()] }

func (b *before) next() store.Fault {
	if do := b.do.Load(); do != nil {
		(*do)()
	}
	return store.NoFault
}

// TestLock_isOnlyForFairness has an operation hang while it holds the lock: the next one on the same order goes on without it
// after two seconds, and one whose caller left does nothing.
func TestLock_isOnlyForFairness(t *testing.T) {
	var b *before
	onBoth(t, func(t *testing.T, h *house) {
		o := h.placed(0)
		capture := func(ctx context.Context, amount pay.Amount) error {
			_, err := h.Capture(ctx, h.call(), o.ID, pay.CaptureInput{Amount: &amount})
			return err
		}
		hanging, goOn := make(chan struct{}), make(chan struct{})
		hang := func() { b.do.Store(nil); close(hanging); <-goOn }
		b.do.Store(&hang)
		first := make(chan error, 1)
		go func() { first <- capture(context.Background(), 600) }()
		<-hanging
		left, leave := context.WithCancel(t.Context())
		leave()
		if err := capture(left, 100); kindOf(t, err) != pay.Unavailable {
			t.Errorf("whoever left: %v", err)
		}
		begun := time.Now()
		if err := capture(t.Context(), 500); err != nil || time.Since(begun) < 2*time.Second {
			t.Errorf("the next one: %v after %v", err, time.Since(begun))
		}
		close(goOn)
		if kind := kindOf(t, <-first); kind != pay.Forbidden && kind != pay.Conflict { // what it had read is no longer so
			t.Errorf("the one that hung ended with kind %d", kind)
		}
		if got := h.order(o.ID); got.Captured != 500 {
			t.Errorf("captured %d", got.Captured)
		}
	}, func(o *store.Options, c *engine.Config) {
		b = &before{}
		c.NoLocks, o.Fault = false, b.next
	})
}

// TestRun_givesUpAfterTwoSeconds collides each time with somebody who was faster.
func TestRun_givesUpAfterTwoSeconds(t *testing.T) {
	var b *before
	onBoth(t, func(t *testing.T, h *house) {
		o := h.placed(0)
		other := h.second()
		one := pay.CaptureInput{Amount: ptr(pay.Amount(1))}
		collide := func() {
			if _, err := other.Capture(context.Background(), h.call(), o.ID, one); err != nil {
				t.Errorf("the other one: %v", err)
			}
		}
		b.do.Store(&collide)
		begun := time.Now()
		_, err := h.Capture(t.Context(), h.call(), o.ID, one)
		took := time.Since(begun)
		if refusal := pay.AsError(err); refusal == nil || refusal.Kind != pay.Conflict || refusal.Code != "CONFLICT" || took < 2*time.Second {
			t.Errorf("%v after %v, want CONFLICT after 2 s", err, took)
		}
		b.do.Store(nil)
		h.inspect(string(o.ID))
		if _, err := h.Capture(t.Context(), h.call(), o.ID, one); err != nil {
			t.Errorf("when nobody collides: %v", err)
		}
	}, func(o *store.Options, _ *engine.Config) {
		b = &before{}
		o.Fault = b.next
	})
}
