package shop

import (
	"net/url"
	"strconv"
	"strings"

	"kassa/client"
)

// maxPieces is the most that one cart may hold of a product.
const maxPieces = 9

// cart is what a consumer wants: the market, and the pieces of each product. It lives in the address, so it needs no cookie, can be
// reloaded and kept in two tabs, and is gone when it is forgotten.
type cart struct {
	market market
	pieces [3]int // as products
}

// readCart reads a cart from a query or a form. What makes no sense is left out: it is only an address.
func readCart(v url.Values) cart {
	c := cart{market: marketByID(v.Get("m"))}
	for i, p := range products {
		if n, err := strconv.Atoi(v.Get(p.ID)); err == nil && n > 0 {
			c.pieces[i] = min(n, maxPieces)
		}
	}
	return c
}

// values are the cart as a query or hidden fields; they read back to the same cart.
func (c cart) values() url.Values {
	v := url.Values{"m": {c.market.ID}}
	for i, p := range products {
		if c.pieces[i] > 0 {
			v.Set(p.ID, strconv.Itoa(c.pieces[i]))
		}
	}
	return v
}

// link is an address of the shop with the cart in it.
func (c cart) link(path string) string {
	if c == (cart{market: markets[0]}) {
		return path
	}
	return path + "?" + c.values().Encode()
}

// with is the cart with more, or fewer, pieces of a product.
func (c cart) with(product, more int) cart {
	c.pieces[product] = max(0, min(c.pieces[product]+more, maxPieces))
	return c
}

// in is the cart in another market.
func (c cart) in(m market) cart {
	c.market = m
	return c
}

// count is the number of pieces.
func (c cart) count() int {
	n := 0
	for _, pieces := range c.pieces {
		n += pieces
	}
	return n
}

// order gives the cart's order lines and their sums, as the API wants them: total is quantity × price, tax is the part of it that
// is tax, and the amount of the order is the sum of the totals.
func (c cart) order(static func(file string) string) (lines []client.OrderLine, amount, tax client.Amount) {
	for i, p := range products {
		if c.pieces[i] == 0 {
			continue
		}
		line := lineOf(p, c.market, c.pieces[i])
		line.ImageURL = static(strings.TrimSuffix(p.Picture, ".svg") + ".png")
		lines, amount, tax = append(lines, line), amount+line.TotalAmount, tax+line.TotalTaxAmount
	}
	return lines, amount, tax
}

func lineOf(p product, m market, pieces int) client.OrderLine {
	price := p.price[m.Currency]
	total := price * client.Amount(pieces)
	return client.OrderLine{
		Type: client.Physical, Reference: p.Reference, Name: p.Name, Quantity: int64(pieces), QuantityUnit: "pcs",
		UnitPrice: price, TaxRate: m.Tax, TotalAmount: total, TotalTaxAmount: taxIn(total, m.Tax),
	}
}

// taxIn is the tax that an amount contains, rounded half up: total − total × 10000 / (10000 + rate).
func taxIn(total client.Amount, rate client.TaxRate) client.Amount {
	whole := 10000 + client.Amount(rate)
	return (total*client.Amount(rate)*2 + whole) / (2 * whole)
}
