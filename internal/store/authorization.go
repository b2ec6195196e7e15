package store

import (
	"errors"
	"time"

	"kassa/internal/keyring"
	"kassa/internal/pay"
)

// attemptTable holds authorizations: "authorization" is a word of SQL.
const attemptTable = "attempt"

var errLink = errors.New("its link is not of the form of a link")

// attemptBody is what is kept of an attempt and not searched.
type attemptBody struct {
	Category pay.Category
	Plan     string
	pay.Instrument
	Intent        pay.Intent
	StepUpID      string
	Purchase      pay.Purchase
	Reason        string
	Method        pay.Method
	PendingFor    int64 // microseconds
	PendingAccept bool
	CheckID       bool  `json:",omitzero"`
	IdentifyBy    int64 `json:",omitzero"` // microseconds of UTC since 1970
	IdentifiedAt  int64 `json:",omitzero"`
}

// attemptPersonal is what is sealed of an attempt.
type attemptPersonal struct {
	Billing, Shipping pay.Address
	Given             pay.Address
	GivenShipping     pay.Address
	Customer          pay.Customer
}

const attemptColumns = `s.merchant_id, s.id, s.payment_id, s.hosted_id, s.created_at, s.decided_at, s.expires_at, s.voided_at, s.used_at,
 s.outcome, s.token_sealed, s.order_id, s.order_digest, s.body, s.personal`

var (
	insertAttempt = &statement{`insert into attempt
 (merchant_id, id, decided_at, expires_at, voided_at, used_at, state, outcome, token_hash, token_sealed, order_id, order_digest, body,
  payment_id, number, hosted_id, created_at, currency, amount, personal)
 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)`}

	updateAttempt = &statement{`update attempt set decided_at = $3, expires_at = $4, voided_at = $5, used_at = $6, state = $7, outcome = $8,
 token_hash = $9, token_sealed = $10, order_id = $11, order_digest = $12, body = $13 where merchant_id = $1 and id = $2`}

	attemptsByPayment = &statement{`select ` + attemptColumns + ` from attempt s where s.merchant_id = $1 and s.payment_id = $2` + inOrder}
	attemptsByHosted  = &statement{`select ` + attemptColumns + viaHosted + attemptTable + onChild + keyID + inOrder}
	attemptsByLink    = &statement{`select ` + attemptColumns + viaHosted + attemptTable + onChild + keyLink + inOrder}
	attemptsByToken   = &statement{`select ` + attemptColumns + viaToken + attemptTable + onChild + keyToken + inOrder}

	attemptsByCustomerToken = &statement{`select ` + attemptColumns + viaCustomer + attemptTable + onChild + keyToken + inOrder}
)

// tokenHash is the form in which an authorization token is looked up.
func tokenHash(keys *keyring.Ring, token pay.Secret) []byte {
	sum := keys.Hash("authorization", []byte(token))
	return sum[:]
}

// authorization saves the changes of an attempt; number is its place in the aggregate. What was authorized never changes.
func (b *Batch) authorization(a *pay.Authorization, number int) {
	if a.Change == pay.Unchanged {
		return
	}
	id := string(a.ID)
	var hash any // null until there is a token
	sealed := []byte{}
	if a.Token != "" {
		hash, sealed = tokenHash(b.keys, a.Token), b.seal([]byte(a.Token), attemptTable, "token", a.Merchant, id)
	}
	d := &a.Decision
	body := attemptBody{
		Category: a.Category, Plan: a.Plan, Instrument: a.Instrument, Intent: a.Intent, StepUpID: a.StepUpID, Purchase: a.Purchase, Reason: d.Reason, Method: d.Method,
		PendingFor: d.PendingFor.Microseconds(), PendingAccept: d.PendingAccept,
		CheckID: d.CheckID, IdentifyBy: micros(a.IdentifyBy), IdentifiedAt: micros(a.IdentifiedAt),
	}
	args := []any{
		string(a.Merchant), id, micros(a.DecidedAt), micros(a.ExpiresAt), micros(a.VoidedAt), micros(a.UsedAt),
		string(a.State()), string(d.Outcome), hash, sealed, string(a.OrderID), blob(a.OrderDigest), b.json(&body, attemptTable),
	}
	if a.Change == pay.Updated {
		b.add(updateAttempt, args...)
		return
	}
	personal := attemptPersonal{Billing: a.Billing, Shipping: a.Shipping, Given: a.Given, GivenShipping: a.GivenShipping, Customer: a.Customer}
	b.add(insertAttempt, append(args, string(a.Payment), int64(number), string(a.Hosted), micros(a.CreatedAt),
		a.Purchase.Currency, int64(a.Purchase.Amount), b.sealJSON(&personal, attemptTable, "personal", a.Merchant, id))...)
}

// attemptRow is an attempt as it is stored.
type attemptRow struct {
	merchant, id, payment, hosted, outcome, order     string
	createdAt, decidedAt, expiresAt, voidedAt, usedAt int64
	token, digest, body, personal                     []byte
}

func (r *attemptRow) dest() []any {
	return []any{
		&r.merchant, &r.id, &r.payment, &r.hosted, &r.createdAt, &r.decidedAt, &r.expiresAt, &r.voidedAt, &r.usedAt,
		&r.outcome, &r.token, &r.order, &r.digest, &r.body, &r.personal,
	}
}

func (r *attemptRow) authorization(keys *keyring.Ring) (*pay.Authorization, error) {
	merchant := pay.MerchantID(r.merchant)
	var body attemptBody
	if err := decode(r.body, &body, attemptTable); err != nil {
		return nil, err
	}
	var personal attemptPersonal
	if err := open(keys, r.personal, attemptTable, "personal", merchant, r.id, &personal); err != nil {
		return nil, err
	}
	token, err := openSecret(keys, r.token, attemptTable, "token", merchant, r.id)
	return &pay.Authorization{
		Merchant: merchant, ID: pay.AuthorizationID(r.id), Payment: pay.PaymentID(r.payment), Hosted: pay.HostedID(r.hosted),
		CreatedAt: instant(r.createdAt), DecidedAt: instant(r.decidedAt), ExpiresAt: instant(r.expiresAt),
		VoidedAt: instant(r.voidedAt), UsedAt: instant(r.usedAt),
		Decision: pay.Decision{
			Outcome: pay.Outcome(r.outcome), Reason: body.Reason, Method: body.Method,
			PendingFor: time.Duration(body.PendingFor) * time.Microsecond, PendingAccept: body.PendingAccept,
			CheckID: body.CheckID,
		},
		IdentifyBy: instant(body.IdentifyBy), IdentifiedAt: instant(body.IdentifiedAt),
		Token: token, Category: body.Category, Plan: body.Plan, Instrument: body.Instrument, Intent: body.Intent, StepUpID: body.StepUpID, Purchase: body.Purchase,
		Billing: personal.Billing, Shipping: personal.Shipping, Given: personal.Given, GivenShipping: personal.GivenShipping,
		Customer: personal.Customer,
		OrderID:  pay.OrderID(r.order), OrderDigest: orNil(r.digest),
	}, err
}
