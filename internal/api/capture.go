package api

import (
	"net/http"

	"kassa/internal/engine"
	"kassa/internal/pay"
)

func (a *API) capture(x *exchange, r *http.Request) error {
	order, err := orderID(r)
	if err != nil {
		return err
	}
	in, err := a.readCaptureBody(x.body)
	if err != nil {
		return err
	}
	return x.do(func(call engine.Call) (any, error) { return a.engine.Capture(r.Context(), call, order, in) }, func(result any) reply {
		c := result.(*pay.Capture)
		return reply{
			status: http.StatusCreated, header: [2]string{"Capture-Id", string(c.ID)},
			location: a.public + "/ordermanagement/v1/orders/" + string(order) + "/captures/" + string(c.ID),
		}
	})
}

func (a *API) listCaptures(x *exchange, r *http.Request) error {
	order, err := orderID(r)
	if err != nil {
		return err
	}
	o, err := a.engine.Order(r.Context(), x.merchant, order)
	if err != nil {
		return err
	}
	x.reply(reply{status: http.StatusOK, body: encode(toCaptures(o.Captures))})
	return nil
}

func (a *API) readCapture(x *exchange, r *http.Request) error {
	order, err := orderID(r)
	if err != nil {
		return err
	}
	c, err := a.engine.CaptureOf(r.Context(), x.merchant, order, pay.CaptureID(id(r, "capture_id")))
	if err != nil {
		return err
	}
	x.reply(reply{status: http.StatusOK, body: encode(toCapture(c))})
	return nil
}
