package api

import (
	"net/http"

	"kassa/internal/engine"
	"kassa/internal/pay"
)

func (a *API) placeOrder(x *exchange, r *http.Request) error {
	in, err := a.readPlaceBody(x.body)
	if err != nil {
		return err
	}
	token := pay.Secret(id(r, "authorization_token"))
	return x.do(func(call engine.Call) (any, error) { return a.engine.PlaceOrder(r.Context(), call, token, in) }, func(result any) reply {
		o := result.(*pay.Order)
		placed := toOrderPlaced(o)
		placed.RedirectURL = a.redirectURL(x.merchant, string(o.Payment), o.URLs.Confirmation)
		return reply{status: http.StatusOK, body: encode(placed)}
	})
}

func (a *API) cancelAuthorization(x *exchange, r *http.Request) error {
	return x.do(func(call engine.Call) (any, error) {
		return nil, a.engine.CancelAuthorization(r.Context(), call, pay.Secret(id(r, "authorization_token")))
	}, noContent)
}
