package pay

import (
	"strings"
	"testing"
)

// companySources are the registers, and who publishes how their numbers are made. "checked" numbers were held against npm stdnum 1.12.0.
var companySources = map[string]string{
	"AT": "Firmenbuch (modulo 17); BMF", "AU": "ABR (modulo 89); ASIC (modulo 10)", "BE": "KBO / BCE (modulo 97)", "CA": "Canada Revenue Agency (Luhn)", "CH": "Bundesamt für Statistik (modulo 11)",
	"CZ": "ČSÚ (modulo 11)", "DE": "HGB § 8 (no check digit); BZSt (ISO 7064 modulo 11, 10)", "DK": "Erhvervsstyrelsen, CVR (modulo 11)", "ES": "Agencia Tributaria (check digit or letter)",
	"FI": "PRH, Verohallinto (modulo 11)", "FR": "INSEE (Luhn; La Poste by its own rule)", "GB": "Companies House (no check digit)", "GR": "ΑΑΔΕ (modulo 11); ΓΕΜΗ (no check digit)",
	"HU": "NAV (modulo 10); cégbíróság (no check digit)", "IE": "Companies Registration Office (no check digit); Revenue (modulo 23)", "IT": "Registro delle imprese (Luhn; REA has no check digit)",
	"MX": "SAT (the day; the check digit does not hold in all numbers in use)", "NL": "KVK (no check digit); Belastingdienst, RSIN (modulo 11)", "NO": "Brønnøysundregistrene (modulo 11)",
	"NZ": "MBIE (GS1 modulo 10); Companies Office (no check digit)", "PL": "Ministerstwo Finansów (modulo 11); KRS (no check digit); GUS (modulo 11)", "PT": "RNPC (modulo 11)",
	"RO": "ANAF (modulo 11); ONRC (no check digit)", "SE": "Bolagsverket, Skatteverket (Luhn)", "SK": "ŠÚ SR (modulo 11)", "US": "IRS (prefixes; no check digit)",
}

var companyCases = []struct{ country, typed, want string }{
	{"AT", "FN 93363z", "FN 93363z"}, {"AT", "fn 56247 t", "FN 56247t"}, {"AT", "122119M", "FN 122119m"}, {"AT", "FN 93363a", ""}, {"AT", "ATU13585627", "ATU13585627"}, {"AT", "U13585627", "ATU13585627"}, {"AT", "ATU13585626", ""}, {"AT", "93363", ""}, {"AT", "UID-Nr.: ATU13585627", "ATU13585627"}, {"AT", "Firmenbuchnummer: FN 93363 z", "FN 93363z"},
	{"AU", "51 824 753 556", "51824753556"}, {"AU", "ABN 51824753556", "51824753556"}, {"AU", "51 824 753 557", ""}, {"AU", "004 085 616", "004085616"}, {"AU", "004 085 617", ""}, {"AU", "12345", ""},
	{"BE", "0403.170.701", "0403.170.701"}, {"BE", "BE 403170701", "0403.170.701"}, {"BE", "0403.170.702", ""}, {"BE", "2403.170.701", ""}, {"BE", "BTW BE 0403.170.701", "0403.170.701"}, {"BE", "BE 0403.170.701 RPM Bruxelles", "0403.170.701"}, {"BE", "RPR Antwerpen 0403.170.702", ""},
	{"CA", "12302 6635", "123026635"}, {"CA", "123026635RC0001", "123026635RC0001"}, {"CA", "12302 6636", ""}, {"CA", "123026635XX0001", ""},
	{"CH", "CHE-100.155.212", "CHE-100.155.212"}, {"CH", "che100155212 MWST", "CHE-100.155.212"}, {"CH", "100 155 212", "CHE-100.155.212"}, {"CH", "CHE-100.155.213", ""}, {"CH", "UID: CHE-100.155.212", "CHE-100.155.212"},
	{"CZ", "25123891", "25123891"}, {"CZ", "CZ25123891", "25123891"}, {"CZ", "25123890", ""}, {"CZ", "177041", "00177041"}, {"CZ", "DIČ: CZ25123891", "25123891"}, {"CZ", "DIČ: CZ25123890", ""},
	{"DE", "HRB 12345", "HRB 12345"}, {"DE", "HRB 12345 B, Amtsgericht Charlottenburg", "HRB 12345 B, Amtsgericht Charlottenburg"}, {"DE", "Amtsgericht München, HRB 42243", "HRB 42243, Amtsgericht München"},
	{"DE", "hra 202073 Frankfurt am Main", "HRA 202073, Frankfurt am Main"}, {"DE", "GnR 37 Kiel", "GNR 37, Kiel"}, {"DE", "HRB12345", "HRB 12345"}, {"DE", "HRB 723 Ulm", "HRB 723, Ulm"}, {"DE", "HRB Nr. 12345", "HRB 12345"}, {"DE", "DE136695976", "DE136695976"}, {"DE", "DE 136 695 976", "DE136695976"}, {"DE", "136695976", "DE136695976"},
	{"DE", "DE136695976-00001", "DE136695976-00001"}, {"DE", "DE136695977", ""}, {"DE", "HRB", ""}, {"DE", "HRX 123", ""}, {"DE", "12345", ""}, {"DE", "HRB 0", ""}, {"DE", "USt-ID: DE136695976", "DE136695976"}, {"DE", "Registergericht: Amtsgericht München, Registernummer: HRB 42243", "HRB 42243, Amtsgericht München"},
	{"DK", "27968880", "27968880"}, {"DK", "99999993", "99999993"}, {"DK", "DK 27 96 88 80", "27968880"}, {"DK", "CVR-nr.: 27968880", "27968880"}, {"DK", "27968881", ""}, {"DK", "2796888", ""}, {"DK", "CVR-nr. DK27968880", "27968880"},
	{"ES", "A58818501", "A58818501"}, {"ES", "ES-A-58818501", "A58818501"}, {"ES", "J99216582", "J99216582"}, {"ES", "J99216583", ""}, {"ES", "A58818502", ""}, {"ES", "54362315K", "54362315K"}, {"ES", "X5253868R", "X5253868R"}, {"ES", "54362315Z", ""}, {"ES", "I58818501", ""}, {"ES", "NIF: ES-A58818501", "A58818501"},
	{"FI", "0112038-9", "0112038-9"}, {"FI", "112038-9", "0112038-9"}, {"FI", "FI01120389", "0112038-9"}, {"FI", "0112038-8", ""}, {"FI", "2077474–0", "2077474-0"}, {"FI", "Y-tunnus: FI01120389", "0112038-9"},
	{"FR", "732 829 320", "732829320"}, {"FR", "732 829 320 00074", "73282932000074"}, {"FR", "732829321", ""}, {"FR", "73282932000075", ""}, {"FR", "356 000 000 00048", "35600000000048"}, {"FR", "35600000049837", "35600000049837"}, {"FR", "35600000049838", ""}, {"FR", "FR44732829320", "732829320"}, {"FR", "FR45732829320", ""}, {"FR", "732 829 320 R.C.S. Paris", "732829320"}, {"FR", "RCS Paris 732 829 320", "732829320"}, {"FR", "N° TVA : FR44732829320", "732829320"}, {"FR", "732 829 321 RCS Paris", ""},
	{"GB", "01234567", "01234567"}, {"GB", "1234567", "01234567"}, {"GB", "SC123456", "SC123456"}, {"GB", "sc 123456", "SC123456"}, {"GB", "NI012345", "NI012345"}, {"GB", "OC301234", "OC301234"}, {"GB", "IP12345R", "IP12345R"}, {"GB", "R0000123", "R0000123"}, {"GB", "XX123456", ""}, {"GB", "00000000", ""}, {"GB", "123456789", ""}, {"GB", "12345", ""}, {"GB", "Company number: SC123456", "SC123456"},
	{"GR", "094259216", "094259216"}, {"GR", "EL 094259216", "094259216"}, {"GR", "094259217", ""}, {"GR", "000223001000", "000223001000"}, {"GR", "12345", ""}, {"GR", "Α.Φ.Μ.: EL094259216", "094259216"},
	{"HU", "10773381-2-44", "10773381-2-44"}, {"HU", "HU10773381", "10773381"}, {"HU", "10773382-2-44", ""}, {"HU", "10773381-9-44", ""}, {"HU", "01-10-041585", "01-10-041585"}, {"HU", "21-10-041585", ""}, {"HU", "Adószám: HU10773381-2-44", "10773381-2-44"}, {"HU", "Cg. 01-10-041585", "01-10-041585"},
	{"IE", "104547", "104547"}, {"IE", "IE6433435F", "IE6433435F"}, {"IE", "6433435OA", "IE6433435OA"}, {"IE", "IE6433435E", ""}, {"IE", "1234567", ""}, {"IE", "abc", ""}, {"IE", "CRO No. 104547", "104547"},
	{"IT", "00743110157", "00743110157"}, {"IT", "IT 00743110157", "00743110157"}, {"IT", "00743110158", ""}, {"IT", "REA MI-1234567", "MI-1234567"}, {"IT", "12345", ""}, {"IT", "P. IVA IT00743110157", "00743110157"}, {"IT", "C.F. e P.IVA 00743110157", "00743110157"},
	{"MX", "GODE561231GR8", "GODE561231GR8"}, {"MX", "ñ&a 010101 ab1", "Ñ&A010101AB1"}, {"MX", "XAXX010101000", "XAXX010101000"}, {"MX", "GODE561331GR8", ""}, {"MX", "GODE56123", ""}, {"MX", "RFC: GODE561231GR8", "GODE561231GR8"},
	{"NL", "17085815", "17085815"}, {"NL", "KvK 17085815", "17085815"}, {"NL", "1708581", ""}, {"NL", "111222333", "111222333"}, {"NL", "111222334", ""}, {"NL", "00000000", ""}, {"NL", "NL111222333B01", "111222333"}, {"NL", "BTW-nummer NL111222333B01", "111222333"}, {"NL", "NL111222334B01", ""},
	{"NO", "974 760 673", "974760673"}, {"NO", "NO 974760673 MVA", "974760673"}, {"NO", "974760674", ""}, {"NO", "123456785", ""}, {"NO", "97476067", ""}, {"NO", "Org.nr. NO 974 760 673 MVA", "974760673"},
	{"NZ", "9429041535110", "9429041535110"}, {"NZ", "9429041535111", ""}, {"NZ", "1234567", "1234567"}, {"NZ", "12", ""},
	{"PL", "526-030-02-91", "5260300291"}, {"PL", "8567346215", "8567346215"}, {"PL", "PL 856-734-62-15", "8567346215"}, {"PL", "8567346216", ""}, {"PL", "0000028860", "0000028860"}, {"PL", "192598184", "192598184"}, {"PL", "192598183", ""}, {"PL", "12345678512347", "12345678512347"}, {"PL", "12345678512348", ""}, {"PL", "NIP: PL 526-030-02-91", "5260300291"},
	{"PT", "501 964 843", "501964843"}, {"PT", "PT501964843", "501964843"}, {"PT", "501964842", ""}, {"PT", "NIPC: PT501964843", "501964843"},
	{"RO", "18547290", "18547290"}, {"RO", "RO 18547290", "18547290"}, {"RO", "18547291", ""}, {"RO", "J40/1234/2005", "J40/1234/2005"}, {"RO", "J2024001234056", "J2024001234056"}, {"RO", "J99/1234/2005", ""}, {"RO", "CUI: RO18547290", "18547290"}, {"RO", "CIF RO18547291", ""},
	{"SE", "556016-0680", "556016-0680"}, {"SE", "5560160680", "556016-0680"}, {"SE", "165560160680", "556016-0680"}, {"SE", "SE556016068001", "556016-0680"}, {"SE", "556016-0681", ""}, {"SE", "410321-9202", "410321-9202"}, {"SE", "19410321-9202", "19410321-9202"}, {"SE", "Org.nr 556016-0680", "556016-0680"}, {"SE", "55601606", ""}, {"SE", "Momsreg.nr SE556016068001", "556016-0680"},
	{"SK", "36631124", "36631124"}, {"SK", "36631125", ""}, {"SK", "3663112", ""}, {"SK", "IČO: 36631124", "36631124"}, {"SK", "IČ DPH: SK36631124", "36631124"},
	{"US", "12-3456789", "12-3456789"}, {"US", "123456789", "12-3456789"}, {"US", "07-3456789", ""}, {"US", "12-345678", ""}, {"US", "EIN 12-3456789", "12-3456789"},
	// What stands before a number, and is copied with it.
	{"AT", "UID-Nr. ATU13585627", "ATU13585627"}, {"AT", "FN-Nr. 93363z", "FN 93363z"}, {"BE", "TVA BE 0403.170.701", "0403.170.701"}, {"CA", "NE 123026635", "123026635"},
	{"CH", "UID CHE-100.155.212", "CHE-100.155.212"}, {"CZ", "DIČ CZ25123891", "25123891"}, {"CZ", "IČO: 251 23 891", "25123891"}, {"DE", "USt-IdNr.: DE 136695976", "DE136695976"},
	{"DE", "HR B 12345", "HRB 12345"}, {"DE", "HR-A 12345", "HRA 12345"}, {"DE", "Handelsregister HRB 12345", "HRB 12345"}, {"DE", "Amtsgericht Charlottenburg (Berlin) HRB 1234 B", "HRB 1234 B, Amtsgericht Charlottenburg (Berlin)"},
	{"DK", "SE-nr. 27968880", "27968880"}, {"ES", "C.I.F.: A58818501", "A58818501"}, {"ES", "NIF A-58818501", "A58818501"}, {"FI", "ALV FI01120389", "0112038-9"}, {"FR", "RCS Paris B 732 829 320", "732829320"},
	{"FR", "N° SIRET : 732 829 320 00074", "73282932000074"}, {"FR", "732 829 321 RCS Paris", ""}, {"FR", "n° TVA FR44732829320", "732829320"}, {"GB", "Company number 01234567", "01234567"},
	{"GR", "Αρ. ΓΕΜΗ: 000223001000", "000223001000"}, {"GR", "AFM 094259216", "094259216"}, {"HU", "Adószám: 10773381-2-44", "10773381-2-44"}, {"HU", "Cg.: 01 10 041585", "01-10-041585"}, {"IE", "VAT IE6433435F", "IE6433435F"},
	{"IT", "P. IVA: IT00743110157", "00743110157"}, {"IT", "C.F. 00743110157", "00743110157"}, {"MX", "RFC: GODE561231GR8", "GODE561231GR8"}, {"MX", "R.F.C. ABC680524P76", "ABC680524P76"}, {"NL", "NL111222333B01", "111222333"},
	{"NL", "NL111222334B01", ""}, {"NO", "Org.nr.: NO 974 760 673 MVA", "974760673"}, {"PL", "NIP PL 526-030-02-91", "5260300291"}, {"PT", "NIF: PT501964843", "501964843"}, {"RO", "C.U.I.: RO18547290", "18547290"},
	{"RO", "Nr. Reg. Com. J40/1234/2005", "J40/1234/2005"}, {"SE", "Momsreg.nr SE556016068001", "556016-0680"}, {"US", "FEIN 12-3456789", "12-3456789"}, {"US", "Tax ID 12-3456789", "12-3456789"}, {"US", "XYZ 12-3456789", ""},
}

func TestReadCompany_ofEveryMarket(t *testing.T) {
	var doc strings.Builder
	doc.WriteString("# Companies\n\nBy which number a company of each market is registered, what the page takes, and as what the merchant gets it. Made by the tests of\n`internal/pay`.\n\n" +
		tableRow("market", "number", "register, check", "taken", "refused") + "|---|---|---|---|---|\n")
	for _, m := range Markets() {
		var taken, refused []string
		for _, tc := range companyCases {
			if tc.country != m.Country {
				continue
			}
			got, reason := ReadCompany(m.Country, tc.typed)
			if got != tc.want || (reason == "") != (tc.want != "") {
				t.Errorf("%s %q: %q %q, want %q", m.Country, tc.typed, got, reason, tc.want)
			}
			switch {
			case tc.want == "":
				refused = append(refused, "`"+tc.typed+"`")
			case tc.want == tc.typed:
				taken = append(taken, "`"+tc.typed+"`")
			default:
				taken = append(taken, "`"+tc.typed+"` → `"+tc.want+"`")
			}
		}
		register, example := CompanyRegister(m.Country)
		if _, reason := ReadCompany(strings.ToLower(m.Country), " "+example+"\u200e"); reason != "" || register == "" || len(taken) == 0 || len(refused) == 0 || companySources[m.Country] == "" {
			t.Errorf("%s: %q, example %q is %q", m.Country, register, example, reason)
		}
		if _, reason := ReadCompany(m.Country, " \u200b"); reason != FieldMissing {
			t.Errorf("%s without a number: %q", m.Country, reason)
		}
		doc.WriteString(tableRow(m.Country, register, companySources[m.Country], strings.Join(taken, ", "), strings.Join(refused, ", ")))
	}
	sameTable(t, "companies.md", doc.String())
}

// FuzzReadCompany: what is taken is taken again as it is kept.
func FuzzReadCompany(f *testing.F) {
	for _, tc := range companyCases {
		f.Add(tc.country, tc.typed)
	}
	f.Fuzz(func(t *testing.T, country, typed string) {
		if _, known := MarketOf(country); !known {
			return
		}
		number, reason := ReadCompany(country, typed)
		if again, wrong := ReadCompany(country, number); reason == "" && (wrong != "" || again != number) {
			t.Fatalf("%s %q is kept as %q, which is %q %q", country, typed, number, again, wrong)
		}
	})
}
