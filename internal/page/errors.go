package page

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"kassa/internal/pay"
)

// plain is a result that belongs to no session.
type plain struct {
	status, words, icon, tone string
	again                     string // address of a page that may be there again; empty: none
}

// troubleAgain is after how many seconds a page that could not be drawn is tried again.
const troubleAgain = 5

// unknownLink is shown for links that we do not know: all look alike, no merchant, no banner.
var unknownLink = plain{status: "UNKNOWN", words: "unknown", icon: "nolink"}

// staleCode is shown to a phone that scanned a code too late.
var staleCode = plain{status: "EXPIRED", words: "clerk.stale", icon: "clock"}

// fail answers a request whose page cannot be drawn: unknown links all look alike, trouble of ours says so and changes nothing.
func (p *Page) fail(w http.ResponseWriter, r *http.Request, err error) {
	refusal := pay.AsError(err)
	if refusal != nil && refusal.Kind == pay.NotFound {
		p.unknownPage(w, r)
		return
	}
	if refusal != nil && refusal.Kind == pay.Stale {
		p.plainPage(w, r, http.StatusGone, staleCode)
		return
	}
	if !errors.Is(err, context.Canceled) {
		p.log.ErrorContext(r.Context(), "page failed", "route", r.Pattern, "error", err)
	}
	w.Header().Set("Retry-After", "1")
	trouble := plain{status: "ERROR", words: "trouble", icon: "bang", tone: "bad"}
	if link := r.PathValue("link"); link != "" {
		trouble.again = withQuery(p.basePath+"/pay/"+link, url.Values{visit: {newVisit("")}}) // nobody stands before a page that leads nowhere while an answer is awaited
		refresh(w, troubleAgain, trouble.again)
	}
	p.plainPage(w, r, http.StatusServiceUnavailable, trouble)
}

// unknownPage is shown for links that we do not know.
func (p *Page) unknownPage(w http.ResponseWriter, r *http.Request) {
	p.plainPage(w, r, http.StatusNotFound, unknownLink)
}

// plainPage draws a result that belongs to no session.
func (p *Page) plainPage(w http.ResponseWriter, r *http.Request, status int, what plain) {
	lang := r.URL.Query().Get("lang")
	s := p.catalogues.speak(lang, "", r.Header.Get("Accept-Language"))
	v := &View{
		speech: s, Lang: s.tag, Dir: s.direction(), CSS: p.css, Icon: p.icon, Status: what.status, Unknown: true,
		Page: "result", Title: s.T(what.words + ".heading"), Heading: s.T(what.words + ".heading"),
		Outcome: &outcome{Step: string(pay.StepOutcome), Icon: what.icon, Tone: what.tone, Text: []text{s.H(what.words + ".text")}, Check: what.again},
	}
	p.languages(v, r, "", nil, nil)
	p.send(w, r, status, v)
}
