package page

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/bojanz/currency"
)

// Money writes an amount of minor units by the CLDR of the locale, with a real minus sign.
func (s *speech) Money(amount int64, code string) string {
	a, err := currency.NewAmountFromInt64(amount, code)
	if err != nil {
		return fmt.Sprintf("%d %s", amount, code)
	}
	text := s.money.Format(a)
	if amount < 0 {
		text = strings.ReplaceAll(text, "-", "−")
	}
	return text
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
