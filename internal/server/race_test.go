package server_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"kassa/internal/pgtest"
	"kassa/internal/server"
	"kassa/internal/servertest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// onAll runs a test on one node with SQLite, on one with PostgreSQL, and on two nodes that share a PostgreSQL: always without
// the in-process locks.
func onAll(t *testing.T, test func(t *testing.T, nodes []*servertest.Server)) {
	t.Helper()
	noLocks := func(o *server.Options) { o.NoLocks = true }
	t.Run("sqlite", func(t *testing.T) { test(t, []*servertest.Server{servertest.Start(t, noLocks)}) })
	t.Run("postgres", func(t *testing.T) {
		one := servertest.Start(t, noLocks, servertest.OnPostgres(t))
		test(t, []*servertest.Server{one, one.Again()})
	})
}

// at gives the address on the i-th node of something that the first one handed out.
func at(nodes []*servertest.Server, i int, address string) string {
	return nodes[i%len(nodes)].URL() + strings.TrimPrefix(address, nodes[0].URL())
}

// atOnce runs n workers at once and waits for them.
func atOnce(n int, work func(i int)) {
	var wg sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		wg.Go(func() { <-start; work(i) })
	}
	close(start)
	wg.Wait()
}

// TestRace_thePayFormThirtyTwoTimes: a double click, a second tab, a browser that sends again. One authorization, and everybody
// is led to the present state.
func TestRace_thePayFormThirtyTwoTimes(t *testing.T) {
	onAll(t, func(t *testing.T, nodes []*servertest.Server) {
		m := nodes[0].Merchant(t)
		for _, mode := range []string{"NONE", "CAPTURE_ORDER"} {
			payment := m.Payment(servertest.SwedishCart)
			hosted := m.Hosted(payment, `"place_order_mode":"`+mode+`"`, ``)
			link := hosted.Text("redirect_url")
			servertest.Open(t, link).To("review", "pay_later")
			var forms []*servertest.Form
			for i := range nodes {
				forms = append(forms, servertest.Open(t, at(nodes, i, link)).Form())
			}
			problems := make([]error, 32)
			atOnce(len(problems), func(i int) {
				status, location, err := forms[i%len(forms)].Send()
				if err != nil || status != http.StatusSeeOther || !strings.HasPrefix(location, "/pay/") && !strings.Contains(location, "/pay/") {
					problems[i] = fmt.Errorf("status %d, to %q: %w", status, location, err)
				}
			})
			for i, err := range problems {
				if err != nil {
					t.Errorf("%s: press %d: %v", mode, i, err)
				}
			}
			if tab := servertest.Open(t, link); tab.PageStatus() != "COMPLETED" {
				t.Errorf("%s: the page stands at %s: %s", mode, tab.PageStatus(), tab.Text())
			}
			i, err := nodes[0].Engine().Inspect(t.Context(), payment)
			if err != nil || len(i.Payment.Authorizations) != 1 || (len(i.Orders) == 1) != (mode != "NONE") {
				t.Fatalf("%s: %d authorizations, %d orders, %v", mode, len(i.Payment.Authorizations), len(i.Orders), err)
			}
			if mode != "NONE" && (i.Orders[0].Captured != 10000 || len(i.Orders[0].Captures) != 1) {
				t.Errorf("captured %d in %d captures", i.Orders[0].Captured, len(i.Orders[0].Captures))
			}
		}
	})
}

// TestRace_onePlaceOrderForThirtyTwoCallsAndTenCaptures takes one token through the API, with and without idempotency keys.
func TestRace_onePlaceOrderForThirtyTwoCallsAndTenCaptures(t *testing.T) {
	onAll(t, func(t *testing.T, nodes []*servertest.Server) {
		var shops []*servertest.Merchant
		for _, n := range nodes {
			shops = append(shops, n.Merchant(t))
		}
		call := func(n int, want func(status int) bool, path, body string, header ...string) []servertest.Answer {
			t.Helper()
			answers := make([]servertest.Answer, n)
			atOnce(n, func(i int) {
				for {
					a, err := shops[i%len(shops)].Do(http.MethodPost, path, body, header...)
					if err == nil && a.Status == http.StatusConflict && strings.Contains(string(a.Body), `"CONFLICT"`) {
						continue // others were faster for two seconds: the answer says to call again
					}
					if err != nil || !want(a.Status) {
						t.Errorf("call %d of %s: status %d, %v: %s", i, path, a.Status, err, a.Body)
					}
					answers[i] = a
					return
				}
			})
			return answers
		}
		ok := func(status int) bool { return status == http.StatusOK }
		made := func(status int) bool { return status == http.StatusCreated }
		madeOrRefused := func(status int) bool { return status == http.StatusCreated || status == http.StatusForbidden }

		m := shops[0]
		hosted := m.Hosted(m.Payment(servertest.SwedishCart), ``, ``)
		servertest.Open(t, hosted.Text("redirect_url")).Pay("pay_later")
		token := m.Read("/hpp/v1/sessions/" + hosted.Text("session_id")).Text("authorization_token")
		placed := call(32, ok, "/payments/v1/authorizations/"+token+"/order", servertest.SwedishCart)
		order := placed[0].Text("order_id")
		for i, a := range placed {
			if string(a.Body) != string(placed[0].Body) {
				t.Errorf("call %d was answered %s, the first %s", i, a.Body, placed[0].Body)
			}
		}
		path := "/ordermanagement/v1/orders/" + order
		same := call(16, made, path+"/captures", `{"captured_amount":1000}`, "Klarna-Idempotency-Key", "once")
		for i, a := range same {
			if a.Header.Get("Capture-Id") != same[0].Header.Get("Capture-Id") {
				t.Errorf("call %d with the same key made capture %s, the first %s", i, a.Header.Get("Capture-Id"), same[0].Header.Get("Capture-Id"))
			}
		}
		more := 0
		for _, a := range call(64, madeOrRefused, path+"/captures", `{"captured_amount":1000}`) {
			if a.Status == http.StatusCreated {
				more++
			}
		}
		if got := m.Read(path).Want(http.StatusOK); more != 9 || got.Number("captured_amount") != 10000 || got.Text("status") != "CAPTURED" {
			t.Errorf("%d of 64 captures went through after the first: %s", more, got.Body)
		}
	})
}
