package engine_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"kassa/internal/engine"
	"kassa/internal/pay"
	"kassa/internal/store"
)

// faults makes one commit fail: the at-th from now on, in a way.
type faults struct {
	mu   sync.Mutex
	seen int
	at   int // 0: none
	how  store.Fault
}

func (f *faults) next() store.Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.seen++
	if f.seen == f.at {
		return f.how
	}
	return store.NoFault
}

// fired reports whether the commit that was to fail did.
func (f *faults) fired() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.at > 0 && f.seen >= f.at
}

// arm has the at-th commit from now on fail; none with 0.
func (f *faults) arm(at int, how store.Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.seen, f.at, f.how = 0, at, how
}

// walk is a story that meets a crash: each step is tried again, after a restart, until it goes through.
type walk struct {
	*house
	name   string // makes the idempotency keys of this walk its own
	ctx    context.Context
	faults *faults

	payment string
	hosted  string
	link    pay.Secret
	token   pay.Secret
	order   pay.OrderID
}

// step does one thing until it is done. Whoever is told "unknown" has no other choice than to try again.
func (w *walk) step(what string, do func() error) {
	w.t.Helper()
	for range 5 {
		err := do()
		if err == nil {
			return
		}
		if refusal := pay.AsError(err); !errors.Is(err, store.ErrUnknown) || refusal != nil && refusal.Kind != pay.Unavailable {
			w.t.Fatalf("%s: %s: %v", w.name, what, err)
		}
		w.reopen()
	}
	w.t.Fatalf("%s: %s never goes through", w.name, what)
}

// keyed is a step that answers an id under an idempotency key.
func (w *walk) keyed(what string, dst *string, do func(c engine.Call) (string, error)) {
	w.t.Helper()
	w.step(what, func() (err error) {
		*dst, err = do(w.house.keyed("POST /"+what, w.name))
		return err
	})
}

// onPage is a step of the consumer. When the page was left behind meanwhile, because the step did happen, so much the better.
func (w *walk) onPage(what string, do func() error) {
	w.t.Helper()
	w.step(what, func() error {
		err := do()
		if refusal := pay.AsError(err); refusal != nil && refusal.Kind == pay.Stale && w.faults.fired() {
			return nil
		}
		return err
	})
}

// settle runs the jobs that are due. What a node that died had leased comes back when the lease has run out.
func (w *walk) settle(what string) {
	w.t.Helper()
	w.step(what, func() error { return w.jobs.Settle(w.ctx) })
	if w.faults.fired() {
		w.reopen()
		w.clock.Advance(time.Minute)
		w.step(what+" again", func() error { return w.jobs.Settle(w.ctx) })
	}
}

// pay walks from nothing to a decided attempt.
func (w *walk) pay(email pay.Personal, mode pay.PlaceOrderMode) {
	w.t.Helper()
	w.keyed("sessions", &w.payment, func(c engine.Call) (string, error) { return answered(w.CreatePayment(w.ctx, c, paymentInput(email))) })
	w.step("update", func() error {
		return w.UpdatePayment(w.ctx, w.call(), pay.PaymentID(w.payment), pay.PaymentInput{MerchantReference1: ptr("r")})
	})
	w.keyed("hosted", &w.hosted, func(c engine.Call) (string, error) {
		return answered(w.CreateHosted(w.ctx, c, pay.PaymentID(w.payment), pay.HostedInput{Options: pay.HostedOptions{PlaceOrderMode: mode}}))
	})
	w.step("link", func() error {
		v, err := w.Hosted(w.ctx, w.shop, pay.HostedID(w.hosted))
		if err == nil {
			w.link = v.Hosted.Link
		}
		return err
	})
	w.onPage("choose", func() error { return w.Choose(w.ctx, w.link, engine.Visitor{}, pay.PayLater) })
	w.onPage("confirm", func() error { return w.Confirm(w.ctx, w.link, "123456") })
	w.onPage("pay", func() error { return w.Authorize(w.ctx, w.link, 0, nil) })
	w.clock.Advance(pay.DecisionLimit)
	w.settle("deadline")
}

// stories are the walks; each is told once without a fault, and then with each of its commits failing in each way.
var stories = map[string]func(w *walk){
	"the merchant places the order": func(w *walk) {
		w.pay(approved, pay.ModeNone)
		w.step("token", func() error {
			v, err := w.Hosted(w.ctx, w.shop, pay.HostedID(w.hosted))
			if err == nil {
				w.token = v.Authorization.Token
			}
			return err
		})
		w.step("place order", func() error {
			o, err := w.PlaceOrder(w.ctx, w.call(), w.token, placeInput())
			if err == nil {
				w.order = o.ID
			}
			return err
		})
		var id string
		for i, amount := range []pay.Amount{300, 200} {
			w.keyed(fmt.Sprint("captures", i), &id, func(c engine.Call) (string, error) {
				return answered(w.Capture(w.ctx, c, w.order, pay.CaptureInput{Amount: &amount}))
			})
		}
		w.keyed("refunds", &id, func(c engine.Call) (string, error) {
			return answered(w.Refund(w.ctx, c, w.order, pay.RefundInput{Amount: ptr(pay.Amount(350))}))
		})
		w.clock.Advance(w.house.order(w.order).ExpiresAt.Sub(w.clock.Now()))
		w.settle("expiry")
	},
	"the page captures once the decision is made": func(w *walk) {
		w.pay("customer+pend-accept-05@email.se", pay.ModeCaptureOrder)
		w.clock.Advance(5 * time.Minute)
		w.settle("decision")
	},
	"declined": func(w *walk) { w.pay("customer+denied@email.se", pay.ModePlaceOrder) },
}

// ending tells how a story ended, without the ids, which differ.
func (w *walk) ending() string {
	i := w.inspect(w.payment)
	var b strings.Builder
	fmt.Fprintf(&b, "payment %s %s; hosted", i.Payment.Session.Status(), i.Payment.Session.MerchantReference1)
	for _, h := range i.Payment.Hosted {
		fmt.Fprintf(&b, " %s", h.Status)
	}
	b.WriteString("; attempts")
	for _, a := range i.Payment.Authorizations {
		fmt.Fprintf(&b, " %s", a.State())
	}
	for _, o := range i.Orders {
		fmt.Fprintf(&b, "; order %s of %d, captured", o.Status(i.Now), o.Purchase.Amount)
		for _, c := range o.Captures {
			fmt.Fprintf(&b, " %d-%d", c.Amount, c.Refunded)
		}
		b.WriteString(", refunded")
		for _, r := range o.Refunds {
			fmt.Fprintf(&b, " %d", r.Amount)
		}
	}
	b.WriteString("; jobs")
	for _, j := range i.Jobs {
		fmt.Fprintf(&b, " %s:%s", j.Kind, j.State)
	}
	return b.String() + "; " + types(i)
}

// TestFaults_atEveryCommitOfEveryStory tells each story with each of its commits failing, with and without having happened,
// with a restart and another try after it. It must end like the story without a fault, with one decision asked for one attempt.
func TestFaults_atEveryCommitOfEveryStory(t *testing.T) {
	for name, story := range stories {
		t.Run(name, func(t *testing.T) {
			var f *faults
			onBoth(t, func(t *testing.T, h *house) {
				tell := func(name string) string {
					w := &walk{house: h, name: name, ctx: context.Background(), faults: f}
					before := len(h.decider.attempts())
					story(w)
					if n := len(h.decider.attempts()) - before; n != 1 {
						t.Errorf("%s: %d attempts were asked about, want 1", name, n)
					}
					return w.ending()
				}
				f.arm(0, store.NoFault)
				want := tell("without a fault")
				at := 1
				for ; ; at++ {
					for _, how := range []store.Fault{store.NotHappened, store.Happened} {
						f.arm(at, how)
						if got := tell(fmt.Sprintf("commit %d, fault %d", at, how)); got != want {
							t.Errorf("commit %d, fault %d: ended\n%s, want\n%s", at, how, got, want)
						}
					}
					if !f.fired() {
						break // the story is over before
					}
				}
				if at < 10 {
					t.Errorf("the story has only %d commits: %s", at-1, want)
				}
			}, func(o *store.Options, _ *engine.Config) { f = &faults{}; o.Fault = f.next })
		})
	}
}
