package engine_test

import (
	"testing"
	"time"

	"kassa/internal/engine"
	"kassa/internal/pay"
	"kassa/internal/store"
)

// A receipt that could not be sent for three days is not sent any more.
func TestReceipt_untilItIsTooLate(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		_, s, _ := h.authorized()
		job := pay.Job{Merchant: h.shop.ID, Kind: pay.JobReceipt, Subject: string(s.ID), DueAt: h.clock.Now()}
		h.clock.Advance(72*time.Hour - time.Millisecond)
		if pg, to, err := h.ReceiptPage(t.Context(), job); err != nil || pg == nil || to != approved {
			t.Errorf("before: %v, to %q, %v", pg, string(to), err)
		}
		h.clock.Advance(2 * time.Millisecond)
		if pg, _, err := h.ReceiptPage(t.Context(), job); err != nil || pg != nil {
			t.Errorf("after: %v, %v", pg, err)
		}
	}, func(_ *store.Options, c *engine.Config) { c.Mail = true })
}
