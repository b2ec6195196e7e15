package servertest_test

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"kassa/internal/servertest"
)

// The public guide's own example requests, as it prints them and completed where it breaks off: members, order, spelling and
// amounts are its own.
const (
	guideSession = `{
    "purchase_country": "us",
    "purchase_currency": "usd",
    "locale": "en-US",
    "order_amount": 20000,
    "order_tax_amount": 0,
    "order_lines": [
        {
            "image_url": "https://www.exampleobjects.com/logo.png",
            "type": "physical",
            "reference": "19-402-USA",
            "name": "Battery Power Pack",
            "quantity": 1,
            "unit_price": 20000,
            "tax_rate": 0,
            "total_amount": 20000,
            "total_discount_amount": 0,
            "total_tax_amount": 0
        }
    ]
}`
	guideOrder = `{
  "purchase_country": "GB",
  "purchase_currency": "GBP",
  "locale": "en-GB",
  "order_amount": 57064,
  "order_tax_amount": 9511,
  "order_lines": [
    {
      "image_url": "https://www.exampleobjects.com/logo.png",
      "type": "physical",
      "reference": "19-402",
      "name": "black T-Shirt",
      "quantity": 1,
      "unit_price": 57064,
      "tax_rate": 2000,
      "total_amount": 57064,
      "total_discount_amount": 0,
      "total_tax_amount": 9511
    }
  ]
}`
	guideToken = "https://example.com/success?sid={{session_id}}&authorization_token={{authorization_token}}"
	guideOrdID = "https://example.com/success?sid={{session_id}}&oder_id={{oder_id}}"
)

// host makes a hosted session as the guide's step 2b: the payment session by the address that the guide prints for it, whoever
// serves it, and the options of one of its examples.
func host(m *servertest.Merchant, payment, options, urls string) servertest.Answer {
	if options == "" {
		options = `{"options":{}}`
	}
	return m.Post("/hpp/v1/sessions", fmt.Sprintf(`{"payment_session_url":"https://api.klarna.com/payments/v1/sessions/%s","merchant_urls":{%s},%s`,
		payment, urls, strings.TrimPrefix(options, "{")))
}

// TestGuide_authorizedPayment is the guide's default way: 2a, 2b, the page, 4a and 4b, 5a, and what follows.
func TestGuide_authorizedPayment(t *testing.T) {
	s := servertest.Start(t)
	m := s.Merchant(t)

	// 2a, with the headers of the guide's curl.
	created := m.Post("/payments/v1/sessions", guideOrder, "Cache-Control", "no-cache").Want(http.StatusOK)
	if created.Text("client_token") == "" {
		t.Fatalf("%s", created.Body)
	}
	payment := created.Text("session_id")

	// 2b.
	hosted := host(m, payment, "", `"success":"`+guideToken+`"`).Want(http.StatusCreated)
	session := "/hpp/v1/sessions/" + hosted.Text("session_id")
	if got := m.Read(session).Want(http.StatusOK).Text("status"); got != "WAITING" {
		t.Fatal(got)
	}

	// 4 and 5 of the diagram: the consumer pays on the page.
	tab := s.Open(t, hosted.Text("redirect_url")).Pay("pay_over_time")
	if tab.PageStatus() != "COMPLETED" {
		t.Fatal(tab.Text())
	}

	// 4a: the outcome stands in the address, and nothing else does.
	read := m.Read(session).Want(http.StatusOK)
	token := read.Text("authorization_token")
	if want := "https://example.com/success?sid=" + hosted.Text("session_id") + "&authorization_token=" + token; tab.Return() != want {
		t.Errorf("the consumer goes to %s, want %s", tab.Return(), want)
	}

	// 4b: the session tells the same.
	if read.Text("status") != "COMPLETED" || token == "" || read.Text("order_id") != "" {
		t.Fatalf("%s", read.Body)
	}

	// 5a.
	placed := m.Post("/payments/v1/authorizations/"+token+"/order", guideOrder).Want(http.StatusOK)
	if placed.Text("fraud_status") != "ACCEPTED" {
		t.Fatalf("%s", placed.Body)
	}

	// Capture when the goods are sent.
	order := "/ordermanagement/v1/orders/" + placed.Text("order_id")
	if got := m.Read(order).Want(http.StatusOK); got.Text("status") != "AUTHORIZED" || got.Number("order_amount") != 57064 || got.Text("purchase_country") != "GB" {
		t.Fatalf("%s", got.Body)
	}
	m.Post(order+"/captures", `{"captured_amount":57064}`).Want(http.StatusCreated)
	if got := m.Read(order).Text("status"); got != "CAPTURED" {
		t.Fatal(got)
	}
}

// TestGuide_createsInLowerCase is step 2a as printed, and what the guide prints of its answer.
func TestGuide_createsInLowerCase(t *testing.T) {
	s := servertest.Start(t)
	m := s.Merchant(t)
	created := m.Post("/payments/v1/sessions", guideSession, "Cache-Control", "no-cache").Want(http.StatusOK).Object()
	category := created["payment_method_categories"].([]any)[0].(map[string]any)
	assets := category["asset_urls"].(map[string]any)
	if category["identifier"] != "pay_later" || category["name"] == "" {
		t.Fatalf("%v", category)
	}
	for _, name := range []string{"descriptive", "standard"} {
		resp, err := http.Get(assets[name].(string))
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "image/svg+xml" {
			t.Errorf("%s picture: %d %s", name, resp.StatusCode, resp.Header.Get("Content-Type"))
		}
	}
	read := m.Read("/payments/v1/sessions/" + created["session_id"].(string)).Want(http.StatusOK)
	if read.Text("purchase_country") != "US" || read.Text("purchase_currency") != "USD" || read.Text("status") != "incomplete" {
		t.Fatalf("%s", read.Body)
	}
	hosted := host(m, created["session_id"].(string), "", `"success":"`+guideToken+`"`).Want(http.StatusCreated)
	tab := s.Open(t, hosted.Text("redirect_url")).Pay("pay_now")
	if tab.PageStatus() != "COMPLETED" || servertest.Query(t, tab.Return(), "authorization_token") == "" {
		t.Fatalf("%q %s", tab.Return(), tab.Text())
	}
}

// TestGuide_placeOrderModes lets the page place the order, with the guide's own spelling of the placeholder; a redirect that
// never happens changes nothing about it.
func TestGuide_placeOrderModes(t *testing.T) {
	s := servertest.Start(t)
	m := s.Merchant(t)
	for mode, status := range map[string]string{"CAPTURE_ORDER": "CAPTURED", "PLACE_ORDER": "AUTHORIZED"} {
		hosted := host(m, m.Payment(guideSession), `{
    "options": {
        "place_order_mode": "`+mode+`"
    }
}`, `"success":"`+guideOrdID+`"`).Want(http.StatusCreated)
		tab := s.Open(t, hosted.Text("redirect_url")).Pay("pay_later")
		read := m.Read("/hpp/v1/sessions/" + hosted.Text("session_id")).Want(http.StatusOK)
		order := read.Text("order_id")
		if read.Text("status") != "COMPLETED" || order == "" || read.Text("authorization_token") != "" {
			t.Fatalf("%s: %s", mode, read.Body)
		}
		if want := "https://example.com/success?sid=" + hosted.Text("session_id") + "&oder_id=" + order; tab.Return() != want {
			t.Errorf("%s: the consumer goes to %s, want %s", mode, tab.Return(), want)
		}
		if got := m.Read("/ordermanagement/v1/orders/" + order).Want(http.StatusOK).Text("status"); got != status {
			t.Errorf("%s: the order is %s, want %s", mode, got, status)
		}
	}
}

var offered = regexp.MustCompile(`name="category" value="([a-z_]+)"`)

// TestGuide_categoryOptions holds the page against the guide's examples of options: one way, a list, all, and the fallback.
func TestGuide_categoryOptions(t *testing.T) {
	s := servertest.Start(t)
	m := s.Merchant(t)
	payment := m.Payment(guideSession)
	for _, tc := range []struct {
		options string
		ways    []string
	}{
		{`{
    "options": {
        "payment_method_category": "pay_later"
    }
}`, []string{"pay_later"}},
		{`{
    "options": {
        "payment_method_categories": [
            "pay_later",
            "pay_now"
        ]
    }
}`, []string{"pay_later", "pay_now"}},
		{`{"options":{}}`, []string{"pay_later", "pay_now", "pay_over_time"}},
		{`{
    "options": {
        "payment_fallback": true,
        "payment_method_categories": [
            "pay_later",
            "pay_now"
        ]
    }
}`, []string{"pay_later", "pay_now"}},
	} {
		tab := s.Open(t, host(m, payment, tc.options, "").Want(http.StatusCreated).Text("redirect_url"))
		var ways []string
		for _, way := range offered.FindAllStringSubmatch(tab.Body, -1) {
			ways = append(ways, way[1])
		}
		slices.Sort(ways)
		if !slices.Equal(ways, tc.ways) {
			t.Errorf("%s offers %v", tc.options, ways)
		}
	}
	refusal := host(m, payment, `{"options":{"payment_method_category":"pay_later","payment_method_categories":["pay_later","pay_now"]}}`, "")
	refused(t, "both", refusal.Status, refusal.Body, http.StatusBadRequest, "BAD_VALUE")
}

// TestGuide_fallback is the guide's example of the fallback flow: declined in the way that was chosen before, the consumer is
// offered the others, and is rejected when those decline too. Without it the first decline rejects.
func TestGuide_fallback(t *testing.T) {
	s := servertest.Start(t)
	m := s.Merchant(t)
	denied := strings.Replace(guideSession, "{", `{"billing_address":{"country":"us","email":"customer+denied@email.us"},`, 1)
	for fallback, step := range map[string]string{"true": "method", "false": "outcome"} {
		hosted := host(m, m.Payment(denied), `{"options":{"payment_method_category":"pay_over_time","payment_fallback":`+fallback+`}}`, `"failure":"https://example.com/failure"`)
		tab := s.Open(t, hosted.Want(http.StatusCreated).Text("redirect_url")).To("review", "pay_over_time")
		tab.Form().Submit()
		if tab.Step() != step {
			t.Fatalf("with payment_fallback %s the consumer stands at %q: %s", fallback, tab.Step(), tab.Text())
		}
		if fallback == "true" {
			for _, way := range []string{"pay_later", "pay_now"} {
				tab.To("review", way).Form().Submit()
			}
		}
		if tab.PageStatus() != "FAILED" || tab.Return() != "https://example.com/failure" {
			t.Errorf("with payment_fallback %s it ends at %s, back to %q", fallback, tab.PageStatus(), tab.Return())
		}
		if got := m.Status(hosted.Text("session_id")); got != "FAILED" {
			t.Errorf("with payment_fallback %s the session is %s", fallback, got)
		}
	}
}

// TestGuide_pollingWithoutURLs is the guide's other sequence: no URL is given, the page ends by itself, and the shop reads.
func TestGuide_pollingWithoutURLs(t *testing.T) {
	s := servertest.Start(t)
	m := s.Merchant(t)
	hosted := host(m, m.Payment(guideSession), "", "").Want(http.StatusCreated)
	tab := s.Open(t, hosted.Text("redirect_url")).Pay("pay_later")
	if tab.PageStatus() != "COMPLETED" || tab.Return() != "" {
		t.Fatalf("%s, back to %q", tab.PageStatus(), tab.Return())
	}
	if read := m.Read("/hpp/v1/sessions/" + hosted.Text("session_id")); read.Text("status") != "COMPLETED" || read.Text("authorization_token") == "" {
		t.Fatalf("%s", read.Body)
	}
	cancelled := host(m, m.Payment(guideSession), "", `"success":"`+guideToken+`"`).Want(http.StatusCreated)
	tab = s.Open(t, cancelled.Text("redirect_url"))
	tab.FormOf("data-cancel").Submit().FormOf("data-confirm-cancel").Submit()
	if got := m.Status(cancelled.Text("session_id")); got != "CANCELLED" || tab.Return() != "" {
		t.Fatalf("%s, back to %q", got, tab.Return())
	}
}

// TestGuide_disable is the guide's last call.
func TestGuide_disable(t *testing.T) {
	s := servertest.Start(t)
	m := s.Merchant(t)
	hosted := host(m, m.Payment(guideSession), "", `"success":"`+guideToken+`"`).Want(http.StatusCreated)
	m.Delete("/hpp/v1/sessions/" + hosted.Text("session_id")).Want(http.StatusNoContent)
	if tab := s.Open(t, hosted.Text("redirect_url")); tab.PageStatus() != "DISABLED" || tab.Step() == "method" {
		t.Fatalf("%s at %q: %s", tab.PageStatus(), tab.Step(), tab.Text())
	}
	if got := m.Status(hosted.Text("session_id")); got != "DISABLED" {
		t.Fatal(got)
	}
}
