package page

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"

	"kassa/internal/engine"
	"kassa/internal/pay"
)

// Widths to which a merchant's pictures are scaled down.
const (
	logoWidth       = 352 // twice the largest box
	logoHeight      = 36  // of the box
	backgroundWidth = 1600
	lineWidth       = 96 // twice the box
)

// patience is how long a page waits for pictures that were not fetched before. They are fetched all the same: the next page has them.
const patience = 200 * time.Millisecond

// pictures fetches the merchant's pictures at the first view, both at once; without a logo the merchant's name stands there,
// without a background nothing does. A slow server of the merchant's delays nobody by more than the page's patience.
func (p *Page) pictures(ctx context.Context, v *View, pg *engine.Page) {
	if p.image == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var wg sync.WaitGroup
	if raw := background(pg.Hosted); raw != "" && v.Clerk == nil && pg.Payment.StepOf(pg.Hosted, pg.Now) != pay.StepOutcome {
		wg.Go(func() {
			if _, err := p.image(ctx, raw, backgroundWidth); err == nil {
				v.Background = v.Action + "/background"
			}
		})
	}
	if raw := pg.Hosted.Options.LogoURL; raw != "" {
		if img, err := p.image(ctx, raw, logoWidth); err == nil {
			width, height := logoBox(img.Width, img.Height)
			v.Logo = &logo{picture: picture{URL: v.Action + "/logo", Width: width, Height: height}, Plate: plate(img.Luminance)}
		}
	}
	wg.Wait()
}

// logoBox is the size in which a logo stands on the page, so that its place is kept until it is there: at most 176 wide and 36 high.
func logoBox(width, height int) (int, int) {
	if width > logoWidth/2 {
		width, height = logoWidth/2, max(height*(logoWidth/2)/width, 1)
	}
	if height > logoHeight {
		width, height = max(width*logoHeight/height, 1), logoHeight
	}
	return width, height
}

// plate gives the classes of the plate under a logo of this mean luminance: against a scheme's paper it must reach 3:1, else it
// stands on a plate there.
func plate(mean float64) string {
	switch {
	case contrast(mean, luminance(0xf5, 0xf1, 0xe9)) < 3:
		return "plate plate-light"
	case contrast(mean, luminance(0x19, 0x15, 0x11)) < 3:
		return "plate plate-dark"
	}
	return ""
}

// background picks the picture whose width is nearest to a desktop's.
func background(h *pay.HostedSession) string {
	best, url := int64(1<<62), ""
	for _, b := range h.Options.BackgroundImages {
		if d := max(b.Width-1280, 1280-b.Width); d < best {
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
	img, err := p.fetched(r, raw, width)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	p.sendImage(w, img)
}

var errNoImage = errors.New("there is no picture")

// fetched is a picture as it is sent.
func (p *Page) fetched(r *http.Request, raw string, width int) (*Image, error) {
	if raw == "" || p.image == nil {
		return nil, errNoImage
	}
	return p.image(r.Context(), raw, width)
}

func (p *Page) sendImage(w http.ResponseWriter, img *Image) {
	w.Header().Set("Content-Type", img.ContentType)
	w.Header().Set("Cache-Control", "private, max-age=3600") // one fetch for all the steps of a purchase
	_, _ = w.Write(img.Bytes)
}

// lineImage sends the picture of an order line. It is fetched when the consumer's browser asks for it: for an order that is open, and
// for lines that are in sight.
func (p *Page) lineImage(w http.ResponseWriter, r *http.Request) {
	pg, ok := p.read(w, r)
	if !ok {
		return
	}
	lines := pg.Payment.Session.Lines
	n, err := strconv.Atoi(r.PathValue("line"))
	if err != nil || n < 1 || n > len(lines) || strconv.Itoa(n) != r.PathValue("line") {
		http.NotFound(w, r)
		return
	}
	if img, err := p.fetched(r, lines[n-1].ImageURL, lineWidth); err == nil {
		p.sendImage(w, img)
		return
	}
	w.Header().Set("Content-Type", "image/svg+xml") // browsers draw it, and no sign of a broken picture
	w.WriteHeader(http.StatusNotFound)
	_, _ = io.WriteString(w, `<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>`)
}
