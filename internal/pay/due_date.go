package pay

import (
	"slices"
	"strings"
	"time"
)

// dueDateMarkets are where the consumer's due date can be extended.
var dueDateMarkets = []string{"AT", "BE", "DE", "DK", "FI", "GB", "NL", "NO", "SE"}

// extension is one row of the fee table: what more days cost, by the amount of the capture.
type extension struct {
	days  int64
	small Amount // below the first bound
	mid   Amount
	large Amount // above the second bound
}

// feeTable is the prices of one currency, in minor units.
type feeTable struct {
	free     int64 // days that cost nothing, once; 0: none
	from, to Amount
	rows     []extension
}

var (
	euroFees  = feeTable{free: 2, from: 300_00, to: 750_00, rows: []extension{{10, 1_00, 1_00, 1_00}, {30, 1_99, 4_99, 7_99}, {60, 4_99, 9_99, 12_99}}}
	crownFees = feeTable{from: 3000_00, to: 7500_00, rows: []extension{{10, 10_00, 10_00, 10_00}, {30, 19_00, 49_00, 79_00}, {60, 49_00, 99_00, 129_00}}}

	dueDateFees = map[string]*feeTable{"EUR": &euroFees, "GBP": &euroFees, "DKK": &crownFees, "NOK": &crownFees, "SEK": &crownFees}
)

// DueDateOption is one way to extend a capture's due date.
type DueDateOption struct {
	Days int64
	Fee  Amount // minor units of the order's currency
}

// payLater reports whether a method is paid after the capture.
func (m Method) payLater() bool { return m.Type == "invoice" || m.Type == "b2b_invoice" }

// dueAt is the day by which a capture made now is to be paid, zero when it is not paid later.
func (o *Order) dueAt(now time.Time) time.Time {
	if !o.Method.payLater() {
		return time.Time{}
	}
	days := o.Method.Days
	if days == 0 {
		days = LaterDays
	}
	return day(now.UTC()).AddDate(0, 0, days)
}

// DueDateOptions lists by how much the due date of a capture can be extended and for what fee; none for captures that are not
// paid later and outside the markets that have it.
func (o *Order) DueDateOptions(c *Capture) []DueDateOption {
	table := dueDateFees[o.Purchase.Currency]
	if c.DueAt.IsZero() || table == nil || !slices.Contains(dueDateMarkets, strings.ToUpper(o.Purchase.Country)) {
		return nil
	}
	var out []DueDateOption
	if table.free > 0 && !c.FreeDays {
		out = append(out, DueDateOption{Days: table.free})
	}
	for _, row := range table.rows {
		fee := row.mid
		switch {
		case c.Amount < table.from:
			fee = row.small
		case c.Amount > table.to:
			fee = row.large
		}
		out = append(out, DueDateOption{Days: row.days, Fee: fee})
	}
	return out
}

// DueDateInput is what a call to extend a due date brings.
type DueDateInput struct {
	Faults []Fault // those the door found already
	Days   int64
}

// ExtendDueDate moves the due date of a capture by one of the options. The fee is the consumer's: it is told in the
// event and not added to the order. Refusals: NO_SUCH_CAPTURE, 403 NOT_ALLOWED for any other number of days.
func (o *Order) ExtendDueDate(id CaptureID, in DueDateInput, ids *IDs, now time.Time) error {
	if err := unprocessableFaults(in.Faults); err != nil {
		return err
	}
	c := o.CaptureByID(id)
	if c == nil {
		return NoSuchCapture(id)
	}
	options := o.DueDateOptions(c)
	i := slices.IndexFunc(options, func(d DueDateOption) bool { return d.Days == in.Days })
	if i < 0 {
		return notAllowed("The due date cannot be extended by this number of days.")
	}
	c.DueAt = c.DueAt.AddDate(0, 0, int(in.Days))
	if options[i].Fee == 0 {
		c.FreeDays = true
	}
	c.Change.touch()
	o.record(OrderDueDateExtended, EventData{CaptureID: string(c.ID), Amount: options[i].Fee, DueDate: c.DueAt.Format(time.DateOnly)}, ids, now)
	return nil
}
