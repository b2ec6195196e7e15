package pay

import "testing"

// TestPurchase_aVoucherMayHaveARateAndNoTax, and lines that are part of the price may not.
func TestPurchase_aVoucherMayHaveARateAndNoTax(t *testing.T) {
	for _, c := range []struct {
		kind  LineType
		tax   Amount
		right bool
	}{
		{GiftCard, 0, true}, {StoreCredit, 0, true}, {GiftCard, -400, true}, {StoreCredit, -401, true}, {GiftCard, -200, false}, {GiftCard, 2, false}, {StoreCredit, -402, false},
		{Discount, 0, false}, {Surcharge, 0, false}, {ShippingFee, 0, false}, {Physical, 0, false}, {Digital, 0, false}, {Discount, -400, true},
	} {
		p := Purchase{
			Country: "SE", Currency: "SEK", Amount: 8000, TaxAmount: 2000 + c.tax, HasTax: true,
			Lines: []OrderLine{
				{Type: Physical, Name: "a", Quantity: 1, UnitPrice: 10000, TotalAmount: 10000, TaxRate: 2500, TotalTaxAmount: 2000},
				{Type: c.kind, Name: "b", Quantity: 1, UnitPrice: -2000, TotalAmount: -2000, TaxRate: 2500, TotalTaxAmount: c.tax},
			},
		}
		faults := p.check(nil, maxTaxRate)
		if right := len(faults) == 0; right != c.right || !right && (len(faults) != 1 || faults[0].Path != "order_lines[1].total_tax_amount") {
			t.Errorf("%s with tax %d: %v", c.kind, c.tax, faults)
		}
	}
}
