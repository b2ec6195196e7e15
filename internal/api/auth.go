package api

import (
	"encoding/base64"
	"net/http"
	"strings"

	"kassa/internal/engine"
	"kassa/internal/pay"
)

// authenticate finds the merchant of the request's credentials: 401 without, unknown or wrong ones alike, 403 for the right
// ones of a disabled merchant.
func (x *exchange) authenticate(r *http.Request) (*pay.Merchant, error) {
	username, password, ok := basicAuth(r.Header.Get("Authorization"))
	if !ok {
		return nil, engine.ErrUnauthorized
	}
	return x.api.engine.Authenticate(r.Context(), username, password)
}

// basicAuth reads the header leniently: any case of the scheme, any number of blanks, padding or none. Names with control
// characters or bad UTF-8 are nobody's.
func basicAuth(header string) (username, password string, ok bool) {
	const scheme = "basic"
	header = strings.TrimSpace(header)
	if len(header) <= len(scheme) || !strings.EqualFold(header[:len(scheme)], scheme) || header[len(scheme)] != ' ' && header[len(scheme)] != '\t' {
		return "", "", false
	}
	encoded := strings.TrimRight(strings.TrimSpace(header[len(scheme):]), "=")
	raw, err := base64.RawStdEncoding.DecodeString(encoded)
	if err != nil {
		return "", "", false
	}
	username, password, found := strings.Cut(string(raw), ":")
	if !found || username == "" || !cleanText(username) {
		return "", "", false
	}
	return username, password, true
}
