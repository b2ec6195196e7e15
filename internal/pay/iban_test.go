package pay

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// exampleIBANs are those of SWIFT's IBAN Registry, one of each country.
var exampleIBANs = strings.Fields("AD1200012030200359100100 AE070331234567890123456 AL47212110090000000235698741 AT611904300234573201 AZ21NABZ00000000137010001944 BA391290079401028494 BE68539007547034 " +
	"BG80BNBG96611020345678 BH67BMAG00001299123456 BR1800360305000010009795493C1 BY13NBRB3600900000002Z00AB00 CH9300762011623852957 CR05015202001026284066 CY17002001280000001200527600 CZ6508000000192000145399 " +
	"DE89370400440532013000 DK5000400440116243 DO28BAGR00000001212453611324 EE382200221020145685 EG380019000500000000263180002 ES9121000418450200051332 FI2112345600000785 FO6264600001631634 FR1420041010050500013M02606 " +
	"GB29NWBK60161331926819 GE29NB0000000101904917 GI75NWBK000000007099453 GL8964710001000206 GR1601101250000000012300695 GT82TRAJ01020000001210029690 HR1210010051863000160 HU42117730161111101800000000 IE29AIBK93115212345678 " +
	"IL620108000000099999999 IQ98NBIQ850123456789012 IS140159260076545510730339 IT60X0542811101000000123456 JO94CBJO0010000000000131000302 KW81CBKU0000000000001234560101 KZ86125KZT5004100100 LB62099900000001001901229114 " +
	"LC55HEMM000100010012001200023015 LI21088100002324013AA LT121000011101001000 LU280019400644750000 LV80BANK0000435195001 LY83002048000020100120361 MC5811222000010123456789030 MD24AG000225100013104168 ME25505000012345678951 " +
	"MK07250120000058984 MR1300020001010000123456753 MT84MALT011000012345MTLCAST001S MU17BOMM0101101030300200000MUR NL91ABNA0417164300 NO9386011117947 PK36SCBL0000001123456702 PL61109010140000071219812874 PS92PALS000000000400123456702 " +
	"PT50000201231234567890154 QA58DOHB00001234567890ABCDEFG RO49AAAA1B31007593840000 RS35260005601001611379 SA0380000000608010167519 SC18SSCB11010000000000001497USD SE4550000000058398257466 SI56263300012039086 SK3112000000198742637541 " +
	"SM86U0322509800000000270100 ST68000100010051845310112 SV62CENR00000000000000700025 TL380080012345678910157 TN5910006035183598478831 TR330006100519786457841326 UA213223130000026007233566001 VA59001123000012345678 VG96VPVG0000012345678901 XK051212012345678906")

// An account is taken where the mandate reaches it: EUR in SEPA, GBP in GB, CHF in CH and LI, all others in their own country.
func TestReadIBAN_reachesEveryMarketsAccounts(t *testing.T) {
	var doc strings.Builder
	doc.WriteString("# Accounts that a mandate reaches\n\nFor `direct_debit`, and `pay_now` from a bank account: with what the IBAN begins. Made by the tests of `internal/pay`.\n\n" +
		tableRow("market", "currency", "IBANs of") + "|---|---|---|\n")
	for _, m := range Markets() {
		if !m.IBAN() {
			continue
		}
		codes := MandateCodes(m.Currency, m.Country)
		what := strings.Join(codes, ", ")
		if m.Currency == "EUR" {
			what = "SEPA"
		}
		doc.WriteString(tableRow(m.Country, m.Currency, what))
		for _, iban := range exampleIBANs {
			want := FieldReason("")
			switch reached := slices.Contains(codes, iban[:2]); {
			case !reached && m.Currency == "EUR":
				want = FieldNoReachSEPA
			case !reached:
				want = FieldNoReach
			}
			if _, got := ReadIBAN(iban, m.Currency, m.Country); got != want {
				t.Errorf("%s in %s: %q, want %q", iban, m.Country, got, want)
			}
		}
		if _, got := ReadIBAN(SampleIBAN(m.Currency), m.Currency, m.Country); got != "" {
			t.Errorf("the sandbox's account of %s: %q", m.Country, got)
		}
	}
	doc.WriteString("\nSEPA: " + strings.ReplaceAll(sepa, " ", ", ") + "\n(European Payments Council, EPC409-09, with Albania, Moldova, Montenegro, North Macedonia and Serbia). Overseas territories, Åland, Guernsey,\nJersey and the Isle of Man have the IBANs of the country that they belong to.\n\n" +
		"## IBANs\n\nThe countries that have them, and what follows the two check digits: digits (n), letters (a), either (c) (ISO 13616; SWIFT, IBAN Registry).\nThe word IBAN may stand before one, with or without a colon; blanks, dashes, dots and small letters are taken.\n\n" + tableRow("country", "length", "form") + "|---|---|---|\n")
	for _, country := range slices.Sorted(maps.Keys(ibanForms)) {
		doc.WriteString(tableRow(country, strconv.Itoa(4+len(unfolded(ibanForms[country]))), ibanForms[country]))
	}
	sameTable(t, "ibans.md", doc.String())
}

func TestReadIBAN_accountsThatADebitCannotReach(t *testing.T) {
	for _, tc := range []struct {
		country, currency, iban string
		want                    FieldReason
	}{
		{"DE", "EUR", "TR330006100519786457841326", FieldNoReachSEPA}, {"GB", "GBP", "DE89370400440532013000", FieldNoReach}, {"CH", "CHF", "SA0380000000608010167519", FieldNoReach},
		{"PL", "PLN", "BR1800360305000010009795493C1", FieldNoReach}, {"DE", "EUR", "XK051212012345678906", FieldNoReachSEPA}, {"DE", "EUR", "BA391290079401028494", FieldNoReachSEPA},
		{"AT", "EUR", "FO6264600001631634", FieldNoReachSEPA}, {"DK", "DKK", "FO6264600001631634", FieldNoReach}, {"CH", "CHF", "LI21088100002324013AA", ""}, {"CH", "CHF", "DE89370400440532013000", FieldNoReach},
		{"DE", "EUR", "AL47212110090000000235698741", ""}, {"DE", "EUR", "MD24AG000225100013104168", ""}, {"DE", "EUR", "ME25505000012345678951", ""}, {"DE", "EUR", "MK07250120000058984", ""}, {"DE", "EUR", "RS35260005601001611379", ""},
		{"NL", "EUR", "GB29NWBK60161331926819", ""}, {"NL", "EUR", "VA59001123000012345678", ""}, {"SE", "SEK", "FI2112345600000785", FieldNoReach}, {"CZ", "CZK", "SK3112000000198742637541", FieldNoReach},
	} {
		if _, got := ReadIBAN(tc.iban, tc.currency, tc.country); got != tc.want {
			t.Errorf("%s in %s: %q, want %q", tc.iban, tc.country, got, tc.want)
		}
	}
}

// An IBAN is judged by its country: whether it has them, how long they are there, and where letters stand.
func TestReadIBAN_asItIsTyped(t *testing.T) {
	for typed, want := range map[string]FieldReason{
		"DE11520513735120710131": "", "de11 5205 1373 5120 7101 31": "", "DE11\u00a05205\u202f1373-5120-7101-31": "", "DE11–5205–1373 5120710131\u200e": "", "ＤＥ１１５２０５１３７３５１２０７１０１３１": "",
		"IBAN DE89 3704 0044 0532 0130 00": "", "iban: DE89370400440532013000": "", "Iban\u00a0DE89370400440532013000": "", "IBANDE89370400440532013000": "", "IBAN : de89 3704 0044 0532 0130 00": "", "I.B.A.N. DE89370400440532013000": "", "IBAN-Nr. DE89370400440532013000": "", "IBAN No.: DE89_3704_0044_0532_0130_00": "",
		"GB29NWBK60161331926819": "", "MT84MALT011000012345MTLCAST001S": "", "NO9386011117947": "",
		"": FieldMissing, "IBAN": FieldMissing, "IBAN:": FieldMissing, "D": FieldForm, "DE": FieldTooShort, "DE1152051373512071013": FieldTooShort, "DE115205137351207101310": FieldTooLong,
		"DE11520513735120710132": FieldForm, "DEX1520513735120710131": FieldForm, "DE1152051373512071013Ä": FieldTooLong, "DE1152051373512071013?": FieldForm, "DE89A70400440532013000": FieldForm,
		"GB291WBK60161331926819": FieldForm, "US54520513735120710131": FieldForm, "XX54520513735120710131": FieldForm, "ZZ": FieldForm, "DE IBAN89370400440532013000": FieldTooLong,
	} {
		iban, got := ReadIBAN(typed, "EUR", "DE")
		if got != want || (got == "") != (iban != "") {
			t.Errorf("%q: %q %q, want %q", typed, iban, got, want)
		}
	}
}

// FuzzReadIBAN: what is taken has the remainder of ISO 7064 and a country's form.
func FuzzReadIBAN(f *testing.F) {
	for _, iban := range exampleIBANs {
		f.Add(iban, "EUR", "DE")
	}
	f.Fuzz(func(t *testing.T, typed, currency, country string) {
		iban, reason := ReadIBAN(typed, currency, country)
		if (reason == "") != (iban != "") || iban != "" && ibanReason(iban) != "" {
			t.Fatalf("%q: %q, %q", typed, iban, reason)
		}
	})
}
