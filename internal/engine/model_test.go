package engine_test

import (
	"flag"
	"fmt"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kassa/internal/outbox"
	"kassa/internal/pay"
	"kassa/internal/pgtest"
)

var steps = flag.Int("model.steps", modelSteps, "steps of TestModelOrders in all, over both engines")

// programSteps is how many verbs are tried on each order.
const programSteps = 40

// TestModelOrders tries random programs of all order verbs and compares what the engine does with a model that knows nothing of
// it: which calls are refused, and what an order tells afterwards.
func TestModelOrders(t *testing.T) {
	if err := flag.Set("rapid.checks", strconv.Itoa(max(*steps/programSteps/2, 1))); err != nil {
		t.Fatal(err)
	}
	for _, db := range []string{"sqlite", "postgres"} {
		t.Run(db, func(t *testing.T) {
			t.Parallel()
			url := "sqlite:" + filepath.Join(t.TempDir(), "kassa.db")
			if db == "postgres" {
				url = pgtest.URL(t)
			}
			h := build(t, url)
			h.jobs.Register(map[pay.JobKind]outbox.Handler{
				pay.JobDeadline: h.Deadline, pay.JobDecision: h.Decision, pay.JobRejection: h.Rejection, pay.JobExpiry: h.Expiry,
			})
			token := h.customerToken()
			rapid.Check(t, func(rt *rapid.T) {
				p := newProgram(rt, h, token)
				for range programSteps {
					p.step()
				}
			})
		})
	}
}

// customerToken walks the page once and keeps the right to make orders.
func (h *house) customerToken() pay.Secret {
	h.t.Helper()
	in := paymentInput(approved)
	in.Intent = ptr(pay.Tokenize)
	p, err := h.CreatePayment(h.t.Context(), h.call(), in)
	if err != nil {
		h.t.Fatal(err)
	}
	s := h.host(p.Session.ID, pay.ModeNone)
	h.toReview(s.Link)
	if err := h.Authorize(h.t.Context(), s.Link, 0, nil); err != nil {
		h.t.Fatal(err)
	}
	view, err := h.Hosted(h.t.Context(), h.shop, s.ID)
	if err != nil {
		h.t.Fatal(err)
	}
	made, err := h.CreateToken(h.t.Context(), h.call(), view.Authorization.Token, pay.TokenInput{Description: ptr("rides"), IntendedUse: ptr("SUBSCRIPTION")})
	if err != nil {
		h.t.Fatal(err)
	}
	return made.Token.Token
}

// order is the model: what a bookkeeper would note.
type order struct {
	created, expires                 time.Time
	authorized, captured, refunded   int64
	captures                         int
	cancelled, released              bool
	fraud                            string
	fraudDue, rejected               time.Time
	fraudAccept, acknowledged        bool
	reference, city                  string
	shipped, captureShipped, dueDays int
}

// program is one order with its model.
type program struct {
	rt    *rapid.T
	h     *house
	id    pay.OrderID
	first pay.CaptureID
	want  order
}

func newProgram(rt *rapid.T, h *house, token pay.Secret) *program {
	now := h.clock.Now()
	amount := rapid.Int64Range(1, 1000).Draw(rt, "amount")
	fraud := rapid.SampledFrom([]string{"", "", "pend-accept-05", "pend-reject-05"}).Draw(rt, "fraud")
	email := pay.Personal("customer@email.se")
	p := &program{rt: rt, h: h, want: order{created: now, authorized: amount, fraud: "ACCEPTED", expires: midnight(now, 28), city: "Stockholm"}}
	if fraud != "" {
		email = pay.Personal("customer+" + fraud + "@email.se")
		p.want.fraud, p.want.fraudDue, p.want.fraudAccept = "PENDING", now.Add(5*time.Minute), fraud == "pend-accept-05"
	}
	o, err := h.Charge(h.t.Context(), h.call(), token, pay.ChargeInput{
		Currency: ptr("SEK"), Amount: ptr(pay.Amount(amount)), Lines: []pay.OrderLine{{Name: "ride", Quantity: 1, UnitPrice: pay.Amount(amount), TotalAmount: pay.Amount(amount)}},
		Shipping: &pay.Address{Country: "SE", GivenName: "A", FamilyName: "B", StreetAddress: "S", PostalCode: "1", City: "Stockholm", Email: email},
	})
	if err != nil {
		rt.Fatalf("charge: %v", err)
	}
	p.id = o.ID
	return p
}

// midnight is the start of the day, days after the date of a moment.
func midnight(at time.Time, days int) time.Time {
	return at.UTC().Truncate(24*time.Hour).AddDate(0, 0, days)
}

func (o *order) over(now time.Time) bool {
	return !now.Before(o.expires) || o.cancelled || o.released || o.gone(now)
}

// gone: rejected, and the four hours are over.
func (o *order) gone(now time.Time) bool {
	return o.fraud == "REJECTED" && !now.Before(o.rejected.Add(4*time.Hour))
}

func (o *order) remaining(now time.Time) int64 {
	if o.over(now) {
		return 0
	}
	return o.authorized - o.captured
}

func (o *order) status(now time.Time) string {
	switch {
	case o.cancelled || o.captured == 0 && o.gone(now):
		return "CANCELLED"
	case o.captured == 0 && !now.Before(o.expires) && o.authorized > 0:
		return "EXPIRED"
	case o.captured == 0:
		return "AUTHORIZED"
	case o.captured < o.authorized && !o.over(now):
		return "PART_CAPTURED"
	}
	return "CAPTURED"
}

// step tries one verb and compares.
func (p *program) step() {
	now, o := p.h.clock.Now(), &p.want
	verb := rapid.SampledFrom([]string{
		"capture", "capture", "capture", "refund", "refund", "cancel", "release", "update", "extend", "acknowledge", "reference", "city", "ship", "ship capture", "due date", "time", "settle",
	}).Draw(p.rt, "verb")
	n := rapid.Int64Range(1, o.authorized+100).Draw(p.rt, "n")
	ctx, call := p.h.t.Context(), p.h.call()
	var err error
	allowed := true
	switch verb {
	case "capture":
		allowed = o.fraud != "PENDING" && n <= o.remaining(now)
		var c *pay.Capture
		if c, err = p.h.Capture(ctx, call, p.id, pay.CaptureInput{Amount: ptr(pay.Amount(n))}); allowed && err == nil {
			o.captured, o.captures, o.acknowledged = o.captured+n, o.captures+1, true
			if o.captures == 1 {
				p.first = c.ID
			}
		}
	case "refund":
		if allowed = o.captured > 0 && n <= o.captured-o.refunded; allowed {
			o.refunded += n
		}
		_, err = p.h.Refund(ctx, call, p.id, pay.RefundInput{Amount: ptr(pay.Amount(n))})
	case "cancel":
		if allowed = o.captured == 0 && !o.over(now); allowed {
			o.cancelled = true
		}
		err = p.h.CancelOrder(ctx, call, p.id)
	case "release":
		if allowed = o.captured > 0 && o.captured < o.authorized && !o.over(now); allowed {
			o.released = true
		}
		err = p.h.Release(ctx, call, p.id)
	case "update":
		// A raise is decided anew; the personas whose first decision is pending answer pending again, which is no approval.
		if allowed = o.fraud == "ACCEPTED" && !o.over(now) && (o.captured == 0 || o.captured < o.authorized) && n >= o.captured &&
			(n <= o.authorized || o.fraudDue.IsZero()); allowed {
			o.authorized = n
		}
		err = p.h.UpdateAuthorization(ctx, call, p.id, pay.UpdateInput{Amount: ptr(pay.Amount(n))})
	case "extend":
		if allowed = !o.over(now) && (o.captured == 0 || o.captured < o.authorized); allowed {
			if last := midnight(o.created, 180); midnight(now, 28).Before(last) {
				o.expires = midnight(now, 28)
			} else {
				o.expires = last
			}
		}
		err = p.h.ExtendTime(ctx, call, p.id)
	case "acknowledge":
		o.acknowledged = true
		err = p.h.Acknowledge(ctx, call, p.id)
	case "reference":
		if allowed = !o.cancelled && !(o.gone(now) && o.captured == 0); allowed {
			o.reference = fmt.Sprint(n)
		}
		err = p.h.SetReferences(ctx, call, p.id, pay.ReferencesInput{Reference1: ptr(fmt.Sprint(n))})
	case "city":
		if s := o.status(now); s == "CANCELLED" || s == "EXPIRED" {
			allowed = false
		} else {
			o.city = fmt.Sprint(n)
		}
		err = p.h.SetDetails(ctx, call, p.id, pay.DetailsInput{Shipping: &pay.AddressChange{City: ptr(pay.Personal(fmt.Sprint(n)))}})
	case "ship":
		o.shipped++
		err = p.h.AddShipping(ctx, call, p.id, pay.ShippingInput{Info: []pay.ShippingInfo{{Company: "DHL"}}})
	case "ship capture":
		if allowed = o.captures > 0; allowed {
			o.captureShipped++
		}
		err = p.h.AddCaptureShipping(ctx, call, p.id, p.first, pay.ShippingInput{Info: []pay.ShippingInfo{{Company: "DHL"}}})
	case "due date":
		if allowed = o.captures > 0; allowed {
			o.dueDays += 30
		}
		err = p.h.ExtendDueDate(ctx, call, p.id, p.first, pay.DueDateInput{Days: 30})
	case "time":
		p.h.clock.Advance(rapid.SampledFrom([]time.Duration{time.Minute, 4 * time.Minute, 2 * time.Hour, 4*time.Hour - time.Minute, 24 * time.Hour, 11 * 24 * time.Hour}).Draw(p.rt, "by"))
	case "settle":
		p.settle(now)
	}
	if (err == nil) != allowed {
		p.rt.Fatalf("%s %d: %v, want allowed %v, of %+v", verb, n, err, allowed, *o)
	}
	p.compare(verb)
}

// settle runs the jobs that are due, and notes what they do.
func (p *program) settle(now time.Time) {
	o := &p.want
	if o.fraud == "PENDING" && !now.Before(o.fraudDue) {
		switch {
		case !o.fraudAccept:
			o.fraud, o.rejected = "REJECTED", now
		case !o.over(now): // afterwards it is accepted no more
			o.fraud = "ACCEPTED"
		}
	}
	if o.gone(now) && !o.cancelled && !o.released && o.captured < o.authorized {
		o.cancelled, o.released = o.captured == 0, o.captured > 0
	}
	if err := p.h.jobs.Settle(p.h.t.Context()); err != nil {
		p.rt.Fatalf("run the jobs: %v", err)
	}
}

// compare reads the order and holds it against the model.
func (p *program) compare(after string) {
	now, o := p.h.clock.Now(), &p.want
	got, err := p.h.Order(p.h.t.Context(), p.h.shop, p.id)
	if err != nil {
		p.rt.Fatalf("read the order after %s: %v", after, err)
	}
	have := fmt.Sprint(got.Status(now), got.Fraud, got.Purchase.Amount, got.Captured, got.Refunded, got.Remaining(now), len(got.Captures), len(got.ShippingInfo),
		got.MerchantReference1, string(got.Shipping.City), !got.AcknowledgedAt.IsZero())
	want := fmt.Sprint(o.status(now), pay.FraudStatus(o.fraud), pay.Amount(o.authorized), pay.Amount(o.captured), pay.Amount(o.refunded), pay.Amount(o.remaining(now)), o.captures, o.shipped,
		o.reference, o.city, o.acknowledged)
	if have != want {
		p.rt.Fatalf("after %s the order is\n %s, want\n %s", after, have, want)
	}
	sum := pay.Amount(0)
	for _, c := range got.Captures {
		sum += c.Refunded
		if c.Refunded > c.Amount {
			p.rt.Fatalf("capture of %d gave back %d", c.Amount, c.Refunded)
		}
	}
	if sum != got.Refunded || got.Refunded > got.Captured || got.Captured > got.Purchase.Amount {
		p.rt.Fatalf("refunded %d (%d by captures), captured %d, authorized %d", got.Refunded, sum, got.Captured, got.Purchase.Amount)
	}
	if o.captures > 0 {
		c := got.CaptureByID(p.first)
		if due := midnight(c.CreatedAt, 30+o.dueDays); len(c.ShippingInfo) != o.captureShipped || !c.DueAt.Equal(due) {
			p.rt.Fatalf("after %s: %d parcels, due %v, want %d and %v", after, len(c.ShippingInfo), c.DueAt, o.captureShipped, due)
		}
	}
}
