package server

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"kassa/internal/clock"
	"kassa/internal/config"
	"kassa/internal/decide"
	"kassa/internal/engine"
	"kassa/internal/pay"
)

// Preview says what the previewed pages look like.
type Preview struct {
	Name     string // of the merchant
	Settings pay.MerchantSettings
	Profile  string // of the merchant; may be empty
	Country  string // of the market, like GB
}

// PreviewPage is the page of one state.
type PreviewPage struct {
	State string // a word
	URL   string
}

// StartPreview starts a sandbox of its own whose clock stands still, with one page in each state that a page can be in, and nothing
// else. The pages are ordinary ones: pressing a button goes on.
func StartPreview(ctx context.Context, o Options, p Preview) (s *Server, pages []PreviewPage, err error) {
	market, ok := pay.MarketOf(p.Country)
	if !ok {
		return nil, nil, &config.Refusal{Flag: "--country", Why: fmt.Sprintf("%q is the country of no market", p.Country)}
	}
	still := clock.NewStanding((clock.Real{}).Now())
	o.Config.Sandbox, o.Clock, o.Decider = true, still, previewDecider{}
	if s, err = Start(ctx, o); err != nil {
		return nil, nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Shutdown(context.WithoutCancel(ctx)))
		}
	}()
	w := &previewer{Server: s, ctx: ctx, profile: p.Profile, market: market}
	w.merchant = &pay.Merchant{ID: sandboxID, Number: 1, Name: p.Name, Status: pay.MerchantActive, Settings: p.Settings}
	b := s.store.NewBatch()
	b.UpdateMerchant(w.merchant)
	if err := s.store.Commit(ctx, b); err != nil {
		return nil, nil, fmt.Errorf("make the merchant: %w", err)
	}
	w.draw(still)
	s.welcome.Store(previewWelcome(&p, w.pages))
	return s, w.pages, w.err
}

// The consumers of the preview: one who is declined, one whose bank does not answer, one for whom nothing works.
const (
	previewPaid     = "kim@example.com"
	previewDeclined = "kim+denied@example.com"
	previewReview   = "kim+pend-accept-10@example.com"
	previewWaiting  = "kim+waiting@example.com"
	previewBroken   = "kim+broken@example.com"
)

// previewDecider decides like the sandbox, but for the two that it cannot show by itself.
type previewDecider struct{ decide.Sandbox }

// Decide decides.
func (d previewDecider) Decide(ctx context.Context, r decide.Request) (pay.Decision, error) {
	for _, e := range r.Emails {
		switch e {
		case previewWaiting:
			return pay.Decision{}, context.DeadlineExceeded // nobody knows the answer, until the deadline that never comes
		case previewBroken:
			return pay.Decision{}, errors.New("the decision failed")
		}
	}
	return d.Sandbox.Decide(ctx, r)
}

// previewer makes pages. After the first error it does nothing.
type previewer struct {
	*Server
	ctx      context.Context //nolint:containedctx // of the one call that makes all pages
	merchant *pay.Merchant
	profile  string
	market   pay.Market
	pages    []PreviewPage
	err      error
}

// draw makes the page of each state. The first ones are made while the clock still moves.
func (w *previewer) draw(still *clock.Virtual) {
	expired := w.host(previewPaid, shopURLs)
	still.Advance(2 * time.Hour)
	timer := w.host(previewPaid, shopURLs)
	still.Advance(pay.PaymentLife - pay.HostedMargin - 2*time.Minute)
	steps := map[pay.Step]pay.Category{
		pay.StepMethod: "", pay.StepContact: pay.PayLater, pay.StepCode: pay.PayLater, pay.StepPlan: pay.PayOverTime,
	}
	for _, step := range []pay.Step{pay.StepMethod, pay.StepContact, pay.StepCode, pay.StepPlan} {
		email := previewPaid
		if step == pay.StepContact {
			email = ""
		}
		w.page(string(step), w.walk(w.host(email, shopURLs), step, w.offered(steps[step])))
	}
	w.page("instrument", w.walk(w.host(previewPaid, shopURLs), pay.StepPlan, w.offered(pay.PayNow)))
	for _, c := range pay.CategoriesFor(w.market.Country) { // what each agrees to differs
		w.page("review "+string(c), w.walk(w.host(previewPaid, shopURLs), pay.StepReview, c))
	}
	for _, end := range []struct{ state, email string }{
		{"another tab", previewWaiting}, {"paid", previewPaid}, {"under review", previewReview}, {"declined", previewDeclined}, {"error", previewBroken},
	} {
		w.page(end.state, w.walk(w.host(end.email, shopURLs), pay.StepOutcome, w.offered(pay.PayLater)))
	}
	checking := w.walk(w.host(previewWaiting, shopURLs), pay.StepOutcome, w.offered(pay.PayLater))
	w.pageAt("checking", checking, "?done="+strconv.FormatInt(still.Now().Unix(), 36))
	w.pageAt("cancel?", w.host(previewPaid, pay.HostedURLs{}), "?cancel")
	cancelled := w.host(previewPaid, pay.HostedURLs{})
	w.try(func() error { return w.engine.Cancel(w.ctx, cancelled.Link) })
	w.page("cancelled", cancelled)
	back := w.host(previewPaid, shopURLs)
	w.try(func() error { return w.engine.Back(w.ctx, back.Link) })
	w.page("back", back)
	disabled := w.host(previewPaid, shopURLs)
	w.try(func() error { return w.engine.DisableHosted(w.ctx, engine.Call{Merchant: w.merchant}, disabled.ID) })
	w.page("disabled", disabled)
	w.page("last minutes", timer)
	w.page("expired", expired)
	w.page("unknown", &pay.HostedSession{Link: "nothing"})
}

// offered is a way to pay of the market: the one that is wanted, or its first.
func (w *previewer) offered(c pay.Category) pay.Category {
	first := pay.Category("")
	for _, o := range pay.CategoriesFor(w.market.Country) {
		if o == c {
			return c
		}
		if first == "" {
			first = o
		}
	}
	return first
}

func (w *previewer) try(do func() error) {
	if w.err == nil {
		w.err = do()
	}
}

func (w *previewer) page(state string, h *pay.HostedSession) { w.pageAt(state, h, "") }

func (w *previewer) pageAt(state string, h *pay.HostedSession, query string) {
	w.pages = append(w.pages, PreviewPage{State: state, URL: w.url + "/pay/" + string(h.Link) + query})
}

// shopURLs are where the previewed pages lead.
var shopURLs = pay.HostedURLs{
	Success: "https://shop.example/thanks", Back: "https://shop.example/cart", Failure: "https://shop.example/failed", Error: "https://shop.example/failed",
}

// host makes a page of its own for an order of three lines, a discount and delivery. Without an address nothing is known of the
// consumer.
func (w *previewer) host(email string, urls pay.HostedURLs) *pay.HostedSession {
	h := &pay.HostedSession{}
	w.try(func() error {
		amount, tax, reference, locale := pay.Amount(10000), pay.Amount(1667), "10482", w.market.Locales[0]
		in := pay.PaymentInput{
			Country: &w.market.Country, Currency: &w.market.Currency, Locale: &locale, Amount: &amount, TaxAmount: &tax, MerchantReference1: &reference,
			Lines: []pay.OrderLine{
				{Type: "physical", Name: "Front light Fyr 600", Quantity: 1, UnitPrice: 5400, TaxRate: 2000, TotalAmount: 5400, TotalTaxAmount: 900},
				{Type: "physical", Name: "Merino cycling cap", Quantity: 2, UnitPrice: 1950, TaxRate: 2000, TotalAmount: 3900, TotalTaxAmount: 650},
				{Type: "physical", Name: "Puncture repair kit", Quantity: 1, UnitPrice: 1200, TaxRate: 2000, TotalAmount: 1200, TotalTaxAmount: 200},
				{Type: "discount", Name: "Welcome back, 10%", Quantity: 1, UnitPrice: -1050, TaxRate: 2000, TotalAmount: -1050, TotalTaxAmount: -175},
				{Type: "shipping_fee", Name: "Delivery", Quantity: 1, UnitPrice: 550, TaxRate: 2000, TotalAmount: 550, TotalTaxAmount: 92},
			},
		}
		if email != "" {
			in.Billing = &pay.Address{Country: w.market.Country, Email: pay.Personal(email)}
		}
		call := engine.Call{Merchant: w.merchant}
		p, err := w.engine.CreatePayment(w.ctx, call, in)
		if err != nil {
			return err
		}
		h, err = w.engine.CreateHosted(w.ctx, call, p.Session.ID, pay.HostedInput{ProfileID: w.profile, URLs: urls})
		return err
	})
	return h
}

// walk goes on, as a consumer does, until a step is shown.
func (w *previewer) walk(h *pay.HostedSession, until pay.Step, c pay.Category) *pay.HostedSession {
	for range 10 {
		w.try(func() error {
			pg, err := w.engine.Page(w.ctx, h.Link)
			if err != nil {
				return err
			}
			switch step := pg.Payment.StepOf(pg.Hosted, pg.Now); step {
			case until, pay.StepOutcome, pay.StepChecking:
				return nil
			case pay.StepMethod:
				return w.engine.Choose(w.ctx, h.Link, engine.Visitor{}, c)
			case pay.StepContact:
				contact, customer := w.engine.Prefill(pg)
				if known := pg.Payment.Contact(pg.Hosted); known.Email != "" {
					contact.Email = known.Email
				}
				return w.engine.Identify(w.ctx, h.Link, engine.Visitor{}, contact, customer)
			case pay.StepCode:
				return w.engine.Confirm(w.ctx, h.Link, "123456")
			case pay.StepPlan:
				plans := pg.Payment.Session.Plans(c)
				plan := plans[0]
				if c == pay.PayOverTime && len(plans) > 1 {
					plan = plans[1] // the first with interest
				}
				return w.engine.ChoosePlan(w.ctx, h.Link, plan, pay.Instrument{Digits: "4242", Brand: "VISA", Expiry: "12/2029"})
			default:
				err := w.engine.Authorize(w.ctx, h.Link, pg.Hosted.Progress.Attempts, pg)
				if no := pay.AsError(err); no != nil && no.Kind == pay.Unavailable {
					return nil // the answer that is waited for
				}
				return err
			}
		})
	}
	return h
}
