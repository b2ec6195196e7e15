package pay

import (
	"slices"
	"time"
)

// HostedStatus is the status of a hosted session.
type HostedStatus string

// The statuses of a hosted session. COMPLETED, CANCELLED and DISABLED are final.
const (
	Waiting       HostedStatus = "WAITING"
	InProgress    HostedStatus = "IN_PROGRESS"
	BackPressed   HostedStatus = "BACK"
	ManualIDCheck HostedStatus = "MANUAL_ID_CHECK"
	Completed     HostedStatus = "COMPLETED"
	Cancelled     HostedStatus = "CANCELLED"
	Failed        HostedStatus = "FAILED"
	Disabled      HostedStatus = "DISABLED"
	Errored       HostedStatus = "ERROR"
)

// Final reports whether nothing can follow.
func (s HostedStatus) Final() bool { return s == Completed || s == Cancelled || s == Disabled }

// PlaceOrderMode says how far the page goes by itself.
type PlaceOrderMode string

// The modes.
const (
	ModeNone         PlaceOrderMode = "NONE"
	ModePlaceOrder   PlaceOrderMode = "PLACE_ORDER"
	ModeCaptureOrder PlaceOrderMode = "CAPTURE_ORDER"
)

// The words of a hosted session's options, as create and profile take them. KLARNA selects every way to pay.
var (
	HostedCategories = []Category{DirectDebit, DirectBankTransfer, PayNow, PayLater, PayOverTime, klarnaCategory}
	PlaceOrderModes  = []PlaceOrderMode{ModePlaceOrder, ModeCaptureOrder, ModeNone}
	PurchaseTypes    = []string{"BUY", "RENT", "BOOK", "SUBSCRIBE", "DOWNLOAD", "ORDER", "CONTINUE", "PAY"}
)

// HostedURLs are where the merchant wants the consumer and the callbacks; with placeholders, not yet filled.
type HostedURLs struct {
	Success, Cancel, Back, Failure, Error, StatusUpdate string
	PrivacyPolicy, Terms                                string // old dialect: links on the page
}

// HostedOptions are the merchant's choices for one page.
type HostedOptions struct {
	BackgroundImages   []BackgroundImage
	LogoURL            string
	PageTitle          string
	Category           Category   // exactly one way, or empty
	Categories         []Category // exactly these ways, or empty: all
	PlaceOrderMode     PlaceOrderMode
	PurchaseType       string // BUY, RENT, BOOK, SUBSCRIBE, DOWNLOAD, ORDER, CONTINUE, PAY
	HideSubtotalDetail bool
	Fallback           bool // payment_fallback
}

// BackgroundImage is a picture for a screen of about this width.
type BackgroundImage struct {
	URL   string
	Width int64
}

// HostedSession is the page of one payment session: who may see what, and how far the consumer has come.
type HostedSession struct {
	Change    Change
	Merchant  MerchantID
	ID        HostedID
	Payment   PaymentID
	CreatedAt time.Time
	ExpiresAt time.Time
	UpdatedAt time.Time // of the last change of status
	Status    HostedStatus
	Link      Secret // the token of the page's address
	URLs      HostedURLs
	Options   HostedOptions
	ProfileID string

	Progress Progress // how far the consumer has come
	Stream   Stream   // of events, until an order goes on with it

	AuthorizationID AuthorizationID // the attempt that completed it
	OrderID         OrderID         // the order that completed it
	Reference       string          // klarna_reference of that order
}

// HostedInput is what a create brings. Faults are those the door found already.
type HostedInput struct {
	Faults    []Fault
	URLs      HostedURLs
	Options   HostedOptions
	ProfileID string
	// FallbackGiven: payment_fallback is in the create, and its profile has no say in it.
	FallbackGiven bool
}

// Host makes a hosted session on the payment. Refusals: NOT_FOUND when the payment session is over or ends
// within the hour, BAD_VALUE with every bad path.
func (p *Payment) Host(m *Merchant, in HostedInput, ids *IDs, now time.Time, urls URLPolicy) (*HostedSession, error) {
	s := &p.Session
	switch refusal := NotFoundError("Payment session not found, expired or already completed"); {
	case !s.CompletedAt.IsZero():
		return nil, refusal.because("status", "incomplete", "complete")
	case !now.Before(s.ExpiresAt.Add(-HostedMargin)):
		return nil, refusal.because("expires_at", "more than an hour to come", s.ExpiresAt.UTC().Format(time.RFC3339Nano))
	}
	if err := Invalid400(s.checkHosted(&in, urls.For(m))); err != nil {
		return nil, err
	}
	s.withDefaults(&in, m.Settings.Profile(in.ProfileID))
	if in.Options.PlaceOrderMode == "" {
		in.Options.PlaceOrderMode = ModeNone
	}
	if in.Options.PurchaseType == "" {
		in.Options.PurchaseType = "BUY"
	}
	h := &HostedSession{
		Change: Inserted, Merchant: s.Merchant, ID: HostedID(ids.UUID()), Payment: s.ID,
		CreatedAt: now, UpdatedAt: now, ExpiresAt: s.ExpiresAt.Add(-HostedMargin),
		Status: Waiting, Link: ids.Link(m.Number),
		URLs: in.URLs, Options: in.Options, ProfileID: in.ProfileID,
	}
	p.Hosted = append(p.Hosted, h)
	p.record(h, SessionCreated, EventData{ExpiresAt: h.ExpiresAt.UnixMicro()}, ids, now)
	return h, nil
}

// klarnaCategory selects every category.
const klarnaCategory Category = "klarna"

func (s *PaymentSession) checkHosted(in *HostedInput, urls URLPolicy) []Fault {
	faults, web := in.Faults, URLPolicy{Sandbox: urls.Sandbox} // only the consumer's way back may be an app
	add := func(path, want, got string) {
		if !faulted(faults, path) {
			faults = append(faults, Fault{Path: path, Want: want, Got: got})
		}
	}
	u, o := &in.URLs, &in.Options
	for _, c := range []struct {
		member, url string
		policy      URLPolicy
	}{
		{"back", u.Back, urls}, {"cancel", u.Cancel, urls}, {"error", u.Error, urls}, {"failure", u.Failure, urls}, {"status_update", u.StatusUpdate, web},
		{"success", u.Success, urls}, {"privacy_policy", u.PrivacyPolicy, web}, {"terms", u.Terms, web},
	} {
		faults = checkURL(faults, "merchant_urls."+c.member, c.url, c.policy)
	}
	for i, b := range o.BackgroundImages {
		faults = checkURL(faults, indexed("options.background_images", i, "url"), b.URL, web)
	}
	faults = checkURL(faults, "options.logo_url", o.LogoURL, web)
	if o.Category != "" && len(o.Categories) > 0 {
		add("options.payment_method_categories", "only one of payment_method_category and payment_method_categories", "both")
	}
	if o.Category != "" && o.Category != klarnaCategory && !slices.Contains(s.Categories, o.Category) {
		add("options.payment_method_category", "a category of the payment session", string(o.Category))
	}
	for _, c := range o.Categories {
		if c != klarnaCategory && !slices.Contains(s.Categories, c) {
			add("options.payment_method_categories", "categories of the payment session", string(c))
		}
	}
	if s.Intent == Tokenize && (o.PlaceOrderMode == ModePlaceOrder || o.PlaceOrderMode == ModeCaptureOrder) {
		add("options.place_order_mode", "NONE with intent tokenize", string(o.PlaceOrderMode))
	}
	return faults
}

// Expired reports whether the link's life is over without a final status.
func (h *HostedSession) Expired(now time.Time) bool {
	return !h.Status.Final() && !now.Before(h.ExpiresAt)
}

// HandsToken reports whether the session ended with an authorization for the merchant to use: in mode NONE, and wherever no order was
// placed.
func (h *HostedSession) HandsToken() bool {
	return h.Status == Completed && h.AuthorizationID != "" && (h.Options.PlaceOrderMode == ModeNone || h.OrderID == "")
}

// usable refuses what the consumer or merchant can no longer do anything with.
func (h *HostedSession) usable(now time.Time) error {
	if h.Status.Final() || h.Expired(now) {
		return ErrStale
	}
	return nil
}

// move changes the status, records the event and has the merchant told. The verbs below are the only callers: each lists the statuses it may start
// from, and TestHosted_everyStateAndVerb prints the whole table to testdata/hosted.golden.
func (p *Payment) move(h *HostedSession, to HostedStatus, typ EventType, data EventData, ids *IDs, now time.Time) {
	h.Status, h.UpdatedAt = to, now
	h.Progress.StatusChanges++
	data.StatusSequence, data.ExpiresAt = h.Progress.StatusChanges, h.ExpiresAt.UnixMicro()
	p.tellStatus(h, p.record(h, typ, data, ids, now), now)
}

// record appends an event to the hosted session's stream and gives its id: a change of its status, of an authorization, or of a
// decision. How far the consumer has come within IN_PROGRESS is the consumer's own and no event.
func (p *Payment) record(h *HostedSession, typ EventType, data EventData, ids *IDs, now time.Time) EventID {
	h.Change.touch()
	data.Status = string(h.Status)
	id := EventID(ids.UUID())
	p.Events = append(p.Events, h.Stream.add(Event{
		ID: id, Merchant: h.Merchant, SessionID: string(h.ID), Type: typ, OrderID: h.OrderID, OccurredAt: now,
	}, data))
	return id
}

// Disable withdraws the link: 204 again on DISABLED and CANCELLED without a
// change, BAD_REQUEST on COMPLETED, NOT_FOUND when expired. changed is false when there is nothing to save.
func (p *Payment) Disable(h *HostedSession, ids *IDs, now time.Time) (changed bool, err error) {
	switch {
	case h.Status == Completed:
		return false, refuse(Invalid, "BAD_REQUEST", "The session has already been completed")
	case h.Status == Disabled || h.Status == Cancelled:
		return false, nil
	case h.Expired(now):
		return false, NotFoundError("Session not found or expired").Ended("expires_at", h.ExpiresAt)
	}
	if a := p.identifying(h); a != nil {
		p.void(a, "session_over", ids, now) // one that is being decided is voided when its decision comes
	}
	p.move(h, Disabled, SessionDisabled, EventData{}, ids, now)
	return true, nil
}

// LeaveControl is the one control by which the consumer leaves the page without paying.
type LeaveControl uint8

// The controls by which a consumer leaves the page.
const (
	// BackControl is labelled Back: status BACK, the link stays usable.
	BackControl LeaveControl = iota + 1
	// CancelAsBack is labelled Cancel, asks nothing: status BACK, the cancel URL.
	CancelAsBack
	// CancelControl is labelled Cancel and asks first: status CANCELLED.
	CancelControl
)

// Leave tells which control the page shows.
func (p *Payment) Leave(h *HostedSession) LeaveControl {
	switch {
	case h.URLs.Back != "":
		return BackControl
	case h.URLs.Cancel != "" && p.Session.Channel == Ecommerce:
		return CancelAsBack
	}
	return CancelControl
}

// GoBack is the consumer pressing Back, or Cancel where that means Back: from WAITING or IN_PROGRESS to BACK. BACK stays BACK.
func (p *Payment) GoBack(h *HostedSession, ids *IDs, now time.Time) error {
	if err := h.usable(now); err != nil {
		return err
	}
	if p.Leave(h) == CancelControl || p.InFlight() != nil {
		return ErrStale
	}
	switch h.Status {
	case BackPressed:
		return nil
	case Waiting:
		p.move(h, InProgress, SessionInProgress, EventData{}, ids, now)
	case InProgress:
	default:
		return ErrStale
	}
	p.move(h, BackPressed, SessionBack, EventData{}, ids, now)
	return nil
}

// Cancel is the consumer confirming the cancellation: CANCELLED from every status that is not final.
func (p *Payment) Cancel(h *HostedSession, ids *IDs, now time.Time) error {
	if err := h.usable(now); err != nil {
		return err
	}
	if p.Leave(h) != CancelControl || p.InFlight() != nil {
		return ErrStale
	}
	if h.Status == Waiting {
		p.move(h, InProgress, SessionInProgress, EventData{}, ids, now)
	}
	p.move(h, Cancelled, SessionCancelled, EventData{}, ids, now)
	return nil
}

// Retry is the consumer going on after BACK, FAILED or ERROR: IN_PROGRESS, while a way to pay is left. What was declined is remembered.
func (p *Payment) Retry(h *HostedSession, ids *IDs, now time.Time) error {
	if err := h.usable(now); err != nil {
		return err
	}
	if len(p.Offered(h)) == 0 {
		return ErrStale
	}
	switch h.Status {
	case BackPressed:
	case Failed, Errored:
		h.Progress.Category, h.Progress.Plan = "", ""
	default:
		return ErrStale
	}
	p.move(h, InProgress, SessionInProgress, EventData{}, ids, now)
	return nil
}

// completeSiblings ends the payment's other hosted sessions when an order is placed: a stored transition with its own event.
func (p *Payment) completeSiblings(o *Order, ids *IDs, now time.Time) {
	for _, h := range p.Hosted {
		if h.ID == o.Hosted || h.Status.Final() || h.Expired(now) {
			continue
		}
		h.OrderID, h.Reference = o.ID, o.Reference
		p.move(h, Completed, SessionCompleted, EventData{OrderID: string(o.ID), KlarnaReference: o.Reference}, ids, now)
	}
}
