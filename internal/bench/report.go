package bench

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Report is the result of one run.
type Report struct {
	// Scenario, Target and Connections repeat the configuration.
	Scenario    Scenario
	Target      string
	Connections int
	// RequestsEach and WritesEach are the requests and durable writes of one walk through the scenario.
	RequestsEach, WritesEach int
	// Kassa is the program measured; Limit and Bare the limit programs, nil when they did not run.
	Kassa, Limit, Bare *Figures
	// ToLimit is Kassa's speed by that of the durable limit: requests for create and pair, durable writes for
	// purchase. ToBare is its speed by that of the handler without a database, in requests. Zero when not measured.
	ToLimit, ToBare Ratio
}

// Ratio is one speed by another: over the whole run, and the lowest and highest of its rounds.
type Ratio struct{ Whole, Low, High float64 }

// Figures are one program's.
type Figures struct {
	Name string
	// Busy is the time in which the program was driven.
	Busy time.Duration
	// Requests, Flows and Writes were finished in that time: HTTP requests, whole walks through the scenario,
	// durable writes.
	Requests, Flows, Writes int
	// P50 and P99 are of single requests, FlowP50 and FlowP99 of whole walks (the sum of their requests).
	P50, P99, FlowP50, FlowP99 time.Duration
	// Errors counts what went wrong, by what it was.
	Errors map[string]int
}

// PerSecond is n by the time driven.
func (f *Figures) PerSecond(n int) float64 {
	if f.Busy == 0 {
		return 0
	}
	return float64(n) / f.Busy.Seconds()
}

// Failed is the number of errors of every kind.
func (f *Figures) Failed() int {
	n := 0
	for _, count := range f.Errors {
		n += count
	}
	return n
}

func newReport(cfg Config, s seen, lanes []*lane) Report {
	r := Report{Scenario: cfg.Scenario, Target: cfg.Target, Connections: cfg.Connections, RequestsEach: s.requests, WritesEach: s.writes}
	kassa := lanes[0]
	r.Kassa = kassa.figures()
	for _, l := range lanes[1:] {
		if l.name == "limit" {
			r.Limit = l.figures()
			r.ToLimit = ratio(kassa.counted(cfg.Scenario), l.counted(cfg.Scenario))
		} else {
			r.Bare = l.figures()
			r.ToBare = ratio(kassa.rounds, l.rounds)
		}
	}
	return r
}

// counted is what the scenario's ratio to the durable limit counts.
func (l *lane) counted(s Scenario) []round {
	if s == Purchase {
		return l.writes
	}
	return l.rounds
}

// figures adds up the lane's workers.
func (l *lane) figures() *Figures {
	var all tally
	for _, w := range l.workers {
		all.add(&w.tally)
	}
	f := &Figures{Name: l.name, Requests: len(all.requests), Flows: len(all.flows), Writes: all.writes, Errors: all.errors}
	for _, r := range l.rounds {
		f.Busy += r.busy
	}
	requests, flows := sorted(all.requests), sorted(all.flows)
	f.P50, f.P99 = quantile(requests, 0.50), quantile(requests, 0.99)
	f.FlowP50, f.FlowP99 = quantile(flows, 0.50), quantile(flows, 0.99)
	return f
}

// String is the report as the command prints it.
func (r Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s at %s, %d connections; each: %d requests, %d durable writes\n\n", r.Scenario, r.Target, r.Connections, r.RequestsEach, r.WritesEach)
	fmt.Fprintf(&b, "%-12s %12s %12s %10s %10s %8s\n", "", "requests/s", "writes/s", "p50", "p99", "errors")
	for _, f := range []*Figures{r.Kassa, r.Limit, r.Bare} {
		if f != nil {
			fmt.Fprintf(&b, "%-12s %12.0f %12.0f %10s %10s %8d\n", f.Name, f.PerSecond(f.Requests), f.PerSecond(f.Writes), show(f.P50), show(f.P99), f.Failed())
		}
	}
	if r.RequestsEach > 1 {
		fmt.Fprintf(&b, "\n%ss/s %.0f, p50 %s, p99 %s\n", r.Scenario, r.Kassa.PerSecond(r.Kassa.Flows), show(r.Kassa.FlowP50), show(r.Kassa.FlowP99))
	}
	for _, f := range []*Figures{r.Kassa, r.Limit, r.Bare} {
		if f == nil {
			continue
		}
		for _, what := range slices.Sorted(maps.Keys(f.Errors)) {
			fmt.Fprintf(&b, "%s error: %s: %d\n", f.Name, what, f.Errors[what])
		}
	}
	if r.Limit != nil {
		per := "request"
		if r.Scenario == Purchase {
			per = "durable write"
		}
		fmt.Fprintf(&b, "ratio to limit: %.2f (per %s, rounds %.2f to %.2f)\n", r.ToLimit.Whole, per, r.ToLimit.Low, r.ToLimit.High)
	}
	if r.Bare != nil {
		fmt.Fprintf(&b, "ratio to no database: %.2f (per request, rounds %.2f to %.2f)\n", r.ToBare.Whole, r.ToBare.Low, r.ToBare.High)
	}
	return b.String()
}

// show prints a time with three digits, in the unit that fits.
func show(d time.Duration) string {
	switch {
	case d >= time.Second:
		return fmt.Sprintf("%.2f s", d.Seconds())
	case d >= time.Millisecond:
		return fmt.Sprintf("%.2f ms", float64(d)/float64(time.Millisecond))
	default:
		return fmt.Sprintf("%d µs", d.Microseconds())
	}
}
