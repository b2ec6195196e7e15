package engine

import (
	"context"
	"fmt"

	"kassa/internal/pay"
	"kassa/internal/store"
)

// PlaceOrder makes an order of an authorization token. An equal call on a used token gives the same order again.
func (e *Engine) PlaceOrder(ctx context.Context, call Call, token pay.Secret, in pay.PlaceInput) (*pay.Order, error) {
	result, err := e.changePayment(ctx, call, string(token), store.ByToken(call.Merchant.ID, token), func(t *try, p *pay.Payment) (any, error) {
		a := authorizationByToken(p, token)
		if a == nil {
			return nil, errNoToken()
		}
		e.readPhone(in.Billing, a.Purchase.Country)
		e.readPhone(in.Shipping, a.Purchase.Country)
		o, replay, err := p.PlaceOrder(call.Merchant, a, in, t.ids, t.now, e.URLs)
		if err != nil {
			return nil, err
		}
		if replay {
			return e.orderForReplay(ctx, call.Merchant, a)
		}
		t.save(p)
		t.insertOrder(o)
		if err := e.recoverToken(ctx, t, p, a); err != nil {
			return nil, err
		}
		return o, nil
	})
	if err != nil {
		return nil, err
	}
	return result.(*pay.Order), nil
}

// orderForReplay reads the order that an equal call placed, as it was then: what the answer tells does not change later.
func (e *Engine) orderForReplay(ctx context.Context, m *pay.Merchant, a *pay.Authorization) (*pay.Order, error) {
	if err := e.Store.Confirm(ctx); err != nil {
		return nil, temporary("confirm a placed order", err)
	}
	o, err := e.Order(ctx, m, a.OrderID)
	if err != nil {
		return nil, err
	}
	if a.Decision.Outcome == pay.OutcomePending {
		o.Fraud = pay.FraudPending
	}
	return o, nil
}

func errNoOrder(id pay.OrderID) error {
	return &pay.Error{Kind: pay.NotFound, Code: "NO_SUCH_ORDER", Message: "Order " + string(id) + " cannot be found."}
}

// Order reads an order with its captures and refunds.
func (e *Engine) Order(ctx context.Context, m *pay.Merchant, id pay.OrderID) (*pay.Order, error) {
	var o *pay.Order
	if err := e.read(ctx, store.OrderBy(m.ID, id, &o)); err != nil {
		return nil, err
	}
	if o == nil {
		return nil, errNoOrder(id)
	}
	return o, nil
}

// changeOrder runs an operation on an order aggregate.
func (e *Engine) changeOrder(ctx context.Context, call Call, id pay.OrderID, do func(t *try, o *pay.Order) (any, error)) (any, error) {
	return e.changeOrderUnder(ctx, call, string(id), id, do)
}

// changeOrderUnder is changeOrder with a lock of the caller's choice, none for operations that ask somebody else.
func (e *Engine) changeOrderUnder(ctx context.Context, call Call, lock string, id pay.OrderID, do func(t *try, o *pay.Order) (any, error)) (any, error) {
	var o *pay.Order
	return e.run(ctx, operation{
		call: call, lock: lock,
		reads: func() []store.Read { o = nil; return []store.Read{store.OrderBy(call.Merchant.ID, id, &o)} },
		do: func(t *try) (any, error) {
			if o == nil {
				return nil, errNoOrder(id)
			}
			result, err := do(t, o)
			if err == nil && len(o.Events) > 0 {
				t.tell(o.Merchant, o.Callbacks, &o.Jobs)
				t.batch.SaveOrder(o, t.now)
				t.wakeFor(o.Jobs)
			}
			return result, err
		},
	})
}

// CancelOrder gives the whole authorization back.
func (e *Engine) CancelOrder(ctx context.Context, call Call, id pay.OrderID) error {
	_, err := e.changeOrder(ctx, call, id, func(t *try, o *pay.Order) (any, error) { return nil, o.Cancel(t.ids, t.now) })
	return err
}

// Decision turns a pending fraud decision into its outcome. The job's subject is the order.
func (e *Engine) Decision(ctx context.Context, job pay.Job) error {
	m, err := e.MerchantByID(ctx, job.Merchant)
	if err != nil {
		return err
	}
	_, err = e.changeOrder(ctx, Call{Merchant: m}, pay.OrderID(job.Subject), func(t *try, o *pay.Order) (any, error) {
		_, err := o.Decide(t.ids, t.now)
		return nil, err
	})
	if err != nil {
		return fmt.Errorf("decide order %s: %w", job.Subject, err)
	}
	return nil
}

// Rejection ends an order that the fraud decision rejected four hours ago. The job's subject is the order.
func (e *Engine) Rejection(ctx context.Context, job pay.Job) error {
	m, err := e.MerchantByID(ctx, job.Merchant)
	if err != nil {
		return err
	}
	_, err = e.changeOrder(ctx, Call{Merchant: m}, pay.OrderID(job.Subject), func(t *try, o *pay.Order) (any, error) {
		o.EndRejected(t.ids, t.now)
		return nil, nil
	})
	if err != nil {
		return fmt.Errorf("end rejected order %s: %w", job.Subject, err)
	}
	return nil
}

// Expiry ends what is left of an order's authorization. The job's subject is the order.
func (e *Engine) Expiry(ctx context.Context, job pay.Job) error {
	m, err := e.MerchantByID(ctx, job.Merchant)
	if err != nil {
		return err
	}
	_, err = e.changeOrder(ctx, Call{Merchant: m}, pay.OrderID(job.Subject), func(t *try, o *pay.Order) (any, error) {
		o.Expire(t.ids, t.now)
		return nil, nil
	})
	if err != nil {
		return fmt.Errorf("expire order %s: %w", job.Subject, err)
	}
	return nil
}
