package crashtest

import (
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// client is one merchant with one consumer. A call that is not answered, or answered 503, is repeated until it is, with the same
// idempotency key: nobody else can know what became of it.
type client struct {
	service *service
	http    *http.Client
	ledger  *ledger
	hook    string // where status updates go; empty: nowhere
}

func newClient(s *service, l *ledger) *client {
	return &client{service: s, ledger: l, http: &http.Client{
		Timeout:       30 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// text gives a member of the body that is a string.
func (a answer) text(member string) string {
	var body map[string]any
	if json.Unmarshal(a.body, &body) != nil {
		return ""
	}
	s, _ := body[member].(string)
	return s
}

// once sends a request once. err: it was not answered.
func (c *client) once(method, address, contentType, body, key string) (answer, error) {
	r, err := http.NewRequest(method, address, strings.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	r.SetBasicAuth("K000001_sandbox", "sandbox")
	r.Header.Set("Content-Type", contentType)
	if key != "" {
		r.Header.Set("Klarna-Idempotency-Key", key)
	}
	resp, err := c.http.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = resp.Body.Close() }()
	got, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, resp.Header, got}, err
}

// again sends a request until it is answered by anything but 503.
func (c *client) again(method, path, contentType, body, key string) (answer, error) {
	pause := time.NewTicker(10 * time.Millisecond)
	defer pause.Stop()
	for begun := time.Now(); time.Since(begun) < limit; <-pause.C {
		base, _, life := c.service.address()
		a, err := c.once(method, base+path, contentType, body, key)
		switch {
		case err != nil:
			if err := c.service.after(life); err != nil {
				return a, fmt.Errorf("%s %s: %w", method, path, err)
			}
		case a.status != http.StatusServiceUnavailable:
			return a, nil
		}
	}
	return answer{}, fmt.Errorf("%s %s is never answered", method, path)
}

// call makes an API call that must be answered with a status.
func (c *client) call(method, path, body, key string, want int) (answer, error) {
	a, err := c.again(method, path, "application/json", body, key)
	if err == nil && a.status != want {
		err = fmt.Errorf("%s %s: status %d, want %d: %s", method, path, a.status, want, a.body)
	}
	return a, err
}

const cart = `{"purchase_country":"SE","purchase_currency":"SEK","locale":"en-SE","order_amount":10000,
 "order_lines":[{"name":"Bicycle bell","quantity":2,"unit_price":5000,"total_amount":10000}],
 "billing_address":{"given_name":"Alice","family_name":"Test","email":"customer@email.se","phone":"+46701740615",
  "street_address":"Södra Blasieholmshamnen 2","postal_code":"11148","city":"Stockholm","country":"SE"},
 "customer":{"date_of_birth":"1941-03-21","national_identification_number":"194103219202"}}`

// purchase is one story from the first call to a refund; name makes its idempotency keys.
func (c *client) purchase(name string) error {
	a, err := c.call(http.MethodPost, "/payments/v1/sessions", cart, name+"-session", http.StatusOK)
	if err != nil {
		return err
	}
	session := a.text("session_id")
	c.ledger.note(fact{path: "/payments/v1/sessions/" + session})
	urls := ""
	if c.hook != "" {
		urls = `,"merchant_urls":{"status_update":"` + c.hook + `"}`
	}
	body := `{"payment_session_url":"https://api/payments/v1/sessions/` + session + `","options":{"place_order_mode":"PLACE_ORDER"}` + urls + `}`
	if a, err = c.call(http.MethodPost, "/hpp/v1/sessions", body, name+"-hosted", http.StatusCreated); err != nil {
		return err
	}
	hosted := "/hpp/v1/sessions/" + a.text("session_id")
	c.ledger.note(fact{path: hosted})
	link, err := url.Parse(a.text("redirect_url"))
	if err != nil {
		return err
	}
	if err := c.pay(link.Path); err != nil {
		return err
	}
	c.ledger.note(fact{path: hosted, member: "status", text: "COMPLETED"})
	if a, err = c.call(http.MethodGet, hosted, "", "", http.StatusOK); err != nil {
		return err
	}
	order := a.text("order_id")
	if order == "" {
		return fmt.Errorf("%s is paid and tells no order: %s", hosted, a.body)
	}
	return c.fulfil(name, session, order)
}

// fulfil captures an order in parts and gives a part of it back.
func (c *client) fulfil(name, session, order string) error {
	path := "/ordermanagement/v1/orders/" + order
	o := &placed{session: session, path: path, captures: map[string]int64{}}
	c.ledger.order(o)
	for i, amount := range []int64{1000, 2000, 3000} {
		a, err := c.call(http.MethodPost, path+"/captures", fmt.Sprintf(`{"captured_amount":%d}`, amount), fmt.Sprintf("%s-capture-%d", name, i), http.StatusCreated)
		if err != nil {
			return err
		}
		c.ledger.change(func() { o.captures[a.header.Get("Capture-Id")] = amount })
		c.ledger.note(fact{path: path + "/captures/" + a.header.Get("Capture-Id")})
	}
	a, err := c.call(http.MethodPost, path+"/refunds", `{"refunded_amount":2500}`, name+"-refund", http.StatusCreated)
	if err != nil {
		return err
	}
	c.ledger.change(func() { o.refunds = append(o.refunds, a.header.Get("Refund-Id")) })
	return nil
}

var (
	stepOf    = regexp.MustCompile(`data-step="(\w+)"`)
	statusOf  = regexp.MustCompile(`data-status="(\w+)"`)
	mainForm  = regexp.MustCompile(`(?s)<form [^>]*data-step="[^>]*>.*?</form>`)
	actionOf  = regexp.MustCompile(`<form [^>]*action="([^"]*)"`)
	inputOf   = regexp.MustCompile(`<input [^>]*>`)
	attribute = regexp.MustCompile(` (name|value|type)="([^"]*)"`)
)

// pay walks the page to its end, as a browser without script does: whatever happened, it asks for the page and goes on from there.
func (c *client) pay(path string) error {
	codes, last := 0, ""
	for range 100 {
		a, err := c.again(http.MethodGet, path, "", "", "")
		if err != nil || a.status != http.StatusOK {
			return fmt.Errorf("open the page: %d, %w", a.status, err)
		}
		page := string(a.body)
		step := stepOf.FindStringSubmatch(page)
		if step == nil {
			return fmt.Errorf("a page without a step: %s", page)
		}
		switch last = step[1]; last {
		case "outcome":
			if s := statusOf.FindStringSubmatch(page); s == nil || s[1] != "COMPLETED" {
				return fmt.Errorf("the page ended with %q", s)
			}
			return nil
		case "checking": // a crash came between the two commits: its deadline ends it
			_, admin, life := c.service.address()
			if _, err := c.once(http.MethodPost, admin+"/sandbox/clock", "application/json", `{"advance":"2m"}`, ""); err != nil {
				if err := c.service.after(life); err != nil {
					return err
				}
			}
			continue
		}
		action, values, err := form(page)
		if err != nil {
			return err
		}
		switch step[1] {
		case "method":
			values.Set("category", "pay_later")
		case "code":
			values.Set("code", "123456")
			if codes++; codes%2 == 0 { // others move the clock: the code may be too old, and a new one is asked for
				values.Del("code")
				values.Set("action", "send_code")
			}
		}
		base, _, life := c.service.address()
		if _, err := c.once(http.MethodPost, base+action, "application/x-www-form-urlencoded", values.Encode(), ""); err != nil {
			if err := c.service.after(life); err != nil {
				return err
			}
		}
	}
	return fmt.Errorf("the page never comes to its end, last it was at %s", last)
}

// form reads the main form of a page with the values it would be sent with.
func form(page string) (action string, values url.Values, err error) {
	text := mainForm.FindString(page)
	to := actionOf.FindStringSubmatch(text)
	if to == nil {
		return "", nil, fmt.Errorf("a page without a form: %s", page)
	}
	values = url.Values{}
	for _, input := range inputOf.FindAllString(text, -1) {
		got := map[string]string{}
		for _, a := range attribute.FindAllStringSubmatch(input, -1) {
			got[a[1]] = html.UnescapeString(a[2])
		}
		if got["name"] != "" && got["type"] != "radio" {
			values.Set(got["name"], got["value"])
		}
	}
	target, err := url.Parse(html.UnescapeString(to[1]))
	if err != nil {
		return "", nil, err
	}
	return target.RequestURI(), values, nil
}
