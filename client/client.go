package client

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Options says where the API is and who calls it.
type Options struct {
	// BaseURL is what every path is put behind, for instance "https://pay.example.com"; it may have a path of its own.
	BaseURL string
	// Username and Password are the merchant's API credentials.
	Username string
	Password string
	// HTTP makes the requests; nil: a client of its own. Redirects are never followed, the API has none.
	HTTP *http.Client
	// Timeout bounds one attempt of a call; 0: 10 seconds. The context of the call bounds all its attempts together.
	Timeout time.Duration
	// Attempts is how often a call is made at most when no answer comes, or the answer is "try again later"; 0: 3, 1: never again.
	Attempts int
}

// Client calls the API. It may be used by many goroutines at once.
type Client struct {
	base     string // without a slash at its end
	http     *http.Client
	timeout  time.Duration
	attempts int
	// authorize puts the credentials on a request. They live in the function only: whatever prints a Client prints no secret.
	authorize func(*http.Request)
}

// New returns a client. It refuses options with which no call could succeed; it makes no call itself.
func New(o Options) (*Client, error) {
	base, err := url.Parse(o.BaseURL)
	switch {
	case err != nil:
		return nil, fmt.Errorf("base URL: %w", err)
	case (base.Scheme != "http" && base.Scheme != "https") || base.Host == "":
		return nil, fmt.Errorf("base URL %q: want http:// or https:// and a host", o.BaseURL)
	case base.User != nil || base.RawQuery != "" || base.Fragment != "":
		return nil, errors.New("base URL: want no user, query or fragment; credentials are Username and Password")
	case o.Username == "" || o.Password == "":
		return nil, errors.New("username and password: both are needed")
	case strings.Contains(o.Username, ":"):
		return nil, errors.New("username: Basic authentication cannot carry a colon in it")
	case o.Timeout < 0 || o.Attempts < 0:
		return nil, errors.New("timeout and attempts: want 0 or more")
	}
	c := &Client{
		base: strings.TrimRight(o.BaseURL, "/"), http: &http.Client{}, timeout: 10 * time.Second, attempts: 3,
		authorize: func(r *http.Request) { r.SetBasicAuth(o.Username, o.Password) },
	}
	if o.HTTP != nil {
		*c.http = *o.HTTP
	}
	c.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if o.Timeout > 0 {
		c.timeout = o.Timeout
	}
	if o.Attempts > 0 {
		c.attempts = o.Attempts
	}
	return c, nil
}

// An Option changes one call.
type Option func(*call)

// IdempotencyKey makes a call safe to repeat for at least a day: the server does what is asked once for each key, and answers
// every later call of the same kind and address with its first answer. A refused call uses up no key. At most 255 bytes; derive it from your own numbers, like
// "ship-10482-1", so that your program finds the same key again. Calls that are no POST take no key.
func IdempotencyKey(key string) Option { return func(c *call) { c.key = key } }

// Replayed has *to tell whether the answer is that of an earlier call with the same idempotency key: nothing was done now.
func Replayed(to *bool) Option { return func(c *call) { c.replayed = to } }
