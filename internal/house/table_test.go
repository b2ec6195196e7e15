package house

// row says what the non-test files of one package may import. Test files may import anything: the tests of a floor
// start the floors below it.
type row struct {
	// pkg is the package's path without the module's name in front; "internal/pay".
	pkg string
	// own are the packages of this module that it may import.
	own []string
	// modules are the other modules that it may import, by module path.
	modules []string
	// not are standard packages that it may not reach, directly or through others.
	not []string
	// why says in a few words what the row protects; it is the message of the linter.
	why string
}

// Modules by what they are for; docs/dependencies.md says why each was taken.
const (
	jsonv2  = "github.com/go-json-experiment/json"
	pgx     = "github.com/jackc/pgx/v5"
	sqlite  = "modernc.org/sqlite"
	goose   = "github.com/pressly/goose/v3"
	kong    = "github.com/alecthomas/kong"
	metrics = "github.com/prometheus/client_golang"
	mail    = "github.com/wneessen/go-mail"
	money   = "github.com/bojanz/currency"
	text    = "golang.org/x/text"
	i18n    = "github.com/nicksnyder/go-i18n/v2"
	phone   = "github.com/nyaruka/phonenumbers"
	qr      = "rsc.io/qr"
	image   = "golang.org/x/image"
	limits  = "golang.org/x/time"
	dom     = "golang.org/x/net/html"
	idna    = "golang.org/x/net/idna"
	chrome  = "github.com/chromedp"
	openapi = "github.com/getkin/kin-openapi"
)

// table is the law of the house, floor by floor from the ground up. Within a door's row there is no other door.
var table = []row{
	// Leaves: they know nothing of Kassa.
	{pkg: "internal/clock", why: "clock is a leaf"},
	{pkg: "internal/config", why: "config is a leaf"},
	{pkg: "internal/gsm", modules: []string{text}, not: []string{"net/http"}, why: "gsm is a leaf"},
	{pkg: "internal/phone", modules: []string{phone}, not: []string{"database/sql"}, why: "phone is a leaf on the phone library's numbering plans"},
	{pkg: "internal/keyring", not: []string{"net/http", "database/sql"}, why: "keyring is a leaf"},
	{pkg: "internal/bench", modules: []string{jsonv2, pgx, sqlite}, why: "bench is a leaf: it drives the product from outside and shares no code with it"},
	{pkg: "internal/pgtest", modules: []string{pgx}, why: "pgtest is a leaf that only tests import"},
	{pkg: "internal/docs", why: "docs holds only tests"},
	{pkg: "internal/browser", modules: []string{chrome}, why: "browser is a leaf that only tests import"},
	{pkg: "internal/house", why: "house holds only tests"},
	{pkg: "internal/crashtest", why: "crashtest holds only tests"},
	{pkg: "internal/proxytest", why: "proxytest holds only tests"},
	{pkg: "openapi", why: "openapi holds documents, no code"},
	{pkg: "internal/contracttest", own: []string{"openapi"}, modules: []string{openapi, jsonv2}, why: "contracttest holds exchanges against the documents and knows no server"},
	{pkg: "client", why: "merchants copy client into their own programs: standard library only"},

	// The rules.
	{
		pkg: "internal/pay",
		not: []string{"net/http", "database/sql", "math/rand", "math/rand/v2", "os/exec"},
		why: "pay is pure: no network, no database, no clock, no randomness, standard library only",
	},

	// Beside the rules: storage, decisions, delivery.
	{pkg: "internal/store", own: []string{"internal/pay", "internal/keyring"}, modules: []string{jsonv2, pgx, sqlite, goose}, not: []string{"net/http"}, why: "store knows rows and the rules' types, nothing above"},
	{pkg: "internal/decide", own: []string{"internal/pay"}, why: "decide answers yes or no from the rules' types"},
	{pkg: "internal/deliver", own: []string{"internal/gsm"}, modules: []string{mail, image, idna}, not: []string{"database/sql"}, why: "deliver knows how to send, and no orders"},

	// The operations.
	{
		pkg:     "internal/engine",
		own:     []string{"internal/pay", "internal/phone", "internal/store", "internal/decide", "internal/keyring", "internal/clock"},
		modules: []string{jsonv2},
		why:     "engine reads, asks pay, commits: it knows no HTTP and no SQL",
	},

	// The doors: never each other.
	{pkg: "internal/api", own: []string{"internal/engine", "internal/pay"}, modules: []string{jsonv2, limits}, why: "a door imports engine and pay, never another door"},
	{pkg: "internal/page", own: []string{"internal/engine", "internal/pay", "internal/phone", "internal/keyring", "internal/gsm"}, modules: []string{money, text, i18n, qr}, why: "a door imports engine and pay, never another door"},
	{pkg: "internal/sandbox", own: []string{"internal/engine", "internal/pay", "internal/clock"}, modules: []string{jsonv2}, why: "a door imports engine and pay, never another door"},
	{pkg: "internal/outbox", own: []string{"internal/store", "internal/pay", "internal/clock"}, why: "outbox leases jobs; what they do is registered by server"},

	// What puts it together.
	{
		pkg: "internal/server",
		own: []string{
			"internal/api", "internal/page", "internal/sandbox", "internal/outbox", "internal/deliver",
			"internal/engine", "internal/decide", "internal/store", "internal/pay", "internal/keyring", "internal/clock", "internal/config", "openapi",
		},
		modules: []string{metrics, jsonv2},
		why:     "server builds everything below it",
	},
	{
		pkg:     "internal/servertest",
		own:     []string{"internal/server", "internal/config", "internal/clock", "internal/pay", "internal/pgtest", "internal/contracttest", "client"},
		modules: []string{dom},
		why:     "servertest starts a whole server for tests",
	},
	{pkg: "examples/shop", own: []string{"client"}, why: "the shop is a merchant: it has the client and the standard library"},
	{
		pkg:     "cmd/kassa",
		own:     []string{"internal/server", "internal/config", "internal/clock", "internal/bench", "internal/pay", "client", "examples/shop"},
		modules: []string{kong},
		why:     "the command reads flags and calls server",
	},
}
