package pay

import (
	"fmt"
	"slices"
	"strconv"
)

// LineType is what an order line stands for.
type LineType string

// The types of an order line (contract 2.9).
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
	// maxTaxRate bounds the tax rate of a line: 100 %.
	maxTaxRate = 10000
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

// taxOf is the tax inside a total that includes it: total − total × 10000 / (10000 + rate), rounded half away from zero
// (contract 2.3, decisions "Amounts").
func taxOf(total Amount, rate int64) Amount {
	// tax = total × rate / (10000 + rate); the product stays far below 2^63 for checked totals and rates.
	num, den := int64(total)*rate, 10000+rate
	half := den / 2
	if num < 0 {
		return Amount((num - half) / den)
	}
	return Amount((num + half) / den)
}

// checkLine appends the faults of one line's arithmetic.
func checkLine(faults []Fault, path string, l *OrderLine) []Fault {
	bad := func(member, want string, got int64) {
		faults = append(faults, Fault{Path: path + "." + member, Want: want, Got: strconv.FormatInt(got, 10)})
	}
	if l.UnitPrice > MaxAmount || l.UnitPrice < -MaxAmount {
		bad("unit_price", fmt.Sprintf("at most %d", MaxAmount), int64(l.UnitPrice))
		return faults
	}
	if l.TotalAmount > MaxAmount || l.TotalAmount < -MaxAmount {
		bad("total_amount", fmt.Sprintf("at most %d", MaxAmount), int64(l.TotalAmount))
		return faults
	}
	gross, ok := mulAmount(l.UnitPrice, l.Quantity)
	want, ok2 := subAmounts(gross, l.TotalDiscountAmount)
	const rule = "quantity × unit_price − total_discount_amount"
	if !ok || !ok2 {
		bad("total_amount", rule+", which is out of range", int64(l.TotalAmount))
		return faults
	}
	if want != l.TotalAmount {
		bad("total_amount", fmt.Sprintf("%s = %d", rule, want), int64(l.TotalAmount))
		return faults
	}
	if l.TaxRate < 0 || l.TaxRate > maxTaxRate {
		bad("tax_rate", "0 to "+strconv.Itoa(maxTaxRate), l.TaxRate)
		return faults
	}
	if tax := taxOf(l.TotalAmount, l.TaxRate); l.TotalTaxAmount < tax-1 || l.TotalTaxAmount > tax+1 {
		bad("total_tax_amount", strconv.FormatInt(int64(tax), 10), int64(l.TotalTaxAmount))
	}
	return faults
}

// check appends the faults of the cart: each line, the sum, the tax (contract 2). Lines and members with a fault already are left
// alone, and sums are not held against lines whose amounts are not known.
func (p *Purchase) check(faults []Fault) []Fault {
	if len(p.Lines) == 0 || slices.ContainsFunc(faults, func(f Fault) bool { return f.Path == "order_lines" }) {
		return faults
	}
	sums, taxes := true, true
	for i := range p.Lines {
		path := "order_lines[" + strconv.Itoa(i) + "]"
		if faulted(faults, path) {
			sums, taxes = false, false
			continue
		}
		before := len(faults)
		faults = checkLine(faults, path, &p.Lines[i])
		for _, f := range faults[before:] {
			taxes = false
			sums = sums && f.Path != path+".unit_price"
		}
	}
	return p.checkSums(faults, sums, taxes)
}

// checkSums appends the faults of order_amount and order_tax_amount, each when the lines' amounts are fit for it.
func (p *Purchase) checkSums(faults []Fault, sums, taxes bool) []Fault {
	var sum, tax, salesTax Amount
	fits := true
	for i := range p.Lines {
		l := &p.Lines[i]
		var ok bool
		if sum, ok = addAmounts(sum, l.TotalAmount); !ok {
			fits = false
		}
		if l.Type == SalesTax {
			salesTax += l.TotalAmount
		}
		tax, _ = addAmounts(tax, l.TotalTaxAmount) // taxes too large to be added up are too large for their lines
	}
	if sums && !faulted(faults, "order_amount") && (!fits || sum != p.Amount) {
		want := strconv.FormatInt(int64(sum), 10)
		if !fits {
			want = "the sum of the lines, which is out of range"
		}
		faults = append(faults, Fault{Path: "order_amount", Want: want, Got: strconv.FormatInt(int64(p.Amount), 10)})
	}
	if taxes && p.HasTax && !faulted(faults, "order_tax_amount") {
		n := Amount(len(p.Lines))
		if want := tax + salesTax; p.TaxAmount < want-n || p.TaxAmount > want+n {
			faults = append(faults, Fault{Path: "order_tax_amount", Want: strconv.FormatInt(int64(want), 10), Got: strconv.FormatInt(int64(p.TaxAmount), 10)})
		}
	}
	return faults
}
