package server

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"regexp"
	"strings"

	"kassa/openapi"
)

// welcome is what / of an address says lives there: a page for browsers, JSON for programs. It says nothing that a stranger may not know.
type welcome struct {
	Title string        `json:"service"`
	About []string      `json:"about"`
	Links []welcomeLink `json:"links"`
}

// welcomeLink is an address worth opening.
type welcomeLink struct {
	Address string `json:"address"`
	Text    string `json:"text"`
}

var welcomePage = template.Must(template.New("").Parse(`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{{.Title}}</title>
<h1>{{.Title}}</h1>
{{range .About}}<p>{{.}}</p>
{{end}}<ul>
{{range .Links}}<li><a href="{{.Address}}">{{.Address}}</a>: {{.Text}}</li>
{{end}}</ul>
</html>
`))

// ServeHTTP answers GET and HEAD of /.
func (v *welcome) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var out bytes.Buffer
	h := w.Header()
	h.Set("Vary", "Accept")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Content-Security-Policy", "default-src 'none'; base-uri 'none'; frame-ancestors 'none'")
	if strings.Contains(strings.Join(r.Header.Values("Accept"), ","), "text/html") {
		h.Set("Content-Type", "text/html; charset=utf-8")
		_ = welcomePage.Execute(&out, v) // into memory, from our own words
	} else {
		h.Set("Content-Type", "application/json")
		_ = json.NewEncoder(&out).Encode(v)
	}
	h.Set("Content-Length", fmt.Sprint(out.Len()))
	if r.Method != http.MethodHead {
		_, _ = w.Write(out.Bytes())
	}
}

// welcomeAt is what answers a request for / and for /openapi/; nil: the doors do.
func (s *Server) welcomeAt(r *http.Request) *welcome {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return nil
	}
	switch r.URL.Path {
	case "/":
		return s.welcome.Load()
	case "/openapi", "/openapi/":
		return s.documents()
	}
	return nil
}

// documents lists the contract's documents, by the titles that they have.
func (s *Server) documents() *welcome {
	v := &welcome{Title: "The API's contract", About: []string{"OpenAPI 3, a document for each family."}}
	names, _ := fs.Glob(openapi.Files, "*.yaml") // the pattern is right
	for _, name := range names {
		text, _ := fs.ReadFile(openapi.Files, name)
		if title := documentTitle.FindSubmatch(text); title != nil {
			v.Links = append(v.Links, welcomeLink{s.url + "/openapi/" + name, string(title[1])})
		}
	}
	return v
}

var documentTitle = regexp.MustCompile(`(?m)^ +title: "?([^"\n]+?)"?$`)

// publicWelcome is that of the public address. Outside a sandbox it speaks to a consumer who took the address for a shop's.
func (s *Server) publicWelcome() *welcome {
	v := &welcome{
		Title: "Payments",
		About: []string{"Shops take payments here. To pay, open the link that your shop gave you."},
		Links: []welcomeLink{{s.url + "/openapi/", "the API, for shops"}},
	}
	if s.options.Config.Sandbox {
		v.Title = "Kassa, a sandbox"
		v.About = []string{
			"This is a hosted payment page and its API. No real money moves here.",
			"The API is at " + s.url + ", user " + SandboxUsername + ", password " + SandboxPassword + ". A payment page opens by the link that a hosted session gives.",
		}
	}
	return v
}

// adminWelcome is that of the admin address.
func (s *Server) adminWelcome() *welcome {
	v := &welcome{Title: "Kassa, admin", About: []string{"For who runs this server, and not for the public."}, Links: []welcomeLink{
		{"/healthz", "whether the process lives"}, {"/readyz", "whether it can serve"}, {"/metrics", "figures for Prometheus"},
	}}
	if s.control() != nil {
		v.Links = append(v.Links,
			welcomeLink{"/sandbox/messages", "codes, links and receipts that were not sent"},
			welcomeLink{"/sandbox/clock", `the clock; POST {"advance":"47h"} moves it`})
	}
	return v
}

// previewWelcome lists the pages of a preview.
func previewWelcome(look *Preview, pages []PreviewPage) *welcome {
	v := &welcome{Title: "The page of " + look.Name, About: []string{"In every state that it can be in. Add ?lang=ar to an address for another language."}}
	for _, p := range pages {
		v.Links = append(v.Links, welcomeLink{p.URL, p.State})
	}
	return v
}
