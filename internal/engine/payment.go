package engine

import (
	"context"

	"kassa/internal/pay"
	"kassa/internal/store"
)

// errNoPayment is the answer for payment sessions that are unknown, expired or another merchant's.
func errNoPayment() *pay.Error { return pay.NotFoundError("Invalid session id") }

// CreatePayment makes a payment session. Without an idempotency key it reads nothing: one insert.
func (e *Engine) CreatePayment(ctx context.Context, call Call, in pay.PaymentInput) (*pay.Payment, error) {
	if err := e.checkStepUp(ctx, call.Merchant, &in); err != nil {
		return nil, err
	}
	country := countryOf(in.Country, "")
	e.readPhone(in.Billing, country)
	e.readPhone(in.Shipping, country)
	result, err := e.run(ctx, operation{call: call, do: func(t *try) (any, error) {
		p, err := pay.NewPayment(call.Merchant, in, pay.PaymentID(t.ids.UUID()), t.now, e.URLs)
		if err != nil {
			return nil, err
		}
		t.batch.InsertPayment(p)
		return p, nil
	}})
	if err != nil {
		return nil, err
	}
	return result.(*pay.Payment), nil
}

// Payment reads a payment session. Unknown, expired or another merchant's: NOT_FOUND.
func (e *Engine) Payment(ctx context.Context, m *pay.Merchant, id pay.PaymentID) (*pay.Payment, error) {
	var p *pay.Payment
	if err := e.read(ctx, store.PaymentBy(store.ByPayment(m.ID, id), &p)); err != nil {
		return nil, err
	}
	if p == nil {
		return nil, errNoPayment()
	}
	if p.Session.Expired(e.Clock.Now()) {
		return nil, errNoPayment().Ended("expires_at", p.Session.ExpiresAt)
	}
	return p, nil
}

// UpdatePayment replaces the members that were sent.
func (e *Engine) UpdatePayment(ctx context.Context, call Call, id pay.PaymentID, in pay.PaymentInput) error {
	if err := e.checkStepUp(ctx, call.Merchant, &in); err != nil {
		return err
	}
	_, err := e.changePayment(ctx, call, string(id), store.ByPayment(call.Merchant.ID, id), func(t *try, p *pay.Payment) (any, error) {
		if p == nil {
			return nil, errNoPayment()
		}
		country := countryOf(in.Country, p.Session.Country)
		again(&in.Billing, &p.Session.Billing, country != p.Session.Country)
		again(&in.Shipping, &p.Session.Shipping, country != p.Session.Country)
		e.readPhone(in.Billing, country)
		e.readPhone(in.Shipping, country)
		if err := p.Update(call.Merchant, in, t.now, e.URLs); err != nil {
			return nil, err
		}
		t.save(p)
		return nil, nil
	})
	return err
}
