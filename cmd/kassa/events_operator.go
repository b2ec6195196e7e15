package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"kassa/internal/config"
	"kassa/internal/pay"
	"kassa/internal/server"
)

// moment is a time on the command line.
type moment struct{ time.Time }

// UnmarshalText reads it, and shows the form when it cannot.
func (m *moment) UnmarshalText(text []byte) error {
	at, err := time.Parse(time.RFC3339, string(text))
	if err != nil {
		return fmt.Errorf("%q is not a time like 2026-06-12T09:00:00Z", text)
	}
	m.Time = at
	return nil
}

type eventsListCmd struct {
	databaseFlags
	Merchant string          `env:"-" placeholder:"MERCHANT" help:"Only of this merchant: its user name or id."`
	Session  string          `env:"-" placeholder:"ID" help:"Only of this stream: a hosted session, or an order that was placed without one."`
	Order    pay.OrderID     `env:"-" placeholder:"ID" help:"Only those about this order."`
	Type     []pay.EventType `env:"-" placeholder:"TYPE" help:"Only of this type, like order.captured; can be repeated."`
	From     moment          `env:"-" placeholder:"TIME" help:"Only from then on, like 2026-06-12T09:00:00Z."`
	Until    moment          `env:"-" placeholder:"TIME" help:"Only before then."`
	Limit    int             `env:"-" default:"0" help:"How many at most; 0: all."`
	JSON     bool            `name:"json" env:"-" help:"A line of JSON each."`
}

// Help is printed below the flags.
func (eventsListCmd) Help() string {
	return `Each line has the position among all events of the merchant (- while it is not settled), the time, merchant, stream and number, type, and facts. Nothing about a consumer is among them.

Examples:

  kassa events list --database sqlite:kassa.db --merchant K000002 --type order.captured --from 2026-06-01T00:00:00Z
  kassa events list --database sqlite:kassa.db --order 0197d2c0-6b1e-7a51-9c7e-0c5a2f0e3d11 --json`
}

// errEnough ends a list at its limit.
var errEnough = errors.New("enough")

// Run lists events.
func (c *eventsListCmd) Run(t *terminal) error {
	if c.Limit < 0 {
		return &config.Refusal{Flag: "--limit", Why: "is negative"}
	}
	return c.operate(t, false, func(ctx context.Context, o *server.Operator) error {
		filter := server.EventFilter{Stream: c.Session, Order: c.Order, Types: c.Type, Since: c.From.Time, Until: c.Until.Time}
		if err := merchantID(ctx, o, c.Merchant, &filter.Merchant); err != nil {
			return err
		}
		left := c.Limit
		err := o.ListEvents(ctx, filter, func(e *pay.Event) error {
			if err := c.print(t, e); err != nil {
				return err
			}
			if left--; left == 0 {
				return errEnough
			}
			return nil
		})
		if errors.Is(err, errEnough) {
			return nil
		}
		return err
	})
}

func (c *eventsListCmd) print(t *terminal, e *pay.Event) error {
	if !c.JSON {
		position := "-"
		if e.Position > 0 {
			position = fmt.Sprint(e.Position)
		}
		return t.printf("%8s  %s  %s  %s %3d  %-26s %s\n", position, instant(e.OccurredAt), e.Merchant, e.SessionID, e.Sequence, e.Type, facts(e.Data))
	}
	line, err := json.Marshal(&struct {
		Position   int64           `json:"position,omitempty"`
		Merchant   pay.MerchantID  `json:"merchant"`
		EventID    pay.EventID     `json:"event_id"`
		Type       pay.EventType   `json:"type"`
		SessionID  string          `json:"session_id"`
		Sequence   int64           `json:"sequence"`
		OrderID    pay.OrderID     `json:"order_id,omitempty"`
		OccurredAt time.Time       `json:"occurred_at"`
		Facts      json.RawMessage `json:"facts"`
	}{e.Position, e.Merchant, e.ID, e.Type, e.SessionID, e.Sequence, e.OrderID, e.OccurredAt, e.Data})
	if err != nil {
		return fmt.Errorf("write an event: %w", err)
	}
	return t.printf("%s\n", line)
}

// merchantID finds the id of a merchant by its user name or id; no name leaves it empty.
func merchantID(ctx context.Context, o *server.Operator, name string, dst *pay.MerchantID) error {
	if name == "" {
		return nil
	}
	m, err := o.MerchantNamed(ctx, name)
	if err != nil {
		return err
	}
	*dst = m.ID
	return nil
}

type eventsVerifyCmd struct {
	databaseFlags
	Merchant string `env:"-" placeholder:"MERCHANT" help:"Only of this merchant: its user name or id."`
}

// Help is printed below the flags.
func (eventsVerifyCmd) Help() string {
	return `Opens every event and recomputes its hash; each stream's numbers and chain; what sessions, orders and customer tokens know of the end of their streams; and the positions and the chain of each merchant. Altered, missing, added and exchanged events are told, the first that is found, and the exit code is 1. It can be run beside a server.

Example:

  kassa events verify --database sqlite:kassa.db`
}

// Run verifies all events.
func (c *eventsVerifyCmd) Run(t *terminal) error {
	return c.operate(t, false, func(ctx context.Context, o *server.Operator) error {
		var only pay.MerchantID
		if err := merchantID(ctx, o, c.Merchant, &only); err != nil {
			return err
		}
		v, err := o.VerifyEvents(ctx, only)
		if err != nil {
			return err
		}
		waiting := ""
		if v.Unplaced > 0 {
			waiting = fmt.Sprintf("; the place of %d is not settled yet", v.Unplaced)
		}
		return t.printf("%d events in %d streams of %d merchants: nothing is missing, nothing was altered%s\n", v.Events, v.Streams, v.Merchants, waiting)
	})
}
