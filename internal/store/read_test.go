package store

import (
	"fmt"
	"math"
	"testing"
	"time"

	"kassa/internal/pay"
)

// What a read gives was true at one moment, also while the aggregate is being saved.
func TestRead_isOneSnapshot(t *testing.T) {
	onBoth(t, func(t *testing.T, db database) {
		s := db.open(t, Options{})
		first := payment(1)
		a := first.Authorizations[0]
		first.Session.Amount, a.UsedAt, first.Hosted[0].Change, a.Change = 0, time.Time{}, pay.Inserted, pay.Inserted
		mustCommit(t, s, func(b *Batch) { b.InsertPayment(first) })
		ref := ByPayment(merchant, first.Session.ID)
		const saves = 300
		err := race(3, func(i int) error {
			for n, end := pay.Amount(0), time.Now().Add(20*time.Second); n < saves; {
				if time.Now().After(end) {
					return fmt.Errorf("the saves ended at %d", n)
				}
				var p *pay.Payment
				if err := s.Read(t.Context(), PaymentBy(ref, &p)); err != nil {
					return err
				}
				n = p.Session.Amount
				if got := p.Authorizations[0].VoidedAt.UnixMicro(); n > 0 && got != int64(n) {
					return fmt.Errorf("the session is of save %d, its authorization of %d", n, got)
				}
				if i > 0 {
					continue
				}
				p.Session.Amount++
				p.Authorizations[0].VoidedAt, p.Authorizations[0].Change = instant(int64(n)+1), pay.Updated
				if err := commitOf(s, func(b *Batch) { b.SavePayment(p) }); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

// A lookup that fails leaves the connection fit for the next.
func TestRead_afterAFailure(t *testing.T) {
	onBoth(t, func(t *testing.T, db database) {
		s := db.open(t, Options{})
		mustCommit(t, s, func(b *Batch) { b.InsertPayment(payment(1)) })
		overflow := lookup{&statement{`select abs(cast($1 as bigint))`}, []any{int64(math.MinInt64)}, func(r rowScan) error { return nil }}
		for range 10 {
			err := s.engine.read(t.Context(), func() ([]lookup, []func() error) { return []lookup{overflow, overflow}, nil })
			if err == nil {
				t.Fatal("the least number has an absolute value")
			}
			if readPayment(t, s, ByPayment(merchant, payment(1).Session.ID)) == nil {
				t.Fatal("the payment is not there")
			}
		}
	})
}
