package shop_test

import (
	"image"
	_ "image/png" // what the shop's pictures are
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"kassa/client"
	"kassa/internal/servertest"
)

// The shop and the payment page write the same amounts the same way, in every market of the shop; and the page shows the shop's pictures.
func TestShop_looksLikeItsPaymentPage(t *testing.T) {
	w := open(t)
	for market, says := range map[string][2]string{
		"se": {"3\u00a0282,00\u00a0kr", "1\u00a0194,00\u00a0kr"}, "se-sv": {"3\u00a0282,00\u00a0kr", "1\u00a0194,00\u00a0kr"}, "gb": {"£273.00", "£99.00"},
		"de": {"288,00\u00a0€", "105,00\u00a0€"}, "de-de": {"288,00\u00a0€", "105,00\u00a0€"},
	} {
		query := "m=" + market + "&hjalm=2&ask=1"
		cart, page := w.visit("/cart?"+query), w.checkout(query, "approved")
		for _, amount := range says {
			for where, body := range map[string]string{"cart": cart.Body, "page": page.Body} {
				if !strings.Contains(body, amount) {
					t.Errorf("%s: the %s does not write %s", market, where, amount)
				}
			}
		}
		pictures := regexp.MustCompile(`src="([^"]+/line/\d)`).FindAllStringSubmatch(page.Body, -1)
		if len(pictures) != 2 {
			t.Fatalf("%s: %d pictures on the page", market, len(pictures))
		}
		for _, p := range pictures {
			resp, err := http.Get(w.kassa.URL() + p[1])
			if err != nil {
				t.Fatal(err)
			}
			_, kind, err := image.DecodeConfig(resp.Body)
			_ = resp.Body.Close()
			if err != nil || kind != "png" || resp.StatusCode != http.StatusOK {
				t.Errorf("%s: picture %s: %d %s %v", market, p[1], resp.StatusCode, kind, err)
			}
		}
	}
}

// Whoever tries the API by hand comes back to an address that shows the payment: before the order, after it, and when nothing is known.
func TestPaid_showsAPaymentThatIsNoOrderOfTheShops(t *testing.T) {
	w := open(t)
	ctx := t.Context()
	payment, err := w.api.CreatePaymentSession(ctx, client.PaymentSessionRequest{
		PurchaseCountry: "SE", PurchaseCurrency: "SEK", Locale: "en-SE", OrderAmount: 179600,
		OrderLines: []client.OrderLine{{Name: "Running shoe", Quantity: 2, UnitPrice: 89800, TotalAmount: 179600}},
	})
	if err != nil {
		t.Fatal(err)
	}
	hosted, err := w.api.CreateHostedSession(ctx, client.HostedSessionRequest{
		PaymentSessionURL: w.api.PaymentSessionURL(payment.SessionID),
		MerchantURLs:      &client.HostedURLs{Success: client.ReturnURL(w.url+"/paid", client.PlaceholderSessionID, client.PlaceholderAuthorizationToken)},
	})
	if err != nil {
		t.Fatal(err)
	}
	early := w.visit("/paid?session_id=" + string(hosted.SessionID))
	if text := early.Text(); !strings.Contains(text, "The payment is not completed") || !strings.Contains(text, "WAITING") {
		t.Errorf("before: %s", text)
	}
	back := servertest.Open(t, hosted.RedirectURL).Pay("pay_later").Return()
	brought := servertest.Query(t, back, "authorization_token")
	if text := servertest.Open(t, back).Text(); !strings.Contains(text, "The payment is authorized 1 796,00 kr") || !strings.Contains(text, brought) {
		t.Errorf("authorized: %s", text)
	}
	if text := w.visit("/?token=" + brought).Text(); !strings.Contains(text, "The payment came back") || !strings.Contains(text, brought) {
		t.Errorf("a token alone: %s", text)
	}
	for _, nothing := range []string{"none", "0197d2c0-6b1e-7a51-9c7e-0c5a2f0e3d11"} {
		if text := w.visit("/paid?session_id=" + nothing).Text(); !strings.Contains(text, "This payment cannot be read") {
			t.Errorf("%s: %s", nothing, text)
		}
	}
	placed := client.OrderRequest{
		PurchaseCountry: "SE", PurchaseCurrency: "SEK", Locale: "en-SE", OrderAmount: 179600,
		OrderLines: []client.OrderLine{{Name: "Running shoe", Quantity: 2, UnitPrice: 89800, TotalAmount: 179600}},
	}
	if _, err := w.api.PlaceOrder(ctx, client.AuthorizationToken(brought), placed); err != nil {
		t.Fatal(err)
	}
	for after, told := client.Cursor(""), false; !told; {
		page, err := w.api.Events(ctx, after, 0, 10*time.Second)
		if err != nil || len(page.Events) == 0 {
			t.Fatalf("no order is told: %v", err)
		}
		told = slices.ContainsFunc(page.Events, func(e client.Event) bool { return e.Type == client.EventOrderPlaced })
		after = page.NextCursor
	}
	if text := servertest.Open(t, back).Text(); !strings.Contains(text, "Paid, and the order is placed 1 796,00 kr") || !strings.Contains(text, "Running shoe") {
		t.Errorf("placed: %s", text)
	}
}
