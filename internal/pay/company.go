package pay

import (
	"regexp"
	"strings"
	"time"
	"unicode"
)

// companyForm is how the companies of a market are registered.
type companyForm struct {
	register string // the number and its register, as the country calls them
	example  string
	// read gives the number as its register writes it, out of letters, digits and & alone in capitals; empty for one that is none.
	read    func(bare string) string
	written bool // it needs the blanks and marks too
}

// companies are the registers of the markets (docs/data/companies.md has the sources).
var companies = map[string]companyForm{
	"AT": {"Firmenbuchnummer, UID", "FN 93363 z", austrianCompany, false},
	"AU": {"ABN, ACN", "51 824 753 556", australianCompany, false},
	"BE": {"KBO / BCE", "0403.170.701", belgianCompany, false},
	"CA": {"Business Number (BN)", "12302 6635", canadianCompany, false},
	"CH": {"UID / IDE / IDI", "CHE-100.155.212", swissCompany, false},
	"CZ": {"IČO", "25123891", func(v string) string { return czechCompany(strings.TrimPrefix(v, "CZ")) }, false},
	"DE": {"Handelsregister, USt-IdNr.", "HRB 12345", germanCompany, true},
	"DK": {"CVR-nr.", "27968880", danishCompany, false},
	"ES": {"NIF (CIF)", "A58818501", spanishCompany, false},
	"FI": {"Y-tunnus / FO-nummer", "0112038-9", finnishCompany, false},
	"FR": {"SIREN, SIRET", "732 829 320", frenchCompany, false},
	"GB": {"Companies House", "01234567", britishCompany, false},
	"GR": {"ΓΕΜΗ, ΑΦΜ", "094259216", greekCompany, false},
	"HU": {"Adószám, cégjegyzékszám", "10773381-2-44", hungarianCompany, false},
	"IE": {"CRO", "104547", irishCompany, false},
	"IT": {"Partita IVA, REA", "00743110157", italianCompany, false},
	"MX": {"RFC", "GODE561231GR8", mexicanCompany, false},
	"NL": {"KvK, RSIN", "17085815", dutchCompany, false},
	"NO": {"Organisasjonsnummer", "974 760 673", norwegianCompany, false},
	"NZ": {"NZBN", "9429041535110", newZealandCompany, false},
	"PL": {"NIP, KRS, REGON", "526-030-02-91", polishCompany, false},
	"PT": {"NIPC", "501 442 600", portugueseCompany, false},
	"RO": {"CUI, Registrul Comerțului", "18547290", romanianCompany, false},
	"SE": {"Organisationsnummer", "556016-0680", swedishCompany, false},
	"SK": {"IČO", "36631124", func(v string) string { return czechCompany(strings.TrimPrefix(v, "SK")) }, false},
	"US": {"EIN", "12-3456789", americanCompany, false},
}

// CompanyRegister names the number by which companies of a market are registered, and an example of one.
func CompanyRegister(country string) (register, example string) {
	form := companies[strings.ToUpper(country)]
	return form.register, form.example
}

// ReadCompany gives the registration number of a company as the register of its market writes it, or what is wrong with it.
func ReadCompany(country, typed string) (number string, reason FieldReason) {
	form, known := companies[strings.ToUpper(country)]
	switch typed = PlainNumber(typed); {
	case typed == "":
		return "", FieldMissing
	case !known:
		return typed, ""
	case form.written:
		number = form.read(typed)
	default:
		bare := bareCompany(typed)
		if number = form.read(bare); number == "" {
			number = readLabelled(bare, 2, form.read)
		}
	}
	if number == "" {
		return "", FieldForm
	}
	return number, ""
}

// bareCompany leaves the letters, the digits and & of a number, in capitals.
func bareCompany(typed string) string {
	return strings.ToUpper(strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == '&' {
			return r
		}
		return -1
	}, typed))
}

// companyLabels are what stands before a number on paper, and is copied with it; the prefix of the country may stand between.
var companyLabels = strings.Fields("CVR CVRNR CVRNUMMER ORGNR ORGNUMMER ORGANISATIONSNUMMER ORGANISASJONSNUMMER MOMSNR MOMSREGNR KVK KVKNR KVKNUMMER RSIN BTW BTWNR BTWNUMMER " +
	"YTUNNUS FONUMMER ALVNUMERO SIREN SIRET RCS TVA NTVA TVAINTRACOMMUNAUTAIRE ONDERNEMINGSNUMMER KBO BCE IČO ICO IČ IC DIČ DIC IČDPH ICDPH NIP KRS REGON NIPC NIF CIF IVA " +
	"CUI CIFCUI NRREGCOM ABN ACN NZBN EIN BN CRO RFC UID UIDNR IDE IDI MWST FN FIRMENBUCH FIRMENBUCHNR FIRMENBUCHNUMMER ΑΦΜ AFM ΓΕΜΗ GEMI ΑΡΓΕΜΗ " +
	"COMPANYNO COMPANYNUMBER COMPANYREGISTRATIONNUMBER REGISTEREDNUMBER CRN PIVA PARTITAIVA CF CODICEFISCALE REA ADÓSZÁM ADOSZAM CÉGJEGYZÉKSZÁM CEGJEGYZEKSZAM CG " +
	"VAT VATNO VATNUMBER VATID TAXID FEIN ALV NE SENR NO NR N NUMBER NUMMER CFEPIVA")

// readLabelled reads a number after the one or two labels that stand before it, as in "CRO No. 104547".
func readLabelled(bare string, labels int, read func(bare string) string) (number string) {
	for _, label := range companyLabels {
		rest, labelled := strings.CutPrefix(bare, label)
		if !labelled {
			continue
		}
		if number = read(rest); number == "" && labels > 1 {
			number = readLabelled(rest, labels-1, read)
		}
		if number != "" {
			return number
		}
	}
	return ""
}

// withoutCourt takes off a number the register and its place that stand behind it or before it, as in "732 829 320 RCS Paris".
func withoutCourt(bare string, registers ...string) string {
	for _, register := range registers {
		switch at := strings.Index(bare, register); {
		case at == 0:
			return strings.TrimLeftFunc(bare, unicode.IsLetter)
		case at > 0 && bare[at-1] >= '0' && bare[at-1] <= '9':
			return bare[:at]
		}
	}
	return bare
}

// digitsLong reports whether v is that many digits, not all of them zero.
func digitsLong(v string, n int) bool {
	return len(v) == n && allDigits(v) && strings.Trim(v, "0") != ""
}

// check11 is 11 less the weighted sum modulo 11: 11 and 10 are what the register makes of them.
func check11(v string, weights ...int) int { return 11 - weigh(v, weights...)%11 }

// digit is the value of a digit of a number.
func digit(v string, at int) int { return int(v[at] - '0') }

// swedishCompany: NNNNNN-NNNC, Luhn; the third digit is 2 or more, or it is the personal number of a sole trader (Bolagsverket,
// Skatteverket SKV 709). Twelve digits begin with 16 for companies.
func swedishCompany(v string) string {
	if digitsLong(v, 12) && v[:2] == "16" {
		v = v[2:]
	}
	if len(v) == 14 && v[:2] == "SE" && v[12:] == "01" { // the VAT number
		v = v[2:12]
	}
	switch {
	case digitsLong(v, 10) && v[2] >= '2' && luhn(v):
		return v[:6] + "-" + v[6:]
	case digitsLong(v, 10) || digitsLong(v, 12):
		if _, ok := swedishID(v, time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)); ok {
			return v[:len(v)-4] + "-" + v[len(v)-4:]
		}
	}
	return ""
}

// norwegianCompany: nine digits from 8 or 9 on, modulo 11 (Brønnøysundregistrene).
func norwegianCompany(v string) string {
	v = strings.TrimSuffix(strings.TrimPrefix(v, "NO"), "MVA")
	if digitsLong(v, 9) && v[0] >= '8' && check11(v, 3, 2, 7, 6, 5, 4, 3, 2)%11 == digit(v, 8) {
		return v
	}
	return ""
}

// danishCompany: eight digits, modulo 11 (Erhvervsstyrelsen, CVR).
func danishCompany(v string) string {
	v = strings.TrimPrefix(strings.TrimPrefix(v, "CVR"), "DK")
	if digitsLong(v, 8) && v[0] != '0' && weigh(v, 2, 7, 6, 5, 4, 3, 2, 1)%11 == 0 {
		return v
	}
	return ""
}

// finnishCompany: seven digits and a check digit, modulo 11; the oldest are written with six (PRH, Verohallinto).
func finnishCompany(v string) string {
	if v = strings.TrimPrefix(v, "FI"); len(v) == 7 {
		v = "0" + v
	}
	if digitsLong(v, 8) && check11(v, 7, 9, 10, 5, 8, 4, 2)%11 == digit(v, 7) {
		return v[:7] + "-" + v[7:]
	}
	return ""
}

var (
	germanRegister = regexp.MustCompile(`(?i)(?:^|[ ,;:(])(HR[ -]?A|HR[ -]?B|GNR|GSR|VR|PR)[ .:-]*(?:NR\.? *)?([0-9]{1,6})(?: ?([A-Z]{1,2}))?(?:$|[ ,;)])`)
	germanCourt    = regexp.MustCompile(`(?i)\b(?:Registergericht|Registernummer|Handelsregister(?:nummer|eintrag)?) *:? *`)
	germanVAT      = regexp.MustCompile(`(?i)^(?:(?:(?:UST|W|VAT)[ .-]*(?:ID|IDENT)|UID|VAT)[ .-]*(?:NR|NO|NUMMER|NUMBER)?[ .:]*)?(?:DE)?[ .-]*([0-9][0-9 .]*)(?:-([0-9]{5}))?$`)
	britishPrefix  = " AC CE CS CU ES FC FE GE GN GS IC IP LP NA NC NF NI NL NO NP NR NV NZ OC OE PC RC RS SA SC SE SF SG SI SL SO SP SR SZ ZC "
)

// germanCompany: a number of a register of companies, cooperatives, partnerships or societies, with its court where it is told (HGB § 8),
// or the VAT number or the Wirtschafts-IdNr., ISO 7064 modulo 11, 10 (BZSt).
func germanCompany(v string) string {
	if m := germanVAT.FindStringSubmatch(v); m != nil {
		digits := strings.NewReplacer(" ", "", ".", "").Replace(m[1])
		if digitsLong(digits, 9) && digits[0] != '0' && iso11And10(digits) {
			if m[2] != "" {
				return "DE" + digits + "-" + m[2]
			}
			return "DE" + digits
		}
	}
	v = germanCourt.ReplaceAllString(v, "")
	at := germanRegister.FindStringSubmatchIndex(v)
	if at == nil || strings.Trim(v[at[4]:at[5]], "0") == "" {
		return ""
	}
	number := strings.ToUpper(separators.Replace(v[at[2]:at[3]])) + " " + v[at[4]:at[5]]
	if at[6] >= 0 {
		number += " " + strings.ToUpper(v[at[6]:at[7]])
	}
	court := strings.Trim(strings.Join(strings.Fields(v[:at[0]]+" "+v[at[1]:]), " "), " ,;:")
	if inside := strings.Trim(court, "()"); !strings.Contains(inside, "(") {
		court = inside
	}
	if strings.IndexFunc(court, func(r rune) bool { return !unicode.IsLetter(r) && !strings.ContainsRune(" .,()-/", r) }) >= 0 {
		return ""
	}
	if court != "" {
		number += ", " + court
	}
	return number
}

// iso11And10 holds a number against ISO 7064, modulo 11, 10.
func iso11And10(v string) bool {
	product := 10
	for i := range len(v) - 1 {
		sum := (digit(v, i) + product) % 10
		if sum == 0 {
			sum = 10
		}
		product = 2 * sum % 11
	}
	return (11-product)%10 == digit(v, len(v)-1)
}

// dutchCompany: KvK has eight digits and no check; a RSIN has nine, modulo 11, and is in a company's VAT number (KVK, Belastingdienst).
func dutchCompany(v string) string {
	v = strings.TrimPrefix(strings.TrimPrefix(v, "KVK"), "RSIN")
	if len(v) == 14 && v[:2] == "NL" && v[11] == 'B' && allDigits(v[12:]) {
		v = v[2:11]
	}
	switch {
	case digitsLong(v, 8), digitsLong(v, 9) && (weigh(v, 9, 8, 7, 6, 5, 4, 3, 2)-digit(v, 8))%11 == 0:
		return v
	}
	return ""
}

// britishCompany: eight digits, or two letters of the kind and six; leading zeros are left out at times. Societies end with R (Companies House,
// "URI customer guide"). There is no check digit.
func britishCompany(v string) string {
	v = strings.TrimPrefix(v, "GB")
	switch {
	case digitsLong(v, 8), digitsLong(v, 7), digitsLong(v, 6):
		return strings.Repeat("0", 8-len(v)) + v
	case len(v) == 8 && v[:2] == "R0" && digitsLong(v[1:], 7):
		return v
	case len(v) == 8 && strings.Contains(britishPrefix, " "+v[:2]+" ") && (digitsLong(v[2:], 6) || v[7] == 'R' && digitsLong(v[2:7], 5)):
		return v
	}
	return ""
}

// austrianCompany: up to six digits and a letter, modulo 17 (Firmenbuch), or the VAT number ATU and eight digits (BMF).
func austrianCompany(v string) string {
	if uid := strings.TrimPrefix(v, "AT"); len(uid) == 9 && uid[0] == 'U' && digitsLong(uid[1:], 8) {
		sum := 4
		for i := range 7 {
			n := digit(uid, i+1)
			if i%2 == 1 {
				n = n/5 + n*2%10
			}
			sum += n
		}
		if (10-sum%10)%10 == digit(uid, 8) {
			return "AT" + uid
		}
		return ""
	}
	v = strings.TrimPrefix(v, "FN")
	if len(v) < 2 || len(v) > 7 || !allDigits(v[:len(v)-1]) {
		return ""
	}
	rest := 0
	for i := range len(v) - 1 {
		rest = (rest*10 + digit(v, i)) % 17
	}
	if "ABDFGHIKMPSTVWXYZ"[rest] != v[len(v)-1] || strings.Trim(v[:len(v)-1], "0") == "" {
		return ""
	}
	return "FN " + v[:len(v)-1] + strings.ToLower(v[len(v)-1:])
}

// swissCompany: CHE and nine digits, modulo 11 (Bundesamt für Statistik, UID).
func swissCompany(v string) string {
	for _, suffix := range [...]string{"MWST", "TVA", "IVA", "VAT", "HR", "RC"} {
		v = strings.TrimSuffix(v, suffix)
	}
	v = strings.TrimPrefix(v, "CHE")
	if digitsLong(v, 9) && check11(v, 5, 4, 3, 2, 7, 6, 5, 4)%11 == digit(v, 8) {
		return "CHE-" + v[:3] + "." + v[3:6] + "." + v[6:]
	}
	return ""
}

// belgianCompany: ten digits from 0 or 1 on, modulo 97; older ones are written without the zero (KBO / BCE).
func belgianCompany(v string) string {
	if v = strings.TrimPrefix(withoutCourt(v, "RPM", "RPR"), "BE"); len(v) == 9 {
		v = "0" + v
	}
	if !digitsLong(v, 10) || v[0] > '1' {
		return ""
	}
	rest := 0
	for i := range 8 {
		rest = (rest*10 + digit(v, i)) % 97
	}
	if 97-rest != number(v[8:]) {
		return ""
	}
	return v[:4] + "." + v[4:7] + "." + v[7:]
}

// frenchCompany: SIREN has nine digits, SIRET fourteen, Luhn; the SIRETs of La Poste need only a sum of digits that five divides (INSEE).
func frenchCompany(v string) string {
	v = withoutCourt(v, "RCS")
	if strings.HasPrefix(v, "FR") && len(v) == 13 { // the VAT number ends with the SIREN
		siren := 0
		for i := 4; i < 13; i++ {
			if v[i] < '0' || v[i] > '9' {
				return ""
			}
			siren = siren*10 + digit(v, i)
		}
		if !allDigits(v[2:4]) || (12+3*(siren%97))%97 != number(v[2:]) {
			return ""
		}
		v = v[4:]
	}
	switch {
	case digitsLong(v, 9) && luhn(v), digitsLong(v, 14) && luhn(v) && luhn(v[:9]):
		return v
	case digitsLong(v, 14) && v[:9] == "356000000" && weigh(v, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1)%5 == 0:
		return v
	}
	return ""
}
