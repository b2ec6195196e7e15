package pay

import (
	"slices"
	"strconv"
	"strings"
)

// Profile is a set of defaults that a merchant's sessions name by profile_id. What a create brings itself wins.
type Profile struct {
	ID        string
	Options   HostedOptions
	Colour    string   // instead of the merchant's; empty: the merchant's
	Languages []string // that the page offers, the first for whoever asks for none of them; none: all
}

// Bounds of profiles.
const (
	maxProfiles  = 100 // of one merchant: they are read with the merchant
	maxProfileID = 100 // bytes
)

// Check refuses a profile that no session could use: BAD_VALUE with every bad path.
func (p *Profile) Check(urls URLPolicy) error {
	var faults []Fault
	add := func(path, want, got string) { faults = append(faults, Fault{Path: path, Want: want, Got: got}) }
	if p.ID == "" || len(p.ID) > maxProfileID || strings.ContainsFunc(p.ID, func(c rune) bool { return c <= ' ' || c > '~' }) {
		add("profile_id", "1 to "+strconv.Itoa(maxProfileID)+" printable ASCII characters without blanks", "")
	}
	if CheckColour(p.Colour) != nil {
		add("colour", "a colour like #17524b, in small letters", "")
	}
	spoken := Languages()
	for i, l := range p.Languages {
		if !slices.Contains(spoken, l) {
			add("languages["+strconv.Itoa(i)+"]", "one of "+strings.Join(spoken, ", "), l)
		}
	}
	o, urls := &p.Options, URLPolicy{Sandbox: urls.Sandbox} // pictures are on the web
	for i, b := range o.BackgroundImages {
		faults = checkURL(faults, indexed("options.background_images", i, "url"), b.URL, urls)
	}
	faults = checkURL(faults, "options.logo_url", o.LogoURL, urls)
	if o.Category != "" && len(o.Categories) > 0 {
		add("options.payment_method_categories", "only one of payment_method_category and payment_method_categories", "both")
	}
	for _, c := range append([]Category{o.Category}, o.Categories...) {
		if c != "" && !slices.Contains(HostedCategories, c) {
			add("options.payment_method_categories", "a category", string(c))
		}
	}
	if o.PlaceOrderMode != "" && !slices.Contains(PlaceOrderModes, o.PlaceOrderMode) {
		add("options.place_order_mode", "NONE, PLACE_ORDER or CAPTURE_ORDER", string(o.PlaceOrderMode))
	}
	if o.PurchaseType != "" && !slices.Contains(PurchaseTypes, o.PurchaseType) {
		add("options.purchase_type", strings.Join(PurchaseTypes, ", "), o.PurchaseType)
	}
	if err := Invalid400(faults); err != nil {
		return err
	}
	return nil
}

// Profile finds a profile by its id, nil without. An id that is nobody's is no fault: vendors gave their own.
func (s *MerchantSettings) Profile(id string) *Profile {
	if i := slices.IndexFunc(s.Profiles, func(p Profile) bool { return p.ID == id }); i >= 0 && id != "" {
		return &s.Profiles[i]
	}
	return nil
}

// SetProfile adds a profile, or replaces the one of the same id.
func (s *MerchantSettings) SetProfile(p Profile) error {
	if old := s.Profile(p.ID); old != nil {
		*old = p
		return nil
	}
	if len(s.Profiles) >= maxProfiles {
		return Invalid400([]Fault{{Path: "profile_id", Want: "at most " + strconv.Itoa(maxProfiles) + " profiles"}})
	}
	s.Profiles = append(s.Profiles, p)
	return nil
}

// DropProfile removes a profile; false when there is none.
func (s *MerchantSettings) DropProfile(id string) bool {
	before := len(s.Profiles)
	s.Profiles = slices.DeleteFunc(s.Profiles, func(p Profile) bool { return p.ID == id })
	return len(s.Profiles) < before
}

// ColourOf is the colour of a page: its profile's, or the merchant's; empty is the ordinary one.
func (s *MerchantSettings) ColourOf(profile string) string {
	if p := s.Profile(profile); p != nil && p.Colour != "" {
		return p.Colour
	}
	return s.Colour
}

// withDefaults fills in what a create left open from its profile, as far as the payment session allows it: ways to pay that its
// market does not have are left out, and a token's page places no order.
func (s *PaymentSession) withDefaults(in *HostedInput, p *Profile) {
	if p == nil {
		return
	}
	o, d := &in.Options, &p.Options
	orText := func(dst *string, value string) {
		if *dst == "" {
			*dst = value
		}
	}
	orText(&o.LogoURL, d.LogoURL)
	orText(&o.PageTitle, d.PageTitle)
	orText(&o.PurchaseType, d.PurchaseType)
	if len(o.BackgroundImages) == 0 {
		o.BackgroundImages = d.BackgroundImages
	}
	if o.PlaceOrderMode == "" && s.Intent != Tokenize {
		o.PlaceOrderMode = d.PlaceOrderMode
	}
	o.HideSubtotalDetail = o.HideSubtotalDetail || d.HideSubtotalDetail
	if !in.FallbackGiven {
		o.Fallback = d.Fallback
	}
	if o.Category == "" && len(o.Categories) == 0 {
		missing := func(c Category) bool { return c != klarnaCategory && !slices.Contains(s.Categories, c) }
		if o.Categories = slices.DeleteFunc(slices.Clone(d.Categories), missing); !missing(d.Category) {
			o.Category = d.Category
		}
	}
}
