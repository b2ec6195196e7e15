package pay

import (
	"time"
)

// DecisionLimit is how long an attempt may wait for its decision before its deadline job asks again.
const DecisionLimit = 30 * time.Second

// AuthorizationState is what has become of an attempt.
type AuthorizationState string

// The states of an attempt.
const (
	Deciding    AuthorizationState = "DECIDING"
	Identifying AuthorizationState = "IDENTIFYING" // approved, once the clerk has seen the consumer's identity document
	Approved    AuthorizationState = "APPROVED"
	Declined    AuthorizationState = "DECLINED"
	Faulted     AuthorizationState = "ERROR" // no decision could be made
	Consumed    AuthorizationState = "CONSUMED"
	Voided      AuthorizationState = "VOIDED"
)

// Outcome is what the decision said.
type Outcome string

// The outcomes of a decision.
const (
	OutcomeApproved Outcome = "approved"
	OutcomeDeclined Outcome = "declined"
	OutcomePending  Outcome = "pending" // approved for now: the fraud decision follows
	OutcomeError    Outcome = "error"
)

// Method is how it is paid, as authorized_payment_method tells it.
type Method struct {
	Type         string // invoice, fixed_amount, card, direct_debit, …
	Days         int    // number_of_days, 0: left out
	Installments int    // number_of_installments, 0: left out
}

// Decision is the answer to "may this consumer pay this so".
type Decision struct {
	Outcome       Outcome
	Reason        string // why declined, for the log and the event
	Method        Method
	PendingFor    time.Duration // with pending: until the fraud decision
	PendingAccept bool          // with pending: how it turns out
	CheckID       bool          // approved or pending: in a shop, only once its staff has seen an identity document
}

// Authorization is one attempt to be authorized and, when approved, the authorization itself. Its purchase and addresses are
// bound: what was authorized, whatever becomes of the session.
type Authorization struct {
	Change    Change
	Merchant  MerchantID
	ID        AuthorizationID
	Payment   PaymentID
	Hosted    HostedID
	CreatedAt time.Time
	DecidedAt time.Time // zero while deciding
	ExpiresAt time.Time // of the token
	VoidedAt  time.Time
	UsedAt    time.Time // an order was placed with it
	Decision  Decision

	IdentifyBy   time.Time // the clerk must have seen the consumer's identity document by then; zero: need not
	IdentifiedAt time.Time // the clerk has

	Token    Secret // empty until approved
	Category Category
	Plan     string
	Instrument
	Intent   Intent // what the consumer agreed to
	StepUpID string // the refused charge that this recovers, on Customer.CustomerToken; empty without

	Purchase          Purchase
	Billing, Shipping Address
	Given             Address // billing as the merchant had it, before the consumer completed or corrected it on the page
	GivenShipping     Address // shipping as the merchant had it
	Customer          Customer

	OrderID     OrderID
	OrderDigest []byte // of the request that placed the order, so that an equal one is answered alike
}

// State derives the state from the facts.
//
//	DecidedAt zero            → DECIDING
//	UsedAt set                → CONSUMED
//	VoidedAt set              → VOIDED
//	outcome approved, pending
//	  IdentifyBy set, IdentifiedAt zero → IDENTIFYING
//	  otherwise               → APPROVED
//	outcome declined          → DECLINED
//	otherwise                 → ERROR
func (a *Authorization) State() AuthorizationState {
	switch {
	case a.DecidedAt.IsZero():
		return Deciding
	case !a.UsedAt.IsZero():
		return Consumed
	case !a.VoidedAt.IsZero():
		return Voided
	}
	switch a.Decision.Outcome {
	case OutcomeApproved, OutcomePending:
		if !a.IdentifyBy.IsZero() && a.IdentifiedAt.IsZero() {
			return Identifying
		}
		return Approved
	case OutcomeDeclined:
		return Declined
	}
	return Faulted
}

// Live reports whether the token can place an order now.
func (a *Authorization) Live(now time.Time) bool {
	return a.State() == Approved && now.Before(a.ExpiresAt)
}

// Begin starts an attempt: the consumer pressed the pay button of a review form made when attempts attempts had been made.
// A second press of the same form is stale, so is a press while another tab is being decided: there is one attempt in flight
// for the whole payment session. The caller commits this before anybody is asked.
func (p *Payment) Begin(h *HostedSession, attempts int, ids *IDs, now time.Time) (*Authorization, error) {
	if p.StepOf(h, now) != StepReview || h.Progress.Attempts != attempts || !p.Session.CompletedAt.IsZero() {
		return nil, ErrStale
	}
	if err := p.step(h, ids, now); err != nil {
		return nil, err
	}
	h.Progress.Attempts++
	s := &p.Session
	a := &Authorization{
		Change: Inserted, Merchant: s.Merchant, ID: AuthorizationID(ids.UUID()), Payment: s.ID, Hosted: h.ID, CreatedAt: now,
		Category: h.Progress.Category, Plan: h.Progress.Plan, Instrument: h.Progress.Instrument,
		Intent: s.Intent, StepUpID: s.StepUpID,
		Purchase: s.Purchase, Billing: p.Contact(h), Shipping: s.Shipping, Given: s.Billing, GivenShipping: s.Shipping, Customer: p.Consumer(h),
	}
	if a.Shipping.IsZero() {
		a.Shipping = a.Billing // copied from billing when absent
	}
	p.Authorizations = append(p.Authorizations, a)
	p.record(h, AuthorizationBegun, a.facts(""), ids, now)
	p.Jobs = append(p.Jobs, Job{
		ID: JobID(ids.UUID()), Merchant: s.Merchant, Kind: JobDeadline, Lane: string(h.ID), Subject: string(a.ID), Payment: s.ID,
		DueAt: now.Add(DecisionLimit),
	})
	return a, nil
}

// Finish ends an attempt with its decision. When the session was withdrawn or completed meanwhile, an approval is voided.
// It returns the order that PLACE_ORDER or CAPTURE_ORDER made of it, nil without. An attempt that is finished already stays.
func (p *Payment) Finish(m *Merchant, a *Authorization, d Decision, ids *IDs, now time.Time) (*Order, error) {
	if a.State() != Deciding {
		return nil, nil
	}
	a.Change.touch()
	a.DecidedAt, a.Decision = now, d
	h := p.HostedByID(a.Hosted)
	if h == nil || h.Status.Final() || !p.Session.CompletedAt.IsZero() {
		p.void(a, "session_over", ids, now)
		return nil, nil
	}
	switch d.Outcome {
	case OutcomeApproved, OutcomePending:
		if d.CheckID && p.Session.Channel == InStore {
			p.askID(h, a, ids, now)
			return nil, nil
		}
		return p.approve(m, h, a, ids, now)
	case OutcomeDeclined:
		p.decline(h, a, ids, now)
	default:
		p.record(h, AuthorizationError, a.facts(d.Reason), ids, now)
		p.move(h, Errored, SessionError, EventData{Reason: d.Reason, Category: string(a.Category)}, ids, now)
		p.failSiblings(h, ids, now)
	}
	return nil, nil
}

func (p *Payment) approve(m *Merchant, h *HostedSession, a *Authorization, ids *IDs, now time.Time) (*Order, error) {
	a.Token, a.ExpiresAt = ids.Token(), now.Add(TokenLife)
	h.AuthorizationID = a.ID
	event := p.record(h, AuthorizationApproved, a.facts(""), ids, now)
	if h.Options.PlaceOrderMode == ModeNone || a.Intent == Tokenize { // of the latter no page should have another mode
		p.tellAuthorization(a, event, now)
		p.move(h, Completed, SessionCompleted, EventData{}, ids, now)
		return nil, nil
	}
	capture := h.Options.PlaceOrderMode == ModeCaptureOrder || p.Session.AutoCapture
	return p.placeFrom(m, h, a, placeTerms{autoCapture: capture, amount: a.Purchase.Amount, lines: a.Purchase.Lines}, ids, now)
}

// void ends an authorization that nobody can use any more; reason is order_placed or session_over.
func (p *Payment) void(a *Authorization, reason string, ids *IDs, now time.Time) {
	a.VoidedAt = now
	a.Change.touch()
	if h := p.HostedByID(a.Hosted); h != nil {
		p.record(h, AuthorizationVoided, a.facts(reason), ids, now)
	}
}

// facts are what the events of an attempt tell.
func (a *Authorization) facts(reason string) EventData {
	return EventData{Category: string(a.Category), Amount: a.Purchase.Amount, Currency: a.Purchase.Currency, Reason: reason}
}

// over is the refusal of an authorization that cannot be used any more, with what became of it as the reason.
func (a *Authorization) over(message string, now time.Time) *Error {
	if state := a.State(); state != Approved && (state != Consumed || now.Before(a.ExpiresAt)) {
		return NotFoundError(message).because("authorization_token", string(Approved), string(state))
	}
	return NotFoundError(message).Ended("authorization_token", a.ExpiresAt)
}

// CancelAuthorization gives an unused authorization back. The hosted session stays COMPLETED.
func (p *Payment) CancelAuthorization(a *Authorization, ids *IDs, now time.Time) error {
	switch a.State() {
	case Approved:
		if !now.Before(a.ExpiresAt) {
			return a.over("Invalid authorization token", now)
		}
	case Consumed:
		return a.over("Authorization cannot be deleted", now)
	default:
		return a.over("Invalid authorization token", now)
	}
	a.VoidedAt = now
	a.Change.touch()
	if h := p.HostedByID(a.Hosted); h != nil {
		p.record(h, AuthorizationCancelled, a.facts(""), ids, now)
	}
	return nil
}
