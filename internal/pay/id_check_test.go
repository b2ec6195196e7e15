package pay

import "testing"

// TestAskID_neverAsksWithTheLastChallenge: a late verdict on one check would end the next.
func TestAskID_neverAsksWithTheLastChallenge(t *testing.T) {
	for n := range byte(20) {
		p, h := hosted(t, nil)
		last := testIDs(n).Challenge() // what is drawn first again
		h.Progress.IDCheck = IDCheck{Challenge: last, Verdict: IDDiffers}
		p.askID(h, &Authorization{ID: "a1", Hosted: h.ID, CreatedAt: t0}, testIDs(n), t0)
		if got := h.Progress.IDCheck; got.Challenge == last || len(got.Challenge) != 3 || got.Verdict != "" {
			t.Errorf("after %s: %+v", last, got)
		}
	}
}
