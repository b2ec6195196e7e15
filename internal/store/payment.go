package store

import (
	"kassa/internal/keyring"
	"kassa/internal/pay"
)

// paymentTable names the table in sealed values and in the order of locks.
const paymentTable = "payment_session"

// paymentBody is what is kept of a payment session and not searched.
type paymentBody struct {
	Purchase               pay.Purchase
	Intent                 pay.Intent
	Channel                pay.Channel
	AutoCapture            bool
	Categories             []pay.Category
	URLs                   pay.PaymentURLs
	Reference1, Reference2 string
	Design                 string
	CustomMethods          []string
	Options                *pay.WidgetOptions
	StepUpID               string
}

// paymentPersonal is what is sealed of a payment session. The merchant's free data is among it, as it may hold anything.
type paymentPersonal struct {
	Billing, Shipping pay.Address
	Customer          pay.Customer
	Attachment        *pay.Attachment
	MerchantData      string
}

const paymentColumns = `s.merchant_id, s.id, s.version, s.created_at, s.expires_at, s.completed_at, s.order_id, s.body, s.personal`

var insertPayment = &statement{`insert into payment_session
 (merchant_id, id, version, created_at, expires_at, completed_at, order_id, currency, amount, body, personal)
 values ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10)`}

// savePayment fails on version, which is not null, for a stale row and for a missing one: in the insert when the subquery
// finds another version or nothing, in the update when another transaction came between.
var savePayment = &statement{`insert into payment_session
 (merchant_id, id, version, created_at, expires_at, completed_at, order_id, currency, amount, body, personal)
 values ($1, $2, (select case when version = $11 then version + 1 end from payment_session where merchant_id = $1 and id = $2),
  $3, $4, $5, $6, $7, $8, $9, $10)
 on conflict (merchant_id, id) do update set
  version = case when payment_session.version = $11 then payment_session.version + 1 end,
  completed_at = excluded.completed_at, order_id = excluded.order_id, currency = excluded.currency, amount = excluded.amount,
  body = excluded.body, personal = excluded.personal`}

// InsertPayment adds a new payment session with everything that hangs on it. ErrConflict when its id exists.
func (b *Batch) InsertPayment(p *pay.Payment) {
	b.add(insertPayment, b.paymentArgs(p)...)
	b.paymentChildren(p)
}

// SavePayment saves a payment aggregate that was read: the session at its version, then the children that changed, then its
// events and jobs. ErrConflict when it was saved since it was read, or is not there.
func (b *Batch) SavePayment(p *pay.Payment) {
	s := &p.Session
	b.swap(savePayment, paymentTable+rowName(s.Merchant, string(s.ID)), append(b.paymentArgs(p), s.Version)...)
	b.paymentChildren(p)
}

func (b *Batch) paymentArgs(p *pay.Payment) []any {
	s := &p.Session
	body := paymentBody{
		Purchase: s.Purchase, Intent: s.Intent, Channel: s.Channel, AutoCapture: s.AutoCapture, Categories: s.Categories, URLs: s.URLs,
		Reference1: s.MerchantReference1, Reference2: s.MerchantReference2, Design: s.Design, CustomMethods: s.CustomPaymentMethodIDs,
		Options: s.Options, StepUpID: s.StepUpID,
	}
	personal := paymentPersonal{Billing: s.Billing, Shipping: s.Shipping, Customer: s.Customer, Attachment: s.Attachment, MerchantData: s.MerchantData}
	args := make([]any, 0, 11)
	return append(args,
		string(s.Merchant), string(s.ID), micros(s.CreatedAt), micros(s.ExpiresAt), micros(s.CompletedAt), string(s.OrderID),
		s.Currency, int64(s.Amount), b.json(&body, paymentTable),
		b.sealJSON(&personal, paymentTable, "personal", s.Merchant, string(s.ID)))
}

func (b *Batch) paymentChildren(p *pay.Payment) {
	for i, h := range p.Hosted {
		b.hosted(h, i+1)
	}
	for i, a := range p.Authorizations {
		b.authorization(a, i+1)
	}
	for i, c := range p.Tokens {
		b.customerToken(c, i+1)
	}
	b.events(p.Events)
	b.Enqueue(p.Jobs...)
}

// PaymentRef says which payment aggregate: by itself or by something that hangs on it.
type PaymentRef struct {
	session, hosted, attempts *statement
	tokens                    *statement                     // nil: customer tokens are not read
	args                      func(keys *keyring.Ring) []any // nil: it cannot exist
}

// ByPayment refers to a payment session by its id.
func ByPayment(merchant pay.MerchantID, id pay.PaymentID) PaymentRef {
	return PaymentRef{paymentByID, hostedByPayment, attemptsByPayment, nil, func(*keyring.Ring) []any { return []any{string(merchant), string(id)} }}
}

// ByHosted refers to the payment session of a hosted session.
func ByHosted(merchant pay.MerchantID, id pay.HostedID) PaymentRef {
	return PaymentRef{paymentByHosted, hostedByHosted, attemptsByHosted, nil, func(*keyring.Ring) []any { return []any{string(merchant), string(id)} }}
}

// ByLink refers to the payment session of the hosted session whose page has this token. The merchant is that of the token's
// number (pay.SplitLink).
func ByLink(merchant pay.MerchantID, token pay.Secret) PaymentRef {
	return PaymentRef{paymentByLink, hostedByLink, attemptsByLink, nil, func(keys *keyring.Ring) []any {
		_, key, ok := pay.SplitLink(token)
		if !ok {
			return nil
		}
		return []any{string(merchant), key, linkHash(keys, token)}
	}}
}

// ByToken refers to the payment session of an authorization token.
func ByToken(merchant pay.MerchantID, token pay.Secret) PaymentRef {
	return PaymentRef{paymentByToken, hostedByToken, attemptsByToken, tokensByToken, func(keys *keyring.Ring) []any {
		if token == "" {
			return nil
		}
		return []any{string(merchant), tokenHash(keys, token)}
	}}
}

// ByCustomerToken refers to the payment session in which a customer token was made.
func ByCustomerToken(merchant pay.MerchantID, token pay.Secret) PaymentRef {
	return PaymentRef{paymentByCustomerToken, hostedByCustomerToken, attemptsByCustomerToken, tokensByCustomerToken, func(keys *keyring.Ring) []any {
		if token == "" {
			return nil
		}
		return []any{string(merchant), customerTokenHash(keys, token)}
	}}
}

// The five ways to a payment, and the tables on each: k is the row that the reference names.
const (
	byID        = ` where s.merchant_id = $1 and s.id = $2`
	viaHosted   = ` from hosted_session k join `
	viaToken    = ` from attempt k join `
	viaCustomer = ` from customer_token k join `
	onSession   = ` s on s.merchant_id = k.merchant_id and s.id = k.payment_id`
	onChild     = ` s on s.merchant_id = k.merchant_id and s.payment_id = k.payment_id`
	keyID       = ` where k.merchant_id = $1 and k.id = $2`
	keyLink     = ` where k.merchant_id = $1 and k.link_key = $2 and k.link_hash = $3`
	keyToken    = ` where k.merchant_id = $1 and k.token_hash = $2`
	inOrder     = ` order by s.number`
)

var (
	paymentByID     = &statement{`select ` + paymentColumns + ` from payment_session s` + byID}
	paymentByHosted = &statement{`select ` + paymentColumns + viaHosted + `payment_session` + onSession + keyID}
	paymentByLink   = &statement{`select ` + paymentColumns + viaHosted + `payment_session` + onSession + keyLink}
	paymentByToken  = &statement{`select ` + paymentColumns + viaToken + `payment_session` + onSession + keyToken}

	paymentByCustomerToken = &statement{`select ` + paymentColumns + viaCustomer + `payment_session` + onSession + keyToken}
)

// PaymentBy reads a payment session with all its hosted sessions and authorizations; *dst is nil when there is none.
func PaymentBy(ref PaymentRef, dst **pay.Payment) Read {
	return Read{func(keys *keyring.Ring) plan {
		args := ref.args(keys)
		if args == nil {
			return plan{finish: func() error { *dst = nil; return nil }}
		}
		var (
			sessions []paymentRow
			hosted   []hostedRow
			attempts []attemptRow
			tokens   []customerTokenRow
		)
		lookups := []lookup{
			{ref.session, args, func(r rowScan) error { return scanInto(&sessions, r) }},
			{ref.hosted, args, func(r rowScan) error { return scanInto(&hosted, r) }},
			{ref.attempts, args, func(r rowScan) error { return scanInto(&attempts, r) }},
		}
		if ref.tokens != nil {
			lookups = append(lookups, lookup{ref.tokens, args, func(r rowScan) error { return scanInto(&tokens, r) }})
		}
		return plan{
			lookups: lookups,
			finish: func() (err error) {
				if *dst, err = assemblePayment(keys, sessions, hosted, attempts); err != nil || *dst == nil {
					return err
				}
				(*dst).Tokens, err = openCustomerTokens(keys, tokens)
				return err
			},
		}
	}}
}

// scanner is a row of one table that knows where its columns go.
type scanner[T any] interface {
	*T
	dest() []any
}

func scanInto[T any, P scanner[T]](rows *[]T, r rowScan) error {
	*rows = append(*rows, *new(T))
	return r.Scan(P(&(*rows)[len(*rows)-1]).dest()...)
}

// paymentRow is a payment session as it is stored.
type paymentRow struct {
	merchant, id, orderID                     string
	version, createdAt, expiresAt, completeAt int64
	body, personal                            []byte
}

func (r *paymentRow) dest() []any {
	return []any{&r.merchant, &r.id, &r.version, &r.createdAt, &r.expiresAt, &r.completeAt, &r.orderID, &r.body, &r.personal}
}

func assemblePayment(keys *keyring.Ring, sessions []paymentRow, hosted []hostedRow, attempts []attemptRow) (*pay.Payment, error) {
	if len(sessions) == 0 {
		return nil, nil
	}
	p := &pay.Payment{}
	if err := sessions[0].fill(keys, &p.Session); err != nil {
		return nil, err
	}
	for i := range hosted {
		h, err := hosted[i].hosted(keys)
		if err != nil {
			return nil, err
		}
		p.Hosted = append(p.Hosted, h)
	}
	for i := range attempts {
		a, err := attempts[i].authorization(keys)
		if err != nil {
			return nil, err
		}
		p.Authorizations = append(p.Authorizations, a)
	}
	return p, nil
}

func (r *paymentRow) fill(keys *keyring.Ring, s *pay.PaymentSession) error {
	var body paymentBody
	if err := decode(r.body, &body, paymentTable); err != nil {
		return err
	}
	var personal paymentPersonal
	merchant := pay.MerchantID(r.merchant)
	if err := open(keys, r.personal, paymentTable, "personal", merchant, r.id, &personal); err != nil {
		return err
	}
	*s = pay.PaymentSession{
		Merchant: merchant, ID: pay.PaymentID(r.id), Version: r.version,
		CreatedAt: instant(r.createdAt), ExpiresAt: instant(r.expiresAt), CompletedAt: instant(r.completeAt), OrderID: pay.OrderID(r.orderID),
		Purchase: body.Purchase, Intent: body.Intent, Channel: body.Channel, AutoCapture: body.AutoCapture,
		Billing: personal.Billing, Shipping: personal.Shipping, Customer: personal.Customer, Categories: body.Categories, URLs: body.URLs,
		MerchantReference1: body.Reference1, MerchantReference2: body.Reference2, MerchantData: personal.MerchantData, Design: body.Design,
		CustomPaymentMethodIDs: body.CustomMethods, Options: body.Options, Attachment: personal.Attachment, StepUpID: body.StepUpID,
	}
	return nil
}
