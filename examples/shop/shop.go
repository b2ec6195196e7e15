package shop

import (
	"context"
	"errors"
	"net/http"

	"kassa/client"
)

// Config is what a shop needs.
type Config struct {
	// Client calls Kassa with the shop's credentials.
	Client *client.Client
	// PublicURL is where consumers find the shop; every URL that it gives away begins with it.
	PublicURL string
}

// Shop is the backend; it serves the shop's pages.
type Shop struct {
	config Config
	mux    *http.ServeMux
}

// New returns a shop with nothing sold yet.
func New(c Config) (*Shop, error) {
	if c.Client == nil {
		return nil, errors.New("shop: a client is needed")
	}
	return &Shop{config: c, mux: http.NewServeMux()}, nil
}

// ServeHTTP serves the shop's pages.
func (s *Shop) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// Run does the shop's background work until ctx ends.
func (s *Shop) Run(ctx context.Context) { <-ctx.Done() }
