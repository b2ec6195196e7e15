package api

import (
	"net/http"
	"strings"
)

// Route is one operation: a method and a path with {wildcards}.
type Route struct {
	Method  string
	Pattern string
	handle  func(a *API, x *exchange, r *http.Request) error
}

// The prefixes of the door. Everything below those of the families needs credentials before anything else is told about it.
const (
	documentsPrefix = "/openapi/"
	legacyPrefix    = "/credit/"
	paymentsPrefix  = "/payments/"
)

var familyPrefixes = []string{paymentsPrefix, legacyPrefix, "/customer-token/", "/hpp/", "/ordermanagement/", "/kassa/"}

// table lists the operations as the documents in openapi do.
var table = []Route{
	{"POST", "/payments/v1/sessions", (*API).createPayment},
	{"GET", "/payments/v1/sessions/{session_id}", (*API).readPayment},
	{"POST", "/payments/v1/sessions/{session_id}", (*API).updatePayment},
	{"POST", "/payments/v1/authorizations/{authorization_token}/order", (*API).placeOrder},
	{"DELETE", "/payments/v1/authorizations/{authorization_token}", (*API).cancelAuthorization},
	{"POST", "/payments/v1/authorizations/{authorization_token}/customer-token", (*API).createToken},

	{"GET", "/customer-token/v1/tokens/{customer_token}", (*API).readToken},
	{"POST", "/customer-token/v1/tokens/{customer_token}/order", (*API).chargeToken},
	{"PATCH", "/customer-token/v1/tokens/{customer_token}/status", (*API).cancelToken},

	{"POST", "/hpp/v1/sessions", (*API).createHosted},
	{"GET", "/hpp/v1/sessions/{session_id}", (*API).readHosted},
	{"DELETE", "/hpp/v1/sessions/{session_id}", (*API).disableHosted},
	{"POST", "/hpp/v1/sessions/{session_id}/distribution", (*API).distribute},
	{"POST", "/hpp/v1/sessions/{session_id}/distribution-module/token", (*API).createModuleToken},
	{"POST", "/hpp/v1/sessions/{session_id}/manual-id-check", (*API).judgeID},

	{"GET", "/ordermanagement/v1/orders/{order_id}", (*API).readOrder},
	{"POST", "/ordermanagement/v1/orders/{order_id}/acknowledge", (*API).acknowledge},
	{"PATCH", "/ordermanagement/v1/orders/{order_id}/authorization", (*API).updateAuthorization},
	{"POST", "/ordermanagement/v1/orders/{order_id}/cancel", (*API).cancelOrder},
	{"POST", "/ordermanagement/v1/orders/{order_id}/release-remaining-authorization", (*API).releaseAuthorization},
	{"POST", "/ordermanagement/v1/orders/{order_id}/extend-authorization-time", (*API).extendTime},
	{"PATCH", "/ordermanagement/v1/orders/{order_id}/customer-details", (*API).setDetails},
	{"PATCH", "/ordermanagement/v1/orders/{order_id}/merchant-references", (*API).setReferences},
	{"POST", "/ordermanagement/v1/orders/{order_id}/shipping-info", (*API).addShipping},
	{"POST", "/ordermanagement/v1/orders/{order_id}/captures", (*API).capture},
	{"GET", "/ordermanagement/v1/orders/{order_id}/captures", (*API).listCaptures},
	{"GET", "/ordermanagement/v1/orders/{order_id}/captures/{capture_id}", (*API).readCapture},
	{"POST", "/ordermanagement/v1/orders/{order_id}/captures/{capture_id}/shipping-info", (*API).addCaptureShipping},
	{"POST", "/ordermanagement/v1/orders/{order_id}/captures/{capture_id}/trigger-send-out", (*API).sendOut},
	{"GET", "/ordermanagement/v1/orders/{order_id}/captures/{capture_id}/extend-due-date-options", (*API).dueDateOptions},
	{"PATCH", "/ordermanagement/v1/orders/{order_id}/captures/{capture_id}/extend-due-date-options", (*API).extendDueDate},
	{"PATCH", "/ordermanagement/v1/orders/{order_id}/captures/{capture_id}/extend-due-date", (*API).extendDueDate},
	{"PATCH", "/ordermanagement/v1/orders/{order_id}/captures/{capture_id}/customer-details", (*API).setCaptureDetails},
	{"POST", "/ordermanagement/v1/orders/{order_id}/refunds", (*API).refund},
	{"GET", "/ordermanagement/v1/orders/{order_id}/refunds/{refund_id}", (*API).readRefund},

	{"GET", "/kassa/v1/events", (*API).readEvents},
}

// Routes lists the documented operations, without the legacy aliases: a test compares it with the documents.
func Routes() []Route { return append([]Route(nil), table...) }

// routes lists everything that is served: the table, and each operation of the payments API below its old name as well.
func (a *API) routes() []Route {
	out := Routes()
	for _, rt := range table {
		if rest, ok := strings.CutPrefix(rt.Pattern, paymentsPrefix); ok {
			rt.Pattern = legacyPrefix + rest
			out = append(out, rt)
		}
	}
	return out
}

// allowed lists the methods that a path is served with, for the header Allow; empty for an unknown path.
func (a *API) allowed(r *http.Request) string {
	var methods []string
	probe := *r
	for _, m := range []string{"DELETE", "GET", "HEAD", "PATCH", "POST"} {
		probe.Method = m
		if _, pattern := a.mux.Handler(&probe); pattern != "" {
			methods = append(methods, m)
		}
	}
	return strings.Join(methods, ", ")
}
