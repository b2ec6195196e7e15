package page

import (
	"errors"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"

	"kassa/internal/engine"
	"kassa/internal/pay"
)

// Prefixes are what the paths of this door begin with; / alone is its too.
var Prefixes = []string{"/pay/", "/scan/", "/static/", "/redirect/", "/hpp/distributions/"}

// routes is every address of the page, one line each.
func (p *Page) routes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /pay/{link}", p.show)
	mux.HandleFunc("POST /pay/{link}", p.submit)
	mux.HandleFunc("GET /pay/{link}/qr", p.qrCode)
	mux.HandleFunc("GET /pay/{link}/logo", p.logoImage)
	mux.HandleFunc("GET /pay/{link}/background", p.backgroundImage)
	mux.HandleFunc("GET /pay/{link}/line/{line}", p.lineImage)
	mux.HandleFunc("GET /scan/{code}", p.scan)
	mux.HandleFunc("GET /hpp/distributions/{token}", p.showClerk)
	mux.HandleFunc("POST /hpp/distributions/{token}", p.submitClerk)
	mux.HandleFunc("GET /hpp/distributions/{token}/logo", p.clerkLogo)
	mux.HandleFunc("GET /static/", p.assets.serve)
	mux.HandleFunc("GET /redirect/{session}", p.confirmation)
	for _, address := range []string{
		"/pay/{link}/qr", "/pay/{link}/logo", "/pay/{link}/background", "/pay/{link}/line/{line}", "/scan/{code}", "/hpp/distributions/{token}/logo",
		"/static/", "/redirect/{session}",
	} {
		mux.HandleFunc(address, notAllowed("GET, HEAD"))
	}
	for _, address := range []string{"/pay/{link}", "/hpp/distributions/{token}"} {
		mux.HandleFunc(address, notAllowed("GET, HEAD, POST"))
	}
	mux.HandleFunc("/", p.unknownPage)
	return mux
}

// notAllowed answers the methods that an address does not have.
func notAllowed(allow string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Allow", allow)
		http.Error(w, "This address answers "+allow+" only.", http.StatusMethodNotAllowed)
	}
}

// clean reports whether a path is written as we write ours: the mux would redirect others, to an address without our path prefix.
func clean(r *http.Request) bool {
	return r.URL.Path == path.Clean(r.URL.Path) || r.URL.Path == "/static/"
}

// withoutSlash is the address of a page that was asked for with a slash at its end.
func withoutSlash(r *http.Request) (address string, has bool) {
	path, has := strings.CutSuffix(r.URL.Path, "/")
	link, page := strings.CutPrefix(path, "/pay/")
	if !has || !page || link == "" || strings.ContainsAny(link, "/.") || r.Method != http.MethodGet && r.Method != http.MethodHead {
		return "", false
	}
	return (&url.URL{Path: path, RawQuery: r.URL.RawQuery}).String(), true
}

// trimmed takes one slash off the end of any other address: a picture is shown, a form that was sent is taken, nothing is asked again.
func trimmed(r *http.Request) *http.Request {
	path, has := strings.CutSuffix(r.URL.Path, "/")
	if !has || strings.Count(path, "/") < 2 || strings.HasSuffix(path, "/") || !strings.HasSuffix(r.URL.EscapedPath(), "/") {
		return r
	}
	r = r.Clone(r.Context())
	r.URL.Path, r.URL.RawPath = path, strings.TrimSuffix(r.URL.RawPath, "/")
	return r
}

// read reads what the page of a request is drawn from; unknown links are answered here.
func (p *Page) read(w http.ResponseWriter, r *http.Request) (pg *engine.Page, ok bool) {
	ok = p.guarded(w, r, func() (err error) {
		pg, err = p.engine.Page(r.Context(), pay.Secret(r.PathValue("link")))
		return err
	})
	return pg, ok
}

// guarded reads something by what only its holder can know; what cannot be read is answered here. Whoever tries too often what is
// unknown is told so; a link that is known always opens, whoever else sits behind the same address.
func (p *Page) guarded(w http.ResponseWriter, r *http.Request, read func() error) bool {
	err := read()
	if err == nil {
		return true
	}
	if refusal := pay.AsError(err); !p.sandbox && refusal != nil && refusal.Kind == pay.NotFound {
		from, now := network(p.clientAddress(r)), p.engine.Now()
		if !p.guesses.allowed(from, now) {
			w.Header().Set("Retry-After", strconv.Itoa(int(guessWindow/time.Second)))
			p.plainPage(w, r, http.StatusTooManyRequests, unknownLink)
			return false
		}
		p.guesses.wrong(from, now)
	}
	p.fail(w, r, err)
	return false
}

// show is the GET of a page: it changes nothing.
func (p *Page) show(w http.ResponseWriter, r *http.Request) {
	pg, ok := p.read(w, r)
	if !ok {
		return
	}
	q := r.URL.Query()
	p.draw(w, r, pg, drawing{
		arrived: arrived(q, pg.Now), prompt: q.Has(noteCancel), sent: q.Has(noteSent), bank: q.Has(noteBank), changed: q.Has(noteChanged),
		lang: q.Get("lang"), visit: q.Get(visit),
	})
}

// submit is the POST of a step: one engine call, then a redirect to the page under an address of its own (visit.go). Only what is to be corrected is
// answered at once, with the same page: what was typed is kept nowhere, so that a forwarded link cannot show it.
func (p *Page) submit(w http.ResponseWriter, r *http.Request) {
	pg, ok := p.read(w, r)
	if !ok {
		return
	}
	values, err := parseForm(w, r)
	if err != nil {
		p.present(w, r, pg, "", "")
		return
	}
	lang := values.Get("lang")
	if !p.readForm(pg, values) {
		p.present(w, r, pg, lang, changed(pg, values)) // not a form of ours for what this session is now: show where it stands
		return
	}
	if values.Get("action") == "check" {
		p.checkOnly(w, r, pg, values, lang)
		return
	}
	note, err := p.act(r, pg, values)
	var refusal *pay.Error
	switch {
	case err == nil:
		p.present(w, r, nil, lang, note)
	case !errors.As(err, &refusal):
		p.fail(w, r, err)
	case refusal.Kind == pay.Stale, refusal.Kind == pay.Conflict, kept(refusal):
		if pg, ok = p.read(w, r); ok {
			p.present(w, r, pg, lang, changed(pg, values))
		}
	case refusal.Kind == pay.Invalid:
		if pg, ok = p.read(w, r); ok {
			_, _, phone := p.readContact(pg, values)
			p.draw(w, r, pg, drawing{faults: refusal.Faults, phone: phone, values: values, lang: lang})
		}
	default:
		p.fail(w, r, err)
	}
}

// changed is the note for a page on which something was agreed to that it does not say any more. Whoever presses twice is a step further.
func changed(pg *engine.Page, values url.Values) string {
	if step, _ := presentStep(pg); agrees(step) && values.Get("step") == step {
		return noteChanged
	}
	return ""
}

// kept reports whether a refusal is kept in the session, so that the page says it by itself: a wrong code costs a try, and no
// reload may cost another.
func kept(refusal *pay.Error) bool {
	for _, f := range refusal.Faults {
		if f.Path == "code" && (f.Want == "wrong" || f.Want == "tries" || f.Want == "expired") {
			return true
		}
	}
	return false
}

// present redirects to the page: whatever was submitted, the present state is what is shown. pg is what was read when nothing was
// done since, otherwise nil.
func (p *Page) present(w http.ResponseWriter, r *http.Request, pg *engine.Page, lang, note string) {
	q := url.Values{}
	if validLang(lang) {
		q.Set("lang", lang)
	}
	if note != "" {
		q.Set(note, "")
	}
	if pg == nil {
		pg, _ = p.engine.Page(r.Context(), pay.Secret(r.PathValue("link")))
	}
	step := pay.Step("")
	if pg != nil {
		step = pg.Payment.StepOf(pg.Hosted, pg.Now)
	}
	q.Set(visit, newVisit(string(step)))
	if pg == nil || leaves(pg) { // when it could not be read, the page that is shown next knows
		q.Set(arrival, stamp(p.engine.Now())) // this tab has just come to its end: the page sends it on to the shop
	}
	w.Header().Set("Location", withQuery(p.basePath+"/pay/"+r.PathValue("link"), q))
	w.WriteHeader(http.StatusSeeOther)
}

// withQuery writes an address; parameters without a value have no equals sign.
func withQuery(address string, q url.Values) string {
	sep := "?"
	for _, name := range [...]string{visit, "lang", clerkBy, clerkAgain, clerkStill, noteWithdraw, noteCancel, noteSent, noteBank, noteChanged, arrival} {
		if !q.Has(name) {
			continue
		}
		address += sep + name
		if v := q.Get(name); v != "" {
			address += "=" + url.QueryEscape(v)
		}
		sep = "&"
	}
	return address
}

// arrival is the parameter with the moment at which a step led a tab to its end. Only then is the tab sent on to the shop: whoever
// opens the link later, or comes back from the shop with the browser's own button, is not pushed away from the receipt.
const (
	arrival      = "done"
	arrivalFresh = 30 * time.Second
)

func stamp(now time.Time) string { return strconv.FormatInt(now.Unix(), 36) }

func arrived(q url.Values, now time.Time) bool {
	at, err := strconv.ParseInt(q.Get(arrival), 36, 64)
	return err == nil && now.Sub(time.Unix(at, 0)).Abs() <= arrivalFresh
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

// leaves reports whether the page sends the consumer on by itself, now or when the answer is there.
func leaves(pg *engine.Page) bool {
	switch pg.Payment.StepOf(pg.Hosted, pg.Now) {
	case pay.StepOutcome, pay.StepChecking:
		return true
	}
	return false
}
