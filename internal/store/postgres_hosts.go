package store

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// connectLimit is how long one host may take to accept a connection where the URL has no connect_timeout. The driver's own two minutes would be
// an outage as long for every host that accepts and says nothing.
const connectLimit = 3 * time.Second

// pingLimit is how long a connection that was idle may take to show that it is alive, before another is taken.
const pingLimit = 2 * time.Second

var errNoCancel = errors.New("a commit may be waiting for a standby: nothing is cancelled")

// hosts chooses among the hosts of a URL: the one that served last is tried first, so that a host that hangs costs its time limit once and not
// with each new connection. It logs which host serves, and why one does not.
type hosts struct {
	log   *slog.Logger
	limit time.Duration
	waits func() bool // the server waits for standbys

	mu    sync.Mutex
	good  string            // host:port that served last, empty: none yet, or it was lost
	names map[string]string // host by address, as they were looked up
	said  map[string]string // why a host does not serve, as it was logged last
}

func newHosts(log *slog.Logger, limit time.Duration, waits func() bool) *hosts {
	return &hosts{log: log, limit: limit, waits: waits, names: map[string]string{}, said: map[string]string{}}
}

// prepare makes the configuration of one new connection: the good host first, and each host's outcome noted. It is the pool's BeforeConnect.
func (h *hosts) prepare(_ context.Context, cfg *pgx.ConnConfig) error {
	h.mu.Lock()
	good := h.good
	h.mu.Unlock()
	putFirst(&cfg.Config, good)
	try := &attempt{hosts: h}
	lookUp, dial, validate := cfg.LookupFunc, cfg.DialFunc, cfg.ValidateConnect
	cfg.LookupFunc = func(ctx context.Context, host string) ([]string, error) {
		addresses, err := lookUp(ctx, host)
		h.named(host, addresses, err)
		return addresses, err
	}
	cfg.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		if try.done && h.waits() {
			// The driver dials once more to cancel what a connection that it closes was doing. A commit that waits for a standby would
			// then be seen, on the primary alone.
			return nil, errNoCancel
		}
		try.next(ctx, address)
		conn, err := dial(ctx, network, address)
		try.failed(err)
		return conn, err
	}
	cfg.ValidateConnect = func(ctx context.Context, conn *pgconn.PgConn) error {
		if validate != nil {
			if err := validate(ctx, conn); err != nil {
				try.failed(err)
				return err
			}
		}
		try.served()
		return nil
	}
	return nil
}

// putFirst puts the entries of one host first. A host can have two: with TLS and without.
func putFirst(cfg *pgconn.Config, first string) {
	entries := append([]*pgconn.FallbackConfig{{Host: cfg.Host, Port: cfg.Port, TLSConfig: cfg.TLSConfig}}, cfg.Fallbacks...)
	slices.SortStableFunc(entries, func(a, b *pgconn.FallbackConfig) int {
		switch isA, isB := hostPort(a.Host, a.Port) == first, hostPort(b.Host, b.Port) == first; {
		case isA && !isB:
			return -1
		case isB && !isA:
			return 1
		}
		return 0
	})
	cfg.Host, cfg.Port, cfg.TLSConfig, cfg.Fallbacks = entries[0].Host, entries[0].Port, entries[0].TLSConfig, entries[1:]
}

// hostPort is how a host is named in what is remembered and logged: host:port, or the path of a socket.
func hostPort(host string, port uint16) string {
	_, address := pgconn.NetworkAddress(host, port)
	return address
}

// named remembers the addresses of a host: the driver dials addresses.
func (h *hosts) named(host string, addresses []string, err error) {
	if err != nil {
		h.tell(host, "its name was not found: "+err.Error())
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, a := range addresses {
		h.names[a] = host
	}
}

// lost forgets the good host: a connection to it broke, so that the URL's own order counts until one
// serves again.
func (h *hosts) lost() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.good = ""
}

// tell logs that a host does not serve: once, until the reason is another or it has served again.
func (h *hosts) tell(host, why string) {
	h.mu.Lock()
	news := h.said[host] != why
	h.said[host] = why
	h.mu.Unlock()
	if news {
		h.log.Warn("a database host does not serve", "host", host, "reason", why)
	}
}

// attempt is one new connection on its way through the hosts; the driver tries one after the other.
type attempt struct {
	hosts *hosts
	host  string       // host:port, or a socket's path, that is tried now
	ended func() error // why its time is over, nil while it is not
	why   error        // why it does not serve, as far as known
	done  bool         // connected: later dials with this configuration are cancel requests
}

// next begins with an address; the host before, if it is another, did not serve. One host is dialled twice when it may have no TLS.
func (a *attempt) next(ctx context.Context, address string) {
	host := a.hosts.hostOf(address)
	if a.done || host == a.host {
		return
	}
	if a.host != "" {
		a.end()
	}
	a.host, a.ended, a.why = host, ctx.Err, nil
}

func (a *attempt) failed(err error) {
	if err != nil && !a.done {
		a.why = err
	}
}

// end tells about the host that did not serve. One that accepted, and neither answered nor closed, gives no error of its own.
func (a *attempt) end() {
	why := "it refused the connection or closed it"
	switch {
	case errors.Is(a.ended(), context.DeadlineExceeded):
		why = "no answer within " + a.hosts.limit.String()
	case a.why != nil:
		why = a.why.Error()
	}
	a.hosts.tell(a.host, why)
}

// served makes the host the good one.
func (a *attempt) served() {
	h := a.hosts
	a.done = true
	h.mu.Lock()
	news := h.good != a.host
	h.good = a.host
	delete(h.said, a.host)
	h.mu.Unlock()
	if news {
		h.log.Info("connected to the database", "host", a.host)
	}
}

// hostOf is the host:port of an address, by the name it was looked up under.
func (h *hosts) hostOf(address string) string {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return address // a socket's path
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if name := h.names[host]; name != "" {
		host = name
	}
	return net.JoinHostPort(host, port)
}
