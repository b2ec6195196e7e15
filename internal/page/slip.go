package page

import (
	"strconv"
	"strings"
	"unicode"

	"kassa/internal/engine"
	"kassa/internal/pay"
)

// longAmount is how many characters of an amount are set in the large size.
const longAmount = 12

// slip is the order: the amount, and how it adds up.
type slip struct {
	Label   string // what the amount is
	Caption text
	Amount  string
	Long    bool
	Lines   []slipLine
	Sums    []slipLine
	Tax     *slipLine
	// Pictured: a line has a picture, and so all have a place for one.
	Pictured bool
}

type slipLine struct {
	Name   string
	Markup text // the name, isolated, or a word of ours
	Detail text
	Amount string
	Cut    bool // a discount
	Image  string

	Several bool // more than one of it: where there is no room for all details, this one is told
}

// Big is the amount where it is set large.
func (s *slip) Big() string { return breakable(s.Amount) }

// breakable lets a line end between the number and the currency of an amount, for where it is set so large that it may not fit: a browser
// that finds no such place breaks between any two letters, also those of a code. Thousands stay together.
func breakable(amount string) string {
	letters := []rune(amount)
	digit := func(i, step int) bool {
		for i += step; i >= 0 && i < len(letters); i += step {
			if !unicode.Is(unicode.Cf, letters[i]) {
				return unicode.IsDigit(letters[i])
			}
		}
		return false
	}
	for i, r := range letters {
		if r == '\u00a0' && !(digit(i, -1) && digit(i, 1)) {
			letters[i] = ' '
		}
	}
	return string(letters)
}

// Money writes an amount as those of what is bought are written. A long one, which may not fit a narrow page, can be taken apart before
// or after its currency.
func (v *View) Money(amount int64, code string) string {
	text := ""
	if v.figures.speech == nil || v.figures.code != code {
		text = v.speech.Money(amount, code)
	} else {
		text = v.figures.money(pay.Amount(amount))
	}
	if lettersShown(text) > longAmount {
		return breakable(text)
	}
	return text
}

// tabulate has all amounts of a page written alike: those of what is bought, and of the plan that it is paid by.
func (v *View) tabulate(pg *engine.Page) {
	bought := pg.About()
	amounts := []pay.Amount{bought.Amount, pg.Due(), bought.TaxAmount}
	var subtotal pay.Amount
	for i := range bought.Lines {
		l := &bought.Lines[i]
		amounts = append(amounts, l.UnitPrice, l.TotalAmount, l.TotalTaxAmount)
		if !sum(l.Type) {
			subtotal += l.TotalAmount
		}
	}
	if pg.Hosted.Progress.Category == pay.PayOverTime {
		for _, q := range pay.Quotes(bought.Amount, bought.Currency, pg.Now) {
			amounts = append(amounts, q.Total, q.Extra, q.Payments[0].Amount)
		}
	}
	if pg.Order != nil {
		amounts = append(amounts, pg.Order.Refunded)
	}
	v.figures = v.column(bought.Currency, append(amounts, subtotal)...)
}

// slip draws up the order.
func (v *View) slip(pg *engine.Page) *slip {
	v.tabulate(pg)
	session, bought := &pg.Payment.Session, pg.About()
	money := func(a pay.Amount) string { return v.Money(int64(a), bought.Currency) }
	out := &slip{Amount: money(bought.Amount), Label: v.T(toPay(session)), Lines: make([]slipLine, 0, len(bought.Lines))}
	out.Long = lettersShown(out.Amount) > longAmount
	var items int64
	var subtotal pay.Amount
	for i := range bought.Lines {
		l := &bought.Lines[i]
		if sum(l.Type) {
			out.Sums = append(out.Sums, slipLine{Name: l.Name, Markup: isolate(l.Name), Amount: money(l.TotalAmount), Cut: l.TotalAmount < 0})
			continue
		}
		if items++; !measured(l.QuantityUnit) {
			items += l.Quantity - 1
		}
		subtotal += l.TotalAmount
		image := ""
		if l.ImageURL != "" {
			image, out.Pictured = v.Action+"/line/"+strconv.Itoa(i+1), true
		}
		out.Lines = append(out.Lines, slipLine{Image: image, Name: l.Name, Markup: isolate(l.Name), Detail: v.quantity(l, money(l.UnitPrice)), Amount: money(l.TotalAmount), Several: l.Quantity > 1})
	}
	if pg.Hosted.Options.HideSubtotalDetail {
		out.Sums = nil
	} else {
		if len(out.Sums) > 0 {
			out.Sums = append([]slipLine{{Markup: v.H("subtotal"), Amount: money(subtotal)}}, out.Sums...)
		}
		out.Tax = v.tax(bought, money)
	}
	count := v.TN("items", int(min(items, 1<<30)))
	out.Caption = isolate(count)
	if ref := session.MerchantReference1; ref != "" {
		out.Caption = v.H("order.caption", "Order", ref, "Items", count)
	}
	return out
}

// measures are the units of what is weighed or measured, in small letters: 350 g of coffee are one thing, 3 pcs are three.
const measures = " mg g dag kg t oz lb lbs fl oz ml cl dl l hl gal pt mm cm dm m km in ft yd m2 m² m3 m³ sqm kwh wh h hr hrs min s gb mb tb "

func measured(unit string) bool {
	return unit != "" && strings.Contains(measures, " "+strings.ToLower(unit)+" ")
}

// toPay is the word for the amount of a session: that of a token is not to be paid.
func toPay(s *pay.PaymentSession) string {
	if s.Intent == pay.Tokenize {
		return "amount"
	}
	return "to.pay"
}

// lettersShown counts the letters of a text that take a place.
func lettersShown(s string) int {
	n := 0
	for _, r := range s {
		if !unicode.Is(unicode.Cf, r) {
			n++
		}
	}
	return n
}

// sum reports whether a line belongs below the subtotal.
func sum(t pay.LineType) bool {
	switch t {
	case pay.Discount, pay.ShippingFee, pay.SalesTax, pay.GiftCard, pay.StoreCredit, pay.Surcharge:
		return true
	}
	return false
}

// quantity is the second line of a line: 2 × £19.50, with the unit when it has one.
func (v *View) quantity(l *pay.OrderLine, price string) text {
	count := strconv.FormatInt(l.Quantity, 10)
	if l.QuantityUnit != "" {
		return v.H("line.measured", "Quantity", count, "Unit", l.QuantityUnit, "Price", price)
	}
	return v.H("line.counted", "Quantity", count, "Price", price)
}

// tax is the line below the total: what of it is tax, and at which rate when there is one only.
func (v *View) tax(bought *pay.Purchase, money func(pay.Amount) string) *slipLine {
	var tax pay.Amount
	rate, rates := int64(0), 0
	for i := range bought.Lines {
		l := &bought.Lines[i]
		tax += l.TotalTaxAmount
		if l.Type == pay.SalesTax {
			return nil // it stands among the sums already
		}
		if !sum(l.Type) && (rates == 0 || l.TaxRate != rate) {
			rate, rates = l.TaxRate, rates+1
		}
	}
	if bought.HasTax {
		tax = bought.TaxAmount
	}
	if tax <= 0 {
		return nil
	}
	if rates == 1 && rate > 0 {
		return &slipLine{Markup: v.H("tax", "Rate", isolateLTR(v.Percent(rate))), Amount: money(tax)}
	}
	return &slipLine{Markup: v.H("tax.mixed"), Amount: money(tax)}
}
