package shop_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"kassa/client"
	"kassa/examples/shop"
	"kassa/internal/server"
	"kassa/internal/servertest"
)

// world is a whole Kassa, a shop that is paid through it, and the wire between them.
type world struct {
	t     *testing.T
	kassa *servertest.Server
	shop  *shop.Shop
	api   *client.Client // for the test's own questions
	wire  *wire
	url   string // of the shop
}

// wire is the way from the shop to Kassa. It counts the orders that are placed, and can lose answers or be cut.
type wire struct {
	next    http.RoundTripper
	placing atomic.Int64 // calls that place an order
	lose    atomic.Bool  // answers to those
	cut     atomic.Bool  // nothing arrives at all
}

var errWire = errors.New("the wire is cut")

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	if w.cut.Load() {
		return nil, errWire
	}
	answer, err := w.next.RoundTrip(r)
	if strings.HasSuffix(r.URL.Path, "/order") {
		w.placing.Add(1)
		if err == nil && w.lose.Load() {
			return nil, errors.Join(errWire, answer.Body.Close())
		}
	}
	return answer, err
}

// open starts everything. The shop's exchanges with Kassa are checked against the documents of openapi/.
func open(t *testing.T, change ...func(*shop.Config)) *world {
	t.Helper()
	w := &world{t: t, kassa: servertest.Start(t)}
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	w.wire = &wire{next: &servertest.Checked{T: t, Base: w.kassa.URL(), Next: transport}}
	connect := func(transport http.RoundTripper) *client.Client {
		api, err := client.New(client.Options{
			BaseURL: w.kassa.URL(), Username: server.SandboxUsername, Password: server.SandboxPassword, Attempts: 1, HTTP: &http.Client{Transport: transport},
		})
		if err != nil {
			t.Fatal(err)
		}
		return api
	}
	w.api = connect(transport)

	listening := httptest.NewUnstartedServer(nil)
	w.url = "http://" + listening.Listener.Addr().String()
	c := shop.Config{Client: connect(w.wire), PublicURL: w.url}
	for _, f := range change {
		f(&c)
	}
	var err error
	if w.shop, err = shop.New(c); err != nil {
		t.Fatal(err)
	}
	listening.Config.Handler = w.shop
	listening.Start()
	t.Cleanup(listening.Close)
	return w
}

// visit opens an address of the shop in a new tab: a plain HTTP client without script and cookies.
func (w *world) visit(path string) *servertest.Consumer {
	w.t.Helper()
	return servertest.Open(w.t, w.url+path)
}

// checkout sends a cart's form and opens the payment page that it leads to.
func (w *world) checkout(cart, persona string) *servertest.Consumer {
	w.t.Helper()
	tab := w.visit("/cart?" + cart)
	status, page, err := tab.FormOf("data-pay").Set("persona", persona).Send()
	if err != nil || status != http.StatusSeeOther || !strings.HasPrefix(page, w.kassa.URL()+"/pay/") {
		w.t.Fatalf("checkout answered %d %s, %v", status, page, err)
	}
	return servertest.Open(w.t, page)
}

// follow goes where the payment page sends the consumer, and on to where the shop does.
func (w *world) follow(back string) *servertest.Consumer {
	w.t.Helper()
	if !strings.HasPrefix(back, w.url+"/return/") {
		w.t.Fatalf("the payment page leads to %q", back)
	}
	tab := servertest.Open(w.t, back)
	if tab.Status != http.StatusSeeOther {
		w.t.Fatalf("%s answered %d: %s", back, tab.Status, tab.Text())
	}
	target := tab.Header.Get("Location")
	if strings.Contains(target, "token") {
		w.t.Errorf("the token stays in the address %s", target)
	}
	return w.visit(target)
}

// bought buys a cart whose consumer is approved, and gives the confirmation.
func (w *world) bought(cart string) *servertest.Consumer {
	w.t.Helper()
	tab := w.follow(w.checkout(cart, "approved").Pay("pay_later").Return())
	want(w.t, tab, "placed")
	return tab
}

var stateOf = regexp.MustCompile(`data-state="([^"]*)"`)

// want checks what the consumer's page of an order says.
func want(t *testing.T, tab *servertest.Consumer, state string) {
	t.Helper()
	got := stateOf.FindStringSubmatch(tab.Body)
	if got == nil || got[1] != state {
		t.Fatalf("the order's page says %q, want %q: %s", got, state, tab.Text())
	}
}

var deskStates = regexp.MustCompile(`data-order-state>([^<]*)<`)

// onDesk checks what the shop's list says of its orders, the newest first, and gives the list.
func (w *world) onDesk(want ...string) *servertest.Consumer {
	w.t.Helper()
	desk := w.visit("/orders")
	var got []string
	for _, m := range deskStates.FindAllStringSubmatch(desk.Body, -1) {
		got = append(got, m[1])
	}
	if strings.Join(got, "|") != strings.Join(want, "|") {
		w.t.Fatalf("the desk says %q, want %q", got, want)
	}
	return desk
}

// order reads an order of the shop from Kassa.
func (w *world) order(number string) *client.Order {
	w.t.Helper()
	got, err := w.api.ReadOrder(w.t.Context(), w.shop.Placed(number))
	if err != nil {
		w.t.Fatal(err)
	}
	return got
}
