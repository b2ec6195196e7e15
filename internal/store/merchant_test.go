package store

import (
	"bytes"
	"reflect"
	"testing"
	"time"

	"kassa/internal/pay"
)

func TestMerchants_comeBackByNameNumberAndID(t *testing.T) {
	onBoth(t, func(t *testing.T, db database) {
		s := db.open(t, Options{})
		m := &pay.Merchant{}
		fill(m)
		m.ID, m.Number, m.Status = merchant, 7, pay.MerchantActive
		other := &pay.Merchant{ID: "K000002", Number: 2, Name: "Other", Status: pay.MerchantActive, CreatedAt: t0}
		mustCommit(t, s, func(b *Batch) {
			b.InsertMerchant(m)
			b.InsertMerchant(other)
			b.InsertCredential(merchant, "shop", []byte{1}, t0)
		})
		read := func() (byName, byNumber, byID, unknown *Credential) {
			t.Helper()
			err := s.Read(t.Context(), CredentialBy("shop", &byName), MerchantByNumber(7, &byNumber), MerchantByID(merchant, &byID), CredentialBy("Shop", &unknown))
			if err != nil {
				t.Fatal(err)
			}
			return byName, byNumber, byID, unknown
		}
		byName, byNumber, byID, unknown := read()
		if unknown != nil || !reflect.DeepEqual(byName.Merchant, *m) || !reflect.DeepEqual(byNumber.Merchant, *m) || !reflect.DeepEqual(byID.Merchant, *m) {
			t.Errorf("came back otherwise: %+v, %+v, %+v, %+v", byName, byNumber, byID, unknown)
		}
		if !bytes.Equal(byName.SecretHash, []byte{1}) || !byName.CreatedAt.Equal(t0) || !byName.DisabledAt.IsZero() || byName.Username != "shop" {
			t.Errorf("credential %+v", byName)
		}

		later := t0.Add(time.Hour)
		m.Name, m.Settings.Colour = "New", "#000000"
		mustCommit(t, s, func(b *Batch) {
			b.UpdateMerchant(m)
			b.SetMerchantStatus(merchant, pay.MerchantDisabled)
			b.DisableCredential(merchant, "shop", later)
		})
		m.Status = pay.MerchantDisabled
		if byName, _, _, _ = read(); !reflect.DeepEqual(byName.Merchant, *m) || !byName.DisabledAt.Equal(later) {
			t.Errorf("after the change: %+v", byName)
		}
		mustCommit(t, s, func(b *Batch) { b.RotateCredential(merchant, "shop", []byte{2}, later) })
		if byName, _, _, _ = read(); !bytes.Equal(byName.SecretHash, []byte{2}) || !byName.CreatedAt.Equal(later) || !byName.DisabledAt.IsZero() {
			t.Errorf("after the rotation: %+v", byName)
		}

		var all []pay.Merchant
		var names []Credential
		if err := s.Read(t.Context(), Merchants(&all), Credentials(&names)); err != nil {
			t.Fatal(err)
		}
		if len(all) != 2 || all[0].ID != other.ID || all[1].ID != merchant || len(names) != 1 || names[0].Username != "shop" {
			t.Errorf("all: %+v, %+v", all, names)
		}
	})
}
