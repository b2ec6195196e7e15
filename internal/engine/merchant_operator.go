package engine

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"

	"kassa/internal/pay"
	"kassa/internal/store"
)

// firstNumber is the number of the first merchant that an operator adds: number 1 is the sandbox's own, whose database may be
// used without --sandbox later.
const firstNumber = 2

// Access is what a merchant calls and is called with. The password is told once, here: the store has only its hash.
type Access struct {
	Merchant pay.Merchant
	Username string
	Password pay.Secret
	// CallbackSecret signs callbacks; like the password it is told once.
	CallbackSecret pay.Secret
}

// errNoMerchant is the answer to a name that is nobody's.
func errNoMerchant(name string) error {
	return pay.NotFoundError(fmt.Sprintf("no merchant has the user name or id %q", name))
}

// AddMerchant makes a merchant with a user name and a random password of 256 bits. Refusal: BAD_VALUE name.
func (e *Engine) AddMerchant(ctx context.Context, name string) (Access, error) {
	if err := pay.CheckMerchantName(name); err != nil {
		return Access{}, err
	}
	var tail [6]byte
	_, _ = rand.Read(tail[:]) // never fails since Go 1.24
	password, secret := newPassword(), newCallbackSecret()
	var have []pay.Merchant
	result, err := e.run(ctx, operation{
		reads: func() []store.Read { return []store.Read{store.Merchants(&have)} },
		do: func(t *try) (any, error) {
			number := int64(firstNumber)
			for i := range have {
				number = max(number, have[i].Number+1)
			}
			id := fmt.Sprintf("K%06d", number)
			a := Access{
				Merchant: pay.Merchant{ID: pay.MerchantID(id), Number: number, Name: name, Status: pay.MerchantActive, CreatedAt: t.now},
				Username: id + "_" + hex.EncodeToString(tail[:]), Password: password, CallbackSecret: secret,
			}
			t.batch.InsertMerchant(&a.Merchant)
			t.batch.InsertCredential(a.Merchant.ID, a.Username, CredentialHash(e.Keys, a.Username, string(password)), t.now)
			t.batch.InsertCallbackSecret(a.Merchant.ID, store.CallbackSecret{Number: 1, CreatedAt: t.now, Secret: secret})
			return a, nil
		},
	})
	if err != nil {
		return Access{}, err
	}
	return result.(Access), nil
}

// Merchants lists all merchants with their user names, in the order in which they were added.
func (e *Engine) Merchants(ctx context.Context) ([]store.Credential, error) {
	var all []store.Credential
	err := e.read(ctx, store.Credentials(&all))
	return all, err
}

// RotateMerchant gives a merchant, named by user name or id, a new password; the old one ends within a second on every node.
func (e *Engine) RotateMerchant(ctx context.Context, name string) (Access, error) {
	password := newPassword()
	result, err := e.changeMerchant(ctx, name, func(t *try, c *store.Credential) any {
		t.batch.RotateCredential(c.Merchant.ID, c.Username, CredentialHash(e.Keys, c.Username, string(password)), t.now)
		return Access{Merchant: c.Merchant, Username: c.Username, Password: password}
	})
	if err != nil {
		return Access{}, err
	}
	return result.(Access), nil
}

// SetMerchantColour gives a merchant, named by user name or id, the colour of its page, like #17524b; empty is the ordinary one.
// Refusal: BAD_VALUE colour.
func (e *Engine) SetMerchantColour(ctx context.Context, name, colour string) (store.Credential, error) {
	colour = strings.ToLower(colour)
	if err := pay.CheckColour(colour); err != nil {
		return store.Credential{}, err
	}
	return e.changeSettings(ctx, name, func(s *pay.MerchantSettings) error {
		s.Colour = colour
		return nil
	})
}

// SetMerchantAppSchemes says which schemes of apps the return addresses of a merchant may have; none without any. Refusal: BAD_VALUE
// with every bad one.
func (e *Engine) SetMerchantAppSchemes(ctx context.Context, name string, schemes []string) (store.Credential, error) {
	low := make([]string, len(schemes))
	for i, s := range schemes {
		low[i] = strings.ToLower(s)
	}
	if err := pay.CheckAppSchemes(low); err != nil {
		return store.Credential{}, err
	}
	return e.changeSettings(ctx, name, func(s *pay.MerchantSettings) error {
		s.AppSchemes = low
		return nil
	})
}

// SetMerchantSupport says how consumers reach a merchant; urls says what the address of a page of help may be. Refusal: BAD_VALUE with
// every bad path.
func (e *Engine) SetMerchantSupport(ctx context.Context, name string, support pay.Support, urls pay.URLPolicy) (store.Credential, error) {
	if err := support.Check(urls); err != nil {
		return store.Credential{}, err
	}
	return e.changeSettings(ctx, name, func(s *pay.MerchantSettings) error {
		s.Support = support
		return nil
	})
}

// SetMerchantReceipts says whether the consumers of a merchant are sent receipts by e-mail.
func (e *Engine) SetMerchantReceipts(ctx context.Context, name string, sent bool) (store.Credential, error) {
	return e.changeSettings(ctx, name, func(s *pay.MerchantSettings) error {
		s.NoReceipts = !sent
		return nil
	})
}

// SetMerchantProfile adds a profile to a merchant, or replaces the one of the same id; urls says what its pictures' addresses may be.
// Refusal: BAD_VALUE with every bad path.
func (e *Engine) SetMerchantProfile(ctx context.Context, name string, p pay.Profile, urls pay.URLPolicy) (store.Credential, error) {
	if err := p.Check(urls); err != nil {
		return store.Credential{}, err
	}
	return e.changeSettings(ctx, name, func(s *pay.MerchantSettings) error { return s.SetProfile(p) })
}

// DropMerchantProfile removes a profile of a merchant; sessions that name it go on without its colour and its languages. Refusal:
// NOT_FOUND.
func (e *Engine) DropMerchantProfile(ctx context.Context, name, profile string) (store.Credential, error) {
	return e.changeSettings(ctx, name, func(s *pay.MerchantSettings) error {
		if !s.DropProfile(profile) {
			return pay.NotFoundError(fmt.Sprintf("the merchant has no profile %q", profile))
		}
		return nil
	})
}

// changeSettings changes the settings of a merchant, named by user name or id; running servers follow within a second.
func (e *Engine) changeSettings(ctx context.Context, name string, change func(s *pay.MerchantSettings) error) (store.Credential, error) {
	var refused error
	result, err := e.changeMerchant(ctx, name, func(t *try, c *store.Credential) any {
		if refused = change(&c.Merchant.Settings); refused == nil {
			t.batch.UpdateMerchant(&c.Merchant)
		}
		return *c
	})
	if err = cmp.Or(refused, err); err != nil {
		return store.Credential{}, err
	}
	return result.(store.Credential), nil
}

// SetMerchantStatus disables or enables a merchant, named by user name or id; running servers follow within a second. The callbacks
// that wait for the merchant are parked, and un-parked when it is enabled again.
func (e *Engine) SetMerchantStatus(ctx context.Context, name string, status pay.MerchantStatus) (store.Credential, error) {
	result, err := e.changeMerchant(ctx, name, func(t *try, c *store.Credential) any {
		t.batch.SetMerchantStatus(c.Merchant.ID, status)
		c.Merchant.Status = status
		return *c
	})
	if err != nil {
		return store.Credential{}, err
	}
	c := result.(store.Credential)
	return c, e.callbacksOf(ctx, c.Merchant.ID, status)
}

// changeMerchant finds a merchant by user name or id and changes it. The last one to write wins: there is no aggregate.
func (e *Engine) changeMerchant(ctx context.Context, name string, do func(t *try, c *store.Credential) any) (any, error) {
	var all []store.Credential
	return e.run(ctx, operation{
		reads: func() []store.Read { return []store.Read{store.Credentials(&all)} },
		do: func(t *try) (any, error) {
			for i := range all {
				if all[i].Username == name || string(all[i].Merchant.ID) == name {
					return do(t, &all[i]), nil
				}
			}
			return nil, errNoMerchant(name)
		},
	})
}

// newPassword draws 256 random bits.
func newPassword() pay.Secret {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	return pay.Secret(base64.RawURLEncoding.EncodeToString(b[:]))
}
