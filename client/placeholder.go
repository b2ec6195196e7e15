package client

import (
	"net/url"
	"strings"
)

// Placeholder is a word in a merchant's URL that the page replaces when it sends the consumer there. It stands where a value
// stands, in the path or the query, never in the host.
type Placeholder string

// The placeholders. What has no value becomes empty: a hosted session has an authorization token or an order id, never both.
const (
	PlaceholderSessionID          Placeholder = "{{session_id}}"          // of the hosted session; in every URL
	PlaceholderAuthorizationToken Placeholder = "{{authorization_token}}" // in Success, mode NONE
	PlaceholderOrderID            Placeholder = "{{order_id}}"            // in Success, the other modes
)

// ReturnURL adds placeholders to an address as query parameters of their own names: [ParseReturn] reads them again.
//
//	ReturnURL("https://shop.example/return?order=7", PlaceholderSessionID)
//	= "https://shop.example/return?order=7&session_id={{session_id}}"
func ReturnURL(address string, placeholders ...Placeholder) string {
	address, fragment, _ := strings.Cut(address, "#")
	for _, p := range placeholders {
		separator := "?"
		if strings.Contains(address, "?") {
			separator = "&"
		}
		address += separator + strings.Trim(string(p), "{}") + "=" + string(p)
	}
	if fragment != "" {
		address += "#" + fragment
	}
	return address
}

// Return is what a consumer brought back in the query of a merchant's URL. Anybody can type such an address: it says which
// session to read, not what became of it.
type Return struct {
	SessionID          HostedSessionID
	AuthorizationToken AuthorizationToken
	OrderID            OrderID
}

// ParseReturn reads the query of an address made by [ReturnURL].
func ParseReturn(query url.Values) Return {
	return Return{
		SessionID:          HostedSessionID(query.Get("session_id")),
		AuthorizationToken: AuthorizationToken(query.Get("authorization_token")),
		OrderID:            OrderID(query.Get("order_id")),
	}
}
