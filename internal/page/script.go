package page

import (
	"crypto/sha256"
	_ "embed" // the script
	"encoding/base64"
	"html/template"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"kassa/internal/engine"
	"kassa/internal/pay"
)

// scriptSource is the page's only script. Nothing needs it. It stands in the page itself, so that it costs no request; the policy
// names its hash, and nothing else runs.
//
//go:embed script/kassa.js
var scriptSource string

// script is the element, policy what every answer's Content-Security-Policy says.
var (
	script = template.HTML("<script>" + shortened(scriptSource) + "</script>") //nolint:gosec // our own file
	policy = "default-src 'none'; script-src 'sha256-" + scriptHash() + "'; connect-src 'self'; img-src 'self'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)

var (
	comment = regexp.MustCompile(`(?m)^\s*//.*\n`)
	indent  = regexp.MustCompile(`(?m)^\s+`)
)

// shortened leaves out comments and indentation.
func shortened(source string) string {
	return strings.TrimSpace(indent.ReplaceAllString(comment.ReplaceAllString(source, ""), ""))
}

func scriptHash() string {
	sum := sha256.Sum256([]byte(shortened(scriptSource)))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// Script is the script's element.
func (*View) Script() template.HTML { return script }

// checkOnly answers the script, which asks what the main button would say of the fields: the page with its faults, or 204. It
// changes nothing, and tries no code.
func (p *Page) checkOnly(w http.ResponseWriter, r *http.Request, pg *engine.Page, values url.Values, lang string) {
	var faults []pay.Fault
	d := drawing{values: values, lang: lang}
	switch pg.Payment.StepOf(pg.Hosted, pg.Now) {
	case pay.StepContact:
		contact, customer, fault := p.readContact(pg, values)
		faults, d.phone = contactFaults(pg, contact, customer, fault), fault
	case pay.StepPlan:
		_, faults = p.language(r, pg, lang).instrumentOf(pg, values)
	}
	if len(faults) == 0 {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	d.faults = faults
	p.draw(w, r, pg, d)
}
