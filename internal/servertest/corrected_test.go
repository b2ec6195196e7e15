package servertest_test

import (
	"testing"

	"kassa/client"
	"kassa/internal/servertest"
)

// TestCorrected_theMerchantMayRepeatItsOwnAddress has the consumer correct on the page what the merchant sent: the order that repeats
// the merchant's words is placed, and goes to the corrected address.
func TestCorrected_theMerchantMayRepeatItsOwnAddress(t *testing.T) {
	servertest.OnBoth(t, func(t *testing.T, s *servertest.Server) {
		w := &refusals{t, s, s.Merchant(t), s.Client(t)}
		in := cart()
		in.BillingAddress = &client.Address{
			Country: "SE", GivenName: "A", FamilyName: "Test", Email: "customer@email.se", Phone: "12", StreetAddress: "Storgatan 1", PostalCode: "111 22", City: "Stockholm",
		}
		id := w.payment(in)
		made, err := w.host(id, client.HostedOptions{})
		w.must(err)
		tab := s.Open(t, made.RedirectURL).To("contact", "pay_later")
		tab.Form().Set("given_name", "Alva").Set("phone", "070-174 06 15").Submit()
		tab.Pay("pay_later")
		read, err := w.api.ReadHostedSession(t.Context(), made.SessionID)
		w.must(err)
		placing := placing()
		placing.BillingAddress = in.BillingAddress
		placed, err := w.api.PlaceOrder(t.Context(), read.AuthorizationToken, placing)
		w.must(err)
		order, err := w.api.ReadOrder(t.Context(), placed.OrderID)
		w.must(err)
		if a := order.BillingAddress; a.GivenName != "Alva" || a.Phone != "+46701740615" || a.StreetAddress != "Storgatan 1" {
			t.Errorf("%+v", a)
		}
	})
}
