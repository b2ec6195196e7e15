package deliver

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	netmail "net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// post is what a mail server was given.
type post struct {
	from, to string
	tls      bool
	user     string
	utf8     bool
	data     []byte
}

// postOffice is a mail server as a test wants it.
type postOffice struct {
	mechanisms []string                // of logins; "none": there are none
	mailErr    func(from string) error // answers to MAIL FROM
	rcptErr    func(to string) error   // to RCPT TO
	dataErr    func(data []byte) error // to the end of DATA
	posts      chan post
	ascii      bool // no SMTPUTF8

	mu      sync.Mutex
	refused int
}

type postSession struct {
	office *postOffice
	conn   *smtp.Conn
	post   post
}

func (o *postOffice) NewSession(c *smtp.Conn) (smtp.Session, error) {
	return &postSession{office: o, conn: c}, nil
}

func (s *postSession) AuthMechanisms() []string {
	return s.office.mechanisms
}

func (s *postSession) Auth(mechanism string) (sasl.Server, error) {
	check := func(user, password string) error {
		if user != "shop" || password != "p@ss" {
			return &smtp.SMTPError{Code: 535, EnhancedCode: smtp.EnhancedCode{5, 7, 8}, Message: "who is " + user + "?"}
		}
		s.post.user = user
		return nil
	}
	if mechanism == sasl.Login {
		return &loginServer{check: check}, nil
	}
	return sasl.NewPlainServer(func(_, user, password string) error { return check(user, password) }), nil
}

// loginServer is the other side of LOGIN: it asks for the name, then for the password.
type loginServer struct {
	check func(user, password string) error
	step  int
	user  string
}

func (l *loginServer) Next(response []byte) (challenge []byte, done bool, err error) {
	l.step++
	switch l.step {
	case 1:
		return []byte("Username:"), false, nil
	case 2:
		l.user = string(response)
		return []byte("Password:"), false, nil
	}
	return nil, true, l.check(l.user, string(response))
}

func (s *postSession) Mail(from string, o *smtp.MailOptions) error {
	s.post.from, s.post.utf8 = from, o.UTF8
	_, s.post.tls = s.conn.TLSConnectionState()
	if s.office.mailErr != nil {
		return s.office.mailErr(from)
	}
	return nil
}

func (s *postSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.post.to += to
	if s.office.rcptErr != nil {
		return s.office.rcptErr(to)
	}
	return nil
}

func (s *postSession) Data(r io.Reader) error {
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if s.office.dataErr != nil {
		if err := s.office.dataErr(data); err != nil {
			return err
		}
	}
	s.post.data = data
	s.office.posts <- s.post
	return nil
}

func (s *postSession) Reset() {}

func (s *postSession) Logout() error { return nil }

// open starts the office: without TLS, with STARTTLS, or with TLS from the first byte.
func (o *postOffice) open(t *testing.T, how string, pair tls.Certificate) (address string) {
	t.Helper()
	o.posts = make(chan post, 10)
	s := smtp.NewServer(o)
	s.Domain, s.MaxMessageBytes, s.EnableSMTPUTF8, s.AllowInsecureAuth = "localhost", 1<<20, !o.ascii, true
	s.ErrorLog = log.New(io.Discard, "", 0)
	if how != "plain" {
		s.TLSConfig = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address = l.Addr().String()
	if how == "tls" {
		l = tls.NewListener(l, s.TLSConfig)
	}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = s.Serve(l)
	}()
	t.Cleanup(func() {
		_ = s.Close()
		<-served
	})
	return address
}

// mailer makes a mailer that trusts an authority of the test.
func mailer(t *testing.T, url string, trusting *x509.CertPool) *Mailer {
	t.Helper()
	m, err := NewMailer(url, "Kassa <pay@shop.example>")
	if err != nil {
		t.Fatal(err)
	}
	m.tls.RootCAs = trusting
	return m
}

// letter is a mail with everything in it.
var letter = Message{
	To: "customer@example.com", FromName: "Smørrebrød & Søn", Subject: "Betala £100.00 till Nordlys Cykler – före 12 juni, " + strings.Repeat("lång ", 20),
	Text: "Hej!\n\n" + strings.Repeat("en lång rad ", 100) + "\n.\nhttps://pay.example/a?b=c&d=\u00e9\n", HTML: `<p lang="sv">Hej <img src="cid:qr"> <a href="https://pay.example/a?b=c&amp;d=é">betala</a></p>`,
	Inline: []Inline{{ID: "qr", ContentType: "image/png", Bytes: bytes.Repeat([]byte{0x89, 'P', 'N', 'G', 0, '\r', '\n', 0xff}, 200)}},
	ID:     "0b0f2c1e-6b0e-7d5c-8000-000000000001",
}

// part is one of a mail's parts, decoded.
type part struct {
	kind, id, disposition string
	body                  []byte
}

// parts takes a mail apart, with the standard library and not the one that made it.
func parts(t *testing.T, contentType, encoding string, header func(string) string, body io.Reader) []part {
	t.Helper()
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		t.Fatalf("%q: %v", contentType, err)
	}
	if !strings.HasPrefix(kind, "multipart/") {
		switch encoding {
		case "base64":
			body = base64.NewDecoder(base64.StdEncoding, body)
		case "quoted-printable":
			body = quotedprintable.NewReader(body)
		}
		decoded, err := io.ReadAll(body)
		if err != nil {
			t.Fatal(err)
		}
		return []part{{kind, header("Content-Id"), header("Content-Disposition"), decoded}}
	}
	var all []part
	r := multipart.NewReader(body, params["boundary"])
	for {
		p, err := r.NextRawPart()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, parts(t, p.Header.Get("Content-Type"), p.Header.Get("Content-Transfer-Encoding"), p.Header.Get, p)...)
	}
}

// checkLetter reads a delivered mail with net/mail and compares it with what was sent.
func checkLetter(t *testing.T, data []byte, want Message) {
	t.Helper()
	msg, err := netmail.ReadMessage(bytes.NewReader(data))
	if err != nil {
		t.Fatalf("%v:\n%s", err, data)
	}
	var words mime.WordDecoder
	subject, err := words.DecodeHeader(msg.Header.Get("Subject"))
	if err != nil || subject != want.Subject {
		t.Errorf("subject %q (%v)", subject, err)
	}
	from, err := msg.Header.AddressList("From")
	if err != nil || len(from) != 1 || from[0].Name != want.FromName || from[0].Address != "pay@shop.example" {
		t.Errorf("from %v (%v)", from, err)
	}
	to, err := msg.Header.AddressList("To")
	if err != nil || len(to) != 1 || to[0].Address != want.To || to[0].Name != "" {
		t.Errorf("to %v (%v)", to, err)
	}
	if id := msg.Header.Get("Message-Id"); id != "<"+want.ID+"@shop.example>" {
		t.Errorf("message id %q", id)
	}
	if when, err := msg.Header.Date(); err != nil || time.Since(when).Abs() > time.Hour {
		t.Errorf("date %v (%v)", when, err)
	}
	if msg.Header.Get("Auto-Submitted") != "auto-generated" || msg.Header.Get("X-Mailer") != "" || msg.Header.Get("User-Agent") != "" || msg.Header.Get("Bcc") != "" {
		t.Errorf("headers %v", msg.Header)
	}
	for _, line := range bytes.Split(data, []byte("\n")) {
		if len(line) > 998 || bytes.ContainsFunc(line, func(r rune) bool { return r > 0x7e }) {
			t.Errorf("a line that a mail server need not take: %d bytes", len(line))
		}
	}
	crlf := func(b []byte) string { return strings.TrimRight(strings.ReplaceAll(string(b), "\r\n", "\n"), "\n") }
	got := parts(t, msg.Header.Get("Content-Type"), msg.Header.Get("Content-Transfer-Encoding"), msg.Header.Get, msg.Body)
	if len(got) != 1+min(len(want.HTML), 1)+len(want.Inline) {
		t.Fatalf("%d parts", len(got))
	}
	if got[0].kind != "text/plain" || crlf(got[0].body) != strings.TrimRight(want.Text, "\n") {
		t.Errorf("first part is %s: %q", got[0].kind, got[0].body)
	}
	if want.HTML == "" {
		return
	}
	if got[1].kind != "text/html" || crlf(got[1].body) != want.HTML {
		t.Errorf("second part is %s: %q", got[1].kind, got[1].body)
	}
	for i, picture := range want.Inline {
		p := got[2+i]
		if p.kind != picture.ContentType || p.id != "<"+picture.ID+">" || !strings.HasPrefix(p.disposition, "inline") || !bytes.Equal(p.body, picture.Bytes) {
			t.Errorf("picture is %s %s %s, %d bytes", p.kind, p.id, p.disposition, len(p.body))
		}
	}
}

func TestMail_arrivesWholeOverEveryKindOfConnection(t *testing.T) {
	pair, _, _, trusting := certificate(t)
	for _, c := range []struct {
		what, how, url string
		tls            bool
	}{
		{"plain", "plain", "smtp://%s", false},
		{"STARTTLS where offered", "starttls", "smtp://%s", true},
		{"STARTTLS required", "starttls", "smtp://%s?tls=required", true},
		{"STARTTLS and login", "starttls", "smtp://shop:p%%40ss@%s?tls=required", true},
		{"STARTTLS not wanted", "starttls", "smtp://%s?tls=off", false},
		{"TLS from the first byte", "tls", "smtps://%s", true},
		{"TLS and login", "tls", "smtps://shop:p%%40ss@%s", true},
	} {
		for _, mechanism := range []string{sasl.Plain, sasl.Login} {
			t.Run(c.what+" "+mechanism, func(t *testing.T) {
				o := &postOffice{mechanisms: []string{mechanism}}
				m := mailer(t, fmt.Sprintf(c.url, o.open(t, c.how, pair)), trusting)
				if err := m.Send(t.Context(), letter); err != nil {
					t.Fatal(err)
				}
				got := <-o.posts
				if got.utf8 {
					t.Error("SMTPUTF8 is asked for and not needed")
				}
				if got.from != "pay@shop.example" || got.to != letter.To || got.tls != c.tls || (got.user == "shop") != strings.Contains(c.url, "shop") {
					t.Errorf("from %s to %s, TLS %v, as %q", got.from, got.to, got.tls, got.user)
				}
				checkLetter(t, got.data, letter)
			})
		}
	}
}

func TestMail_partsAreOptional(t *testing.T) {
	o := &postOffice{}
	m := mailer(t, "smtp://"+o.open(t, "plain", tls.Certificate{}), nil)
	for _, message := range []Message{
		{To: "a@example.com", FromName: "Kassa", Subject: "Your code", Text: "123456", ID: "1"},
		{To: "a@example.com", FromName: "Kassa", Subject: "ä", Text: "ä", HTML: "<p>ä</p>", ID: "2"},
	} {
		if err := m.Send(t.Context(), message); err != nil {
			t.Fatal(err)
		}
		checkLetter(t, (<-o.posts).data, message)
	}
}

func TestMail_anAddressThatIsNotASCIIAsksForSMTPUTF8(t *testing.T) {
	o := &postOffice{}
	m := mailer(t, "smtp://"+o.open(t, "plain", tls.Certificate{}), nil)
	if err := m.Send(t.Context(), Message{To: "åsa@exämple.com", Subject: "x", Text: "x", ID: "1"}); err != nil {
		t.Fatal(err)
	}
	if got := <-o.posts; !got.utf8 || got.to != "åsa@xn--exmple-cua.com" {
		t.Errorf("to %s, SMTPUTF8 %v", got.to, got.utf8)
	}
}

// Nothing that somebody else wrote becomes a header or a second receiver.
func TestMail_nothingIsSmuggledIn(t *testing.T) {
	o := &postOffice{}
	m := mailer(t, "smtp://"+o.open(t, "plain", tls.Certificate{}), nil)
	bad := Message{To: "a@example.com", FromName: "Shop\r\nBcc: b@example.com", Subject: "Pay\r\nBcc: b@example.com\r\n\r\nbody", Text: "x\r\n.\r\nRCPT TO:<b@example.com>", ID: "1"}
	if err := m.Send(t.Context(), bad); err != nil {
		t.Fatal(err)
	}
	got := <-o.posts
	want := bad
	want.FromName, want.Subject = "Shop  Bcc: b@example.com", "Pay  Bcc: b@example.com    body"
	want.Text = strings.ReplaceAll(bad.Text, "\r\n", "\n")
	checkLetter(t, got.data, want)
	if got.to != "a@example.com" {
		t.Errorf("receivers %s", got.to)
	}
	for _, to := range []string{
		"", "a", "a@", "@example.com", "a@example.com, b@example.com", "a@example.com,b@example.com", "A <a@example.com>", "<a@example.com>", "a@example.com\r\nBcc: b@example.com",
		"a@example.com>\r\nRCPT TO:<b@example.com", "a b@example.com", "a@exa mple.com", "a@example.com;b@example.com", "group:a@example.com;",
	} {
		if err := m.Send(t.Context(), Message{To: to, Subject: "x", Text: "x", ID: "1"}); !Permanent(err) || len(to) > 1 && strings.Contains(err.Error(), to) {
			t.Errorf("%q: %v", to, err)
		}
	}
}

func TestMail_whatPassesAndWhatDoesNot(t *testing.T) {
	code := func(n int) error {
		return &smtp.SMTPError{Code: n, EnhancedCode: smtp.EnhancedCode{n / 100, 1, 1}, Message: "customer@example.com: the code 123456"}
	}
	for where, set := range map[string]func(*postOffice, int){
		"MAIL": func(o *postOffice, n int) { o.mailErr = func(string) error { return code(n) } },
		"RCPT": func(o *postOffice, n int) { o.rcptErr = func(string) error { return code(n) } },
		"DATA": func(o *postOffice, n int) { o.dataErr = func([]byte) error { return code(n) } },
	} {
		for n, permanent := range map[int]bool{421: false, 450: false, 451: false, 452: false, 530: false, 535: false, 550: true, 552: true, 554: true} {
			o := &postOffice{}
			set(o, n)
			m := mailer(t, "smtp://"+o.open(t, "plain", tls.Certificate{}), nil)
			err := m.Send(t.Context(), Message{To: "customer@example.com", Subject: "Your code", Text: "123456", ID: "1"})
			if err == nil || Permanent(err) != permanent || !strings.Contains(err.Error(), fmt.Sprint(n)) {
				t.Errorf("%s %d: %v, permanent %v", where, n, err, Permanent(err))
				continue
			}
			for e := err; e != nil; e = errors.Unwrap(e) {
				if strings.Contains(e.Error(), "customer") || strings.Contains(e.Error(), "123456") {
					t.Errorf("%s %d: the error says too much: %v", where, n, e)
				}
			}
		}
	}
}

// Greylisting: not now, a little later yes, and it is the same mail.
func TestMail_greylistingPasses(t *testing.T) {
	o := &postOffice{}
	o.rcptErr = func(string) error {
		o.mu.Lock()
		defer o.mu.Unlock()
		if o.refused++; o.refused < 3 {
			return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 7, 1}, Message: "come again"}
		}
		return nil
	}
	m := mailer(t, "smtp://"+o.open(t, "plain", tls.Certificate{}), nil)
	for range 2 {
		if err := m.Send(t.Context(), letter); err == nil || Permanent(err) {
			t.Fatal(err)
		}
	}
	if err := m.Send(t.Context(), letter); err != nil {
		t.Fatal(err)
	}
	checkLetter(t, (<-o.posts).data, letter)
}

func TestMail_loginsAndTLSThatFail(t *testing.T) {
	pair, _, _, trusting := certificate(t)
	for what, c := range map[string]struct {
		how, url string
		trusting *x509.CertPool
		want     string
	}{
		"wrong password":                   {"tls", "smtps://shop:wr0ng@%s", trusting, "535"},
		"nobody vouches for it":            {"tls", "smtps://%s", nil, errCertificate.Error()},
		"nobody vouches for STARTTLS":      {"starttls", "smtp://%s", nil, errCertificate.Error()},
		"TLS required, not offered":        {"plain", "smtp://%s?tls=required", trusting, "STARTTLS"},
		"the password would be in the air": {"plain", "smtp://shop:p%%40ss@%s", trusting, "SMTP Auth"},
		"and with TLS turned off":          {"starttls", "smtp://shop:p%%40ss@%s?tls=off", trusting, "SMTP Auth"},
		"TLS where there is none":          {"plain", "smtps://%s", trusting, errTLS.Error()},
	} {
		o := &postOffice{mechanisms: []string{sasl.Plain, sasl.Login}}
		m := mailer(t, fmt.Sprintf(c.url, o.open(t, c.how, pair)), c.trusting)
		// All are the operator's to mend: the mail waits.
		err := m.Send(t.Context(), letter)
		if err == nil || Permanent(err) || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "wr0ng") || strings.Contains(err.Error(), "p@ss") || strings.Contains(err.Error(), letter.To) {
			t.Errorf("%s: %v", what, err)
		}
		if len(o.posts) != 0 {
			t.Errorf("%s: a mail was taken", what)
		}
	}
}

// scripted is a mail server that answers line by line what it is told to, and then is silent until the client leaves.
func scripted(t *testing.T, answers ...string) string {
	t.Helper()
	return strings.TrimPrefix(raw(t, func(conn net.Conn) {
		buffer := make([]byte, 4096)
		for _, answer := range answers {
			if answer == "close" {
				return
			}
			if _, err := io.WriteString(conn, answer); err != nil {
				return
			}
			if _, err := conn.Read(buffer); err != nil {
				return
			}
		}
		_, _ = io.Copy(io.Discard, conn)
	}), "http://")
}

func TestMail_isBoundedWhateverTheServerDoes(t *testing.T) {
	for what, c := range map[string]struct {
		answers []string
		want    string
	}{
		"says nothing":      {nil, errSlow.Error()},
		"greets only":       {[]string{"220 x\r\n"}, errSlow.Error()},
		"silent after MAIL": {[]string{"220 x\r\n", "250 x\r\n"}, errSlow.Error()},
		"silent after RCPT": {[]string{"220 x\r\n", "250 x\r\n", "250 ok\r\n"}, errSlow.Error()},
		"silent after DATA": {[]string{"220 x\r\n", "250 x\r\n", "250 ok\r\n", "250 ok\r\n", "354 go\r\n"}, errSlow.Error()},
		"closes at once":    {[]string{"close"}, errClosed.Error()},
		"closes after MAIL": {[]string{"220 x\r\n", "250 x\r\n", "close"}, errClosed.Error()},
		"closes after DATA": {[]string{"220 x\r\n", "250 x\r\n", "250 ok\r\n", "250 ok\r\n", "354 go\r\n", "close"}, errClosed.Error()},
		"busy":              {[]string{"421 too many\r\n", "close"}, "421"},
		"wants nothing":     {[]string{"554 go away\r\n", "close"}, "554"},
		"is no mail server": {[]string{"HTTP/1.1 400 Bad Request\r\n", "close"}, "reach mail server"},
		"greets for ever":   {[]string{strings.Repeat("220-x\r\n", 100)}, errSlow.Error()},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			m := mailer(t, "smtp://"+scripted(t, c.answers...), nil)
			if c.want == errSlow.Error() {
				m.limit = 200 * time.Millisecond // the others end by themselves
			}
			err := m.Send(t.Context(), Message{To: "customer@example.com", Subject: "x", Text: "123456", ID: "1"})
			if err == nil || Permanent(err) || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "customer") {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}

// A server that has taken the mail and then behaves badly has taken it: a second try would be a second mail.
func TestMail_takenIsTaken(t *testing.T) {
	for _, end := range []string{"close", "421 bye\r\n", "500 what?\r\n"} {
		m := mailer(t, "smtp://"+scripted(t, "220 x\r\n", "250 x\r\n", "250 ok\r\n", "250 ok\r\n", "354 go\r\n", "250 taken\r\n", end), nil)
		if err := m.Send(t.Context(), Message{To: "a@example.com", Subject: "x", Text: "x", ID: "1"}); err != nil {
			t.Errorf("%q: %v", end, err)
		}
	}
}

func TestMail_canBeCalledOff(t *testing.T) {
	o := &postOffice{}
	ctx, cancel := context.WithCancel(t.Context())
	over := make(chan struct{})
	o.rcptErr = func(string) error {
		cancel()
		<-over
		return errors.New("too late")
	}
	m := mailer(t, "smtp://"+o.open(t, "plain", tls.Certificate{}), nil)
	err := m.Send(ctx, letter)
	close(over)
	if !errors.Is(err, context.Canceled) || Permanent(err) {
		t.Error(err)
	}
}

func TestNewMailer_refuses(t *testing.T) {
	for _, c := range []struct{ url, from string }{
		{"", "pay@shop.example"}, {"mail.example.com:25", "pay@shop.example"}, {"smtp://", "pay@shop.example"}, {"http://mail.example.com", "pay@shop.example"}, {"smtp://mail.example.com:x", "pay@shop.example"},
		{"smtp://mail.example.com:99999", "pay@shop.example"}, {"smtp://mail.example.com?tls=maybe", "pay@shop.example"}, {"smtps://mail.example.com?tls=off", "pay@shop.example"},
		{"smtp://mail.example.com", ""}, {"smtp://mail.example.com", "pay"}, {"smtp://mail.example.com", "a@b.example, c@d.example"},
	} {
		if _, err := NewMailer(c.url, c.from); err == nil {
			t.Errorf("%q %q are taken", c.url, c.from)
		}
	}
	if _, err := NewMailer("smtp://shop:s3cr3t@mail .example", "pay@shop.example"); err == nil || strings.Contains(err.Error(), "s3cr3t") {
		t.Error(err)
	}
}

// An internationalized domain is written as the DNS has it (IDNA 2008, RFC 5891; the values are those of golang.org/x/net/idna 0.61 and of
// UTS 46's conformance table, non-transitional), in the envelope and in the header; letters in front of the @ need SMTPUTF8 (RFC 6531).
func TestMail_internationalAddresses(t *testing.T) {
	o := &postOffice{ascii: true}
	m := mailer(t, "smtp://"+o.open(t, "plain", tls.Certificate{}), nil)
	for to, want := range map[string]string{
		"kim@bücher.example": "kim@xn--bcher-kva.example", "kim@straße.example": "kim@xn--strae-oqa.example", "kim@SKÅNE.example": "kim@xn--skne-roa.example",
		"kim@παράδειγμα.gr": "kim@xn--hxajbheg2az3al.gr", "kim@例え.jp": "kim@xn--r8jz45g.jp", "kim@مثال.example": "kim@xn--mgbh0fb.example", "kim+x@example.com": "kim+x@example.com",
		"kim@xn--bcher-kva.example": "kim@xn--bcher-kva.example",
	} {
		message := letter
		message.To = to
		if err := m.Send(t.Context(), message); err != nil {
			t.Errorf("%s: %v", to, err)
			continue
		}
		got := <-o.posts
		if got.to != want || got.utf8 || !strings.Contains(string(got.data), "To: <"+want+">") {
			t.Errorf("%s: to %s, SMTPUTF8 %v\n%.400s", to, got.to, got.utf8, got.data)
		}
	}
	for _, to := range []string{"kim@bücher..example", "kim@-ü.example", "kim@" + strings.Repeat("ü", 64) + ".example", "a..b@example.com", "kim@example.com\r\nBcc: x@example.com", "Kim <kim@example.com>"} {
		message := letter
		message.To = to
		if err := m.Send(t.Context(), message); !Permanent(err) || NoReceiver(err) || MaybeNoReceiver(err) {
			t.Errorf("%q: %v", to, err)
		}
	}
	message := letter
	message.To = "jürgen@bücher.example"
	if err := m.Send(t.Context(), message); !Permanent(err) || NoReceiver(err) || MaybeNoReceiver(err) || strings.Contains(err.Error(), "rgen") {
		t.Errorf("without SMTPUTF8: %v", err)
	}
	utf8 := &postOffice{}
	m = mailer(t, "smtp://"+utf8.open(t, "plain", tls.Certificate{}), nil)
	if err := m.Send(t.Context(), message); err != nil {
		t.Fatal(err)
	}
	if got := <-utf8.posts; got.to != "jürgen@xn--bcher-kva.example" || !got.utf8 || !strings.Contains(string(got.data), "To: <jürgen@xn--bcher-kva.example>") {
		t.Errorf("to %s, SMTPUTF8 %v\n%.400s", got.to, got.utf8, got.data)
	}
}

// Answers go to the shop, and the type of what the pictures belong to is named (RFC 2387, 3.1).
func TestMail_replyToAndRelated(t *testing.T) {
	o := &postOffice{}
	m := mailer(t, "smtp://"+o.open(t, "plain", tls.Certificate{}), nil)
	for reply, want := range map[string]string{
		"": "", "hello@nordlys.example": "Reply-To: \"Nordlys Cykler\" <hello@nordlys.example>", "hej@nørd.example": "Reply-To: \"Nordlys Cykler\" <hej@xn--nrd-0na.example>",
		"not an address": "", "häj@nordlys.example": "", "a@b.example, c@d.example": "",
	} {
		message := letter
		message.FromName, message.ReplyTo, message.HTML, message.Inline = "Nordlys Cykler", reply, "<img src=cid:a.png>", []Inline{{ID: "a.png", ContentType: "image/png", Bytes: []byte("x")}}
		if err := m.Send(t.Context(), message); err != nil {
			t.Fatal(err)
		}
		got := <-o.posts
		parsed, err := netmail.ReadMessage(bytes.NewReader(got.data))
		if err != nil {
			t.Fatal(err)
		}
		kind, params, err := mime.ParseMediaType(parsed.Header.Get("Content-Type"))
		if err != nil || kind != "multipart/related" || params["type"] != "multipart/alternative" {
			t.Errorf("%s %v %v", kind, params, err)
		}
		first, err := multipart.NewReader(parsed.Body, params["boundary"]).NextPart()
		if err != nil || !strings.HasPrefix(first.Header.Get("Content-Type"), "multipart/alternative;") {
			t.Errorf("the first part: %v %v", first, err)
		}
		if has := strings.Contains(string(got.data), "Reply-To:"); has != (want != "") || !strings.Contains(string(got.data), want) {
			t.Errorf("%q:\n%.500s", reply, got.data)
		}
	}
}
