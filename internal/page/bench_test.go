package page_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"kassa/internal/keyring"
	"kassa/internal/page"
)

// BenchmarkPage measures a request for a page on the server: read, drawn, compressed.
func BenchmarkPage(b *testing.B) {
	w := open(b)
	link := w.known("kim@example.com", ``, everyURL)
	review := w.known("kim@example.com", ``, everyURL)
	w.Open(b, review).To("review", "pay_over_time")
	contact := w.link(british, ``, everyURL)
	w.Open(b, contact).To("contact", "pay_later")
	keys, err := keyring.New(keyring.Material{7})
	if err != nil {
		b.Fatal(err)
	}
	handler, err := page.New(page.Config{
		Engine: w.Engine(), Keys: keys, Log: slog.New(slog.DiscardHandler), PublicURL: w.URL(), Sandbox: true, ClientAddress: func(r *http.Request) string { return r.RemoteAddr },
	})
	if err != nil {
		b.Fatal(err)
	}
	for name, address := range map[string]string{"method": link, "review": review, "contact": contact, "unknown": "http://x/pay/nothing"} {
		for _, encoding := range []string{"", "gzip"} {
			b.Run(strings.TrimSuffix(name+" "+encoding, " "), func(b *testing.B) {
				b.ReportAllocs()
				var took []time.Duration
				for b.Loop() {
					begun := time.Now()
					r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, address, nil)
					r.Header.Set("Accept-Encoding", encoding)
					out := httptest.NewRecorder()
					handler.ServeHTTP(out, r)
					if out.Body.Len() < 500 {
						b.Fatal(out.Code)
					}
					took = append(took, time.Since(begun))
				}
				slices.Sort(took)
				b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "ms-p99")
			})
		}
	}
}
