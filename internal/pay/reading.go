package pay

import (
	"slices"
	"strconv"
	"strings"
)

// Reading lists what a page says of a payment, in words that only a comparison needs. On the way there: how much, where, how it is paid,
// and what is known of the consumer. Where something is agreed to, whole, it is all that stands there: the goods, who buys, what the session
// is for, under whose terms. A button means what stood above it; when the reading has changed, it means something else.
func (p *Payment) Reading(h *HostedSession, whole bool) []string {
	s, g := &p.Session, &h.Progress
	number := func(n int64) string { return strconv.FormatInt(n, 10) }
	out := []string{number(int64(s.Amount)), s.Currency, s.Country, string(g.Category), g.Plan, g.Digits, g.Brand, g.Expiry}
	for _, a := range []Address{p.Contact(h), s.Shipping} {
		for _, v := range []Personal{
			a.Email, a.Phone, a.OrganizationName, a.GivenName, a.FamilyName, a.StreetAddress, a.StreetAddress2, a.PostalCode, a.City, a.Region,
		} {
			out = append(out, string(v))
		}
	}
	if !whole {
		return out
	}
	out = append(out, number(int64(s.TaxAmount)), strconv.FormatBool(s.HasTax), string(s.Intent), s.Customer.Type, s.MerchantReference1, h.URLs.Terms)
	for i := range s.Lines {
		l := &s.Lines[i]
		out = append(out, strings.Join([]string{
			string(l.Type), l.Name, number(l.Quantity), l.QuantityUnit, number(int64(l.UnitPrice)), number(int64(l.TotalAmount)), number(int64(l.TotalTaxAmount)),
			number(l.TaxRate),
		}, "\x00"))
	}
	return out
}

// ReadsLike reports whether a page says the same as that of the payment as it was read earlier.
func (p *Payment) ReadsLike(h *HostedSession, earlier *Payment, then *HostedSession) bool {
	return slices.Equal(p.Reading(h, true), earlier.Reading(then, true))
}
