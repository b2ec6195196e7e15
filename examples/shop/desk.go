package shop

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"kassa/client"
)

// deskRows is how many orders the desk shows, the newest first.
const deskRows = 25

// desk is the shop's own list of orders. What it says of each it reads from the API at this moment: a copy of our own would be
// wrong as soon as somebody else (the consumer, the bank, the clock) changes the order.
func (s *Shop) desk(w http.ResponseWriter, r *http.Request) { s.showDesk(w, r, http.StatusOK, "") }

// showDesk shows the list, with what could not be done above it.
func (s *Shop) showDesk(w http.ResponseWriter, r *http.Request, status int, problem string) {
	var rows []deskRow
	orders := s.book.all()
	slices.Reverse(orders)
	for _, o := range orders[:min(len(orders), deskRows)] {
		err := s.settle(r.Context(), o)
		if err != nil {
			s.log.Warn("desk", "error", err)
		}
		if v := o.view(); v.hosted != "" {
			rows = append(rows, s.deskRow(v, s.current(r.Context(), v)))
		}
	}
	home := readCart(r.URL.Query())
	s.render(w, status, home, "desk", deskPage{Rows: rows, Older: max(0, len(orders)-deskRows), Problem: problem})
}

// action is something done to a placed order; key makes it one thing however often its form is sent.
type action func(ctx context.Context, v orderView, form url.Values, key client.Option) error

// errForm says that a form was not made by this shop.
var errForm = errors.New("the form says nothing that can be done")

// ship is step 8: the goods leave, so the money is taken. Nothing was charged before. The amount is the one on the button, which
// was all that remained when the form was shown; if that has changed since, the API refuses.
func (s *Shop) ship(w http.ResponseWriter, r *http.Request) {
	s.act(w, r, "ship", func(ctx context.Context, v orderView, form url.Values, key client.Option) error {
		amount, err := amountOf(form)
		if err != nil {
			return err
		}
		_, err = s.kassa.Capture(ctx, v.placed, client.CaptureRequest{
			CapturedAmount: amount, Description: "Order " + v.number + " is on its way", Reference: v.number, OrderLines: v.lines,
			ShippingInfo: []client.ShippingInfo{{ShippingCompany: "Nordlys Cykler", ShippingMethod: "Home", TrackingNumber: v.number}},
		}, key)
		return err
	})
}

// takeBack gives money back for what came back: everything, or one piece of a product.
func (s *Shop) takeBack(w http.ResponseWriter, r *http.Request) {
	s.act(w, r, "return", func(ctx context.Context, v orderView, form url.Values, key client.Option) error {
		refund := client.RefundRequest{Description: "Everything came back", Reference: v.number}
		var err error
		if what := form.Get("what"); what == everything {
			refund.RefundedAmount, err = amountOf(form)
		} else if i := productIndex(what); i >= 0 && v.cart.pieces[i] > 0 {
			line := lineOf(products[i], v.cart.market, 1)
			refund.RefundedAmount, refund.Description, refund.OrderLines = line.TotalAmount, line.Name+" came back", []client.OrderLine{line}
		} else {
			err = errForm
		}
		if err != nil {
			return err
		}
		_, err = s.kassa.Refund(ctx, v.placed, refund, key)
		return err
	})
}

// cancelOrder gives up an order that was placed and will not be shipped.
func (s *Shop) cancelOrder(w http.ResponseWriter, r *http.Request) {
	s.act(w, r, "cancel", func(ctx context.Context, v orderView, _ url.Values, key client.Option) error {
		return s.kassa.CancelOrder(ctx, v.placed, key)
	})
}

func amountOf(form url.Values) (client.Amount, error) {
	n, err := strconv.ParseInt(form.Get("amount"), 10, 64)
	if err != nil {
		return 0, errForm
	}
	return client.Amount(n), nil
}

// act does something to a placed order and shows the list again.
//
// The form brings a number that was drawn when it was shown. The idempotency key is made of it: a double click, a reload of the
// answer or a second try after a lost answer is the same capture or refund, while a form that is shown later is another one.
func (s *Shop) act(w http.ResponseWriter, r *http.Request, verb string, do action) {
	o := s.book.withNumber(r.PathValue("number"))
	if o == nil {
		s.unknown(w, r)
		return
	}
	err := r.ParseForm()
	v := o.view()
	switch {
	case err != nil:
		s.failed(w, r, http.StatusBadRequest, "The form could not be read", err)
		return
	case v.placed == "":
		s.showDesk(w, r, http.StatusConflict, "Order "+v.number+" is not paid.")
		return
	}
	err = do(r.Context(), v, r.PostForm, client.IdempotencyKey(verb+"-"+v.key+"-"+r.PostForm.Get("sheet")))
	if err == nil {
		http.Redirect(w, r, "/orders#order-"+v.number, http.StatusSeeOther)
		return
	}
	s.log.Warn(verb, "order", v.number, "error", err)
	if client.Unknown(err) {
		s.showDesk(w, r, http.StatusBadGateway, "Order "+v.number+": no answer. Look whether it was done before you do it again.")
		return
	}
	s.showDesk(w, r, http.StatusConflict, "Order "+v.number+": "+err.Error())
}
