package pay

import (
	"math"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestTaxOf(t *testing.T) {
	for _, tc := range []struct {
		total Amount
		rate  int64
		want  Amount
	}{
		{495, 700, 32}, {10000, 2500, 2000}, {59500, 2500, 11900}, {-10000, 2500, -2000}, {0, 2500, 0}, {100, 0, 0},
		{5, 10000, 3}, {-5, 10000, -3}, {MaxAmount, 10000, 100_000_000},
	} {
		if got := taxOf(tc.total, tc.rate); got != tc.want {
			t.Errorf("tax of %d at %d: %d, want %d", tc.total, tc.rate, got, tc.want)
		}
	}
}

func TestPurchase_check(t *testing.T) {
	line := func(change func(*OrderLine)) []OrderLine {
		l := OrderLine{Name: "x", Quantity: 1, UnitPrice: 495, TotalAmount: 495, TaxRate: 700, TotalTaxAmount: 32}
		change(&l)
		return []OrderLine{l}
	}
	cases := []struct {
		name string
		p    Purchase
		want string // paths
	}{
		{"right", Purchase{Amount: 495, Lines: line(func(*OrderLine) {})}, ""},
		{"tax one off", Purchase{Amount: 495, Lines: line(func(l *OrderLine) { l.TotalTaxAmount = 33 })}, ""},
		{"tax two off", Purchase{Amount: 495, Lines: line(func(l *OrderLine) { l.TotalTaxAmount = 34 })}, "order_lines[0].total_tax_amount"},
		{"tax 41 as the original refused it", Purchase{Amount: 495, Lines: line(func(l *OrderLine) { l.TotalTaxAmount = 41 })}, "order_lines[0].total_tax_amount"},
		{"total", Purchase{Amount: 496, Lines: line(func(l *OrderLine) { l.TotalAmount = 496 })}, "order_lines[0].total_amount"},
		{"sum", Purchase{Amount: 494, Lines: line(func(*OrderLine) {})}, "order_amount"},
		{"discount", Purchase{Amount: 395, Lines: line(func(l *OrderLine) { l.TotalDiscountAmount = 100; l.TotalAmount = 395; l.TotalTaxAmount = 26 })}, ""},
		{"overflow", Purchase{Amount: 0, Lines: line(func(l *OrderLine) {
			l.Quantity = math.MaxInt64
			l.UnitPrice = 2
			l.TotalAmount = -2
			l.TotalTaxAmount, l.TaxRate = 0, 0
		})}, "order_lines[0].total_amount, order_amount"},
		{"too much", Purchase{Amount: MaxAmount + 1, Lines: line(func(l *OrderLine) { l.UnitPrice = MaxAmount + 1; l.TotalAmount = MaxAmount + 1 })}, "order_lines[0].unit_price, order_lines[0].total_amount"},
		{"order tax within a unit a line", Purchase{Amount: 495, HasTax: true, TaxAmount: 33, Lines: line(func(*OrderLine) {})}, ""},
		{"order tax", Purchase{Amount: 495, HasTax: true, TaxAmount: 34, Lines: line(func(*OrderLine) {})}, "order_tax_amount"},
		{"separate sales tax", Purchase{Amount: 3674, HasTax: true, TaxAmount: 175, Lines: []OrderLine{
			{Name: "Running shoe", Quantity: 1, UnitPrice: 2999, TotalAmount: 2999},
			{Name: "shipping", Type: ShippingFee, Quantity: 1, UnitPrice: 500, TotalAmount: 500},
			{Name: "taxes", Type: SalesTax, Quantity: 1, UnitPrice: 175, TotalAmount: 175},
		}}, ""},
		{"negative lines", Purchase{Amount: 400, Lines: append(line(func(*OrderLine) {}), OrderLine{Type: Discount, Name: "d", Quantity: 1, UnitPrice: -95, TotalAmount: -95, TaxRate: 700, TotalTaxAmount: -6})}, ""},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			var paths []string
			for _, f := range tc.p.check(nil, maxTaxRate) {
				paths = append(paths, f.Path)
			}
			if got := strings.Join(paths, ", "); got != tc.want {
				t.Fatalf("faults at %q, want %q", got, tc.want)
			}
		})
	}
}

// TestPurchase_taxRateIsBoundByFamily: 100 % in payments, nothing but its width on a customer token.
func TestPurchase_taxRateIsBoundByFamily(t *testing.T) {
	for rate, want := range map[int64][2]bool{10000: {true, true}, 10001: {false, true}, maxInt32: {false, true}, maxInt32 + 1: {false, false}, -1: {false, false}} {
		p := Purchase{Amount: MaxAmount, Lines: []OrderLine{{Quantity: 1, UnitPrice: MaxAmount, TotalAmount: MaxAmount, TaxRate: rate}}}
		if rate > 0 {
			p.Lines[0].TotalTaxAmount = Amount(new(big.Int).Div(new(big.Int).Mul(big.NewInt(int64(MaxAmount)), big.NewInt(rate)), big.NewInt(10000+rate)).Int64())
		}
		for i, most := range []int64{maxTaxRate, maxInt32} {
			if faults := p.check(nil, most); (len(faults) == 0) != want[i] {
				t.Errorf("%d, at most %d: %v", rate, most, faults)
			}
		}
	}
}

// TestPurchase_checksWhatIsKnown: a bad member hides nothing but what cannot be known without it.
func TestPurchase_checksWhatIsKnown(t *testing.T) {
	cart := Purchase{Amount: 5, HasTax: true, TaxAmount: 7, Lines: []OrderLine{
		{Quantity: 1, UnitPrice: 100, TotalAmount: 99, TotalTaxAmount: 3},   // should be 100, with no tax
		{Quantity: 1, UnitPrice: 100, TotalAmount: 100, TotalTaxAmount: 30}, // should be 0
	}}
	const all = "order_lines[0].total_amount order_lines[1].total_tax_amount order_amount"
	for bad, want := range map[string]string{
		"":                                        all,
		"purchase_country":                        all,
		"order_lines[0].name":                     all,
		"order_lines[0].type":                     all,
		"order_lines[0].subscription":             all,
		"order_lines[0].quantity":                 "order_lines[0].total_tax_amount order_lines[1].total_tax_amount order_amount",
		"order_lines[0].unit_price":               "order_lines[0].total_tax_amount order_lines[1].total_tax_amount order_amount",
		"order_lines[0].total_discount_amount":    "order_lines[0].total_tax_amount order_lines[1].total_tax_amount order_amount",
		"order_lines[0].total_amount":             "order_lines[1].total_tax_amount",
		"order_lines[0]":                          "order_lines[1].total_tax_amount",
		"order_lines[1].tax_rate":                 "order_lines[0].total_amount order_amount order_tax_amount",
		"order_lines[1].total_tax_amount":         "order_lines[0].total_amount order_amount",
		"order_lines[1].product_identifiers.size": all,
		"order_amount":                            "order_lines[0].total_amount order_lines[1].total_tax_amount",
		"order_lines":                             "",
	} {
		var given []Fault
		if bad != "" {
			given = []Fault{{Path: bad, Want: "a value"}}
		}
		var paths []string
		for _, f := range cart.check(given, maxTaxRate)[len(given):] {
			paths = append(paths, f.Path)
		}
		if got := strings.Join(paths, " "); got != want {
			t.Errorf("with %s bad: %s, want %s", bad, got, want)
		}
	}
}

// TestPurchase_explainsWhatIsOutOfRange: no number is named that nobody could have sent.
func TestPurchase_explainsWhatIsOutOfRange(t *testing.T) {
	for name, tc := range map[string]struct {
		p    Purchase
		want string
	}{
		"product": {Purchase{Amount: 100, Lines: []OrderLine{{Quantity: math.MaxInt64, UnitPrice: 2, TotalAmount: 100}}},
			"order_lines[0].total_amount: expected quantity × unit_price − total_discount_amount, which is out of range, got 100"},
		"discount": {Purchase{Amount: 100, Lines: []OrderLine{{Quantity: 1, UnitPrice: -2, TotalDiscountAmount: math.MaxInt64, TotalAmount: 100}}},
			"order_lines[0].total_amount: expected quantity × unit_price − total_discount_amount, which is out of range, got 100"},
		"taxes": {Purchase{Amount: 200, Lines: []OrderLine{
			{Quantity: 1, UnitPrice: 100, TotalAmount: 100, TotalTaxAmount: math.MaxInt64}, {Quantity: 1, UnitPrice: 100, TotalAmount: 100, TotalTaxAmount: math.MaxInt64}}},
			"order_lines[0].total_tax_amount: expected 0, got 9223372036854775807; order_lines[1].total_tax_amount: expected 0, got 9223372036854775807"},
		"sum": {Purchase{Amount: 100, Lines: []OrderLine{
			{Quantity: 1, UnitPrice: 1, TotalAmount: math.MaxInt64}, {Quantity: 1, UnitPrice: 1, TotalAmount: 1}}},
			"order_amount: expected the sum of the lines, which is out of range, got 100; order_lines[0].total_amount: expected at most 200000000, got 9223372036854775807"},
	} {
		if got := Invalid400(tc.p.check(nil, maxTaxRate)).Explain(); got != tc.want {
			t.Errorf("%s:\n%s, want\n%s", name, got, tc.want)
		}
	}
}

// addsUp tells whether a purchase's numbers are in range and add up, computed without a limit on their size.
func addsUp(p *Purchase) bool {
	n := big.NewInt
	sum, taxes := n(0), n(0)
	for i := range p.Lines {
		l := &p.Lines[i]
		if l.UnitPrice < -MaxAmount || l.UnitPrice > MaxAmount || l.TotalAmount < -MaxAmount || l.TotalAmount > MaxAmount || l.TaxRate < 0 || l.TaxRate > 10000 {
			return false
		}
		total := new(big.Int).Mul(n(int64(l.UnitPrice)), n(l.Quantity))
		if total.Sub(total, n(int64(l.TotalDiscountAmount))); total.Cmp(n(int64(l.TotalAmount))) != 0 {
			return false
		}
		// The tax within, rounded half away from zero: ⌊(2·|total|·rate + den) / (2·den)⌋ with the total's sign.
		den := n(10000 + l.TaxRate)
		tax := new(big.Int).Mul(new(big.Int).Abs(total), n(2*l.TaxRate))
		tax.Div(tax.Add(tax, den), den.Mul(den, n(2)))
		if total.Sign() < 0 {
			tax.Neg(tax)
		}
		if off := new(big.Int).Sub(tax, n(int64(l.TotalTaxAmount))); off.CmpAbs(n(1)) > 0 {
			return false
		}
		sum.Add(sum, total)
		taxes.Add(taxes, n(int64(l.TotalTaxAmount)))
		if l.Type == SalesTax {
			taxes.Add(taxes, total)
		}
	}
	off := taxes.Sub(taxes, n(int64(p.TaxAmount)))
	return sum.Cmp(n(int64(p.Amount))) == 0 && (!p.HasTax || off.CmpAbs(n(int64(len(p.Lines)))) <= 0)
}

// FuzzPurchase_check compares what is accepted with a computation that cannot wrap.
func FuzzPurchase_check(f *testing.F) {
	f.Add(int64(495), int64(1), int64(495), int64(0), int64(700), int64(32), int64(495), int64(990), int64(527))
	f.Add(int64(math.MaxInt64), int64(math.MaxInt64), int64(math.MinInt64), int64(-1), int64(10000), int64(1), int64(0), int64(0), int64(0))
	f.Add(int64(2), int64(math.MaxInt64/2), int64(-1), int64(math.MinInt64), int64(0), int64(0), int64(-1), int64(-2), int64(0))
	f.Add(int64(-100), int64(3), int64(-300), int64(0), int64(2500), int64(-60), int64(100), int64(-200), int64(40))
	f.Add(int64(0), int64(0), int64(0), int64(0), int64(-10000), int64(0), int64(0), int64(0), int64(0))
	f.Fuzz(func(t *testing.T, unit, quantity, total, discount, rate, tax, second, amount, orderTax int64) {
		p := Purchase{Amount: Amount(amount), TaxAmount: Amount(orderTax), HasTax: true, Lines: []OrderLine{
			{Quantity: quantity, UnitPrice: Amount(unit), TotalAmount: Amount(total), TotalDiscountAmount: Amount(discount), TaxRate: rate, TotalTaxAmount: Amount(tax)},
			{Type: SalesTax, Quantity: 1, UnitPrice: Amount(second), TotalAmount: Amount(second)},
		}}
		if faults, right := p.check(nil, maxTaxRate), addsUp(&p); (len(faults) == 0) != right {
			t.Fatalf("adds up: %v, faults %v: %+v", right, faults, p)
		}
	})
}

// TestPurchase_acceptsWhatAddsUpAndNothingElse draws carts that are right or nearly so.
func TestPurchase_acceptsWhatAddsUpAndNothingElse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		nearly := func(what string) Amount {
			return Amount(rapid.SampledFrom([]int64{0, 0, 0, 0, 0, 0, 1, -1, 2, -2}).Draw(t, what))
		}
		p := Purchase{HasTax: rapid.Bool().Draw(t, "order tax is sent")}
		for range rapid.IntRange(1, 5).Draw(t, "lines") {
			l := OrderLine{
				Type:     rapid.SampledFrom([]LineType{Physical, Discount, SalesTax}).Draw(t, "type"),
				Quantity: rapid.Int64Range(0, 50).Draw(t, "quantity"), UnitPrice: Amount(rapid.Int64Range(-5_000_000, 5_000_000).Draw(t, "unit price")),
				TotalDiscountAmount: Amount(rapid.Int64Range(0, 1000).Draw(t, "discount")), TaxRate: rapid.Int64Range(0, 10000).Draw(t, "rate"),
			}
			l.TotalAmount = l.UnitPrice*Amount(l.Quantity) - l.TotalDiscountAmount + nearly("total is off")/2
			l.TotalTaxAmount = Amount(math.Round(float64(l.TotalAmount)*float64(l.TaxRate)/float64(10000+l.TaxRate))) + nearly("tax is off")
			p.Amount += l.TotalAmount
			p.TaxAmount += l.TotalTaxAmount
			if l.Type == SalesTax {
				p.TaxAmount += l.TotalAmount
			}
			p.Lines = append(p.Lines, l)
		}
		p.Amount += nearly("amount is off") / 2
		p.TaxAmount += nearly("order tax is off") * 3
		if faults, right := p.check(nil, maxTaxRate), addsUp(&p); (len(faults) == 0) != right {
			t.Fatalf("adds up: %v, faults %v", right, faults)
		}
	})
}

func FuzzAmounts_neverWrap(f *testing.F) {
	for _, v := range []int64{0, 1, -1, math.MaxInt64, math.MinInt64, math.MinInt64 + 1, 1 << 32, -1 << 31} {
		f.Add(v, v)
		f.Add(v, -v)
		f.Add(v, int64(-1))
		f.Add(int64(-1), v)
	}
	f.Fuzz(func(t *testing.T, a, b int64) {
		x, y := big.NewInt(a), big.NewInt(b)
		for _, c := range []struct {
			name  string
			op    func(Amount, Amount) (Amount, bool)
			exact *big.Int
		}{
			{"+", addAmounts, new(big.Int).Add(x, y)},
			{"-", subAmounts, new(big.Int).Sub(x, y)},
			{"*", func(a, b Amount) (Amount, bool) { return mulAmount(a, int64(b)) }, new(big.Int).Mul(x, y)},
		} {
			got, ok := c.op(Amount(a), Amount(b))
			if ok != c.exact.IsInt64() || ok && int64(got) != c.exact.Int64() {
				t.Fatalf("%d %s %d = %d, %v; exactly %s", a, c.name, b, got, ok, c.exact)
			}
		}
	})
}
