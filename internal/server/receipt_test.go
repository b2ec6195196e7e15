package server_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"kassa/internal/pay"
	"kassa/internal/server"
	"kassa/internal/servertest"
)

// receipts takes the receipts out of what a mail server has got so far.
func (m *mailbox) receipts() (out []string) {
	for {
		select {
		case mail := <-m.mails:
			if strings.Contains(mail, "Your receipt from") {
				out = append(out, mail)
			}
		default:
			return out
		}
	}
}

// TestReceipt_isSentOnce: with the payment, by a real mail server, once; under review when it is accepted, and never when it is not.
func TestReceipt_isSentOnce(t *testing.T) {
	servertest.OnBoth(t, func(t *testing.T, s *servertest.Server) {
		mails := openMailbox(t)
		s.Stop()
		s = s.Again(func(o *server.Options) {
			o.Config.SMTPURL, o.Config.MailFrom = "smtp://"+mails.address, "pay@example.com"
		})
		m := s.Merchant(t)
		buy := func(email string) string {
			t.Helper()
			cart := strings.TrimSuffix(servertest.Cart("US", "USD", "en-US", ""), "}") + `,"billing_address":{"email":"` + email + `"}}`
			link := m.Hosted(m.Payment(cart), `"place_order_mode":"PLACE_ORDER"`, ``).Text("redirect_url")
			if tab := s.Open(t, link).Pay("pay_later"); tab.PageStatus() != "COMPLETED" {
				t.Fatalf("%s: %s", email, tab.Heading())
			}
			return link
		}
		link := buy("kim@example.com")
		s.Advance(0)
		got := mails.receipts()
		if len(got) != 1 || !strings.Contains(got[0], "To: <kim@example.com>") {
			t.Fatalf("%d receipts: %.400q", len(got), got)
		}
		if body := strings.ReplaceAll(got[0], "=\r\n", ""); !strings.Contains(body, link) {
			t.Errorf("the receipt does not lead back: %s", body)
		}
		buy("kim+pend-accept-10@example.com")
		buy("kim+pend-reject-10@example.com")
		given := buy("kim+pend-accept-10+given@example.com") // given back before its review ends
		pg, err := s.Engine().Page(context.Background(), pay.Secret(given[strings.LastIndexByte(given, '/')+1:]))
		if err != nil {
			t.Fatal(err)
		}
		m.Post("/ordermanagement/v1/orders/"+string(pg.Hosted.OrderID)+"/cancel", ``).Want(204)
		s.Advance(9 * time.Minute)
		if got := mails.receipts(); len(got) != 0 {
			t.Errorf("%d receipts while the payment is under review", len(got))
		}
		s.Advance(90 * time.Second)
		s.Advance(time.Minute)
		if got := mails.receipts(); len(got) != 1 || !strings.Contains(got[0], "To: <kim+pend-accept-10@example.com>") {
			t.Errorf("%d receipts after the review: %.400q", len(got), got)
		}
		s.Advance(24 * time.Hour)
		if got := mails.receipts(); len(got) != 0 {
			t.Errorf("%d receipts a day later", len(got))
		}
		if err := s.Engine().SetContactBlocked(context.Background(), "K000001", "kim@example.com", true); err != nil {
			t.Fatal(err)
		}
		buy("kim@example.com")
		s.Advance(0)
		if got := mails.receipts(); len(got) != 0 {
			t.Errorf("%d receipts to somebody who is blocked", len(got))
		}
	})
}

// TestReceipt_theOperatorSeesIt among the messages of the payment.
func TestReceipt_theOperatorSeesIt(t *testing.T) {
	mails := openMailbox(t)
	s := servertest.Start(t, func(o *server.Options) {
		o.Config.SMTPURL, o.Config.MailFrom = "smtp://"+mails.address, "pay@example.com"
	})
	m := s.Merchant(t)
	payment := m.Payment(servertest.SwedishCart)
	s.Open(t, m.Hosted(payment, ``, ``).Text("redirect_url")).Pay("pay_later")
	s.Advance(0)
	seen, err := s.Engine().Inspect(context.Background(), payment)
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for i := range seen.Jobs {
		found = found || seen.Jobs[i].Kind == pay.JobReceipt && seen.Jobs[i].State == "done"
	}
	if !found {
		t.Errorf("no receipt among %d jobs", len(seen.Jobs))
	}
}
