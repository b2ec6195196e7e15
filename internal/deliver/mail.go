package deliver

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"net/textproto"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"
	"golang.org/x/net/idna"
)

// mailLimit bounds one exchange with a mail server, from the name to the end.
const mailLimit = 20 * time.Second

// Mailer sends mail through one SMTP server, a connection for each.
type Mailer struct {
	from    netmail.Address
	host    string
	options []mail.Option
	secure  bool        // TLS from the first byte
	tls     *tls.Config // tests put their own authorities here
	limit   time.Duration
}

// Message is a mail to one person.
type Message struct {
	To       string // an address without a name; its domain may be an internationalized one
	ReplyTo  string // an address: where answers go; empty, or one that cannot be used: to the sender
	FromName string // the sender's name as it is shown; empty: the one that the mailer was made with
	Subject  string
	Text     string
	HTML     string   // optional second part
	Inline   []Inline // pictures that the HTML shows as cid:…
	ID       string   // the same for every attempt, so that a receiver can recognise a repetition; a UUID
}

// Inline is a picture within a mail; the HTML refers to it as cid: and its ID.
type Inline struct {
	ID, ContentType string
	Bytes           []byte
}

// NewMailer reads smtp://[user:password@]host[:port] or smtps://… (TLS from the first byte). With smtp:// STARTTLS is used where
// the server offers it; ?tls=required refuses a server that does not, ?tls=off does without, for a server on this machine. The
// password is sent in the clear to nobody: without TLS only logins that do not show it are used. from is the sender: an address, or
// a name and an address like Kassa <pay@example.com>.
func NewMailer(rawURL, from string) (*Mailer, error) {
	u, err := url.Parse(rawURL)
	if err != nil || u.Hostname() == "" {
		return nil, errors.New("not a URL like smtp://user:password@mail.example.com:587")
	}
	m := &Mailer{host: u.Hostname(), limit: mailLimit}
	m.tls = &tls.Config{ServerName: m.host, MinVersion: tls.VersionTLS12}
	port, policy := 587, mail.TLSOpportunistic
	switch how := u.Query().Get("tls"); {
	case u.Scheme == "smtps" && how == "":
		port, m.secure = 465, true
	case u.Scheme == "smtp" && how == "required":
		policy = mail.TLSMandatory
	case u.Scheme == "smtp" && how == "off":
		policy = mail.NoTLS
	case u.Scheme == "smtp" && how == "":
	case u.Scheme == "smtp", u.Scheme == "smtps":
		return nil, fmt.Errorf("tls=%s: with smtp:// it is required or off, with smtps:// there is none", how)
	default:
		return nil, fmt.Errorf("scheme %q is neither smtp nor smtps", u.Scheme)
	}
	if p := u.Port(); p != "" {
		if port, err = strconv.Atoi(p); err != nil {
			return nil, fmt.Errorf("port %q is not a number", p)
		}
	}
	// Each mail has a connection of its own, so there is nothing to reset or to keep alive.
	m.options = append(m.options, mail.WithPort(port), mail.WithTLSPolicy(policy), mail.WithoutNoop(), mail.WithoutRset())
	if u.User != nil {
		password, _ := u.User.Password()
		m.options = append(m.options, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(u.User.Username()), mail.WithPassword(password))
	}
	if _, err := mail.NewClient(m.host, m.options...); err != nil {
		return nil, fmt.Errorf("mail client: %w", err)
	}
	sender, err := netmail.ParseAddress(from)
	if err != nil {
		return nil, fmt.Errorf("sender %q: %w", from, err)
	}
	address, ok := addressOf(sender.Address)
	if !ok || !ascii(address) {
		return nil, fmt.Errorf("sender %q: its local part is not in ASCII, or its domain is none", from)
	}
	m.from = netmail.Address{Name: sender.Name, Address: address}
	// Servers want a name with a dot in it; this machine may have none.
	_, domain, _ := strings.Cut(m.from.Address, "@")
	m.options = append(m.options, mail.WithHELO(domain))
	return m, nil
}

// Send sends one mail. When it returns nil the server has taken it. Permanent tells whether trying again may help; no error has the
// receiver or the text in it.
func (m *Mailer) Send(ctx context.Context, message Message) error {
	msg, err := m.compose(message)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, m.limit)
	defer cancel()
	// Not the context that the library passes: it ends before the mail is sent.
	dial := func(_ context.Context, network, address string) (net.Conn, error) {
		return m.dial(ctx, network, address)
	}
	// The library's own limit is the longer one: when ctx ends, so does the connection.
	options := append(slices.Clone(m.options), mail.WithTLSConfig(m.tls.Clone()), mail.WithTimeout(2*m.limit), mail.WithDialContextFunc(dial))
	to := msg.GetTo()[0].Address
	if ascii(to) {
		// Asked for where it is not needed, SMTPUTF8 has the mail sent back by the next server that does not know it.
		options = append(options, mail.WithoutSMTPUTF8())
	}
	client, err := mail.NewClient(m.host, options...)
	if err != nil {
		return fmt.Errorf("mail client: %w", err)
	}
	server, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return connectError(ctx, err)
	}
	defer func() { _ = client.CloseWithSMTPClient(server) }() // it has taken the mail or refused it, however it takes leave
	return m.handOver(ctx, server, to, msg)
}

// handOver speaks of one mail on a connection.
func (m *Mailer) handOver(ctx context.Context, server *smtp.Client, to string, msg *mail.Msg) error {
	if utf8, _ := server.Extension("SMTPUTF8"); !utf8 && !ascii(to) {
		return &refused{errors.New("the mail server takes no addresses with letters outside ASCII")}
	}
	data, err := written(msg)
	if err != nil {
		return err
	}
	if err := server.Mail("<" + m.from.Address + ">"); err != nil {
		return sendError(ctx, err, false)
	}
	if err := server.Rcpt("<" + to + ">"); err != nil {
		return sendError(ctx, err, true)
	}
	w, err := server.Data()
	if err != nil {
		return sendError(ctx, err, false)
	}
	if _, err := w.Write(data); err != nil {
		return sendError(ctx, err, false)
	}
	if err := w.Close(); err != nil {
		return sendError(ctx, err, false)
	}
	return nil
}

// written is a mail as it is sent. RFC 2387 asks of multipart/related that it names the type of its first part, which the library does
// not.
func written(msg *mail.Msg) ([]byte, error) {
	var b bytes.Buffer
	if _, err := msg.WriteTo(&b); err != nil {
		return nil, fmt.Errorf("write mail: %w", err)
	}
	const related = "Content-Type: multipart/related;\r\n"
	head, rest, found := bytes.Cut(b.Bytes(), []byte("\r\n\r\n"))
	if !found || !bytes.Contains(head, []byte(related)) {
		return b.Bytes(), nil
	}
	head = bytes.Replace(head, []byte(related), []byte(related+" type=\"multipart/alternative\";\r\n"), 1)
	return slices.Concat(head, []byte("\r\n\r\n"), rest), nil
}

// dial connects. The connection ends with ctx, whatever the library waits for, and also when it leaves it open.
func (m *Mailer) dial(ctx context.Context, network, address string) (net.Conn, error) {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	context.AfterFunc(ctx, func() { _ = conn.Close() })
	if !m.secure {
		return conn, nil
	}
	secure := tls.Client(conn, m.tls)
	if err := secure.HandshakeContext(ctx); err != nil {
		return nil, err
	}
	return secure, nil
}

// addressOf reads an address without a name, and writes its domain as the DNS has it: IDNA 2008, xn--….
func addressOf(address string) (out string, ok bool) {
	parsed, err := netmail.ParseAddress(address)
	if err != nil || parsed.Name != "" || strings.ContainsAny(address, "<>,;") {
		return "", false
	}
	at := strings.LastIndexByte(parsed.Address, '@')
	domain := parsed.Address[at+1:]
	if !ascii(domain) {
		if domain, err = domains.ToASCII(domain); err != nil {
			return "", false
		}
	}
	return parsed.Address[:at+1] + domain, true
}

// domains are internationalized as browsers and registries do it: ß and final ς are letters of their own.
var domains = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.BidiRule(), idna.VerifyDNSLength(true), idna.StrictDomainName(true))

func ascii(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII })
}

func (m *Mailer) compose(message Message) (*mail.Msg, error) {
	msg := mail.NewMsg(mail.WithNoDefaultUserAgent())
	from := m.from
	if message.FromName != "" {
		from.Name = printable([]byte(message.FromName))
	}
	msg.FromMailAddress(&from)
	// A bare address only: a name in it, or a second address, would come from somebody who should not write headers.
	to, ok := addressOf(message.To)
	if !ok {
		return nil, &refused{errors.New("the receiver's address cannot be used")} // the address itself stays out of logs
	}
	msg.ToMailAddress(&netmail.Address{Address: to})
	if reply, ok := addressOf(message.ReplyTo); ok && ascii(reply) {
		msg.ReplyToMailAddress(&netmail.Address{Name: from.Name, Address: reply})
	}
	msg.Subject(printable([]byte(message.Subject)))
	if message.ID != "" {
		_, domain, _ := strings.Cut(m.from.Address, "@")
		msg.SetMessageIDWithValue(message.ID + "@" + domain)
	}
	msg.SetDate()
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no answers from machines
	msg.SetBodyString(mail.TypeTextPlain, message.Text)
	if message.HTML != "" {
		msg.AddAlternativeString(mail.TypeTextHTML, message.HTML)
	}
	for _, picture := range message.Inline {
		err := msg.EmbedReader(picture.ID, bytes.NewReader(picture.Bytes), mail.WithFileContentID("<"+picture.ID+">"), mail.WithFileContentType(mail.ContentType(picture.ContentType)))
		if err != nil {
			return nil, &refused{errors.New("a picture cannot be put into the mail")}
		}
	}
	return msg, nil
}

// connectError is a failure before the server knew of the mail: always one that may pass, if need be once the operator has mended
// the URL.
func connectError(ctx context.Context, err error) error {
	var said *textproto.Error
	switch why := reason(err); {
	case ctx.Err() != nil:
		return fmt.Errorf("reach mail server: %w", reason(ctx.Err()))
	case errors.As(err, &said):
		return fmt.Errorf("mail server answered %d before it took a mail", said.Code)
	case why != errProtocol: //nolint:errorlint // one of our own values, never wrapped
		return fmt.Errorf("reach mail server: %w", why)
	default:
		return fmt.Errorf("reach mail server: %w", err) // the library's words about logins and TLS; no mail was spoken of yet
	}
}
