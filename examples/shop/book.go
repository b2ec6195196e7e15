package shop

import (
	"crypto/rand"
	"slices"
	"strconv"
	"sync"

	"kassa/client"
)

// end is how a purchase ended that came to nothing; empty while it has not ended, or ended well.
type end string

// The ways to end without an order. Nothing was charged in any of them.
const (
	endCancelled end = "cancelled" // by the consumer, or withdrawn by us
	endExpired   end = "expired"   // nobody paid within the two days of a link
	endTooLate   end = "too-late"  // authorized, but the hour in which to place the order passed
	endRejected  end = "rejected"  // authorized, but placing the order was declined
)

// order is what the shop knows of one purchase. A real shop has this as a row of its database; the lock stands for the row's.
type order struct {
	number string // the shop's own, for people: merchant_reference1
	// key is the order's secret name. It is in the consumer's addresses, so that nobody can look at other people's orders by
	// counting, and in the idempotency keys: unlike the number it is never used twice, even if the shop forgets and counts anew.
	key    string
	cart   cart
	email  string
	lines  []client.OrderLine
	amount client.Amount
	tax    client.Amount

	mu       sync.Mutex // held while the API is asked about this order: one at a time
	payment  client.PaymentSessionID
	hosted   client.HostedSessionID
	redirect string              // the payment page
	status   client.HostedStatus // as last read
	placed   client.OrderID      // set once, in settle
	fraud    client.FraudStatus
	end      end
}

// orderView is a copy of an order to look at without its lock.
type orderView struct {
	number, key, email string
	cart               cart
	lines              []client.OrderLine
	amount             client.Amount
	hosted             client.HostedSessionID
	redirect           string
	status             client.HostedStatus
	placed             client.OrderID
	fraud              client.FraudStatus
	end                end
}

func (o *order) view() orderView {
	o.mu.Lock()
	defer o.mu.Unlock()
	return orderView{o.number, o.key, o.email, o.cart, o.lines, o.amount, o.hosted, o.redirect, o.status, o.placed, o.fraud, o.end}
}

// done reports whether nothing more can become of the payment. The lock must be held.
func (o *order) done() bool { return o.placed != "" || o.end != "" }

// book is the shop's memory.
type book struct {
	mu       sync.Mutex
	orders   []*order // the oldest first
	byKey    map[string]*order
	byNumber map[string]*order
	bySheet  map[string]*order // by the form that made it
}

// firstNumber is the number of the first order.
const firstNumber = 10482

func newBook() *book {
	return &book{byKey: map[string]*order{}, byNumber: map[string]*order{}, bySheet: map[string]*order{}}
}

// open gives the order that a checkout form makes. The same form sent again, by a double click or a reload, gives the same one;
// sheet must be different for each form and for what is in it.
func (b *book) open(sheet string, fill func(o *order)) *order {
	b.mu.Lock()
	defer b.mu.Unlock()
	if o := b.bySheet[sheet]; o != nil {
		return o
	}
	o := &order{number: strconv.Itoa(firstNumber + len(b.orders)), key: rand.Text()}
	fill(o)
	b.orders, b.byKey[o.key], b.byNumber[o.number], b.bySheet[sheet] = append(b.orders, o), o, o, o
	return o
}

// withKey finds an order by its secret name, nil when there is none.
func (b *book) withKey(key string) *order {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.byKey[key]
}

// withNumber finds an order by its number, nil when there is none.
func (b *book) withNumber(number string) *order {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.byNumber[number]
}

// all lists the orders, the oldest first.
func (b *book) all() []*order {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.orders)
}
