package engine_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"kassa/internal/engine"
	"kassa/internal/pay"
	"kassa/internal/store"
)

// place settles the places of all events.
func (h *house) place() {
	h.t.Helper()
	if err := h.PlaceEvents(h.t.Context(), true); err != nil {
		h.t.Fatal(err)
	}
}

// busy leaves events of every kind of owner: sessions with and without an order, a customer token, an order on it.
func (h *house) busy() {
	h.t.Helper()
	h.placed(400)
	h.authorized()
	h.payment(approved)
	h.host(h.payment(approved), pay.ModeNone)
	token := h.customerToken()
	_, err := h.Charge(h.t.Context(), h.call(), token, pay.ChargeInput{
		Currency: ptr("SEK"), Amount: ptr(pay.Amount(1000)), Lines: cart(),
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

func TestVerifyEvents_findsNothingWrong(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		verified := func() engine.Verified {
			t.Helper()
			v, err := h.VerifyEvents(t.Context(), "")
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		if v := verified(); v != (engine.Verified{}) {
			t.Errorf("of nothing: %+v", v)
		}
		h.busy()
		before := verified()
		if before.Unplaced != before.Events || before.Streams < 6 || before.Merchants != 1 {
			t.Errorf("before they have a place: %+v", before)
		}
		h.place()
		after := verified()
		if after.Unplaced != 0 || after.Events != before.Events || after.Streams != before.Streams {
			t.Errorf("%+v, before %+v", after, before)
		}
		h.busy()
		if v := verified(); v.Unplaced != before.Events || v.Events != 2*before.Events {
			t.Errorf("half of them placed: %+v", v)
		}
		one, err := h.VerifyEvents(t.Context(), merchant)
		if err != nil || one != verified() {
			t.Errorf("%+v %v", one, err)
		}
	})
}

// alter runs a statement on the database behind everybody's back.
func (h *house) alter(statement string) {
	h.t.Helper()
	var err error
	if strings.HasPrefix(h.options.URL, "postgres") {
		var conn *pgx.Conn
		if conn, err = pgx.Connect(h.t.Context(), h.options.URL); err == nil {
			_, err = conn.Exec(h.t.Context(), statement)
			err = errors.Join(err, conn.Close(context.Background()))
		}
	} else {
		err = alterSQLite(h.t.Context(), strings.TrimPrefix(h.options.URL, "sqlite:"), statement)
	}
	if err != nil {
		h.t.Fatalf("%s: %v", statement, err)
	}
}

// alterSQLite runs a statement on an SQLite file beside its store.
func alterSQLite(ctx context.Context, file, statement string) error {
	db, err := sql.Open("sqlite", "file:"+file+"?_pragma=busy_timeout(10000)")
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, statement)
	return errors.Join(err, db.Close())
}

// flip changes the last byte of a column of bytes.
func flip(sqlite bool, column string) string {
	if sqlite {
		return fmt.Sprintf("%[1]s = cast(substr(%[1]s, 1, length(%[1]s) - 1) || case when substr(%[1]s, -1) = x'00' then x'01' else x'00' end as blob)", column)
	}
	return fmt.Sprintf("%[1]s = set_byte(%[1]s, length(%[1]s) - 1, get_byte(%[1]s, length(%[1]s) - 1) # 1)", column)
}

// TestVerifyEvents_seesEveryAlteration alters one thing after the other, each in a database of its own.
func TestVerifyEvents_seesEveryAlteration(t *testing.T) {
	const (
		one  = ` where type = 'order.placed' and session_id in (select hosted_id from orders)`
		last = ` where position = (select max(position) from event)`
	)
	set := func(what, where string) func(bool) string {
		return func(bool) string { return "update event set " + what + where }
	}
	bytes := func(column, where string) func(bool) string {
		return func(sqlite bool) string { return "update event set " + flip(sqlite, column) + where }
	}
	raw := func(statement string) func(bool) string { return func(bool) string { return statement } }
	for name, c := range map[string]struct {
		statement func(sqlite bool) string
		want      string
	}{
		"the sealed data":          {bytes("sealed", one), "cannot be opened"},
		"the hash":                 {bytes("hash", one), "was altered"},
		"the hash before":          {bytes("prev_hash", one), "does not follow on"},
		"the chain":                {bytes("chain", one), "the chain is broken"},
		"the last link":            {bytes("chain", last), "the chain is broken"},
		"the type":                 {set("type = 'order.captured'", one), "was altered"},
		"the time":                 {set("occurred_at = occurred_at + 1", one), "was altered"},
		"the id":                   {set("event_id = '019ebb2a-b9c0-7094-93d6-46ac7640b3bf'", one), "was altered"},
		"the order":                {set("order_id = ''", one), "was altered"},
		"the number":               {set("sequence = sequence + 100", one), "is missing"},
		"the stream":               {set("session_id = '019ebb2a-b9c0-7094-93d6-46ac7640b3bf'", one), "is missing"},
		"the merchant":             {set("merchant_id = 'K000002'", one), "is missing"},
		"the position":             {set("position = position + 1000", one), "no event is at position"},
		"no position any more":     {set("position = null", one), "no event is at position"},
		"the last without one":     {set("position = null", last), "the chain should end at"},
		"one gone":                 {raw("delete from event" + one), "is missing"},
		"the last of all gone":     {raw("delete from event" + last), "the chain should end at"},
		"a whole stream gone":      {raw("delete from event where session_id in (select hosted_id from orders)"), "no event is at position"},
		"all gone":                 {raw("delete from event"), "no event is at position 1"},
		"the end's position":       {raw("update event_head set position = position + 1"), "the chain should end at"},
		"the end's position, back": {raw("update event_head set position = position - 1"), "with another link than is noted"},
		"the end's link":           {func(sqlite bool) string { return "update event_head set " + flip(sqlite, "chain") }, "with another link than is noted"},
		"the end gone":             {raw("delete from event_head"), "behind the end of the chain"},
		"an owner's end":           {raw("update hosted_session set stream_sequence = stream_sequence + 1 where stream_sequence > 1"), "is missing or another one"},
		"an order's end":           {func(sqlite bool) string { return "update orders set " + flip(sqlite, "stream_hash") }, "is missing or another one"},
		"a token's end":            {raw("update customer_token set stream_sequence = stream_sequence - 1"), "is missing or another one"},
		"an owner gone":            {raw("delete from customer_token"), "more than there should be"},
	} {
		t.Run(name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, h *house) {
				h.busy()
				h.place()
				h.alter(c.statement(strings.HasPrefix(h.options.URL, "sqlite")))
				_, err := h.VerifyEvents(t.Context(), "")
				var broken *engine.BrokenEvents
				if !errors.As(err, &broken) || !strings.Contains(broken.What, c.want) || broken.Merchant != merchant {
					t.Errorf("%v, want something that says %q", err, c.want)
				}
			})
		})
	}
}

// TestVerifyEvents_twoExchanged exchanges the positions of two events of one stream and makes the chain anew, as somebody who knows
// how would.
func TestVerifyEvents_twoExchanged(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		h.host(h.payment(approved), pay.ModeNone)
		_, s, _ := h.authorized()
		h.place()
		var events []pay.Event
		if err := h.config.Store.Read(t.Context(), store.EventsAfter(merchant, 0, 100, &events)); err != nil {
			t.Fatal(err)
		}
		slices.SortStableFunc(events, func(a, b pay.Event) int {
			if a.SessionID == string(s.ID) && b.SessionID == string(s.ID) {
				return int(b.Sequence - a.Sequence)
			}
			return 0
		})
		h.alter("update event set position = null")
		var link []byte
		for i, e := range events {
			link = pay.ChainLink(link, int64(i+1), e.Hash)
			bytes := fmt.Sprintf("x'%x'", link)
			if strings.HasPrefix(h.options.URL, "postgres") {
				bytes = fmt.Sprintf(`'\x%x'`, link)
			}
			h.alter(fmt.Sprintf("update event set position = %d, chain = %s where event_id = '%s'", i+1, bytes, e.ID))
			h.alter("update event_head set chain = " + bytes)
		}
		_, err := h.VerifyEvents(t.Context(), "")
		if err == nil || !strings.Contains(err.Error(), "has a position before that of event") {
			t.Errorf("%v", err)
		}
	})
}

func TestListEvents_byFilter(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		o := h.placed(400)
		h.place()
		h.clock.Advance(time.Hour)
		h.authorized() // not placed
		list := func(f engine.EventFilter) (out []string) {
			t.Helper()
			err := h.ListEvents(t.Context(), f, func(e *pay.Event) error {
				out = append(out, string(e.Type))
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		all := list(engine.EventFilter{})
		for name, c := range map[string]struct {
			f    engine.EventFilter
			want []string
		}{
			"this merchant":    {engine.EventFilter{Merchant: merchant}, all},
			"another merchant": {engine.EventFilter{Merchant: "K000009"}, nil},
			"a type":           {engine.EventFilter{Types: []pay.EventType{pay.OrderPlaced, pay.OrderCaptured}}, []string{"order.placed", "order.captured"}},
			"an order":         {engine.EventFilter{Order: o.ID, Types: []pay.EventType{pay.OrderCaptured, pay.SessionCreated}}, []string{"order.captured"}},
			"later":            {engine.EventFilter{Since: begin.Add(time.Hour), Types: []pay.EventType{pay.SessionCreated, pay.OrderPlaced}}, []string{"session.created"}},
			"earlier":          {engine.EventFilter{Until: begin.Add(time.Hour), Types: []pay.EventType{pay.OrderPlaced}}, []string{"order.placed"}},
			"a stream":         {engine.EventFilter{Stream: string(o.Hosted), Types: []pay.EventType{pay.SessionCreated, pay.OrderCaptured}}, []string{"session.created", "order.captured"}},
		} {
			if got := list(c.f); !slices.Equal(got, c.want) {
				t.Errorf("%s: %v, want %v", name, got, c.want)
			}
		}
		stop := errors.New("enough")
		if err := h.ListEvents(t.Context(), engine.EventFilter{}, func(*pay.Event) error { return stop }); !errors.Is(err, stop) {
			t.Errorf("%v", err)
		}
	})
}
