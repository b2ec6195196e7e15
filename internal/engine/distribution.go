package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"kassa/internal/pay"
	"kassa/internal/phone"
	"kassa/internal/store"
)

// Quotas bound how many messages a merchant may have sent in a day (UTC); 0 bounds nothing.
type Quotas struct {
	Email, SMS int
}

// LinkMessage is what the job that sends a link carries: sealed, as it has an address.
type LinkMessage struct {
	Method pay.DistributionMethod
	To     string
}

// messageKind is the kind of the job that sends a link.
func messageKind(m pay.DistributionMethod) pay.JobKind {
	if m == pay.BySMS {
		return pay.JobLinkSMS
	}
	return pay.JobLinkEmail
}

// Distribute has the link of a hosted session sent to the consumer. It returns when the message is on its way: that it arrived,
// events tell later. Refusals beside those of pay: BLACKLISTED_CONTACT, TOO_MANY_REQUESTS beyond the day's quota, and
// SERVICE_UNAVAILABLE without a sender for the method.
func (e *Engine) Distribute(ctx context.Context, call Call, id pay.HostedID, in pay.DistributionInput) error {
	if number, fault := phone.Read(string(in.Phone), in.PhoneCountry); fault == nil {
		in.Phone, in.Landline = pay.Personal(number), !phone.Texts(number)
	} else if in.Phone != "" {
		in.Phone = "?" // none: refused by the rules
	}
	_, err := e.changePayment(ctx, call, string(id), store.ByHosted(call.Merchant.ID, id), func(t *try, p *pay.Payment) (any, error) {
		h := hostedByID(p, id)
		if h == nil {
			return nil, errNoHosted()
		}
		m, err := p.Distribute(h, in, t.ids, t.now)
		if err != nil {
			return nil, err
		}
		if err := e.mayDistribute(ctx, call.Merchant, m); err != nil {
			return nil, err
		}
		payload, err := json.Marshal(LinkMessage{Method: m.Method, To: string(m.To)})
		if err != nil {
			return nil, fmt.Errorf("encode message: %w", err)
		}
		p.Jobs = append(p.Jobs, pay.Job{
			ID: m.ID, Merchant: p.Session.Merchant, Kind: messageKind(m.Method), Subject: string(h.ID), // no lane: no message waits for another
			Payment: p.Session.ID, DueAt: t.now, Payload: pay.Secret(payload),
		})
		t.save(p)
		return nil, nil
	})
	return err
}

func hostedByID(p *pay.Payment, id pay.HostedID) *pay.HostedSession {
	if p == nil {
		return nil
	}
	return p.HostedByID(id)
}

// mayDistribute refuses what the operator does not permit, in one round trip.
func (e *Engine) mayDistribute(ctx context.Context, m *pay.Merchant, message *pay.Message) error {
	what, path, quota, sender := "E-mail", "contact_information.email", e.Quotas.Email, e.Mail
	if message.Method == pay.BySMS {
		what, path, quota, sender = "SMS", "contact_information.phone", e.Quotas.SMS, e.SMS
	}
	if !e.Sandbox && !sender {
		return noSender(what)
	}
	var blocked bool
	var sent int
	day := e.Clock.Now().UTC().Truncate(24 * time.Hour)
	if err := e.read(ctx, store.ContactBlocked(m.ID, message.To, &blocked), store.JobsSince(m.ID, messageKind(message.Method), day, &sent)); err != nil {
		return err
	}
	switch {
	case blocked:
		return pay.BlockedContact(path)
	case quota > 0 && sent >= quota:
		return &pay.Error{Kind: pay.TooMany, Code: "TOO_MANY_REQUESTS", Message: fmt.Sprintf("The quota of %d messages a day is used up", quota)}
	}
	return nil
}

func noSender(what string) error {
	return &pay.Error{Kind: pay.Unavailable, Code: "SERVICE_UNAVAILABLE", Message: what + " cannot be sent by this server: use redirect_url or qr_code_url"}
}

// MessagePage reads what a message about a hosted session is written from. The job's subject is the hosted session. When the link can
// no longer be used the page is nil: there is nothing to send any more.
func (e *Engine) MessagePage(ctx context.Context, job pay.Job) (*Page, error) {
	m, err := e.MerchantByID(ctx, job.Merchant)
	if err != nil {
		return nil, err
	}
	id := pay.HostedID(job.Subject)
	var p *pay.Payment
	if err := e.read(ctx, store.PaymentBy(store.ByHosted(m.ID, id), &p)); err != nil {
		return nil, err
	}
	h := hostedByID(p, id)
	if h == nil {
		return nil, fmt.Errorf("message of %s: no such session", job.Subject)
	}
	now := e.Clock.Now()
	if h.Status.Final() || h.Expired(now) {
		return nil, nil
	}
	return &Page{Merchant: m, Payment: p, Hosted: h, Now: now}, nil
}

// LinkOver is why a message failed whose link was over before it could be sent: expired, or session_over when the session had ended
// before that.
const LinkOver, sessionOver = "expired", "session_over"

// MessageSent records what became of a message: failed is empty, or says in a word why it failed for good. A receiver that a server
// refuses for good is blocked from then on when block is set.
func (e *Engine) MessageSent(ctx context.Context, job pay.Job, to pay.Personal, failed string, block bool) error {
	m, err := e.MerchantByID(ctx, job.Merchant)
	if err != nil {
		return err
	}
	id := pay.HostedID(job.Subject)
	method := pay.ByEmail
	if job.Kind == pay.JobLinkSMS {
		method = pay.BySMS
	}
	_, err = e.changePayment(ctx, Call{Merchant: m}, string(id), store.ByHosted(m.ID, id), func(t *try, p *pay.Payment) (any, error) {
		h := hostedByID(p, id)
		if h == nil {
			return nil, errNoHosted()
		}
		if failed == LinkOver && !h.Expired(t.now) {
			failed = sessionOver
		}
		p.MessageSent(h, method, failed, t.ids, t.now)
		t.save(p)
		if block {
			t.batch.BlockContact(m.ID, to, t.now)
		}
		return nil, nil
	})
	if err != nil {
		return fmt.Errorf("record message of %s: %w", job.Subject, err)
	}
	return nil
}

// BlockContact is an operator blocking a receiver, an e-mail address or an international phone number, of the messages of a merchant named
// by user name or id, or lifting that. It tells whether the receiver was blocked before. The refusal names the field address.
func (e *Engine) BlockContact(ctx context.Context, name, address string, blocked bool) (was bool, err error) {
	to, ok := receiverOf(address)
	if !ok {
		return false, pay.Invalid400([]pay.Fault{{Path: "address", Want: "an e-mail address, or a phone number that begins with +"}})
	}
	c, err := e.credential(ctx, name)
	if err != nil {
		return false, err
	}
	if err := e.read(ctx, store.ContactBlocked(c.Merchant.ID, to, &was)); err != nil {
		return false, err
	}
	return was, e.SetContactBlocked(ctx, c.Merchant.ID, to, blocked)
}

// receiverOf reads a receiver as people write it.
func receiverOf(address string) (to pay.Personal, ok bool) {
	address = pay.Plain(address)
	if before, after, mail := strings.Cut(address, "@"); mail {
		return pay.Personal(address), before != "" && after != ""
	}
	number, fault := phone.Read(pay.PlainNumber(address), "")
	return pay.Personal(number), fault == nil
}

// SetContactBlocked blocks a receiver of a merchant's messages, or lifts that.
func (e *Engine) SetContactBlocked(ctx context.Context, m pay.MerchantID, to pay.Personal, blocked bool) error {
	b := e.Store.NewBatch()
	if blocked {
		b.BlockContact(m, to, e.Clock.Now())
	} else {
		b.UnblockContact(m, to)
	}
	if err := e.commit(ctx, b); err != nil && !errors.Is(err, store.ErrConflict) {
		return fmt.Errorf("block receiver: %w", err)
	}
	return nil
}
