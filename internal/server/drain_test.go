package server_test

import (
	"context"
	"net/http"
	"testing"

	"kassa/internal/decide"
	"kassa/internal/pay"
	"kassa/internal/server"
	"kassa/internal/servertest"
)

// slow is a decider that answers when it is told to.
type slow struct{ asked, answer chan struct{} }

// Decide waits.
func (d slow) Decide(ctx context.Context, r decide.Request) (pay.Decision, error) {
	close(d.asked)
	<-d.answer
	return decide.Sandbox{}.Decide(ctx, r)
}

// TestShutdown_letsAPaymentEnd: the consumer has pressed the pay button when the server is told to stop.
func TestShutdown_letsAPaymentEnd(t *testing.T) {
	d := slow{make(chan struct{}), make(chan struct{})}
	s := servertest.Start(t, func(o *server.Options) { o.Decider = d })
	m := s.Merchant(t)
	hosted := m.Hosted(m.Payment(servertest.SwedishCart), `"place_order_mode":"PLACE_ORDER"`, ``)
	tab := s.Open(t, hosted.Text("redirect_url")).To("review", "pay_later")
	type sent struct {
		status int
		err    error
	}
	paid, stopped := make(chan sent, 1), make(chan struct{})
	go func() {
		status, _, err := tab.Form().Send()
		paid <- sent{status, err}
	}()
	<-d.asked
	go func() { defer close(stopped); s.Stop() }()
	for status := 0; status != http.StatusServiceUnavailable; {
		resp, err := http.Get(s.AdminURL() + "/readyz")
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		status = resp.StatusCode
	}
	select {
	case <-stopped:
		t.Fatal("it did not wait for the payment")
	case got := <-paid:
		t.Fatalf("answered before the decision: %+v", got)
	default:
	}
	close(d.answer)
	if got := <-paid; got.err != nil || got.status != http.StatusSeeOther {
		t.Errorf("the pay button was answered %d, %v", got.status, got.err)
	}
	<-stopped
	again := s.Again()
	if got := again.Merchant(t).Read("/hpp/v1/sessions/" + hosted.Text("session_id")).Want(200); got.Text("order_id") == "" {
		t.Errorf("no order: %s", got.Body)
	}
}
