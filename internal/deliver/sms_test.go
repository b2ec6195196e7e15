package deliver

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"
)

// hard is a message with everything in it that a place in a request could take for its own.
var hard = SMS{To: "+46701234567", From: "Smith & Co/ä", Text: "Betala 100 % av £5 + \"tio\" {{to}} &to=1 #x;\n\\ 🛒 </a>?", ID: "0b0f/1"}

func gatewayOf(t *testing.T, s *httptest.Server, rest string) Sender {
	t.Helper()
	g, err := NewSender(strings.Replace(s.URL, "http://", "http://user:p%40ss@", 1) + rest)
	if err != nil {
		t.Fatalf("%s: %v", rest, err)
	}
	t.Cleanup(g.Close)
	return g
}

func TestGateway_valuesAreEncodedForTheirPlace(t *testing.T) {
	var got *http.Request
	var body []byte
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		got = r
		body, _ = io.ReadAll(r.Body)
	}))
	defer s.Close()
	values := func(q url.Values) string {
		return q.Get("n") + "|" + q.Get("d") + "|" + q.Get("t") + "|" + q.Get("f") + "|" + q.Get("i")
	}
	const form = "n={{to}}&d={{to_digits}}&t={{text}}&f={{from}}&i={{id}}&k=a%2Bb"
	want := hard.To + "|46701234567|" + hard.Text + "|" + hard.From + "|" + hard.ID
	for rest, read := range map[string]func() string{
		"/send?" + form: func() string {
			if got.Method != http.MethodGet || len(body) != 0 || got.URL.Query().Get("k") != "a+b" || got.Header.Get("Content-Type") != "" {
				t.Errorf("%s %s %q", got.Method, got.URL, body)
			}
			return values(got.URL.Query())
		},
		"/send?key=1#form:" + form: func() string {
			q, err := url.ParseQuery(string(body))
			if err != nil || got.Method != http.MethodPost || got.URL.RawQuery != "key=1" || got.Header.Get("Content-Type") != "application/x-www-form-urlencoded" || len(q) != 6 {
				t.Errorf("%v %s %s %q", err, got.Method, got.URL, body)
			}
			return values(q)
		},
		`/send#json:{"to":[{"n":"{{to}}","d":"{{to_digits}}"}],"text":"{{text}}","from":"{{from}}","ref":"{{id}}"}`: func() string {
			var j struct {
				To []struct {
					N string `json:"n"`
					D string `json:"d"`
				} `json:"to"`
				Text string `json:"text"`
				From string `json:"from"`
				Ref  string `json:"ref"`
			}
			if err := json.Unmarshal(body, &j); err != nil || got.Method != http.MethodPost || got.Header.Get("Content-Type") != "application/json" || len(j.To) != 1 {
				t.Fatalf("%v %s %q", err, got.Method, body)
			}
			return j.To[0].N + "|" + j.To[0].D + "|" + j.Text + "|" + j.From + "|" + j.Ref
		},
		"/{{to}}/{{to_digits}}/{{text}}/{{from}}/{{id}}": func() string {
			parts := strings.Split(strings.TrimPrefix(got.URL.EscapedPath(), "/"), "/")
			for i := range parts {
				parts[i], _ = url.PathUnescape(parts[i])
			}
			return strings.Join(parts, "|")
		},
	} {
		if err := gatewayOf(t, s, rest).Send(t.Context(), hard); err != nil {
			t.Fatalf("%s: %v", rest, err)
		}
		if have := read(); have != want {
			t.Errorf("%s:\nhave %q\nwant %q", rest, have, want)
		}
		if user, password, ok := got.BasicAuth(); !ok || user != "user" || password != "p@ss" {
			t.Errorf("%s: as %q %q", rest, user, password)
		}
	}
}

func TestGateway_optionsAndHeaders(t *testing.T) {
	var got *http.Request
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r
		io.WriteString(w, "STATUS "+r.URL.Query().Get("text"))
	}))
	defer s.Close()
	g, err := NewSender(s.URL + "/?to={{to}}&text={{text}}&from={{from}}#from=Kassa;ok=STATUS OK;header=Authorization: AccessKey abc:d=e;header=X-Account:1;form:")
	if err != nil {
		t.Fatal(err)
	}
	if err := g.Send(t.Context(), SMS{To: "+1", Text: "OK"}); err != nil {
		t.Error(err)
	}
	if q := got.URL.Query(); got.Header.Get("Authorization") != "AccessKey abc:d=e" || got.Header.Get("X-Account") != "1" || q.Get("from") != "Kassa" || got.Method != http.MethodPost {
		t.Errorf("%s %v %v", got.Method, q, got.Header)
	}
	// 200 without the text is no yes, and may pass: nobody knows what it says.
	if err := g.Send(t.Context(), SMS{To: "+1", Text: "ERROR", From: "Shop"}); err == nil || Permanent(err) || strings.Contains(err.Error(), "ERROR") {
		t.Error(err)
	}
	if from := got.URL.Query().Get("from"); from != "Shop" {
		t.Errorf("from %q", from)
	}
}

func TestGateway_whatPassesAndWhatDoesNot(t *testing.T) {
	pot := newHoneypot(t)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		status, _ := strconv.Atoi(r.URL.Query().Get("text"))
		w.Header().Set("Location", "http://127.0.0.1:"+pot.port+"/")
		w.WriteHeader(status)
	}))
	defer s.Close()
	g := gatewayOf(t, s, "/?to={{to}}&text={{text}}")
	for status, want := range map[int]string{
		200: "", 201: "", 202: "", 204: "", 301: "passes", 302: "passes", 307: "passes", 400: "stays", 401: "passes", 403: "passes", 404: "passes", 408: "passes", 422: "stays", 429: "passes", 500: "passes", 503: "passes",
	} {
		have := ""
		if err := g.Send(t.Context(), SMS{To: "+46701234567", Text: strconv.Itoa(status)}); NoReceiver(err) {
			t.Errorf("%d blocks the number: %v", status, err)
		} else if Permanent(err) {
			have = "stays"
		} else if err != nil {
			have = "passes"
		}
		if have != want {
			t.Errorf("%d: %q, want %q", status, have, want)
		}
	}
	if n := pot.visitors(t); n != 0 {
		t.Errorf("%d redirects were followed", n)
	}
}

func TestGateway_errorsTellNothingAndComeInTime(t *testing.T) {
	over := make(chan struct{})
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = gone.Close()
	for what, c := range map[string]struct {
		url  string
		want error
	}{
		"says nothing": {raw(t, func(net.Conn) { <-over }), errSlow},
		"closes":       {raw(t, func(conn net.Conn) { readRequest(conn) }), errClosed},
		"echo":         {raw(t, func(conn net.Conn) { io.WriteString(conn, readRequest(conn)) }), errProtocol},
		"refuses":      {"http://" + gone.Addr().String(), errRefused},
	} {
		made, err := NewSender(strings.Replace(c.url, "http://", "http://user:p4ss@", 1) + "/send?key=k3y&to={{to}}&text={{text}}")
		if err != nil {
			t.Fatal(err)
		}
		g := made.(*gateway)
		if c.want == errSlow { //nolint:errorlint // one of our own values
			g.limit = 200 * time.Millisecond
		}
		err = g.Send(t.Context(), SMS{To: "+46701234567", Text: "Your code is 123456"})
		if !errors.Is(err, c.want) || Permanent(err) {
			t.Errorf("%s: %v", what, err)
		}
		for e := err; e != nil; e = errors.Unwrap(e) {
			for _, no := range []string{"46701234567", "123456", "p4ss", "k3y", "127.0.0.1"} {
				if strings.Contains(e.Error(), no) {
					t.Errorf("%s: %q is in %q", what, no, e)
				}
			}
		}
		g.Close()
	}
	close(over)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	made, _ := NewSender("http://127.0.0.1/?to={{to}}&text={{text}}")
	if err := made.Send(ctx, SMS{To: "+1", Text: "x"}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// Gateways with numbers in JSON want no quotes around them, and some want the id of a message in a header.
func TestGateway_numbersAndHeaders(t *testing.T) {
	var got *http.Request
	var body []byte
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		got = r
		body, _ = io.ReadAll(r.Body)
	}))
	defer s.Close()
	const options = `/#coding=0, 8;header=Idempotency-Key: {{id}};header=X-To: {{to}}/{{to_digits}}/{{coding}};`
	g := gatewayOf(t, s, options+`json:{"msisdn":{{to_digits}},"text":"{{text}}","dcs":{{coding}}}`)
	for text, coding := range map[string]string{"a": "0", "ж": "8"} {
		for _, id := range []string{"1", "2"} {
			if err := g.Send(t.Context(), SMS{To: "+46701234567", Text: text, ID: id}); err != nil {
				t.Fatal(err)
			}
			if want := `{"msisdn":46701234567,"text":"` + text + `","dcs":` + coding + `}`; string(body) != want || !json.Valid(body) {
				t.Errorf("%s, want %s", body, want)
			}
			if got.Header.Get("Idempotency-Key") != id || got.Header.Get("X-To") != "+46701234567/46701234567/"+coding {
				t.Errorf("%v", got.Header)
			}
		}
	}
}

func TestNewSender_refusesAGatewayURL(t *testing.T) {
	for url, why := range map[string]string{
		"https://":                                                "not a URL",
		"https:///send?to={{to}}&text={{text}}":                   "not a URL",
		"https://gw:x/?to={{to}}&text={{text}}":                   "not a URL",
		"https://gw/send":                                         "missing",
		"https://gw/send?to={{to}}":                               "missing",
		"https://gw/send?text={{text}}":                           "missing",
		"https://gw/?to={{to}}&text={{text}}&a={{phone}}":         "placeholder other",
		"https://gw/?to={{ to }}&text={{text}}":                   "a blank",
		"https://{{to}}.gw/?text={{text}}":                        "not a URL",
		"https://u:{{text}}@gw/?to={{to}}&text={{text}}":          "not a URL",
		"https://gw/#json:{\"to\":{{to}},\"text\":\"{{text}}\"}":  "no JSON",
		"https://gw/#json:{\"to\":\"{{to}}\",\"text\":\"{{text}}": "no JSON",
		"https://gw/?to={{to}}&text={{text}}#xml:<a>":             "only from=",
		"https://gw/?to={{to}}&text={{text}}#header=x":            "header=",
		"https://gw/?to={{to}}&text={{text}}#header=X Y: z":       "header=", // no name of RFC 9110
		"https://gw/?to={{to}}&text={{text}}#header=X: a\x00b":    "header=",
		"https://gw/?to={{to}}&text={{text}}#header=X: {{phone}}": "placeholder other",
		"https://gw/?to={{to}}#header=X: {{text}}":                "cannot stand in a header",

		"https://gw/?to={{to}}&text={{text}}&c={{coding}}#coding=GSM":                                 "coding=GSM,unicode",
		"https://gw/?to={{to}}&text={{text}}&c={{coding}}#coding=GSM, ":                               "coding=GSM,unicode",
		"https://gw/?to={{to}}&text={{text}}&c={{coding}}#coding=0,2,8":                               "coding=GSM,unicode",
		"https://gw/?to={{to}}&text={{text}}#coding=GSM,unicode":                                      "without a {{coding}}",
		"https://gw/#coding=GSM,unicode;json:{\"to\":\"{{to}}\",\"t\":\"{{text}}\",\"c\":{{coding}}}": "no JSON",
		"https://gw/#coding=0,unicode;json:{\"to\":\"{{to}}\",\"t\":\"{{text}}\",\"c\":{{coding}}}":   "no JSON",
		"https://gw/#json:{\"to\":\"{{to}}\",\"t\":\"{{text}}\",\"i\":{{id}}}":                        "no JSON",
		"https://gw/#form:to={{to}}&text={{text}}&c={{coding}};coding=GSM,unicode":                    "options come before",
		"ftp://gw/?to={{to}}&text={{text}}":                                                           "begins with",
		"gw.example":                                                                                  "begins with",
	} {
		if _, err := NewSender(url); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%s: %v, want %q", url, err, why)
		}
	}
}
