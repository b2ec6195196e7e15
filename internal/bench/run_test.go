package bench

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"kassa/internal/pgtest"
)

func TestRun_comparesWithTheLimits(t *testing.T) {
	dir := t.TempDir()
	target := startLimit(t, filepath.Join(dir, "target.db"))
	limit := startLimit(t, filepath.Join(dir, "limit.db"))
	bare := startLimit(t, "")
	var out strings.Builder
	r, err := Run(t.Context(), Config{
		Scenario: Create, Target: target.URL, Limit: limit.URL, Bare: bare.URL,
		Connections: 8, Duration: 300 * time.Millisecond, Slice: 50 * time.Millisecond, Out: &out,
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []*Figures{r.Kassa, r.Limit, r.Bare} {
		if f.Requests == 0 || f.Requests != f.Writes || f.Failed() != 0 || f.P50 == 0 || f.P99 < f.P50 || f.Busy < 300*time.Millisecond {
			t.Errorf("%s: %+v", f.Name, f)
		}
	}
	if r.ToLimit.Whole <= 0 || r.ToLimit.Low > r.ToLimit.Whole || r.ToLimit.High < r.ToLimit.Whole || r.ToBare.Whole <= 0 {
		t.Errorf("ratios %+v, %+v", r.ToLimit, r.ToBare)
	}
	for _, line := range []string{"requests/s", "ratio to limit: ", "ratio to no database: "} {
		if !strings.Contains(out.String(), line) {
			t.Errorf("the report lacks %q:\n%s", line, out.String())
		}
	}
}

func TestServeLimit_keepsARowForEachAnswerOfTheSizeAskedFor(t *testing.T) {
	for engine, database := range map[string]string{"sqlite": "sqlite:" + filepath.Join(t.TempDir(), "limit.db"), "postgres": pgtest.URL(t)} {
		t.Run(engine, func(t *testing.T) {
			base, err := baseURL(startLimit(t, database).URL)
			if err != nil {
				t.Fatal(err)
			}
			const clients, each = 8, 25
			var all sync.WaitGroup
			for range clients {
				all.Go(func() {
					c := newConn(base, Config{})
					defer c.close()
					for range each {
						a, err := c.do(t.Context(), request{method: "POST", path: createPath, size: 1234, body: []byte(createBody)})
						if err != nil || a.status != 200 || len(a.body) != 1234 {
							t.Errorf("answer %d with %d bytes, error %v", a.status, len(a.body), err)
						}
					}
				})
			}
			all.Wait()
			if rows := rowsIn(t, database); rows != clients*each {
				t.Errorf("%d rows, want %d", rows, clients*each)
			}
		})
	}
}

// rowsIn counts the limit program's rows that hold the whole body.
func rowsIn(t *testing.T, database string) (n int) {
	t.Helper()
	const count = `select count(*) from kassa_bench_limit where body = $1`
	if file, ok := strings.CutPrefix(database, "sqlite:"); ok {
		db, err := sql.Open("sqlite", "file:"+file)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if err := db.QueryRow(count, []byte(createBody)).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	conn, err := pgx.Connect(t.Context(), database)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(conn.QueryRow(t.Context(), count, []byte(createBody)).Scan(&n), conn.Close(t.Context())); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestServeLimit_refusesWhatIsNotJSON(t *testing.T) {
	base, err := baseURL(startLimit(t, "").URL)
	if err != nil {
		t.Fatal(err)
	}
	c := newConn(base, Config{})
	defer c.close()
	if a, err := c.do(t.Context(), request{method: "POST", path: createPath, body: []byte(`{"order_lines":7}`)}); err != nil || a.status != 400 {
		t.Errorf("answer %d, error %v; want 400", a.status, err)
	}
}

func TestListeningAt_findsTheFirstAddress(t *testing.T) {
	for line, want := range map[string]string{
		"listening http://127.0.0.1:80\n":                                         "http://127.0.0.1:80",
		"kassa: listening on http://127.0.0.1:80, admin on http://127.0.0.1:81\n": "http://127.0.0.1:80",
		"see http://example.com\n":                                                "",
		"listening soon\n":                                                        "",
	} {
		if got := listeningAt(line); got != want {
			t.Errorf("%q: %q, want %q", line, got, want)
		}
	}
}

func TestStart_saysWhenTheProgramDoesNotListen(t *testing.T) {
	if p, err := Start(t.Context(), io.Discard, "true"); err == nil {
		t.Errorf("started %v", p)
	}
}

// shop answers like a Kassa whose page has three steps; it fails the test when a form comes without what it was given.
func shop(t *testing.T) http.Handler {
	var lock sync.Mutex
	steps := map[string]int{}
	mux := http.NewServeMux()
	say := func(w http.ResponseWriter, status int, body string) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		io.WriteString(w, body)
	}
	mux.HandleFunc("POST /payments/v1/sessions", func(w http.ResponseWriter, _ *http.Request) { say(w, 200, `{"session_id":"kp"}`) })
	mux.HandleFunc("POST /hpp/v1/sessions", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if !strings.Contains(string(body), "/payments/v1/sessions/kp") {
			t.Errorf("hosted %s", body)
		}
		lock.Lock()
		id := fmt.Sprintf("h%d", len(steps))
		steps[id] = 0
		lock.Unlock()
		say(w, 201, `{"session_id":"`+id+`","redirect_url":"http://pay.example/pay/`+id+`"}`)
	})
	mux.HandleFunc("GET /pay/{id}", func(w http.ResponseWriter, r *http.Request) {
		lock.Lock()
		step := steps[r.PathValue("id")]
		lock.Unlock()
		if step == 3 {
			io.WriteString(w, `<body data-status="COMPLETED">`)
			return
		}
		name := []string{"method", "code", "review"}[step]
		fmt.Fprintf(w, `<body data-status="IN_PROGRESS"><form method="post" data-step="%s"><input type="hidden" name="step" value="%s"><input name="code"></form>`, name, name)
	})
	mux.HandleFunc("POST /pay/{id}", func(w http.ResponseWriter, r *http.Request) {
		lock.Lock()
		defer lock.Unlock()
		id := r.PathValue("id")
		if want := []string{"method", "code", "review"}[steps[id]]; r.FormValue("step") != want || r.FormValue("code") != "123456" {
			t.Errorf("step %s: form %v", want, r.Form)
		}
		steps[id]++
		w.Header().Set("Location", "http://pay.example/pay/"+id)
		w.WriteHeader(303)
	})
	mux.HandleFunc("GET /hpp/v1/sessions/{id}", func(w http.ResponseWriter, _ *http.Request) {
		say(w, 200, `{"session_id":"h","status":"COMPLETED","authorization_token":"tok"}`)
	})
	mux.HandleFunc("POST /payments/v1/authorizations/tok/order", func(w http.ResponseWriter, _ *http.Request) { say(w, 200, `{"order_id":"o"}`) })
	mux.HandleFunc("POST /ordermanagement/v1/orders/o/captures", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(201) })
	return mux
}

func TestRun_walksThroughAWholePurchase(t *testing.T) {
	server := httptest.NewServer(shop(t))
	defer server.Close()
	r, err := Run(t.Context(), Config{Scenario: Purchase, Target: server.URL, Connections: 4, Duration: 60 * time.Millisecond, Slice: 20 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	// create, host, 4 looks at the page, 3 forms, read, order, capture; 1+1+(1+1+2)+1+1 writes.
	if r.RequestsEach != 12 || r.WritesEach != 8 {
		t.Errorf("a purchase is %d requests with %d writes, want 12 with 8", r.RequestsEach, r.WritesEach)
	}
	if r.Kassa.Flows == 0 || r.Kassa.Failed() != 0 || r.Kassa.FlowP50 < r.Kassa.P50 {
		t.Errorf("%+v", r.Kassa)
	}
}

func TestRun_refusesWhatItCannotDrive(t *testing.T) {
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	wrongAnswers := httptest.NewServer(http.NotFoundHandler())
	defer wrongAnswers.Close()
	for name, cfg := range map[string]Config{
		"no such scenario": {Scenario: "steal", Target: wrongAnswers.URL},
		"not http":         {Scenario: Create, Target: "https://127.0.0.1:1"},
		"nobody there":     {Scenario: Create, Target: gone.URL},
		"wrong answers":    {Scenario: Pair, Target: wrongAnswers.URL},
	} {
		if r, err := Run(t.Context(), cfg); err == nil {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

func TestRun_countsErrorsByWhatTheyAre(t *testing.T) {
	var lock sync.Mutex
	n := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		lock.Lock()
		defer lock.Unlock()
		if n++; n%2 == 0 {
			w.WriteHeader(503)
			return
		}
		io.WriteString(w, `{"session_id":"kp"}`)
	}))
	defer server.Close()
	r, err := Run(t.Context(), Config{Scenario: Create, Target: server.URL, Connections: 2, Duration: 40 * time.Millisecond, Slice: 20 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	if r.Kassa.Errors["create 503"] == 0 || r.Kassa.Failed() != r.Kassa.Errors["create 503"] || r.Kassa.Writes != r.Kassa.Requests {
		t.Errorf("%+v", r.Kassa)
	}
	if !strings.Contains(r.String(), "kassa error: create 503: ") {
		t.Errorf("the report does not tell the error:\n%s", r)
	}
}

func TestRun_endsWithItsContext(t *testing.T) {
	server := httptest.NewServer(shop(t))
	defer server.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := Run(ctx, Config{Scenario: Create, Target: server.URL, Connections: 2, Duration: time.Hour}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Run = %v, want %v", err, context.DeadlineExceeded)
	}
}
