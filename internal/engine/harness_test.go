package engine_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kassa/internal/clock"
	"kassa/internal/decide"
	"kassa/internal/engine"
	"kassa/internal/keyring"
	"kassa/internal/outbox"
	"kassa/internal/pay"
	"kassa/internal/pgtest"
	"kassa/internal/store"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// begin is when every test begins.
var begin = time.Date(2026, 6, 12, 9, 30, 0, 0, time.UTC)

const merchant = pay.MerchantID("K000001")

// house is the engine with everything below it, on a database of its own.
type house struct {
	*engine.Engine
	t       *testing.T
	options store.Options
	config  engine.Config
	clock   *clock.Virtual
	decider *decider
	jobs    *outbox.Runner
	shop    *pay.Merchant
	close   func()
	pages   int // that have asked for a code
}

// decider decides like the sandbox, keeps account of who was asked about, and can be made to wait.
type decider struct {
	mu    sync.Mutex
	asked []pay.AuthorizationID
	gate  chan struct{} // when set: decisions wait for it to be closed
	began chan struct{} // when set: gets one value for each decision that has begun
	fail  error         // when set: no decision can be had
}

func (d *decider) Decide(ctx context.Context, r decide.Request) (pay.Decision, error) {
	d.mu.Lock()
	d.asked = append(d.asked, r.AttemptID)
	gate, began, fail := d.gate, d.began, d.fail
	d.mu.Unlock()
	if began != nil {
		began <- struct{}{}
	}
	if gate != nil {
		select {
		case <-gate:
		case <-ctx.Done():
			return pay.Decision{}, ctx.Err()
		}
	}
	if fail != nil {
		return pay.Decision{}, fail
	}
	return decide.Sandbox{}.Decide(ctx, r)
}

// wait has decisions wait; release lets them go on.
func (d *decider) wait() (began <-chan struct{}, release func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.gate, d.began = make(chan struct{}), make(chan struct{}, 64)
	gate := d.gate
	return d.began, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.gate, d.began = nil, nil
		close(gate)
	}
}

// attempts lists the attempts that were asked about, each once.
func (d *decider) attempts() []pay.AuthorizationID {
	d.mu.Lock()
	defer d.mu.Unlock()
	ids := slices.Clone(d.asked)
	slices.Sort(ids)
	return slices.Compact(ids)
}

// onBoth runs a test with a house on each engine of the store.
func onBoth(t *testing.T, test func(t *testing.T, h *house), change ...func(o *store.Options, c *engine.Config)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, build(t, "sqlite:"+filepath.Join(t.TempDir(), "kassa.db"), change...)) })
	t.Run("postgres", func(t *testing.T) { test(t, build(t, pgtest.URL(t), change...)) })
}

// build makes a house on a database: races are run without the in-process locks.
func build(t *testing.T, url string, change ...func(o *store.Options, c *engine.Config)) *house {
	t.Helper()
	keys, err := keyring.New(keyring.Material{7})
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, clock: clock.NewStanding(begin), decider: &decider{}}
	h.options = store.Options{URL: url, Keys: keys}
	h.config = engine.Config{
		Keys: keys, Clock: h.clock, Decider: h.decider, Log: slog.New(slog.DiscardHandler), Sandbox: true, URLs: pay.URLPolicy{Sandbox: true}, NoLocks: true,
	}
	for _, c := range change {
		c(&h.options, &h.config)
	}
	h.open()
	if err := h.config.Store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.shop = &pay.Merchant{ID: merchant, Number: 1, Name: "Shop", Status: pay.MerchantActive, CreatedAt: begin}
	b := h.config.Store.NewBatch()
	b.InsertMerchant(h.shop)
	if err := h.config.Store.Commit(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.close() })
	return h
}

// open opens the store and builds the engine and the outbox on it.
func (h *house) open() {
	h.t.Helper()
	s, err := store.Open(context.Background(), h.options)
	if err != nil {
		h.t.Fatal(err)
	}
	h.config.Store = s
	h.Engine = engine.New(h.config)
	h.jobs = outbox.New(outbox.Config{Store: s, Clock: h.clock, Log: h.config.Log, Node: "n1"})
	h.jobs.Register(map[pay.JobKind]outbox.Handler{
		pay.JobDeadline: h.Deadline, pay.JobDecision: h.Decision, pay.JobRejection: h.Rejection, pay.JobExpiry: h.Expiry,
		pay.JobSendCode: func(context.Context, pay.Job) error { return nil },
	})
	h.close = func() {
		if err := s.Close(); err != nil {
			h.t.Errorf("close: %v", err)
		}
	}
}

// reopen is a restart: nothing but the database and the key file is left.
func (h *house) reopen() {
	h.t.Helper()
	h.close()
	h.open()
}

// second is another node on the same database, without faults.
func (h *house) second() *engine.Engine {
	h.t.Helper()
	o := h.options
	o.Beside, o.Fault = true, nil
	s, err := store.Open(context.Background(), o)
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { _ = s.Close() })
	c := h.config
	c.Store = s
	return engine.New(c)
}

// nodes are two engines on one database.
func (h *house) nodes() [2]*engine.Engine { return [2]*engine.Engine{h.Engine, h.second()} }

// advance moves the clock and runs what has become due.
func (h *house) advance(d time.Duration) {
	h.t.Helper()
	h.clock.Advance(d)
	if err := h.jobs.Settle(context.Background()); err != nil {
		h.t.Fatalf("run the jobs: %v", err)
	}
}

func ptr[T any](v T) *T { return &v }

// cart is a purchase of 1,000 with 25 % tax included.
func cart() []pay.OrderLine {
	return []pay.OrderLine{{Type: pay.Physical, Reference: "bell", Name: "Bell", Quantity: 10, UnitPrice: 100, TotalAmount: 1000, TaxRate: 2500, TotalTaxAmount: 200}}
}

func paymentInput(email pay.Personal) pay.PaymentInput {
	return pay.PaymentInput{
		Country: ptr("SE"), Currency: ptr("SEK"), Locale: ptr("sv-SE"), Amount: ptr(pay.Amount(1000)), Lines: cart(),
		Billing: &pay.Address{
			Country: "SE", GivenName: "Alice", FamilyName: "Test", Email: email, Phone: "+46701740615",
			StreetAddress: "Södra Blasieholmshamnen 2", PostalCode: "11148", City: "Stockholm",
		},
		Customer: &pay.Customer{DateOfBirth: "1941-03-21", NationalIdentificationNumber: "194103219202"},
	}
}

func placeInput() pay.PlaceInput {
	return pay.PlaceInput{Country: ptr("SE"), Currency: ptr("SEK"), Amount: ptr(pay.Amount(1000)), Lines: cart(), Digest: []byte("digest")}
}

// call is a call without an idempotency key.
func (h *house) call() engine.Call { return engine.Call{Merchant: h.shop} }

// payment makes a payment session whose consumer has an e-mail address.
func (h *house) payment(email pay.Personal) pay.PaymentID {
	h.t.Helper()
	p, err := h.CreatePayment(h.t.Context(), h.call(), paymentInput(email))
	if err != nil {
		h.t.Fatal(err)
	}
	return p.Session.ID
}

func (h *house) host(id pay.PaymentID, mode pay.PlaceOrderMode) *pay.HostedSession {
	h.t.Helper()
	s, err := h.CreateHosted(h.t.Context(), h.call(), id, pay.HostedInput{Options: pay.HostedOptions{PlaceOrderMode: mode}})
	if err != nil {
		h.t.Fatal(err)
	}
	return s
}

// toReview walks a consumer to the pay button.
func (h *house) toReview(link pay.Secret) {
	h.t.Helper()
	if err := h.Choose(h.t.Context(), link, engine.Visitor{}, pay.PayLater); err != nil {
		h.t.Fatal(err)
	}
	if err := h.Confirm(h.t.Context(), link, "123456"); err != nil {
		h.t.Fatal(err)
	}
}

// reviewed makes a payment with a consumer who stands before the pay button.
func (h *house) reviewed(email pay.Personal, mode pay.PlaceOrderMode) (pay.PaymentID, *pay.HostedSession) {
	h.t.Helper()
	id := h.payment(email)
	s := h.host(id, mode)
	h.toReview(s.Link)
	return id, s
}

const approved = "customer@email.se"

// authorized makes a payment with a live token.
func (h *house) authorized() (pay.PaymentID, *pay.HostedSession, pay.Secret) {
	h.t.Helper()
	id, s := h.reviewed(approved, pay.ModeNone)
	if err := h.Authorize(h.t.Context(), s.Link, 0, nil); err != nil {
		h.t.Fatal(err)
	}
	view, err := h.Hosted(h.t.Context(), h.shop, s.ID)
	if err != nil || view.Authorization == nil {
		h.t.Fatalf("no authorization: %+v, %v", view, err)
	}
	return id, s, view.Authorization.Token
}

// placed makes an order of 1,000, of which some was captured.
func (h *house) placed(captured pay.Amount) *pay.Order {
	h.t.Helper()
	_, _, token := h.authorized()
	o, err := h.PlaceOrder(h.t.Context(), h.call(), token, placeInput())
	if err != nil {
		h.t.Fatal(err)
	}
	if captured > 0 {
		if _, err := h.Capture(h.t.Context(), h.call(), o.ID, pay.CaptureInput{Amount: &captured}); err != nil {
			h.t.Fatal(err)
		}
	}
	return o
}

func (h *house) order(id pay.OrderID) *pay.Order {
	h.t.Helper()
	o, err := h.Order(h.t.Context(), h.shop, id)
	if err != nil {
		h.t.Fatal(err)
	}
	return o
}

// inspect reads a payment with everything that hangs on it, and checks what must hold of every one of them.
func (h *house) inspect(id string) *engine.Inspection {
	h.t.Helper()
	i, err := h.Inspect(h.t.Context(), id)
	if err != nil {
		h.t.Fatal(err)
	}
	sound(h.t, i)
	return i
}

// sound checks what holds at every time: streams without gaps and chained, one order at most, money that adds up, one attempt
// in flight at most, and no open page on a completed payment.
func sound(t *testing.T, i *engine.Inspection) {
	t.Helper()
	ends := map[string]pay.Event{}
	for _, e := range i.Events {
		last := ends[e.SessionID]
		if e.Sequence != last.Sequence+1 || !e.Chained(last.Hash) {
			t.Errorf("event %d of %s (%s) does not follow on %d (%s)", e.Sequence, e.SessionID, e.Type, last.Sequence, last.Type)
		}
		ends[e.SessionID] = e
	}
	if len(i.Orders) > 1 {
		t.Errorf("%d orders on one payment", len(i.Orders))
	}
	deciding, used := 0, 0
	for _, a := range i.Payment.Authorizations {
		switch a.State() {
		case pay.Deciding:
			deciding++
		case pay.Consumed:
			used++
		}
	}
	if deciding > 1 || used != len(i.Orders) {
		t.Errorf("%d attempts in flight, %d used for %d orders", deciding, used, len(i.Orders))
	}
	s := &i.Payment.Session
	if s.CompletedAt.IsZero() != (len(i.Orders) == 0) {
		t.Errorf("completed at %v with %d orders", s.CompletedAt, len(i.Orders))
	}
	for _, hosted := range i.Payment.Hosted {
		if !s.CompletedAt.IsZero() && !hosted.Status.Final() && !hosted.Expired(i.Now) {
			t.Errorf("an open page on a completed payment: %s is %s", hosted.ID, hosted.Status)
		}
	}
	for _, o := range i.Orders {
		moneyAddsUp(t, o)
	}
}

func moneyAddsUp(t *testing.T, o *pay.Order) {
	t.Helper()
	var captured, back, refunded, parts pay.Amount
	for _, c := range o.Captures {
		captured, back = captured+c.Amount, back+c.Refunded
		if c.Refunded > c.Amount {
			t.Errorf("capture of %d has refunds of %d", c.Amount, c.Refunded)
		}
	}
	for _, r := range o.Refunds {
		refunded += r.Amount
		for _, p := range r.Parts {
			parts += p.Amount
		}
	}
	if captured != o.Captured || refunded != o.Refunded || back != refunded || parts != refunded || captured > o.Purchase.Amount || refunded > captured {
		t.Errorf("order of %d: captured %d in captures of %d, refunded %d in refunds of %d, on captures %d, in parts %d",
			o.Purchase.Amount, o.Captured, captured, o.Refunded, refunded, back, parts)
	}
}

// types lists the types of the events of an inspection.
func types(i *engine.Inspection) string {
	var out []string
	for _, e := range i.Events {
		out = append(out, string(e.Type))
	}
	return strings.Join(out, " ")
}

// kindOf gives the kind of a refusal, 0 for success, and fails the test for any other error.
func kindOf(t *testing.T, err error) pay.Kind {
	t.Helper()
	if err == nil {
		return 0
	}
	refusal := pay.AsError(err)
	if refusal == nil {
		t.Errorf("not a refusal: %v", err)
		return 0
	}
	return refusal.Kind
}

// race runs n workers at once and returns their errors, in order. A worker that is refused because others were faster for too
// long does what the refusal says: it calls again.
func race(n int, work func(i int) error) []error {
	var wg sync.WaitGroup
	out := make([]error, n)
	start := make(chan struct{})
	for i := range n {
		wg.Go(func() {
			<-start
			for {
				out[i] = work(i)
				if refusal := pay.AsError(out[i]); refusal == nil || refusal.Code != "CONFLICT" {
					return
				}
			}
		})
	}
	close(start)
	wg.Wait()
	return out
}

// count tells how many errors are refusals of a kind (0: successes); all others must be of the kinds allowed.
func count(t *testing.T, errs []error, kind pay.Kind, allowed ...pay.Kind) (n int) {
	t.Helper()
	for i, err := range errs {
		switch k := kindOf(t, err); {
		case k == kind:
			n++
		case !slices.Contains(allowed, k):
			t.Errorf("racer %d: %v", i, err)
		}
	}
	return n
}

// errNoDecision is what a decider says that cannot be reached.
var errNoDecision = errors.New("no answer")

// keyed is a call with an idempotency key; the answer that is stored is the result's id.
func (h *house) keyed(route, key string) engine.Call {
	return engine.Call{Merchant: h.shop, Key: &engine.Key{Route: route, Value: key, Body: [32]byte{1}, Render: func(result any) store.Answer {
		return store.Answer{Status: 200, Body: []byte(idOf(result))}
	}}}
}

func idOf(result any) string {
	switch v := result.(type) {
	case *pay.Payment:
		return string(v.Session.ID)
	case *pay.HostedSession:
		return string(v.ID)
	case *pay.Order:
		return string(v.ID)
	case *pay.Capture:
		return string(v.ID)
	case *pay.Refund:
		return string(v.ID)
	case nil:
		return ""
	}
	panic(fmt.Sprintf("no id in %T", result))
}

// answered gives the id that a keyed call answered, also when it was a replay; "" with the error otherwise.
func answered[T any](result T, err error) (string, error) {
	var replay *engine.Replay
	if errors.As(err, &replay) {
		return string(replay.Answer.Body), nil
	}
	if err != nil {
		return "", err
	}
	return idOf(result), nil
}
