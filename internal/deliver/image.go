package deliver

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"sync"
	"time"
)

const (
	imageLimit = 2 * time.Second // for everything: name, connection, answer
	imageBytes = 1 << 20
	imagesKept = 500
	keptBytes  = 32 << 20 // of all pictures that are kept
	keepGood   = 24 * time.Hour
	keepBad    = 5 * time.Minute
)

// Image is a picture as it is served: drawn anew from the merchant's, so that nothing but pixels is left of it.
type Image struct {
	Bytes         []byte
	ContentType   string
	Width, Height int
	Luminance     float64 // mean relative luminance of its opaque pixels, 0 to 1
}

// ImagesConfig says how pictures are fetched.
type ImagesConfig struct {
	AllowLocal    bool             // loopback addresses too: the sandbox
	AllowNetworks []netip.Prefix   // private networks that the operator permits
	Now           func() time.Time // nil: the real time
	// Refused is told of a picture that cannot be shown, once for each address: where it is, without a query, and why not. May be nil.
	Refused func(address string, why error)
}

// Images fetches pictures, each once, and remembers what came and what failed.
type Images struct {
	dialer    *dialer
	transport *http.Transport
	limit     time.Duration
	now       func() time.Time
	mu        sync.Mutex
	kept      map[string]*entry
	bytes     int    // of all pictures in kept
	room      int    // how many bytes they may have
	asked     uint64 // how often
	refused   func(address string, why error)
	told      map[string]bool // addresses that refused was told of
	drawing   sync.Mutex      // one at a time: one picture may take as much memory as the whole server does otherwise
}

// entry is a picture, or a failure, or one that is being fetched: then ready is still open.
type entry struct {
	ready chan struct{}
	image *Image
	err   error
	until time.Time
	used  uint64 // when it was asked for last, by the collection's count
}

// size is how many bytes an entry keeps; the collection's lock is held.
func (e *entry) size() int {
	if e.image == nil {
		return 0
	}
	return len(e.image.Bytes)
}

// NewImages makes an empty collection.
func NewImages(c ImagesConfig) *Images {
	if c.Now == nil {
		c.Now = realTime
	}
	d := &dialer{networks: networks{loopback: c.AllowLocal, allowed: c.AllowNetworks}, limit: imageLimit}
	return &Images{dialer: d, transport: newTransport(d, 1), limit: imageLimit, now: c.Now, room: keptBytes, kept: map[string]*entry{}, refused: c.Refused, told: map[string]bool{}}
}

// Fetch gives a picture, at most maxWidth wide. Several callers of one address share one request, which goes on when they leave; a
// failure is remembered for some minutes. A context that is done already asks for what is known now.
func (c *Images) Fetch(ctx context.Context, url string, maxWidth int) (*Image, error) {
	e := c.entry(context.WithoutCancel(ctx), url, maxWidth)
	select {
	case <-e.ready:
		return e.image, e.err
	default:
	}
	select {
	case <-e.ready:
		return e.image, e.err
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for picture: %w", ctx.Err())
	}
}

// entry finds a picture, or has it fetched.
func (c *Images) entry(ctx context.Context, url string, maxWidth int) *entry {
	key := strconv.Itoa(maxWidth) + " " + url
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked++
	if e, ok := c.kept[key]; ok && (e.until.IsZero() || c.now().Before(e.until)) {
		e.used = c.asked
		return e
	}
	if old, ok := c.kept[key]; ok {
		c.bytes -= old.size()
	} else if len(c.kept) >= imagesKept {
		c.forget()
	}
	e := &entry{ready: make(chan struct{}), used: c.asked}
	c.kept[key] = e
	go func() {
		img, err := c.fetch(ctx, url, maxWidth)
		c.mu.Lock()
		e.image, e.err, e.until = img, err, c.now().Add(keepGood)
		if err != nil {
			e.until = c.now().Add(keepBad)
		}
		if c.kept[key] == e {
			c.bytes += e.size()
		}
		for c.bytes > c.room {
			c.forget()
		}
		news := err != nil && c.news(url)
		c.mu.Unlock()
		if news {
			c.refused(withoutQuery(url), err)
		}
		close(e.ready)
	}()
	return e
}

// toldKept bounds how many addresses are remembered as told; after so many all are news again.
const toldKept = 1000

// news reports whether a refusal was not told of yet, and remembers it.
func (c *Images) news(address string) bool {
	if c.refused == nil || c.told[address] {
		return false
	}
	if len(c.told) >= toldKept {
		clear(c.told)
	}
	c.told[address] = true
	return true
}

// withoutQuery is an address as a log may have it: what stands behind the path may be a secret.
func withoutQuery(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return "an address that cannot be read"
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}

// isDrawing reports whether a body is an SVG, or at least some XML.
func isDrawing(body []byte) bool {
	body = bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\ufeff")))
	return bytes.HasPrefix(body, []byte("<svg")) || bytes.HasPrefix(body, []byte("<?xml"))
}

// forget makes room: the picture that was asked for longest ago goes.
func (c *Images) forget() {
	oldest := ""
	for key, e := range c.kept {
		if oldest == "" || e.used < c.kept[oldest].used {
			oldest = key
		}
	}
	c.bytes -= c.kept[oldest].size()
	delete(c.kept, oldest)
}

func (c *Images) fetch(ctx context.Context, rawURL string, maxWidth int) (img *Image, err error) {
	defer func() {
		// The decoders read what strangers made. A panic must not leave others waiting for this picture.
		if what := recover(); what != nil {
			img, err = nil, fmt.Errorf("decode picture: %v", what)
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, c.limit)
	defer cancel()
	u, err := target(rawURL)
	if err != nil {
		return nil, fmt.Errorf("ask for picture: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, &refused{errForm}
	}
	req.Header.Set("Accept", "image/png,image/jpeg,image/webp,image/gif")
	req.Header.Set("User-Agent", "Kassa")
	resp, err := c.transport.RoundTrip(req)
	if err != nil {
		return nil, fmt.Errorf("fetch picture: %w", reason(err))
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("fetch picture: status %d", resp.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, imageBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read picture: %w", reason(err))
	}
	if len(body) > imageBytes {
		return nil, errors.New("the picture is larger than 1 MB")
	}
	if isDrawing(body) {
		return nil, errors.New("an SVG is not taken: only a PNG, JPEG, GIF or WebP")
	}
	c.drawing.Lock()
	defer c.drawing.Unlock()
	return redraw(body, maxWidth)
}
