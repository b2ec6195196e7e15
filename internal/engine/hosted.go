package engine

import (
	"context"

	"kassa/internal/pay"
	"kassa/internal/store"
)

// errNoHosted is the answer for hosted sessions that are unknown, expired or another merchant's.
func errNoHosted() *pay.Error { return pay.NotFoundError("Session not found or expired") }

// HostedView is a hosted session with what a reader of it may be told.
type HostedView struct {
	Hosted        *pay.HostedSession
	Authorization *pay.Authorization // the one that completed it; nil without, or when its token no longer lives
	IDCheck       *pay.IDView        // while an identity check is open
}

// CreateHosted hosts a payment session. It saves the payment session as well, so that hosting cannot pass a completion.
func (e *Engine) CreateHosted(ctx context.Context, call Call, payment pay.PaymentID, in pay.HostedInput) (*pay.HostedSession, error) {
	result, err := e.changePayment(ctx, call, string(payment), store.ByPayment(call.Merchant.ID, payment), func(t *try, p *pay.Payment) (any, error) {
		if p == nil {
			return nil, pay.NotFoundError("Payment session not found, expired or already completed")
		}
		h, err := p.Host(call.Merchant, in, t.ids, t.now, e.URLs)
		if err != nil {
			return nil, err
		}
		t.save(p)
		return h, nil
	})
	if err != nil {
		return nil, err
	}
	return result.(*pay.HostedSession), nil
}

// Hosted reads a hosted session: how a merchant learns the outcome.
func (e *Engine) Hosted(ctx context.Context, m *pay.Merchant, id pay.HostedID) (HostedView, error) {
	var p *pay.Payment
	if err := e.read(ctx, store.PaymentBy(store.ByHosted(m.ID, id), &p)); err != nil {
		return HostedView{}, err
	}
	if p == nil {
		return HostedView{}, errNoHosted()
	}
	h := p.HostedByID(id)
	now := e.Clock.Now()
	if h.Expired(now) {
		return HostedView{}, errNoHosted().Ended("expires_at", h.ExpiresAt)
	}
	view := HostedView{Hosted: h, IDCheck: p.OpenIDCheck(h)}
	if a := p.AuthorizationByID(h.AuthorizationID); a != nil && a.VoidedAt.IsZero() && now.Before(a.ExpiresAt) {
		view.Authorization = a
	}
	return view, nil
}

// DisableHosted withdraws a link. A decision that is being made finds the session DISABLED and is voided.
func (e *Engine) DisableHosted(ctx context.Context, call Call, id pay.HostedID) error {
	_, err := e.changePayment(ctx, call, string(id), store.ByHosted(call.Merchant.ID, id), func(t *try, p *pay.Payment) (any, error) {
		if p == nil {
			return nil, errNoHosted()
		}
		changed, err := p.Disable(p.HostedByID(id), t.ids, t.now)
		if err != nil {
			return nil, err
		}
		if changed {
			t.save(p)
		}
		return nil, nil
	})
	return err
}
