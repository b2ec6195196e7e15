package api

import (
	"slices"
	"strings"

	"kassa/internal/engine"
	"kassa/internal/pay"
)

// shippingMethods are the words of shipping_method.
var shippingMethods = []string{
	"PickUpStore", "Home", "BoxReg", "BoxUnreg", "PickUpPoint", "Own", "Postal", "DHLPackstation", "Digital", "Undefined",
	"PickUpWarehouse", "ClickCollect", "PalletDelivery",
}

// maxShippingInfo bounds shipping_info of one call.
const maxShippingInfo = 500

func (a *API) readCaptureBody(body []byte) (in pay.CaptureInput, err error) {
	in.Faults, err = a.decode(body, func(r *reader, member []byte) bool {
		switch string(member) {
		case "captured_amount":
			return integerPtr(r, &in.Amount, 1, int64(pay.MaxAmount))
		case "description":
			return text(r, &in.Description, limits{max: maxText, free: true})
		case "reference":
			return text(r, &in.Reference, limits{max: maxText})
		case "order_lines":
			return r.lines(&in.Lines, &linesOM)
		case "shipping_delay":
			var ignored int64
			return integer(r, &ignored, 0, anyInt)
		case "shipping_info":
			r.array(0, maxShippingInfo, func() { in.ShippingInfo = append(in.ShippingInfo, r.shippingInfo()) })
			return true
		}
		return false
	})
	in.Faults = needAmount(in.Faults, "captured_amount", in.Amount)
	return in, err
}

func (a *API) readRefundBody(body []byte) (in pay.RefundInput, err error) {
	in.Faults, err = a.decode(body, func(r *reader, member []byte) bool {
		switch string(member) {
		case "refunded_amount":
			return integerPtr(r, &in.Amount, 1, int64(pay.MaxAmount))
		case "description":
			return text(r, &in.Description, limits{max: maxText, free: true})
		case "reference":
			return text(r, &in.Reference, limits{max: maxText})
		case "order_lines":
			return r.lines(&in.Lines, &linesOM)
		}
		return false
	})
	in.Faults = needAmount(in.Faults, "refunded_amount", in.Amount)
	return in, err
}

func needAmount(faults []pay.Fault, member string, amount *pay.Amount) []pay.Fault {
	if amount == nil && !faulted(faults, member) {
		faults = append(faults, pay.Fault{Path: member, Want: "a value"})
	}
	return faults
}

func (r *reader) shippingInfo() (s pay.ShippingInfo) {
	short, long := limits{max: 100}, limits{max: 1024}
	r.object(func(member []byte) bool {
		switch string(member) {
		case "shipping_company":
			return text(r, &s.Company, short)
		case "shipping_method":
			return enum(r, &s.Method, shippingMethods)
		case "tracking_number":
			return text(r, &s.TrackingNumber, short)
		case "tracking_uri":
			return text(r, &s.TrackingURI, long)
		case "return_shipping_company":
			return text(r, &s.ReturnCompany, short)
		case "return_tracking_number":
			return text(r, &s.ReturnTrackingNumber, short)
		case "return_tracking_uri":
			return text(r, &s.ReturnTrackingURI, long)
		}
		return false
	})
	return s
}

// violations words faults as order management does: one message each, with the field in quotes.
func violations(faults []pay.Fault) []string {
	out := make([]string, len(faults))
	for i, f := range faults {
		switch least, ok := strings.CutSuffix(f.Want, " or more"); {
		case f.Want == "a value":
			out[i] = "'" + f.Path + "' must not be null"
		case ok:
			out[i] = "'" + f.Path + "' must be greater than or equal to " + least
		case strings.HasPrefix(f.Want, "at most ") && !strings.Contains(f.Want, "characters") && !strings.Contains(f.Want, "elements"):
			out[i] = "'" + f.Path + "' must be less than or equal to " + strings.TrimPrefix(f.Want, "at most ")
		case strings.HasPrefix(f.Want, "no "):
			out[i] = "'" + f.Path + "' must have " + f.Want
		default:
			out[i] = "'" + f.Path + "' must be " + f.Want
			if least, most, ok := sizes(f.Want); ok {
				out[i] = "The size of the " + slashed(f.Path) + " value must be between " + least + " and " + most
			}
		}
	}
	return out
}

// sizes reads the bounds out of what is wanted of a text or a list that is too long or too short.
func sizes(want string) (least, most string, ok bool) {
	words := strings.Fields(want)
	switch n := len(words); {
	case n == 0 || words[n-1] != "characters" && words[n-1] != "elements":
	case n == 4 && words[0] == "at" && words[1] == "most":
		return "0", words[2], true
	case n == 4 && words[1] == "to":
		return words[0], words[2], true
	}
	return "", "", false
}

// slashed writes a path as order management does in its messages about sizes: shipping_info/shipping_company.
func slashed(path string) string {
	var b strings.Builder
	depth := 0
	for _, c := range path {
		switch {
		case c == '[':
			depth++
		case c == ']':
			depth--
		case depth > 0:
		case c == '.':
			b.WriteByte('/')
		default:
			b.WriteRune(c)
		}
	}
	return b.String()
}

// readUpdateBody reads a change of the authorization.
func (a *API) readUpdateBody(body []byte) (in pay.UpdateInput, err error) {
	in.Faults, err = a.decode(body, func(r *reader, member []byte) bool {
		switch string(member) {
		case "order_amount":
			return integerPtr(r, &in.Amount, 0, int64(pay.MaxAmount))
		case "description":
			return text(r, &in.Description, limits{max: maxText, free: true})
		case "order_lines":
			return r.lines(&in.Lines, &linesOM)
		}
		return false
	})
	in.Faults = needAmount(in.Faults, "order_amount", in.Amount)
	return in, err
}

// readReferencesBody reads a change of the merchant's references.
func (a *API) readReferencesBody(body []byte) (in pay.ReferencesInput, err error) {
	in.Faults, err = a.decode(body, func(r *reader, member []byte) bool {
		switch string(member) {
		case "merchant_reference1":
			return textPtr(r, &in.Reference1, limits{max: maxText})
		case "merchant_reference2":
			return textPtr(r, &in.Reference2, limits{max: maxText})
		}
		return false
	})
	return in, err
}

// readShippingBody reads shipping info that is to be appended: 1 to 500 entries.
func (a *API) readShippingBody(body []byte) (in pay.ShippingInput, err error) {
	sent := false
	in.Faults, err = a.decode(body, func(r *reader, member []byte) bool {
		if string(member) != "shipping_info" {
			return false
		}
		_, sent = r.array(1, maxShippingInfo, func() { in.Info = append(in.Info, r.shippingInfo()) })
		return true
	})
	if !sent && !faulted(in.Faults, "shipping_info") {
		in.Faults = append(in.Faults, pay.Fault{Path: "shipping_info", Want: "a value"})
	}
	return in, err
}

// readDueDateBody reads by how many days a due date is to be extended.
func (a *API) readDueDateBody(body []byte) (in pay.DueDateInput, err error) {
	var days *int64
	in.Faults, err = a.decode(body, func(r *reader, member []byte) bool {
		if string(member) != "number_of_days" {
			return false
		}
		return integerPtr(r, &days, 1, 1<<31-1)
	})
	switch {
	case days != nil:
		in.Days = *days
	case !faulted(in.Faults, "number_of_days"):
		in.Faults = append(in.Faults, pay.Fault{Path: "number_of_days", Want: "a value"})
	}
	return in, err
}

// readDetailsBody reads a change of customer details.
func (a *API) readDetailsBody(body []byte) (in pay.DetailsInput, err error) {
	in.Faults, err = a.decode(body, func(r *reader, member []byte) bool {
		switch string(member) {
		case "shipping_address":
			return r.addressChange(&in.Shipping)
		case "billing_address":
			return r.addressChange(&in.Billing)
		}
		return false
	})
	// A country that is none is the same refusal in all families; what else order management refuses in an address is a 422 of its own.
	if slices.ContainsFunc(in.Faults, func(f pay.Fault) bool { return f.Want == pay.CountryWanted }) {
		return in, pay.Invalid400(in.Faults)
	}
	return in, err
}

// addressChange reads an address of which only what was sent changes, with order management's bounds.
func (r *reader) addressChange(dst **pay.AddressChange) bool {
	var c pay.AddressChange
	name, long := words(100), words(200)
	if r.object(func(member []byte) bool {
		switch string(member) {
		case "title":
			return textPtr(r, &c.Title, words(20))
		case "given_name":
			return textPtr(r, &c.GivenName, name)
		case "family_name":
			return textPtr(r, &c.FamilyName, name)
		case "organization_name":
			return textPtr(r, &c.OrganizationName, words(maxText))
		case "attention":
			return textPtr(r, &c.Attention, words(maxText))
		case "email":
			return textPtr(r, &c.Email, name)
		case "phone":
			return textPtr(r, &c.Phone, digits(100))
		case "street_address":
			return textPtr(r, &c.StreetAddress, name)
		case "street_address2":
			return textPtr(r, &c.StreetAddress2, name)
		case "postal_code":
			return textPtr(r, &c.PostalCode, digits(10))
		case "city":
			return textPtr(r, &c.City, long)
		case "region":
			return textPtr(r, &c.Region, long)
		case "country":
			return r.countryChange(&c.Country)
		}
		return false
	}) {
		*dst = &c
	}
	return true
}

// countryChange reads a country, or the empty text that clears one.
func (r *reader) countryChange(dst **string) bool {
	var s *string
	textPtr(r, &s, limits{max: maxText})
	switch {
	case s == nil:
	case *s != "" && !pay.IsCountry(strings.ToUpper(*s)):
		r.wrong(pay.CountryWanted, "")
	default:
		upper := strings.ToUpper(*s)
		*dst = &upper
	}
	return true
}

// wireDueDates answers a read of the ways to extend a due date.
type wireDueDates struct {
	Currency string              `json:"currency"`
	Options  []wireDueDateOption `json:"options"`
}

type wireDueDateOption struct {
	Amount       int64 `json:"amount"`
	NumberOfDays int64 `json:"number_of_days"`
}

// toDueDates writes the currency in lower case, as the original does here and nowhere else.
func toDueDates(d engine.DueDates) *wireDueDates {
	out := &wireDueDates{Currency: strings.ToLower(d.Currency)}
	for _, o := range d.Options {
		out.Options = append(out.Options, wireDueDateOption{int64(o.Fee), o.Days})
	}
	return out
}
