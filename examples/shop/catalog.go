package shop

import (
	"fmt"
	"slices"
	"strings"

	"kassa/client"
)

// product is something to buy.
type product struct {
	ID, Name, Text string
	Reference      string // on order lines
	Picture        string // a file of static/: drawn for this shop's pages; beside it a .png for the payment page, which takes bitmaps
	Alt            string
	price          map[string]client.Amount // by currency, tax included
}

// products is the whole range. Prices divide by three, so that "or 3 × …" is exact.
var products = []product{
	{
		"fyr", "Front light Fyr 600", "USB-C, 600 lumen, 20 hours", "FYR-600", "fyr.svg", "A bicycle lamp that is lit",
		map[string]client.Amount{"SEK": 64800, "GBP": 5400, "EUR": 5700},
	},
	{
		"hjalm", "Helmet Hjälm Urban", "MIPS, 310 g, sizes S to L", "HJALM-U", "hjalm.svg", "A round helmet with a visor",
		map[string]client.Amount{"SEK": 119400, "GBP": 9900, "EUR": 10500},
	},
	{
		"ask", "Pannier Ask 20 l", "Waterproof, made in Malmö", "ASK-20", "ask.svg", "A roll-top pannier with two straps",
		map[string]client.Amount{"SEK": 89400, "GBP": 7500, "EUR": 7800},
	},
}

// productIndex finds a product, -1 when there is none of that id.
func productIndex(id string) int {
	return slices.IndexFunc(products, func(p product) bool { return p.ID == id })
}

// market is a country that the shop sells to, and the language in which the payment page greets the consumer.
type market struct {
	ID, Name string
	Language string // as its own speakers call it
	Tag      string // of the language
	Country  string
	Currency string // a country's own: the API takes no other
	Locale   string
	Domain   string // of the country's test persons
	Tax      client.TaxRate
}

// markets are those of the switch in the header; the first is where the shop is at home.
var markets = []market{
	{"se", "Sweden", "English", "en", "SE", "SEK", "en-SE", "se", 2500},
	{"se-sv", "Sverige", "Svenska", "sv", "SE", "SEK", "sv-SE", "se", 2500},
	{"gb", "United Kingdom", "English", "en", "GB", "GBP", "en-GB", "uk", 2000},
	{"de", "Germany", "English", "en", "DE", "EUR", "en-DE", "de", 1900},
	{"de-de", "Deutschland", "Deutsch", "de", "DE", "EUR", "de-DE", "de", 1900},
}

// marketByID gives a market; the home market for an id that is none.
func marketByID(id string) market {
	for _, m := range markets {
		if m.ID == id {
			return m
		}
	}
	return markets[0]
}

// persona is a test person of the sandbox: the part of the e-mail address after the + decides.
type persona struct {
	ID, Title, Text string
	suffix          string
}

var personas = []persona{
	{"approved", "Approved", "Every way to pay is approved.", ""},
	{"denied", "Declined", "Every way to pay is declined. Nothing is charged.", "+denied"},
	{"slow", "Approved later", "The order can be shipped once it is checked, in a minute.", "+pend-accept-01"},
	{"fraud", "Refused later", "The order is placed, but its check fails after a minute.", "+pend-reject-01"},
}

// email is the persona's address in a market.
func (p persona) email(m market) string { return "customer" + p.suffix + "@email." + m.Domain }

// money writes an amount as the payment page does for the shop's markets: 1 194,00 kr, £99.00, 105,00 €. Its parts are joined by
// no-break spaces, so that it never stands on two lines.
func money(a client.Amount, currency string) string {
	sign, between, point, before, after := "", ",", ".", currency+"\u00a0", ""
	switch strings.ToUpper(currency) {
	case "SEK":
		between, point, before, after = "\u00a0", ",", "", "\u00a0kr"
	case "GBP":
		before = "£"
	case "EUR":
		between, point, before, after = ".", ",", "", "\u00a0€"
	}
	if a < 0 {
		sign, a = "−", -a
	}
	whole := fmt.Sprint(int64(a / 100))
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + between + whole[i:]
	}
	return fmt.Sprintf("%s%s%s%s%02d%s", sign, before, whole, point, int64(a%100), after)
}
