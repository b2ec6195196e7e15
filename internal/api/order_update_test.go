package api

import (
	"strings"
	"testing"
	"time"

	"kassa/client"
)

// patch makes a PATCH.
func (w *world) patch(path, body string) answer {
	w.t.Helper()
	return w.send(request{method: "PATCH", path: path, body: body})
}

// laterOrder walks to an order of 10,000 that is paid later.
func (w *world) laterOrder() string {
	w.t.Helper()
	order := w.order()
	return "/ordermanagement/v1/orders/" + order
}

func TestOrderVerbs_changeWhatTheyName(t *testing.T) {
	w := newWorld(t)
	api, ctx := w.client(), t.Context()
	id := client.OrderID(w.order())
	order := "/ordermanagement/v1/orders/" + string(id)
	w.must(api.AcknowledgeOrder(ctx, id))
	w.must(api.AcknowledgeOrder(ctx, id))
	w.must(api.UpdateAuthorization(ctx, id, client.UpdateAuthorizationRequest{
		OrderAmount: 12000, Description: "one more", OrderLines: []client.OrderLine{{Name: "Helmet", Quantity: 1, UnitPrice: 12000, TotalAmount: 12000}},
	}))
	w.must(api.UpdateMerchantReferences(ctx, id, client.MerchantReferences{MerchantReference1: new(""), MerchantReference2: new("W3")}))
	w.must(api.UpdateShippingAddress(ctx, id, client.AddressChange{StreetAddress: new("Storgatan 7"), OrganizationName: new("AB"), Country: new("se"), Phone: new("")}))
	w.must(api.AddShippingInfo(ctx, id, []client.ShippingInfo{{ShippingCompany: "DHL"}}))
	capture, err := api.Capture(ctx, id, client.CaptureRequest{CapturedAmount: 4000})
	w.must(err)
	w.post(order+"/captures/"+string(capture)+"/shipping-info", `{"shipping_info":[{"shipping_company":"PostNord","tracking_number":7}]}`).want(204) // a number for a text
	w.must(api.AddCaptureShippingInfo(ctx, id, capture, []client.ShippingInfo{{ShippingCompany: "DHL US"}}))
	w.must(api.TriggerSendOut(ctx, id, capture))
	w.must(api.UpdateCaptureAddresses(ctx, id, capture, &client.AddressChange{City: new("Malmö")}, nil))
	w.must(api.ReleaseRemaining(ctx, id))
	got := w.get(order).want(200).object()
	for member, want := range map[string]any{
		"status": "CAPTURED", "order_amount": 12000.0, "original_order_amount": 10000.0, "captured_amount": 4000.0, "remaining_authorized_amount": 0.0,
		"merchant_reference1": nil, "merchant_reference2": "W3",
	} {
		if got[member] != want {
			t.Errorf("%s is %v, want %v", member, got[member], want)
		}
	}
	shipping := got["shipping_address"].(map[string]any)
	if shipping["street_address"] != "Storgatan 7" || shipping["organization_name"] != "AB" || shipping["city"] != "Stockholm" || shipping["phone"] != nil {
		t.Errorf("%v", shipping)
	}
	if info := got["shipping_info"].([]any); len(info) != 1 || len(got["order_lines"].([]any)) != 1 {
		t.Errorf("%v", got)
	}
	one := got["captures"].([]any)[0].(map[string]any)
	if info := one["shipping_info"].([]any); len(info) != 2 || info[0].(map[string]any)["tracking_number"] != "7" {
		t.Errorf("%v", one)
	}
	if one["billing_address"].(map[string]any)["city"] != "Malmö" {
		t.Errorf("%v", one)
	}
}

func TestOrderVerbs_refusals(t *testing.T) {
	w := newWorld(t)
	open, captured, cancelled, expired := w.laterOrder(), w.laterOrder(), w.laterOrder(), w.laterOrder()
	full := captured + "/captures/" + w.post(captured+"/captures", `{"captured_amount":10000}`).want(201).header.Get("Capture-Id")
	w.post(cancelled+"/cancel", "").want(204)
	const unknown = "018f2d3c-0000-7000-8000-000000000000"
	refusals := []struct {
		method, path, body string
		status             int
		code, message      string
	}{
		{"PATCH", open + "/authorization", `{}`, 422, "UNPROCESSABLE_ENTITY", "'order_amount' must not be null"},
		{"PATCH", open + "/authorization", `{"order_amount":-1}`, 422, "UNPROCESSABLE_ENTITY", "'order_amount' must be greater than or equal to 0"},
		{"PATCH", captured + "/authorization", `{"order_amount":7000}`, 403, "NOT_ALLOWED", "Update not allowed."},
		{"PATCH", cancelled + "/authorization", `{"order_amount":7000}`, 403, "NOT_ALLOWED", "Update not allowed."},
		{"POST", open + "/release-remaining-authorization", ``, 403, "NOT_ALLOWED", "Order has no captures. Remaining authorization cannot be released."},
		{"POST", captured + "/release-remaining-authorization", ``, 403, "NOT_ALLOWED", "Order is fully captured. Remaining authorization cannot be released."},
		{"POST", cancelled + "/release-remaining-authorization", ``, 403, "NOT_ALLOWED", "Order is cancelled. Remaining authorization cannot be released."},
		{"POST", cancelled + "/extend-authorization-time", ``, 403, "NOT_ALLOWED", "Order is cancelled. Authorization time cannot be extended."},
		{"PATCH", cancelled + "/merchant-references", `{"merchant_reference1":"x"}`, 403, "NOT_ALLOWED", "Order is cancelled. Merchant references cannot be updated."},
		{"PATCH", open + "/customer-details", `{"billing_address":{"city":"X"}}`, 403, "NOT_ALLOWED", "Billing address cannot be updated for user account order. Customer details cannot be updated."},
		{"PATCH", open + "/customer-details", `{"shipping_address":{"city":""}}`, 422, "INVALID_ADDRESS", "The shipping and/or billing address is invalid"},
		{"PATCH", open + "/customer-details", `{"shipping_address":{"country":"Sweden"}}`, 400, "BAD_VALUE", "Bad value: shipping_address.country"},
		{"POST", open + "/shipping-info", `{}`, 422, "UNPROCESSABLE_ENTITY", "'shipping_info' must not be null"},
		{"POST", open + "/shipping-info", `{"shipping_info":[]}`, 422, "UNPROCESSABLE_ENTITY", "The size of the shipping_info value must be between 1 and 500"},
		{"POST", open + "/shipping-info", `{"shipping_info":[` + strings.Repeat("{},", 500) + `{}]}`, 422, "UNPROCESSABLE_ENTITY", "The size of the shipping_info value must be between 1 and 500"},
		{"POST", open + "/shipping-info", `{"shipping_info":[{"shipping_company":"` + strings.Repeat("x", 101) + `"}]}`, 422, "UNPROCESSABLE_ENTITY", "The size of the shipping_info/shipping_company value must be between 0 and 100"},
		{"POST", open + "/captures/" + unknown + "/shipping-info", `{"shipping_info":[{}]}`, 403, "NOT_ALLOWED", "Order has no captures."},
		{"POST", captured + "/captures/" + unknown + "/shipping-info", `{"shipping_info":[{}]}`, 404, "NO_SUCH_CAPTURE", "Capture " + unknown + " cannot be found."},
		{"POST", open + "/captures/" + unknown + "/trigger-send-out", ``, 403, "NOT_ALLOWED", "Order has no captures."},
		{"POST", captured + "/captures/" + unknown + "/trigger-send-out", ``, 404, "NO_SUCH_CAPTURE", "Capture " + unknown + " cannot be found."},
		{"GET", open + "/captures/" + unknown + "/extend-due-date-options", ``, 404, "NO_SUCH_CAPTURE", "Capture " + unknown + " cannot be found."},
		{"PATCH", open + "/captures/" + unknown + "/extend-due-date", `{"number_of_days":10}`, 404, "NO_SUCH_CAPTURE", "Capture " + unknown + " cannot be found."},
		{"PATCH", full + "/extend-due-date", `{"number_of_days":11}`, 403, "NOT_ALLOWED", "The due date cannot be extended by this number of days."},
		{"PATCH", full + "/extend-due-date-options", `{}`, 422, "UNPROCESSABLE_ENTITY", "'number_of_days' must not be null"},
		{"POST", cancelled + "/cancel", ``, 403, "CANCEL_NOT_ALLOWED", "Order is already cancelled. Cancel not possible."},
		{"POST", open + "/refunds", `{"refunded_amount":1}`, 403, "REFUND_NOT_ALLOWED", "Order has no captures. Refund not possible"},
	}
	for _, c := range refusals {
		w.send(request{method: c.method, path: c.path, body: c.body}).refused(c.status, c.code, c.message)
	}
	w.clock.Advance(29 * 24 * time.Hour)
	for path, message := range map[string]string{
		"/extend-authorization-time": "Order is expired. Authorization time cannot be extended.", "/release-remaining-authorization": "Order is expired. Remaining authorization cannot be released.",
	} {
		w.post(expired+path, "").refused(403, "NOT_ALLOWED", message)
	}
	w.post(expired+"/cancel", "").refused(403, "CANCEL_NOT_ALLOWED", "Order is expired. Cancel not possible.")
	w.patch(expired+"/authorization", `{"order_amount":1}`).refused(403, "NOT_ALLOWED", "Update not allowed.")
	for _, c := range []struct{ method, path string }{
		{"POST", "/acknowledge"}, {"PATCH", "/authorization"}, {"POST", "/release-remaining-authorization"}, {"POST", "/extend-authorization-time"}, {"PATCH", "/customer-details"},
		{"PATCH", "/merchant-references"}, {"POST", "/shipping-info"}, {"POST", "/captures/x/shipping-info"}, {"POST", "/captures/x/trigger-send-out"},
		{"GET", "/captures/x/extend-due-date-options"}, {"PATCH", "/captures/x/extend-due-date"}, {"PATCH", "/captures/x/extend-due-date-options"}, {"PATCH", "/captures/x/customer-details"},
	} {
		w.send(request{method: c.method, path: "/ordermanagement/v1/orders/" + unknown + c.path, body: "{}"}).refused(404, "NO_SUCH_ORDER", "Order "+unknown+" cannot be found.")
		w.send(request{method: c.method, path: "/ordermanagement/v1/orders/%7B%7D" + c.path, body: "{}"}).refused(400, "INVALID_ORDER_ID", "Order ID must be a valid UUID.")
		foreign := strings.TrimPrefix(open, "/ordermanagement/v1/orders/")
		w.send(request{method: c.method, path: open + c.path, body: "{}", merchant: "K000002_sandbox"}).refused(404, "NO_SUCH_ORDER", "Order "+foreign+" cannot be found.")
	}
}

func TestRaise_isDecidedOn(t *testing.T) {
	w := newWorld(t)
	order := w.laterOrder()
	// The address of the order decides: whoever is declined now keeps the old amount.
	w.patch(order+"/customer-details", `{"shipping_address":{"email":"alva+denied@example.se"}}`).want(204)
	w.patch(order+"/authorization", `{"order_amount":10001}`).refused(403, "NOT_ALLOWED", "The higher amount was not approved. Order authorization cannot be updated")
	w.patch(order+"/authorization", `{"order_amount":9999}`).want(204)
	if got := w.get(order).object(); got["order_amount"] != 9999.0 {
		t.Fatalf("%v", got)
	}
}

func TestDueDates_optionsAndFees(t *testing.T) {
	w := newWorld(t)
	hosted := w.createHosted(w.createPayment(), `{"place_order_mode":"CAPTURE_ORDER","payment_method_category":"PAY_LATER"}`)
	w.payLater(hosted)
	read := w.get("/hpp/v1/sessions/" + hosted.text("session_id")).want(200)
	order := "/ordermanagement/v1/orders/" + read.text("order_id")
	capture := order + "/captures/" + w.get(order).object()["captures"].([]any)[0].(map[string]any)["capture_id"].(string)
	if got := string(w.get(capture + "/extend-due-date-options").want(200).body); got != `{"currency":"sek","options":[{"amount":1000,"number_of_days":10},{"amount":1900,"number_of_days":30},{"amount":4900,"number_of_days":60}]}`+"\n" {
		t.Fatal(got)
	}
	w.patch(capture+"/extend-due-date", `{"number_of_days":30}`).want(204)
	w.patch(capture+"/extend-due-date-options", `{"number_of_days":10}`).want(204)
}
