package pay

import (
	"encoding/json"
	"os"
	"testing"
)

// TestIsCountry_asISOHasThem compares every pair of letters with Debian's iso-codes, which follows ISO 3166-1.
func TestIsCountry_asISOHasThem(t *testing.T) {
	raw, err := os.ReadFile("/usr/share/iso-codes/json/iso_3166-1.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Countries []struct {
			Code string `json:"alpha_2"`
		} `json:"3166-1"`
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	assigned := map[string]bool{}
	for _, c := range file.Countries {
		assigned[c.Code] = true
	}
	if len(assigned) < 240 {
		t.Fatalf("%d countries only", len(assigned))
	}
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			if code := string([]rune{a, b}); IsCountry(code) != assigned[code] {
				t.Errorf("%s: %v, in ISO 3166-1: %v", code, IsCountry(code), assigned[code])
			}
		}
	}
	for _, m := range Markets() {
		if !assigned[m.Country] {
			t.Errorf("the market %s is in no country", m.Country)
		}
	}
	for _, none := range []string{"", "S", "SWE", "se", " S", "S ", "D A"} {
		if IsCountry(none) {
			t.Errorf("%q is a country", none)
		}
	}
}
