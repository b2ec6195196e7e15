package store

import (
	"context"
	"fmt"

	"kassa/internal/keyring"
	"kassa/internal/pay"
)

const eventHeadTable = "event_head"

var (
	unplacedMerchants = &statement{`select distinct merchant_id from event where position is null`}

	eventHeadOf = &statement{`select version, position, chain, leased_until, leased_by from event_head where merchant_id = $1`}

	// unplacedEvents come by their ids, which begin with the time: with a limit the oldest are seen first, more or less.
	unplacedEvents = &statement{`select e.session_id, e.sequence, e.occurred_at, e.hash,
 cast(case when exists (select 1 from event p where p.merchant_id = e.merchant_id and p.session_id = e.session_id
  and p.sequence = e.sequence - 1 and p.position is null) then 1 else 0 end as bigint)
 from event e where e.merchant_id = $1 and e.position is null order by e.event_id limit $2`}

	insertEventHead = &statement{`insert into event_head (merchant_id, version, position, chain, leased_until, leased_by)
 values ($1, 1, $2, $3, $4, $5)`}

	saveEventHead = &statement{`insert into event_head (merchant_id, version, position, chain, leased_until, leased_by)
 values ($1, (select case when version = $2 then version + 1 end from event_head where merchant_id = $1), $3, $4, $5, $6)
 on conflict (merchant_id) do update set version = case when event_head.version = $2 then event_head.version + 1 end,
  position = excluded.position, chain = excluded.chain, leased_until = excluded.leased_until, leased_by = excluded.leased_by`}

	// placeEvent finds the event unplaced: the head's compare-and-swap goes before, and whoever placed it would have moved the head.
	placeEvent = &statement{`update event set position = $4, chain = $5
 where merchant_id = $1 and session_id = $2 and sequence = $3 and position is null`}

	// leaveEventHeads ends the leases of a node. version goes on, so that nobody's compare-and-swap is passed by.
	leaveEventHeads = &statement{`update event_head set version = version + 1, leased_until = 0 where leased_by = $1 and leased_until > 0`}
)

// UnplacedMerchants reads which merchants have events without a position.
func UnplacedMerchants(dst *[]pay.MerchantID) Read {
	return Read{func(*keyring.Ring) plan {
		var out []pay.MerchantID
		row := func(r rowScan) error {
			var id string
			err := r.Scan(&id)
			out = append(out, pay.MerchantID(id))
			return err
		}
		return plan{
			lookups: []lookup{{unplacedMerchants, nil, row}},
			finish:  func() error { *dst = out; return nil },
		}
	}}
}

// EventHeadOf reads the end of a merchant's chain, one of version 0 when nothing was placed yet.
func EventHeadOf(merchant pay.MerchantID, dst *pay.EventHead) Read {
	return Read{func(*keyring.Ring) plan {
		out := pay.EventHead{Merchant: merchant}
		row := func(r rowScan) error {
			var until int64
			err := r.Scan(&out.Version, &out.Position, &out.Chain, &until, &out.LeasedBy)
			out.LeasedUntil = instant(until)
			return err
		}
		return plan{
			lookups: []lookup{{eventHeadOf, []any{string(merchant)}, row}},
			finish:  func() error { *dst = out; return nil },
		}
	}}
}

// ToPlace reads the end of a merchant's chain and then up to limit events without a position, the older ones first. In this order:
// whoever places one of them meanwhile makes the head stale.
func ToPlace(merchant pay.MerchantID, limit int, head *pay.EventHead, events *[]pay.Unplaced) Read {
	return Read{func(keys *keyring.Ring) plan {
		p := EventHeadOf(merchant, head).plan(keys)
		var out []pay.Unplaced
		p.lookups = append(p.lookups, lookup{unplacedEvents, []any{string(merchant), int64(limit)}, func(r rowScan) error {
			var e pay.Unplaced
			var at, waits int64
			err := r.Scan(&e.SessionID, &e.Sequence, &at, &e.Hash, &waits)
			e.OccurredAt, e.Waits = instant(at), waits != 0
			out = append(out, e)
			return err
		}})
		finish := p.finish
		p.finish = func() error { *events = out; return finish() }
		return p
	}}
}

// PlaceEvents gives events their positions and moves the merchant's end to where head says, which was read with version
// head.Version. ErrConflict when somebody else moved it.
func (b *Batch) PlaceEvents(head *pay.EventHead, placed []pay.Placed) {
	m, order, until := string(head.Merchant), eventHeadTable+string(head.Merchant), micros(head.LeasedUntil)
	if head.Version == 0 {
		b.swap(insertEventHead, order, m, head.Position, blob(head.Chain), until, head.LeasedBy)
	} else {
		b.swap(saveEventHead, order, m, head.Version, head.Position, blob(head.Chain), until, head.LeasedBy)
	}
	for i := range placed {
		p := &placed[i]
		b.add(placeEvent, m, p.SessionID, p.Sequence, p.Position, p.Chain)
	}
}

// LeaveEvents ends the leases of a node, so that the others need not wait until they run out.
func (s *Store) LeaveEvents(ctx context.Context, node string) error {
	b := s.NewBatch()
	b.add(leaveEventHeads, node)
	if err := s.Commit(ctx, b); err != nil {
		return fmt.Errorf("end the leases of the sequencer: %w", err)
	}
	return nil
}
