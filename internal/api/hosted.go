package api

import (
	"net/http"

	"kassa/internal/engine"
	"kassa/internal/pay"
)

func (a *API) createHosted(x *exchange, r *http.Request) error {
	in, err := a.readHostedBody(x.body)
	if err != nil {
		return err
	}
	if !in.hasPayment {
		return pay.Invalid400(in.Faults)
	}
	return x.do(func(call engine.Call) (any, error) {
		return a.engine.CreateHosted(r.Context(), call, in.payment, in.HostedInput)
	}, func(result any) reply {
		return reply{status: http.StatusCreated, body: encode(a.toHostedCreated(result.(*pay.HostedSession)))}
	})
}

func (a *API) readHosted(x *exchange, r *http.Request) error {
	view, err := a.engine.Hosted(r.Context(), x.merchant, pay.HostedID(id(r, "session_id")))
	if err != nil {
		return err
	}
	x.reply(reply{status: http.StatusOK, body: encode(toHostedRead(view))})
	return nil
}

func (a *API) disableHosted(x *exchange, r *http.Request) error {
	return x.do(func(call engine.Call) (any, error) {
		return nil, a.engine.DisableHosted(r.Context(), call, pay.HostedID(id(r, "session_id")))
	}, noContent)
}

// distribute has the link sent; that it arrived nobody can promise.
func (a *API) distribute(x *exchange, r *http.Request) error {
	in, err := a.readDistributionBody(x.body)
	if err != nil {
		return err
	}
	return x.do(func(call engine.Call) (any, error) {
		return nil, a.engine.Distribute(r.Context(), call, pay.HostedID(id(r, "session_id")), in)
	}, func(any) reply { return reply{status: http.StatusCreated} })
}
