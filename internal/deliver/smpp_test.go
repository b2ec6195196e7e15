package deliver

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"kassa/internal/gsm"
)

// certificate makes a certificate for 127.0.0.1 and localhost, and the pool that trusts it.
func certificate(t *testing.T) (pair tls.Certificate, certPEM, keyPEM []byte, trusting *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, DNSNames: []string{"localhost"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	certPEM = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	keyPEM = pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER})
	if pair, err = tls.X509KeyPair(certPEM, keyPEM); err != nil {
		t.Fatal(err)
	}
	trusting = x509.NewCertPool()
	trusting.AppendCertsFromPEM(certPEM)
	return pair, certPEM, keyPEM, trusting
}

// smscEvent is what testdata/smsc/smsc.js tells.
type smscEvent struct {
	Event      string   `json:"event"`
	Port       int      `json:"port"`
	SystemID   string   `json:"system_id"`
	SystemType string   `json:"system_type"`
	Version    int      `json:"version"`
	Command    string   `json:"command"`
	Status     int      `json:"status"`
	To         string   `json:"to"`
	ToTON      int      `json:"to_ton"`
	ToNPI      int      `json:"to_npi"`
	From       string   `json:"from"`
	FromTON    int      `json:"from_ton"`
	FromNPI    int      `json:"from_npi"`
	Coding     int      `json:"coding"`
	ESM        int      `json:"esm"`
	UDH        []string `json:"udh"`
	Payload    bool     `json:"payload"`
	Receipt    int      `json:"receipt"`
	Text       string   `json:"text"`
	Most       int      `json:"most"`
}

// smscOptions are described there.
type smscOptions struct {
	Password string         `json:"password"`
	Key      string         `json:"key,omitempty"`
	Cert     string         `json:"cert,omitempty"`
	Statuses map[string]any `json:"statuses,omitempty"`
	Held     int            `json:"held,omitempty"`
}

// smsc is a running SMS centre.
type smsc struct {
	t      *testing.T
	port   int
	events chan smscEvent
}

// centreProgram is where the centre's program lies with its library, installed by the first test that needs it.
var centreProgram struct {
	once sync.Once
	dir  string
	err  error
}

func installCentre() (dir string, err error) {
	p := &centreProgram
	p.once.Do(func() {
		for _, program := range []string{"node", "npm"} {
			if _, err := exec.LookPath(program); err != nil {
				p.err = fmt.Errorf("%s is missing: scripts/install-tools brings it", program)
				return
			}
		}
		if p.dir, p.err = os.MkdirTemp("", "kassa-smsc-"); p.err != nil {
			return
		}
		if p.err = os.CopyFS(p.dir, os.DirFS("testdata/smsc")); p.err != nil {
			return
		}
		cmd := exec.Command("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline", "--loglevel=error")
		cmd.Dir = p.dir
		if out, err := cmd.CombinedOutput(); err != nil {
			p.err = fmt.Errorf("npm ci: %w\n%s", err, out)
		}
	})
	return p.dir, p.err
}

func TestMain(m *testing.M) {
	code := m.Run()
	if centreProgram.dir != "" {
		_ = os.RemoveAll(centreProgram.dir)
	}
	os.Exit(code)
}

// newSMSC starts a centre; it ends with the test.
func newSMSC(t *testing.T, o smscOptions) *smsc {
	t.Helper()
	dir, err := installCentre()
	if err != nil {
		t.Fatal(err)
	}
	o.Password = "s3cr3t"
	argument, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("node", "smsc.js", string(argument))
	cmd.Dir = dir
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	s := &smsc{t: t, events: make(chan smscEvent, 10_000)}
	read := make(chan struct{})
	go func() {
		defer close(read)
		defer close(s.events)
		lines := bufio.NewScanner(out)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			var e smscEvent
			if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
				t.Errorf("the centre said %q: %v", lines.Text(), err)
			}
			s.events <- e
		}
	}()
	t.Cleanup(func() {
		in.Close()
		<-read
		if err := cmd.Wait(); err != nil {
			t.Errorf("the centre: %v", err)
		}
	})
	s.port = s.next("listening").Port
	return s
}

// next is the next event of a kind; others are passed over.
func (s *smsc) next(kind string) smscEvent {
	s.t.Helper()
	for e := range s.events {
		if e.Event == kind {
			return e
		}
	}
	s.t.Fatalf("the centre ended before it told %q", kind)
	return smscEvent{}
}

// sender makes a sender for the centre, closed with the test.
func (s *smsc) sender(query string) *smpp {
	s.t.Helper()
	return newSender(s.t, fmt.Sprintf("smpp://kassa:s3cr3t@127.0.0.1:%d?%s", s.port, query))
}

func newSender(t *testing.T, url string) *smpp {
	t.Helper()
	made, err := NewSender(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(made.Close)
	return made.(*smpp)
}

func TestSMPP_textsArriveAsTheyWereSent(t *testing.T) {
	centre := newSMSC(t, smscOptions{})
	udh, payload := centre.sender("from=Kassa&long=udh"), centre.sender("from=Kassa&long=payload")
	for _, c := range []struct {
		what, text    string
		coding, parts int
	}{
		{"short", "Nordlys Cykler: pay £100.00 here until 12 June, 18:00: https://pay.example/a_b?c=1", codingGSM, 1},
		{"the whole alphabet", gsm.Letters, codingGSM, 1},
		{"160 letters", strings.Repeat("a", 160), codingGSM, 1},
		{"161 letters", strings.Repeat("a", 161), codingGSM, 2},
		{"306 letters", strings.Repeat("b", 306), codingGSM, 2},
		{"307 letters", strings.Repeat("b", 307), codingGSM, 3},
		{"80 of two septets", strings.Repeat("€", 80), codingGSM, 1},
		{"one of two septets at the seam", strings.Repeat("a", 152) + "€" + strings.Repeat("b", 20), codingGSM, 2},
		{"accents outside the alphabet", "Łódź: zapłać 100 zł", codingUCS2, 1},
		{"Arabic", "ادفع ١٠٠ جنيه", codingUCS2, 1},
		{"70 letters", strings.Repeat("ł", 70), codingUCS2, 1},
		{"71 letters", strings.Repeat("ł", 71), codingUCS2, 2},
		{"35 pairs", strings.Repeat("🛒", 35), codingUCS2, 1},
		{"a pair at the seam", strings.Repeat("ł", 66) + "🛒" + strings.Repeat("ó", 10), codingUCS2, 2},
		{"very long", strings.Repeat("Ünïcødé ☃ ", 60), codingUCS2, 9},
	} {
		for _, sender := range []*smpp{udh, payload} {
			if err := sender.Send(t.Context(), SMS{To: "+46701234567", Text: c.text, ID: "job-1"}); err != nil {
				t.Fatalf("%s: %v", c.what, err)
			}
			parts := c.parts
			if sender.payload {
				parts = 1
			}
			var got strings.Builder
			reference := ""
			for n := 1; n <= parts; n++ {
				e := centre.next("submit")
				got.WriteString(e.Text)
				if e.Coding != c.coding || e.Receipt != 0 || e.To != "46701234567" || e.ToTON != 1 || e.ToNPI != 1 || e.From != "Kassa" || e.FromTON != 5 || e.FromNPI != 0 {
					t.Errorf("%s: %+v", c.what, e)
				}
				if e.Payload != (sender.payload && c.parts > 1) {
					t.Errorf("%s: in message_payload: %v", c.what, e.Payload)
				}
				if parts == 1 {
					if len(e.UDH) != 0 || e.ESM != 0 {
						t.Errorf("%s: a header for one part: %+v", c.what, e)
					}
					continue
				}
				header := strings.Join(e.UDH, "")
				if n == 1 {
					reference = header[4:6]
				}
				if want := fmt.Sprintf("0003%s%02x%02x", reference, parts, n); header != want || e.ESM != esmHasHeader {
					t.Errorf("%s: header %s, want %s, esm %d", c.what, header, want, e.ESM)
				}
			}
			if got.String() != c.text {
				t.Errorf("%s: arrived as %q", c.what, got.String())
			}
		}
	}
}

func TestSMPP_aRepetitionHasTheSameReference(t *testing.T) {
	s := &smpp{}
	m := SMS{To: "+46701234567", Text: strings.Repeat("a", 400), ID: "0b0f2c1e-6b0e-7d5c-8000-000000000001"}
	first, err := s.submits(m)
	if err != nil || len(first) != 3 {
		t.Fatal(err, len(first))
	}
	second, _ := s.submits(m)
	if !slices.EqualFunc(first, second, bytes.Equal) {
		t.Error("the parts of a repetition differ")
	}
	m.ID = "0b0f2c1e-6b0e-7d5c-8000-000000000002"
	if other, _ := s.submits(m); bytes.Equal(first[0], other[0]) {
		t.Error("two messages have the same parts")
	}
}

func TestSMPP_theSender(t *testing.T) {
	centre := newSMSC(t, smscOptions{})
	s := centre.sender("from=Kassa")
	for from, want := range map[string]struct {
		ton, npi int
		text     string
	}{
		"": {5, 0, "Kassa"}, "Nordlys": {5, 0, "Nordlys"}, "Nordlys Cykler": {5, 0, "Nordlys Cyk"}, "+46701112233": {1, 1, "46701112233"}, "46701112233": {1, 1, "46701112233"}, "72555": {3, 0, "72555"},
	} {
		if err := s.Send(t.Context(), SMS{To: "+46701234567", From: from, Text: "x", ID: "1"}); err != nil {
			t.Fatal(err)
		}
		if e := centre.next("submit"); e.From != want.text || e.FromTON != want.ton || e.FromNPI != want.npi {
			t.Errorf("%q: %+v", from, e)
		}
	}
	for _, m := range []SMS{
		{To: "+46701234567", From: "Bågar", Text: "x"}, {To: "", Text: "x"}, {To: "+", Text: "x"}, {To: "+46 70 123", Text: "x"}, {To: "+4670x", Text: "x"}, {To: "+123456789012345678901", Text: "x"},
		{To: "+46701234567", Text: strings.Repeat("ł", 20_000)},
	} {
		if err := s.Send(t.Context(), m); !Permanent(err) {
			t.Errorf("to %q from %q: %v", m.To, m.From, err)
		}
	}
}

func TestSMPP_refusals(t *testing.T) {
	centre := newSMSC(t, smscOptions{Statuses: map[string]any{
		"46700000058": statusThrottled, "46700000014": statusQueueFull, "46700000008": 0x08, "46700000045": 0x45, "46700000011": statusDestination, "46700000001": statusMessageLength, "46700000003": "nack",
	}})
	s := centre.sender("")
	for to, permanent := range map[string]bool{
		"46700000058": false, "46700000014": false, "46700000008": false, "46700000045": false, "46700000003": false, "46700000011": true, "46700000001": true,
	} {
		err := s.Send(t.Context(), SMS{To: "+" + to, Text: "Your code is 123456", ID: "1"})
		if err == nil || Permanent(err) != permanent || NoReceiver(err) != (to == "46700000011") {
			t.Errorf("%s: %v, permanent %v", to, err, Permanent(err))
			continue
		}
		if strings.Contains(err.Error(), to) || strings.Contains(err.Error(), "123456") || strings.Contains(err.Error(), "s3cr3t") {
			t.Errorf("the error says too much: %v", err)
		}
	}
	// A refusal is no reason to connect again.
	if err := s.Send(t.Context(), SMS{To: "+46701234567", Text: "x", ID: "1"}); err != nil {
		t.Error(err)
	}
	s.Close()
	centre.next("unbind")
	centre.next("closed")
	if err := s.Send(t.Context(), SMS{To: "+46701234567", Text: "x", ID: "1"}); !errors.Is(err, errSMSClosed) || Permanent(err) {
		t.Errorf("after Close: %v", err)
	}
}

func TestSMPP_bindsAndAnswersTheCentre(t *testing.T) {
	centre := newSMSC(t, smscOptions{})
	s := centre.sender("system_type=VMA")
	if err := s.Send(t.Context(), SMS{To: "+46701234567", Text: "x", ID: "1"}); err != nil {
		t.Fatal(err)
	}
	if e := centre.next("bind"); e.SystemID != "kassa" || e.SystemType != "VMA" || e.Version != interfaceVersion {
		t.Errorf("%+v", e)
	}
	for _, command := range []string{"enquire_link_resp", "deliver_sm_resp"} {
		if e := centre.next("answered"); e.Command != command || e.Status != 0 {
			t.Errorf("%+v, want %s", e, command)
		}
	}
	wrong := newSender(t, fmt.Sprintf("smpp://kassa:wr0ng@127.0.0.1:%d", centre.port))
	for range 2 {
		// It passes once the operator has mended the URL.
		if err := wrong.Send(t.Context(), SMS{To: "+46701234567", Text: "x", ID: "1"}); err == nil || Permanent(err) || strings.Contains(err.Error(), "wr0ng") {
			t.Errorf("wrong password: %v", err)
		}
		centre.next("bind")
		centre.next("closed")
	}
}

func TestSMPP_connectsAgain(t *testing.T) {
	centre := newSMSC(t, smscOptions{Statuses: map[string]any{"46700000001": "drop", "46700000002": "unbind"}})
	s := centre.sender("")
	for _, to := range []string{"+46700000001", "+46700000002", "+46700000001"} {
		if err := s.Send(t.Context(), SMS{To: to, Text: "x", ID: "1"}); !errors.Is(err, errClosed) || Permanent(err) {
			t.Errorf("%s: %v", to, err)
		}
		if err := s.Send(t.Context(), SMS{To: "+46701234567", Text: "x", ID: "1"}); err != nil {
			t.Errorf("after %s: %v", to, err)
		}
	}
	binds := 0
	s.Close()
	for centre.next("submit").To != "46700000001" {
		t.Error("another message was first")
	}
	for e := range centre.events {
		if e.Event == "bind" {
			binds++
		}
		if e.Event == "unbind" {
			break
		}
	}
	if binds != 3 {
		t.Errorf("bound %d more times, want 3", binds)
	}
}

func TestSMPP_oneConnectionAndAWindow(t *testing.T) {
	const window, messages = 4, 40
	centre := newSMSC(t, smscOptions{Held: window})
	s := centre.sender("window=" + strconv.Itoa(window))
	var all sync.WaitGroup
	for i := range messages {
		all.Go(func() {
			if err := s.Send(t.Context(), SMS{To: fmt.Sprintf("+467000000%02d", i), Text: "x", ID: strconv.Itoa(i)}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	s.Close()
	binds, submits, most := 0, 0, 0
	for e := range centre.events {
		switch e.Event {
		case "bind":
			binds++
		case "submit":
			submits++
			most = e.Most
		}
		if e.Event == "unbind" {
			break
		}
	}
	if binds != 1 || submits != messages || most != window {
		t.Errorf("%d binds, %d messages, %d at most without an answer", binds, submits, most)
	}
}

func TestSMPP_looksWhetherTheCentreIsThere(t *testing.T) {
	centre := newSMSC(t, smscOptions{})
	s := centre.sender("")
	s.enquire = time.Millisecond
	if err := s.Send(t.Context(), SMS{To: "+46701234567", Text: "x", ID: "1"}); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		centre.next("enquire")
	}
}

func TestSMPP_overTLS(t *testing.T) {
	_, certPEM, keyPEM, trusting := certificate(t)
	centre := newSMSC(t, smscOptions{Key: string(keyPEM), Cert: string(certPEM)})
	s := newSender(t, fmt.Sprintf("smpps://kassa:s3cr3t@127.0.0.1:%d", centre.port))
	if err := s.Send(t.Context(), SMS{To: "+46701234567", Text: "x", ID: "1"}); !errors.Is(err, errCertificate) {
		t.Errorf("a certificate that nobody vouches for: %v", err)
	}
	s.tls.RootCAs = trusting
	if err := s.Send(t.Context(), SMS{To: "+46701234567", Text: "Your code", ID: "1"}); err != nil {
		t.Fatal(err)
	}
	if e := centre.next("submit"); e.Text != "Your code" {
		t.Errorf("%+v", e)
	}
}

// centreOf answers each connection as a broken centre does.
func centreOf(t *testing.T, answer func(conn net.Conn)) *smpp {
	t.Helper()
	url := raw(t, answer)
	s := newSender(t, strings.Replace(url, "http://", "smpp://kassa:s3cr3t@", 1))
	return s
}

// bindFirst answers the bind of a connection.
func bindFirst(conn net.Conn) {
	p, err := readPDU(conn)
	if err == nil {
		_, _ = conn.Write(pdu{command: p.command | responseBit, sequence: p.sequence, body: []byte("x\x00")}.bytes())
	}
}

func TestSMPP_isBoundedWhateverTheCentreDoes(t *testing.T) {
	for what, c := range map[string]struct {
		answer func(conn net.Conn)
		want   error
	}{
		"says nothing":      {func(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) }, errSlow},
		"closes":            {func(net.Conn) {}, errClosed},
		"binds and is mute": {func(conn net.Conn) { bindFirst(conn); _, _ = io.Copy(io.Discard, conn) }, errSlow},
		"binds and closes":  {func(conn net.Conn) { bindFirst(conn); _, _ = readPDU(conn) }, errClosed},
		"no length": {func(conn net.Conn) {
			bindFirst(conn)
			_, _ = readPDU(conn)
			_, _ = conn.Write(make([]byte, 64))
			_, _ = io.Copy(io.Discard, conn)
		}, errProtocol},
		"endless length": {func(conn net.Conn) {
			bindFirst(conn)
			_, _ = readPDU(conn)
			_, _ = conn.Write(bytes.Repeat([]byte{0xff}, 64))
			_, _ = io.Copy(io.Discard, conn)
		}, errProtocol},
		"half a unit": {func(conn net.Conn) {
			bindFirst(conn)
			p, _ := readPDU(conn)
			_, _ = conn.Write(pdu{command: p.command | responseBit, sequence: p.sequence, body: []byte("id\x00")}.bytes()[:18])
		}, errClosed},
		"another number": {func(conn net.Conn) {
			bindFirst(conn)
			p, _ := readPDU(conn)
			_, _ = conn.Write(pdu{command: p.command | responseBit, sequence: p.sequence + 7, body: []byte("id\x00")}.bytes())
			_, _ = io.Copy(io.Discard, conn)
		}, errSlow},
		"HTTP": {func(conn net.Conn) {
			_, _ = readPDU(conn)
			_, _ = io.WriteString(conn, "HTTP/1.1 400 Bad Request\r\n\r\n")
			_, _ = io.Copy(io.Discard, conn)
		}, errProtocol},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			s := centreOf(t, c.answer)
			if c.want == errSlow { //nolint:errorlint // one of our own values
				s.limit = 200 * time.Millisecond // the others end by themselves
			}
			if err := s.Send(t.Context(), SMS{To: "+46701234567", Text: "x", ID: "1"}); !errors.Is(err, c.want) || Permanent(err) {
				t.Errorf("%v, want %v", err, c.want)
			}
		})
	}
}

// A centre that answers no enquire_link is gone although its connection stands: the next message goes over another one.
func TestSMPP_aMuteCentreIsLeft(t *testing.T) {
	left := make(chan struct{}, 10)
	s := centreOf(t, func(conn net.Conn) {
		bindFirst(conn)
		for {
			p, err := readPDU(conn)
			if err != nil {
				left <- struct{}{}
				return
			}
			if p.command == submitSM {
				_, _ = conn.Write(pdu{command: p.command | responseBit, sequence: p.sequence, body: []byte("id\x00")}.bytes())
			}
		}
	})
	s.enquire, s.limit = time.Millisecond, time.Second
	for range 2 {
		if err := s.Send(t.Context(), SMS{To: "+46701234567", Text: "x", ID: "1"}); err != nil {
			t.Fatal(err)
		}
		<-left
	}
}

// What the centre asks and we do not know is refused; what needs no answer gets none.
func TestSMPP_unknownRequestsAreRefused(t *testing.T) {
	got := make(chan pdu, 10)
	s := centreOf(t, func(conn net.Conn) {
		bindFirst(conn)
		p, _ := readPDU(conn)
		for _, command := range []uint32{alert, 0x00000021, dataSM} {
			_, _ = conn.Write(pdu{command: command, sequence: command}.bytes())
		}
		for range 2 {
			answer, _ := readPDU(conn)
			got <- answer
		}
		_, _ = conn.Write(pdu{command: p.command | responseBit, sequence: p.sequence, body: []byte("id\x00")}.bytes())
		_, _ = io.Copy(io.Discard, conn)
	})
	if err := s.Send(t.Context(), SMS{To: "+46701234567", Text: "x", ID: "1"}); err != nil {
		t.Fatal(err)
	}
	if p := <-got; p.command != genericNack || p.status != statusInvalidCommand || p.sequence != 0x21 {
		t.Errorf("%+v", p)
	}
	if p := <-got; p.command != dataSM|responseBit || p.status != 0 || p.sequence != dataSM {
		t.Errorf("%+v", p)
	}
	s.limit = 50 * time.Millisecond // of taking leave
}

func TestSMPP_aSenderCanBeCalledOff(t *testing.T) {
	arrived := make(chan struct{})
	s := centreOf(t, func(conn net.Conn) {
		bindFirst(conn)
		_, _ = readPDU(conn)
		close(arrived)
		_, _ = io.Copy(io.Discard, conn)
	})
	s.limit = time.Minute
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-arrived
		cancel()
	}()
	if err := s.Send(ctx, SMS{To: "+46701234567", Text: "x", ID: "1"}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	s.limit = 50 * time.Millisecond // of taking leave
}

func TestNewSender_refusesAnSMPPURL(t *testing.T) {
	for _, url := range []string{
		"smpp://", "smpp://host", "smpp://:p@host", "smpp://user:p@", "smpp://user:p@host:port", "smpp://user:p@host?long=x", "smpp://user:p@host?window=0", "smpp://user:p@host?window=x",
		"smpp://user:p@host?form=Kassa", "smpp://us%00er:p@host", "tcp://user:p@host", "user:p@host", "",
	} {
		if _, err := NewSender(url); err == nil || strings.Contains(err.Error(), ":p@") {
			t.Errorf("%q: %v", url, err)
		}
	}
	for url, want := range map[string]string{"smpp://u:p@host": "host:2775", "smpps://u:p@host": "host:3550", "smpps://u:p@[::1]:9?from=a&long=payload&window=100": "[::1]:9"} {
		if s := newSender(t, url); s.address != want || (s.tls != nil) != strings.HasPrefix(url, "smpps") {
			t.Errorf("%s: %s", url, s.address)
		}
	}
}
