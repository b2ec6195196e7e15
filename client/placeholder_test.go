package client_test

import (
	"net/url"
	"testing"

	"kassa/client"
	"kassa/internal/servertest"
)

func queryOf(t *testing.T, address string) url.Values {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.Query()
}

func TestReturnURL_addsPlaceholders(t *testing.T) {
	for _, c := range []struct{ address, want string }{
		{"https://shop.example/ok", "https://shop.example/ok?session_id={{session_id}}&order_id={{order_id}}"},
		{"https://shop.example/ok?a=b", "https://shop.example/ok?a=b&session_id={{session_id}}&order_id={{order_id}}"},
		{"https://shop.example/ok?a=b#top", "https://shop.example/ok?a=b&session_id={{session_id}}&order_id={{order_id}}#top"},
	} {
		if got := client.ReturnURL(c.address, client.PlaceholderSessionID, client.PlaceholderOrderID); got != c.want {
			t.Errorf("ReturnURL(%q) = %q, want %q", c.address, got, c.want)
		}
	}
	if got := client.ReturnURL("https://shop.example/ok"); got != "https://shop.example/ok" {
		t.Errorf("without placeholders: %q", got)
	}
}

// TestReturnURL_isFilledByThePage sends a real consumer through the page.
func TestReturnURL_isFilledByThePage(t *testing.T) {
	s := servertest.Start(t)
	api := connect(t, s)
	payment, err := api.CreatePaymentSession(t.Context(), purchase("customer@email.se"))
	if err != nil {
		t.Fatal(err)
	}
	hosted, err := api.CreateHostedSession(t.Context(), client.HostedSessionRequest{
		PaymentSessionURL: api.PaymentSessionURL(payment.SessionID),
		Options:           &client.HostedOptions{PlaceOrderMode: client.ModePlaceOrder},
		MerchantURLs: &client.HostedURLs{Success: client.ReturnURL("https://shop.example/ok?n=7#top",
			client.PlaceholderSessionID, client.PlaceholderAuthorizationToken, client.PlaceholderOrderID)},
	})
	if err != nil {
		t.Fatal(err)
	}
	back := s.Open(t, hosted.RedirectURL).Pay("pay_later").Return()
	session, err := api.ReadHostedSession(t.Context(), hosted.SessionID)
	if err != nil {
		t.Fatal(err)
	}
	got, want := client.ParseReturn(queryOf(t, back)), client.Return{SessionID: hosted.SessionID, OrderID: session.OrderID}
	if got != want || session.OrderID == "" || queryOf(t, back).Get("n") != "7" {
		t.Errorf("%s brought %+v, want %+v", back, got, want)
	}
}
