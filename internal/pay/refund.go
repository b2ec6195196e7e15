package pay

import "time"

// Refund is money that goes back to the consumer.
type Refund struct {
	Change      Change
	Merchant    MerchantID
	ID          RefundID
	Order       OrderID
	CreatedAt   time.Time
	Amount      Amount
	Description string
	MerchantRef string
	Lines       []OrderLine
	Parts       []RefundPart // over which captures it was spread
}

// RefundPart is the part of a refund that falls on one capture.
type RefundPart struct {
	Capture CaptureID
	Amount  Amount
}

// RefundInput is what a refund call brings. Faults are those the door found already.
type RefundInput struct {
	Faults      []Fault
	Amount      *Amount
	Description string
	Reference   string
	Lines       []OrderLine
}

// Refund gives money back (contract 5.4), spread over the captures oldest first. Refusals: 422 for a bad amount, 403
// REFUND_NOT_ALLOWED without a capture or beyond what was captured.
func (o *Order) Refund(in RefundInput, ids *IDs, now time.Time) (*Refund, error) {
	if err := checkOMAmount("refunded_amount", in.Amount); err != nil {
		return nil, err
	}
	if o.Captured == 0 {
		return nil, decided(refuse(Forbidden, "REFUND_NOT_ALLOWED", "Order has no captures. Refund not possible"))
	}
	if *in.Amount > o.Captured-o.Refunded {
		return nil, decided(refuse(Forbidden, "REFUND_NOT_ALLOWED", "Over refund is not allowed. Refund not possible."))
	}
	r := &Refund{
		Change: Inserted, Merchant: o.Merchant, ID: RefundID(ids.UUID()), Order: o.ID, CreatedAt: now, Amount: *in.Amount,
		Description: in.Description, MerchantRef: in.Reference, Lines: in.Lines,
	}
	left := r.Amount
	for _, c := range o.Captures {
		part := min(left, c.Amount-c.Refunded)
		if part <= 0 {
			continue
		}
		c.Refunded += part
		c.Change.touch()
		r.Parts = append(r.Parts, RefundPart{Capture: c.ID, Amount: part})
		left -= part
	}
	o.Refunds = append(o.Refunds, r)
	o.Refunded += r.Amount
	o.record(OrderRefunded, EventData{RefundID: string(r.ID), Amount: r.Amount}, ids, now)
	return r, nil
}

// RefundByID finds a refund of the order, nil without.
func (o *Order) RefundByID(id RefundID) *Refund {
	for _, r := range o.Refunds {
		if r.ID == id {
			return r
		}
	}
	return nil
}
