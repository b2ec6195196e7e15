package page_test

import (
	"context"
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"kassa/internal/decide"
	"kassa/internal/engine"
	"kassa/internal/pay"
	"kassa/internal/server"
	"kassa/internal/servertest"
)

// world is a whole server, its merchant, and who decides.
type world struct {
	*servertest.Server
	t       testing.TB
	shop    *servertest.Merchant
	decider *decider
}

// decider decides like the sandbox. It can be made to wait, and knows one address for which no decision can be had.
type decider struct {
	mu    sync.Mutex
	asked int
	gate  chan struct{} // not nil: decisions wait until it is closed
	began chan struct{}
}

// broken is the address of a consumer whose decision fails.
const broken = "broken@example.com"

func (d *decider) Decide(ctx context.Context, r decide.Request) (pay.Decision, error) {
	d.mu.Lock()
	d.asked++
	gate := d.gate
	d.mu.Unlock()
	if gate != nil {
		d.began <- struct{}{}
		select {
		case <-gate:
		case <-ctx.Done():
			return pay.Decision{}, ctx.Err()
		}
	}
	for _, e := range r.Emails {
		if e == broken {
			return pay.Decision{}, errors.New("nobody answers")
		}
	}
	return decide.Sandbox{}.Decide(ctx, r)
}

// hold makes decisions wait; the function lets them go on.
func (d *decider) hold() (release func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.gate, d.began = make(chan struct{}), make(chan struct{}, 100)
	gate := d.gate
	var once sync.Once
	return func() {
		once.Do(func() {
			d.mu.Lock()
			defer d.mu.Unlock()
			d.gate = nil
			close(gate)
		})
	}
}

// times tells how often it was asked.
func (d *decider) times() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.asked
}

// open starts a sandbox.
func open(t testing.TB, change ...func(o *server.Options)) *world {
	t.Helper()
	w := &world{t: t, decider: &decider{}}
	w.Server = servertest.Start(t, append([]func(o *server.Options){func(o *server.Options) { o.Decider = w.decider }}, change...)...)
	w.shop = w.Merchant(t)
	return w
}

// phone is the consumer's, outside the sandbox: what was sent to it.
type phone struct {
	messages chan url.Values
}

var sixDigits = regexp.MustCompile(`[0-9]{6}`)

// code waits for the next message and gives the code in it.
func (p *phone) code(t *testing.T) string {
	t.Helper()
	select {
	case m := <-p.messages:
		if code := sixDigits.FindString(m.Get("text")); code != "" {
			return code
		}
		t.Fatalf("no code in %q", m.Get("text"))
	case <-time.After(30 * time.Second):
		t.Fatal("no message came")
	}
	return ""
}

// forReal starts a server outside the sandbox, behind https://pay.example/kassa, with a gateway for text messages.
func forReal(t *testing.T, change ...func(o *server.Options)) (*world, *phone) {
	t.Helper()
	p := &phone{messages: make(chan url.Values, 100)}
	gateway := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { p.messages <- r.URL.Query() }))
	t.Cleanup(gateway.Close)
	w := open(t, append([]func(o *server.Options){func(o *server.Options) {
		o.Config.Sandbox, o.Config.PublicURL = false, "https://pay.example/kassa"
		o.Config.DecisionLimit = map[string]int64{"SEK": 500000, "GBP": 500000}
		o.Config.SMSURL = gateway.URL + "/send?to={{to}}&text={{text}}"
	}}, change...)...)
	access, err := w.Engine().AddMerchant(t.Context(), "Nordlys Cykler")
	if err != nil {
		t.Fatal(err)
	}
	w.shop.Username, w.shop.Password = access.Username, string(access.Password)
	return w, p
}

// kim is a British consumer of whom the shop knows everything.
const kim = `"billing_address":{"country":"GB","email":"kim@example.com","phone":"+447700904127","given_name":"Kim","family_name":"Larsen","street_address":"14 Canal Row","postal_code":"N1 7AA","city":"London"},"customer":{"date_of_birth":"1970-07-10"}`

// lines is the order of the drawings: £100.00 in five lines.
const lines = `"order_amount":10000,"order_tax_amount":1667,"order_lines":[
 {"type":"physical","name":"Front light Fyr 600","quantity":1,"unit_price":5400,"tax_rate":2000,"total_amount":5400,"total_tax_amount":900},
 {"type":"physical","name":"Merino cycling cap","quantity":2,"unit_price":1950,"tax_rate":2000,"total_amount":3900,"total_tax_amount":650},
 {"type":"physical","name":"Puncture repair kit","quantity":1,"unit_price":1200,"tax_rate":2000,"total_amount":1200,"total_tax_amount":200},
 {"type":"discount","name":"Welcome back, 10% off","quantity":1,"unit_price":-1050,"tax_rate":2000,"total_amount":-1050,"total_tax_amount":-175},
 {"type":"shipping_fee","name":"Delivery, 2–4 days","quantity":1,"unit_price":550,"tax_rate":2000,"total_amount":550,"total_tax_amount":92}],"merchant_reference1":"10482"`

// market is the beginning of a cart.
func market(country, currency, locale string) string {
	return `"purchase_country":"` + country + `","purchase_currency":"` + currency + `","locale":"` + locale + `",` + lines
}

var british = market("GB", "GBP", "en-GB")

// everyURL are addresses for everything that can happen.
const everyURL = `"success":"https://shop.example/success?sid={{session_id}}","cancel":"https://shop.example/cancel","failure":"https://shop.example/failure","error":"https://shop.example/error"`

// link hosts a cart and gives the address of its page, as it reaches this server.
func (w *world) link(cart, options, urls string) string {
	w.t.Helper()
	return w.hosted(w.payment("{"+cart+"}"), options, urls)
}

// payment makes a payment session, on servers whose public address is not their own too.
func (w *world) payment(body string) string {
	w.t.Helper()
	return w.shop.Post(w.Local(w.URL()+"/payments/v1/sessions"), body).Want(http.StatusOK).Text("session_id")
}

// hosted hosts a payment session and gives the address of the page, as it reaches this server.
func (w *world) hosted(payment, options, urls string) string {
	w.t.Helper()
	body := `{"payment_session_url":"` + w.URL() + `/payments/v1/sessions/` + payment + `","options":{` + options + `},"merchant_urls":{` + urls + `}}`
	return w.Local(w.shop.Post(w.Local(w.URL()+"/hpp/v1/sessions"), body).Want(http.StatusCreated).Text("redirect_url"))
}

// known is a page for a consumer of whom everything is known but for the e-mail address, which decides.
func (w *world) known(email, options, urls string) string {
	w.t.Helper()
	return w.link(british+","+strings.ReplaceAll(kim, "kim@example.com", email), options, urls)
}

// state reads what is stored of a page.
func (w *world) state(link string) *engine.Page {
	w.t.Helper()
	u, err := url.Parse(link)
	if err != nil {
		w.t.Fatal(err)
	}
	pg, err := w.Engine().Page(context.Background(), pay.Secret(u.Path[strings.LastIndex(u.Path, "/")+1:]))
	if err != nil {
		w.t.Fatal(err)
	}
	return pg
}

// version tells whether anything of a page was saved since.
func (w *world) version(link string) int64 {
	w.t.Helper()
	return w.state(link).Payment.Session.Version
}

// get makes a request and reads the answer; redirects are not followed.
func (w *world) get(method, address string, header ...string) (*http.Response, string) {
	w.t.Helper()
	r, err := http.NewRequest(method, address, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return w.send(r)
}

// post submits a form as it is.
func (w *world) post(address string, form url.Values) (*http.Response, string) {
	w.t.Helper()
	r, err := http.NewRequest(http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return w.send(r)
}

var plainClient = &http.Client{
	Transport:     &http.Transport{DisableCompression: true, DisableKeepAlives: true},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

func (w *world) send(r *http.Request) (*http.Response, string) {
	w.t.Helper()
	resp, err := plainClient.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	_ = resp.Body.Close()
	return resp, string(body)
}

// pending presses the pay button of a page at review while decisions wait, and gives the tab's own answer when they go on.
func (w *world) pending(tab *servertest.Consumer) (answer <-chan string, release func()) {
	w.t.Helper()
	release = w.decider.hold()
	w.t.Cleanup(release)
	form, out := tab.Form(), make(chan string, 1)
	go func() {
		status, location, err := form.Send()
		out <- fmt.Sprint(status, " ", location, " ", err)
	}()
	<-w.decider.began
	return out, release
}

// arrivedAt is what a step's redirect says of the moment.
func arrivedAt(now time.Time) string { return strconv.FormatInt(now.Unix(), 36) }

var (
	inline = regexp.MustCompile(`</?(bdi|b|a)( [^>]*)?>`)
	tags   = regexp.MustCompile(`<[^>]*>`)
)

// words is what a page says, in one line: what stands within a sentence is not torn off it.
func words(body string) string {
	body = tags.ReplaceAllString(inline.ReplaceAllString(body, ""), " ")
	return strings.Join(strings.Fields(html.UnescapeString(body)), " ")
}

// later moves the clock once what is under way has ended: a clock that is moved meanwhile has a job's lease run out.
func (w *world) later(d time.Duration) {
	w.t.Helper()
	if err := w.Settle(context.Background()); err != nil {
		w.t.Fatal(err)
	}
	w.Clock.Advance(d)
}

var random = regexp.MustCompile(`<input type="hidden"[^>]*>|/(?:pay|static)/[A-Za-z0-9_.-]+|step=[a-z2-7-]+`)

// withoutRandom is a page without signatures and links, whose letters are random and may spell anything.
func withoutRandom(body string) string { return random.ReplaceAllString(body, "") }
