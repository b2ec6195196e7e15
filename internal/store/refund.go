package store

import "kassa/internal/pay"

const refundTable = "refund"

// refundBody is what is kept of a refund and not searched.
type refundBody struct {
	Description string
	MerchantRef string
	Lines       []pay.OrderLine
	Parts       []pay.RefundPart
}

var (
	insertRefund = &statement{`insert into refund (merchant_id, id, order_id, number, created_at, amount, body)
 values ($1, $2, $3, $4, $5, $6, $7)`}

	updateRefund = &statement{`update refund set body = $3 where merchant_id = $1 and id = $2`}

	refundsByOrder = &statement{`select s.merchant_id, s.id, s.order_id, s.created_at, s.amount, s.body
 from refund s where s.merchant_id = $1 and s.order_id = $2` + inOrder}
)

// refund saves the changes of a refund; number is its place in the order. Its amount never changes.
func (b *Batch) refund(r *pay.Refund, number int) {
	if r.Change == pay.Unchanged {
		return
	}
	body := b.json(&refundBody{Description: r.Description, MerchantRef: r.MerchantRef, Lines: r.Lines, Parts: r.Parts}, refundTable)
	if r.Change == pay.Updated {
		b.add(updateRefund, string(r.Merchant), string(r.ID), body)
		return
	}
	b.add(insertRefund, string(r.Merchant), string(r.ID), string(r.Order), int64(number), micros(r.CreatedAt), int64(r.Amount), body)
}

// refundRow is a refund as it is stored.
type refundRow struct {
	merchant, id, order string
	createdAt, amount   int64
	body                []byte
}

func (r *refundRow) dest() []any {
	return []any{&r.merchant, &r.id, &r.order, &r.createdAt, &r.amount, &r.body}
}

func (r *refundRow) refund() (*pay.Refund, error) {
	var body refundBody
	if err := decode(r.body, &body, refundTable); err != nil {
		return nil, err
	}
	return &pay.Refund{
		Merchant: pay.MerchantID(r.merchant), ID: pay.RefundID(r.id), Order: pay.OrderID(r.order), CreatedAt: instant(r.createdAt),
		Amount: pay.Amount(r.amount), Description: body.Description, MerchantRef: body.MerchantRef, Lines: body.Lines, Parts: body.Parts,
	}, nil
}
