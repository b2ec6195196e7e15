package pay

import (
	"fmt"
	"slices"
	"time"
)

// maxAuthorizationDays bounds the life of an authorization from the order's own date.
const maxAuthorizationDays = 180

// notAllowed is order management's refusal of a change that the order's state does not permit.
func notAllowed(message string) *Error { return refuse(Forbidden, "NOT_ALLOWED", message) }

// UpdateInput is what a change of the authorization brings. Lines nil: the old ones are dropped.
type UpdateInput struct {
	Faults      []Fault // those the door found already
	Amount      *Amount
	Description string
	Lines       []OrderLine
}

// Raise tells by how much a change of the authorization raises it; more than 0 needs a decision before it may be made.
func (o *Order) Raise(in UpdateInput) Amount {
	if in.Amount == nil {
		return 0
	}
	return max(*in.Amount-o.Purchase.Amount, 0)
}

// raisable are the methods whose authorization may be raised, with the countries where they may; none named: everywhere.
var raisable = map[string][]string{
	"invoice": nil, "b2b_invoice": nil, "base_account": nil,
	"fixed_amount": {"AT", "DE", "DK", "FI", "FR", "NL", "NO", "SE"},
	"direct_debit": {"AT", "BE", "DE", "DK", "ES", "FI", "FR", "GB", "IE", "IT", "NL", "NO", "PL", "PT", "SE"}, // not CH
}

// CheckUpdate refuses a change of the authorization that the order does not permit: 422 for a bad amount, 403 NOT_ALLOWED.
func (o *Order) CheckUpdate(in UpdateInput, now time.Time) error {
	if err := unprocessableFaults(in.Faults); err != nil {
		return err
	}
	switch {
	case in.Amount == nil:
		return unprocessable("'order_amount' must not be null", Fault{Path: "order_amount", Want: "a value"})
	case *in.Amount < 0 || *in.Amount > MaxAmount:
		return unprocessable("'order_amount' must be between 0 and 200000000", Fault{Path: "order_amount", Want: "0 to 200000000", Got: fmt.Sprint(int64(*in.Amount))})
	}
	switch s := o.Status(now); {
	case s != OrderAuthorized && s != OrderPartCaptured:
		return notAllowed("Update not allowed.").because("status", "AUTHORIZED or PART_CAPTURED", string(s))
	case o.Expired(now):
		return notAllowed("Update not allowed.").Ended("expires_at", o.ExpiresAt)
	case o.Fraud != FraudAccepted:
		return notAllowed("Update not allowed.").because("fraud_status", string(FraudAccepted), string(o.Fraud))
	}
	if *in.Amount < o.Captured {
		return notAllowed(fmt.Sprintf("Resulting authorization amount %d cannot be less than the captured amount %d for order. Order authorization cannot be updated", *in.Amount, o.Captured))
	}
	if o.Raise(in) == 0 {
		return nil
	}
	countries, ok := raisable[o.Method.Type]
	if !ok || countries != nil && !slices.Contains(countries, o.Purchase.Country) {
		return notAllowed("Update not allowed.").
			because("order_amount", "at most "+o.Purchase.Amount.figure()+", because "+o.Method.Type+" in "+o.Purchase.Country+" cannot be raised", in.Amount.figure())
	}
	return nil
}

// Update changes the authorized amount and the lines. d is the decision on a raise; it is not looked at otherwise.
func (o *Order) Update(in UpdateInput, d Decision, ids *IDs, now time.Time) error {
	if err := o.CheckUpdate(in, now); err != nil {
		return err
	}
	if o.Raise(in) > 0 && d.Outcome != OutcomeApproved {
		return notAllowed("The higher amount was not approved. Order authorization cannot be updated")
	}
	o.Purchase.Amount, o.Purchase.Lines = *in.Amount, in.Lines
	o.Purchase.TaxAmount, o.Purchase.HasTax = 0, false
	o.record(OrderUpdated, EventData{Amount: o.Purchase.Amount}, ids, now)
	return nil
}

// Release gives back what is left of the authorization after a capture. order_amount stays.
func (o *Order) Release(ids *IDs, now time.Time) error {
	const cannot = " Remaining authorization cannot be released."
	switch s := o.Status(now); {
	case s == OrderIsCancelled:
		return notAllowed("Order is cancelled." + cannot)
	case s == OrderIsExpired:
		return notAllowed("Order is expired." + cannot)
	case s == OrderAuthorized:
		return notAllowed("Order has no captures." + cannot)
	case o.fullyCaptured():
		return notAllowed("Order is fully captured." + cannot)
	case o.Remaining(now) == 0:
		return notAllowed("Nothing of the authorization remains." + cannot)
	}
	o.ReleasedAt = now
	o.record(OrderReleased, EventData{}, ids, now)
	return nil
}

// ExtendTime lets the authorization end the merchant's period after today, at most 180 days after the order's date.
// The same call twice on a day changes nothing the second time; changed is false then.
func (o *Order) ExtendTime(m *Merchant, ids *IDs, now time.Time) (changed bool, err error) {
	const cannot = " Authorization time cannot be extended."
	switch s := o.Status(now); {
	case s == OrderIsCancelled:
		return false, notAllowed("Order is cancelled." + cannot)
	case o.Expired(now):
		return false, notAllowed("Order is expired." + cannot)
	case s == OrderFullCaptured:
		return false, notAllowed("Order is fully captured." + cannot)
	case o.Method.Type == "card" || o.Purchase.Country == "US" && o.Method.Installments > 0:
		return false, notAllowed("The payment method does not permit it." + cannot)
	}
	until := orderExpiry(now, m.Settings.authorizationDays())
	if last := orderExpiry(o.CreatedAt, maxAuthorizationDays); until.After(last) {
		until = last
	}
	if !until.After(o.ExpiresAt) {
		return false, nil
	}
	o.ExpiresAt = until
	o.later(JobExpiry, until, ids)
	o.record(OrderExtended, EventData{}, ids, now)
	return true, nil
}
