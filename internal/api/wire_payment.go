package api

import (
	"kassa/internal/pay"
)

var (
	intents  = []pay.Intent{pay.Buy, pay.Tokenize, pay.BuyAndTokenize}
	channels = []pay.Channel{pay.Ecommerce, pay.InStore, pay.Telesales}
)

// readPaymentBody reads the body of a create or an update of a payment session.
func (a *API) readPaymentBody(body []byte) (in pay.PaymentInput, err error) {
	in.Faults, err = a.decode(body, func(r *reader, member []byte) bool {
		switch string(member) {
		case "purchase_country":
			return countryPtr(r, &in.Country)
		case "purchase_currency":
			return lettersPtr(r, &in.Currency, 3)
		case "locale":
			return r.locale(&in.Locale)
		case "order_amount":
			return integerPtr(r, &in.Amount, 0, anyInt)
		case "order_tax_amount":
			return integerPtr(r, &in.TaxAmount, 0, anyInt)
		case "order_lines":
			return r.lines(&in.Lines, &linesKP)
		case "intent":
			return enumPtr(r, &in.Intent, intents)
		case "acquiring_channel":
			return enumPtr(r, &in.Channel, channels)
		case "auto_capture":
			return booleanPtr(r, &in.AutoCapture)
		case "billing_address":
			return r.address(&in.Billing)
		case "shipping_address":
			return r.address(&in.Shipping)
		case "customer":
			return r.customer(&in.Customer)
		case "merchant_urls":
			return r.paymentURLs(&in.URLs)
		case "merchant_reference1":
			return textPtr(r, &in.MerchantReference1, limits{max: maxText})
		case "merchant_reference2":
			return textPtr(r, &in.MerchantReference2, limits{max: maxText})
		case "merchant_data":
			return textPtr(r, &in.MerchantData, limits{max: 6000, free: true})
		case "design":
			return textPtr(r, &in.Design, limits{max: maxText})
		case "custom_payment_method_ids":
			return r.texts(&in.CustomPaymentMethodIDs)
		case "options":
			return r.widgetOptions(&in.Options)
		case "attachment":
			return r.attachment(&in.Attachment)
		case "step_up_id":
			return textPtr(r, &in.StepUpID, limits{max: maxText})
		}
		return false
	})
	return in, err
}

// locale reads a language with or without a country, like sv-SE, also as other programs write it.
func (r *reader) locale(dst **string) bool {
	before := len(r.faults)
	var s *string
	textPtr(r, &s, limits{max: maxText})
	if s == nil || len(r.faults) > before {
		return true
	}
	canonical, ok := pay.CanonicalLocale(*s)
	if !ok {
		r.wrong("a locale like en-US", "")
		return true
	}
	*dst = &canonical
	return true
}

// maxTexts bounds lists of texts that no document bounds.
const maxTexts = 100

func (r *reader) texts(dst *[]string) bool {
	out := []string{}
	if _, ok := r.array(0, maxTexts, func() {
		var s string
		text(r, &s, limits{max: maxText})
		out = append(out, s)
	}); ok {
		*dst = out
	}
	return true
}

func (r *reader) widgetOptions(dst **pay.WidgetOptions) bool {
	var o pay.WidgetOptions
	if r.object(func(member []byte) bool {
		switch string(member) {
		case "color_border":
			return r.colour(&o.ColorBorder)
		case "color_border_selected":
			return r.colour(&o.ColorBorderSelected)
		case "color_details":
			return r.colour(&o.ColorDetails)
		case "color_text":
			return r.colour(&o.ColorText)
		case "radius_border":
			return text(r, &o.RadiusBorder, limits{max: maxText})
		}
		return false
	}) {
		*dst = &o
	}
	return true
}

// colour reads a colour like #17524B.
func (r *reader) colour(dst *string) bool {
	before := len(r.faults)
	var s string
	text(r, &s, limits{max: maxText})
	right := len(s) == 7 && s[0] == '#'
	for i := 1; right && i < len(s); i++ {
		c := s[i] | 0x20
		right = s[i] >= '0' && s[i] <= '9' || c >= 'a' && c <= 'f'
	}
	switch {
	case len(r.faults) > before || s == "":
	case !right:
		r.wrong("a colour like #FF9900", "")
	default:
		*dst = s
	}
	return true
}

// attachment reads extra merchant data: JSON inside a string.
func (r *reader) attachment(dst **pay.Attachment) bool {
	var at pay.Attachment
	var contentType, body bool
	if r.object(func(member []byte) bool {
		switch string(member) {
		case "content_type":
			contentType = r.sent()
			return text(r, &at.ContentType, limits{max: maxText})
		case "body":
			body = r.sent()
			text(r, &at.Body, limits{max: maxBody, free: true})
			if hasHalf([]byte(at.Body)) { // JSON in a text: its own escapes
				r.wrong(wholeCharacters, "")
			}
			return true
		}
		return false
	}) {
		r.need("content_type", contentType)
		r.need("body", body)
		*dst = &at
	}
	return true
}

// paymentCreated answers a create.
type paymentCreated struct {
	SessionID   string         `json:"session_id"`
	ClientToken string         `json:"client_token"`
	Categories  []wireCategory `json:"payment_method_categories"`
}

// wireCategory is a way to pay on the wire.
type wireCategory struct {
	Identifier string      `json:"identifier"`
	Name       string      `json:"name"`
	AssetURLs  *wireAssets `json:"asset_urls,omitzero"`
}

type wireAssets struct {
	Descriptive string `json:"descriptive"`
	Standard    string `json:"standard"`
}

// categoryNames are what the ways to pay are called; the page has them in the consumer's language.
var categoryNames = map[pay.Category]string{
	pay.PayLater:           "Pay later",
	pay.PayOverTime:        "Pay over time",
	pay.PayNow:             "Pay now",
	pay.DirectDebit:        "Direct debit",
	pay.DirectBankTransfer: "Bank transfer",
}

func (a *API) categories(of []pay.Category) []wireCategory {
	out := make([]wireCategory, len(of))
	for i, c := range of {
		out[i] = wireCategory{Identifier: string(c), Name: categoryNames[c]}
		if a.config.Badges != nil {
			descriptive, standard := a.config.Badges(c)
			out[i].AssetURLs = &wireAssets{descriptive, standard}
		}
	}
	return out
}

// paymentRead answers a read; the session's id is not in it.
type paymentRead struct {
	AcquiringChannel       string          `json:"acquiring_channel"`
	Attachment             *wireAttachment `json:"attachment,omitzero"`
	AuthorizationToken     string          `json:"authorization_token,omitempty"`
	AutoCapture            bool            `json:"auto_capture,omitzero"`
	BillingAddress         *wireAddress    `json:"billing_address,omitzero"`
	ClientToken            string          `json:"client_token"`
	CustomPaymentMethodIDs []string        `json:"custom_payment_method_ids,omitempty"`
	Customer               *wireCustomer   `json:"customer,omitzero"`
	Design                 string          `json:"design,omitempty"`
	ExpiresAt              string          `json:"expires_at"`
	Intent                 string          `json:"intent"`
	Locale                 string          `json:"locale"`
	MerchantData           string          `json:"merchant_data,omitempty"`
	MerchantReference1     string          `json:"merchant_reference1,omitempty"`
	MerchantReference2     string          `json:"merchant_reference2,omitempty"`
	MerchantURLs           *wireURLs       `json:"merchant_urls,omitzero"`
	Options                *wireOptions    `json:"options,omitzero"`
	OrderAmount            int64           `json:"order_amount"`
	OrderLines             []wireLine      `json:"order_lines"`
	OrderTaxAmount         *int64          `json:"order_tax_amount,omitzero"`
	Categories             []wireCategory  `json:"payment_method_categories"`
	PurchaseCountry        string          `json:"purchase_country"`
	PurchaseCurrency       string          `json:"purchase_currency"`
	ShippingAddress        *wireAddress    `json:"shipping_address,omitzero"`
	Status                 string          `json:"status"`
}

type wireAttachment struct {
	Body        string `json:"body"`
	ContentType string `json:"content_type"`
}

type wireOptions struct {
	ColorBorder         string `json:"color_border,omitempty"`
	ColorBorderSelected string `json:"color_border_selected,omitempty"`
	ColorDetails        string `json:"color_details,omitempty"`
	ColorText           string `json:"color_text,omitempty"`
	RadiusBorder        string `json:"radius_border,omitempty"`
}

func (a *API) toPaymentRead(m *pay.Merchant, p *pay.Payment, liveToken pay.Secret) *paymentRead {
	s := &p.Session
	out := &paymentRead{
		AcquiringChannel: string(s.Channel), AuthorizationToken: string(liveToken), AutoCapture: s.AutoCapture,
		BillingAddress: toAddress(s.Billing), ClientToken: a.clientToken(m, s), CustomPaymentMethodIDs: s.CustomPaymentMethodIDs,
		Customer: toCustomer(s.Customer), Design: s.Design, ExpiresAt: instant(s.ExpiresAt), Intent: string(s.Intent), Locale: s.Locale,
		MerchantData: s.MerchantData, MerchantReference1: s.MerchantReference1, MerchantReference2: s.MerchantReference2,
		MerchantURLs: toURLs(s.URLs), OrderAmount: int64(s.Amount), OrderLines: toLines(s.Lines, false),
		Categories: a.categories(s.Categories), PurchaseCountry: s.Country, PurchaseCurrency: s.Currency,
		ShippingAddress: toAddress(s.Shipping), Status: string(s.Status()),
	}
	if a := p.Authorized(); a != nil {
		// The consumer's own data, once they have authorized.
		out.BillingAddress, out.ShippingAddress, out.Customer = toAddress(a.Billing), toAddress(a.Shipping), toCustomer(a.Customer)
	}
	if s.HasTax {
		tax := int64(s.TaxAmount)
		out.OrderTaxAmount = &tax
	}
	if s.Options != nil && *s.Options != (pay.WidgetOptions{}) {
		out.Options = (*wireOptions)(s.Options)
	}
	if s.Attachment != nil {
		out.Attachment = &wireAttachment{Body: string(s.Attachment.Body), ContentType: s.Attachment.ContentType}
	}
	return out
}
