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

// ReceiptTo is where a receipt of a page goes: of one that is paid as it was then, of one that is not as it would now. Empty when none is
// sent, or whoever would get it is blocked.
func (e *Engine) ReceiptTo(ctx context.Context, pg *Page) (to pay.Personal, err error) {
	if !e.sendsReceipts(pg.Merchant) {
		return "", nil
	}
	if to = pg.Payment.Contact(pg.Hosted).Email; pg.Hosted.Status != pay.Completed {
		if !e.WillSendReceipt(pg) {
			return "", nil
		}
	} else {
		a := pg.PaidBy()
		if a == nil || a.Hosted != pg.Hosted.ID {
			return "", nil
		}
		to = pg.Payment.ReceiptTo(a)
	}
	if to == "" {
		return "", nil
	}
	var blocked bool
	if err := e.read(ctx, store.ContactBlocked(pg.Merchant.ID, to, &blocked)); err != nil || blocked {
		return "", err
	}
	return to, nil
}

// WillSendReceipt reports whether whoever gives an address on a page will get a receipt there.
func (e *Engine) WillSendReceipt(pg *Page) bool {
	return e.sendsReceipts(pg.Merchant) && pg.Payment.Session.Intent != pay.Tokenize
}

var errUnderReview = errors.New("the payment is still under review")

// ReceiptPage reads what a receipt is written from, and where it goes. The page is nil when there is nothing to send any more: the
// payment was refused after its review or given back, it is too late, the receiver is blocked, or the merchant sends its own by now. The
// job's subject is the hosted session.
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
	if pg.Now.Sub(job.DueAt) >= pay.ReceiptLife {
		return nil, "", nil
	}
	if err := e.readOrder(ctx, pg); err != nil {
		return nil, "", err
	}
	to, err := e.ReceiptTo(ctx, pg)
	switch {
	case err != nil:
		return nil, "", err
	case to == "" || pg.Withdrawn():
		return nil, "", nil
	case pg.Order != nil && pg.Order.Fraud == pay.FraudPending:
		return nil, "", errUnderReview
	case pg.Order != nil && pg.Order.Fraud == pay.FraudRejected && pg.Order.Captured == 0:
		return nil, "", nil
	}
	return pg, to, nil
}
