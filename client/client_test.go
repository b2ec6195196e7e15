package client_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"kassa/client"
	"kassa/internal/server"
	"kassa/internal/servertest"
)

// connect gives a client of the sandbox's merchant. Every exchange is checked against the documents of openapi/; change may
// alter the options.
func connect(t *testing.T, s *servertest.Server, change ...func(*client.Options)) *client.Client {
	t.Helper()
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	checked := &servertest.Checked{T: t, Next: transport}
	o := client.Options{
		BaseURL: s.URL(), Username: server.SandboxUsername, Password: server.SandboxPassword, Attempts: 1, HTTP: &http.Client{Transport: checked},
	}
	for _, c := range change {
		c(&o)
	}
	checked.Base = strings.TrimRight(o.BaseURL, "/")
	api, err := client.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return api
}

// bells are two bicycle bells, 100.00 together.
func bells() []client.OrderLine {
	return []client.OrderLine{{
		Type: client.Physical, Reference: "19-402", Name: "Bicycle bell", Quantity: 2, UnitPrice: 5000, TaxRate: 2500, TotalAmount: 10000, TotalTaxAmount: 2000,
	}}
}

// purchase is what is bought in most tests; the e-mail address decides whether it is approved.
func purchase(email string) client.PaymentSessionRequest {
	return client.PaymentSessionRequest{
		PurchaseCountry: "SE", PurchaseCurrency: "SEK", Locale: "en-SE", OrderAmount: 10000, OrderTaxAmount: new(client.Amount(2000)),
		OrderLines: bells(), MerchantReference1: "ON4711", BillingAddress: &client.Address{Country: "SE", Email: email},
	}
}

func placement() client.OrderRequest {
	return client.OrderRequest{
		PurchaseCountry: "SE", PurchaseCurrency: "SEK", OrderAmount: 10000, OrderLines: bells(), MerchantReference1: "ON4711",
	}
}

// host makes a payment session and its page.
func host(t *testing.T, api *client.Client, options client.HostedOptions) (client.PaymentSessionID, *client.HostedSessionCreated) {
	t.Helper()
	payment, err := api.CreatePaymentSession(t.Context(), purchase("customer@email.se"))
	if err != nil {
		t.Fatal(err)
	}
	hosted, err := api.CreateHostedSession(t.Context(), client.HostedSessionRequest{
		PaymentSessionURL: api.PaymentSessionURL(payment.SessionID), Options: &options,
		MerchantURLs: &client.HostedURLs{Success: client.ReturnURL("https://shop.example/ok", client.PlaceholderSessionID, client.PlaceholderAuthorizationToken)},
	})
	if err != nil {
		t.Fatal(err)
	}
	return payment.SessionID, hosted
}

// authorized gives the token of a session that its consumer has paid.
func authorized(t *testing.T, s *servertest.Server, api *client.Client) client.AuthorizationToken {
	t.Helper()
	_, hosted := host(t, api, client.HostedOptions{})
	s.Open(t, hosted.RedirectURL).Pay("pay_later")
	session, err := api.ReadHostedSession(t.Context(), hosted.SessionID)
	if err != nil {
		t.Fatal(err)
	}
	return session.AuthorizationToken
}

// ordered gives a placed order.
func ordered(t *testing.T, s *servertest.Server, api *client.Client) client.OrderID {
	t.Helper()
	placed, err := api.PlaceOrder(t.Context(), authorized(t, s, api), placement())
	if err != nil {
		t.Fatal(err)
	}
	return placed.OrderID
}

func TestClient_goesFromSessionToRefund(t *testing.T) {
	s := servertest.Start(t)
	api, ctx := connect(t, s), t.Context()

	payment, hosted := host(t, api, client.HostedOptions{PageTitle: "Pay for your bells"})
	if err := api.UpdatePaymentSession(ctx, payment, client.PaymentSessionUpdate{MerchantReference2: new("gift")}); err != nil {
		t.Fatal(err)
	}
	before, err := api.ReadPaymentSession(ctx, payment)
	if err != nil {
		t.Fatal(err)
	}
	if before.Status != "incomplete" || before.MerchantReference2 != "gift" || *before.OrderTaxAmount != 2000 || before.OrderLines[0].Name != "Bicycle bell" ||
		before.BillingAddress.Email != "customer@email.se" || len(before.PaymentMethodCategories) == 0 || !before.ExpiresAt.After(hosted.ExpiresAt) {
		t.Errorf("payment session: %+v", before)
	}
	if session, err := api.ReadHostedSession(ctx, hosted.SessionID); err != nil || session.Status != client.HostedWaiting || session.AuthorizationToken != "" {
		t.Errorf("before the page was opened: %+v, %v", session, err)
	}

	tab := s.Open(t, hosted.RedirectURL).Pay("pay_later")
	brought := client.ParseReturn(queryOf(t, tab.Return()))
	session, err := api.ReadHostedSession(ctx, hosted.SessionID)
	if err != nil {
		t.Fatal(err)
	}
	if session.Status != client.HostedCompleted || brought.SessionID != session.SessionID || brought.AuthorizationToken != session.AuthorizationToken || session.AuthorizationToken == "" {
		t.Fatalf("the redirect brought %#v, the session says %+v", brought, session)
	}
	placed, err := api.PlaceOrder(ctx, session.AuthorizationToken, placement())
	if err != nil {
		t.Fatal(err)
	}
	if placed.FraudStatus != client.FraudAccepted || placed.AuthorizedPaymentMethod.Type != "invoice" || placed.AuthorizedPaymentMethod.NumberOfDays != 30 {
		t.Errorf("placed: %+v", placed)
	}

	capture, err := api.Capture(ctx, placed.OrderID, client.CaptureRequest{
		CapturedAmount: 10000, Reference: "P1", OrderLines: bells(), ShippingInfo: []client.ShippingInfo{{ShippingCompany: "PostNord", TrackingNumber: "1245"}},
	})
	if err != nil || capture == "" {
		t.Fatal(capture, err)
	}
	refund, err := api.Refund(ctx, placed.OrderID, client.RefundRequest{RefundedAmount: 5000, Description: "one bell too many"})
	if err != nil || refund == "" {
		t.Fatal(refund, err)
	}
	captures, err := api.ListCaptures(ctx, placed.OrderID)
	if err != nil || len(captures) != 1 || captures[0].CaptureID != capture {
		t.Errorf("captures %+v, %v", captures, err)
	}
	if got, err := api.ReadCapture(ctx, placed.OrderID, capture); err != nil || got.CapturedAmount != 10000 || got.RefundedAmount != 5000 ||
		got.ShippingInfo[0].TrackingNumber != "1245" || !got.CapturedAt.Equal(servertest.Begin) {
		t.Errorf("capture %+v, %v", got, err)
	}
	if got, err := api.ReadRefund(ctx, placed.OrderID, refund); err != nil || got.RefundedAmount != 5000 || got.Description != "one bell too many" {
		t.Errorf("refund %+v, %v", got, err)
	}
	order, err := api.ReadOrder(ctx, placed.OrderID)
	if err != nil {
		t.Fatal(err)
	}
	if order.Status != client.OrderCaptured || order.CapturedAmount != 10000 || order.RefundedAmount != 5000 || order.RemainingAuthorizedAmount != 0 ||
		order.MerchantReference1 != "ON4711" || order.KlarnaReference == "" || len(order.Refunds) != 1 || order.BillingAddress.City == "" {
		t.Errorf("order %+v", order)
	}
}

func TestClient_givesUpWhatIsNotWanted(t *testing.T) {
	s := servertest.Start(t)
	api, ctx := connect(t, s), t.Context()

	if err := api.CancelAuthorization(ctx, authorized(t, s, api)); err != nil {
		t.Errorf("cancel an authorization: %v", err)
	}
	order := ordered(t, s, api)
	if err := api.CancelOrder(ctx, order); err != nil {
		t.Errorf("cancel an order: %v", err)
	}
	if got, err := api.ReadOrder(ctx, order); err != nil || got.Status != client.OrderCancelled {
		t.Errorf("cancelled order %+v, %v", got, err)
	}
	_, hosted := host(t, api, client.HostedOptions{})
	for range 2 {
		if err := api.DisableHostedSession(ctx, hosted.SessionID); err != nil {
			t.Errorf("disable a session: %v", err)
		}
	}
	if got, err := api.ReadHostedSession(ctx, hosted.SessionID); err != nil || got.Status != client.HostedDisabled || !got.Status.Final() {
		t.Errorf("disabled session %+v, %v", got, err)
	}
}

func TestClient_hasTheLinkSent(t *testing.T) {
	api := connect(t, servertest.Start(t))
	_, hosted := host(t, api, client.HostedOptions{})
	if err := api.DistributeHostedSession(t.Context(), hosted.SessionID, client.DistributionRequest{
		Method: client.ByEmail, ContactInformation: client.DistributionContact{Email: "customer@email.se"},
	}); err != nil {
		t.Error(err)
	}
}

func TestClient_learnsTheOrderThatThePagePlaced(t *testing.T) {
	s := servertest.Start(t)
	api := connect(t, s)
	_, hosted := host(t, api, client.HostedOptions{PlaceOrderMode: client.ModeCaptureOrder, PaymentMethodCategories: []client.Category{client.PayNow, client.PayLater}})
	s.Open(t, hosted.RedirectURL).Pay("pay_now")
	session, err := api.ReadHostedSession(t.Context(), hosted.SessionID)
	if err != nil || session.OrderID == "" || session.KlarnaReference == "" || session.AuthorizationToken != "" {
		t.Fatalf("session %+v, %v", session, err)
	}
	if order, err := api.ReadOrder(t.Context(), session.OrderID); err != nil || order.Status != client.OrderCaptured {
		t.Errorf("order %+v, %v", order, err)
	}
}

func TestClient_worksBehindAPathPrefix(t *testing.T) {
	s := servertest.Start(t, func(o *server.Options) { o.Config.PublicURL = "https://shop.example/pay" })
	api := connect(t, s, func(o *client.Options) { o.BaseURL = "http://" + s.Address() + "/pay/" })
	payment, err := api.CreatePaymentSession(t.Context(), purchase("customer@email.se"))
	if err != nil {
		t.Fatal(err)
	}
	if want := "http://" + s.Address() + "/pay/payments/v1/sessions/" + string(payment.SessionID); api.PaymentSessionURL(payment.SessionID) != want {
		t.Errorf("payment session URL %s, want %s", api.PaymentSessionURL(payment.SessionID), want)
	}
}

func TestNew_refusesWhatCannotWork(t *testing.T) {
	good := client.Options{BaseURL: "https://pay.example.com", Username: "K1", Password: "p"}
	for name, change := range map[string]func(*client.Options){
		"no address":       func(o *client.Options) { o.BaseURL = "" },
		"no scheme":        func(o *client.Options) { o.BaseURL = "pay.example.com" },
		"another scheme":   func(o *client.Options) { o.BaseURL = "ftp://pay.example.com" },
		"no URL":           func(o *client.Options) { o.BaseURL = "http://%zz" },
		"user in the URL":  func(o *client.Options) { o.BaseURL = "https://K1:p@pay.example.com" },
		"query":            func(o *client.Options) { o.BaseURL += "?x=1" },
		"no username":      func(o *client.Options) { o.Username = "" },
		"colon":            func(o *client.Options) { o.Username = "K:1" },
		"no password":      func(o *client.Options) { o.Password = "" },
		"negative timeout": func(o *client.Options) { o.Timeout = -1 },
		"negative tries":   func(o *client.Options) { o.Attempts = -1 },
	} {
		o := good
		change(&o)
		if _, err := client.New(o); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	if _, err := client.New(good); err != nil {
		t.Error(err)
	}
}

func TestSecrets_doNotPrint(t *testing.T) {
	const secret = "very-secret"
	api, err := client.New(client.Options{BaseURL: "https://pay.example.com", Username: "K1", Password: secret})
	if err != nil {
		t.Fatal(err)
	}
	token := client.AuthorizationToken(secret)
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("placing", "token", token, "session", client.HostedSession{AuthorizationToken: token})
	for _, printed := range []string{
		fmt.Sprintf("%v %+v %#v %s", token, token, token, token), fmt.Sprintf("%v %+v", api, api), fmt.Sprintf("%#v", client.Return{AuthorizationToken: token}), log.String(),
	} {
		if strings.Contains(printed, secret) {
			t.Errorf("a secret is printed: %s", printed)
		}
	}
	if string(token) != secret || client.AuthorizationToken("").String() != "" {
		t.Error("the token itself is gone, or none looks like one")
	}
}

// TestClient_refusesAMissingID guards against an address that means something else: DELETE /hpp/v1/sessions/.
func TestClient_refusesAMissingID(t *testing.T) {
	api, err := client.New(client.Options{BaseURL: "http://127.0.0.1:1", Username: "K1", Password: "p"})
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	for name, call := range map[string]func() error{
		"session": func() error { return api.DisableHostedSession(ctx, "") },
		"token":   func() error { _, err := api.PlaceOrder(ctx, "", placement()); return err },
		"order":   func() error { _, err := api.Capture(ctx, "", client.CaptureRequest{CapturedAmount: 1}); return err },
		"capture": func() error { _, err := api.ReadCapture(ctx, "o", ""); return err },
	} {
		if err := call(); err == nil || client.Unknown(err) || !strings.Contains(err.Error(), "an id is missing") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// identified makes a session whose consumer stands before a clerk, with the challenge on both their screens.
func identified(ctx context.Context, t *testing.T, s *servertest.Server, api *client.Client) (client.HostedSessionID, string) {
	t.Helper()
	in := purchase("customer+id-check@email.se")
	in.AcquiringChannel = "IN_STORE"
	payment, err := api.CreatePaymentSession(ctx, in)
	if err != nil {
		t.Fatal(err)
	}
	hosted, err := api.CreateHostedSession(ctx, client.HostedSessionRequest{PaymentSessionURL: api.PaymentSessionURL(payment.SessionID)})
	if err != nil {
		t.Fatal(err)
	}
	s.Open(t, hosted.RedirectURL).To("checking", "pay_later")
	session, err := api.ReadHostedSession(ctx, hosted.SessionID)
	if err != nil || session.ManualIdentification == nil {
		t.Fatalf("%+v, %v", session, err)
	}
	return hosted.SessionID, session.ManualIdentification.Challenge
}

func TestClient_opensTheClerksPageAndJudgesAnID(t *testing.T) {
	s := servertest.Start(t)
	api, ctx := connect(t, s), t.Context()
	in := purchase("customer+id-check@email.se")
	in.AcquiringChannel = "IN_STORE"
	payment, err := api.CreatePaymentSession(ctx, in)
	if err != nil {
		t.Fatal(err)
	}
	hosted, err := api.CreateHostedSession(ctx, client.HostedSessionRequest{PaymentSessionURL: api.PaymentSessionURL(payment.SessionID)})
	if err != nil {
		t.Fatal(err)
	}
	s.Clock.Advance(time.Second)
	module, err := api.NewDistributionToken(ctx, hosted.SessionID)
	if err != nil || module.Token == hosted.DistributionModule.Token || module.GenerationURL != hosted.DistributionModule.GenerationURL {
		t.Fatalf("%+v, %v", module, err)
	}
	if clerk := s.Open(t, module.StandaloneURL); clerk.Step() != "send" {
		t.Fatalf("%s", clerk.Text())
	}
	s.Open(t, hosted.RedirectURL).To("checking", "pay_later")
	session, err := api.ReadHostedSession(ctx, hosted.SessionID)
	if err != nil || session.Status != client.HostedManualIDCheck || session.ManualIdentification == nil || session.ManualIdentification.CustomerObfuscated.GivenName != "A•••" {
		t.Fatalf("%+v, %v", session, err)
	}
	challenge := session.ManualIdentification.Challenge
	for range 2 {
		if err := api.JudgeIdentity(ctx, hosted.SessionID, challenge, client.IDMatches); err != nil {
			t.Fatal(err)
		}
	}
	if err := api.JudgeIdentity(ctx, hosted.SessionID, challenge, client.IDDiffers); !client.Is(err, client.ManualIDCheckNotOpen) {
		t.Errorf("a second verdict: %v", err)
	}
	if session, err = api.ReadHostedSession(ctx, hosted.SessionID); err != nil || session.Status != client.HostedCompleted || session.ManualIdentification != nil {
		t.Errorf("%+v, %v", session, err)
	}
}
