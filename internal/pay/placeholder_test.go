package pay

import (
	"net/url"
	"slices"
	"strings"
	"testing"
)

var someValues = Placeholders{SessionID: "s-1", AuthorizationToken: "t 2&x", OrderID: ""}

func TestPlaceholders_fill(t *testing.T) {
	for raw, want := range map[string]string{
		"https://m.example/ok?sid={{session_id}}&t={{authorization_token}}": "https://m.example/ok?sid=s-1&t=t+2%26x",
		"https://m.example/ok?sid=%7B%7Bsession_id%7D%7D":                   "https://m.example/ok?sid=s-1",
		"https://m.example/ok?sid=%7b%7B%20session_id+%7D%7d":               "https://m.example/ok?sid=s-1",
		"https://m.example/{{ session_id }}/x":                              "https://m.example/s-1/x",
		"https://m.example/?x={{session_i d}}&y={{+%20session_id+ }}":       "https://m.example/?x={{session_i d}}&y=s-1",
		"https://m.example/ok?o={{order_id}}&o2={{oder_id}}.":               "https://m.example/ok?o=&o2=.",
		"https://m.example/ok?x={{unknown}}&s={{session_id}}":               "https://m.example/ok?x={{unknown}}&s=s-1",
		"https://m.example/ok?x={{session_id":                               "https://m.example/ok?x={{session_id",
		"https://m.example/ok?x={session_id}":                               "https://m.example/ok?x={session_id}",
		"https://m.example/{{{{session_id}}}}":                              "https://m.example/{{s-1}}",
		"https://m.example":                                                 "https://m.example",
		"":                                                                  "",
	} {
		if got := someValues.Fill(raw); got != want {
			t.Errorf("%s\n got %s\nwant %s", raw, got, want)
		}
	}
	if got, want := FillKP("https://m.example/{session.id}/{order.id}?x={{session_id}}&y=%7Bsession.id%7D", "s-1", "o-2"), "https://m.example/s-1/o-2?x={{session_id}}&y=s-1"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestCheckURL(t *testing.T) {
	for raw, ok := range map[string][2]bool{ // production, sandbox
		"https://m.example/x?a={{session_id}}": {true, true},
		"https://m.example":                    {true, true},
		"HTTPS://m.example/":                   {true, true},
		"http://m.example/":                    {false, true},
		"http://127.0.0.1:3000/hook":           {false, true},
		"https://localhost/x":                  {false, true},
		"https://10.0.0.7/x":                   {false, true},
		"https://[::1]/x":                      {false, true},
		"https://user:pw@m.example/":           {false, false},
		"https://{{session_id}}.example/":      {false, false},
		"{{session_id}}://m.example/":          {false, false},
		"https://m.example\r\nX: y":            {false, false},
		"https://m.example/\x00":               {false, false},
		"https://m.example\\@evil.example/":    {false, false},
		"https:///x":                           {false, false},
		"https://m.example:443/":               {true, true},
		"https://m.example.:8443/":             {true, true},
		"https://my_shop.example/":             {true, true},
		"https://köp.example/":                 {true, true},
		"https://m.example:99999/":             {false, false},
		"https://m.example:0/":                 {false, false},
		"http://127.0.0.1:99999/":              {false, false},
		"https://...":                          {true, true},
		"https://-m.example/":                  {false, false},
		"https://m.example\u202e/":             {false, false},
		"https://m。example/":                   {false, false},
		"https://１２７.0.0.1/":                   {false, false},
		"https://m\xff.example/":               {false, false},
		"https://m!.example/":                  {false, false},
		"https://2130706433/":                  {false, false},
		"https://0x7f000001/":                  {false, false},
		"https://127.1/":                       {false, false},
		"https://0177.0.0.1/":                  {false, false},
		"https://":                             {false, false},
		"javascript:alert(1)":                  {false, false},
		"javascript://m.example/%0aalert(1)":   {false, false},
		"data:text/html,x":                     {false, false},
		"//m.example/x":                        {false, false},
		"/x":                                   {false, false},
		"myapp://done":                         {false, false},
	} {
		for i, sandbox := range []bool{false, true} {
			if err := CheckURL(raw, URLPolicy{Sandbox: sandbox}); (err == nil) != ok[i] {
				t.Errorf("%q, sandbox %v: %v", raw, sandbox, err)
			}
		}
	}
	apps := URLPolicy{AppSchemes: []string{"myapp", "javascript", "http"}}
	if CheckURL("myapp://done/x", apps) != nil || CheckURL("MyApp://done", apps) != nil || CheckURL("other://x", apps) == nil || CheckURL("javascript://x", apps) == nil || CheckURL("http://m.example", apps) == nil {
		t.Error("app schemes: only those of apps")
	}
}

// FuzzFill: whatever stands in a URL that is accepted and whatever the values are, filling changes neither where it leads nor what
// is no placeholder, and brings no control characters in.
func FuzzFill(f *testing.F) {
	for _, s := range []string{
		"https://m.example/ok?sid={{session_id}}", "https://m.example/%7B%7B order_id %7D%7D", "{{{{", "x://{{session_id}}/",
		"https://m.example/{session.id}/%7border.id%7D?x={{unknown}}", "https://m.example/{{authorization_token}}{{oder_id}}",
	} {
		f.Add(s, "value")
		f.Add(s, "@evil.example/\r\n{{order_id}}%0a")
	}
	f.Fuzz(func(t *testing.T, raw, value string) {
		if CheckURL(raw, URLPolicy{Sandbox: true}) != nil {
			return
		}
		v := Placeholders{SessionID: value, AuthorizationToken: value, OrderID: value}
		before, parses := url.Parse(raw)
		for _, filled := range []struct {
			got   string
			names []string
		}{
			{v.Fill(raw), []string{"session_id", "authorization_token", "order_id", "oder_id"}},
			{FillKP(raw, value, value), []string{"session.id", "order.id"}},
		} {
			got := filled.got
			for _, c := range []byte(got) {
				if c < ' ' || c == 0x7f {
					t.Fatalf("%q filled with %q became %q", raw, value, got)
				}
			}
			if !slices.ContainsFunc(filled.names, func(name string) bool { return strings.Contains(raw, name) }) && got != raw {
				t.Fatalf("%q names no placeholder and became %q", raw, got)
			}
			if parses != nil {
				continue
			}
			after, err := url.Parse(got)
			if err != nil || after.Scheme != before.Scheme || after.Host != before.Host || after.User.String() != before.User.String() {
				t.Fatalf("%q filled with %q became %q", raw, value, got)
			}
		}
	})
}

func FuzzCheckURL(f *testing.F) {
	for _, s := range []string{"https://m.example/", "https://a@b/", "http://[::1]:80/", "https://m.example:99999/", "https://M.EXAMPLE"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		if CheckURL(raw, URLPolicy{}) != nil {
			return
		}
		scheme, _, _ := strings.Cut(raw, "://")
		if !strings.EqualFold(scheme, "https") {
			t.Fatalf("accepted %q", raw)
		}
	})
}

func TestCheckAppURL_onlySchemesThatTheOperatorAllowed(t *testing.T) {
	allowed := URLPolicy{Sandbox: true, AppSchemes: []string{"myapp", "com.example.shop", "javascript", "https"}} // the last two cannot be, and make no difference
	for raw, want := range map[string]bool{
		"myapp://ret": true, "MyApp://": true, "com.example.shop://paid?x=1": true,
		"other://ret": false, "javascript://ret": false, "https://m.example/": false, "HTTP://m.example/": false, "myapp:ret": false, "myapp": false, "": false, "myapp://u@ret": false, "myapp://a\nb": false,
	} {
		if err := CheckAppURL(raw, allowed); (err == nil) != want {
			t.Errorf("%q: %v", raw, err)
		}
		if CheckAppURL(raw, URLPolicy{Sandbox: true}) == nil {
			t.Errorf("%q passes where nothing is allowed", raw)
		}
	}
}

func TestPaymentURLs_onlyTheWayBackMayBeAnApp(t *testing.T) {
	m := shop()
	m.Settings.AppSchemes = []string{"myapp"}
	in := paymentInput()
	in.URLs = &PaymentURLs{Confirmation: "myapp://ok", AppReturn: "myapp://ret"}
	if _, err := NewPayment(m, in, "p1", t0, URLPolicy{}); AsError(err) == nil || AsError(err).Message != "Bad value: merchant_urls.confirmation" {
		t.Errorf("%v", err)
	}
	in.URLs.Confirmation = ""
	p, err := NewPayment(m, in, "p1", t0, URLPolicy{})
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		m    *Merchant
		url  string
		want string
	}{"allowed": {m, "myapp://other", ""}, "not allowed": {m, "other://ret", "Bad value: merchant_urls.app_return_url"}, "no more allowed": {shop(), "myapp://ret", "Bad value: merchant_urls.app_return_url"}} {
		err := p.Update(tc.m, PaymentInput{URLs: &PaymentURLs{AppReturn: tc.url}}, t0, URLPolicy{})
		if refusal := AsError(err); (tc.want == "") != (err == nil) || tc.want != "" && refusal.Message != tc.want {
			t.Errorf("%s: %v, want %q", name, err, tc.want)
		}
	}
	if err := p.Update(shop(), PaymentInput{}, t0, URLPolicy{}); err != nil {
		t.Errorf("an update of something else: %v", err)
	}
}

func TestCheckLineURL(t *testing.T) {
	for raw, want := range map[string]bool{
		"": true, "https://m.example/bell?u=myapp://x": true, "HTTP://m.example/bell": true, "/bell": true, "/bell?u=javascript:x": true, "m.example/bell": true, "m.example:8080/bell": true, "//m.example:80/bell": true,
		"javascript:alert(1)": false, "JavaScript://m.example/%0aalert(1)": false, " javascript:alert(1)": false, "ftp://m.example/bell": false, "data:text/html,x": false, "com.example.shop://bell": false, "mailto:a@m.example": false, ":": false,
	} {
		if err := CheckLineURL(raw); (err == nil) != want {
			t.Errorf("%q: %v", raw, err)
		}
	}
}
