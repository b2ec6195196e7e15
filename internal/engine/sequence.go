package engine

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
	"time"

	"kassa/internal/pay"
	"kassa/internal/store"
)

const (
	// placeAtOnce is how many events one Batch places at most.
	placeAtOnce = 500
	// placeTogether is how many merchants' events are placed at the same time.
	placeTogether = 8
	// placeTries is how often a merchant's events are tried to be placed against somebody else before it is left to them.
	placeTries = 3
)

// The topics that the nodes of one database tell each other about events; what they are about is a merchant.
const (
	// TopicUnplaced: there are events to place, and the one who is told has the lease.
	TopicUnplaced = "unplaced"
	// TopicPlaced: there are events to read.
	TopicPlaced = "placed"
)

// sequencer is what this node knows of events that wait for their position.
type sequencer struct {
	node string        // name of this node in leases
	work chan struct{} // somebody noted a merchant
	mu   sync.Mutex
	of   map[pay.MerchantID]struct{} // merchants with events to place
}

func newSequencer() *sequencer {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	return &sequencer{node: hex.EncodeToString(b[:]), work: make(chan struct{}, 1), of: map[pay.MerchantID]struct{}{}}
}

// note remembers merchants who have events to place.
func (s *sequencer) note(merchants ...pay.MerchantID) {
	if len(merchants) == 0 {
		return
	}
	s.mu.Lock()
	for _, m := range merchants {
		s.of[m] = struct{}{}
	}
	s.mu.Unlock()
	select {
	case s.work <- struct{}{}:
	default: // noted already
	}
}

// take hands over the merchants that were noted.
func (s *sequencer) take() map[pay.MerchantID]struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.of
	s.of = map[pay.MerchantID]struct{}{}
	return out
}

// EventsToPlace tells when a commit on this node, or another node, left events for PlaceEvents.
func (e *Engine) EventsToPlace() <-chan struct{} { return e.sequencer.work }

// NoteEvents notes that a merchant has events to place; another node said so.
func (e *Engine) NoteEvents(m pay.MerchantID) { e.sequencer.note(m) }

// PlaceEvents gives committed events their positions: those of the merchants that were noted, or, when everywhere, of all; and lets
// the waiting readers know. Merchants whose events another node places are left to it. One call at a time.
func (e *Engine) PlaceEvents(ctx context.Context, everywhere bool) error {
	noted := e.sequencer.take()
	if everywhere {
		var all []pay.MerchantID
		if err := e.read(ctx, store.UnplacedMerchants(&all)); err != nil {
			e.sequencer.note(keysOf(noted)...)
			return fmt.Errorf("look for events to place: %w", err)
		}
		for _, m := range all {
			noted[m] = struct{}{}
		}
	}
	var running sync.WaitGroup
	var mu sync.Mutex
	var failed error
	free := make(chan struct{}, placeTogether)
	for m := range noted {
		free <- struct{}{}
		running.Go(func() {
			defer func() { <-free }()
			if err := e.placeEventsOf(ctx, m); err != nil {
				mu.Lock()
				failed = errors.Join(failed, fmt.Errorf("place events of %s: %w", m, err))
				mu.Unlock()
			}
		})
	}
	running.Wait()
	return failed
}

func keysOf[K comparable, V any](m map[K]V) []K {
	out := make([]K, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	return out
}

// placeEventsOf places what a merchant has, a Batch after the other.
func (e *Engine) placeEventsOf(ctx context.Context, m pay.MerchantID) error {
	conflicts, limit := 0, placeAtOnce
	for {
		var head pay.EventHead
		var events []pay.Unplaced
		if err := e.read(ctx, store.ToPlace(m, limit, &head, &events)); err != nil {
			return err
		}
		if len(events) == 0 {
			return nil
		}
		now := time.Now() //nolint:forbidigo // a lease between processes runs on real time, whatever the sandbox's clock says
		if head.LeasedTo(e.sequencer.node, now) {
			return e.Store.Tell(ctx, TopicUnplaced, string(m))
		}
		placed := head.Place(events, placeAtOnce)
		if len(placed) == 0 && len(events) == limit {
			limit *= 4 // all of them wait for others that were not seen
			continue
		}
		head.LeasedBy, head.LeasedUntil = e.sequencer.node, now.Add(pay.SequencerLease)
		b := e.Store.NewBatch()
		b.PlaceEvents(&head, placed)
		b.Notify(TopicPlaced, string(m))
		err := e.Store.Commit(ctx, b)
		switch {
		case errors.Is(err, store.ErrConflict):
			if conflicts++; conflicts == placeTries {
				return nil // somebody else is at it; the look round sees what is left
			}
			continue
		case err != nil:
			return err
		}
		e.EventsPlaced(m)
		if len(events) < limit && len(placed) == len(events) {
			return nil
		}
		limit = placeAtOnce
	}
}

// LeaveEvents lets other nodes place events at once: this one ends.
func (e *Engine) LeaveEvents(ctx context.Context) error {
	return e.Store.LeaveEvents(ctx, e.sequencer.node)
}
