package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"kassa/internal/keyring"
	"kassa/internal/pay"
	"kassa/internal/store"
)

// moduleType tells a distribution module's token from the other tokens that the key ring signs.
const moduleType = "DISTRIBUTION"

// moduleClaims are the claims of a distribution module's token.
type moduleClaims struct {
	SessionID   string `json:"session_id"`
	SessionType string `json:"session_type"`
	BaseURL     string `json:"base_url"`
	MerchantID  string `json:"merchant_id"`
	IssuedAt    int64  `json:"iat"`
	ExpiresAt   int64  `json:"exp"`
}

// ModuleToken makes the token that opens the clerk's page of a hosted session, for as long as its link lives. Nothing is stored: every
// node and every restart knows it by its signature.
func (e *Engine) ModuleToken(h *pay.HostedSession, baseURL string) (pay.Secret, error) {
	token, err := e.Keys.JWT(&moduleClaims{
		SessionID: string(h.ID), SessionType: moduleType, BaseURL: baseURL, MerchantID: string(h.Merchant),
		IssuedAt: e.Clock.Now().Unix(), ExpiresAt: h.ExpiresAt.Unix(),
	})
	if err != nil {
		return "", fmt.Errorf("sign module token: %w", err)
	}
	return pay.Secret(token), nil
}

// Module reads the hosted session that a fresh token is asked for. A session whose life is over has none any more.
func (e *Engine) Module(ctx context.Context, call Call, id pay.HostedID) (*pay.HostedSession, error) {
	result, err := e.changePayment(ctx, call, string(id), store.ByHosted(call.Merchant.ID, id), func(t *try, p *pay.Payment) (any, error) {
		h := hostedByID(p, id)
		if h == nil || !t.now.Before(h.ExpiresAt) {
			return nil, errNoHosted()
		}
		return h, nil
	})
	if err != nil {
		return nil, err
	}
	return result.(*pay.HostedSession), nil
}

// Clerk is what the clerk's page is drawn from.
type Clerk struct {
	Page
	Log []Moment // what happened so far, in order
}

// Moment is one thing that happened, with nothing about a person.
type Moment struct {
	Type   pay.EventType
	Method pay.DistributionMethod // of a message
	At     time.Time
}

// Clerk reads what the clerk's page is drawn from; it changes nothing. Tokens that are none of ours, run out, or of something else
// are all NOT_FOUND.
func (e *Engine) Clerk(ctx context.Context, token pay.Secret) (*Clerk, error) {
	var claims moduleClaims
	if err := e.Keys.ParseJWT(string(token), &claims); err != nil {
		if errors.Is(err, keyring.ErrToken) {
			return nil, errNoLink()
		}
		return nil, fmt.Errorf("read module token: %w", err)
	}
	now := e.Clock.Now()
	// A token ends with its session. For an hour more its page still says how it ended.
	if claims.SessionType != moduleType || now.After(time.Unix(claims.ExpiresAt, 0).Add(time.Hour)) {
		return nil, errNoLink()
	}
	m, err := e.MerchantByID(ctx, pay.MerchantID(claims.MerchantID))
	if err != nil {
		return nil, err
	}
	id := pay.HostedID(claims.SessionID)
	var p *pay.Payment
	var events []pay.Event
	if err := e.read(ctx, store.PaymentBy(store.ByHosted(m.ID, id), &p), store.EventsOf(m.ID, string(id), &events)); err != nil {
		return nil, err
	}
	h := hostedByID(p, id)
	if h == nil {
		return nil, errNoLink()
	}
	out := &Clerk{Page: Page{Merchant: m, Payment: p, Hosted: h, Now: now}}
	for i := range events {
		var data pay.EventData
		if err := json.Unmarshal(events[i].Data, &data); err != nil {
			return nil, fmt.Errorf("read event %s: %w", events[i].ID, err)
		}
		out.Log = append(out.Log, Moment{Type: events[i].Type, Method: pay.DistributionMethod(data.Method), At: events[i].OccurredAt})
	}
	return out, nil
}
