package engine

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"time"

	"kassa/internal/pay"
	"kassa/internal/store"
)

// maxFollowers bounds how many readers of one merchant may wait on this node at the same time.
const maxFollowers = 64

// What a follower of events may be told.
var (
	// ErrTooManyFollowers: so many readers of the merchant wait already that one more is refused.
	ErrTooManyFollowers = errors.New("too many readers wait for events of this merchant")
	// ErrDraining: this node ends; another one, or this one later, goes on from the same place.
	ErrDraining = errors.New("the server is being stopped")
)

// EventCursor is a place in the stream of a merchant's events; the zero value is the beginning.
type EventCursor struct {
	Position int64
	// Mark is the begin of the merchant's chain at the position. It tells a cursor of this history from one of another merchant, of
	// another database, or of what was there before a backup was restored: whoever went on from such a one would miss events.
	Mark [5]byte
}

// CursorOf is the place of an event.
func CursorOf(e *pay.Event) (c EventCursor) {
	c.Position = e.Position
	copy(c.Mark[:], e.Chain)
	return c
}

// Events reads up to limit placed events of a merchant after a place, in their order. A place that is none of this merchant's is
// refused with BAD_VALUE after.
func (e *Engine) Events(ctx context.Context, m pay.MerchantID, after EventCursor, limit int) ([]pay.Event, error) {
	var events []pay.Event
	var link []byte
	reads := []store.Read{store.EventsAfter(m, after.Position, limit, &events)}
	if after != (EventCursor{}) {
		reads = append(reads, store.EventLinkAt(m, after.Position, &link))
	}
	if err := e.read(ctx, reads...); err != nil {
		return nil, err
	}
	if !bytes.HasPrefix(link, after.Mark[:]) && after != (EventCursor{}) {
		return nil, pay.Invalid400([]pay.Fault{{Path: "after", Want: "a cursor that this server gave this merchant"}})
	}
	return events, nil
}

// audiences are the readers who wait on this node for events of each merchant.
type audiences struct {
	mu       sync.Mutex
	of       map[pay.MerchantID]*audience
	draining chan struct{} // closed when waiting ends for good
	ended    bool
}

// audience are the readers who wait for the events of one merchant.
type audience struct {
	waiting int
	changed chan struct{} // closed when there may be something new
	seen    int64         // end of the chain when that was looked at last
}

func newAudiences() *audiences {
	return &audiences{of: map[pay.MerchantID]*audience{}, draining: make(chan struct{})}
}

// Follower reads one merchant's events and can wait for them.
type Follower struct {
	engine   *Engine
	merchant pay.MerchantID
	once     sync.Once
}

// FollowEvents makes a reader that can wait; close it. The error is ErrTooManyFollowers.
func (e *Engine) FollowEvents(m pay.MerchantID) (*Follower, error) {
	a := e.audiences
	a.mu.Lock()
	defer a.mu.Unlock()
	one := a.of[m]
	if one == nil {
		one = &audience{changed: make(chan struct{})}
		a.of[m] = one
	}
	if one.waiting >= maxFollowers {
		return nil, ErrTooManyFollowers
	}
	one.waiting++
	return &Follower{engine: e, merchant: m}, nil
}

// EventFollowers counts the readers of all merchants who wait, or could, on this node.
func (e *Engine) EventFollowers() int {
	a := e.audiences
	a.mu.Lock()
	defer a.mu.Unlock()
	n := 0
	for _, one := range a.of {
		n += one.waiting
	}
	return n
}

// Close gives the reader's place to others.
func (f *Follower) Close() {
	f.once.Do(func() {
		a := f.engine.audiences
		a.mu.Lock()
		defer a.mu.Unlock()
		if a.of[f.merchant].waiting--; a.of[f.merchant].waiting == 0 {
			delete(a.of, f.merchant)
		}
	})
}

// changed is closed when there may be something new after this moment.
func (f *Follower) changed() <-chan struct{} {
	a := f.engine.audiences
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.of[f.merchant].changed
}

// Next reads events after a place as Events does. When there are none it waits for some: it returns none after wait, and
// ErrDraining when the server is stopped meanwhile.
func (f *Follower) Next(ctx context.Context, after EventCursor, limit int, wait time.Duration) ([]pay.Event, error) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	for {
		changed := f.changed() // before the look, so that nothing slips between the two
		events, err := f.engine.Events(ctx, f.merchant, after, limit)
		if err != nil || len(events) > 0 || wait <= 0 {
			return events, err
		}
		select {
		case <-changed:
		case <-timer.C:
			return nil, nil
		case <-f.engine.audiences.draining:
			return nil, ErrDraining
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// EventsPlaced has the readers who wait for a merchant's events look again: this node or another one placed some.
func (e *Engine) EventsPlaced(m pay.MerchantID) {
	a := e.audiences
	a.mu.Lock()
	defer a.mu.Unlock()
	if one := a.of[m]; one != nil {
		close(one.changed)
		one.changed = make(chan struct{})
	}
}

// LookForPlacedEvents has those readers look again for whose merchant another node placed events without being heard.
func (e *Engine) LookForPlacedEvents(ctx context.Context) error {
	a := e.audiences
	a.mu.Lock()
	merchants := keysOf(a.of)
	a.mu.Unlock()
	if len(merchants) == 0 {
		return nil
	}
	heads, reads := make([]pay.EventHead, len(merchants)), make([]store.Read, len(merchants))
	for i, m := range merchants {
		reads[i] = store.EventHeadOf(m, &heads[i])
	}
	if err := e.read(ctx, reads...); err != nil {
		return err
	}
	for _, head := range heads {
		a.mu.Lock()
		one := a.of[head.Merchant]
		changed := one != nil && head.Position > one.seen
		if changed {
			one.seen = head.Position
		}
		a.mu.Unlock()
		if changed {
			e.EventsPlaced(head.Merchant)
		}
	}
	return nil
}

// EndFollowing ends the waiting of all readers, now and later: the server is being stopped.
func (e *Engine) EndFollowing() {
	a := e.audiences
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.ended {
		a.ended = true
		close(a.draining)
	}
}
