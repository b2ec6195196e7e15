package client

import (
	"context"
	"net/http"
	"time"
)

// PlaceOrderMode is what the page makes of an authorization.
type PlaceOrderMode string

// The modes; empty is ModeNone: the merchant places the order with the authorization token.
const (
	ModeNone         PlaceOrderMode = "NONE"
	ModePlaceOrder   PlaceOrderMode = "PLACE_ORDER"
	ModeCaptureOrder PlaceOrderMode = "CAPTURE_ORDER"
)

// HostedStatus is where a hosted session stands.
type HostedStatus string

// The statuses of a hosted session.
const (
	HostedWaiting       HostedStatus = "WAITING"         // nobody has begun
	HostedInProgress    HostedStatus = "IN_PROGRESS"     // the consumer is on the page
	HostedManualIDCheck HostedStatus = "MANUAL_ID_CHECK" // staff must look at an identity card
	HostedBack          HostedStatus = "BACK"            // the consumer went back; the link can still be used
	HostedFailed        HostedStatus = "FAILED"          // declined; the link can still be used
	HostedError         HostedStatus = "ERROR"           // a technical fault; the link can still be used
	HostedCompleted     HostedStatus = "COMPLETED"       // authorized, ordered or captured, by place_order_mode
	HostedCancelled     HostedStatus = "CANCELLED"       // the consumer cancelled for good
	HostedDisabled      HostedStatus = "DISABLED"        // the merchant withdrew it
)

// Final reports whether the status stays. Sessions also end by expiring: then reading them is [NotFound].
func (s HostedStatus) Final() bool {
	return s == HostedCompleted || s == HostedCancelled || s == HostedDisabled
}

// HostedSessionRequest asks for a page that shows a payment session.
type HostedSessionRequest struct {
	PaymentSessionURL string         `json:"payment_session_url"` // see [Client.PaymentSessionURL]
	MerchantURLs      *HostedURLs    `json:"merchant_urls,omitempty"`
	Options           *HostedOptions `json:"options,omitempty"`
	ProfileID         string         `json:"profile_id,omitempty"`
}

// HostedURLs are where the consumer is sent afterwards, and where changes of status go. All may be empty: then the page shows
// the outcome itself. Placeholders in them are filled in, see [ReturnURL].
type HostedURLs struct {
	Success       string `json:"success,omitempty"`
	Cancel        string `json:"cancel,omitempty"`
	Back          string `json:"back,omitempty"` // given: the page says Back and not Cancel
	Failure       string `json:"failure,omitempty"`
	Error         string `json:"error,omitempty"` // empty: Failure
	StatusUpdate  string `json:"status_update,omitempty"`
	PrivacyPolicy string `json:"privacy_policy,omitempty"` // linked on the page
	Terms         string `json:"terms,omitempty"`          // linked on the page
}

// HostedOptions are how the page looks and what it does.
type HostedOptions struct {
	PlaceOrderMode          PlaceOrderMode    `json:"place_order_mode,omitempty"`
	PageTitle               string            `json:"page_title,omitempty"`
	PurchaseType            string            `json:"purchase_type,omitempty"` // the button's verb: BUY, RENT, BOOK, SUBSCRIBE, DOWNLOAD, ORDER, CONTINUE, PAY
	LogoURL                 string            `json:"logo_url,omitempty"`      // PNG or JPEG
	BackgroundImages        []BackgroundImage `json:"background_images,omitempty"`
	PaymentMethodCategory   Category          `json:"payment_method_category,omitempty"`   // only this way; never together with the next
	PaymentMethodCategories []Category        `json:"payment_method_categories,omitempty"` // only these ways
	PaymentFallback         bool              `json:"payment_fallback,omitempty"`          // after a decline offer the remaining ways
	ShowSubtotalDetail      string            `json:"show_subtotal_detail,omitempty"`      // HIDE
}

// BackgroundImage is a picture for windows of about a width, in pixels.
type BackgroundImage struct {
	URL   string `json:"url"`
	Width int64  `json:"width,omitempty"`
}

// HostedSessionCreated answers a create. Use these URLs as they are, never build your own.
type HostedSessionCreated struct {
	SessionID                    HostedSessionID    `json:"session_id"`
	SessionURL                   string             `json:"session_url"`
	RedirectURL                  string             `json:"redirect_url"` // the page: send the consumer there
	QRCodeURL                    string             `json:"qr_code_url"`  // a picture of the page's link
	DistributionURL              string             `json:"distribution_url"`
	ManualIdentificationCheckURL string             `json:"manual_identification_check_url"`
	ExpiresAt                    time.Time          `json:"expires_at"` // an hour before the payment session
	DistributionModule           DistributionModule `json:"distribution_module"`
}

// DistributionModule opens the clerk's page. Whoever has the token can send the session's link and judge an identity document until
// the link ends.
type DistributionModule struct {
	Token         string `json:"token"`
	StandaloneURL string `json:"standalone_url"` // the page; its placeholders may be filled in or left as they are
	GenerationURL string `json:"generation_url"`
}

// HostedSession is a hosted session as it is now.
type HostedSession struct {
	SessionID HostedSessionID `json:"session_id"`
	Status    HostedStatus    `json:"status"`
	UpdatedAt time.Time       `json:"updated_at"`
	ExpiresAt time.Time       `json:"expires_at"`
	// AuthorizationToken is there once completed in mode NONE, for the 60 minutes that it lives.
	AuthorizationToken AuthorizationToken `json:"authorization_token"`
	// OrderID and KlarnaReference are there once completed in the other modes.
	OrderID         OrderID `json:"order_id"`
	KlarnaReference string  `json:"klarna_reference"`
	// ManualIdentification is there while the status is [HostedManualIDCheck].
	ManualIdentification *ManualIdentification `json:"manual_identification"`
}

// ManualIdentification is what the shop's staff needs to look at the consumer's identity document.
type ManualIdentification struct {
	Challenge          string `json:"challenge"` // also on the consumer's page
	CustomerObfuscated struct {
		GivenName  string `json:"given_name"`
		FamilyName string `json:"family_name"`
	} `json:"customer_obfuscated"`
	ExpiresAt time.Time `json:"expires_at"` // without a verdict by then the session is FAILED
}

// IDVerdict is what an identity document said.
type IDVerdict string

// The verdicts.
const (
	IDMatches IDVerdict = "MATCH"
	IDDiffers IDVerdict = "MISMATCH" // also when there is no document
)

// DistributionMethod is how a link is sent.
type DistributionMethod string

// The ways to send a link.
const (
	ByEmail DistributionMethod = "email"
	BySMS   DistributionMethod = "sms"
	ByToken DistributionMethod = "token"
)

// DistributionRequest asks the server to send the link.
type DistributionRequest struct {
	Method             DistributionMethod  `json:"method"`
	ContactInformation DistributionContact `json:"contact_information"`
	Template           string              `json:"template,omitempty"`
}

// DistributionContact is whom to send it to: what the method needs.
type DistributionContact struct {
	Email        string `json:"email,omitempty"`
	Phone        string `json:"phone,omitempty"`
	PhoneCountry string `json:"phone_country,omitempty"` // two letters
	AccessID     string `json:"access_id,omitempty"`
}

// CreateHostedSession makes a page for a payment session (step 2b). NotFound when the payment session is unknown, completed, or
// has an hour or less to live.
func (c *Client) CreateHostedSession(ctx context.Context, in HostedSessionRequest, options ...Option) (*HostedSessionCreated, error) {
	out := new(HostedSessionCreated)
	_, err := c.do(ctx, "create hosted session", call{method: http.MethodPost, path: "/hpp/v1/sessions", in: in, out: out}, options)
	return out, err
}

// ReadHostedSession tells the outcome (step 6b); NotFound when the session is unknown or expired without an outcome.
func (c *Client) ReadHostedSession(ctx context.Context, id HostedSessionID) (*HostedSession, error) {
	out := new(HostedSession)
	_, err := c.do(ctx, "read hosted session", call{method: http.MethodGet, path: path("/hpp/v1/sessions/", string(id)), out: out}, nil)
	return out, err
}

// DisableHostedSession withdraws a page; BadRequest when it is completed. Doing it again changes nothing.
func (c *Client) DisableHostedSession(ctx context.Context, id HostedSessionID) error {
	_, err := c.do(ctx, "disable hosted session", call{method: http.MethodDelete, path: path("/hpp/v1/sessions/", string(id))}, nil)
	return err
}

// DistributeHostedSession has the link sent to the consumer (step 3b). A success says that the message is on its way, not that
// it arrived; doing it again sends it again.
func (c *Client) DistributeHostedSession(ctx context.Context, id HostedSessionID, in DistributionRequest, options ...Option) error {
	_, err := c.do(ctx, "distribute hosted session", call{method: http.MethodPost, path: path("/hpp/v1/sessions/", string(id), "/distribution"), in: in}, options)
	return err
}

// NewDistributionToken gives a fresh token for the clerk's page; older ones go on working. NotFound when the session's life is over.
func (c *Client) NewDistributionToken(ctx context.Context, id HostedSessionID, options ...Option) (*DistributionModule, error) {
	out := new(DistributionModule)
	_, err := c.do(ctx, "new distribution token", call{method: http.MethodPost, path: path("/hpp/v1/sessions/", string(id), "/distribution-module/token"), out: out}, options)
	return out, err
}

// JudgeIdentity tells what the identity document said for which a session waits in [HostedManualIDCheck]; challenge is that of its
// [ManualIdentification]. The session goes on, or fails. The same verdict again changes nothing.
func (c *Client) JudgeIdentity(ctx context.Context, id HostedSessionID, challenge string, v IDVerdict, options ...Option) error {
	in := struct {
		Challenge string    `json:"challenge"`
		Verdict   IDVerdict `json:"verdict"`
	}{challenge, v}
	_, err := c.do(ctx, "judge identity", call{method: http.MethodPost, path: path("/hpp/v1/sessions/", string(id), "/manual-id-check"), in: in}, options)
	return err
}
