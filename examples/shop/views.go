package shop

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"net/url"

	"kassa/client"
)

// frontPage is the range of products.
type frontPage struct {
	Products []productCard
	Cart     string // what is in the cart, empty: nothing
	CartLink string
}

// productCard is a product on the front page. Buy is a form: its fields are the cart with one piece more.
type productCard struct {
	product
	Price, Third string
	Fields       url.Values
	Full         bool
}

func (s *Shop) front(w http.ResponseWriter, r *http.Request) {
	if r.URL.Query().Has("token") { // the success address of somebody who tries the API by hand
		s.paid(w, r)
		return
	}
	c := readCart(r.URL.Query())
	page := frontPage{CartLink: c.link("/cart")}
	for i, p := range products {
		price := p.price[c.market.Currency]
		page.Products = append(page.Products, productCard{
			product: p, Price: money(price, c.market.Currency), Third: money(price/3, c.market.Currency),
			Fields: c.with(i, 1).values(), Full: c.pieces[i] == maxPieces,
		})
	}
	if n := c.count(); n > 0 {
		_, amount, _ := c.order(s.pages.path)
		page.Cart = pieces(n) + " in your cart, " + money(amount, c.market.Currency)
	}
	s.render(w, http.StatusOK, c, "front", page)
}

func pieces(n int) string {
	if n == 1 {
		return "1 item"
	}
	return fmt.Sprint(n, " items")
}

// line is an order line on a slip.
type line struct {
	Name, Detail, Amount string
	More, Fewer          string // addresses, in the cart only; More is empty when there may be no more
}

func linesOf(lines []client.OrderLine, currency string) []line {
	out := make([]line, len(lines))
	for i, l := range lines {
		out[i] = line{Name: l.Name, Detail: fmt.Sprintf("%d × %s", l.Quantity, money(l.UnitPrice, currency)), Amount: money(l.TotalAmount, currency)}
	}
	return out
}

// cartPage is the cart and the form that pays for it.
type cartPage struct {
	Count, Amount string
	Lines         []line
	TaxName, Tax  string
	Personas      []choice
	Email, Fault  string
	Fields        url.Values
	Sheet         string
	Shop          string
}

// choice is a persona in the form.
type choice struct {
	ID, Title, Email, Text string
	Chosen                 bool
}

func (s *Shop) cart(w http.ResponseWriter, r *http.Request) {
	s.showCart(w, readCart(r.URL.Query()), nil, "")
}

// showCart shows the cart; with a form that was sent and what is wrong with it.
func (s *Shop) showCart(w http.ResponseWriter, c cart, form url.Values, fault string) {
	lines, amount, tax := c.order(s.pages.path)
	page := cartPage{
		Count: pieces(c.count()), Amount: money(amount, c.market.Currency), Lines: linesOf(lines, c.market.Currency),
		TaxName: fmt.Sprintf("Includes VAT %d%%", c.market.Tax/100), Tax: money(tax, c.market.Currency),
		Email: form.Get("email"), Fault: fault, Fields: c.values(), Sheet: rand.Text(), Shop: c.link("/"),
	}
	for i, n := 0, 0; i < len(products); i++ {
		if c.pieces[i] == 0 {
			continue
		}
		page.Lines[n].Fewer = c.with(i, -1).link("/cart")
		if c.pieces[i] < maxPieces {
			page.Lines[n].More = c.with(i, 1).link("/cart")
		}
		n++
	}
	for i, p := range personas {
		chosen := form.Get("persona") == p.ID || i == 0 && form.Get("persona") == ""
		page.Personas = append(page.Personas, choice{p.ID, p.Title, p.email(c.market), p.Text, chosen})
	}
	status := http.StatusOK
	if fault != "" {
		status = http.StatusUnprocessableEntity
	}
	s.render(w, status, c, "cart", page)
}

// fact is a label and its value.
type fact struct{ Label, Value string }

// resultPage is an order as its consumer sees it, or a plain answer to something that did not work.
type resultPage struct {
	State         string // data-state: an interface for scripts and tests
	Icon, Tone    string
	Heading, Text string
	Amount        string
	Facts         []fact
	Lines         []line
	Pay           string // address of the payment page, where it can still be paid
	PayLabel      string
	Cancel        string // address that cancels
	Shop          string // where the consumer goes on, when it is not the payment page
	ShopLabel     string
	Desk          bool
	Again         bool // the page looks again by itself
}

// orderPage picks the words for an order. Nothing is called failed while nobody knows; what is not paid can be paid or left.
func (s *Shop) orderPage(v orderView, now *client.Order, unknown bool) resultPage {
	p := resultPage{
		Amount: money(v.amount, v.cart.market.Currency), Lines: linesOf(v.lines, v.cart.market.Currency), Shop: cart{market: v.cart.market}.link("/"), ShopLabel: "Back to the shop",
		Facts: []fact{{"Order", v.number}},
	}
	switch {
	case v.placed != "":
		p.Desk = true
		return placedPage(p, v, now)
	case v.end != "":
		p.State, p.Icon, p.Heading, p.Text = string(v.end), "cross", "The order is cancelled", "Nothing was charged. Your cart is still here, if you change your mind."
		p.Shop, p.ShopLabel = v.cart.link("/cart"), "Back to the cart"
		switch v.end {
		case endExpired, endTooLate:
			p.Icon, p.Heading, p.Text = "clock", "The time to pay is over", "Nothing was charged. Your cart is still here: start again if you like."
		case endRejected:
			p.Icon, p.Tone, p.Heading, p.Text = "bang", "bad", "The payment was not approved", "Nothing was charged. Your cart is still here: another way to pay may work."
		}
		return p
	case unknown:
		p.State, p.Icon, p.Heading, p.Text, p.Again = "unknown", "dots", "We are checking your payment", "This page looks again by itself. Please do not pay a second time.", true
		return p
	}
	p.Pay, p.PayLabel, p.Cancel = v.redirect, "Go on paying", "/order/"+v.key+"/cancel"
	p.State, p.Icon, p.Heading, p.Text = "waiting", "cart", "Your order is not paid yet", "Nothing was charged. You can go on where you left."
	switch v.status {
	case client.HostedFailed:
		p.State, p.Icon, p.Tone, p.PayLabel = "failed", "bang", "bad", "Try another way to pay"
		p.Heading, p.Text = "The payment was not approved", "Nothing was charged, and your order is still waiting. Another way to pay may work."
	case client.HostedError:
		p.State, p.Icon, p.Tone, p.PayLabel = "error", "bang", "bad", "Try again"
		p.Heading, p.Text = "The payment did not work", "You did nothing wrong and nothing was charged. Please try again in a minute."
	}
	return p
}

// placedPage is the confirmation (step 6).
func placedPage(p resultPage, v orderView, now *client.Order) resultPage {
	p.State, p.Icon, p.Tone, p.Heading = "placed", "tick", "good", "Thank you for your order!"
	p.Text = "The payment is approved, and we pack it today. Nothing is charged before it leaves."
	fraud, status := v.fraud, client.OrderAuthorized
	if now != nil {
		fraud, status = now.FraudStatus, now.Status
		p.Facts = append(p.Facts, fact{"Reference", now.KlarnaReference})
		if now.InitialPaymentMethod != nil {
			p.Facts = append(p.Facts, fact{"Paid with", now.InitialPaymentMethod.Description})
		}
	}
	p.Facts = append(p.Facts, fact{"E-mail", v.email})
	switch {
	case fraud == client.FraudRejected:
		p.State, p.Icon, p.Tone, p.Heading, p.Text = "rejected", "bang", "bad", "The payment was not approved", "Nothing was charged, and the order is not sent."
	case status == client.OrderCancelled, status == client.OrderExpired: // also while the check goes on: it is of no use any more
		p.State, p.Icon, p.Tone, p.Heading, p.Text = "cancelled", "cross", "", "The order is cancelled", "Nothing was charged."
	case fraud == client.FraudPending:
		p.State, p.Icon, p.Tone, p.Text = "pending", "clock", "", "The payment is still being checked. We pack it as soon as that is done."
	case now != nil && now.RefundedAmount > 0:
		p.Text = "We have given back " + money(now.RefundedAmount, now.PurchaseCurrency) + "."
	case status == client.OrderCaptured:
		p.Text = "It is on its way to you."
	}
	return p
}

// deskPage is the shop's own list of orders.
type deskPage struct {
	Rows    []deskRow
	Older   int
	Problem string
}

// everything is the choice of the return form that gives all money back.
const everything = "everything"

// deskRow is one order on the list, with what can be done to it.
type deskRow struct {
	Number, Link     string
	Amount, What     string
	Who              string
	State, Tone      string
	Facts            []fact
	Sheet            string
	Ship             string // on the button; empty: cannot be shipped
	ShipAmount       client.Amount
	Cancel           bool
	Return           bool
	Returns          []choice
	ReturnableAmount client.Amount
}

// deskRow says of an order what the API says of it; now is nil when it was not placed, or cannot be read.
func (s *Shop) deskRow(v orderView, now *client.Order) deskRow {
	currency := v.cart.market.Currency
	row := deskRow{
		Number: v.number, Link: "/order/" + v.key, Amount: money(v.amount, currency), Who: v.email, Sheet: rand.Text(),
	}
	for i, l := range v.lines {
		if i > 0 {
			row.What += ", "
		}
		row.What += fmt.Sprintf("%d × %s", l.Quantity, l.Name)
	}
	if now == nil {
		row.State, row.Tone = unpaid(v)
		return row
	}
	left := now.CapturedAmount - now.RefundedAmount
	row.State, row.Tone = paid(now, left)
	if now.CapturedAmount > 0 {
		row.Facts = append(row.Facts, fact{"Charged", money(now.CapturedAmount, currency)})
	}
	if now.RefundedAmount > 0 {
		row.Facts = append(row.Facts, fact{"Given back", money(now.RefundedAmount, currency)})
	}
	row.Facts = append(row.Facts, fact{"Reference", now.KlarnaReference})
	if now.RemainingAuthorizedAmount > 0 && now.FraudStatus == client.FraudAccepted {
		row.Ship, row.ShipAmount = "Ship, charge "+money(now.RemainingAuthorizedAmount, currency), now.RemainingAuthorizedAmount
	}
	row.Cancel = now.Status == client.OrderAuthorized
	if left > 0 {
		row.Return, row.ReturnableAmount = true, left
		row.Returns = append(row.Returns, choice{ID: everything, Title: "Everything, " + money(left, currency)})
		for i, p := range products {
			if price := p.price[currency]; v.cart.pieces[i] > 0 && price < left {
				row.Returns = append(row.Returns, choice{ID: p.ID, Title: "One " + p.Name + ", " + money(price, currency)})
			}
		}
	}
	return row
}

// unpaid words the state of an order that has no payment.
func unpaid(v orderView) (words, tone string) {
	switch {
	case v.placed != "":
		return "Paid; its state cannot be read just now", ""
	case v.end == endCancelled:
		return "Cancelled", ""
	case v.end == endExpired:
		return "Never paid", ""
	case v.end == endTooLate:
		return "Ordered too late", "bad"
	case v.end == endRejected:
		return "Declined", "bad"
	}
	switch v.status {
	case client.HostedFailed:
		return "Declined, may try again", "bad"
	case client.HostedError:
		return "Technical error, may try again", "bad"
	case client.HostedBack:
		return "Went back without paying", ""
	case client.HostedInProgress:
		return "Is paying now", ""
	}
	return "Waiting for payment", ""
}

// paid words the state of a placed order; left is what was charged and not given back.
func paid(now *client.Order, left client.Amount) (words, tone string) {
	switch {
	case now.Status == client.OrderCancelled:
		return "Cancelled", ""
	case now.FraudStatus == client.FraudRejected:
		return "Refused by the check", "bad"
	case now.Status == client.OrderExpired:
		return "Expired", ""
	case now.FraudStatus == client.FraudPending:
		return "Being checked, do not ship", ""
	case now.CapturedAmount == 0:
		return "Paid, to be shipped", "good"
	case left == 0:
		return "Returned", ""
	case now.RefundedAmount > 0:
		return "Shipped, partly returned", "good"
	case now.Status == client.OrderPartCaptured:
		return "Partly shipped", "good"
	}
	return "Shipped", "good"
}
