package store

import (
	"context"
	"fmt"

	"kassa/internal/keyring"
	"kassa/internal/pay"
)

// Read is one typed read: what to ask for and where the answer goes. The functions that make one set their destination to nil
// when there is nothing.
type Read struct {
	plan func(keys *keyring.Ring) plan
}

// plan is a Read made ready to run once: running it again takes another plan.
type plan struct {
	lookups []lookup
	finish  func() error // decodes what came and sets the destination
}

// lookup is one query of a plan.
type lookup struct {
	stmt *statement
	args []any
	row  func(r rowScan) error
}

// Read runs the reads in one round trip, on one snapshot: an aggregate lies in several tables, and what is shown of it must have
// been true at one moment (docs/decisions/0013). The error is ErrBusy when the database cannot be reached in time: trying again
// may help.
func (s *Store) Read(ctx context.Context, reads ...Read) error {
	err := s.engine.read(ctx, func() ([]lookup, []func() error) {
		var lookups []lookup
		finish := make([]func() error, 0, len(reads))
		for _, r := range reads {
			p := r.plan(s.keys)
			lookups = append(lookups, p.lookups...)
			finish = append(finish, p.finish)
		}
		return lookups, finish
	})
	if err != nil {
		return fmt.Errorf("read: %w", err)
	}
	return nil
}

// open decrypts a value of its place and decodes it.
func open(keys *keyring.Ring, sealed []byte, table, column string, merchant pay.MerchantID, id string, into any) error {
	plain, err := keys.Open(sealed, table, column, rowName(merchant, id))
	if err != nil {
		return fmt.Errorf("open %s %s: %w", table, id, err)
	}
	return decode(plain, into, table+"."+column)
}

// openSecret decrypts a value that is one secret, empty when none was stored.
func openSecret(keys *keyring.Ring, sealed []byte, table, column string, merchant pay.MerchantID, id string) (pay.Secret, error) {
	if len(sealed) == 0 {
		return "", nil
	}
	plain, err := keys.Open(sealed, table, column, rowName(merchant, id))
	if err != nil {
		return "", fmt.Errorf("open %s %s: %w", table, id, err)
	}
	return pay.Secret(plain), nil
}
