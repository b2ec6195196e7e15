package engine_test

import (
	"context"
	"fmt"
	"testing"

	"kassa/internal/engine"
	"kassa/internal/pay"
	"kassa/internal/store"
)

// Codes that are asked for at once, on two nodes, stop where they should: three for one receiver, five for one network address whose
// limit is five.
func TestRace_codesStopAtTheirLimits(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		nodes := h.nodes()
		ask := func(phone func(i int) pay.Personal, address string) (sent int) {
			t.Helper()
			pages := make([]*pay.HostedSession, 16)
			for i := range pages {
				in := paymentInput(approved)
				in.Billing.Phone = phone(i)
				p, err := h.CreatePayment(t.Context(), h.call(), in)
				if err != nil {
					t.Fatal(err)
				}
				pages[i] = h.host(p.Session.ID, pay.ModeNone)
			}
			errs := race(len(pages), func(i int) error {
				return nodes[i%2].Choose(context.Background(), pages[i].Link, engine.Visitor{Address: address}, pay.PayLater)
			})
			if n := count(t, errs, 0); n != len(pages) {
				t.Errorf("%d of %d consumers could go on", n, len(pages))
			}
			for _, s := range pages {
				var jobs []store.Job
				if err := h.config.Store.Read(t.Context(), store.MessagesOf(merchant, s.Payment, &jobs)); err != nil {
					t.Fatal(err)
				}
				sent += len(jobs)
			}
			return sent
		}
		if n := ask(func(int) pay.Personal { return "+46701740699" }, "192.0.2.1"); n != pay.CodeSends {
			t.Errorf("%d codes to one receiver", n)
		}
		if n := ask(func(i int) pay.Personal { return pay.Personal(fmt.Sprintf("+467017407%02d", i)) }, "192.0.2.2"); n != 5 {
			t.Errorf("%d codes for one network address", n)
		}
	}, func(_ *store.Options, c *engine.Config) { c.Sandbox, c.SMS, c.CodeLimit = false, true, 5 })
}
