package pay

import "time"

// RejectedGrace is how long an order that the fraud decision rejected may still be captured, at the merchant's own risk.
// Then it is cancelled.
const RejectedGrace = 4 * time.Hour

// rejectedForGood reports whether the order was rejected and its four hours are over.
func (o *Order) rejectedForGood(now time.Time) bool {
	return o.Fraud == FraudRejected && !now.Before(o.FraudDecidedAt.Add(RejectedGrace))
}

// Decide turns a pending fraud decision into its outcome once it is due; changed is false when there is nothing to save. With
// CaptureOnAccept an acceptance captures the whole order. A rejection leaves the job that ends the order.
//
// An order may be over before its decision comes. An acceptance is then recorded and nobody is told: a shop that reads ACCEPTED
// ships, and could capture nothing any more. A rejection is told as ever.
func (o *Order) Decide(ids *IDs, now time.Time) (changed bool, err error) {
	if o.Fraud != FraudPending || !o.FraudDecidedAt.IsZero() || now.Before(o.FraudDueAt) {
		return false, nil
	}
	over := o.overBecause(now)
	o.FraudDecidedAt = now
	if !o.FraudAccept {
		o.Fraud = FraudRejected
		o.tellDecided(o.record(OrderRejected, EventData{FraudStatus: string(o.Fraud)}, ids, now), now)
		if o.CancelledAt.IsZero() {
			o.later(JobRejection, now.Add(RejectedGrace), ids)
		}
		return true, nil
	}
	if over != "" {
		o.record(OrderDecisionLapsed, EventData{FraudStatus: string(o.Fraud), Reason: over}, ids, now)
		return true, nil
	}
	o.Fraud = FraudAccepted
	o.tellDecided(o.record(OrderAccepted, EventData{FraudStatus: string(o.Fraud)}, ids, now), now)
	if o.CaptureOnAccept {
		o.captureAll(ids, now)
	}
	return true, nil
}

// EndRejected records the end of a rejected order once its four hours are over: cancelled without captures, otherwise the rest is
// released. changed is false when there is nothing to save.
func (o *Order) EndRejected(ids *IDs, now time.Time) (changed bool) {
	if !o.rejectedForGood(now) || !o.CancelledAt.IsZero() || !o.ReleasedAt.IsZero() || o.Captured == o.Purchase.Amount {
		return false
	}
	if o.Captured == 0 {
		o.CancelledAt = now
		o.record(OrderCancelled, EventData{FraudStatus: string(o.Fraud)}, ids, now)
		return true
	}
	o.ReleasedAt = now
	o.record(OrderReleased, EventData{FraudStatus: string(o.Fraud)}, ids, now)
	return true
}

// overBecause tells why nothing of an order without captures can be captured any more, empty while something can.
func (o *Order) overBecause(now time.Time) string {
	switch o.Status(now) { //nolint:exhaustive // the other statuses have captures or are open
	case OrderIsCancelled:
		return "order_cancelled"
	case OrderIsExpired:
		return "order_expired"
	}
	return ""
}

// WithdrawnFirst reports whether the merchant cancelled the order before the fraud decision rejected it.
func (o *Order) WithdrawnFirst() bool {
	return !o.CancelledAt.IsZero() && o.CancelledAt.Before(o.FraudDecidedAt)
}
