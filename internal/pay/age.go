package pay

import (
	"strings"
	"time"
)

// Ages of people, in years.
const (
	ageOfCredit = 18
	oldestAge   = 120
)

// oldestBirth is the first day on which somebody who lives today can be born.
func oldestBirth(today time.Time) time.Time { return today.AddDate(-oldestAge, 0, 0) }

// birthReason takes the days on which somebody who lives today can be born.
func birthReason(v string, today time.Time) FieldReason {
	d, err := time.Parse(time.DateOnly, v)
	if err != nil || d.Before(oldestBirth(today)) || d.After(today) {
		return FieldForm
	}
	return ""
}

// onCredit reports whether a way to pay lends money.
func (c Category) onCredit() bool { return c == PayLater || c == PayOverTime }

// Buyer is who buys what on which day, as far as the law asks for it.
type Buyer struct {
	Customer Customer
	Country  string // of the purchase
	Region   string // where the consumer lives, for countries with several clocks
	Category Category
	On       time.Time
}

// UnderAge reports whether a consumer wants credit before the day on which 18 years are completed, by the calendar of the purchase's
// country. The birthday counts, and that of 29 February is 1 March. Where the birth date and the national id differ the younger age
// counts; where a number leaves the day open, the last one that it can be. A company has no age.
func (b Buyer) UnderAge() bool {
	if !b.Category.onCredit() || b.Customer.Type == "organization" {
		return false
	}
	country := strings.ToUpper(b.Country)
	today := Today(country, b.Region, b.On)
	young := func(birth time.Time) bool { return birth.AddDate(ageOfCredit, 0, 0).After(today) }
	if d, err := time.Parse(time.DateOnly, strings.TrimSpace(string(b.Customer.DateOfBirth))); err == nil && young(d) {
		return true
	}
	id, ok := parseNationalID(country, string(b.Customer.NationalIdentificationNumber), today)
	return ok && young(id.last)
}

// Artificial reports whether a consumer is told by a national id that is given to nobody.
func (b Buyer) Artificial() bool {
	country := strings.ToUpper(b.Country)
	id, ok := parseNationalID(country, string(b.Customer.NationalIdentificationNumber), Today(country, b.Region, b.On))
	return ok && id.artificial
}
