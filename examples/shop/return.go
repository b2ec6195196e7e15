package shop

import (
	"context"
	"net/http"

	"kassa/client"
)

// comeBack is step 6a: the payment page has sent the consumer here, with what we asked for in the query.
//
// Nothing of that is believed. The address went through the consumer's browser; it could have been typed, kept from last week, or
// meant for another order. It tells us that now is a good time to ask, and the API tells us the rest (step 6b).
func (s *Shop) comeBack(w http.ResponseWriter, r *http.Request) {
	o := s.book.withKey(r.PathValue("key"))
	if o == nil {
		s.unknown(w, r)
		return
	}
	brought := client.ParseReturn(r.URL.Query())
	if err := s.settle(r.Context(), o); err != nil {
		s.log.Warn("return: the poller will ask again", "error", err)
	}
	if v := o.view(); brought.SessionID != "" && brought.SessionID != v.hosted {
		s.log.Warn("return: the address names another session", "order", o.number)
	}
	// On to an address without the token: this one would stay in the history, and be sent again by a reload.
	http.Redirect(w, r, "/order/"+o.key, http.StatusSeeOther)
}

// showOrder is step 6 for the consumer: the confirmation, or what else has become of the order. It reads the state each time, so
// it is right after a reload, in a second tab, and tomorrow.
func (s *Shop) showOrder(w http.ResponseWriter, r *http.Request) {
	o := s.book.withKey(r.PathValue("key"))
	if o == nil {
		s.unknown(w, r)
		return
	}
	err := s.settle(r.Context(), o)
	if err != nil {
		s.log.Warn("show order", "error", err)
	}
	v := o.view()
	s.render(w, http.StatusOK, v.cart, "result", s.orderPage(v, s.current(r.Context(), v), err != nil))
}

// current reads a placed order; nil when there is none yet or it cannot be had just now: a confirmation does not wait for it.
func (s *Shop) current(ctx context.Context, v orderView) *client.Order {
	if v.placed == "" {
		return nil
	}
	got, err := s.kassa.ReadOrder(ctx, v.placed)
	if err != nil {
		s.log.Warn("read order", "order", v.number, "error", err)
		return nil
	}
	return got
}

// withdraw ends a purchase that its consumer does not want any more: the payment page is disabled, so that nobody pays for it
// later with the link that is still open somewhere.
func (s *Shop) withdraw(w http.ResponseWriter, r *http.Request) {
	o := s.book.withKey(r.PathValue("key"))
	if o == nil {
		s.unknown(w, r)
		return
	}
	if err := s.disable(r.Context(), o); err != nil {
		s.failed(w, r, http.StatusBadGateway, "The order could not be cancelled just now", err)
		return
	}
	http.Redirect(w, r, "/order/"+o.key, http.StatusSeeOther)
}

// disable withdraws the page of an order. When the consumer has paid meanwhile, the API refuses with BadRequest, and the next
// settle places the order: whoever paid gets the goods.
func (s *Shop) disable(ctx context.Context, o *order) error {
	v := o.view()
	if v.placed != "" || v.end != "" {
		return nil
	}
	err := s.kassa.DisableHostedSession(ctx, v.hosted)
	if client.Is(err, client.BadRequest, client.NotFound) {
		return nil
	}
	return err
}
