package server

import (
	"github.com/prometheus/client_golang/prometheus"

	"kassa/internal/store"
)

// storeMetrics tells Prometheus how the store is doing.
type storeMetrics struct{ store *store.Store }

var (
	commitsDesc   = prometheus.NewDesc("kassa_store_commits_total", "Batches that the store was given, by outcome.", []string{"outcome"}, nil)
	groupsDesc    = prometheus.NewDesc("kassa_store_group_size", "Batches that shared one transaction of the SQLite writer.", nil, nil)
	queueDesc     = prometheus.NewDesc("kassa_store_queue", "Batches that wait for the SQLite writer.", nil, nil)
	queueSizeDesc = prometheus.NewDesc("kassa_store_queue_limit", "Batches that can wait for the SQLite writer; the next is answered 503.", nil, nil)
	poolDesc      = prometheus.NewDesc("kassa_store_connections", "Connections to PostgreSQL, by state.", []string{"state"}, nil)
)

// Describe implements prometheus.Collector.
func (storeMetrics) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{commitsDesc, groupsDesc, queueDesc, queueSizeDesc, poolDesc} {
		out <- d
	}
}

// Collect implements prometheus.Collector.
func (m storeMetrics) Collect(out chan<- prometheus.Metric) {
	s := m.store.Stats()
	for outcome, n := range map[string]int64{"done": s.Commits, "conflict": s.Conflicts, "unknown": s.Unknown, "busy": s.Busy, "failed": s.Failed} {
		out <- prometheus.MustNewConstMetric(commitsDesc, prometheus.CounterValue, float64(n), outcome)
	}
	if s.Engine != "sqlite" {
		for state, n := range map[string]int{"idle": s.Connections - s.ConnectionsInUse, "in use": s.ConnectionsInUse, "possible": s.ConnectionsMax} {
			out <- prometheus.MustNewConstMetric(poolDesc, prometheus.GaugeValue, float64(n), state)
		}
		return
	}
	out <- prometheus.MustNewConstMetric(queueDesc, prometheus.GaugeValue, float64(s.Queued))
	out <- prometheus.MustNewConstMetric(queueSizeDesc, prometheus.GaugeValue, float64(s.QueueSize))
	buckets, below := map[float64]uint64{}, uint64(0)
	for i, bound := range store.GroupBounds {
		below += uint64(s.GroupSizes[i])
		buckets[float64(bound)] = below
	}
	out <- prometheus.MustNewConstHistogram(groupsDesc, uint64(s.Groups), float64(s.Commits), buckets)
}
