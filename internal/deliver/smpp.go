package deliver

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"hash/fnv"
	"net"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"kassa/internal/gsm"
)

const (
	smppWindow  = 10
	smppEnquire = 30 * time.Second
	smppPort    = "2775"
	smppsPort   = "3550"
)

// smppConfig is what an smpp:// URL says.
//
//	smpp://system_id:password@host:port?from=Kassa&…       smpps:// for TLS
//
//	from         the sender where a message has none: a name of at most 11 letters, a number with +, or a short number
//	system_type  what the centre asks for when binding; usually nothing
//	long         udh: a long text is cut into parts with a header each (the default); payload: it goes whole, in message_payload
//	window       messages sent before the first of them is answered, 1 to 100; 10 unless given
type smppConfig struct {
	address, host      string
	tls                *tls.Config // nil: without
	systemID, password string
	systemType, from   string
	payload            bool // long texts in message_payload
	window             int
}

func parseSMPP(rawURL string) (smppConfig, error) {
	u, err := url.Parse(rawURL)
	if err != nil || u.Hostname() == "" || u.User.Username() == "" {
		return smppConfig{}, errors.New("not a URL like smpp://system_id:password@smsc.example:2775?from=Kassa")
	}
	password, _ := u.User.Password()
	q := u.Query()
	c := smppConfig{
		host: u.Hostname(), systemID: u.User.Username(), password: password, systemType: q.Get("system_type"), from: q.Get("from"), window: smppWindow,
	}
	port := smppPort
	if u.Scheme == "smpps" {
		port = smppsPort
		c.tls = &tls.Config{ServerName: c.host, MinVersion: tls.VersionTLS12}
	}
	if u.Port() != "" {
		port = u.Port()
	}
	c.address = net.JoinHostPort(c.host, port)
	switch q.Get("long") {
	case "", "udh":
	case "payload":
		c.payload = true
	default:
		return smppConfig{}, errors.New("long= is neither udh nor payload")
	}
	if w := q.Get("window"); w != "" {
		if c.window, err = strconv.Atoi(w); err != nil || c.window < 1 || c.window > 100 {
			return smppConfig{}, errors.New("window= is not a number from 1 to 100")
		}
	}
	for name := range q {
		if name != "from" && name != "system_type" && name != "long" && name != "window" {
			return smppConfig{}, errors.New("after the ? only from=, system_type=, long= and window= are known")
		}
	}
	if strings.Contains(c.systemID+c.password+c.systemType+c.from, "\x00") {
		return smppConfig{}, errors.New("a NUL in it")
	}
	return c, nil
}

// smpp sends through an SMS centre: SMPP 3.4 as a transceiver, over one connection that is made when it is needed and made again
// when it broke. Whoever waits for a connection shares one attempt.
type smpp struct {
	smppConfig
	limit   time.Duration // of one exchange
	enquire time.Duration // between two looks whether the centre is still there

	patience time.Duration // with a centre that throttles in the middle of a text
	half     halfSent

	mu      sync.Mutex
	bound   *smppSession // nil: none
	binding *smppBinding // nil: nobody tries
	closed  bool
	running sync.WaitGroup
}

// smppBinding is an attempt to connect and bind.
type smppBinding struct {
	ready   chan struct{} // closed when it is over
	session *smppSession
	err     error
}

var errSMSClosed = errors.New("the sender is closed")

func newSMPP(rawURL string) (*smpp, error) {
	c, err := parseSMPP(rawURL)
	if err != nil {
		return nil, err
	}
	return &smpp{smppConfig: c, limit: smsLimit, enquire: smppEnquire, patience: smppPatience}, nil
}

// Send hands over one message, in several parts if it is long. All of them were taken when it returns nil. A repetition goes
// on with the part that was not taken; after a restart it has the same parts with the same reference, so that a phone that got some of them
// shows the text once.
func (s *smpp) Send(ctx context.Context, m SMS) error {
	if m.From == "" {
		m.From = s.from
	}
	bodies, err := s.submits(m)
	if err != nil {
		return err
	}
	session, err := s.session(ctx)
	if err != nil {
		return fmt.Errorf("reach SMS centre: %w", err)
	}
	return s.submitAll(ctx, session, m, bodies)
}

// session gives the bound session, or makes one.
func (s *smpp) session(ctx context.Context) (*smppSession, error) {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil, errSMSClosed
	}
	if s.bound != nil && s.bound.alive() {
		defer s.mu.Unlock()
		return s.bound, nil
	}
	b := s.binding
	if b == nil {
		b = &smppBinding{ready: make(chan struct{})}
		s.binding = b
		s.running.Go(func() { s.bind(b) })
	}
	s.mu.Unlock()
	select {
	case <-b.ready:
		return b.session, b.err
	case <-ctx.Done():
		return nil, reason(ctx.Err())
	}
}

// bind connects and binds, on behalf of all who wait for it: none of them can call it off.
func (s *smpp) bind(b *smppBinding) {
	ctx, cancel := context.WithTimeout(context.Background(), s.limit)
	defer cancel()
	session, err := s.connect(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil && s.closed {
		session.end(errSMSClosed)
		err = errSMSClosed
	}
	if err == nil {
		s.bound = session
	}
	s.binding = nil
	b.session, b.err = session, err
	close(b.ready)
}

func (s *smpp) connect(ctx context.Context) (*smppSession, error) {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", s.address)
	if err != nil {
		return nil, reason(err)
	}
	if s.tls != nil {
		secure := tls.Client(conn, s.tls)
		if err := secure.HandshakeContext(ctx); err != nil {
			_ = conn.Close()
			return nil, reason(err)
		}
		conn = secure
	}
	session := newSMPPSession(conn, s.window, s.limit)
	s.running.Go(session.read)
	answer, err := session.ask(ctx, bindTransceiver, bindBody(&s.smppConfig))
	if err == nil && answer.status != 0 {
		// The operator can mend it, so it is not the message that is refused.
		err = fmt.Errorf("the SMS centre does not let us in: status 0x%02x", answer.status)
	}
	if err != nil {
		session.end(err)
		return nil, err
	}
	s.running.Go(func() { session.look(s.enquire) })
	return session, nil
}

// Close takes leave of the centre and waits until nothing runs any more.
func (s *smpp) Close() {
	s.mu.Lock()
	s.closed = true
	session := s.bound
	s.mu.Unlock()
	if session != nil {
		ctx, cancel := context.WithTimeout(context.Background(), s.limit)
		defer cancel()
		_, _ = session.ask(ctx, unbind, nil) // the connection is closed whatever it says
		session.end(errSMSClosed)
	}
	s.running.Wait()
}

// submits are the bodies of the submit_sm requests of a message.
func (s *smpp) submits(m SMS) ([][]byte, error) {
	to := strings.TrimPrefix(m.To, "+")
	if to == "" || strings.Trim(to, "0123456789") != "" || len(to) > 20 {
		return nil, &refused{errors.New("the receiver's number cannot be used")} // the number itself stays out of logs
	}
	from, err := sourceAddress(m.From)
	if err != nil {
		return nil, err
	}
	text, coding := gsm.Encode(m.Text), byte(codingGSM)
	if text.Unicode {
		coding = codingUCS2
	}
	parts, err := text.Parts()
	switch {
	case err != nil:
		return nil, &refused{err}
	case len(parts) == 1:
		return [][]byte{submitBody(from, to, smppText{coding: coding, short: parts[0]})}, nil
	case s.payload:
		return [][]byte{submitBody(from, to, smppText{coding: coding, payload: text.Joined()})}, nil
	}
	reference := fnv.New32a()
	_, _ = reference.Write([]byte(m.ID))
	out := make([][]byte, len(parts))
	for i, part := range parts {
		// 3GPP TS 23.040, 9.2.3.24.1: five octets follow; concatenated, three octets: reference, how many, which.
		header := []byte{5, 0, 3, byte(reference.Sum32()), byte(len(parts)), byte(i + 1)}
		out[i] = submitBody(from, to, smppText{coding: coding, short: append(header, part...), header: true})
	}
	return out, nil
}

// statusError is what a centre's refusal of a message means.
func statusError(status uint32) error {
	err := fmt.Errorf("the SMS centre answered 0x%02x", status)
	switch status {
	case statusDestination:
		return &refused{&noReceiver{err}}
	case statusMessageLength:
		return &refused{err}
	case statusThrottled, statusQueueFull:
		return fmt.Errorf("%w: it takes no more for now", err)
	}
	return err
}
