package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/pressly/goose/v3"

	"kassa/internal/keyring"
	"kassa/internal/pay"
)

// Why CheckKeys refuses a key ring.
var (
	// ErrOtherKeys: no key of the ring opens what is sealed in the database.
	ErrOtherKeys = errors.New("the database was sealed with other keys")
	// ErrOtherPepper: the last key of the ring is not the one with which everything in the database is hashed.
	ErrOtherPepper = errors.New("the database was hashed with another last key")
)

const (
	keyCheckTable = "key_check"
	keyCheckRow   = "1"
	keyCheckWord  = "kassa"
	keyCheckSince = 8 // the migration that made the table
)

var (
	insertKeyCheck = &statement{`insert into key_check (id, sealed, pepper) values (1, $1, $2)`}
	updateKeyCheck = &statement{`update key_check set sealed = $1 where id = 1`}
	readKeyCheck   = &statement{`select sealed, pepper from key_check where id = 1`}

	anyMerchant = &statement{`select 1 from merchant limit 1`}
	anySecret   = &statement{`select merchant_id, number, sealed from callback_secret order by merchant_id, number limit 1`}
	anyPersonal = &statement{`select merchant_id, id, personal from payment_session order by merchant_id, id limit 1`}
	anyLink     = &statement{`select merchant_id, id, link_sealed, link_hash from hosted_session order by merchant_id, id limit 1`}
)

// CheckKeys tries the key ring on the database: ErrOtherKeys or ErrOtherPepper when it is another installation's. A database in
// which nothing was ever checked gets what the next check is made on, when the ring opens what there is. renew seals that anew
// when the ring has a newer key, so that the database needs an older one no more on that account. The tables must be current.
func (s *Store) CheckKeys(ctx context.Context, renew bool) error {
	sealed, pepper, err := s.keyCheck(ctx)
	if err != nil {
		return err
	}
	if sealed == nil {
		if err := s.trySealed(ctx); err != nil {
			return err
		}
		b := s.NewBatch()
		b.add(insertKeyCheck, s.sealKeyCheck(), keyPepper(s.keys))
		if err := s.Commit(ctx, b); err == nil || !errors.Is(err, ErrConflict) {
			return err
		}
		// Another process was first, perhaps with other keys.
		if sealed, pepper, err = s.keyCheck(ctx); err != nil {
			return err
		}
	}
	if _, err := s.keys.Open(sealed, keyCheckTable, "sealed", keyCheckRow); err != nil {
		return fmt.Errorf("%w: %w", ErrOtherKeys, err)
	}
	if !bytes.Equal(pepper, keyPepper(s.keys)) {
		return ErrOtherPepper
	}
	if !renew || s.keys.Newest(sealed) {
		return nil
	}
	b := s.NewBatch()
	b.add(updateKeyCheck, s.sealKeyCheck())
	return s.Commit(ctx, b)
}

func (s *Store) sealKeyCheck() []byte {
	return s.keys.Seal([]byte(keyCheckWord), keyCheckTable, "sealed", keyCheckRow)
}

func keyPepper(keys *keyring.Ring) []byte {
	sum := keys.Hash("key check", []byte(keyCheckWord))
	return sum[:]
}

// keyCheck reads the row that keys are checked on, nil without one.
func (s *Store) keyCheck(ctx context.Context) (sealed, pepper []byte, err error) {
	err = s.Read(ctx, Read{func(*keyring.Ring) plan {
		sealed, pepper = nil, nil
		return plan{
			lookups: []lookup{{readKeyCheck, nil, func(r rowScan) error { return r.Scan(&sealed, &pepper) }}},
			finish:  func() error { return nil },
		}
	}})
	return sealed, pepper, err
}

// trySealed opens one of each kind of what can be sealed in a database that is older than the check.
func (s *Store) trySealed(ctx context.Context) error {
	return s.Read(ctx, Read{func(keys *keyring.Ring) plan {
		var problems []error
		try := func(table, column, merchant, id string, sealed []byte) []byte {
			plain, err := keys.Open(sealed, table, column, rowName(pay.MerchantID(merchant), id))
			if err != nil {
				problems = append(problems, fmt.Errorf("%w: %w", ErrOtherKeys, err))
			}
			return plain
		}
		return plan{
			lookups: []lookup{
				{anySecret, nil, func(r rowScan) error {
					var merchant string
					var number int64
					var sealed []byte
					err := r.Scan(&merchant, &number, &sealed)
					try(secretTable, "sealed", merchant, fmt.Sprint(number), sealed)
					return err
				}},
				{anyPersonal, nil, func(r rowScan) error {
					var merchant, id string
					var sealed []byte
					err := r.Scan(&merchant, &id, &sealed)
					try(paymentTable, "personal", merchant, id, sealed)
					return err
				}},
				{anyLink, nil, func(r rowScan) error {
					var merchant, id string
					var sealed, hash []byte
					err := r.Scan(&merchant, &id, &sealed, &hash)
					if link := try(hostedTable, "link", merchant, id, sealed); link != nil && !bytes.Equal(hash, linkHash(keys, pay.Secret(link))) {
						problems = append(problems, ErrOtherPepper)
					}
					return err
				}},
			},
			finish: func() error { return errors.Join(problems...) },
		}
	}})
}

// InUse reports whether a key ring was used on the database: another one opens nothing in it. It may have any schema, or none.
func (s *Store) InUse(ctx context.Context) (bool, error) {
	var version int64
	if err := s.withMigrations(func(p *goose.Provider) (err error) {
		version, _, err = p.GetVersions(ctx)
		return err
	}); err != nil || version == 0 {
		return false, err
	}
	var used bool
	tell := func(stmt *statement, dest ...any) Read {
		return Read{func(*keyring.Ring) plan {
			return plan{
				lookups: []lookup{{stmt, nil, func(r rowScan) error { used = true; return r.Scan(dest...) }}},
				finish:  func() error { return nil },
			}
		}}
	}
	reads := []Read{tell(anyMerchant, new(int64))}
	if version >= keyCheckSince {
		reads = append(reads, tell(readKeyCheck, new([]byte), new([]byte)))
	}
	err := s.Read(ctx, reads...)
	return used, err
}
