package server_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kassa/internal/pay"
	"kassa/internal/server"
	"kassa/internal/servertest"
)

// smsGateway takes text messages, but those to the numbers that it fails for.
type smsGateway struct {
	*httptest.Server
	mu    sync.Mutex
	fails map[string]int // the status by number, instead of 200
	took  []string       // numbers, in order
	text  map[string]string
}

func newSMSGateway(t *testing.T) *smsGateway {
	g := &smsGateway{fails: map[string]int{}, text: map[string]string{}}
	g.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g.mu.Lock()
		defer g.mu.Unlock()
		to := r.FormValue("to")
		if status := g.fails[to]; status != 0 {
			w.WriteHeader(status)
			return
		}
		g.took, g.text[to] = append(g.took, to), r.FormValue("text")
	}))
	t.Cleanup(g.Close)
	return g
}

// fail has the messages to a number answered with a status; 0: taken.
func (g *smsGateway) fail(to string, status int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.fails[to] = status
}

// numbers lists who got a message so far, in order.
func (g *smsGateway) numbers() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.took)
}

func (g *smsGateway) sends(o *server.Options) {
	o.Config.SMSURL = g.URL + "/send?to={{to}}&text={{text}}"
}

const firstNumber, secondNumber = "+46701740601", "+46701740602"

// TestMessages_waitForNoOther: a number that cannot be reached for now holds back no other message of its session, by whatever way.
func TestMessages_waitForNoOther(t *testing.T) {
	servertest.OnBoth(t, func(t *testing.T, s *servertest.Server) {
		gateway, mails := newSMSGateway(t), openMailbox(t)
		s.Stop()
		s = s.Again(gateway.sends, func(o *server.Options) {
			o.Config.SMTPURL, o.Config.MailFrom = "smtp://"+mails.address, "pay@example.com"
		})
		gateway.fail(firstNumber, http.StatusServiceUnavailable)
		m := s.Merchant(t)
		payment := m.Payment(servertest.Cart("SE", "SEK", "en-SE", ""))
		at := m.Hosted(payment, ``, ``).Text("distribution_url")
		m.Post(at, `{"method":"sms","contact_information":{"phone":"`+firstNumber+`","phone_country":"SE"}}`).Want(201)
		s.Advance(time.Millisecond)
		m.Post(at, `{"method":"sms","contact_information":{"phone":"`+secondNumber+`","phone_country":"SE"}}`).Want(201)
		s.Advance(time.Millisecond)
		m.Post(at, `{"method":"email","contact_information":{"email":"kim@example.com"}}`).Want(201)
		s.Advance(0)
		if got := gateway.numbers(); !slices.Equal(got, []string{secondNumber}) || len(mails.mails) != 1 {
			t.Fatalf("texts to %v, %d mails", got, len(mails.mails))
		}
		gateway.fail(firstNumber, 0)
		s.Advance(time.Minute)
		if got := gateway.numbers(); !slices.Equal(got, []string{secondNumber, firstNumber}) {
			t.Errorf("when it is up again: texts to %v", got)
		}
		seen, err := s.Engine().Inspect(context.Background(), payment)
		if err != nil {
			t.Fatal(err)
		}
		if got := jobStates(seen); got != "message.sms done, message.sms done, message.email done" {
			t.Errorf("the operator sees %s", got)
		}
	})
}

// jobStates lists the messages among the jobs of a payment.
func jobStates(v *server.Inspection) string {
	var out []string
	for i := range v.Jobs {
		switch j := &v.Jobs[i]; j.Kind {
		case pay.JobLinkSMS, pay.JobLinkEmail, pay.JobSendCode:
			out = append(out, string(j.Kind)+" "+string(j.State))
		}
	}
	return strings.Join(out, ", ")
}

// TestMessages_failuresThatAreNotTheReceivers block nobody: the next message may be sent.
func TestMessages_failuresThatAreNotTheReceivers(t *testing.T) {
	gateway := newSMSGateway(t)
	s := servertest.Start(t, gateway.sends)
	m := s.Merchant(t)
	hosted := m.Hosted(m.Payment(servertest.Cart("SE", "SEK", "en-SE", "")), ``, ``)
	for _, status := range []int{http.StatusBadRequest, http.StatusUnprocessableEntity} {
		gateway.fail(firstNumber, status)
		before := strings.Count(eventsOf(t, s, hosted.Text("session_id")), "message.failed")
		m.Post(hosted.Text("distribution_url"), `{"method":"sms","contact_information":{"phone":"`+firstNumber+`","phone_country":"SE"}}`).Want(201)
		s.Advance(0)
		if got := eventsOf(t, s, hosted.Text("session_id")); strings.Count(got, "message.failed refused") != before+1 {
			t.Fatalf("%d: %s", status, got)
		}
	}
	gateway.fail(firstNumber, 0)
	m.Post(hosted.Text("distribution_url"), `{"method":"sms","contact_information":{"phone":"`+firstNumber+`","phone_country":"SE"}}`).Want(201)
	s.Advance(0)
	if got := gateway.numbers(); len(got) != 1 {
		t.Errorf("texts to %v", got)
	}
}

// TestMessages_nobodyThereBlocks, and the operator's command lifts it.
func TestMessages_nobodyThereBlocks(t *testing.T) {
	mails := openMailbox(t)
	s := servertest.Start(t, func(o *server.Options) {
		o.Config.SMTPURL, o.Config.MailFrom = "smtp://"+mails.address, "pay@example.com"
	})
	m := s.Merchant(t)
	hosted := m.Hosted(m.Payment(servertest.Cart("SE", "SEK", "en-SE", "")), ``, ``)
	const gone = `{"method":"email","contact_information":{"email":"gone@example.com"}}`
	m.Post(hosted.Text("distribution_url"), gone).Want(201)
	s.Advance(0)
	if got := m.Post(hosted.Text("distribution_url"), gone).Want(400).Text("error_code"); got != "BLACKLISTED_CONTACT" {
		t.Fatal(got)
	}
	for _, was := range []bool{true, false} {
		if got, err := beside(t, s).BlockContact(context.Background(), "K000001", " Gone@example.com", false); err != nil || got != was {
			t.Fatalf("blocked before: %v, %v", got, err)
		}
	}
	m.Post(hosted.Text("distribution_url"), gone).Want(201)
}

// eventsOf lists the types of a session's events with their reasons.
func eventsOf(t *testing.T, s *servertest.Server, session string) string {
	t.Helper()
	seen, err := s.Engine().Inspect(context.Background(), session)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for i := range seen.Events {
		var data pay.EventData
		if err := json.Unmarshal(seen.Events[i].Data, &data); err != nil {
			t.Fatal(err)
		}
		out = append(out, strings.TrimSpace(string(seen.Events[i].Type)+" "+data.Reason))
	}
	return strings.Join(out, ", ")
}

// TestMessages_thatNeverLeftHaveFailed: the clerk sees no tick before a server has taken the message, and the events tell that it never
// was sent when the link is over.
func TestMessages_thatNeverLeftHaveFailed(t *testing.T) {
	servertest.OnBoth(t, func(t *testing.T, s *servertest.Server) {
		gateway := newSMSGateway(t)
		s.Stop()
		s = s.Again(gateway.sends)
		gateway.fail(firstNumber, http.StatusServiceUnavailable)
		m := s.Merchant(t)
		for reason, end := range map[string]func(url string){
			"expired":      func(string) { s.Advance(48 * time.Hour) },
			"session_over": func(url string) { m.Delete(url).Want(204) },
		} {
			hosted := m.Hosted(m.Payment(servertest.Cart("SE", "SEK", "en-SE", "")), ``, ``)
			module := hosted.Object()["distribution_module"].(map[string]any)["token"].(string)
			m.Post(hosted.Text("distribution_url"), `{"method":"sms","contact_information":{"phone":"`+firstNumber+`","phone_country":"SE"}}`).Want(201)
			s.Advance(0)
			clerk := s.Open(t, s.URL()+"/hpp/distributions/"+module)
			if clerk.Step() != "sent" || strings.Contains(clerk.Text(), "Sent by") || !strings.Contains(clerk.Text(), "Not sent yet") || !strings.Contains(clerk.Text(), "on its way") {
				t.Errorf("while it waits: %s", clerk.Text())
			}
			end(hosted.Text("session_url"))
			gateway.fail(firstNumber, 0)
			s.Advance(12 * time.Minute) // the job looks again
			s.Advance(13 * time.Hour)
			if got := eventsOf(t, s, hosted.Text("session_id")); !strings.HasSuffix(got, ", message.failed "+reason) || strings.Count(got, "message.") != 1 {
				t.Errorf("%s: %s", reason, got)
			}
			if got := gateway.numbers(); len(got) != 0 {
				t.Errorf("%s: texts to %v", reason, got)
			}
			gateway.fail(firstNumber, http.StatusServiceUnavailable)
		}
	})
}
