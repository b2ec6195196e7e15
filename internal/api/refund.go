package api

import (
	"net/http"

	"kassa/internal/engine"
	"kassa/internal/pay"
)

func (a *API) refund(x *exchange, r *http.Request) error {
	order, err := orderID(r)
	if err != nil {
		return err
	}
	in, err := a.readRefundBody(x.body)
	if err != nil {
		return err
	}
	return x.do(func(call engine.Call) (any, error) { return a.engine.Refund(r.Context(), call, order, in) }, func(result any) reply {
		refunded := result.(*pay.Refund)
		return reply{
			status: http.StatusCreated, header: [2]string{"Refund-Id", string(refunded.ID)},
			location: a.public + "/ordermanagement/v1/orders/" + string(order) + "/refunds/" + string(refunded.ID),
		}
	})
}

func (a *API) readRefund(x *exchange, r *http.Request) error {
	order, err := orderID(r)
	if err != nil {
		return err
	}
	refund := id(r, "refund_id")
	refunded, err := a.engine.RefundOf(r.Context(), x.merchant, order, pay.RefundID(refund))
	if refusal := pay.AsError(err); refusal != nil && refusal.Code == "NOT_FOUND" && !pay.ValidUUID(refund) {
		return errRefundID() // on an order that there is, as the original
	}
	if err != nil {
		return err
	}
	x.reply(reply{status: http.StatusOK, body: encode(toRefund(refunded))})
	return nil
}
