package store

import (
	"errors"
	"testing"

	"kassa/internal/keyring"
	"kassa/internal/pay"
)

// ringOf is a key ring of these keys, the newest first.
func ringOf(t *testing.T, keys ...byte) *keyring.Ring {
	t.Helper()
	var materials []keyring.Material
	for _, k := range keys {
		materials = append(materials, keyring.Material{k})
	}
	ring, err := keyring.New(materials...)
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

// checkWith checks a ring on an open database, as if it had been opened with it.
func checkWith(t *testing.T, s *Store, renew bool, keys ...byte) error {
	t.Helper()
	s.keys = ringOf(t, keys...)
	return s.CheckKeys(t.Context(), renew)
}

// TestCheckKeys_throughARotation: a ring that grows on top is right; then the newest key is what must stay, and the last.
func TestCheckKeys_throughARotation(t *testing.T) {
	onBoth(t, func(t *testing.T, db database) {
		s := db.open(t, Options{})
		for i, c := range []struct {
			keys  []byte
			renew bool
			want  error
		}{
			{[]byte{1}, true, nil}, // the first to come
			{[]byte{1}, false, nil},
			{[]byte{9}, true, ErrOtherKeys},
			{[]byte{9}, false, ErrOtherKeys},
			{[]byte{1, 9}, true, ErrOtherPepper}, // the new line is at the bottom
			{[]byte{2, 1}, false, nil},
			{[]byte{1}, false, nil}, // whoever only looks changes nothing
			{[]byte{2, 1}, true, nil},
			{[]byte{1}, true, ErrOtherKeys}, // the file of before the rotation
			{[]byte{2}, true, ErrOtherPepper},
			{[]byte{3, 2, 1}, true, nil},
			{[]byte{3, 1}, true, nil}, // what key 2 sealed is given up
			{[]byte{1, 3}, true, ErrOtherPepper},
		} {
			if err := checkWith(t, s, c.renew, c.keys...); !errors.Is(err, c.want) {
				t.Errorf("%d. ring %v: %v, want %v", i, c.keys, err, c.want)
			}
		}
	})
}

// TestCheckKeys_ofAnOlderDatabase: what is sealed and hashed in it tells whose it is.
func TestCheckKeys_ofAnOlderDatabase(t *testing.T) {
	alone := payment(1)
	alone.Hosted, alone.Authorizations = nil, nil
	shop := &pay.Merchant{ID: merchant, Number: 1, Name: "Shop", Status: pay.MerchantActive, CreatedAt: t0}
	for what, c := range map[string]struct {
		fillIn func(b *Batch)
		wrong  []byte
		want   error
	}{
		"callback secret": {func(b *Batch) {
			b.InsertMerchant(shop)
			b.InsertCallbackSecret(merchant, CallbackSecret{Number: 1, CreatedAt: t0, Secret: "whsec_"})
		}, []byte{9, 2}, ErrOtherKeys},
		"payment": {func(b *Batch) { b.InsertPayment(alone) }, []byte{9, 2}, ErrOtherKeys},
		"link":    {func(b *Batch) { b.InsertPayment(payment(1)) }, []byte{1, 2, 9}, ErrOtherPepper},
		"nothing": {func(*Batch) {}, nil, nil},
	} {
		t.Run(what, func(t *testing.T) {
			onBoth(t, func(t *testing.T, db database) {
				s := db.open(t, Options{}) // with keys 1 and 2
				mustCommit(t, s, c.fillIn)
				if c.wrong != nil {
					if err := checkWith(t, s, true, c.wrong...); !errors.Is(err, c.want) {
						t.Errorf("another file: %v, want %v", err, c.want)
					}
				}
				if err := checkWith(t, s, true, 1, 2); err != nil {
					t.Errorf("its own file: %v", err)
				}
				if err := checkWith(t, s, true, 9); !errors.Is(err, ErrOtherKeys) {
					t.Errorf("another file, later: %v", err)
				}
			})
		})
	}
}

// TestInUse_tellsWhetherAKeyFileWouldBeInVain: tables alone are nothing that another key could not begin.
func TestInUse_tellsWhetherAKeyFileWouldBeInVain(t *testing.T) {
	onBoth(t, func(t *testing.T, db database) {
		empty, err := Open(t.Context(), Options{URL: db.url, Keys: testKeys(t)})
		if err != nil {
			t.Fatal(err)
		}
		want := func(s *Store, when string, want bool) {
			t.Helper()
			if used, err := s.InUse(t.Context()); err != nil || used != want {
				t.Errorf("%s: %v, %v", when, used, err)
			}
		}
		want(empty, "no tables", false)
		if err := empty.Close(); err != nil {
			t.Fatal(err)
		}
		s := db.open(t, Options{})
		want(s, "tables", false)
		if err := s.CheckKeys(t.Context(), true); err != nil {
			t.Fatal(err)
		}
		want(s, "checked", true)
		mustCommit(t, s, func(b *Batch) { b.raw("delete from key_check") })
		want(s, "not checked", false)
		mustCommit(t, s, func(b *Batch) {
			b.InsertMerchant(&pay.Merchant{ID: merchant, Number: 1, Name: "Shop", Status: pay.MerchantActive, CreatedAt: t0})
		})
		want(s, "of before the check, with a merchant", true)
	})
}
