package pay

// regionsOf are the regions that the markets' addresses need: a line each, the code (ISO 3166-2 without the country), the name, and what
// else people write: the other languages of the country, English, the post's older abbreviations and codes that are out of use.
// Case, accents, dots, blanks and dashes do not matter.
var regionsOf = map[string]string{
	// USPS Publication 28, appendix B: states, territories, freely associated states, the forces' posts; and the abbreviations from before 1963.
	"US": `AL|Alabama|Ala
AK|Alaska
AZ|Arizona|Ariz
AR|Arkansas|Ark
CA|California|Calif|Cal|Cali
CO|Colorado|Colo|Col
CT|Connecticut|Conn
DE|Delaware|Del
DC|District of Columbia|Washington DC|D.C.|Wash DC|Distrito de Columbia|Washington D.C. District of Columbia
FL|Florida|Fla
GA|Georgia
HI|Hawaii|Hawai‘i|Hawái
ID|Idaho
IL|Illinois|Ill|Ills
IN|Indiana|Ind
IA|Iowa
KS|Kansas|Kans|Kan
KY|Kentucky
LA|Louisiana|Luisiana
ME|Maine
MD|Maryland
MA|Massachusetts|Mass
MI|Michigan|Mich|Míchigan
MN|Minnesota|Minn
MS|Mississippi|Miss|Misisipi
MO|Missouri|Misuri
MT|Montana|Mont
NE|Nebraska|Nebr|Neb|NB
NV|Nevada|Nev
NH|New Hampshire|Nuevo Hampshire|Nueva Hampshire
NJ|New Jersey|Nueva Jersey|N Jersey
NM|New Mexico|Nuevo México|Nuevo Méjico|N Mex|New M
NY|New York|Nueva York|N York
NC|North Carolina|Carolina del Norte|N Car|N Carolina
ND|North Dakota|Dakota del Norte|N Dak|N Dakota
OH|Ohio
OK|Oklahoma|Okla
OR|Oregon|Oreg|Ore|Oregón
PA|Pennsylvania|Penn|Penna|Pensilvania
RI|Rhode Island|Rhode Island and Providence Plantations
SC|South Carolina|Carolina del Sur|S Car|S Carolina
SD|South Dakota|Dakota del Sur|S Dak|S Dakota
TN|Tennessee|Tenn|Tenesí
TX|Texas|Tex|Tejas
UT|Utah
VT|Vermont
VA|Virginia
WA|Washington|Wash
WV|West Virginia|Virginia Occidental|W Va|W Virginia
WI|Wisconsin|Wis|Wisc
WY|Wyoming|Wyo
AS|American Samoa|Samoa Americana|Samoa Estadounidense
GU|Guam
MP|Northern Mariana Islands|Commonwealth of the Northern Mariana Islands|CNMI|CM|Islas Marianas del Norte|N Mariana Islands
PR|Puerto Rico|Porto Rico
VI|Virgin Islands|U.S. Virgin Islands|United States Virgin Islands|USVI|Virgin Islands US|Virgin Islands of the United States|Islas Vírgenes|Islas Vírgenes de los Estados Unidos
UM|United States Minor Outlying Islands|U.S. Minor Outlying Islands
FM|Federated States of Micronesia|Micronesia
MH|Marshall Islands|Islas Marshall
PW|Palau
AA|Armed Forces Americas|Armed Forces the Americas
AE|Armed Forces Europe|Armed Forces Europe, the Middle East, and Canada|Armed Forces Africa|Armed Forces Canada|Armed Forces Middle East
AP|Armed Forces Pacific`,
	// Canada Post, addressing guidelines: symbols and traditional abbreviations in both languages.
	"CA": `AB|Alberta|Alta|Alb
BC|British Columbia|Colombie-Britannique|C.-B.|Brit Col|B Col
MB|Manitoba|Man
NB|New Brunswick|Nouveau-Brunswick|N.-B.|New Bruns
NL|Newfoundland and Labrador|Terre-Neuve-et-Labrador|T.-N.-L.|Newfoundland & Labrador|Newfoundland|Terre-Neuve|Labrador|Nfld|NF|LB|T.-N.|Nfld & Lab|Terre-Neuve & Labrador
NS|Nova Scotia|Nouvelle-Écosse|N.-É.
NT|Northwest Territories|Territoires du Nord-Ouest|NWT|T.N.-O.|Northwest Territory
NU|Nunavut|Nvt
ON|Ontario|Ont
PE|Prince Edward Island|Île-du-Prince-Édouard|PEI|Î.-P.-É.|Prince Edward Is
QC|Quebec|Québec|Que|PQ|P.Q.
SK|Saskatchewan|Sask
YT|Yukon|Yukon Territory|Territoire du Yukon|YK|Yuk`,
	// AS 4590 and Australia Post: states and territories.
	"AU": `ACT|Australian Capital Territory|A Cap Terr|Capital Territory
NSW|New South Wales|N S Wales|Norfolk Island
NT|Northern Territory|N Terr|North Territory
QLD|Queensland|Q
SA|South Australia|S Aust|S Australia|Sth Australia
TAS|Tasmania
VIC|Victoria|Vict
WA|Western Australia|Christmas Island|Cocos Keeling Islands|West Australia|W Aust|W Australia`,
	// ISO 3166-2:MX, the abbreviations of Correos de México, the codes within a CURP (RENAPO), and those that WooCommerce has. CM, CL and SL are
	// Colima, Coahuila and Sinaloa to the one and Campeche, Colima and San Luis Potosí to the other: they are not known.
	"MX": `AGU|Aguascalientes|Ags|AS|AG
BCN|Baja California|Baja California Norte|BC|B Cfa|B Calif
BCS|Baja California Sur|BS|B C Sur|B Calif Sur
CAM|Campeche|Camp|CC
CHH|Chihuahua|Chih|CH
CHP|Chiapas|Chis|CS
CMX|Ciudad de México|CDMX|Distrito Federal|DF|DIF|D.F.|México D.F.|Ciudad de México D.F.|Mexico City|Cd de México|Cd Mx|Federal District
COA|Coahuila de Zaragoza|Coahuila|Coah|CO
COL|Colima
DUR|Durango|Dgo|DG
GRO|Guerrero|Gro|GR
GUA|Guanajuato|Gto|GT
HID|Hidalgo|Hgo|HG
JAL|Jalisco|JC|JA
MEX|México|Estado de México|Edo de México|Edomex|Edo Mex|State of Mexico|Mexico State|MC|MX
MIC|Michoacán de Ocampo|Michoacán|Mich|MN|MI
MOR|Morelos|MS|MO
NAY|Nayarit|NT|NA
NLE|Nuevo León|NL
OAX|Oaxaca|OC|OA
PUE|Puebla|PL|PU
QUE|Querétaro|Querétaro de Arteaga|Qro|QT
ROO|Quintana Roo|Q Roo|QR
SIN|Sinaloa|SI
SLP|San Luis Potosí|S L P|SP
SON|Sonora|SR|SO
TAB|Tabasco|TC|TB
TAM|Tamaulipas|Tamps|TS|TM
TLA|Tlaxcala|Tlax|TL
VER|Veracruz de Ignacio de la Llave|Veracruz|Veracruz-Llave|VZ|VE
YUC|Yucatán|YN|YU
ZAC|Zacatecas|ZS|ZA`,
	// ISO 3166-2:RO.
	"RO": `AB|Alba
AG|Argeș
AR|Arad
B|București|BU|Bucharest|Bucureşti|Bukarest|Buc|Sector 1|Sector 2|Sector 3|Sector 4|Sector 5|Sector 6|București Sectorul 1|București Sectorul 2|București Sectorul 3|București Sectorul 4|București Sectorul 5|București Sectorul 6|București Sector 1|București Sector 2|București Sector 3|București Sector 4|București Sector 5|București Sector 6|Sectorul 1|Sectorul 2|Sectorul 3|Sectorul 4|Sectorul 5|Sectorul 6
BC|Bacău
BH|Bihor
BN|Bistrița-Năsăud
BR|Brăila
BT|Botoșani
BV|Brașov
BZ|Buzău
CJ|Cluj
CL|Călărași
CS|Caraș-Severin
CT|Constanța
CV|Covasna
DB|Dâmbovița|Dîmbovița
DJ|Dolj
GJ|Gorj
GL|Galați
GR|Giurgiu
HD|Hunedoara
HR|Harghita
IF|Ilfov
IL|Ialomița
IS|Iași|Jassy
MH|Mehedinți
MM|Maramureș
MS|Mureș
NT|Neamț
OT|Olt
PH|Prahova
SB|Sibiu
SJ|Sălaj
SM|Satu Mare
SV|Suceava
TL|Tulcea
TM|Timiș
TR|Teleorman
VL|Vâlcea|Vîlcea
VN|Vrancea
VS|Vaslui`,
	"IT": italianProvinces,
}

// italianProvinces are those of ISO 3166-2:IT with the signs that ISTAT keeps, the names of minorities and English names. Sardinia's provinces of
// 2005 keep their signs; PS and FO are the old signs of Pesaro and Forlì.
const italianProvinces = `AG|Agrigento|Girgenti
AL|Alessandria
AN|Ancona
AO|Aosta|Aoste|Valle d'Aosta|Vallée d'Aoste|Aosta Valley
AP|Ascoli Piceno
AQ|L'Aquila|Aquila
AR|Arezzo
AT|Asti
AV|Avellino
BA|Bari
BG|Bergamo
BI|Biella
BL|Belluno
BN|Benevento
BO|Bologna
BR|Brindisi
BS|Brescia
BT|Barletta-Andria-Trani|BAT
BZ|Bolzano|Bozen|Alto Adige|Südtirol|South Tyrol|Bolzano-Bozen|Bolzano Alto Adige
CA|Cagliari
CB|Campobasso
CE|Caserta
CH|Chieti
CI|Carbonia-Iglesias
CL|Caltanissetta
CN|Cuneo
CO|Como
CR|Cremona
CS|Cosenza
CT|Catania
CZ|Catanzaro
EN|Enna
FC|Forlì-Cesena|Forlì|FO
FE|Ferrara
FG|Foggia
FI|Firenze|Florence
FM|Fermo
FR|Frosinone
GE|Genova|Genoa
GO|Gorizia
GR|Grosseto
IM|Imperia
IS|Isernia
KR|Crotone
LC|Lecco
LE|Lecce
LI|Livorno|Leghorn
LO|Lodi
LT|Latina
LU|Lucca
MB|Monza e Brianza|Monza e della Brianza|Monza and Brianza|Monza Brianza|Monza
MC|Macerata
ME|Messina
MI|Milano|Milan
MN|Mantova|Mantua
MO|Modena
MS|Massa-Carrara|Massa e Carrara|Massa Carrara
MT|Matera
NA|Napoli|Naples
NO|Novara
NU|Nuoro
OG|Ogliastra
OR|Oristano
OT|Olbia-Tempio
PA|Palermo
PC|Piacenza
PD|Padova|Padua
PE|Pescara
PG|Perugia
PI|Pisa
PN|Pordenone
PO|Prato
PR|Parma
PT|Pistoia
PU|Pesaro e Urbino|Pesaro and Urbino|Pesaro Urbino|PS
PV|Pavia
PZ|Potenza
RA|Ravenna
RC|Reggio Calabria|Reggio di Calabria|Reggio Calabria RC
RE|Reggio Emilia|Reggio nell'Emilia|Reggio nell'Emilia RE
RG|Ragusa
RI|Rieti
RM|Roma|Rome|Roma Capitale
RN|Rimini
RO|Rovigo
SA|Salerno
SI|Siena
SO|Sondrio
SP|La Spezia|Spezia
SR|Siracusa|Syracuse
SS|Sassari
SU|Sud Sardegna|South Sardinia
SV|Savona
TA|Taranto
TE|Teramo
TN|Trento|Trient|Trentino|Trent
TO|Torino|Turin
TP|Trapani
TR|Terni
TS|Trieste|Triest
TV|Treviso
UD|Udine
VA|Varese
VB|Verbano-Cusio-Ossola|Verbania|VCO
VC|Vercelli
VE|Venezia|Venice
VI|Vicenza
VR|Verona
VS|Medio Campidano
VT|Viterbo
VV|Vibo Valentia`
