package store

import (
	"kassa/internal/keyring"
	"kassa/internal/pay"
)

const captureTable = "capture"

// captureBody is what is kept of a capture and not searched.
type captureBody struct {
	Description  string
	MerchantRef  string
	Lines        []pay.OrderLine
	ShippingInfo []pay.ShippingInfo
	DueAt        int64 // microseconds, 0 without
	FreeDays     bool
}

// capturePersonal is what is sealed of a capture.
type capturePersonal struct{ Billing, Shipping pay.Address }

var (
	insertCapture = &statement{`insert into capture
 (merchant_id, id, order_id, number, created_at, amount, refunded, reference, body, personal)
 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`}

	updateCapture = &statement{`update capture set refunded = $3, body = $4, personal = $5 where merchant_id = $1 and id = $2`}

	capturesByOrder = &statement{`select s.merchant_id, s.id, s.order_id, s.created_at, s.amount, s.refunded, s.reference, s.body, s.personal
 from capture s where s.merchant_id = $1 and s.order_id = $2` + inOrder}
)

// capture saves the changes of a capture; number is its place in the order. Its amount never changes.
func (b *Batch) capture(c *pay.Capture, number int) {
	if c.Change == pay.Unchanged {
		return
	}
	id := string(c.ID)
	body := b.json(&captureBody{
		Description: c.Description, MerchantRef: c.MerchantRef, Lines: c.Lines, ShippingInfo: c.ShippingInfo, DueAt: micros(c.DueAt), FreeDays: c.FreeDays,
	}, captureTable)
	personal := b.sealJSON(&capturePersonal{Billing: c.Billing, Shipping: c.Shipping}, captureTable, "personal", c.Merchant, id)
	if c.Change == pay.Updated {
		b.add(updateCapture, string(c.Merchant), id, int64(c.Refunded), body, personal)
		return
	}
	b.add(insertCapture, string(c.Merchant), id, string(c.Order), int64(number), micros(c.CreatedAt), int64(c.Amount), int64(c.Refunded),
		c.Reference, body, personal)
}

// captureRow is a capture as it is stored.
type captureRow struct {
	merchant, id, order, reference string
	createdAt, amount, refunded    int64
	body, personal                 []byte
}

func (r *captureRow) dest() []any {
	return []any{&r.merchant, &r.id, &r.order, &r.createdAt, &r.amount, &r.refunded, &r.reference, &r.body, &r.personal}
}

func (r *captureRow) capture(keys *keyring.Ring) (*pay.Capture, error) {
	var body captureBody
	if err := decode(r.body, &body, captureTable); err != nil {
		return nil, err
	}
	var personal capturePersonal
	merchant := pay.MerchantID(r.merchant)
	if err := open(keys, r.personal, captureTable, "personal", merchant, r.id, &personal); err != nil {
		return nil, err
	}
	return &pay.Capture{
		Merchant: merchant, ID: pay.CaptureID(r.id), Order: pay.OrderID(r.order), Reference: r.reference, CreatedAt: instant(r.createdAt),
		Amount: pay.Amount(r.amount), Refunded: pay.Amount(r.refunded), Description: body.Description, MerchantRef: body.MerchantRef,
		Lines: body.Lines, Billing: personal.Billing, Shipping: personal.Shipping, ShippingInfo: body.ShippingInfo,
		DueAt: instant(body.DueAt), FreeDays: body.FreeDays,
	}, nil
}
