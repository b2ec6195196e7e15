package pay

import (
	"errors"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// URLPolicy says which URLs a merchant may give.
type URLPolicy struct {
	Sandbox    bool     // http and loopback hosts are allowed
	AppSchemes []string // schemes of apps that are allowed, in small letters
}

// What CheckURL refuses.
var (
	errURLForm        = errors.New("an absolute URL")
	errURLScheme      = errors.New("an https URL")
	errURLUser        = errors.New("a URL without user name or password")
	errURLApp         = errors.New("a URL with an app's scheme that the operator has allowed")
	errURLLine        = errors.New("a web address")
	errURLControl     = errors.New("a URL without control characters or blanks")
	errURLHost        = errors.New("a URL with a public host")
	errURLPlaceholder = errors.New("a URL without a placeholder in scheme or host")
	errURLLength      = errors.New("a URL of at most 2000 characters")
)

// maxURL bounds a merchant's URL.
const maxURL = 2000

// CheckURL refuses what a merchant's URL must not be: https only, in the sandbox http and loopback
// hosts as well; no userinfo, no control characters, no placeholder before the path.
func CheckURL(raw string, policy URLPolicy) error {
	if len(raw) > maxURL {
		return errURLLength
	}
	for i := range len(raw) {
		if raw[i] <= ' ' && raw[i] != ' ' || raw[i] == 0x7f || raw[i] == '\\' {
			return errURLControl
		}
	}
	scheme, rest, found := strings.Cut(raw, "://")
	if !found {
		return errURLForm
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	authority := rest[:end]
	if strings.ContainsAny(scheme+authority, "{} %") {
		return errURLPlaceholder
	}
	if strings.Contains(authority, "@") {
		return errURLUser
	}
	scheme = strings.ToLower(scheme)
	switch {
	case scheme == "https", scheme == "http" && policy.Sandbox:
	case appScheme(scheme) && slices.Contains(policy.AppSchemes, scheme):
		return nil
	default:
		return errURLScheme
	}
	u, err := url.Parse(scheme + "://" + authority)
	if err != nil || u.Host != authority || !validPort(u.Port()) || !validHost(u.Hostname()) {
		return errURLForm
	}
	if !policy.Sandbox && privateHost(u.Hostname()) {
		return errURLHost
	}
	return nil
}

// For gives the policy for one merchant's apps as well.
func (u URLPolicy) For(m *Merchant) URLPolicy {
	u.AppSchemes = m.Settings.AppSchemes
	return u
}

// CheckAppURL refuses what is not the address of an app: the web's schemes, and those that the operator has not allowed.
func CheckAppURL(raw string, policy URLPolicy) error {
	scheme, _, found := strings.Cut(raw, "://")
	if scheme = strings.ToLower(scheme); !found || !appScheme(scheme) || !slices.Contains(policy.AppSchemes, scheme) {
		return errURLApp
	}
	return CheckURL(raw, policy)
}

// CheckLineURL refuses an address of a line with another scheme than the web's. http is taken, as the original takes it, and what is no
// whole address: neither can be run.
func CheckLineURL(raw string) error {
	scheme, rest, found := strings.Cut(raw, ":")
	switch {
	case !found, strings.ContainsAny(scheme, "/?#"): // a path, whatever it goes on with
	case strings.Contains(scheme, ".") && !strings.HasPrefix(rest, "//"): // a host with its port
	case !strings.EqualFold(scheme, "http") && !strings.EqualFold(scheme, "https"):
		return errURLLine
	}
	return nil
}

// appScheme reports whether a scheme can be an app's: never one that a browser runs or reads by itself, nor one that opens any app at all.
func appScheme(scheme string) bool {
	switch scheme {
	case "", "http", "https", "javascript", "data", "file", "vbscript", "about", "blob", "filesystem", "ftp", "ws", "wss", "view-source", "intent", "android-app", "mailto", "sms", "tel":
		return false
	}
	for i := range len(scheme) {
		c := scheme[i]
		if c < 'a' || c > 'z' {
			if i == 0 || !(c >= '0' && c <= '9' || c == '+' || c == '-' || c == '.') {
				return false
			}
		}
	}
	return true
}

// validPort reports whether a port is left out or can exist.
func validPort(port string) bool {
	n, err := strconv.Atoi(port)
	return port == "" || err == nil && n > 0 && n <= 65535
}

// validHost reports whether a host can exist: an address, or a name of labels of at most 63 bytes, empty ones included: the public
// documentation's own "https://..." passes. As in browsers, a name whose last label is a number is an address, and then one of four
// parts: no other spelling of 127.0.0.1 passes. Of what is not ASCII, letters do: neither other dots and digits, nor what cannot be seen.
func validHost(host string) bool {
	if _, err := netip.ParseAddr(host); err == nil {
		return true
	}
	labels := strings.Split(strings.TrimSuffix(host, "."), ".")
	for _, label := range labels {
		if len(label) > 63 || label != "" && (label[0] == '-' || label[len(label)-1] == '-') {
			return false
		}
		for _, c := range label {
			if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c >= 0x80 && (unicode.IsLetter(c) || unicode.IsMark(c))) {
				return false // U+FFFD, for what is no UTF-8, included
			}
		}
	}
	_, err := strconv.ParseInt(labels[len(labels)-1], 0, 64)
	return err != nil && host != "" && len(host) <= 253
}

// privateHost reports whether a host can be told from its name to be this machine or a private network.
func privateHost(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	a, err := netip.ParseAddr(host)
	if err != nil {
		return false
	}
	a = a.Unmap()
	return a.IsLoopback() || a.IsPrivate() || a.IsLinkLocalUnicast() || a.IsUnspecified()
}

// Placeholders are the values of {{session_id}}, {{authorization_token}} and {{order_id}}; {{oder_id}} is the guide's spelling
// of the last. Empty: there is no such value.
type Placeholders struct {
	SessionID          string
	AuthorizationToken string
	OrderID            string
}

func (v Placeholders) value(name string) (string, bool) {
	switch name {
	case "session_id":
		return v.SessionID, true
	case "authorization_token":
		return v.AuthorizationToken, true
	case "order_id", "oder_id":
		return v.OrderID, true
	}
	return "", false
}

// Fill puts the values in place of the placeholders of a merchant's URL, raw or percent-encoded braces, with any blanks inside
// them; what has no value becomes empty, what is unknown stays. Nothing is appended, and scheme and host never change.
func (v Placeholders) Fill(raw string) string {
	return fill(raw, []string{"{{", "%7B%7B", "%7b%7b", "%7B%7b", "%7b%7B"}, []string{"}}", "%7D%7D", "%7d%7d", "%7D%7d", "%7d%7D"}, v.value)
}

// FillKP puts values in place of {session.id} and {order.id}, the dialect of a payment session's merchant_urls.
func FillKP(raw, sessionID, orderID string) string {
	return fill(raw, []string{"{", "%7B", "%7b"}, []string{"}", "%7D", "%7d"}, func(name string) (string, bool) {
		switch name {
		case "session.id":
			return sessionID, true
		case "order.id":
			return orderID, true
		}
		return "", false
	})
}

// maxName is more than any placeholder's name with its blanks is long.
const maxName = 60

func fill(raw string, opens, closes []string, value func(string) (string, bool)) string {
	start := pathStart(raw)
	var b strings.Builder
	b.WriteString(raw[:start])
	for i := start; i < len(raw); {
		open := prefixOf(raw[i:], opens)
		if open == 0 {
			b.WriteByte(raw[i])
			i++
			continue
		}
		name, length := nameIn(raw[i+open:], closes)
		got, known := value(name)
		if length == 0 || !known {
			b.WriteByte(raw[i])
			i++
			continue
		}
		b.WriteString(url.QueryEscape(got))
		i += open + length
	}
	return b.String()
}

// pathStart is where the authority of a URL ends.
func pathStart(raw string) int {
	_, rest, found := strings.Cut(raw, "://")
	if !found {
		return 0
	}
	skip := len(raw) - len(rest)
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		return skip + i
	}
	return len(raw)
}

func prefixOf(s string, prefixes []string) int {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return len(p)
		}
	}
	return 0
}

// nameIn reads a placeholder's name up to its closing braces; length covers both.
func nameIn(s string, closes []string) (name string, length int) {
	for i := 0; i < len(s) && i <= maxName; i++ {
		if n := prefixOf(s[i:], closes); n > 0 {
			return withoutBlanks(s[:i]), i + n
		}
	}
	return "", 0
}

// withoutBlanks takes blanks, however they are written, from around a name; one with blanks inside is no name.
func withoutBlanks(name string) string {
	for _, blank := range []string{"%20", "+", " "} {
		if strings.HasPrefix(name, blank) || strings.HasSuffix(name, blank) {
			return withoutBlanks(strings.TrimSuffix(strings.TrimPrefix(name, blank), blank))
		}
	}
	return name
}
