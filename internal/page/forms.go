package page

import (
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"kassa/internal/pay"
)

// maxForm bounds the body of a submitted step.
const maxForm = 64 << 10

// signedForm are the hidden fields of a form: which step of which session it is for, how many attempts had been made when it was
// drawn, and our signature over the three. The signature is of the key ring, so a form opened before a restart still works.
type signedForm struct {
	Step  string
	Nonce string
	Sig   string
}

// signForm makes the hidden fields of one step's forms.
func (p *Page) signForm(h *pay.HostedSession, step pay.Step) signedForm {
	nonce := strconv.Itoa(h.Progress.Attempts)
	sig := p.keys.Sign("form", []byte(h.ID), []byte(step), []byte(nonce))
	return signedForm{Step: string(step), Nonce: nonce, Sig: base64.RawURLEncoding.EncodeToString(sig)}
}

// readForm checks the hidden fields: ok is false for what we did not sign for this session.
func (p *Page) readForm(h *pay.HostedSession, values url.Values) (step pay.Step, attempts int, ok bool) {
	sig, err := base64.RawURLEncoding.DecodeString(values.Get("sig"))
	if err != nil {
		return "", 0, false
	}
	step = pay.Step(values.Get("step"))
	nonce := values.Get("nonce")
	if !p.keys.Verify(sig, "form", []byte(h.ID), []byte(step), []byte(nonce)) {
		return "", 0, false
	}
	attempts, err = strconv.Atoi(nonce)
	return step, attempts, err == nil
}

// What a body is refused for; the page shows its present state again.
var errForm = errors.New("the form cannot be read")

// parseForm reads a submitted form: no field twice as long as a person would write, no control characters, no bad UTF-8.
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
			if len(v) > 4000 || !utf8.ValidString(v) || strings.ContainsFunc(v, unicode.IsControl) {
				return nil, errForm
			}
			values[i] = strings.TrimSpace(v)
		}
	}
	return r.PostForm, nil
}

// contactOf reads the contact step's fields.
func contactOf(v url.Values) (pay.Address, pay.Customer) {
	get := func(name string) pay.Personal { return pay.Personal(v.Get(name)) }
	a := pay.Address{
		Title: get("title"), GivenName: get("given_name"), FamilyName: get("family_name"), OrganizationName: get("organization_name"),
		Email: get("email"), Phone: get("phone"), StreetAddress: get("street_address"), StreetAddress2: get("street_address2"),
		PostalCode: get("postal_code"), City: get("city"), Region: get("region"),
	}
	return a, pay.Customer{DateOfBirth: get("date_of_birth"), NationalIdentificationNumber: get("national_identification_number")}
}

// codeOf takes the blanks and dashes out of a code that was pasted.
func codeOf(v url.Values) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' || r == '\u00a0' {
			return -1
		}
		return r
	}, v.Get("code"))
}
