package pay

import (
	"net"
	"net/url"
	"strings"
	"time"
)

// Callback is something that the merchant must be told by a request to one of the merchant's URLs. It is
// left by the change itself, with everything as it was right after it, however much follows in the same operation.
type Callback struct {
	Kind    JobKind
	Event   EventID // the event it tells of; also the id by which a receiver knows a repetition
	URL     string  // with its placeholders filled
	Lane    string  // callbacks of one lane arrive one after the other, in order
	Subject string  // the hosted session, attempt or order it is about
	Payment PaymentID
	At      time.Time

	Hosted  HostedSession // status_update: the session after the change
	IDCheck *IDView       // status_update: the identity check that is open then; nil without one
	Token   Secret        // status_update in mode NONE, and authorization: the authorization token
	OrderID OrderID       // push and notification
	Fraud   FraudStatus   // notification: how the decision turned out
}

// The lanes of callbacks. Those of one hosted session are in one lane of their own: nothing else waits for them, and they wait
// for nothing else. A push goes on after it was answered, so that it must not hold up anything.

// CallbackLane is the lane of a hosted session's status updates.
func (h *HostedSession) CallbackLane() string { return string(h.ID) + "/" + string(JobStatusUpdate) }

// AuthorizationLane is the lane of the authorization callbacks of a payment session.
func (s *PaymentSession) AuthorizationLane() string {
	return string(s.ID) + "/" + string(JobAuthorization)
}

// tellStatus leaves the status_update of a change of status (DISABLED and siblings included). WAITING is
// nothing that changed.
func (p *Payment) tellStatus(h *HostedSession, event EventID, now time.Time) {
	if h.URLs.StatusUpdate == "" || h.Status == Waiting {
		return
	}
	c := Callback{
		Kind: JobStatusUpdate, Event: event, Lane: h.CallbackLane(), Subject: string(h.ID), Payment: h.Payment, At: now, Hosted: *h,
		IDCheck: p.OpenIDCheck(h),
	}
	filled := Placeholders{SessionID: string(h.ID), OrderID: string(h.OrderID)}
	if h.HandsToken() {
		if a := p.AuthorizationByID(h.AuthorizationID); a != nil && a.VoidedAt.IsZero() && now.Before(a.ExpiresAt) {
			c.Token, filled.AuthorizationToken = a.Token, string(a.Token)
		}
	}
	c.URL = filled.Fill(h.URLs.StatusUpdate)
	p.Callbacks = append(p.Callbacks, c)
}

// tellAuthorization leaves the payment session's authorization callback: the token is the merchant's to place an
// order with. Where the page places the order itself there is nothing left to do with it.
func (p *Payment) tellAuthorization(a *Authorization, event EventID, now time.Time) {
	s := &p.Session
	if s.URLs.Authorization == "" {
		return
	}
	p.Callbacks = append(p.Callbacks, Callback{
		Kind: JobAuthorization, Event: event, URL: FillKP(s.URLs.Authorization, string(s.ID), ""), Lane: s.AuthorizationLane(),
		Subject: string(a.ID), Payment: s.ID, At: now, Token: a.Token,
	})
}

// tellPlaced leaves the push of a new order: it is repeated until the merchant acknowledges the order.
func (o *Order) tellPlaced(event EventID, now time.Time) { o.tell(JobPush, o.URLs.Push, event, now) }

// tellDecided leaves the notification of how a pending fraud decision turned out.
func (o *Order) tellDecided(event EventID, now time.Time) {
	o.tell(JobNotification, o.URLs.Notification, event, now)
}

func (o *Order) tell(kind JobKind, raw string, event EventID, now time.Time) {
	if raw == "" {
		return
	}
	o.Callbacks = append(o.Callbacks, Callback{
		Kind: kind, Event: event, URL: FillKP(raw, string(o.Payment), string(o.ID)), Lane: o.Lane(kind), Subject: string(o.ID),
		Payment: o.Payment, At: now, OrderID: o.ID, Fraud: o.Fraud,
	})
}

// Endpoint is the host and port that a URL leads to, like shop.example:443 or [::1]:8443: what may be slow, dead or disabled as a whole. Empty
// for what is no URL.
func Endpoint(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Hostname() == "" {
		return ""
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"https": "443", "http": "80"}[strings.ToLower(u.Scheme)]
	}
	return net.JoinHostPort(strings.ToLower(u.Hostname()), port)
}
