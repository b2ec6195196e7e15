package store

import (
	"slices"
	"strconv"

	"kassa/internal/keyring"
	"kassa/internal/pay"
)

const eventTable = "event"

const eventColumns = `e.merchant_id, e.session_id, e.sequence, e.event_id, e.type, e.occurred_at, e.order_id, e.sealed, e.prev_hash, e.hash,
 coalesce(e.position, 0), e.chain`

var (
	insertEvent = &statement{`insert into event
 (merchant_id, session_id, sequence, event_id, type, occurred_at, order_id, sealed, prev_hash, hash)
 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`}

	eventsOfStream = &statement{`select ` + eventColumns + ` from event e where e.merchant_id = $1 and e.session_id = $2 order by e.sequence`}

	eventsAfter = &statement{`select ` + eventColumns + ` from event e where e.merchant_id = $1 and e.position > $2 order by e.position limit $3`}

	linkAt = &statement{`select chain from event where merchant_id = $1 and position = $2`}

	eventsWithout = &statement{`select ` + eventColumns + ` from event e where e.merchant_id = $1 and e.position is null
 order by e.session_id, e.sequence limit $2`}
)

// eventRowID names an event's row within its merchant.
func eventRowID(stream string, sequence int64) string {
	return stream + "/" + strconv.FormatInt(sequence, 10)
}

// events appends what happened. ErrConflict when a number of the stream is taken.
func (b *Batch) events(events []pay.Event) {
	for i := range events {
		e := &events[i]
		b.add(insertEvent, string(e.Merchant), e.SessionID, e.Sequence, string(e.ID), string(e.Type), micros(e.OccurredAt), string(e.OrderID),
			b.seal(e.Data, eventTable, "sealed", e.Merchant, eventRowID(e.SessionID, e.Sequence)), blob(e.PrevHash), blob(e.Hash))
		if !slices.Contains(b.happened, e.Merchant) {
			b.happened = append(b.happened, e.Merchant)
		}
	}
}

// Happened lists the merchants to whom the Batch has events: once it is committed, those are to be placed.
func (b *Batch) Happened() []pay.MerchantID { return b.happened }

// EventsOf reads all events of a stream (a hosted session, or an order that had none) in their order.
func EventsOf(merchant pay.MerchantID, stream string, dst *[]pay.Event) Read {
	return eventsBy(eventsOfStream, []any{string(merchant), stream}, dst)
}

// EventsAfter reads up to limit placed events after a position, in the order of their positions: when an event is seen, everything
// before it was.
func EventsAfter(merchant pay.MerchantID, position int64, limit int, dst *[]pay.Event) Read {
	return eventsBy(eventsAfter, []any{string(merchant), position, int64(limit)}, dst)
}

// EventLinkAt reads the link of the event at a position in the merchant's chain; *dst is nil when there is none.
func EventLinkAt(merchant pay.MerchantID, position int64, dst *[]byte) Read {
	return Read{func(*keyring.Ring) plan {
		var link []byte
		return plan{
			lookups: []lookup{{linkAt, []any{string(merchant), position}, func(r rowScan) error { return r.Scan(&link) }}},
			finish:  func() error { *dst = link; return nil },
		}
	}}
}

// UnplacedEvents reads up to limit events that have no position yet, stream after stream.
func UnplacedEvents(merchant pay.MerchantID, limit int, dst *[]pay.Event) Read {
	return eventsBy(eventsWithout, []any{string(merchant), int64(limit)}, dst)
}

func eventsBy(stmt *statement, args []any, dst *[]pay.Event) Read {
	return Read{func(keys *keyring.Ring) plan {
		var rows []eventRow
		return plan{
			lookups: []lookup{{stmt, args, func(r rowScan) error { return scanInto(&rows, r) }}},
			finish: func() error {
				*dst = nil
				for i := range rows {
					e, err := rows[i].event(keys)
					if err != nil {
						return err
					}
					*dst = append(*dst, e)
				}
				return nil
			},
		}
	}}
}

// eventRow is an event as it is stored.
type eventRow struct {
	merchant, stream, id, kind, order string
	sequence, occurredAt, position    int64
	sealed, prevHash, hash, chain     []byte
}

func (r *eventRow) dest() []any {
	return []any{
		&r.merchant, &r.stream, &r.sequence, &r.id, &r.kind, &r.occurredAt, &r.order, &r.sealed, &r.prevHash, &r.hash, &r.position, &r.chain,
	}
}

func (r *eventRow) event(keys *keyring.Ring) (pay.Event, error) {
	merchant := pay.MerchantID(r.merchant)
	data, err := keys.Open(r.sealed, eventTable, "sealed", rowName(merchant, eventRowID(r.stream, r.sequence)))
	return pay.Event{
		ID: pay.EventID(r.id), Merchant: merchant, SessionID: r.stream, Sequence: r.sequence, Type: pay.EventType(r.kind),
		OrderID: pay.OrderID(r.order), OccurredAt: instant(r.occurredAt), Data: data, PrevHash: orNil(r.prevHash), Hash: r.hash,
		Position: r.position, Chain: r.chain,
	}, err
}
