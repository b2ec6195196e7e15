package pay

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

const statusURL = "https://shop.example/hook?sid={{session_id}}&t={{authorization_token}}&o={{order_id}}"

// told lists callbacks as kind, status and URL's query.
func told(callbacks []Callback) string {
	var out []string
	for i := range callbacks {
		c := &callbacks[i]
		name := strings.TrimPrefix(string(c.Kind), "callback.")
		if c.Kind == JobStatusUpdate {
			name += " " + string(c.Hosted.Status)
		}
		out = append(out, name)
	}
	return strings.Join(out, ", ")
}

func withStatusUpdate(in *HostedInput) { in.URLs.StatusUpdate = statusURL }

func TestCallbacks_everyChangeOfStatusIsToldWithItsOwnEvent(t *testing.T) {
	for name, c := range map[string]struct {
		act  func(p *Payment, h *HostedSession, ids *IDs) error
		back string
		want string
	}{
		"back from waiting is two changes": {
			act:  func(p *Payment, h *HostedSession, ids *IDs) error { return p.GoBack(h, ids, t0) },
			back: "https://shop.example/back", want: "status_update IN_PROGRESS, status_update BACK",
		},
		"cancel": {
			act:  func(p *Payment, h *HostedSession, ids *IDs) error { return p.Cancel(h, ids, t0) },
			want: "status_update IN_PROGRESS, status_update CANCELLED",
		},
		"withdrawn by the merchant": {
			act:  func(p *Payment, h *HostedSession, ids *IDs) error { _, err := p.Disable(h, ids, t0); return err },
			want: "status_update DISABLED",
		},
		"a step": {
			act:  func(p *Payment, h *HostedSession, ids *IDs) error { return p.Choose(h, PayLater, ids, t0) },
			want: "status_update IN_PROGRESS",
		},
	} {
		t.Run(name, func(t *testing.T) {
			p, h := hosted(t, func(in *HostedInput) { withStatusUpdate(in); in.URLs.Back = c.back })
			if len(p.Callbacks) > 0 {
				t.Errorf("creating it told %s", told(p.Callbacks))
			}
			p.Events = nil
			if err := c.act(p, h, testIDs(2)); err != nil {
				t.Fatal(err)
			}
			if got := told(p.Callbacks); got != c.want {
				t.Fatalf("told %q, want %q", got, c.want)
			}
			for i := range p.Callbacks {
				cb, e := &p.Callbacks[i], &p.Events[i]
				if cb.Event != e.ID || cb.Lane != h.CallbackLane() || cb.URL != "https://shop.example/hook?sid="+string(h.ID)+"&t=&o=" || !cb.At.Equal(t0) {
					t.Errorf("callback %d: %+v of event %s", i, cb, e.ID)
				}
			}
		})
	}
}

func TestCallbacks_aRefusedOrEmptyChangeTellsNothing(t *testing.T) {
	p, h := hosted(t, withStatusUpdate)
	if err := p.Retry(h, testIDs(2), t0); err == nil {
		t.Fatal("retry of WAITING was not refused")
	}
	if _, err := p.Disable(h, testIDs(3), t0); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Disable(h, testIDs(4), t0); err != nil {
		t.Fatal(err)
	}
	if got := told(p.Callbacks); got != "status_update DISABLED" {
		t.Errorf("told %q", got)
	}
	silent, h := hosted(t, nil)
	if _, err := silent.Disable(h, testIDs(3), t0); err != nil || len(silent.Callbacks) > 0 {
		t.Errorf("without a URL told %q, %v", told(silent.Callbacks), err)
	}
}

func TestCallbacks_theTokenGoesToBothURLsInModeNone(t *testing.T) {
	p, h := hosted(t, withStatusUpdate)
	p.Session.URLs.Authorization = "https://shop.example/auth/{session.id}?o={order.id}"
	toReview(t, p, h, PayLater)
	a, err := p.Begin(h, 0, testIDs(3), t0)
	if err != nil {
		t.Fatal(err)
	}
	p.Callbacks = nil
	if _, err := p.Finish(shop(), a, Decision{Outcome: OutcomeApproved}, testIDs(4), t0); err != nil {
		t.Fatal(err)
	}
	if got := told(p.Callbacks); got != "authorization, status_update COMPLETED" {
		t.Fatalf("told %q", got)
	}
	auth, done := &p.Callbacks[0], &p.Callbacks[1]
	if auth.URL != "https://shop.example/auth/p1?o=" || auth.Token != a.Token || auth.Lane != p.Session.AuthorizationLane() || auth.Event == done.Event {
		t.Errorf("authorization: %+v", auth)
	}
	if done.Token != a.Token || done.URL != "https://shop.example/hook?sid="+string(h.ID)+"&t="+string(a.Token)+"&o=" {
		t.Errorf("status update: %s", done.URL)
	}
	// What was left is as it was then, whatever happens to the session later.
	h.Status = Failed
	if done.Hosted.Status != Completed {
		t.Error("the callback changed with the session")
	}
}

func TestCallbacks_anOrderIsPushedAndCompletesItsSiblings(t *testing.T) {
	p, h := hosted(t, func(in *HostedInput) { withStatusUpdate(in); in.Options.PlaceOrderMode = ModePlaceOrder })
	p.Session.URLs = PaymentURLs{Authorization: "https://shop.example/auth", Push: "https://shop.example/push/{order.id}?s={session.id}"}
	sibling, err := p.Host(shop(), HostedInput{URLs: HostedURLs{StatusUpdate: statusURL}}, testIDs(9), t0, URLPolicy{})
	if err != nil {
		t.Fatal(err)
	}
	toReview(t, p, h, PayLater)
	a, err := p.Begin(h, 0, testIDs(3), t0)
	if err != nil {
		t.Fatal(err)
	}
	p.Callbacks = nil
	o, err := p.Finish(shop(), a, Decision{Outcome: OutcomeApproved}, testIDs(4), t0)
	if err != nil {
		t.Fatal(err)
	}
	if got := told(p.Callbacks); got != "status_update COMPLETED, status_update COMPLETED" {
		t.Fatalf("told %q", got)
	}
	lanes := []string{p.Callbacks[0].Lane, p.Callbacks[1].Lane}
	if !slices.Contains(lanes, h.CallbackLane()) || !slices.Contains(lanes, sibling.CallbackLane()) {
		t.Errorf("lanes %q", lanes)
	}
	for i := range p.Callbacks {
		c := &p.Callbacks[i]
		if c.Hosted.OrderID != o.ID || c.Hosted.Reference != o.Reference || !strings.HasSuffix(c.URL, "&t=&o="+string(o.ID)) {
			t.Errorf("callback %d: %s", i, c.URL)
		}
	}
	if got := told(o.Callbacks); got != "push" || o.Callbacks[0].URL != fmt.Sprintf("https://shop.example/push/%s?s=p1", o.ID) || o.Callbacks[0].Event != o.Events[0].ID {
		t.Errorf("order told %q: %+v", got, o.Callbacks)
	}
}

func TestCallbacks_aPendingDecisionIsToldEitherWay(t *testing.T) {
	for accept, want := range map[bool]FraudStatus{true: FraudAccepted, false: FraudRejected} {
		_, o := placed(t)
		o.URLs.Notification = "https://shop.example/fraud/{order.id}"
		o.Fraud, o.FraudDueAt, o.FraudAccept, o.Events, o.Callbacks = FraudPending, t0.Add(time.Hour), accept, nil, nil
		if changed, err := o.Decide(testIDs(6), t0.Add(time.Hour)); err != nil || !changed {
			t.Fatal(changed, err)
		}
		if told(o.Callbacks) != "notification" {
			t.Fatalf("told %q", told(o.Callbacks))
		}
		c := &o.Callbacks[0]
		if c.Fraud != want || c.OrderID != o.ID || c.Event != o.Events[0].ID || c.URL != "https://shop.example/fraud/"+string(o.ID) || !c.At.Equal(t0.Add(time.Hour)) {
			t.Errorf("accept %v: %+v", accept, c)
		}
	}
}

func TestEndpoint_isHostAndPort(t *testing.T) {
	for raw, want := range map[string]string{
		"https://Shop.Example/hook?a=b": "shop.example:443", "http://shop.example": "shop.example:80",
		"https://shop.example:8443/":   "shop.example:8443",
		"http://[::1]:90/x":            "[::1]:90",
		"https://[2001:DB8::1]/x":      "[2001:db8::1]:443",
		"nothing":                      "",
		"https://%zz/":                 "",
		"HTTPS://shop.example/{{x}}/y": "shop.example:443",
	} {
		if got := Endpoint(raw); got != want {
			t.Errorf("%s: %q, want %q", raw, got, want)
		}
	}
}
