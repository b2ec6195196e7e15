package engine

import (
	"context"
	"strconv"

	"kassa/internal/decide"
	"kassa/internal/pay"
	"kassa/internal/store"
)

// Tokenized is a customer token with what the answer tells beside it.
type Tokenized struct {
	Token   *pay.CustomerToken
	Payment *pay.Payment
}

// CreateToken makes a customer token of an authorization.
func (e *Engine) CreateToken(ctx context.Context, call Call, token pay.Secret, in pay.TokenInput) (*Tokenized, error) {
	result, err := e.changePayment(ctx, call, string(token), store.ByToken(call.Merchant.ID, token), func(t *try, p *pay.Payment) (any, error) {
		a := authorizationByToken(p, token)
		if a == nil {
			return nil, errNoToken()
		}
		c, err := p.Tokenize(call.Merchant, a, in, t.ids, t.now)
		if err != nil {
			return nil, err
		}
		t.save(p)
		return &Tokenized{c, p}, nil
	})
	if err != nil {
		return nil, err
	}
	return result.(*Tokenized), nil
}

// CustomerToken reads a customer token. Unknown: TOKEN_NOT_FOUND.
func (e *Engine) CustomerToken(ctx context.Context, m *pay.Merchant, token pay.Secret) (*pay.CustomerToken, error) {
	var p *pay.Payment
	if err := e.read(ctx, store.PaymentBy(store.ByCustomerToken(m.ID, token), &p)); err != nil {
		return nil, err
	}
	c := customerTokenOf(p, token)
	if c == nil {
		return nil, pay.NoSuchToken()
	}
	return c, nil
}

func customerTokenOf(p *pay.Payment, token pay.Secret) *pay.CustomerToken {
	if p == nil {
		return nil
	}
	return p.TokenByID(token)
}

// changeToken runs an operation on the payment aggregate of a customer token. It takes no lock, because an order on a token asks
// somebody else.
func (e *Engine) changeToken(ctx context.Context, call Call, token pay.Secret, do func(t *try, p *pay.Payment, c *pay.CustomerToken) (any, error)) (any, error) {
	return e.changePayment(ctx, call, "", store.ByCustomerToken(call.Merchant.ID, token), func(t *try, p *pay.Payment) (any, error) {
		c := customerTokenOf(p, token)
		if c == nil {
			return nil, pay.NoSuchToken()
		}
		result, err := do(t, p, c)
		if len(p.Events) > 0 {
			t.save(p)
			t.keep = err != nil
		}
		return result, err
	})
}

// SetTokenStatus cancels, suspends or resumes a customer token.
func (e *Engine) SetTokenStatus(ctx context.Context, call Call, token pay.Secret, to pay.TokenStatus) error {
	_, err := e.changeToken(ctx, call, token, func(t *try, p *pay.Payment, c *pay.CustomerToken) (any, error) {
		_, err := p.SetTokenStatus(c, to, t.ids, t.now)
		return nil, err
	})
	return err
}

// SetTokenStatusOf is SetTokenStatus for an operator, who names the merchant by user name or id.
func (e *Engine) SetTokenStatusOf(ctx context.Context, merchant string, token pay.Secret, to pay.TokenStatus) error {
	all, err := e.Merchants(ctx)
	if err != nil {
		return err
	}
	for i := range all {
		if all[i].Username == merchant || string(all[i].Merchant.ID) == merchant {
			return e.SetTokenStatus(ctx, Call{Merchant: &all[i].Merchant}, token, to)
		}
	}
	return errNoMerchant(merchant)
}

// Charge makes an order on a customer token. The decision is asked for outside any transaction; with an idempotency key, a call
// that is repeated after a crash asks with the same id, and one that is repeated after a refusal asks anew.
func (e *Engine) Charge(ctx context.Context, call Call, token pay.Secret, in pay.ChargeInput) (*pay.Order, error) {
	result, err := e.changeToken(ctx, call, token, func(t *try, p *pay.Payment, c *pay.CustomerToken) (any, error) {
		e.readPhone(in.Shipping, c.Country)
		if err := c.CheckCharge(in, e.URLs.For(call.Merchant)); err != nil {
			return nil, err
		}
		attempt := pay.AuthorizationID(t.ids.UUID())
		if call.Key != nil {
			key := string(call.Merchant.ID) + " " + call.Key.Route + " " + call.Key.Value
			attempt, in.StepUpID = attemptOf("charge "+key+" "+strconv.Itoa(c.Refusals)), stepUpOf(key)
		}
		d, err := e.decideCharge(ctx, attempt, c, in)
		if err != nil {
			return nil, err
		}
		o, err := p.Charge(call.Merchant, c, in, d, t.ids, t.now)
		if err != nil {
			return nil, err
		}
		t.insertOrder(o)
		return o, nil
	})
	if err != nil {
		return nil, err
	}
	return result.(*pay.Order), nil
}

func (e *Engine) decideCharge(ctx context.Context, attempt pay.AuthorizationID, c *pay.CustomerToken, in pay.ChargeInput) (pay.Decision, error) {
	ctx, cancel := context.WithTimeout(ctx, pay.DecisionLimit)
	defer cancel()
	shipping := pay.Address{}
	if in.Shipping != nil {
		shipping = *in.Shipping
	}
	d, err := decide.Ask(ctx, e.Decider, decide.Request{
		AttemptID: attempt, Merchant: c.Merchant, Amount: *in.Amount, Currency: c.Currency, Country: c.Country, Category: c.Category, Plan: c.Plan,
		Emails: present(c.Billing.Email, shipping.Email, c.Shipping.Email), Phones: present(c.Billing.Phone, shipping.Phone),
		NationalID: c.Customer.NationalIdentificationNumber,
		Buyer:      pay.Buyer{Customer: c.Customer, Country: c.Country, Region: string(c.Billing.Region), Category: c.Category, On: e.Now()}, Sandbox: e.Sandbox,
	})
	if err != nil {
		return d, unavailable("decide", err)
	}
	return d, nil
}

// checkStepUp refuses a step_up_id that no refused charge on the session's customer token gave. An update may
// change one of the two alone: what it does not send is not checked, because the authorization is held against the token again.
func (e *Engine) checkStepUp(ctx context.Context, m *pay.Merchant, in *pay.PaymentInput) error {
	if in.StepUpID == nil || *in.StepUpID == "" {
		return nil
	}
	var token pay.Secret
	if in.Customer != nil {
		token = in.Customer.CustomerToken
	}
	c, err := e.CustomerToken(ctx, m, token)
	refusal := pay.AsError(err)
	switch {
	case err == nil && c.StepUpID == *in.StepUpID && c.Status() != pay.TokenIsCancelled:
		return nil
	case err != nil && (refusal == nil || refusal.Kind != pay.NotFound):
		return err
	}
	in.Faults = append(in.Faults, pay.Fault{Path: "step_up_id", Want: "that of the last refused charge on customer.customer_token"})
	return nil
}

// recoverToken takes over into the customer token how an order was paid that recovers a refused charge.
func (e *Engine) recoverToken(ctx context.Context, t *try, p *pay.Payment, a *pay.Authorization) error {
	token := a.Customer.CustomerToken
	if a.StepUpID == "" || token == "" {
		return nil
	}
	var other *pay.Payment
	if err := e.read(ctx, store.PaymentBy(store.ByCustomerToken(p.Session.Merchant, token), &other)); err != nil {
		return err
	}
	c := customerTokenOf(other, token)
	if c == nil || c.StepUpID != a.StepUpID || c.Status() == pay.TokenIsCancelled || other.Session.ID == p.Session.ID {
		return nil
	}
	other.Recover(c, a, t.ids, t.now)
	t.save(other)
	return nil
}
