package shop

import (
	"context"

	"kassa/client"
)

// Poll settles every open order once, as Run does at each tick.
func (s *Shop) Poll(ctx context.Context) { s.poll(ctx) }

// Placed is the order that was placed for one of the shop's, empty without.
func (s *Shop) Placed(number string) client.OrderID {
	if o := s.book.withNumber(number); o != nil {
		return o.view().placed
	}
	return ""
}

// Money and TaxIn are looked at by tests from outside.
var (
	Money = money
	TaxIn = taxIn
)

// Markets lists the ids of the markets.
func Markets() []string {
	var out []string
	for _, m := range markets {
		out = append(out, m.ID)
	}
	return out
}
