package pay

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// FraudStatus is the outcome of the fraud decision on an order.
type FraudStatus string

// The fraud statuses.
const (
	FraudAccepted FraudStatus = "ACCEPTED"
	FraudPending  FraudStatus = "PENDING"
	FraudRejected FraudStatus = "REJECTED"
)

// OrderStatus is the status of an order.
type OrderStatus string

// The statuses of an order. CLOSED is never produced.
const (
	OrderAuthorized   OrderStatus = "AUTHORIZED"
	OrderPartCaptured OrderStatus = "PART_CAPTURED"
	OrderFullCaptured OrderStatus = "CAPTURED"
	OrderIsCancelled  OrderStatus = "CANCELLED"
	OrderIsExpired    OrderStatus = "EXPIRED"
)

// Order is the aggregate of an order: what was authorized, and what was captured and refunded of it.
type Order struct {
	Merchant    MerchantID
	ID          OrderID
	Version     int64 // 0 before the first save
	Payment     PaymentID
	Hosted      HostedID // empty where no page was used
	Reference   string   // klarna_reference: eight letters and digits
	CreatedAt   time.Time
	ExpiresAt   time.Time
	CancelledAt time.Time
	ReleasedAt  time.Time
	SettledAt   time.Time // of nothing: it was to be captured at once
	ExpiredAt   time.Time // the expiry was recorded; the status goes by ExpiresAt

	Purchase         Purchase // Amount is the current authorized total
	OriginalAmount   Amount
	Captured         Amount
	Refunded         Amount
	Fraud            FraudStatus
	FraudDueAt       time.Time // of a pending decision
	FraudAccept      bool      // how it will turn out
	FraudDecidedAt   time.Time
	CaptureOnAccept  bool // CAPTURE_ORDER with a pending decision
	Method           Method
	Billing          Address
	Shipping         Address
	Customer         Customer
	URLs             PaymentURLs
	AcknowledgedAt   time.Time
	SelectedShipping string
	ShippingInfo     []ShippingInfo // of the order as a whole; captures have their own

	MerchantReference1, MerchantReference2 string
	MerchantData                           string

	Captures []*Capture
	Refunds  []*Refund
	Stream   Stream // goes on with the hosted session's

	Events    []Event    // what happened since it was read
	Jobs      []Job      // what must happen later
	Callbacks []Callback // what the merchant must be told
}

// Status derives the status from the facts; the stored column is a copy for queries.
//
//	cancelled                                   → CANCELLED
//	captured at once, of nothing                → CAPTURED
//	captured = 0, rejected four hours ago       → CANCELLED
//	captured = 0, expired                       → EXPIRED
//	captured = 0                                → AUTHORIZED
//	captured = authorized, or released, expired,
//	or rejected four hours ago                  → CAPTURED
//	otherwise                                   → PART_CAPTURED
func (o *Order) Status(now time.Time) OrderStatus {
	switch {
	case !o.CancelledAt.IsZero():
		return OrderIsCancelled
	case !o.SettledAt.IsZero():
		return OrderFullCaptured
	case o.Captured == 0 && o.rejectedForGood(now):
		return OrderIsCancelled
	case o.Captured == 0 && o.Expired(now):
		return OrderIsExpired
	case o.Captured == 0:
		return OrderAuthorized
	case o.Captured == o.Purchase.Amount || !o.ReleasedAt.IsZero() || o.Expired(now) || o.rejectedForGood(now):
		return OrderFullCaptured
	}
	return OrderPartCaptured
}

// Expired reports whether the authorization's time is over.
func (o *Order) Expired(now time.Time) bool { return !now.Before(o.ExpiresAt) }

// Remaining is what can still be captured: nothing after cancel, release or expiry, nor four hours after the
// fraud decision rejected the order.
func (o *Order) Remaining(now time.Time) Amount {
	if !o.CancelledAt.IsZero() || !o.ReleasedAt.IsZero() || o.Expired(now) || o.rejectedForGood(now) {
		return 0
	}
	return o.Purchase.Amount - o.Captured
}

// orderExpiry is midnight UTC, days after the order's own date.
func orderExpiry(created time.Time, days int) time.Time {
	y, m, d := created.UTC().Date()
	return time.Date(y, m, d+days, 0, 0, 0, 0, time.UTC)
}

// PlaceInput is what a place-order call brings. Faults are those the door found already; Digest is over the known members of
// the body after decoding, so that an equal call is known again.
type PlaceInput struct {
	Faults                                 []Fault
	Digest                                 []byte
	Country, Currency, Locale              *string
	Amount, TaxAmount                      *Amount
	Lines                                  []OrderLine
	AutoCapture                            *bool
	Billing, Shipping                      *Address
	Customer                               *Customer
	URLs                                   *PaymentURLs
	MerchantReference1, MerchantReference2 *string
	MerchantData                           *string
}

// PlaceOrder makes an order of an authorization. The refusals: 404 for an unknown,
// voided or expired token, 400 for a bad body, 409 for a body that does not match what was authorized. replay is true when an
// equal call placed the order before: then a.OrderID is the order and nothing is to be saved.
func (p *Payment) PlaceOrder(m *Merchant, a *Authorization, in PlaceInput, ids *IDs, now time.Time, urls URLPolicy) (o *Order, replay bool, err error) {
	state := a.State()
	if state != Consumed && !a.Live(now) {
		return nil, false, a.over("Invalid authorization token", now)
	}
	if err := in.check(urls.For(m)); err != nil {
		return nil, false, err
	}
	if state == Consumed {
		if string(in.Digest) == string(a.OrderDigest) {
			return nil, true, nil
		}
		// Kept under no idempotency key: the body that placed the order is answered with it, also under this key.
		return nil, false, refuse(Conflict, "BAD_VALUE", "The order has been already completed with different request body").
			because("body", "that of the call that placed order "+string(a.OrderID), "")
	}
	if !p.Session.CompletedAt.IsZero() {
		return nil, false, NotFoundError("Invalid authorization token") // voided by the order that completed the session
	}
	if a.Intent == Tokenize {
		return nil, false, refuse(Forbidden, "INVALID_OPERATION", "Not allowed to place an order for intent tokenize").because("intent", "buy or buy_and_tokenize", string(a.Intent))
	}
	in.standardAddresses(a.Purchase.Country)
	if faults := a.mismatch(&in); len(faults) > 0 {
		return nil, false, notMatching(faults)
	}
	terms := placeTerms{amount: *in.Amount, lines: in.Lines, digest: in.Digest, autoCapture: p.Session.AutoCapture, in: &in}
	if in.AutoCapture != nil {
		terms.autoCapture = *in.AutoCapture
	}
	o, err = p.placeFrom(m, p.HostedByID(a.Hosted), a, terms, ids, now)
	return o, false, err
}

// standardAddresses writes the addresses of a call as those of the session were written when they came.
func (in *PlaceInput) standardAddresses(country string) {
	for _, at := range []**Address{&in.Billing, &in.Shipping} {
		if *at != nil {
			a := (*at).standard(country)
			*at = &a
		}
	}
}

func (in *PlaceInput) check(urls URLPolicy) error {
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
	if in.Country != nil {
		faults = checkLocale(faults, *in.Country, in.Locale)
	}
	if in.Lines != nil {
		cart := Purchase{Lines: in.Lines}
		set(&cart.Amount, in.Amount) // without one it is bad already
		if in.TaxAmount != nil {
			cart.TaxAmount, cart.HasTax = *in.TaxAmount, true
		}
		faults = cart.check(faults, maxTaxRate)
	}
	if in.URLs != nil {
		faults = in.URLs.checkApp(in.URLs.check(faults, urls), urls)
	}
	if err := Invalid400(faults); err != nil {
		return err
	}
	return nil
}

// notMatching is the answer to a body that says otherwise than was agreed.
func notMatching(faults []Fault) error {
	fields := make([]string, len(faults))
	for i, f := range faults {
		fields[i] = f.Path
	}
	refusal := refuse(Conflict, "BAD_VALUE", "Not matching fields: ["+strings.Join(fields, ", ")+"]")
	refusal.Faults = faults
	return refusal
}

// mismatch lists what the call says otherwise than was authorized: a lower amount
// may bring its own lines, an equal one must bring the authorized ones. What the consumer corrected on the page the merchant cannot know:
// it may say again what the session said when it was authorized.
func (a *Authorization) mismatch(in *PlaceInput) []Fault {
	var out []Fault
	if *in.Country != a.Purchase.Country {
		out = append(out, Fault{"purchase_country", a.Purchase.Country, *in.Country})
	}
	if *in.Currency != a.Purchase.Currency {
		out = append(out, Fault{"purchase_currency", a.Purchase.Currency, *in.Currency})
	}
	switch {
	case *in.Amount > a.Purchase.Amount:
		out = append(out, Fault{"order_amount", "at most what was authorized, " + a.Purchase.Amount.figure(), in.Amount.figure()})
	case *in.Amount == a.Purchase.Amount:
		out = append(out, lineMismatch(a.Purchase.Lines, in.Lines)...)
	}
	if in.Billing != nil {
		out = append(out, a.Billing.mismatch(a.Given.standard(a.Purchase.Country), *in.Billing, "billing_address")...)
	}
	if in.Shipping != nil {
		out = append(out, a.Shipping.mismatch(a.GivenShipping.standard(a.Purchase.Country), *in.Shipping, "shipping_address")...)
	}
	return out
}

func lineMismatch(had, sent []OrderLine) []Fault {
	if len(had) != len(sent) {
		return []Fault{{Path: fmt.Sprintf("Incorrect number of items in the cart. Expected: %d, Actual: %d", len(had), len(sent))}}
	}
	var out []Fault
	for i := range had {
		differ := func(member string, want, got int64) {
			if want != got {
				out = append(out, Fault{indexed("order_lines", i, member), strconv.FormatInt(want, 10), strconv.FormatInt(got, 10)})
			}
		}
		if had[i].Reference != sent[i].Reference {
			out = append(out, Fault{indexed("order_lines", i, "reference"), strconv.Quote(had[i].Reference), strconv.Quote(sent[i].Reference)})
		}
		differ("quantity", had[i].Quantity, sent[i].Quantity)
		differ("unit_price", int64(had[i].UnitPrice), int64(sent[i].UnitPrice))
		differ("total_amount", int64(had[i].TotalAmount), int64(sent[i].TotalAmount))
	}
	return out
}

// placeTerms is on which terms an order is made of an authorization.
type placeTerms struct {
	amount      Amount
	lines       []OrderLine
	autoCapture bool
	digest      []byte
	in          *PlaceInput // nil when the page places the order itself
}

// placeFrom makes the order, completes the payment session, voids its other authorizations, ends its other pages and starts
// what must follow: the expiry, the pending decision, the capture.
func (p *Payment) placeFrom(m *Merchant, h *HostedSession, a *Authorization, terms placeTerms, ids *IDs, now time.Time) (*Order, error) {
	s := &p.Session
	o := &Order{
		Merchant: s.Merchant, ID: OrderID(ids.UUID()), Payment: s.ID, Hosted: a.Hosted, Reference: ids.Reference(),
		CreatedAt: now, ExpiresAt: orderExpiry(now, m.Settings.authorizationDays()),
		Purchase: a.Purchase, OriginalAmount: terms.amount, Fraud: FraudAccepted, Method: a.Decision.Method,
		Billing: a.Billing, Shipping: a.Shipping, Customer: a.Customer, URLs: s.URLs,
		MerchantReference1: s.MerchantReference1, MerchantReference2: s.MerchantReference2, MerchantData: s.MerchantData,
	}
	o.Purchase.Amount, o.Purchase.Lines = terms.amount, terms.lines
	if terms.in != nil {
		o.take(terms.in)
		o.Billing, o.Shipping = a.addresses(terms.in)
	}
	a.UsedAt, a.OrderID, a.OrderDigest = now, o.ID, terms.digest
	a.Change.touch()
	for _, other := range p.Authorizations {
		if s := other.State(); other != a && (s == Approved || s == Identifying) {
			p.void(other, "order_placed", ids, now)
		}
	}
	s.CompletedAt, s.OrderID = now, o.ID
	p.completeSiblings(o, ids, now)
	if h != nil {
		h.OrderID, h.Reference = o.ID, o.Reference
		if h.Status != Completed {
			p.move(h, Completed, SessionCompleted, EventData{OrderID: string(o.ID), KlarnaReference: o.Reference}, ids, now)
		}
		h.Change.touch()
		o.Stream = h.Stream // from here on the session's events are the order's
	}
	o.start(a.Decision, terms.autoCapture, ids, now)
	return o, nil
}

// start begins the life of a new order: its first event, its expiry, and what follows from the decision and from auto_capture.
func (o *Order) start(d Decision, autoCapture bool, ids *IDs, now time.Time) {
	if d.Outcome == OutcomePending {
		o.Fraud, o.FraudDueAt, o.FraudAccept = FraudPending, now.Add(d.PendingFor), d.PendingAccept
		o.CaptureOnAccept = autoCapture
		o.later(JobDecision, o.FraudDueAt, ids)
	}
	event := o.record(OrderPlaced, EventData{Amount: o.Purchase.Amount, FraudStatus: string(o.Fraud), KlarnaReference: o.Reference}, ids, now)
	o.tellPlaced(event, now)
	o.later(JobExpiry, o.ExpiresAt, ids)
	if autoCapture && o.Fraud == FraudAccepted {
		o.captureAll(ids, now)
	}
}

// take lays the members of a place-order call over what the session said.
func (o *Order) take(in *PlaceInput) {
	set(&o.Purchase.Locale, in.Locale)
	if in.TaxAmount != nil {
		o.Purchase.TaxAmount, o.Purchase.HasTax = *in.TaxAmount, true
	} else if o.Purchase.Amount != o.OriginalAmount {
		o.Purchase.TaxAmount, o.Purchase.HasTax = 0, false
	}
	set(&o.MerchantReference1, in.MerchantReference1)
	set(&o.MerchantReference2, in.MerchantReference2)
	set(&o.MerchantData, in.MerchantData)
	if in.URLs != nil {
		o.URLs = o.URLs.over(*in.URLs)
	}
	if in.Customer != nil {
		if o.Customer.IsZero() {
			o.Customer = *in.Customer
		}
	}
}

// addresses are those of the order that a call places: the authorized ones, and the merchant's own where it had none before.
func (a *Authorization) addresses(in *PlaceInput) (billing, shipping Address) {
	billing, shipping = a.Billing, a.Shipping
	if in.Billing != nil {
		billing = billing.withOwn(a.Given, *in.Billing)
	}
	switch {
	case in.Shipping != nil && !in.Shipping.IsZero():
		shipping = shipping.withOwn(a.GivenShipping, *in.Shipping)
	case a.GivenShipping.IsZero():
		shipping = billing // copied from billing when absent
	}
	return billing, shipping
}

// record appends an event to the order's stream and gives its id.
func (o *Order) record(typ EventType, data EventData, ids *IDs, now time.Time) EventID {
	stream := string(o.Hosted)
	if stream == "" {
		stream = string(o.ID)
	}
	data.Status, data.OrderID, data.Currency = string(o.Status(now)), string(o.ID), o.Purchase.Currency
	data.CapturedAmount, data.RefundedAmount, data.RemainingAmount = o.Captured, o.Refunded, o.Remaining(now)
	id := EventID(ids.UUID())
	o.Events = append(o.Events, o.Stream.add(Event{
		ID: id, Merchant: o.Merchant, SessionID: stream, Type: typ, OrderID: o.ID, OccurredAt: now,
	}, data))
	return id
}

// later leaves a job about the order.
func (o *Order) later(kind JobKind, due time.Time, ids *IDs) {
	o.Jobs = append(o.Jobs, Job{
		ID: JobID(ids.UUID()), Merchant: o.Merchant, Kind: kind, Lane: o.Lane(kind), Subject: string(o.ID), Payment: o.Payment, DueAt: due,
	})
}

// Lane is the lane of the order's jobs of one kind.
func (o *Order) Lane(kind JobKind) string { return string(o.ID) + "/" + string(kind) }

// Cancel gives the whole authorization back: only without captures.
func (o *Order) Cancel(ids *IDs, now time.Time) error {
	switch {
	case o.Captured > 0, o.fullyCaptured():
		return refuse(Forbidden, "CANCEL_NOT_ALLOWED", "Order has previous captures. Cancel not possible.")
	case !o.CancelledAt.IsZero(), o.rejectedForGood(now):
		return refuse(Forbidden, "CANCEL_NOT_ALLOWED", "Order is already cancelled. Cancel not possible.")
	case o.Expired(now):
		return refuse(Forbidden, "CANCEL_NOT_ALLOWED", "Order is expired. Cancel not possible.")
	}
	o.CancelledAt = now
	o.record(OrderCancelled, EventData{}, ids, now)
	return nil
}

// Expire records that the authorization's time is over; changed is false when there is nothing to save.
func (o *Order) Expire(ids *IDs, now time.Time) (changed bool) {
	if !o.Expired(now) || !o.ExpiredAt.IsZero() || !o.CancelledAt.IsZero() || !o.ReleasedAt.IsZero() || o.fullyCaptured() {
		return false
	}
	o.ExpiredAt = now
	o.record(OrderExpired, EventData{}, ids, now)
	return true
}
