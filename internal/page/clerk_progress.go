package page

import (
	"time"

	"kassa/internal/engine"
	"kassa/internal/pay"
)

// progressLine is one line of what has happened and will.
type progressLine struct {
	State string // done, now, next, bad
	Text  text
	At    string // a time of the day, or now
}

// lastOf finds the last of what happened of a type, nil without.
func lastOf(c *engine.Clerk, typ pay.EventType) *engine.Moment {
	for i := len(c.Log) - 1; i >= 0; i-- {
		if c.Log[i].Type == typ {
			return &c.Log[i]
		}
	}
	return nil
}

// progress lists how far the consumer has come, with nothing about the person: done, what is going on now, what is to come. What will
// not come any more is left out.
func (v *View) progress(c *engine.Clerk, by string) []progressLine {
	h := c.Hosted
	var out []progressLine
	add := func(state, words string, at time.Time) {
		l := progressLine{State: state, Text: v.H(words), At: v.clerkTime(at)}
		if state == "now" && words != "clerk.unsent" && words != "clerk.unopened" { // those wait for somebody: nothing is going on
			l.At = v.T("clerk.now")
		}
		out = append(out, l)
	}
	over := h.Status.Final() || h.Expired(c.Now)
	add("done", "clerk.made", h.CreatedAt)
	sent, begun := v.progressSent(c, by, add), lastOf(c, pay.SessionInProgress) != nil
	switch {
	case begun:
		add("done", "clerk.opened", firstOfLog(c, pay.SessionInProgress))
	case over:
	case sent:
		add("now", "clerk.unopened", time.Time{})
	default:
		add("next", "clerk.opened", time.Time{})
	}
	code := &h.Progress.Code
	switch {
	case code.Verified:
		add("done", "clerk.confirmed", code.VerifiedAt)
	case over:
	case h.Status == pay.InProgress && c.Payment.StepOf(h, c.Now) == pay.StepCode:
		add("now", "clerk.confirming", time.Time{})
	case h.Status == pay.InProgress:
		add("now", "clerk.choosing", time.Time{})
	default:
		add("next", "clerk.confirmed", time.Time{})
	}
	v.progressID(c, add)
	v.progressEnd(c, add)
	return out
}

// sentOf finds the last message and what became of it: the outcome is nil while it is under way. Of several by the same way, what one
// of them came to since the last was left counts, and that it arrived most.
func sentOf(c *engine.Clerk) (sent, outcome *engine.Moment) {
	for i := range c.Log {
		switch m := &c.Log[i]; {
		case m.Type == pay.SessionDistributed:
			sent, outcome = m, nil
		case sent == nil || m.Method != sent.Method:
		case m.Type == pay.MessageDelivered, m.Type == pay.MessageFailed && outcome == nil:
			outcome = m
		}
	}
	return sent, outcome
}

// progressSent tells whether the link was sent, and whether it is on its way to the consumer. A message that is under way is "Not sent
// yet": nobody knows whether it will arrive.
func (v *View) progressSent(c *engine.Clerk, by string, add func(state, words string, at time.Time)) bool {
	waiting := c.Hosted.Status == pay.Waiting && !c.Hosted.Expired(c.Now)
	sent, outcome := sentOf(c)
	switch {
	case outcome != nil && outcome.Type == pay.MessageFailed:
		add("bad", "clerk.undelivered", outcome.At)
	case outcome != nil:
		add("done", "clerk.sent."+string(sent.Method), outcome.At)
		return true
	case waiting && sent == nil && by == "qr":
		add("now", "clerk.shown", time.Time{})
	case waiting:
		add("now", "clerk.unsent", time.Time{})
	}
	return false
}

func firstOfLog(c *engine.Clerk, typ pay.EventType) time.Time {
	for i := range c.Log {
		if c.Log[i].Type == typ {
			return c.Log[i].At
		}
	}
	return time.Time{}
}

// progressID tells about the identity document, where one was asked for.
func (v *View) progressID(c *engine.Clerk, add func(state, words string, at time.Time)) {
	check := &c.Hosted.Progress.IDCheck
	switch {
	case check.AskedAt.IsZero():
	case c.Payment.OpenIDCheck(c.Hosted) != nil:
		add("now", "clerk.id.now", time.Time{})
	case check.Verdict == pay.IDMatches:
		var at time.Time
		if m := lastOf(c, pay.SessionIdentified); m != nil {
			at = m.At
		}
		add("done", "clerk.id.matched", at)
	case c.Hosted.Status != pay.Failed:
	case check.Verdict == pay.IDDiffers:
		add("bad", "clerk.id.differed", c.Hosted.UpdatedAt)
	default:
		add("bad", "clerk.id.unseen", c.Hosted.UpdatedAt)
	}
}

// progressEnd is the last line: paid, or what stands in its way.
func (v *View) progressEnd(c *engine.Clerk, add func(state, words string, at time.Time)) {
	h := c.Hosted
	if h.Expired(c.Now) {
		add("bad", "clerk.expired", h.ExpiresAt)
		return
	}
	switch h.Status {
	case pay.Completed:
		add("done", "clerk.paid", h.UpdatedAt)
	case pay.Failed:
		add("bad", "clerk.failed", h.UpdatedAt)
	case pay.Errored:
		add("bad", "clerk.error", h.UpdatedAt)
	case pay.BackPressed:
		add("now", "clerk.left", h.UpdatedAt)
	case pay.Cancelled:
		add("bad", "clerk.cancelled", h.UpdatedAt)
	case pay.Disabled:
		add("bad", "clerk.withdrawn", h.UpdatedAt)
	case pay.InProgress:
		if h.Progress.Code.Verified {
			add("now", "clerk.paying", time.Time{})
			return
		}
		add("next", "clerk.paid", time.Time{})
	default:
		add("next", "clerk.paid", time.Time{})
	}
}
