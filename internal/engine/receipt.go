package engine

import (
	"context"
	"errors"
	"fmt"

	"kassa/internal/pay"
	"kassa/internal/store"
)

// sendsReceipts reports whether the consumers of a merchant get receipts: there is who sends mail, and the merchant sends none itself.
func (e *Engine) sendsReceipts(m *pay.Merchant) bool { return e.Mail && !m.Settings.NoReceipts }

// ReceiptTo is where a receipt of a page that is paid goes, empty when none is sent.
func (e *Engine) ReceiptTo(pg *Page) pay.Personal {
	a := pg.PaidBy()
	if a == nil || a.Hosted != pg.Hosted.ID || !e.sendsReceipts(pg.Merchant) {
		return ""
	}
	return pg.Payment.ReceiptTo(a)
}

// WillSendReceipt reports whether a page that is not paid yet may promise a receipt.
func (e *Engine) WillSendReceipt(pg *Page) bool {
	return e.sendsReceipts(pg.Merchant) && pg.Payment.Session.Intent != pay.Tokenize
}

var errUnderReview = errors.New("the payment is still under review")

// ReceiptPage reads what a receipt is written from, and where it goes. The page is nil when there is nothing to send any more: the
// payment was refused after its review, the receiver is blocked, or the merchant sends its own by now. The job's subject is the hosted
// session.
func (e *Engine) ReceiptPage(ctx context.Context, job pay.Job) (*Page, pay.Personal, error) {
	m, err := e.MerchantByID(ctx, job.Merchant)
	if err != nil {
		return nil, "", err
	}
	id := pay.HostedID(job.Subject)
	var p *pay.Payment
	if err := e.read(ctx, store.PaymentBy(store.ByHosted(m.ID, id), &p)); err != nil {
		return nil, "", err
	}
	h := hostedByID(p, id)
	if h == nil {
		return nil, "", fmt.Errorf("receipt of %s: no such session", job.Subject)
	}
	pg := &Page{Merchant: m, Payment: p, Hosted: h, Now: e.Clock.Now()}
	if err := e.readReview(ctx, pg); err != nil {
		return nil, "", err
	}
	to := e.ReceiptTo(pg)
	if to == "" {
		return nil, "", nil
	}
	if pg.Order != nil && pg.Order.Fraud == pay.FraudPending {
		return nil, "", errUnderReview
	}
	var blocked bool
	if err := e.read(ctx, store.ContactBlocked(m.ID, to, &blocked)); err != nil {
		return nil, "", err
	}
	if blocked || pg.Order != nil && pg.Order.Fraud == pay.FraudRejected {
		return nil, "", nil
	}
	return pg, to, nil
}
