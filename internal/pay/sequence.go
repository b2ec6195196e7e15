package pay

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"time"
)

// SequencerLease is how long the node that places a merchant's events is left to go on with it. It is short: a node that died holds
// up the merchant's readers for as long.
const SequencerLease = 3 * time.Second

// EventHead is the end of a merchant's chain of placed events, and who may make it longer.
type EventHead struct {
	Merchant    MerchantID
	Version     int64 // 0 before the first event is placed
	Position    int64 // of the last event
	Chain       []byte
	LeasedUntil time.Time
	LeasedBy    string // node
}

// LeasedTo reports whether another node than this one places the merchant's events now. A lease that ends later than any could is
// of a clock that is wrong, and void: the lease saves work, it does not keep the order.
func (h *EventHead) LeasedTo(node string, now time.Time) (other bool) {
	return h.LeasedBy != node && now.Before(h.LeasedUntil) && !h.LeasedUntil.After(now.Add(2*SequencerLease))
}

// Unplaced is what there is to know of an event that has no position yet.
type Unplaced struct {
	SessionID  string
	Sequence   int64
	OccurredAt time.Time
	Hash       []byte
	Waits      bool // the event before it in its stream has no position either
}

// Placed is the position of an event and its link in the merchant's chain.
type Placed struct {
	SessionID string
	Sequence  int64
	Position  int64
	Chain     []byte
}

// Place gives positions to up to most of the events, after the end of the chain, and moves the end. They come in the order in
// which they occurred, as far as the clocks of the nodes agree; within each stream always in the stream's order. An event whose
// predecessor is neither placed nor among them is left for later.
func (h *EventHead) Place(events []Unplaced, most int) []Placed {
	out := make([]Placed, 0, min(len(events), most))
	for _, e := range inOrder(events) {
		if len(out) == most {
			break
		}
		h.Position++
		h.Chain = ChainLink(h.Chain, h.Position, e.Hash)
		out = append(out, Placed{e.SessionID, e.Sequence, h.Position, h.Chain})
	}
	return out
}

// inOrder sorts events by time, stream and number, and then exchanges those of each stream among the places that the stream has, so
// that they stand there by number. Those that cannot be placed are left out.
func inOrder(events []Unplaced) []*Unplaced {
	byTime, byNumber := make([]*Unplaced, len(events)), map[string][]*Unplaced{}
	for i := range events {
		byTime[i] = &events[i]
	}
	slices.SortFunc(byTime, func(a, b *Unplaced) int {
		return cmp.Or(a.OccurredAt.Compare(b.OccurredAt), cmp.Compare(a.SessionID, b.SessionID), cmp.Compare(a.Sequence, b.Sequence))
	})
	for _, e := range byTime {
		byNumber[e.SessionID] = append(byNumber[e.SessionID], e)
	}
	for stream, list := range byNumber {
		slices.SortFunc(list, func(a, b *Unplaced) int { return cmp.Compare(a.Sequence, b.Sequence) })
		byNumber[stream] = unbroken(list)
	}
	out := byTime[:0:0]
	for _, e := range byTime {
		if list := byNumber[e.SessionID]; len(list) > 0 {
			out = append(out, list[0])
			byNumber[e.SessionID] = list[1:]
		}
	}
	return out
}

// unbroken cuts a stream's events off where one is missing before them.
func unbroken(list []*Unplaced) []*Unplaced {
	for i, e := range list {
		if i == 0 && e.Waits || i > 0 && e.Sequence != list[i-1].Sequence+1 {
			return list[:i]
		}
	}
	return list
}

// ChainLink is the link of an event in its merchant's chain: SHA-256 over the link before it (nothing for the first), the position
// in eight bytes, and the event's own hash.
func ChainLink(before []byte, position int64, hash []byte) []byte {
	h := sha256.New()
	h.Write(before)
	var n [8]byte
	binary.BigEndian.PutUint64(n[:], uint64(position))
	h.Write(n[:])
	h.Write(hash)
	return h.Sum(nil)
}
