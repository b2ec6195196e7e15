package store

import (
	"strings"
	"time"

	"kassa/internal/keyring"
	"kassa/internal/pay"
)

var (
	blockContact   = &statement{`insert into blocked_contact (merchant_id, contact_hash, created_at) values ($1, $2, $3) on conflict (merchant_id, contact_hash) do nothing`}
	unblockContact = &statement{`delete from blocked_contact where merchant_id = $1 and contact_hash = $2`}
	contactBlocked = &statement{`select 1 from blocked_contact where merchant_id = $1 and contact_hash = $2`}
	jobsSince      = &statement{`select count(*) from job where merchant_id = $1 and kind = $2 and created_at >= $3`}
)

// contactHash is the form in which a receiver is kept: who is blocked cannot be read out of the table.
func contactHash(keys *keyring.Ring, to pay.Personal) []byte {
	sum := keys.Hash("contact", []byte(strings.ToLower(string(to))))
	return sum[:]
}

// BlockContact has no more messages of a merchant sent to a receiver. Twice is once.
func (b *Batch) BlockContact(merchant pay.MerchantID, to pay.Personal, now time.Time) {
	b.add(blockContact, string(merchant), contactHash(b.keys, to), micros(now))
}

// UnblockContact lifts BlockContact.
func (b *Batch) UnblockContact(merchant pay.MerchantID, to pay.Personal) {
	b.add(unblockContact, string(merchant), contactHash(b.keys, to))
}

// ContactBlocked reads whether a receiver is blocked.
func ContactBlocked(merchant pay.MerchantID, to pay.Personal, dst *bool) Read {
	return Read{func(keys *keyring.Ring) plan {
		found := false
		return plan{
			lookups: []lookup{{contactBlocked, []any{string(merchant), contactHash(keys, to)}, func(r rowScan) error { var one int64; found = true; return r.Scan(&one) }}},
			finish:  func() error { *dst = found; return nil },
		}
	}}
}

// JobsSince reads how many jobs of a kind a merchant has had since a time. Finished jobs count as long as they are kept.
func JobsSince(merchant pay.MerchantID, kind pay.JobKind, since time.Time, dst *int) Read {
	return Read{func(*keyring.Ring) plan {
		var n int64
		return plan{
			lookups: []lookup{{jobsSince, []any{string(merchant), string(kind), micros(since)}, func(r rowScan) error { return r.Scan(&n) }}},
			finish:  func() error { *dst = int(n); return nil },
		}
	}}
}
