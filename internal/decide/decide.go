package decide

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"kassa/internal/pay"
)

// Request is what there is to decide on. The attempt's id is the idempotency key.
type Request struct {
	AttemptID  pay.AuthorizationID
	Merchant   pay.MerchantID
	Amount     pay.Amount
	Currency   string
	Country    string
	Category   pay.Category
	Plan       string
	Emails     []pay.Personal // those known, the page's first
	Phones     []pay.Personal
	NationalID pay.Personal
	Buyer      pay.Buyer // who buys, as far as the law asks for it
	Sandbox    bool      // people may be of test populations
}

// Decider answers requests. An error means that no answer could be had.
type Decider interface {
	Decide(ctx context.Context, r Request) (pay.Decision, error)
}

// Ask asks a decider, unless the law answers: nobody under age has credit, and outside the sandbox nobody buys who is told by a
// national id that is given to nobody.
func Ask(ctx context.Context, d Decider, r Request) (pay.Decision, error) {
	switch {
	case r.Buyer.UnderAge():
		return pay.Decision{Outcome: pay.OutcomeDeclined, Reason: "under_age"}, nil
	case !r.Sandbox && r.Buyer.Artificial():
		return pay.Decision{Outcome: pay.OutcomeDeclined, Reason: "could_not_establish_identity"}, nil
	}
	return d.Decide(ctx, r)
}

// Limit approves amounts up to a limit per currency, and declines everything else.
type Limit map[string]pay.Amount

// Decide compares the amount with the currency's limit.
func (l Limit) Decide(_ context.Context, r Request) (pay.Decision, error) {
	limit, ok := l[r.Currency]
	switch {
	case !ok:
		return pay.Decision{Outcome: pay.OutcomeDeclined, Reason: "currency_without_limit"}, nil
	case r.Amount > limit:
		return pay.Decision{Outcome: pay.OutcomeDeclined, Reason: "credit_limit_exceeded"}, nil
	}
	return approved(r), nil
}

// Sandbox decides by the persona in the e-mail address.
type Sandbox struct{}

// rejectReasons are those that +reject_reason_X can name.
var rejectReasons = []string{
	"other", "could_not_establish_identity", "credit_limit_exceeded", "customer_not_fulfilling_previous_engagements", "external_hard_reject",
	"high_risk", "legal_restraints", "technical_error", "internal_block", "low_credit_rating", "under_age", "denied",
}

// Decide reads the suffixes of all addresses known: any denied sign wins, the first address that pends decides otherwise. A
// phone number or national id of a market's denied test person is a denied sign too. With id-check, what is not denied waits in a
// shop for its staff to see an identity document.
func (Sandbox) Decide(_ context.Context, r Request) (pay.Decision, error) {
	for _, email := range r.Emails {
		for _, s := range suffixes(string(email)) {
			if reason, denied := deniedBy(s); denied {
				return pay.Decision{Outcome: pay.OutcomeDeclined, Reason: reason}, nil
			}
		}
	}
	if deniedPerson(r) {
		return pay.Decision{Outcome: pay.OutcomeDeclined, Reason: "denied"}, nil
	}
	out, pended := approved(r), false
	for _, email := range r.Emails {
		for _, s := range suffixes(string(email)) {
			if d, ok := pending(s); ok && !pended {
				d.Method, d.CheckID = out.Method, out.CheckID
				out, pended = d, true
			}
			if s == "id-check" {
				out.CheckID = true
			}
		}
	}
	return out, nil
}

// suffixes gives what follows each + in the part before the @, in lower case.
func suffixes(email string) []string {
	local, _, _ := strings.Cut(strings.ToLower(email), "@")
	return strings.Split(local, "+")[1:]
}

// deniedBy reads one suffix: denied, red, or reject_reason_X.
func deniedBy(suffix string) (reason string, denied bool) {
	switch suffix {
	case "denied", "red":
		return "denied", true
	}
	name, found := strings.CutPrefix(suffix, "reject_reason_")
	if !found {
		return "", false
	}
	for _, known := range rejectReasons {
		if name == known {
			return known, true
		}
	}
	return "other", true
}

// pending reads pend-accept-NN and pend-reject-NN: decided after NN minutes.
func pending(suffix string) (pay.Decision, bool) {
	for _, p := range []struct {
		prefix string
		accept bool
	}{{"pend-accept-", true}, {"pend-reject-", false}} {
		digits, found := strings.CutPrefix(suffix, p.prefix)
		if !found {
			continue
		}
		minutes, err := strconv.ParseUint(digits, 10, 8)
		if err != nil || len(digits) > 2 {
			return pay.Decision{}, false
		}
		return pay.Decision{Outcome: pay.OutcomePending, PendingFor: time.Duration(minutes) * time.Minute, PendingAccept: p.accept}, true
	}
	return pay.Decision{}, false
}

func deniedPerson(r Request) bool {
	person, ok := TestPerson(r.Country)
	if !ok {
		return false
	}
	for _, phone := range r.Phones {
		if samePhone(string(phone), person.PhoneDenied, r.Country) {
			return true
		}
	}
	return person.NationalIDDenied != "" && digits(string(r.NationalID)) == digits(person.NationalIDDenied)
}

// samePhone compares numbers with or without the zero that is only dialled within a country: +49 0176… is +49 176….
func samePhone(a, b, country string) bool {
	market, _ := pay.MarketOf(country)
	code := digits(market.CallingCode)
	plain := func(s string) string {
		s = digits(s)
		if rest, ok := strings.CutPrefix(s, code+"0"); ok {
			return code + rest
		}
		return s
	}
	return plain(a) == plain(b)
}

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

// approved is an approval with the method that fits the way chosen.
func approved(r Request) pay.Decision {
	d := pay.Decision{Outcome: pay.OutcomeApproved}
	switch r.Category {
	case pay.PayLater:
		d.Method = pay.Method{Type: "invoice", Days: 30}
	case pay.PayOverTime:
		n, err := strconv.Atoi(r.Plan)
		if err != nil {
			n = 0
		}
		d.Method = pay.Method{Type: "fixed_amount", Installments: n}
	case pay.PayNow:
		d.Method = pay.Method{Type: "card"}
		if r.Plan == "bank_account" {
			d.Method.Type = "direct_bank_transfer"
		}
	case pay.DirectDebit:
		d.Method = pay.Method{Type: "direct_debit"}
	case pay.DirectBankTransfer:
		d.Method = pay.Method{Type: "direct_bank_transfer"}
	default:
		d.Method = pay.Method{Type: string(r.Category)}
	}
	return d
}

// SandboxCode reports whether the sandbox takes a one-time code: any six digits but 999999.
func SandboxCode(code string) bool {
	return len(code) == 6 && digits(code) == code && code != "999999"
}

// String keeps personal data out of whatever prints a request.
func (r Request) String() string {
	return fmt.Sprintf("attempt %s: %d %s in %s by %s", r.AttemptID, int64(r.Amount), r.Currency, r.Country, r.Category)
}
