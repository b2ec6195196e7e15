package sandbox

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

type hand struct{ now time.Time }

func (h *hand) Now() time.Time          { return h.now }
func (h *hand) Advance(d time.Duration) { h.now = h.now.Add(d) }

func TestClock(t *testing.T) {
	start := time.Date(2026, 6, 12, 14, 0, 0, 0, time.UTC)
	clock := &hand{start}
	settledAt := time.Time{}
	handler := New(Config{Clock: clock, Settle: func(context.Context) error { settledAt = clock.now; return nil }})
	post := func(body string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/sandbox/clock", strings.NewReader(body)))
		return w
	}
	foreign := httptest.NewRequest(http.MethodPost, "/sandbox/clock", strings.NewReader(`{"advance":"1h"}`))
	foreign.Header.Set("Sec-Fetch-Site", "cross-site")
	refused := httptest.NewRecorder()
	if handler.ServeHTTP(refused, foreign); refused.Code != http.StatusForbidden || !clock.now.Equal(start) {
		t.Errorf("another origin's page: %d, clock at %s", refused.Code, clock.now)
	}
	for _, bad := range []string{``, `{}`, `{"advance":"-1h"}`, `{"advance":47}`, `{"advance":"soon"}`, `{"advance":"900000h"}`, `[`, `{"advance":"1h\ud83d"}`, "\ufeff"} {
		if w := post(bad); w.Code != http.StatusBadRequest || !clock.now.Equal(start) {
			t.Errorf("%s: %d, clock at %s", bad, w.Code, clock.now)
		}
	}
	w := post("\ufeff" + `{"advance":"47h"}`)
	if w.Code != http.StatusOK || w.Body.String() != "{\"now\":\"2026-06-14T13:00:00.000Z\"}\n" {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if !settledAt.Equal(start.Add(47 * time.Hour)) {
		t.Fatalf("settled at %s", settledAt)
	}
}
