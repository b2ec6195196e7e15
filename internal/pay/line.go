package pay

import (
	"fmt"
	"slices"
	"strconv"
)

// LineType is what an order line stands for.
type LineType string

// The types of an order line.
const (
	Physical    LineType = "physical"
	Discount    LineType = "discount"
	ShippingFee LineType = "shipping_fee"
	SalesTax    LineType = "sales_tax"
	Digital     LineType = "digital"
	GiftCard    LineType = "gift_card"
	StoreCredit LineType = "store_credit"
	Surcharge   LineType = "surcharge"
	ReturnFee   LineType = "return_fee" // order management only
)

const (
	// MaxLines is the most lines an order may have.
	MaxLines = 1000
	// maxTaxRate bounds the tax rate of a line of a payment session, and of the order that is placed of it: 100 %.
	maxTaxRate = 10000
	// maxInt32 bounds the tax rate of other lines, which has no bound but its width.
	maxInt32 = 1<<31 - 1
)

// OrderLine is one line of a cart. Amounts are minor units; TaxRate has two implied decimals (2500 is 25 %).
type OrderLine struct {
	Type                LineType
	Reference           string
	Name                string
	Quantity            int64
	QuantityUnit        string
	UnitPrice           Amount
	TotalAmount         Amount
	TotalDiscountAmount Amount
	TotalTaxAmount      Amount
	TaxRate             int64
	ImageURL            string
	ProductURL          string
	MerchantData        string
	Identifiers         *ProductIdentifiers
	Subscription        *Subscription
}

// ProductIdentifiers tell a product apart outside the shop.
type ProductIdentifiers struct {
	Brand, CategoryPath, GlobalTradeItemNumber, ManufacturerPartNumber, Color, Size string
}

// Subscription says that a line repeats.
type Subscription struct {
	Name          string
	Interval      string // DAY, WEEK, MONTH, YEAR
	IntervalCount int64
}

// Purchase is what is bought: where, in what money, and which lines add up to it.
type Purchase struct {
	Country   string // ISO 3166-1 alpha-2, upper case
	Currency  string // ISO 4217, upper case
	Locale    string // like sv-SE
	Amount    Amount
	TaxAmount Amount
	HasTax    bool // order_tax_amount was sent
	Lines     []OrderLine
}

// taxOf is the tax inside a total that includes it: total − total × 10000 / (10000 + rate), rounded half away from zero.
func taxOf(total Amount, rate int64) Amount {
	// tax = total × rate / (10000 + rate); the product stays far below 2^63 for checked totals and rates.
	num, den := int64(total)*rate, 10000+rate
	half := den / 2
	if num < 0 {
		return Amount((num - half) / den)
	}
	return Amount((num + half) / den)
}

// pays reports whether lines of a type pay for others: a gift card, a credit with the shop. What is paid with a voucher that fits several
// rates was not taxed when it was bought and reduces no tax now (Directive (EU) 2016/1065), so such a line may have a rate and no tax: shops
// send the rate of their goods. A discount or a surcharge changes the price and has its tax.
func (t LineType) pays() bool { return t == GiftCard || t == StoreCredit }

// checkLine appends the faults of one line's arithmetic. What rests on a member that is bad already is left alone.
func checkLine(faults []Fault, bad badPaths, path string, l *OrderLine, maxRate int64) []Fault {
	add := func(member, want string, got int64) {
		bad.add(path + "." + member)
		faults = append(faults, Fault{Path: path + "." + member, Want: want, Got: strconv.FormatInt(got, 10)})
	}
	good := func(members ...string) bool {
		return !slices.ContainsFunc(members, func(m string) bool { return bad.has(path + "." + m) })
	}
	bounded := func(member string, a Amount) {
		if good(member) && (a > MaxAmount || a < -MaxAmount) {
			add(member, fmt.Sprintf("at most %d", MaxAmount), int64(a))
		}
	}
	bounded("unit_price", l.UnitPrice)
	bounded("total_amount", l.TotalAmount)
	if good("quantity", "unit_price", "total_discount_amount", "total_amount") {
		const rule = "quantity × unit_price − total_discount_amount"
		gross, ok := mulAmount(l.UnitPrice, l.Quantity)
		want, ok2 := subAmounts(gross, l.TotalDiscountAmount)
		switch {
		case !ok || !ok2:
			add("total_amount", rule+", which is out of range", int64(l.TotalAmount))
		case want != l.TotalAmount:
			add("total_amount", fmt.Sprintf("%s = %d", rule, want), int64(l.TotalAmount))
		}
	}
	if good("tax_rate") && (l.TaxRate < 0 || l.TaxRate > maxRate) {
		add("tax_rate", "0 to "+strconv.FormatInt(maxRate, 10), l.TaxRate)
	}
	if good("total_amount", "tax_rate", "total_tax_amount") {
		tax := taxOf(l.TotalAmount, l.TaxRate)
		if (l.TotalTaxAmount < tax-1 || l.TotalTaxAmount > tax+1) && !(l.Type.pays() && l.TotalTaxAmount == 0) {
			add("total_tax_amount", strconv.FormatInt(int64(tax), 10), int64(l.TotalTaxAmount))
		}
	}
	return faults
}

// badPaths are the paths with a fault, to be looked up fast: a body can have thousands.
type badPaths map[string]bool

func (b badPaths) has(path string) bool { return b[path] }

// add notes a path and everything that it is in.
func (b badPaths) add(path string) {
	for i := 1; i <= len(path); i++ {
		if i == len(path) || path[i] == '.' || path[i] == '[' {
			b[path[:i]] = true
		}
	}
}

// badOf gives the paths of faults.
func badOf(faults []Fault) badPaths {
	bad := badPaths{}
	for _, f := range faults {
		bad.add(f.Path)
	}
	return bad
}

// check appends the faults of the cart: each line, the sum, the tax. Each is looked at unless a member that it needs is
// bad itself: its value is not known then. A total that does not follow from its line is known, and counts in the sum as it was sent.
func (p *Purchase) check(faults []Fault, maxRate int64) []Fault {
	if len(p.Lines) == 0 || slices.ContainsFunc(faults, func(f Fault) bool { return f.Path == "order_lines" }) {
		return faults
	}
	whole := map[string]bool{} // lines that are no objects
	for _, f := range faults {
		whole[f.Path] = true
	}
	bad := badOf(faults)
	sums, taxes := !bad.has("order_amount"), p.HasTax && !bad.has("order_tax_amount")
	for i := range p.Lines {
		path := "order_lines[" + strconv.Itoa(i) + "]"
		if whole[path] {
			sums, taxes = false, false
			continue
		}
		if bad.has(path + ".total_amount") {
			sums, taxes = false, taxes && p.Lines[i].Type != SalesTax
		}
		faults = checkLine(faults, bad, path, &p.Lines[i], maxRate)
		taxes = taxes && !bad.has(path+".total_tax_amount") && !bad.has(path+".type")
	}
	return p.checkSums(faults, sums, taxes)
}

// checkSums appends the faults of order_amount and order_tax_amount, each when the lines' amounts are fit for it.
func (p *Purchase) checkSums(faults []Fault, sums, taxes bool) []Fault {
	var sum, tax Amount
	fits := true // sum
	add := func(to *Amount, a Amount, fit *bool) {
		total, ok := addAmounts(*to, a)
		*to, *fit = total, *fit && ok
	}
	for i := range p.Lines {
		l := &p.Lines[i]
		add(&sum, l.TotalAmount, &fits)
		add(&tax, l.TotalTaxAmount, &taxes) // taxes too large to be added up are too large for their lines
		if l.Type == SalesTax {
			add(&tax, l.TotalAmount, &taxes)
		}
	}
	if sums && (!fits || sum != p.Amount) {
		want := strconv.FormatInt(int64(sum), 10)
		if !fits {
			want = "the sum of the lines, which is out of range"
		}
		faults = append(faults, Fault{Path: "order_amount", Want: want, Got: strconv.FormatInt(int64(p.Amount), 10)})
	}
	if off, ok := subAmounts(p.TaxAmount, tax); taxes && (!ok || off < -Amount(len(p.Lines)) || off > Amount(len(p.Lines))) {
		faults = append(faults, Fault{Path: "order_tax_amount", Want: strconv.FormatInt(int64(tax), 10), Got: strconv.FormatInt(int64(p.TaxAmount), 10)})
	}
	return faults
}
