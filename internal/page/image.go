package page

import (
	"context"
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"strconv"
	"strings"
	"unicode"

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

// pictures puts the merchant's pictures on the page: without a logo the merchant's name stands there, without a background nothing
// does. No page waits for them. A logo that was never fetched has a place kept for it, which the browser fills when it has come, or
// with the name; a background is there from the next page on.
func (p *Page) pictures(ctx context.Context, v *View, pg *engine.Page) {
	if p.image == nil {
		return
	}
	ctx, cancel := context.WithCancel(ctx)
	cancel() // what is known now; what is not is fetched all the same
	if raw := background(pg.Hosted); raw != "" && v.Clerk == nil && pg.Payment.StepOf(pg.Hosted, pg.Now) != pay.StepOutcome {
		if _, err := p.image(ctx, raw, backgroundWidth); err == nil {
			v.Background = v.Action + "/background"
		}
	}
	raw := pg.Hosted.Options.LogoURL
	if raw == "" {
		return
	}
	switch img, err := p.image(ctx, raw, logoWidth); {
	case err == nil:
		width, height := logoBox(img.Width, img.Height)
		v.Logo = &logo{picture: picture{URL: v.Action + "/logo", Width: width, Height: height}, Plate: plate(img.Luminance)}
	case errors.Is(err, context.Canceled): // nothing is known of it; most logos are made for white
		v.Logo = &logo{picture: picture{URL: v.Action + "/logo", Width: logoWidth / 2, Height: logoHeight}, Plate: "plate plate-dark", Class: "fit"}
	}
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
		p.serveLogo(w, r, pg)
	}
}

// serveLogo sends the logo, or what a browser draws in its place: the merchant's name.
func (p *Page) serveLogo(w http.ResponseWriter, r *http.Request, pg *engine.Page) {
	raw := pg.Hosted.Options.LogoURL
	img, err := p.fetched(r, raw, logoWidth)
	switch {
	case err == nil:
		p.sendImage(w, img)
	case raw == "":
		http.NotFound(w, r)
	default:
		drawInstead(w, nameplate(pg.Merchant.Name))
	}
}

// nameplate is a merchant's name as a picture as large as a logo's box: a long one in two lines, each no wider than the box. One that is
// written from right to left begins at the right.
func nameplate(name string) string {
	const box, one, two = logoWidth / 2, 17, 14 // sizes of type for one line and for two
	name = strings.Map(func(r rune) rune {
		if r == 0xfffe || r == 0xffff || unicode.IsControl(r) || override(r) {
			return -1 // XML does not know them
		}
		return r
	}, name)
	lines, size, y := []string{name}, one, 24
	if widthOf(name)*one > box*100 {
		lines, size, y = halves(name), two, 15
	}
	at := `x="0"`
	if strings.ContainsFunc(name, func(r rune) bool { return unicode.In(r, unicode.Arabic, unicode.Hebrew) }) {
		at = fmt.Sprintf(`x="%d" direction="rtl"`, box)
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="system-ui,sans-serif" font-size="%d" font-weight="600" fill="#211c16">`, box, logoHeight, size)
	for i, line := range lines {
		letters, cut := []rune(line), ""
		for widthOf(string(letters)+cut)*size > box*110 {
			letters, cut = letters[:len(letters)-1], "…"
		}
		fit := ""
		if line = string(letters) + cut; widthOf(line)*size > box*85 { // whatever type there is, it is no wider than the box
			fit = fmt.Sprintf(` textLength="%d" lengthAdjust="spacingAndGlyphs"`, box)
		}
		fmt.Fprintf(&b, `<text %s y="%d"%s>%s</text>`, at, y+i*17, fit, html.EscapeString(line))
	}
	b.WriteString("</svg>")
	return b.String()
}

// widthOf is about how wide a text is when it is set in semibold type, in hundredths of the type's size.
func widthOf(s string) (n int) {
	for _, r := range s {
		switch {
		case r > 0x2e80:
			n += 100
		case r == 'W' || r == 'M' || r == 'w' || r == 'm' || r == '@' || r == '…':
			n += 92
		case unicode.IsUpper(r):
			n += 70
		case strings.ContainsRune("ijlft.,:;'|! ", r):
			n += 33
		default:
			n += 58
		}
	}
	return n
}

// halves breaks a name at the blank that is nearest to its middle.
func halves(name string) []string {
	best := -1
	for i := range name {
		if name[i] == ' ' && (best < 0 || abs(i-len(name)/2) < abs(best-len(name)/2)) {
			best = i
		}
	}
	if best < 0 {
		return []string{name}
	}
	return []string{name[:best], name[best+1:]}
}

func abs(n int) int { return max(n, -n) }

// drawInstead answers that there is no picture, with one that browsers draw: no sign of a broken picture is ever seen.
func drawInstead(w http.ResponseWriter, svg string) {
	w.Header().Set("Content-Type", "image/svg+xml")
	w.WriteHeader(http.StatusNotFound)
	_, _ = io.WriteString(w, svg+"\n")
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
	lines := pg.About().Lines
	n, err := strconv.Atoi(r.PathValue("line"))
	if err != nil || n < 1 || n > len(lines) || strconv.Itoa(n) != r.PathValue("line") {
		http.NotFound(w, r)
		return
	}
	if img, err := p.fetched(r, lines[n-1].ImageURL, lineWidth); err == nil {
		p.sendImage(w, img)
		return
	}
	drawInstead(w, `<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>`)
}
