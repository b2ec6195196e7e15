package page

import (
	"testing"
	"time"

	"kassa/internal/pay"
)

// The day by which age and cards are judged is the day that the page writes.
func TestZones_areThoseOfTheRules(t *testing.T) {
	zones, err := loadZones()
	if err != nil {
		t.Fatal(err)
	}
	for country, at := range places {
		for hour := range 2 * 24 {
			now := time.Date(2026, 6, 12, hour, 30, 0, 0, time.UTC)
			if at.zone != "" && pay.Today(country, "", now).Format(time.DateOnly) != now.In(zones[country]).Format(time.DateOnly) {
				t.Errorf("%s at %s: %s", country, now, pay.Today(country, "", now))
			}
		}
	}
}
