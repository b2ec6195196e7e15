package client_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"testing"

	"kassa/client"
	"kassa/internal/server"
	"kassa/internal/servertest"
)

// Example is a whole purchase, from the cart to the parcel.
func Example() {
	kassa, stop := startServer()
	defer stop()
	ctx := context.Background()

	api, err := client.New(client.Options{BaseURL: kassa.URL(), Username: server.SandboxUsername, Password: server.SandboxPassword})
	if err != nil {
		log.Fatal(err)
	}

	// Step 2a: what is bought. Amounts are in öre.
	lines := []client.OrderLine{{
		Reference: "19-402", Name: "Bicycle bell", Quantity: 2, UnitPrice: 5000, TaxRate: 2500, TotalAmount: 10000, TotalTaxAmount: 2000,
	}}
	payment, err := api.CreatePaymentSession(ctx, client.PaymentSessionRequest{
		PurchaseCountry: "SE", PurchaseCurrency: "SEK", Locale: "sv-SE", OrderAmount: 10000, OrderLines: lines, MerchantReference1: "10482",
	})
	if err != nil {
		log.Fatal(err)
	}

	// Step 2b: the page for it, and where the consumer comes back to.
	hosted, err := api.CreateHostedSession(ctx, client.HostedSessionRequest{
		PaymentSessionURL: api.PaymentSessionURL(payment.SessionID),
		MerchantURLs:      &client.HostedURLs{Success: client.ReturnURL("https://shop.example/return/10482", client.PlaceholderSessionID)},
	})
	if err != nil {
		log.Fatal(err)
	}

	// Step 3a: the consumer goes to hosted.RedirectURL, and pays there.
	kassa.Open(exampleTB{}, hosted.RedirectURL).Pay("pay_later")

	// Step 6b: what became of it.
	session, err := api.ReadHostedSession(ctx, hosted.SessionID)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("session:", session.Status)

	// Step 7: place the order, within 60 minutes.
	placed, err := api.PlaceOrder(ctx, session.AuthorizationToken, client.OrderRequest{
		PurchaseCountry: "SE", PurchaseCurrency: "SEK", OrderAmount: 10000, OrderLines: lines, MerchantReference1: "10482",
	})
	if err != nil {
		log.Fatal(err)
	}

	// Step 8: the parcel leaves. The key makes it one capture, however often this is done.
	if _, err = api.Capture(ctx, placed.OrderID, client.CaptureRequest{CapturedAmount: 10000}, client.IdempotencyKey("parcel of 10482")); err != nil {
		log.Fatal(err)
	}
	order, err := api.ReadOrder(ctx, placed.OrderID)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("order:", order.Status, order.CapturedAmount)
	// Output:
	// session: COMPLETED
	// order: CAPTURED 10000
}

// A refusal has a status, a code and messages.
func ExampleError() {
	kassa, stop := startServer()
	defer stop()
	api, err := client.New(client.Options{BaseURL: kassa.URL(), Username: server.SandboxUsername, Password: server.SandboxPassword})
	if err != nil {
		log.Fatal(err)
	}
	_, err = api.CreatePaymentSession(context.Background(), client.PaymentSessionRequest{
		PurchaseCountry: "SE", PurchaseCurrency: "SEK", OrderAmount: 9999,
		OrderLines: []client.OrderLine{{Name: "Bicycle bell", Quantity: 2, UnitPrice: 5000, TotalAmount: 10000}},
	})
	if refusal := client.AsError(err); refusal != nil {
		fmt.Println(refusal.Status, refusal.Code, refusal.Messages)
	}
	fmt.Println("ours to correct:", client.Is(err, client.BadValue), "- did it happen, nobody knows:", client.Unknown(err))
	// Output:
	// 400 BAD_VALUE [Bad value: order_amount]
	// ours to correct: true - did it happen, nobody knows: false
}

func ExampleReturnURL() {
	fmt.Println(client.ReturnURL("https://shop.example/return?order=10482", client.PlaceholderSessionID, client.PlaceholderAuthorizationToken))
	// Output:
	// https://shop.example/return?order=10482&session_id={{session_id}}&authorization_token={{authorization_token}}
}

// exampleTB lets the examples use the test server: they have no testing.TB of their own. What would fail a test ends the program.
type exampleTB struct{ testing.TB }

func (exampleTB) Helper()                           {}
func (exampleTB) Cleanup(func())                    {}
func (exampleTB) Fatal(args ...any)                 { log.Fatal(args...) }
func (exampleTB) Fatalf(format string, args ...any) { log.Fatalf(format, args...) }
func (exampleTB) Errorf(format string, args ...any) { log.Fatalf(format, args...) }

// TempDir is replaced by the database that startServer names.
func (exampleTB) TempDir() string { return os.TempDir() }

func startServer() (kassa *servertest.Server, stop func()) {
	dir, err := os.MkdirTemp("", "kassa-example-")
	if err != nil {
		log.Fatal(err)
	}
	kassa = servertest.Start(exampleTB{}, func(o *server.Options) { o.Config.Database = "sqlite:" + dir + "/kassa.db" })
	return kassa, func() {
		kassa.Stop()
		_ = os.RemoveAll(dir)
	}
}
