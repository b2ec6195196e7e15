package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/go-json-experiment/json"
)

// Scenario is what one worker does over and over.
type Scenario string

// The scenarios.
const (
	// Create makes a payment session: one request, one durable write.
	Create Scenario = "create"
	// Pair makes a payment session and hosts it: two requests, two durable writes.
	Pair Scenario = "pair"
	// Purchase goes from the payment session through all the page's forms to the captured order.
	Purchase Scenario = "purchase"
)

// createBody is a cart of three lines in Sweden with the consumer's address, as a shop sends it.
const createBody = `{"acquiring_channel":"ECOMMERCE","purchase_country":"SE","purchase_currency":"SEK","locale":"en-SE",` +
	`"order_amount":179600,"order_tax_amount":35920,"order_lines":[` +
	`{"type":"physical","reference":"SHOE-42","name":"Running shoe","quantity":2,"quantity_unit":"pcs","unit_price":79900,"tax_rate":2500,"total_amount":159800,"total_discount_amount":0,"total_tax_amount":31960,"product_url":"https://shop.example/p/SHOE-42","image_url":"https://shop.example/i/SHOE-42.png"},` +
	`{"type":"physical","reference":"SOCK-3","name":"Wool socks, three pairs","quantity":1,"quantity_unit":"pcs","unit_price":14900,"tax_rate":2500,"total_amount":14900,"total_discount_amount":0,"total_tax_amount":2980},` +
	`{"type":"shipping_fee","reference":"POST","name":"Delivery","quantity":1,"unit_price":4900,"tax_rate":2500,"total_amount":4900,"total_tax_amount":980}],` +
	`"billing_address":{"given_name":"Alice","family_name":"Test","email":"customer@email.se","phone":"+46701740615","street_address":"Södra Blasieholmshamnen 2","postal_code":"11148","city":"Stockholm","country":"SE"},` +
	`"merchant_urls":{"confirmation":"https://shop.example/thanks"},"merchant_reference1":"ORDER-1001"}`

// captureBody captures the whole order of createBody.
const captureBody = `{"captured_amount":179600,"description":"Shipped"}`

// hostBody hosts the payment session of this address.
func hostBody(sessionURL string) []byte {
	return []byte(`{"payment_session_url":"` + sessionURL + `","merchant_urls":{"success":"https://shop.example/ok?sid={{session_id}}&token={{authorization_token}}",` +
		`"cancel":"https://shop.example/cancel","back":"https://shop.example/cart","failure":"https://shop.example/failure","error":"https://shop.example/error"},` +
		`"options":{"place_order_mode":"NONE","page_title":"Pay for your order","purchase_type":"BUY"}}`)
}

// Paths of the API, also answered by the limit programs.
const (
	createPath = "/payments/v1/sessions"
	hostPath   = "/hpp/v1/sessions"
)

// sizeHeader asks a limit program for an answer of so many bytes: those of the program that it is the limit of.
const sizeHeader = "Bench-Answer-Size"

// caller sends one request and returns its answer; writes is the number of durable writes the request stands for.
type caller func(ctx context.Context, r request, writes int) (answer, error)

// errWrong marks an answer that the scenario cannot go on from; its text is the tally's key.
type errWrong struct {
	what string // short: "create 503"
	body string // how the answer begins
}

func (e *errWrong) Error() string {
	return fmt.Sprintf("unexpected answer to %s: %s", e.what, e.body)
}

func wrong(what string, a answer) error {
	return &errWrong{what: fmt.Sprintf("%s %d", what, a.status), body: string(a.body[:min(len(a.body), 300)])}
}

// flow returns the walk through the scenario against a Kassa at base.
func (s Scenario) flow(base string) (func(ctx context.Context, call caller) error, error) {
	switch s {
	case Create:
		return func(ctx context.Context, call caller) error {
			_, err := create(ctx, call)
			return err
		}, nil
	case Pair:
		return func(ctx context.Context, call caller) error {
			_, err := pair(ctx, call, base)
			return err
		}, nil
	case Purchase:
		return func(ctx context.Context, call caller) error { return purchase(ctx, call, base) }, nil
	}
	return nil, fmt.Errorf("no scenario %q: there are create, pair and purchase", s)
}

// create makes a payment session and returns its id.
func create(ctx context.Context, call caller) (string, error) {
	a, err := call(ctx, request{method: "POST", path: createPath, basic: true, body: []byte(createBody)}, 1)
	if err != nil {
		return "", err
	}
	var made struct {
		SessionID string `json:"session_id"`
	}
	if a.status != 200 || json.Unmarshal(a.body, &made) != nil || made.SessionID == "" {
		return "", wrong("create", a)
	}
	return made.SessionID, nil
}

// hosted is what the hosted session's answer says.
type hosted struct {
	SessionID          string `json:"session_id"`
	RedirectURL        string `json:"redirect_url"`
	Status             string `json:"status"`
	AuthorizationToken string `json:"authorization_token"`
}

// pair makes a payment session and hosts it.
func pair(ctx context.Context, call caller, base string) (hosted, error) {
	id, err := create(ctx, call)
	if err != nil {
		return hosted{}, err
	}
	a, err := call(ctx, request{method: "POST", path: hostPath, basic: true, body: hostBody(base + createPath + "/" + id)}, 1)
	if err != nil {
		return hosted{}, err
	}
	var h hosted
	if a.status != 201 || json.Unmarshal(a.body, &h) != nil || h.SessionID == "" {
		return h, wrong("host", a)
	}
	return h, nil
}

// purchase makes, hosts, pays, reads, places and captures.
func purchase(ctx context.Context, call caller, base string) error {
	h, err := pair(ctx, call, base)
	if err != nil {
		return err
	}
	link, err := url.Parse(h.RedirectURL)
	if err != nil {
		return fmt.Errorf("parse the redirect_url: %w", err)
	}
	if err := pay(ctx, call, link); err != nil {
		return err
	}
	a, err := call(ctx, request{method: "GET", path: hostPath + "/" + h.SessionID, basic: true}, 0)
	if err != nil {
		return err
	}
	var outcome hosted
	if a.status != 200 || json.Unmarshal(a.body, &outcome) != nil || outcome.AuthorizationToken == "" {
		return wrong("read", a)
	}
	a, err = call(ctx, request{method: "POST", path: "/payments/v1/authorizations/" + outcome.AuthorizationToken + "/order", basic: true, body: []byte(createBody)}, 1)
	if err != nil {
		return err
	}
	var order struct {
		OrderID string `json:"order_id"`
	}
	if a.status != 200 || json.Unmarshal(a.body, &order) != nil || order.OrderID == "" {
		return wrong("order", a)
	}
	a, err = call(ctx, request{method: "POST", path: "/ordermanagement/v1/orders/" + order.OrderID + "/captures", basic: true, body: []byte(captureBody)}, 1)
	if err == nil && a.status != 201 {
		err = wrong("capture", a)
	}
	return err
}

// maxSteps bounds the walk through the page: a page that never ends is a failure of the page.
const maxSteps = 16

// pay walks through the page's forms until the purchase is paid. Each form posted is one durable write; the one after
// which the page says COMPLETED is two, because an authorization is committed before and after the decision.
func pay(ctx context.Context, call caller, link *url.URL) error {
	path, seen := link.RequestURI(), ""
	for range maxSteps {
		a, err := call(ctx, request{method: "GET", path: path}, 0)
		if err != nil {
			return err
		}
		if a.status != 200 {
			return wrong("page", a)
		}
		p := readPage(a.body)
		switch {
		case p.status == "COMPLETED":
			return nil
		case p.form == nil:
			return wrong("page without a form after "+seen, a)
		}
		seen = p.form.step
		writes := 1
		if seen == "review" {
			writes = 2
		}
		to, err := link.Parse(p.form.action)
		if err != nil {
			return fmt.Errorf("parse the form's action: %w", err)
		}
		a, err = call(ctx, request{method: "POST", path: to.RequestURI(), form: true, body: []byte(p.form.fill().Encode())}, writes)
		if err != nil {
			return err
		}
		if a.status != 303 {
			return wrong("form "+seen, a)
		}
		next, err := link.Parse(a.location)
		if err != nil {
			return fmt.Errorf("parse the form's Location: %w", err)
		}
		path = next.RequestURI()
	}
	return &errWrong{what: "page does not end", body: "still at " + seen}
}

// limitFlow returns what a limit program is asked for beside the scenario: the same bodies, in answers of the sizes
// that the probe saw. A purchase is compared by durable writes, and its limit's write is a payment session's.
func (s Scenario) limitFlow(sizes map[string]int) func(ctx context.Context, call caller) error {
	requests := []request{{method: "POST", path: createPath, body: []byte(createBody), size: sizes[createPath]}}
	if s == Pair {
		body := hostBody("http://127.0.0.1:8080" + createPath + "/" + strings.Repeat("0", 36))
		requests = append(requests, request{method: "POST", path: hostPath, body: body, size: sizes[hostPath]})
	}
	return func(ctx context.Context, call caller) error {
		for _, r := range requests {
			a, err := call(ctx, r, 1)
			if err != nil {
				return err
			}
			if a.status != 200 || !bytes.HasPrefix(a.body, []byte("{")) {
				return wrong("limit", a)
			}
		}
		return nil
	}
}

// kind names an error for the tally.
func kind(err error) string {
	var w *errWrong
	switch {
	case errors.As(err, &w):
		return w.what
	case errors.Is(err, errNetwork):
		return errNetwork.Error()
	default:
		return err.Error()
	}
}
