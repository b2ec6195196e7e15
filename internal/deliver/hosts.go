package deliver

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"sync"
	"time"
)

const (
	hostConcurrent = 16
	hostFailures   = 5
	hostOpen       = 5 * time.Second
	hostOpenMax    = time.Minute
	hostsKept      = 10_000
)

// HostsConfig says what one host may cost.
type HostsConfig struct {
	Concurrent int              // requests to one host at a time; 0: 16
	Failures   int              // requests without an answer, one after the other, that open a host's breaker; 0: 5
	Open       time.Duration    // how long it is open at first; doubles with every probe that fails; 0: 5 s
	OpenMax    time.Duration    // at most; 0: 1 min
	Now        func() time.Time // the clock that Wait.Until is told by
}

// Hosts keeps a slow or dead receiver from delaying anybody but itself: it bounds how many requests are under way to one host, and
// has a circuit breaker for each. Whoever is about to send asks Enter, and does something else when it says no.
//
//	breaker    | Enter                            | answered    | no answer
//	closed     | yes, while a place is free       | failures: 0 | failures + 1; the last one that is borne: open
//	open       | no, until the time is over; then |             |
//	           | yes, once: half-open             | closed      | stays: the request is older than the opening
//	half-open  | no: the probe is under way       | closed      | of the probe: open, twice as long
//
// An answer is any answer: a receiver that says 500 at once costs nobody time. A request that the guard refused, or that was called
// off, says nothing about the host.
type Hosts struct {
	HostsConfig
	mu    sync.Mutex
	hosts map[string]*host
}

type host struct {
	underWay int
	failures int           // in a row
	open     time.Duration // how long it was last opened for; 0: closed
	until    time.Time     // when a probe may go; means nothing while closed
	probe    *Pass         // under way: half-open
}

// Wait is why Enter says no. It is no failure of a delivery.
type Wait struct {
	Until time.Time // when to ask again; zero: when a request to the host has ended
}

// Error says which of the two it is.
func (w *Wait) Error() string {
	if w.Until.IsZero() {
		return "as many requests to the host as may be are under way"
	}
	return "the host has not answered lately"
}

// Pass is leave for one request. End gives it back.
type Pass struct {
	of   *Hosts
	name string
	host *host // nil: ended
}

// NewHosts makes an empty set: nothing is known about any host.
func NewHosts(c HostsConfig) *Hosts {
	if c.Concurrent == 0 {
		c.Concurrent = hostConcurrent
	}
	if c.Failures == 0 {
		c.Failures = hostFailures
	}
	if c.Open == 0 {
		c.Open = hostOpen
	}
	if c.OpenMax == 0 {
		c.OpenMax = hostOpenMax
	}
	return &Hosts{HostsConfig: c, hosts: map[string]*host{}}
}

// HostOf is the host and port of a URL, as a name for Enter. What is no URL has the name "", and all such share it.
func HostOf(rawURL string) string {
	u, err := url.Parse(rawURL)
	if err != nil {
		return ""
	}
	port := u.Port()
	if port == "" {
		port = u.Scheme
	}
	return strings.ToLower(u.Hostname()) + ":" + port
}

// Enter asks for leave to send one request to a host. Otherwise the error is a *Wait. Names are the caller's: with the merchant's
// in front, one merchant cannot use up another's places on a host that they share.
func (h *Hosts) Enter(name string) (*Pass, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	on := h.hosts[name]
	if on == nil {
		if len(h.hosts) >= hostsKept {
			h.forget()
		}
		on = &host{}
		h.hosts[name] = on
	}
	p := &Pass{of: h, name: name, host: on}
	switch {
	case on.open > 0 && on.probe != nil:
		return nil, &Wait{}
	case on.open > 0 && h.Now().Before(on.until):
		return nil, &Wait{Until: on.until}
	case on.underWay >= h.Concurrent:
		return nil, &Wait{}
	case on.open > 0:
		on.probe = p
	}
	on.underWay++
	return p, nil
}

// forget drops what is known about hosts that nothing goes to: more than can be kept, some of it about hosts that are dead.
func (h *Hosts) forget() {
	for name, on := range h.hosts {
		if on.underWay == 0 {
			delete(h.hosts, name)
		}
	}
}

// End gives the pass back with what became of the request. Only the first End counts.
func (p *Pass) End(r Result) {
	h := p.of
	h.mu.Lock()
	defer h.mu.Unlock()
	on := p.host
	if on == nil {
		return
	}
	p.host = nil
	on.underWay--
	probe := on.probe == p
	if probe {
		on.probe = nil
	}
	switch {
	case r.Status != 0:
		on.failures, on.open = 0, 0
	case r.Err == nil, Permanent(r.Err), errors.Is(r.Err, ErrForbidden), errors.Is(r.Err, context.Canceled):
	case probe:
		h.trip(on, min(2*on.open, h.OpenMax))
	case on.open == 0:
		if on.failures++; on.failures >= h.Failures {
			h.trip(on, h.Open)
		}
	}
	if on.underWay == 0 && on.failures == 0 && on.open == 0 {
		delete(h.hosts, p.name) // nothing is known about it that a new one would not say
	}
}

func (h *Hosts) trip(on *host, open time.Duration) {
	on.failures, on.open, on.until = 0, open, h.Now().Add(open)
}
