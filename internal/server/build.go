package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"kassa/internal/api"
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
	"kassa/openapi"
)

// build makes the parts, from the database up to the doors. What can be refused without the database is looked at before there
// is one.
func (s *Server) build(ctx context.Context) (err error) {
	c := s.options.Config
	if s.consents, err = readConsents(c); err != nil {
		return err
	}
	if s.mail, s.sms, err = openSenders(&c); err != nil {
		return err
	}
	defer func() {
		if err != nil && s.sms != nil {
			s.sms.Close()
		}
	}()
	keys, err := openKeys(ctx, c.Database, c.KeyFile, s.options.Log)
	if err != nil {
		return err
	}
	s.keys = keys
	s.metrics = newMetrics()
	s.clock = s.options.Clock
	if s.clock == nil {
		s.clock = clock.Real{}
		if c.Sandbox {
			s.clock = clock.NewVirtual()
		}
	}
	if err := s.openStore(ctx, keys); err != nil {
		return err
	}
	if err := s.buildOn(ctx, keys); err != nil {
		return errors.Join(err, s.store.Close())
	}
	return nil
}

// buildOn makes everything above the store.
func (s *Server) buildOn(ctx context.Context, keys *keyring.Ring) error {
	c := s.options.Config
	trusted, err := trustedNetworks(c.TrustedProxies)
	if err != nil {
		return err
	}
	if err := s.sandboxMerchant(ctx, keys); err != nil {
		return err
	}
	runner := outbox.New(outbox.Config{Store: s.store, Clock: s.clock, Log: s.options.Log, Node: newNode(), Observe: s.metrics.jobs.seen})
	s.outbox = runner
	s.engine = engine.New(engine.Config{
		Store: s.store, Keys: keys, Clock: s.clock, Decider: s.decider(), Log: s.options.Log, Sandbox: c.Sandbox, CodeLimit: c.CodeLimit,
		URLs: pay.URLPolicy{Sandbox: c.Sandbox}, Wake: runner.Wake, NoLocks: s.options.NoLocks,
		SMS: s.sms != nil, Mail: s.mail != nil, Quotas: engine.Quotas{Email: int(c.MessageQuota["email"]), SMS: int(c.MessageQuota["sms"])},
	})
	images := deliver.NewImages(deliver.ImagesConfig{AllowLocal: c.Sandbox, Refused: func(address string, why error) {
		s.options.Log.Warn("picture refused", "picture", address, "reason", why.Error())
	}})
	pages, err := page.New(page.Config{
		Engine: s.engine, Keys: keys, Log: s.options.Log, PublicURL: s.url, Sandbox: c.Sandbox, ClientAddress: clientAddress(trusted),
		Consents: s.consents,
		Image: func(ctx context.Context, url string, maxWidth int) (*page.Image, error) {
			got, err := images.Fetch(ctx, url, maxWidth)
			if err != nil {
				return nil, err
			}
			return &page.Image{Bytes: got.Bytes, ContentType: got.ContentType, Width: got.Width, Height: got.Height, Luminance: got.Luminance}, nil
		},
	})
	if err != nil {
		return err
	}
	m := &messenger{engine: s.engine, pages: pages, mail: s.mail, sms: s.sms, log: s.options.Log, blocking: newBlocking(s.engine, s.options.Log, s.metrics.registry), now: func() sandbox.Message { return sandbox.Message{At: s.clock.Now()} }}
	if c.Sandbox {
		s.messages = new(sandbox.Messages)
		m.kept = s.messages
	}
	runner.Register(s.jobKinds(m))
	if s.callbacks, err = s.newCallbacks(); err != nil {
		return err
	}
	runner.RegisterSenders(s.callbacks.senders())
	doors := api.New(api.Config{
		Engine: s.engine, Keys: keys, Log: s.options.Log, PublicURL: s.url, Sandbox: c.Sandbox, Badges: pages.Badges, Documents: openapi.Bundled(),
		RateLimits: api.RateLimits{Create: int(c.RateLimit["create"]), Other: int(c.RateLimit["other"])},
	})
	s.metrics.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "kassa_event_readers", Help: "Calls and streams that wait for events.",
	}, func() float64 { return float64(s.engine.EventFollowers()) }))
	s.public = newHTTP(s.publicHandler(doors, pages), s.options.Log)
	s.admin = newHTTP(guardAdmin(s.options.Config.AdminListen, s.options.Config.AdminHosts, s.adminMux(s.control())), s.options.Log)
	return nil
}

// readConsents reads the operator's own sentences; nil without a file.
func readConsents(c config.Serve) (*page.Consents, error) {
	if c.Consents == "" {
		return nil, nil
	}
	raw, err := os.ReadFile(c.Consents)
	if err != nil {
		return nil, &config.Refusal{Flag: "--consents", Why: err.Error()}
	}
	out, err := page.ReadConsents(raw, pay.URLPolicy{Sandbox: c.Sandbox})
	if err != nil {
		return nil, &config.Refusal{Flag: "--consents", Why: c.Consents + ": " + err.Error()}
	}
	return out, nil
}

// publicHandler sends each request to its door. The public URL's path prefix is taken off when it is there: proxies may keep it. It
// may be the name of a family, /kassa or /pay, and then stands before paths that begin with it anyway. A client that was given a base
// URL with a slash at its end sends two of them: it is understood.
func (s *Server) publicHandler(doors, pages http.Handler) http.Handler {
	doors, pages = s.metrics.measured("api", doors, nil), s.metrics.measured("page", pages, s.logPage)
	prefix := pathPrefix(s.url)
	s.welcome.Store(s.publicWelcome())
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if rest, has := strings.CutPrefix(r.URL.Path, prefix+"/"); prefix != "" && has && (served("/"+rest) || !served(r.URL.Path)) {
			r = withoutPrefix(r, prefix)
		}
		if prefix != "" && r.URL.Path == prefix {
			r = r.Clone(r.Context())
			r.URL.Path, r.URL.RawPath = "/", ""
		}
		if strings.HasPrefix(r.URL.Path, "//") && api.InFamily("/"+strings.TrimLeft(r.URL.Path, "/")) {
			r = withoutPrefix(r, strings.Repeat("/", len(r.URL.Path)-len(strings.TrimLeft(r.URL.Path, "/"))-1))
		}
		if v := s.welcomeAt(r); v != nil {
			v.ServeHTTP(w, r)
			return
		}
		if ofPage(r.URL.Path) {
			pages.ServeHTTP(w, r)
			return
		}
		doors.ServeHTTP(w, r)
	})
}

// logPage writes the log line of a request of the consumer's: the route and never the path, whose last part opens the page.
func (s *Server) logPage(r *http.Request, status int, took time.Duration) {
	_, route, _ := strings.Cut(r.Pattern, " ")
	if strings.HasPrefix(route, "/static/") {
		return
	}
	s.options.Log.LogAttrs(context.WithoutCancel(r.Context()), slog.LevelInfo, "page", slog.String("method", methodLabel(r.Method)),
		slog.String("route", route), slog.Int("status", status), slog.Float64("duration_ms", float64(took.Microseconds())/1000))
}

// ofPage reports whether a path is the page's door.
func ofPage(path string) bool {
	return path == "/" || slices.ContainsFunc(page.Prefixes, func(prefix string) bool { return strings.HasPrefix(path, prefix) })
}

// served reports whether there can be something at a path.
func served(path string) bool {
	return ofPage(path) || api.InFamily(path) || strings.HasPrefix(path, "/openapi/")
}

func withoutPrefix(r *http.Request, prefix string) *http.Request {
	out := r.Clone(r.Context())
	out.URL.Path = strings.TrimPrefix(r.URL.Path, prefix)
	out.URL.RawPath = strings.TrimPrefix(r.URL.RawPath, prefix)
	return out
}

// decider is who says yes: the one that was given, the personas, or the configured limits.
func (s *Server) decider() decide.Decider {
	switch {
	case s.options.Decider != nil:
		return s.options.Decider
	case s.options.Config.Sandbox:
		return decide.Sandbox{}
	}
	limits := decide.Limit{}
	for currency, limit := range s.options.Config.DecisionLimit {
		limits[currency] = pay.Amount(limit)
	}
	return limits
}

// checkCurrencies refuses a limit for a currency that no market has: it would approve nobody, and was meant for another.
func checkCurrencies(limits map[string]int64) error {
	var known []string
	for _, m := range pay.Markets() {
		known = append(known, m.Currency)
	}
	slices.Sort(known)
	known = slices.Compact(known)
	for _, currency := range slices.Sorted(maps.Keys(limits)) {
		if !slices.Contains(known, currency) {
			return &config.Refusal{Flag: "--decision-limit", Why: fmt.Sprintf("%q is the currency of no market; there are %s", currency, strings.Join(known, ", "))}
		}
	}
	return nil
}

// control is the sandbox's control API, nil outside it.
func (s *Server) control() http.Handler {
	moved, ok := s.clock.(*clock.Virtual)
	if !s.options.Config.Sandbox || !ok {
		return nil
	}
	return sandbox.New(sandbox.Config{Clock: moved, Settle: s.outbox.Settle, Messages: s.messages})
}

// openStore opens the database and brings its schema up to date, or refuses an older one; and keys that are not the database's.
func (s *Server) openStore(ctx context.Context, keys *keyring.Ring) error {
	c := s.options.Config
	options := store.Options{URL: c.Database, Keys: keys, Log: s.options.Log}
	if s.options.Store != nil {
		s.options.Store(&options)
	}
	st, err := store.Open(ctx, options)
	if err != nil {
		return &config.Refusal{Flag: "--database", Why: err.Error()}
	}
	s.store = st
	s.metrics.registry.MustRegister(storeMetrics{st}, backlogMetrics{st, s.clock, s.options.Log})
	if err := prepareSchema(ctx, st, config.SQLiteFile(c.Database) != "" || c.Migrate); err != nil {
		return errors.Join(err, st.Close())
	}
	if err := checkKeys(ctx, st, c.KeyFile, true); err != nil {
		return errors.Join(err, st.Close())
	}
	return nil
}

// prepareSchema migrates, or refuses to go on with another schema than this program's.
func prepareSchema(ctx context.Context, st *store.Store, migrate bool) error {
	if migrate {
		return st.Migrate(ctx)
	}
	state, err := st.SchemaState(ctx)
	if err != nil {
		return err
	}
	switch state {
	case store.SchemaCurrent:
		return nil
	case store.SchemaOld:
		return &config.Refusal{Flag: "--migrate", Why: "the database's schema is older than this program: run `kassa migrate --database …`, or serve with --migrate"}
	}
	return &config.Refusal{Flag: "--database", Why: "its schema is newer than this program: use the newer one"}
}
