package servertest_test

import (
	"net/http"
	"strings"
	"testing"

	"kassa/internal/servertest"
)

// TestChannels_backAndCancel holds the one control by which the consumer leaves against the channel.
func TestChannels_backAndCancel(t *testing.T) {
	s := servertest.Start(t)
	m := s.Merchant(t)
	const back, cancel = `"back":"https://shop.example/back"`, `"cancel":"https://shop.example/cancel"`
	for _, tc := range []struct{ channel, urls, control, status, target string }{
		{"", back + "," + cancel, "data-back", "BACK", "https://shop.example/back"},
		{"ECOMMERCE", cancel, "data-cancel", "BACK", "https://shop.example/cancel"},
		{"ecommerce", "", "data-cancel", "CANCELLED", ""},
		{"in_store", cancel, "data-cancel", "CANCELLED", "https://shop.example/cancel"},
		{"TELESALES", cancel, "data-cancel", "CANCELLED", "https://shop.example/cancel"},
		{"IN_STORE", back, "data-back", "BACK", "https://shop.example/back"},
	} {
		cart := servertest.SwedishCart
		if tc.channel != "" {
			cart = strings.Replace(cart, "{", `{"acquiring_channel":"`+tc.channel+`",`, 1)
		}
		hosted := m.Hosted(m.Payment(cart), "", tc.urls)
		tab := s.Open(t, hosted.Text("redirect_url"))
		if tab.Has("data-back") == tab.Has("data-cancel") {
			t.Errorf("%s with %s: not one control", tc.channel, tc.urls)
		}
		tab.FormOf(tc.control).Submit()
		if tab.Has("data-confirm-cancel") != (tc.status == "CANCELLED") {
			t.Errorf("%s with %s: prompt %v", tc.channel, tc.urls, tab.Has("data-confirm-cancel"))
		}
		if tc.status == "CANCELLED" {
			if got := m.Status(hosted.Text("session_id")); got == "CANCELLED" {
				t.Errorf("%s with %s: cancelled before it was confirmed", tc.channel, tc.urls)
			}
			tab.FormOf("data-confirm-cancel").Submit()
		}
		if got := m.Status(hosted.Text("session_id")); got != tc.status || tab.Return() != tc.target {
			t.Errorf("%s with %s: %s, back to %q", tc.channel, tc.urls, got, tab.Return())
		}
	}
}

// TestChannels_inStoreNeedsNoRedirect pays as in a store: no URLs, the order captured at once, the outcome read.
func TestChannels_inStoreNeedsNoRedirect(t *testing.T) {
	s := servertest.Start(t)
	m := s.Merchant(t)
	cart := strings.Replace(servertest.SwedishCart, "{", `{"acquiring_channel":"IN_STORE","attachment":{"content_type":"application/vnd.klarna.internal.emd-v2+json","body":"{\"in_store_payment\":[{\"store_info\":{\"id\":\"7\"}}]}"},`, 1)
	session := m.Payment(cart)
	hosted := m.Hosted(session, `"place_order_mode":"CAPTURE_ORDER"`, "")
	tab := s.Open(t, hosted.Text("redirect_url")).Pay("pay_now")
	if tab.PageStatus() != "COMPLETED" || tab.Return() != "" || tab.Header.Get("Refresh") != "" {
		t.Fatalf("%s, back to %q: %s", tab.PageStatus(), tab.Return(), tab.Text())
	}
	read := m.Read("/hpp/v1/sessions/" + hosted.Text("session_id")).Want(http.StatusOK)
	if got := m.Read("/ordermanagement/v1/orders/" + read.Text("order_id")).Want(http.StatusOK).Text("status"); got != "CAPTURED" {
		t.Fatal(got)
	}
	if got := m.Read("/payments/v1/sessions/" + session).Want(http.StatusOK); got.Text("acquiring_channel") != "IN_STORE" || !strings.Contains(string(got.Body), "in_store_payment") {
		t.Fatalf("%s", got.Body)
	}
}

// TestConfirmation_redirectURLLeadsToTheMerchant follows redirect_url of a placed order.
func TestConfirmation_redirectURLLeadsToTheMerchant(t *testing.T) {
	s := servertest.Start(t)
	m := s.Merchant(t)
	cart := strings.Replace(servertest.SwedishCart, "{", `{"merchant_urls":{"confirmation":"https://shop.example/done?s={session.id}&o={order.id}"},`, 1)
	session := m.Payment(cart)
	hosted := m.Hosted(session, "", "")
	s.Open(t, hosted.Text("redirect_url")).Pay("pay_later")
	token := m.Read(hosted.Text("session_url")).Want(http.StatusOK).Text("authorization_token")
	placed := m.Post("/payments/v1/authorizations/"+token+"/order", cart).Want(http.StatusOK)
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for address, want := range map[string]string{
		placed.Text("redirect_url"):        "https://shop.example/done?s=" + session + "&o=" + placed.Text("order_id"),
		s.URL() + "/redirect/2-" + session: "", s.URL() + "/redirect/1-x": "", s.URL() + "/redirect/" + session: "",
	} {
		resp, err := client.Get(address)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if got := resp.Header.Get("Location"); got != want || (want != "" && resp.StatusCode != http.StatusSeeOther) || (want == "" && resp.StatusCode != http.StatusNotFound) {
			t.Errorf("%s: %d, to %q, want %q", address, resp.StatusCode, got, want)
		}
	}
}
