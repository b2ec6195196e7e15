package pay

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

var june = time.Date(2026, 6, 30, 0, 0, 0, 0, time.UTC) // the last day of a month

// brandSources are where the first digits of each brand come from. credit-card-type is Braintree's, npm, 10.3.0.
var brandSources = map[string]string{
	"AMEX": "ISO/IEC 7812 register; credit-card-type", "DANKORT": "Nets: 5019; 4571 with Visa's brand is Visa's", "DINERS": "Discover Network, IIN ranges; credit-card-type",
	"DISCOVER": "Discover Network, IIN ranges; credit-card-type", "ELO": "credit-card-type", "HIPER": "credit-card-type", "HIPERCARD": "credit-card-type", "JCB": "credit-card-type",
	"MAESTRO": "Mastercard; credit-card-type", "MASTERCARD": "Mastercard, series 2 and 5; credit-card-type", "MIR": "NSPK; credit-card-type", "RUPAY": "NPCI",
	"TROY": "BKM; credit-card-type", "UATP": "UATP, ISO/IEC 7812 register", "UNIONPAY": "UnionPay International; credit-card-type. The check digit need not hold", "VERVE": "credit-card-type", "VISA": "Visa; credit-card-type",
}

// filled is the shortest number of a range with a check digit that holds.
func filled(prefix, lengths string) string {
	least, _ := strconv.Atoi(strings.Fields(lengths)[0])
	head := prefix + strings.Repeat("0", least-1-len(prefix))
	for c := range 10 {
		if luhn(head + strconv.Itoa(c)) {
			return head + strconv.Itoa(c)
		}
	}
	return ""
}

func TestBrandOf_byTheLongestPrefix(t *testing.T) {
	for number, want := range map[string]string{
		"4111111111111111": "VISA", "4687388888888881": "VISA", "4571000000000001": "VISA", "5555555555554444": "MASTERCARD", "2221000000000009": "MASTERCARD",
		"2720990000000007": "MASTERCARD", "2721000000000004": "OTHER", "2220990000000005": "OTHER", "371449635398431": "AMEX", "341111111111111": "AMEX",
		"30569309025904": "DINERS", "30600000000000": "OTHER", "3095000000000000": "DINERS", "36006666333344": "DINERS", "3566002020360505": "JCB", "3527000000000000": "OTHER",
		"180000000000000": "JCB", "100000000000008": "UATP", "6011111111111117": "DISCOVER", "6441111111111117": "DISCOVER", "6205500000000000004": "UNIONPAY", "8171000000000000": "UNIONPAY",
		"6759649826438453": "MAESTRO", "501800000009": "MAESTRO", "5018000000000009": "MAESTRO", "5019717010103742": "DANKORT", "5020000000000000": "MAESTRO", "4936980000000000": "MAESTRO",
		"2200000000000004": "MIR", "2204990000000000": "MIR", "2205000000000000": "OTHER", "5085000000000000": "RUPAY", "5084990000000000": "MAESTRO", "6521500000000000": "RUPAY", "6521490000000000": "DISCOVER",
		"6069850000000000": "RUPAY", "8172000000000000": "RUPAY", "5066990000000000": "ELO", "4011780000000000": "ELO", "4011800000000000": "VISA", "6277800000000000": "ELO", "6277790000000000": "UNIONPAY",
		"6550210000000000": "ELO", "6062820000000000": "HIPERCARD", "6370950000000000": "HIPER", "6370960000000000": "MAESTRO", "5061000000000000": "VERVE", "9792000000000000": "TROY", "9999999999999995": "OTHER", "": "OTHER", "5": "OTHER",
	} {
		if got, _ := brandOf(number); got != want {
			t.Errorf("%s is %s, want %s", number, got, want)
		}
	}
}

// The table of brands is whole: no two ranges of a length meet, and each number that it makes is taken with the brand's security code.
func TestBrands_table(t *testing.T) {
	rows := map[string][]string{}
	lengths := map[string][]string{}
	for i, b := range brands {
		if len(b.from) != len(b.to) || b.from > b.to {
			t.Errorf("%s to %s", b.from, b.to)
		}
		for _, other := range brands[:i] {
			if len(other.from) == len(b.from) && other.from <= b.to && b.from <= other.to {
				t.Errorf("%s to %s is %s and %s", b.from, b.to, b.name, other.name)
			}
		}
		for _, prefix := range []string{b.from, b.to} {
			code := "123"
			if b.name == "AMEX" {
				code = "1234"
			}
			with, faults := ReadCard(TypedCard{filled(prefix, b.lengths), "06/26", code}, june, nil)
			if got, _ := brandOf(filled(prefix, b.lengths)); len(faults) > 0 || with.Brand != got || got != b.name && len(prefix) > 4 {
				t.Errorf("%s…: %+v %v", prefix, with, faults)
			}
		}
		prefix := b.from
		if b.to != b.from {
			prefix += "–" + b.to
		}
		rows[b.name] = append(rows[b.name], prefix)
		for _, n := range strings.Fields(b.lengths) {
			if !slices.Contains(lengths[b.name], n) {
				lengths[b.name] = append(lengths[b.name], n)
			}
		}
	}
	var doc strings.Builder
	doc.WriteString("# Cards\n\nBrands by the first digits of their numbers; where several match, the longest counts. Made by the tests of `internal/pay`.\n\n" +
		tableRow("brand", "first digits", "lengths", "security code", "source") + "|---|---|---|---|---|\n")
	names := make([]string, 0, len(rows))
	for name := range rows {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		code := "3"
		if name == "AMEX" {
			code = "4"
		}
		if brandSources[name] == "" {
			t.Errorf("%s has no source", name)
		}
		slices.Sort(rows[name])
		doc.WriteString(tableRow(name, strings.Join(rows[name], ", "), strings.Join(slices.Sorted(slices.Values(lengths[name])), ", "), code, brandSources[name]))
	}
	doc.WriteString(tableRow("OTHER", "all others", strings.ReplaceAll(anyLengths, " ", ", "), "3 or 4", "ISO/IEC 7812-1"))
	doc.WriteString("\nNumbers end with their check digit (Luhn), save UnionPay's, which need not. A card whose numbers are of several brands is of the one\nthat its first digits name: " +
		"co-badged Cartes Bancaires, Bancontact and Dankort cards are Visa's, Mastercard's or Maestro's.\n\n## Valid until\n\nA card is valid until its month ends where the purchase is made. What is read in June 2026:\n\n" +
		tableRow("typed", "read as") + "|---|---|\n")
	for _, tc := range expiries {
		read := tc.want
		if read == "" {
			read = "refused"
		}
		doc.WriteString(tableRow("`"+strings.NewReplacer("|", "\\|", "\u00a0", " ", "\u200e", "").Replace(tc.typed)+"`", read))
	}
	sameTable(t, "cards.md", doc.String())
}

var expiries = []struct{ typed, want string }{
	{"06/26", "06/2026"}, {"06 / 28", "06/2028"}, {"6/28", "06/2028"}, {"06/2028", "06/2028"}, {"6/2028", "06/2028"}, {"0628", "06/2028"}, {"062028", "06/2028"}, {"06-28", "06/2028"},
	{"06–28", "06/2028"}, {"06.28", "06/2028"}, {"06.2028", "06/2028"}, {"06 28", "06/2028"}, {"06,28", "06/2028"}, {"06'28", "06/2028"}, {"06’28", "06/2028"}, {"06\\28", "06/2028"}, {"06|28", "06/2028"}, {"06_28", "06/2028"},
	{"06\u00a0/\u00a028\u200e", "06/2028"}, {"06\u204428", "06/2028"}, {"06;28", "06/2028"}, {"06\u201428", "06/2028"}, {"٠٦/٢٨", "06/2028"}, {"０６／２８", "06/2028"}, {"2028-06", "06/2028"}, {"2028/6", "06/2028"}, {"202806", "06/2028"}, {"12/27", "12/2027"}, {"1227", "12/2027"},
	{"June 2028", "06/2028"}, {"jun 28", "06/2028"}, {"Sept. 2028", "09/2028"},
	{"05/26", ""}, {"062016", ""}, {"06/57", ""}, {"12/11", ""}, {"28/06", ""}, {"2806", ""}, {"2028", ""}, {"628", ""}, {"62028", ""}, {"13/28", ""}, {"00/28", ""}, {"0/28", ""}, {"06/2", ""}, {"06/028", ""}, {"06/1928", ""},
	{"06/30/28", ""}, {"30.06.2028", ""}, {"2028-06-30", ""}, {"1/2/28", ""}, {"06+28", ""}, {"2028 June", "06/2028"}, {"ju 28", ""}, {"soon", ""}, {"06", ""}, {"/", ""},
}

func english(word string) int {
	for m := time.January; m <= time.December; m++ {
		if len(word) >= 3 && strings.HasPrefix(strings.ToLower(m.String()), strings.ToLower(word)) {
			return int(m)
		}
	}
	return 0
}

func TestReadCard_expiry(t *testing.T) {
	for _, tc := range expiries {
		with, faults := ReadCard(TypedCard{"4111 1111 1111 1111", tc.typed, "123"}, june, english)
		switch {
		case tc.want == "" && (len(faults) != 1 || faults[0] != Fault{Path: "card_expiry", Want: "form"} || with != Instrument{}):
			t.Errorf("%q: %+v, %v", tc.typed, with, faults)
		case tc.want != "" && with != Instrument{Digits: "1111", Brand: "VISA", Expiry: tc.want}:
			t.Errorf("%q: %+v, %v", tc.typed, with, faults)
		}
	}
}

// A card is judged by its brand: how long the number is, whether its check digit must hold, and how long the security code is.
func TestReadCard_isJudgedByItsBrand(t *testing.T) {
	for _, tc := range []struct{ number, code, want string }{
		{"4111 1111 1111 1111", "123", ""}, {"4111\u00a01111–1111-1111\u200e", "1\u200b23", ""}, {"٤١١١١١١١١١١١١١١١", "١٢٣", ""}, {"4222222222222", "123", ""}, {"4000000000000000006", "123", ""},
		{"4111 1111 1111 1111", "1234", "card_cvc three"}, {"4111 1111 1111 1111", "12", "card_cvc three"}, {"4111 1111 1111 1111", "12a", "card_cvc three"}, {"4111111111111111", "", "card_cvc missing"},
		{"41111111111116", "123", "card_number form"}, {"411111111111116", "123", "card_number form"}, {"4111111111111112", "123", "card_number form"},
		{"371449635398431", "1234", ""}, {"371449635398431", "123", "card_cvc four"}, {"371449635398431", "12345", "card_cvc four"}, {"3714496353984311", "1234", "card_number form"},
		{"5555555555554444", "123", ""}, {"55555555555544448", "123", "card_number form"}, {"30569309025904", "123", ""}, {"3566002020360505", "123", ""}, {"5019717010103742", "123", ""}, {"5019717010103743", "123", "card_number form"},
		{"6212345678901234", "123", ""}, {"6212345678901235", "123", ""}, {"62123456789012345", "123", ""}, {"6212345678901234567", "1234", "card_cvc three"}, {"621234567890123", "123", "card_number form"}, {"8100000000000000", "123", ""},
		{"9999999999999995", "1234", ""}, {"9999999999999995", "123", ""}, {"9999999999999995", "12", "card_cvc form"}, {"3", "123", "card_number form"}, {"", "123", "card_number missing"}, {"4111x1111x1111x1111", "123", "card_number form"},
	} {
		got := ""
		_, faults := ReadCard(TypedCard{tc.number, "06/26", tc.code}, june, nil)
		for _, f := range faults {
			got += f.Path + " " + f.Want
		}
		if got != tc.want {
			t.Errorf("%s, %s: %q, want %q", tc.number, tc.code, got, tc.want)
		}
	}
}

// FuzzReadCard: whatever is typed, nothing but the last four digits is kept.
func FuzzReadCard(f *testing.F) {
	for _, tc := range expiries {
		f.Add("4111 1111 1111 1111", tc.typed, "123")
	}
	f.Fuzz(func(t *testing.T, number, expiry, code string) {
		with, faults := ReadCard(TypedCard{number, expiry, code}, june, english)
		if len(faults) == 0 && (len(with.Digits) != 4 || len(with.Expiry) != 7 || with.Brand == "") || len(faults) > 0 && with != (Instrument{}) {
			t.Fatalf("%+v, %v", with, faults)
		}
	})
}
