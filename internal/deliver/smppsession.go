package deliver

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"time"
)

// The commands and statuses of SMPP 3.4 that we know (5.1.2.1, 5.1.3).
const (
	bindTransceiver = 0x00000009
	submitSM        = 0x00000004
	deliverSM       = 0x00000005
	unbind          = 0x00000006
	enquireLink     = 0x00000015
	dataSM          = 0x00000103
	alert           = 0x00000102
	genericNack     = 0x80000000
	responseBit     = 0x80000000

	statusMessageLength  = 0x01
	statusInvalidCommand = 0x03
	statusDestination    = 0x0b
	statusQueueFull      = 0x14
	statusThrottled      = 0x58

	interfaceVersion  = 0x34
	tlvMessagePayload = 0x0424
	esmHasHeader      = 0x40
	codingGSM         = 0x00 // SMPP 3.4, 5.2.19: the centre's default alphabet
	codingUCS2        = 0x08

	headerBytes = 16
	pduBytes    = 64 << 10
)

// pdu is one unit of the protocol.
type pdu struct {
	command, status, sequence uint32
	body                      []byte
}

func (p pdu) bytes() []byte {
	out := make([]byte, headerBytes, headerBytes+len(p.body))
	binary.BigEndian.PutUint32(out, uint32(headerBytes+len(p.body)))
	binary.BigEndian.PutUint32(out[4:], p.command)
	binary.BigEndian.PutUint32(out[8:], p.status)
	binary.BigEndian.PutUint32(out[12:], p.sequence)
	return append(out, p.body...)
}

func readPDU(r io.Reader) (pdu, error) {
	var header [headerBytes]byte
	if _, err := io.ReadFull(r, header[:]); err != nil {
		return pdu{}, err
	}
	length := binary.BigEndian.Uint32(header[:])
	if length < headerBytes || length > pduBytes {
		return pdu{}, errors.New("a unit of no possible length")
	}
	p := pdu{
		command: binary.BigEndian.Uint32(header[4:]), status: binary.BigEndian.Uint32(header[8:]), sequence: binary.BigEndian.Uint32(header[12:]),
		body: make([]byte, length-headerBytes),
	}
	_, err := io.ReadFull(r, p.body)
	return p, err
}

// smppSession is one connection to a centre. It ends once, for a reason, and everything that waits then fails with it.
type smppSession struct {
	conn   net.Conn
	limit  time.Duration
	window chan struct{} // a place for each message that is not answered yet

	mu       sync.Mutex
	sequence uint32
	waiting  map[uint32]chan pdu
	reason   error // why it ended
	ended    chan struct{}

	writing sync.Mutex
}

func newSMPPSession(conn net.Conn, window int, limit time.Duration) *smppSession {
	return &smppSession{conn: conn, limit: limit, window: make(chan struct{}, window), waiting: map[uint32]chan pdu{}, ended: make(chan struct{})}
}

func (s *smppSession) alive() bool {
	select {
	case <-s.ended:
		return false
	default:
		return true
	}
}

// end closes the connection; only the first reason counts.
func (s *smppSession) end(why error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.reason == nil {
		s.reason = why
		close(s.ended)
		_ = s.conn.Close()
	}
}

// ask sends a request and waits for its answer.
func (s *smppSession) ask(ctx context.Context, command uint32, body []byte) (pdu, error) {
	ctx, cancel := context.WithTimeout(ctx, s.limit)
	defer cancel()
	if command == submitSM {
		select {
		case s.window <- struct{}{}:
			defer func() { <-s.window }()
		case <-s.ended:
			return pdu{}, s.reason
		case <-ctx.Done():
			return pdu{}, reason(ctx.Err())
		}
	}
	answer := make(chan pdu, 1)
	s.mu.Lock()
	s.sequence = s.sequence%0x7fffffff + 1
	sequence := s.sequence
	s.waiting[sequence] = answer
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.waiting, sequence)
	}()
	s.write(pdu{command: command, sequence: sequence, body: body})
	select {
	case p := <-answer:
		return p, nil
	case <-s.ended:
		return pdu{}, s.reason
	case <-ctx.Done():
		return pdu{}, reason(ctx.Err())
	}
}

// write sends a unit whole; a connection that does not take it within the limit ends.
func (s *smppSession) write(p pdu) {
	s.writing.Lock()
	defer s.writing.Unlock()
	err := s.conn.SetWriteDeadline(realTime().Add(s.limit))
	if err == nil {
		_, err = s.conn.Write(p.bytes())
	}
	if err != nil {
		s.end(reason(err))
	}
}

// read takes what the centre sends, until the connection ends.
func (s *smppSession) read() {
	r := bufio.NewReader(s.conn)
	for {
		p, err := readPDU(r)
		if err != nil {
			s.end(reason(err))
			return
		}
		if p.command&responseBit != 0 {
			s.mu.Lock()
			answer := s.waiting[p.sequence]
			delete(s.waiting, p.sequence)
			s.mu.Unlock()
			if answer != nil {
				if p.command == genericNack && p.status == 0 {
					p.status = statusInvalidCommand // a refusal, whatever it says
				}
				answer <- p
			}
			continue
		}
		s.serve(p)
	}
}

// serve answers the centre's own requests. We ask for no receipts, but a centre that delivers something waits for an answer.
func (s *smppSession) serve(p pdu) {
	switch p.command {
	case enquireLink:
		s.write(pdu{command: enquireLink | responseBit, sequence: p.sequence})
	case deliverSM, dataSM:
		s.write(pdu{command: p.command | responseBit, sequence: p.sequence, body: []byte{0}})
	case unbind:
		s.write(pdu{command: unbind | responseBit, sequence: p.sequence})
		s.end(errClosed)
	case alert: // has no answer
	default:
		s.write(pdu{command: genericNack, status: statusInvalidCommand, sequence: p.sequence})
	}
}

// look asks now and then whether the centre is still there; one that does not answer is gone, also when its connection stands.
func (s *smppSession) look(every time.Duration) {
	ticks := time.NewTicker(every)
	defer ticks.Stop()
	for {
		select {
		case <-s.ended:
			return
		case <-ticks.C:
		}
		if _, err := s.ask(context.Background(), enquireLink, nil); err != nil {
			s.end(err)
			return
		}
	}
}

// address is a phone number or a name, with its kind (SMPP 3.4, 5.2.5 and 5.2.6).
type address struct {
	ton, npi byte
	text     string
}

// sourceAddress says what kind of sender it is: a number in full, a short number, or a name.
func sourceAddress(from string) (address, error) {
	digits := strings.TrimPrefix(from, "+")
	isNumber := digits != "" && strings.Trim(digits, "0123456789") == ""
	switch {
	case from == "":
		return address{}, nil // the centre's own
	case isNumber && (from != digits || len(digits) > 8) && len(digits) <= 20:
		return address{1, 1, digits}, nil
	case isNumber && len(digits) <= 8:
		return address{3, 0, digits}, nil
	}
	for _, r := range from {
		if r < ' ' || r > '~' {
			return address{}, &refused{errors.New("the sender's name has letters that an SMS centre does not take")}
		}
	}
	return address{5, 0, from[:min(len(from), 11)]}, nil
}

// smppText is the text of a submit_sm.
type smppText struct {
	coding  byte
	short   []byte
	header  bool   // short begins with a user data header
	payload []byte // instead of short
}

// submitBody is the body of a submit_sm (SMPP 3.4, 4.4.1).
func submitBody(from address, to string, text smppText) []byte {
	var esm byte
	if text.header {
		esm = esmHasHeader
	}
	b := []byte{0} // service_type
	b = append(b, from.ton, from.npi)
	b = append(append(b, from.text...), 0)
	b = append(b, 1, 1)
	b = append(append(b, to...), 0)
	b = append(b, esm, 0, 0) // esm_class, protocol_id, priority_flag
	b = append(b, 0, 0)      // schedule_delivery_time, validity_period
	b = append(b, 0, 0)      // registered_delivery, replace_if_present_flag
	b = append(b, text.coding, 0, byte(len(text.short)))
	b = append(b, text.short...)
	if text.payload != nil {
		b = binary.BigEndian.AppendUint16(b, tlvMessagePayload)
		b = binary.BigEndian.AppendUint16(b, uint16(len(text.payload)))
		b = append(b, text.payload...)
	}
	return b
}

// bindBody is the body of a bind_transceiver (SMPP 3.4, 4.1.5).
func bindBody(c *smppConfig) []byte {
	var b []byte
	for _, text := range []string{c.systemID, c.password, c.systemType} {
		b = append(append(b, text...), 0)
	}
	return append(b, interfaceVersion, 0, 0, 0) // address_range: none
}
