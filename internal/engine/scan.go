package engine

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"kassa/internal/pay"
	"kassa/internal/store"
)

// The code on a clerk's screen changes every ScanTurn and leads to the page for ScanLife from the beginning of its turn: a phone has
// a minute at least, and a photograph of the screen is worth nothing soon after.
const (
	ScanTurn = 30 * time.Second
	ScanLife = 90 * time.Second
)

// scanHead is the length of a scan code before its signature: the turn, the merchant's number, the session's id.
const scanHead = 4 + 4 + 16

// ScanCode makes the code that a clerk's screen shows now. It names the session and the turn, and is signed: nothing is stored, and
// every node knows the codes of the others. The link itself is not in it.
func (e *Engine) ScanCode(pg *Page) (pay.Secret, error) {
	id, err := hex.DecodeString(strings.ReplaceAll(string(pg.Hosted.ID), "-", ""))
	if err != nil || len(id) != 16 {
		return "", fmt.Errorf("scan code of %s: not a UUID", pg.Hosted.ID)
	}
	raw := binary.BigEndian.AppendUint32(make([]byte, 0, scanHead+32), uint32(pg.Now.Unix()/int64(ScanTurn/time.Second)))
	raw = binary.BigEndian.AppendUint32(raw, uint32(pg.Merchant.Number))
	raw = append(raw, id...)
	return pay.Secret(base64.RawURLEncoding.EncodeToString(append(raw, e.Keys.Sign("scan", raw)...))), nil
}

// Scanned finds the link that a scanned code stands for. It is a refusal of kind Stale for a code whose time is over, NOT_FOUND for what
// is no code of ours.
func (e *Engine) Scanned(ctx context.Context, code pay.Secret) (pay.Secret, error) {
	raw, err := base64.RawURLEncoding.DecodeString(string(code))
	if err != nil || len(raw) != scanHead+32 || !e.Keys.Verify(raw[scanHead:], "scan", raw[:scanHead]) {
		return "", errNoLink()
	}
	turn := time.Unix(int64(binary.BigEndian.Uint32(raw))*int64(ScanTurn/time.Second), 0)
	if age := e.Clock.Now().Sub(turn); age < -ScanTurn || age >= ScanLife { // another node's clock may be a little ahead
		return "", pay.ErrStale
	}
	m, err := e.merchantByNumber(ctx, int64(binary.BigEndian.Uint32(raw[4:])))
	if err != nil {
		return "", err
	}
	if m == nil {
		return "", errNoLink()
	}
	u := raw[8:scanHead]
	id := pay.HostedID(fmt.Sprintf("%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:]))
	var p *pay.Payment
	if err := e.read(ctx, store.PaymentBy(store.ByHosted(m.ID, id), &p)); err != nil {
		return "", err
	}
	h := hostedByID(p, id)
	if h == nil {
		return "", errNoLink()
	}
	return h.Link, nil
}
