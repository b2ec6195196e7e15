package pay

import (
	"fmt"
	"strings"
	"testing"
)

// capturedIn makes an order of 10,000 with captures of 3,000 (lamp), 4,000 (lamp, bell) and 2,000 (without lines).
func capturedIn(t *testing.T) *Order {
	t.Helper()
	o := orderIn(t, "AUTHORIZED")
	for i, c := range []CaptureInput{
		{Amount: ptr(Amount(3000)), Lines: []OrderLine{{Reference: "lamp", TotalAmount: 3000}}},
		{Amount: ptr(Amount(4000)), Lines: []OrderLine{{Reference: "lamp", TotalAmount: 1000}, {Reference: "bell", TotalAmount: 3000}}},
		{Amount: ptr(Amount(2000))},
	} {
		if _, err := o.Capture(c, testIDs(byte(30+i)), t0); err != nil {
			t.Fatal(err)
		}
	}
	return o
}

func TestRefund_allocation(t *testing.T) {
	for _, tc := range []struct {
		amount Amount
		lines  []OrderLine
		want   string // what each capture has given back
	}{
		{500, nil, "500 0 0"},
		{8000, nil, "3000 4000 1000"},
		{2000, []OrderLine{{Reference: "bell", TotalAmount: 2000}}, "0 2000 0"},
		{3500, []OrderLine{{Reference: "bell", TotalAmount: 3500}}, "500 3000 0"},
		{3500, []OrderLine{{Reference: "lamp", TotalAmount: 3500}}, "3000 500 0"},
		{4000, []OrderLine{{Reference: "bell", TotalAmount: 1000}, {Reference: "unknown", TotalAmount: 3000}}, "3000 1000 0"},
		{1000, []OrderLine{{Reference: "bell", TotalAmount: 3000}}, "0 1000 0"},
	} {
		o := capturedIn(t)
		r, err := o.Refund(RefundInput{Amount: ptr(tc.amount), Lines: tc.lines}, testIDs(40), t0)
		if err != nil {
			t.Fatalf("%d with %v: %v", tc.amount, tc.lines, err)
		}
		var got []string
		for _, c := range o.Captures {
			got = append(got, fmt.Sprint(int64(c.Refunded)))
		}
		var parts Amount
		for _, p := range r.Parts {
			parts += p.Amount
		}
		if strings.Join(got, " ") != tc.want || parts != tc.amount || o.Refunded != tc.amount {
			t.Errorf("%d with %v: %v, parts %v, want %s", tc.amount, tc.lines, got, r.Parts, tc.want)
		}
	}
}

func TestRefund_returnFee(t *testing.T) {
	lines := []OrderLine{{Reference: "lamp", TotalAmount: 8000}, {Type: ReturnFee, TotalAmount: -500}}
	for _, tc := range []struct {
		name   string
		change func(o *Order, in *RefundInput)
		want   string
	}{
		{"whole capture", func(*Order, *RefundInput) {}, "ok"},
		{"another market", func(o *Order, _ *RefundInput) { o.Purchase.Country = "US" }, "REFUND_NOT_ALLOWED"},
		{"lines do not add up", func(_ *Order, in *RefundInput) { in.Amount = ptr(Amount(7000)) }, "REFUND_NOT_ALLOWED"},
		{"fee that is none", func(_ *Order, in *RefundInput) { in.Lines[1].TotalAmount = 0 }, "REFUND_NOT_ALLOWED"},
	} {
		o := orderIn(t, "AUTHORIZED")
		if _, err := o.Capture(CaptureInput{Amount: ptr(Amount(10000))}, testIDs(30), t0); err != nil {
			t.Fatal(err)
		}
		in := RefundInput{Amount: ptr(Amount(7500)), Lines: append([]OrderLine(nil), lines...)}
		tc.change(o, &in)
		_, err := o.Refund(in, testIDs(31), t0)
		if got := outcomeOf(err); got != tc.want {
			t.Errorf("%s: %v, want %s", tc.name, err, tc.want)
		}
	}
	part := capturedIn(t)
	if _, err := part.Refund(RefundInput{Amount: ptr(Amount(7500)), Lines: lines}, testIDs(31), t0); outcomeOf(err) != "REFUND_NOT_ALLOWED" {
		t.Errorf("several captures: %v", err)
	}
}
