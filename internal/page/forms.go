package page

import (
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"kassa/internal/engine"
	"kassa/internal/pay"
)

// maxForm bounds the body of a submitted step.
const maxForm = 64 << 10

// signedForm are the hidden fields of a form: which step it is for, how many attempts had been made when it was drawn, and our
// signature over both, the session, and all that the page said. The signature is of the key ring, so a form opened before a
// restart still works; it fits only as long as what the page said is true.
type signedForm struct {
	Step  string
	Nonce string
	Sig   string
}

// signForm makes the hidden fields of the present step's forms.
func (p *Page) signForm(pg *engine.Page) signedForm {
	step, nonce := presentStep(pg)
	sig := p.keys.Sign("form", p.stateOf(pg, step, nonce)...)
	return signedForm{Step: step, Nonce: nonce, Sig: base64.RawURLEncoding.EncodeToString(sig)}
}

// readForm reports whether a submitted form is the present one. A forged form, another session's, another step's and one that
// was drawn before something changed are all alike: not.
func (p *Page) readForm(pg *engine.Page, values url.Values) bool {
	sig, err := base64.RawURLEncoding.DecodeString(values.Get("sig"))
	if err != nil {
		return false
	}
	step, nonce := presentStep(pg)
	return values.Get("step") == step && values.Get("nonce") == nonce && p.keys.Verify(sig, "form", p.stateOf(pg, step, nonce)...)
}

func presentStep(pg *engine.Page) (step, nonce string) {
	return string(pg.Payment.StepOf(pg.Hosted, pg.Now)), strconv.Itoa(pg.Hosted.Progress.Attempts)
}

// stateOf lists what a form was drawn from. Whoever presses a button means what stood above it: the amount, the goods, the way to pay,
// the addresses, the day on which credit is due. When the merchant, another tab or midnight changed one of them, the page is shown anew
// instead.
func (p *Page) stateOf(pg *engine.Page, step, nonce string) [][]byte {
	h := pg.Hosted
	g := &h.Progress
	flag := func(b bool) []byte { return strconv.AppendBool(nil, b) }
	number := func(n int64) []byte { return strconv.AppendInt(nil, n, 10) }
	out := [][]byte{
		[]byte(h.ID), []byte(step), []byte(nonce), []byte(h.Status),
		flag(g.HasContact), flag(g.EditContact), flag(g.Code.Verified), number(g.Code.SentAt.UnixMicro()), number(int64(g.Code.Tries)), number(int64(len(g.Code.Sends))),
		[]byte(p.dueDay(pg, step)),
	}
	if agrees(step) {
		out = append(out, p.consents.signature())
	}
	for _, c := range g.Declined {
		out = append(out, []byte(c))
	}
	for _, said := range pg.Payment.Reading(h, agrees(step)) {
		out = append(out, []byte(said))
	}
	return out
}

// agrees reports whether terms stand on a step's page.
func agrees(step string) bool { return step == string(pay.StepReview) || step == string(pay.StepPlan) }

// dueDay is the day from which the days of a credit are counted, on the pages that agree to one; empty on all others.
func (p *Page) dueDay(pg *engine.Page, step string) string {
	c := pg.Hosted.Progress.Category
	if c != pay.PayLater && c != pay.PayOverTime || !agrees(step) {
		return ""
	}
	return pg.Now.In(p.zoneOf(pg.Payment.Session.Country)).Format(time.DateOnly)
}

// lineBlanks are the control characters that a person can paste into a field.
var lineBlanks = strings.NewReplacer("\t", " ", "\r\n", " ", "\r", " ", "\n", " ")

// errForm is what a body is refused for; the page shows its present state again.
var errForm = errors.New("the form cannot be read")

// parseForm reads a submitted form: no field longer than a person would write, no control characters, no bad UTF-8. Tabs and line ends
// come along with what is copied from a table: they are blanks. What is typed is made plain; digits of other scripts become those that we reckon with, but in an e-mail address, where they are another's.
func parseForm(w http.ResponseWriter, r *http.Request) (url.Values, error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		return nil, errForm
	}
	for name, values := range r.PostForm {
		if len(name) > 100 || len(values) > 20 {
			return nil, errForm
		}
		for i, v := range values {
			v = lineBlanks.Replace(v)
			if len(v) > 4000 || !utf8.ValidString(v) || strings.ContainsFunc(v, unicode.IsControl) {
				return nil, errForm
			}
			if values[i] = pay.PlainNumber(v); name == "email" {
				values[i] = pay.Plain(v)
			}
		}
	}
	return r.PostForm, nil
}

// codeOf takes the blanks, dashes and invisible marks out of a code that was pasted.
func codeOf(v url.Values) string {
	return strings.Map(func(r rune) rune {
		if r == '-' || unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, v.Get("code"))
}
