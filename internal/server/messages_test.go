package server_test

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"kassa/internal/pay"
	"kassa/internal/server"
	"kassa/internal/servertest"
)

// TestCode_thatIsOverIsNotSent: a gateway that comes back after the code's ten minutes gets nothing, and nothing is left to do.
func TestCode_thatIsOverIsNotSent(t *testing.T) {
	for after, sent := range map[time.Duration]int64{9 * time.Minute: 1, pay.CodeLife: 0} {
		t.Run(after.String(), func(t *testing.T) {
			var broken atomic.Bool
			var messages, refused atomic.Int64
			gateway := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				if broken.Load() {
					refused.Add(1)
					w.WriteHeader(http.StatusServiceUnavailable)
					return
				}
				messages.Add(1)
			}))
			t.Cleanup(gateway.Close)
			var log record
			s := servertest.Start(t, into(&log), func(o *server.Options) { o.Config.SMSURL = gateway.URL + "/send?to={{to}}&text={{text}}" })
			broken.Store(true)
			m := s.Merchant(t)
			payment := m.Payment(cartOf(`"billing_address":{"given_name":"Kim","family_name":"Larsen","email":"kim@example.com","phone":"+46701740607",
 "street_address":"Granitgatan 77","postal_code":"41319","city":"Kvarnsveden","country":"SE"},"customer":{"date_of_birth":"1987-04-23","national_identification_number":"19870423-2381"}`))
			tab := s.Open(t, m.Hosted(payment, ``, ``).Text("redirect_url"))
			tab.Form().Set("category", "pay_later").Submit()
			if tab.Step() != "code" {
				t.Fatalf("step %q", tab.Step())
			}
			s.Advance(0)
			if refused.Load() == 0 {
				t.Fatal("the gateway was not asked")
			}
			broken.Store(false)
			s.Advance(after)
			s.Advance(24 * time.Hour)
			if n := messages.Load(); n != sent {
				t.Errorf("%d messages, want %d", n, sent)
			}
			if told := strings.Contains(log.String(), "expired before it could be sent"); told != (sent == 0) {
				t.Errorf("told: %v\n%s", told, log.String())
			}
			seen, err := s.Engine().Inspect(context.Background(), payment)
			if err != nil {
				t.Fatal(err)
			}
			found := false
			for _, j := range seen.Jobs {
				found = found || j.Kind == pay.JobSendCode
				if j.Kind == pay.JobSendCode && j.State != "done" {
					t.Errorf("the job is %s", j.State)
				}
			}
			if !found {
				t.Error("no job of the code")
			}
		})
	}
}

// TestCode_ofAnotherNumberWaitsForNone: while the first number cannot be reached, "Use another number" sends at once; the code of the
// first is sent no more, as it opens nothing.
func TestCode_ofAnotherNumberWaitsForNone(t *testing.T) {
	gateway := newSMSGateway(t)
	gateway.fail(firstNumber, http.StatusServiceUnavailable)
	s := servertest.Start(t, forReal(openMailbox(t)), gateway.sends)
	access, err := s.Engine().AddMerchant(context.Background(), "Nordlys Cykler")
	if err != nil {
		t.Fatal(err)
	}
	m := s.Merchant(t)
	m.Username, m.Password = access.Username, string(access.Password)
	payment := m.Payment(cartOf(strings.Replace(person, "+46701740607", firstNumber, 1)))
	tab := s.Open(t, m.Hosted(payment, ``, ``).Text("redirect_url"))
	tab.Form().Set("category", "pay_later").Submit()
	s.Advance(time.Millisecond)
	if tab.Step() != "code" || len(gateway.numbers()) != 0 {
		t.Fatalf("step %q, texts to %v", tab.Step(), gateway.numbers())
	}
	tab.FormWith("action", "change_contact").Submit()
	tab.Form().Set("phone", secondNumber).Submit()
	s.Advance(0)
	if got := gateway.numbers(); tab.Step() != "code" || !slices.Equal(got, []string{secondNumber}) {
		t.Fatalf("step %q, texts to %v: %s", tab.Step(), got, tab.Text())
	}
	gateway.fail(firstNumber, 0)
	s.Advance(time.Minute)
	if got := gateway.numbers(); len(got) != 1 {
		t.Errorf("the code that was superseded was sent: texts to %v", got)
	}
	seen, err := s.Engine().Inspect(context.Background(), payment)
	if err != nil {
		t.Fatal(err)
	}
	if got := jobStates(seen); got != "code.send done, code.send done" {
		t.Errorf("the operator sees %s", got)
	}
	tab.Form().Set("code", sixDigits.FindString(gateway.text[secondNumber])).Submit()
	if tab.Step() == "code" {
		t.Errorf("the code that was sent is not right: %s", tab.Text())
	}
}

// TestMail_bringsTheLogo: the merchant's logo comes with the mail, so that showing it asks nobody, and the link's code beside it.
func TestMail_bringsTheLogo(t *testing.T) {
	drawn := image.NewNRGBA(image.Rect(0, 0, 300, 60))
	for i := range drawn.Pix {
		drawn.Pix[i] = 0x80
	}
	var logo bytes.Buffer
	if err := png.Encode(&logo, drawn); err != nil {
		t.Fatal(err)
	}
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(logo.Bytes()) }))
	defer site.Close()
	mails := openMailbox(t)
	s := servertest.Start(t, func(o *server.Options) {
		o.Config.SMTPURL, o.Config.MailFrom = "smtp://"+mails.address, "pay@example.com"
	})
	m := s.Merchant(t)
	at := m.Hosted(m.Payment(servertest.SwedishCart), `"logo_url":"`+site.URL+`/logo.png"`, ``).Text("distribution_url")
	m.Post(at, `{"method":"email","contact_information":{"email":"kim@example.com"}}`).Want(201)
	s.Advance(0)
	select {
	case mail := <-mails.mails:
		for _, want := range []string{"Content-ID: <logo.png>", "Content-ID: <link.png>", "image/png", "multipart/alternative", "multipart/related"} {
			if !strings.Contains(strings.ToLower(mail), strings.ToLower(want)) {
				t.Errorf("no %s in the mail", want)
			}
		}
	case <-time.After(30 * time.Second):
		t.Fatal("no mail came")
	}
}
