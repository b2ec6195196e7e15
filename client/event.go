package client

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// EventType says what happened. Types are only ever added to: ignore those that you do not know.
type EventType string

// The types of events. Those of a hosted session and of an authorization come in the stream of the session; those of an order in
// that of the session it was placed through.
const (
	EventSessionCreated    EventType = "session.created"
	EventSessionInProgress EventType = "session.in_progress"
	EventSessionBack       EventType = "session.back"
	EventSessionCompleted  EventType = "session.completed"
	EventSessionFailed     EventType = "session.failed"
	EventSessionError      EventType = "session.error"
	EventSessionCancelled  EventType = "session.cancelled"
	EventSessionDisabled   EventType = "session.disabled"

	EventSessionManualIDCheck EventType = "session.manual_id_check"
	EventSessionIdentified    EventType = "session.identified"
	EventSessionDistributed   EventType = "session.distributed" // its link is on the way
	EventMessageDelivered     EventType = "message.delivered"
	EventMessageFailed        EventType = "message.failed"

	EventAuthorizationBegun     EventType = "authorization.begun" // the consumer pressed the pay button
	EventAuthorizationApproved  EventType = "authorization.approved"
	EventAuthorizationDeclined  EventType = "authorization.declined"
	EventAuthorizationError     EventType = "authorization.error"
	EventAuthorizationCancelled EventType = "authorization.cancelled" // by the merchant
	EventAuthorizationVoided    EventType = "authorization.voided"    // nobody can use it any more

	EventOrderPlaced            EventType = "order.placed"
	EventOrderCaptured          EventType = "order.captured"
	EventOrderRefunded          EventType = "order.refunded"
	EventOrderCancelled         EventType = "order.cancelled"
	EventOrderExpired           EventType = "order.expired"
	EventOrderAccepted          EventType = "order.accepted"        // a pending fraud decision
	EventOrderRejected          EventType = "order.rejected"        // a pending fraud decision
	EventOrderDecisionLapsed    EventType = "order.decision_lapsed" // a pending decision came when the order was over: nothing can be captured
	EventOrderUpdated           EventType = "order.updated"
	EventOrderReleased          EventType = "order.released"
	EventOrderExtended          EventType = "order.extended"
	EventOrderAcknowledged      EventType = "order.acknowledged"
	EventOrderReferencesUpdated EventType = "order.references_updated"
	EventOrderDetailsUpdated    EventType = "order.details_updated"
	EventOrderShippingAdded     EventType = "order.shipping_added"
	EventOrderSendOut           EventType = "order.send_out"
	EventOrderDueDateExtended   EventType = "order.due_date_extended"

	EventTokenCreated   EventType = "token.created"
	EventTokenCharged   EventType = "token.charged"
	EventTokenRefused   EventType = "token.refused" // a charge was declined
	EventTokenCancelled EventType = "token.cancelled"
	EventTokenSuspended EventType = "token.suspended"
	EventTokenResumed   EventType = "token.resumed"
	EventTokenRecovered EventType = "token.recovered" // a refused charge was paid another way
)

// Cursor is a place in the stream of events; empty, the beginning. Store it as it is: it has no other meaning.
type Cursor string

// Event is something that happened, once and for all. It is a hint to read the session or order, which are the truth.
type Event struct {
	EventID string    `json:"event_id"` // the same whenever the event is told again, also by a callback
	Type    EventType `json:"type"`
	Cursor  Cursor    `json:"cursor"` // where to go on when the event is dealt with
	// Sequence is the place in the stream of SessionID, from 1 without gaps.
	Sequence int64 `json:"sequence"`
	// SessionID is a hosted session; with an order that was placed without one, the order; with a customer token, an id of its own.
	SessionID  string    `json:"session_id"`
	OrderID    OrderID   `json:"order_id,omitempty"`
	OccurredAt time.Time `json:"occurred_at"`
	Data       EventData `json:"data"`

	// Raw is the event as the server wrote it, with members that this package does not know.
	Raw json.RawMessage `json:"-"`
}

// EventData are the facts of an event, nothing about a person among them. Which are there depends on the type.
type EventData struct {
	Status                string             `json:"status"`                    // of the session, order or customer token right after the event
	StatusSequence        int64              `json:"status_sequence,omitempty"` // changes of the session's status so far
	ExpiresAt             time.Time          `json:"expires_at,omitzero"`       // of the session
	PaymentMethodCategory Category           `json:"payment_method_category,omitempty"`
	Reason                string             `json:"reason,omitempty"`
	DistributionMethod    DistributionMethod `json:"distribution_method,omitempty"`
	OrderID               OrderID            `json:"order_id,omitempty"`
	KlarnaReference       string             `json:"klarna_reference,omitempty"`
	FraudStatus           FraudStatus        `json:"fraud_status,omitempty"`
	CaptureID             CaptureID          `json:"capture_id,omitempty"`
	RefundID              RefundID           `json:"refund_id,omitempty"`
	MerchantReference1    string             `json:"merchant_reference1,omitempty"`
	DueDate               string             `json:"due_date,omitempty"` // YYYY-MM-DD
	PurchaseCurrency      string             `json:"purchase_currency,omitempty"`
	Amount                Amount             `json:"amount,omitempty"` // of what the event is about
	// The amounts of the order after the event.
	CapturedAmount            Amount `json:"captured_amount,omitempty"`
	RefundedAmount            Amount `json:"refunded_amount,omitempty"`
	RemainingAuthorizedAmount Amount `json:"remaining_authorized_amount,omitempty"`
}

// UnmarshalJSON reads an event and keeps Raw.
func (e *Event) UnmarshalJSON(text []byte) error {
	type plain Event
	var p plain
	if err := json.Unmarshal(text, &p); err != nil {
		return fmt.Errorf("an event: %w", err)
	}
	*e = Event(p)
	e.Raw = bytes.Clone(text)
	return nil
}

// MarshalJSON writes Raw when there is one, so that an event that is passed on loses nothing.
func (e Event) MarshalJSON() ([]byte, error) {
	if len(e.Raw) > 0 {
		return e.Raw, nil
	}
	type plain Event
	return json.Marshal(plain(e))
}

// Events is one answer: what happened after a cursor, the oldest first.
type Events struct {
	Events []Event `json:"events"`
	// NextCursor is where to go on; without events the cursor that was given.
	NextCursor Cursor `json:"next_cursor"`
}

// Events tells what happened after a cursor: up to limit events (0: 100, at most 1000). When there are none it waits for some, for
// so many whole seconds, at most a minute. BadValue for a cursor that the server did not give, TooManyRequests when too many calls
// wait already.
func (c *Client) Events(ctx context.Context, after Cursor, limit int, wait time.Duration) (*Events, error) {
	query := url.Values{}
	if after != "" {
		query.Set("after", string(after))
	}
	if limit != 0 {
		query.Set("limit", strconv.Itoa(limit))
	}
	if wait != 0 {
		query.Set("wait", strconv.FormatInt(int64(wait/time.Second), 10))
	}
	out := new(Events)
	_, err := c.do(ctx, "read events", call{method: http.MethodGet, path: "/kassa/v1/events", query: query.Encode(), out: out, patience: wait}, nil)
	return out, err
}

const (
	// followWait is how long one call of Follow waits for news: short enough for every proxy on the way.
	followWait = 30 * time.Second
	// followPause is the first pause after a call of Follow failed, followPauseMost the longest; they double in between.
	followPause, followPauseMost = 500 * time.Millisecond, 30 * time.Second
)

// Follow gives what happens after a cursor, event for event, until ctx ends: what has happened already, and then what happens, as
// soon as it does. When the server cannot be reached or answers with an error of its own, Follow tries again until it can. It ends
// with an error when it is refused: wrong credentials, a cursor that the server did not give.
//
//	for event, err := range api.Follow(ctx, cursor) {
//		if err != nil {
//			return err
//		}
//		… // deal with the event: the same one may come again after a crash, know it by EventID
//		cursor = event.Cursor // and store it
//	}
func (c *Client) Follow(ctx context.Context, after Cursor) iter.Seq2[*Event, error] {
	return func(yield func(*Event, error) bool) {
		for page, err := range c.FollowPages(ctx, after, 0) {
			if err != nil {
				yield(nil, err)
				return
			}
			for i := range page.Events {
				if !yield(&page.Events[i], nil) {
					return
				}
			}
		}
	}
}

// FollowPages is Follow for those who deal with several events at once, up to limit of them (0: 100). No page is empty.
func (c *Client) FollowPages(ctx context.Context, after Cursor, limit int) iter.Seq2[*Events, error] {
	return func(yield func(*Events, error) bool) {
		for pause := followPause; ctx.Err() == nil; {
			page, err := c.Events(ctx, after, limit, followWait)
			switch {
			case err == nil:
				pause, after = followPause, page.NextCursor
				if len(page.Events) > 0 && !yield(page, nil) {
					return
				}
			case ctx.Err() != nil:
				return
			case refusedForGood(err):
				yield(nil, err)
				return
			default:
				if !wait(ctx, pause) {
					return
				}
				pause = min(2*pause, followPauseMost)
			}
		}
	}
}

// refusedForGood reports whether the same call would be refused again.
func refusedForGood(err error) bool {
	e := AsError(err)
	return e != nil && e.Status < http.StatusInternalServerError && e.Status != http.StatusTooManyRequests
}
