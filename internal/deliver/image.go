package deliver

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"math"
	"net/http"
	"net/netip"
	"strconv"
	"sync"
	"time"

	_ "image/gif"  // decoders of what merchants use
	_ "image/jpeg" // see above

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp" // see above
)

const (
	imageLimit  = 2 * time.Second // for everything: name, connection, answer
	imageBytes  = 1 << 20
	imagePixels = 20_000_000
	imagesKept  = 500
	keepGood    = 24 * time.Hour
	keepBad     = 5 * time.Minute
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
}

// Images fetches pictures, each once, and remembers what came and what failed.
type Images struct {
	dialer    *dialer
	transport *http.Transport
	limit     time.Duration
	now       func() time.Time
	mu        sync.Mutex
	kept      map[string]*entry
	asked     uint64     // how often
	drawing   sync.Mutex // one at a time: within the limits, one picture may still take a hundred megabytes
}

// entry is a picture, or a failure, or one that is being fetched: then ready is still open.
type entry struct {
	ready chan struct{}
	image *Image
	err   error
	until time.Time
	used  uint64 // when it was asked for last, by the collection's count
}

// NewImages makes an empty collection.
func NewImages(c ImagesConfig) *Images {
	if c.Now == nil {
		c.Now = realTime
	}
	d := &dialer{networks: networks{loopback: c.AllowLocal, allowed: c.AllowNetworks}, limit: imageLimit}
	return &Images{dialer: d, transport: newTransport(d, 1), limit: imageLimit, now: c.Now, kept: map[string]*entry{}}
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
	if _, old := c.kept[key]; !old && len(c.kept) >= imagesKept {
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
		c.mu.Unlock()
		close(e.ready)
	}()
	return e
}

// forget makes room: the picture that was asked for longest ago goes.
func (c *Images) forget() {
	oldest := ""
	for key, e := range c.kept {
		if oldest == "" || e.used < c.kept[oldest].used {
			oldest = key
		}
	}
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
	c.drawing.Lock()
	defer c.drawing.Unlock()
	return redraw(body, maxWidth)
}

// redraw decodes a picture and encodes its pixels anew.
func redraw(body []byte, maxWidth int) (*Image, error) {
	head, _, err := image.DecodeConfig(bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("not a PNG, JPEG, GIF or WebP: %w", err)
	}
	if head.Width < 1 || head.Height < 1 || head.Width > imagePixels/head.Height {
		return nil, fmt.Errorf("%d × %d pixels are too many", head.Width, head.Height)
	}
	src, _, err := image.Decode(bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("decode picture: %w", err)
	}
	size := src.Bounds().Size()
	if size.X > maxWidth {
		size.Y = max(size.Y*maxWidth/size.X, 1)
		size.X = maxWidth
	}
	dst := image.NewNRGBA(image.Rectangle{Max: size})
	draw.CatmullRom.Scale(dst, dst.Bounds(), src, src.Bounds(), draw.Src, nil)
	var out bytes.Buffer
	if err := png.Encode(&out, dst); err != nil {
		return nil, fmt.Errorf("encode picture: %w", err)
	}
	return &Image{Bytes: out.Bytes(), ContentType: "image/png", Width: size.X, Height: size.Y, Luminance: luminance(dst)}, nil
}

// luminance is the mean relative luminance of the pixels that can be seen.
func luminance(img *image.NRGBA) float64 {
	linear := [256]float64{}
	for i := range linear {
		v := float64(i) / 255
		if v <= 0.04045 {
			linear[i] = v / 12.92
		} else {
			linear[i] = math.Pow((v+0.055)/1.055, 2.4)
		}
	}
	sum, n := 0.0, 0
	for i := 0; i+3 < len(img.Pix); i += 4 {
		if img.Pix[i+3] < 128 {
			continue
		}
		sum += 0.2126*linear[img.Pix[i]] + 0.7152*linear[img.Pix[i+1]] + 0.0722*linear[img.Pix[i+2]]
		n++
	}
	if n == 0 {
		return 1
	}
	return sum / float64(n)
}
