package server

import (
	"kassa/internal/outbox"
	"kassa/internal/pay"
)

// jobKinds registers what each kind of job does.
func (s *Server) jobKinds(m *messenger) map[pay.JobKind]outbox.Handler {
	return map[pay.JobKind]outbox.Handler{
		pay.JobDeadline:  s.engine.Deadline,
		pay.JobIDCheck:   s.engine.IDCheckDue,
		pay.JobDecision:  s.engine.Decision,
		pay.JobRejection: s.engine.Rejection,
		pay.JobExpiry:    s.engine.Expiry,
		pay.JobSendCode:  m.code,
		pay.JobReceipt:   m.receipt,
		pay.JobLinkEmail: m.link,
		pay.JobLinkSMS:   m.link,
	}
}
