package page

import (
	"context"
	"errors"
	"net/http"

	"kassa/internal/pay"
)

// fail answers a request whose page cannot be drawn: unknown links all look alike, trouble of ours says so and changes nothing.
func (p *Page) fail(w http.ResponseWriter, r *http.Request, err error) {
	refusal := pay.AsError(err)
	if refusal != nil && refusal.Kind == pay.NotFound {
		p.unknownPage(w, r)
		return
	}
	if !errors.Is(err, context.Canceled) {
		p.log.ErrorContext(r.Context(), "page failed", "route", r.Pattern, "error", err)
	}
	w.Header().Set("Retry-After", "1")
	p.plainPage(w, r, http.StatusServiceUnavailable, "ERROR", "trouble", "bang", "bad")
}

// unknownPage is shown for links that we do not know: no merchant, no banner.
func (p *Page) unknownPage(w http.ResponseWriter, r *http.Request) {
	p.plainPage(w, r, http.StatusNotFound, "UNKNOWN", "unknown", "nolink", "")
}

// plainPage is a result that belongs to no session.
func (p *Page) plainPage(w http.ResponseWriter, r *http.Request, status int, dataStatus, words, icon, tone string) {
	s := p.catalogues.speak(r.URL.Query().Get("lang"), "", r.Header.Get("Accept-Language"))
	v := &View{
		speech: s, Lang: s.Tag, Dir: s.direction(), CSS: p.basePath + p.assets.path("kassa.css"), Status: dataStatus, Unknown: true,
		Page: "result", Title: s.T(words + ".heading"), Heading: s.T(words + ".heading"),
		Outcome: &outcome{Step: "outcome", Icon: icon, Tone: tone, Text: s.T(words + ".text")},
	}
	p.languages(v, s, r)
	p.send(w, r, status, v)
}
