package servertest_test

import (
	"testing"

	"kassa/internal/pgtest"
	"kassa/internal/servertest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func TestWalk_fromSessionToRefund(t *testing.T) {
	servertest.OnBoth(t, func(t *testing.T, s *servertest.Server) {
		m := s.Merchant(t)
		hosted := m.Hosted(m.Payment(servertest.SwedishCart), ``, `"success":"https://shop.example/ok?sid={{session_id}}&token={{authorization_token}}"`)
		tab := s.Open(t, hosted.Text("redirect_url")).Pay("pay_later")
		if tab.PageStatus() != "COMPLETED" {
			t.Fatal(tab.Text())
		}
		token := servertest.Query(t, tab.Return(), "token")
		order := "/ordermanagement/v1/orders/" + m.Post("/payments/v1/authorizations/"+token+"/order", servertest.SwedishCart).Want(200).Text("order_id")
		m.Post(order+"/captures", `{"captured_amount":10000}`).Want(201)
		m.Post(order+"/refunds", `{"refunded_amount":4000}`).Want(201)
		got := m.Read(order).Want(200)
		if got.Text("status") != "CAPTURED" || got.Number("refunded_amount") != 4000 {
			t.Fatalf("%s", got.Body)
		}
	})
}
