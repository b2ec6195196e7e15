package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"kassa/internal/pay"
	"kassa/internal/store"
)

// retryFor is how long an operation that collides is tried again before it is refused with CONFLICT.
const retryFor = 2 * time.Second

// Answer is an answer as the door wrote it, stored under an idempotency key.
type Answer = store.Answer

// Key is an idempotency key as it came with a call.
type Key struct {
	Route string // method and path: the key's scope within the merchant
	Value string
	Body  [32]byte // digest of the request body
	// Render makes the answer that is stored with the effect and given again to whoever repeats the key. Refusals are not stored: what
	// they were refused for may have gone by the next call.
	Render func(result any) Answer
}

// Call is what every call of a merchant brings.
type Call struct {
	Merchant *pay.Merchant
	Key      *Key // nil without an idempotency key
}

// Replay stands in place of a result when the key was answered before.
type Replay struct {
	Answer   Answer
	Mismatch bool // the body was another one
}

// Error tells what a Replay is.
func (*Replay) Error() string { return "the idempotency key was answered before" }

// try is one attempt of an operation.
type try struct {
	ids   *pay.IDs
	now   time.Time
	batch *store.Batch
	wake  bool // a job is due at once
	keep  bool // commit the batch although the operation is refused: a wrong code costs a try
}

// operation is one change: what it reads and what it does with it. Both run again from the start after a conflict.
type operation struct {
	call  Call
	lock  string // id of the aggregate, for fairness
	reads func() []store.Read
	do    func(t *try) (result any, err error)
}

// run reads, decides and commits until that goes through, for two seconds at most.
func (e *Engine) run(ctx context.Context, op operation) (any, error) {
	deadline, cancel := context.WithTimeout(ctx, retryFor)
	defer cancel()
	if op.lock != "" && !e.NoLocks {
		defer e.locks.lock(deadline, op.lock)()
	}
	if ctx.Err() != nil {
		return nil, unavailable("wait for other changes", ctx.Err())
	}
	ids := e.newIDs()
	for wait := time.Millisecond; ; wait = min(2*wait, 50*time.Millisecond) {
		ids.Rewind()
		result, err := e.tryOnce(ctx, op, ids)
		if !errors.Is(err, store.ErrConflict) {
			return result, err
		}
		pause := time.NewTimer(wait)
		select {
		case <-pause.C:
			continue
		case <-deadline.Done():
			pause.Stop()
		}
		if ctx.Err() != nil {
			return nil, unavailable("wait for other changes", ctx.Err())
		}
		return nil, &pay.Error{Kind: pay.Conflict, Code: "CONFLICT", Message: "The resource is being changed by another request"}
	}
}

func (e *Engine) tryOnce(ctx context.Context, op operation, ids *pay.IDs) (any, error) {
	var stored *store.Answer
	var reads []store.Read
	if op.reads != nil {
		reads = op.reads()
	}
	if key := op.call.Key; key != nil {
		reads = append(reads, store.AnswerBy(answerKey(op.call), &stored))
	}
	if len(reads) > 0 {
		if err := e.read(ctx, reads...); err != nil {
			return nil, err
		}
	}
	if stored != nil {
		return nil, e.replay(ctx, stored, op.call.Key)
	}
	t := &try{ids: ids, now: e.Clock.Now(), batch: e.Store.NewBatch()}
	result, err := op.do(t)
	if err != nil && !t.keep {
		return nil, err
	}
	if op.call.Key != nil && err == nil {
		e.saveAnswer(t.batch, op.call, t.now, result)
	}
	if cerr := e.commit(ctx, t.batch); cerr != nil {
		return nil, cerr
	}
	e.sequencer.note(t.batch.Happened()...)
	if t.wake {
		e.Wake()
	}
	return result, err
}

// replay is what a repeated key is answered with: its stored answer, once that is as durable as it was when it was first given.
func (e *Engine) replay(ctx context.Context, stored *store.Answer, key *Key) error {
	if err := e.Store.Confirm(ctx); err != nil {
		return temporary("confirm a stored answer", err)
	}
	return &Replay{Answer: *stored, Mismatch: stored.BodyHash != key.Body}
}

// Answered looks for the stored answer of a call's key, nil without one.
func (e *Engine) Answered(ctx context.Context, call Call) (*Replay, error) {
	var stored *store.Answer
	if err := e.read(ctx, store.AnswerBy(answerKey(call), &stored)); err != nil || stored == nil {
		return nil, err
	}
	err := e.replay(ctx, stored, call.Key)
	if again := new(Replay); errors.As(err, &again) {
		return again, nil
	}
	return nil, err
}

func answerKey(call Call) store.AnswerKey {
	return store.AnswerKey{Merchant: call.Merchant.ID, Route: call.Key.Route, Key: call.Key.Value}
}

func (e *Engine) saveAnswer(b *store.Batch, call Call, now time.Time, result any) {
	answer := call.Key.Render(result)
	answer.BodyHash, answer.CreatedAt = call.Key.Body, now
	b.SaveAnswer(answerKey(call), answer)
}

// commit commits a batch with something in it. The outcomes: nil; store.ErrConflict; a refusal Unavailable when the writer is
// busy or the outcome is unknown; any other error is a fault of ours.
func (e *Engine) commit(ctx context.Context, b *store.Batch) error {
	if b.Len() == 0 {
		return nil
	}
	err := e.Store.Commit(ctx, b)
	if err == nil || errors.Is(err, store.ErrConflict) {
		return err
	}
	return temporary("commit", err)
}

// temporary makes Unavailable of what may go better in a moment; other errors stay what they are.
func temporary(doing string, err error) error {
	for _, passing := range []error{store.ErrBusy, store.ErrUnknown, context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, passing) {
			return unavailable(doing, err)
		}
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// unavailable is a failure of ours that the caller may try again: nothing about it is told but that.
func unavailable(doing string, cause error) error {
	return fmt.Errorf("%s: %w: %w", doing, cause, &pay.Error{
		Kind: pay.Unavailable, Code: "SERVICE_UNAVAILABLE", Message: "Please try again in a moment",
	})
}

// changePayment runs an operation on a payment aggregate: found by ref, changed by do, saved whole.
func (e *Engine) changePayment(ctx context.Context, call Call, lock string, ref store.PaymentRef, do func(t *try, p *pay.Payment) (any, error)) (any, error) {
	var p *pay.Payment
	return e.run(ctx, operation{
		call: call, lock: lock,
		reads: func() []store.Read { p = nil; return []store.Read{store.PaymentBy(ref, &p)} },
		do:    func(t *try) (any, error) { return do(t, p) },
	})
}

// save puts a changed payment into the batch.
func (t *try) save(p *pay.Payment) {
	t.tell(p.Session.Merchant, p.Callbacks, &p.Jobs)
	t.batch.SavePayment(p)
	t.wakeFor(p.Jobs)
}

// wakeFor remembers that a job is due at once.
func (t *try) wakeFor(jobs []pay.Job) {
	for _, j := range jobs {
		if !j.DueAt.After(t.now) {
			t.wake = true
		}
	}
}
