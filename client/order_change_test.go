package client_test

import (
	"reflect"
	"testing"

	"kassa/client"
	"kassa/internal/servertest"
)

func TestOrderChanges_allCalls(t *testing.T) {
	s := servertest.Start(t)
	api, ctx := connect(t, s), t.Context()
	order := ordered(t, s, api)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(api.AcknowledgeOrder(ctx, order))
	must(api.UpdateAuthorization(ctx, order, client.UpdateAuthorizationRequest{OrderAmount: 8000, OrderLines: []client.OrderLine{{Name: "Bell", Quantity: 1, UnitPrice: 8000, TotalAmount: 8000}}}))
	must(api.UpdateMerchantReferences(ctx, order, client.MerchantReferences{MerchantReference1: new(""), MerchantReference2: new("W3")}))
	must(api.UpdateShippingAddress(ctx, order, client.AddressChange{StreetAddress: new("Storgatan 7")}))
	must(api.AddShippingInfo(ctx, order, []client.ShippingInfo{{ShippingCompany: "DHL"}}))
	must(api.ExtendAuthorizationTime(ctx, order))
	capture, err := api.Capture(ctx, order, client.CaptureRequest{CapturedAmount: 3000})
	must(err)
	must(api.AddCaptureShippingInfo(ctx, order, capture, []client.ShippingInfo{{ShippingCompany: "PostNord"}}))
	must(api.TriggerSendOut(ctx, order, capture))
	must(api.UpdateCaptureAddresses(ctx, order, capture, &client.AddressChange{City: new("Malmö")}, nil))
	options, err := api.ReadDueDateOptions(ctx, order, capture)
	must(err)
	if len(options.Options) != 3 || options.Currency != "sek" || options.Options[0] != (client.DueDateOption{Amount: 1000, NumberOfDays: 10}) {
		t.Fatalf("%+v", options)
	}
	must(api.ExtendDueDate(ctx, order, capture, 10))
	must(api.ReleaseRemaining(ctx, order))
	got, err := api.ReadOrder(ctx, order)
	must(err)
	if got.OrderAmount != 8000 || got.RemainingAuthorizedAmount != 0 || got.MerchantReference1 != "" || got.MerchantReference2 != "W3" || got.Status != client.OrderCaptured ||
		got.ShippingAddress.StreetAddress != "Storgatan 7" || len(got.ShippingInfo) != 1 || len(got.Captures[0].ShippingInfo) != 1 {
		t.Fatalf("%+v", got)
	}
	for what, err := range map[string]error{
		"update": api.UpdateAuthorization(ctx, order, client.UpdateAuthorizationRequest{OrderAmount: 1}), "release": api.ReleaseRemaining(ctx, order),
		"extend": api.ExtendAuthorizationTime(ctx, order), "due date": api.ExtendDueDate(ctx, order, capture, 11),
	} {
		if !client.Is(err, client.NotAllowed) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := api.UpdateShippingAddress(ctx, order, client.AddressChange{City: new("")}); !client.Is(err, client.InvalidAddress) {
		t.Error(err)
	}
	if err := api.TriggerSendOut(ctx, order, "0197629e-3d2c-7a44-9f1e-5b7c2d9a6e10"); !client.Is(err, client.NoSuchCapture) {
		t.Error(err)
	}
}

func TestCustomerToken_chargeRefuseRecoverCancel(t *testing.T) {
	s := servertest.Start(t)
	api, ctx := connect(t, s), t.Context()
	pay := func(in client.PaymentSessionRequest) client.AuthorizationToken {
		t.Helper()
		payment, err := api.CreatePaymentSession(ctx, in)
		if err != nil {
			t.Fatal(err)
		}
		hosted, err := api.CreateHostedSession(ctx, client.HostedSessionRequest{PaymentSessionURL: api.PaymentSessionURL(payment.SessionID)})
		if err != nil {
			t.Fatal(err)
		}
		s.Open(t, hosted.RedirectURL).Pay("pay_now")
		read, err := api.ReadHostedSession(ctx, hosted.SessionID)
		if err != nil {
			t.Fatal(err)
		}
		return read.AuthorizationToken
	}
	first := purchase("customer@email.se")
	first.Intent = client.Tokenize
	made, err := api.CreateCustomerToken(ctx, pay(first), client.CustomerTokenRequest{Description: "a bell every spring", IntendedUse: client.Subscriptions})
	if err != nil {
		t.Fatal(err)
	}
	read, err := api.ReadCustomerToken(ctx, made.TokenID)
	if err != nil || read.Status != "ACTIVE" || read.Card == nil || *read.Card != (client.Card{Brand: "VISA", ExpiryDate: "12/2029", MaskedNumber: "************4242"}) {
		t.Fatalf("%+v %+v, %v", read, read.Card, err)
	}
	charge := client.TokenOrderRequest{PurchaseCurrency: "SEK", OrderAmount: 10000, OrderLines: bells(), StepUp: "SUPPORTED"}
	placed, err := api.ChargeCustomerToken(ctx, made.TokenID, charge, client.IdempotencyKey("spring"))
	if err != nil || placed.FraudStatus != client.FraudAccepted {
		t.Fatalf("%+v, %v", placed, err)
	}
	charge.ShippingAddress = &client.Address{Email: "customer+denied@email.se"}
	_, err = api.ChargeCustomerToken(ctx, made.TokenID, charge)
	if e := client.AsError(err); !client.Is(err, client.UnavailablePaymentMethod) || e.Reason != "denied" || e.StepUpID == "" {
		t.Fatalf("%+v", e)
	}
	recovery := purchase("customer@email.se")
	recovery.StepUpID = new(client.AsError(err).StepUpID)
	recovery.Customer = &client.Customer{CustomerToken: string(made.TokenID)}
	if _, err := api.PlaceOrder(ctx, pay(recovery), placement()); err != nil {
		t.Fatal(err)
	}
	if err := api.CancelCustomerToken(ctx, made.TokenID); err != nil {
		t.Fatal(err)
	}
	if _, err := api.ChargeCustomerToken(ctx, made.TokenID, charge); !client.Is(err, client.TokenCanceled) {
		t.Error(err)
	}
	if _, err := api.ReadCustomerToken(ctx, "unknown"); !client.Is(err, client.TokenNotFound) {
		t.Error(err)
	}
	if got := made.TokenID.String() + made.TokenID.GoString(); got != "******" {
		t.Error(got)
	}
}

// TestCustomerToken_tellsHowItIsPaid makes a token by each way to pay: only what has a number tells one, four digits of it.
func TestCustomerToken_tellsHowItIsPaid(t *testing.T) {
	s := servertest.Start(t)
	api := connect(t, s)
	for category, want := range map[client.Category]client.CustomerTokenRead{
		client.PayNow:             {PaymentMethodType: "CARD", Card: &client.Card{Brand: "VISA", ExpiryDate: "12/2029", MaskedNumber: "************4242"}},
		client.DirectDebit:        {PaymentMethodType: "DIRECT_DEBIT", DirectDebit: &client.Account{MaskedNumber: "************0131"}},
		client.DirectBankTransfer: {PaymentMethodType: "DIRECT_BANK_TRANSFER"},
		client.PayOverTime:        {PaymentMethodType: "FIXED_AMOUNT"},
		client.PayLater:           {PaymentMethodType: "INVOICE"},
	} {
		in := purchase("customer@email.de")
		in.PurchaseCountry, in.PurchaseCurrency, in.Locale, in.BillingAddress.Country, in.Intent = "DE", "EUR", "en-DE", "DE", client.Tokenize
		made, err := api.CreateCustomerToken(t.Context(), agreed(t, s, api, in, string(category)), client.CustomerTokenRequest{Description: "bells", IntendedUse: client.Subscriptions})
		if err != nil {
			t.Fatal(err)
		}
		want.Status = "ACTIVE"
		if got, err := api.ReadCustomerToken(t.Context(), made.TokenID); err != nil || !reflect.DeepEqual(*got, want) {
			t.Errorf("%s: %+v, %v", category, got, err)
		}
	}
}
