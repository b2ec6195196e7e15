package client

import (
	"errors"
	"fmt"
	"net/url"
)

// Options says where the API is and who calls it.
type Options struct {
	// BaseURL is what every path is put behind, for instance "https://pay.example.com"; it may have a path of its own.
	BaseURL string
	// Username and Password are the merchant's API credentials.
	Username string
	Password string
}

// Client calls the API. It may be used by many goroutines at once.
type Client struct {
	base     *url.URL
	username string
	password string
}

// New returns a client. It refuses options with which no call could succeed.
func New(o Options) (*Client, error) {
	base, err := url.Parse(o.BaseURL)
	if err != nil {
		return nil, fmt.Errorf("base URL: %w", err)
	}
	if (base.Scheme != "http" && base.Scheme != "https") || base.Host == "" {
		return nil, fmt.Errorf("base URL %q: want http:// or https:// and a host", o.BaseURL)
	}
	if o.Username == "" || o.Password == "" {
		return nil, errors.New("username and password: both are needed")
	}
	return &Client{base: base, username: o.Username, password: o.Password}, nil
}
