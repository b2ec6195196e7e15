package api

import (
	"strings"
	"testing"
)

// captured is an order with a capture, and the address of that capture.
func (w *world) captured() (order, capture string) {
	order = "/ordermanagement/v1/orders/" + w.order()
	id := w.post(order+"/captures", `{"captured_amount":5000}`).want(201).header.Get("Capture-Id")
	return order, order + "/captures/" + id
}

// keyedRoutes has, for every operation that changes something, where it is called in a fresh world and with what. Each succeeds.
var keyedRoutes = map[string]func(w *world) (path, body string){
	"POST /payments/v1/sessions":              func(*world) (string, string) { return "/payments/v1/sessions", swedishCart },
	"POST /payments/v1/sessions/{session_id}": func(w *world) (string, string) { return "/payments/v1/sessions/" + w.createPayment(), `{}` },
	"POST /payments/v1/authorizations/{authorization_token}/order": func(w *world) (string, string) {
		return "/payments/v1/authorizations/" + w.token() + "/order", swedishCart
	},
	"POST /payments/v1/authorizations/{authorization_token}/customer-token": func(w *world) (string, string) {
		_, token := w.tokenizable("tokenize")
		return "/payments/v1/authorizations/" + token + "/customer-token", tokenBody
	},
	"POST /customer-token/v1/tokens/{customer_token}/order":   func(w *world) (string, string) { return w.customerToken() + "/order", chargeBody + "}" },
	"PATCH /customer-token/v1/tokens/{customer_token}/status": func(w *world) (string, string) { return w.customerToken() + "/status", `{"status":"CANCELLED"}` },
	"POST /hpp/v1/sessions": func(w *world) (string, string) {
		return "/hpp/v1/sessions", `{"payment_session_url":"https://x/payments/v1/sessions/` + w.createPayment() + `"}`
	},
	"POST /hpp/v1/sessions/{session_id}/distribution": func(w *world) (string, string) {
		return "/hpp/v1/sessions/" + w.createHosted(w.createPayment(), "").text("session_id") + "/distribution", `{"contact_information":{"email":"a@example.se"},"method":"email"}`
	},
	"POST /hpp/v1/sessions/{session_id}/distribution-module/token": func(w *world) (string, string) {
		return "/hpp/v1/sessions/" + w.inStore("alva@example.se").text("session_id") + "/distribution-module/token", ``
	},
	"POST /hpp/v1/sessions/{session_id}/manual-id-check": func(w *world) (string, string) {
		hosted := w.inStore("alva+id-check@example.se")
		w.payOn(hosted)
		at := "/hpp/v1/sessions/" + hosted.text("session_id")
		open := w.get(at).want(200).object()["manual_identification"].(map[string]any)
		return at + "/manual-id-check", `{"challenge":"` + open["challenge"].(string) + `","verdict":"MATCH"}`
	},
	"POST /ordermanagement/v1/orders/{order_id}/acknowledge": func(w *world) (string, string) {
		return "/ordermanagement/v1/orders/" + w.order() + "/acknowledge", ``
	},
	"PATCH /ordermanagement/v1/orders/{order_id}/authorization": func(w *world) (string, string) {
		return "/ordermanagement/v1/orders/" + w.order() + "/authorization", `{"order_amount":9000}`
	},
	"POST /ordermanagement/v1/orders/{order_id}/cancel": func(w *world) (string, string) {
		return "/ordermanagement/v1/orders/" + w.order() + "/cancel", ``
	},
	"POST /ordermanagement/v1/orders/{order_id}/release-remaining-authorization": func(w *world) (string, string) {
		order, _ := w.captured()
		return order + "/release-remaining-authorization", ``
	},
	"POST /ordermanagement/v1/orders/{order_id}/extend-authorization-time": func(w *world) (string, string) {
		return "/ordermanagement/v1/orders/" + w.order() + "/extend-authorization-time", ``
	},
	"PATCH /ordermanagement/v1/orders/{order_id}/customer-details": func(w *world) (string, string) {
		return "/ordermanagement/v1/orders/" + w.order() + "/customer-details", `{"shipping_address":{"city":"Malmö"}}`
	},
	"PATCH /ordermanagement/v1/orders/{order_id}/merchant-references": func(w *world) (string, string) {
		return "/ordermanagement/v1/orders/" + w.order() + "/merchant-references", `{"merchant_reference1":"A"}`
	},
	"POST /ordermanagement/v1/orders/{order_id}/shipping-info": func(w *world) (string, string) {
		return "/ordermanagement/v1/orders/" + w.order() + "/shipping-info", `{"shipping_info":[{"shipping_company":"DHL"}]}`
	},
	"POST /ordermanagement/v1/orders/{order_id}/captures": func(w *world) (string, string) {
		return "/ordermanagement/v1/orders/" + w.order() + "/captures", `{"captured_amount":5000}`
	},
	"POST /ordermanagement/v1/orders/{order_id}/captures/{capture_id}/shipping-info": func(w *world) (string, string) {
		_, capture := w.captured()
		return capture + "/shipping-info", `{"shipping_info":[{"shipping_company":"DHL"}]}`
	},
	"POST /ordermanagement/v1/orders/{order_id}/captures/{capture_id}/trigger-send-out": func(w *world) (string, string) {
		_, capture := w.captured()
		return capture + "/trigger-send-out", ``
	},
	"PATCH /ordermanagement/v1/orders/{order_id}/captures/{capture_id}/extend-due-date-options": dueDate("extend-due-date-options"),
	"PATCH /ordermanagement/v1/orders/{order_id}/captures/{capture_id}/extend-due-date":         dueDate("extend-due-date"),
	"PATCH /ordermanagement/v1/orders/{order_id}/captures/{capture_id}/customer-details": func(w *world) (string, string) {
		_, capture := w.captured()
		return capture + "/customer-details", `{"shipping_address":{"city":"Malmö"}}`
	},
	"POST /ordermanagement/v1/orders/{order_id}/refunds": func(w *world) (string, string) {
		order, _ := w.captured()
		return order + "/refunds", `{"refunded_amount":1000}`
	},
}

func (w *world) customerToken() string {
	_, token := w.tokenizable("tokenize")
	return "/customer-token/v1/tokens/" + w.post("/payments/v1/authorizations/"+token+"/customer-token", tokenBody).want(200).text("token_id")
}

// inStore hosts a session of a shop.
func (w *world) inStore(email string) answer {
	cart := strings.Replace(strings.Replace(swedishCart, "{", `{"acquiring_channel":"IN_STORE",`, 1), "alva@example.se", email, 1)
	return w.createHosted(w.post("/payments/v1/sessions", cart).want(200).text("session_id"), "")
}

// dueDate captures an order that is paid later.
func dueDate(verb string) func(w *world) (string, string) {
	return func(w *world) (string, string) {
		hosted := w.createHosted(w.createPayment(), `{"place_order_mode":"CAPTURE_ORDER"}`)
		w.payLater(hosted)
		order := "/ordermanagement/v1/orders/" + w.get("/hpp/v1/sessions/"+hosted.text("session_id")).want(200).text("order_id")
		captures := w.get(order).want(200).object()["captures"].([]any)
		return order + "/captures/" + captures[0].(map[string]any)["capture_id"].(string) + "/" + verb, `{"number_of_days":30}`
	}
}

// TestReplay_everyOperation calls each operation that changes something twice with one key, then with another body: the first answer is
// kept and given again, which the answer says.
func TestReplay_everyOperation(t *testing.T) {
	for _, rt := range Routes() {
		if rt.Method != "POST" && rt.Method != "PATCH" {
			continue
		}
		name := rt.Method + " " + rt.Pattern
		t.Run(name, func(t *testing.T) {
			made := keyedRoutes[name]
			if made == nil {
				t.Fatal("the operation is not in the table")
			}
			w := newWorld(t)
			path, body := made(w)
			call := func(body string) answer {
				return w.send(request{method: rt.Method, path: path, body: body, header: map[string]string{keyHeader: "k"}})
			}
			first := call(body)
			if first.status > 299 {
				t.Fatalf("%d %s %s", first.status, first.header.Get("Kassa-Explain"), first.body)
			}
			again := call(body)
			same(t, first, again)
			if again.header.Get(mismatchHeader) != "" || w.logged()["replayed"] != true {
				t.Errorf("%v %v", again.header, w.logged())
			}
			other := call(`{"x":1}`)
			same(t, first, other)
			if other.header.Get(mismatchHeader) != "true" {
				t.Errorf("%v", other.header)
			}
			if unkeyed := w.send(request{method: rt.Method, path: path, body: body}); unkeyed.header.Get(replayedHeader) != "" {
				t.Error("a call without a key says that it was given again")
			}
		})
	}
}
