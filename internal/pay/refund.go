package pay

import (
	"slices"
	"time"
)

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

// returnFeeMarkets are where a merchant may keep a fee of what is returned.
var returnFeeMarkets = []string{"AT", "AU", "CZ", "DE", "DK", "ES", "FI", "FR", "GR", "IE", "IT", "NL", "NO", "PT", "SE"}

func refundNotAllowed(message string) *Error {
	return refuse(Forbidden, "REFUND_NOT_ALLOWED", message)
}

// Refund gives money back: what its lines name goes to the captures that had those lines, the rest to the oldest
// captures. Refusals: 422 for a bad amount, 403 REFUND_NOT_ALLOWED without a capture, beyond what was captured, or with a return
// fee that the order does not permit.
func (o *Order) Refund(in RefundInput, ids *IDs, now time.Time) (*Refund, error) {
	if err := unprocessableFaults(in.Faults); err != nil {
		return nil, err
	}
	if err := checkOMAmount("refunded_amount", in.Amount); err != nil {
		return nil, err
	}
	if o.Captured == 0 {
		return nil, refundNotAllowed("Order has no captures. Refund not possible")
	}
	if left := o.Captured - o.Refunded; *in.Amount > left {
		return nil, refundNotAllowed("Over refund is not allowed. Refund not possible.").
			because("refunded_amount", "at most what was captured and not refunded, "+left.figure(), in.Amount.figure())
	}
	if err := o.checkReturnFee(in); err != nil {
		return nil, err
	}
	r := &Refund{
		Change: Inserted, Merchant: o.Merchant, ID: RefundID(ids.UUID()), Order: o.ID, CreatedAt: now, Amount: *in.Amount,
		Description: in.Description, MerchantRef: in.Reference, Lines: in.Lines,
	}
	o.allocate(r)
	o.Refunds = append(o.Refunds, r)
	o.Refunded += r.Amount
	o.record(OrderRefunded, EventData{RefundID: string(r.ID), Amount: r.Amount}, ids, now)
	return r, nil
}

// checkReturnFee refuses a line of type return_fee where there can be none: outside its markets, unless the order was captured
// whole and at once, or when the lines do not add up to the refund.
func (o *Order) checkReturnFee(in RefundInput) error {
	var sum Amount
	fee := false
	for i := range in.Lines {
		l := &in.Lines[i]
		fee = fee || l.Type == ReturnFee
		var ok bool
		if sum, ok = addAmounts(sum, l.TotalAmount); !ok || l.Type == ReturnFee && l.TotalAmount >= 0 {
			return refundNotAllowed("A return fee is a line with a negative amount. Refund not possible.")
		}
	}
	switch {
	case !fee:
		return nil
	case !slices.Contains(returnFeeMarkets, o.Purchase.Country):
		return refundNotAllowed("A return fee is not allowed in " + o.Purchase.Country + ". Refund not possible.")
	case len(o.Captures) != 1 || o.Captured != o.Purchase.Amount:
		return refundNotAllowed("A return fee needs one full capture. Refund not possible.")
	case sum != *in.Amount:
		return refundNotAllowed("The order lines do not add up to the refunded amount. Refund not possible.").because("refunded_amount", sum.figure(), in.Amount.figure())
	}
	return nil
}

// allocate spreads a refund over the captures: each line with a reference first over the captures that have such a line, up to
// what they have of it, then the rest over the oldest. The caller has checked that it fits.
func (o *Order) allocate(r *Refund) {
	left := r.Amount
	give := func(c *Capture, most Amount) (given Amount) {
		if given = min(left, most, c.Amount-c.Refunded); given <= 0 {
			return 0
		}
		left -= given
		c.Refunded += given
		c.Change.touch()
		for i := range r.Parts {
			if r.Parts[i].Capture == c.ID {
				r.Parts[i].Amount += given
				return given
			}
		}
		r.Parts = append(r.Parts, RefundPart{Capture: c.ID, Amount: given})
		return given
	}
	for i := range r.Lines {
		wanted := r.Lines[i].TotalAmount
		if r.Lines[i].Reference == "" {
			continue
		}
		for _, c := range o.Captures {
			for j := range c.Lines {
				if wanted > 0 && c.Lines[j].Reference == r.Lines[i].Reference {
					wanted -= give(c, min(wanted, c.Lines[j].TotalAmount))
				}
			}
		}
	}
	for _, c := range o.Captures {
		give(c, left)
	}
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
