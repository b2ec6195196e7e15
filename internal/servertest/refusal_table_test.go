package servertest_test

import (
	"strings"
	"time"

	"kassa/client"
	"kassa/internal/engine"
	"kassa/internal/pay"
	"kassa/internal/server"
)

// refusalsOfPayments are those of the payments API.
var refusalsOfPayments = []refusal{
	{400, "BAD_VALUE", "Bad value: purchase_country, purchase_currency, order_amount, order_lines", func(w *refusals) error { return w.raw("POST", "/payments/v1/sessions", `{}`) }},
	{400, "BAD_VALUE", "Bad value: purchase_country", create(func(in *client.PaymentSessionRequest) { in.PurchaseCountry = "XX" })},
	{400, "BAD_VALUE", "Bad value: purchase_currency", create(func(in *client.PaymentSessionRequest) { in.PurchaseCurrency = "EUR" })},
	{400, "BAD_VALUE", "Bad value: locale", create(func(in *client.PaymentSessionRequest) { in.Locale = "de-DE" })},
	{400, "BAD_VALUE", "Bad value: intent", func(w *refusals) error {
		id := w.payment(cart())
		_, err := w.host(id, client.HostedOptions{PlaceOrderMode: client.ModePlaceOrder})
		w.must(err)
		return w.raw("POST", "/payments/v1/sessions/"+string(id), `{"intent":"tokenize"}`)
	}},
	{400, "BAD_VALUE", "Bad value: order_amount", create(func(in *client.PaymentSessionRequest) { in.OrderAmount = 9999 })},
	{400, "BAD_VALUE", "Bad value: order_tax_amount", create(func(in *client.PaymentSessionRequest) { in.OrderTaxAmount = new(client.Amount(2002)) })},
	{400, "BAD_VALUE", "Bad value: order_lines", create(func(in *client.PaymentSessionRequest) { in.OrderLines = []client.OrderLine{} })},
	{400, "BAD_VALUE", "Bad value: order_lines[<number>].total_amount", create(func(in *client.PaymentSessionRequest) { in.OrderLines[0].UnitPrice = 4999 })},
	{400, "BAD_VALUE", "Bad value: order_lines[<number>].total_tax_amount", create(func(in *client.PaymentSessionRequest) { in.OrderLines[0].TotalTaxAmount = 2002 })},
	{400, "BAD_VALUE", "Bad value: billing_address.postal_code", create(func(in *client.PaymentSessionRequest) { in.BillingAddress.PostalCode = "12345678901" })},
	{400, "BAD_VALUE", "Bad value: attachment.attachment", create(func(in *client.PaymentSessionRequest) {
		in.Attachment = &client.Attachment{ContentType: "application/vnd.klarna.internal.emd-v2+json", Body: "no JSON"}
	})},
	{400, "BAD_VALUE", "Bad value: merchant_urls.push", create(func(in *client.PaymentSessionRequest) { in.MerchantURLs = &client.PaymentURLs{Push: "ftp://x.example"} })},
	{400, "BAD_VALUE", "Bad value: merchant_urls.app_return_url", create(func(in *client.PaymentSessionRequest) {
		in.MerchantURLs = &client.PaymentURLs{AppReturnURL: "shopapp://paid"}
	})},
	{400, "BAD_VALUE", "Bad value: order_lines[<number>].product_url", create(func(in *client.PaymentSessionRequest) { in.OrderLines[0].ProductURL = "javascript:alert(1)" })},
	{400, "BAD_VALUE", "Bad value: step_up_id", create(func(in *client.PaymentSessionRequest) { in.StepUpID = new(unknownID) })},
	{400, "BAD_VALUE", "Bad value: Klarna-Idempotency-Key", func(w *refusals) error {
		_, err := w.api.CreatePaymentSession(w.t.Context(), cart(), client.IdempotencyKey(strings.Repeat("k", 256)))
		return err
	}},
	{403, "INVALID_OPERATION", "Authorization token already consumed", func(w *refusals) error {
		token := w.token(client.Tokenize)
		in := client.CustomerTokenRequest{Description: "bells", IntendedUse: client.Subscriptions}
		_, err := w.api.CreateCustomerToken(w.t.Context(), token, in)
		w.must(err)
		_, err = w.api.CreateCustomerToken(w.t.Context(), token, in)
		return err
	}},
	{403, "INVALID_OPERATION", "Not allowed to create customer token for intent buy", func(w *refusals) error {
		_, err := w.api.CreateCustomerToken(w.t.Context(), w.token(client.Buy), client.CustomerTokenRequest{Description: "bells", IntendedUse: client.Subscriptions})
		return err
	}},
	{403, "INVALID_OPERATION", "Not allowed to place an order for intent tokenize", func(w *refusals) error {
		_, err := w.api.PlaceOrder(w.t.Context(), w.token(client.Tokenize), placing())
		return err
	}},
	{404, "NOT_FOUND", "Invalid session id", func(w *refusals) error {
		_, err := w.api.ReadPaymentSession(w.t.Context(), unknownID)
		return err
	}},
	{404, "NOT_FOUND", "Invalid authorization token", func(w *refusals) error {
		token := w.token(client.Buy)
		w.must(w.api.CancelAuthorization(w.t.Context(), token))
		_, err := w.api.PlaceOrder(w.t.Context(), token, placing())
		return err
	}},
	{404, "NOT_FOUND", "Authorization cannot be deleted", func(w *refusals) error {
		token := w.token(client.Buy)
		_, err := w.api.PlaceOrder(w.t.Context(), token, placing())
		w.must(err)
		return w.api.CancelAuthorization(w.t.Context(), token)
	}},
	{404, "SESSION_COMPLETED", "Session has already been completed", func(w *refusals) error {
		id, _ := w.paid(cart(), client.ModePlaceOrder, "pay_later")
		return w.api.UpdatePaymentSession(w.t.Context(), id, client.PaymentSessionUpdate{MerchantReference1: new("late")})
	}},
	{409, "BAD_VALUE", "Not matching fields: [<paths>]", func(w *refusals) error {
		in := placing()
		in.BillingAddress = &client.Address{Email: "other@email.se"}
		_, err := w.api.PlaceOrder(w.t.Context(), w.token(client.Buy), in)
		return err
	}},
	{409, "BAD_VALUE", "Not matching fields: [Incorrect number of items in the cart. Expected: <number>, Actual: <number>]", func(w *refusals) error {
		in := placing()
		in.OrderLines = append(in.OrderLines, client.OrderLine{Name: "Nothing", Quantity: 1})
		_, err := w.api.PlaceOrder(w.t.Context(), w.token(client.Buy), in)
		return err
	}},
	{409, "BAD_VALUE", "The order has been already completed with different request body", func(w *refusals) error {
		token, in := w.token(client.Buy), placing()
		_, err := w.api.PlaceOrder(w.t.Context(), token, in)
		w.must(err)
		in.MerchantReference1 = "another"
		_, err = w.api.PlaceOrder(w.t.Context(), token, in)
		return err
	}},
}

// refusalsOfHosted are those of the hosted page's API.
var refusalsOfHosted = []refusal{
	{400, "BAD_VALUE", "Bad value: payment_session_url", func(w *refusals) error {
		_, err := w.api.CreateHostedSession(w.t.Context(), client.HostedSessionRequest{PaymentSessionURL: "https://x.example/checkout/v3/orders/" + unknownID})
		return err
	}},
	{400, "BAD_VALUE", "Bad value: options.payment_method_categories", func(w *refusals) error {
		_, err := w.host(w.payment(cart()), client.HostedOptions{PaymentMethodCategory: client.PayNow, PaymentMethodCategories: []client.Category{client.PayNow}})
		return err
	}},
	{400, "BAD_VALUE", "Bad value: options.payment_method_category", func(w *refusals) error {
		_, err := w.host(w.payment(cart()), client.HostedOptions{PaymentMethodCategory: client.DirectDebit})
		return err
	}},
	{400, "BAD_VALUE", "Bad value: options.place_order_mode", func(w *refusals) error {
		in := cart()
		in.Intent = client.Tokenize
		_, err := w.host(w.payment(in), client.HostedOptions{PlaceOrderMode: client.ModePlaceOrder})
		return err
	}},
	{400, "BAD_VALUE", "Bad value: merchant_urls.<member>", func(w *refusals) error {
		_, err := w.api.CreateHostedSession(w.t.Context(), client.HostedSessionRequest{
			PaymentSessionURL: w.api.PaymentSessionURL(w.payment(cart())), MerchantURLs: &client.HostedURLs{Success: "javascript:alert(1)"},
		})
		return err
	}},
	{404, "NOT_FOUND", "Payment session not found, expired or already completed", func(w *refusals) error {
		id, _ := w.paid(cart(), client.ModePlaceOrder, "pay_later")
		_, err := w.host(id, client.HostedOptions{})
		return err
	}},
	{404, "NOT_FOUND", "Session not found or expired", func(w *refusals) error {
		id := w.hosted()
		w.s.Advance(48 * time.Hour)
		_, err := w.api.ReadHostedSession(w.t.Context(), id)
		return err
	}},
	{400, "BAD_REQUEST", "The session has already been completed", func(w *refusals) error {
		_, read := w.paid(cart(), client.ModeNone, "pay_later")
		return w.api.DisableHostedSession(w.t.Context(), read.SessionID)
	}},
	{400, "MISSING_CONTACT_DATA", "Missing: contact_information.<member>", func(w *refusals) error {
		return w.distribute(w.hosted(), client.ByEmail, client.DistributionContact{})
	}},
	{400, "CONSTRAINT_VIOLATION", "Constraint violation: <paths>", func(w *refusals) error {
		return w.distribute(w.hosted(), client.ByEmail, client.DistributionContact{Email: "nobody"})
	}},
	{400, "CONSTRAINT_VIOLATION", "The session is <status>: its link cannot be distributed", func(w *refusals) error {
		id := w.hosted()
		w.must(w.api.DisableHostedSession(w.t.Context(), id))
		return w.distribute(id, client.ByEmail, client.DistributionContact{Email: "a@b.example"})
	}},
	{400, "UNSUPPORTED_COUNTRY", "Phone numbers of <country> are not served", func(w *refusals) error {
		return w.distribute(w.hosted(), client.BySMS, client.DistributionContact{Phone: "123456", PhoneCountry: "AQ"})
	}},
	{400, "BLACKLISTED_CONTACT", "This receiver is blocked", func(w *refusals) error {
		w.must(w.s.Engine().SetContactBlocked(w.t.Context(), "K000001", "stop@email.se", true))
		return w.distribute(w.hosted(), client.ByEmail, client.DistributionContact{Email: "stop@email.se"})
	}},
	{404, "NOT_FOUND", "The access id is not known: this server has no app to tell", func(w *refusals) error {
		return w.distribute(w.hosted(), client.ByToken, client.DistributionContact{AccessID: "klarna:123456"})
	}},
	{403, "MANUAL_ID_CHECK_NOT_OPEN", "No identity check with this challenge is open", func(w *refusals) error {
		return w.raw("POST", "/hpp/v1/sessions/"+string(w.hosted())+"/manual-id-check", `{"challenge":"A78","verdict":"MATCH"}`)
	}},
	{429, "TOO_MANY_REQUESTS", "The quota of <number> messages a day is used up", func(w *refusals) error {
		own := newRefusals(w.t, func(o *server.Options) { o.Config.MessageQuota = map[string]int64{"email": 1} })
		id := own.hosted()
		w.must(own.distribute(id, client.ByEmail, client.DistributionContact{Email: "a@b.example"}))
		return own.distribute(id, client.ByEmail, client.DistributionContact{Email: "a@b.example"})
	}},
}

// refusalsOfTokens are those of the customer tokens' API.
var refusalsOfTokens = []refusal{
	{404, "TOKEN_NOT_FOUND", "Customer token not found", func(w *refusals) error {
		_, err := w.api.ReadCustomerToken(w.t.Context(), unknownID)
		return err
	}},
	{400, "BAD_VALUE", "Bad value: description, intended_use", func(w *refusals) error {
		return w.raw("POST", "/payments/v1/authorizations/"+string(w.token(client.Tokenize))+"/customer-token", `{}`)
	}},
	{400, "BAD_VALUE", "Bad value: purchase_currency, order_amount, order_lines", func(w *refusals) error {
		return w.raw("POST", "/customer-token/v1/tokens/"+string(w.customerToken())+"/order", `{}`)
	}},
	{400, "BAD_VALUE", "Bad value: status", func(w *refusals) error {
		return w.raw("PATCH", "/customer-token/v1/tokens/"+string(w.customerToken())+"/status", `{"status":"SUSPENDED"}`)
	}},
	{403, "TOKEN_SUSPENDED", "Customer token is suspended", func(w *refusals) error {
		token := w.customerToken()
		shop, err := w.s.Engine().MerchantByID(w.t.Context(), "K000001")
		w.must(err)
		w.must(w.s.Engine().SetTokenStatus(w.t.Context(), engine.Call{Merchant: shop}, pay.Secret(token), pay.TokenIsSuspended))
		return w.charge(token, func(*client.TokenOrderRequest) {})
	}},
	{403, "TOKEN_CANCELED", "Customer token is cancelled", func(w *refusals) error {
		token := w.customerToken()
		w.must(w.api.CancelCustomerToken(w.t.Context(), token))
		return w.charge(token, func(*client.TokenOrderRequest) {})
	}},
	{403, "UNAVAILABLE_PAYMENT_METHOD", "Purchase for payment method failed", func(w *refusals) error {
		err := w.charge(w.customerToken(), func(in *client.TokenOrderRequest) {
			in.StepUp, in.ShippingAddress = "SUPPORTED", &client.Address{Email: "customer+denied@email.se"}
		})
		if e := client.AsError(err); e != nil && (e.StepUpID == "" || e.Reason == "" || e.FraudStatus != client.FraudRejected || e.AuthorizedPaymentMethod == nil) {
			w.t.Errorf("the refusal tells %+v", e)
		}
		return err
	}},
	{409, "BAD_VALUE", "Not matching fields: [purchase_currency]", func(w *refusals) error {
		return w.charge(w.customerToken(), func(in *client.TokenOrderRequest) { in.PurchaseCurrency = "NOK" })
	}},
	{503, "SERVICE_UNAVAILABLE", "No decision could be made. Please try again in a moment", chargedWith(func() (pay.Decision, error) {
		return pay.Decision{Outcome: pay.OutcomeError}, nil
	})},
}

// refusalsOfOrders are those of order management that are about an order as a whole.
var refusalsOfOrders = []refusal{
	{400, "INVALID_ORDER_ID", "Order ID must be a valid UUID.", func(w *refusals) error { _, err := w.api.ReadOrder(w.t.Context(), "{}"); return err }},
	{404, "NO_SUCH_ORDER", "Order <id> cannot be found.", func(w *refusals) error {
		_, err := w.api.ReadOrder(w.t.Context(), unknownID)
		return err
	}},
	{403, "CANCEL_NOT_ALLOWED", "Order has previous captures. Cancel not possible.", func(w *refusals) error {
		id, _ := w.captured(1)
		return w.api.CancelOrder(w.t.Context(), id)
	}},
	{403, "CANCEL_NOT_ALLOWED", "Order is already cancelled. Cancel not possible.", func(w *refusals) error { return w.api.CancelOrder(w.t.Context(), w.cancelled()) }},
	{403, "CANCEL_NOT_ALLOWED", "Order is expired. Cancel not possible.", func(w *refusals) error { return w.api.CancelOrder(w.t.Context(), w.expired(0)) }},
	{403, "NOT_ALLOWED", "Resulting authorization amount <number> cannot be less than the captured amount <number> for order. Order authorization cannot be updated", func(w *refusals) error {
		id, _ := w.captured(8000)
		return w.api.UpdateAuthorization(w.t.Context(), id, client.UpdateAuthorizationRequest{OrderAmount: 7000})
	}},
	{403, "NOT_ALLOWED", "Update not allowed.", func(w *refusals) error {
		return w.api.UpdateAuthorization(w.t.Context(), w.cancelled(), client.UpdateAuthorizationRequest{OrderAmount: 7000})
	}},
	{403, "NOT_ALLOWED", "The higher amount was not approved. Order authorization cannot be updated", func(w *refusals) error {
		id := w.order()
		w.must(w.api.UpdateShippingAddress(w.t.Context(), id, client.AddressChange{Email: new("customer+denied@email.se")}))
		return w.api.UpdateAuthorization(w.t.Context(), id, client.UpdateAuthorizationRequest{OrderAmount: 10001})
	}},
	{403, "NOT_ALLOWED", "Order is expired. Authorization time cannot be extended.", extend((*refusals).expiredWhole)},
	{403, "NOT_ALLOWED", "Order is cancelled. Authorization time cannot be extended.", extend((*refusals).cancelled)},
	{403, "NOT_ALLOWED", "Order is fully captured. Authorization time cannot be extended.", extend((*refusals).capturedWhole)},
	{403, "NOT_ALLOWED", "The payment method does not permit it. Authorization time cannot be extended.", extend(func(w *refusals) client.OrderID {
		_, read := w.paid(cart(), client.ModePlaceOrder, "pay_now")
		return read.OrderID
	})},
	{403, "NOT_ALLOWED", "Order has no captures. Remaining authorization cannot be released.", release((*refusals).order)},
	{403, "NOT_ALLOWED", "Order is fully captured. Remaining authorization cannot be released.", release((*refusals).capturedWhole)},
	{403, "NOT_ALLOWED", "Order is cancelled. Remaining authorization cannot be released.", release((*refusals).cancelled)},
	{403, "NOT_ALLOWED", "Order is expired. Remaining authorization cannot be released.", release((*refusals).expiredWhole)},
	{403, "NOT_ALLOWED", "Nothing of the authorization remains. Remaining authorization cannot be released.", release(func(w *refusals) client.OrderID { return w.expired(1) })},
	{403, "NOT_ALLOWED", "Order is cancelled. Merchant references cannot be updated.", func(w *refusals) error {
		return w.api.UpdateMerchantReferences(w.t.Context(), w.cancelled(), client.MerchantReferences{MerchantReference1: new("x")})
	}},
	{403, "NOT_ALLOWED", "Billing address cannot be updated for user account order. Customer details cannot be updated.", func(w *refusals) error {
		return w.raw("PATCH", "/ordermanagement/v1/orders/"+string(w.order())+"/customer-details", `{"billing_address":{"city":"x"}}`)
	}},
	{403, "NOT_ALLOWED", "Order is cancelled. Customer details cannot be updated.", move((*refusals).cancelled)},
	{403, "NOT_ALLOWED", "Order is expired. Customer details cannot be updated.", move((*refusals).expiredWhole)},
	{422, "INVALID_ADDRESS", "The shipping and/or billing address is invalid", func(w *refusals) error {
		return w.api.UpdateShippingAddress(w.t.Context(), w.order(), client.AddressChange{City: new("")})
	}},
}

func (w *refusals) expiredWhole() client.OrderID { return w.expired(0) }

func (w *refusals) capturedWhole() client.OrderID {
	id, _ := w.captured(10000)
	return id
}

func extend(of func(w *refusals) client.OrderID) func(w *refusals) error {
	return func(w *refusals) error { return w.api.ExtendAuthorizationTime(w.t.Context(), of(w)) }
}

func release(of func(w *refusals) client.OrderID) func(w *refusals) error {
	return func(w *refusals) error { return w.api.ReleaseRemaining(w.t.Context(), of(w)) }
}

func move(of func(w *refusals) client.OrderID) func(w *refusals) error {
	return func(w *refusals) error {
		return w.api.UpdateShippingAddress(w.t.Context(), of(w), client.AddressChange{City: new("Malmö")})
	}
}

// refusalsOfCaptures are those of order management that are about captures and refunds.
var refusalsOfCaptures = []refusal{
	{403, "CAPTURE_NOT_ALLOWED", "Captured amount is higher than the remaining authorized amount. Capture not possible.", func(w *refusals) error {
		_, err := w.api.Capture(w.t.Context(), w.order(), client.CaptureRequest{CapturedAmount: 10001})
		return err
	}},
	{403, "CAPTURE_NOT_ALLOWED", "Captured amount is higher than the remaining authorized amount. Capture not possible.", func(w *refusals) error {
		id, _ := w.captured(10000) // nothing remains of an order that is captured whole
		_, err := w.api.Capture(w.t.Context(), id, client.CaptureRequest{CapturedAmount: 1})
		return err
	}},
	{403, "CAPTURE_NOT_ALLOWED", "Capture not allowed", func(w *refusals) error {
		id := w.order()
		w.must(w.api.CancelOrder(w.t.Context(), id))
		_, err := w.api.Capture(w.t.Context(), id, client.CaptureRequest{CapturedAmount: 1})
		return err
	}},
	{403, "CAPTURE_NOT_ALLOWED", "Capture not allowed", func(w *refusals) error {
		id, _ := w.captured(1)
		w.must(w.api.ReleaseRemaining(w.t.Context(), id))
		_, err := w.api.Capture(w.t.Context(), id, client.CaptureRequest{CapturedAmount: 1})
		return err
	}},
	{422, "UNPROCESSABLE_ENTITY", "'<path>' must not be null", func(w *refusals) error {
		return w.raw("POST", "/ordermanagement/v1/orders/"+string(w.order())+"/captures", `{}`)
	}},
	{422, "UNPROCESSABLE_ENTITY", "'<path>' must be greater than or equal to <number>", func(w *refusals) error {
		_, err := w.api.Capture(w.t.Context(), w.order(), client.CaptureRequest{})
		return err
	}},
	{422, "UNPROCESSABLE_ENTITY", "'<path>' must be less than or equal to <number>", func(w *refusals) error {
		_, err := w.api.Capture(w.t.Context(), w.order(), client.CaptureRequest{CapturedAmount: 200_000_001})
		return err
	}},
	{422, "UNPROCESSABLE_ENTITY", "The size of the <path> value must be between <number> and <number>", func(w *refusals) error {
		return w.api.AddShippingInfo(w.t.Context(), w.order(), []client.ShippingInfo{{ShippingCompany: strings.Repeat("x", 101)}})
	}},
	{422, "UNPROCESSABLE_ENTITY", "'<path>' must be an integer", func(w *refusals) error {
		return w.raw("POST", "/ordermanagement/v1/orders/"+string(w.order())+"/captures", `{"captured_amount":"10"}`)
	}},
	{422, "UNPROCESSABLE_ENTITY", "'<path>' must be a string", func(w *refusals) error {
		return w.raw("POST", "/ordermanagement/v1/orders/"+string(w.order())+"/captures", `{"captured_amount":1,"description":true}`)
	}},
	{422, "UNPROCESSABLE_ENTITY", "'<path>' must have no control characters", func(w *refusals) error {
		return w.raw("POST", "/ordermanagement/v1/orders/"+string(w.order())+"/captures", `{"captured_amount":1,"description":"a\u0000"}`)
	}},
	{422, "UNPROCESSABLE_ENTITY", "'<path>' must be an array", func(w *refusals) error {
		return w.raw("POST", "/ordermanagement/v1/orders/"+string(w.order())+"/captures", `{"captured_amount":1,"order_lines":{}}`)
	}},
	{422, "UNPROCESSABLE_ENTITY", "'<path>' must be an object", func(w *refusals) error {
		return w.raw("POST", "/ordermanagement/v1/orders/"+string(w.order())+"/captures", `{"captured_amount":1,"order_lines":[5]}`)
	}},
	{422, "UNPROCESSABLE_ENTITY", "'<path>' must be one of <words>", func(w *refusals) error {
		return w.raw("POST", "/ordermanagement/v1/orders/"+string(w.order())+"/captures", `{"captured_amount":1,"shipping_info":[{"shipping_method":"broom"}]}`)
	}},
	{422, "UNPROCESSABLE_ENTITY", "'<path>' must be a web address", func(w *refusals) error {
		return w.raw("POST", "/ordermanagement/v1/orders/"+string(w.order())+"/captures", `{"captured_amount":1,"order_lines":[{"name":"a","quantity":1,"unit_price":1,"total_amount":1,"product_url":"javascript:alert(1)"}]}`)
	}},
	{403, "NOT_ALLOWED", "Order has no captures.", func(w *refusals) error { return w.api.TriggerSendOut(w.t.Context(), w.order(), unknownID) }},
	{404, "NO_SUCH_CAPTURE", "Capture <id> cannot be found.", func(w *refusals) error {
		id, _ := w.captured(1)
		return w.api.TriggerSendOut(w.t.Context(), id, unknownID)
	}},
	{403, "NOT_ALLOWED", "The due date cannot be extended by this number of days.", func(w *refusals) error {
		id, capture := w.captured(1)
		return w.api.ExtendDueDate(w.t.Context(), id, capture, 11)
	}},
	{403, "REFUND_NOT_ALLOWED", "Order has no captures. Refund not possible", refund((*refusals).order)},
	{403, "REFUND_NOT_ALLOWED", "Over refund is not allowed. Refund not possible.", refund(func(w *refusals) client.OrderID { id, _ := w.captured(1); return id })},
	{403, "REFUND_NOT_ALLOWED", "A return fee is a line with a negative amount. Refund not possible.", fee("SE", 400, 4000)},
	{403, "REFUND_NOT_ALLOWED", "A return fee is not allowed in <country>. Refund not possible.", fee("GB", -400, 4600)},
	{403, "REFUND_NOT_ALLOWED", "A return fee needs one full capture. Refund not possible.", func(w *refusals) error {
		id, _ := w.captured(9000)
		return w.refundWithFee(id, -400, 4600)
	}},
	{403, "REFUND_NOT_ALLOWED", "The order lines do not add up to the refunded amount. Refund not possible.", fee("SE", -400, 5000)},
	{404, "NOT_FOUND", "Refund <id> cannot be found.", func(w *refusals) error {
		id, _ := w.captured(1)
		_, err := w.api.ReadRefund(w.t.Context(), id, unknownID)
		return err
	}},
	{400, "NOT_FOUND", "Refund ID must be a valid UUID.", func(w *refusals) error {
		_, err := w.api.ReadRefund(w.t.Context(), w.order(), "{}")
		return err
	}},
}

func refund(of func(w *refusals) client.OrderID) func(w *refusals) error {
	return func(w *refusals) error {
		_, err := w.api.Refund(w.t.Context(), of(w), client.RefundRequest{RefundedAmount: 5000})
		return err
	}
}

// refundWithFee refunds a line of 5,000 and keeps a fee of it.
func (w *refusals) refundWithFee(id client.OrderID, fee, amount client.Amount) error {
	_, err := w.api.Refund(w.t.Context(), id, client.RefundRequest{RefundedAmount: amount, OrderLines: []client.OrderLine{
		{Name: "Bell", Quantity: 1, UnitPrice: 5000, TotalAmount: 5000}, {Type: client.ReturnFee, Name: "Fee", Quantity: 1, UnitPrice: fee, TotalAmount: fee},
	}})
	return err
}

func fee(country string, fee, amount client.Amount) func(w *refusals) error {
	return func(w *refusals) error {
		in := cart()
		in.PurchaseCountry, in.PurchaseCurrency, in.Locale = country, map[string]string{"SE": "SEK", "GB": "GBP"}[country], "en-"+country
		in.BillingAddress = nil
		_, read := w.paid(in, client.ModeCaptureOrder, "pay_later")
		return w.refundWithFee(read.OrderID, fee, amount)
	}
}
