package page

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/bojanz/currency"

	"kassa/internal/pay"
)

// Money writes an amount of minor units by the CLDR of the locale, with a real minus sign, as it stands alone.
func (s *speech) Money(amount int64, code string) string {
	return s.column(code, pay.Amount(amount)).money(pay.Amount(amount))
}

// column is amounts of one currency that stand under each other, or beside each other on one page: all are grouped when one is, and all
// have decimals when one has. Alone, four digits are not grouped in Spanish, Italian, Polish, Portuguese and Hungarian (CLDR:
// minimumGroupingDigits), and 1234,50 beside 37.070,00 would read as another kind of number.
type column struct {
	*speech
	code   string
	group  string // what stands between the thousands of these; empty: as the locale does it by itself
	digits uint8  // of decimals
	unit   pay.Amount
}

// column looks at all amounts that will stand in it.
func (s *speech) column(code string, amounts ...pay.Amount) column {
	digits, _ := currency.GetDigits(code)
	unit := pay.Amount(1)
	for range digits {
		unit *= 10
	}
	out, whole := column{speech: s, code: code, digits: digits, unit: unit}, pay.WholeUnit(code) == unit
	for _, a := range amounts {
		whole = whole && a%unit == 0
		if s.group != "" && (a >= 10000*unit || a <= -10000*unit) {
			out.group = s.group
		}
	}
	if whole && unit > 1 {
		out.digits = 0 // forints without fillér
	}
	return out
}

// money writes one amount of the column; one that it was not told of may have decimals of its own.
func (c column) money(amount pay.Amount) string {
	a, err := currency.NewAmountFromInt64(int64(amount), c.code)
	if err != nil {
		return fmt.Sprintf("%d %s", amount, c.code)
	}
	f := *c.speech.money
	if c.digits == 0 && amount%c.unit == 0 {
		f.MinDigits = 0
	}
	f.NoGrouping = c.group != ""
	text := f.Format(a)
	if c.group != "" {
		text = grouped(text, c.group)
	}
	if amount < 0 {
		text = strings.ReplaceAll(text, "-", "−")
	}
	return text
}

// grouped puts a separator between the thousands of the first number in a text.
func grouped(text, separator string) string {
	isDigit := func(r rune) bool { return r >= '0' && r <= '9' }
	start := strings.IndexFunc(text, isDigit)
	if start < 0 {
		return text
	}
	end := start
	for end < len(text) && isDigit(rune(text[end])) {
		end++
	}
	out := text[end:]
	for end-start > 3 {
		out = separator + text[end-3:end] + out
		end -= 3
	}
	return text[:end] + out
}

// groupOf finds what a locale puts between thousands where it leaves four digits alone, and nothing for the others.
func groupOf(f *currency.Formatter) string {
	four, err := currency.NewAmountFromInt64(111100, "EUR")
	if err != nil {
		return ""
	}
	five, err := currency.NewAmountFromInt64(1111100, "EUR")
	if err != nil {
		return ""
	}
	if !strings.Contains(f.Format(four), "1111") {
		return ""
	}
	_, rest, _ := strings.Cut(f.Format(five), "11")
	separator, _, found := strings.Cut(rest, "111")
	if !found || separator == "" {
		return ""
	}
	return separator
}

// Percent writes a rate with two implied decimals; whole ones without decimals.
func (s *speech) Percent(rate int64) string {
	number := strconv.FormatInt(rate/100, 10)
	if rate%100 != 0 {
		number = fmt.Sprintf("%d%s%02d", rate/100, s.decimal, rate%100)
	}
	return s.T("percent", "Number", number)
}

// months are the names of the sentences that are names of months.
var months = [13]string{"", "month.1", "month.2", "month.3", "month.4", "month.5", "month.6", "month.7", "month.8", "month.9", "month.10", "month.11", "month.12"}

// Date writes a day without its year.
func (s *speech) Date(t time.Time) string {
	return s.T("date", "Day", s.day(t), "Month", s.T(months[t.Month()]))
}

// day is the number of a day, the first as the language writes it.
func (s *speech) day(t time.Time) string {
	if t.Day() == 1 && s.first != "" {
		return s.first
	}
	return strconv.Itoa(t.Day())
}

// Moment writes a moment to the minute by the clocks of a zone, with its year.
func (s *speech) Moment(t time.Time, zone *time.Location) string {
	t = t.In(zone)
	day := s.T("date.year", "Day", s.day(t), "Month", s.T(months[t.Month()]), "Year", t.Year())
	return s.T("date.time", "Date", day, "Time", s.clock.write(t))
}

// ShortMoment is Moment without the year.
func (s *speech) ShortMoment(t time.Time, zone *time.Location) string {
	t = t.In(zone)
	return s.T("date.time", "Date", s.Date(t), "Time", s.clock.write(t))
}
