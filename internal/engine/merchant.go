package engine

import (
	"context"
	"crypto/subtle"
	"fmt"
	"strconv"
	"sync"
	"time"

	"kassa/internal/pay"
	"kassa/internal/store"
)

// merchantFresh is how long what is known of a merchant is used without asking again: rotating or disabling takes effect on a
// running server within it.
const merchantFresh = 500 * time.Millisecond

// merchantsKept bounds the cache.
const merchantsKept = 10_000

// The credential of the merchant that exists in every sandbox. Everybody knows it, so that nothing but a sandbox accepts it.
const (
	SandboxUsername = "K000001_sandbox"
	SandboxPassword = "sandbox"
)

// merchantCache remembers merchants by user name, number and id, and that a name is unknown.
type merchantCache struct {
	mu    sync.RWMutex
	known map[string]cachedMerchant
}

type cachedMerchant struct {
	credential *store.Credential // nil: unknown
	until      time.Time
}

func (c *merchantCache) find(key string, now time.Time) (cachedMerchant, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	m, ok := c.known[key]
	return m, ok && now.Before(m.until)
}

func (c *merchantCache) keep(key string, m cachedMerchant) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.known) >= merchantsKept {
		clear(c.known)
	}
	c.known[key] = m
}

func (c *merchantCache) forget(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.known, key)
}

// lookup gives what key stands for, asking the store at most twice a second.
func (e *Engine) lookup(ctx context.Context, key string, read func(dst **store.Credential) store.Read) (*store.Credential, error) {
	now := time.Now() //nolint:forbidigo // the freshness of a cache is real time, not the sandbox's
	if m, ok := e.merchants.find(key, now); ok {
		return m.credential, nil
	}
	var found *store.Credential
	if err := e.read(ctx, read(&found)); err != nil {
		return nil, err
	}
	e.merchants.keep(key, cachedMerchant{credential: found, until: now.Add(merchantFresh)})
	return found, nil
}

// Authenticate finds the merchant of a user name and password. The refusals: 401 for an unknown name and a wrong password
// alike, 403 MERCHANT_INACTIVE for the right password of a merchant that is disabled. Outside the sandbox the sandbox's published
// password is a wrong one, also where its merchant is in the database; one that an operator had made for that merchant is right.
func (e *Engine) Authenticate(ctx context.Context, username, password string) (*pay.Merchant, error) {
	c, err := e.lookup(ctx, "user:"+username, func(dst **store.Credential) store.Read { return store.CredentialBy(username, dst) })
	if err != nil {
		return nil, err
	}
	given := e.Keys.Hash("credential", []byte(username+"\x00"+password))
	var want [32]byte
	if c != nil {
		copy(want[:], c.SecretHash)
	}
	if subtle.ConstantTimeCompare(given[:], want[:]) != 1 || c == nil {
		return nil, ErrUnauthorized
	}
	if !e.Sandbox && username == SandboxUsername && password == SandboxPassword {
		return nil, ErrUnauthorized
	}
	if !c.DisabledAt.IsZero() && !e.Clock.Now().Before(c.DisabledAt) {
		return nil, ErrUnauthorized
	}
	if c.Merchant.Status != pay.MerchantActive {
		return nil, &pay.Error{Kind: pay.Forbidden, Code: "MERCHANT_INACTIVE", Message: "The merchant is not active"}
	}
	return &c.Merchant, nil
}

// ErrUnauthorized is the answer to missing, unknown and wrong credentials.
var ErrUnauthorized = fmt.Errorf("unknown user name or wrong password")

// CredentialHash is the form in which a password is stored.
func CredentialHash(keys interface {
	Hash(purpose string, msg []byte) [32]byte
}, username, password string) []byte {
	sum := keys.Hash("credential", []byte(username+"\x00"+password))
	return sum[:]
}

// merchantByNumber finds the merchant of a link token's number, nil when there is none.
func (e *Engine) merchantByNumber(ctx context.Context, number int64) (*pay.Merchant, error) {
	c, err := e.lookup(ctx, "number:"+strconv.FormatInt(number, 10), func(dst **store.Credential) store.Read { return store.MerchantByNumber(number, dst) })
	if err != nil || c == nil {
		return nil, err
	}
	return &c.Merchant, nil
}

// MerchantByID finds a merchant, for jobs.
func (e *Engine) MerchantByID(ctx context.Context, id pay.MerchantID) (*pay.Merchant, error) {
	c, err := e.lookup(ctx, "id:"+string(id), func(dst **store.Credential) store.Read { return store.MerchantByID(id, dst) })
	if err != nil {
		return nil, err
	}
	if c == nil {
		return nil, fmt.Errorf("no merchant %s", id)
	}
	return &c.Merchant, nil
}
