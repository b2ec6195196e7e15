package phone

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"
)

var update = flag.Bool("update", false, "write docs/data/phones.md")

// homes are the markets: a number there, what is dialled before it at home, and what is dialled before a calling code. The prefixes are
// those of ITU-T's list of dialling procedures (annex to Operational Bulletin 994).
var homes = []struct{ market, code, number, trunk, abroad string }{
	{"AT", "43", "6762600456", "0", "00"}, {"AU", "61", "473752244", "0", "0011"}, {"BE", "32", "485121291", "0", "00"}, {"CA", "1", "5197438620", "1", "011"},
	{"CH", "41", "758680000", "0", "00"}, {"CZ", "420", "771613715", "", "00"}, {"DE", "49", "17614284340", "0", "00"}, {"DK", "45", "42555628", "", "00"},
	{"ES", "34", "672563009", "", "00"}, {"FI", "358", "401234567", "0", "00"}, {"FR", "33", "689854321", "0", "00"}, {"GB", "44", "7755564318", "0", "00"},
	{"GR", "30", "6945553624", "", "00"}, {"HU", "36", "300102692", "06", "00"}, {"IE", "353", "855351400", "0", "00"}, {"IT", "39", "3339741231", "", "00"},
	{"MX", "52", "5593747739", "01", "00"}, {"NL", "31", "689124321", "0", "00"}, {"NO", "47", "40123456", "", "00"}, {"NZ", "64", "27555290", "0", "00"},
	{"PL", "48", "795222223", "", "00"}, {"PT", "351", "935556731", "", "00"}, {"RO", "40", "741209876", "0", "00"}, {"SE", "46", "701740615", "0", "00"},
	{"SK", "421", "905123456", "0", "00"}, {"US", "1", "3106683312", "1", "011"},
}

// grouped writes a number in groups, with a mark between them.
func grouped(number, mark string) string {
	return number[:2] + mark + number[2:5] + mark + number[5:7] + mark + number[7:]
}

// ways are the ways in which people write one number.
func ways(code, number, trunk, abroad string) []string {
	out := []string{
		number, trunk + number, trunk + grouped(number, " "), trunk + grouped(number, "-"), trunk + grouped(number, "."), "(" + trunk + number[:3] + ") " + number[3:],
		"+" + code + number, "+" + code + " " + grouped(number, " "), "+" + code + "-" + grouped(number, "-"), "(+" + code + ") " + number, "+ " + code + " " + number,
		abroad + code + number, abroad + " " + code + " " + grouped(number, " "), "00" + code + number, "00 " + code + " " + number, code + " " + number, "+00" + code + number,
		"tel:+" + code + "-" + grouped(number, "-"), "+" + code + number + " ext. 5", "tel:+" + code + number + ";ext=5", "+" + code + "/" + grouped(number, " / "),
		"+" + code + " (0)" + number, "+" + code + "(0) " + grouped(number, " "), "00" + code + " (0) " + number, "+" + code + " 0" + number, "+" + code + "[0]" + number,
	}
	if trunk != "" {
		out = append(out, "+"+code+trunk+number, "+"+code+" ("+trunk+") "+number, abroad+code+trunk+number, "+"+trunk+number)
	}
	if code == "52" {
		out = append(out, "1"+number, "044"+number, "045 "+grouped(number, " "), "+521"+number, "+52 044 "+number, "+52 045 "+number, "00521"+number, "+52 1 "+grouped(number, " "), "52 1 "+number, "01 1 "+number)
	}
	return out
}

func TestRead_everyMarketInEveryForm(t *testing.T) {
	for _, h := range homes {
		want := "+" + h.code + h.number
		for _, written := range ways(h.code, h.number, h.trunk, h.abroad) {
			if got, fault := Read(written, h.market); got != want {
				t.Errorf("%s %q: %q %+v, want %s", h.market, written, got, fault, want)
			}
		}
		for _, other := range homes { // with its calling code a number is the same wherever it is dialled
			for _, written := range []string{want, other.abroad + h.code + h.number, "+" + h.code + " (0)" + h.number} {
				if got, fault := Read(written, other.market); got != want {
					t.Errorf("%s in %s %q: %q %+v, want %s", h.market, other.market, written, got, fault, want)
				}
			}
		}
	}
}

// special are numbers that go wrong by good guesses. The numbers' own plans are those of the library, nyaruka/phonenumbers 1.8.1, which
// carries the metadata of Google's libphonenumber; what it no longer knows says why.
var special = []struct{ market, written, want, why string }{
	{"HU", "06 30 010 2692", "+36300102692", "the trunk prefix is 06"},
	{"HU", "+36 06 30 010 2692", "+36300102692", "also after the calling code"},
	{"HU", "+36 (0)30 010 2692", "+36300102692", "a zero of other countries' trunks"},
	{"SE", "+46 (0)70 174 06 15", "+46701740615", "a zero for calls at home"},
	{"SE", "0046701740615", "+46701740615", "00 is dialled abroad"},
	{"SE", "0046 (0)70-174 06 15", "+46701740615", "both"},
	{"US", "1 310 668 3312", "+13106683312", "1 before a long-distance call"},
	{"US", "011 46 70 174 06 15", "+46701740615", "011 is dialled abroad"},
	{"US", "0046 70 174 06 15", "+46701740615", "as it is dialled elsewhere"},
	{"US", "+52 1 55 1234 5678", "+525512345678", "an old Mexican mobile number"},
	{"US", "1-800-FLOWERS", "+18003569377", "letters of the keypad (ITU-T E.161)"},
	{"US", "(310) 668-3312 x5", "+13106683312", "an extension is no part of E.164"},
	{"CA", "1 (519) 743-8620", "+15197438620", "the plan of the US"},
	{"CA", "+1 787 234 5678", "+17872345678", "Puerto Rico shares it"},
	{"GB", "+44 (0)7755 564318", "+447755564318", "a zero for calls at home"},
	{"GB", "07781 123456", "+447781123456", "Guernsey shares the plan"},
	{"GB", "+500 51234", "+50051234", "the Falkland Islands: five digits"},
	{"FR", "0033 6 89 85 43 21", "+33689854321", "00 is dialled abroad"},
	{"FR", "0692 12 34 56", "+262692123456", "Réunion, in France's plan"},
	{"FR", "+33 692 12 34 56", "+262692123456", "the same with France's calling code"},
	{"FR", "0696 12 34 56", "+596696123456", "Martinique"},
	{"FR", "0690 12 34 56", "+590690123456", "Guadeloupe"},
	{"FR", "0694 12 34 56", "+594694123456", "French Guiana"},
	{"FR", "+33692123456", "+262692123456", "without blanks, too"},
	{"FR", "0262 12 34 56", "+262262123456", "a landline there"},
	{"IT", "0039 333 974 1231", "+393339741231", "00 is dialled abroad"},
	{"IT", "06 1234 5678", "+390612345678", "a zero that belongs to the number"},
	{"IT", "+39 (0)6 1234 5678", "+390612345678", "here too"},
	{"IT", "0333 974 1231", "+393339741231", "a mobile number has none"},
	{"AU", "0011 61 473 752 244", "+61473752244", "0011 is dialled abroad"},
	{"AU", "0046 70 174 06 15", "+46701740615", "as it is dialled elsewhere"},
	{"MX", "044 55 1234 5678", "+525512345678", "to a mobile from the same area, until 2019"},
	{"MX", "045 55 1234 5678", "+525512345678", "to a mobile from another area, until 2019"},
	{"MX", "01 55 1234 5678", "+525512345678", "long distance, until 2019"},
	{"MX", "1 55 1234 5678", "+525512345678", "what was added after +52, until 2019"},
	{"MX", "+52 1 55 1234 5678", "+525512345678", "the same with +52"},
	{"MX", "+52 044 55 1234 5678", "+525512345678", "the same with +52"},
	{"MX", "55 1234 5678", "+525512345678", "ten digits are all there is"},
	{"FI", "0501234", "+358501234", "a valid number of six digits"},
	{"FI", "990 46 70 174 06 15", "+46701740615", "990 is dialled abroad, too"},
	{"FI", "+47 40 12 34 56", "+4740123456", "eight digits in Norway"},
	{"FI", "+376 312 345", "+376312345", "six in Andorra"},
	{"FI", "0457 123 4567", "+3584571234567", "Åland shares the plan"},
	{"NZ", "+682 71234", "+68271234", "five in the Cook Islands"},
	{"NZ", "027 555 290", "+6427555290", "eight digits"},
	{"NO", "79 12 34 56", "+4779123456", "Svalbard shares the plan"},
	{"PL", "0 795 222 223", "+48795222223", "a trunk zero, until 2009"},
	{"DE", "0176/14284340", "+4917614284340", "a slash after the area"},
	{"DE", "+49017614284340", "+4917614284340", "a zero for calls at home"},
	{"SE", "tel:070-174-06-15", "+46701740615", "a URI (RFC 3966)"},
	{"SE", "+0701740615", "+46701740615", "a plus before a number at home"},
	{"SE", "046 70 174 06 15", "+46701740615", "one zero in place of two"},
	{"SE", "070 174 06 155", "", "too long"},
	{"DE", "49 176 14284340", "+4917614284340", "no plus; as a landline it would be valid, too"},
	{"SE", "070-174 06 15 (mobil)", "+46701740615", "a word behind it"},
	{"DE", "0151 11234567,", "+4915111234567", "a comma behind it"},
	{"SE", "0701", "", "too short"},
	{"SE", "0701740615 / 0701740616", "", "two numbers"},
	{"SE", "call me", "", "no number"},
	{"SE", "+999 123456", "", "no calling code"},
}

func TestRead_special(t *testing.T) {
	for _, s := range special {
		if got, fault := Read(s.written, s.market); got != s.want || (fault == nil) != (s.want != "") {
			t.Errorf("%s %q: %q %+v, want %q: %s", s.market, s.written, got, fault, s.want, s.why)
		}
	}
}

func TestRead_faults(t *testing.T) {
	for written, want := range map[string]Fault{
		"7700 900": {TooShort, 3, 10, "+44"}, "12": {TooShort, 8, 10, "+44"}, "1": {Reason: NoNumber}, "abc": {Reason: NoNumber}, "": {Reason: NoNumber},
		"+999 123456": {Reason: NoNumber}, "7700 900 123 456 7": {Reason: TooLong}, strings.Repeat("7", 30): {Reason: TooLong}, "+46 70 174 06": {TooShort, 2, 9, "+46"},
		"+52 044 55 1234 567": {Reason: TooLong}, "+1 310 668 331": {TooShort, 1, 10, "+1"}, "+4917614284340123": {Reason: TooLong},
	} {
		if got, fault := Read(written, "GB"); fault == nil || *fault != want {
			t.Errorf("%q: %s %+v, want %+v", written, got, fault, want)
		}
	}
}

// Without a country a number must begin with its calling code, as operators write it.
func TestRead_withoutACountry(t *testing.T) {
	for written, want := range map[string]string{"+46 70 174 06 15": "+46701740615", "0046 70 174 06 15": "+46701740615", "+52 1 55 1234 5678": "+525512345678", "070 174 06 15": "", "": ""} {
		if got, _ := Read(written, ""); got != want {
			t.Errorf("%q: %q, want %q", written, got, want)
		}
	}
}

// Every example of the library's, of each kind and region, is taken as it is, and again after it was taken apart for the page's fields.
func TestRead_everyExampleOfTheLibrary(t *testing.T) {
	kinds := []phonenumbers.PhoneNumberType{phonenumbers.FIXED_LINE, phonenumbers.MOBILE, phonenumbers.VOIP, phonenumbers.PERSONAL_NUMBER, phonenumbers.TOLL_FREE, phonenumbers.SHARED_COST}
	for region := range phonenumbers.GetSupportedRegions() {
		for _, kind := range kinds {
			n := phonenumbers.GetExampleNumberForType(region, kind)
			if n == nil || !phonenumbers.IsValidNumber(n) {
				continue
			}
			want := phonenumbers.Format(n, phonenumbers.E164)
			forms := []string{want, phonenumbers.Format(n, phonenumbers.INTERNATIONAL), phonenumbers.Format(n, phonenumbers.RFC3966)}
			if region != "AR" { // of whose mobile numbers the library's national form loses the area: 09 15-… for 011 15-…
				forms = append(forms, phonenumbers.Format(n, phonenumbers.NATIONAL))
			}
			for _, written := range forms {
				if got, fault := Read(written, region); got != want {
					t.Errorf("%s %q: %q %+v, want %q", region, written, got, fault, want)
				}
			}
			code, rest := Cut(want)
			if got, fault := Read(rest, region); code+rest != want || got != want {
				t.Errorf("%s: taken apart %s %s, read again %q %+v", want, code, rest, got, fault)
			}
		}
	}
}

// TestDirect_isWhatTheLibrarySays: a number that is taken without being parsed is the one that the parser gives.
func TestDirect_isWhatTheLibrarySays(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	taken := map[string]int{}
	for range 20000 {
		h := homes[random.IntN(len(homes))]
		number := strconv.Itoa(2 + random.IntN(8))
		for len(number) < len(h.number)-1+random.IntN(3) {
			number += strconv.Itoa(random.IntN(10))
		}
		written := "+" + h.code + number
		if !direct(written) {
			continue
		}
		taken[h.market]++
		n, err := phonenumbers.Parse(written, h.market)
		if err != nil {
			t.Fatalf("%s: %v", written, err)
		}
		if got := phonenumbers.Format(n, phonenumbers.E164); got != written {
			t.Errorf("%s is %s for the library", written, got)
		}
		if got, fault := judge(n); got != written {
			t.Errorf("%s is %+v by its length", written, fault)
		}
	}
	for _, h := range homes {
		if taken[h.market] == 0 != (h.market == "IT" || h.market == "MX") {
			t.Errorf("%s: %d taken directly", h.market, taken[h.market])
		}
	}
}

func TestTexts(t *testing.T) {
	for number, want := range map[string]bool{
		"+46701740615": true, "+46812345678": false, "+442079460000": false, "+447755564318": true, "+493012345678": false, "+390612345678": false, "+393339741231": true,
		"+13106683312": true, "+525512345678": true, "+4542555628": true, "+18003569377": false, "+46900100200": false, "+3581012345": false, "": false, "070": false,
	} {
		if got := Texts(number); got != want {
			t.Errorf("%s: %v", number, got)
		}
	}
	for _, h := range homes {
		if !Texts("+" + h.code + h.number) {
			t.Errorf("%s gets no text messages", h.market)
		}
	}
}

func TestCut(t *testing.T) {
	for number, want := range map[string][2]string{"+46701740615": {"+46", "701740615"}, "+3585551234": {"+358", "5551234"}, "+13106683312": {"+1", "3106683312"}, "+0701": {"", "+0701"}, "0701": {"", "0701"}, "+46": {"", "+46"}, "": {"", ""}} {
		if code, rest := Cut(number); [2]string{code, rest} != want {
			t.Errorf("%q: %q %q", number, code, rest)
		}
	}
	for code, want := range map[string]string{"+46": "SE", "+1": "US", "+44": "GB", "+800": "001", "+999": "", "": ""} {
		if got := Main(code); got != want {
			t.Errorf("%s: %q", code, got)
		}
	}
}

// TestDocs_table holds docs/data/phones.md against what is read; -update writes it.
func TestDocs_table(t *testing.T) {
	var b strings.Builder
	b.WriteString(`# Phone numbers

What is typed or sent, and the number that it is read as (E.164). A test writes this table: ` + "`go test ./internal/phone -update`" + `. Numbering
plans: nyaruka/phonenumbers 1.8.1, with the metadata of Google's libphonenumber. A number with a calling code is the same in every market.

## Guesses that go wrong

| market | written | read as | why |
|---|---|---|---|
`)
	for _, s := range special {
		fmt.Fprintf(&b, "| %s | `%s` | %s | %s |\n", s.market, s.written, readAs(s.written, s.market), s.why)
	}
	b.WriteString("\n## Every market\n\nSome of the ways that the test tries; each is read as the number in the second column.\n\n| market | read as | written |\n|---|---|---|\n")
	for _, h := range homes {
		all := ways(h.code, h.number, h.trunk, h.abroad)
		var some []string
		for _, written := range append([]string{h.trunk + h.number, "+" + h.code + " (0)" + h.number, h.abroad + " " + h.code + " " + h.number}, all[25:]...) {
			if readAs(written, h.market) == "+"+h.code+h.number {
				some = append(some, "`"+written+"`")
			}
		}
		fmt.Fprintf(&b, "| %s | +%s%s | %s |\n", h.market, h.code, h.number, strings.Join(some, ", "))
	}
	const path = "../../docs/data/phones.md"
	if *update {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != b.String() {
		t.Errorf("%s is stale: go test ./internal/phone -update", path)
	}
}

func readAs(written, market string) string {
	if number, fault := Read(written, market); fault == nil {
		return number
	}
	return "no number"
}

func BenchmarkRead(b *testing.B) {
	for name, written := range map[string]string{"E.164": "+46701740615", "national": "070-174 06 15", "typed wrong": "+36 (0)30 010 2692", "none": "call me"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Read(written, "SE")
			}
		})
	}
}
