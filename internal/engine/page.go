package engine

import (
	"time"

	"kassa/internal/pay"
)

// Page is what the consumer's page is drawn from.
type Page struct {
	Merchant *pay.Merchant
	Payment  *pay.Payment
	Hosted   *pay.HostedSession
	Now      time.Time
	// Order is the one that a page that is paid was paid with, so that the page can say what became of it; nil where there is none yet.
	Order *pay.Order
	// Language is that of the tab whose form is submitted; empty: the session's.
	Language string
}

// PaidBy is the authorization that a page is paid with: that of the order that completed its payment, or else its own.
func (pg *Page) PaidBy() *pay.Authorization {
	order := pg.Payment.Session.OrderID
	if order == "" {
		order = pg.Hosted.OrderID
	}
	for _, a := range pg.Payment.Authorizations {
		if order != "" && a.OrderID == order {
			return a
		}
	}
	return pg.Payment.AuthorizationByID(pg.Hosted.AuthorizationID)
}

// About is what a page is about: what is being decided; once it is paid the order, or what was authorized while there is none; before that
// what the session says now. Whatever the merchant changes in the session while or after it is paid makes no difference to it.
func (pg *Page) About() *pay.Purchase {
	if a := pg.Payment.InFlight(); a != nil {
		return &a.Purchase
	}
	if a := pg.PaidBy(); a != nil && pg.Hosted.Status == pay.Completed {
		if pg.Order != nil {
			return &pg.Order.Purchase
		}
		return &a.Purchase
	}
	return &pg.Payment.Session.Purchase
}

// Due is what a page that is paid costs the consumer: what was taken, and what may be taken yet.
func (pg *Page) Due() pay.Amount {
	if pg.Order == nil {
		return pg.About().Amount
	}
	return pg.Order.Captured + pg.Order.Remaining(pg.Now)
}

// Withdrawn reports whether nothing was taken of what a page was paid with, and nothing will be: the merchant has given it back, or let
// the time of its order go by. What a review refused is another matter, and a token outlives the authorization that it was made of.
func (pg *Page) Withdrawn() bool {
	a := pg.PaidBy()
	switch {
	case a == nil || pg.Hosted.Status != pay.Completed || a.Intent == pay.Tokenize:
		return false
	case pg.Order != nil && pg.Order.OriginalAmount == 0: // nothing was to be taken
		return pg.Order.Status(pg.Now) == pay.OrderIsCancelled
	case pg.Order != nil:
		return (pg.Order.Fraud != pay.FraudRejected || pg.Order.WithdrawnFirst()) && pg.Due() == 0
	}
	return a.OrderID == "" && !a.VoidedAt.IsZero()
}
