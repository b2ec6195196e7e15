package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"kassa/internal/pay"
	"kassa/internal/store"
)

// CallbackMessage is what the job of a callback carries, sealed: the body holds tokens, and URLs hold secrets of the merchant's.
type CallbackMessage struct {
	URL  string
	Body string `json:",omitempty"` // JSON; empty: a request without a body
}

// sessionMembers are those of the read response of a hosted session; a test compares the two at each change.
type sessionMembers struct {
	SessionID          string `json:"session_id"`
	Status             string `json:"status"`
	UpdatedAt          string `json:"updated_at"`
	ExpiresAt          string `json:"expires_at"`
	AuthorizationToken string `json:"authorization_token,omitempty"`
	OrderID            string `json:"order_id,omitempty"`
	KlarnaReference    string `json:"klarna_reference,omitempty"`

	ManualIdentification *idCheckMembers `json:"manual_identification,omitempty"`
}

// idCheckMembers are those of manual_identification: what the shop's staff needs to look at an identity document.
type idCheckMembers struct {
	Challenge          string     `json:"challenge"`
	CustomerObfuscated personName `json:"customer_obfuscated"`
	ExpiresAt          string     `json:"expires_at"`
}

type personName struct {
	GivenName  string `json:"given_name,omitempty"`
	FamilyName string `json:"family_name,omitempty"`
}

// callbackBody renders what the receiver gets, once: every attempt sends the same bytes. nil: nothing.
func callbackBody(c *pay.Callback) any {
	switch c.Kind {
	case pay.JobStatusUpdate:
		h := &c.Hosted
		session := sessionMembers{SessionID: string(h.ID), Status: string(h.Status), UpdatedAt: wireTime(h.UpdatedAt), ExpiresAt: wireTime(h.ExpiresAt)}
		if v := c.IDCheck; v != nil {
			session.ManualIdentification = &idCheckMembers{
				Challenge: v.Challenge, CustomerObfuscated: personName{GivenName: v.GivenName, FamilyName: v.FamilyName}, ExpiresAt: wireTime(v.ExpiresAt),
			}
		}
		switch {
		case h.Status != pay.Completed:
		case h.HandsToken():
			session.AuthorizationToken = string(c.Token)
		default:
			session.OrderID, session.KlarnaReference = string(h.OrderID), h.Reference
		}
		return &struct {
			EventID string         `json:"event_id"`
			Session sessionMembers `json:"session"`
		}{string(c.Event), session}
	case pay.JobAuthorization:
		return &struct {
			Token   string `json:"authorization_token"`
			Session string `json:"session_id"`
		}{string(c.Token), string(c.Payment)}
	case pay.JobNotification:
		return &struct {
			OrderID   string `json:"order_id"`
			EventType string `json:"event_type"`
			Timestamp string `json:"timestamp"`
		}{string(c.OrderID), "FRAUD_RISK_" + string(c.Fraud), wireTime(c.At)}
	}
	return nil // a push: its ids are in the URL
}

// wireTime is an instant as the API writes it.
func wireTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// callbackJobs makes the jobs that send callbacks, in their order. A job has the id of the event that it tells of: receivers know a
// repetition by it, and operators find it by it.
func callbackJobs(merchant pay.MerchantID, callbacks []pay.Callback) ([]pay.Job, error) {
	jobs := make([]pay.Job, 0, len(callbacks))
	for i := range callbacks {
		c := &callbacks[i]
		m := CallbackMessage{URL: c.URL}
		if body := callbackBody(c); body != nil {
			text, err := json.Marshal(body)
			if err != nil {
				return nil, fmt.Errorf("encode callback: %w", err)
			}
			m.Body = string(text)
		}
		payload, err := json.Marshal(&m)
		if err != nil {
			return nil, fmt.Errorf("encode callback: %w", err)
		}
		jobs = append(jobs, pay.Job{
			ID: pay.JobID(c.Event), Merchant: merchant, Kind: c.Kind, Lane: c.Lane, Subject: c.Subject, Payment: c.Payment, DueAt: c.At,
			Endpoint: pay.Endpoint(c.URL), Payload: pay.Secret(payload),
		})
	}
	return jobs, nil
}

// tell turns what the merchant must be told into jobs of the same batch.
func (t *try) tell(merchant pay.MerchantID, callbacks []pay.Callback, jobs *[]pay.Job) {
	if len(callbacks) == 0 {
		return
	}
	made, err := callbackJobs(merchant, callbacks)
	t.batch.Fail(err)
	*jobs = append(*jobs, made...)
}

// Receiver is what callbacks to a merchant need to know of it.
type Receiver struct {
	Secrets  []pay.Secret // that sign, the newest first
	Active   bool         // the merchant is
	disabled []string
}

// Takes reports whether an endpoint is not disabled.
func (r *Receiver) Takes(endpoint string) bool { return !slices.Contains(r.disabled, endpoint) }

// receivers remembers what is known of receivers for as long as what is known of merchants.
type receivers struct {
	mu    sync.Mutex
	known map[pay.MerchantID]cachedReceiver
}

type cachedReceiver struct {
	merchant  pay.MerchantStatus
	secrets   []store.CallbackSecret
	endpoints []store.DisabledEndpoint
	until     time.Time
}

// Receiver finds what callbacks to a merchant need. What is known is used for half a second; anew asks the database: whoever is about
// to park a callback must not do so for what was true before the operator enabled its receiver.
func (e *Engine) Receiver(ctx context.Context, id pay.MerchantID, anew bool) (*Receiver, error) {
	fresh := time.Now() //nolint:forbidigo // the freshness of a cache is real time, not the sandbox's
	e.receivers.mu.Lock()
	have, ok := e.receivers.known[id]
	e.receivers.mu.Unlock()
	if anew || !ok || !fresh.Before(have.until) {
		if anew {
			e.merchants.forget("id:" + string(id))
		}
		m, err := e.MerchantByID(ctx, id)
		if err != nil {
			return nil, err
		}
		have = cachedReceiver{merchant: m.Status, until: fresh.Add(merchantFresh)}
		if err := e.read(ctx, store.CallbackSecrets(id, &have.secrets), store.DisabledEndpoints(id, &have.endpoints)); err != nil {
			return nil, err
		}
		e.receivers.keep(id, have)
	}
	r := &Receiver{Active: have.merchant == pay.MerchantActive}
	now := e.Clock.Now()
	for _, s := range have.secrets {
		if s.EndsAt.IsZero() || now.Before(s.EndsAt) {
			r.Secrets = append(r.Secrets, s.Secret)
		}
	}
	for _, d := range have.endpoints {
		r.disabled = append(r.disabled, d.Host)
	}
	return r, nil
}

func (r *receivers) keep(id pay.MerchantID, c cachedReceiver) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.known) >= merchantsKept {
		clear(r.known)
	}
	r.known[id] = c
}

// Acknowledged reports whether the order that a push is about needs no more of them. The job's subject is the order.
func (e *Engine) Acknowledged(ctx context.Context, job pay.Job) (bool, error) {
	var o *pay.Order
	if err := e.read(ctx, store.OrderBy(job.Merchant, pay.OrderID(job.Subject), &o)); err != nil {
		return false, err
	}
	return o == nil || !o.AcknowledgedAt.IsZero(), nil
}
