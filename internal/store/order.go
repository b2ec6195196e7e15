package store

import (
	"time"

	"kassa/internal/keyring"
	"kassa/internal/pay"
)

const ordersTable = "orders"

// orderBody is what is kept of an order and not searched.
type orderBody struct {
	Purchase               pay.Purchase
	FraudAccept            bool
	CaptureOnAccept        bool
	Method                 pay.Method
	URLs                   pay.PaymentURLs
	SelectedShipping       string
	ShippingInfo           []pay.ShippingInfo
	Reference1, Reference2 string
	SettledAt              int64 `json:",omitempty"` // an order of nothing was captured
}

// orderPersonal is what is sealed of an order.
type orderPersonal struct {
	Billing, Shipping pay.Address
	Customer          pay.Customer
	MerchantData      string
}

const orderColumns = `s.merchant_id, s.id, s.version, s.payment_id, s.hosted_id, s.reference, s.created_at, s.expires_at, s.cancelled_at,
 s.released_at, s.expired_at, s.acknowledged_at, s.fraud, s.fraud_due_at, s.fraud_decided_at, s.original, s.captured, s.refunded,
 s.stream_sequence, s.stream_hash, s.body, s.personal`

const orderInsertColumns = `(merchant_id, id, payment_id, hosted_id, reference, created_at, expires_at, cancelled_at, released_at, expired_at,
  acknowledged_at, status, fraud, fraud_due_at, fraud_decided_at, currency, authorized, original, captured, refunded, stream_sequence,
  stream_hash, body, personal, version)`

const orderInsertValues = `$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24`

var (
	insertOrder = &statement{`insert into orders ` + orderInsertColumns + ` values (` + orderInsertValues + `, 1)`}

	// saveOrder is a compare-and-swap like savePayment.
	saveOrder = &statement{`insert into orders ` + orderInsertColumns + ` values (` + orderInsertValues + `,
  (select case when version = $25 then version + 1 end from orders where merchant_id = $1 and id = $2))
 on conflict (merchant_id, id) do update set
  version = case when orders.version = $25 then orders.version + 1 end,
  expires_at = excluded.expires_at, cancelled_at = excluded.cancelled_at, released_at = excluded.released_at,
  expired_at = excluded.expired_at, acknowledged_at = excluded.acknowledged_at, status = excluded.status, fraud = excluded.fraud,
  fraud_due_at = excluded.fraud_due_at, fraud_decided_at = excluded.fraud_decided_at, currency = excluded.currency,
  authorized = excluded.authorized, captured = excluded.captured, refunded = excluded.refunded,
  stream_sequence = excluded.stream_sequence, stream_hash = excluded.stream_hash, body = excluded.body, personal = excluded.personal`}

	orderByID = &statement{`select ` + orderColumns + ` from orders s` + byID}
)

// InsertOrder adds a new order with everything that hangs on it. ErrConflict when its id exists.
func (b *Batch) InsertOrder(o *pay.Order) {
	b.add(insertOrder, b.orderArgs(o, o.CreatedAt)...)
	b.orderChildren(o)
}

// SaveOrder saves an order that was read: the order at its version, then the captures and refunds that changed, then its
// events and jobs. The stored copy of the status is that of now. ErrConflict when it was saved since it was read, or is not
// there.
func (b *Batch) SaveOrder(o *pay.Order, now time.Time) {
	b.swap(saveOrder, ordersTable+rowName(o.Merchant, string(o.ID)), append(b.orderArgs(o, now), o.Version)...)
	b.orderChildren(o)
}

func (b *Batch) orderArgs(o *pay.Order, now time.Time) []any {
	body := orderBody{
		Purchase: o.Purchase, FraudAccept: o.FraudAccept, CaptureOnAccept: o.CaptureOnAccept, Method: o.Method, URLs: o.URLs,
		SelectedShipping: o.SelectedShipping, ShippingInfo: o.ShippingInfo, Reference1: o.MerchantReference1, Reference2: o.MerchantReference2,
		SettledAt: micros(o.SettledAt),
	}
	personal := orderPersonal{Billing: o.Billing, Shipping: o.Shipping, Customer: o.Customer, MerchantData: o.MerchantData}
	args := make([]any, 0, 25)
	return append(args,
		string(o.Merchant), string(o.ID), string(o.Payment), string(o.Hosted), o.Reference, micros(o.CreatedAt), micros(o.ExpiresAt),
		micros(o.CancelledAt), micros(o.ReleasedAt), micros(o.ExpiredAt), micros(o.AcknowledgedAt), string(o.Status(now)),
		string(o.Fraud), micros(o.FraudDueAt), micros(o.FraudDecidedAt), o.Purchase.Currency, int64(o.Purchase.Amount),
		int64(o.OriginalAmount), int64(o.Captured), int64(o.Refunded), o.Stream.Sequence, blob(o.Stream.Hash),
		b.json(&body, ordersTable), b.sealJSON(&personal, ordersTable, "personal", o.Merchant, string(o.ID)))
}

func (b *Batch) orderChildren(o *pay.Order) {
	for i, c := range o.Captures {
		b.capture(c, i+1)
	}
	for i, r := range o.Refunds {
		b.refund(r, i+1)
	}
	b.events(o.Events)
	b.Enqueue(o.Jobs...)
}

// OrderBy reads an order with its captures and refunds; *dst is nil when there is none.
func OrderBy(merchant pay.MerchantID, id pay.OrderID, dst **pay.Order) Read {
	return Read{func(keys *keyring.Ring) plan {
		var (
			orders   []orderRow
			captures []captureRow
			refunds  []refundRow
			args     = []any{string(merchant), string(id)}
		)
		return plan{
			lookups: []lookup{
				{orderByID, args, func(r rowScan) error { return scanInto(&orders, r) }},
				{capturesByOrder, args, func(r rowScan) error { return scanInto(&captures, r) }},
				{refundsByOrder, args, func(r rowScan) error { return scanInto(&refunds, r) }},
			},
			finish: func() (err error) {
				*dst, err = assembleOrder(keys, orders, captures, refunds)
				return err
			},
		}
	}}
}

// orderRow is an order as it is stored.
type orderRow struct {
	merchant, id, payment, hosted, reference, fraud                          string
	version, createdAt, expiresAt, cancelledAt, releasedAt, expiredAt, ackAt int64
	fraudDueAt, fraudDecidedAt, original, captured, refunded, sequence       int64
	hash, body, personal                                                     []byte
}

func (r *orderRow) dest() []any {
	return []any{
		&r.merchant, &r.id, &r.version, &r.payment, &r.hosted, &r.reference, &r.createdAt, &r.expiresAt, &r.cancelledAt,
		&r.releasedAt, &r.expiredAt, &r.ackAt, &r.fraud, &r.fraudDueAt, &r.fraudDecidedAt, &r.original, &r.captured, &r.refunded,
		&r.sequence, &r.hash, &r.body, &r.personal,
	}
}

func assembleOrder(keys *keyring.Ring, orders []orderRow, captures []captureRow, refunds []refundRow) (*pay.Order, error) {
	if len(orders) == 0 {
		return nil, nil
	}
	o, err := orders[0].order(keys)
	if err != nil {
		return nil, err
	}
	for i := range captures {
		c, err := captures[i].capture(keys)
		if err != nil {
			return nil, err
		}
		o.Captures = append(o.Captures, c)
	}
	for i := range refunds {
		r, err := refunds[i].refund()
		if err != nil {
			return nil, err
		}
		o.Refunds = append(o.Refunds, r)
	}
	return o, nil
}

func (r *orderRow) order(keys *keyring.Ring) (*pay.Order, error) {
	merchant := pay.MerchantID(r.merchant)
	var body orderBody
	if err := decode(r.body, &body, ordersTable); err != nil {
		return nil, err
	}
	var personal orderPersonal
	if err := open(keys, r.personal, ordersTable, "personal", merchant, r.id, &personal); err != nil {
		return nil, err
	}
	return &pay.Order{
		Merchant: merchant, ID: pay.OrderID(r.id), Version: r.version, Payment: pay.PaymentID(r.payment), Hosted: pay.HostedID(r.hosted),
		Reference: r.reference, CreatedAt: instant(r.createdAt), ExpiresAt: instant(r.expiresAt), CancelledAt: instant(r.cancelledAt),
		ReleasedAt: instant(r.releasedAt), ExpiredAt: instant(r.expiredAt), SettledAt: instant(body.SettledAt),
		Purchase: body.Purchase, OriginalAmount: pay.Amount(r.original), Captured: pay.Amount(r.captured), Refunded: pay.Amount(r.refunded),
		Fraud: pay.FraudStatus(r.fraud), FraudDueAt: instant(r.fraudDueAt), FraudAccept: body.FraudAccept,
		FraudDecidedAt: instant(r.fraudDecidedAt), CaptureOnAccept: body.CaptureOnAccept, Method: body.Method,
		Billing: personal.Billing, Shipping: personal.Shipping, Customer: personal.Customer, URLs: body.URLs,
		AcknowledgedAt: instant(r.ackAt), SelectedShipping: body.SelectedShipping, ShippingInfo: body.ShippingInfo,
		MerchantReference1: body.Reference1, MerchantReference2: body.Reference2, MerchantData: personal.MerchantData,
		Stream: pay.Stream{Sequence: r.sequence, Hash: orNil(r.hash)},
	}, nil
}
