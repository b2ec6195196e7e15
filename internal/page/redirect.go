package page

import (
	"net/http"
	"strconv"
	"strings"

	"kassa/internal/pay"
)

// confirmation sends a browser on to the merchant's confirmation page: redirect_url of a placed order leads here. The address is one
// that the merchant stored; nothing of the request gets into it.
func (p *Page) confirmation(w http.ResponseWriter, r *http.Request) {
	number, session, _ := strings.Cut(r.PathValue("session"), "-")
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || !pay.ValidUUID(session) {
		p.unknownPage(w, r)
		return
	}
	target, err := p.engine.Confirmation(r.Context(), n, strings.ToLower(session))
	if err != nil {
		p.fail(w, r, err)
		return
	}
	w.Header().Set("Location", target)
	w.WriteHeader(http.StatusSeeOther)
}
