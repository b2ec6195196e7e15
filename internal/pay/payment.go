package pay

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Lifetimes.
const (
	// PaymentLife is how long a payment session lives; an update does not extend it.
	PaymentLife = 48 * time.Hour
	// HostedMargin is how much earlier than its payment session a hosted session ends.
	HostedMargin = time.Hour
	// TokenLife is how long an authorization token can be used.
	TokenLife = time.Hour
)

// Intent is what the consumer agrees to.
type Intent string

// The intents.
const (
	Buy            Intent = "buy"
	Tokenize       Intent = "tokenize"
	BuyAndTokenize Intent = "buy_and_tokenize"
)

// Channel is how the shop sells.
type Channel string

// The acquiring channels.
const (
	Ecommerce Channel = "ECOMMERCE"
	InStore   Channel = "IN_STORE"
	Telesales Channel = "TELESALES"
)

// PaymentSession is a purchase that somebody may pay.
type PaymentSession struct {
	Merchant    MerchantID
	ID          PaymentID
	Version     int64 // of the whole aggregate; 0 before the first save
	CreatedAt   time.Time
	ExpiresAt   time.Time
	CompletedAt time.Time // zero until an order is placed
	OrderID     OrderID   // the order that completed it

	Purchase
	Intent            Intent
	Channel           Channel
	AutoCapture       bool
	Billing, Shipping Address
	Customer          Customer
	Categories        []Category // offered ways to pay
	URLs              PaymentURLs

	MerchantReference1, MerchantReference2 string
	MerchantData                           string
	Design                                 string
	CustomPaymentMethodIDs                 []string
	Options                                *WidgetOptions
	Attachment                             *Attachment
	StepUpID                               string // recovers a refused charge on Customer.CustomerToken
}

// PaymentURLs are the merchant's URLs on a payment session or order.
type PaymentURLs struct {
	Confirmation, Notification, Push, Authorization, AppReturn string
}

// WidgetOptions are colours of the original's widget: kept and answered, not used by the page.
type WidgetOptions struct {
	ColorBorder, ColorBorderSelected, ColorDetails, ColorText, RadiusBorder string
}

// PaymentStatus is the status of a payment session on the wire.
type PaymentStatus string

// The statuses of a payment session.
const (
	Incomplete PaymentStatus = "incomplete"
	Complete   PaymentStatus = "complete"
)

// Status derives the status: complete once an order exists.
func (s *PaymentSession) Status() PaymentStatus {
	if s.CompletedAt.IsZero() {
		return Incomplete
	}
	return Complete
}

// Expired reports whether the session's life is over and no order was made of it.
func (s *PaymentSession) Expired(now time.Time) bool {
	return s.CompletedAt.IsZero() && !now.Before(s.ExpiresAt)
}

// Payment is the aggregate of a payment session: the session, the hosted sessions on it and the attempts to be authorized.
// Whoever reads it to decide saves it, so that two decisions cannot pass each other.
type Payment struct {
	Session        PaymentSession
	Hosted         []*HostedSession
	Authorizations []*Authorization
	Tokens         []*CustomerToken // read only with an authorization token or a customer token

	Events    []Event    // what happened since it was read
	Jobs      []Job      // what must happen later
	Callbacks []Callback // what the merchant must be told
}

// PaymentInput is what a create or an update brings; nil means not sent. Faults are those the door found already.
type PaymentInput struct {
	Faults                                 []Fault
	Country, Currency, Locale              *string
	Amount, TaxAmount                      *Amount
	Lines                                  []OrderLine
	Intent                                 *Intent
	Channel                                *Channel
	AutoCapture                            *bool
	Billing, Shipping                      *Address
	Customer                               *Customer
	URLs                                   *PaymentURLs
	MerchantReference1, MerchantReference2 *string
	MerchantData, Design                   *string
	CustomPaymentMethodIDs                 []string
	Options                                *WidgetOptions
	Attachment                             *Attachment
	StepUpID                               *string
}

// NewPayment makes a payment session. Refusals: BAD_VALUE with every bad path.
func NewPayment(m *Merchant, in PaymentInput, id PaymentID, now time.Time, urls URLPolicy) (*Payment, error) {
	s := PaymentSession{
		Merchant: m.ID, ID: id, CreatedAt: now, ExpiresAt: now.Add(PaymentLife),
		Intent: Buy, Channel: Ecommerce,
	}
	faults := in.Faults
	need := func(path string, sent bool) {
		if !sent && !faulted(faults, path) {
			faults = append(faults, Fault{Path: path, Want: "a value"})
		}
	}
	need("purchase_country", in.Country != nil)
	need("purchase_currency", in.Currency != nil)
	need("order_amount", in.Amount != nil)
	need("order_lines", in.Lines != nil)
	s.apply(&in)
	faults = checkLocale(faults, s.Country, in.Locale)
	if err := Invalid400(s.check(in.URLs.checkApp(faults, urls.For(m)), urls)); err != nil {
		return nil, err
	}
	s.offer(m)
	return &Payment{Session: s}, nil
}

// Update replaces the members that were sent and checks the result like a create. The session's life stays.
func (p *Payment) Update(m *Merchant, in PaymentInput, now time.Time, urls URLPolicy) error {
	if !p.Session.CompletedAt.IsZero() {
		return refuse(NotFound, "SESSION_COMPLETED", "Session has already been completed")
	}
	if p.Session.Expired(now) {
		return NotFoundError("Invalid session id").Ended("expires_at", p.Session.ExpiresAt)
	}
	s := p.Session
	s.apply(&in)
	if s.Country != p.Session.Country { // otherwise what was told when it was made stays
		s.offer(m)
	}
	faults := in.URLs.checkApp(checkLocale(in.Faults, s.Country, in.Locale), urls.For(m))
	faults = p.checkIntent(s.check(faults, urls), &in, now)
	if err := Invalid400(p.checkOffered(faults, &s, now)); err != nil {
		return err
	}
	before := Payment{Session: p.Session}
	p.Session = s
	p.reverify(&before)
	return nil
}

// checkIntent appends a fault when the update makes the session one of intent tokenize, while a page of it would place an order by
// itself: the order of the calls makes no difference to what Host refuses.
func (p *Payment) checkIntent(faults []Fault, in *PaymentInput, now time.Time) []Fault {
	if in.Intent == nil || *in.Intent != Tokenize || faulted(faults, "intent") {
		return faults
	}
	for _, h := range p.Hosted {
		if mode := h.Options.PlaceOrderMode; h.usable(now) == nil && mode != ModeNone {
			return append(faults, Fault{Path: "intent", Want: "buy or buy_and_tokenize with a hosted session of place_order_mode " + string(mode), Got: string(Tokenize)})
		}
	}
	return faults
}

// checkOffered appends a fault when the update moves the session to a market that has none of the ways to pay that a page of it was
// made for: Host would refuse that page there.
func (p *Payment) checkOffered(faults []Fault, to *PaymentSession, now time.Time) []Fault {
	if faulted(faults, "purchase_country") {
		return faults
	}
	for _, h := range p.Hosted {
		if h.usable(now) == nil && len(p.Session.configured(h)) > 0 && len(to.configured(h)) == 0 {
			return append(faults, Fault{Path: "purchase_country", Want: "a country with a way to pay of the hosted session's", Got: to.Country})
		}
	}
	return faults
}

// apply lays the sent members over the session.
func (s *PaymentSession) apply(in *PaymentInput) {
	set(&s.Country, in.Country)
	set(&s.Currency, in.Currency)
	set(&s.Locale, in.Locale)
	set(&s.Amount, in.Amount)
	if in.TaxAmount != nil {
		s.TaxAmount, s.HasTax = *in.TaxAmount, true
	}
	if in.Lines != nil {
		s.Lines = in.Lines
		if in.TaxAmount == nil && in.Amount != nil {
			s.TaxAmount, s.HasTax = 0, false // the old tax belonged to the old cart
		}
	}
	set(&s.Intent, in.Intent)
	set(&s.Channel, in.Channel)
	set(&s.AutoCapture, in.AutoCapture)
	set(&s.Billing, in.Billing)
	set(&s.Shipping, in.Shipping)
	s.Billing, s.Shipping = s.Billing.standard(s.Country), s.Shipping.standard(s.Country)
	set(&s.Customer, in.Customer)
	set(&s.URLs, in.URLs)
	set(&s.MerchantReference1, in.MerchantReference1)
	set(&s.MerchantReference2, in.MerchantReference2)
	set(&s.MerchantData, in.MerchantData)
	set(&s.Design, in.Design)
	if in.CustomPaymentMethodIDs != nil {
		s.CustomPaymentMethodIDs = in.CustomPaymentMethodIDs
	}
	if in.Options != nil {
		s.Options = in.Options
	}
	if in.Attachment != nil {
		s.Attachment = in.Attachment
	}
	set(&s.StepUpID, in.StepUpID)
}

func set[T any](dst *T, src *T) {
	if src != nil {
		*dst = *src
	}
}

// defaultLocale is that of a session that was given none.
const defaultLocale = "en-US"

// checkLocale appends a fault when a locale was sent that names another country than the market's, or a language that it does not
// have. A language alone fits everywhere, and so does the default: a session without a locale tells it.
func checkLocale(faults []Fault, country string, locale *string) []Fault {
	market, known := MarketOf(country)
	if locale == nil || !known || !strings.Contains(*locale, "-") || *locale == defaultLocale || faulted(faults, "locale") || slices.Contains(market.Locales, *locale) {
		return faults
	}
	return append(faults, Fault{Path: "locale", Want: "one of " + strings.Join(market.Locales, ", "), Got: *locale})
}

// check appends what is wrong with the whole session to the faults found so far.
func (s *PaymentSession) check(faults []Fault, urls URLPolicy) []Fault {
	market, known := MarketOf(s.Country)
	if !known && s.Country != "" && !faulted(faults, "purchase_country") {
		faults = append(faults, Fault{Path: "purchase_country", Want: "a country that is served", Got: s.Country})
	}
	if known && s.Currency != "" && s.Currency != market.Currency && !faulted(faults, "purchase_currency") {
		faults = append(faults, Fault{Path: "purchase_currency", Want: market.Currency, Got: s.Currency})
	}
	if s.Locale == "" {
		s.Locale = defaultLocale
	}
	if s.Amount < 0 && !faulted(faults, "order_amount") {
		faults = append(faults, Fault{Path: "order_amount", Want: "0 or more", Got: strconv.FormatInt(int64(s.Amount), 10)})
	}
	faults = s.Purchase.check(faults, maxTaxRate)
	faults = s.URLs.check(faults, urls)
	return s.Attachment.check(faults)
}

// over lays the URLs of top that are set over those of u.
func (u PaymentURLs) over(top PaymentURLs) PaymentURLs {
	for _, m := range []struct {
		dst *string
		src string
	}{
		{&u.Confirmation, top.Confirmation}, {&u.Notification, top.Notification}, {&u.Push, top.Push}, {&u.Authorization, top.Authorization}, {&u.AppReturn, top.AppReturn},
	} {
		if m.src != "" {
			*m.dst = m.src
		}
	}
	return u
}

// check appends the URLs that the policy refuses.
func (u *PaymentURLs) check(faults []Fault, urls URLPolicy) []Fault {
	for _, c := range []struct{ member, url string }{
		{"authorization", u.Authorization}, {"confirmation", u.Confirmation}, {"notification", u.Notification}, {"push", u.Push},
	} {
		faults = checkURL(faults, "merchant_urls."+c.member, c.url, URLPolicy{Sandbox: urls.Sandbox}) // only the way back may be an app
	}
	return faults
}

// checkApp appends a fault when the way back that a call brings is into no app that the policy allows. What was kept before stays.
func (u *PaymentURLs) checkApp(faults []Fault, urls URLPolicy) []Fault {
	const path = "merchant_urls.app_return_url"
	if u == nil || u.AppReturn == "" || faulted(faults, path) {
		return faults
	}
	if err := CheckAppURL(u.AppReturn, urls); err != nil {
		faults = append(faults, Fault{Path: path, Want: err.Error()})
	}
	return faults
}

// checkURL appends a fault when the policy refuses a URL that was given.
func checkURL(faults []Fault, path, raw string, urls URLPolicy) []Fault {
	if raw == "" || faulted(faults, path) {
		return faults
	}
	if err := CheckURL(raw, urls); err != nil {
		faults = append(faults, Fault{Path: path, Want: err.Error()})
	}
	return faults
}

// offer fills in the ways to pay of the session's market.
func (s *PaymentSession) offer(m *Merchant) {
	s.Categories = CategoriesFor(s.Country)
	if len(m.Settings.Categories) > 0 {
		s.Categories = slices.Clone(m.Settings.Categories)
	}
}

// HostedByID finds a hosted session of the payment, nil without.
func (p *Payment) HostedByID(id HostedID) *HostedSession {
	for _, h := range p.Hosted {
		if h.ID == id {
			return h
		}
	}
	return nil
}

// AuthorizationByID finds an attempt of the payment, nil without.
func (p *Payment) AuthorizationByID(id AuthorizationID) *Authorization {
	for _, a := range p.Authorizations {
		if a.ID == id {
			return a
		}
	}
	return nil
}

// Authorized finds the authorization that the payment stands on: the one an order was placed with, else the last one that was
// approved and not given back; nil without.
func (p *Payment) Authorized() *Authorization {
	var out *Authorization
	for _, a := range p.Authorizations {
		switch a.State() {
		case Consumed:
			return a
		case Approved:
			out = a
		}
	}
	return out
}

// InFlight finds the attempt that is being decided, or waits for the clerk, nil without: there is one at most for the whole payment
// session.
func (p *Payment) InFlight() *Authorization {
	for _, a := range p.Authorizations {
		if s := a.State(); s == Deciding || s == Identifying {
			return a
		}
	}
	return nil
}
