package server

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"kassa/internal/deliver"
	"kassa/internal/engine"
	"kassa/internal/pay"
)

const (
	// A server that says of more receivers within a while that there are none such has something else wrong with it.
	blocksAtMost = 5
	blocksWithin = 10 * time.Minute

	suspectsKept = 1000
)

// blocking decides when a receiver is blocked whom a server refused. What a mail server says in words alone counts once it has taken a
// message to another receiver after that. All of it is kept in memory: who was not blocked before a restart fails once more.
type blocking struct {
	engine *engine.Engine
	log    *slog.Logger
	kept   *prometheus.CounterVec // by sender and outcome

	mu       sync.Mutex
	blocks   map[string][]time.Time // of late, by sender
	told     map[string]time.Time   // when the operator was told of a burst
	suspects []suspect
}

// suspect is a receiver of whom a server said in words that there is none such.
type suspect struct {
	merchant pay.MerchantID
	to       string
}

func newBlocking(e *engine.Engine, log *slog.Logger, registry *prometheus.Registry) *blocking {
	b := &blocking{engine: e, log: log, blocks: map[string][]time.Time{}, told: map[string]time.Time{}, kept: prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "kassa_receiver_refusals_total", Help: "Receivers of whom a server said that there are none such, by sender (mail, sms) and outcome: blocked, waits (for another message to go through), burst (too many at a time: nobody is blocked).",
	}, []string{"sender", "outcome"})}
	registry.MustRegister(b.kept)
	return b
}

// after is told what became of a message to a receiver. It reports whether the receiver is to be blocked.
func (b *blocking) after(ctx context.Context, sender string, merchant pay.MerchantID, to string, err error) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case err == nil:
		b.through(ctx, sender, to)
	case deliver.NoReceiver(err):
		return b.may(ctx, sender)
	case deliver.MaybeNoReceiver(err):
		b.kept.WithLabelValues(sender, "waits").Inc()
		if len(b.suspects) < suspectsKept {
			b.suspects = append(b.suspects, suspect{merchant, to})
		}
	}
	return false
}

// through blocks those who were refused in words before the server took a message to somebody else.
func (b *blocking) through(ctx context.Context, sender, to string) {
	if sender != "mail" {
		return
	}
	var left []suspect
	for _, s := range b.suspects {
		if s.to == to { // there is somebody, after all
			continue
		}
		if !b.may(ctx, sender) {
			continue
		}
		if err := b.engine.SetContactBlocked(ctx, s.merchant, pay.Personal(s.to), true); err != nil {
			b.log.ErrorContext(ctx, "block receiver", "merchant", s.merchant, "error", err)
			left = append(left, s)
		}
	}
	b.suspects = left
}

// may reports whether one more receiver may be blocked now, and counts it.
func (b *blocking) may(ctx context.Context, sender string) bool {
	now := b.engine.Now()
	recent := b.blocks[sender][:0]
	for _, at := range b.blocks[sender] {
		if now.Sub(at) < blocksWithin {
			recent = append(recent, at)
		}
	}
	if len(recent) >= blocksAtMost {
		b.blocks[sender] = recent
		b.kept.WithLabelValues(sender, "burst").Inc()
		if now.Sub(b.told[sender]) >= blocksWithin {
			b.told[sender] = now
			b.log.ErrorContext(ctx, "too many receivers are said not to exist: nobody is blocked for now; look at the server that messages go to",
				"sender", sender, "blocked", len(recent), "within", blocksWithin.String())
		}
		return false
	}
	b.blocks[sender] = append(recent, now)
	b.kept.WithLabelValues(sender, "blocked").Inc()
	return true
}
