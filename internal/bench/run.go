package bench

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"math"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Config says what to drive, how, and where to print.
type Config struct {
	// Scenario is what each connection does over and over.
	Scenario Scenario
	// Target is the address of the Kassa to measure, http only: "http://127.0.0.1:8080".
	Target string
	// Username and Password are the merchant's, for Basic auth.
	Username, Password string
	// Connections is how many keep-alive connections are driven at once, each closed loop; 0 means 64.
	Connections int
	// Duration is how long each program is driven, warm-up not counted; 0 means 10 s.
	Duration time.Duration
	// Slice is how long one program is driven before it is the next one's turn; 0 means 1 s.
	Slice time.Duration
	// Limit is the address of a limit program that stores durably, Bare of one that stores nothing (ServeLimit).
	// Either may be empty: then that ratio is not measured.
	Limit, Bare string
	// Out is where the report is printed; nil prints nothing.
	Out io.Writer
}

// lane is one program under test: its workers, and the gate that lets them send.
type lane struct {
	name    string
	workers []*worker
	gate    sync.RWMutex // held for reading during each request, for writing while it is another lane's turn
	done    bool         // written under the gate: the run is over
	rounds  []round      // requests
	writes  []round      // durable writes
}

// worker is one connection of a lane. Its tally is written under the gate's read lock and read under its write lock.
type worker struct {
	lane  *lane
	conn  conn
	flow  func(ctx context.Context, call caller) error
	tally tally
	spent time.Duration // on the present walk through the scenario
}

// errOver ends a worker: the run is over.
var errOver = errors.New("the run is over")

// Run drives the target, and the limit programs in turns with it, and reports. An error means that there is no result:
// a bad configuration, a target that cannot do the scenario even once, or ctx ended. Failing requests during the run
// are no error of Run's: they are counted in the report.
func Run(ctx context.Context, cfg Config) (Report, error) {
	if cfg.Connections == 0 {
		cfg.Connections = 64
	}
	if cfg.Duration == 0 {
		cfg.Duration = 10 * time.Second
	}
	if cfg.Slice == 0 {
		cfg.Slice = time.Second
	}
	base, err := baseURL(cfg.Target)
	if err != nil {
		return Report{}, err
	}
	flow, err := cfg.Scenario.flow(base.String())
	if err != nil {
		return Report{}, err
	}
	seen, err := probe(ctx, cfg, base, flow)
	if err != nil {
		return Report{}, fmt.Errorf("%s once at %s: %w", cfg.Scenario, base, err)
	}
	lanes := []*lane{newLane("kassa", base, cfg, flow)}
	for _, limit := range []struct{ name, address string }{{"limit", cfg.Limit}, {"no database", cfg.Bare}} {
		if limit.address == "" {
			continue
		}
		at, err := baseURL(limit.address)
		if err != nil {
			return Report{}, err
		}
		lanes = append(lanes, newLane(limit.name, at, cfg, cfg.Scenario.limitFlow(seen.sizes)))
	}
	if err := drive(ctx, lanes, cfg); err != nil {
		return Report{}, err
	}
	report := newReport(cfg, seen, lanes)
	if cfg.Out != nil {
		if _, err := io.WriteString(cfg.Out, report.String()); err != nil {
			return report, fmt.Errorf("print the report: %w", err)
		}
	}
	return report, nil
}

// baseURL checks an address and cuts a slash at its end.
func baseURL(address string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSuffix(address, "/"))
	if err != nil || u.Scheme != "http" || u.Port() == "" {
		return nil, fmt.Errorf("%q is not an address that can be driven: http://host:port is", address)
	}
	return u, nil
}

// seen is what one walk through the scenario showed.
type seen struct {
	requests int            // requests of one walk
	writes   int            // durable writes of one walk
	sizes    map[string]int // bytes of the answer, by path, of the requests that a limit program repeats
}

// probe walks through the scenario once, alone.
func probe(ctx context.Context, cfg Config, base *url.URL, flow func(context.Context, caller) error) (seen, error) {
	s := seen{sizes: map[string]int{}}
	c := newConn(base, cfg)
	defer c.close()
	err := flow(ctx, func(ctx context.Context, r request, writes int) (answer, error) {
		a, err := c.do(ctx, under(base, r))
		s.requests++
		s.writes += writes
		s.sizes[r.path] = len(a.body)
		return a, err
	})
	return s, err
}

func newConn(base *url.URL, cfg Config) conn {
	token := base64.StdEncoding.EncodeToString([]byte(cfg.Username + ":" + cfg.Password))
	return conn{addr: base.Host, basic: "Authorization: Basic " + token + "\r\n"}
}

// under puts the base's path in front of an API request's path; the page's paths come from links and have it already.
func under(base *url.URL, r request) request {
	if r.basic {
		r.path = base.Path + r.path
	}
	return r
}

func newLane(name string, base *url.URL, cfg Config, flow func(context.Context, caller) error) *lane {
	l := &lane{name: name}
	for range cfg.Connections {
		w := &worker{lane: l, conn: newConn(base, cfg)}
		w.flow = func(ctx context.Context, call caller) error {
			return flow(ctx, func(ctx context.Context, r request, writes int) (answer, error) {
				return call(ctx, under(base, r), writes)
			})
		}
		l.workers = append(l.workers, w)
	}
	return l
}

// drive gives the lanes their turns: one slice each to warm up, then rounds in which each has one, the first going
// last in the next round, until each was driven for the whole duration.
func drive(ctx context.Context, lanes []*lane, cfg Config) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var workers sync.WaitGroup
	for _, l := range lanes {
		l.gate.Lock()
		for _, w := range l.workers {
			workers.Go(func() { w.run(ctx) })
		}
	}
	for _, l := range lanes {
		l.slice(ctx, cfg.Slice)
		l.reset()
	}
	rounds := int(math.Ceil(float64(cfg.Duration) / float64(cfg.Slice)))
	for i := range rounds {
		for j := range lanes {
			lanes[(i+j)%len(lanes)].slice(ctx, cfg.Slice)
		}
	}
	for _, l := range lanes {
		l.done = true
		l.gate.Unlock()
	}
	err := context.Cause(ctx)
	workers.Wait()
	return err
}

// slice opens the gate for so long and waits for the requests under way. The caller holds the gate, before and after.
func (l *lane) slice(ctx context.Context, d time.Duration) {
	before, beforeWrites := l.work()
	timer := time.NewTimer(d)
	defer timer.Stop()
	start := time.Now()
	l.gate.Unlock()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
	l.gate.Lock()
	busy := time.Since(start)
	after, afterWrites := l.work()
	l.rounds = append(l.rounds, round{work: float64(after - before), busy: busy})
	l.writes = append(l.writes, round{work: float64(afterWrites - beforeWrites), busy: busy})
}

// work is how many requests and durable writes the lane's workers have done.
func (l *lane) work() (requests, writes int) {
	for _, w := range l.workers {
		requests += len(w.tally.requests)
		writes += w.tally.writes
	}
	return requests, writes
}

// reset forgets the warm-up.
func (l *lane) reset() {
	l.rounds, l.writes = nil, nil
	for _, w := range l.workers {
		w.tally = tally{}
	}
}

// run walks through the scenario until the run is over.
func (w *worker) run(ctx context.Context) {
	defer w.conn.close()
	for {
		w.spent = 0
		err := w.flow(ctx, w.call)
		if errors.Is(err, errOver) || ctx.Err() != nil {
			return
		}
		w.lane.gate.RLock()
		if err != nil {
			w.tally.fail(kind(err))
		} else {
			w.tally.flows = append(w.tally.flows, w.spent)
		}
		w.lane.gate.RUnlock()
		if errors.Is(err, errNetwork) {
			rest(ctx)
		}
	}
}

// rest waits a little, so that a server that is gone is not hammered with connections.
func rest(ctx context.Context) {
	timer := time.NewTimer(10 * time.Millisecond)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// call sends one request of the scenario when it is the lane's turn.
func (w *worker) call(ctx context.Context, r request, writes int) (answer, error) {
	w.lane.gate.RLock()
	defer w.lane.gate.RUnlock()
	if w.lane.done {
		return answer{}, errOver
	}
	start := time.Now()
	a, err := w.conn.do(ctx, r)
	took := time.Since(start)
	if err != nil {
		return a, err
	}
	if a.status < 400 { // a refusal is quick and is no work done: the scenario counts it as an error
		w.spent += took
		w.tally.requests = append(w.tally.requests, took)
		w.tally.writes += writes
	}
	return a, nil
}
