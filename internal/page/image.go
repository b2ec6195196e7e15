package page

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"sync"

	"kassa/internal/engine"
	"kassa/internal/pay"
)

// Widths to which a merchant's pictures are scaled down.
const (
	logoWidth       = 352 // twice the largest box
	backgroundWidth = 1600
)

// logo fetches the session's logo at the first view; without one the merchant's name stands there.
func (p *Page) logo(r *http.Request, pg *engine.Page) *logo {
	raw := pg.Hosted.Options.LogoURL
	if raw == "" || p.image == nil {
		return nil
	}
	img, err := p.image(r.Context(), raw, logoWidth)
	if err != nil {
		return nil
	}
	out := &logo{picture: picture{URL: p.basePath + "/pay/" + string(pg.Hosted.Link) + "/logo", Width: img.Width, Height: img.Height}}
	// Against a scheme's paper the logo must reach 3:1, else it stands on a plate there (LOOK 5).
	if contrast(img.Luminance, luminance(0xf5, 0xf1, 0xe9)) < 3 {
		out.Plate = "plate plate-light"
	} else if contrast(img.Luminance, luminance(0x19, 0x15, 0x11)) < 3 {
		out.Plate = "plate plate-dark"
	}
	return out
}

// background picks the picture whose width is nearest to a desktop's.
func background(h *pay.HostedSession) string {
	best, url := int64(1<<62), ""
	for _, b := range h.Options.BackgroundImages {
		d := b.Width - 1280
		if d < 0 {
			d = -d
		}
		if d < best {
			best, url = d, b.URL
		}
	}
	return url
}

func (p *Page) logoImage(w http.ResponseWriter, r *http.Request) {
	if pg, ok := p.read(w, r); ok {
		p.serveImage(w, r, pg.Hosted.Options.LogoURL, logoWidth)
	}
}

func (p *Page) backgroundImage(w http.ResponseWriter, r *http.Request) {
	if pg, ok := p.read(w, r); ok {
		p.serveImage(w, r, background(pg.Hosted), backgroundWidth)
	}
}

// serveImage sends a picture that the session names, from our own origin.
func (p *Page) serveImage(w http.ResponseWriter, r *http.Request, raw string, width int) {
	if raw == "" || p.image == nil {
		http.NotFound(w, r)
		return
	}
	img, err := p.image(r.Context(), raw, width)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", img.ContentType)
	w.Header().Set("Cache-Control", "private, max-age=3600")
	_, _ = w.Write(img.Bytes)
}

// drawn is a page ready to be sent.
type drawn struct {
	bytes   []byte
	gzipped bool
}

// gzipWriters are kept: making one costs more than drawing a page.
var gzipWriters = sync.Pool{New: func() any { return gzip.NewWriter(nil) }}

func (p *Page) body(v *View, compressed bool) (drawn, error) {
	var out bytes.Buffer
	if !compressed {
		err := p.renderer.render(&out, v)
		return drawn{bytes: out.Bytes()}, err
	}
	z := gzipWriters.Get().(*gzip.Writer)
	defer gzipWriters.Put(z)
	z.Reset(&out)
	if err := p.renderer.render(z, v); err != nil {
		return drawn{}, err
	}
	if err := z.Close(); err != nil {
		return drawn{}, fmt.Errorf("compress page: %w", err)
	}
	return drawn{bytes: out.Bytes(), gzipped: true}, nil
}
