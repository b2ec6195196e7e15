package servertest_test

import (
	"encoding/base64"
	"io"
	"net/http"
	"strings"
	"testing"

	"kassa/internal/server"
	"kassa/internal/servertest"
)

// TestLenient_asClientsSendIt sends what existing clients do, over the network, and is understood.
func TestLenient_asClientsSendIt(t *testing.T) {
	s := servertest.Start(t)
	m := s.Merchant(t)
	session := m.Payment(servertest.SwedishCart)
	const html = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
	credentials := base64.StdEncoding.EncodeToString([]byte(server.SandboxUsername + ":" + server.SandboxPassword))
	for _, c := range []struct {
		name, method, path, body string
		status                   int
		header                   []string
	}{
		{"two blanks after Basic", "GET", "/payments/v1/sessions/" + session, "", 200, []string{"Authorization", "Basic  " + credentials}},
		{"another case of Basic", "GET", "/payments/v1/sessions/" + session, "", 200, []string{"Authorization", "bASIC " + credentials}},
		{"HTML before all else", "GET", "/payments/v1/sessions/" + session, "", 200, []string{"Accept", html}},
		{"XML alone", "GET", "/payments/v1/sessions/" + session, "", 200, []string{"Accept", "application/xml"}},
		{"a body on GET", "GET", "/payments/v1/sessions/" + session, "{}", 200, nil},
		{"no JSON on GET", "GET", "/payments/v1/sessions/" + session, "a=b", 200, []string{"Content-Type", "application/x-www-form-urlencoded"}},
		{"an update with nothing", "POST", "/payments/v1/sessions/" + session, "", 204, nil},
		{"a create sent as a form", "POST", "/payments/v1/sessions", servertest.SwedishCart, 200, []string{"Content-Type", "application/x-www-form-urlencoded"}},
		{"the old name", "GET", "/credit/v1/sessions/" + session, "", 200, nil},
		{"a query", "GET", "/payments/v1/sessions/" + session + "?locale=sv", "", 200, nil},
		{"an id in upper case", "GET", "/payments/v1/sessions/" + strings.ToUpper(session), "", 200, nil},
		{"members nobody knows", "POST", "/payments/v1/sessions", strings.Replace(servertest.SwedishCart, "{", `{"surprise":[{"a":null}],"status":"incomplete","client_token":"x",`, 1), 200, nil},
		{"members that are null", "POST", "/payments/v1/sessions", strings.Replace(servertest.SwedishCart, "{", `{"customer":null,"shipping_address":null,"merchant_urls":null,"options":null,"attachment":null,"intent":null,"order_tax_amount":null,`, 1), 200, nil},
		{"lower case", "POST", "/payments/v1/sessions", strings.NewReplacer(`"SE"`, `"se"`, `"SEK"`, `"sek"`, `en-SE`, `EN-se`, `physical`, `Physical`).Replace(servertest.SwedishCart), 200, nil},
		{"lower case enums", "POST", "/hpp/v1/sessions", `{"payment_session_url":"https://api.playground.klarna.com/payments/v1/sessions/` + session +
			`","options":{"place_order_mode":"place_order","purchase_type":"buy","payment_method_categories":["pay_later","Pay_Now"],"show_subtotal_detail":"hide"}}`, 201, nil},
		{"another host and the old name", "POST", "/hpp/v1/sessions", `{"payment_session_url":"https://api-na.klarna.com/credit/v1/sessions/` + session + `"}`, 201, nil},
		{"the old dialect", "POST", "/hpp/v1/sessions", `{"payment_session_url":"https://x/payments/v1/sessions/` + session +
			`","merchant_urls":{"privacy_policy":"https://x.example/p","terms":"https://x.example/t"},"options":{"payment_fallback":true,"background_images":[{"url":"https://x.example/i.png","width":"1200"}]}}`, 201, nil},
	} {
		if got := m.Call(c.method, c.path, c.body, c.header...); got.Status != c.status || len(got.Body) > 0 && got.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s: %d %s %s", c.name, got.Status, got.Header.Get("Content-Type"), got.Body)
		}
	}
}

// TestLenient_theBaseURLMayEndInASlash sends the two slashes that follow from it, with and without a path prefix.
func TestLenient_theBaseURLMayEndInASlash(t *testing.T) {
	for _, public := range []string{"", "https://shop.example/till"} {
		s := servertest.Start(t, func(o *server.Options) { o.Config.PublicURL = public })
		for _, path := range []string{"//payments/v1/sessions/x", "/till//payments/v1/sessions/x", "///payments/v1/sessions/x", "/payments//v1/sessions/x"} {
			r, err := http.NewRequest(http.MethodGet, "http://"+s.Address()+path, http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			r.SetBasicAuth(server.SandboxUsername, server.SandboxPassword)
			resp, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(resp.Body)
			_ = resp.Body.Close()
			if err != nil {
				t.Fatal(err)
			}
			understood := strings.Contains(string(body), "Invalid session id")
			if want := path != "/payments//v1/sessions/x" && (public != "" || !strings.HasPrefix(path, "/till/")); understood != want {
				t.Errorf("public URL %q, %s: %s", public, path, body)
			}
		}
	}
}

// TestLenient_placeholdersRawOrEncoded fills them however a client's framework has written them, and nothing else.
func TestLenient_placeholdersRawOrEncoded(t *testing.T) {
	s := servertest.Start(t)
	m := s.Merchant(t)
	for _, written := range []string{"{{session_id}}", "{{ session_id }}", "%7B%7Bsession_id%7D%7D", "%7b%7bsession_id%7d%7d", "%7B%7B%20session_id%20%7D%7D"} {
		hosted := m.Hosted(m.Payment(servertest.SwedishCart), `"place_order_mode":"PLACE_ORDER"`, `"success":"https://shop.example/ok?s=`+written+`&o={{oder_id}}&p={{order_id}}&t={{authorization_token}}&u={{unknown}}"`)
		tab := s.Open(t, hosted.Text("redirect_url")).Pay("pay_later")
		order := m.Read("/hpp/v1/sessions/" + hosted.Text("session_id")).Want(http.StatusOK).Text("order_id")
		at := tab.Return()
		if servertest.Query(t, at, "s") != hosted.Text("session_id") || servertest.Query(t, at, "o") != order || servertest.Query(t, at, "p") != order ||
			servertest.Query(t, at, "t") != "" || servertest.Query(t, at, "u") != "{{unknown}}" {
			t.Errorf("%s: %s", written, at)
		}
	}
}
