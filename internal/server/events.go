package server

import (
	"context"
	"time"
)

// lookForEvents is how often a node looks for events that nobody told it of: of a node that died, or when PostgreSQL's notifications
// do not come through.
const lookForEvents = time.Second

// placeEvents gives committed events their positions until ctx ends, and once more then.
func (s *Server) placeEvents(ctx context.Context) {
	look := time.NewTicker(lookForEvents)
	defer look.Stop()
	for everywhere := true; ; {
		s.report(ctx, "place events", s.engine.PlaceEvents(ctx, everywhere))
		if everywhere {
			s.report(ctx, "look for placed events", s.engine.LookForPlacedEvents(ctx))
		}
		select {
		case <-s.engine.EventsToPlace():
			everywhere = false
		case <-look.C:
			everywhere = true
		case <-ctx.Done():
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookForEvents)
			defer cancel()
			s.report(ctx, "place events", s.engine.PlaceEvents(ctx, true))
			s.report(ctx, "leave events", s.engine.LeaveEvents(ctx))
			return
		}
	}
}

// report logs what goes on by itself and will be tried again, unless it is being stopped.
func (s *Server) report(ctx context.Context, doing string, err error) {
	if err != nil && ctx.Err() == nil {
		s.options.Log.ErrorContext(ctx, doing, "error", err)
	}
}

// startSequencer places events beside requests and jobs; the function that it gives ends that and waits.
func (s *Server) startSequencer() (end func()) {
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.placeEvents(ctx)
	}()
	return func() { stop(); <-done }
}
