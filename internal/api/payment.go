package api

import (
	"net/http"
	"slices"
	"strings"

	"kassa/internal/engine"
	"kassa/internal/pay"
)

// id reads an id from the path; ids are known in any case, as UUIDs are.
func id(r *http.Request, name string) string {
	v := r.PathValue(name)
	if pay.ValidUUID(v) {
		return strings.ToLower(v)
	}
	return v
}

func (a *API) createPayment(x *exchange, r *http.Request) error {
	in, err := a.readPaymentBody(x.body)
	if err != nil {
		return err
	}
	return x.do(func(call engine.Call) (any, error) { return a.engine.CreatePayment(r.Context(), call, in) }, func(result any) reply {
		s := &result.(*pay.Payment).Session
		return reply{status: http.StatusOK, body: encode(&paymentCreated{
			SessionID: string(s.ID), ClientToken: a.clientToken(x.merchant, s), Categories: a.categories(s.Categories),
		})}
	})
}

func (a *API) readPayment(x *exchange, r *http.Request) error {
	p, err := a.engine.Payment(r.Context(), x.merchant, pay.PaymentID(id(r, "session_id")))
	if err != nil {
		return err
	}
	var token pay.Secret
	for _, auth := range p.Authorizations {
		if auth.Live(a.engine.Now()) {
			token = auth.Token
		}
	}
	x.reply(reply{status: http.StatusOK, body: encode(a.toPaymentRead(x.merchant, p, token))})
	return nil
}

func (a *API) updatePayment(x *exchange, r *http.Request) error {
	in, err := a.readPaymentBody(x.body)
	if err != nil {
		return err
	}
	return x.do(func(call engine.Call) (any, error) {
		return nil, a.engine.UpdatePayment(r.Context(), call, pay.PaymentID(id(r, "session_id")), in)
	}, noContent)
}

// noContent is the answer of operations that tell nothing.
func noContent(any) reply { return reply{status: http.StatusNoContent} }

// clientClaims are the claims of a client token. Clients of the hosted page ignore the token.
type clientClaims struct {
	SessionID       string `json:"session_id"`
	BaseURL         string `json:"base_url"`
	Design          string `json:"design,omitempty"`
	Language        string `json:"language"`
	PurchaseCountry string `json:"purchase_country"`
	Environment     string `json:"environment"`
	MerchantName    string `json:"merchant_name"`
	SessionType     string `json:"session_type"`
	Region          string `json:"region"`
	OrderAmount     int64  `json:"order_amount"`
	IssuedAt        int64  `json:"iat"`
	ExpiresAt       int64  `json:"exp"`
}

func (a *API) clientToken(m *pay.Merchant, s *pay.PaymentSession) string {
	language, _, _ := strings.Cut(s.Locale, "-")
	environment := "production"
	if a.config.Sandbox {
		environment = "playground"
	}
	return a.sign(&clientClaims{
		SessionID: string(s.ID), BaseURL: a.public, Design: s.Design, Language: language, PurchaseCountry: s.Country, Environment: environment,
		MerchantName: m.Name, SessionType: "PAYMENTS", Region: regionOf(s.Country), OrderAmount: int64(s.Amount),
		IssuedAt: s.CreatedAt.Unix(), ExpiresAt: s.ExpiresAt.Unix(),
	})
}

// sign makes a token of claims.
func (a *API) sign(claims any) string {
	token, err := a.config.Keys.JWT(claims)
	if err != nil {
		panic("sign token: " + err.Error()) // plain structs and a loaded key always sign
	}
	return token
}

// regionOf tells in which of the API's three regions a country is served.
func regionOf(country string) string {
	switch {
	case slices.Contains([]string{"US", "CA", "MX"}, country):
		return "na"
	case slices.Contains([]string{"AU", "NZ"}, country):
		return "oc"
	}
	return "eu"
}
