package shop

import (
	"context"
	"time"
)

// Run finishes purchases whose consumers never came back, until ctx ends: they closed the window on the payment page, or their
// phone lost its network on the way. Without it their payments would be authorized and their orders never placed.
func (s *Shop) Run(ctx context.Context) {
	ticker := time.NewTicker(s.every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			s.poll(ctx)
		}
	}
}

// poll settles every order that is open, once. An order stays open until its payment is completed, cancelled or expired, which
// takes two days at most.
func (s *Shop) poll(ctx context.Context) {
	for _, o := range s.book.all() {
		if ctx.Err() != nil {
			return
		}
		if err := s.settle(ctx, o); err != nil && ctx.Err() == nil {
			s.log.Warn("poll: will ask again", "error", err)
		}
	}
}
