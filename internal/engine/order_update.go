package engine

import (
	"context"
	"crypto/sha256"
	"fmt"

	"kassa/internal/decide"
	"kassa/internal/pay"
)

// UpdateAuthorization changes the authorized amount and the lines of an order. A higher amount is decided on afresh, outside any
// transaction: the same order, version and amount always ask with the same id, so that a call that is repeated after a crash is
// not decided twice. No lock is held meanwhile.
func (e *Engine) UpdateAuthorization(ctx context.Context, call Call, id pay.OrderID, in pay.UpdateInput) error {
	_, err := e.changeOrderUnder(ctx, call, "", id, func(t *try, o *pay.Order) (any, error) {
		if err := o.CheckUpdate(in, t.now); err != nil {
			return nil, err
		}
		var d pay.Decision
		if raise := o.Raise(in); raise > 0 {
			var err error
			if d, err = e.decideRaise(ctx, o, raise); err != nil {
				return nil, err
			}
		}
		return nil, o.Update(in, d, t.ids, t.now)
	})
	return err
}

func (e *Engine) decideRaise(ctx context.Context, o *pay.Order, raise pay.Amount) (pay.Decision, error) {
	ctx, cancel := context.WithTimeout(ctx, pay.DecisionLimit)
	defer cancel()
	d, err := decide.Ask(ctx, e.Decider, decide.Request{
		AttemptID: attemptOf(fmt.Sprintf("raise %s %d %d", o.ID, o.Version, raise)), Merchant: o.Merchant,
		Amount: raise, Currency: o.Purchase.Currency, Country: o.Purchase.Country, Category: categoryOf(o.Method),
		Emails: present(o.Billing.Email, o.Shipping.Email), Phones: present(o.Billing.Phone, o.Shipping.Phone), NationalID: o.Customer.NationalIdentificationNumber,
		Buyer: pay.Buyer{Customer: o.Customer, Country: o.Purchase.Country, Region: string(o.Billing.Region), Category: categoryOf(o.Method), On: e.Now()}, Sandbox: e.Sandbox,
	})
	if err != nil {
		return d, unavailable("decide", err)
	}
	if d.Outcome == pay.OutcomeError {
		return d, unavailable("decide", fmt.Errorf("no decision: %s", d.Reason))
	}
	return d, nil
}

// attemptOf makes the id of an attempt out of what it is about: the same words give the same id.
func attemptOf(words string) pay.AuthorizationID {
	sum := sha256.Sum256([]byte(words))
	return pay.AuthorizationID(pay.NewIDs(sum, epoch).Token())
}

// stepUpOf makes the id by which a refused charge can be recovered: the same for a call that is repeated under its key.
func stepUpOf(key string) string {
	return pay.NewIDs(sha256.Sum256([]byte("step up "+key)), epoch).UUID()
}

// categoryOf is the way to pay that a method belongs to.
func categoryOf(m pay.Method) pay.Category {
	switch m.Type {
	case "invoice", "b2b_invoice":
		return pay.PayLater
	case "fixed_amount", "base_account":
		return pay.PayOverTime
	case "direct_debit":
		return pay.DirectDebit
	case "direct_bank_transfer":
		return pay.DirectBankTransfer
	}
	return pay.PayNow
}

func present(values ...pay.Personal) []pay.Personal {
	var out []pay.Personal
	for _, v := range values {
		if v != "" {
			out = append(out, v)
		}
	}
	return out
}

// Release gives back what is left of an order's authorization.
func (e *Engine) Release(ctx context.Context, call Call, id pay.OrderID) error {
	_, err := e.changeOrder(ctx, call, id, func(t *try, o *pay.Order) (any, error) { return nil, o.Release(t.ids, t.now) })
	return err
}

// ExtendTime lets an order's authorization end later.
func (e *Engine) ExtendTime(ctx context.Context, call Call, id pay.OrderID) error {
	_, err := e.changeOrder(ctx, call, id, func(t *try, o *pay.Order) (any, error) {
		_, err := o.ExtendTime(call.Merchant, t.ids, t.now)
		return nil, err
	})
	return err
}
