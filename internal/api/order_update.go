package api

import (
	"net/http"

	"kassa/internal/engine"
	"kassa/internal/pay"
)

// onOrder runs a change of an order that answers 204.
func (x *exchange) onOrder(r *http.Request, change func(call engine.Call, id pay.OrderID) error) error {
	id, err := orderID(r)
	if err != nil {
		return err
	}
	return x.do(func(call engine.Call) (any, error) { return nil, change(call, id) }, noContent)
}

// captureID reads a capture's id from the path.
func captureID(r *http.Request) pay.CaptureID { return pay.CaptureID(id(r, "capture_id")) }

func (a *API) updateAuthorization(x *exchange, r *http.Request) error {
	in, err := a.readUpdateBody(x.body)
	if err != nil {
		return err
	}
	return x.onOrder(r, func(call engine.Call, id pay.OrderID) error {
		return a.engine.UpdateAuthorization(r.Context(), call, id, in)
	})
}

func (a *API) releaseAuthorization(x *exchange, r *http.Request) error {
	return x.onOrder(r, func(call engine.Call, id pay.OrderID) error { return a.engine.Release(r.Context(), call, id) })
}

func (a *API) extendTime(x *exchange, r *http.Request) error {
	return x.onOrder(r, func(call engine.Call, id pay.OrderID) error { return a.engine.ExtendTime(r.Context(), call, id) })
}

func (a *API) acknowledge(x *exchange, r *http.Request) error {
	return x.onOrder(r, func(call engine.Call, id pay.OrderID) error { return a.engine.Acknowledge(r.Context(), call, id) })
}

func (a *API) setReferences(x *exchange, r *http.Request) error {
	in, err := a.readReferencesBody(x.body)
	if err != nil {
		return err
	}
	return x.onOrder(r, func(call engine.Call, id pay.OrderID) error { return a.engine.SetReferences(r.Context(), call, id, in) })
}

func (a *API) setDetails(x *exchange, r *http.Request) error {
	in, err := a.readDetailsBody(x.body)
	if err != nil {
		return err
	}
	return x.onOrder(r, func(call engine.Call, id pay.OrderID) error { return a.engine.SetDetails(r.Context(), call, id, in) })
}

func (a *API) setCaptureDetails(x *exchange, r *http.Request) error {
	in, err := a.readDetailsBody(x.body)
	if err != nil {
		return err
	}
	return x.onOrder(r, func(call engine.Call, id pay.OrderID) error {
		return a.engine.SetCaptureDetails(r.Context(), call, id, captureID(r), in)
	})
}

func (a *API) addShipping(x *exchange, r *http.Request) error {
	in, err := a.readShippingBody(x.body)
	if err != nil {
		return err
	}
	return x.onOrder(r, func(call engine.Call, id pay.OrderID) error { return a.engine.AddShipping(r.Context(), call, id, in) })
}

func (a *API) addCaptureShipping(x *exchange, r *http.Request) error {
	in, err := a.readShippingBody(x.body)
	if err != nil {
		return err
	}
	return x.onOrder(r, func(call engine.Call, id pay.OrderID) error {
		return a.engine.AddCaptureShipping(r.Context(), call, id, captureID(r), in)
	})
}

func (a *API) sendOut(x *exchange, r *http.Request) error {
	return x.onOrder(r, func(call engine.Call, id pay.OrderID) error {
		return a.engine.SendOut(r.Context(), call, id, captureID(r))
	})
}

func (a *API) dueDateOptions(x *exchange, r *http.Request) error {
	order, err := orderID(r)
	if err != nil {
		return err
	}
	dates, err := a.engine.DueDateOptions(r.Context(), x.merchant, order, captureID(r))
	if err != nil {
		return err
	}
	x.reply(reply{status: http.StatusOK, body: encode(toDueDates(dates))})
	return nil
}

func (a *API) extendDueDate(x *exchange, r *http.Request) error {
	in, err := a.readDueDateBody(x.body)
	if err != nil {
		return err
	}
	return x.onOrder(r, func(call engine.Call, id pay.OrderID) error {
		return a.engine.ExtendDueDate(r.Context(), call, id, captureID(r), in)
	})
}
