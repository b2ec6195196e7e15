// Command generated is a shop whose client was generated: it makes a payment session, reads it, hosts a page on it, and prints the
// page's session.
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"

	_ "generated/common"
	_ "generated/customertoken"
	_ "generated/events"
	"generated/hpp"
	_ "generated/ordermanagement"
	"generated/payments"
)

func main() {
	if err := buy(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func buy(server, username, password string) error {
	ctx := context.Background()
	known := func(_ context.Context, r *http.Request) error { r.SetBasicAuth(username, password); return nil }
	shop, err := payments.NewClientWithResponses(server, payments.WithRequestEditorFn(known))
	if err != nil {
		return err
	}
	made, err := shop.CreatePaymentSessionWithResponse(ctx, nil, payments.PaymentSessionCreate{
		PurchaseCountry: "SE", PurchaseCurrency: "SEK", OrderAmount: 100,
		OrderLines: payments.OrderLines{{Name: "a", Quantity: 1, UnitPrice: 100, TotalAmount: 100}},
	})
	if err != nil {
		return err
	}
	if made.JSON200 == nil {
		return fmt.Errorf("create: %s %s", made.Status(), made.Body)
	}
	read, err := shop.ReadPaymentSessionWithResponse(ctx, made.JSON200.SessionId)
	if err != nil {
		return err
	}
	if read.JSON200 == nil || read.JSON200.OrderAmount != 100 {
		return fmt.Errorf("read: %s %s", read.Status(), read.Body)
	}
	pages, err := hpp.NewClientWithResponses(server, hpp.WithRequestEditorFn(known))
	if err != nil {
		return err
	}
	page, err := pages.CreateHostedSessionWithResponse(ctx, nil, hpp.HostedSessionCreate{PaymentSessionUrl: server + "/payments/v1/sessions/" + made.JSON200.SessionId})
	if err != nil {
		return err
	}
	if page.JSON201 == nil {
		return fmt.Errorf("host: %s %s", page.Status(), page.Body)
	}
	fmt.Println(page.JSON201.SessionId)
	return nil
}
