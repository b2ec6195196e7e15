package pay

import (
	"reflect"
	"strconv"
	"strings"
	"testing"
)

func TestProfile_check(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(p *Profile)
		want   string // paths; empty: accepted
	}{
		"all":            {func(*Profile) {}, ""},
		"empty":          {func(p *Profile) { *p = Profile{ID: "x"} }, ""},
		"no id":          {func(p *Profile) { p.ID = "" }, "profile_id"},
		"a blank in it":  {func(p *Profile) { p.ID = "a b" }, "profile_id"},
		"not ASCII":      {func(p *Profile) { p.ID = "butik-å" }, "profile_id"},
		"colour":         {func(p *Profile) { p.Colour = "red" }, "colour"},
		"logo":           {func(p *Profile) { p.Options.LogoURL = "http://m.example/l.png" }, "options.logo_url"},
		"app as logo":    {func(p *Profile) { p.Options.LogoURL = "myapp://l.png" }, "options.logo_url"},
		"image":          {func(p *Profile) { p.Options.BackgroundImages[0].URL = "x" }, "options.background_images[0].url"},
		"both":           {func(p *Profile) { p.Options.Category = PayNow }, "options.payment_method_categories"},
		"no category":    {func(p *Profile) { p.Options.Categories[0] = "pay_never" }, "options.payment_method_categories"},
		"language":       {func(p *Profile) { p.Languages[0] = "sv-SE" }, "languages[0]"},
		"not spoken":     {func(p *Profile) { p.Languages = []string{"en", "ja"} }, "languages[1]"},
		"all languages":  {func(p *Profile) { p.Languages = Languages() }, ""},
		"mode":           {func(p *Profile) { p.Options.PlaceOrderMode = "SOMETIMES" }, "options.place_order_mode"},
		"type":           {func(p *Profile) { p.Options.PurchaseType = "STEAL" }, "options.purchase_type"},
		"several at one": {func(p *Profile) { p.ID, p.Colour = "", "x" }, "profile_id colour"},
	} {
		p := Profile{ID: "till-4", Colour: "#17524b", Languages: []string{"sv"}, Options: HostedOptions{
			LogoURL: "https://m.example/l.png", BackgroundImages: []BackgroundImage{{URL: "https://m.example/b.png", Width: 1280}},
			Categories: []Category{PayLater}, PlaceOrderMode: ModeCaptureOrder, PurchaseType: "RENT",
		}}
		tc.change(&p)
		err := p.Check(URLPolicy{AppSchemes: []string{"myapp"}})
		if tc.want == "" {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		no := AsError(err)
		if no == nil {
			t.Errorf("%s: accepted", name)
			continue
		}
		for path := range strings.FieldsSeq(tc.want) {
			if !strings.Contains(no.Message, path) {
				t.Errorf("%s: %s, want %s", name, no.Message, path)
			}
		}
	}
}

func TestProfile_fillsInWhatIsLeftOpen(t *testing.T) {
	p := Profile{ID: "till", Options: HostedOptions{
		LogoURL: "https://m.example/l.png", PageTitle: "Till", Categories: []Category{PayLater, DirectDebit}, PlaceOrderMode: ModeCaptureOrder, PurchaseType: "RENT",
		HideSubtotalDetail: true, Fallback: true,
	}}
	offered := []Category{PayNow, PayLater}
	for name, tc := range map[string]struct {
		intent   Intent
		in, want HostedInput
	}{
		"nothing given": {Buy, HostedInput{}, HostedInput{Options: HostedOptions{
			LogoURL: "https://m.example/l.png", PageTitle: "Till", Categories: []Category{PayLater}, PlaceOrderMode: ModeCaptureOrder, PurchaseType: "RENT",
			HideSubtotalDetail: true, Fallback: true,
		}}},
		"what is given wins": {Buy, HostedInput{FallbackGiven: true, Options: HostedOptions{
			LogoURL: "https://m.example/own.png", PageTitle: "Own", Category: PayNow, PlaceOrderMode: ModeNone, PurchaseType: "BUY",
		}}, HostedInput{FallbackGiven: true, Options: HostedOptions{
			LogoURL: "https://m.example/own.png", PageTitle: "Own", Category: PayNow, PlaceOrderMode: ModeNone, PurchaseType: "BUY", HideSubtotalDetail: true,
		}}},
		"a token places no order": {Tokenize, HostedInput{}, HostedInput{Options: HostedOptions{
			LogoURL: "https://m.example/l.png", PageTitle: "Till", Categories: []Category{PayLater}, PurchaseType: "RENT", HideSubtotalDetail: true, Fallback: true,
		}}},
	} {
		s := PaymentSession{Intent: tc.intent, Categories: offered}
		if s.withDefaults(&tc.in, &p); !reflect.DeepEqual(tc.in, tc.want) {
			t.Errorf("%s:\n got %+v\nwant %+v", name, tc.in, tc.want)
		}
	}
	s := PaymentSession{Intent: Buy, Categories: offered}
	in := HostedInput{}
	if s.withDefaults(&in, &Profile{Options: HostedOptions{Category: DirectDebit}}); in.Options.Category != "" {
		t.Errorf("a way that the market does not have: %s", in.Options.Category)
	}
	if s.withDefaults(&in, nil); !reflect.DeepEqual(in, HostedInput{}) {
		t.Errorf("without a profile: %+v", in)
	}
}

func TestProfile_ofAMerchant(t *testing.T) {
	var s MerchantSettings
	for i := range maxProfiles {
		if err := s.SetProfile(Profile{ID: strconv.Itoa(i)}); err != nil {
			t.Fatal(err)
		}
	}
	if s.SetProfile(Profile{ID: "more"}) == nil || s.SetProfile(Profile{ID: "7", Colour: "#112233"}) != nil {
		t.Error("too many, or an old one cannot be replaced")
	}
	if s.Colour = "#445566"; s.ColourOf("7") != "#112233" || s.ColourOf("8") != "#445566" || s.ColourOf("") != "#445566" || s.Profile("") != nil {
		t.Errorf("%s %s", s.ColourOf("7"), s.ColourOf("8"))
	}
	if !s.DropProfile("7") || s.DropProfile("7") || s.Profile("7") != nil || len(s.Profiles) != maxProfiles-1 {
		t.Error("dropped")
	}
}

func TestAppSchemes_check(t *testing.T) {
	if err := CheckAppSchemes([]string{"com.example.shop", "myapp+x"}); err != nil {
		t.Error(err)
	}
	for _, s := range []string{"", "http", "https", "javascript", "data", "intent", "My", "1a", "a b", "a:b"} {
		if CheckAppSchemes([]string{s}) == nil {
			t.Errorf("%q is taken for an app's", s)
		}
	}
}
