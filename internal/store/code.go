package store

import (
	"encoding/hex"
	"strconv"
	"time"

	"kassa/internal/keyring"
	"kassa/internal/pay"
)

var (
	codeSlots = &statement{`select slot, version from code_slot where key_hash = $1 order by slot`}

	// takeCodeSlot compares and swaps. $1 key, $2 slot, $3 now, $4 what it was, 0 for a slot that was never taken.
	takeCodeSlot = &statement{`insert into code_slot (key_hash, slot, version) values ($1, $2, $3)
 on conflict (key_hash, slot) do update set version = case when code_slot.version = $4 then excluded.version end`}

	cleanCodeSlots = &statement{`delete from code_slot where (key_hash, slot) in
 (select key_hash, slot from code_slot where version < $1 order by version limit $2) returning 1`}
)

// codeKey is the form in which a receiver or a network address is kept: neither can be read out of the table.
func codeKey(keys *keyring.Ring, key pay.Personal) []byte {
	sum := keys.Hash("code-slot", []byte(key))
	return sum[:]
}

// CodeSlots reads when the codes of a key were sent, by slot.
func CodeSlots(key pay.Personal, dst *map[int]time.Time) Read {
	return Read{func(keys *keyring.Ring) plan {
		found := map[int]time.Time{}
		return plan{
			lookups: []lookup{{codeSlots, []any{codeKey(keys, key)}, func(r rowScan) error {
				var slot, at int64
				err := r.Scan(&slot, &at)
				found[int(slot)] = instant(at)
				return err
			}}},
			finish: func() error { *dst = found; return nil },
		}
	}}
}

// TakeCodeSlot notes that a code of a key is sent now. was is what CodeSlots told of the slot, the zero time for one that it did not
// tell of: a conflict when somebody else has taken it since.
func (b *Batch) TakeCodeSlot(key pay.Personal, slot int, was, now time.Time) {
	hash := codeKey(b.keys, key)
	b.swap(takeCodeSlot, "code_slot/"+hex.EncodeToString(hash)+"/"+strconv.Itoa(slot), hash, int64(slot), micros(now), micros(was))
}
