package engine_test

import (
	"errors"
	"testing"
	"time"

	"kassa/internal/engine"
)

// A credential that was ended from a moment on opens nothing from that moment.
func TestAuthenticate_anEndedCredential(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		b := h.config.Store.NewBatch()
		b.InsertCredential(merchant, "old", engine.CredentialHash(h.config.Keys, "old", "pass"), begin)
		b.DisableCredential(merchant, "old", begin.Add(time.Hour))
		if err := h.config.Store.Commit(t.Context(), b); err != nil {
			t.Fatal(err)
		}
		h.clock.Advance(time.Hour - time.Millisecond)
		if m, err := h.Authenticate(t.Context(), "old", "pass"); err != nil || m.ID != merchant {
			t.Errorf("a moment before: %v", err)
		}
		h.clock.Advance(time.Millisecond)
		if _, err := h.Authenticate(t.Context(), "old", "pass"); !errors.Is(err, engine.ErrUnauthorized) {
			t.Errorf("at its end: %v", err)
		}
	})
}
