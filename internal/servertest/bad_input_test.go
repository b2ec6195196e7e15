package servertest_test

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"kassa/internal/contracttest"
	"kassa/internal/server"
	"kassa/internal/servertest"
)

// victim is what bad input is thrown at: a purchase that is under way, seen through the operator's eyes.
type victim struct {
	t                                     *testing.T
	server                                *servertest.Server
	merchant, other                       *servertest.Merchant
	operator                              *server.Operator
	payment, hosted, token, order, before string
}

// unknown is a well-formed id that nothing has.
const unknown = "0197629e-3d2c-7a44-9f1e-5b7c2d9a6e10"

func newVictim(t *testing.T, s *servertest.Server) *victim {
	t.Helper()
	v := &victim{t: t, server: s, merchant: s.Merchant(t), other: s.Merchant(t)}
	var err error
	v.operator, err = server.OpenOperator(t.Context(), server.Database{URL: s.Options.Config.Database, KeyFile: s.Options.Config.KeyFile}, false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = v.operator.Close() })
	access, err := v.operator.AddMerchant(t.Context(), "Somebody Else")
	if err != nil {
		t.Fatal(err)
	}
	v.other.Username, v.other.Password = access.Username, string(access.Password)

	m := v.merchant
	cart := strings.Replace(servertest.SwedishCart, "{", `{"intent":"buy_and_tokenize",`, 1)
	v.payment = m.Payment(cart)
	first := m.Hosted(v.payment, "", `"success":"https://shop.example/?t={{authorization_token}}"`)
	v.hosted = m.Hosted(v.payment, "", "").Text("session_id")
	v.token = servertest.Query(t, s.Open(t, first.Text("redirect_url")).Pay("pay_later").Return(), "t")
	paid := m.Hosted(m.Payment(servertest.SwedishCart), `"place_order_mode":"PLACE_ORDER"`, "")
	s.Open(t, paid.Text("redirect_url")).Pay("pay_later")
	v.order = m.Read("/hpp/v1/sessions/" + paid.Text("session_id")).Text("order_id")
	m.Post("/ordermanagement/v1/orders/"+v.order+"/captures", `{"captured_amount":100}`).Want(201)
	v.before = v.state()
	return v
}

// state is everything that is stored of the purchase, versions and events included, and which jobs there are, but not how far
// they have come: those that were due are run meanwhile.
func (v *victim) state() string {
	v.t.Helper()
	var out bytes.Buffer
	for _, id := range []string{v.payment, v.order} {
		i, err := v.operator.Inspect(v.t.Context(), id)
		if err != nil {
			v.t.Fatal(err)
		}
		i.Now = time.Time{}
		for n := range i.Events { // the sequencer gives them afterwards, by itself
			i.Events[n].Position, i.Events[n].Chain = 0, nil
		}
		for n := range i.Jobs {
			j := &i.Jobs[n]
			j.Version, j.State, j.Attempts, j.RunAt, j.LeasedUntil, j.LeasedBy, j.FinishedAt = 0, "", 0, i.Now, i.Now, "", i.Now
		}
		if err := json.NewEncoder(&out).Encode(i); err != nil {
			v.t.Fatal(err)
		}
	}
	return out.String()
}

// unharmed fails the test when anything came of what was sent.
func (v *victim) unharmed() {
	v.t.Helper()
	after := v.state()
	if after == v.before {
		return
	}
	at := 0 // of the first difference
	for at < min(len(after), len(v.before)) && after[at] == v.before[at] {
		at++
	}
	from := max(at-300, 0)
	v.t.Errorf("bad input had an effect:\nbefore …%.700s\nafter  …%.700s", v.before[from:], after[from:])
}

// refused checks that an answer is the error object with a status and a code; that it is as described its transport has
// checked.
func refused(t *testing.T, what string, status int, body []byte, want int, code string) {
	t.Helper()
	var e struct {
		ErrorCode string `json:"error_code"`
	}
	if err := json.Unmarshal(body, &e); err != nil || status != want || e.ErrorCode != code {
		t.Errorf("%s: %d %s, want %d %s", what, status, body, want, code)
	}
}

// changes are the calls that a body, or an id in the path, could do something with.
func (v *victim) changes() []struct{ method, path string } {
	orders := "/ordermanagement/v1/orders/" + v.order
	return []struct{ method, path string }{
		{"POST", "/payments/v1/sessions"},
		{"POST", "/payments/v1/sessions/" + v.payment},
		{"POST", "/payments/v1/authorizations/" + v.token + "/order"},
		{"POST", "/payments/v1/authorizations/" + v.token + "/customer-token"},
		{"POST", "/hpp/v1/sessions"},
		{"PATCH", orders + "/authorization"},
		{"PATCH", orders + "/merchant-references"},
		{"PATCH", orders + "/customer-details"},
		{"POST", orders + "/shipping-info"},
		{"POST", orders + "/captures"},
		{"POST", orders + "/refunds"},
	}
}

func TestBadInput_bodies(t *testing.T) {
	servertest.OnBoth(t, func(t *testing.T, s *servertest.Server) {
		v := newVictim(t, s)
		large := `{"merchant_data":"` + strings.Repeat("x", 2<<20) + `"}`
		for _, call := range v.changes() {
			for _, body := range []string{
				`{`, `{"a":1,}`, `[{}]`, `null`, `"x"`, `{} {}`, "\ufeff\ufeff{}", `{"captured_amount":0x10}`, `{"captured_amount":NaN}`,
				`{"captured_amount":10,"captured_amount":10}`, `{"refunded_amount":1,"refunded_\u0061mount":1}`, `{"shipping_info":[{"tracking_number":"1","tracking_number":"2"}]}`,
				"{\"\xc3\x28\":1}", "{\"merchant_reference1\":\"\xff\"}", "{\"merchant_reference1\":\"a\x00b\"}",
				`{"x":` + strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000) + `}`,
			} {
				got := v.merchant.Call(call.method, call.path, body)
				refused(t, fmt.Sprintf("%s %s with %.60q", call.method, call.path, body), got.Status, got.Body, 400, "BAD_REQUEST")
			}
			got := v.merchant.Call(call.method, call.path, large)
			refused(t, call.method+" "+call.path+" with 2 MB", got.Status, got.Body, 413, "REQUEST_TOO_LARGE")
		}
		v.unharmed()
	})
}

func TestBadInput_values(t *testing.T) {
	servertest.OnBoth(t, func(t *testing.T, s *servertest.Server) {
		v := newVictim(t, s)
		order := "/ordermanagement/v1/orders/" + v.order
		for path, bodies := range map[string][]string{
			"/payments/v1/sessions/" + v.payment: {
				`{"order_amount":"10000"}`, `{"order_amount":1e-2}`, `{"order_amount":99999999999999999999}`, `{"order_amount":-1}`, `{"order_lines":{}}`,
				`{"merchant_reference1":"a\u0000b"}`, `{"merchant_data":"\u0007"}`, `{"billing_address":{"given_name":"A\u007f"}}`, `{"customer":[{}]}`, `{"merchant_reference1":"\ud800"}`,
				`{"order_lines":[{"name":"a","quantity":9223372036854775807,"unit_price":200000000,"total_amount":1}]}`,
			},
			"/hpp/v1/sessions": {
				`{"payment_session_url":[7]}`, `{"payment_session_url":"https://x/payments/v1/sessions/` + v.payment + `","options":{"page_title":"a\u0000"}}`,
				`{"payment_session_url":"https://x/payments/v1/sessions/` + v.payment + `","merchant_urls":{"success":"https://x/\u0000"}}`,
			},
			"/payments/v1/authorizations/" + v.token + "/order": {
				`{}`, strings.Replace(servertest.SwedishCart, `"order_amount":10000`, `"order_amount":18446744073709561616`, 1),
				strings.Replace(servertest.SwedishCart, "Bicycle bell", `Bicycle\u0000bell`, 1),
			},
		} {
			for _, body := range bodies {
				got := v.merchant.Post(path, body)
				refused(t, fmt.Sprintf("%s with %s", path, body), got.Status, got.Body, 400, "BAD_VALUE")
			}
		}
		for _, body := range []string{
			`{}`, `{"captured_amount":"1"}`, `{"captured_amount":1.5}`, `{"captured_amount":-1}`, `{"captured_amount":9223372036854775808}`,
			`{"captured_amount":1,"description":"a\u0000"}`, `{"captured_amount":1,"reference":"a\tb"}`, `{"captured_amount":1,"shipping_info":[{"shipping_company":"\u0001"}]}`,
		} {
			got := v.merchant.Post(order+"/captures", body)
			refused(t, "capture with "+body, got.Status, got.Body, 422, "UNPROCESSABLE_ENTITY")
			if strings.Contains(body, "shipping_info") {
				continue // refunds have none
			}
			got = v.merchant.Post(order+"/refunds", strings.Replace(body, "captured", "refunded", 1))
			refused(t, "refund with "+body, got.Status, got.Body, 422, "UNPROCESSABLE_ENTITY")
		}
		v.unharmed()
	})
}

func TestBadInput_ids(t *testing.T) {
	servertest.OnBoth(t, func(t *testing.T, s *servertest.Server) {
		v := newVictim(t, s)
		ids := []string{v.payment, v.hosted, v.token, v.order}
		for _, call := range []struct{ method, path, body string }{
			{"GET", "/payments/v1/sessions/" + v.payment, ""},
			{"POST", "/payments/v1/sessions/" + v.payment, `{"merchant_reference1":"stolen"}`},
			{"POST", "/hpp/v1/sessions", `{"payment_session_url":"https://x/payments/v1/sessions/` + v.payment + `"}`},
			{"GET", "/hpp/v1/sessions/" + v.hosted, ""},
			{"DELETE", "/hpp/v1/sessions/" + v.hosted, ""},
			{"POST", "/hpp/v1/sessions/" + v.hosted + "/distribution", "{}"},
			{"POST", "/payments/v1/authorizations/" + v.token + "/order", servertest.SwedishCart},
			{"POST", "/payments/v1/authorizations/" + v.token + "/customer-token", `{"description":"x","intended_use":"SUBSCRIPTION"}`},
			{"DELETE", "/payments/v1/authorizations/" + v.token, ""},
			{"GET", "/ordermanagement/v1/orders/" + v.order, ""},
			{"POST", "/ordermanagement/v1/orders/" + v.order + "/acknowledge", ""},
			{"POST", "/ordermanagement/v1/orders/" + v.order + "/cancel", ""},
			{"POST", "/ordermanagement/v1/orders/" + v.order + "/captures", `{"captured_amount":1}`},
			{"POST", "/ordermanagement/v1/orders/" + v.order + "/refunds", `{"refunded_amount":1}`},
			{"PATCH", "/ordermanagement/v1/orders/" + v.order + "/merchant-references", `{"merchant_reference1":"stolen"}`},
		} {
			answers := map[string]string{}
			for name, as := range map[string]struct {
				m  *servertest.Merchant
				id string
			}{"another merchant's": {v.other, ""}, "unknown": {v.merchant, unknown}} {
				path, body := call.path, call.body
				for _, id := range ids {
					if as.id != "" {
						path, body = strings.ReplaceAll(path, id, as.id), strings.ReplaceAll(body, id, as.id)
					}
				}
				got := as.m.Call(call.method, path, body)
				if got.Status != 404 {
					t.Errorf("%s %s, an id that is %s: %d %s", call.method, call.path, name, got.Status, got.Body)
				}
				plain := strings.NewReplacer(got.Header.Get("Klarna-Correlation-Id"), "C", unknown, "ID").Replace(string(got.Body))
				for _, id := range ids {
					plain = strings.ReplaceAll(plain, id, "ID")
				}
				answers[name] = plain
			}
			if answers["unknown"] != answers["another merchant's"] {
				t.Errorf("%s %s tells another merchant's id from an unknown one: %q", call.method, call.path, answers)
			}
		}
		v.unharmed()
	})
}

// raw speaks to the server without an HTTP client, which would send none of this, and gives the answer. hangUp ends what is sent
// at once: only for a request that is not whole, as the server gives up on whole ones whose sender is gone.
func (v *victim) raw(request string, hangUp bool) (status int, header http.Header, body []byte) {
	v.t.Helper()
	conn, err := net.DialTimeout("tcp", v.server.Address(), 5*time.Second)
	if err != nil {
		v.t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		v.t.Fatal(err)
	}
	if _, err := io.WriteString(conn, request); err != nil {
		v.t.Fatalf("send %.80q: %v", request, err)
	}
	if hangUp {
		if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
			v.t.Fatal(err)
		}
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		v.t.Fatalf("answer to %.80q: %v", request, err)
	}
	defer func() { _ = resp.Body.Close() }()
	if body, err = io.ReadAll(resp.Body); err != nil {
		v.t.Fatalf("answer to %.80q: %v", request, err)
	}
	return resp.StatusCode, resp.Header, body
}

// head is the beginning of a request of the merchant's, without the empty line that ends it.
func (v *victim) head(method, path string) string {
	credentials := base64.StdEncoding.EncodeToString([]byte(v.merchant.Username + ":" + v.merchant.Password))
	return method + " " + path + " HTTP/1.1\r\nHost: kassa\r\nConnection: close\r\nAuthorization: Basic " + credentials + "\r\n"
}

func TestBadInput_rawBytesInPathsHeadersAndFraming(t *testing.T) {
	servertest.OnBoth(t, func(t *testing.T, s *servertest.Server) {
		v := newVictim(t, s)
		capture := "/ordermanagement/v1/orders/" + v.order + "/captures"
		const body = `{"captured_amount":1}`
		sized := func(n int) string { return fmt.Sprintf("Content-Length: %d\r\n\r\n", n) }
		for name, c := range map[string]struct {
			method, path, request string // request: what follows the head
			status                int
			code                  string
		}{
			"raw bytes in a path":            {"GET", "/hpp/v1/sessions/\xff\xfe", "\r\n", 400, "BAD_VALUE"},
			"bad UTF-8 in a path":            {"GET", "/payments/v1/sessions/%c3%28", "\r\n", 400, "BAD_VALUE"},
			"NUL in a path":                  {"DELETE", "/hpp/v1/sessions/" + v.hosted + "%00", "\r\n", 400, "BAD_VALUE"},
			"NUL in an order's path":         {"POST", "/ordermanagement/v1/orders/" + v.order + "%00/cancel", "\r\n", 400, "INVALID_ORDER_ID"},
			"line end in a path":             {"DELETE", "/payments/v1/authorizations/" + v.token + "%0d%0aX:%20y", "\r\n", 400, "BAD_VALUE"},
			"NUL in the path of an address":  {"GET", "/payments%00/v1/sessions", "\r\n", 404, "NOT_FOUND"},
			"raw bytes in the family":        {"GET", "/hpp\xff/v1/sessions", "\r\n", 404, "NOT_FOUND"},
			"dots":                           {"GET", "/payments/v1/sessions/../sessions/" + v.payment, "\r\n", 404, "NOT_FOUND"},
			"empty segments":                 {"GET", "/payments//v1/sessions/" + v.payment, "\r\n", 404, "NOT_FOUND"},
			"bad UTF-8 in a key":             {"POST", capture, "Klarna-Idempotency-Key: a\xffb\r\n" + sized(len(body)) + body, 400, "BAD_VALUE"},
			"a C1 control in a key":          {"POST", capture, "Klarna-Idempotency-Key: a\xc2\x85b\r\n" + sized(len(body)) + body, 400, "BAD_VALUE"},
			"two keys":                       {"POST", capture, "Klarna-Idempotency-Key: a\r\nKlarna-Idempotency-Key: b\r\n" + sized(len(body)) + body, 400, "BAD_VALUE"},
			"a key that is too long":         {"POST", capture, "Klarna-Idempotency-Key: " + strings.Repeat("k", 256) + "\r\n" + sized(len(body)) + body, 400, "BAD_VALUE"},
			"a body that ends early":         {"POST", capture, sized(len(body)+1) + body, 400, "BAD_REQUEST"},
			"a body that is announced 2 MB":  {"POST", capture, sized(2<<20) + body, 413, "REQUEST_TOO_LARGE"},
			"chunks that are none":           {"POST", capture, "Transfer-Encoding: chunked\r\n\r\nzz\r\n" + body + "\r\n0\r\n\r\n", 400, "BAD_REQUEST"},
			"chunks that end early":          {"POST", capture, "Transfer-Encoding: chunked\r\n\r\n15\r\n" + body + "\r\n", 400, "BAD_REQUEST"},
			"2 MB in chunks":                 {"POST", capture, "Transfer-Encoding: chunked\r\n\r\n200000\r\n" + strings.Repeat(" ", 2<<20) + "\r\n0\r\n\r\n", 413, "REQUEST_TOO_LARGE"},
			"a method that nobody has":       {"STEAL", capture, "\r\n", 405, "METHOD_NOT_ALLOWED"},
			"a connection instead of a call": {"CONNECT", "/payments/v1/sessions", "\r\n", 405, "METHOD_NOT_ALLOWED"},
		} {
			status, header, answer := v.raw(v.head(c.method, c.path)+c.request, strings.HasSuffix(name, " early"))
			refused(t, name, status, answer, c.status, c.code)
			x := contracttest.Exchange{Method: c.method, Path: strings.NewReplacer("\xff", "%FF", "\xfe", "%FE").Replace(c.path), Status: status, AnswerHeader: header, Answer: answer}
			if err := contracttest.Check(x); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		for name, header := range map[string]string{
			"raw bytes": "Basic \xff\xfe", "no base64": "Basic ???", "a name with NUL": "Basic AGE6eA==", "bad UTF-8 in the name": "Basic /zp4", "another scheme": "Bearer x",
		} {
			status, _, answer := v.raw("GET /hpp/v1/sessions/x HTTP/1.1\r\nHost: kassa\r\nConnection: close\r\nAuthorization: "+header+"\r\n\r\n", false)
			refused(t, "credentials: "+name, status, answer, 401, "UNAUTHORIZED")
		}
		v.unharmed()
	})
}

// TestBadInput_whatIsNoHTTP lists what never becomes a request: net/http answers it itself, in text and without our headers.
func TestBadInput_whatIsNoHTTP(t *testing.T) {
	s := servertest.Start(t)
	v := newVictim(t, s)
	capture := v.head("POST", "/ordermanagement/v1/orders/"+v.order+"/captures")
	const body = `{"captured_amount":1}`
	for name, c := range map[string]struct {
		request string
		status  int
	}{
		"no request line":                 {"captured_amount\r\n\r\n", 400},
		"a control character in a path":   {v.head("GET", "/hpp/v1/sessions/a\x01b") + "\r\n", 400},
		"NUL in a path, not escaped":      {v.head("GET", "/hpp/v1/sessions/a\x00b") + "\r\n", 400},
		"a bad escape in a path":          {v.head("GET", "/hpp/v1/sessions/%zz") + "\r\n", 400},
		"NUL in a header":                 {capture + "Klarna-Idempotency-Key: a\x00b\r\nContent-Length: 21\r\n\r\n" + body, 400},
		"a control character in a header": {capture + "Klarna-Idempotency-Key: a\x7fb\r\nContent-Length: 21\r\n\r\n" + body, 400},
		"a bad header's name":             {capture + "Klarna Key: a\r\nContent-Length: 21\r\n\r\n" + body, 400},
		"no host":                         {"GET /hpp/v1/sessions/x HTTP/1.1\r\n\r\n", 400},
		"two hosts":                       {capture + "Host: other\r\nContent-Length: 21\r\n\r\n" + body, 400},
		"a bad host":                      {"GET /hpp/v1/sessions/x HTTP/1.1\r\nHost: a b\r\n\r\n", 400},
		"a bad length":                    {capture + "Content-Length: twenty\r\n\r\n" + body, 400},
		"two lengths":                     {capture + "Content-Length: 21\r\nContent-Length: 22\r\n\r\n" + body, 400},
		"an encoding that nobody speaks":  {capture + "Transfer-Encoding: gzip\r\n\r\n" + body, 501},
		"an expectation of its own":       {capture + "Expect: money\r\nContent-Length: 21\r\n\r\n" + body, 417},
		"headers of 40 KB":                {capture + "X-Padding: " + strings.Repeat("x", 40<<10) + "\r\n\r\n", 431},
		"another protocol's version":      {"GET /hpp/v1/sessions/x HTTP/3.0\r\nHost: kassa\r\n\r\n", 505},
	} {
		status, header, answer := v.raw(c.request, false)
		if status != c.status || strings.Contains(header.Get("Content-Type"), "json") {
			t.Errorf("%s: %d %v %s, want %d", name, status, header, answer, c.status)
		}
	}
	v.unharmed()
}
