package deliver

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// secretText makes the n-th of different secrets.
func secretText(t *testing.T, n byte) string {
	t.Helper()
	text, err := NewSecret(bytes.Repeat([]byte{n}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func secret(t *testing.T, n byte) Secret {
	t.Helper()
	s, err := ParseSecret(secretText(t, n))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// received is a request as a receiver got it.
type received struct {
	method, target string
	header         http.Header
	length         int64
	body           []byte
}

// receiver answers 200 and tells what came.
func receiver(t *testing.T) (url string, came <-chan received) {
	t.Helper()
	ch := make(chan received, 100)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		ch <- received{r.Method, r.RequestURI, r.Header.Clone(), r.ContentLength, body}
	}))
	t.Cleanup(s.Close)
	return s.URL, ch
}

// raw answers each connection in its own way; the connection is closed after it, when the test ends or when answer returns.
func raw(t *testing.T, answer func(conn net.Conn)) (url string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var running sync.WaitGroup
	running.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			running.Go(func() {
				defer conn.Close()
				answer(conn)
			})
		}
	})
	t.Cleanup(func() { _ = l.Close(); running.Wait() })
	return "http://" + l.Addr().String()
}

func local(limit time.Duration) *Callbacks {
	return NewCallbacks(CallbacksConfig{AllowLocal: true, Limit: limit})
}

func TestSend_theOfficialLibraryVerifiesTheSignature(t *testing.T) {
	url, came := receiver(t)
	c := local(0)
	for _, body := range [][]byte{[]byte(`{"event_id":"e","session":{"status":"COMPLETED"}}`), []byte(`{"text":"æøå €"}`), {}, nil} {
		r := c.Send(t.Context(), Callback{URL: url, Body: body, ID: "0b0f2c1e-6b0e-7d5c-8000-000000000001", Secrets: []Secret{secret(t, 1), secret(t, 2)}})
		if !r.Delivered {
			t.Fatal(r.Err)
		}
		got := <-came
		verify := func(n byte, body []byte) error {
			hook, err := standardwebhooks.NewWebhook(secretText(t, n))
			if err != nil {
				t.Fatal(err)
			}
			return hook.Verify(body, got.header)
		}
		// During a rotation a receiver has the new secret or still the old one.
		for n := byte(1); n <= 2; n++ {
			if err := verify(n, got.body); err != nil {
				t.Errorf("%q, secret %d: %v", body, n, err)
			}
			if verify(n, append(got.body, ' ')) == nil {
				t.Errorf("%q, secret %d: a body that was changed is verified", body, n)
			}
		}
		if verify(3, got.body) == nil {
			t.Errorf("%q: a secret that was not used verifies", body)
		}
	}
}

func TestSend_withOneSecretThereIsOneSignature(t *testing.T) {
	url, came := receiver(t)
	c := local(0)
	if r := c.Send(t.Context(), Callback{URL: url, Body: []byte(`{}`), ID: "e", Secrets: []Secret{secret(t, 7)}}); !r.Delivered {
		t.Fatal(r.Err)
	}
	got := <-came
	hook, err := standardwebhooks.NewWebhook(secretText(t, 7))
	if err != nil {
		t.Fatal(err)
	}
	seconds, _ := strconv.ParseInt(got.header.Get("Webhook-Timestamp"), 10, 64)
	want, _ := hook.Sign("e", time.Unix(seconds, 0), []byte(`{}`))
	if have := got.header.Get("Webhook-Signature"); have != want {
		t.Errorf("signature %q, the official library makes %q", have, want)
	}
}

func TestSend_sendsTheseHeadersAndNoOthers(t *testing.T) {
	url, came := receiver(t)
	now := time.Unix(1_800_000_000, 0)
	c := NewCallbacks(CallbacksConfig{AllowLocal: true, Now: func() time.Time { return now }})
	for what, want := range map[string]struct {
		call   Callback
		header map[string]string
	}{
		"status_update": {
			Callback{URL: url + "/a?token=1", Body: []byte(`{"event_id":"e"}`), ID: "e", Secrets: []Secret{secret(t, 1)}, Attempt: 3, Sequence: 12},
			map[string]string{
				"Content-Type": "application/json", "Webhook-Id": "e", "Webhook-Timestamp": "1800000000", "Webhook-Signature": "v1,", "Kassa-Attempt": "3", "Kassa-Sequence": "12",
				"User-Agent": "Kassa", "Content-Length": "16",
			},
		},
		"authorization": {
			Callback{URL: url + "/a?token=1", Body: []byte(`{"authorization_token":"t","session_id":"s"}`), ID: "e", Attempt: 1},
			map[string]string{"Content-Type": "application/json", "Webhook-Id": "e", "Webhook-Timestamp": "1800000000", "Kassa-Attempt": "1", "User-Agent": "Kassa", "Content-Length": "44"},
		},
		"push": {
			Callback{URL: url + "/a?token=1", ID: "e"},
			map[string]string{"Webhook-Id": "e", "Webhook-Timestamp": "1800000000", "User-Agent": "Kassa", "Content-Length": "0"},
		},
	} {
		if r := c.Send(t.Context(), want.call); !r.Delivered || r.Status != 200 || r.Err != nil || r.Temporary() || r.Took <= 0 {
			t.Fatalf("%s: %+v", what, r)
		}
		got := <-came
		if got.method != http.MethodPost || got.target != "/a?token=1" || !bytes.Equal(got.body, want.call.Body) || got.length != int64(len(want.call.Body)) {
			t.Errorf("%s: came as %s %s, %d bytes: %s", what, got.method, got.target, got.length, got.body)
		}
		for name, value := range want.header {
			if !strings.HasPrefix(got.header.Get(name), value) {
				t.Errorf("%s: %s is %q, want %q", what, name, got.header.Get(name), value)
			}
		}
		if len(got.header) != len(want.header) {
			t.Errorf("%s: headers %v", what, got.header)
		}
	}
}

func TestSend_only2xxIsDelivered(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		status, _ := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/"))
		w.WriteHeader(status)
		if status != http.StatusNoContent && status != http.StatusNotModified {
			io.WriteString(w, "said so")
		}
	}))
	defer s.Close()
	c := local(0)
	for _, status := range []int{200, 201, 202, 204, 206, 226, 299, 300, 301, 304, 307, 400, 401, 404, 410, 429, 500, 502, 503, 599, 999} {
		r := c.Send(t.Context(), Callback{URL: s.URL + "/" + strconv.Itoa(status), Body: []byte(`{}`), ID: "e"})
		good := status < 300
		if r.Status != status || r.Delivered != good || (r.Err == nil) != good || r.Temporary() == good {
			t.Errorf("%d: %+v", status, r)
		}
		if r.Excerpt != "said so" && status != 204 && status != 304 {
			t.Errorf("%d: excerpt %q", status, r.Excerpt)
		}
		if !good && strings.Contains(r.Err.Error(), "said so") {
			t.Errorf("%d: the receiver's words are in the error: %v", status, r.Err)
		}
	}
}

func TestSend_keepsTheBeginningOfAnAnswerAsText(t *testing.T) {
	answer := strings.Repeat("é", 255) + "x\x00\x1b[31m\xff\xfe日本" + strings.Repeat("z", 2<<20)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, answer) }))
	defer s.Close()
	r := local(0).Send(t.Context(), Callback{URL: s.URL, ID: "e"})
	if !r.Delivered || len(r.Excerpt) > excerptBytes || len(r.Excerpt) < excerptBytes-3 {
		t.Fatalf("%d bytes: %+v", len(r.Excerpt), r)
	}
	for _, bad := range []string{"\x00", "\x1b", "\xff"} {
		if strings.Contains(r.Excerpt, bad) {
			t.Errorf("%q is in the excerpt", bad)
		}
	}
}

// What is said within the limit counts; what is not said within it is no answer.
func TestSend_isBoundedWhateverTheReceiverDoes(t *testing.T) {
	endless := func(conn net.Conn, line string) {
		for {
			if _, err := io.WriteString(conn, line); err != nil {
				return
			}
		}
	}
	for what, c := range map[string]struct {
		answer    func(conn net.Conn, over <-chan struct{})
		status    int
		delivered bool
	}{
		"says nothing":  {func(_ net.Conn, over <-chan struct{}) { <-over }, 0, false},
		"half a header": {func(conn net.Conn, over <-chan struct{}) { io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-"); <-over }, 0, false},
		"one byte":      {func(conn net.Conn, over <-chan struct{}) { io.WriteString(conn, "H"); <-over }, 0, false},
		"endless headers": {func(conn net.Conn, over <-chan struct{}) {
			io.WriteString(conn, "HTTP/1.1 200 OK\r\n")
			endless(conn, "X: y\r\n")
		}, 0, false},
		"one long header": {func(conn net.Conn, over <-chan struct{}) {
			io.WriteString(conn, "HTTP/1.1 200 OK\r\nX: ")
			endless(conn, "yyyyyyyy")
		}, 0, false},
		"endless 103": {func(conn net.Conn, over <-chan struct{}) { endless(conn, "HTTP/1.1 103 Early Hints\r\nX: y\r\n\r\n") }, 0, false},
		"body never comes": {func(conn net.Conn, over <-chan struct{}) {
			io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")
			<-over
		}, 200, true},
		"endless body": {func(conn net.Conn, over <-chan struct{}) {
			io.WriteString(conn, "HTTP/1.1 200 OK\r\n\r\n")
			endless(conn, "aaaaaaaa")
		}, 200, true},
		"endless error": {func(conn net.Conn, over <-chan struct{}) {
			io.WriteString(conn, "HTTP/1.1 500 No\r\n\r\n")
			endless(conn, "aaaaaaaa")
		}, 500, false},
		"body breaks off": {func(conn net.Conn, over <-chan struct{}) {
			io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab")
		}, 200, true},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			over := make(chan struct{})
			url := raw(t, func(conn net.Conn) {
				readRequest(conn)
				c.answer(conn, over)
			})
			t.Cleanup(func() { close(over) }) // before the end of raw is waited for
			limit := time.Minute              // most end by themselves
			switch what {
			case "says nothing", "half a header", "one byte":
				limit = 200 * time.Millisecond
			case "body never comes": // its header must be in time
				limit = 2 * time.Second
			}
			client := local(limit)
			defer client.Close()
			r := client.Send(t.Context(), Callback{URL: url, Body: []byte(`{}`), ID: "e"})
			if r.Status != c.status || r.Delivered != c.delivered || r.Temporary() == c.delivered {
				t.Errorf("%+v", r)
			}
		})
	}
}

// readRequest waits for a request's header.
func readRequest(conn net.Conn) string {
	var got []byte
	buffer := make([]byte, 1024)
	for !bytes.Contains(got, []byte("\r\n\r\n")) {
		n, err := conn.Read(buffer)
		got = append(got, buffer[:n]...)
		if err != nil {
			break
		}
	}
	return string(got)
}

// A URL has one-time secrets in it and a body has names: whatever goes wrong, the error has neither.
func TestSend_errorsTellNothing(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	gone := "http://" + closed.Addr().String()
	_ = closed.Close()
	otherTLS := httptest.NewTLSServer(http.NotFoundHandler())
	defer otherTLS.Close()
	plain, _ := receiver(t)
	echo := raw(t, func(conn net.Conn) { io.WriteString(conn, readRequest(conn)) })
	reset := raw(t, func(conn net.Conn) {
		readRequest(conn)
		_ = conn.(*net.TCPConn).SetLinger(0)
	})
	redirect := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", "http://%zz/"+r.URL.RawQuery)
		w.WriteHeader(http.StatusFound)
	}))
	defer redirect.Close()
	c := local(time.Minute)
	lookup := func(context.Context, string) ([]netip.Addr, error) {
		return nil, &net.DNSError{Err: "no such host", Name: "shop.example", Server: "10.0.0.53", IsNotFound: true}
	}
	for what, want := range map[string]struct {
		url string
		err error
	}{
		"refused":     {gone, errRefused},
		"reset":       {reset, errClosed},
		"closed":      {raw(t, func(conn net.Conn) { readRequest(conn) }), errClosed},
		"echo":        {echo, errProtocol},
		"certificate": {otherTLS.URL, errCertificate},
		"no TLS":      {strings.Replace(plain, "http:", "https:", 1), errTLS},
		"no name":     {"http://shop.example", errName},
		"redirect":    {redirect.URL, nil},
		"port":        {"http://shop.example:99999", errPort},
		"no URL":      {"http://shop.example:port", errForm},
	} {
		c.dialer.lookup = lookup
		r := c.Send(t.Context(), Callback{URL: want.url + "/hook?secret=s3cr3t", Body: []byte(`{"name":"Testperson"}`), ID: "e"})
		if r.Err == nil || want.err != nil && !errors.Is(r.Err, want.err) {
			t.Errorf("%s: %v, want %v", what, r.Err, want.err)
			continue
		}
		for e := r.Err; e != nil; e = errors.Unwrap(e) {
			for _, no := range []string{"s3cr3t", "Testperson", "127.0.0.1", "10.0.0.53", "/hook"} {
				if text := fmt.Sprintf("%v %+v", e, e); strings.Contains(text, no) {
					t.Errorf("%s: %q is in %q", what, no, text)
				}
			}
		}
		if permanent := errors.Is(want.err, ErrForbidden); Permanent(r.Err) != permanent {
			t.Errorf("%s: permanent is %v", what, !permanent)
		}
	}
}

func TestSend_overTLS(t *testing.T) {
	s := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer s.Close()
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	c := local(0)
	c.transport.TLSClientConfig = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	if r := c.Send(t.Context(), Callback{URL: s.URL, ID: "e"}); !r.Delivered {
		t.Error(r.Err)
	}
	// The certificate is for another name.
	c.dialer.lookup = func(context.Context, string) ([]netip.Addr, error) { return addresses("127.0.0.1"), nil }
	_, port, _ := net.SplitHostPort(s.Listener.Addr().String())
	if r := c.Send(t.Context(), Callback{URL: "https://shop.test:" + port, ID: "e"}); !errors.Is(r.Err, errCertificate) {
		t.Error(r.Err)
	}
}

func TestSend_usesConnectionsAgainAndKeepsFew(t *testing.T) {
	const together, keep = 12, 3
	var mu sync.Mutex
	opened := 0
	closed := make(chan struct{}, 100)
	arrived, release := make(chan struct{}, together), make(chan struct{})
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/wait" {
			arrived <- struct{}{}
			<-release
		}
	}))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			mu.Lock()
			opened++
			mu.Unlock()
		case http.StateClosed:
			closed <- struct{}{}
		}
	}
	s.Start()
	defer s.Close()
	c := NewCallbacks(CallbacksConfig{AllowLocal: true, KeepIdle: keep, Limit: time.Minute})
	defer c.Close()
	for range 20 {
		if r := c.Send(t.Context(), Callback{URL: s.URL, Body: []byte(`{}`), ID: "e"}); !r.Delivered {
			t.Fatal(r.Err)
		}
	}
	mu.Lock()
	if opened != 1 {
		t.Errorf("20 callbacks, one after the other, opened %d connections", opened)
	}
	mu.Unlock()
	var all sync.WaitGroup
	for range together {
		all.Go(func() {
			if r := c.Send(t.Context(), Callback{URL: s.URL + "/wait", Body: []byte(`{}`), ID: "e"}); !r.Delivered {
				t.Error(r.Err)
			}
		})
	}
	for range together {
		<-arrived
	}
	close(release)
	all.Wait()
	for range together - keep {
		<-closed // all but those kept are closed
	}
	mu.Lock()
	defer mu.Unlock()
	if opened != together {
		t.Errorf("%d connections for %d callbacks at a time", opened, together)
	}
}

// A receiver may close a kept connection at any moment: that is no failed attempt.
func TestSend_aKeptConnectionThatWasClosedIsNoFailure(t *testing.T) {
	url, came := receiver(t)
	first := true
	var mu sync.Mutex
	// Answers once on each connection, says that it can be used again, and closes it at the second request.
	closing := raw(t, func(conn net.Conn) {
		readRequest(conn)
		io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
		mu.Lock()
		once := first
		first = false
		mu.Unlock()
		if once {
			readRequest(conn)
		}
	})
	c := local(0)
	for range 3 {
		if r := c.Send(t.Context(), Callback{URL: closing, Body: []byte(`{}`), ID: "e"}); !r.Delivered {
			t.Error(r.Err)
		}
	}
	// And the header that allows this is not sent.
	c.Send(t.Context(), Callback{URL: url, Body: []byte(`{}`), ID: "e"})
	if got := <-came; got.header.Values("Idempotency-Key") != nil {
		t.Errorf("headers %v", got.header)
	}
}

func TestSend_canBeCalledOff(t *testing.T) {
	arrived := make(chan struct{})
	url := raw(t, func(conn net.Conn) {
		readRequest(conn)
		close(arrived)
		_, _ = io.Copy(io.Discard, conn)
	})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-arrived
		cancel()
	}()
	r := NewCallbacks(CallbacksConfig{AllowLocal: true, Limit: time.Minute}).Send(ctx, Callback{URL: url, ID: "e"})
	if !errors.Is(r.Err, context.Canceled) || r.Delivered || !r.Temporary() {
		t.Errorf("%+v", r)
	}
}

func TestSecret_isReadAndNeverPrinted(t *testing.T) {
	key := bytes.Repeat([]byte{0xfb}, 24)
	encoded := base64.StdEncoding.EncodeToString(key)
	s, err := ParseSecret("whsec_" + encoded)
	if err != nil || !bytes.Equal(s.key, key) {
		t.Fatalf("%v %x", err, s.key)
	}
	asJSON, _ := json.Marshal(struct{ S Secret }{s})
	for _, text := range []string{fmt.Sprint(s), fmt.Sprintf("%v %+v %#v %s %x", s, s, s, s, s), fmt.Sprint([]Secret{s}), s.LogValue().String(), string(asJSON)} {
		if strings.Contains(text, "fbfb") || strings.Contains(text, encoded[:8]) || strings.Contains(text, "251") || !strings.Contains(text, "***") {
			t.Errorf("printed: %s", text)
		}
	}
	for _, bad := range []string{"", "whsec_", encoded, "whsec_" + encoded[:20], "whsec_!" + encoded, "whsec_" + base64.StdEncoding.EncodeToString(make([]byte, 65)), "WHSEC_" + encoded} {
		if _, err := ParseSecret(bad); err == nil || len(bad) > 8 && strings.Contains(err.Error(), bad) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if _, err := NewSecret(make([]byte, 23)); err == nil {
		t.Error("23 bytes are a secret")
	}
}

// BenchmarkSend is one signed callback to a receiver on this machine, sixteen at a time.
func BenchmarkSend(b *testing.B) {
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer s.Close()
	c := local(0)
	defer c.Close()
	text, err := NewSecret(make([]byte, 32))
	if err != nil {
		b.Fatal(err)
	}
	key, err := ParseSecret(text)
	if err != nil {
		b.Fatal(err)
	}
	call := Callback{URL: s.URL, Body: bytes.Repeat([]byte("x"), 600), ID: "0b0f2c1e-6b0e-7d5c-8000-000000000001", Secrets: []Secret{key}, Attempt: 1, Sequence: 1}
	b.SetParallelism(hostConcurrent / runtime.GOMAXPROCS(0))
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if r := c.Send(b.Context(), call); !r.Delivered {
				b.Error(r.Err)
			}
		}
	})
}
