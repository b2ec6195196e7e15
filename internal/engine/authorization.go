package engine

import (
	"context"
	"errors"
	"fmt"

	"kassa/internal/decide"
	"kassa/internal/pay"
	"kassa/internal/store"
)

// Authorize is the consumer pressing the pay button of a form made when attempts attempts had been made. It commits twice:
// first that the attempt is deciding, with a deadline job, then the outcome; between them the decision is asked for, with the
// attempt's id as its idempotency key. A crash between the commits is finished by the deadline job with the same attempt. The
// consumer may leave at any time: what was begun is ended.
//
// seen is what the form was checked against, in the language of its page, nil for whatever is stored: when the merchant or another tab
// changes what the consumer read above the button in the moment between, the press is stale.
func (e *Engine) Authorize(ctx context.Context, link pay.Secret, attempts int, seen *Page) error {
	m, err := e.merchantOfLink(ctx, link)
	if err != nil {
		return err
	}
	result, err := e.onPage(ctx, m, link, func(t *try, p *pay.Payment, h *pay.HostedSession) error {
		if seen != nil && !p.ReadsLike(h, seen.Payment, seen.Hosted) {
			return pay.ErrStale
		}
		if seen != nil {
			h.Progress.Language = seen.Language
		}
		_, err := p.Begin(h, attempts, t.ids, t.now)
		return err
	})
	if err != nil {
		return err
	}
	p := result.(*pay.Payment)
	attempt := p.Authorizations[len(p.Authorizations)-1]
	ctx = context.WithoutCancel(ctx)
	decision, err := e.decide(ctx, attempt, e.emailsOf(p, attempt))
	if err != nil && errors.Is(err, context.DeadlineExceeded) {
		return unavailable("decide", err) // nobody knows the answer: the deadline job asks again for the same attempt
	}
	return e.finish(ctx, m, attempt.Payment, attempt.ID, decision)
}

// Deadline ends an attempt whose outcome was not committed in time. The job's subject is the attempt.
func (e *Engine) Deadline(ctx context.Context, job pay.Job) error {
	var p *pay.Payment
	if err := e.read(ctx, store.PaymentBy(store.ByPayment(job.Merchant, job.Payment), &p)); err != nil {
		return err
	}
	if p == nil {
		return fmt.Errorf("deadline of attempt %s: no payment session %s", job.Subject, job.Payment)
	}
	a := p.AuthorizationByID(pay.AuthorizationID(job.Subject))
	if a == nil || a.State() != pay.Deciding {
		return nil
	}
	m, err := e.MerchantByID(ctx, job.Merchant)
	if err != nil {
		return err
	}
	decision, _ := e.decide(ctx, a, e.emailsOf(p, a)) // without an answer the attempt ends in ERROR
	return e.finish(ctx, m, a.Payment, a.ID, decision)
}

// decide asks for the decision on an attempt. When none can be had in time, it is an error that the log tells about, and the
// decision is the one to record for that.
func (e *Engine) decide(ctx context.Context, a *pay.Authorization, emails []pay.Personal) (pay.Decision, error) {
	ctx, cancel := context.WithTimeout(ctx, pay.DecisionLimit)
	defer cancel()
	decision, err := decide.Ask(ctx, e.Decider, decide.Request{
		AttemptID: a.ID, Merchant: a.Merchant, Amount: a.Purchase.Amount, Currency: a.Purchase.Currency, Country: a.Purchase.Country,
		Category: a.Category, Plan: a.Plan, Emails: emails, Phones: phonesOf(a), NationalID: a.Customer.NationalIdentificationNumber,
		Buyer: pay.Buyer{Customer: a.Customer, Country: a.Purchase.Country, Region: string(a.Billing.Region), Category: a.Category, On: a.CreatedAt}, Sandbox: e.Sandbox,
	})
	if err != nil {
		e.Log.ErrorContext(ctx, "decision failed", "attempt", a.ID, "merchant", a.Merchant, "error", err)
		return pay.Decision{Outcome: pay.OutcomeError, Reason: "technical_error"}, err
	}
	return decision, nil
}

// finish commits the outcome of an attempt: token, or order, or order and capture.
func (e *Engine) finish(ctx context.Context, m *pay.Merchant, payment pay.PaymentID, id pay.AuthorizationID, d pay.Decision) error {
	_, err := e.changePayment(ctx, Call{Merchant: m}, string(payment), store.ByPayment(m.ID, payment), func(t *try, p *pay.Payment) (any, error) {
		if p == nil {
			return nil, errNoPayment()
		}
		a := p.AuthorizationByID(id)
		if a == nil || a.State() != pay.Deciding {
			return nil, nil // somebody else finished it
		}
		o, err := p.Finish(m, a, d, t.ids, t.now)
		if err != nil {
			return nil, err
		}
		if e.sendsReceipts(m) {
			p.Receipt(a, t.ids, t.now)
		}
		t.save(p)
		t.insertOrder(o)
		if o != nil {
			return nil, e.recoverToken(ctx, t, p, a)
		}
		return nil, nil
	})
	return err
}

// insertOrder puts a new order into the batch, when there is one.
func (t *try) insertOrder(o *pay.Order) {
	if o != nil {
		t.tell(o.Merchant, o.Callbacks, &o.Jobs)
		t.batch.InsertOrder(o)
		t.wakeFor(o.Jobs)
	}
}

// emailsOf lists the addresses that may carry a persona, the page's first.
func (e *Engine) emailsOf(p *pay.Payment, a *pay.Authorization) []pay.Personal {
	var out []pay.Personal
	add := func(v pay.Personal) {
		if v != "" {
			out = append(out, v)
		}
	}
	if h := p.HostedByID(a.Hosted); h != nil {
		add(h.Progress.Contact.Email)
	}
	add(p.Session.Billing.Email)
	add(p.Session.Shipping.Email)
	if h := p.HostedByID(a.Hosted); h != nil {
		add(h.Progress.Distributed.Email)
	}
	add(a.Billing.Email)
	return out
}

func phonesOf(a *pay.Authorization) []pay.Personal {
	var out []pay.Personal
	for _, v := range []pay.Personal{a.Billing.Phone, a.Shipping.Phone} {
		if v != "" {
			out = append(out, v)
		}
	}
	return out
}

// CancelAuthorization gives an unused authorization back.
func (e *Engine) CancelAuthorization(ctx context.Context, call Call, token pay.Secret) error {
	_, err := e.changePayment(ctx, call, string(token), store.ByToken(call.Merchant.ID, token), func(t *try, p *pay.Payment) (any, error) {
		a := authorizationByToken(p, token)
		if a == nil {
			return nil, errNoToken()
		}
		if err := p.CancelAuthorization(a, t.ids, t.now); err != nil {
			return nil, err
		}
		t.save(p)
		return nil, nil
	})
	return err
}

func errNoToken() error { return pay.NotFoundError("Invalid authorization token") }

func authorizationByToken(p *pay.Payment, token pay.Secret) *pay.Authorization {
	if p == nil {
		return nil
	}
	for _, a := range p.Authorizations {
		if a.Token == token {
			return a
		}
	}
	return nil
}
