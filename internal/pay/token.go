package pay

import (
	"strconv"
	"time"
)

// CustomerTokenID names a customer token's row; it is not the token that merchants hold.
type CustomerTokenID string

// TokenStatus is the status of a customer token.
type TokenStatus string

// The statuses of a customer token. CANCELLED is final.
const (
	TokenActive      TokenStatus = "ACTIVE"
	TokenIsCancelled TokenStatus = "CANCELLED"
	TokenIsSuspended TokenStatus = "SUSPENDED"
)

// CustomerToken lets a merchant charge a consumer again without asking, on the terms the consumer agreed to once. It belongs to
// the payment session in which that happened.
type CustomerToken struct {
	Change        Change
	Merchant      MerchantID
	ID            CustomerTokenID
	Payment       PaymentID
	Authorization AuthorizationID
	Token         Secret
	CreatedAt     time.Time
	CancelledAt   time.Time
	SuspendedAt   time.Time // zero unless it is suspended now

	Country, Currency, Locale, Description string
	Category                               Category
	Plan                                   string
	Method                                 Method
	Instrument                             // empty without one
	Billing, Shipping                      Address
	Customer                               Customer

	StepUpID string // of the last refused charge that offered a way to recover; empty without
	Refusals int    // how many charges were refused
	Stream   Stream
}

// Status derives the status from the facts.
//
//	cancelled → CANCELLED
//	suspended → SUSPENDED
//	otherwise → ACTIVE
func (c *CustomerToken) Status() TokenStatus {
	switch {
	case !c.CancelledAt.IsZero():
		return TokenIsCancelled
	case !c.SuspendedAt.IsZero():
		return TokenIsSuspended
	}
	return TokenActive
}

// NoSuchToken is the answer for customer tokens that are unknown or another merchant's.
func NoSuchToken() *Error { return refuse(NotFound, "TOKEN_NOT_FOUND", "Customer token not found") }

// TokenInput is what the call that makes a customer token brings. Faults are those the door found already.
type TokenInput struct {
	Faults                    []Fault
	Description, IntendedUse  *string
	Country, Currency, Locale *string
	Billing                   *Address
	Customer                  *Customer
}

// Tokenize makes a customer token of an authorization whose consumer agreed to it. Each authorization makes one at most, with
// buy_and_tokenize beside its order. Refusals: NOT_FOUND for a token that is unknown, expired or voided, BAD_VALUE with every bad
// path, INVALID_OPERATION for another intent and for a second one.
func (p *Payment) Tokenize(m *Merchant, a *Authorization, in TokenInput, ids *IDs, now time.Time) (*CustomerToken, error) {
	state := a.State()
	if state != Approved && state != Consumed || !now.Before(a.ExpiresAt) {
		return nil, a.over("Invalid authorization token", now)
	}
	if err := a.checkToken(in); err != nil {
		return nil, err
	}
	if a.Intent != Tokenize && a.Intent != BuyAndTokenize {
		return nil, refuse(Forbidden, "INVALID_OPERATION", "Not allowed to create customer token for intent "+string(a.Intent)).because("intent", "tokenize or buy_and_tokenize", string(a.Intent))
	}
	for _, other := range p.Tokens {
		if other.Authorization == a.ID {
			return nil, refuse(Forbidden, "INVALID_OPERATION", "Authorization token already consumed")
		}
	}
	c := &CustomerToken{
		Change: Inserted, Merchant: a.Merchant, ID: CustomerTokenID(ids.UUID()), Payment: p.Session.ID, Authorization: a.ID,
		Token: ids.CustomerToken(m.Number), CreatedAt: now,
		Country: a.Purchase.Country, Currency: a.Purchase.Currency, Locale: a.Purchase.Locale, Description: *in.Description,
		Category: a.Category, Plan: a.Plan, Method: a.Decision.Method, Instrument: a.Instrument,
		Billing: a.Billing, Shipping: a.Shipping, Customer: a.Customer,
	}
	set(&c.Locale, in.Locale)
	p.Tokens = append(p.Tokens, c)
	p.recordToken(c, TokenCreated, EventData{Category: string(c.Category)}, ids, now)
	return c, nil
}

func (a *Authorization) checkToken(in TokenInput) error {
	faults := in.Faults
	need := func(path string, sent bool) {
		if !sent && !faulted(faults, path) {
			faults = append(faults, Fault{Path: path, Want: "a value"})
		}
	}
	need("description", in.Description != nil)
	need("intended_use", in.IntendedUse != nil)
	if in.Country != nil && *in.Country != a.Purchase.Country || in.Billing != nil && in.Billing.Country != "" && in.Billing.Country != a.Purchase.Country {
		faults = append(faults, Fault{Path: "purchase_country", Want: a.Purchase.Country})
	}
	if in.Currency != nil && *in.Currency != a.Purchase.Currency {
		faults = append(faults, Fault{Path: "purchase_currency", Want: a.Purchase.Currency, Got: *in.Currency})
	}
	faults = checkLocale(faults, a.Purchase.Country, in.Locale)
	if err := Invalid400(faults); err != nil {
		return err
	}
	return nil
}

// recordToken appends an event to a customer token's stream.
func (p *Payment) recordToken(c *CustomerToken, typ EventType, data EventData, ids *IDs, now time.Time) {
	c.Change.touch()
	data.Status = string(c.Status())
	p.Events = append(p.Events, c.Stream.add(Event{
		ID: EventID(ids.UUID()), Merchant: c.Merchant, SessionID: string(c.ID), Type: typ, OrderID: OrderID(data.OrderID), OccurredAt: now,
	}, data))
}

// TokenByID finds a customer token of the payment by the token that merchants hold, nil without.
func (p *Payment) TokenByID(token Secret) *CustomerToken {
	for _, c := range p.Tokens {
		if c.Token == token {
			return c
		}
	}
	return nil
}

// SetTokenStatus cancels a token for good, or suspends or resumes it; changed is false when it stands so already. Merchants can
// cancel only, which the door sees to. A cancelled token stays cancelled: 403 TOKEN_CANCELED.
func (p *Payment) SetTokenStatus(c *CustomerToken, to TokenStatus, ids *IDs, now time.Time) (changed bool, err error) {
	from := c.Status()
	switch {
	case from == to:
		return false, nil
	case from == TokenIsCancelled:
		return false, errTokenCancelled()
	}
	c.SuspendedAt = time.Time{}
	typ := TokenResumed
	switch to {
	case TokenIsCancelled:
		c.CancelledAt, typ = now, TokenCancelled
	case TokenIsSuspended:
		c.SuspendedAt, typ = now, TokenSuspended
	case TokenActive:
	}
	p.recordToken(c, typ, EventData{}, ids, now)
	return true, nil
}

func errTokenCancelled() error {
	return refuse(Forbidden, "TOKEN_CANCELED", "Customer token is cancelled")
}

// ChargeInput is what an order on a customer token brings. Faults are those the door found already.
type ChargeInput struct {
	Faults                                 []Fault
	Currency                               *string
	Amount, TaxAmount                      *Amount
	Lines                                  []OrderLine
	AutoCapture                            bool
	StepUp                                 bool   // step_up SUPPORTED: a refusal offers a way to recover
	StepUpID                               string // which id that has, so that a repeated call is offered the same; empty: a new one
	Shipping                               *Address
	URLs                                   *PaymentURLs
	MerchantReference1, MerchantReference2 string
	MerchantData                           string
	Attachment                             *Attachment
}

// maxTokenAmount bounds the amounts of an order on a token.
const maxTokenAmount Amount = 100_000_000

// CheckCharge refuses an order that the token does not permit, before anybody is asked: BAD_VALUE with every bad path, 409 for another
// currency, 403 TOKEN_CANCELED and TOKEN_SUSPENDED.
func (c *CustomerToken) CheckCharge(in ChargeInput, urls URLPolicy) error {
	if err := in.check(urls); err != nil {
		return err
	}
	switch c.Status() {
	case TokenIsCancelled:
		return errTokenCancelled()
	case TokenIsSuspended:
		return refuse(Forbidden, "TOKEN_SUSPENDED", "Customer token is suspended")
	case TokenActive:
	}
	if *in.Currency != c.Currency {
		return notMatching([]Fault{{"purchase_currency", c.Currency, *in.Currency}})
	}
	return nil
}

func (in *ChargeInput) check(urls URLPolicy) error {
	faults := in.Faults
	need := func(path string, sent bool) {
		if !sent && !faulted(faults, path) {
			faults = append(faults, Fault{Path: path, Want: "a value"})
		}
	}
	need("purchase_currency", in.Currency != nil)
	need("order_amount", in.Amount != nil)
	need("order_lines", in.Lines != nil)
	if in.Amount != nil && *in.Amount < 1 {
		faults = append(faults, Fault{Path: "order_amount", Want: "1 or more", Got: strconv.FormatInt(int64(*in.Amount), 10)})
	}
	for i := range in.Lines {
		l := &in.Lines[i]
		if l.UnitPrice > maxTokenAmount {
			faults = append(faults, Fault{Path: indexed("order_lines", i, "unit_price"), Want: "at most 100000000", Got: strconv.FormatInt(int64(l.UnitPrice), 10)})
		}
		if l.TotalAmount > maxTokenAmount {
			faults = append(faults, Fault{Path: indexed("order_lines", i, "total_amount"), Want: "at most 100000000", Got: strconv.FormatInt(int64(l.TotalAmount), 10)})
		}
	}
	if in.Lines != nil {
		cart := Purchase{Lines: in.Lines}
		set(&cart.Amount, in.Amount) // without one it is bad already
		if in.TaxAmount != nil {
			cart.TaxAmount, cart.HasTax = *in.TaxAmount, true
		}
		faults = cart.check(faults, maxInt32)
	}
	if in.URLs != nil {
		faults = in.URLs.checkApp(in.URLs.check(faults, urls), urls)
	}
	faults = in.Attachment.check(faults)
	if err := Invalid400(faults); err != nil {
		return err
	}
	return nil
}

// ChargeRefusal is what a refused charge tells beside its code, the step-up included.
type ChargeRefusal struct {
	Reason   string
	Method   Method
	StepUpID string // empty unless the call said that it can recover
}

// Charge makes an order on a customer token after a decision. A declined one is refused with UNAVAILABLE_PAYMENT_METHOD: what it
// left in the token is to be saved all the same.
func (p *Payment) Charge(m *Merchant, c *CustomerToken, in ChargeInput, d Decision, ids *IDs, now time.Time) (*Order, error) {
	switch d.Outcome {
	case OutcomeApproved, OutcomePending:
	case OutcomeDeclined:
		c.Refusals++
		refusal := refuse(Forbidden, "UNAVAILABLE_PAYMENT_METHOD", "Purchase for payment method failed")
		refusal.Charge = &ChargeRefusal{Reason: d.Reason, Method: c.Method}
		if in.StepUp {
			if c.StepUpID = in.StepUpID; c.StepUpID == "" {
				c.StepUpID = ids.UUID()
			}
			refusal.Charge.StepUpID = c.StepUpID
		}
		p.recordToken(c, TokenRefused, EventData{Reason: d.Reason, Amount: *in.Amount, Currency: c.Currency}, ids, now)
		return nil, refusal
	default:
		return nil, refuse(Unavailable, "SERVICE_UNAVAILABLE", "No decision could be made. Please try again in a moment")
	}
	o := &Order{
		Merchant: c.Merchant, ID: OrderID(ids.UUID()), Payment: p.Session.ID, Reference: ids.Reference(),
		CreatedAt: now, ExpiresAt: orderExpiry(now, m.Settings.authorizationDays()),
		Purchase:       Purchase{Country: c.Country, Currency: c.Currency, Locale: c.Locale, Amount: *in.Amount, Lines: in.Lines},
		OriginalAmount: *in.Amount, Fraud: FraudAccepted, Method: c.Method, Billing: c.Billing, Shipping: c.Shipping, Customer: c.Customer,
		MerchantReference1: in.MerchantReference1, MerchantReference2: in.MerchantReference2, MerchantData: in.MerchantData,
	}
	if d.Method.Type != "" {
		o.Method = d.Method
	}
	if in.TaxAmount != nil {
		o.Purchase.TaxAmount, o.Purchase.HasTax = *in.TaxAmount, true
	}
	set(&o.Shipping, in.Shipping)
	o.Shipping = o.Shipping.standard(c.Country)
	set(&o.URLs, in.URLs)
	p.recordToken(c, TokenCharged, EventData{OrderID: string(o.ID), Amount: *in.Amount, Currency: c.Currency}, ids, now)
	o.start(d, in.AutoCapture, ids, now)
	return o, nil
}

// Recover takes over how an authorization was paid, after the consumer recovered a refused charge with it.
func (p *Payment) Recover(c *CustomerToken, a *Authorization, ids *IDs, now time.Time) {
	c.Category, c.Plan, c.Method, c.Instrument = a.Category, a.Plan, a.Decision.Method, a.Instrument
	c.StepUpID = ""
	p.recordToken(c, TokenRecovered, EventData{Category: string(c.Category)}, ids, now)
}
