package pay

import "time"

// reviewMargin is how long after the day of its decision a payment under review is asked about, so that the decision comes first.
const reviewMargin = time.Minute

// ReceiptLife is how long after it was due a receipt is still sent: one that comes later would be taken for another payment.
const ReceiptLife = 72 * time.Hour

// ReceiptTo is where the receipt of an attempt goes, empty for one that has none: it did not go through or only made a token, or nobody
// told an address.
func (p *Payment) ReceiptTo(a *Authorization) Personal {
	h := p.HostedByID(a.Hosted)
	if h == nil || h.Status != Completed || h.AuthorizationID != a.ID || a.Intent == Tokenize {
		return ""
	}
	if a.Decision.Outcome == OutcomePending && a.OrderID == "" { // nobody here will know how it turns out
		return ""
	}
	return a.Billing.Email
}

// Receipt has the receipt of an attempt sent: now, or, for a payment under review, when its decision is due.
func (p *Payment) Receipt(a *Authorization, ids *IDs, now time.Time) {
	if p.ReceiptTo(a) == "" {
		return
	}
	due := now
	if a.Decision.Outcome == OutcomePending {
		due = now.Add(a.Decision.PendingFor + reviewMargin)
	}
	p.Jobs = append(p.Jobs, Job{
		ID: JobID(ids.UUID()), Merchant: a.Merchant, Kind: JobReceipt, Subject: string(a.Hosted), Payment: p.Session.ID, DueAt: due,
	})
}
