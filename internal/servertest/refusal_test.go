package servertest_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"kassa/client"
	"kassa/internal/decide"
	"kassa/internal/engine"
	"kassa/internal/pay"
	"kassa/internal/server"
	"kassa/internal/servertest"
	"kassa/internal/store"
)

// unknownID is nobody's.
const unknownID = "018f2d3c-0000-7000-8000-000000000000"

// refusal is an error that the API documents: status, code and one message, in which <…> stands for what varies.
type refusal struct {
	status        int
	code, message string
	reach         func(w *refusals) error
}

// refusals is what there is to be refused about.
type refusals struct {
	t   *testing.T
	s   *servertest.Server
	m   *servertest.Merchant
	api *client.Client
}

func newRefusals(t *testing.T, change ...func(*server.Options)) *refusals {
	s := servertest.Start(t, change...)
	return &refusals{t, s, s.Merchant(t), s.Client(t)}
}

// raw gives the refusal of a call that the client cannot make.
func (w *refusals) raw(method, path, body string) error {
	a := w.m.Call(method, path, body)
	e := &client.Error{Status: a.Status, Code: client.Code(a.Text("error_code")), CorrelationID: a.Text("correlation_id")}
	if list, ok := a.Object()["error_messages"].([]any); ok {
		for _, m := range list {
			e.Messages = append(e.Messages, fmt.Sprint(m))
		}
	}
	return e
}

// lines are a cart of 100.00.
func lines() []client.OrderLine {
	return []client.OrderLine{{Reference: "19-402", Name: "Bicycle bell", Quantity: 2, UnitPrice: 5000, TaxRate: 2500, TotalAmount: 10000, TotalTaxAmount: 2000}}
}

func cart() client.PaymentSessionRequest {
	return client.PaymentSessionRequest{
		PurchaseCountry: "SE", PurchaseCurrency: "SEK", Locale: "en-SE", OrderAmount: 10000, OrderLines: lines(),
		BillingAddress: &client.Address{Country: "SE", Email: "customer@email.se"},
	}
}

func placing() client.OrderRequest {
	return client.OrderRequest{PurchaseCountry: "SE", PurchaseCurrency: "SEK", OrderAmount: 10000, OrderLines: lines()}
}

func (w *refusals) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *refusals) payment(in client.PaymentSessionRequest) client.PaymentSessionID {
	w.t.Helper()
	made, err := w.api.CreatePaymentSession(w.t.Context(), in)
	w.must(err)
	return made.SessionID
}

// create asks for a payment session that is changed somehow.
func create(change func(in *client.PaymentSessionRequest)) func(w *refusals) error {
	return func(w *refusals) error {
		in := cart()
		change(&in)
		_, err := w.api.CreatePaymentSession(w.t.Context(), in)
		return err
	}
}

func (w *refusals) host(id client.PaymentSessionID, o client.HostedOptions) (*client.HostedSessionCreated, error) {
	return w.api.CreateHostedSession(w.t.Context(), client.HostedSessionRequest{PaymentSessionURL: w.api.PaymentSessionURL(id), Options: &o})
}

func (w *refusals) hosted() client.HostedSessionID {
	w.t.Helper()
	made, err := w.host(w.payment(cart()), client.HostedOptions{})
	w.must(err)
	return made.SessionID
}

// paid is a session whose consumer went to the end of the page.
func (w *refusals) paid(in client.PaymentSessionRequest, mode client.PlaceOrderMode, category string) (client.PaymentSessionID, *client.HostedSession) {
	w.t.Helper()
	id := w.payment(in)
	made, err := w.host(id, client.HostedOptions{PlaceOrderMode: mode})
	w.must(err)
	w.s.Open(w.t, made.RedirectURL).Pay(category)
	read, err := w.api.ReadHostedSession(w.t.Context(), made.SessionID)
	w.must(err)
	return id, read
}

func (w *refusals) token(intent client.Intent) client.AuthorizationToken {
	w.t.Helper()
	in := cart()
	in.Intent = intent
	_, read := w.paid(in, client.ModeNone, "pay_later")
	return read.AuthorizationToken
}

func (w *refusals) order() client.OrderID {
	w.t.Helper()
	_, read := w.paid(cart(), client.ModePlaceOrder, "pay_later")
	return read.OrderID
}

// captured is an order of which an amount is captured.
func (w *refusals) captured(amount client.Amount) (client.OrderID, client.CaptureID) {
	w.t.Helper()
	id := w.order()
	capture, err := w.api.Capture(w.t.Context(), id, client.CaptureRequest{CapturedAmount: amount})
	w.must(err)
	return id, capture
}

func (w *refusals) cancelled() client.OrderID {
	w.t.Helper()
	id := w.order()
	w.must(w.api.CancelOrder(w.t.Context(), id))
	return id
}

// expired is an order whose time is over.
func (w *refusals) expired(captured client.Amount) client.OrderID {
	w.t.Helper()
	id := w.order()
	if captured > 0 {
		_, err := w.api.Capture(w.t.Context(), id, client.CaptureRequest{CapturedAmount: captured})
		w.must(err)
	}
	w.s.Advance(29 * 24 * time.Hour)
	return id
}

func (w *refusals) customerToken() client.CustomerToken {
	w.t.Helper()
	made, err := w.api.CreateCustomerToken(w.t.Context(), w.token(client.Tokenize), client.CustomerTokenRequest{Description: "bells", IntendedUse: client.Subscriptions})
	w.must(err)
	return made.TokenID
}

func (w *refusals) charge(token client.CustomerToken, change func(in *client.TokenOrderRequest)) error {
	in := client.TokenOrderRequest{PurchaseCurrency: "SEK", OrderAmount: 10000, OrderLines: lines()}
	change(&in)
	_, err := w.api.ChargeCustomerToken(w.t.Context(), token, in)
	return err
}

func (w *refusals) distribute(id client.HostedSessionID, method client.DistributionMethod, to client.DistributionContact) error {
	return w.api.DistributeHostedSession(w.t.Context(), id, client.DistributionRequest{Method: method, ContactInformation: to})
}

// failing is a server whose next commit fails, without having happened.
func failing(t *testing.T) *refusals {
	var fail atomic.Bool
	w := newRefusals(t, func(o *server.Options) {
		o.Store = func(s *store.Options) {
			s.Fault = func() store.Fault {
				if fail.Load() {
					return store.NotHappened
				}
				return store.NoFault
			}
		}
	})
	fail.Store(true)
	t.Cleanup(func() { fail.Store(false) })
	return w
}

// deciding is a server whose decisions are made somehow else once it has a customer token.
type deciding struct {
	decide.Sandbox
	instead atomic.Pointer[func() (pay.Decision, error)]
}

func (d *deciding) Decide(ctx context.Context, r decide.Request) (pay.Decision, error) {
	if instead := d.instead.Load(); instead != nil {
		return (*instead)()
	}
	return d.Sandbox.Decide(ctx, r)
}

// chargedWith charges a customer token when the decision is made somehow else.
func chargedWith(instead func() (pay.Decision, error)) func(w *refusals) error {
	return func(w *refusals) error {
		d := new(deciding)
		own := newRefusals(w.t, func(o *server.Options) { o.Decider = d })
		token := own.customerToken()
		d.instead.Store(&instead)
		return own.charge(token, func(*client.TokenOrderRequest) {})
	}
}

// collision has every commit of an order find that another node was faster.
func collision(w *refusals) error {
	var meanwhile atomic.Pointer[func()]
	own := newRefusals(w.t, servertest.OnPostgres(w.t), func(o *server.Options) {
		o.NoLocks = true
		o.Store = func(s *store.Options) {
			s.Fault = func() store.Fault {
				if do := meanwhile.Load(); do != nil {
					(*do)()
				}
				return store.NoFault
			}
		}
	})
	other := own.s.Again(func(o *server.Options) { o.Store = nil })
	order, one := own.order(), pay.Amount(1)
	shop, err := other.Engine().MerchantByID(w.t.Context(), "K000001")
	w.must(err)
	collide := func() {
		// When the other node fails there is no conflict, and the row says so.
		_, _ = other.Engine().Capture(context.Background(), engine.Call{Merchant: shop}, pay.OrderID(order), pay.CaptureInput{Amount: &one})
	}
	meanwhile.Store(&collide)
	defer meanwhile.Store(nil)
	_, err = own.api.Capture(w.t.Context(), order, client.CaptureRequest{CapturedAmount: 1})
	return err
}

// TestRefusals_everyDocumentedOne reaches each error that docs/api/errors.md lists, through a whole server, and finds the page
// complete: what is reached is on it, what is on it is reached.
func TestRefusals_everyDocumentedOne(t *testing.T) {
	w := newRefusals(t)
	var reached []string
	for _, list := range [][]refusal{refusalsEverywhere, refusalsOfPayments, refusalsOfHosted, refusalsOfTokens, refusalsOfOrders, refusalsOfCaptures} {
		for _, r := range list {
			row := fmt.Sprintf("| %d | `%s` | `%s` |", r.status, r.code, r.message)
			reached = append(reached, row)
			t.Run(row, func(t *testing.T) {
				at := *w
				at.t = t
				err := r.reach(&at)
				e := new(client.Error)
				if !errors.As(err, &e) {
					t.Fatalf("no refusal: %v", err)
				}
				if e.Status != r.status || string(e.Code) != r.code || len(e.Messages) != 1 || !pattern(r.message).MatchString(e.Messages[0]) || e.CorrelationID == "" {
					t.Errorf("refused with %d %s %q, want %s", e.Status, e.Code, e.Messages, row)
				}
			})
		}
	}
	page, err := os.ReadFile("../../docs/api/errors.md")
	if err != nil {
		t.Fatal(err)
	}
	var listed []string
	for line := range strings.Lines(string(page)) {
		if row := regexp.MustCompile("^(\\| \\d{3} \\| `[A-Z_]+` \\| `[^`]+` \\|) [^|]+ \\|\n$").FindStringSubmatch(line); row != nil {
			listed = append(listed, row[1])
		}
	}
	for _, row := range reached {
		if !slices.Contains(listed, row) {
			t.Errorf("docs/api/errors.md has no row %s", row)
		}
	}
	for _, row := range listed {
		if !slices.Contains(reached, row) {
			t.Errorf("no test reaches %s", row)
		}
	}
}

// pattern is a message in which <…> stands for anything.
func pattern(message string) *regexp.Regexp {
	parts := regexp.MustCompile(`<[^>]*>`).Split(message, -1)
	for i := range parts {
		parts[i] = regexp.QuoteMeta(parts[i])
	}
	return regexp.MustCompile("^" + strings.Join(parts, ".+") + "$")
}

// refusalsEverywhere are those that every family has.
var refusalsEverywhere = []refusal{
	{400, "BAD_REQUEST", "The body is malformed JSON at byte <number>", func(w *refusals) error { return w.raw("POST", "/payments/v1/sessions", "{") }},
	{400, "BAD_REQUEST", "The body is not a JSON object", func(w *refusals) error { return w.raw("POST", "/hpp/v1/sessions", "[{}]") }},
	{400, "BAD_REQUEST", "The body has a member twice, at byte <number>", func(w *refusals) error {
		return w.raw("POST", "/payments/v1/sessions", `{"locale":"sv","locale":"sv"}`)
	}},
	{400, "BAD_REQUEST", "There is something after the JSON object", func(w *refusals) error { return w.raw("POST", "/payments/v1/sessions", `{}{}`) }},
	{401, "UNAUTHORIZED", "The credentials are missing or wrong", func(w *refusals) error {
		stranger := *w.m
		stranger.Password = "wrong"
		own := *w
		own.m = &stranger
		return own.raw("GET", "/hpp/v1/sessions/"+unknownID, "")
	}},
	{403, "MERCHANT_INACTIVE", "The merchant is not active", func(w *refusals) error {
		own := newRefusals(w.t)
		b := own.s.Store().NewBatch()
		b.SetMerchantStatus("K000001", pay.MerchantDisabled)
		w.must(own.s.Store().Commit(w.t.Context(), b))
		_, err := own.api.ReadOrder(w.t.Context(), unknownID)
		return err
	}},
	{404, "NOT_FOUND", "There is nothing at this address", func(w *refusals) error { return w.raw("GET", "/payments/v1/nothing", "") }},
	{405, "METHOD_NOT_ALLOWED", "The method is not allowed here", func(w *refusals) error { return w.raw("PUT", "/payments/v1/sessions", "") }},
	{409, "CONFLICT", "The resource is being changed by another request", collision},
	{413, "REQUEST_TOO_LARGE", "The body is larger than 1 MB", create(func(in *client.PaymentSessionRequest) { in.MerchantData = strings.Repeat("x", 1<<20) })},
	{429, "TOO_MANY_REQUESTS", "Too many requests. Please try again in a second", func(w *refusals) error {
		own := newRefusals(w.t, func(o *server.Options) { o.Config.RateLimit = map[string]int64{"other": 1} })
		for {
			if _, err := own.api.ReadOrder(w.t.Context(), unknownID); !client.Is(err, client.NoSuchOrder) {
				return err
			}
		}
	}},
	{500, "INTERNAL_SERVER_ERROR", "Internal error", chargedWith(func() (pay.Decision, error) { panic("a fault of ours") })},
	{503, "SERVICE_UNAVAILABLE", "Please try again in a moment", func(w *refusals) error {
		_, err := failing(w.t).api.CreatePaymentSession(w.t.Context(), cart())
		return err
	}},
}
