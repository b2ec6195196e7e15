package engine

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"time"

	"kassa/internal/pay"
	"kassa/internal/store"
)

// eventPage is how many events are read at once by what goes through all of them.
const eventPage = 1000

// Verified counts what was found to be right.
type Verified struct {
	Merchants, Streams, Events int64
	Unplaced                   int64 // events whose place is not settled yet
}

// BrokenEvents says what is wrong with a merchant's events: the first thing that was found.
type BrokenEvents struct {
	Merchant pay.MerchantID
	What     string
}

// Error gives merchant and fault.
func (e *BrokenEvents) Error() string { return fmt.Sprintf("merchant %s: %s", e.Merchant, e.What) }

// VerifyEvents recomputes everything that makes the events of a merchant, or of all with an empty id, one whole: each hash, each
// stream's numbers and chain, what the owner of each stream knows of its end, and the merchant's positions and chain. It may run
// beside a server. The first thing that is wrong is a *BrokenEvents.
func (e *Engine) VerifyEvents(ctx context.Context, only pay.MerchantID) (Verified, error) {
	var sum Verified
	merchants, err := e.eventMerchants(ctx, only)
	if err != nil {
		return sum, err
	}
	for _, m := range merchants {
		v := verifier{engine: e, merchant: m, sum: &sum}
		for _, check := range []func(context.Context) error{v.streams, v.chain, v.others} {
			if err := check(ctx); err != nil {
				return sum, err
			}
		}
		sum.Merchants++
	}
	return sum, nil
}

// eventMerchants lists the merchants with events, or the one that is named.
func (e *Engine) eventMerchants(ctx context.Context, only pay.MerchantID) ([]pay.MerchantID, error) {
	if only != "" {
		return []pay.MerchantID{only}, nil
	}
	var all []pay.MerchantID
	err := e.read(ctx, store.EventMerchants(&all))
	return all, err
}

// verifier goes through one merchant's events.
type verifier struct {
	engine   *Engine
	merchant pay.MerchantID
	sum      *Verified
}

func (v *verifier) broken(format string, args ...any) error {
	return &BrokenEvents{v.merchant, fmt.Sprintf(format, args...)}
}

// streams checks each stream by itself: numbers without gaps, hashes, chain.
func (v *verifier) streams(ctx context.Context) error {
	var last pay.Event
	for {
		var page []store.StoredEvent
		after := store.EventRef{Stream: last.SessionID, Sequence: last.Sequence}
		if err := v.engine.read(ctx, store.StoredEvents(v.merchant, after, eventPage, &page)); err != nil {
			return err
		}
		for i := range page {
			e := &page[i]
			if e.SessionID != last.SessionID {
				last = pay.Event{SessionID: e.SessionID}
				v.sum.Streams++
			}
			switch {
			case e.Sequence != last.Sequence+1:
				return v.broken("stream %s: event %d is missing", e.SessionID, last.Sequence+1)
			case e.Broken != nil:
				return v.broken("stream %s: event %d (%s): its data cannot be opened: %v", e.SessionID, e.Sequence, e.ID, e.Broken)
			case !bytes.Equal(e.PrevHash, last.Hash):
				return v.broken("stream %s: event %d (%s) does not follow on event %d", e.SessionID, e.Sequence, e.ID, last.Sequence)
			case !e.Chained(last.Hash):
				return v.broken("stream %s: event %d (%s) was altered: its hash is another one", e.SessionID, e.Sequence, e.ID)
			}
			v.sum.Events++
			if e.Position == 0 {
				v.sum.Unplaced++
			}
			last = e.Event
		}
		if len(page) < eventPage {
			return nil
		}
	}
}

// chain checks the merchant's positions and their chain.
func (v *verifier) chain(ctx context.Context) error {
	var head pay.EventHead
	if err := v.engine.read(ctx, store.EventHeadOf(v.merchant, &head)); err != nil {
		return err
	}
	position, link := int64(0), []byte(nil)
	for more := true; more; {
		var page []store.StoredEvent
		if err := v.engine.read(ctx, store.StoredEventsAfter(v.merchant, position, eventPage, &page)); err != nil {
			return err
		}
		for i := range page {
			e := &page[i]
			if e.Position != position+1 {
				return v.broken("no event is at position %d", position+1)
			}
			position, link = e.Position, pay.ChainLink(link, e.Position, e.Hash)
			if !bytes.Equal(e.Chain, link) {
				return v.broken("position %d (%s): the chain is broken", position, e.ID)
			}
			if position == head.Position && !bytes.Equal(head.Chain, link) {
				return v.broken("the chain ends at position %d with another link than is noted", position)
			}
		}
		more = len(page) == eventPage
	}
	if position < head.Position {
		return v.broken("no event is at position %d; the chain should end at %d", position+1, head.Position)
	}
	return nil
}

// others checks what the events themselves do not tell.
func (v *verifier) others(ctx context.Context) error {
	var found store.EventFaults
	if err := v.engine.read(ctx, store.EventFaultsOf(v.merchant, &found)); err != nil {
		return err
	}
	switch {
	case found.Head != 0:
		return v.broken("an event is at position %d, which is behind the end of the chain", found.Head)
	case found.End != nil:
		return v.broken("stream %s: its last event, %d, is missing or another one", found.End.Stream, found.End.Sequence)
	case found.Misplaced != nil:
		return v.broken("stream %s: event %d has a position before that of event %d", found.Misplaced.Stream, found.Misplaced.Sequence, found.Misplaced.Sequence-1)
	case found.Spare > 0:
		return v.broken("there are %d events more than there should be", found.Spare)
	case found.Spare < 0:
		return v.broken("there are %d events fewer than there should be", -found.Spare)
	}
	return nil
}

// EventFilter says which events are wanted; empty members want all.
type EventFilter struct {
	Merchant     pay.MerchantID
	Stream       string // hosted session, or order that had none, or customer token
	Order        pay.OrderID
	Types        []pay.EventType
	Since, Until time.Time // Until is not within
}

// matches reports whether an event is wanted.
func (f *EventFilter) matches(e *pay.Event) bool {
	switch {
	case f.Stream != "" && e.SessionID != f.Stream, f.Order != "" && e.OrderID != f.Order:
		return false
	case e.OccurredAt.Before(f.Since), !f.Until.IsZero() && !e.OccurredAt.Before(f.Until):
		return false
	}
	return len(f.Types) == 0 || slices.Contains(f.Types, e.Type)
}

// ListEvents calls each with the events that a filter wants, merchant after merchant: those that have their place in the order of
// their places, and then the others, stream after stream. An error of each ends it.
func (e *Engine) ListEvents(ctx context.Context, f EventFilter, each func(*pay.Event) error) error {
	merchants, err := e.eventMerchants(ctx, f.Merchant)
	if err != nil {
		return err
	}
	show := func(list []pay.Event) error {
		for i := range list {
			if !f.matches(&list[i]) {
				continue
			}
			if err := each(&list[i]); err != nil {
				return err
			}
		}
		return nil
	}
	for _, m := range merchants {
		if err := e.listEventsOf(ctx, m, f.Stream, show); err != nil {
			return err
		}
	}
	return nil
}

func (e *Engine) listEventsOf(ctx context.Context, m pay.MerchantID, stream string, show func([]pay.Event) error) error {
	var page []pay.Event
	if stream != "" {
		if err := e.read(ctx, store.EventsOf(m, stream, &page)); err != nil {
			return err
		}
		return show(page)
	}
	for position, more := int64(0), true; more; {
		if err := e.read(ctx, store.EventsAfter(m, position, eventPage, &page)); err != nil {
			return err
		}
		if more = len(page) == eventPage; len(page) > 0 {
			position = page[len(page)-1].Position
		}
		if err := show(page); err != nil {
			return err
		}
	}
	if err := e.read(ctx, store.UnplacedEvents(m, eventPage, &page)); err != nil {
		return err
	}
	return show(page)
}
