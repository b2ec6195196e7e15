package deliver

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"kassa/internal/gsm"
)

// recipe is the address of a gateway as the documentation has it, at another host.
func recipe(t *testing.T, name, host string) Sender {
	t.Helper()
	doc, err := os.ReadFile("../../docs/operating.md")
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`(?s)\*\*` + name + `\*\*.*?` + "```\n(.*?)\n```").FindSubmatch(doc)
	if m == nil {
		t.Fatalf("docs/operating.md has no recipe for %s", name)
	}
	at := regexp.MustCompile(`^https?://([^/@]*@)?[^/]+`)
	s, err := NewSender(at.ReplaceAllString(string(m[1]), "http://${1}"+host))
	if err != nil {
		t.Fatalf("%s: %v", m[1], err)
	}
	t.Cleanup(s.Close)
	return s
}

// recipeTexts are texts in both alphabets, of one part and of two.
var recipeTexts = []string{
	"Nordlys Cykler: pay € 1.234,56 here: https://pay.example.com/pay/1-AZ67 @£$ é {x} & 100 % + \"a\"", "ادفع 100 إلى Nordlys & Co", strings.Repeat("0123456789", 20), strings.Repeat("ł", 100),
}

// kannel is Debian's Kannel with an SMS centre of its own kind (smsc = fake), whose other end is the test.
type kannel struct {
	sendsms string
	centre  *bufio.Reader
}

const kannelConfig = `group = core
admin-port = %d
admin-password = x
smsbox-port = %d
log-level = 3
box-allow-ip = 127.0.0.1

group = smsc
smsc = fake
port = %d
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = %d
log-level = 3

group = sendsms-user
username = kassa
password = s3cr3t
max-messages = 3
concatenation = true

group = sms-service
keyword = default
text = no
`

func newKannel(t *testing.T) *kannel {
	t.Helper()
	var ports [4]int
	var held [4]net.Listener // all at a time, so that they differ
	for i := range ports {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		ports[i], held[i] = l.Addr().(*net.TCPAddr).Port, l
	}
	for _, l := range held {
		_ = l.Close()
	}
	config := filepath.Join(t.TempDir(), "kannel.conf")
	if err := os.WriteFile(config, fmt.Appendf(nil, kannelConfig, ports[0], ports[1], ports[2], ports[3]), 0o600); err != nil {
		t.Fatal(err)
	}
	start := func(program string) {
		path, err := exec.LookPath(program)
		if err != nil {
			path = "/usr/sbin/" + program // where people who are not root do not look
		}
		cmd := exec.Command(path, "-v", "4", config)
		cmd.Dir = filepath.Dir(config)
		if err := cmd.Start(); err != nil {
			t.Fatalf("%v: scripts/install-tools brings it", err)
		}
		t.Cleanup(func() {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		})
	}
	start("bearerbox")
	awaitPort(t, ports[1]).Close()
	centre := awaitPort(t, ports[2])
	t.Cleanup(func() { _ = centre.Close() })
	start("smsbox")
	awaitPort(t, ports[3]).Close()
	for deadline := time.Now().Add(time.Minute); ; { // it ends when it is asked before it has reached the bearerbox
		answer, err := http.Get(fmt.Sprintf("http://127.0.0.1:%d/status.txt?password=x", ports[0]))
		if err == nil {
			status, _ := io.ReadAll(answer.Body)
			_ = answer.Body.Close()
			if bytes.Contains(status, []byte("smsbox:")) {
				break
			}
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
	return &kannel{sendsms: fmt.Sprintf("127.0.0.1:%d", ports[3]), centre: bufio.NewReader(centre)}
}

// awaitPort connects as soon as somebody listens.
func awaitPort(t *testing.T, port int) net.Conn {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; {
		conn, err := net.DialTimeout("tcp", fmt.Sprintf("127.0.0.1:%d", port), time.Second)
		if err == nil {
			return conn
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
}

// got reads the text of a message of so many parts off the centre: "from to text|data|ucs-2 …", a part of several as "udh header kind …".
func (k *kannel) got(t *testing.T, parts int, ucs2 bool) (from, to, text string) {
	t.Helper()
	for range parts {
		line, err := k.centre.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		fields := strings.SplitN(strings.TrimSuffix(line, "\n"), " ", 4)
		if fields[2] == "udh" {
			rest := strings.SplitN(fields[3], " ", 3)
			fields[2], fields[3] = rest[1], rest[2]
		}
		from, to = fields[0], fields[1]
		if !ucs2 {
			text += fields[3]
			continue
		}
		octets, err := url.QueryUnescape(fields[3])
		if err != nil || len(octets)%2 != 0 {
			t.Fatalf("%q: %v", line, err)
		}
		units := make([]uint16, len(octets)/2)
		for i := range units {
			units[i] = uint16(octets[2*i])<<8 | uint16(octets[2*i+1])
		}
		text += string(utf16.Decode(units))
	}
	return from, to, text
}

// What Kannel hands to its SMS centre is what was sent, in the alphabet that the text needs.
func TestRecipe_Kannel(t *testing.T) {
	k := newKannel(t)
	s := recipe(t, "Kannel", k.sendsms)
	for _, text := range recipeTexts {
		if err := s.Send(t.Context(), SMS{To: "+46701234567", From: "Kassa", Text: text, ID: "1"}); err != nil {
			t.Fatalf("%.20q: %v", text, err)
		}
		e := gsm.Encode(text)
		parts, _ := e.Count(0, 0)
		if from, to, got := k.got(t, parts, e.Unicode); got != text || from != "Kassa" || to != "+46701234567" {
			t.Errorf("from %q to %q arrived %q, sent %q", from, to, got, text)
		}
	}
	wrong, err := NewSender("http://" + k.sendsms + "/cgi-bin/sendsms?username=kassa&password=wr0ng&to={{to}}&text={{text}}")
	if err != nil {
		t.Fatal(err)
	}
	defer wrong.Close()
	if err := wrong.Send(t.Context(), SMS{To: "+46701234567", Text: "x"}); err == nil || Permanent(err) {
		t.Errorf("a wrong password: %v", err)
	}
}

// A form as Twilio's Messages resource takes it: account and token by Basic auth, To in E.164, From and Body in UTF-8; 201 when queued.
func TestRecipe_Form(t *testing.T) {
	var got []string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		account, token, _ := r.BasicAuth()
		switch {
		case account != "ACCOUNT" || token != "TOKEN":
			w.WriteHeader(http.StatusUnauthorized)
		case r.Method != http.MethodPost || r.URL.Path != "/2010-04-01/Accounts/ACCOUNT/Messages.json" || r.Header.Get("Content-Type") != "application/x-www-form-urlencoded":
			w.WriteHeader(http.StatusNotFound)
		case !regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`).MatchString(r.PostFormValue("To")) || r.PostFormValue("From") == "" || r.PostFormValue("Body") == "":
			w.WriteHeader(http.StatusBadRequest)
		default:
			got = append(got, r.PostFormValue("Body"))
			w.WriteHeader(http.StatusCreated)
		}
	}))
	defer s.Close()
	sender := recipe(t, "A form", strings.TrimPrefix(s.URL, "http://"))
	for i, text := range recipeTexts {
		if err := sender.Send(t.Context(), SMS{To: "+46701234567", Text: text}); err != nil || got[i] != text {
			t.Errorf("%v: %q", err, got)
		}
	}
}

// JSON with a bearer's key and the alphabet in words; 202 when accepted.
func TestRecipe_JSON(t *testing.T) {
	type message struct {
		From, Text, Encoding, Reference string
		To                              []string
	}
	var got message
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = message{}
		body := json.NewDecoder(r.Body)
		body.DisallowUnknownFields()
		switch {
		case r.Header.Get("Authorization") != "Bearer KEY":
			w.WriteHeader(http.StatusUnauthorized)
		case r.Method != http.MethodPost || r.URL.Path != "/v1/messages" || r.Header.Get("Content-Type") != "application/json" || body.Decode(&got) != nil:
			w.WriteHeader(http.StatusBadRequest)
		case got.Encoding != "GSM" && got.Encoding != "unicode":
			w.WriteHeader(http.StatusUnprocessableEntity)
		default:
			w.WriteHeader(http.StatusAccepted)
		}
	}))
	defer s.Close()
	sender := recipe(t, "JSON", strings.TrimPrefix(s.URL, "http://"))
	for _, text := range recipeTexts {
		want := "GSM"
		if gsm.Encode(text).Unicode {
			want = "unicode"
		}
		if err := sender.Send(t.Context(), SMS{To: "+46701234567", Text: text, ID: "job-1"}); err != nil || got.Text != text || got.Encoding != want || got.To[0] != "46701234567" || got.From != "Kassa" || got.Reference != "job-1" {
			t.Errorf("%v: %+v", err, got)
		}
	}
}

// {{coding}} in every place of a request, with Kannel's numbers or other words.
func TestGateway_coding(t *testing.T) {
	var got string
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		got = r.URL.Path + "|" + r.URL.Query().Get("c") + "|" + r.FormValue("b")
	}))
	defer s.Close()
	for rest, want := range map[string][2]string{
		"/{{coding}}?c={{coding}}&to={{to}}&text={{text}}#form:b={{coding}}":                    {"/0|0|0", "/2|2|2"},
		"/{{coding}}?c={{coding}}&to={{to}}&text={{text}}#coding=7-bit,UCS 2;form:b={{coding}}": {"/7-bit|7-bit|7-bit", "/UCS 2|UCS 2|UCS 2"},
	} {
		g := gatewayOf(t, s, rest)
		for i, text := range []string{"Betala 100 € här", "Zapłać"} {
			if err := g.Send(t.Context(), SMS{To: "+46701234567", Text: text}); err != nil || got != want[i] {
				t.Errorf("%s %q: %v, %q", rest, text, err, got)
			}
		}
	}
	for _, bad := range []string{"coding=", "coding=a", "coding=,b", "coding=a,"} {
		if _, err := NewSender("https://gw/?to={{to}}&text={{text}}#" + bad); err == nil || !strings.Contains(err.Error(), "coding=") {
			t.Errorf("%s: %v", bad, err)
		}
	}
}
