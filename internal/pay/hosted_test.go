package pay

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares got with a file of testdata.
func golden(t *testing.T, file, got string) {
	t.Helper()
	path := "testdata/" + file
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Fatalf("%s differs from what the rules do now (run with -update and read the diff):\n%s", path, got)
	}
}

func outcomeOf(err error) string {
	var e *Error
	switch {
	case err == nil:
		return "ok"
	case errors.As(err, &e):
		return e.Code
	}
	return "error: " + err.Error()
}

// allHosted are the statuses a session can be stored in, with what belongs to each.
func hostedIn(t *testing.T, status HostedStatus, leave LeaveControl) (*Payment, *HostedSession) {
	t.Helper()
	p, h := hosted(t, func(in *HostedInput) {
		switch leave {
		case BackControl:
			in.URLs.Back = "https://shop.example/back"
		case CancelAsBack:
			in.URLs.Cancel = "https://shop.example/cancel"
		}
	})
	if status != Waiting {
		toReview(t, p, h, PayLater)
	}
	h.Status = status
	h.Change = Unchanged
	p.Events = nil
	return p, h
}

func TestHosted_everyStateAndVerb(t *testing.T) {
	statuses := []HostedStatus{Waiting, InProgress, BackPressed, ManualIDCheck, Completed, Cancelled, Failed, Disabled, Errored}
	later := t0.Add(time.Minute)
	attempt := func(d Decision) func(*Payment, *HostedSession) error {
		return func(p *Payment, h *HostedSession) error {
			a := &Authorization{Change: Inserted, ID: "a1", Hosted: h.ID, CreatedAt: t0, Category: PayLater, Purchase: p.Session.Purchase}
			p.Authorizations = append(p.Authorizations, a)
			_, err := p.Finish(shop(), a, d, testIDs(9), later)
			return err
		}
	}
	// deciding has an attempt of this page being decided while the verb comes.
	deciding := func(do func(*Payment, *HostedSession) error) func(*Payment, *HostedSession) error {
		return func(p *Payment, h *HostedSession) error {
			p.Authorizations = append(p.Authorizations, &Authorization{Change: Inserted, ID: "a1", Hosted: h.ID, CreatedAt: t0, Category: PayLater})
			return do(p, h)
		}
	}
	inStore := func(do func(*Payment, *HostedSession) error) func(*Payment, *HostedSession) error {
		return func(p *Payment, h *HostedSession) error {
			p.Session.Channel = InStore
			return do(p, h)
		}
	}
	// identifying has an attempt of this page wait for the clerk while the verb comes.
	identifying := func(do func(*Payment, *HostedSession) error) func(*Payment, *HostedSession) error {
		return func(p *Payment, h *HostedSession) error {
			p.Authorizations = append(p.Authorizations, &Authorization{
				Change: Inserted, ID: "a1", Hosted: h.ID, CreatedAt: t0, DecidedAt: t0, IdentifyBy: t0.Add(IDCheckLife), Category: PayLater,
				Purchase: p.Session.Purchase, Decision: Decision{Outcome: OutcomeApproved, CheckID: true},
			})
			h.Progress.IDCheck = IDCheck{Challenge: "A78", AskedAt: t0, ExpiresAt: t0.Add(IDCheckLife)}
			return do(p, h)
		}
	}
	judge := func(v Verdict) func(*Payment, *HostedSession) error {
		return identifying(func(p *Payment, h *HostedSession) error {
			_, _, err := p.JudgeID(shop(), h, "A78", v, testIDs(9), later)
			return err
		})
	}
	inMode := func(mode PlaceOrderMode, d Decision) func(*Payment, *HostedSession) error {
		return func(p *Payment, h *HostedSession) error {
			h.Options.PlaceOrderMode = mode
			return attempt(d)(p, h)
		}
	}
	confirm := func(right bool) func(*Payment, *HostedSession) error {
		return func(p *Payment, h *HostedSession) error {
			h.Progress.Category, h.Progress.Code = PayLater, Code{SentAt: t0}
			return p.Confirm(h, right, testIDs(9), later)
		}
	}
	verbs := []struct {
		name  string
		leave LeaveControl
		do    func(*Payment, *HostedSession) error
	}{
		{"choose", BackControl, func(p *Payment, h *HostedSession) error { return p.Choose(h, PayNow, testIDs(9), later) }},
		{"identify", BackControl, func(p *Payment, h *HostedSession) error {
			return p.Identify(h, Address{Email: "new@email.se"}, Customer{}, testIDs(9), later)
		}},
		{"confirm", BackControl, confirm(true)},
		{"confirm wrongly", BackControl, confirm(false)},
		{"choose plan", BackControl, func(p *Payment, h *HostedSession) error {
			h.Progress.Category, h.Progress.Code.Verified = PayOverTime, true
			return p.ChoosePlan(h, "6", Instrument{}, testIDs(9), later)
		}},
		{"edit", BackControl, func(p *Payment, h *HostedSession) error { return p.Edit(h, StepMethod, testIDs(9), later) }},
		{"begin", BackControl, func(p *Payment, h *HostedSession) error {
			_, err := p.Begin(h, h.Progress.Attempts, testIDs(9), later)
			return err
		}},
		{"approve", BackControl, attempt(Decision{Outcome: OutcomeApproved})},
		{"pend", BackControl, attempt(Decision{Outcome: OutcomePending})},
		{"decline", BackControl, attempt(Decision{Outcome: OutcomeDeclined})},
		{"fault", BackControl, attempt(Decision{Outcome: OutcomeError})},
		{"approve and place", BackControl, inMode(ModePlaceOrder, Decision{Outcome: OutcomeApproved})},
		{"approve and capture", BackControl, inMode(ModeCaptureOrder, Decision{Outcome: OutcomeApproved})},
		{"pend and capture", BackControl, inMode(ModeCaptureOrder, Decision{Outcome: OutcomePending})},
		{"back", BackControl, func(p *Payment, h *HostedSession) error { return p.GoBack(h, testIDs(9), later) }},
		{"cancel as back", CancelAsBack, func(p *Payment, h *HostedSession) error { return p.GoBack(h, testIDs(9), later) }},
		{"cancel", CancelControl, func(p *Payment, h *HostedSession) error { return p.Cancel(h, testIDs(9), later) }},
		{"cancel with back url", BackControl, func(p *Payment, h *HostedSession) error { return p.Cancel(h, testIDs(9), later) }},
		{"retry", BackControl, func(p *Payment, h *HostedSession) error { return p.Retry(h, testIDs(9), later) }},
		{"disable", BackControl, func(p *Payment, h *HostedSession) error {
			_, err := p.Disable(h, testIDs(9), later)
			return err
		}},
		{"sibling completes", BackControl, func(p *Payment, h *HostedSession) error {
			p.completeSiblings(&Order{ID: "o1", Hosted: "another", Reference: "ABCDEFGH"}, testIDs(9), later)
			return nil
		}},
		{"choose, deciding", BackControl, deciding(func(p *Payment, h *HostedSession) error { return p.Choose(h, PayNow, testIDs(9), later) })},
		{"begin, deciding", BackControl, deciding(func(p *Payment, h *HostedSession) error {
			_, err := p.Begin(h, h.Progress.Attempts, testIDs(9), later)
			return err
		})},
		{"back, deciding", BackControl, deciding(func(p *Payment, h *HostedSession) error { return p.GoBack(h, testIDs(9), later) })},
		{"cancel, deciding", CancelControl, deciding(func(p *Payment, h *HostedSession) error { return p.Cancel(h, testIDs(9), later) })},
		{"retry, deciding", BackControl, deciding(func(p *Payment, h *HostedSession) error { return p.Retry(h, testIDs(9), later) })},
		{"disable, deciding", BackControl, deciding(func(p *Payment, h *HostedSession) error {
			_, err := p.Disable(h, testIDs(9), later)
			return err
		})},
		{"approve, ID to check", BackControl, inStore(attempt(Decision{Outcome: OutcomeApproved, CheckID: true}))},
		{"approve, ID, no shop", BackControl, attempt(Decision{Outcome: OutcomeApproved, CheckID: true})},
		{"ID matches", BackControl, judge(IDMatches)},
		{"ID matches, placing", BackControl, func(p *Payment, h *HostedSession) error {
			h.Options.PlaceOrderMode = ModePlaceOrder
			return judge(IDMatches)(p, h)
		}},
		{"ID differs", BackControl, judge(IDDiffers)},
		{"ID unseen", BackControl, identifying(func(p *Payment, h *HostedSession) error {
			p.LapseID(p.Authorizations[0], testIDs(9), p.Authorizations[0].IdentifyBy)
			return nil
		})},
		{"choose, ID open", BackControl, identifying(func(p *Payment, h *HostedSession) error { return p.Choose(h, PayNow, testIDs(9), later) })},
		{"begin, ID open", BackControl, identifying(func(p *Payment, h *HostedSession) error {
			_, err := p.Begin(h, h.Progress.Attempts, testIDs(9), later)
			return err
		})},
		{"back, ID open", BackControl, identifying(func(p *Payment, h *HostedSession) error { return p.GoBack(h, testIDs(9), later) })},
		{"cancel, ID open", CancelControl, identifying(func(p *Payment, h *HostedSession) error { return p.Cancel(h, testIDs(9), later) })},
		{"disable, ID open", BackControl, identifying(func(p *Payment, h *HostedSession) error {
			_, err := p.Disable(h, testIDs(9), later)
			return err
		})},
		{"choose after expiry", BackControl, func(p *Payment, h *HostedSession) error {
			return p.Choose(h, PayNow, testIDs(9), h.ExpiresAt)
		}},
		{"disable after expiry", BackControl, func(p *Payment, h *HostedSession) error {
			_, err := p.Disable(h, testIDs(9), h.ExpiresAt)
			return err
		}},
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%-22s %-16s %-16s %-12s %s\n", "verb", "from", "to", "outcome", "events")
	for _, v := range verbs {
		for _, from := range statuses {
			p, h := hostedIn(t, from, v.leave)
			err := v.do(p, h)
			var events []string
			for _, e := range p.Events {
				events = append(events, string(e.Type))
			}
			if len(events) == 0 {
				events = []string{"-"}
			}
			fmt.Fprintf(&b, "%-22s %-16s %-16s %-12s %s\n", v.name, from, h.Status, outcomeOf(err), strings.Join(events, " "))
			if h.Status != from && h.Change == Unchanged {
				t.Errorf("%s from %s changed the session and did not mark it", v.name, from)
			}
		}
	}
	golden(t, "hosted.golden", b.String())
}

func TestHost_lastHourOfThePaymentSessionIsTooLate(t *testing.T) {
	p, _ := hosted(t, nil)
	end := p.Session.ExpiresAt.Add(-HostedMargin)
	if _, err := p.Host(shop(), HostedInput{}, testIDs(7), end.Add(-time.Millisecond), URLPolicy{}); err != nil {
		t.Fatalf("1 ms before: %v", err)
	}
	if _, err := p.Host(shop(), HostedInput{}, testIDs(7), end, URLPolicy{}); outcomeOf(err) != "NOT_FOUND" {
		t.Fatalf("at the hour: %v", err)
	}
}

func TestHost_refusesBothCategoryFields(t *testing.T) {
	p, _ := hosted(t, nil)
	cases := map[string]struct {
		options HostedOptions
		path    string
	}{
		"both":              {HostedOptions{Category: PayLater, Categories: []Category{PayNow}}, "options.payment_method_categories"},
		"not offered":       {HostedOptions{Category: DirectDebit}, "options.payment_method_category"},
		"list, not offered": {HostedOptions{Categories: []Category{PayNow, DirectDebit}}, "options.payment_method_categories"},
	}
	for name, tc := range cases {
		_, err := p.Host(shop(), HostedInput{Options: tc.options}, testIDs(7), t0, URLPolicy{})
		e := AsError(err)
		if e == nil || e.Message != "Bad value: "+tc.path {
			t.Errorf("%s: %v, want Bad value: %s", name, err, tc.path)
		}
	}
	if _, err := p.Host(shop(), HostedInput{Options: HostedOptions{Category: "klarna"}}, testIDs(7), t0, URLPolicy{}); err != nil {
		t.Errorf("KLARNA selects all: %v", err)
	}
}

func TestHost_tokenizeCannotPlaceAnOrder(t *testing.T) {
	p, _ := hosted(t, nil)
	p.Session.Intent = Tokenize
	_, err := p.Host(shop(), HostedInput{Options: HostedOptions{PlaceOrderMode: ModePlaceOrder}}, testIDs(7), t0, URLPolicy{})
	if e := AsError(err); e == nil || e.Message != "Bad value: options.place_order_mode" {
		t.Fatalf("%v", err)
	}
}

func TestBegin_oneAttemptAForm(t *testing.T) {
	p, h := hosted(t, nil)
	toReview(t, p, h, PayLater)
	a, err := p.Begin(h, 0, testIDs(3), t0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Begin(h, 0, testIDs(3), t0); !errors.Is(err, ErrStale) {
		t.Fatalf("second press of the same form: %v", err)
	}
	if _, err := p.Begin(h, 1, testIDs(3), t0); !errors.Is(err, ErrStale) {
		t.Fatalf("while one is in flight: %v", err)
	}
	sibling, err := p.Host(shop(), HostedInput{}, testIDs(8), t0, URLPolicy{})
	if err != nil {
		t.Fatal(err)
	}
	if step := p.StepOf(sibling, t0); step != StepChecking {
		t.Fatalf("a sibling's page shows %s while the payment is being decided", step)
	}
	if _, err := p.Finish(shop(), a, Decision{Outcome: OutcomeApproved}, testIDs(4), t0); err != nil {
		t.Fatal(err)
	}
	if a.Token == "" || h.Status != Completed || !a.Live(t0.Add(TokenLife-time.Millisecond)) || a.Live(t0.Add(TokenLife)) {
		t.Fatalf("token %q, status %s", string(a.Token), h.Status)
	}
}

func TestFinish_withdrawnMeanwhileIsVoided(t *testing.T) {
	p, h := hosted(t, nil)
	toReview(t, p, h, PayLater)
	a, err := p.Begin(h, 0, testIDs(3), t0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Disable(h, testIDs(6), t0); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Finish(shop(), a, Decision{Outcome: OutcomeApproved}, testIDs(4), t0); err != nil {
		t.Fatal(err)
	}
	if h.Status != Disabled || a.State() != Voided || a.Token != "" {
		t.Fatalf("session %s, attempt %s", h.Status, a.State())
	}
}

func TestFinish_begunBeforeExpiryMayFinish(t *testing.T) {
	p, h := hosted(t, nil)
	toReview(t, p, h, PayLater)
	a, err := p.Begin(h, 0, testIDs(3), h.ExpiresAt.Add(-time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Finish(shop(), a, Decision{Outcome: OutcomeApproved}, testIDs(4), h.ExpiresAt.Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	if h.Status != Completed {
		t.Fatalf("session %s", h.Status)
	}
}

// The pages of a session whose intent became tokenize before updates were refused for it place no order either.
func TestFinish_tokenizeNeverPlacesAnOrder(t *testing.T) {
	for _, mode := range []PlaceOrderMode{ModePlaceOrder, ModeCaptureOrder} {
		p, h := hosted(t, func(in *HostedInput) { in.Options.PlaceOrderMode = mode })
		p.Session.Intent = Tokenize
		toReview(t, p, h, PayLater)
		a, err := p.Begin(h, 0, testIDs(3), t0)
		if err != nil {
			t.Fatal(err)
		}
		o, err := p.Finish(shop(), a, Decision{Outcome: OutcomeApproved}, testIDs(4), t0)
		if err != nil || o != nil || a.State() != Approved || h.Status != Completed || !h.HandsToken() {
			t.Errorf("%s: order %v, %v, attempt %s, session %s", mode, o, err, a.State(), h.Status)
		}
	}
}
