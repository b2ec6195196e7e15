package pay

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// MerchantStatus says whether a merchant may use Kassa.
type MerchantStatus string

// The two statuses of a merchant.
const (
	MerchantActive   MerchantStatus = "ACTIVE"
	MerchantDisabled MerchantStatus = "DISABLED"
)

// Merchant is who sells.
type Merchant struct {
	ID        MerchantID
	Number    int64 // short number: link tokens begin with it
	Name      string
	Status    MerchantStatus
	CreatedAt time.Time
	Settings  MerchantSettings
}

// MerchantSettings are the operator's choices for one merchant; the zero value is the ordinary merchant.
type MerchantSettings struct {
	Categories        []Category // offered instead of the market's, when set
	AuthorizationDays int        // life of an order's authorization, 28 when 0, at most 180
	AppSchemes        []string   // schemes of apps to which the consumer may be led back, in small letters
	Colour            string     // brand colour like #17524b
	Profiles          []Profile  // named by profile_id
	Support           Support    // how consumers reach the merchant
	NoReceipts        bool       // the merchant sends its own
}

// authorizationDays is the life of an order's authorization where the merchant has no other.
const authorizationDays = 28

// authorizationDays gives the life of an order's authorization in days.
func (s MerchantSettings) authorizationDays() int {
	return min(max(s.AuthorizationDays, authorizationDays), maxAuthorizationDays)
}

// maxMerchantName is the longest name of a merchant, in bytes: it stands in a line of the page.
const maxMerchantName = 100

// CheckMerchantName refuses a name that cannot be shown: empty, too long, or with control characters.
func CheckMerchantName(name string) error {
	printable := utf8.ValidString(name) && strings.IndexFunc(name, unicode.IsControl) < 0
	if strings.TrimSpace(name) == "" || len(name) > maxMerchantName || !printable {
		return Invalid400([]Fault{{Path: "name", Want: "1 to " + strconv.Itoa(maxMerchantName) + " bytes of printable text"}})
	}
	return nil
}

// CheckColour refuses what is no colour like #17524b; empty is the ordinary one.
func CheckColour(colour string) error {
	bad := colour != "" && (len(colour) != 7 || colour[0] != '#')
	for i := 1; i < len(colour); i++ {
		c := colour[i]
		bad = bad || !(c >= '0' && c <= '9' || c >= 'a' && c <= 'f')
	}
	if bad {
		return Invalid400([]Fault{{Path: "colour", Want: "a colour like #17524b, in small letters"}})
	}
	return nil
}

// maxAppSchemes is how many schemes of apps a merchant may have.
const maxAppSchemes = 20

// CheckAppSchemes refuses what no app may answer to: http and https, and what a browser runs or reads by itself.
func CheckAppSchemes(schemes []string) error {
	var faults []Fault
	for i, s := range schemes {
		if !appScheme(s) {
			faults = append(faults, Fault{Path: "app_schemes[" + strconv.Itoa(i) + "]", Want: "the scheme of an app, like com.example.shop, in small letters"})
		}
	}
	if len(schemes) > maxAppSchemes {
		faults = append(faults, Fault{Path: "app_schemes", Want: "at most " + strconv.Itoa(maxAppSchemes)})
	}
	if err := Invalid400(faults); err != nil {
		return err
	}
	return nil
}
