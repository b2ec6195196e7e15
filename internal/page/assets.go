package page

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"

	"kassa/internal/pay"
)

//go:embed static
var staticFiles embed.FS

// assets are the files of static/, each under a name with its hash, so that they can be cached for ever.
type assets struct {
	files map[string]asset  // by hashed name
	names map[string]string // plain name → hashed name

	mu     sync.Mutex
	brands map[colour]asset // style sheets in merchants' colours
}

const (
	styleSheet = "kassa.css"
	brandsKept = 1000
)

type asset struct {
	body, gzipped []byte
	contentType   string
}

func loadAssets() (*assets, error) {
	a := &assets{files: map[string]asset{}, names: map[string]string{}, brands: map[colour]asset{}}
	entries, err := staticFiles.ReadDir("static")
	if err != nil {
		return nil, fmt.Errorf("list assets: %w", err)
	}
	for _, e := range entries {
		body, err := staticFiles.ReadFile("static/" + e.Name())
		if err != nil {
			return nil, fmt.Errorf("read asset: %w", err)
		}
		if err := a.add(e.Name(), body); err != nil {
			return nil, err
		}
	}
	for category, label := range badgeNames {
		if err := a.add("badge-"+string(category)+".svg", badgeSVG(label)); err != nil {
			return nil, err
		}
	}
	return a, nil
}

func (a *assets) add(name string, body []byte) error {
	sum := sha256.Sum256(body)
	ext := path.Ext(name)
	hashed := strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:6]) + ext
	f, err := newAsset(body, ext)
	if err != nil {
		return err
	}
	a.files[hashed] = f
	a.names[name] = hashed
	return nil
}

func newAsset(body []byte, ext string) (asset, error) {
	var z bytes.Buffer
	w, err := gzip.NewWriterLevel(&z, gzip.BestCompression)
	if err != nil {
		return asset{}, fmt.Errorf("compress asset: %w", err)
	}
	if _, err := w.Write(body); err != nil {
		return asset{}, fmt.Errorf("compress asset: %w", err)
	}
	if err := w.Close(); err != nil {
		return asset{}, fmt.Errorf("compress asset: %w", err)
	}
	kind := "text/css; charset=utf-8"
	if ext == ".svg" {
		kind = "image/svg+xml"
	}
	return asset{body: body, gzipped: z.Bytes(), contentType: kind}, nil
}

// path is where a file of static/ is served, below the public URL.
func (a *assets) path(name string) string { return "/static/" + a.names[name] }

// brandedPath is where the style sheet in a merchant's colour is served: the colour is part of the name, and so the file is one for
// ever as well.
func (a *assets) brandedPath(m colour) string {
	name := a.names[styleSheet]
	return "/static/" + strings.TrimSuffix(name, ".css") + "-" + m.String()[1:] + ".css"
}

// branded makes the style sheet that brandedPath named, or finds it among those made lately.
func (a *assets) branded(name string) (asset, bool) {
	base, hex, found := strings.Cut(strings.TrimSuffix(name, ".css"), "-")
	m, ok := parseColour("#" + hex)
	if !found || !ok || base+".css" != a.names[styleSheet] || m.String() != "#"+hex {
		return asset{}, false
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if f, ok := a.brands[m]; ok {
		return f, true
	}
	if len(a.brands) >= brandsKept {
		clear(a.brands)
	}
	f, err := newAsset(slices.Concat(a.files[a.names[styleSheet]].body, []byte(paletteCSS(m))), ".css")
	if err != nil {
		return asset{}, false
	}
	a.brands[m] = f
	return f, true
}

// serve answers GET and HEAD of /static/….
func (a *assets) serve(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, "/static/")
	f, ok := a.files[name]
	if !ok {
		f, ok = a.branded(name)
	}
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Content-Type", f.contentType)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Vary", "Accept-Encoding")
	body := f.body
	if acceptsGzip(r) {
		h.Set("Content-Encoding", "gzip")
		body = f.gzipped
	}
	h.Set("Content-Length", fmt.Sprint(len(body)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(body)
	}
}

// acceptsGzip reports whether the client takes gzip.
func acceptsGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, parameter, weighed := strings.Cut(part, ";")
		if strings.TrimSpace(name) != "gzip" {
			continue
		}
		q, _ := strings.CutPrefix(strings.TrimSpace(parameter), "q=")
		return !weighed || strings.Trim(q, "0.") != ""
	}
	return false
}

// badgeNames are the words on the badges of the ways to pay (asset_urls of the payments API).
var badgeNames = map[pay.Category]string{
	pay.PayNow: "Pay now", pay.PayLater: "Pay later", pay.PayOverTime: "Pay over time",
	pay.DirectDebit: "Direct debit", pay.DirectBankTransfer: "Bank transfer",
}

// badgeSVG draws a badge: the slip's mark and the words.
func badgeSVG(label string) []byte {
	width := 46 + 8*len(label)
	return fmt.Appendf(nil, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="32" viewBox="0 0 %d 32" role="img" aria-label="%s"><rect width="%d" height="32" rx="8" fill="#17524b"/><path d="M10 10h18v4a2 2 0 0 0 0 4v4H10v-4a2 2 0 0 0 0-4zM15.5 16l2.5 2.5 4.500-5" fill="none" stroke="#fff" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round"/><text x="36" y="21" fill="#fff" font-family="system-ui,sans-serif" font-size="14" font-weight="600">%s</text></svg>`, width, width, label, width, label)
}

// Badges gives the addresses of a way's badge, as asset_urls names them.
func (p *Page) Badges(c pay.Category) (descriptive, standard string) {
	at := p.publicURL + p.assets.path("badge-"+string(c)+".svg")
	return at, at
}
