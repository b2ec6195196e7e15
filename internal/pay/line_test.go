package pay

import (
	"math"
	"strings"
	"testing"
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
		})}, "order_lines[0].total_amount"},
		{"too much", Purchase{Amount: MaxAmount + 1, Lines: line(func(l *OrderLine) { l.UnitPrice = MaxAmount + 1; l.TotalAmount = MaxAmount + 1 })}, "order_lines[0].unit_price"},
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
			for _, f := range tc.p.check(nil) {
				paths = append(paths, f.Path)
			}
			if got := strings.Join(paths, ", "); got != tc.want {
				t.Fatalf("faults at %q, want %q", got, tc.want)
			}
		})
	}
}

func FuzzPurchase_check(f *testing.F) {
	f.Add(int64(495), int64(1), int64(495), int64(0), int64(700), int64(32), int64(495))
	f.Add(int64(math.MaxInt64), int64(math.MaxInt64), int64(math.MinInt64), int64(-1), int64(10000), int64(1), int64(0))
	f.Fuzz(func(t *testing.T, unit, quantity, total, discount, rate, tax, amount int64) {
		if rate < 0 || rate > 10000 || quantity < 0 || discount < 0 {
			return // refused by the door
		}
		p := Purchase{Amount: Amount(amount), Lines: []OrderLine{{
			Quantity: quantity, UnitPrice: Amount(unit), TotalAmount: Amount(total), TotalDiscountAmount: Amount(discount), TaxRate: rate, TotalTaxAmount: Amount(tax),
		}}}
		if len(p.check(nil)) > 0 {
			return
		}
		l := p.Lines[0]
		if l.TotalAmount > MaxAmount || l.TotalAmount < -MaxAmount || l.UnitPrice > MaxAmount || l.UnitPrice < -MaxAmount || p.Amount != l.TotalAmount {
			t.Fatalf("accepted out of range: %+v", l)
		}
		// In 128 bits the equation holds as well: nothing wrapped on the way.
		if quantity != 0 && (int64(l.TotalAmount)+discount)/quantity != unit {
			t.Fatalf("accepted a total that is not quantity × unit price − discount: %+v", l)
		}
	})
}

func TestInvalid400_listsEachPathOnceInOrder(t *testing.T) {
	e := Invalid400([]Fault{{Path: "order_lines[0].total_amount"}, {Path: "merchant_urls.push"}, {Path: "purchase_country"}, {Path: "order_lines[0].total_amount"}})
	if want := "Bad value: purchase_country, order_lines[0].total_amount, merchant_urls.push"; e.Message != want {
		t.Fatalf("%q, want %q", e.Message, want)
	}
}
