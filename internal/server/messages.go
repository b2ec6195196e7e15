package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"

	"kassa/internal/config"
	"kassa/internal/deliver"
	"kassa/internal/engine"
	"kassa/internal/outbox"
	"kassa/internal/page"
	"kassa/internal/pay"
	"kassa/internal/sandbox"
)

// messenger sends what the consumer gets: links and one-time codes. Where nothing is configured to send with, which only a sandbox
// permits, messages are kept to be looked at.
type messenger struct {
	engine *engine.Engine
	pages  *page.Page
	mail   *deliver.Mailer // nil: none
	sms    deliver.Sender  // nil: none
	kept   *sandbox.Messages
	log    *slog.Logger
	now    func() sandbox.Message // an empty message of this moment

	blocking *blocking
}

// openSenders makes the senders that are configured.
func openSenders(c *config.Serve) (mail *deliver.Mailer, sms deliver.Sender, err error) {
	if c.SMTPURL != "" {
		if mail, err = deliver.NewMailer(c.SMTPURL, c.MailFrom); err != nil {
			return nil, nil, &config.Refusal{Flag: "--smtp-url", Why: err.Error()}
		}
	}
	if c.SMSURL != "" {
		if sms, err = deliver.NewSender(c.SMSURL); err != nil {
			return nil, nil, &config.Refusal{Flag: "--sms-url", Why: err.Error()}
		}
	}
	return mail, sms, nil
}

// keep notes a message that nobody sends.
func (m *messenger) keep(method, to, subject, text, link, code string) {
	message := m.now()
	message.Method, message.To, message.Subject, message.Text, message.Link, message.Code = method, to, subject, text, link, code
	m.kept.Keep(message)
}

// code sends a one-time code. A receiver that is refused for good parks the job; the page offers another number. A code that is
// over by now, or in whose stead another was asked for, is not sent, and the job is done: it could only be mistaken for the right one.
func (m *messenger) code(ctx context.Context, job pay.Job) error {
	var c engine.CodeMessage
	if err := json.Unmarshal([]byte(job.Payload), &c); err != nil {
		return outbox.Permanent(fmt.Errorf("read code message: %w", err))
	}
	if !m.engine.Now().Before(c.Until) {
		m.log.WarnContext(ctx, "a one-time code expired before it could be sent", "job", job.ID, "session", job.Subject)
		return nil
	}
	if awaited, err := m.engine.CodeAwaited(ctx, job, c.Code); err != nil || !awaited {
		return err
	}
	merchant, err := m.engine.MerchantByID(ctx, job.Merchant)
	if err != nil {
		return err
	}
	if c.Phone != "" {
		text := m.pages.CodeSMS(c.Locale, merchant.Name, c.Code)
		if m.sms == nil {
			return m.unsent(job, "sms", c.Phone, "", text, "", c.Code)
		}
		return final(m.sendSMS(ctx, job, c.Phone, text))
	}
	subject, text := m.pages.CodeMail(c.Locale, merchant.Name, c.Code)
	if m.mail == nil {
		return m.unsent(job, "email", c.Email, subject, text, "", c.Code)
	}
	return final(m.post(ctx, job, deliver.Message{To: c.Email, ReplyTo: merchant.Settings.Support.Email, Subject: subject, Text: text, ID: string(job.ID)}))
}

// unsent keeps a message in a sandbox; elsewhere a message without a sender is a mistake of the configuration.
func (m *messenger) unsent(job pay.Job, method, to, subject, text, link, code string) error {
	if m.kept == nil {
		return outbox.Permanent(fmt.Errorf("no sender for the %s of %s", method, job.Subject))
	}
	m.keep(method, to, subject, text, link, code)
	return nil
}

// final marks what trying again does not mend.
func final(err error) error {
	if err != nil && deliver.Permanent(err) {
		return outbox.Permanent(err)
	}
	return err
}

// link sends the link of a hosted session, and records what became of it. A server that says that there is no such receiver has
// them blocked; a link that can no longer be used is not sent, which is a failure of the
// message too.
func (m *messenger) link(ctx context.Context, job pay.Job) error {
	var l engine.LinkMessage
	if err := json.Unmarshal([]byte(job.Payload), &l); err != nil {
		return outbox.Permanent(fmt.Errorf("read link message: %w", err))
	}
	pg, err := m.engine.MessagePage(ctx, job)
	if err != nil {
		return err
	}
	if pg == nil {
		return m.engine.MessageSent(ctx, job, pay.Personal(l.To), engine.LinkOver, false)
	}
	send := m.linkMail
	if l.Method == pay.BySMS {
		send = m.linkSMS
	}
	switch err := send(ctx, job, pg, l.To); {
	case err == nil:
		return m.engine.MessageSent(ctx, job, pay.Personal(l.To), "", false)
	case deliver.Permanent(err):
		if recorded := m.engine.MessageSent(ctx, job, pay.Personal(l.To), "refused", blocked(err)); recorded != nil {
			return recorded
		}
		return outbox.Permanent(err)
	default:
		return err
	}
}

func (m *messenger) linkMail(ctx context.Context, job pay.Job, pg *engine.Page, to string) error {
	mail, err := m.pages.LinkMail(ctx, pg)
	if err != nil {
		return err
	}
	if m.mail == nil {
		return m.unsent(job, "email", to, mail.Subject, mail.Text, m.pages.LinkOf(pg.Hosted), "")
	}
	return m.sendMail(ctx, job, pg, mail, to)
}

// sendMail sends a mail with its pictures in the merchant's name.
func (m *messenger) sendMail(ctx context.Context, job pay.Job, pg *engine.Page, mail *page.Mail, to string) error {
	pictures := make([]deliver.Inline, len(mail.Pictures))
	for i, p := range mail.Pictures {
		pictures[i] = deliver.Inline{ID: p.Name, ContentType: p.ContentType, Bytes: p.Bytes}
	}
	return m.post(ctx, job, deliver.Message{
		To: to, FromName: pg.Merchant.Name, ReplyTo: pg.Merchant.Settings.Support.Email, Subject: mail.Subject, Text: mail.Text, HTML: mail.HTML, ID: string(job.ID), Inline: pictures,
	})
}

// receipt sends the receipt of a payment. A receiver that is refused for good parks the job: the receipt is on the page.
func (m *messenger) receipt(ctx context.Context, job pay.Job) error {
	pg, to, err := m.engine.ReceiptPage(ctx, job)
	if err != nil || pg == nil {
		return err
	}
	mail, err := m.pages.ReceiptMail(ctx, pg)
	if err != nil {
		return err
	}
	if m.mail == nil {
		return m.unsent(job, "email", string(to), mail.Subject, mail.Text, m.pages.LinkOf(pg.Hosted), "")
	}
	return final(m.sendMail(ctx, job, pg, mail, string(to)))
}

func (m *messenger) linkSMS(ctx context.Context, job pay.Job, pg *engine.Page, to string) error {
	text := m.pages.LinkSMS(pg)
	if m.sms == nil {
		return m.unsent(job, "sms", to, "", text, m.pages.LinkOf(pg.Hosted), "")
	}
	return m.sendSMS(ctx, job, to, text)
}

// block is a refusal that blocks its receiver.
type block struct{ error }

// Unwrap gives the refusal.
func (b *block) Unwrap() error { return b.error }

// blocked reports whether a refusal blocks its receiver.
func blocked(err error) bool {
	var b *block
	return errors.As(err, &b)
}

// post sends a mail, and sendSMS a text message; both tell blocking what became of it.
func (m *messenger) post(ctx context.Context, job pay.Job, message deliver.Message) error {
	return m.judged(ctx, "mail", job, message.To, m.mail.Send(ctx, message))
}

func (m *messenger) sendSMS(ctx context.Context, job pay.Job, to, text string) error {
	return m.judged(ctx, "sms", job, to, m.sms.Send(ctx, deliver.SMS{To: to, Text: text, ID: string(job.ID)}))
}

// judged marks a refusal that blocks its receiver: only those of links do.
func (m *messenger) judged(ctx context.Context, sender string, job pay.Job, to string, err error) error {
	if err != nil && job.Kind != pay.JobLinkEmail && job.Kind != pay.JobLinkSMS {
		return err
	}
	if m.blocking.after(ctx, sender, job.Merchant, to, err) {
		return &block{err}
	}
	return err
}
