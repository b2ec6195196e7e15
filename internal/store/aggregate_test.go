package store

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"kassa/internal/keyring"
	"kassa/internal/pay"
)

// stored is what an object looks like when it comes back.
func stored(p *pay.Payment) *pay.Payment {
	for _, h := range p.Hosted {
		h.Change = pay.Unchanged
	}
	for _, a := range p.Authorizations {
		a.Change = pay.Unchanged
	}
	p.Events, p.Jobs, p.Callbacks = nil, nil, nil
	return p
}

func same(t *testing.T, got, want any) {
	t.Helper()
	if reflect.DeepEqual(got, want) {
		return
	}
	g, err1 := encodePersonal(got)
	w, err2 := encodePersonal(want)
	t.Errorf("came back otherwise (%v, %v)\n got %s\nwant %s", err1, err2, g, w)
}

func TestPayment_comesBackWhole(t *testing.T) {
	onBoth(t, func(t *testing.T, db database) {
		s := db.open(t, Options{})
		p, other := payment(1), payment(2)
		mustCommit(t, s, func(b *Batch) { b.InsertPayment(p) })
		mustCommit(t, s, func(b *Batch) { b.InsertPayment(other) })
		stored(p)
		h, a := p.Hosted[0], p.Authorizations[0]
		for name, ref := range map[string]PaymentRef{
			"id": ByPayment(merchant, p.Session.ID), "hosted": ByHosted(merchant, h.ID), "link": ByLink(merchant, h.Link), "token": ByToken(merchant, a.Token),
		} {
			t.Run(name, func(t *testing.T) { same(t, readPayment(t, s, ref), p) })
		}

		// Change everything that may change, add children, and look again.
		id, hid, aid, link, token, created, expires := p.Session.ID, h.ID, a.ID, h.Link, a.Token, p.Session.CreatedAt, p.Session.ExpiresAt
		n := 500
		fillValue(reflect.ValueOf(&p.Session).Elem(), &n)
		p.Session.Merchant, p.Session.ID, p.Session.Version, p.Session.CreatedAt, p.Session.ExpiresAt = merchant, id, 1, created, expires
		was := *h
		fillValue(reflect.ValueOf(h).Elem(), &n)
		h.Merchant, h.ID, h.Payment, h.Link, h.Change = merchant, hid, id, link, pay.Updated
		h.CreatedAt, h.ExpiresAt, h.URLs, h.Options, h.ProfileID = was.CreatedAt, was.ExpiresAt, was.URLs, was.Options, was.ProfileID
		a.Change, a.Merchant, a.ID, a.Token = pay.Updated, merchant, aid, token
		a.UsedAt, a.VoidedAt, a.OrderID, a.OrderDigest = instant(0), t0, "new order", []byte{9}
		more := payment(3)
		more.Hosted[0].Payment, more.Authorizations[0].Payment = id, id
		p.Hosted, p.Authorizations = append(p.Hosted, more.Hosted[0]), append(p.Authorizations, more.Authorizations[0])
		mustCommit(t, s, func(b *Batch) { b.SavePayment(p) })
		stored(p)
		p.Session.Version = 2
		same(t, readPayment(t, s, ByPayment(merchant, id)), p)
		same(t, readPayment(t, s, ByLink(merchant, more.Hosted[0].Link)), p)
		same(t, readPayment(t, s, ByPayment(merchant, other.Session.ID)), stored(other))
	})
}

func TestPayment_unknownAndForeignAreNil(t *testing.T) {
	onBoth(t, func(t *testing.T, db database) {
		s := db.open(t, Options{})
		p := payment(1)
		mustCommit(t, s, func(b *Batch) { b.InsertPayment(p) })
		h, a := p.Hosted[0], p.Authorizations[0]
		bent := []byte(h.Link)
		bent[len(bent)-1] ^= 1
		for name, ref := range map[string]PaymentRef{
			"id": ByPayment(merchant, "nothing"), "foreign id": ByPayment("K000002", p.Session.ID), "foreign hosted": ByHosted("K000002", h.ID),
			"foreign link": ByLink("K000002", h.Link), "foreign token": ByToken("K000002", a.Token), "right key, wrong secret": ByLink(merchant, pay.Secret(bent)),
			"no link": ByLink(merchant, "x"), "no token": ByToken(merchant, ""), "attempt id for token": ByToken(merchant, pay.Secret(a.ID)),
		} {
			if got := readPayment(t, s, ref); got != nil {
				t.Errorf("%s: found %s", name, got.Session.ID)
			}
		}
		p.Authorizations[0].Token, p.Authorizations[0].DecidedAt = "", instant(0)
		undecided := payment(7)
		undecided.Authorizations[0].Token = ""
		second := payment(8)
		second.Authorizations[0].Token = ""
		mustCommit(t, s, func(b *Batch) { b.InsertPayment(undecided) })
		mustCommit(t, s, func(b *Batch) { b.InsertPayment(second) }) // two without a token are no duplicates
		same(t, readPayment(t, s, ByPayment(merchant, second.Session.ID)), stored(second))
	})
}

func TestOrder_comesBackWhole(t *testing.T) {
	onBoth(t, func(t *testing.T, db database) {
		s := db.open(t, Options{})
		o := order(1)
		mustCommit(t, s, func(b *Batch) { b.InsertOrder(o) })
		same(t, readOrder(t, s, o.ID), o)
		ids := idsAt(2, t0)
		for range 3 {
			amount := pay.Amount(200)
			c, err := o.Capture(pay.CaptureInput{Amount: &amount}, ids, t0)
			if err != nil {
				t.Fatal(err)
			}
			id, order := c.ID, c.Order
			fill(c)
			c.Merchant, c.ID, c.Order, c.Amount, c.Refunded = merchant, id, order, amount, 0
		}
		amount := pay.Amount(300)
		r, err := o.Refund(pay.RefundInput{Amount: &amount}, ids, t0)
		if err != nil {
			t.Fatal(err)
		}
		id, parts := r.ID, r.Parts
		fill(r)
		r.Merchant, r.ID, r.Order, r.Amount, r.Parts = merchant, id, o.ID, amount, parts
		o.CancelledAt, o.ReleasedAt, o.ExpiredAt = instant(0), t0, t0
		mustCommit(t, s, func(b *Batch) { b.SaveOrder(o, t0) })
		o.Version, o.Events = 2, nil
		clean := func() {
			for _, c := range o.Captures {
				c.Change = pay.Unchanged
			}
			for _, r := range o.Refunds {
				r.Change = pay.Unchanged
			}
		}
		clean()
		got := readOrder(t, s, o.ID)
		same(t, got, o)
		if got.Captures[0].Refunded != 200 || got.Captures[1].Refunded != 100 {
			t.Errorf("refund was spread as %d, %d", got.Captures[0].Refunded, got.Captures[1].Refunded)
		}
		if readOrder(t, s, "nothing") != nil {
			t.Error("an unknown order was found")
		}
		amount = 50
		if _, err := o.Refund(pay.RefundInput{Amount: &amount}, ids, t0); err != nil {
			t.Fatal(err)
		}
		o.Refunds[0].Change = pay.Updated
		o.Refunds[0].Description = "changed"
		mustCommit(t, s, func(b *Batch) { b.SaveOrder(o, t0) })
		o.Version, o.Events = 3, nil
		clean()
		same(t, readOrder(t, s, o.ID), o)
		if n := count(t, s, `select count(*) from event where merchant_id = $1 and session_id = $2`, string(merchant), string(o.Hosted)); n != 5 {
			t.Errorf("%d events, want 5", n)
		}
		var events []pay.Event
		if err := s.Read(t.Context(), EventsOf(merchant, string(o.Hosted), &events)); err != nil {
			t.Fatal(err)
		}
		var prev []byte
		for i := range events {
			if !events[i].Chained(prev) || events[i].Sequence != int64(i+1) {
				t.Errorf("event %d does not follow on the one before", i)
			}
			prev = events[i].Hash
		}
		if string(prev) != string(o.Stream.Hash) {
			t.Error("the order's stream does not end where its events end")
		}
	})
}

func TestOrder_invariantsAreCheckedByTheTables(t *testing.T) {
	onBoth(t, func(t *testing.T, db database) {
		s := db.open(t, Options{})
		for name, spoil := range map[string]func(o *pay.Order){
			"captured beyond authorized": func(o *pay.Order) { o.Captured = 1001 },
			"refunded beyond captured":   func(o *pay.Order) { o.Captured, o.Refunded = 500, 501 },
			"negative refund":            func(o *pay.Order) { o.Refunded = -1 },
			"cancelled after capture":    func(o *pay.Order) { o.Captured, o.CancelledAt = 500, t0 },
		} {
			o := order(len(name))
			mustCommit(t, s, func(b *Batch) { b.InsertOrder(o) })
			spoil(o)
			err := commitOf(s, func(b *Batch) { b.SaveOrder(o, t0) })
			if err == nil || isOutcome(err) {
				t.Errorf("%s: %v, want an error like any other", name, err)
			}
			if got := readOrder(t, s, o.ID); got.Version != 1 || got.Captured != 0 {
				t.Errorf("%s: version %d, captured %d", name, got.Version, got.Captured)
			}
		}
	})
}

// markers are what personal data and secrets are filled with here.
func marked(p *pay.Payment) []string {
	var all []string
	mark := func(v reflect.Value) {}
	mark = func(v reflect.Value) {
		switch v.Interface().(type) {
		case pay.Personal, pay.Secret:
			s := fmt.Sprintf("marker%dmarker", len(all))
			if v.String() != "" && strings.HasPrefix(v.String(), "text") {
				v.SetString(s)
			}
			all = append(all, v.String())
			return
		}
		switch v.Kind() {
		case reflect.Pointer:
			if !v.IsNil() {
				mark(v.Elem())
			}
		case reflect.Slice:
			for i := range v.Len() {
				mark(v.Index(i))
			}
		case reflect.Struct:
			for i := range v.NumField() {
				if v.Field(i).CanSet() {
					mark(v.Field(i))
				}
			}
		}
	}
	mark(reflect.ValueOf(p).Elem())
	return all
}

var tables = []string{
	"merchant", "credential", "payment_session", "hosted_session", "attempt", "customer_token", "orders", "capture", "refund", "answer", "event", "job",
	"job_attempt", "blocked_contact", "event_head", "callback_secret", "disabled_endpoint", "key_check", "code_slot",
}

func TestPersonalData_isNowhereInPlainText(t *testing.T) {
	onBoth(t, func(t *testing.T, db database) {
		s := db.open(t, Options{})
		p := payment(1)
		p.Tokens = []*pay.CustomerToken{customerToken(p, 1)}
		markers := marked(p)
		if len(markers) < 50 {
			t.Fatalf("only %d personal values in a payment", len(markers))
		}
		p.Jobs = []pay.Job{{ID: "j", Merchant: merchant, Kind: pay.JobSendCode, Payload: "marker-code"}}
		p.Events = []pay.Event{{ID: "e", Merchant: merchant, SessionID: "s", Sequence: 1, Data: []byte("marker-event")}}
		o := order(2)
		o.Billing, o.Customer = p.Session.Billing, p.Session.Customer
		o.Captures = []*pay.Capture{{Change: pay.Inserted, Merchant: merchant, ID: "c", Order: o.ID, Amount: 1, Billing: o.Billing}}
		mustCommit(t, s, func(b *Batch) {
			b.InsertPayment(p)
			b.InsertOrder(o)
			b.BlockContact(merchant, "marker-contact@email.se", t0)
			b.InsertMerchant(&pay.Merchant{ID: merchant, Number: 1, Status: pay.MerchantActive, CreatedAt: t0})
			b.InsertCallbackSecret(merchant, CallbackSecret{Number: 1, CreatedAt: t0, Secret: "marker-secret"})
			b.SaveAnswer(AnswerKey{merchant, "POST /x", "marker-key"}, Answer{Status: 201, Header: map[string]string{"Location": "marker-header"}, Body: []byte("marker-body")})
		})
		markers = append(markers, "marker-code", "marker-event", "marker-key", "marker-header", "marker-body", "marker-contact", "marker-secret")
		var dump []byte
		if db.engine == "sqlite" {
			for _, suffix := range []string{"", "-wal"} {
				data, err := os.ReadFile(strings.TrimPrefix(db.url, "sqlite:") + suffix)
				if err != nil {
					t.Fatal(err)
				}
				dump = append(dump, data...)
			}
		} else {
			for _, table := range tables {
				var text string
				err := s.engine.(*postgresEngine).pool.QueryRow(t.Context(), "select coalesce(string_agg(t::text, ''), '') from "+table+" t").Scan(&text)
				if err != nil {
					t.Fatal(err)
				}
				dump = append(dump, text...)
			}
		}
		if !bytes.Contains(dump, []byte(p.Session.ID)) {
			t.Fatal("the dump does not even hold the payment's id")
		}
		for _, m := range markers {
			if bytes.Contains(dump, []byte(m)) || bytes.Contains(dump, []byte(hex.EncodeToString([]byte(m)))) {
				t.Errorf("%q lies in plain text", m)
			}
		}
		if got := readPayment(t, s, ByPayment(merchant, p.Session.ID)); got.Session.Billing != p.Session.Billing {
			t.Error("the address did not come back")
		}
	})
}

func TestBodies_holdNothingPersonal(t *testing.T) {
	var walk func(path string, typ reflect.Type)
	walk = func(path string, typ reflect.Type) {
		switch typ {
		case reflect.TypeFor[pay.Personal](), reflect.TypeFor[pay.Secret]():
			t.Errorf("%s is %s", path, typ)
		}
		switch typ.Kind() {
		case reflect.Pointer, reflect.Slice:
			walk(path, typ.Elem())
		case reflect.Struct:
			for i := range typ.NumField() {
				walk(path+"."+typ.Field(i).Name, typ.Field(i).Type)
			}
		}
	}
	for _, v := range []any{paymentBody{}, hostedBody{}, attemptBody{}, customerTokenBody{}, orderBody{}, captureBody{}, refundBody{}, pay.MerchantSettings{}} {
		walk(reflect.TypeOf(v).Name(), reflect.TypeOf(v))
	}
}

func TestSealedValues_openInTheirRowOnly(t *testing.T) {
	onBoth(t, func(t *testing.T, db database) {
		s := db.open(t, Options{})
		p, q := payment(1), payment(2)
		mustCommit(t, s, func(b *Batch) { b.InsertPayment(p); b.InsertPayment(q) })
		for _, c := range []struct{ table, column, from, to string }{
			{"payment_session", "personal", string(p.Session.ID), string(q.Session.ID)},
			{"hosted_session", "personal", string(p.Hosted[0].ID), string(q.Hosted[0].ID)},
			{"hosted_session", "link_sealed", string(p.Hosted[0].ID), string(q.Hosted[0].ID)},
			{"attempt", "token_sealed", string(p.Authorizations[0].ID), string(q.Authorizations[0].ID)},
		} {
			kept := "kept_" + c.column + "_" + c.table
			move := func(from, to string) {
				mustCommit(t, s, func(b *Batch) {
					b.raw(`update `+c.table+` set `+c.column+` = (select `+c.column+` from `+kept+` where id = $1) where id = $2`, from, to)
				})
			}
			mustCommit(t, s, func(b *Batch) { b.raw(`create table ` + kept + ` as select * from ` + c.table) })
			move(c.from, c.to)
			var got *pay.Payment
			if err := s.Read(t.Context(), PaymentBy(ByPayment(merchant, q.Session.ID), &got)); err == nil || got != nil || !strings.Contains(err.Error(), keyring.ErrSealed.Error()) {
				t.Errorf("%s.%s moved to another row: %v, %v", c.table, c.column, got, err)
			}
			move(c.to, c.to)
			same(t, readPayment(t, s, ByPayment(merchant, q.Session.ID)), stored(q))
		}
	})
}
