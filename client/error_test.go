package client_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"kassa/client"
	"kassa/internal/pay"
	"kassa/internal/servertest"
)

const unknownID = "0190d1f4-5d6e-7000-8000-00000000dead"

// TestErrors_areTyped calls a real server so that it refuses for each reason that a merchant can meet.
func TestErrors_areTyped(t *testing.T) {
	s := servertest.Start(t)
	api := connect(t, s)
	order, captured, cancelled := ordered(t, s, api), ordered(t, s, api), ordered(t, s, api)
	if _, err := api.Capture(t.Context(), captured, client.CaptureRequest{CapturedAmount: 6000}); err != nil {
		t.Fatal(err)
	}
	if err := api.CancelOrder(t.Context(), cancelled); err != nil {
		t.Fatal(err)
	}
	donePayment, doneHosted := host(t, api, client.HostedOptions{PlaceOrderMode: client.ModePlaceOrder})
	s.Open(t, doneHosted.RedirectURL).Pay("pay_later")
	_, open := host(t, api, client.HostedOptions{})
	token := authorized(t, s, api)
	other := placement()
	other.OrderAmount, other.OrderLines[0].UnitPrice, other.OrderLines[0].TotalAmount, other.OrderLines[0].TotalTaxAmount = 12000, 6000, 12000, 2400

	for _, c := range []struct {
		name   string
		status int
		code   client.Code
		call   func(ctx context.Context) error
	}{
		{"wrong password", 401, client.Unauthorized, func(ctx context.Context) error {
			_, err := connect(t, s, func(o *client.Options) { o.Password = "wrong" }).ReadOrder(ctx, order)
			return err
		}},
		{"bad member", 400, client.BadValue, func(ctx context.Context) error {
			in := purchase("customer@email.se")
			in.OrderLines[0].TotalTaxAmount = 4100
			_, err := api.CreatePaymentSession(ctx, in)
			return err
		}},
		{"completed page", 400, client.BadRequest, func(ctx context.Context) error { return api.DisableHostedSession(ctx, doneHosted.SessionID) }},
		{"completed payment", 404, client.SessionCompleted, func(ctx context.Context) error {
			return api.UpdatePaymentSession(ctx, donePayment, client.PaymentSessionUpdate{MerchantReference1: new("late")})
		}},
		{"unknown session", 404, client.NotFound, func(ctx context.Context) error { _, err := api.ReadHostedSession(ctx, unknownID); return err }},
		{"unknown token", 404, client.NotFound, func(ctx context.Context) error { _, err := api.PlaceOrder(ctx, unknownID, placement()); return err }},
		{"more than authorized", 409, client.BadValue, func(ctx context.Context) error { _, err := api.PlaceOrder(ctx, token, other); return err }},
		{"no UUID", 400, client.InvalidOrderID, func(ctx context.Context) error { _, err := api.ReadOrder(ctx, "4711"); return err }},
		{"unknown order", 404, client.NoSuchOrder, func(ctx context.Context) error { _, err := api.ReadOrder(ctx, unknownID); return err }},
		{"unknown capture", 404, client.NoSuchCapture, func(ctx context.Context) error { _, err := api.ReadCapture(ctx, order, unknownID); return err }},
		{"unknown refund", 404, client.NotFound, func(ctx context.Context) error { _, err := api.ReadRefund(ctx, order, unknownID); return err }},
		{"capture of nothing", 422, client.Unprocessable, func(ctx context.Context) error {
			_, err := api.Capture(ctx, order, client.CaptureRequest{})
			return err
		}},
		{"capture of too much", 403, client.CaptureNotAllowed, func(ctx context.Context) error {
			_, err := api.Capture(ctx, order, client.CaptureRequest{CapturedAmount: 10001})
			return err
		}},
		{"refund before capture", 403, client.RefundNotAllowed, func(ctx context.Context) error {
			_, err := api.Refund(ctx, order, client.RefundRequest{RefundedAmount: 1})
			return err
		}},
		{"cancel after capture", 403, client.CancelNotAllowed, func(ctx context.Context) error { return api.CancelOrder(ctx, captured) }},
		{"cancel twice", 403, client.CancelNotAllowed, func(ctx context.Context) error { return api.CancelOrder(ctx, cancelled) }},
		{"too large", 413, client.RequestTooLarge, func(ctx context.Context) error {
			in := purchase("customer@email.se")
			in.MerchantData = strings.Repeat("x", 1<<20)
			_, err := api.CreatePaymentSession(ctx, in)
			return err
		}},
		{"link without an address", 400, client.MissingContactData, func(ctx context.Context) error {
			return api.DistributeHostedSession(ctx, open.SessionID, client.DistributionRequest{Method: client.ByEmail})
		}},
		{"link to no address", 400, client.ConstraintViolation, func(ctx context.Context) error {
			return api.DistributeHostedSession(ctx, open.SessionID, client.DistributionRequest{
				Method: client.ByEmail, ContactInformation: client.DistributionContact{Email: "nobody"},
			})
		}},
		{"link to a phone of nowhere", 400, client.UnsupportedCountry, func(ctx context.Context) error {
			return api.DistributeHostedSession(ctx, open.SessionID, client.DistributionRequest{
				Method: client.BySMS, ContactInformation: client.DistributionContact{Phone: "123456", PhoneCountry: "AQ"},
			})
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := c.call(t.Context())
			e := client.AsError(err)
			if e == nil {
				t.Fatalf("no refusal: %v", err)
			}
			if e.Status != c.status || e.Code != c.code || len(e.Messages) == 0 || e.CorrelationID == "" {
				t.Errorf("refused as %d %s %q %q, want %d %s", e.Status, e.Code, e.Messages, e.CorrelationID, c.status, c.code)
			}
			if !client.Is(err, client.Internal, c.code) || client.Is(err, client.Internal) {
				t.Error("Is does not know its code")
			}
			if client.Unknown(err) != (c.status >= 500) {
				t.Errorf("Unknown is %v", client.Unknown(err))
			}
			for _, part := range []string{string(e.Code), e.Messages[0], e.CorrelationID} {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%q is not in %q", part, err)
				}
			}
		})
	}
}

func TestErrors_explainInTheSandbox(t *testing.T) {
	api := connect(t, servertest.Start(t))
	in := purchase("customer@email.se")
	in.OrderLines[0].TotalTaxAmount = 4100
	_, err := api.CreatePaymentSession(t.Context(), in)
	if e := client.AsError(err); e == nil || !strings.Contains(e.Explain, "2000") {
		t.Errorf("the expected tax is not told: %v", err)
	}
}

func TestErrors_ofADisabledMerchant(t *testing.T) {
	s := servertest.Start(t)
	b := s.Store().NewBatch()
	b.SetMerchantStatus("K000001", pay.MerchantDisabled)
	if err := s.Store().Commit(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	_, err := connect(t, s).ReadOrder(t.Context(), unknownID)
	if e := client.AsError(err); !client.Is(err, client.MerchantInactive) || e.Status != 403 {
		t.Errorf("refused with %v", err)
	}
}

func TestErrors_ofAServerThatIsNotThere(t *testing.T) {
	s := servertest.Start(t)
	api := connect(t, s)
	s.Stop()
	_, err := api.PlaceOrder(t.Context(), "top-secret-token", placement())
	if !errors.Is(err, client.ErrNoAnswer) || !client.Unknown(err) || client.AsError(err) != nil {
		t.Errorf("got %v", err)
	}
	if strings.Contains(err.Error(), "top-secret-token") {
		t.Errorf("the token is in the error: %v", err)
	}
}

func TestUnknown_isNoOtherError(t *testing.T) {
	if client.Unknown(nil) || client.Unknown(errors.New("mine")) || client.AsError(errors.New("mine")) != nil || client.Is(nil, client.NotFound) {
		t.Error("errors of others are taken for the API's")
	}
}
