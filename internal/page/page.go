package page

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"kassa/internal/engine"
	"kassa/internal/keyring"
	"kassa/internal/pay"
)

// Image is a merchant's picture as we serve it: fetched, checked and drawn anew.
type Image struct {
	Bytes         []byte
	ContentType   string
	Width, Height int
	Luminance     float64 // mean relative luminance of its opaque pixels
}

// Config is what the page is built of.
type Config struct {
	Engine        *engine.Engine
	Keys          *keyring.Ring
	Log           *slog.Logger
	PublicURL     string
	Sandbox       bool
	ClientAddress func(*http.Request) string
	// Consents are the operator's own sentences above the pay button; nil: ours.
	Consents *Consents
	// Image fetches a merchant's picture, at most maxWidth wide; it remembers what it fetched and what failed.
	Image func(ctx context.Context, url string, maxWidth int) (*Image, error)
}

// Page answers /pay/… and /static/….
type Page struct {
	engine        *engine.Engine
	keys          *keyring.Ring
	log           *slog.Logger
	publicURL     string
	basePath      string // of the public URL
	sandbox       bool
	secure        bool
	clientAddress func(*http.Request) string
	image         func(ctx context.Context, url string, maxWidth int) (*Image, error)
	consents      *Consents

	catalogues *catalogues
	zones      map[string]*time.Location // of the markets' countries
	assets     *assets
	css, icon  string // their addresses
	countries  string // the entries of the select before phone numbers
	renderer   *renderer
	guesses    guesses
	mux        *http.ServeMux
}

// New builds the page: languages, templates and assets are read and checked once.
func New(c Config) (*Page, error) {
	p := &Page{
		engine: c.Engine, keys: c.Keys, log: c.Log, publicURL: c.PublicURL, sandbox: c.Sandbox,
		secure: strings.HasPrefix(c.PublicURL, "https://"), clientAddress: c.ClientAddress, image: c.Image, consents: c.Consents,
	}
	if _, rest, ok := strings.Cut(c.PublicURL, "://"); ok {
		if i := strings.IndexByte(rest, '/'); i >= 0 {
			p.basePath = strings.TrimRight(rest[i:], "/")
		}
	}
	var err error
	if p.catalogues, err = loadCatalogues(c.Sandbox); err != nil {
		return nil, err
	}
	p.countries = phoneOptions()
	if p.zones, err = loadZones(); err != nil {
		return nil, err
	}
	if p.assets, err = loadAssets(); err != nil {
		return nil, err
	}
	p.css, p.icon = p.basePath+p.assets.path(styleSheet), p.basePath+p.assets.path("kassa.svg")
	if p.renderer, err = newRenderer(); err != nil {
		return nil, err
	}
	p.mux = p.routes()
	return p, nil
}

// linkURL is the address of a link's page.
func (p *Page) linkURL(link pay.Secret) string { return p.publicURL + "/pay/" + string(link) }

// ServeHTTP answers with the headers that every page has.
func (p *Page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer func() {
		if what := recover(); what != nil {
			p.log.ErrorContext(r.Context(), "page panicked", "panic", what)
			w.Header().Del("Refresh")
			http.Error(w, "Kassa could not draw this page. Please try again.", http.StatusInternalServerError)
		}
	}()
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()")
	h.Set("Cache-Control", "no-store")
	if p.secure {
		h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
	}
	if link, slash := withoutSlash(r); slash { // which programs add to an address
		h.Set("Location", p.basePath+link)
		w.WriteHeader(http.StatusPermanentRedirect)
		return
	}
	r = trimmed(r)
	if !clean(r) {
		p.unknownPage(w, r)
		return
	}
	p.mux.ServeHTTP(w, r)
}
