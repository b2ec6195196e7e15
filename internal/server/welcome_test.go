package server_test

import (
	"encoding/json"
	"io"
	"io/fs"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"kassa/internal/config"
	"kassa/internal/server"
	"kassa/internal/servertest"
	"kassa/openapi"
)

// fetched is an answer to a GET, as a browser or as a program asks.
func fetched(t *testing.T, address, accept string) (status int, kind, body string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept", accept)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, resp.Header.Get("Content-Type"), string(text)
}

// / of every address that is printed says what lives there, and its links lead somewhere.
func TestWelcome_saysWhatLivesAtEachAddress(t *testing.T) {
	sandbox, prefixed := servertest.Start(t), servertest.Start(t, func(o *server.Options) { o.Config.PublicURL = "http://127.0.0.1/pay" })
	real := servertest.Start(t, forReal(openMailbox(t)))
	preview, pages, err := server.StartPreview(t.Context(), server.Options{Config: config.Serve{
		Listen: "127.0.0.1:0", AdminListen: "127.0.0.1:0", Database: "sqlite:" + filepath.Join(t.TempDir(), "kassa.db"),
	}}, server.Preview{Name: "Till & Co", Country: "GB"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = preview.Shutdown(t.Context()) }()
	documents, err := fs.Glob(openapi.Files, "*.yaml")
	if err != nil || len(documents) < 5 {
		t.Fatal(documents, err)
	}
	for _, tc := range []struct {
		what, address string
		links         int
		says          string
	}{
		{"sandbox", sandbox.URL() + "/", 1, "K000001_sandbox"},
		{"prefix", "http://" + prefixed.Address() + "/pay/", 1, "K000001_sandbox"},
		{"prefix without slash", "http://" + prefixed.Address() + "/pay", 1, "K000001_sandbox"},
		{"production", "http://" + real.Address() + "/", 1, "open the link that your shop gave you"},
		{"admin of a sandbox", sandbox.AdminURL() + "/", 5, "/sandbox/messages"},
		{"admin of production", real.AdminURL() + "/", 3, "/readyz"},
		{"preview", preview.URL() + "/", len(pages), "cancelled"},
		{"contract", sandbox.URL() + "/openapi/", len(documents), "/openapi/hpp.yaml"},
		{"contract without slash", sandbox.URL() + "/openapi", len(documents), "/openapi/payments.yaml"},
	} {
		status, kind, page := fetched(t, tc.address, "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8")
		if status != 200 || kind != "text/html; charset=utf-8" || !strings.Contains(page, tc.says) || !strings.HasSuffix(page, "\n") {
			t.Errorf("%s: %d %s %s", tc.what, status, kind, page)
		}
		status, kind, text := fetched(t, tc.address, "*/*")
		var said struct {
			Service string
			Links   []struct{ Address, Text string }
		}
		if err := json.Unmarshal([]byte(text), &said); err != nil || status != 200 || kind != "application/json" || len(said.Links) != tc.links || !strings.HasSuffix(text, "\n") {
			t.Errorf("%s: %v %d %s %s", tc.what, err, status, kind, text)
		}
		for _, l := range said.Links {
			address := sandbox.Local(l.Address)
			switch {
			case strings.HasPrefix(l.Address, "/"):
				address = strings.TrimSuffix(tc.address, "/") + l.Address
			case strings.HasPrefix(tc.what, "prefix"):
				address = prefixed.Local(l.Address)
			case tc.what == "production":
				address = real.Local(l.Address)
			}
			if status, _, body := fetched(t, address, "*/*"); status != 200 && l.Text != "unknown" && status != 410 && status != 503 {
				t.Errorf("%s: %s is %d: %.100s", tc.what, l.Address, status, body)
			}
		}
		for _, secret := range []string{"sandbox", "K000001", "admin", "version", "8081", "metrics"} {
			if tc.what == "production" && (strings.Contains(page, secret) || strings.Contains(text, secret)) {
				t.Errorf("production says %q: %s %s", secret, page, text)
			}
		}
	}
}

// Every answer that is text ends with a newline, so that a terminal's prompt stands on a line of its own.
func TestAnswers_endWithANewline(t *testing.T) {
	s := servertest.Start(t)
	m := s.Merchant(t)
	hosted := m.Hosted(m.Payment(servertest.SwedishCart), ``, ``)
	link, module := hosted.Text("redirect_url"), hosted.Object()["distribution_module"].(map[string]any)["token"].(string)
	for _, address := range []string{
		"/", "/nothing", "/openapi/", "/openapi/hpp.yaml", "/openapi/none.yaml", "/payments/v1/sessions", "/hpp/v1/sessions/none", "/static/badge.svg", "/static/nothing",
		"/pay/nothing", "/scan/nothing", "/hpp/distributions/" + module, "/hpp/distributions/nothing", "/redirect/nothing", "/kassa/v1/events",
		strings.TrimPrefix(link, s.URL()), strings.TrimPrefix(link, s.URL()) + "/qr?format=svg", strings.TrimPrefix(link, s.URL()) + "/logo",
		strings.TrimPrefix(link, s.URL()) + "/line/1", strings.TrimPrefix(link, s.URL()) + "/line/9",
	} {
		if status, kind, body := fetched(t, s.URL()+address, "*/*"); !strings.HasSuffix(body, "\n") {
			t.Errorf("GET %s: %d %s ends with %q", address, status, kind, body[max(0, len(body)-20):])
		}
	}
	for _, address := range []string{"/", "/healthz", "/readyz", "/metrics", "/sandbox/clock", "/sandbox/messages", "/nothing"} {
		if status, kind, body := fetched(t, s.AdminURL()+address, "*/*"); !strings.HasSuffix(body, "\n") {
			t.Errorf("GET %s: %d %s ends with %q", address, status, kind, body[max(0, len(body)-20):])
		}
	}
	for _, a := range []servertest.Answer{
		m.Post("/payments/v1/sessions", servertest.SwedishCart).Want(200), m.Post("/payments/v1/sessions", "{").Want(400),
		m.Post("/hpp/v1/sessions", "{}").Want(400), m.Read("/payments/v1/sessions/none").Want(404),
	} {
		if !strings.HasSuffix(string(a.Body), "}\n") {
			t.Errorf("%d: %s", a.Status, a.Body)
		}
	}
	for _, body := range []string{`{"advance":"yesterday"}`, `nothing`, `{"advance":"1s"}`} {
		resp, err := http.Post(s.AdminURL()+"/sandbox/clock", "application/json", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil || !strings.HasSuffix(string(text), "\n") {
			t.Errorf("the clock to %s: %q, %v", body, text, err)
		}
	}
}
