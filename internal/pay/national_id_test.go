package pay

import (
	"strings"
	"testing"
	"time"
)

// idCases are numbers as people write them, on 12 June 2026. want is the day of birth, "first to last" where a number leaves it open, or
// the reason for which it is refused.
var idCases = []struct{ country, number, want, what string }{
	{"SE", "194103219202", "1941-03-21", "twelve digits"},
	{"SE", "410321-9202", "1941-03-21", "ten digits: under 100"},
	{"SE", "4103219202", "1941-03-21", "without a dash"},
	{"SE", "19410321–9202", "1941-03-21", "with a typographic dash"},
	{"SE", " 410321\u00a09202\u200e", "1941-03-21", "with blanks and marks that nobody sees"},
	{"SE", "260101+2392", "1926-01-01", "`+` from the year in which one turns 100"},
	{"SE", "260901+2394", "1926-09-01", "`+` before that birthday"},
	{"SE", "2609012394", "1926-09-01", "the `+` left out"},
	{"SE", "260901-2394", "form", "with a dash: born this year, and not yet"},
	{"SE", "150301-2393", "2015-03-01", "a child's"},
	{"SE", "202606122394", "2026-06-12", "born today"},
	{"SE", "202606132393", "form", "born tomorrow"},
	{"SE", "202712312392", "form", "born next year"},
	{"SE", "190606122398", "1906-06-12", "120 years ago"},
	{"SE", "190606112399", "form", "more than 120 years ago"},
	{"SE", "200802292391", "2008-02-29", "a leap day"},
	{"SE", "200902292390", "form", "no leap year"},
	{"SE", "701063-2391", "1970-10-03", "coordination number: 60 on the day (the example of SKV 707)"},
	{"SE", "191503882399", "1915-03-28", "coordination number of Skatteverket's open test data"},
	{"SE", "191500722390", "1915-01-12 to 1915-12-12", "its month unknown: 00 (Skatteverket's open test data)"},
	{"SE", "191500882392", "1915-01-28 to 1915-12-28", "likewise"},
	{"SE", "197010602394", "1970-10-01 to 1970-10-31", "its day unknown: 60"},
	{"SE", "197000602396", "1970-01-01 to 1970-12-31", "both unknown"},
	{"SE", "190107032393", "form", "born in 1901"},
	{"SE", "410321-9203", "form", "wrong check digit (Luhn)"},
	{"SE", "410321-920", "too_short", "nine digits"},
	{"SE", "1941032192025", "too_long", "thirteen digits"},
	{"SE", "41032-19202", "form", "the dash in a wrong place"},
	{"SE", "410321-T202", "form", "an interim number of schools and hospitals: in no register of people"},

	{"NO", "01087000571", "1970-08-01", "fødselsnummer; individual number 000–499: born 1900–1999"},
	{"NO", "010870 00571", "1970-08-01", "with a blank"},
	{"NO", "010870-00571", "1970-08-01", "with a dash"},
	{"NO", "12060850060", "2008-06-12", "500–999 and year 00–39: born 2000–2039"},
	{"NO", "01124560051", "form", "600 and year 45: in no series"},
	{"NO", "01015460020", "form", "500–749 and year 54–99: born 1854–1899, too long ago"},
	{"NO", "30108299920", "1982-10-30", "900–999 and year 40–99: born 1940–1999"},
	{"NO", "30108299939", "1982-10-30", "control digits of 2032: remainder 1 (Skatteetaten's example)"},
	{"NO", "30108299947", "1982-10-30", "remainder 2"},
	{"NO", "30108299955", "1982-10-30", "remainder 3"},
	{"NO", "02011599810", "2015-01-02", "of 2032, where the century is not told: the youngest"},
	{"NO", "02013299997", "form", "born in 2032 (Skatteetaten's example), before that"},
	{"NO", "41087010013", "1970-08-01", "D number: 40 on the day"},
	{"NO", "52060850054", "2008-06-12", "D number of one born 2008"},
	{"NO", "01887010095", "1970-08-01, artificial", "test population: 80 on the month (Tenor)"},
	{"NO", "01737010097", "1970-08-01, artificial", "65 on the month"},
	{"NO", "01487010002", "1970-08-01, artificial", "40 on the month"},
	{"NO", "41887010089", "1970-08-01, artificial", "80 on the month, 40 on the day"},
	{"NO", "41737010080", "1970-08-01, artificial", "65 on the month, 40 on the day"},
	{"NO", "01087000572", "form", "wrong second control digit"},
	{"NO", "32087000571", "form", "no such day"},
	{"NO", "29020850025", "2008-02-29", "a leap day"},
	{"NO", "0108700057", "too_short", "ten digits"},

	{"DK", "080136-3945", "1936-01-08", "seventh digit 0–3: born 1900–1999"},
	{"DK", "0801363945", "1936-01-08", "without a dash"},
	{"DK", "1206084000", "2008-06-12", "4 or 9 and year 00–36: born 2000–2036"},
	{"DK", "1206379000", "1937-06-12", "4 or 9 and year 37–99: born 1937–1999"},
	{"DK", "1206085000", "2008-06-12", "5–8 and year 00–57: born 2000–2057"},
	{"DK", "1206586000", "form", "5–8 and year 58–99: born 1858–1899, too long ago"},
	{"DK", "1206361000", "1936-06-12", "no control digit: given up in 2007"},
	{"DK", "6801363945", "1936-01-08", "replacement number: 60 on the day"},
	{"DK", "3113363945", "form", "no such month"},
	{"DK", "2902094000", "form", "no leap year"},
	{"DK", "080136394", "too_short", "nine digits"},

	{"FI", "190122-829F", "1922-01-19", "`-`: born in the 1900s"},
	{"FI", "190122-829f", "1922-01-19", "in small letters"},
	{"FI", "190122Y829F", "1922-01-19", "`Y` (since 2023)"}, {"FI", "190122X829F", "1922-01-19", "`X`"}, {"FI", "190122W829F", "1922-01-19", "`W`"},
	{"FI", "190122V829F", "1922-01-19", "`V`"}, {"FI", "190122U829F", "1922-01-19", "`U`"},
	{"FI", "120608A123L", "2008-06-12", "`A`: born in the 2000s"},
	{"FI", "010100B123D", "2000-01-01", "`B` (since 2023)"}, {"FI", "010100C123D", "2000-01-01", "`C`"}, {"FI", "010100D123D", "2000-01-01", "`D`"},
	{"FI", "010100E123D", "2000-01-01", "`E`"}, {"FI", "130608F1238", "2008-06-13", "`F`"},
	{"FI", "010101+123N", "form", "`+`: born in the 1800s, too long ago"},
	{"FI", "010127A123C", "form", "born next year"},
	{"FI", "010190-999W", "1990-01-01, artificial", "900–999: temporary, and test data"},
	{"FI", "010190-001P", "form", "numbers begin at 002"},
	{"FI", "010190-002R", "1990-01-01", "the first of a day"},
	{"FI", "190122-829A", "form", "wrong check character"},
	{"FI", "190122Z829F", "form", "no such sign"},
	{"FI", "190122829F", "too_short", "the sign left out: the century is not known"},
}

// idSources is where the rules come from.
var idSources = map[string]string{
	"SE": "Skatteverket, SKV 704 and SKV 707, and its open test data of coordination numbers", "NO": "Folkeregisterforskriften § 2-2-1; Skatteetaten, \"Nytt fødselsnummer fra 2032\" and its test population Tenor",
	"DK": "CPR-kontoret, \"Personnummeret i CPR\"", "FI": "Digi- ja väestötietovirasto; Valtioneuvoston asetus 690/2022",
}

func TestNationalID_forms(t *testing.T) {
	var doc strings.Builder
	doc.WriteString("# National identity numbers\n\nWhat the page takes on 12 June 2026, and what it reads in it. Made by the tests of `internal/pay`.\n\n" +
		"*Artificial* numbers are given to nobody. The page takes them; outside the sandbox whoever pays with one is declined as\n`could_not_establish_identity`. " +
		"Norway asks whoever reads numbers to take the control digits of today and of 2032 side by side, so Kassa does\nso already; " +
		"the second digit, which has not changed, still finds every slip of one digit.\n")
	country := ""
	for _, tc := range idCases {
		got := idReads(tc.country, tc.number)
		if got != tc.want {
			t.Errorf("%s %q (%s) reads %q, want %q", tc.country, tc.number, tc.what, got, tc.want)
		}
		if tc.country != country {
			country = tc.country
			doc.WriteString("\n## " + country + "\n\nSource: " + idSources[country] + ".\n\n" + tableRow("number", "what it is", "born") + "|---|---|---|\n")
		}
		born := tc.want
		switch born {
		case "form", "too_short", "too_long":
			born = "refused"
		}
		doc.WriteString(tableRow("`"+strings.NewReplacer("\u00a0", " ", "\u200e", "").Replace(strings.TrimSpace(tc.number))+"`", tc.what, born))
	}
	sameTable(t, "national-ids.md", doc.String())
}

func idReads(country, number string) string {
	today := time.Date(2026, 6, 12, 0, 0, 0, 0, time.UTC)
	if reason := nationalIDReason(country, number, today); reason != "" {
		return string(reason)
	}
	id, _ := parseNationalID(country, number, today)
	out := id.first.Format(time.DateOnly)
	if !id.first.Equal(id.last) {
		out += " to " + id.last.Format(time.DateOnly)
	}
	if id.artificial {
		out += ", artificial"
	}
	return out
}

// The century that a number of 2032 does not tell is the youngest that somebody can be.
func TestNationalID_norwayFrom2032(t *testing.T) {
	for number, want := range map[string]string{"02013299997": "2032-01-02", "02013299903": "2032-01-02", "30108299939": "1982-10-30", "02011599810": "2015-01-02"} {
		today := time.Date(2032, 1, 2, 0, 0, 0, 0, time.UTC)
		id, ok := parseNationalID("NO", number, today)
		if got := id.first.Format(time.DateOnly); !ok || got != want || nationalIDReason("NO", number, today) != "" {
			t.Errorf("%s: %s, want %s", number, got, want)
		}
	}
}

// FuzzNationalID: whatever is typed is read or refused.
func FuzzNationalID(f *testing.F) {
	for _, tc := range idCases {
		f.Add(tc.country, tc.number)
	}
	f.Fuzz(func(t *testing.T, country, typed string) {
		today := Today(country, "", t0)
		reason := nationalIDReason(country, typed, today)
		id, ok := parseNationalID(country, typed, today)
		if reason == "" && (!ok || id.first.After(id.last) || id.first.After(today)) {
			t.Fatalf("%q is taken in %s: %v", typed, country, id)
		}
	})
}
