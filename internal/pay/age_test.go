package pay

import (
	"strings"
	"testing"
	"time"
)

func TestUnderAge(t *testing.T) {
	noon := func(day string) time.Time {
		d, err := time.Parse(time.DateOnly, day)
		if err != nil {
			t.Fatal(err)
		}
		return d.Add(12 * time.Hour)
	}
	born := func(day string) Customer { return Customer{DateOfBirth: Personal(day)} }
	id := func(number string) Customer { return Customer{NationalIdentificationNumber: Personal(number)} }
	for _, tc := range []struct {
		what, country, region string
		category              Category
		customer              Customer
		on                    time.Time
		want                  bool
	}{
		{"the day before the birthday", "DE", "", PayLater, born("2008-06-13"), noon("2026-06-12"), true},
		{"the birthday counts", "DE", "", PayLater, born("2008-06-12"), noon("2026-06-12"), false},
		{"over time alike", "DE", "", PayOverTime, born("2008-06-13"), noon("2026-06-12"), true},
		{"paying at once has no age", "DE", "", PayNow, born("2015-01-01"), noon("2026-06-12"), false},
		{"a debit has none", "DE", "", DirectDebit, born("2015-01-01"), noon("2026-06-12"), false},
		{"a transfer has none", "DE", "", DirectBankTransfer, born("2015-01-01"), noon("2026-06-12"), false},
		{"born next year", "DE", "", PayLater, born("2027-06-12"), noon("2026-06-12"), true},
		{"29 February, on the 28th", "GB", "", PayLater, born("2008-02-29"), noon("2026-02-28"), true},
		{"29 February, on 1 March", "GB", "", PayLater, born("2008-02-29"), noon("2026-03-01"), false},
		{"nothing known", "DE", "", PayLater, Customer{}, noon("2026-06-12"), false},
		{"no day at all", "DE", "", PayLater, born("soon"), noon("2026-06-12"), false},
		{"a company", "DE", "", PayLater, Customer{Type: "organization", DateOfBirth: "2015-01-01"}, noon("2026-06-12"), false},

		{"Berlin is two hours ahead", "DE", "", PayLater, born("2008-06-13"), time.Date(2026, 6, 12, 22, 0, 0, 0, time.UTC), false},
		{"and not three", "DE", "", PayLater, born("2008-06-13"), time.Date(2026, 6, 12, 21, 59, 0, 0, time.UTC), true},
		{"Auckland is twelve", "NZ", "", PayLater, born("2008-06-13"), time.Date(2026, 6, 12, 12, 0, 0, 0, time.UTC), false},
		{"New York, at four in UTC", "US", "NY", PayLater, born("2008-06-13"), time.Date(2026, 6, 13, 4, 0, 0, 0, time.UTC), false},
		{"Los Angeles, then", "US", "US-CA", PayLater, born("2008-06-13"), time.Date(2026, 6, 13, 4, 0, 0, 0, time.UTC), true},
		{"somewhere in the States, before it is day in Hawaii", "US", "", PayLater, born("2008-06-13"), time.Date(2026, 6, 13, 9, 59, 0, 0, time.UTC), true},
		{"and when it is", "US", "", PayLater, born("2008-06-13"), time.Date(2026, 6, 13, 10, 0, 0, 0, time.UTC), false},
		{"Sydney", "AU", "NSW", PayLater, born("2008-06-13"), time.Date(2026, 6, 12, 14, 0, 0, 0, time.UTC), false},
		{"Perth", "AU", "WA", PayLater, born("2008-06-13"), time.Date(2026, 6, 12, 14, 0, 0, 0, time.UTC), true},

		{"Swedish id of an eleven-year-old", "SE", "", PayOverTime, id("150301-2393"), noon("2026-06-12"), true},
		{"in any case of the country", "se", "", PayOverTime, id("150301-2393"), noon("2026-06-12"), true},
		{"eighteen today", "SE", "", PayOverTime, id("200806122396"), noon("2026-06-12"), false},
		{"eighteen tomorrow", "SE", "", PayOverTime, id("200806132395"), noon("2026-06-12"), true},
		{"born next year", "SE", "", PayOverTime, id("202712312392"), noon("2026-06-12"), true},
		{"the day of birth not known: the last it can be", "SE", "", PayLater, id("200806602397"), noon("2026-06-29"), true},
		{"and then", "SE", "", PayLater, id("200806602397"), noon("2026-06-30"), false},
		{"nor the month", "SE", "", PayLater, id("200800602393"), noon("2026-12-30"), true},
		{"and then", "SE", "", PayLater, id("200800602393"), noon("2026-12-31"), false},
		{"Norwegian, eighteen today", "NO", "", PayLater, id("12060850060"), noon("2026-06-12"), false},
		{"Norwegian, the day before", "NO", "", PayLater, id("12060850060"), noon("2026-06-11"), true},
		{"D number, the day before", "NO", "", PayLater, id("52060850054"), noon("2026-06-11"), true},
		{"D number, eighteen", "NO", "", PayLater, id("52060850054"), noon("2026-06-12"), false},
		{"Danish, the day before", "DK", "", PayLater, id("120608-4000"), noon("2026-06-11"), true},
		{"Danish, eighteen", "DK", "", PayLater, id("120608-4000"), noon("2026-06-12"), false},
		{"Danish of 1908", "DK", "", PayLater, id("120608-1000"), noon("2026-06-12"), false},
		{"Finnish, the day before", "FI", "", PayLater, id("120608A123L"), noon("2026-06-11"), true},
		{"Finnish, eighteen", "FI", "", PayLater, id("120608A123L"), noon("2026-06-12"), false},
		{"Finnish of 2023's signs", "FI", "", PayLater, id("130608F1238"), noon("2026-06-12"), true},
		{"Finnish of 1922", "FI", "", PayLater, id("190122U829F"), noon("2026-06-12"), false},
		{"of two that differ the younger counts", "SE", "", PayLater, Customer{DateOfBirth: "1970-01-01", NationalIdentificationNumber: "150301-2393"}, noon("2026-06-12"), true},
		{"the other way round", "SE", "", PayLater, Customer{DateOfBirth: "2015-01-01", NationalIdentificationNumber: "194103219202"}, noon("2026-06-12"), true},
	} {
		if got := (Buyer{tc.customer, tc.country, tc.region, tc.category, tc.on}).UnderAge(); got != tc.want {
			t.Errorf("%s, %s %s on %s: %v", tc.what, tc.country, tc.region, tc.on, got)
		}
	}
}

// Every market has a clock, and the last of its regions' is its own.
func TestZones_ofAllMarkets(t *testing.T) {
	winter := time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC)
	offset := func(name string) int {
		zone, err := time.LoadLocation(name)
		if err != nil || name == "" {
			t.Fatalf("clock %q: %v", name, err)
		}
		_, seconds := winter.In(zone).Zone()
		return seconds
	}
	regions := map[string]string{
		"AU": "ACT NSW NT QLD SA TAS VIC WA", "CA": "AB BC MB NB NL NS NT NU ON PE QC SK YT",
		"US": "AK AL AR AZ CA CO CT DC DE FL GA HI IA ID IL IN KS KY LA MA MD ME MI MN MO MS MT NC ND NE NH NJ NM NV NY OH OK OR PA RI SC SD TN TX UT VA VT WA WI WV WY",
		"MX": "AGS BC BCS CAM CDMX CHH CHP COA COL DUR GRO GUA HID JAL MEX MIC MOR NAY NLE OAX PUE QUE ROO SIN SLP SON TAB TAM TLA VER YUC ZAC",
	}
	for _, m := range Markets() {
		last := offset(zoneName(m.Country, ""))
		for _, region := range strings.Fields(regions[m.Country]) {
			if at := zoneName(m.Country, region); offset(at) < last || at == zones[m.Country] && !map[string]bool{"AUWA": true, "CABC": true, "MXBCN": true, "MXBC": true, "USHI": true}[m.Country+region] {
				t.Errorf("%s-%s has %s", m.Country, region, at)
			}
		}
	}
}

func TestCheckContact_birthDatesThatTheShopSent(t *testing.T) {
	for _, tc := range []struct {
		country  string
		customer Customer
		want     string
	}{
		{"SE", Customer{DateOfBirth: "1970-07-10"}, ""}, {"SE", Customer{DateOfBirth: "2015-07-10"}, ""}, // a child may pay at once
		{"SE", Customer{DateOfBirth: "2026-06-13"}, "national_identification_number missing"}, {"SE", Customer{DateOfBirth: "1906-06-11"}, "national_identification_number missing"},
		{"SE", Customer{DateOfBirth: "10/07/1970"}, "national_identification_number missing"},
		{"SE", Customer{DateOfBirth: "1970-07-10", NationalIdentificationNumber: "202712312392"}, "national_identification_number form"},
		{"SE", Customer{DateOfBirth: "2027-07-10", NationalIdentificationNumber: "194103219202"}, ""},
		{"DE", Customer{DateOfBirth: "1906-06-12"}, ""}, {"DE", Customer{DateOfBirth: "1906-06-11"}, "date_of_birth form"},
		{"DE", Customer{DateOfBirth: "2026-06-12"}, ""}, {"DE", Customer{DateOfBirth: "2026-06-13"}, "date_of_birth form"}, {"DE", Customer{DateOfBirth: "2025-02-29"}, "date_of_birth form"},
		{"DE", Customer{NationalIdentificationNumber: "194103219202"}, "date_of_birth missing"},
	} {
		a, _ := complete(tc.country)
		got := ""
		for _, f := range CheckContact(Place{Country: tc.country}, a, tc.customer, t0) {
			got += f.Field + " " + string(f.Reason)
		}
		if got != tc.want {
			t.Errorf("%s born %s with %s: %q, want %q", tc.country, string(tc.customer.DateOfBirth), string(tc.customer.NationalIdentificationNumber), got, tc.want)
		}
	}
}
