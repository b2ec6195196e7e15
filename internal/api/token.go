package api

import (
	"net/http"

	"kassa/internal/engine"
	"kassa/internal/pay"
)

// customerToken reads a customer token from the path.
func customerToken(r *http.Request) pay.Secret { return pay.Secret(id(r, "customer_token")) }

func (a *API) createToken(x *exchange, r *http.Request) error {
	in, err := a.readTokenBody(x.body)
	if err != nil {
		return err
	}
	token := pay.Secret(id(r, "authorization_token"))
	return x.do(func(call engine.Call) (any, error) { return a.engine.CreateToken(r.Context(), call, token, in) }, func(result any) reply {
		made := result.(*engine.Tokenized)
		return reply{status: http.StatusOK, body: encode(a.toTokenCreated(x.merchant, made))}
	})
}

func (a *API) readToken(x *exchange, r *http.Request) error {
	c, err := a.engine.CustomerToken(r.Context(), x.merchant, customerToken(r))
	if err != nil {
		return err
	}
	x.reply(reply{status: http.StatusOK, body: encode(toTokenRead(c))})
	return nil
}

func (a *API) cancelToken(x *exchange, r *http.Request) error {
	faults, err := a.readTokenStatusBody(x.body)
	if err != nil {
		return err
	}
	return x.do(func(call engine.Call) (any, error) {
		if len(faults) > 0 {
			if _, err := a.engine.CustomerToken(r.Context(), x.merchant, customerToken(r)); err != nil {
				return nil, err
			}
			return nil, pay.Invalid400(faults)
		}
		return nil, a.engine.SetTokenStatus(r.Context(), call, customerToken(r), pay.TokenIsCancelled)
	}, func(any) reply { return reply{status: http.StatusAccepted} })
}

func (a *API) chargeToken(x *exchange, r *http.Request) error {
	in, err := a.readChargeBody(x.body)
	if err != nil {
		return err
	}
	return x.do(func(call engine.Call) (any, error) { return a.engine.Charge(r.Context(), call, customerToken(r), in) }, func(result any) reply {
		o := result.(*pay.Order)
		placed := toOrderPlaced(o)
		placed.RedirectURL = a.redirectURL(x.merchant, string(o.ID), o.URLs.Confirmation)
		return reply{status: http.StatusOK, body: encode(placed)}
	})
}
