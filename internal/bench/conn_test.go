package bench

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// dialTo returns a connection to the handler, served by net/http.
func dialTo(t *testing.T, handler http.HandlerFunc) (*conn, *httptest.Server) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	base, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	c := newConn(base, Config{Username: "K000001_sandbox", Password: "sand:box"})
	t.Cleanup(c.close)
	return &c, server
}

func TestConn_sendsWhatTheScenarioSays(t *testing.T) {
	c, _ := dialTo(t, func(w http.ResponseWriter, r *http.Request) {
		user, password, ok := r.BasicAuth()
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		switch r.URL.Path {
		case "/json":
			if !ok || user != "K000001_sandbox" || password != "sand:box" || r.Header.Get("Content-Type") != "application/json" || string(body) != "{}" || r.Header.Get(sizeHeader) != "17" {
				t.Errorf("json request: %v %q %q %v %q", ok, user, password, r.Header, body)
			}
		case "/form":
			if ok || r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" || string(body) != "a=b" || r.Header.Get(sizeHeader) != "" {
				t.Errorf("form request: %v %v %q", ok, r.Header, body)
			}
		case "/get":
			if r.Method != "GET" || len(body) != 0 || r.Header.Get("Content-Type") != "" {
				t.Errorf("get request: %s %v %q", r.Method, r.Header, body)
			}
		}
	})
	for _, r := range []request{
		{method: "POST", path: "/json", basic: true, size: 17, body: []byte("{}")},
		{method: "POST", path: "/form", form: true, body: []byte("a=b")},
		{method: "GET", path: "/get", basic: true},
	} {
		if _, err := c.do(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
}

func TestConn_readsEveryKindOfAnswer(t *testing.T) {
	long := strings.Repeat("abcdefgh", 10_000)
	c, _ := dialTo(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/short":
			io.WriteString(w, "hello")
		case "/chunked":
			for part := range strings.SplitSeq(long, "h") {
				io.WriteString(w, part+"h")
				w.(http.Flusher).Flush()
			}
		case "/empty":
			w.WriteHeader(http.StatusNoContent)
		case "/hints":
			w.WriteHeader(http.StatusEarlyHints)
			io.WriteString(w, "hello")
		case "/see":
			w.Header().Set("Location", "/other?x=1")
			w.WriteHeader(http.StatusSeeOther)
		case "/last":
			w.Header().Set("Connection", "close")
			io.WriteString(w, "hello")
		}
	})
	for _, want := range []struct {
		path, body, location string
		status               int
	}{
		{"/short", "hello", "", 200},
		{"/chunked", long + "h", "", 200},
		{"/see", "", "/other?x=1", 303},
		{"/empty", "", "", 204},
		{"/hints", "hello", "", 200},
		{"/last", "hello", "", 200},
		{"/short", "hello", "", 200}, // on a new connection
		{"/none", "", "", 200},
	} {
		a, err := c.do(t.Context(), request{method: "GET", path: want.path})
		if err != nil {
			t.Fatalf("%s: %v", want.path, err)
		}
		if a.status != want.status || a.location != want.location || !bytes.Equal(a.body, []byte(want.body)) {
			t.Errorf("%s = %d %q, %d bytes; want %d %q, %d bytes", want.path, a.status, a.location, len(a.body), want.status, want.location, len(want.body))
		}
	}
}

func TestConn_saysWhenThereIsNoAnswer(t *testing.T) {
	c, server := dialTo(t, func(http.ResponseWriter, *http.Request) {})
	if _, err := c.do(t.Context(), request{method: "GET", path: "/"}); err != nil {
		t.Fatal(err)
	}
	server.Close()
	for range 2 { // on the old connection, then on none
		if _, err := c.do(t.Context(), request{method: "GET", path: "/"}); !errors.Is(err, errNetwork) {
			t.Errorf("request to a closed server: %v, want %v", err, errNetwork)
		}
	}
}
