package deliver

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/wneessen/go-mail"
)

// mailLimit bounds one exchange with a mail server.
const mailLimit = 10 * time.Second

// Mailer sends mail through one SMTP server.
type Mailer struct {
	from    string
	host    string
	options []mail.Option
}

// Message is a mail to one person.
type Message struct {
	To, Subject string
	Text        string
	HTML        string // optional second part
	ID          string // the same for every attempt, so that a receiver can recognise a repetition; a UUID
}

// NewMailer reads smtp://[user:password@]host[:port] or smtps://…; with ?tls=required a server without STARTTLS is refused.
func NewMailer(rawURL, from string) (*Mailer, error) {
	u, err := url.Parse(rawURL)
	if err != nil || u.Hostname() == "" {
		return nil, errors.New("not a URL like smtp://user:password@mail.example.com:587")
	}
	m := &Mailer{from: from, host: u.Hostname()}
	port := 587
	switch u.Scheme {
	case "smtp":
		policy := mail.TLSOpportunistic
		if u.Query().Get("tls") == "required" {
			policy = mail.TLSMandatory
		}
		m.options = append(m.options, mail.WithTLSPolicy(policy))
	case "smtps":
		port = 465
		m.options = append(m.options, mail.WithSSL())
	default:
		return nil, fmt.Errorf("scheme %q is neither smtp nor smtps", u.Scheme)
	}
	if p := u.Port(); p != "" {
		if port, err = strconv.Atoi(p); err != nil {
			return nil, fmt.Errorf("port %q is not a number", p)
		}
	}
	m.options = append(m.options, mail.WithPort(port), mail.WithTimeout(mailLimit))
	if u.User != nil {
		password, _ := u.User.Password()
		m.options = append(m.options, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(u.User.Username()), mail.WithPassword(password))
	}
	if _, err := mail.NewClient(m.host, m.options...); err != nil {
		return nil, fmt.Errorf("mail client: %w", err)
	}
	if err := mail.NewMsg().From(from); err != nil {
		return nil, fmt.Errorf("sender %q: %w", from, err)
	}
	return m, nil
}

// Send sends one mail. When it returns nil the server has taken it.
func (m *Mailer) Send(ctx context.Context, message Message) error {
	msg := mail.NewMsg(mail.WithNoDefaultUserAgent())
	if err := msg.From(m.from); err != nil {
		return fmt.Errorf("sender: %w", err)
	}
	if err := msg.To(message.To); err != nil {
		return &refused{errors.New("the receiver's address cannot be used")} // the address itself stays out of logs
	}
	msg.Subject(message.Subject)
	if message.ID != "" {
		msg.SetMessageIDWithValue(message.ID + "@" + m.host)
	}
	msg.SetDate()
	msg.SetBodyString(mail.TypeTextPlain, message.Text)
	if message.HTML != "" {
		msg.AddAlternativeString(mail.TypeTextHTML, message.HTML)
	}
	client, err := mail.NewClient(m.host, m.options...)
	if err != nil {
		return fmt.Errorf("mail client: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, mailLimit)
	defer cancel()
	if err := client.DialAndSendWithContext(ctx, msg); err != nil {
		var sent *mail.SendError
		if errors.As(err, &sent) {
			failed := fmt.Errorf("mail server answered %d %s", sent.ErrorCode(), sent.EnhancedStatusCode())
			if code := sent.ErrorCode(); code >= 500 && code < 600 {
				return &refused{failed}
			}
			return failed
		}
		return fmt.Errorf("reach mail server: %w", err)
	}
	return nil
}
