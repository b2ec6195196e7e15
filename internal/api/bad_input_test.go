package api

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"kassa/internal/pay"
)

// line gives a cart of one line with the given members.
func cart(members string) string {
	return `{"purchase_country":"SE","purchase_currency":"SEK","order_amount":100,"order_lines":[{` + members + `}]}`
}

func TestBadInput_bodiesThatAreNoObject(t *testing.T) {
	w := newWorld(t)
	deep := strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000)
	for body, message := range map[string]string{
		`{`:                             "The body is malformed JSON at byte 1",
		`{"a":1`:                        "The body is malformed JSON at byte 6",
		`{"a":1,}`:                      "The body is malformed JSON at byte 6",
		`{'a':1}`:                       "The body is malformed JSON at byte 1",
		`{"a":01}`:                      "The body is malformed JSON at byte 6",
		`{"a":NaN}`:                     "The body is malformed JSON at byte 5",
		`{"a":"` + "\x01" + `"}`:        "The body is malformed JSON at byte 6",
		`{"a":"` + "\xff" + `"}`:        "The body is malformed JSON at byte 6",
		`{"` + "\xc3\x28" + `":1}`:      "The body is malformed JSON at byte 2",
		`{"locale":"sv","locale":"sv"}`: "The body has a member twice, at byte 15",
		`{"x":{"y":1,"y":2}}`:           "The body has a member twice, at byte 12",
		`{"order_lines":[{"name":"a","n\u0061me":"b"}]}`: "The body has a member twice, at byte 28",
		`{"purchase_country":"SE"}{}`:                    "There is something after the JSON object",
		`{} x`:                                           "There is something after the JSON object",
		`[{}]`:                                           "The body is not a JSON object",
		"\u00a0[]":                                       "The body is malformed JSON at byte 0",
		`null`:                                           "The body is not a JSON object",
		`"text"`:                                         "The body is not a JSON object",
		`12`:                                             "The body is not a JSON object",
		"\ufeff\ufeff{}":                                 "The body is malformed JSON at byte 3",
		"\ufeff{":                                        "The body is malformed JSON at byte 4",
		" \ufeff{}":                                      "The body is malformed JSON at byte 1",
		"\xfe\xff\x00{\x00}":                             "The body is malformed JSON at byte 0",
		`{"a":"\ud800","a":1}`:                           "The body has a member twice, at byte 14",
		`{"a\ud83d":1,"a\ud83d":2}`:                      "The body has a member twice, at byte 13",
		`{"a":"\ud800"`:                                  "The body is malformed JSON at byte 13",
		`{"a":` + deep + `}`:                             "The body is malformed JSON at byte 10004",
		"purchase_country=SE&a=b":                        "The body is malformed JSON at byte 0",
	} {
		for _, path := range []string{"/payments/v1/sessions", "/hpp/v1/sessions", "/payments/v1/authorizations/x/order", "/ordermanagement/v1/orders/018f2d3c-0000-7000-8000-000000000000/captures"} {
			got := w.post(path, body)
			got.want(400)
			if !strings.Contains(string(got.body), `"BAD_REQUEST"`) || !strings.Contains(string(got.body), message) {
				t.Errorf("%.60q to %s: %s, want %q", body, path, got.body, message)
			}
		}
	}
}

func TestBadInput_everyBadPathIsListed(t *testing.T) {
	w := newWorld(t)
	for body, message := range map[string]string{
		``:   "purchase_country, purchase_currency, order_amount, order_lines",
		`{}`: "purchase_country, purchase_currency, order_amount, order_lines",
		`{"purchase_country":null,"order_lines":null,"unknown":{"a":[1,{}]}}`:                                                                            "purchase_country, purchase_currency, order_amount, order_lines",
		`{"purchase_country":7,"purchase_currency":["SEK"],"order_amount":"100","order_lines":{},"locale":"Swedish"}`:                                    "purchase_country, purchase_currency, locale, order_amount, order_lines",
		`{"purchase_country":"SWE","purchase_currency":"S1K","order_amount":-1,"order_lines":[]}`:                                                        "purchase_country, purchase_currency, order_amount, order_lines",
		`{"purchase_country":"XX","purchase_currency":"SEK","order_amount":0,"order_lines":[{"name":"a","quantity":0,"unit_price":0,"total_amount":0}]}`: "purchase_country",
		cart(``): "order_lines[0].name, order_lines[0].quantity, order_lines[0].unit_price, order_lines[0].total_amount",
		cart(`"name":"","quantity":1.5,"unit_price":1e-2,"total_amount":99999999999999999999`):                                                                          "order_lines[0].name, order_lines[0].quantity, order_lines[0].unit_price, order_lines[0].total_amount",
		cart(`"name":true,"quantity":"1","unit_price":200000001,"total_amount":null`):                                                                                   "order_lines[0].name, order_lines[0].quantity, order_lines[0].unit_price, order_lines[0].total_amount",
		cart(`"name":"a\u0000b","quantity":-1,"unit_price":100,"total_amount":100,"tax_rate":10001,"type":"gold"`):                                                      "order_lines[0].type, order_lines[0].name, order_lines[0].quantity, order_lines[0].tax_rate",
		cart(`"name":"a\u001fb","quantity":1,"unit_price":100,"total_amount":100,"reference":"a\tb","merchant_data":"a\tb\nc"`):                                         "order_lines[0].reference, order_lines[0].name",
		cart(`"name":"a\u007f","quantity":9223372036854775807,"unit_price":9223372036854775808,"total_amount":100`):                                                     "order_lines[0].name, order_lines[0].unit_price",
		cart(`"name":"a","quantity":9223372036854775807,"unit_price":200000000,"total_amount":100`):                                                                     "order_lines[0].total_amount",
		cart(`"name":"a\u0085","quantity":1,"unit_price":-9223372036854775808,"total_amount":-9223372036854775809`):                                                     "order_lines[0].name, order_lines[0].unit_price, order_lines[0].total_amount",
		cart(`"name":"a","quantity":1,"unit_price":100,"total_amount":100,"quantity_unit":"123456789","subscription":{"interval":"decade"},"product_identifiers":[[]]`): "order_lines[0].quantity_unit, order_lines[0].product_identifiers, order_lines[0].subscription.name, order_lines[0].subscription.interval, order_lines[0].subscription.interval_count",
		`{"purchase_country":"SE","purchase_currency":"SEK","order_amount":100,"order_lines":[null,5]}`:                                                                 "order_lines[0], order_lines[1]",
		`{"billing_address":[1],"shipping_address":{"country":"Sweden","postal_code":"12345678901","city":7,"title":"` + strings.Repeat("x", 21) + `"}}`:                "purchase_country, purchase_currency, order_amount, order_lines, billing_address, shipping_address.title, shipping_address.postal_code, shipping_address.country",
		`{"customer":{"type":"robot","last_four_ssn":"12345","organization_entity_type":"X"},"auto_capture":"yes","intent":"steal","acquiring_channel":1,"options":{"color_text":"red"},"attachment":{},"custom_payment_method_ids":"a","merchant_urls":{"push":{},"app_return_url":"https://x"}}`: "purchase_country, purchase_currency, order_amount, order_lines, intent, acquiring_channel, auto_capture, customer.type, customer.last_four_ssn, customer.organization_entity_type, merchant_urls.push, merchant_urls.app_return_url, custom_payment_method_ids, options.color_text, attachment.content_type, attachment.body",
		`{"merchant_reference1":"` + strings.Repeat("å", 256) + `","merchant_reference2":"` + strings.Repeat("å", 255) + `","merchant_data":"a\u0000"}`:                                                                                                                                            "purchase_country, purchase_currency, order_amount, order_lines, merchant_reference1, merchant_data",
	} {
		w.post("/payments/v1/sessions", body).refused(400, "BAD_VALUE", "Bad value: "+message)
	}
	many := `{"purchase_country":"SE","purchase_currency":"SEK","order_amount":0,"order_lines":[` + strings.TrimSuffix(strings.Repeat(`{"name":"a","quantity":0,"unit_price":0,"total_amount":0},`, 1001), ",") + `]}`
	w.post("/payments/v1/sessions", many).refused(400, "BAD_VALUE", "Bad value: order_lines")
	w.post("/payments/v1/sessions", strings.Replace(many, `{"name":"a","quantity":0,"unit_price":0,"total_amount":0},`, "", 1)).want(200)
}

// TestBadInput_aBadMemberHidesNoSum: what is wrong with the form of a body and what does not add up in it are told at once, by every
// call that takes a cart.
func TestBadInput_aBadMemberHidesNoSum(t *testing.T) {
	w := newWorld(t)
	_, tokenize := w.tokenizable("tokenize")
	customer := w.post("/payments/v1/authorizations/"+tokenize+"/customer-token", tokenBody).want(200).text("token_id")
	lines := `"order_lines":[{"name":"","quantity":1,"unit_price":100,"total_amount":7},{"name":"a","quantity":2,"unit_price":100,"total_amount":200,"tax_rate":-1},{"name":"b","quantity":1,"unit_price":1,"total_amount":1,"total_tax_amount":9}]`
	for _, path := range []string{
		"/payments/v1/sessions", "/payments/v1/sessions/" + w.createPayment(), "/payments/v1/authorizations/" + w.token() + "/order", "/customer-token/v1/tokens/" + customer + "/order",
	} {
		for body, want := range map[string]string{
			`{"purchase_country":"SE","purchase_currency":"SEK","order_amount":5,"order_tax_amount":2000,` + lines + `}`: "order_amount, order_lines[0].name, order_lines[0].total_amount, order_lines[1].tax_rate, order_lines[2].total_tax_amount",
			`{"purchase_country":"SE","purchase_currency":"SEK","order_amount":"5",` + lines + `}`:                       "order_amount, order_lines[0].name, order_lines[0].total_amount, order_lines[1].tax_rate, order_lines[2].total_tax_amount",
		} {
			w.post(path, body).refused(400, "BAD_VALUE", "Bad value: "+want)
		}
	}
}

func TestBadInput_whatIsTakenLeniently(t *testing.T) {
	w := newWorld(t)
	for _, body := range []string{
		`{"purchase_country":"us","purchase_currency":"usd","locale":"EN","order_amount":100,"order_lines":[{"type":"PHYSICAL","name":"a","quantity":1,"unit_price":100,"total_amount":100}],"intent":"BUY","acquiring_channel":"ecommerce"}`,
		cart(`"name":1245,"reference":17.5,"quantity":1,"unit_price":100,"total_amount":100,"image_url":null,"total_tax_amount":null,"subscription":null`),
		" \n" + cart(`"n\u0061me":"a","quantity":1,"unit_price":-0,"total_amount":0},{"name":"b","quantity":1,"unit_price":100,"total_amount":100`) + "\t ",
		cart(`"name":"` + strings.Repeat("字", 255) + `","quantity":1,"unit_price":100,"total_amount":100,"merchant_data":"a\tb\r\n"`),
	} {
		w.post("/payments/v1/sessions", body).want(200)
	}
	read := w.get("/payments/v1/sessions/" + w.post("/payments/v1/sessions", cart(`"name":1245,"quantity":1,"unit_price":100,"total_amount":100`)).text("session_id")).object()
	if line := read["order_lines"].([]any)[0].(map[string]any); line["name"] != "1245" || line["type"] != "physical" {
		t.Fatalf("%v", line)
	}
	if read["locale"] != "en-US" {
		t.Fatalf("%v", read["locale"])
	}
}

func TestBadInput_hosted(t *testing.T) {
	w := newWorld(t)
	payment := w.createPayment()
	for members, message := range map[string]string{
		`"options":{"payment_method_category":"pay_later","payment_method_categories":["PAY_NOW"]}`:                                                                           "options.payment_method_categories",
		`"options":{"payment_method_category":"direct_debit"}`:                                                                                                                "options.payment_method_category",
		`"options":{"payment_method_category":"bitcoin","place_order_mode":"LATER","purchase_type":"STEAL","show_subtotal_detail":"SHOW","payment_fallback":"true"}`:          "options.place_order_mode, options.payment_method_category, options.payment_fallback, options.purchase_type, options.show_subtotal_detail",
		`"options":{"background_images":[{"url":"https://x/y","width":"wide"},{"width":1.5},{"url":"ftp://x"}]}`:                                                              "options.background_images[0].width, options.background_images[1].url, options.background_images[1].width, options.background_images[2].url",
		`"options":[{}],"merchant_urls":"https://x","profile_id":{}`:                                                                                                          "merchant_urls, options, profile_id",
		`"merchant_urls":{"success":"https://{{session_id}}.example/","back":"javascript:alert(1)","status_update":"https://u:p@x.example","cancel":"/relative","failure":7}`: "merchant_urls.success, merchant_urls.cancel, merchant_urls.back, merchant_urls.failure, merchant_urls.status_update",
		`"merchant_urls":{"error":"https://x/\u0000"}`:                                                                                                                        "merchant_urls.error",
	} {
		w.post("/hpp/v1/sessions", `{"payment_session_url":"https://x/payments/v1/sessions/`+payment+`",`+members+`}`).refused(400, "BAD_VALUE", "Bad value: "+message)
	}
	w.post("/hpp/v1/sessions", `{"payment_session_url":"https://x/payments/v1/sessions/`+payment+`","options":{"payment_method_categories":["Klarna"],"background_images":[{"url":"https://x.example/y","width":"1024"}],"purchase_type":"buy"},"merchant_urls":{"success":"","cancel":null,"terms":"https://x.example/t"}}`).want(201)
}

func TestBadInput_orderManagement(t *testing.T) {
	w := newWorld(t)
	order := "/ordermanagement/v1/orders/" + w.order()
	for body, messages := range map[string][]string{
		``:                              {"'captured_amount' must not be null"},
		`{"captured_amount":null}`:      {"'captured_amount' must not be null"},
		`{"captured_amount":0}`:         {"'captured_amount' must be greater than or equal to 1"},
		`{"captured_amount":200000001}`: {"'captured_amount' must be less than or equal to 200000000"},
		`{"captured_amount":"10","description":"` + strings.Repeat("x", 256) + `","order_lines":[{"type":"gold"}],"shipping_info":[{"shipping_method":"broom","shipping_company":"a\u0000"}]}`: {
			"'captured_amount' must be an integer", "The size of the description value must be between 0 and 255",
			"'order_lines[0].type' must be one of physical, discount, shipping_fee, sales_tax, digital, gift_card, store_credit, surcharge, return_fee",
			"'order_lines[0].name' must not be null", "'order_lines[0].quantity' must not be null", "'order_lines[0].unit_price' must not be null",
			"'order_lines[0].total_amount' must not be null", "'shipping_info[0].shipping_method' must be one of " + strings.Join(shippingMethods, ", "),
			"'shipping_info[0].shipping_company' must have no control characters",
		},
	} {
		w.post(order+"/captures", body).refused(422, "UNPROCESSABLE_ENTITY", messages...)
	}
	w.post(order+"/refunds", `{"refunded_amount":1.5e0}`).refused(422, "UNPROCESSABLE_ENTITY", "'refunded_amount' must be an integer")
	if got := w.get(order).object(); got["captured_amount"] != 0.0 {
		t.Fatalf("%v", got)
	}
	for _, id := range []string{"x", "%7B%7D", "018f2d3c000070008000000000000000", "%00", "%ff"} {
		for _, q := range []request{{method: "GET", path: ""}, {method: "POST", path: "/captures", body: "{"}, {method: "POST", path: "/cancel"}, {method: "GET", path: "/refunds/x"}} {
			q.path = "/ordermanagement/v1/orders/" + id + q.path
			w.send(q).refused(400, "INVALID_ORDER_ID", "Order ID must be a valid UUID.")
		}
	}
	const unknown = "018f2d3c-0000-7000-8000-000000000000"
	w.get("/ordermanagement/v1/orders/"+unknown).refused(404, "NO_SUCH_ORDER", "Order "+unknown+" cannot be found.")
	w.get(order+"/captures/"+unknown).refused(404, "NO_SUCH_CAPTURE", "Capture "+unknown+" cannot be found.")
	w.get(order+"/refunds/x").refused(400, "NOT_FOUND", "Refund ID must be a valid UUID.")
	w.get(order+"/refunds/"+unknown).refused(404, "NOT_FOUND", "Refund "+unknown+" cannot be found.")
}

func TestBadInput_paths(t *testing.T) {
	w := newWorld(t)
	for _, q := range []struct{ method, path, name string }{
		{"GET", "/payments/v1/sessions/a%00b", "session_id"},
		{"POST", "/payments/v1/sessions/%ff%fe", "session_id"},
		{"GET", "/hpp/v1/sessions/a%0ab", "session_id"},
		{"DELETE", "/payments/v1/authorizations/%7f", "authorization_token"},
		{"GET", "/ordermanagement/v1/orders/018f2d3c-0000-7000-8000-000000000000/captures/%01", "capture_id"},
	} {
		w.send(request{method: q.method, path: q.path}).refused(400, "BAD_VALUE", "Bad value: "+q.name)
	}
	w.get("/payments/v1/sessions/"+strings.Repeat("a", 5000)).refused(404, "NOT_FOUND", "Invalid session id")
	w.post("/payments/v1/sessions", strings.Repeat(" ", 2<<20)).refused(413, "REQUEST_TOO_LARGE", "The body is larger than 1 MB")
}

// fuzzSeeds are bodies with something for every decoder, and broken ones.
var fuzzSeeds = []string{
	swedishCart, `{}`, ``, `{"payment_session_url":"https://x/payments/v1/sessions/018f2d3c-0000-7000-8000-000000000000","options":{"background_images":[{"url":"a","width":"7"}],"payment_method_categories":["pay_now"]}}`,
	`{"captured_amount":1,"order_lines":[{"name":"a"}],"shipping_info":[{"tracking_number":12}]}`, `{"order_lines":[{"subscription":{"name":1}}]}`,
	`{"n\u0061me":"\u0000","order_amount":1e400,"order_lines":[[]],"customer":{"type":"PERSON"}}`, `{"a":`, "\xff", `{"order_amount":-9223372036854775808}`,
	"\ufeff[ ]", `{"order_amount":5.454e3,"order_lines":[{"name":"\ud83d","quantity":1.0}],"customer":[],"\udc00":1}`, `{"a":"\\\ud83d\ude00\ud83d"}`,
	`{"description":"a","intended_use":"subscription"}`, `{"status":"cancelled"}`, `{"number_of_days":10}`, `{"method":"sms","contact_information":{"phone":1}}`, `{"shipping_address":{"country":"","city":null}}`,
}

// FuzzDecode feeds bodies to every decoder: a body is refused as a whole exactly when it is no JSON object, and what is wrong with
// its members is told with their paths.
func FuzzDecode(f *testing.F) {
	for _, seed := range fuzzSeeds {
		f.Add([]byte(seed))
	}
	a := New(Config{})
	decoders := map[string]func(body []byte) ([]pay.Fault, error){
		"payment":    func(b []byte) ([]pay.Fault, error) { in, err := a.readPaymentBody(b); return in.Faults, err },
		"place":      func(b []byte) ([]pay.Fault, error) { in, err := a.readPlaceBody(b); return in.Faults, err },
		"hosted":     func(b []byte) ([]pay.Fault, error) { in, err := a.readHostedBody(b); return in.Faults, err },
		"token":      func(b []byte) ([]pay.Fault, error) { in, err := a.readTokenBody(b); return in.Faults, err },
		"charge":     func(b []byte) ([]pay.Fault, error) { in, err := a.readChargeBody(b); return in.Faults, err },
		"status":     a.readTokenStatusBody,
		"distribute": func(b []byte) ([]pay.Fault, error) { in, err := a.readDistributionBody(b); return in.Faults, err },
		"capture":    func(b []byte) ([]pay.Fault, error) { in, err := a.readCaptureBody(b); return in.Faults, err },
		"refund":     func(b []byte) ([]pay.Fault, error) { in, err := a.readRefundBody(b); return in.Faults, err },
		"update":     func(b []byte) ([]pay.Fault, error) { in, err := a.readUpdateBody(b); return in.Faults, err },
		"references": func(b []byte) ([]pay.Fault, error) { in, err := a.readReferencesBody(b); return in.Faults, err },
		"shipping":   func(b []byte) ([]pay.Fault, error) { in, err := a.readShippingBody(b); return in.Faults, err },
		"due date":   func(b []byte) ([]pay.Fault, error) { in, err := a.readDueDateBody(b); return in.Faults, err },
		"details":    func(b []byte) ([]pay.Fault, error) { in, err := a.readDetailsBody(b); return in.Faults, err },
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		trimmed := bytes.Trim(bytes.TrimPrefix(body, byteOrderMark), " \t\r\n")
		whole := len(trimmed) == 0 || isEmptyArray(trimmed) || trimmed[0] == '{' && jsontext.Value(trimmed).IsValid()
		given := bytes.Clone(body)
		for name, decode := range decoders {
			faults, err := decode(body)
			if (err == nil) != whole {
				t.Fatalf("%s: %v, and whether it is a JSON object is %v", name, err, whole)
			}
			for _, fault := range faults {
				if fault.Path == "" || fault.Want == "" {
					t.Fatalf("%s: a fault that tells nothing: %+v", name, fault)
				}
			}
			if again, _ := decode(body); !slices.Equal(again, faults) || !bytes.Equal(body, given) {
				t.Fatalf("%s: %v, and a second time %v", name, faults, again)
			}
		}
	})
}

// FuzzCalls feeds bodies to the calls that change something, over a real database: there is always an answer, and it is as
// described.
func FuzzCalls(f *testing.F) {
	for _, seed := range fuzzSeeds {
		f.Add(seed)
	}
	w := newWorld(f)
	order, changed := w.order(), 0
	const nobody = "018f2d3c-0000-7000-8000-000000000000"
	calls := []request{
		{method: "POST", path: "/payments/v1/sessions"}, {method: "POST", path: "/hpp/v1/sessions"},
		{method: "POST", path: "/payments/v1/authorizations/" + nobody + "/order"}, {method: "POST", path: "/payments/v1/authorizations/" + nobody + "/customer-token"},
		{method: "POST", path: "/customer-token/v1/tokens/" + nobody + "/order"}, {method: "PATCH", path: "/customer-token/v1/tokens/" + nobody + "/status"},
		{method: "POST", path: "/ordermanagement/v1/orders/$/captures"}, {method: "POST", path: "/ordermanagement/v1/orders/" + nobody + "/refunds"},
		{method: "PATCH", path: "/ordermanagement/v1/orders/$/authorization"}, {method: "PATCH", path: "/ordermanagement/v1/orders/$/customer-details"},
		{method: "PATCH", path: "/ordermanagement/v1/orders/$/merchant-references"}, {method: "POST", path: "/ordermanagement/v1/orders/$/shipping-info"},
		{method: "PATCH", path: "/ordermanagement/v1/orders/" + nobody + "/captures/" + nobody + "/extend-due-date"},
	}
	f.Fuzz(func(t *testing.T, body string) {
		w.t = t
		if changed > 100 { // what is added to an order makes it slow to read
			order, changed = w.order(), 0
		}
		for _, q := range calls {
			w.log.Reset()
			q.path, q.body = strings.Replace(q.path, "$", order, 1), body
			got := w.send(q)
			switch got.status {
			case 200, 201, 202, 204:
				changed++
			case 400, 403, 404, 409, 413, 422:
				if got.text("error_code") == "" || got.text("correlation_id") != got.header.Get("Klarna-Correlation-Id") {
					t.Fatalf("%s", got.body)
				}
			default:
				t.Fatalf("%s %s: %d %s", q.method, q.path, got.status, got.body)
			}
		}
	})
}
