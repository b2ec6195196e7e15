package pay

import (
	"strings"
	"time"
	_ "time/tzdata" // the zones below are there on machines without a zone database
)

// zones are the clocks of the markets (IANA time zone database). Of a market with several clocks it is the one on which a day begins
// last: a day has begun there only when it has begun everywhere.
var zones = map[string]string{
	"AT": "Europe/Vienna", "AU": "Australia/Perth", "BE": "Europe/Brussels", "CA": "America/Vancouver", "CH": "Europe/Zurich", "CZ": "Europe/Prague",
	"DE": "Europe/Berlin", "DK": "Europe/Copenhagen", "ES": "Europe/Madrid", "FI": "Europe/Helsinki", "FR": "Europe/Paris", "GB": "Europe/London",
	"GR": "Europe/Athens", "HU": "Europe/Budapest", "IE": "Europe/Dublin", "IT": "Europe/Rome", "MX": "America/Tijuana", "NL": "Europe/Amsterdam",
	"NO": "Europe/Oslo", "NZ": "Pacific/Auckland", "PL": "Europe/Warsaw", "PT": "Europe/Lisbon", "RO": "Europe/Bucharest", "SE": "Europe/Stockholm",
	"SK": "Europe/Bratislava", "US": "Pacific/Honolulu",
}

// regionZones are the clocks within the markets that have several, by the codes of their regions. A region with two clocks has the
// later one.
var regionZones = map[string]string{
	"AU": "Australia/Sydney:NSW ACT VIC TAS|Australia/Brisbane:QLD|Australia/Adelaide:SA|Australia/Darwin:NT|Australia/Perth:WA",
	"CA": "America/St_Johns:NL|America/Halifax:NB NS PE|America/Toronto:ON QC NU|America/Winnipeg:MB|America/Regina:SK|America/Edmonton:AB NT|America/Whitehorse:YT|America/Vancouver:BC",
	"MX": "America/Mexico_City:CDMX MEX AGS CAM CHP COA COL DUR GUA GRO HID JAL MIC MOR NLE OAX PUE QUE SLP TAB TAM TLA VER YUC ZAC CHH|America/Cancun:ROO|America/Mazatlan:BCS NAY SIN|America/Hermosillo:SON|America/Tijuana:BCN BC",
	"US": "America/New_York:CT DC DE GA MA MD ME MI NC NH NJ NY OH PA RI SC VA VT WV|America/Chicago:AL AR FL IA IL IN KY LA MN MO MS OK TN WI|America/Denver:CO KS MT ND NE NM SD TX UT WY|" +
		"America/Phoenix:AZ|America/Los_Angeles:CA ID NV OR WA|America/Adak:AK|Pacific/Honolulu:HI",
}

// zoneName finds the clock of a region of a market; without a region that is known, the market's.
func zoneName(country, region string) string {
	region = strings.TrimPrefix(strings.ToUpper(strings.TrimSpace(region)), country+"-")
	for entry := range strings.SplitSeq(regionZones[country], "|") {
		name, regions, _ := strings.Cut(entry, ":")
		if region != "" && strings.Contains(" "+regions+" ", " "+region+" ") {
			return name
		}
	}
	return zones[country]
}

// Today is the day that it is in a region of a market, as midnight UTC: days compare, whatever clock they were read from.
func Today(country, region string, now time.Time) time.Time {
	if name := zoneName(country, region); name != "" {
		if zone, err := time.LoadLocation(name); err == nil {
			now = now.In(zone)
		}
	}
	y, m, d := now.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}
