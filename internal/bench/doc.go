// Package bench drives a running Kassa over loopback and measures it against the least program that could do the job.
//
// It owns three things. A closed-loop driver ([Run]): N keep-alive connections, each sending its next request when the
// last was answered, in one of three scenarios: create a payment session; create and host it; or a whole purchase, the
// page's forms included, as a plain HTTP client without script and without cookies would make it. The least programs
// ([ServeLimit]): a handler that decodes the same body, commits one durable row by group commit through the same
// database driver, and answers as many bytes as Kassa does; and the same handler without a database. And the way to
// start either as a process of its own ([Start]), so that what is measured never shares a heap with the driver.
//
// With limits given, [Run] drives the programs in turns, in slices of a second or so, in one run: a machine that slows
// down meanwhile slows all of them, and the ratios stay true where the absolute numbers do not.
//
// The caller starts the server to measure and the limit programs, and passes their addresses:
//
//	limit, err := bench.Start(ctx, os.Stderr, exe, "limit", "--database", "sqlite:"+path) // calls ServeLimit
//	report, err := bench.Run(ctx, bench.Config{Scenario: bench.Create, Target: url, Limit: limit.URL, …, Out: os.Stdout})
//
// The package is a leaf: it shares no code with what it measures. It does not decide what is fast enough
// (docs/performance.md does). Start reading at run.go, then scenario.go, then limit.go.
package bench
