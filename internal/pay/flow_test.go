package pay

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestStepOf_followsFromWhatIsStored(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func(p *Payment, h *HostedSession)
		want   Step
	}{
		{"new", func(*Payment, *HostedSession) {}, StepMethod},
		{"a way chosen, all known", func(_ *Payment, h *HostedSession) { h.Progress.Category = PayLater }, StepCode},
		{"a way that is not offered any more", func(_ *Payment, h *HostedSession) { h.Progress.Category = DirectDebit }, StepMethod},
		{"contact missing", func(p *Payment, h *HostedSession) {
			h.Progress.Category, p.Session.Billing = PayLater, Address{}
		}, StepContact},
		{"contact to change", func(_ *Payment, h *HostedSession) { h.Progress.Category, h.Progress.EditContact = PayLater, true }, StepContact},
		{"code confirmed", func(_ *Payment, h *HostedSession) { h.Progress.Category, h.Progress.Code.Verified = PayLater, true }, StepReview},
		{"plan missing", func(_ *Payment, h *HostedSession) { h.Progress.Category, h.Progress.Code.Verified = PayOverTime, true }, StepPlan},
		{"plan chosen", func(_ *Payment, h *HostedSession) {
			h.Progress.Category, h.Progress.Code.Verified, h.Progress.Plan = PayOverTime, true, "3"
		}, StepReview},
		{"being decided", func(p *Payment, h *HostedSession) { p.Authorizations = []*Authorization{{Hosted: h.ID}} }, StepChecking},
		{"another page being decided", func(p *Payment, _ *HostedSession) { p.Authorizations = []*Authorization{{Hosted: "another"}} }, StepChecking},
		{"being decided and expired", func(p *Payment, h *HostedSession) {
			p.Authorizations, h.ExpiresAt = []*Authorization{{Hosted: h.ID}}, t0
		}, StepChecking},
		{"being decided and withdrawn", func(p *Payment, h *HostedSession) {
			p.Authorizations, h.Status = []*Authorization{{Hosted: h.ID}}, Disabled
		}, StepOutcome},
		{"decided", func(p *Payment, h *HostedSession) { p.Authorizations = []*Authorization{{Hosted: h.ID, DecidedAt: t0}} }, StepMethod},
		{"expired", func(_ *Payment, h *HostedSession) { h.ExpiresAt = t0 }, StepOutcome},
		{"checked by hand", func(_ *Payment, h *HostedSession) { h.Status = ManualIDCheck }, StepChecking},
		{"gone back", func(_ *Payment, h *HostedSession) { h.Status = BackPressed }, StepOutcome},
		{"failed", func(_ *Payment, h *HostedSession) { h.Status = Failed }, StepOutcome},
		{"completed", func(_ *Payment, h *HostedSession) { h.Status = Completed }, StepOutcome},
	} {
		p, h := hosted(t, nil)
		tc.change(p, h)
		if got := p.StepOf(h, t0); got != tc.want {
			t.Errorf("%s: %s, want %s", tc.name, got, tc.want)
		}
	}
}

// fieldsOf lists the fields and reasons of a refusal of the page.
func fieldsOf(err error) string {
	refusal := AsError(err)
	if refusal == nil {
		return outcomeOf(err)
	}
	if refusal.Kind != Invalid {
		return refusal.Code
	}
	var out []string
	for _, f := range refusal.Faults {
		out = append(out, f.Path+" "+f.Want)
	}
	return strings.Join(out, ", ")
}

func TestIdentify_keepsOnlyWhatIsRight(t *testing.T) {
	p, h := hosted(t, nil)
	if got := fieldsOf(p.Identify(h, Address{}, Customer{}, testIDs(2), t0)); got != "STALE" {
		t.Errorf("before a way was chosen: %s", got)
	}
	if err := p.Choose(h, PayLater, testIDs(2), t0); err != nil {
		t.Fatal(err)
	}
	h.CodeSent(nil, t0)
	if err := p.Confirm(h, true, testIDs(2), t0); err != nil {
		t.Fatal(err)
	}
	before := h.Progress
	if got := fieldsOf(p.Identify(h, Address{Email: "no-at", City: "Lund"}, Customer{}, testIDs(2), t0)); got != "email no_at" {
		t.Errorf("a bad address: %s", got)
	}
	if h.Progress.Contact != before.Contact || h.Progress.HasContact {
		t.Errorf("a refused address was kept: %s", h.Progress.Contact.City)
	}
	if err := p.Identify(h, Address{City: "Lund"}, Customer{DateOfBirth: "1941-03-21"}, testIDs(2), t0); err != nil {
		t.Fatal(err)
	}
	if c := p.Contact(h); c.City != "Lund" || c.Email != "customer@email.se" || !h.Progress.Code.Verified || p.Session.Billing.City != "Stockholm" {
		t.Errorf("contact in %s, code confirmed: %v", c.City, h.Progress.Code.Verified)
	}
	for _, changed := range []Address{{Email: "other@email.se"}, {Phone: "+46701740616"}} {
		h.Progress.Code = Code{Verified: true, Sends: []time.Time{t0}}
		if err := p.Identify(h, changed, Customer{}, testIDs(2), t0); err != nil {
			t.Fatal(err)
		}
		if h.Progress.Code.Verified || len(h.Progress.Code.Sends) != 1 {
			t.Errorf("a new receiver needs a new code, and the allowance stays: %+v", h.Progress.Code)
		}
	}
}

func TestCode_livesTenMinutesForFiveTriesAndIsSentThriceInAQuarter(t *testing.T) {
	p, h := hosted(t, nil)
	if err := p.Choose(h, PayLater, testIDs(2), t0); err != nil {
		t.Fatal(err)
	}
	confirm := func(right bool, at time.Time) string { return fieldsOf(p.Confirm(h, right, testIDs(2), at)) }
	if got := confirm(true, t0); got != "code expired" {
		t.Errorf("before one was sent: %s", got)
	}
	h.CodeSent([]byte{1}, t0)
	if got := confirm(true, t0.Add(CodeLife)); got != "code expired" {
		t.Errorf("at the end of its life: %s", got)
	}
	for range CodeTries {
		if got := confirm(false, t0); got != "code wrong" {
			t.Errorf("a wrong one: %s", got)
		}
	}
	if got := confirm(true, t0); got != "code tries" {
		t.Errorf("the right one after %d wrong ones: %s", CodeTries, got)
	}
	if h.Progress.Code.Live(t0) {
		t.Error("a code that was guessed at lives on")
	}
	h.CodeSent([]byte{2}, t0.Add(time.Minute))
	if got := confirm(true, t0.Add(time.Minute+CodeLife-time.Millisecond)); got != "ok" {
		t.Errorf("the second one in its last millisecond: %s", got)
	}
	if got := confirm(true, t0.Add(2*time.Minute)); got != "STALE" {
		t.Errorf("confirmed already: %s", got)
	}
	for n, at := range []time.Duration{2 * time.Minute, CodeWindow - time.Millisecond, CodeWindow, CodeWindow + time.Minute} {
		may, left := h.MaySendCode(t0.Add(at)), h.CodesLeft(t0.Add(at))
		want := []int{1, 0, 1, 2}[n] // one was sent at 0:00, one at 1:00, and one follows at 2:00
		if left != want || may != (want > 0) {
			t.Errorf("after %v: %d left, may send: %v; want %d", at, left, may, want)
		}
		if n == 0 {
			h.CodeSent(nil, t0.Add(at))
		}
	}
}

func TestChoosePlan_ofEachWay(t *testing.T) {
	for way, plans := range map[Category]string{
		PayLater: "", PayOverTime: "3 6 12", PayNow: "card bank_account", DirectDebit: "bank_account", DirectBankTransfer: "bank",
	} {
		p, h := hosted(t, nil)
		h.Progress.Category, h.Progress.Code.Verified = way, true
		for _, plan := range []string{"3", "6", "12", "card", "bank_account", "bank", ""} {
			want := "plan one of the plans offered"
			switch {
			case plans == "":
				want = "STALE"
			case slices.Contains(strings.Fields(plans), plan):
				want = "ok"
			}
			if got := fieldsOf(p.ChoosePlan(h, plan, Instrument{Digits: "1234"}, testIDs(2), t0)); got != want {
				t.Errorf("%s, plan %q: %s, want %s", way, plan, got, want)
			}
		}
		if got := fieldsOf(p.ChoosePlan(h, "card", Instrument{Digits: "12345"}, testIDs(2), t0)); way == PayNow && got != "card_number four digits at most" {
			t.Errorf("five digits of a number: %s", got)
		}
		if len(h.Progress.Digits) > 4 {
			t.Errorf("kept %q", h.Progress.Digits)
		}
	}
}

func TestEdit_goesBackAndForgetsWhatRestsOnIt(t *testing.T) {
	for step, want := range map[Step]Step{
		StepMethod: StepMethod, StepContact: StepContact, StepCode: StepContact, StepPlan: StepPlan, StepReview: "", StepOutcome: "", StepChecking: "",
	} {
		p, h := hosted(t, nil)
		toReview(t, p, h, PayOverTime)
		err := p.Edit(h, step, testIDs(2), t0)
		if want == "" {
			if outcomeOf(err) != "STALE" || p.StepOf(h, t0) != StepReview {
				t.Errorf("to %s: %v, standing at %s", step, err, p.StepOf(h, t0))
			}
			continue
		}
		if got := p.StepOf(h, t0); err != nil || got != want {
			t.Errorf("to %s: standing at %s, %v", step, got, err)
		}
	}
}

func TestChoose_anotherWayForgetsThePlan(t *testing.T) {
	p, h := hosted(t, nil)
	toReview(t, p, h, PayOverTime)
	if err := p.Choose(h, PayOverTime, testIDs(2), t0); err != nil || h.Progress.Plan != "3" {
		t.Errorf("the same way again: plan %q, %v", h.Progress.Plan, err)
	}
	if err := p.Choose(h, PayNow, testIDs(2), t0); err != nil || h.Progress.Plan != "" || !h.Progress.Code.Verified {
		t.Errorf("another way: plan %q, %v", h.Progress.Plan, err)
	}
	if got := fieldsOf(p.Choose(h, DirectDebit, testIDs(2), t0)); got != "category one of the ways offered" {
		t.Errorf("a way that is not offered: %s", got)
	}
}

func TestOffered_byConfiguration(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func(*HostedInput)
		want   string
	}{
		{"all", nil, "pay_later pay_over_time pay_now direct_bank_transfer"},
		{"one", func(in *HostedInput) { in.Options.Category = PayNow }, "pay_now"},
		{"a list, in the session's order and each once", func(in *HostedInput) { in.Options.Categories = []Category{PayNow, PayLater, PayNow} }, "pay_later pay_now"},
		{"KLARNA", func(in *HostedInput) { in.Options.Category = klarnaCategory }, "pay_later pay_over_time pay_now direct_bank_transfer"},
		{"KLARNA in a list", func(in *HostedInput) { in.Options.Categories = []Category{PayNow, klarnaCategory} }, "pay_later pay_over_time pay_now direct_bank_transfer"},
	} {
		p, h := hosted(t, tc.change)
		var got []string
		for _, c := range p.Offered(h) {
			got = append(got, string(c))
		}
		if strings.Join(got, " ") != tc.want {
			t.Errorf("%s: %q, want %q", tc.name, got, tc.want)
		}
	}
}

func TestStepNumber_countsOnceAWayIsChosen(t *testing.T) {
	p, h := hosted(t, nil)
	expect := func(where string, number, count int) {
		t.Helper()
		if n, of := p.StepNumber(h, t0); n != number || of != count {
			t.Errorf("%s: step %d of %d, want %d of %d", where, n, of, number, count)
		}
	}
	expect("method", 1, 0)
	h.Progress.Category = PayLater
	expect("code", 2, 3)
	h.Progress.Category = PayOverTime
	expect("code before a plan", 2, 4)
	h.Progress.Code.Verified = true
	expect("plan", 3, 4)
	h.Progress.Plan = "3"
	expect("review", 4, 4)
	h.Progress.HasContact = true
	expect("review after a contact step", 5, 5)
	h.Status = Completed
	if n, _ := p.StepNumber(h, t0); n != 0 {
		t.Errorf("the outcome is step %d", n)
	}
}
