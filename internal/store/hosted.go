package store

import (
	"kassa/internal/keyring"
	"kassa/internal/pay"
)

const hostedTable = "hosted_session"

// hostedBody is what is kept of a hosted session, never changes and is not searched.
type hostedBody struct {
	URLs      pay.HostedURLs
	Options   pay.HostedOptions
	ProfileID string
}

const hostedColumns = `s.merchant_id, s.id, s.payment_id, s.created_at, s.expires_at, s.updated_at, s.status, s.link_sealed,
 s.stream_sequence, s.stream_hash, s.authorization_id, s.order_id, s.reference, s.body, s.personal`

var (
	insertHosted = &statement{`insert into hosted_session
 (merchant_id, id, payment_id, number, created_at, expires_at, updated_at, status, link_key, link_hash, link_sealed,
  stream_sequence, stream_hash, authorization_id, order_id, reference, body, personal)
 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`}

	updateHosted = &statement{`update hosted_session set updated_at = $3, status = $4, stream_sequence = $5, stream_hash = $6,
 authorization_id = $7, order_id = $8, reference = $9, personal = $10 where merchant_id = $1 and id = $2`}

	hostedByPayment = &statement{`select ` + hostedColumns + ` from hosted_session s where s.merchant_id = $1 and s.payment_id = $2` + inOrder}
	hostedByHosted  = &statement{`select ` + hostedColumns + viaHosted + hostedTable + onChild + keyID + inOrder}
	hostedByLink    = &statement{`select ` + hostedColumns + viaHosted + hostedTable + onChild + keyLink + inOrder}
	hostedByToken   = &statement{`select ` + hostedColumns + viaToken + hostedTable + onChild + keyToken + inOrder}

	hostedByCustomerToken = &statement{`select ` + hostedColumns + viaCustomer + hostedTable + onChild + keyToken + inOrder}
)

// linkHash is the form in which the token of a page is looked up.
func linkHash(keys *keyring.Ring, token pay.Secret) []byte {
	sum := keys.Hash("link", []byte(token))
	return sum[:]
}

// hosted saves the changes of a hosted session; number is its place in the aggregate.
func (b *Batch) hosted(h *pay.HostedSession, number int) {
	if h.Change == pay.Unchanged {
		return
	}
	merchant, id := string(h.Merchant), string(h.ID)
	personal := b.sealJSON(&h.Progress, hostedTable, "personal", h.Merchant, id)
	if h.Change == pay.Updated {
		b.add(updateHosted, merchant, id, micros(h.UpdatedAt), string(h.Status), h.Stream.Sequence, blob(h.Stream.Hash),
			string(h.AuthorizationID), string(h.OrderID), h.Reference, personal)
		return
	}
	_, key, ok := pay.SplitLink(h.Link)
	if !ok {
		b.fail("add hosted session "+id, errLink)
	}
	body := hostedBody{URLs: h.URLs, Options: h.Options, ProfileID: h.ProfileID}
	b.add(insertHosted, merchant, id, string(h.Payment), int64(number), micros(h.CreatedAt), micros(h.ExpiresAt), micros(h.UpdatedAt),
		string(h.Status), key, linkHash(b.keys, h.Link), b.seal([]byte(h.Link), hostedTable, "link", h.Merchant, id),
		h.Stream.Sequence, blob(h.Stream.Hash), string(h.AuthorizationID), string(h.OrderID), h.Reference,
		b.json(&body, hostedTable), personal)
}

// hostedRow is a hosted session as it is stored.
type hostedRow struct {
	merchant, id, payment, status, attempt, order, reference string
	createdAt, expiresAt, updatedAt, sequence                int64
	link, hash, body, personal                               []byte
}

func (r *hostedRow) dest() []any {
	return []any{
		&r.merchant, &r.id, &r.payment, &r.createdAt, &r.expiresAt, &r.updatedAt, &r.status, &r.link,
		&r.sequence, &r.hash, &r.attempt, &r.order, &r.reference, &r.body, &r.personal,
	}
}

func (r *hostedRow) hosted(keys *keyring.Ring) (*pay.HostedSession, error) {
	merchant := pay.MerchantID(r.merchant)
	var body hostedBody
	if err := decode(r.body, &body, hostedTable); err != nil {
		return nil, err
	}
	h := &pay.HostedSession{
		Merchant: merchant, ID: pay.HostedID(r.id), Payment: pay.PaymentID(r.payment),
		CreatedAt: instant(r.createdAt), ExpiresAt: instant(r.expiresAt), UpdatedAt: instant(r.updatedAt), Status: pay.HostedStatus(r.status),
		URLs: body.URLs, Options: body.Options, ProfileID: body.ProfileID, Stream: pay.Stream{Sequence: r.sequence, Hash: orNil(r.hash)},
		AuthorizationID: pay.AuthorizationID(r.attempt), OrderID: pay.OrderID(r.order), Reference: r.reference,
	}
	if err := open(keys, r.personal, hostedTable, "personal", merchant, r.id, &h.Progress); err != nil {
		return nil, err
	}
	var err error
	h.Link, err = openSecret(keys, r.link, hostedTable, "link", merchant, r.id)
	return h, err
}
