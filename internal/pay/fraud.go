package pay

import "time"

// RejectedGrace is how long an order that the fraud decision rejected may still be captured, at the merchant's own risk
// (contract 6). Then it is cancelled.
const RejectedGrace = 4 * time.Hour

// rejectedForGood reports whether the order was rejected and its four hours are over.
func (o *Order) rejectedForGood(now time.Time) bool {
	return o.Fraud == FraudRejected && !now.Before(o.FraudDecidedAt.Add(RejectedGrace))
}

// Decide turns a pending fraud decision into its outcome once it is due; changed is false when there is nothing to save. With
// CaptureOnAccept an acceptance captures the whole order. A rejection leaves the job that ends the order.
func (o *Order) Decide(ids *IDs, now time.Time) (changed bool, err error) {
	if o.Fraud != FraudPending || now.Before(o.FraudDueAt) {
		return false, nil
	}
	o.FraudDecidedAt = now
	if !o.FraudAccept {
		o.Fraud = FraudRejected
		o.tellDecided(o.record(OrderRejected, EventData{FraudStatus: string(o.Fraud)}, ids, now), now)
		o.later(JobRejection, now.Add(RejectedGrace), ids)
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
