package pay

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestNewPayment_asksForWhatItNeedsAtOnce(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func(*PaymentInput)
		want   string // bad paths, or empty
	}{
		{"right", func(*PaymentInput) {}, ""},
		{"nothing", func(in *PaymentInput) { *in = PaymentInput{} }, "purchase_country, purchase_currency, order_amount, order_lines"},
		{"no market", func(in *PaymentInput) { in.Country = ptr("KP") }, "purchase_country"},
		{"another market's currency", func(in *PaymentInput) { in.Currency = ptr("EUR") }, "purchase_currency"},
		{"negative", func(in *PaymentInput) {
			in.Amount, in.TaxAmount = ptr(Amount(-100)), nil
			in.Lines = []OrderLine{{Name: "x", Quantity: 1, UnitPrice: -100, TotalAmount: -100}}
		}, "order_amount"},
		{"free of charge", func(in *PaymentInput) {
			in.Amount, in.TaxAmount = ptr(Amount(0)), nil
			in.Lines = []OrderLine{{Name: "x", Quantity: 1}}
		}, ""},
		{"lines and tax", func(in *PaymentInput) { in.Amount, in.TaxAmount = ptr(Amount(9999)), ptr(Amount(1)) }, "order_amount, order_tax_amount"},
		{"URLs", func(in *PaymentInput) {
			in.URLs = &PaymentURLs{Confirmation: "http://m.example/", Push: "https://a@b/", Notification: "ftp://x/", Authorization: "https://m.example/ok"}
		}, "merchant_urls.confirmation, merchant_urls.notification, merchant_urls.push"},
		{"found by the door", func(in *PaymentInput) {
			in.Amount = nil
			in.Faults = []Fault{{Path: "order_amount", Want: "an integer"}}
		}, "order_amount"},
	} {
		in := paymentInput()
		tc.change(&in)
		p, err := NewPayment(shop(), in, "p1", t0, URLPolicy{})
		switch refusal := AsError(err); {
		case tc.want == "" && err != nil:
			t.Errorf("%s: %v", tc.name, err)
		case tc.want != "" && (refusal == nil || refusal.Message != "Bad value: "+tc.want):
			t.Errorf("%s: %v, want %s", tc.name, err, tc.want)
		case tc.want == "" && (p.Session.ExpiresAt != t0.Add(48*time.Hour) || p.Session.Status() != Incomplete || p.Session.Intent != Buy || p.Session.Channel != Ecommerce):
			t.Errorf("%s: %+v", tc.name, p.Session)
		}
	}
}

func TestUpdate_replacesWhatIsSentAndChecksTheWhole(t *testing.T) {
	for _, tc := range []struct {
		name string
		in   PaymentInput
		want string // bad paths, or empty
		is   func(*PaymentSession) bool
	}{
		{"nothing", PaymentInput{}, "", func(s *PaymentSession) bool { return s.Amount == 10000 && s.TaxAmount == 2000 && s.HasTax }},
		{"a new cart forgets the old tax", PaymentInput{Amount: ptr(Amount(8000)), Lines: cart()[:1]}, "", func(s *PaymentSession) bool {
			return s.Amount == 8000 && !s.HasTax && s.TaxAmount == 0
		}},
		{"a new cart with its tax", PaymentInput{Amount: ptr(Amount(8000)), TaxAmount: ptr(Amount(1600)), Lines: cart()[:1]}, "", func(s *PaymentSession) bool {
			return s.HasTax && s.TaxAmount == 1600
		}},
		{"lines without the amount", PaymentInput{Lines: cart()[:1]}, "order_amount, order_tax_amount", nil},
		{"amount without the lines", PaymentInput{Amount: ptr(Amount(1))}, "order_amount", nil},
		{"another market with its currency", PaymentInput{Country: ptr("DE"), Currency: ptr("EUR")}, "", func(s *PaymentSession) bool {
			return slices.Contains(s.Categories, DirectDebit)
		}},
		{"another market alone", PaymentInput{Country: ptr("DE")}, "purchase_currency", nil},
		{"the address as a whole", PaymentInput{Billing: &Address{City: "Lund"}}, "", func(s *PaymentSession) bool {
			return s.Billing == Address{City: "Lund"}
		}},
		{"references", PaymentInput{MerchantReference1: ptr("1"), MerchantReference2: ptr(""), MerchantData: ptr("d"), AutoCapture: ptr(true)}, "", func(s *PaymentSession) bool {
			return s.MerchantReference1 == "1" && s.MerchantData == "d" && s.AutoCapture
		}},
	} {
		p, err := NewPayment(shop(), paymentInput(), "p1", t0, URLPolicy{})
		if err != nil {
			t.Fatal(err)
		}
		before := p.Session
		err = p.Update(shop(), tc.in, t0.Add(time.Hour), URLPolicy{})
		switch refusal := AsError(err); {
		case tc.want == "" && (err != nil || !tc.is(&p.Session)):
			t.Errorf("%s: %v, %+v", tc.name, err, p.Session)
		case tc.want != "" && (refusal == nil || refusal.Message != "Bad value: "+tc.want):
			t.Errorf("%s: %v, want %s", tc.name, err, tc.want)
		case tc.want != "" && (p.Session.Amount != before.Amount || len(p.Session.Lines) != len(before.Lines) || p.Session.Country != before.Country):
			t.Errorf("%s: refused, and changed: %+v", tc.name, p.Session)
		}
		if !p.Session.ExpiresAt.Equal(before.ExpiresAt) {
			t.Errorf("%s: the session's life became %v", tc.name, p.Session.ExpiresAt)
		}
	}
}

// A code confirms an e-mail address and a phone number. When the merchant changes them afterwards, the page begins again; when
// the consumer typed others, or something else changed, it goes on.
func TestUpdate_anotherPhoneIsNotConfirmed(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(a *Address)
		typed  Address
		want   Step
	}{
		"another phone":               {func(a *Address) { a.Phone = "+46701740616" }, Address{}, StepMethod},
		"another e-mail":              {func(a *Address) { a.Email = "other@email.se" }, Address{}, StepMethod},
		"another street":              {func(a *Address) { a.StreetAddress = "Storgatan 1" }, Address{}, StepReview},
		"the consumer's own, unasked": {func(a *Address) { a.Phone, a.Email = "+46701740616", "x@email.se" }, Address{Phone: "+46701740615", Email: "customer@email.se"}, StepReview},
	} {
		p, h := hosted(t, nil)
		toReview(t, p, h, PayLater)
		h.Progress.Contact = tc.typed
		sends := len(h.Progress.Code.Sends)
		billing := *paymentInput().Billing
		tc.change(&billing)
		h.Change = Unchanged
		if err := p.Update(shop(), PaymentInput{Billing: &billing}, t0, URLPolicy{}); err != nil {
			t.Fatal(err)
		}
		if got := p.StepOf(h, t0); got != tc.want || len(h.Progress.Code.Sends) != sends || (h.Change == Updated) != (tc.want == StepMethod) {
			t.Errorf("%s: step %s, change %d", name, got, h.Change)
		}
	}
}

func TestUpdate_endsWithTheSession(t *testing.T) {
	p, _ := placed(t)
	if err := p.Update(shop(), PaymentInput{}, t0, URLPolicy{}); outcomeOf(err) != "SESSION_COMPLETED" || AsError(err).Kind != NotFound {
		t.Errorf("after completion: %v", err)
	}
	p, err := NewPayment(shop(), paymentInput(), "p1", t0, URLPolicy{})
	if err != nil {
		t.Fatal(err)
	}
	end := t0.Add(PaymentLife)
	if err := p.Update(shop(), PaymentInput{}, end.Add(-time.Millisecond), URLPolicy{}); err != nil {
		t.Errorf("in the last millisecond: %v", err)
	}
	if err := p.Update(shop(), PaymentInput{}, end, URLPolicy{}); outcomeOf(err) != "NOT_FOUND" {
		t.Errorf("at the end: %v", err)
	}
}

func TestOffer_theMerchantsWaysInPlaceOfTheMarkets(t *testing.T) {
	m := shop()
	m.Settings.Categories = []Category{PayNow}
	p, err := NewPayment(m, paymentInput(), "p1", t0, URLPolicy{})
	if err != nil || !slices.Equal(p.Session.Categories, []Category{PayNow}) {
		t.Errorf("%v, %v", p, err)
	}
	for country, want := range map[string]string{
		"SE": "pay_later pay_over_time pay_now direct_bank_transfer", "DE": "pay_later pay_over_time pay_now direct_debit direct_bank_transfer",
		"GB": "pay_later pay_over_time pay_now", "NL": "pay_later pay_over_time pay_now direct_debit direct_bank_transfer", "KP": "",
	} {
		var got []string
		for _, c := range CategoriesFor(country) {
			got = append(got, string(c))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s offers %q, want %q", country, got, want)
		}
	}
}

// A session's page that places an order, and intent tokenize, exclude each other whichever comes first.
func TestUpdate_tokenizeIsRefusedWhileAPagePlacesTheOrder(t *testing.T) {
	tokenize := PaymentInput{Intent: ptr(Tokenize)}
	for mode, want := range map[PlaceOrderMode]string{ModePlaceOrder: "Bad value: intent", ModeCaptureOrder: "Bad value: intent", ModeNone: ""} {
		p, h := hosted(t, func(in *HostedInput) { in.Options.PlaceOrderMode = mode })
		err := p.Update(shop(), tokenize, t0, URLPolicy{})
		switch refusal := AsError(err); {
		case want == "" && (err != nil || p.Session.Intent != Tokenize):
			t.Errorf("%s: %v, intent %s", mode, err, p.Session.Intent)
		case want != "" && (refusal == nil || refusal.Message != want || p.Session.Intent != Buy || !strings.Contains(refusal.Explain(), string(mode))):
			t.Errorf("%s: %v, intent %s", mode, err, p.Session.Intent)
		}
		if err := p.Update(shop(), PaymentInput{Intent: ptr(BuyAndTokenize)}, t0, URLPolicy{}); err != nil {
			t.Errorf("%s, to buy and tokenize: %v", mode, err)
		}
		if _, err := p.Disable(h, testIDs(9), t0); err != nil {
			t.Fatal(err)
		}
		if err := p.Update(shop(), tokenize, t0, URLPolicy{}); err != nil {
			t.Errorf("%s, withdrawn: %v", mode, err)
		}
	}
}

// A page pays in no way that its payment session does not have, whatever the session became.
func TestUpdate_leavesThePagesWithinTheWaysOfTheSession(t *testing.T) {
	toSweden := PaymentInput{Country: ptr("SE"), Currency: ptr("SEK"), Locale: ptr("sv-SE")}
	for name, tc := range map[string]struct {
		options HostedOptions
		want    string // the refusal, or empty
		offered []Category
	}{
		"a way that Sweden lacks":            {HostedOptions{Category: DirectDebit}, "Bad value: purchase_country", []Category{DirectDebit}},
		"ways that Sweden lacks":             {HostedOptions{Categories: []Category{DirectDebit}}, "Bad value: purchase_country", []Category{DirectDebit}},
		"ways of which Sweden has one":       {HostedOptions{Categories: []Category{DirectDebit, PayNow}}, "", []Category{PayNow}},
		"a way that Sweden has":              {HostedOptions{Category: PayNow}, "", []Category{PayNow}},
		"all":                                {HostedOptions{Category: klarnaCategory}, "", []Category{PayLater, PayOverTime, PayNow, DirectBankTransfer}},
		"none named":                         {HostedOptions{}, "", []Category{PayLater, PayOverTime, PayNow, DirectBankTransfer}},
		"a way that Sweden lacks, or others": {HostedOptions{Category: DirectDebit, Fallback: true}, "Bad value: purchase_country", []Category{DirectDebit}},
	} {
		in := paymentInput()
		in.Country, in.Currency, in.Locale = ptr("DE"), ptr("EUR"), nil
		p, err := NewPayment(shop(), in, "p1", t0, URLPolicy{})
		if err != nil {
			t.Fatal(err)
		}
		h, err := p.Host(shop(), HostedInput{Options: tc.options}, testIDs(1), t0, URLPolicy{})
		if err != nil {
			t.Fatal(err)
		}
		err = p.Update(shop(), toSweden, t0, URLPolicy{})
		if refusal := AsError(err); (tc.want == "") != (err == nil) || tc.want != "" && refusal.Message != tc.want {
			t.Errorf("%s: %v, want %q", name, err, tc.want)
		}
		if got := p.Offered(h); !slices.Equal(got, tc.offered) {
			t.Errorf("%s: offers %v, want %v", name, got, tc.offered)
		}
		if _, err := p.Disable(h, testIDs(9), t0); err != nil {
			t.Fatal(err)
		}
		if err := p.Update(shop(), toSweden, t0, URLPolicy{}); err != nil {
			t.Errorf("%s, withdrawn: %v", name, err)
		}
	}
}

// What the merchant was told stays as it was until the country changes, also when the operator offers less meanwhile.
func TestUpdate_keepsTheWaysOfTheSameCountry(t *testing.T) {
	p, h := hosted(t, func(in *HostedInput) { in.Options.Category = PayLater })
	m := shop()
	m.Settings.Categories = []Category{PayNow}
	if err := p.Update(m, PaymentInput{Country: ptr("SE"), MerchantReference1: ptr("1")}, t0, URLPolicy{}); err != nil || !slices.Equal(p.Offered(h), []Category{PayLater}) {
		t.Errorf("%v, offers %v", err, p.Offered(h))
	}
	// A way that a page was made for and its session lost by other means is not offered, nor gone on with.
	toReview(t, p, h, PayLater)
	p.Session.Categories = []Category{PayNow}
	if got := p.Offered(h); len(got) != 0 || p.StepOf(h, t0) != StepOutcome {
		t.Errorf("offers %v, step %s", got, p.StepOf(h, t0))
	}
	if _, err := p.Begin(h, 0, testIDs(3), t0); !errors.Is(err, ErrStale) {
		t.Errorf("pays: %v", err)
	}
}
