package shop

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"kassa/client"
)

// Config is what a shop needs.
type Config struct {
	// Client calls Kassa with the shop's credentials.
	Client *client.Client
	// PublicURL is where consumers find the shop, like https://shop.example; every address that it gives away begins with it.
	PublicURL string
	// PollEvery is how often the shop asks what became of purchases that have not come back; 0: every 3 seconds.
	PollEvery time.Duration
	// CallbackSecrets verify that it is Kassa who calls: one, or the old and the new one while it changes. Empty: the shop is not
	// called, and learns everything by asking.
	CallbackSecrets []string
	// Log gets what went wrong, without anything personal; nil: nothing.
	Log *slog.Logger
}

// Shop is the backend. It serves the shop's pages; [Shop.Run] does the work that waits for nobody.
type Shop struct {
	kassa   *client.Client
	public  string
	every   time.Duration
	log     *slog.Logger
	book    *book
	pages   *pages
	handler http.Handler

	callbacks *client.CallbackReader // nil: not called
}

// New returns a shop that has sold nothing yet.
func New(c Config) (*Shop, error) {
	u, err := url.Parse(c.PublicURL)
	switch {
	case c.Client == nil:
		return nil, errors.New("shop: a client is needed")
	case err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || strings.Trim(u.Path, "/") != "":
		return nil, errors.New("shop: the public URL is a scheme and a host, like https://shop.example")
	case c.PollEvery < 0:
		return nil, errors.New("shop: it cannot poll more often than always")
	}
	if c.PollEvery == 0 {
		c.PollEvery = 3 * time.Second
	}
	if c.Log == nil {
		c.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	pages, err := newPages()
	if err != nil {
		return nil, err
	}
	s := &Shop{
		kassa: c.Client, public: strings.TrimRight(c.PublicURL, "/"), every: c.PollEvery, log: c.Log, book: newBook(), pages: pages,
	}
	if len(c.CallbackSecrets) > 0 {
		if s.callbacks, err = client.NewCallbackReader(c.CallbackSecrets...); err != nil {
			return nil, err
		}
	}
	s.handler = s.routes()
	return s, nil
}

// routes lists the shop's addresses.
func (s *Shop) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.front)
	mux.HandleFunc("GET /cart", s.cart)
	mux.HandleFunc("POST /checkout", s.checkout)

	mux.HandleFunc("GET /return/{key}", s.comeBack)
	mux.HandleFunc("GET /paid", s.paid)
	mux.HandleFunc("GET /order/{key}", s.showOrder)
	mux.HandleFunc("POST /order/{key}/cancel", s.withdraw)

	if s.callbacks != nil {
		mux.HandleFunc("POST /callback/{key}", s.callback)
	}

	mux.HandleFunc("GET /orders", s.desk)
	mux.HandleFunc("POST /orders/{number}/ship", s.ship)
	mux.HandleFunc("POST /orders/{number}/return", s.takeBack)
	mux.HandleFunc("POST /orders/{number}/cancel", s.cancelOrder)

	mux.HandleFunc("GET /help", s.text("help"))
	mux.HandleFunc("GET /terms", s.text("terms"))
	mux.HandleFunc("GET /privacy", s.text("privacy"))
	mux.HandleFunc("GET /static/{file}", s.pages.static)
	mux.HandleFunc("GET /", s.unknown)

	// Forms of other sites cannot order or ship anything: browsers say where a POST comes from.
	return withHeaders(http.NewCrossOriginProtection().Handler(mux))
}

// ServeHTTP serves the shop's pages.
func (s *Shop) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// withHeaders sets what every answer has. There is no form-action in the policy: browsers apply it to the redirect that follows a
// form as well, and the checkout redirects to the payment page.
func withHeaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; img-src 'self'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cache-Control", "no-store")
		r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
		next.ServeHTTP(w, r)
	})
}
