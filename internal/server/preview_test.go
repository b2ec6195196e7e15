package server_test

import (
	"io"
	"maps"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"kassa/internal/config"
	"kassa/internal/pay"
	"kassa/internal/server"
)

var previewed = regexp.MustCompile(`<body data-status="([A-Z_]+)">|data-step="([a-z]+)"`)

// Every state of the preview is the one that it is called, and looks as the profile says.
func TestPreview_showsEveryState(t *testing.T) {
	same := map[string]string{ // status and step
		"method": "WAITING method", "contact": "IN_PROGRESS contact", "code": "IN_PROGRESS code", "plan": "IN_PROGRESS plan",
		"instrument": "IN_PROGRESS plan", "another tab": "IN_PROGRESS checking", "checking": "IN_PROGRESS checking", "paid": "COMPLETED outcome",
		"under review": "COMPLETED outcome", "declined": "FAILED outcome", "error": "ERROR outcome", "cancel?": "WAITING method", "cancelled": "CANCELLED outcome",
		"back": "BACK outcome", "disabled": "DISABLED outcome", "last minutes": "WAITING method", "expired": "EXPIRED outcome", "unknown": "UNKNOWN outcome",
	}
	for _, country := range []string{"GB", "SE", "US"} {
		want := maps.Clone(same)
		for _, c := range pay.CategoriesFor(country) {
			want["review "+string(c)] = "IN_PROGRESS review"
		}
		settings := pay.MerchantSettings{Colour: "#2d4a63", Profiles: []pay.Profile{{ID: "till", Colour: "#ffd21f", Options: pay.HostedOptions{PurchaseType: "RENT"}}}}
		s, pages, err := server.StartPreview(t.Context(), server.Options{Config: config.Serve{
			Listen: "127.0.0.1:0", AdminListen: "127.0.0.1:0", Database: "sqlite:" + filepath.Join(t.TempDir(), "kassa.db"),
		}}, server.Preview{Name: "Till & Co", Settings: settings, Profile: "till", Country: country})
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, p := range pages {
			resp, err := http.Get(p.URL)
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(resp.Body)
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
			got := []string{"", ""}
			for _, m := range previewed.FindAllStringSubmatch(string(body), 2) {
				got[0], got[1] = got[0]+m[1], got[1]+m[2]
			}
			if state := strings.Join(got, " "); state != want[p.State] {
				t.Errorf("%s, %s: %s, want %s", country, p.State, state, want[p.State])
			}
			if seen[p.State] = true; p.State != "unknown" && (!strings.Contains(string(body), "-ffd21f.css") || !strings.Contains(string(body), "Till &amp; Co")) {
				t.Errorf("%s, %s: not the profile's", country, p.State)
			}
		}
		if len(seen) != len(want) {
			t.Errorf("%s: %d states, want %d", country, len(seen), len(want))
		}
		if err := s.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
	}
	if _, _, err := server.StartPreview(t.Context(), server.Options{}, server.Preview{Country: "XX"}); err == nil {
		t.Error("a preview of no market")
	}
}
