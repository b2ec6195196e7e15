package engine

import (
	"context"
	"fmt"

	"kassa/internal/pay"
	"kassa/internal/store"
)

// JudgeID ends the open identity check of a hosted session: by the clerk's page, or by the merchant's own system. challenge says which
// check is meant.
func (e *Engine) JudgeID(ctx context.Context, call Call, id pay.HostedID, challenge string, v pay.Verdict) error {
	_, err := e.changePayment(ctx, call, string(id), store.ByHosted(call.Merchant.ID, id), func(t *try, p *pay.Payment) (any, error) {
		h := hostedByID(p, id)
		if h == nil {
			return nil, errNoHosted()
		}
		o, changed, err := p.JudgeID(call.Merchant, h, challenge, v, t.ids, t.now)
		if err != nil || !changed {
			return nil, err
		}
		if a := p.AuthorizationByID(h.AuthorizationID); a != nil && e.sendsReceipts(call.Merchant) {
			p.Receipt(a, t.ids, t.now)
		}
		t.save(p)
		t.insertOrder(o)
		if o != nil {
			return nil, e.recoverToken(ctx, t, p, p.AuthorizationByID(h.AuthorizationID))
		}
		return nil, nil
	})
	return err
}

// IDCheckDue ends an attempt whose consumer nobody has identified in time. The job's subject is the attempt.
func (e *Engine) IDCheckDue(ctx context.Context, job pay.Job) error {
	m, err := e.MerchantByID(ctx, job.Merchant)
	if err != nil {
		return err
	}
	_, err = e.changePayment(ctx, Call{Merchant: m}, string(job.Payment), store.ByPayment(m.ID, job.Payment), func(t *try, p *pay.Payment) (any, error) {
		if p == nil {
			return nil, fmt.Errorf("identity check of attempt %s: no payment session %s", job.Subject, job.Payment)
		}
		if a := p.AuthorizationByID(pay.AuthorizationID(job.Subject)); a != nil && p.LapseID(a, t.ids, t.now) {
			t.save(p)
		}
		return nil, nil
	})
	return err
}
