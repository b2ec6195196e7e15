package store

import (
	"time"

	"kassa/internal/keyring"
	"kassa/internal/pay"
)

const merchantTable = "merchant"

// Credential is a merchant together with the user name and the hash of the secret by which it was found or is known.
type Credential struct {
	Merchant   pay.Merchant
	Username   string // empty when the merchant has no credential, or was asked for by itself
	SecretHash []byte
	CreatedAt  time.Time // of the secret
	DisabledAt time.Time // the credential alone was disabled
}

const (
	merchantColumns   = `m.id, m.number, m.name, m.status, m.created_at, m.body`
	credentialColumns = merchantColumns + `, c.username, c.secret_hash, c.created_at, c.disabled_at`
)

var (
	insertMerchant = &statement{`insert into merchant (id, number, name, status, created_at, body) values ($1, $2, $3, $4, $5, $6)`}
	updateMerchant = &statement{`update merchant set name = $2, body = $3 where id = $1`}
	statusMerchant = &statement{`update merchant set status = $2 where id = $1`}

	insertCredential = &statement{`insert into credential (merchant_id, username, secret_hash, created_at, disabled_at) values ($1, $2, $3, $4, 0)`}
	rotateCredential = &statement{`update credential set secret_hash = $3, created_at = $4, disabled_at = 0 where merchant_id = $1 and username = $2`}
	endCredential    = &statement{`update credential set disabled_at = $3 where merchant_id = $1 and username = $2`}

	credentialByName = &statement{`select ` + credentialColumns + ` from credential c join merchant m on m.id = c.merchant_id where c.username = $1`}
	merchantByNumber = &statement{`select ` + merchantColumns + ` from merchant m where m.number = $1`}
	merchantByID     = &statement{`select ` + merchantColumns + ` from merchant m where m.id = $1`}
	allMerchants     = &statement{`select ` + merchantColumns + ` from merchant m order by m.number`}
	allCredentials   = &statement{`select ` + credentialColumns + ` from credential c join merchant m on m.id = c.merchant_id order by m.number, c.username`}
)

// InsertMerchant adds a merchant. ErrConflict when its id or number is taken.
func (b *Batch) InsertMerchant(m *pay.Merchant) {
	b.add(insertMerchant, string(m.ID), m.Number, m.Name, string(m.Status), micros(m.CreatedAt), b.json(&m.Settings, merchantTable))
}

// UpdateMerchant writes name and settings of a merchant, not its status; the last one to write wins.
func (b *Batch) UpdateMerchant(m *pay.Merchant) {
	b.add(updateMerchant, string(m.ID), m.Name, b.json(&m.Settings, merchantTable))
}

// SetMerchantStatus enables or disables a merchant.
func (b *Batch) SetMerchantStatus(id pay.MerchantID, status pay.MerchantStatus) {
	b.add(statusMerchant, string(id), string(status))
}

// InsertCredential gives a merchant a user name. ErrConflict when the name is taken, by whomever.
func (b *Batch) InsertCredential(merchant pay.MerchantID, username string, secretHash []byte, now time.Time) {
	b.add(insertCredential, string(merchant), username, secretHash, micros(now))
}

// RotateCredential gives a user name a new secret and enables it; the old secret is gone.
func (b *Batch) RotateCredential(merchant pay.MerchantID, username string, secretHash []byte, now time.Time) {
	b.add(rotateCredential, string(merchant), username, secretHash, micros(now))
}

// DisableCredential disables a user name from a time on; the zero time enables it.
func (b *Batch) DisableCredential(merchant pay.MerchantID, username string, at time.Time) {
	b.add(endCredential, string(merchant), username, micros(at))
}

// CredentialBy reads the merchant of a user name; *dst is nil when the name is unknown.
func CredentialBy(username string, dst **Credential) Read {
	return oneMerchant(credentialByName, username, true, dst)
}

// MerchantByNumber reads the merchant of a short number, without a credential; *dst is nil when there is none.
func MerchantByNumber(number int64, dst **Credential) Read {
	return oneMerchant(merchantByNumber, number, false, dst)
}

// MerchantByID reads a merchant, without a credential; *dst is nil when there is none.
func MerchantByID(id pay.MerchantID, dst **Credential) Read {
	return oneMerchant(merchantByID, string(id), false, dst)
}

// Merchants reads all merchants in the order of their numbers.
func Merchants(dst *[]pay.Merchant) Read {
	return Read{func(*keyring.Ring) plan {
		var rows []merchantRow
		return plan{
			lookups: []lookup{{allMerchants, nil, func(r rowScan) error { return scanInto(&rows, r) }}},
			finish: func() error {
				*dst = nil
				for i := range rows {
					c, err := rows[i].credential()
					if err != nil {
						return err
					}
					*dst = append(*dst, c.Merchant)
				}
				return nil
			},
		}
	}}
}

// Credentials reads all user names with their merchants, in the order of the merchants' numbers.
func Credentials(dst *[]Credential) Read {
	return Read{func(*keyring.Ring) plan {
		var rows []credentialRow
		return plan{
			lookups: []lookup{{allCredentials, nil, func(r rowScan) error { return scanInto(&rows, r) }}},
			finish: func() error {
				*dst = nil
				for i := range rows {
					c, err := rows[i].credential()
					if err != nil {
						return err
					}
					*dst = append(*dst, *c)
				}
				return nil
			},
		}
	}}
}

func oneMerchant(stmt *statement, arg any, withName bool, dst **Credential) Read {
	return Read{func(*keyring.Ring) plan {
		var merchants []merchantRow
		var credentials []credentialRow
		row := func(r rowScan) error { return scanInto(&merchants, r) }
		if withName {
			row = func(r rowScan) error { return scanInto(&credentials, r) }
		}
		return plan{
			lookups: []lookup{{stmt, []any{arg}, row}},
			finish: func() (err error) {
				*dst = nil
				switch {
				case len(merchants) > 0:
					*dst, err = merchants[0].credential()
				case len(credentials) > 0:
					*dst, err = credentials[0].credential()
				}
				return err
			},
		}
	}}
}

// merchantRow is a merchant as it is stored.
type merchantRow struct {
	id, name, status  string
	number, createdAt int64
	body              []byte
}

func (r *merchantRow) dest() []any {
	return []any{&r.id, &r.number, &r.name, &r.status, &r.createdAt, &r.body}
}

func (r *merchantRow) credential() (*Credential, error) {
	c := &Credential{Merchant: pay.Merchant{
		ID: pay.MerchantID(r.id), Number: r.number, Name: r.name, Status: pay.MerchantStatus(r.status), CreatedAt: instant(r.createdAt),
	}}
	return c, decode(r.body, &c.Merchant.Settings, merchantTable)
}

// credentialRow is a merchant with one of its user names.
type credentialRow struct {
	merchantRow
	username             string
	secretHash           []byte
	secretAt, disabledAt int64
}

func (r *credentialRow) dest() []any {
	return append(r.merchantRow.dest(), &r.username, &r.secretHash, &r.secretAt, &r.disabledAt)
}

func (r *credentialRow) credential() (*Credential, error) {
	c, err := r.merchantRow.credential()
	c.Username, c.SecretHash, c.CreatedAt, c.DisabledAt = r.username, r.secretHash, instant(r.secretAt), instant(r.disabledAt)
	return c, err
}
