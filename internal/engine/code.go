package engine

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"kassa/internal/decide"
	"kassa/internal/pay"
	"kassa/internal/store"
)

// CodeMessage is what the job that sends a one-time code carries.
type CodeMessage struct {
	Phone    string `json:",omitempty"` // one of the two
	Email    string `json:",omitempty"`
	Code     string
	Locale   string
	Merchant string // name
	// Until is when the code stops being right: nobody is sent it from then on.
	Until time.Time
}

// CodeByPhone tells where a code for this contact goes: to the phone when one is known and messages can be sent there.
func (e *Engine) CodeByPhone(contact pay.Address) bool {
	return contact.Phone != "" && (e.Sandbox || e.SMS || contact.Email == "")
}

// sendCodeIfNext sends a code when the step that follows asks for one and none is on its way.
func (e *Engine) sendCodeIfNext(t *try, p *pay.Payment, h *pay.HostedSession, v Visitor) error {
	if p.StepOf(h, t.now) != pay.StepCode || h.Progress.Code.Live(t.now) {
		return nil
	}
	err := e.sendCode(t, p, h, v)
	if refusal := pay.AsError(err); refusal != nil && refusal.Kind == pay.Invalid {
		return nil // no more codes for now: the code page says so
	}
	return err
}

// SendCode is the consumer asking for another code. The refusal names the field code with sends when there were enough.
func (e *Engine) SendCode(ctx context.Context, link pay.Secret, v Visitor) error {
	return e.step(ctx, link, func(t *try, p *pay.Payment, h *pay.HostedSession) error {
		if p.StepOf(h, t.now) != pay.StepCode {
			return &pay.Error{Kind: pay.Stale, Code: "STALE", Message: "No code is asked for"}
		}
		return e.sendCode(t, p, h, v)
	})
}

func (e *Engine) sendCode(t *try, p *pay.Payment, h *pay.HostedSession, v Visitor) error {
	contact := p.Contact(h)
	to := string(contact.Email)
	byPhone := e.CodeByPhone(contact)
	if byPhone {
		to = string(pay.International(p.Session.Country, contact.Phone))
	}
	code := t.ids.Digits(6)
	if e.Sandbox {
		// Any code is right there but one, which must not be drawn.
		for !decide.SandboxCode(string(code)) {
			code = t.ids.Digits(6)
		}
		h.CodeSent(nil, t.now)
	} else {
		if !h.MaySendCode(t.now) || !e.codes.take(t.now, "to:"+to, "from:"+v.Address) {
			return pay.Invalid400([]pay.Fault{{Path: "code", Want: "sends"}})
		}
		h.CodeSent(e.codeHash(h, string(code)), t.now)
	}
	m := CodeMessage{Email: to, Code: string(code), Locale: v.Locale, Until: t.now.Add(pay.CodeLife)}
	if byPhone {
		m.Email, m.Phone = "", to
	}
	payload, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("encode code message: %w", err)
	}
	p.Jobs = append(p.Jobs, pay.Job{
		ID: pay.JobID(t.ids.UUID()), Merchant: p.Session.Merchant, Kind: pay.JobSendCode, Subject: string(h.ID), // no lane: no code waits for another
		Payment: p.Session.ID, DueAt: t.now, Payload: pay.Secret(payload),
	})
	return nil
}

// CodeAwaited reports whether the page still waits for the code that a job sends: it is the one that was drawn last, neither given nor
// used up, and its page is open. In the sandbox, where any code is right, each is.
func (e *Engine) CodeAwaited(ctx context.Context, job pay.Job, code string) (bool, error) {
	if e.Sandbox {
		return true, nil
	}
	id := pay.HostedID(job.Subject)
	var p *pay.Payment
	if err := e.read(ctx, store.PaymentBy(store.ByHosted(job.Merchant, id), &p)); err != nil {
		return false, fmt.Errorf("look whether the code of %s is awaited: %w", job.Subject, err)
	}
	h, now := hostedByID(p, id), e.Clock.Now()
	if h == nil || h.Status.Final() || h.Expired(now) {
		return false, nil
	}
	c := &h.Progress.Code
	return !c.Verified && c.Live(now) && subtle.ConstantTimeCompare(e.codeHash(h, code), c.Hash) == 1, nil
}

func (e *Engine) codeHash(h *pay.HostedSession, code string) []byte {
	sum := e.Keys.Hash("code", []byte(string(h.ID)+"/"+code))
	return sum[:]
}

// Confirm is the consumer giving the code. The refusal names the field code with wrong, tries or expired.
func (e *Engine) Confirm(ctx context.Context, link pay.Secret, code string) error {
	return e.step(ctx, link, func(t *try, p *pay.Payment, h *pay.HostedSession) error {
		c := &h.Progress.Code
		right := subtle.ConstantTimeCompare(e.codeHash(h, code), c.Hash) == 1
		if e.Sandbox {
			right = decide.SandboxCode(code)
			c.Tries = 0 // the sandbox limits nothing
		}
		err := p.Confirm(h, right, t.ids, t.now)
		refusal := pay.AsError(err)
		t.keep = refusal != nil && refusal.Kind == pay.Invalid
		return err
	})
}

// allowance counts codes per receiver and per network address, on this node.
type allowance struct {
	mu    sync.Mutex
	used  map[string][]time.Time
	swept time.Time
}

// take notes one code for all keys, or nothing and false when one of them had its share within the window.
func (a *allowance) take(now time.Time, keys ...string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if now.Sub(a.swept) > pay.CodeWindow {
		for key := range a.used {
			if len(a.recent(now, key)) == 0 {
				delete(a.used, key)
			}
		}
		a.swept = now
	}
	for _, key := range keys {
		if len(a.recent(now, key)) >= pay.CodeSends {
			return false
		}
	}
	for _, key := range keys {
		a.used[key] = append(a.recent(now, key), now)
	}
	return true
}

func (a *allowance) recent(now time.Time, key string) []time.Time {
	var out []time.Time
	for _, t := range a.used[key] {
		if now.Sub(t) < pay.CodeWindow {
			out = append(out, t)
		}
	}
	return out
}
