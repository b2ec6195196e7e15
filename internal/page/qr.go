package page

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"strconv"
	"strings"

	"rsc.io/qr"

	"kassa/internal/pay"
)

const (
	qrModule = 8 // pixels of one module
	qrQuiet  = 4 // modules of white round the code, as the standard asks
)

// qrCode answers the code of a page's link: PNG, or SVG with ?format=svg or an Accept header that asks for it. It needs no
// authentication: who has the link has it already.
func (p *Page) qrCode(w http.ResponseWriter, r *http.Request) {
	pg, ok := p.read(w, r)
	if !ok {
		return
	}
	if pg.Hosted.Status == pay.Disabled || pg.Hosted.Expired(pg.Now) {
		p.draw(w, r, pg, drawing{}) // 410: nobody should scan a link that leads nowhere
		return
	}
	code, err := qr.Encode(p.linkURL(pg.Hosted.Link), qr.M)
	if err != nil {
		p.fail(w, r, fmt.Errorf("encode QR: %w", err))
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Add("Vary", "Accept")
	if r.URL.Query().Get("format") == "svg" || strings.HasPrefix(r.Header.Get("Accept"), "image/svg+xml") {
		w.Header().Set("Content-Type", "image/svg+xml")
		_, _ = w.Write(append(qrSVG(code), '\n'))
		return
	}
	body, err := qrPNG(code)
	if err != nil {
		p.fail(w, r, fmt.Errorf("draw QR: %w", err))
		return
	}
	w.Header().Set("Content-Type", "image/png")
	_, _ = w.Write(body)
}

func qrPNG(code *qr.Code) ([]byte, error) {
	side := (code.Size + 2*qrQuiet) * qrModule
	img := image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{color.White, color.Black})
	for y := range side {
		for x := range side {
			if code.Black(x/qrModule-qrQuiet, y/qrModule-qrQuiet) {
				img.SetColorIndex(x, y, 1)
			}
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return nil, fmt.Errorf("encode PNG: %w", err)
	}
	return b.Bytes(), nil
}

// qrSVG draws one path, a run of black modules at a time.
func qrSVG(code *qr.Code) []byte {
	side := strconv.Itoa(code.Size + 2*qrQuiet)
	var b bytes.Buffer
	b.WriteString(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ` + side + ` ` + side + `" width="296" height="296" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h` + side + `v` + side + `H0z"/><path d="`)
	for y := range code.Size {
		for x := 0; x < code.Size; {
			run := 0
			for code.Black(x+run, y) {
				run++
			}
			if run == 0 {
				x++
				continue
			}
			fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", x+qrQuiet, y+qrQuiet, run, run)
			x += run
		}
	}
	b.WriteString(`"/></svg>`)
	return b.Bytes()
}
