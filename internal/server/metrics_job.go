package server

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"kassa/internal/clock"
	"kassa/internal/outbox"
	"kassa/internal/store"
)

// jobMetrics are the figures of what the outbox does.
type jobMetrics struct {
	jobs     *prometheus.CounterVec
	attempts *prometheus.CounterVec
	took     *prometheus.HistogramVec
	first    *prometheus.HistogramVec
}

func newJobMetrics(registry *prometheus.Registry) *jobMetrics {
	m := &jobMetrics{
		jobs: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "kassa_jobs_total", Help: "Jobs that were run, by kind and outcome."}, []string{"kind", "outcome"}),
		attempts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "kassa_callback_attempts_total", Help: "Requests to merchants' endpoints, by kind and outcome: done, again (taken, and sent again all the same), retry, parked.",
		}, []string{"kind", "outcome"}),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "kassa_callback_duration_seconds", Help: "How long merchants' endpoints took.", Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2, 3},
		}, []string{"kind"}),
		first: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "kassa_callback_first_attempt_seconds", Help: "From the change that a callback tells of to its first attempt.",
			Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 5, 30, 300},
		}, []string{"kind"}),
	}
	registry.MustRegister(m.jobs, m.attempts, m.took, m.first)
	return m
}

// seen counts a try.
func (m *jobMetrics) seen(t outbox.Tried) {
	kind := string(t.Kind)
	m.jobs.WithLabelValues(kind, t.Outcome).Inc()
	if !t.Sent {
		return
	}
	m.attempts.WithLabelValues(kind, t.Outcome).Inc()
	m.took.WithLabelValues(kind).Observe(t.Took.Seconds())
	if t.First {
		m.first.WithLabelValues(kind).Observe(t.Waited.Seconds())
	}
}

// backlogMetrics tell Prometheus what waits for merchants' endpoints.
type backlogMetrics struct {
	store *store.Store
	clock clock.Clock
	log   *slog.Logger
}

var (
	backlogDesc = prometheus.NewDesc("kassa_callbacks", "Callbacks that are pending or parked, by kind.", []string{"kind", "state"}, nil)
	oldestDesc  = prometheus.NewDesc("kassa_callback_oldest_pending_seconds", "Age of the oldest callback that is pending, by kind; 0 without one.", []string{"kind"}, nil)
)

// backlogLimit bounds what a scrape asks of the database.
const backlogLimit = 2 * time.Second

// Describe implements prometheus.Collector.
func (backlogMetrics) Describe(out chan<- *prometheus.Desc) {
	out <- backlogDesc
	out <- oldestDesc
}

// Collect implements prometheus.Collector.
func (m backlogMetrics) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), backlogLimit)
	defer cancel()
	var counts []store.JobCount
	if err := m.store.Read(ctx, store.JobCounts(&counts)); err != nil {
		m.log.Warn("the backlog of callbacks could not be counted", "error", err)
		return // the other figures are told all the same
	}
	type place struct{ kind, state string }
	numbers, oldest := map[place]int64{}, map[string]float64{}
	for _, kind := range callbackKinds {
		numbers[place{string(kind), "pending"}], numbers[place{string(kind), "parked"}], oldest[string(kind)] = 0, 0, 0
	}
	now := m.clock.Now()
	for _, c := range counts {
		state := string(c.State)
		if c.State == store.JobLeased {
			state = string(store.JobPending) // under way is not arrived
		}
		numbers[place{string(c.Kind), state}] += c.Count
		if c.State != store.JobParked {
			oldest[string(c.Kind)] = max(oldest[string(c.Kind)], now.Sub(c.Oldest).Seconds())
		}
	}
	for p, n := range numbers {
		out <- prometheus.MustNewConstMetric(backlogDesc, prometheus.GaugeValue, float64(n), p.kind, p.state)
	}
	for kind, age := range oldest {
		out <- prometheus.MustNewConstMetric(oldestDesc, prometheus.GaugeValue, age, kind)
	}
}
