package page

import (
	"fmt"
	"strings"
	"time"
	_ "time/tzdata" // the zones below are there on machines without a zone database

	"kassa/internal/pay"
)

// dateOrder is how a country writes a day in digits.
type dateOrder uint8

const (
	dayFirst dateOrder = iota
	monthFirst
	yearFirst
)

// place is how people of a country write and read what is no matter of language.
type place struct {
	zone       string // its only clock; empty: it has several, and times say UTC
	birth      string // a day in digits, as an example: one after the 12th, which can be no month
	order      dateOrder
	postalLast bool   // town before postal code
	region     string // an example of the code of a region, where addresses need one
}

// places are the markets' countries.
var places = map[string]place{
	"AT": {"Europe/Vienna", "24.07.1970", dayFirst, false, ""},
	"AU": {"", "24/07/1970", dayFirst, true, "QLD"},
	"BE": {"Europe/Brussels", "24/07/1970", dayFirst, false, ""},
	"CA": {"", "1970-07-24", yearFirst, true, "BC"},
	"CH": {"Europe/Zurich", "24.07.1970", dayFirst, false, ""},
	"CZ": {"Europe/Prague", "24.07.1970", dayFirst, false, ""},
	"DE": {"Europe/Berlin", "24.07.1970", dayFirst, false, ""},
	"DK": {"Europe/Copenhagen", "24.07.1970", dayFirst, false, ""},
	"ES": {"Europe/Madrid", "24/07/1970", dayFirst, false, ""},
	"FI": {"Europe/Helsinki", "24.07.1970", dayFirst, false, ""},
	"FR": {"Europe/Paris", "24/07/1970", dayFirst, false, ""},
	"GB": {"Europe/London", "24/07/1970", dayFirst, true, ""},
	"GR": {"Europe/Athens", "24/07/1970", dayFirst, false, ""},
	"HU": {"Europe/Budapest", "1970.07.24", yearFirst, false, ""},
	"IE": {"Europe/Dublin", "24/07/1970", dayFirst, true, ""},
	"IT": {"Europe/Rome", "24/07/1970", dayFirst, false, "RM"},
	"MX": {"", "24/07/1970", dayFirst, false, "CDMX"},
	"NL": {"Europe/Amsterdam", "24-07-1970", dayFirst, false, ""},
	"NO": {"Europe/Oslo", "24.07.1970", dayFirst, false, ""},
	"NZ": {"Pacific/Auckland", "24/07/1970", dayFirst, true, ""},
	"PL": {"Europe/Warsaw", "24.07.1970", dayFirst, false, ""},
	"PT": {"Europe/Lisbon", "24/07/1970", dayFirst, false, ""},
	"RO": {"Europe/Bucharest", "24.07.1970", dayFirst, false, "B"},
	"SE": {"Europe/Stockholm", "1970-07-24", yearFirst, false, ""},
	"SK": {"Europe/Bratislava", "24.07.1970", dayFirst, false, ""},
	"US": {"", "07/24/1970", monthFirst, true, "NY"},
}

// loadZones reads the clocks of all markets once.
func loadZones() (map[string]*time.Location, error) {
	out := make(map[string]*time.Location, len(places))
	for country, at := range places {
		zone, err := time.LoadLocation(at.zone)
		if err != nil {
			return nil, fmt.Errorf("clock of %s: %w", country, err)
		}
		out[country] = zone
	}
	return out, nil
}

// zoneOf gives a country's clock, UTC for those with several.
func (p *Page) zoneOf(country string) *time.Location {
	if zone := p.zones[country]; zone != nil {
		return zone
	}
	return time.UTC
}

// birthDate turns a day as people write it into 1970-07-10; what cannot be read is given back as it is, for the rules to refuse.
func birthDate(typed, country string) string {
	groups := strings.FieldsFunc(typed, func(r rune) bool { return r < '0' || r > '9' })
	order := places[country].order
	if len(groups) == 1 && len(groups[0]) == 8 { // 19700710 or 10071970; 20071970 is the 20th of July, as there is no month 19 or 20
		d := groups[0]
		switch {
		case (strings.HasPrefix(d, "19") || strings.HasPrefix(d, "20")) && d[4:6] != "19" && d[4:6] != "20":
			groups = []string{d[:4], d[4:6], d[6:]}
		default:
			groups = []string{d[:2], d[2:4], d[4:]}
		}
	}
	if len(groups) != 3 {
		return typed
	}
	y, m, d := groups[2], groups[1], groups[0]
	switch {
	case len(groups[0]) == 4:
		y, d = groups[0], groups[2]
	case order == monthFirst:
		m, d = groups[0], groups[1]
	}
	if len(y) != 4 || len(m) > 2 || len(d) > 2 {
		return typed
	}
	return y + "-" + twoDigits(m) + "-" + twoDigits(d)
}

// shownBirth writes 1970-07-10 as people of a country do.
func shownBirth(iso, country string) string {
	at, known := places[country]
	y, rest, _ := strings.Cut(iso, "-")
	m, d, found := strings.Cut(rest, "-")
	if !known || !found || len(y) != 4 || len(m) != 2 || len(d) != 2 {
		return iso
	}
	sep := strings.Trim(at.birth, "0123456789")[:1]
	if at.order == yearFirst {
		return y + sep + m + sep + d
	}
	if at.order == monthFirst {
		m, d = d, m
	}
	return d + sep + m + sep + y
}

func twoDigits(s string) string {
	if len(s) == 1 {
		return "0" + s
	}
	return s
}

// addressLine writes a name and address in one line, the way its country orders them.
func addressLine(a pay.Address) string {
	var parts []string
	add := func(words ...pay.Personal) {
		var line []string
		for _, w := range words {
			if w != "" {
				line = append(line, string(w))
			}
		}
		if len(line) > 0 {
			parts = append(parts, strings.Join(line, " "))
		}
	}
	add(a.OrganizationName)
	add(a.GivenName, a.FamilyName)
	add(a.StreetAddress)
	add(a.StreetAddress2)
	postal := pay.Personal(strings.ReplaceAll(string(a.PostalCode), " ", "\u00a0")) // it is not broken over two lines
	if places[a.Country].postalLast {
		add(a.City, a.Region, postal)
	} else {
		add(postal, a.City, a.Region)
	}
	return strings.Join(parts, ", ")
}
