package store

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"kassa/internal/keyring"
	"kassa/internal/pay"
)

// statement is one SQL text. Both engines prepare it once for each connection; it is known by its address.
type statement struct{ text string }

// class says where in a Batch a statement runs: all Batches take their locks in one order, so that two cannot deadlock.
type class uint8

const (
	key    class = iota // an idempotency key: whoever repeats it waits here
	save                // compare-and-swap of an aggregate or a lease, sorted by table and id
	follow              // what rests on those, in the order given
)

// op is one statement with its arguments.
type op struct {
	stmt  *statement
	args  []any
	class class
	order string                // of saves: table and id
	row   func(r rowScan) error // called for each row that is returned; nil when none is
	reset func()                // forgets what row took in, when the Batch runs again
}

// rowScan copies the columns of a row to where dest points: *string, *int64 or *[]byte.
type rowScan interface{ Scan(dest ...any) error }

// Batch is a list of writes that happen together or not at all. Its methods never fail: the first error (a value that cannot
// be encoded) is kept and Commit returns it. A Batch is filled by one goroutine and committed once.
type Batch struct {
	keys     *keyring.Ring
	ops      []op
	err      error
	size     int              // bytes of the larger arguments
	node     string           // see Notify
	woke     bool             // see Woke
	happened []pay.MerchantID // see Happened
}

// NewBatch makes an empty Batch for this store.
func (s *Store) NewBatch() *Batch { return &Batch{keys: s.keys, node: s.node} }

// Len is the number of statements in the Batch.
func (b *Batch) Len() int { return len(b.ops) }

// Err is the first thing that went wrong while the Batch was filled.
func (b *Batch) Err() error { return b.err }

// Fail keeps an error of who fills the Batch, so that Commit returns it; nil is none.
func (b *Batch) Fail(err error) { b.fail("fill batch", err) }

func (b *Batch) fail(doing string, err error) {
	if err != nil && b.err == nil {
		b.err = fmt.Errorf("%s: %w", doing, err)
	}
}

// add appends a statement that rests on the others.
func (b *Batch) add(stmt *statement, args ...any) {
	b.ops = append(b.ops, op{stmt: stmt, args: args, class: follow})
}

// swap appends a compare-and-swap; order is the table and id of what it locks.
func (b *Batch) swap(stmt *statement, order string, args ...any) {
	b.ops = append(b.ops, op{stmt: stmt, args: args, class: save, order: order})
}

// arrange brings the statements into the order of their classes.
func (b *Batch) arrange() {
	if len(b.ops) < 2 {
		return
	}
	slices.SortStableFunc(b.ops, func(x, y op) int {
		if c := cmp.Compare(x.class, y.class); c != 0 || x.class != save {
			return c
		}
		return cmp.Compare(x.order, y.order)
	})
}

// seal encrypts a value for its place.
func (b *Batch) seal(plain []byte, table, column string, merchant pay.MerchantID, id string) []byte {
	sealed := b.keys.Seal(plain, table, column, rowName(merchant, id))
	b.size += len(sealed)
	return sealed
}

// sealJSON encodes a value with everything personal in it and encrypts it for its place.
func (b *Batch) sealJSON(v any, table, column string, merchant pay.MerchantID, id string) []byte {
	plain, err := encodePersonal(v)
	if err != nil {
		b.fail("encode "+table+"."+column, err)
		return nil
	}
	return b.seal(plain, table, column, merchant, id)
}

// json encodes a value that holds nothing personal.
func (b *Batch) json(v any, table string) []byte {
	body, err := encodeBody(v)
	if err != nil {
		b.fail("encode "+table+".body", err)
	}
	b.size += len(body)
	return body
}

// rowName names a row as its sealed values are bound to it.
func rowName(merchant pay.MerchantID, id string) string { return string(merchant) + "/" + id }

// micros is an instant as it is stored: microseconds of UTC since 1970, 0 for the zero time.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// instant is the reverse of micros.
func instant(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

// blob keeps a nil slice from becoming NULL.
func blob(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// orNil is the reverse of blob.
func orNil(b []byte) []byte {
	if len(b) == 0 {
		return nil
	}
	return b
}
