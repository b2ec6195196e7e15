package deliver

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"kassa/internal/gsm"
)

// smsLimit bounds one exchange with a gateway or an SMS centre.
const smsLimit = 10 * time.Second

// SMS is a text message to one phone.
type SMS struct {
	To   string // E.164, beginning with +
	From string // the sender's name or number; empty: the one of the sender's URL
	Text string
	ID   string // the same for every attempt, so that a repetition can be recognised
}

// Sender sends text messages: by an HTTP gateway or to an SMS centre.
type Sender interface {
	// Send returns nil once the other side has taken the message. Permanent tells whether trying again may help. No error has the
	// number or the text in it.
	Send(ctx context.Context, m SMS) error
	// Close ends the connections. Messages under way fail, as what may pass.
	Close()
}

// NewSender makes a sender of a URL.
//
// smpp://system_id:password@host:port and smpps://… speak SMPP 3.4 to an SMS centre; see smpp.go for the parameters.
//
// http:// and https:// call a gateway. {{to}} (+46701234567), {{to_digits}} (46701234567), {{text}}, {{from}}, {{id}} and {{coding}} stand in
// the URL's path, query or body where the values belong, and each is encoded for its place. {{coding}} is 0 for a text in the alphabet of
// GSM and 2 for one in UCS-2, as Kannel has it; coding= gives other words. User and password go into Basic auth. The
// part after # is for us and is not sent: options, separated by semicolons, and the body as the last of them.
//
//	https://user:pass@gw.example/send?to={{to}}&text={{text}}&from={{from}}         GET
//	https://gw.example/messages#form:To={{to}}&Body={{text}}                        POST, application/x-www-form-urlencoded
//	https://gw.example/sms#header=Authorization: Bearer k3y;json:{"to":["{{to}}"],"text":"{{text}}"}   POST, application/json
//
//	from=NAME          the sender where a message has none
//	ok=TEXT            an answer counts only with this text in its first 4 KB
//	header=Name: value one more header, may be repeated
//	coding=GSM,unicode what {{coding}} is for the one alphabet and for the other
//
// Taken is 2xx (with the text of ok). 400 and 422 are about this message: permanent. No status says that there is no such number:
// gateways answer 400 to much else. All else may pass, 401, 403 and 404 once the operator has mended the URL. Redirects are not
// followed.
func NewSender(rawURL string) (Sender, error) {
	scheme, _, _ := strings.Cut(rawURL, ":")
	switch strings.ToLower(scheme) {
	case "smpp", "smpps":
		return newSMPP(rawURL)
	case "http", "https":
		return newGateway(rawURL)
	}
	return nil, errors.New("not a URL that begins with https://, http://, smpps:// or smpp://")
}

// gateway is an HTTP gateway.
type gateway struct {
	transport *http.Transport
	limit     time.Duration

	before, query string // of the URL, up to and after the question mark
	user          *url.Userinfo
	body          string
	escape        func(string) string // of a value in the body; nil: there is no body
	contentType   string
	header        http.Header
	from, ok      string
	coding        [2]string // what {{coding}} is: in the alphabet of GSM, in UCS-2
}

// kannelCoding is what {{coding}} is unless the URL says otherwise.
var kannelCoding = [2]string{"0", "2"}

// okBytes is how much of an answer is looked at.
const okBytes = 4 << 10

func newGateway(rawURL string) (*gateway, error) {
	rest, fragment, _ := strings.Cut(rawURL, "#")
	g := &gateway{limit: smsLimit, coding: kannelCoding, header: http.Header{"User-Agent": {"Kassa"}}}
	// The operator names the gateway, so it may stand in his own network: no guard.
	g.transport = &http.Transport{
		TLSHandshakeTimeout: smsLimit, ResponseHeaderTimeout: smsLimit, MaxResponseHeaderBytes: 16 << 10, MaxIdleConnsPerHost: 4,
		IdleConnTimeout: 30 * time.Second, DisableCompression: true,
	}
	u, err := url.Parse(rest)
	if err != nil || u.Hostname() == "" {
		return nil, errors.New("not a URL like https://user:password@gateway.example/send?to={{to}}&text={{text}}")
	}
	if strings.ContainsAny(rest, " \t") {
		return nil, errors.New("a blank before the #")
	}
	g.user = u.User
	g.before, g.query, _ = strings.Cut(rest, "?")
	if err := g.options(fragment); err != nil {
		return nil, err
	}
	return g, g.checkPlaceholders()
}

// options reads what stands after the #.
func (g *gateway) options(fragment string) error {
	for fragment != "" {
		if body, found := strings.CutPrefix(fragment, "form:"); found {
			if option := optionInForm.FindString(body); option != "" {
				return fmt.Errorf("%s stands in the body, but options come before form:BODY", option[1:])
			}
			g.body, g.escape, g.contentType = body, url.QueryEscape, "application/x-www-form-urlencoded"
			return nil
		}
		if body, found := strings.CutPrefix(fragment, "json:"); found {
			g.body, g.escape, g.contentType = body, escapeJSON, "application/json"
			return g.checkJSON()
		}
		var option string
		option, fragment, _ = strings.Cut(fragment, ";")
		name, value, _ := strings.Cut(option, "=")
		switch name {
		case "from":
			g.from = value
		case "ok":
			g.ok = value
		case "coding":
			plain, ucs2, found := strings.Cut(value, ",")
			if g.coding = [2]string{strings.TrimSpace(plain), strings.TrimSpace(ucs2)}; !found || slices.Contains(g.coding[:], "") || strings.Contains(ucs2, ",") {
				return errors.New("coding= after the # is not like coding=GSM,unicode")
			}
		case "header":
			header, value, found := strings.Cut(value, ":")
			header, value = strings.TrimSpace(header), strings.TrimSpace(value)
			if !found || !headerName.MatchString(header) || strings.ContainsFunc(value, unicode.IsControl) {
				return errors.New("header= after the # is not like header=Name: value")
			}
			g.header.Add(header, value)
		default:
			return errors.New("after the # only from=, ok=, header=, coding=, form: and json: are known")
		}
	}
	return nil
}

// headerName is a name as headers have it (RFC 9110, 5.6.2).
var headerName = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")

// optionInForm finds an option behind a form, where it would be sent and not be read.
var optionInForm = regexp.MustCompile(`;(?:from|ok|header|coding)=`)

// checkJSON refuses a body that is no JSON with what will stand in it. A number or a coding may stand without quotes where it is one.
func (g *gateway) checkJSON() error {
	for _, coding := range g.coding {
		if !json.Valid([]byte(fill(g.body, escapeJSON, SMS{To: "+46701234567", From: "Kassa", Text: "a text", ID: "an id"}, coding))) {
			return errors.New("the body after #json: is no JSON, or would be none with the values in it: all but {{to_digits}} and a {{coding}} of digits stand in quotes")
		}
	}
	return nil
}

// checkPlaceholders refuses a template that could not say whom to send what.
func (g *gateway) checkPlaceholders() error {
	all := g.before + "?" + g.query + "\n" + g.body
	for _, values := range g.header {
		for _, value := range values {
			all += "\n" + value
			if strings.Contains(value, "{{text}}") || strings.Contains(value, "{{from}}") {
				return errors.New("{{text}} and {{from}} cannot stand in a header")
			}
		}
	}
	if g.coding != kannelCoding && !strings.Contains(all, "{{coding}}") {
		return errors.New("coding= after the # without a {{coding}}")
	}
	left := fill(all, func(string) string { return "" }, SMS{}, "")
	if strings.Contains(left, "{{") {
		return errors.New("a placeholder other than {{to}}, {{to_digits}}, {{text}}, {{from}}, {{id}} and {{coding}}")
	}
	if !strings.Contains(all, "{{to}}") && !strings.Contains(all, "{{to_digits}}") || !strings.Contains(all, "{{text}}") {
		return errors.New("the placeholders {{to}} and {{text}} are missing")
	}
	return nil
}

// fill puts the values of a message into a template.
func fill(template string, escape func(string) string, m SMS, coding string) string {
	return strings.NewReplacer(
		"{{to}}", escape(m.To), "{{to_digits}}", escape(strings.TrimPrefix(m.To, "+")), "{{text}}", escape(m.Text), "{{from}}", escape(m.From), "{{id}}", escape(m.ID), "{{coding}}", escape(coding),
	).Replace(template)
}

// plainly leaves a value as it is.
func plainly(value string) string { return value }

// escapeJSON encodes a value for the inside of a JSON string.
func escapeJSON(value string) string {
	quoted, err := json.Marshal(value)
	if err != nil { // strings always can
		return ""
	}
	return string(quoted[1 : len(quoted)-1])
}

// Send calls the gateway once.
func (g *gateway) Send(ctx context.Context, m SMS) error {
	if m.From == "" {
		m.From = g.from
	}
	ctx, cancel := context.WithTimeout(ctx, g.limit)
	defer cancel()
	req, err := g.request(ctx, m)
	if err != nil {
		return err
	}
	resp, err := g.transport.RoundTrip(req)
	if err != nil {
		return fmt.Errorf("reach SMS gateway: %w", reason(err))
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(resp.Body, okBytes))
	switch status := resp.StatusCode; {
	case status >= 200 && status < 300:
		if strings.Contains(string(text), g.ok) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read SMS gateway's answer: %w", reason(err))
		}
		return fmt.Errorf("SMS gateway answered %d, but not what ok= asks for", status)
	case status == http.StatusBadRequest, status == http.StatusUnprocessableEntity:
		return &refused{fmt.Errorf("SMS gateway answered %d", status)}
	default:
		return fmt.Errorf("SMS gateway answered %d", status)
	}
}

func (g *gateway) request(ctx context.Context, m SMS) (*http.Request, error) {
	coding := g.coding[0]
	if gsm.Encode(m.Text).Unicode {
		coding = g.coding[1]
	}
	target := fill(g.before, url.PathEscape, m, coding)
	if g.query != "" {
		target += "?" + fill(g.query, url.QueryEscape, m, coding)
	}
	method, body := http.MethodGet, io.Reader(http.NoBody)
	if g.escape != nil {
		method, body = http.MethodPost, strings.NewReader(fill(g.body, g.escape, m, coding))
	}
	req, err := http.NewRequestWithContext(ctx, method, target, body)
	if err != nil {
		return nil, &refused{errors.New("the message does not fit into the SMS gateway's URL")}
	}
	req.Header = g.header.Clone()
	for _, values := range req.Header {
		for i, value := range values {
			values[i] = fill(value, plainly, m, coding)
		}
	}
	if g.contentType != "" {
		req.Header.Set("Content-Type", g.contentType)
	}
	if g.user != nil {
		password, _ := g.user.Password()
		req.SetBasicAuth(g.user.Username(), password)
	}
	return req, nil
}

// Close closes the connections that are kept.
func (g *gateway) Close() { g.transport.CloseIdleConnections() }
