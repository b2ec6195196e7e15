package server_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"kassa/internal/clock"
	"kassa/internal/engine"
	"kassa/internal/pay"
	"kassa/internal/server"
	"kassa/internal/servertest"
)

// onBothForReal runs a benchmark with a server on each engine whose clock is the real one.
func onBothForReal(b *testing.B, bench func(b *testing.B, s *servertest.Server)) {
	real := func(o *server.Options) { o.Clock = clock.Real{} }
	b.Run("sqlite", func(b *testing.B) { bench(b, servertest.Start(b, real)) })
	b.Run("postgres", func(b *testing.B) { bench(b, servertest.Start(b, real, servertest.OnPostgres(b))) })
}

// sink is a receiver that tells of each callback when it came.
func sink(b *testing.B, came func(id string, at time.Time)) string {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		came(r.Header.Get("Webhook-Id"), time.Now())
		w.WriteHeader(http.StatusNoContent)
	}))
	b.Cleanup(s.Close)
	return s.URL
}

// leave commits callbacks to a URL, each in a lane of its own, and gives their ids and when the commit had returned.
func leave(b testing.TB, s *servertest.Server, url string, n int) ([]string, time.Time) {
	b.Helper()
	var ids []string
	message, err := json.Marshal(engine.CallbackMessage{URL: url, Body: `{"event_id":"x","session":{"session_id":"y","status":"COMPLETED"}}`})
	if err != nil {
		b.Fatal(err)
	}
	batch := s.Store().NewBatch()
	var seed [32]byte
	now := (clock.Real{}).Now()
	copy(seed[:], fmt.Sprint(now.UnixNano(), url))
	draw := pay.NewIDs(seed, now)
	for range n {
		id := draw.UUID()
		ids = append(ids, id)
		batch.Enqueue(pay.Job{ID: pay.JobID(id), Merchant: "K000001", Kind: pay.JobStatusUpdate, Subject: "s", DueAt: now, Endpoint: pay.Endpoint(url), Payload: pay.Secret(message)})
	}
	if err := s.Store().Commit(context.Background(), batch); err != nil {
		b.Fatal(err)
	}
	return ids, time.Now()
}

// BenchmarkCallbacks_delivered measures deliveries a second: a backlog to one local receiver, and to twenty.
func BenchmarkCallbacks_delivered(b *testing.B) {
	for _, receivers := range []int{1, 20} {
		b.Run(fmt.Sprintf("receivers=%d", receivers), func(b *testing.B) {
			onBothForReal(b, func(b *testing.B, s *servertest.Server) {
				var came atomic.Int64
				done := make(chan struct{})
				want := int64(b.N)
				var urls []string
				for range receivers {
					urls = append(urls, sink(b, func(string, time.Time) {
						if came.Add(1) == want {
							close(done)
						}
					}))
				}
				before := spent()
				b.ResetTimer()
				for left, i := b.N, 0; left > 0; i++ {
					n := min(left, 100)
					leave(b, s, urls[i%receivers], n)
					left -= n
					s.WakeJobs()
				}
				<-done
				if err := s.Settle(context.Background()); err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "deliveries/s")
				b.ReportMetric(float64((spent()-before).Microseconds())/float64(b.N), "cpu-µs/delivery") // of this process, receivers included
			})
		})
	}
}

// spent is the processor time of this process so far.
func spent() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// waits measures from the commit's return to the receipt.
type waits struct {
	mu   sync.Mutex
	came map[string]time.Time
	news chan struct{}
}

func (w *waits) note(id string, at time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, again := w.came[id]; !again {
		w.came[id] = at
	}
	select {
	case w.news <- struct{}{}:
	default:
	}
}

// of waits until a callback has come and tells when.
func (w *waits) of(id string) time.Time {
	for {
		w.mu.Lock()
		at, ok := w.came[id]
		w.mu.Unlock()
		if ok {
			return at
		}
		<-w.news
	}
}

func percentile(d []time.Duration, p float64) time.Duration {
	slices.Sort(d)
	return d[min(int(float64(len(d))*p), len(d)-1)]
}

// BenchmarkCallbacks_firstAttempt measures, with nothing else going on, from the return of the call that changes a session to
// the receipt of its callback.
func BenchmarkCallbacks_firstAttempt(b *testing.B) {
	onBothForReal(b, func(b *testing.B, s *servertest.Server) {
		w := &waits{came: map[string]time.Time{}, news: make(chan struct{}, 1)}
		url := sink(b, w.note)
		var took []time.Duration
		for b.Loop() {
			ids, committed := leave(b, s, url, 1)
			s.WakeJobs()
			took = append(took, w.of(ids[0]).Sub(committed))
		}
		b.ReportMetric(float64(percentile(took, 0.5).Microseconds())/1000, "p50-ms")
		b.ReportMetric(float64(percentile(took, 0.99).Microseconds())/1000, "p99-ms")
	})
}

// BenchmarkCallbacks_oneDeadAmong100 has 100 receivers get callbacks all the time, in turns of two seconds with all of them well and
// with one that never answers. It compares the p99 of the other 99 in each two turns that follow each other; the first two warm up.
func BenchmarkCallbacks_oneDeadAmong100(b *testing.B) {
	onBothForReal(b, func(b *testing.B, s *servertest.Server) {
		w := &waits{came: map[string]time.Time{}, news: make(chan struct{}, 1)}
		var dead atomic.Bool
		hang := make(chan struct{})
		var urls []string
		for i := range 100 {
			urls = append(urls, sink(b, func(id string, at time.Time) {
				if i == 0 && dead.Load() {
					<-hang
				}
				w.note(id, at)
			}))
		}
		defer close(hang)
		turn := func(dying bool) time.Duration {
			dead.Store(dying)
			var took []time.Duration
			for began := time.Now(); time.Since(began) < 2*time.Second; {
				var ids []string
				var committed []time.Time
				for i := range urls {
					id, at := leave(b, s, urls[i], 1)
					s.WakeJobs()
					if i > 0 {
						ids, committed = append(ids, id[0]), append(committed, at)
					}
				}
				for i := range ids {
					took = append(took, w.of(ids[i]).Sub(committed[i]))
				}
			}
			return percentile(took, 0.99)
		}
		turn(false)
		turn(true)
		b.ResetTimer()
		var well, beside []time.Duration
		var ratios []float64
		for range b.N {
			well, beside = append(well, turn(false)), append(beside, turn(true))
			ratios = append(ratios, float64(beside[len(beside)-1])/float64(well[len(well)-1]))
		}
		slices.Sort(ratios)
		b.ReportMetric(float64(percentile(well, 0.5).Microseconds())/1000, "p99-well-ms")
		b.ReportMetric(float64(percentile(beside, 0.5).Microseconds())/1000, "p99-one-dead-ms")
		b.ReportMetric(ratios[len(ratios)/2], "ratio")
	})
}
