package store

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"kassa/internal/pay"
)

// customerToken makes a customer token of a payment with every field set.
func customerToken(p *pay.Payment, n int) *pay.CustomerToken {
	ids := idsAt(1000+n, t0)
	c := &pay.CustomerToken{}
	fill(c)
	c.Merchant, c.ID, c.Payment, c.Token = merchant, pay.CustomerTokenID(ids.UUID()), p.Session.ID, ids.Token()
	return c
}

func TestCustomerToken_comesBackWhole(t *testing.T) {
	onBoth(t, func(t *testing.T, db database) {
		s := db.open(t, Options{})
		p := payment(1)
		one, two := customerToken(p, 1), customerToken(p, 2)
		p.Tokens = []*pay.CustomerToken{one, two}
		mustCommit(t, s, func(b *Batch) { b.InsertPayment(p) })
		read := func(ref PaymentRef) []*pay.CustomerToken {
			t.Helper()
			got := readPayment(t, s, ref)
			if got == nil {
				t.Fatal("not found")
			}
			return got.Tokens
		}
		one.Change, two.Change = pay.Unchanged, pay.Unchanged
		for name, ref := range map[string]PaymentRef{
			"one": ByCustomerToken(merchant, one.Token), "two": ByCustomerToken(merchant, two.Token), "authorization": ByToken(merchant, p.Authorizations[0].Token),
		} {
			if got := read(ref); !reflect.DeepEqual(got, p.Tokens) {
				t.Errorf("%s: came back otherwise", name)
			}
		}
		for name, ref := range map[string]PaymentRef{
			"nothing": ByCustomerToken(merchant, ""), "foreign": ByCustomerToken("K000002", one.Token), "its id": ByCustomerToken(merchant, pay.Secret(one.ID)),
			"authorization token": ByCustomerToken(merchant, p.Authorizations[0].Token), "as an authorization": ByToken(merchant, one.Token),
		} {
			if readPayment(t, s, ref) != nil {
				t.Errorf("%s: found something", name)
			}
		}
		changed := stored(p)
		two.Change, two.CancelledAt, two.SuspendedAt, two.StepUpID, two.Stream.Sequence = pay.Updated, t0, time.Time{}, "new", 9
		mustCommit(t, s, func(b *Batch) { b.SavePayment(changed) })
		two.Change = pay.Unchanged
		if got := read(ByCustomerToken(merchant, two.Token)); !reflect.DeepEqual(got, p.Tokens) {
			t.Errorf("after the change: came back otherwise")
		}
	})
}

// TestTables_areAllLookedAt: a table that a migration adds must be among those that are searched for personal data.
func TestTables_areAllLookedAt(t *testing.T) {
	files, err := migrationFiles.ReadDir("migrations")
	if err != nil {
		t.Fatal(err)
	}
	var made []string
	for _, f := range files {
		text, err := migrationFiles.ReadFile("migrations/" + f.Name())
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			if rest, ok := strings.CutPrefix(line, "create table "); ok {
				name, _, _ := strings.Cut(rest, " ")
				made = append(made, name)
			}
		}
	}
	listed := slices.Clone(tables)
	slices.Sort(made)
	slices.Sort(listed)
	if !slices.Equal(made, listed) {
		t.Errorf("tables %q, the tests know %q", made, listed)
	}
}
