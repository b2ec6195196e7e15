package pay

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"time"
)

// EventType says what happened.
type EventType string

// The types of events.
const (
	SessionCreated    EventType = "session.created"
	SessionInProgress EventType = "session.in_progress"
	SessionBack       EventType = "session.back"
	SessionCompleted  EventType = "session.completed"
	SessionFailed     EventType = "session.failed"
	SessionError      EventType = "session.error"
	SessionCancelled  EventType = "session.cancelled"
	SessionDisabled   EventType = "session.disabled"

	SessionDistributed EventType = "session.distributed" // its link is on the way
	MessageDelivered   EventType = "message.delivered"   // a server has taken it; that it was read nobody knows
	MessageFailed      EventType = "message.failed"      // for good
	SessionIDCheck     EventType = "session.manual_id_check"
	SessionIdentified  EventType = "session.identified" // the clerk has seen the ID

	AuthorizationBegun     EventType = "authorization.begun" // the consumer pressed the pay button: it is being decided
	AuthorizationApproved  EventType = "authorization.approved"
	AuthorizationDeclined  EventType = "authorization.declined"
	AuthorizationError     EventType = "authorization.error"     // no decision could be made
	AuthorizationCancelled EventType = "authorization.cancelled" // by the merchant
	AuthorizationVoided    EventType = "authorization.voided"    // an order was placed with another one, or the session was over

	OrderPlaced    EventType = "order.placed"
	OrderCaptured  EventType = "order.captured"
	OrderRefunded  EventType = "order.refunded"
	OrderCancelled EventType = "order.cancelled"
	OrderExpired   EventType = "order.expired"
	OrderAccepted  EventType = "order.accepted" // a pending decision turned out well
	OrderRejected  EventType = "order.rejected" // a pending decision turned out badly

	// OrderDecisionLapsed: a pending decision turned out well after the order was over. It is no acceptance: nothing can be captured.
	OrderDecisionLapsed EventType = "order.decision_lapsed"

	OrderUpdated  EventType = "order.updated"  // the authorized amount
	OrderReleased EventType = "order.released" // what was left of the authorization
	OrderExtended EventType = "order.extended" // the authorization's time

	OrderAcknowledged      EventType = "order.acknowledged"
	OrderReferencesUpdated EventType = "order.references_updated"
	OrderDetailsUpdated    EventType = "order.details_updated"
	OrderShippingAdded     EventType = "order.shipping_added"
	OrderSendOut           EventType = "order.send_out"
	OrderDueDateExtended   EventType = "order.due_date_extended"

	TokenCreated   EventType = "token.created"
	TokenCharged   EventType = "token.charged"
	TokenRefused   EventType = "token.refused" // a charge was declined
	TokenCancelled EventType = "token.cancelled"
	TokenSuspended EventType = "token.suspended"
	TokenResumed   EventType = "token.resumed"
	TokenRecovered EventType = "token.recovered" // a refused charge was paid on the page
)

// Event is one change, never changed afterwards. The events of one hosted session are numbered from 1 without gaps and
// chained: Hash covers PrevHash. An order placed through a session goes on with the session's numbers.
type Event struct {
	ID         EventID
	Merchant   MerchantID
	SessionID  string // the stream: a hosted session, or the order itself where there was none
	Sequence   int64
	Type       EventType
	OrderID    OrderID
	OccurredAt time.Time
	Data       []byte // EventData as JSON
	PrevHash   []byte
	Hash       []byte

	// Position is the place among all events of the merchant, from 1, and Chain its link in their chain. The sequencer gives them
	// after the commit; until then they are 0 and nil.
	Position int64
	Chain    []byte
}

// EventData are the facts that go with an event; no token and nothing about a person.
type EventData struct {
	Status            string `json:",omitempty"` // of the session or order after the change
	OrderID           string `json:",omitempty"`
	KlarnaReference   string `json:",omitempty"`
	Category          string `json:",omitempty"`
	Reason            string `json:",omitempty"` // why declined, failed or voided
	Method            string `json:",omitempty"` // of a distribution
	FraudStatus       string `json:",omitempty"`
	CaptureID         string `json:",omitempty"`
	RefundID          string `json:",omitempty"`
	Amount            Amount `json:",omitempty"`
	Currency          string `json:",omitempty"`
	CapturedAmount    Amount `json:",omitempty"`
	RefundedAmount    Amount `json:",omitempty"`
	RemainingAmount   Amount `json:",omitempty"`
	MerchantReference string `json:",omitempty"`
	DueDate           string `json:",omitempty"` // YYYY-MM-DD
	StatusSequence    int64  `json:",omitempty"` // changes of the session's status so far: the number of the status_update that tells of it
	ExpiresAt         int64  `json:",omitempty"` // of the session, microseconds of UTC since 1970
}

// Stream is the end of a chain of events: the number and hash of the last one.
type Stream struct {
	Sequence int64
	Hash     []byte
}

// add numbers and chains one event at the end of the stream.
func (s *Stream) add(e Event, data EventData) Event {
	body, err := json.Marshal(data)
	if err != nil {
		panic(fmt.Sprintf("encode event data: %v", err)) // plain strings and integers always encode
	}
	s.Sequence++
	e.Sequence, e.Data, e.PrevHash = s.Sequence, body, s.Hash
	e.Hash = e.sum()
	s.Hash = e.Hash
	return e
}

// sum is the hash of the event: SHA-256 over the previous hash and each field with its length before it.
func (e *Event) sum() []byte {
	h := sha256.New()
	var n [8]byte
	field := func(b []byte) {
		binary.BigEndian.PutUint64(n[:], uint64(len(b)))
		h.Write(n[:])
		h.Write(b)
	}
	number := func(v int64) {
		binary.BigEndian.PutUint64(n[:], uint64(v))
		h.Write(n[:])
	}
	field(e.PrevHash)
	field([]byte(e.Merchant))
	field([]byte(e.SessionID))
	number(e.Sequence)
	field([]byte(e.ID))
	field([]byte(e.Type))
	field([]byte(e.OrderID))
	number(e.OccurredAt.UnixMicro())
	field(e.Data)
	return h.Sum(nil)
}

// Chained reports whether e is unchanged and follows on an event with hash prev (nil for the first).
func (e *Event) Chained(prev []byte) bool {
	return string(e.PrevHash) == string(prev) && string(e.Hash) == string(e.sum())
}
