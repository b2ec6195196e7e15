package api

import (
	"bytes"
	"io/fs"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/time/rate"

	"kassa/internal/engine"
	"kassa/internal/pay"
)

// Config is what the door is built of.
type Config struct {
	Engine *engine.Engine
	// Keys signs client tokens.
	Keys interface {
		JWT(claims any) (string, error)
	}
	Log *slog.Logger
	// PublicURL is what every URL that is handed out begins with, path prefix included; without a slash at its end.
	PublicURL string
	// Sandbox explains refusals in the header Kassa-Explain and says playground in client tokens.
	Sandbox bool
	// Badges gives the absolute URLs of the two pictures of a way to pay; nil: no pictures are told.
	Badges func(pay.Category) (descriptive, standard string)
	// RateLimits bound the calls of each merchant; the zero value bounds nothing.
	RateLimits RateLimits
	// Documents holds the files served at /openapi/; nil: none.
	Documents fs.FS
	// Heartbeat is how often a stream of events without news shows that it lives; 0: every 15 seconds.
	Heartbeat time.Duration
}

// API is the handler of everything below /payments, /credit, /customer-token, /hpp, /ordermanagement, /kassa and /openapi; all else is its 404.
type API struct {
	engine    *engine.Engine
	config    Config
	log       *slog.Logger
	mux       *http.ServeMux
	public    string
	secure    bool // the public URL is https
	documents http.Handler
	limiter   limiter
	readers   sync.Pool // of *reader
}

// New builds the door.
func New(c Config) *API {
	if c.Heartbeat <= 0 {
		c.Heartbeat = heartbeat
	}
	a := &API{engine: c.Engine, config: c, log: c.Log, mux: http.NewServeMux(), public: strings.TrimSuffix(c.PublicURL, "/")}
	a.limiter = limiter{limits: c.RateLimits, counts: map[limitKey]*rate.Limiter{}}
	a.secure = strings.HasPrefix(strings.ToLower(a.public), "https:")
	if c.Documents != nil {
		a.documents = http.StripPrefix(documentsPrefix, http.FileServerFS(c.Documents))
	}
	a.readers.New = func() any {
		r := &reader{in: new(bytes.Buffer)}
		r.dec = jsontext.NewDecoder(r.in)
		return r
	}
	for _, rt := range a.routes() {
		a.mux.HandleFunc(rt.Method+" "+rt.Pattern, func(w http.ResponseWriter, r *http.Request) { w.(*exchange).run(rt, r) })
	}
	return a
}
