package pay

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// try brings a page to its pay button with a way to pay, and ends the attempt.
func try(t *testing.T, p *Payment, h *HostedSession, c Category, d Decision) *Authorization {
	t.Helper()
	if h.Status == Failed || h.Status == Errored {
		if err := p.Retry(h, testIDs(2), t0); err != nil {
			t.Fatalf("go on: %v", err)
		}
	}
	toReview(t, p, h, c)
	a, err := p.Begin(h, h.Progress.Attempts, testIDs(3), t0)
	if err != nil {
		t.Fatal(err)
	}
	a.ID = AuthorizationID(fmt.Sprintf("a%d", len(p.Authorizations)))
	if _, err := p.Finish(shop(), a, d, testIDs(4), t0); err != nil {
		t.Fatal(err)
	}
	return a
}

func categories(all []Category) string {
	out := make([]string, len(all))
	for i, c := range all {
		out[i] = string(c)
	}
	return strings.Join(out, " ")
}

// TestDecline_whatIsLeft declines one way after the other: after each, the status and what can be chosen yet.
func TestDecline_whatIsLeft(t *testing.T) {
	const all = "pay_later pay_over_time pay_now direct_bank_transfer"
	type then struct {
		declined Category
		status   HostedStatus
		offered  string
	}
	for name, tc := range map[string]struct {
		options HostedOptions
		steps   []then
		shows   string // at the end
	}{
		"credit is closed by one decline": {HostedOptions{}, []then{
			{PayLater, Failed, "pay_over_time pay_now direct_bank_transfer"}, {PayOverTime, Failed, "pay_now direct_bank_transfer"},
		}, all},
		"what is paid at once by three of all such ways": {HostedOptions{}, []then{
			{PayNow, Failed, all}, {DirectBankTransfer, Failed, all}, {PayNow, Failed, "pay_later pay_over_time"},
			{PayLater, Failed, "pay_over_time"}, {PayOverTime, Failed, ""},
		}, all},
		"one way on credit": {HostedOptions{Category: PayLater}, []then{{PayLater, Failed, ""}}, "pay_later"},
		"one way at once":   {HostedOptions{Category: PayNow}, []then{{PayNow, Failed, "pay_now"}, {PayNow, Failed, "pay_now"}, {PayNow, Failed, ""}}, "pay_now"},
		"fallback after the only way": {HostedOptions{Category: PayOverTime, Fallback: true}, []then{
			{PayOverTime, InProgress, "pay_later pay_now direct_bank_transfer"}, {PayLater, InProgress, "pay_now direct_bank_transfer"},
			{PayNow, InProgress, "pay_now direct_bank_transfer"}, {PayNow, InProgress, "pay_now direct_bank_transfer"}, {DirectBankTransfer, Failed, ""},
		}, all},
		"fallback after all that are configured": {HostedOptions{Categories: []Category{PayLater, PayOverTime}, Fallback: true}, []then{
			{PayLater, InProgress, "pay_over_time"}, {PayOverTime, InProgress, "pay_now direct_bank_transfer"},
		}, all},
		"fallback beside a way that can be tried again": {HostedOptions{Category: PayNow, Fallback: true}, []then{
			{PayNow, InProgress, all}, {PayLater, InProgress, "pay_over_time pay_now direct_bank_transfer"},
		}, all},
		"fallback without another way": {HostedOptions{Category: klarnaCategory, Fallback: true}, []then{
			{PayLater, InProgress, "pay_over_time pay_now direct_bank_transfer"}, {PayOverTime, InProgress, "pay_now direct_bank_transfer"},
		}, all},
	} {
		t.Run(name, func(t *testing.T) {
			p, h := hosted(t, func(in *HostedInput) { in.Options = tc.options })
			for i, s := range tc.steps {
				try(t, p, h, s.declined, Decision{Outcome: OutcomeDeclined})
				if got := categories(p.Offered(h)); h.Status != s.status || got != s.offered {
					t.Fatalf("decline %d, of %s: %s, offers %q, want %s, %q", i+1, s.declined, h.Status, got, s.status, s.offered)
				}
				if last := h.Progress.Declined[len(h.Progress.Declined)-1]; last != s.declined || h.Progress.Category != "" {
					t.Fatalf("the last decline is of %s, the way chosen %q", last, h.Progress.Category)
				}
			}
			if got := categories(p.Ways(h)); got != tc.shows {
				t.Errorf("shows %q, want %q", got, tc.shows)
			}
			if len(p.Offered(h)) == 0 { // and there is nothing to go on with
				if err := p.Retry(h, testIDs(5), t0); !errors.Is(err, ErrStale) || p.StepOf(h, t0) != StepOutcome {
					t.Errorf("go on: %v, step %s", err, p.StepOf(h, t0))
				}
				return
			}
			if h.Status == Failed {
				if err := p.Retry(h, testIDs(5), t0); err != nil {
					t.Fatal(err)
				}
			}
			for _, c := range p.Ways(h) { // a crafted form sends what cannot be chosen
				err := p.Choose(h, c, testIDs(6), t0)
				if open := slices.Contains(p.Offered(h), c); open != (err == nil) || !open && fieldsOf(err) != "category one of the ways offered" {
					t.Errorf("%s: %v", c, err)
				}
			}
		})
	}
}

// TestDecline_tenAttemptsAPaymentSession: attempts are counted over all pages of a payment session, however they end; the tenth ends the
// other pages.
func TestDecline_tenAttemptsAPaymentSession(t *testing.T) {
	p, h := hosted(t, nil)
	host := func() *HostedSession {
		other, err := p.Host(shop(), HostedInput{}, testIDs(byte(30+len(p.Hosted))), t0, URLPolicy{})
		if err != nil {
			t.Fatal(err)
		}
		return other
	}
	untouched, withdrawn := host(), host()
	if _, err := p.Disable(withdrawn, testIDs(9), t0); err != nil {
		t.Fatal(err)
	}
	for i := range maxAttempts {
		if n := len(p.Authorizations); n != i || untouched.Status != Waiting || len(p.Offered(untouched)) != 4 {
			t.Fatalf("after %d attempts: %s, offers %v", n, untouched.Status, p.Offered(untouched))
		}
		if i%3 == 2 { // each page takes three
			h = host()
		}
		d := Decision{Outcome: OutcomeDeclined}
		if i == 4 {
			d = Decision{Outcome: OutcomeError}
		}
		try(t, p, h, PayNow, d)
	}
	if untouched.Status != Failed || h.Status != Failed || withdrawn.Status != Disabled {
		t.Errorf("%s, %s, %s", untouched.Status, h.Status, withdrawn.Status)
	}
	late := host()
	for _, page := range p.Hosted {
		if len(p.Offered(page)) != 0 || p.StepOf(page, t0) != StepOutcome {
			t.Errorf("%s: offers %v, step %s", page.Status, p.Offered(page), p.StepOf(page, t0))
		}
		if err := p.Choose(page, PayLater, testIDs(8), t0); !errors.Is(err, ErrStale) {
			t.Errorf("an eleventh attempt: %v", err)
		}
		if err := p.Retry(page, testIDs(8), t0); !errors.Is(err, ErrStale) {
			t.Errorf("go on: %v", err)
		}
	}
	if late.Status != Waiting {
		t.Errorf("a page made later is %s", late.Status)
	}
}

// TestDecline_aSmallAmountIsNeverSplit: what is too small for instalments does not become theirs when all else is declined.
func TestDecline_aSmallAmountIsNeverSplit(t *testing.T) {
	p, h := hosted(t, nil)
	p.Session.Amount = 0
	if got := categories(p.Offered(h)); got != "pay_later pay_now direct_bank_transfer" {
		t.Fatal(got)
	}
	h.Progress.Declined = []Category{PayLater}
	if got := categories(p.Offered(h)); got != "pay_now direct_bank_transfer" {
		t.Error(got)
	}
}

// TestDecline_whoWasNotRecognizedWasNotDeclined: three times a wrong ID close no way.
func TestDecline_whoWasNotRecognizedWasNotDeclined(t *testing.T) {
	p, h := hosted(t, nil)
	p.Session.Channel = InStore
	for range directDeclines {
		a := try(t, p, h, PayNow, Decision{Outcome: OutcomeApproved, CheckID: true})
		if _, _, err := p.JudgeID(shop(), h, h.Progress.IDCheck.Challenge, IDDiffers, testIDs(5), t0); err != nil || a.State() != Declined {
			t.Fatalf("%s: %v", a.State(), err)
		}
	}
	if got := categories(p.Offered(h)); !strings.Contains(got, "pay_now") {
		t.Error(got)
	}
}

// TestDecline_threeWhateverTheReason: a decision may say of itself that the consumer could not be identified.
func TestDecline_threeWhateverTheReason(t *testing.T) {
	for _, reason := range []string{"", "denied", notIdentified} {
		p, h := hosted(t, nil)
		for n := range directDeclines {
			if !slices.Contains(p.Offered(h), PayNow) {
				t.Fatalf("%q: closed after %d declines", reason, n)
			}
			try(t, p, h, PayNow, Decision{Outcome: OutcomeDeclined, Reason: reason})
		}
		if got := categories(p.Offered(h)); got != "pay_later pay_over_time" {
			t.Errorf("%q: %s is left after three declines", reason, got)
		}
	}
}
