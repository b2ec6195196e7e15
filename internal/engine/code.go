package engine

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"strings"
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

// sendCodeIfNext sends a code when the step that follows asks for one and none is on its way.
func (e *Engine) sendCodeIfNext(ctx context.Context, t *try, p *pay.Payment, h *pay.HostedSession, v Visitor) error {
	if p.StepOf(h, t.now) != pay.StepCode || h.Progress.Code.Live(t.now) {
		return nil
	}
	err := e.sendCode(ctx, t, p, h, v)
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
		return e.sendCode(ctx, t, p, h, v)
	})
}

func (e *Engine) sendCode(ctx context.Context, t *try, p *pay.Payment, h *pay.HostedSession, v Visitor) error {
	to, byPhone := e.codeReceiver(p, h)
	if e.limitsCodes() {
		if err := e.takeCode(ctx, t, h, to, v); err != nil {
			return err
		}
	}
	code := t.ids.Digits(6)
	if e.Sandbox {
		// Any code is right there but one, which must not be drawn.
		for !decide.SandboxCode(string(code)) {
			code = t.ids.Digits(6)
		}
		h.CodeSent(nil, t.now)
	} else {
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

// codeReceiver is where a page's code goes: a phone number in international form, or an e-mail address.
func (e *Engine) codeReceiver(p *pay.Payment, h *pay.HostedSession) (to string, byPhone bool) {
	contact := p.Contact(h)
	if e.CodeByPhone(contact) {
		return string(contact.Phone), true
	}
	return string(contact.Email), false
}

// takeCode counts one more code, or refuses it: of the session, of the receiver, of the network address. All nodes count together.
func (e *Engine) takeCode(ctx context.Context, t *try, h *pay.HostedSession, to string, v Visitor) error {
	enough := pay.Invalid400([]pay.Fault{{Path: "code", Want: "sends"}})
	if !h.MaySendCode(t.now) {
		return enough
	}
	keys, err := e.codeKeys(ctx, to, v)
	if err != nil {
		return err
	}
	free := [len(keys)][]int{keys[0].free(t.now), keys[1].free(t.now)}
	if len(free[0]) == 0 || len(free[1]) == 0 {
		return enough
	}
	for i, k := range keys {
		slot := free[i][crc32.ChecksumIEEE([]byte(h.ID))%uint32(len(free[i]))] // pages that ask at once rarely take the same
		t.batch.TakeCodeSlot(k.key, slot, k.slots[slot], t.now)
	}
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
			if !e.limitsCodes() {
				c.Tries = 0
			}
		}
		err := p.Confirm(h, right, t.ids, t.now)
		refusal := pay.AsError(err)
		t.keep = refusal != nil && refusal.Kind == pay.Invalid
		return err
	})
}

// limitsCodes reports whether the codes of a page are counted.
func (e *Engine) limitsCodes() bool { return !e.Sandbox || e.CodeLimit > 0 }

// codeKey is one of the two that codes are counted by, and how many it may have within pay.CodeWindow.
type codeKey struct {
	key   pay.Personal
	most  int
	slots map[int]time.Time
}

// codeKeys are the receiver and the network address, with the codes they had.
func (e *Engine) codeKeys(ctx context.Context, to string, v Visitor) ([2]codeKey, error) {
	most := e.CodeLimit
	if most == 0 {
		most = pay.CodeSends
	}
	keys := [2]codeKey{{key: pay.Personal("to:" + strings.ToLower(to)), most: pay.CodeSends}, {key: pay.Personal("from:" + v.Address), most: most}}
	err := e.read(ctx, store.CodeSlots(keys[0].key, &keys[0].slots), store.CodeSlots(keys[1].key, &keys[1].slots))
	return keys, err
}

// free lists the slots in which a code may be sent now.
func (k *codeKey) free(now time.Time) (out []int) {
	for slot := range k.most {
		if at := k.slots[slot]; at.IsZero() || now.Sub(at) >= pay.CodeWindow {
			out = append(out, slot)
		}
	}
	return out
}

// CodesLeft tells how many more codes the page may ask for now: what its session, the receiver and the network address have left. When
// there are none, again is when there will be one.
func (e *Engine) CodesLeft(ctx context.Context, pg *Page, v Visitor) (left int, again time.Time, err error) {
	left = pg.Hosted.CodesLeft(pg.Now)
	if !e.limitsCodes() {
		return max(left, 1), again, nil
	}
	if left == 0 {
		again = pg.Hosted.MoreCodesAt(pg.Now)
	}
	to, _ := e.codeReceiver(pg.Payment, pg.Hosted)
	keys, err := e.codeKeys(ctx, to, v)
	if err != nil {
		return 0, again, err
	}
	for i := range keys {
		free := keys[i].free(pg.Now)
		if left = min(left, len(free)); len(free) > 0 {
			continue
		}
		if next := keys[i].next(); next.After(again) {
			again = next
		}
	}
	return left, again, nil
}

// next is when a slot is free again, once none is.
func (k *codeKey) next() time.Time {
	first := time.Time{}
	for slot := range k.most {
		if at := k.slots[slot]; first.IsZero() || at.Before(first) {
			first = at
		}
	}
	return first.Add(pay.CodeWindow)
}
