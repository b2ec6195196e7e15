package page_test

import (
	"strings"
	"testing"
)

// A page of an app leads back into it: by itself, and by a link, because some browsers open an app only at a press. No cookie was needed.
func TestApp_leadsBackIntoIt(t *testing.T) {
	w := open(t)
	if _, err := w.Engine().SetMerchantAppSchemes(t.Context(), "K000001", []string{"com.example.shop"}); err != nil {
		t.Fatal(err)
	}
	link := w.known("kim@example.com", ``, `"success":"com.example.shop://paid?sid={{session_id}}","cancel":"com.example.shop://cart","failure":"com.example.shop://failed"`)
	want := "com.example.shop://paid?sid=" + string(w.state(link).Hosted.ID)
	tab := w.Open(t, link).Pay("pay_now")
	if got := tab.Header.Get("Refresh"); got != "0;url="+want || tab.Return() != want {
		t.Errorf("Refresh %q, link to %q, want %q", got, tab.Return(), want)
	}
	declined := w.Open(t, w.known("kim+denied@example.com", `"payment_method_category":"pay_later"`, `"success":"com.example.shop://paid","failure":"com.example.shop://failed"`)).Pay("pay_later")
	if got := declined.Header.Get("Refresh"); got != "" || declined.Return() != "com.example.shop://failed" {
		t.Errorf("declined: Refresh %q, link to %q", got, declined.Return())
	}
	// Where the page has no address of its own, the payment's way back into the app serves.
	app := w.payment("{" + british + "," + kim + `,"merchant_urls":{"confirmation":"https://shop.example/confirmation","app_return_url":"com.example.shop://back"}}`)
	paid := w.Open(t, w.hosted(app, ``, ``)).Pay("pay_now")
	if got := paid.Header.Get("Refresh"); got != "0;url=com.example.shop://back" || !strings.Contains(paid.Body, `<a class="btn" href="com.example.shop://back" data-return`) {
		t.Errorf("Refresh %q: %s", got, paid.Body)
	}
	own := w.payment("{" + british + "," + kim + `,"merchant_urls":{"confirmation":"https://shop.example/confirmation","app_return_url":"com.example.shop://back"}}`)
	if tab := w.Open(t, w.hosted(own, ``, everyURL)).Pay("pay_now"); !strings.HasPrefix(tab.Return(), "https://shop.example/success") {
		t.Errorf("the page's own address comes first: %q", tab.Return())
	}
}
