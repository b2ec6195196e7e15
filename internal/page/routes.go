package page

import (
	"errors"
	"net/http"

	"kassa/internal/engine"
	"kassa/internal/pay"
)

// routes is every address of the page, one line each.
func (p *Page) routes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /pay/{link}", p.show)
	mux.HandleFunc("POST /pay/{link}", p.submit)
	mux.HandleFunc("GET /pay/{link}/qr", p.qrCode)
	mux.HandleFunc("GET /pay/{link}/logo", p.logoImage)
	mux.HandleFunc("GET /pay/{link}/background", p.backgroundImage)
	mux.HandleFunc("GET /static/", p.assets.serve)
	mux.HandleFunc("GET /redirect/{session}", p.confirmation)
	mux.HandleFunc("/", p.unknownPage)
	return mux
}

// known reads the link of a request and makes sure that there is such a page.
func (p *Page) known(w http.ResponseWriter, r *http.Request) (pay.Secret, bool) {
	if _, ok := p.read(w, r); !ok {
		return "", false
	}
	return pay.Secret(r.PathValue("link")), true
}

// read reads what the page of a request is drawn from; unknown links are answered here.
func (p *Page) read(w http.ResponseWriter, r *http.Request) (*engine.Page, bool) {
	pg, err := p.engine.Page(r.Context(), pay.Secret(r.PathValue("link")))
	if err != nil {
		p.fail(w, r, err)
		return nil, false
	}
	return pg, true
}

// show is the GET of a page: it changes nothing.
func (p *Page) show(w http.ResponseWriter, r *http.Request) {
	pg, ok := p.read(w, r)
	if !ok {
		return
	}
	p.draw(w, r, pg, drawing{justPaid: r.URL.Query().Has("done")})
}

// submit is the POST of a step: one engine call, then a redirect to the page's own address. What is to be corrected is answered
// with the same page at once.
func (p *Page) submit(w http.ResponseWriter, r *http.Request) {
	pg, ok := p.read(w, r)
	if !ok {
		return
	}
	values, err := parseForm(w, r)
	if err != nil {
		p.present(w, r, "")
		return
	}
	step, attempts, ok := p.readForm(pg.Hosted, values)
	if !ok {
		p.present(w, r, values.Get("lang")) // not a form of ours for this session: show where it stands
		return
	}
	again, err := p.act(r, pg, step, attempts, values)
	var refusal *pay.Error
	switch {
	case err == nil && again != nil:
		p.draw(w, r, pg, *again)
	case err == nil:
		p.present(w, r, values.Get("lang"))
	case errors.As(err, &refusal) && refusal.Kind == pay.Stale:
		p.present(w, r, values.Get("lang"))
	case errors.As(err, &refusal) && refusal.Kind == pay.Invalid:
		if pg, ok = p.read(w, r); ok {
			p.draw(w, r, pg, drawing{faults: refusal.Faults, values: values, lang: values.Get("lang")})
		}
	default:
		p.fail(w, r, err)
	}
}

// present redirects to the page's own address: whatever was submitted, the present state is what is shown.
func (p *Page) present(w http.ResponseWriter, r *http.Request, lang string) {
	target := p.basePath + "/pay/" + r.PathValue("link")
	query := ""
	if validLang(lang) {
		query = "lang=" + lang
	}
	if pg, err := p.engine.Page(r.Context(), pay.Secret(r.PathValue("link"))); err == nil && leaves(pg) {
		if query != "" {
			query += "&"
		}
		query += "done" // this tab has just come to its end: the page sends it on to the shop
	}
	if query != "" {
		target += "?" + query
	}
	w.Header().Set("Location", target)
	w.WriteHeader(http.StatusSeeOther)
}

// validLang keeps what is no language tag out of addresses.
func validLang(lang string) bool {
	if len(lang) < 2 || len(lang) > 10 {
		return false
	}
	for _, c := range []byte(lang) {
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '-') {
			return false
		}
	}
	return true
}

// leaves reports whether the page sends the consumer on by itself when the step that was just submitted led here.
func leaves(pg *engine.Page) bool {
	switch pg.Hosted.Status {
	case pay.Completed, pay.Cancelled, pay.Failed, pay.Errored, pay.BackPressed:
		return true
	}
	return false
}
