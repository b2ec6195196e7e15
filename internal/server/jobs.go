package server

import (
	"context"
	"encoding/json"
	"fmt"

	"kassa/internal/deliver"
	"kassa/internal/engine"
	"kassa/internal/outbox"
	"kassa/internal/page"
	"kassa/internal/pay"
)

// jobKinds registers what each kind of job does.
func (s *Server) jobKinds(mailer *deliver.Mailer, pages *page.Page) map[pay.JobKind]outbox.Handler {
	return map[pay.JobKind]outbox.Handler{
		pay.JobDeadline:  s.engine.Deadline,
		pay.JobDecision:  s.engine.Decision,
		pay.JobRejection: s.engine.Rejection,
		pay.JobExpiry:    s.engine.Expiry,
		pay.JobSendCode:  func(ctx context.Context, job pay.Job) error { return s.sendCode(ctx, mailer, pages, job) },
	}
}

// sendCode sends a one-time code. A receiver that is refused for good parks the job; the page offers another number.
func (s *Server) sendCode(ctx context.Context, mailer *deliver.Mailer, pages *page.Page, job pay.Job) error {
	var m engine.CodeMessage
	if err := json.Unmarshal([]byte(job.Payload), &m); err != nil {
		return outbox.Permanent(fmt.Errorf("read code message: %w", err))
	}
	if mailer == nil || m.Email == "" {
		return outbox.Permanent(fmt.Errorf("no sender for the code of %s", job.Subject))
	}
	merchant, err := s.engine.MerchantByID(ctx, job.Merchant)
	if err != nil {
		return err
	}
	subject, text := pages.CodeMail(m.Locale, merchant.Name, m.Code)
	err = mailer.Send(ctx, deliver.Message{To: m.Email, Subject: subject, Text: text, ID: string(job.ID)})
	if err != nil && deliver.Permanent(err) {
		return outbox.Permanent(err)
	}
	return err
}
