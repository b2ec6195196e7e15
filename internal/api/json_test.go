package api

import (
	"encoding/json"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"testing"
)

// TestJSON_halfACharacterIsAFaultOfItsMember: RFC 8259, section 8.2, lets a text hold half of a surrogate pair; RFC 3629, section 3,
// knows no UTF-8 for it.
func TestJSON_halfACharacterIsAFaultOfItsMember(t *testing.T) {
	w := newWorld(t)
	for body, paths := range map[string]string{
		`{"merchant_reference1":"Bag \ud83d"}`:                         "merchant_reference1",
		`{"merchant_reference1":"\uD83D"}`:                             "merchant_reference1",
		`{"merchant_reference1":"\ude00 bag"}`:                         "merchant_reference1",
		`{"merchant_reference1":"\ude00\ud83d"}`:                       "merchant_reference1",
		`{"merchant_reference1":"\ud83d\ud83d\ude00"}`:                 "merchant_reference1",
		`{"merchant_reference1":"\ud83d\\ude00"}`:                      "merchant_reference1",
		`{"merchant_reference1":"\\\ud83d"}`:                           "merchant_reference1",
		`{"merchant_reference1":"\ud83dx\ude00"}`:                      "merchant_reference1",
		`{"merchant_reference1":"\"\ud83d"}`:                           "merchant_reference1",
		`{"merchant_reference1":"\ud83d\u0041"}`:                       "merchant_reference1",
		`{"order_lines":[{"name":"a"},{"name":"Bag \ud83d"}]}`:         "order_lines[1].name",
		`{"order_lines":[{"product_identifiers":{"size":"\udfff"}}]}`:  "order_lines[0].product_identifiers.size",
		`{"billing_address":{"city":"\ud83d"},"merchant_data":"\ud8"}`: "", // malformed in another way
		`{"billing_address":{"city":"\ud83d"},"design":"\udc00"}`:      "billing_address.city, design",
		`{"custom_payment_method_ids":["a","\ud83d"]}`:                 "custom_payment_method_ids[1]",
		`{"unknown":{"deep":[1,{"x":["\ud83d"]}]}}`:                    "unknown.deep[1].x[0]",
		`{"\ud83d":1}`:                     `\ud83d`,
		`{"customer":{"a\ud83d":{"b":1}}}`: `customer.a\ud83d`,
		`{"a\ud83d":1,"a\ud83e":2}`:        `a\ud83d, a\ud83e`,
		`{"order_amount":"\ud83d"}`:        "order_amount",
		`{"locale":"\ud83d"}`:              "locale",
	} {
		for _, path := range []string{
			"/payments/v1/sessions", "/hpp/v1/sessions", "/payments/v1/authorizations/x/order", "/payments/v1/authorizations/x/customer-token", "/customer-token/v1/tokens/x/order",
			"/hpp/v1/sessions/x/distribution", "/ordermanagement/v1/orders/018f2d3c-0000-7000-8000-000000000000/captures", "/ordermanagement/v1/orders/018f2d3c-0000-7000-8000-000000000000/refunds",
		} {
			if got := w.post(path, body); paths == "" {
				got.want(400)
			} else {
				got.refused(400, "BAD_VALUE", "Bad value: "+paths)
			}
		}
	}
	for _, whole := range []string{`\ud83d\ude00`, `\uD83D\uDE00`, `\\ud83d`, `\\\\ud83d`, `\ud7ff\ue000`, `a\"\ud83d\ude00\"`, `\ud83d\ude00\ud83d\ude00`} {
		id := w.post("/payments/v1/sessions", cart(`"name":"`+whole+`","quantity":1,"unit_price":100,"total_amount":100`)).want(200).text("session_id")
		var want string
		if err := json.Unmarshal([]byte(`"`+whole+`"`), &want); err != nil {
			t.Fatal(err)
		}
		if line := w.get("/payments/v1/sessions/" + id).object()["order_lines"].([]any)[0].(map[string]any); line["name"] != want {
			t.Errorf("%s became %q", whole, line["name"])
		}
	}
}

func TestJSON_byteOrderMarkIsSkipped(t *testing.T) {
	w := newWorld(t)
	const mark = "\ufeff"
	payment := w.post("/payments/v1/sessions", mark+swedishCart).want(200).text("session_id")
	w.post("/payments/v1/sessions/"+payment, mark+`{"merchant_reference1":"A"}`).want(204)
	w.post("/payments/v1/sessions/"+payment, mark).want(204)
	w.post("/hpp/v1/sessions", mark+"\r\n"+`{"payment_session_url":"https://x/payments/v1/sessions/`+payment+`"}`).want(201)
	order := "/ordermanagement/v1/orders/" + w.order()
	w.post(order+"/captures", mark+`{"captured_amount":1}`).want(201)
	w.post(order+"/refunds", mark+`{"refunded_amount":1}`).want(201)
}

// TestJSON_wholeNumbersHoweverWritten: RFC 8259, section 6, has one kind of number; PHP writes 5454.0 for a float, Python 5.454e+3.
func TestJSON_wholeNumbersHoweverWritten(t *testing.T) {
	w := newWorld(t)
	for written, want := range map[string]int64{
		"5454": 5454, "5454.0": 5454, "5454.000000": 5454, "5.454e3": 5454, "5.454E+3": 5454, "5454e0": 5454, "545400e-2": 5454, "54.54e2": 5454, "0.5454e4": 5454,
		"-0.0": 0, "-0": 0, "0e999999999999999999999": 0, "0.000e-5": 0, "1e2": 100, "2e8": 200_000_000, "0." + strings.Repeat("0", 1000) + "5e1001": 5,
		"5" + "." + strings.Repeat("0", 100_000): 5,
	} {
		body := `{"purchase_country":"SE","purchase_currency":"SEK","order_amount":` + written + `,"order_lines":[{"name":"a","quantity":1.0,"unit_price":` + written + `,"total_amount":` + written + `,"tax_rate":0.0,"total_tax_amount":-0.0,"total_discount_amount":0e0}]}`
		id := w.post("/payments/v1/sessions", body).want(200).text("session_id")
		if got := w.get("/payments/v1/sessions/" + id).object(); got["order_amount"] != float64(want) {
			t.Errorf("%.40s was read as %v", written, got["order_amount"])
		}
	}
	for _, written := range []string{
		"5454.5", "0.1", "5454.0001", "5e-1", "5454e-1", "1e400", "-1e400", "1e19", "9223372036854775808.0", "92233720368547758.08e2", "1e99999999999999999999", "1e-99999999999999999999", "1e-9999999999",
	} {
		body := `{"purchase_country":"SE","purchase_currency":"SEK","order_amount":` + written + `,"order_lines":[{"name":"a","quantity":1,"unit_price":1,"total_amount":1,"tax_rate":` + written + `}]}`
		w.post("/payments/v1/sessions", body).refused(400, "BAD_VALUE", "Bad value: order_amount, order_lines[0].tax_rate")
		w.post("/ordermanagement/v1/orders/"+w.order()+"/captures", `{"captured_amount":`+written+`}`).refused(422, "UNPROCESSABLE_ENTITY", "'captured_amount' must be an integer")
	}
	order := "/ordermanagement/v1/orders/" + w.order()
	w.post(order+"/captures", `{"captured_amount":10.0,"shipping_delay":1e1,"order_lines":[{"name":"a","quantity":1.0,"unit_price":1e1,"total_amount":10.0}]}`).want(201)
	w.post(order+"/refunds", `{"refunded_amount":1e1}`).want(201)
	capture := w.get(order).object()["captures"].([]any)[0].(map[string]any)
	if capture["captured_amount"] != 10.0 || capture["refunded_amount"] != 10.0 {
		t.Fatalf("%v", capture)
	}
	w.send(request{method: "PATCH", path: order + "/captures/" + capture["capture_id"].(string) + "/extend-due-date", body: `{"number_of_days":10.0}`}).refused(403, "NOT_ALLOWED", "The due date cannot be extended by this number of days.")
	w.send(request{method: "PATCH", path: order + "/authorization", body: `{"order_amount":10000.0}`}).want(204)
}

// messages are those of a refusal, in one text.
func (a answer) messages() string { return fmt.Sprint(a.object()["error_messages"]) }

// FuzzParseInteger compares with exact arithmetic.
func FuzzParseInteger(f *testing.F) {
	for _, seed := range []string{"0", "-0.0", "5454.0", "5.454e3", "1e18", "-9223372036854775808.0", "9223372036854775808", "1e-1", "0.10e1", "1E+2"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, written string) {
		if !json.Valid([]byte(written)) || strings.TrimSpace(written) != written || written[0] != '-' && (written[0] < '0' || written[0] > '9') {
			return
		}
		if i := strings.IndexAny(written, "eE"); i >= 0 {
			if power, err := strconv.Atoi(strings.TrimPrefix(written[i+1:], "+")); err != nil || power > 10_000 || power < -10_000 {
				return // exact arithmetic would take long
			}
		}
		exact, ok := new(big.Rat).SetString(written)
		if !ok {
			t.Fatalf("%q is a number for encoding/json and none for math/big", written)
		}
		whole := exact.IsInt() && exact.Num().IsInt64()
		if n, ok := parseInteger([]byte(written)); ok != whole || ok && n != exact.Num().Int64() {
			t.Fatalf("%q: %d %v", written, n, ok)
		}
	})
}

// TestJSON_emptyArrayIsAnEmptyObject: PHP's json_encode writes [] for every empty array, whether a list or a map was meant.
func TestJSON_emptyArrayIsAnEmptyObject(t *testing.T) {
	w := newWorld(t)
	payment := w.createPayment()
	order := w.order()
	token := func() string { _, tok := w.tokenizable("tokenize"); return tok }()
	customer := w.post("/payments/v1/authorizations/"+token+"/customer-token", tokenBody).want(200).text("token_id")
	om := "/ordermanagement/v1/orders/" + order
	capture := w.post(om+"/captures", `{"captured_amount":1}`).want(201).header.Get("Capture-Id")
	for _, door := range []struct {
		method, path, body string // $ stands for the value that is tried
		objects            []string
	}{
		{"POST", "/payments/v1/sessions", strings.TrimSuffix(swedishCart, "}"), []string{"billing_address", "shipping_address", "customer", "merchant_urls", "options", "attachment"}},
		{"POST", "/payments/v1/sessions/" + payment, `{"merchant_reference1":"A"`, []string{"billing_address", "shipping_address", "customer", "merchant_urls", "options", "attachment"}},
		{"POST", "/payments/v1/authorizations/" + w.token() + "/order", `{"merchant_reference1":"A"`, []string{"billing_address", "shipping_address", "customer", "merchant_urls"}},
		{"POST", "/payments/v1/authorizations/" + token + "/customer-token", strings.TrimSuffix(tokenBody, "}"), []string{"billing_address", "customer"}},
		{"POST", "/customer-token/v1/tokens/" + customer + "/order", `{"order_amount":1`, []string{"shipping_address", "merchant_urls", "attachment"}},
		{"POST", "/hpp/v1/sessions", `{"payment_session_url":"https://x/payments/v1/sessions/` + payment + `"`, []string{"merchant_urls", "options"}},
		{"POST", "/hpp/v1/sessions/" + w.createHosted(payment, `{}`).text("session_id") + "/distribution", `{"method":"email"`, []string{"contact_information"}},
		{"PATCH", om + "/customer-details", `{"x":1`, []string{"shipping_address"}},
		{"PATCH", om + "/captures/" + capture + "/customer-details", `{"x":1`, []string{"shipping_address", "billing_address"}},
	} {
		for _, member := range door.objects {
			send := func(value string) answer {
				body := door.body + `,"` + member + `":` + value + `}`
				if strings.Contains(door.body, `"`+member+`":`) {
					body = strings.Replace(door.body+"}", `"`+member+`":`, `"`+member+`":`+value+`,"ignored":`, 1)
				}
				return w.send(request{method: door.method, path: door.path, body: body})
			}
			for _, empty := range []string{"[]", "[ \n]"} {
				if got, want := send(empty), send("{}"); got.status != want.status || got.status >= 400 && got.messages() != want.messages() {
					t.Errorf("%s %s: %s: %s is answered with %d %s, and {} with %d %s", door.method, door.path, member, empty, got.status, got.body, want.status, want.body)
				}
			}
			for _, wrong := range []string{"[{}]", "[1]", "[[]]", `""`, "0"} {
				got := send(wrong)
				if named := got.messages(); (got.status != 400 && got.status != 422) || !strings.Contains(named, member) {
					t.Errorf("%s %s: %s: %s is answered with %d %s", door.method, door.path, member, wrong, got.status, got.body)
				}
			}
		}
	}
	id := w.post("/payments/v1/sessions", cart(`"name":"a","quantity":1,"unit_price":100,"total_amount":100,"product_identifiers":[]`)).want(200).text("session_id")
	w.get("/payments/v1/sessions/" + id).want(200)
	const content = `{"content_type":"application/vnd.klarna.internal.emd-v2+json","body":`
	for body, ok := range map[string]bool{
		`"[]"`: true, `"\ufeff{}"`: true, `"{\"voucher\":[[]]}"`: true, `"{\"voucher\":[]}"`: true, `"[{}]"`: false, `"{\"voucher\":[[1]]}"`: false, `"null"`: false, `"{\"voucher\":[null]}"`: false,
	} {
		if got := w.post("/payments/v1/sessions/"+payment, `{"attachment":`+content+body+`}}`); ok {
			got.want(204)
		} else {
			got.refused(400, "BAD_VALUE", "Bad value: attachment.attachment")
		}
	}
	w.post("/payments/v1/sessions/"+payment, `{"attachment":`+content+`"{\"voucher\":[{\"voucher_name\":\"\\ud83d\"}]}"}}`).refused(400, "BAD_VALUE", "Bad value: attachment.body")
	for _, cut := range []string{`\\ud8`, `\\ud83`, `\\ud83d`, `\\ud83d\\`, `\\ud83d\\u`, `\\ud83d\\ude0`, `{\"a\":\"\\ud83d\\ud8`} {
		w.post("/payments/v1/sessions/"+payment, `{"attachment":`+content+`"`+cut+`"}}`).want(400)
		w.post("/customer-token/v1/tokens/"+customer+"/order", `{"attachment":`+content+`"`+cut+`"}}`).want(400)
	}
	w.post(om+"/shipping-info", `{"shipping_info":[[]]}`).want(204)
	for _, bodyless := range []string{"[]", " [ ] ", "{}", "", "\ufeff[]"} {
		w.post("/payments/v1/sessions", bodyless).refused(400, "BAD_VALUE", "Bad value: purchase_country, purchase_currency, order_amount, order_lines")
		w.post("/payments/v1/sessions/"+payment, bodyless).want(204)
		w.post(om+"/acknowledge", bodyless).want(204)
		w.send(request{method: "PATCH", path: om + "/customer-details", body: bodyless}).want(204)
		w.send(request{method: "PATCH", path: om + "/merchant-references", body: bodyless}).want(204)
	}
}
