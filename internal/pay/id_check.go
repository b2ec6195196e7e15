package pay

import (
	"strings"
	"time"
)

// IDCheckLife is how long the shop's staff may take to look at an identity document.
const IDCheckLife = 15 * time.Minute

// Verdict is what came of looking at an identity document.
type Verdict string

// The verdicts. The first two are the clerk's.
const (
	IDMatches Verdict = "MATCH"    // the document is the consumer's
	IDDiffers Verdict = "MISMATCH" // it is not, or there is none
	IDUnseen  Verdict = "UNSEEN"   // nobody looked in time
)

// notIdentified is why an attempt is declined whose consumer was not identified.
const notIdentified = "could_not_establish_identity"

// IDCheck is the look at an identity document that a session asked for last; zero without one.
type IDCheck struct {
	Challenge string // A78: stands on the consumer's page and before the clerk, so that both speak of the same purchase
	AskedAt   time.Time
	ExpiresAt time.Time
	Verdict   Verdict // empty while it is open
}

// IDView is what the clerk is told of an open check: enough to recognise the name on a document, too little to learn it.
type IDView struct {
	Challenge             string
	GivenName, FamilyName string // obfuscated
	ExpiresAt             time.Time
}

// Obfuscated keeps the first letter of each word of a name: A••• M•••.
func Obfuscated(name Personal) string {
	words := strings.Fields(string(name))
	for i, w := range words {
		words[i] = string([]rune(w)[:1]) + "•••"
	}
	return strings.Join(words, " ")
}

// identifying finds the attempt of a hosted session that waits for the clerk, nil without.
func (p *Payment) identifying(h *HostedSession) *Authorization {
	for _, a := range p.Authorizations {
		if a.Hosted == h.ID && a.State() == Identifying {
			return a
		}
	}
	return nil
}

// OpenIDCheck tells what the clerk must know of the session's open check, nil without one.
func (p *Payment) OpenIDCheck(h *HostedSession) *IDView {
	a := p.identifying(h)
	if a == nil || h.Status != ManualIDCheck {
		return nil
	}
	c := &h.Progress.IDCheck
	return &IDView{Challenge: c.Challenge, GivenName: Obfuscated(a.Billing.GivenName), FamilyName: Obfuscated(a.Billing.FamilyName), ExpiresAt: c.ExpiresAt}
}

// askID holds an approval back until the clerk has seen the consumer's identity document (MANUAL_ID_CHECK). The
// job ends the attempt when nobody looks in time, at the latest with the link.
func (p *Payment) askID(h *HostedSession, a *Authorization, ids *IDs, now time.Time) {
	by := now.Add(IDCheckLife)
	if h.ExpiresAt.Before(by) {
		by = h.ExpiresAt
	}
	a.IdentifyBy = by
	if !now.Before(by) {
		p.refuseID(h, a, ids, now) // begun before the link ran out, decided after it: nobody can look any more
		return
	}
	challenge := ids.Challenge()
	for challenge == h.Progress.IDCheck.Challenge {
		challenge = ids.Challenge() // the last check's would take a verdict that was meant for that one
	}
	h.Progress.IDCheck = IDCheck{Challenge: challenge, AskedAt: now, ExpiresAt: by}
	p.move(h, ManualIDCheck, SessionIDCheck, EventData{Category: string(a.Category)}, ids, now)
	p.Jobs = append(p.Jobs, Job{
		ID: JobID(ids.UUID()), Merchant: a.Merchant, Kind: JobIDCheck, Lane: string(h.ID), Subject: string(a.ID), Payment: p.Session.ID, DueAt: by,
	})
}

// JudgeID ends the open check that has the challenge. The session goes on when the document is the consumer's: to IN_PROGRESS and at
// once to COMPLETED, with the order that the mode makes of it; otherwise it is FAILED. The verdict that a check ended with may
// come again and changes nothing. Refusals: NOT_FOUND for a session that ran out, MANUAL_ID_CHECK_NOT_OPEN otherwise.
func (p *Payment) JudgeID(m *Merchant, h *HostedSession, challenge string, v Verdict, ids *IDs, now time.Time) (o *Order, changed bool, err error) {
	c := &h.Progress.IDCheck
	same := c.Challenge != "" && strings.EqualFold(c.Challenge, strings.TrimSpace(challenge))
	if same && c.Verdict == v {
		return nil, false, nil
	}
	if h.Expired(now) {
		return nil, false, NotFoundError("Session not found or expired")
	}
	a := p.identifying(h)
	if a == nil || !same || h.Status != ManualIDCheck || !now.Before(a.IdentifyBy) {
		return nil, false, refuse(Forbidden, "MANUAL_ID_CHECK_NOT_OPEN", "No identity check with this challenge is open")
	}
	c.Verdict = v
	if v != IDMatches {
		p.refuseID(h, a, ids, now)
		return nil, true, nil
	}
	a.IdentifiedAt = now
	a.Change.touch()
	p.move(h, InProgress, SessionIdentified, EventData{Category: string(a.Category)}, ids, now)
	o, err = p.approve(m, h, a, ids, now)
	return o, true, err
}

// LapseID ends an attempt whose consumer nobody identified in time. changed is false when there is nothing to save.
func (p *Payment) LapseID(a *Authorization, ids *IDs, now time.Time) (changed bool) {
	h := p.HostedByID(a.Hosted)
	if h == nil || a.State() != Identifying || now.Before(a.IdentifyBy) {
		return false
	}
	if h.Status != ManualIDCheck {
		p.void(a, "session_over", ids, now)
		return true
	}
	h.Progress.IDCheck.Verdict = IDUnseen
	p.refuseID(h, a, ids, now)
	return true
}

// refuseID declines an attempt whose consumer was not identified. The way to pay is not to blame: after "Try again" it is offered
// again, and no other one is offered instead.
func (p *Payment) refuseID(h *HostedSession, a *Authorization, ids *IDs, now time.Time) {
	a.Decision.Outcome, a.Decision.Reason = OutcomeDeclined, notIdentified
	a.Change.touch()
	g := &h.Progress
	g.Category, g.Plan, g.Instrument = "", "", Instrument{}
	p.record(h, AuthorizationDeclined, a.facts(notIdentified), ids, now)
	p.move(h, Failed, SessionFailed, EventData{Reason: notIdentified, Category: string(a.Category)}, ids, now)
	p.failSiblings(h, ids, now)
}
