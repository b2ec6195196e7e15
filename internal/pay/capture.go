package pay

import (
	"strconv"
	"time"
)

// Capture is a part of an order for which the consumer is charged.
type Capture struct {
	Change       Change
	Merchant     MerchantID
	ID           CaptureID
	Order        OrderID
	Reference    string // klarna_reference of the capture
	CreatedAt    time.Time
	Amount       Amount
	Refunded     Amount // how much of it went back
	Description  string
	MerchantRef  string // the merchant's own reference
	Lines        []OrderLine
	Billing      Address // as they were at the capture
	Shipping     Address
	ShippingInfo []ShippingInfo
	DueAt        time.Time // of pay_later: the day by which it is to be paid; zero otherwise
	FreeDays     bool      // the free extension was used
}

// CaptureInput is what a capture call brings. Faults are those the door found already.
type CaptureInput struct {
	Faults       []Fault
	Amount       *Amount
	Description  string
	Reference    string
	Lines        []OrderLine
	ShippingInfo []ShippingInfo
}

// unprocessableFaults refuses a body with faults that the door found, nil without any.
func unprocessableFaults(faults []Fault) error {
	if len(faults) == 0 {
		return nil
	}
	return &Error{Kind: Unprocessable, Code: "UNPROCESSABLE_ENTITY", Message: "'" + faults[0].Path + "' must be " + faults[0].Want, Faults: faults}
}

// unprocessable makes order management's answer to a bad body: one message a violation.
func unprocessable(message string, f Fault) *Error {
	return &Error{Kind: Unprocessable, Code: "UNPROCESSABLE_ENTITY", Message: message, Faults: []Fault{f}}
}

// checkOMAmount refuses a missing, negative, zero or too large amount.
func checkOMAmount(member string, amount *Amount) error {
	switch {
	case amount == nil:
		return unprocessable("'"+member+"' must not be null", Fault{Path: member, Want: "a value"})
	case *amount < 1:
		return unprocessable("'"+member+"' must be greater than or equal to 1", Fault{Path: member, Want: "1 or more", Got: strconv.FormatInt(int64(*amount), 10)})
	case *amount > MaxAmount:
		return unprocessable("'"+member+"' must be less than or equal to "+strconv.FormatInt(int64(MaxAmount), 10),
			Fault{Path: member, Want: "at most " + strconv.FormatInt(int64(MaxAmount), 10), Got: strconv.FormatInt(int64(*amount), 10)})
	}
	return nil
}

// Capture charges the consumer for a part. Refusals: 422 for a bad amount, 403 CAPTURE_NOT_ALLOWED beyond what
// remains, or while the fraud decision is pending, or when the order is over. The first has a sentence of its own, by which
// plugins of shops know it.
func (o *Order) Capture(in CaptureInput, ids *IDs, now time.Time) (*Capture, error) {
	if err := unprocessableFaults(in.Faults); err != nil {
		return nil, err
	}
	if err := checkOMAmount("captured_amount", in.Amount); err != nil {
		return nil, err
	}
	refusal := refuse(Forbidden, "CAPTURE_NOT_ALLOWED", "Capture not allowed")
	tooMuch := refuse(Forbidden, "CAPTURE_NOT_ALLOWED", "Captured amount is higher than the remaining authorized amount. Capture not possible.")
	status := o.Status(now)
	open := status == OrderAuthorized || status == OrderPartCaptured // also when it was lowered until nothing remains
	switch left := o.Remaining(now); {
	case o.fullyCaptured():
		return nil, tooMuch.because("status", "AUTHORIZED or PART_CAPTURED", string(status))
	case left == 0 && !open:
		return nil, refusal.because("status", "AUTHORIZED or PART_CAPTURED", string(status))
	case o.Fraud == FraudPending:
		return nil, refusal.because("fraud_status", string(FraudAccepted), string(FraudPending))
	case *in.Amount > left:
		return nil, tooMuch.because("captured_amount", "at most what remains, "+left.figure(), in.Amount.figure())
	}
	return o.capture(in, ids, now), nil
}

// captureAll captures what remains, as auto_capture and CAPTURE_ORDER do: an order may be larger than the amount of one call. An order
// of nothing becomes CAPTURED without a capture: there is none of 0, and AUTHORIZED would have its shop wait for one until it expires.
func (o *Order) captureAll(ids *IDs, now time.Time) {
	if o.Fraud == FraudPending {
		return
	}
	if amount := o.Remaining(now); amount > 0 {
		o.capture(CaptureInput{Amount: &amount, Lines: o.Purchase.Lines}, ids, now)
	} else if o.Purchase.Amount == 0 && o.Status(now) == OrderAuthorized {
		o.SettledAt = now
		o.acknowledgeWithCapture(now)
		o.record(OrderCaptured, EventData{}, ids, now)
	}
}

// acknowledgeWithCapture acknowledges the order with its first capture.
func (o *Order) acknowledgeWithCapture(now time.Time) {
	if o.AcknowledgedAt.IsZero() {
		o.AcknowledgedAt = now
	}
}

// fullyCaptured reports whether nothing is left to capture because all of it was.
func (o *Order) fullyCaptured() bool {
	return o.Captured == o.Purchase.Amount && (o.Captured > 0 || !o.SettledAt.IsZero())
}

// capture makes a capture that is allowed.
func (o *Order) capture(in CaptureInput, ids *IDs, now time.Time) *Capture {
	c := &Capture{
		Change: Inserted, Merchant: o.Merchant, ID: CaptureID(ids.UUID()), Order: o.ID,
		Reference: o.Reference + "-" + strconv.Itoa(len(o.Captures)+1), CreatedAt: now, Amount: *in.Amount,
		Description: in.Description, MerchantRef: in.Reference, Lines: in.Lines, ShippingInfo: in.ShippingInfo,
		Billing: o.Billing, Shipping: o.Shipping, DueAt: o.dueAt(now),
	}
	o.Captures = append(o.Captures, c)
	o.Captured += c.Amount
	o.acknowledgeWithCapture(now)
	o.record(OrderCaptured, EventData{CaptureID: string(c.ID), Amount: c.Amount}, ids, now)
	return c
}

// CaptureByID finds a capture of the order, nil without.
func (o *Order) CaptureByID(id CaptureID) *Capture {
	for _, c := range o.Captures {
		if c.ID == id {
			return c
		}
	}
	return nil
}
