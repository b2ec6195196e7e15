package pay

import (
	"strings"
	"testing"
)

// regionCases are regions as people write them and their codes; an empty code is one that the page asks for.
var regionCases = []struct{ country, source, cases string }{
	{"AU", "AS 4590, ISO 3166-2:AU", "QLD=QLD|qld=QLD|Qld.=QLD|Queensland=QLD|QUEENSLAND=QLD|AU-QLD=QLD|N.S.W.=NSW|New South Wales=NSW|Vic.=VIC|State of Victoria=VIC|western australia=WA|W.A.=WA|Northern Territory=NT|ACT=ACT|A.C.T.=ACT|Tas=TAS|South Australia (SA)=SA|Auckland=|ZZ=|Queensland, Australia=QLD|Norfolk Island=NSW|Christmas Island=WA"},
	{"CA", "Canada Post, ISO 3166-2:CA", "BC=BC|CA-BC=BC|ca-qc=QC|Quebec=QC|Québec=QC|QUÉBEC=QC|Que\u0301bec=QC|P.Q.=QC|PQ=QC|Qué.=QC|Ont.=ON|Alta=AB|Sask.=SK|Man.=MB|Colombie-Britannique=BC|C.-B.=BC|Nouvelle-Écosse=NS|N.-É.=NS|Île-du-Prince-Édouard=PE|" +
		"ile du prince edouard=PE|P.E.I.=PE|Nouveau Brunswick=NB|Terre-Neuve-et-Labrador=NL|NF=NL|Nfld.=NL|Newfoundland & Labrador=NL|Territoires du Nord-Ouest=NT|N.W.T.=NT|Yukon Territory=YT|YK=YT|Nunavut=NU|Province of Ontario=ON|Province de Québec=QC|Montréal=|California=|Quebec, Canada=QC|CA-PQ=QC|CA-NF=NL|Prince Edward Is.=PE"},
	{"IT", "ISO 3166-2:IT, ISTAT", "RM=RM|rm=RM|IT-RM=RM|Roma=RM|ROMA=RM|Rome=RM|Roma (RM)=RM|RM - Roma=RM|Provincia di Roma=RM|Prov. di Roma=RM|Città metropolitana di Roma Capitale=RM|Milano=MI|Milan=MI|Torino=TO|Turin=TO|Firenze=FI|Florence=FI|Napoli=NA|Naples=NA|Venezia=VE|" +
		"Genova=GE|Forlì-Cesena=FC|Forli Cesena=FC|FO=FC|Bolzano=BZ|Bozen=BZ|Bolzano/Bozen=BZ|Südtirol=BZ|Aosta=AO|Vallée d’Aoste=AO|L'Aquila=AQ|L’Aquila=AQ|Monza e della Brianza=MB|Reggio Calabria=RC|Reggio di Calabria=RC|Reggio nell’Emilia=RE|Pesaro e Urbino=PU|PS=PU|Massa-Carrara=MS|" +
		"Verbano Cusio Ossola=VB|BAT=BT|Sud Sardegna=SU|Provincia autonoma di Trento=TN|Lazio=|ROM=|Roma (MI)=|Roma RM=RM|Roma MI=|Roma, Italia=RM|IT-PS=PU"},
	{"MX", "ISO 3166-2:MX, CURP", "CMX=CMX|CDMX=CMX|cdmx=CMX|Ciudad de México=CMX|Ciudad de Mexico=CMX|Mexico City=CMX|Distrito Federal=CMX|D.F.=CMX|México, D.F.=CMX|DIF=CMX|MX-CMX=CMX|Jalisco=JAL|JALISCO=JAL|Jal.=JAL|MX-JAL=JAL|Nuevo León=NLE|nuevo leon=NLE|N.L.=NLE|" +
		"Estado de México=MEX|México=MEX|Edo. Méx.=MEX|Michoacán=MIC|Mich.=MIC|Querétaro=QUE|Qro.=QUE|Yucatán=YUC|Quintana Roo=ROO|Q. Roo=ROO|San Luis Potosí=SLP|Estado de Jalisco=JAL|Baja California=BCN|B.C.=BCN|Baja California Sur=BCS|Coahuila de Zaragoza=COA|Coahuila=COA|" +
		"Veracruz de Ignacio de la Llave=VER|CM=|CL=|Guadalajara=|MX-DIF=CMX|Jalisco, México=JAL|Guadalajara, México=|Ciudad de México, México=CMX"},
	{"RO", "ISO 3166-2:RO", "B=B|b=B|RO-B=B|București=B|Bucuresti=B|Bucureşti=B|Bucharest=B|Municipiul București=B|Sector 6=B|București, Sector 6=B|Cluj=CJ|CLUJ=CJ|Județul Cluj=CJ|jud. Cluj=CJ|Cluj County=CJ|RO-CJ=CJ|Timiș=TM|Timiş=TM|Timis=TM|Iași=IS|Iasi=IS|Brașov=BV|Bistrița-Năsăud=BN|bistrita nasaud=BN|" +
		"Caraș-Severin=CS|Satu Mare=SM|Maramureș=MM|Vâlcea=VL|Transilvania=|NY=|Cluj, România=CJ|RO-BU=B|Mun. București=B"},
	{"US", "USPS Publication 28, ISO 3166-2:US", "NY=NY|ny=NY|US-NY=NY|us-ca=CA|California=CA|CALIFORNIA=CA|Calif.=CA|CA=CA|New York=NY|new york=NY|N.Y.=NY|NewYork=NY|New York State=NY|State of New York=NY|NY - New York=NY|Nueva York=NY|Mass.=MA|Commonwealth of Massachusetts=MA|Penna.=PA|" +
		"D.C.=DC|DC=DC|Washington, D.C.=DC|Washington DC=DC|District of Columbia=DC|Washington=WA|Washington State=WA|W. Va.=WV|West Virginia=WV|Virginia=VA|N. Mex.=NM|Nuevo México=NM|North Carolina=NC|Carolina del Norte=NC|Puerto Rico=PR|PR=PR|Guam=GU|U.S. Virgin Islands=VI|" +
		"American Samoa=AS|Northern Mariana Islands=MP|AE=AE|Armed Forces Europe=AE|AP=AP|Hawai‘i=HI|Hawaiʻi=HI|Ontario=|ZZ=|N=|New=|California, USA=CA|CA, US=CA|Virgin Islands (US)=VI|Brooklyn NY=|USA="},
	{"GB", "no region is needed there: kept as it is", "Greater London=Greater London| Kent =Kent"},
	{"IE", "no region is needed there: kept as it is", "Co. Dublin=Co. Dublin"},
}

func TestRegion_becomesItsCode(t *testing.T) {
	var doc strings.Builder
	doc.WriteString("# Regions\n\nStates, provinces and counties as they are typed or sent, and the code that is kept and that merchants read. What is not known (—) the API keeps\n" +
		"and the page asks for. Written by `go test ./internal/pay -run TestRegion -update`.\n\n| market | written → kept | source |\n|---|---|---|\n")
	for _, m := range regionCases {
		var typed []string
		for c := range strings.SplitSeq(m.cases, "|") {
			in, want, _ := strings.Cut(c, "=")
			got, ok := Region(m.country, in)
			if ok != (want != "") || ok && got != want {
				t.Errorf("%s %q: %q (%v), want %q", m.country, in, got, ok, want)
			}
			if want == "" {
				want = "—"
			}
			if in != want {
				typed = append(typed, strings.TrimSpace(in)+" → "+want)
			}
		}
		doc.WriteString("| " + m.country + " | " + strings.Join(typed, "; ") + " | " + m.source + " |\n")
	}
	doc.WriteString("\n## Codes\n")
	for _, m := range Markets() {
		if !m.Region {
			continue
		}
		doc.WriteString("\n" + m.Country + ": ")
		var codes []string
		for line := range strings.SplitSeq(regionsOf[m.Country], "\n") {
			code, names, _ := strings.Cut(line, "|")
			name, _, _ := strings.Cut(names, "|")
			codes = append(codes, code+" "+name)
		}
		doc.WriteString(strings.Join(codes, ", ") + ".\n")
	}
	matchesFile(t, "../../docs/data/regions.md", doc.String())
}

// TestRegion_everyNameIsOneRegion: no name and no code of the tables is that of two.
func TestRegion_everyNameIsOneRegion(t *testing.T) {
	counts := map[string]int{"AU": 8, "CA": 13, "IT": 111, "MX": 32, "RO": 42, "US": 63}
	for _, m := range Markets() {
		seen, codes := map[string]string{}, 0
		for line := range strings.SplitSeq(regionsOf[m.Country], "\n") {
			code, names, found := strings.Cut(line, "|")
			if !found {
				continue
			}
			codes++
			for name := range strings.SplitSeq(code+"|"+names, "|") {
				key := foldRegion(name)
				if other, twice := seen[key]; key == "" || twice && other != code {
					t.Errorf("%s: %q is of %s and %s", m.Country, name, other, code)
				}
				seen[key] = code
				if got, ok := Region(m.Country, name); !ok || got != code {
					t.Errorf("%s %q: %q, want %q", m.Country, name, got, code)
				}
				if got, ok := Region(m.Country, strings.ToUpper(name)); !ok || got != code {
					t.Errorf("%s %q in capitals: %q, want %q", m.Country, name, got, code)
				}
			}
			if got, ok := Region(m.Country, m.Country+"-"+code); !ok || got != code {
				t.Errorf("%s-%s: %q", m.Country, code, got)
			}
		}
		if codes != counts[m.Country] {
			t.Errorf("%s has %d regions, want %d", m.Country, codes, counts[m.Country])
		}
	}
}
