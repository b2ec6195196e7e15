package store

import (
	"kassa/internal/keyring"
	"kassa/internal/pay"
)

// What verifying the events reads. Each of the faults is looked for by one statement, which sees one moment of the database: they
// may be read beside a running server.
var (
	eventMerchants = &statement{`select distinct merchant_id from event union select merchant_id from event_head order by 1`}

	eventsInStreams = &statement{`select ` + eventColumns + ` from event e
 where e.merchant_id = $1 and (e.session_id, e.sequence) > ($2, $3) order by e.session_id, e.sequence limit $4`}

	// brokenEnds are streams whose owner knows another last event than is stored.
	brokenEnds = &statement{`select o.stream, o.last from (
  select h.id as stream, h.stream_sequence as last, h.stream_hash as hash from hosted_session h where h.merchant_id = $1
  union all
  select case when o.hosted_id = '' then o.id else o.hosted_id end, o.stream_sequence, o.stream_hash from orders o where o.merchant_id = $1
  union all
  select t.id, t.stream_sequence, t.stream_hash from customer_token t where t.merchant_id = $1
 ) o left join event e on e.merchant_id = $1 and e.session_id = o.stream and e.sequence = o.last
 where o.last > 0 and (e.hash is null or e.hash <> o.hash) order by o.stream limit 1`}

	// spareEvents is how many events there are that belong to nothing: more than the owners of the streams counted.
	spareEvents = &statement{`select cast((select count(*) from event where merchant_id = $1)
 - (select coalesce(sum(stream_sequence), 0) from hosted_session where merchant_id = $1
    and id not in (select hosted_id from orders where merchant_id = $1))
 - (select coalesce(sum(stream_sequence), 0) from orders where merchant_id = $1)
 - (select coalesce(sum(stream_sequence), 0) from customer_token where merchant_id = $1) as bigint)`}

	// beyondHead are events that have a position which was never given.
	beyondHead = &statement{`select e.position from event e where e.merchant_id = $1
 and e.position > coalesce((select position from event_head where merchant_id = $1), 0) order by e.position limit 1`}

	// misplaced are events that were placed before the one they follow.
	misplaced = &statement{`select e.session_id, e.sequence from event e join event p
 on p.merchant_id = e.merchant_id and p.session_id = e.session_id and p.sequence = e.sequence - 1
 where e.merchant_id = $1 and e.position is not null and (p.position is null or p.position > e.position)
 order by e.session_id, e.sequence limit 1`}
)

// StoredEvent is an event as it was found.
type StoredEvent struct {
	pay.Event
	Broken error // its data cannot be opened: the sealed value, or what it is bound to, was altered
}

// EventRef names an event by its stream and number.
type EventRef struct {
	Stream   string
	Sequence int64
}

// EventMerchants reads which merchants have events.
func EventMerchants(dst *[]pay.MerchantID) Read {
	return Read{func(*keyring.Ring) plan {
		var out []pay.MerchantID
		row := func(r rowScan) error {
			var id string
			err := r.Scan(&id)
			out = append(out, pay.MerchantID(id))
			return err
		}
		return plan{lookups: []lookup{{eventMerchants, nil, row}}, finish: func() error { *dst = out; return nil }}
	}}
}

// StoredEvents reads up to limit events of a merchant, stream after stream, that come after one.
func StoredEvents(merchant pay.MerchantID, after EventRef, limit int, dst *[]StoredEvent) Read {
	return storedEvents(eventsInStreams, []any{string(merchant), after.Stream, after.Sequence, int64(limit)}, dst)
}

// StoredEventsAfter reads up to limit placed events of a merchant after a position, in the order of their positions.
func StoredEventsAfter(merchant pay.MerchantID, position int64, limit int, dst *[]StoredEvent) Read {
	return storedEvents(eventsAfter, []any{string(merchant), position, int64(limit)}, dst)
}

func storedEvents(stmt *statement, args []any, dst *[]StoredEvent) Read {
	return Read{func(keys *keyring.Ring) plan {
		var rows []eventRow
		return plan{
			lookups: []lookup{{stmt, args, func(r rowScan) error { return scanInto(&rows, r) }}},
			finish: func() error {
				out := make([]StoredEvent, len(rows))
				for i := range rows {
					out[i].Event, out[i].Broken = rows[i].event(keys)
				}
				*dst = out
				return nil
			},
		}
	}}
}

// EventFaults is what one statement each found to be wrong with a merchant's events; nil and 0 where nothing is.
type EventFaults struct {
	Head      int64     // a position behind the end of the merchant's chain
	End       *EventRef // the last event that the owner of a stream knows, which is missing or another one
	Spare     int64     // how many events more (or less, below 0) there are than the owners of the streams know
	Misplaced *EventRef // an event that has a position before that of the one it follows
}

// EventFaultsOf looks for what the events themselves cannot tell.
func EventFaultsOf(merchant pay.MerchantID, dst *EventFaults) Read {
	return Read{func(*keyring.Ring) plan {
		var out EventFaults
		ref := func(dst **EventRef) func(r rowScan) error {
			return func(r rowScan) error { *dst = &EventRef{}; return r.Scan(&(*dst).Stream, &(*dst).Sequence) }
		}
		m := []any{string(merchant)}
		return plan{
			lookups: []lookup{
				{beyondHead, m, func(r rowScan) error { return r.Scan(&out.Head) }},
				{brokenEnds, m, ref(&out.End)},
				{spareEvents, m, func(r rowScan) error { return r.Scan(&out.Spare) }},
				{misplaced, m, ref(&out.Misplaced)},
			},
			finish: func() error { *dst = out; return nil },
		}
	}}
}
