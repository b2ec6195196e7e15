package shop

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"path"
	"strings"
)

//go:embed templates/*.html static/*
var files embed.FS

// pages are the shop's templates and static files.
type pages struct {
	templates map[string]*template.Template
	paths     map[string]string // of a file, with a hash of its content: it may be kept for ever
	assets    map[string][]byte // by the name in the path
}

// newPages reads what is embedded; an error is a mistake in a template.
func newPages() (*pages, error) {
	p := &pages{templates: map[string]*template.Template{}, paths: map[string]string{}, assets: map[string][]byte{}}
	names, err := files.ReadDir("static")
	if err != nil {
		return nil, fmt.Errorf("shop's files: %w", err)
	}
	for _, f := range names {
		data, err := files.ReadFile("static/" + f.Name())
		if err != nil {
			return nil, fmt.Errorf("shop's files: %w", err)
		}
		sum := sha256.Sum256(data)
		extension := path.Ext(f.Name())
		name := strings.TrimSuffix(f.Name(), extension) + "." + hex.EncodeToString(sum[:6]) + extension
		p.paths[f.Name()], p.assets[name] = "/static/"+name, data
	}
	for _, name := range []string{"front", "cart", "result", "desk", "text"} {
		t, err := template.New("layout.html").Funcs(template.FuncMap{"static": p.path}).ParseFS(files, "templates/layout.html", "templates/"+name+".html")
		if err != nil {
			return nil, fmt.Errorf("shop's page %s: %w", name, err)
		}
		p.templates[name] = t
	}
	return p, nil
}

// path is the address of a static file.
func (p *pages) path(file string) string { return p.paths[file] }

var contentTypes = map[string]string{".css": "text/css; charset=utf-8", ".svg": "image/svg+xml", ".png": "image/png"}

// static serves a file under the address that path gave. What is served under it never changes.
func (p *pages) static(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("file")
	data, ok := p.assets[name]
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", contentTypes[path.Ext(name)])
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	_, _ = w.Write(data) // a browser that is gone cannot be told
}

// layout is what is round every page.
type layout struct {
	Title   string
	Home    string
	Orders  string
	Market  market
	Markets []marketLink
	Again   bool
	Page    any
}

// marketLink is an entry of the switch in the header.
type marketLink struct {
	market
	Link    string
	Current bool
}

// titles are those of the browser's window.
var titles = map[string]string{"front": "For bright rides through dark months", "cart": "Your cart", "desk": "Orders"}

// render shows a page. c is the cart that links lead on with.
func (s *Shop) render(w http.ResponseWriter, status int, c cart, name string, page any) {
	l := layout{Title: titles[name], Home: c.link("/"), Orders: "/orders", Market: c.market, Page: page}
	base := "/"
	switch p := page.(type) {
	case cartPage:
		base = "/cart"
		if p.Fault != "" {
			l.Title = "Error: " + l.Title
		}
	case resultPage:
		l.Title, l.Again = p.Heading, p.Again
		l.Home = cart{market: c.market}.link("/")
		c = cart{market: c.market}
	case textPage:
		l.Title = p.Heading
	}
	if c.market != markets[0] {
		l.Orders += "?m=" + url.QueryEscape(c.market.ID)
	}
	for _, m := range markets {
		l.Markets = append(l.Markets, marketLink{m, c.in(m).link(base), m == c.market})
	}
	var out bytes.Buffer // so that a page is shown whole or not at all
	if err := s.pages.templates[name].Execute(&out, l); err != nil {
		s.log.Error("render", "page", name, "error", err)
		http.Error(w, "The shop has a fault of its own. Nothing was charged by this page.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if l.Again {
		w.Header().Set("Refresh", "5")
	}
	w.WriteHeader(status)
	_, _ = w.Write(out.Bytes()) // a browser that is gone cannot be told
}

// failed answers what did not work, and logs why.
func (s *Shop) failed(w http.ResponseWriter, r *http.Request, status int, what string, err error) {
	if r.Context().Err() != nil {
		return // the consumer left; nobody reads the answer
	}
	s.log.Error(what, "error", err)
	s.render(w, status, cart{market: markets[0]}, "result", resultPage{
		State: "trouble", Icon: "bang", Tone: "bad", Heading: what, Text: "Nothing was charged. Please go back and try again in a minute.", Shop: "/", ShopLabel: "Back to the shop",
	})
}

// unknown answers addresses that nothing is at.
func (s *Shop) unknown(w http.ResponseWriter, _ *http.Request) {
	s.render(w, http.StatusNotFound, cart{market: markets[0]}, "result", resultPage{
		State: "nothing", Icon: "ask", Heading: "There is nothing here", Text: "The address may be incomplete, or the shop was started anew: it remembers nothing then.", Shop: "/", ShopLabel: "Back to the shop",
	})
}

// textPage is a page of plain words.
type textPage struct {
	Heading    string
	Paragraphs []string
}

var texts = map[string]textPage{
	"help": {"Help", []string{
		"This is a sample shop. Nothing in it is real: no money moves and nothing is shipped.",
		"Put something into the cart and choose who is buying. The e-mail address decides whether the payment is approved. On the payment page every six-digit code but 999999 is right.",
		"When an order is paid you are the shop: open Orders at the foot of each page, ship it, and give money back for what returns.",
		"The shop keeps everything in memory. When it is started anew, it has forgotten its orders.",
	}},
	"terms": {"Terms of sale", []string{
		"Nordlys Cykler is made up. It sells nothing, so nothing is owed by anybody.",
		"In a real shop this page says who sells, at which prices, how things are delivered and how they can be returned.",
	}},
	"privacy": {"Privacy", []string{
		"The sample shop knows the e-mail address that you choose, keeps it in memory and passes it to the payment page. It sets no cookies and runs no scripts.",
		"Use the test addresses that the cart offers, not your own.",
	}},
}

// text serves a page of plain words.
func (s *Shop) text(name string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.render(w, http.StatusOK, readCart(r.URL.Query()), "text", texts[name])
	}
}
