package servertest_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"kassa/internal/contracttest"
	"kassa/internal/servertest"
)

// recording is one line of the recorded exchanges with the original.
type recording struct {
	Number      int `json:"-"` // of the line, from 1
	Method      string
	Path        string
	RequestBody string `json:"request_body"`
	Status      int
	Headers     map[string]any
	Body        string
}

// recordings reads what was recorded with the original. It lies outside the repository: without it there is nothing to compare.
func recordings(t *testing.T) (all []recording) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "contract", "recorded", "playground.jsonl"))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("there are no recordings") //nolint:forbidigo // they lie outside the repository
	}
	if err != nil {
		t.Fatal(err)
	}
	for i, line := range bytes.Split(bytes.TrimSpace(data), []byte("\n")) {
		r := recording{Number: i + 1}
		if err := json.Unmarshal(line, &r); err != nil {
			t.Fatalf("line %d: %v", i+1, err)
		}
		all = append(all, r)
	}
	return all
}

// scene is what a replay needs: the ids that the recorded call names by others.
type scene struct {
	t   *testing.T
	s   *servertest.Server
	m   *servertest.Merchant
	rec *recording
	ids map[string]string // by wildcard
}

// replay says how an operation is replayed.
type replay struct {
	method, pattern string
	// set makes what the call is about and notes its ids; it may change the request, saying why. Refusals of ids need none.
	set func(c *scene)
	// more are members that we tell and the recording does not, each with its reason.
	more map[string]string
	// paths are the bad paths that we tell otherwise than the original for an empty body, with the reason.
	paths []string
}

const (
	om = "/ordermanagement/v1/orders/{order_id}"
	kp = "/payments/v1/"
	ct = "/customer-token/v1/tokens/{customer_token}"
)

// methodDetails are told where they mean something: clients have been seen that demand them.
var methodDetails = map[string]string{
	"authorized_payment_method.number_of_days":         "an invoice has a term",
	"authorized_payment_method.number_of_installments": "a plan has a number of payments",
}

// replays has an entry for each operation of which something was recorded.
var replays = []replay{
	{
		method: "POST", pattern: kp + "sessions", set: func(*scene) {},
		paths: []string{"order_amount", "order_lines"}, // required, and one message lists every bad path
	},
	{method: "POST", pattern: kp + "sessions/{session_id}", set: func(c *scene) {
		c.ids["session_id"] = c.m.Post("/payments/v1/sessions", c.rec.RequestBody).Want(200).Text("session_id")
	}},
	{method: "POST", pattern: kp + "authorizations/{authorization_token}/order", set: placed, more: methodDetails},
	{method: "POST", pattern: kp + "authorizations/{authorization_token}/customer-token", set: tokenized},

	{method: "GET", pattern: ct, set: customerToken},
	{method: "POST", pattern: ct + "/order", set: customerToken, more: methodDetails, paths: []string{"-order_tax_amount"}}, // optional by now
	{method: "PATCH", pattern: ct + "/status", set: customerToken},

	{method: "GET", pattern: om, set: recordedOrder},
	{method: "POST", pattern: om + "/acknowledge", set: order},
	{method: "POST", pattern: om + "/cancel", set: order},
	{method: "POST", pattern: om + "/extend-authorization-time", set: order},
	{method: "POST", pattern: om + "/captures", set: order},
	{method: "POST", pattern: om + "/captures/{capture_id}/shipping-info", set: captured},
	{method: "POST", pattern: om + "/release-remaining-authorization", set: captured},
	{method: "POST", pattern: om + "/refunds", set: captured},
	{method: "GET", pattern: om + "/refunds/{refund_id}", set: func(c *scene) {
		captured(c)
		c.ids["refund_id"] = c.m.Post("/ordermanagement/v1/orders/"+c.ids["order_id"]+"/refunds", `{"refunded_amount":5,"description":"description"}`).Want(201).Header.Get("Refund-Id")
	}},
}

// authorization walks a payment session to an authorization token. How it is paid is the way to which the recordings come
// nearest: in parts.
func (c *scene) authorization(session string) string {
	c.t.Helper()
	hosted := c.m.Hosted(c.m.Post("/payments/v1/sessions", session).Want(200).Text("session_id"), "", "")
	c.s.Open(c.t, hosted.Text("redirect_url")).Pay("pay_over_time")
	return c.m.Read("/hpp/v1/sessions/" + hosted.Text("session_id")).Want(200).Text("authorization_token")
}

// members decodes a JSON object.
func members(t *testing.T, body string) map[string]any {
	t.Helper()
	var out map[string]any
	if err := json.Unmarshal([]byte(body), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func (c *scene) encode(v any) string {
	c.t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		c.t.Fatal(err)
	}
	return string(b)
}

// placed authorizes what the recorded call places an order for.
func placed(c *scene) {
	session := members(c.t, servertest.SwedishCart)
	if body := members(c.t, c.rec.RequestBody); len(body) > 0 {
		// The original was asked for Britain in dollars, by a company without a name, whose telephone number and registration number are none.
		body["purchase_country"], body["locale"] = "US", "en-US"
		for _, address := range []string{"billing_address", "shipping_address"} {
			a := body[address].(map[string]any)
			a["phone"], a["organization_name"] = "+13106683312", "Doe Inc."
		}
		body["customer"].(map[string]any)["organization_registration_id"] = "12-3456789"
		c.rec.RequestBody, session = c.encode(body), body
	}
	c.ids["authorization_token"] = c.authorization(c.encode(session))
}

// tokenized authorizes a consumer who agrees to be charged again: the one that the recorded answer tells.
func tokenized(c *scene) {
	session := members(c.t, servertest.Cart("US", "USD", "en-US", "customer@email.us"))
	session["intent"], session["merchant_urls"] = "tokenize", map[string]any{"confirmation": "https://shop.example/done"}
	if answer := members(c.t, c.rec.Body); answer["billing_address"] != nil {
		session["billing_address"], session["customer"] = answer["billing_address"], answer["customer"]
	}
	c.ids["authorization_token"] = c.authorization(c.encode(session))
}

// customerToken makes a token, and cancels it when the recorded one was.
func customerToken(c *scene) {
	session := strings.Replace(servertest.Cart("US", "USD", "en-US", "customer@email.us"), "{", `{"intent":"tokenize",`, 1)
	path := kp + "authorizations/" + c.authorization(session) + "/customer-token"
	token := c.m.Post(path, `{"description":"x","intended_use":"SUBSCRIPTION"}`).Want(200).Text("token_id")
	if strings.Contains(c.rec.Body, `"CANCELLED"`) {
		c.m.Call("PATCH", "/customer-token/v1/tokens/"+token+"/status", `{"status":"CANCELLED"}`).Want(202)
	}
	c.ids["customer_token"] = token
}

// order places one.
func order(c *scene) {
	cart := servertest.SwedishCart
	c.ids["order_id"] = c.m.Post(kp+"authorizations/"+c.authorization(cart)+"/order", cart).Want(200).Text("order_id")
}

// captured places an order and captures a part of it.
func captured(c *scene) {
	order(c)
	c.ids["capture_id"] = c.m.Post("/ordermanagement/v1/orders/"+c.ids["order_id"]+"/captures", `{"captured_amount":50}`).Want(201).Header.Get("Capture-Id")
}

// recordedOrder places the order that the recorded answer tells.
func recordedOrder(c *scene) {
	answer, session := members(c.t, c.rec.Body), map[string]any{}
	for _, member := range []string{
		"purchase_country", "purchase_currency", "locale", "order_amount", "order_lines", "merchant_reference1", "billing_address", "shipping_address", "customer",
	} {
		session[member] = answer[member]
	}
	session["billing_address"].(map[string]any)["phone"] = "+13106683312" // the recorded one is none
	body := c.encode(session)
	c.ids["order_id"] = c.m.Post(kp+"authorizations/"+c.authorization(body)+"/order", body).Want(200).Text("order_id")
}

// TestRecorded_repliesHaveTheSameShape replays what was recorded with the original: the same status, members and types, error
// code and form of the message.
func TestRecorded_repliesHaveTheSameShape(t *testing.T) {
	all := recordings(t)
	s := servertest.Start(t)
	replayed := map[int]bool{}
	for i := range replays {
		for _, rec := range all {
			values, ok := contracttest.Match(replays[i].pattern, rec.Path)
			if !ok || rec.Method != replays[i].method {
				continue
			}
			replayed[rec.Number] = true
			t.Run(fmt.Sprintf("%d %s %s", rec.Number, rec.Method, replays[i].pattern), func(t *testing.T) {
				replays[i].run(t, s, rec, values)
			})
		}
	}
	for _, rec := range all {
		switch {
		case replayed[rec.Number]:
		case rec.Path == "/ordermanagement/v1/orders/": // an address that is none
			if got := s.Merchant(t).Call(rec.Method, rec.Path, rec.RequestBody); got.Status != rec.Status {
				t.Errorf("line %d: %s %s answers %d, recorded is %d", rec.Number, rec.Method, rec.Path, got.Status, rec.Status)
			}
		default:
			t.Errorf("line %d, %s %s, is not replayed", rec.Number, rec.Method, rec.Path)
		}
	}
}

// nobodys are the recorded values of wildcards that name nothing: they are sent as they are.
var nobodys = []string{"{}", "unknown-token"}

func (p *replay) run(t *testing.T, s *servertest.Server, rec recording, values map[string]string) {
	c := &scene{t: t, s: s, m: s.Merchant(t), rec: &rec, ids: map[string]string{}}
	path, named := p.pattern, len(values) == 0
	for _, value := range values {
		named = named || !slices.Contains(nobodys, value)
	}
	switch {
	case rec.Status == 401:
		c.m.Password = "wrong"
	case named:
		p.set(c)
	}
	for name, value := range values {
		if !slices.Contains(nobodys, value) {
			value = c.ids[name]
		}
		path = strings.Replace(path, "{"+name+"}", strings.NewReplacer("{", "%7B", "}", "%7D").Replace(value), 1)
	}
	got := c.m.Call(rec.Method, path, rec.RequestBody)
	if got.Status != rec.Status {
		t.Fatalf("answers %d, recorded is %d: %s %s", got.Status, rec.Status, got.Header.Get("Kassa-Explain"), got.Body)
	}
	p.compareHeaders(t, got, &rec)
	switch {
	case rec.Body == "":
		if len(got.Body) > 0 {
			t.Errorf("there is a body: %s", got.Body)
		}
	case !json.Valid([]byte(rec.Body)): // a page of the original's web server in front
	case rec.Status >= 400:
		p.compareErrors(t, members(t, string(got.Body)), members(t, rec.Body))
	default:
		p.compare(t, "", members(t, string(got.Body)), members(t, rec.Body))
	}
}

// compareHeaders holds the headers that tell something against the recorded ones.
func (p *replay) compareHeaders(t *testing.T, got servertest.Answer, rec *recording) {
	t.Helper()
	recorded := map[string]bool{}
	for name := range rec.Headers {
		recorded[strings.ToLower(name)] = true
	}
	for _, name := range []string{"Capture-Id", "Refund-Id", "Location", "WWW-Authenticate"} {
		if has := got.Header.Get(name) != ""; has != recorded[strings.ToLower(name)] {
			t.Errorf("the header %s: %v, recorded: %v", name, has, !has)
		}
	}
}

// compareErrors holds a refusal against the recorded one: the same code, and messages of the same form.
func (p *replay) compareErrors(t *testing.T, got, rec map[string]any) {
	t.Helper()
	if got["error_code"] != rec["error_code"] || len(got) != len(rec) {
		t.Errorf("refused with %v, recorded is %v", got, rec)
	}
	const bad = "Bad value: "
	ours, theirs := texts(got["error_messages"]), texts(rec["error_messages"])
	if len(theirs) != 1 || !strings.HasPrefix(theirs[0], bad) {
		if !slices.Equal(ours, theirs) {
			t.Errorf("the messages are %q, recorded are %q", ours, theirs)
		}
		return
	}
	want := strings.Split(strings.TrimPrefix(theirs[0], bad), ", ")
	for _, path := range p.paths {
		if less, ok := strings.CutPrefix(path, "-"); ok {
			want = slices.DeleteFunc(want, func(s string) bool { return s == less })
		} else {
			want = append(want, path)
		}
	}
	have := strings.Split(strings.TrimPrefix(ours[0], bad), ", ")
	slices.Sort(want) // the original lists them in no order
	slices.Sort(have)
	if !strings.HasPrefix(ours[0], bad) || !slices.Equal(have, want) {
		t.Errorf("the message is %q, recorded is %q", ours, theirs)
	}
}

func texts(list any) (out []string) {
	all, _ := list.([]any)
	for _, v := range all {
		out = append(out, fmt.Sprint(v))
	}
	return out
}

// exact are members whose values, not only types, are the recorded ones.
var exact = []string{"status", "fraud_status", "credit_invoice"}

// compare holds a value against the recorded one: the same members, of the same types. Elements of lists are like the recorded
// one in their place, or the last of them.
func (p *replay) compare(t *testing.T, at string, got, rec any) {
	t.Helper()
	switch r := rec.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			t.Errorf("%s is %v, recorded is an object", at, got)
			return
		}
		for name, value := range r {
			member := strings.TrimPrefix(at+"."+name, ".")
			if _, there := g[name]; !there {
				t.Errorf("%s is missing", member)
				continue
			}
			if slices.Contains(exact, name) && g[name] != value {
				t.Errorf("%s is %v, recorded is %v", member, g[name], value)
			}
			p.compare(t, member, g[name], value)
		}
		for name := range g {
			member := strings.TrimPrefix(at+"."+name, ".")
			if _, there := r[name]; !there && p.more[member] == "" {
				t.Errorf("%s was never recorded: %v", member, g[name])
			}
		}
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) == 0 != (len(r) == 0) {
			t.Errorf("%s is %v, recorded is a list of %d", at, got, len(r))
			return
		}
		for i := range g {
			p.compare(t, at+"[]", g[i], r[min(i, len(r)-1)])
		}
	default:
		if fmt.Sprintf("%T", got) != fmt.Sprintf("%T", rec) {
			t.Errorf("%s is a %T, recorded is a %T", at, got, rec)
		}
	}
}
