package api

import (
	"net/url"
	"strings"

	"kassa/internal/engine"
	"kassa/internal/pay"
)

// The words of a hosted session's options. KLARNA selects every way to pay.
var (
	subtotalDetails = []string{"HIDE"}
)

// maxImages bounds background_images, which no document bounds.
const maxImages = 50

// hostedBody is what a create of a hosted session brings.
type hostedBody struct {
	pay.HostedInput
	payment    pay.PaymentID // of payment_session_url; empty when it names none
	hasPayment bool          // payment_session_url is there and of a form that can be looked up
}

// readHostedBody reads the body of a create.
func (a *API) readHostedBody(body []byte) (in hostedBody, err error) {
	var session string
	in.Faults, err = a.decode(body, func(r *reader, member []byte) bool {
		switch string(member) {
		case "payment_session_url":
			before := len(r.faults)
			text(r, &session, limits{min: 1, max: 2000})
			if len(r.faults) > before {
				return true
			}
			if isCheckout(session) {
				r.wrong("the URL of a payment session", "")
				return true
			}
			in.hasPayment = session != ""
			return true
		case "merchant_urls":
			return r.hostedURLs(&in.URLs)
		case "options":
			return r.hostedOptions(&in.HostedInput)
		case "profile_id":
			return text(r, &in.ProfileID, limits{max: maxText})
		}
		return false
	})
	if session == "" && !faulted(in.Faults, "payment_session_url") {
		in.Faults = append(in.Faults, pay.Fault{Path: "payment_session_url", Want: "a value"})
	}
	in.payment = paymentOf(session)
	return in, err
}

func faulted(faults []pay.Fault, path string) bool {
	for _, f := range faults {
		if f.Path == path {
			return true
		}
	}
	return false
}

// isCheckout reports whether a URL is of the checkout product, which is another one.
func isCheckout(raw string) bool {
	u, err := url.Parse(raw)
	return err == nil && strings.Contains(u.Path, "/checkout/v3/orders/")
}

// paymentOf finds the id in a payment_session_url: any host, any path before it, the old name of the API too.
// Empty when there is none.
func paymentOf(raw string) pay.PaymentID {
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	parts := strings.Split(strings.TrimSuffix(u.Path, "/"), "/")
	n := len(parts)
	if n < 4 || parts[n-2] != "sessions" || parts[n-3] != "v1" || parts[n-4] != "payments" && parts[n-4] != "credit" || !pay.ValidUUID(parts[n-1]) {
		return ""
	}
	return pay.PaymentID(strings.ToLower(parts[n-1]))
}

// hostedURLs reads merchant_urls of a hosted session; privacy_policy and terms are of an old dialect.
func (r *reader) hostedURLs(u *pay.HostedURLs) bool {
	long := limits{max: 2000}
	r.object(func(member []byte) bool {
		switch string(member) {
		case "success":
			return text(r, &u.Success, long)
		case "cancel":
			return text(r, &u.Cancel, long)
		case "back":
			return text(r, &u.Back, long)
		case "failure":
			return text(r, &u.Failure, long)
		case "error":
			return text(r, &u.Error, long)
		case "status_update":
			return text(r, &u.StatusUpdate, long)
		case "privacy_policy":
			return text(r, &u.PrivacyPolicy, long)
		case "terms":
			return text(r, &u.Terms, long)
		}
		return false
	})
	return true
}

func (r *reader) hostedOptions(in *pay.HostedInput) bool {
	o := &in.Options
	var detail string
	r.object(func(member []byte) bool {
		switch string(member) {
		case "background_images":
			r.array(0, maxImages, func() { o.BackgroundImages = append(o.BackgroundImages, r.image()) })
			return true
		case "logo_url":
			return text(r, &o.LogoURL, limits{max: 2000})
		case "page_title":
			return text(r, &o.PageTitle, limits{max: maxText})
		case "payment_method_category":
			return enum(r, &o.Category, pay.HostedCategories)
		case "payment_method_categories":
			r.array(0, maxTexts, func() {
				var c pay.Category
				enum(r, &c, pay.HostedCategories)
				o.Categories = append(o.Categories, c)
			})
			return true
		case "place_order_mode":
			return enum(r, &o.PlaceOrderMode, pay.PlaceOrderModes)
		case "purchase_type":
			return enum(r, &o.PurchaseType, pay.PurchaseTypes)
		case "show_subtotal_detail":
			return enum(r, &detail, subtotalDetails)
		case "payment_fallback":
			in.FallbackGiven = r.sent()
			return boolean(r, &o.Fallback)
		}
		return false
	})
	o.HideSubtotalDetail = detail != ""
	return true
}

// image reads a background image; old clients send its width as a string.
func (r *reader) image() (out pay.BackgroundImage) {
	var hasURL bool
	if r.object(func(member []byte) bool {
		switch string(member) {
		case "url":
			hasURL = r.sent()
			return text(r, &out.URL, limits{max: 2000})
		case "width":
			if r.dec.PeekKind() != '"' {
				return integer(r, &out.Width, 0, 1<<31-1)
			}
			before := len(r.faults)
			var s string
			text(r, &s, limits{max: maxText})
			n, ok := parseInteger([]byte(s))
			switch {
			case len(r.faults) > before:
			case !ok || n < 0 || n > 1<<31-1:
				r.wrong("an integer", "")
			default:
				out.Width = n
			}
			return true
		}
		return false
	}) {
		r.need("url", hasURL)
	}
	return out
}

// hostedCreated answers a create with every member that the document has: integrators use these URLs and build none.
type hostedCreated struct {
	DistributionModule           wireModule `json:"distribution_module"`
	DistributionURL              string     `json:"distribution_url"`
	ExpiresAt                    string     `json:"expires_at"`
	ManualIdentificationCheckURL string     `json:"manual_identification_check_url"`
	QRCodeURL                    string     `json:"qr_code_url"`
	RedirectURL                  string     `json:"redirect_url"`
	SessionID                    string     `json:"session_id"`
	SessionURL                   string     `json:"session_url"`
}

// sessionURL is where a hosted session is read.
func (a *API) sessionURL(h *pay.HostedSession) string {
	return a.public + "/hpp/v1/sessions/" + string(h.ID)
}

func (a *API) toHostedCreated(h *pay.HostedSession) *hostedCreated {
	session := a.sessionURL(h)
	page := a.public + "/pay/" + string(h.Link)
	return &hostedCreated{
		SessionID: string(h.ID), SessionURL: session, RedirectURL: page, QRCodeURL: page + "/qr",
		DistributionURL: session + "/distribution", ManualIdentificationCheckURL: session + "/manual-id-check",
		ExpiresAt: instant(h.ExpiresAt), DistributionModule: *a.toModule(h),
	}
}

// hostedRead answers a read.
type hostedRead struct {
	SessionID          string `json:"session_id"`
	Status             string `json:"status"`
	UpdatedAt          string `json:"updated_at"`
	ExpiresAt          string `json:"expires_at"`
	AuthorizationToken string `json:"authorization_token,omitempty"`
	OrderID            string `json:"order_id,omitempty"`
	KlarnaReference    string `json:"klarna_reference,omitempty"`

	ManualIdentification *wireIDCheck `json:"manual_identification,omitempty"`
}

// toHostedRead tells the outcome. In mode NONE that is the token while it lives; otherwise the order, also when a sibling's order
// completed the session.
func toHostedRead(v engine.HostedView) *hostedRead {
	h := v.Hosted
	out := &hostedRead{SessionID: string(h.ID), Status: string(h.Status), UpdatedAt: instant(h.UpdatedAt), ExpiresAt: instant(h.ExpiresAt)}
	out.ManualIdentification = toIDCheck(v.IDCheck)
	if h.Status != pay.Completed {
		return out
	}
	if h.HandsToken() {
		if v.Authorization != nil {
			out.AuthorizationToken = string(v.Authorization.Token)
		}
		return out
	}
	out.OrderID, out.KlarnaReference = string(h.OrderID), h.Reference
	return out
}
