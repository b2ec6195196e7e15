package api

import (
	"crypto/sha256"
	"net/http"
	"strings"

	"kassa/internal/engine"
)

const (
	keyHeader      = "Klarna-Idempotency-Key"
	replayedHeader = "Kassa-Idempotency-Replayed"
	mismatchHeader = "Kassa-Idempotency-Mismatch"
	maxKey         = 255
)

// idempotencyKey reads the key of a call, nil without one. Its scope is the merchant, the method and the path; an id in capitals is the
// same id.
func idempotencyKey(r *http.Request, body []byte) (*engine.Key, error) {
	values := r.Header[keyHeader]
	if len(values) == 0 {
		return nil, nil
	}
	value := strings.TrimSpace(values[0])
	for _, other := range values[1:] {
		if strings.TrimSpace(other) != value {
			return nil, badValue(keyHeader, "one value")
		}
	}
	switch {
	case value == "":
		return nil, nil
	case len(value) > maxKey || !cleanText(value):
		return nil, badValue(keyHeader, "at most 255 bytes of UTF-8 without control characters")
	}
	return &engine.Key{Route: r.Method + " " + strings.ToLower(r.URL.Path), Value: value, Body: sha256.Sum256(body)}, nil
}

// do runs an operation of the engine and answers with what render makes of its result. With an idempotency key the answer that
// is written is the one that was stored.
func (x *exchange) do(op func(call engine.Call) (any, error), render func(result any) reply) error {
	call := engine.Call{Merchant: x.merchant, Key: x.key}
	if x.key != nil {
		x.key.Render = func(result any) engine.Answer {
			rep := render(result)
			answer := rep.answer(x.correlation)
			x.rendered = &answer
			return answer
		}
	}
	result, err := op(call)
	if err != nil {
		return err
	}
	if x.rendered != nil {
		x.restore(*x.rendered)
		return nil
	}
	x.reply(render(result))
	return nil
}

// replay gives a stored answer again, with its own correlation id, and says that it does.
func (x *exchange) replay(p *engine.Replay) {
	x.replayed, x.mismatch = true, p.Mismatch
	x.Header().Set(replayedHeader, "true")
	if p.Mismatch {
		x.Header().Set(mismatchHeader, "true")
	}
	x.restore(p.Answer)
}

// restore writes a stored answer.
func (x *exchange) restore(a engine.Answer) {
	for name, value := range a.Header {
		x.Header().Set(name, value)
	}
	x.finish(a.Status, a.Body)
}
