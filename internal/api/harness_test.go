package api

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kassa/internal/clock"
	"kassa/internal/decide"
	"kassa/internal/engine"
	"kassa/internal/keyring"
	"kassa/internal/pay"
	"kassa/internal/store"
	"kassa/openapi"
)

const (
	publicURL = "https://pay.example/kassa"
	password  = "sandbox"
)

var start = time.Date(2026, 3, 2, 10, 30, 0, 123456000, time.UTC)

// world is a whole server below the network: a real database, the real engine, a clock that stands.
type world struct {
	t      testing.TB
	store  *store.Store
	keys   *keyring.Ring
	clock  *clock.Virtual
	engine *engine.Engine
	api    *API
	http   http.Handler // the API with every exchange checked
	log    *bytes.Buffer
	fault  store.Fault
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{t: t, clock: clock.NewStanding(start), log: new(bytes.Buffer)}
	var err error
	if w.keys, err = keyring.New(keyring.Material{1, 2, 3}); err != nil {
		t.Fatal(err)
	}
	w.store, err = store.Open(context.Background(), store.Options{
		URL: "sqlite:" + filepath.Join(t.TempDir(), "kassa.db"), Keys: w.keys, Fault: func() store.Fault { return w.fault },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.store.Close(); err != nil {
			t.Errorf("close store: %v", err)
		}
	})
	if err := w.store.Migrate(context.Background()); err != nil {
		t.Fatal(err)
	}
	for i, id := range []pay.MerchantID{"K000001", "K000002"} {
		b := w.store.NewBatch()
		b.InsertMerchant(&pay.Merchant{ID: id, Number: int64(i + 1), Name: "Nordlys Cykler", Status: pay.MerchantActive, CreatedAt: start})
		name := string(id) + "_sandbox"
		b.InsertCredential(id, name, engine.CredentialHash(w.keys, name, password), start)
		if err := w.store.Commit(context.Background(), b); err != nil {
			t.Fatal(err)
		}
	}
	log := slog.New(slog.NewJSONHandler(w.log, &slog.HandlerOptions{Level: slog.LevelInfo}))
	w.engine = engine.New(engine.Config{
		Store: w.store, Keys: w.keys, Clock: w.clock, Decider: decide.Sandbox{}, Log: log, Sandbox: true, URLs: pay.URLPolicy{Sandbox: true},
	})
	w.api = New(w.config(log))
	w.http = w.checked(w.api)
	return w
}

func (w *world) config(log *slog.Logger) Config {
	return Config{
		Engine: w.engine, Keys: w.keys, Log: log, PublicURL: publicURL, Sandbox: true, Documents: openapi.Bundled(),
		Badges: func(c pay.Category) (string, string) {
			at := publicURL + "/static/badge-" + string(c) + ".svg"
			return at, at
		},
	}
}

// answer is what came back.
type answer struct {
	t      testing.TB
	status int
	header http.Header
	body   []byte
}

// request is a call to make; the zero merchant is the first, the zero password the right one.
type request struct {
	method, path, body string
	merchant           string
	header             map[string]string
	anonymous          bool
}

func (w *world) send(q request) answer {
	w.t.Helper()
	r := httptest.NewRequest(q.method, publicURL+"/", strings.NewReader(q.body))
	path, query, _ := strings.Cut(q.path, "?")
	unescaped, err := pathUnescape(path)
	if err != nil {
		w.t.Fatal(err)
	}
	r.URL.Path, r.URL.RawPath, r.URL.RawQuery = unescaped, path, query
	if q.body == "" {
		r.Body, r.ContentLength = http.NoBody, 0
	}
	r.Header.Set("Content-Type", "application/json")
	if q.merchant == "" {
		q.merchant = "K000001_sandbox"
	}
	if !q.anonymous {
		r.SetBasicAuth(q.merchant, password)
	}
	for name, value := range q.header {
		r.Header[http.CanonicalHeaderKey(name)] = []string{value}
	}
	rec := httptest.NewRecorder()
	w.http.ServeHTTP(rec, r)
	return answer{w.t, rec.Code, rec.Result().Header, rec.Body.Bytes()}
}

func pathUnescape(p string) (string, error) {
	r, err := http.NewRequest("GET", "http://x"+p, nil)
	if err != nil {
		return "", err
	}
	return r.URL.Path, nil
}

func (w *world) post(path, body string) answer {
	w.t.Helper()
	return w.send(request{method: "POST", path: path, body: body})
}

func (w *world) get(path string) answer {
	w.t.Helper()
	return w.send(request{method: "GET", path: path})
}

func (w *world) delete(path string) answer {
	w.t.Helper()
	return w.send(request{method: "DELETE", path: path})
}

// want checks the status.
func (a answer) want(status int) answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("status %d, want %d: %s %s", a.status, status, a.header.Get("Kassa-Explain"), a.body)
	}
	return a
}

// object decodes the body.
func (a answer) object() map[string]any {
	a.t.Helper()
	var out map[string]any
	if err := json.Unmarshal(a.body, &out); err != nil {
		a.t.Fatalf("%v: %s", err, a.body)
	}
	return out
}

// text gives a member of the body that is a string.
func (a answer) text(member string) string {
	a.t.Helper()
	s, ok := a.object()[member].(string)
	if !ok {
		a.t.Fatalf("no %s in %s", member, a.body)
	}
	return s
}

// refused checks that the answer is the error object with this status, code and messages.
func (a answer) refused(status int, code string, messages ...string) answer {
	a.t.Helper()
	a.want(status)
	var e errorBody
	dec := json.NewDecoder(bytes.NewReader(a.body))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&e); err != nil {
		a.t.Fatalf("not the error object: %v: %s", err, a.body)
	}
	if e.ErrorCode != code || strings.Join(e.ErrorMessages, "\n") != strings.Join(messages, "\n") {
		a.t.Fatalf("refused with %s %q, want %s %q", e.ErrorCode, e.ErrorMessages, code, messages)
	}
	if e.CorrelationID != a.header.Get("Klarna-Correlation-Id") || !pay.ValidUUID(e.CorrelationID) {
		a.t.Fatalf("correlation id %q in the body, %q in the header", e.CorrelationID, a.header.Get("Klarna-Correlation-Id"))
	}
	if a.header.Get("Content-Type") != "application/json" {
		a.t.Fatalf("content type %q", a.header.Get("Content-Type"))
	}
	return a
}

const swedishCart = `{"purchase_country":"SE","purchase_currency":"SEK","locale":"sv-SE","order_amount":10000,"order_tax_amount":2000,
 "order_lines":[{"type":"physical","reference":"19-402","name":"Cykelhjälm","quantity":2,"unit_price":5000,"tax_rate":2500,"total_amount":10000,"total_tax_amount":2000}],
 "billing_address":{"given_name":"Alva","family_name":"Svensson","email":"alva@example.se","street_address":"Storgatan 1","postal_code":"111 22","city":"Stockholm","country":"se","phone":"+46701740615"},
 "customer":{"date_of_birth":"1941-03-21","type":"person","national_identification_number":"19410321-9202"},
 "merchant_reference1":"ON4711"}`

// payOn walks the page of a hosted session to its end.
func (w *world) payOn(hosted answer) {
	w.t.Helper()
	ctx := context.Background()
	link := pay.Secret(strings.TrimPrefix(hosted.text("redirect_url"), publicURL+"/pay/"))
	steps := func(err error) {
		w.t.Helper()
		if err != nil {
			w.t.Fatal(err)
		}
	}
	v := engine.Visitor{Locale: "en"}
	steps(w.engine.Choose(ctx, link, v, pay.PayOverTime))
	pg, err := w.engine.Page(ctx, link)
	steps(err)
	if pg.Payment.StepOf(pg.Hosted, pg.Now) == pay.StepContact {
		contact, customer := w.engine.Prefill(pg)
		steps(w.engine.Identify(ctx, link, v, contact, customer))
	}
	steps(w.engine.Confirm(ctx, link, "123456"))
	steps(w.engine.ChoosePlan(ctx, link, "3", pay.Instrument{}))
	pg, err = w.engine.Page(ctx, link)
	steps(err)
	steps(w.engine.Authorize(ctx, link, pg.Hosted.Progress.Attempts, nil))
}

// logged gives the last line of the request log.
func (w *world) logged() map[string]any {
	w.t.Helper()
	lines := strings.Split(strings.TrimSpace(w.log.String()), "\n")
	var out map[string]any
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &out); err != nil {
		w.t.Fatal(err)
	}
	return out
}
