package server_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"kassa/internal/server"
	"kassa/internal/servertest"
)

// linkMailer sends links by a mail server, and tells whether a receiver is blocked.
type linkMailer struct {
	*servertest.Server
	m  *servertest.Merchant
	at string
}

func mailsLinks(t *testing.T, log *record) *linkMailer {
	t.Helper()
	mails := openMailbox(t)
	s := servertest.Start(t, into(log), func(o *server.Options) {
		o.Config.SMTPURL, o.Config.MailFrom = "smtp://"+mails.address, "pay@example.com"
	})
	m := s.Merchant(t)
	return &linkMailer{s, m, m.Hosted(m.Payment(servertest.Cart("SE", "SEK", "en-SE", "")), ``, ``).Text("distribution_url")}
}

// send sends the link to an address, and waits until its server has spoken.
func (l *linkMailer) send(to string) {
	l.m.Post(l.at, `{"method":"email","contact_information":{"email":"`+to+`"}}`).Want(201)
	l.Advance(0)
}

// blocked tells whether a receiver is refused; if not, one more message goes to them.
func (l *linkMailer) blocked(to string) bool {
	answer := l.m.Post(l.at, `{"method":"email","contact_information":{"email":"`+to+`"}}`)
	l.Advance(0)
	return answer.Status == 400 && answer.Text("error_code") == "BLACKLISTED_CONTACT"
}

// TestBlocking_wordsAloneNeedAMessageThatWentThrough: relays answer a plain 550 to everybody while something is wrong with them.
func TestBlocking_wordsAloneNeedAMessageThatWentThrough(t *testing.T) {
	var log record
	l := mailsLinks(t, &log)
	l.send("unknown@example.com")
	if l.blocked("unknown@example.com") {
		t.Fatal("blocked by a word of a server that took nothing since")
	}
	l.send("kim@example.com")
	if !l.blocked("unknown@example.com") {
		t.Error("not blocked although the server took a message to somebody else")
	}
	for _, to := range []string{"syntax@example.com", "plain553@example.com", "relay@example.com"} {
		l.send(to)
		l.send("kim@example.com")
		if l.blocked(to) {
			t.Errorf("%s is blocked", to)
		}
	}
}

// TestBlocking_aBurstBlocksNobodyMore: a server that knows nobody any more is broken, and the operator is told once.
func TestBlocking_aBurstBlocksNobodyMore(t *testing.T) {
	var log record
	l := mailsLinks(t, &log)
	for i := range 9 {
		l.send(fmt.Sprintf("gone%d@example.com", i))
	}
	for i := range 9 {
		if got := l.blocked(fmt.Sprintf("gone%d@example.com", i)); got != (i < 5) {
			t.Errorf("receiver %d is blocked: %v", i, got)
		}
	}
	if n := strings.Count(log.String(), "too many receivers are said not to exist"); n != 1 || strings.Contains(log.String(), "gone") {
		t.Errorf("told %d times:\n%s", n, log.String())
	}
	answer, err := http.Get(l.AdminURL() + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	figures, _ := io.ReadAll(answer.Body)
	for _, want := range []string{`kassa_receiver_refusals_total{outcome="blocked",sender="mail"} 5`, `kassa_receiver_refusals_total{outcome="burst",sender="mail"} 8`} {
		if !strings.Contains(string(figures), want) {
			t.Errorf("no %s in the metrics", want)
		}
	}
	l.Advance(10 * time.Minute)
	l.send("gone8@example.com")
	if !l.blocked("gone8@example.com") {
		t.Error("ten minutes later nobody is blocked")
	}
}

// TestMail_saysWhoAndThatItIsATest: answers go to the shop, and a sandbox's mails say so, whatever they bring.
func TestMail_saysThatItIsATest(t *testing.T) {
	mails := openMailbox(t)
	s := servertest.Start(t, func(o *server.Options) {
		o.Config.SMTPURL, o.Config.MailFrom = "smtp://"+mails.address, "pay@example.com"
	})
	m := s.Merchant(t)
	m.Post(m.Hosted(m.Payment(servertest.SwedishCart), ``, ``).Text("distribution_url"), `{"method":"email","contact_information":{"email":"kim@example.com"}}`).Want(201)
	s.Advance(0)
	select {
	case mail := <-mails.mails:
		if !strings.Contains(mail, "Sandbox: no real money.") || !strings.Contains(mail, `type="multipart/alternative"`) {
			t.Errorf("%.3000s", mail)
		}
	case <-time.After(30 * time.Second):
		t.Fatal("no mail came")
	}
}
