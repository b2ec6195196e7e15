package engine

import (
	"context"

	"kassa/internal/decide"
	"kassa/internal/pay"
	"kassa/internal/store"
)

// errNoLink is the answer for links that are unknown; all of them look alike.
func errNoLink() error { return pay.NotFoundError("Unknown link") }

// Page reads what the page of a link is drawn from; it changes nothing.
func (e *Engine) Page(ctx context.Context, link pay.Secret) (*Page, error) {
	m, err := e.merchantOfLink(ctx, link)
	if err != nil {
		return nil, err
	}
	var p *pay.Payment
	if err := e.read(ctx, store.PaymentBy(store.ByLink(m.ID, link), &p)); err != nil {
		return nil, err
	}
	h := hostedByLink(p, link)
	if h == nil {
		return nil, errNoLink()
	}
	pg := &Page{Merchant: m, Payment: p, Hosted: h, Now: e.Clock.Now()}
	if err := e.readOrder(ctx, pg); err != nil {
		return nil, err
	}
	return pg, nil
}

// readOrder reads the order that a page was paid with.
func (e *Engine) readOrder(ctx context.Context, pg *Page) error {
	a := pg.PaidBy()
	if pg.Hosted.Status != pay.Completed || a == nil || a.OrderID == "" {
		return nil
	}
	return e.read(ctx, store.OrderBy(pg.Merchant.ID, a.OrderID, &pg.Order))
}

func (e *Engine) merchantOfLink(ctx context.Context, link pay.Secret) (*pay.Merchant, error) {
	number, _, ok := pay.SplitLink(link)
	if !ok {
		return nil, errNoLink()
	}
	m, err := e.merchantByNumber(ctx, number)
	if err != nil {
		return nil, err
	}
	if m == nil {
		return nil, errNoLink()
	}
	return m, nil
}

func hostedByLink(p *pay.Payment, link pay.Secret) *pay.HostedSession {
	if p == nil {
		return nil
	}
	for _, h := range p.Hosted {
		if h.Link == link {
			return h
		}
	}
	return nil
}

// onPage runs one of the consumer's own steps. The result is the payment as saved. A step that the session has left behind is
// refused with kind Stale: the page shows the present state.
func (e *Engine) onPage(ctx context.Context, m *pay.Merchant, link pay.Secret, do func(t *try, p *pay.Payment, h *pay.HostedSession) error) (any, error) {
	return e.changePayment(ctx, Call{Merchant: m}, string(link), store.ByLink(m.ID, link), func(t *try, p *pay.Payment) (any, error) {
		h := hostedByLink(p, link)
		if h == nil {
			return nil, errNoLink()
		}
		err := do(t, p, h)
		if err != nil && !t.keep {
			return nil, err
		}
		t.save(p)
		return p, err
	})
}

// step is onPage for the steps that need nothing more.
func (e *Engine) step(ctx context.Context, link pay.Secret, do func(t *try, p *pay.Payment, h *pay.HostedSession) error) error {
	m, err := e.merchantOfLink(ctx, link)
	if err != nil {
		return err
	}
	_, err = e.onPage(ctx, m, link, do)
	return err
}

// Visitor is what is known of who submits a step: for limits, never stored.
type Visitor struct {
	Address string // of the network connection
	Locale  string // language the page is shown in
}

// Choose is the consumer choosing a way to pay; when a code is needed next, it is sent.
func (e *Engine) Choose(ctx context.Context, link pay.Secret, v Visitor, c pay.Category) error {
	return e.step(ctx, link, func(t *try, p *pay.Payment, h *pay.HostedSession) error {
		if err := p.Choose(h, c, t.ids, t.now); err != nil {
			return err
		}
		return e.sendCodeIfNext(ctx, t, p, h, v)
	})
}

// Identify is the consumer giving or correcting contact data; empty members keep what is known. Faults name form fields.
func (e *Engine) Identify(ctx context.Context, link pay.Secret, v Visitor, contact pay.Address, customer pay.Customer) error {
	return e.step(ctx, link, func(t *try, p *pay.Payment, h *pay.HostedSession) error {
		if err := p.Identify(h, contact, customer, t.ids, t.now); err != nil {
			return err
		}
		return e.sendCodeIfNext(ctx, t, p, h, v)
	})
}

// ChoosePlan is the consumer choosing a plan, or an instrument, of which with is kept.
func (e *Engine) ChoosePlan(ctx context.Context, link pay.Secret, plan string, with pay.Instrument) error {
	return e.step(ctx, link, func(t *try, p *pay.Payment, h *pay.HostedSession) error {
		return p.ChoosePlan(h, plan, with, t.ids, t.now)
	})
}

// Edit takes the consumer back to a step to change what was given there.
func (e *Engine) Edit(ctx context.Context, link pay.Secret, step pay.Step) error {
	return e.step(ctx, link, func(t *try, p *pay.Payment, h *pay.HostedSession) error {
		return p.Edit(h, step, t.ids, t.now)
	})
}

// Back is the consumer pressing Back, or Cancel where that means Back.
func (e *Engine) Back(ctx context.Context, link pay.Secret) error {
	return e.step(ctx, link, func(t *try, p *pay.Payment, h *pay.HostedSession) error { return p.GoBack(h, t.ids, t.now) })
}

// Cancel is the consumer confirming the cancellation.
func (e *Engine) Cancel(ctx context.Context, link pay.Secret) error {
	return e.step(ctx, link, func(t *try, p *pay.Payment, h *pay.HostedSession) error { return p.Cancel(h, t.ids, t.now) })
}

// Retry is the consumer going on after BACK, FAILED or ERROR.
func (e *Engine) Retry(ctx context.Context, link pay.Secret) error {
	return e.step(ctx, link, func(t *try, p *pay.Payment, h *pay.HostedSession) error { return p.Retry(h, t.ids, t.now) })
}

// Prefill is what the contact form shows beforehand: in the sandbox what the session lacks comes from its market's test person.
func (e *Engine) Prefill(pg *Page) (pay.Address, pay.Customer) {
	contact, customer := pg.Payment.Contact(pg.Hosted), pg.Payment.Consumer(pg.Hosted)
	if !e.Sandbox {
		return contact, customer
	}
	return decide.Prefill(pg.Payment.Session.Country, contact, customer)
}
