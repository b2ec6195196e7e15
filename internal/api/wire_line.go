package api

import (
	"strings"

	"kassa/internal/pay"
)

// wireLine is an order line on the wire. In answers the defaults are filled in; pointers are what the payments API
// leaves out and order management does not.
type wireLine struct {
	Reference           string            `json:"reference,omitempty"`
	Type                string            `json:"type,omitempty"`
	Quantity            int64             `json:"quantity"`
	QuantityUnit        *string           `json:"quantity_unit,omitzero"`
	Name                string            `json:"name"`
	TotalAmount         int64             `json:"total_amount"`
	UnitPrice           int64             `json:"unit_price"`
	TotalDiscountAmount int64             `json:"total_discount_amount"`
	TaxRate             int64             `json:"tax_rate"`
	TotalTaxAmount      int64             `json:"total_tax_amount"`
	ProductURL          string            `json:"product_url,omitempty"`
	ImageURL            string            `json:"image_url,omitempty"`
	MerchantData        string            `json:"merchant_data,omitempty"`
	Identifiers         *wireIdentifiers  `json:"product_identifiers,omitzero"`
	Subscription        *wireSubscription `json:"subscription,omitzero"`
}

type wireIdentifiers struct {
	Brand                  string `json:"brand,omitempty"`
	CategoryPath           string `json:"category_path,omitempty"`
	GlobalTradeItemNumber  string `json:"global_trade_item_number,omitempty"`
	ManufacturerPartNumber string `json:"manufacturer_part_number,omitempty"`
	Color                  string `json:"color,omitempty"`
	Size                   string `json:"size,omitempty"`
}

type wireSubscription struct {
	Name          string `json:"name"`
	Interval      string `json:"interval"`
	IntervalCount int64  `json:"interval_count"`
}

// toLines writes lines. With units, quantity_unit is told also when it is empty, as order management does.
func toLines(lines []pay.OrderLine, units bool) []wireLine {
	out := make([]wireLine, len(lines))
	for i := range lines {
		l := &lines[i]
		out[i] = wireLine{
			Reference: l.Reference, Type: string(l.Type), Quantity: l.Quantity, Name: l.Name, TotalAmount: int64(l.TotalAmount),
			UnitPrice: int64(l.UnitPrice), TotalDiscountAmount: int64(l.TotalDiscountAmount), TaxRate: l.TaxRate,
			TotalTaxAmount: int64(l.TotalTaxAmount), ProductURL: l.ProductURL, ImageURL: l.ImageURL, MerchantData: l.MerchantData,
		}
		if units || l.QuantityUnit != "" {
			out[i].QuantityUnit = &l.QuantityUnit
		}
		if id := l.Identifiers; id != nil {
			out[i].Identifiers = (*wireIdentifiers)(id)
		}
		if s := l.Subscription; s != nil {
			out[i].Subscription = (*wireSubscription)(s)
		}
	}
	return out
}

var (
	lineTypes = []pay.LineType{
		pay.Physical, pay.Discount, pay.ShippingFee, pay.SalesTax, pay.Digital, pay.GiftCard, pay.StoreCredit, pay.Surcharge,
	}
	lineTypesOM = append(append([]pay.LineType(nil), lineTypes...), pay.ReturnFee)
	intervals   = []string{"DAY", "WEEK", "MONTH", "YEAR"}
)

// lineRules is what the API families demand of lines otherwise.
type lineRules struct {
	types                 []pay.LineType
	minLines              int
	minName, unitMax      int
	maxTaxRate, maxAmount int64 // maxAmount is of discount and tax
	reference, data       int
}

var (
	linesKP = lineRules{lineTypes, 1, 1, 8, 10_000, anyInt, maxText, 1024}
	linesOM = lineRules{lineTypesOM, 0, 0, 10, 1<<31 - 1, int64(pay.MaxAmount), maxText, 1024}
)

// lines reads order_lines; nil when they were not sent.
func (r *reader) lines(dst *[]pay.OrderLine, rules *lineRules) bool {
	out := []pay.OrderLine{}
	n, ok := r.array(rules.minLines, pay.MaxLines, func() { out = append(out, r.line(rules)) })
	if !ok {
		return true
	}
	if n < rules.minLines {
		return true
	}
	*dst = out
	return true
}

func (r *reader) line(rules *lineRules) pay.OrderLine {
	l := pay.OrderLine{Type: pay.Physical}
	var name, quantity, price, total bool
	ok := r.object(func(member []byte) bool {
		switch string(member) {
		case "type":
			return enum(r, &l.Type, rules.types)
		case "reference":
			return text(r, &l.Reference, limits{max: rules.reference})
		case "name":
			name = r.sent()
			return text(r, &l.Name, limits{min: rules.minName, max: maxText})
		case "quantity":
			quantity = r.sent()
			return integer(r, &l.Quantity, 0, anyInt)
		case "quantity_unit":
			return text(r, &l.QuantityUnit, limits{max: rules.unitMax})
		case "unit_price":
			price = r.sent()
			return integer(r, &l.UnitPrice, -int64(pay.MaxAmount), int64(pay.MaxAmount))
		case "total_amount":
			total = r.sent()
			return integer(r, &l.TotalAmount, -int64(pay.MaxAmount), int64(pay.MaxAmount))
		case "total_discount_amount":
			return integer(r, &l.TotalDiscountAmount, 0, rules.maxAmount)
		case "total_tax_amount":
			return integer(r, &l.TotalTaxAmount, -anyInt, rules.maxAmount)
		case "tax_rate":
			return integer(r, &l.TaxRate, 0, rules.maxTaxRate)
		case "image_url":
			return r.lineURL(&l.ImageURL)
		case "product_url":
			return r.lineURL(&l.ProductURL)
		case "merchant_data":
			return text(r, &l.MerchantData, limits{max: rules.data, free: true})
		case "product_identifiers":
			return r.identifiers(&l.Identifiers)
		case "subscription":
			return r.subscription(&l.Subscription)
		}
		return false
	})
	if ok {
		r.need("name", name)
		r.need("quantity", quantity)
		r.need("unit_price", price)
		r.need("total_amount", total)
	}
	return l
}

// lineURL reads an address of a line.
func (r *reader) lineURL(dst *string) bool {
	before := len(r.faults)
	text(r, dst, limits{max: 1024})
	if err := pay.CheckLineURL(*dst); err != nil && len(r.faults) == before {
		r.wrong(err.Error(), "")
	}
	return true
}

// sent reports whether the value that comes next is one.
func (r *reader) sent() bool { return r.dec.PeekKind() != 'n' }

// need notes that a member of the object read last is missing.
func (r *reader) need(member string, sent bool) {
	if !sent {
		r.wrong("a value", "")
		f := &r.faults[len(r.faults)-1]
		f.Path = strings.TrimPrefix(f.Path+"."+member, ".")
	}
}

func (r *reader) identifiers(dst **pay.ProductIdentifiers) bool {
	var id pay.ProductIdentifiers
	if r.object(func(member []byte) bool {
		switch string(member) {
		case "brand":
			return text(r, &id.Brand, limits{max: 70})
		case "category_path":
			return text(r, &id.CategoryPath, limits{max: 750})
		case "global_trade_item_number":
			return text(r, &id.GlobalTradeItemNumber, limits{max: 50})
		case "manufacturer_part_number":
			return text(r, &id.ManufacturerPartNumber, limits{max: 70})
		case "color":
			return text(r, &id.Color, limits{max: 64})
		case "size":
			return text(r, &id.Size, limits{max: 64})
		}
		return false
	}) {
		*dst = &id
	}
	return true
}

func (r *reader) subscription(dst **pay.Subscription) bool {
	var s pay.Subscription
	var name, interval, count bool
	if r.object(func(member []byte) bool {
		switch string(member) {
		case "name":
			name = r.sent()
			return text(r, &s.Name, limits{min: 1, max: maxText})
		case "interval":
			interval = r.sent()
			return enum(r, &s.Interval, intervals)
		case "interval_count":
			count = r.sent()
			return integer(r, &s.IntervalCount, 1, 1<<31-1)
		}
		return false
	}) {
		r.need("name", name)
		r.need("interval", interval)
		r.need("interval_count", count)
		*dst = &s
	}
	return true
}
