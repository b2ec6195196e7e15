package pay

import (
	"os"
	"strings"
	"testing"
)

// postcodeCases are postcodes as people type them and as the post writes them, by market; an empty form is a refusal. The right forms are those
// of the Universal Postal Union's addressing pages and of the operators that are named with each.
var postcodeCases = []struct{ country, source, cases string }{
	{"AT", "Österreichische Post", "1060=1060|A-1010=1010|A 1010=1010|a1010=1010|AT-1010=1010|10 10=1010|1O10=1010|D-1010=|10100=|101="},
	{"AU", "Australia Post", "4877=4877|0800=0800|AU-4877=4877|O800=0800|QLD 4877=|487="},
	{"BE", "bpost", "1000=1000|B-1000=1000|B1000=1000|BE 1000=1000|L-1000=|10000="},
	{"CA", "Canada Post: no D, F, I, O, Q, U, none begins with W or Z", "V7H 1L9=V7H 1L9|V7H-1L9=V7H 1L9|v7h1l9=V7H 1L9|V7H  1L9=V7H 1L9|v7h–1l9=V7H 1L9|H0H 0H0=H0H 0H0|HOH OHO=H0H 0H0|VOH 1L9=V0H 1L9|V7H IL9=V7H 1L9|CA-V7H 1L9=V7H 1L9|W7H 1L9=|V7O 1L9=|12345="},
	{"CH", "Die Post", "4051=4051|CH-8001=8001|CH 8001=8001|ch8001=8001|FL-9490=9490|80 01=8001|80011="},
	{"CZ", "Česká pošta", "155 00=155 00|15500=155 00|155-00=155 00|CZ-155 00=155 00|CZ 15500=155 00|15 500=155 00|155 0="},
	{"DE", "Deutsche Post", "10178=10178|D-10115=10115|D 10115=10115|d10115=10115|DE-10115=10115|DEU 10115=10115|D – 10115=10115|01067=01067|O1067=01067|1067=|101155=|A-10115=|10115 Berlin=|PLZ 10115=10115|PLZ: D-10115="},
	{"DK", "PostNord", "1556=1556|DK-1556=1556|DK 1556=1556|0999=0999|GL-3900=3900|15567="},
	{"ES", "Correos", "28012=28012|E-28012=28012|ES 28012=28012|C.P. 28012=28012|01001=01001|2801="},
	{"FI", "Posti", "00100=00100|FI-00100=00100|FIN-00100=00100|fi 00100=00100|00 100=00100|OO100=00100|AX-22100=22100|100="},
	{"FR", "La Poste, AFNOR XP Z10-011", "75009=75009|F-75001=75001|F 75001=75001|FR-75001=75001|75 001=75001|97400=97400|MC-98000=98000|7500=|75008 CEDEX 08=75008|75008 Cedex=75008|CEDEX=|75008 CEDEX 123="},
	{"GB", "Royal Mail PAF; BFPO; UPU for the territories", "W1S 3BE=W1S 3BE|w1s3be=W1S 3BE|W1S-3BE=W1S 3BE|W1 S3BE=W1S 3BE|N1 7AA=N1 7AA|M60 1NW=M60 1NW|CR2 6XH=CR2 6XH|DN55 1PT=DN55 1PT|EC1A 1BB=EC1A 1BB|" +
		"SW1A OAA=SW1A 0AA|SO15 2AB=SO15 2AB|S015 2AB=SO15 2AB|S01 2AB=SO1 2AB|0X1 2JD=OX1 2JD|GB-N1 7AA=N1 7AA|UK W1S 3BE=W1S 3BE|GIR 0AA=GIR 0AA|gir0aa=GIR 0AA|GIR OAA=GIR 0AA|BFPO 1=BFPO 1|bfpo58=BFPO 58|BFPO-801=BFPO 801|B.F.P.O. 5001=BFPO 5001|BF1 0AX=BF1 0AX|" +
		"JE2 3AB=JE2 3AB|GY1 1AA=GY1 1AA|IM1 1AA=IM1 1AA|ASCN1ZZ=ASCN 1ZZ|BBND 1ZZ=BBND 1ZZ|BIQQ 1ZZ=BIQQ 1ZZ|FIQQ 1ZZ=FIQQ 1ZZ|GX11 1AA=GX11 1AA|PCRN 1ZZ=PCRN 1ZZ|SIQQ 1ZZ=SIQQ 1ZZ|STHL 1ZZ=STHL 1ZZ|TDCU 1ZZ=TDCU 1ZZ|TKCA 1ZZ=TKCA 1ZZ|" +
		"AI-2640=AI-2640|AI2640=AI-2640|KY1-1001=KY1-1001|ky11001=KY1-1001|MSR 1110=MSR1110|VG1110=VG1110|HM 12=HM 12|HM AX=HM AX|12345=|W1S 3B=|BFPO=|W1S 3CE=|N1 7AAA="},
	{"GR", "ΕΛΤΑ", "151 23=151 23|15123=151 23|GR-151 23=151 23|GR 15123=151 23|15-123=151 23|ΤΚ 151 23=151 23|T.K. 15123=151 23|1512="},
	{"HU", "Magyar Posta", "1083=1083|H-1083=1083|H 1083=1083|h1083=1083|HU-1083=1083|10830="},
	{"IE", "Eircode: letters A C D E F H K N P R T V W X Y", "D02 C838=D02 C838|D02C838=D02 C838|d02-c838=D02 C838|DO2 C838=D02 C838|D02 C83O=D02 C830|D6W XY00=D6W XY00|d6wxy00=D6W XY00|D6W-XYOO=D6W XY00|T12 AB34=|A65 F4E2=A65 F4E2|A65 F4EO=A65 F4E0|IE-D02 C838=D02 C838|D2=|D02=|Dublin 2="},
	{"IT", "Poste Italiane", "00146=00146|I-00100=00100|I 00100=00100|i00100=00100|IT-00146=00146|CAP 00146=00146|SM-47890=47890|V-00120=00120|I0146=|0I146=01146|146="},
	{"MX", "Correos de México", "03000=03000|C.P. 03000=03000|CP03000=03000|MX-03000=03000|O3000=03000|3000="},
	{"NL", "PostNL: from 1000 on, never SA, SD, SS", "1068 SR=1068 SR|1068SR=1068 SR|1234ab=1234 AB|1068-SR=1068 SR|NL-1068 SR=1068 SR|NL 1068SR=1068 SR|1O68 SR=1068 SR|0168 SR=|1068 SS=|1068="},
	{"NO", "Posten", "0194=0194|N-0194=0194|NO-0194=0194|no 0194=0194|O194=0194|194=|SJ-9170=9170"},
	{"NZ", "NZ Post", "6011=6011|NZ-6011=6011|0600=0600|60111="},
	{"PL", "Poczta Polska", "01-460=01-460|01460=01-460|01 460=01-460|01 - 460=01-460|PL-01-460=01-460|PL 01 460=01-460|00 001=00-001|00001=00-001|O1-460=01-460|01–460=01-460|1460="},
	{"PT", "CTT", "1990-094=1990-094|1990 094=1990-094|1990094=1990-094|1990 - 094=1990-094|P-1990-094=1990-094|PT 1000 001=1000-001|1000001=1000-001|1990=|CP 1990-094=1990-094|Código Postal 1990-094="},
	{"RO", "Poșta Română", "061357=061357|RO-061357=061357|061 357=061357|06-13-57=061357|O61357=061357|61357=|R-061357=061357|Cod postal 061357=061357"},
	{"SE", "PostNord, SS 613401", "111 48=111 48|11148=111 48|11 148=111 48|111-22=111 22|S-111 22=111 22|S 11122=111 22|SE-111 22=111 22|se11122=111 22|1114="},
	{"SK", "Slovenská pošta", "810 06=810 06|81006=810 06|810-06=810 06|SK-810 06=810 06|8100=|CS-81101=811 01|PSČ 81101="},
	{"US", "USPS Publication 28", "10024=10024|10024-3941=10024-3941|10024 3941=10024-3941|100243941=10024-3941|10024–3941=10024-3941|10024 - 3941=10024-3941|10024-=10024|US-10024=10024|USA 10024=10024|1OO24=10024|l0024=10024|00901=00901|1002=|10024-39=|NY="},
}

func TestPostcode_asPeopleTypeIt(t *testing.T) {
	var doc strings.Builder
	doc.WriteString("# Postcodes\n\nWhat is typed or sent, and what it becomes: the form in which merchants read it and in which it is compared. — is a refusal on the page,\n" +
		"which then shows the market's form; the API keeps what it does not understand. Written by `go test ./internal/pay -run TestPostcode -update`.\n\n" +
		"Everywhere besides: Arabic and wide digits, no-break blanks, dashes of every kind, dots and marks of direction.\n\n| market | form shown | typed → kept | source |\n|---|---|---|---|\n")
	seen := map[string]bool{}
	for _, m := range postcodeCases {
		seen[m.country] = true
		var typed []string
		for c := range strings.SplitSeq(m.cases, "|") {
			in, want, _ := strings.Cut(c, "=")
			got, ok := Postcode(m.country, in)
			if got != want || ok != (want != "") {
				t.Errorf("%s %q: %q (%v), want %q", m.country, in, got, ok, want)
			}
			if want != "" {
				if again, ok := Postcode(strings.ToLower(m.country), want); !ok || again != want {
					t.Errorf("%s %q is not its own form: %q", m.country, want, again)
				}
			} else {
				want = "—"
			}
			if in != want {
				typed = append(typed, in+" → "+want)
			}
		}
		example := PostcodeExample(m.country)
		if code, ok := Postcode(m.country, example); !ok || code != example {
			t.Errorf("the example of %s, %q, is %q", m.country, example, code)
		}
		doc.WriteString("| " + m.country + " | " + example + " | " + strings.Join(typed, "; ") + " | " + m.source + " |\n")
	}
	for _, m := range Markets() {
		if !seen[m.Country] {
			t.Errorf("nothing is known of %s", m.Country)
		}
	}
	matchesFile(t, "../../docs/data/postcodes.md", doc.String())
}

func TestPostcode_withWhatIsNotSeen(t *testing.T) {
	for _, typed := range []string{"10115\u200e", "\u206810115\u2069", "D\u00a010115", "D\u201110115", "١٠١١٥", "１０１１５", "\ufeff10115", " 10115\t"} {
		if got, ok := Postcode("DE", typed); !ok || got != "10115" {
			t.Errorf("%q: %q %v", typed, got, ok)
		}
	}
	for _, typed := range []string{"", "<b>10115", "10115,", "1011五", "10115\x00"} {
		if got, ok := Postcode("DE", typed); ok {
			t.Errorf("%q is taken for %q", typed, got)
		}
	}
	if _, ok := Postcode("XX", "10115"); ok {
		t.Error("a country without a market has postcodes")
	}
}

func FuzzPostcode(f *testing.F) {
	f.Add("GB", "BFPO 58")
	f.Add("US", "10024-3941")
	f.Fuzz(func(t *testing.T, country, typed string) {
		if code, ok := Postcode(country, typed); ok {
			if again, ok := Postcode(country, code); !ok || again != code {
				t.Errorf("%s %q becomes %q, which becomes %q", country, typed, code, again)
			}
		}
	})
}

// matchesFile compares a text with a file of docs/, which -update writes.
func matchesFile(t *testing.T, path, want string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(path[:strings.LastIndexByte(path, '/')], 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s is stale: run go test ./internal/pay -update", path)
	}
}
