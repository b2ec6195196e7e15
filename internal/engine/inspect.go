package engine

import (
	"context"
	"time"

	"kassa/internal/pay"
	"kassa/internal/store"
)

// Inspection is one payment session with everything that hangs on it, for an operator.
type Inspection struct {
	Merchant pay.Merchant
	Payment  *pay.Payment
	Orders   []*pay.Order
	Events   []pay.Event // of one stream after the other, each in its order
	Jobs     []store.Job
	Attempts map[pay.JobID][]store.JobAttempt // of the callbacks among the jobs
	Now      time.Time
}

// Inspect finds the payment session of an id: its own, or that of a hosted session or order of it, whoever the merchant is.
// NOT_FOUND when there is none.
func (e *Engine) Inspect(ctx context.Context, id string) (*Inspection, error) {
	var merchants []pay.Merchant
	if err := e.read(ctx, store.Merchants(&merchants)); err != nil {
		return nil, err
	}
	for i := range merchants {
		p, err := e.paymentOf(ctx, merchants[i].ID, id)
		if err != nil {
			return nil, err
		}
		if p != nil {
			return e.inspect(ctx, merchants[i], p)
		}
	}
	return nil, pay.NotFoundError("no payment session, hosted session or order has this id")
}

// paymentOf finds a merchant's payment session by any of the ids that lead to it, nil without.
func (e *Engine) paymentOf(ctx context.Context, m pay.MerchantID, id string) (*pay.Payment, error) {
	var payment, hosted *pay.Payment
	var order *pay.Order
	if err := e.read(ctx, store.PaymentBy(store.ByPayment(m, pay.PaymentID(id)), &payment), store.PaymentBy(store.ByHosted(m, pay.HostedID(id)), &hosted),
		store.OrderBy(m, pay.OrderID(id), &order)); err != nil {
		return nil, err
	}
	switch {
	case payment != nil:
		return payment, nil
	case hosted != nil || order == nil:
		return hosted, nil
	}
	err := e.read(ctx, store.PaymentBy(store.ByPayment(m, order.Payment), &payment))
	return payment, err
}

func (e *Engine) inspect(ctx context.Context, m pay.Merchant, p *pay.Payment) (*Inspection, error) {
	out := &Inspection{Merchant: m, Payment: p, Now: e.Clock.Now()}
	streams, lanes := []string(nil), []string{p.Session.AuthorizationLane()}
	for _, h := range p.Hosted {
		streams = append(streams, string(h.ID))
		lanes = append(lanes, string(h.ID), h.CallbackLane())
	}
	for _, a := range p.Authorizations {
		if a.OrderID == "" {
			continue
		}
		var o *pay.Order
		if err := e.read(ctx, store.OrderBy(m.ID, a.OrderID, &o)); err != nil {
			return nil, err
		}
		if o == nil {
			continue
		}
		out.Orders = append(out.Orders, o)
		for _, kind := range []pay.JobKind{pay.JobDecision, pay.JobRejection, pay.JobExpiry, pay.JobPush, pay.JobNotification} {
			lanes = append(lanes, o.Lane(kind))
		}
		if o.Hosted == "" {
			streams = append(streams, string(o.ID))
		}
	}
	events, jobs := make([][]pay.Event, len(streams)), make([][]store.Job, len(lanes)+1)
	reads := []store.Read{store.MessagesOf(m.ID, p.Session.ID, &jobs[len(lanes)])}
	for i := range streams {
		reads = append(reads, store.EventsOf(m.ID, streams[i], &events[i]))
	}
	for i := range lanes {
		reads = append(reads, store.JobsOf(m.ID, lanes[i], &jobs[i]))
	}
	if err := e.read(ctx, reads...); err != nil {
		return nil, err
	}
	for _, list := range events {
		out.Events = append(out.Events, list...)
	}
	for _, list := range jobs {
		out.Jobs = append(out.Jobs, list...)
	}
	return out, e.attempts(ctx, out)
}

// attempts reads the attempts of the callbacks.
func (e *Engine) attempts(ctx context.Context, out *Inspection) error {
	lists := make([][]store.JobAttempt, len(out.Jobs))
	var reads []store.Read
	for i := range out.Jobs {
		if j := &out.Jobs[i]; j.Endpoint != "" {
			reads = append(reads, store.AttemptsOf(j.Merchant, j.ID, &lists[i]))
		}
	}
	if len(reads) == 0 {
		return nil
	}
	if err := e.read(ctx, reads...); err != nil {
		return err
	}
	out.Attempts = map[pay.JobID][]store.JobAttempt{}
	for i := range out.Jobs {
		if len(lists[i]) > 0 {
			out.Attempts[out.Jobs[i].ID] = lists[i]
		}
	}
	return nil
}
