package api

import (
	"net/http"

	"kassa/internal/engine"
	"kassa/internal/pay"
)

// orderID reads the order's id from the path; only UUIDs are ids.
func orderID(r *http.Request) (pay.OrderID, error) {
	v := id(r, "order_id")
	if !pay.ValidUUID(v) {
		return "", errOrderID()
	}
	return pay.OrderID(v), nil
}

func (a *API) readOrder(x *exchange, r *http.Request) error {
	id, err := orderID(r)
	if err != nil {
		return err
	}
	o, err := a.engine.Order(r.Context(), x.merchant, id)
	if err != nil {
		return err
	}
	x.reply(reply{status: http.StatusOK, body: encode(toOrder(o, a.engine.Now()))})
	return nil
}

func (a *API) cancelOrder(x *exchange, r *http.Request) error {
	id, err := orderID(r)
	if err != nil {
		return err
	}
	return x.do(func(call engine.Call) (any, error) { return nil, a.engine.CancelOrder(r.Context(), call, id) }, noContent)
}
