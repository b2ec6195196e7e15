package store

import (
	"kassa/internal/keyring"
	"kassa/internal/pay"
)

const customerTokenTable = "customer_token"

// customerTokenBody is what is kept of a customer token, and not searched.
type customerTokenBody struct {
	Authorization                          pay.AuthorizationID
	Country, Currency, Locale, Description string
	Category                               pay.Category
	Plan                                   string
	Method                                 pay.Method
	pay.Instrument
	StepUpID string
	Refusals int
}

// customerTokenPersonal is what is sealed of a customer token.
type customerTokenPersonal struct {
	Billing, Shipping pay.Address
	Customer          pay.Customer
}

const customerTokenColumns = `s.merchant_id, s.id, s.payment_id, s.created_at, s.cancelled_at, s.suspended_at, s.token_sealed,
 s.stream_sequence, s.stream_hash, s.body, s.personal`

var (
	insertCustomerToken = &statement{`insert into customer_token
 (merchant_id, id, cancelled_at, suspended_at, status, stream_sequence, stream_hash, body,
  payment_id, number, created_at, token_hash, token_sealed, personal)
 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`}

	updateCustomerToken = &statement{`update customer_token set cancelled_at = $3, suspended_at = $4, status = $5, stream_sequence = $6,
 stream_hash = $7, body = $8 where merchant_id = $1 and id = $2`}

	tokensByToken         = &statement{`select ` + customerTokenColumns + viaToken + customerTokenTable + onChild + keyToken + inOrder}
	tokensByCustomerToken = &statement{`select ` + customerTokenColumns + viaCustomer + customerTokenTable + onChild + keyToken + inOrder}
)

// customerTokenHash is the form in which a customer token is looked up.
func customerTokenHash(keys *keyring.Ring, token pay.Secret) []byte {
	sum := keys.Hash("customer token", []byte(token))
	return sum[:]
}

// customerToken saves the changes of a customer token; number is its place in the aggregate. Whose it is never changes.
func (b *Batch) customerToken(c *pay.CustomerToken, number int) {
	if c.Change == pay.Unchanged {
		return
	}
	id := string(c.ID)
	body := customerTokenBody{
		Authorization: c.Authorization, Country: c.Country, Currency: c.Currency, Locale: c.Locale, Description: c.Description,
		Category: c.Category, Plan: c.Plan, Method: c.Method, Instrument: c.Instrument, StepUpID: c.StepUpID,
		Refusals: c.Refusals,
	}
	args := []any{
		string(c.Merchant), id, micros(c.CancelledAt), micros(c.SuspendedAt), string(c.Status()), c.Stream.Sequence, blob(c.Stream.Hash),
		b.json(&body, customerTokenTable),
	}
	if c.Change == pay.Updated {
		b.add(updateCustomerToken, args...)
		return
	}
	personal := customerTokenPersonal{Billing: c.Billing, Shipping: c.Shipping, Customer: c.Customer}
	b.add(insertCustomerToken, append(args, string(c.Payment), int64(number), micros(c.CreatedAt), customerTokenHash(b.keys, c.Token),
		b.seal([]byte(c.Token), customerTokenTable, "token", c.Merchant, id), b.sealJSON(&personal, customerTokenTable, "personal", c.Merchant, id))...)
}

// customerTokenRow is a customer token as it is stored.
type customerTokenRow struct {
	merchant, id, payment                         string
	createdAt, cancelledAt, suspendedAt, sequence int64
	token, hash, body, personal                   []byte
}

func (r *customerTokenRow) dest() []any {
	return []any{
		&r.merchant, &r.id, &r.payment, &r.createdAt, &r.cancelledAt, &r.suspendedAt, &r.token, &r.sequence, &r.hash, &r.body, &r.personal,
	}
}

func openCustomerTokens(keys *keyring.Ring, rows []customerTokenRow) ([]*pay.CustomerToken, error) {
	var out []*pay.CustomerToken
	for i := range rows {
		c, err := rows[i].customerToken(keys)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

func (r *customerTokenRow) customerToken(keys *keyring.Ring) (*pay.CustomerToken, error) {
	merchant := pay.MerchantID(r.merchant)
	var body customerTokenBody
	if err := decode(r.body, &body, customerTokenTable); err != nil {
		return nil, err
	}
	var personal customerTokenPersonal
	if err := open(keys, r.personal, customerTokenTable, "personal", merchant, r.id, &personal); err != nil {
		return nil, err
	}
	token, err := openSecret(keys, r.token, customerTokenTable, "token", merchant, r.id)
	if err != nil {
		return nil, err
	}
	return &pay.CustomerToken{
		Merchant: merchant, ID: pay.CustomerTokenID(r.id), Payment: pay.PaymentID(r.payment), Authorization: body.Authorization, Token: token,
		CreatedAt: instant(r.createdAt), CancelledAt: instant(r.cancelledAt), SuspendedAt: instant(r.suspendedAt),
		Country: body.Country, Currency: body.Currency, Locale: body.Locale, Description: body.Description, Category: body.Category,
		Plan: body.Plan, Method: body.Method, Instrument: body.Instrument, Billing: personal.Billing, Shipping: personal.Shipping,
		Customer: personal.Customer, StepUpID: body.StepUpID, Refusals: body.Refusals, Stream: pay.Stream{Sequence: r.sequence, Hash: orNil(r.hash)},
	}, nil
}
