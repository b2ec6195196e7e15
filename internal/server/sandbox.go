package server

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"kassa/internal/engine"
	"kassa/internal/keyring"
	"kassa/internal/pay"
	"kassa/internal/store"
)

// The merchant that exists in every sandbox.
const (
	SandboxUsername = engine.SandboxUsername
	SandboxPassword = engine.SandboxPassword
	// SandboxCallbackSecret signs its callbacks.
	SandboxCallbackSecret = "whsec_a2Fzc2Egc2FuZGJveCBjYWxsYmFja3MsIHNpZ25lZC4="
	sandboxID             = pay.MerchantID("K000001")
	sandboxName           = "Nordlys Cykler"
)

// sandboxMerchant makes the fixed merchant in a sandbox where it is missing. Outside a sandbox it makes nothing, and tells the
// operator when the merchant is there with something that everybody knows.
func (s *Server) sandboxMerchant(ctx context.Context, keys *keyring.Ring) error {
	var have *store.Credential
	var all []pay.Merchant
	var secrets []store.CallbackSecret
	if err := s.store.Read(ctx, store.CredentialBy(SandboxUsername, &have), store.Merchants(&all), store.CallbackSecrets(sandboxID, &secrets)); err != nil {
		return fmt.Errorf("look for the sandbox merchant: %w", err)
	}
	log, username := s.options.Log, "username"
	published := engine.CredentialHash(keys, SandboxUsername, SandboxPassword)
	if s.options.Config.Sandbox {
		if have != nil {
			return nil
		}
		if len(all) > 0 {
			log.WarnContext(ctx, "the sandbox's merchant is added to a database that has merchants: its password is published, and refused by servers without --sandbox", username, SandboxUsername)
		}
		return s.addSandboxMerchant(ctx, published)
	}
	if have != nil && bytes.Equal(have.SecretHash, published) {
		log.WarnContext(ctx, "the database was a sandbox's: its merchant has the published password, which is refused here; `kassa merchant rotate` gives it another one", username, SandboxUsername)
	}
	if len(secrets) > 0 && secrets[0].Secret == SandboxCallbackSecret {
		log.WarnContext(ctx, "the database was a sandbox's: its merchant's callbacks are signed with the published secret; `kassa merchant callback-secret` gives it another one", username, SandboxUsername)
	}
	return nil
}

func (s *Server) addSandboxMerchant(ctx context.Context, secretHash []byte) error {
	now := s.clock.Now()
	b := s.store.NewBatch()
	m := pay.Merchant{ID: sandboxID, Number: 1, Name: sandboxName, Status: pay.MerchantActive, CreatedAt: now}
	m.Settings.Support = pay.Support{Email: "hello@nordlys.example", Address: "Nørregade 14, 1165 København"}
	b.InsertMerchant(&m)
	b.InsertCredential(m.ID, SandboxUsername, secretHash, now)
	b.InsertCallbackSecret(m.ID, store.CallbackSecret{Number: 1, CreatedAt: now, Secret: SandboxCallbackSecret})
	if err := s.store.Commit(ctx, b); err != nil && !errors.Is(err, store.ErrConflict) {
		return fmt.Errorf("make the sandbox merchant: %w", err)
	}
	return nil
}
