package api

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"kassa/internal/engine"
	"kassa/internal/pay"
)

// wireEvent is an event as readers see it.
type wireEvent struct {
	EventID    string         `json:"event_id"`
	Type       string         `json:"type"`
	Cursor     string         `json:"cursor"`
	Sequence   int64          `json:"sequence"`
	SessionID  string         `json:"session_id"`
	OrderID    string         `json:"order_id,omitempty"`
	OccurredAt string         `json:"occurred_at"`
	Data       *wireEventData `json:"data"`
}

// wireEventData are the facts of an event, in the words that the other families use for them. The amounts of an order are always
// there with its events, zero or not.
type wireEventData struct {
	Status                    string      `json:"status,omitempty"`
	StatusSequence            int64       `json:"status_sequence,omitzero"`
	ExpiresAt                 string      `json:"expires_at,omitempty"`
	PaymentMethodCategory     string      `json:"payment_method_category,omitempty"`
	Reason                    string      `json:"reason,omitempty"`
	DistributionMethod        string      `json:"distribution_method,omitempty"`
	OrderID                   string      `json:"order_id,omitempty"`
	KlarnaReference           string      `json:"klarna_reference,omitempty"`
	FraudStatus               string      `json:"fraud_status,omitempty"`
	CaptureID                 string      `json:"capture_id,omitempty"`
	RefundID                  string      `json:"refund_id,omitempty"`
	MerchantReference1        string      `json:"merchant_reference1,omitempty"`
	DueDate                   string      `json:"due_date,omitempty"`
	PurchaseCurrency          string      `json:"purchase_currency,omitempty"`
	Amount                    *pay.Amount `json:"amount,omitzero"`
	CapturedAmount            *pay.Amount `json:"captured_amount,omitzero"`
	RefundedAmount            *pay.Amount `json:"refunded_amount,omitzero"`
	RemainingAuthorizedAmount *pay.Amount `json:"remaining_authorized_amount,omitzero"`
}

// withAmount are the events that are about an amount of their own, which may be zero.
var withAmount = []pay.EventType{
	pay.OrderPlaced, pay.OrderCaptured, pay.OrderRefunded, pay.OrderUpdated, pay.OrderSendOut, pay.OrderDueDateExtended,
	pay.AuthorizationBegun, pay.AuthorizationApproved, pay.AuthorizationDeclined, pay.AuthorizationError, pay.AuthorizationCancelled,
	pay.AuthorizationVoided, pay.TokenCharged, pay.TokenRefused,
}

func toEvent(e *pay.Event) (*wireEvent, error) {
	var d pay.EventData
	if err := json.Unmarshal(e.Data, &d); err != nil {
		return nil, fmt.Errorf("decode the data of event %s: %w", e.ID, err)
	}
	data := &wireEventData{
		Status: d.Status, PaymentMethodCategory: d.Category, Reason: d.Reason, DistributionMethod: d.Method, OrderID: d.OrderID, KlarnaReference: d.KlarnaReference,
		FraudStatus: d.FraudStatus, CaptureID: d.CaptureID, RefundID: d.RefundID, MerchantReference1: d.MerchantReference, DueDate: d.DueDate,
		PurchaseCurrency: d.Currency, StatusSequence: d.StatusSequence,
	}
	if d.ExpiresAt != 0 {
		data.ExpiresAt = instant(time.UnixMicro(d.ExpiresAt))
	}
	if slices.Contains(withAmount, e.Type) {
		data.Amount = &d.Amount
	}
	if strings.HasPrefix(string(e.Type), "order.") {
		data.CapturedAmount, data.RefundedAmount, data.RemainingAuthorizedAmount = &d.CapturedAmount, &d.RefundedAmount, &d.RemainingAmount
	}
	return &wireEvent{
		EventID: string(e.ID), Type: string(e.Type), Cursor: writeCursor(engine.CursorOf(e)), Sequence: e.Sequence, SessionID: e.SessionID,
		OrderID: string(e.OrderID), OccurredAt: instant(e.OccurredAt), Data: data,
	}, nil
}

// wireEvents is a page of events.
type wireEvents struct {
	Events     []*wireEvent `json:"events"`
	NextCursor string       `json:"next_cursor"`
}

// toEvents makes a page; after is the cursor that it was asked for with, and the next one when there is nothing new.
func toEvents(events []pay.Event, after string) (*wireEvents, error) {
	out := &wireEvents{Events: make([]*wireEvent, len(events)), NextCursor: after}
	for i := range events {
		e, err := toEvent(&events[i])
		if err != nil {
			return nil, err
		}
		out.Events[i], out.NextCursor = e, e.Cursor
	}
	return out, nil
}

// cursorLetter begins every cursor.
const cursorLetter = "e"

// writeCursor is the form in which a place goes to readers and comes back.
func writeCursor(c engine.EventCursor) string {
	return cursorLetter + strconv.FormatInt(c.Position, 36) + "-" + hex.EncodeToString(c.Mark[:])
}

// readCursor reads a cursor; "" is the beginning, ok is false for what is none.
func readCursor(text string) (c engine.EventCursor, ok bool) {
	if text == "" {
		return c, true
	}
	number, mark, _ := strings.Cut(strings.TrimPrefix(text, cursorLetter), "-")
	var err error
	if c.Position, err = strconv.ParseInt(number, 36, 64); err != nil || len(mark) != 2*len(c.Mark) {
		return c, false
	}
	if _, err := hex.Decode(c.Mark[:], []byte(mark)); err != nil {
		return c, false
	}
	return c, c.Position > 0 && writeCursor(c) == text
}
