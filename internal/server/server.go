package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"kassa/internal/clock"
	"kassa/internal/config"
	"kassa/internal/decide"
	"kassa/internal/deliver"
	"kassa/internal/engine"
	"kassa/internal/keyring"
	"kassa/internal/outbox"
	"kassa/internal/page"
	"kassa/internal/pay"
	"kassa/internal/sandbox"
	"kassa/internal/store"
)

// Options are what a server is started with.
type Options struct {
	Config config.Serve
	Log    *slog.Logger // nil: none
	// Clock replaces the clock; tests give one that stands still until it is moved. nil: the real one, in the sandbox a virtual
	// one that starts at the real time.
	Clock clock.Clock
	// Decider replaces who is approved; nil: the sandbox's personas, or the limits of the configuration.
	Decider decide.Decider
	// NoLocks turns the in-process locks off: races are tested without them.
	NoLocks bool
	// Store changes how the store is opened; tests inject faults with it. May be nil.
	Store func(*store.Options)
}

// Server is a running Kassa.
type Server struct {
	options      Options
	url          string
	address      string
	store        *store.Store
	engine       *engine.Engine
	clock        clock.Clock
	outbox       *outbox.Runner
	callbacks    *callbacks
	mail         *deliver.Mailer   // nil: none
	consents     *page.Consents    // the operator's; nil: ours
	sms          deliver.Sender    // nil: none
	messages     *sandbox.Messages // of the sandbox
	public       *http.Server
	admin        *http.Server
	adminURL     string
	failed       chan error
	keys         *keyring.Ring
	draining     atomic.Bool
	stopJobs     context.CancelFunc
	jobsDone     chan struct{}
	endSequencer func()
	metrics      *metrics
	welcome      atomic.Pointer[welcome] // what / of the public address says
}

// Start builds a server, listens and serves. A configuration that is refused is a [*config.Refusal]. ctx bounds the start only.
func Start(ctx context.Context, o Options) (*Server, error) {
	if err := o.Config.Check(); err != nil {
		return nil, err
	}
	if err := checkCurrencies(o.Config.DecisionLimit); err != nil {
		return nil, err
	}
	if o.Log == nil {
		o.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	publicListener, err := net.Listen("tcp", o.Config.Listen)
	if err != nil {
		return nil, &config.Refusal{Flag: "--listen", Why: err.Error()}
	}
	adminListener, err := net.Listen("tcp", o.Config.AdminListen)
	if err != nil {
		return nil, errors.Join(&config.Refusal{Flag: "--admin-listen", Why: err.Error()}, publicListener.Close())
	}
	if o.Config.PublicURL == "" {
		o.Config.PublicURL = Reachable(publicListener.Addr())
	}
	s := &Server{options: o, url: o.Config.PublicURL, address: publicListener.Addr().String(), adminURL: Reachable(adminListener.Addr()), failed: make(chan error, 3)}
	if err := s.build(ctx); err != nil {
		return nil, errors.Join(err, publicListener.Close(), adminListener.Close())
	}
	s.serve(publicListener, adminListener)
	return s, nil
}

// Reachable is the URL of a listener for those on this machine: one that listens on every address is reached on the loopback one.
func Reachable(listens net.Addr) string {
	if a, ok := listens.(*net.TCPAddr); ok && a.IP.IsUnspecified() {
		listens = &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: a.Port}
	}
	return "http://" + listens.String()
}

// URL is what every URL that is handed out begins with.
func (s *Server) URL() string { return s.url }

// AdminURL is the address of health, metrics and the sandbox's control API.
func (s *Server) AdminURL() string { return s.adminURL }

// Address is where the public listener listens, like 127.0.0.1:8080.
func (s *Server) Address() string { return s.address }

// Settle runs jobs until none is due.
func (s *Server) Settle(ctx context.Context) error { return s.outbox.Settle(ctx) }

// WakeJobs has due jobs looked for at once, for tests and benchmarks that leave some in the store themselves.
func (s *Server) WakeJobs() { s.outbox.Wake() }

// Failed tells when the server cannot go on: the store lost its disk, a listener broke. The process must end then.
func (s *Server) Failed() <-chan error { return s.failed }

// Engine gives the operations, for tests that race them.
func (s *Server) Engine() *engine.Engine { return s.engine }

// Store gives the store, for tests that look into it.
func (s *Server) Store() *store.Store { return s.store }

// serve starts the listeners, the outbox, the sequencer and the watch over the store.
func (s *Server) serve(publicListener, adminListener net.Listener) {
	jobs, stop := context.WithCancel(context.Background())
	s.stopJobs, s.jobsDone = stop, make(chan struct{})
	var work sync.WaitGroup
	work.Go(func() { s.outbox.Run(jobs) })
	work.Go(func() { s.store.Listen(jobs, s.heard) })
	work.Go(func() {
		s.watchKeys(jobs, s.keys, s.options.Config.KeyFile, func(why error) {
			s.store.Refuse(why)
			select {
			case s.failed <- why:
			default: // the first failures are enough
			}
		})
	})
	go func() {
		defer close(s.jobsDone)
		work.Wait()
	}()
	s.endSequencer = s.startSequencer()
	fail := func(what string, err error) {
		if err == nil || errors.Is(err, http.ErrServerClosed) {
			return
		}
		select {
		case s.failed <- fmt.Errorf("%s: %w", what, err):
		default: // the first failures are enough
		}
	}
	go func() { fail("serve", s.public.Serve(publicListener)) }()
	go func() { fail("serve admin", s.admin.Serve(adminListener)) }()
	go func() {
		select {
		case err := <-s.store.Fatal():
			fail("store", err)
		case <-s.jobsDone:
		}
	}()
}

// heard is told what other nodes of the database say; an empty topic: they may have said anything.
func (s *Server) heard(topic, about string) {
	switch topic {
	case "", outbox.Topic:
		s.outbox.Wake() // the sequencer looks round each second anyway
	case engine.TopicUnplaced:
		s.engine.NoteEvents(pay.MerchantID(about))
	case engine.TopicPlaced:
		s.engine.EventsPlaced(pay.MerchantID(about))
	}
}

// Shutdown drains: no new connections, requests in progress end, jobs in progress end, the store is closed. ctx bounds it.
func (s *Server) Shutdown(ctx context.Context) error {
	s.draining.Store(true)
	s.options.Log.Info("draining")
	s.engine.EndFollowing()
	err := s.public.Shutdown(ctx)
	s.stopJobs()
	select {
	case <-s.jobsDone:
	case <-ctx.Done():
		err = errors.Join(err, fmt.Errorf("jobs still run: %w", ctx.Err()))
	}
	s.endSequencer() // after the last commit, so that nothing waits for another node
	s.callbacks.sender.Close()
	if s.sms != nil {
		s.sms.Close()
	}
	err = errors.Join(err, s.admin.Shutdown(ctx), s.store.Close())
	s.options.Log.Info("stopped")
	return err
}

// newHTTP gives an http.Server with limits on headers and time.
func newHTTP(handler http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler: handler, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 20 << 10, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}

// pathPrefix is the path of the public URL, without the slash at its end.
func pathPrefix(publicURL string) string {
	_, rest, _ := strings.Cut(publicURL, "://")
	if i := strings.IndexByte(rest, '/'); i >= 0 {
		return strings.TrimRight(rest[i:], "/")
	}
	return ""
}
