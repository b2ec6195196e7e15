package pay

import (
	"slices"
	"strconv"
	"time"
)

// Step is where the consumer stands on the page.
type Step string

// The steps; their names are those of data-step.
const (
	StepMethod   Step = "method"
	StepContact  Step = "contact"
	StepCode     Step = "code"
	StepPlan     Step = "plan"
	StepReview   Step = "review"
	StepChecking Step = "checking"
	StepOutcome  Step = "outcome"
)

// One-time codes (PAGE.md "Safety").
const (
	CodeLife   = 10 * time.Minute
	CodeTries  = 5
	CodeSends  = 3
	CodeWindow = 15 * time.Minute
)

// Progress is how far the consumer has come on one page.
type Progress struct {
	Category    Category
	Distributed Address  // where the link was sent: below what the merchant told
	Contact     Address  // what was given on the page, over what the merchant told
	Customer    Customer // date of birth and national id given on the page
	HasContact  bool     // the contact step was submitted
	EditContact bool     // the consumer wants to change it
	Code        Code
	Plan        string     // "3", "6", "12" for pay_over_time; the instrument for pay_now and the direct ways
	Instrument             // empty for what has no number
	Declined    []Category // each once, the last one at the end
	Attempts    int        // finished and unfinished; a pay form is good for one
	Links       int        // how often the link was sent; a clerk's form is good for one
	Language    string     // the page's when its pay button was pressed; empty: the session's
	IDCheck     IDCheck

	StatusChanges int64 // how often the session's status has changed
}

// Instrument is what is kept of a card or an account; the number itself never is.
type Instrument struct {
	Digits string // the last four of the number
	Brand  string // of a card: VISA, MASTERCARD, …, OTHER
	Expiry string // of a card: MM/YYYY
}

// Code is the state of the one-time code.
type Code struct {
	Hash     []byte // keyed hash of the code; empty in the sandbox, where no code is drawn
	SentAt   time.Time
	Sends    []time.Time // within the window
	Tries    int         // wrong ones with this code
	Verified bool

	VerifiedAt time.Time
}

// Contact is what is known of the consumer on this page: billing, with shipping where billing is silent, where the link was sent
// below both, and what the consumer gave over them.
func (p *Payment) Contact(h *HostedSession) Address {
	known := p.Told(h).over(h.Progress.Contact)
	if known.Country == "" {
		known.Country = p.Session.Country
	}
	return known
}

// Told is what the shop told of the consumer, or where it had the link sent to: not the consumer on the page.
func (p *Payment) Told(h *HostedSession) Address {
	return h.Progress.Distributed.over(p.Session.Shipping).over(p.Session.Billing)
}

// Consumer is what is known of the customer on this page.
func (p *Payment) Consumer(h *HostedSession) Customer {
	c := p.Session.Customer
	if v := h.Progress.Customer.DateOfBirth; v != "" {
		c.DateOfBirth = v
	}
	if v := h.Progress.Customer.NationalIdentificationNumber; v != "" {
		c.NationalIdentificationNumber = v
	}
	if v := h.Progress.Customer.OrganizationRegistrationID; v != "" {
		c.OrganizationRegistrationID = v
	}
	return c
}

// reverify has the pages whose consumer's e-mail or phone is no longer the one that a code confirmed begin again.
func (p *Payment) reverify(before *Payment) {
	for _, h := range p.Hosted {
		was, is := before.Contact(h), p.Contact(h)
		if h.Status.Final() || (was.Email == is.Email && was.Phone == is.Phone) || h.Progress.Category == "" {
			continue
		}
		h.Progress.Category, h.Progress.Plan, h.Progress.Instrument = "", "", Instrument{}
		h.Progress.Code = Code{Sends: h.Progress.Code.Sends}
		h.Change.touch()
	}
}

// NeedsPlan reports whether a category has a step of its own between code and review.
func NeedsPlan(c Category) bool { return c != PayLater }

// StepOf derives the step from what is stored; nothing else decides which page is shown.
//
//	expired, or no way is left       → outcome
//	an attempt is being decided, or
//	waits for the clerk              → checking
//	WAITING, IN_PROGRESS, no way     → method
//	  contact missing or to change   → contact
//	  code not confirmed             → code
//	  plan or instrument missing, or
//	  not for this amount            → plan
//	  otherwise                      → review
//	MANUAL_ID_CHECK                  → checking
//	all others                       → outcome
func (p *Payment) StepOf(h *HostedSession, now time.Time) Step {
	switch {
	case h.Status.Final():
		return StepOutcome
	case p.InFlight() != nil:
		return StepChecking
	case h.Expired(now):
		return StepOutcome
	case h.Status == ManualIDCheck:
		return StepChecking
	case h.Status != Waiting && h.Status != InProgress, len(p.Offered(h)) == 0:
		return StepOutcome
	}
	g := &h.Progress
	switch {
	case g.Category == "" || !slices.Contains(p.Offered(h), g.Category):
		return StepMethod
	case g.EditContact || (!g.HasContact && len(p.ContactFaults(h, now)) > 0):
		return StepContact
	case !g.Code.Verified:
		return StepCode
	case NeedsPlan(g.Category) && !slices.Contains(p.Session.Plans(g.Category), g.Plan):
		return StepPlan
	}
	return StepReview
}

// ContactFaults lists what the page must ask or have corrected before the consumer can go on.
func (p *Payment) ContactFaults(h *HostedSession, now time.Time) []FieldFault {
	return CheckContact(Place{p.Session.Country, p.Session.Locale}, p.Contact(h), p.Consumer(h), now)
}

// step opens the session for one of the consumer's own steps: WAITING becomes IN_PROGRESS at the first submitted
// step, never at a GET. A session that is over, or being decided, is stale.
func (p *Payment) step(h *HostedSession, ids *IDs, now time.Time) error {
	if err := h.usable(now); err != nil {
		return err
	}
	if p.InFlight() != nil || len(p.Offered(h)) == 0 {
		return ErrStale
	}
	switch h.Status {
	case Waiting:
		p.move(h, InProgress, SessionInProgress, EventData{}, ids, now)
	case InProgress:
		h.Change.touch()
	default:
		return ErrStale
	}
	return nil
}

// Choose is the consumer choosing a way to pay.
func (p *Payment) Choose(h *HostedSession, c Category, ids *IDs, now time.Time) error {
	if err := p.step(h, ids, now); err != nil {
		return err
	}
	if !slices.Contains(p.Offered(h), c) {
		return Invalid400([]Fault{{Path: "category", Want: "one of the ways offered"}})
	}
	if h.Progress.Category != c {
		h.Progress.Plan, h.Progress.Instrument = "", Instrument{}
	}
	h.Progress.Category = c
	if plans := p.Session.Plans(c); c == PayOverTime && len(plans) == 1 { // there is nothing to choose, and the review says what it costs
		h.Progress.Plan = plans[0]
	}
	return nil
}

// Identify is the consumer giving or correcting contact data. A new address or number needs a new code.
func (p *Payment) Identify(h *HostedSession, contact Address, customer Customer, ids *IDs, now time.Time) error {
	if h.Progress.Category == "" {
		return ErrStale
	}
	if err := p.step(h, ids, now); err != nil {
		return err
	}
	before := p.Contact(h)
	g := &h.Progress
	kept := *g
	g.Contact = g.Contact.over(contact.standard(p.Session.Country))
	if customer.DateOfBirth != "" {
		g.Customer.DateOfBirth = customer.DateOfBirth
	}
	if customer.NationalIdentificationNumber != "" {
		g.Customer.NationalIdentificationNumber = customer.NationalIdentificationNumber
	}
	if customer.OrganizationRegistrationID != "" {
		g.Customer.OrganizationRegistrationID = customer.OrganizationRegistrationID
	}
	if bad := p.ContactFaults(h, now); len(bad) > 0 {
		*g = kept
		faults := make([]Fault, len(bad))
		for i, f := range bad {
			faults[i] = Fault{Path: f.Field, Want: string(f.Reason)}
		}
		return Invalid400(faults)
	}
	g.HasContact, g.EditContact = true, false
	if after := p.Contact(h); after.Email != before.Email || after.Phone != before.Phone {
		g.Code = Code{Sends: g.Code.Sends}
	}
	return nil
}

// MaySendCode refuses a code beyond the allowance: three in fifteen minutes.
func (h *HostedSession) MaySendCode(now time.Time) bool {
	return len(h.Progress.Code.recent(now)) < CodeSends
}

// CodesLeft tells how many more codes may be asked for now.
func (h *HostedSession) CodesLeft(now time.Time) int {
	return max(CodeSends-len(h.Progress.Code.recent(now)), 0)
}

// MoreCodesAt is when one more code may be asked for, once there were enough.
func (h *HostedSession) MoreCodesAt(now time.Time) time.Time {
	recent := h.Progress.Code.recent(now)
	if len(recent) < CodeSends {
		return now
	}
	return recent[len(recent)-CodeSends].Add(CodeWindow)
}

func (c *Code) recent(now time.Time) []time.Time {
	var out []time.Time
	for _, t := range c.Sends {
		if now.Sub(t) < CodeWindow {
			out = append(out, t)
		}
	}
	return out
}

// Live reports whether a code was sent that still works.
func (c *Code) Live(now time.Time) bool {
	return !c.SentAt.IsZero() && now.Before(c.SentAt.Add(CodeLife)) && c.Tries < CodeTries
}

// CodeSent notes that a code with this keyed hash is on its way; hash is empty in the sandbox.
func (h *HostedSession) CodeSent(hash []byte, now time.Time) {
	g := &h.Progress.Code
	g.Sends = append(g.recent(now), now)
	g.Hash, g.SentAt, g.Tries, g.Verified = hash, now, 0, false
	h.Change.touch()
}

// Confirm is the consumer giving the code; right says whether it is the right one. A wrong one costs a try and is kept:
// the caller saves in both cases. The refusal names the field code with expired, tries or wrong.
func (p *Payment) Confirm(h *HostedSession, right bool, ids *IDs, now time.Time) error {
	if h.Progress.Code.Verified || h.Progress.Category == "" {
		return ErrStale
	}
	if err := p.step(h, ids, now); err != nil {
		return err
	}
	c := &h.Progress.Code
	switch {
	case c.Tries >= CodeTries:
		return Invalid400([]Fault{{Path: "code", Want: "tries"}})
	case !c.Live(now):
		return Invalid400([]Fault{{Path: "code", Want: "expired"}})
	case !right:
		c.Tries++
		return Invalid400([]Fault{{Path: "code", Want: "wrong"}})
	}
	c.Verified, c.VerifiedAt = true, now
	return nil
}

// ChoosePlan is the consumer choosing a plan or an instrument, of which with is kept.
func (p *Payment) ChoosePlan(h *HostedSession, plan string, with Instrument, ids *IDs, now time.Time) error {
	g := &h.Progress
	if g.Category == "" || !g.Code.Verified || !NeedsPlan(g.Category) {
		return ErrStale
	}
	if err := p.step(h, ids, now); err != nil {
		return err
	}
	if !slices.Contains(p.Session.Plans(g.Category), plan) {
		return Invalid400([]Fault{{Path: "plan", Want: "one of the plans offered"}})
	}
	if len(with.Digits) > 4 {
		return Invalid400([]Fault{{Path: "card_number", Want: "four digits at most"}})
	}
	g.Plan, g.Instrument = plan, with
	return nil
}

// Plans lists what there is to choose from with a way to pay: the plans for the session's amount, or the instruments of its market.
func (s *PaymentSession) Plans(c Category) []string {
	switch c {
	case PayOverTime:
		if s.Amount < monthlyFrom*WholeUnit(s.Currency) {
			return []string{"3"}
		}
		return []string{"3", "6", "12"}
	case PayNow:
		if m, ok := MarketOf(s.Country); ok && !m.IBAN() {
			return []string{"card"}
		}
		return []string{"card", "bank_account"}
	case DirectDebit:
		return []string{"bank_account"}
	case DirectBankTransfer:
		return []string{"bank"}
	}
	return nil
}

// Edit takes the consumer back to a step to change what was given there: method, contact, code (another number) or plan.
func (p *Payment) Edit(h *HostedSession, step Step, ids *IDs, now time.Time) error {
	if err := p.step(h, ids, now); err != nil {
		return err
	}
	g := &h.Progress
	switch step {
	case StepMethod:
		g.Category, g.Plan, g.Instrument = "", "", Instrument{}
	case StepContact, StepCode:
		g.EditContact = true
	case StepPlan:
		g.Plan, g.Instrument = "", Instrument{}
	default:
		return ErrStale
	}
	return nil
}

// StepNumber tells which step of how many this is, as far as the choice made decides it; count is 0 while it does not.
func (p *Payment) StepNumber(h *HostedSession, now time.Time) (number, count int) {
	g := &h.Progress
	steps := []Step{StepMethod}
	if g.HasContact || g.EditContact || len(p.ContactFaults(h, now)) > 0 {
		steps = append(steps, StepContact)
	}
	steps = append(steps, StepCode)
	at := p.StepOf(h, now)
	if g.Category != "" && NeedsPlan(g.Category) && (at == StepPlan || g.Category != PayOverTime || len(p.Session.Plans(PayOverTime)) > 1) {
		steps = append(steps, StepPlan)
	}
	steps = append(steps, StepReview)
	number = slices.Index(steps, at) + 1
	if number <= 1 {
		return number, 0
	}
	return number, len(steps)
}

// indexed makes paths like options.background_images[1].url.
func indexed(list string, i int, member string) string {
	path := list + "[" + strconv.Itoa(i) + "]"
	if member != "" {
		path += "." + member
	}
	return path
}
