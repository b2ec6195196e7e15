package server_test

import (
	"errors"
	"io"
	"net"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"kassa/internal/server"
)

// mailbox is a mail server that keeps what it gets.
type mailbox struct {
	address string
	mails   chan string
}

// openMailbox starts a mail server; it ends with the test.
func openMailbox(t *testing.T) *mailbox {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m := &mailbox{address: l.Addr().String(), mails: make(chan string, 16)}
	srv := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return delivery{m}, nil }))
	srv.Domain = "mail.example.com"
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(l) }()
	t.Cleanup(func() {
		if err := srv.Close(); err != nil {
			t.Errorf("close the mail server: %v", err)
		}
		if err := <-ended; err != nil && !errors.Is(err, smtp.ErrServerClosed) {
			t.Errorf("the mail server: %v", err)
		}
	})
	return m
}

// delivery is one connection of a sender.
type delivery struct{ *mailbox }

func (delivery) Reset()                               {}
func (delivery) Logout() error                        { return nil }
func (delivery) Mail(string, *smtp.MailOptions) error { return nil }

// Rcpt knows everybody but gone…, says of unknown… in words that it does not, and of syntax… that it cannot read them.
func (delivery) Rcpt(to string, _ *smtp.RcptOptions) error {
	switch {
	case strings.HasPrefix(to, "gone"):
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such mailbox"}
	case strings.HasPrefix(to, "unknown"):
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.NoEnhancedCode, Message: "User unknown"}
	case strings.HasPrefix(to, "syntax"):
		return &smtp.SMTPError{Code: 553, EnhancedCode: smtp.EnhancedCode{5, 1, 3}, Message: "bad address"}
	case strings.HasPrefix(to, "plain553"):
		return &smtp.SMTPError{Code: 553, EnhancedCode: smtp.NoEnhancedCode, Message: "mailbox name not allowed"}
	case strings.HasPrefix(to, "relay"):
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.NoEnhancedCode, Message: "relay not permitted"}
	}
	return nil
}

// Data keeps the mail.
func (d delivery) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	d.mails <- string(text)
	return err
}

var sixDigits = regexp.MustCompile(`\b[0-9]{6}\b`)

// code waits for the next mail and gives the one-time code in its text.
func (m *mailbox) code(t *testing.T) string {
	t.Helper()
	select {
	case mail := <-m.mails:
		_, text, _ := strings.Cut(strings.ReplaceAll(mail, "\r\n", "\n"), "\n\n")
		if code := sixDigits.FindString(text); code != "" {
			return code
		}
		t.Fatalf("no code in the mail:\n%s", mail)
	case <-time.After(30 * time.Second):
		t.Fatal("no mail came")
	}
	return ""
}

// forReal has a server run outside the sandbox: limits decide, and codes are sent.
func forReal(m *mailbox) func(o *server.Options) {
	return func(o *server.Options) {
		o.Config.Sandbox = false
		o.Config.DecisionLimit = map[string]int64{"SEK": 500000}
		o.Config.SMTPURL, o.Config.MailFrom = "smtp://"+m.address, "pay@example.com"
	}
}
