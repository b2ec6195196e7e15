package engine

import (
	"context"
	"crypto/rand"
	"log/slog"
	"time"

	"kassa/internal/clock"
	"kassa/internal/decide"
	"kassa/internal/keyring"
	"kassa/internal/pay"
	"kassa/internal/store"
)

// Config is what an engine is built of.
type Config struct {
	Store   *store.Store
	Keys    *keyring.Ring
	Clock   clock.Clock
	Decider decide.Decider
	Log     *slog.Logger
	// Sandbox draws no one-time codes (any six digits but 999999 are right), prefills pages with test persons, limits nothing that is
	// not configured.
	Sandbox bool
	// CodeLimit is how many one-time codes a network address may ask for within pay.CodeWindow; 0 is pay.CodeSends, and in the sandbox
	// that codes are not limited at all.
	CodeLimit int
	URLs      pay.URLPolicy
	// SMS says that codes can go to phones; otherwise they go to e-mail addresses.
	SMS bool
	// Mail says that messages can go to e-mail addresses.
	Mail bool
	// Quotas bound the messages of each merchant; in the sandbox none is configured.
	Quotas Quotas
	// Wake is called after a commit that left jobs due at once; may be nil.
	Wake func()
	// NoLocks turns the in-process locks off: they are for fairness only, and races are tested without them.
	NoLocks bool
}

// Engine runs the operations. It is safe for concurrent use.
type Engine struct {
	Config
	locks     *stripes
	merchants merchantCache
	sequencer *sequencer
	audiences *audiences
	receivers receivers
}

// New builds an engine.
func New(c Config) *Engine {
	if c.Wake == nil {
		c.Wake = func() {}
	}
	e := &Engine{Config: c, locks: newStripes(), sequencer: newSequencer(), audiences: newAudiences()}
	e.merchants.known = map[string]cachedMerchant{}
	e.receivers.known = map[pay.MerchantID]cachedReceiver{}
	return e
}

// epoch dates ids that are made out of words.
var epoch = time.Unix(0, 0)

// Now is the time all operations go by.
func (e *Engine) Now() time.Time { return e.Clock.Now() }

// newIDs seeds the ids of one operation.
func (e *Engine) newIDs() *pay.IDs {
	var seed [32]byte
	_, _ = rand.Read(seed[:]) // never fails since Go 1.24
	return pay.NewIDs(seed, e.Clock.Now())
}

// read runs reads in one round trip. The error is a refusal Unavailable when the database cannot be reached.
func (e *Engine) read(ctx context.Context, reads ...store.Read) error {
	if err := e.Store.Read(ctx, reads...); err != nil {
		return temporary("read", err)
	}
	return nil
}
