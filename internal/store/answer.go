package store

import (
	"context"
	"encoding/binary"
	"fmt"
	"time"

	"kassa/internal/keyring"
	"kassa/internal/pay"
)

const answerTable = "answer"

// AnswerKey is the scope of an idempotency key.
type AnswerKey struct {
	Merchant pay.MerchantID
	Route    string // method and path
	Key      string
}

// hash is the form in which the key is looked up.
func (k AnswerKey) hash(keys *keyring.Ring) []byte {
	b := binary.AppendUvarint(make([]byte, 0, len(k.Route)+len(k.Key)+4), uint64(len(k.Route)))
	b = append(append(b, k.Route...), k.Key...)
	sum := keys.Hash("idempotency", b)
	return sum[:]
}

// Answer is what was answered under an idempotency key. Header and Body are sealed.
type Answer struct {
	CreatedAt time.Time
	BodyHash  [32]byte // SHA-256 of the request's body
	Status    int
	Header    map[string]string
	Body      []byte
}

// answerHead is what stands before the body in the sealed value.
type answerHead struct {
	Status int
	Header map[string]string
}

var (
	insertAnswer = &statement{`insert into answer (merchant_id, key_hash, created_at, body_hash, sealed) values ($1, $2, $3, $4, $5)`}
	answerByKey  = &statement{`select key_hash, created_at, body_hash, sealed from answer where merchant_id = $1 and key_hash = $2`}
)

// SaveAnswer stores the answer of an idempotency key with the effect it is the answer to. ErrConflict when the key has one: of
// two racing first calls one does everything, the other nothing, and reads the answer.
func (b *Batch) SaveAnswer(k AnswerKey, a Answer) {
	head, err := encodeBody(answerHead{a.Status, a.Header})
	if err != nil {
		b.fail("encode answer", err)
		return
	}
	plain := binary.AppendUvarint(make([]byte, 0, len(head)+len(a.Body)+4), uint64(len(head)))
	plain = append(append(plain, head...), a.Body...)
	hash := k.hash(b.keys)
	b.ops = append(b.ops, op{
		stmt: insertAnswer, class: key,
		args: []any{string(k.Merchant), hash, micros(a.CreatedAt), a.BodyHash[:], b.seal(plain, answerTable, "sealed", k.Merchant, string(hash))},
	})
}

// AnswerBy reads the stored answer of an idempotency key; *dst is nil when there is none.
func AnswerBy(k AnswerKey, dst **Answer) Read {
	return Read{func(keys *keyring.Ring) plan {
		hash := k.hash(keys)
		var rows []answerRow
		return plan{
			lookups: []lookup{{answerByKey, []any{string(k.Merchant), hash}, func(r rowScan) error { return scanInto(&rows, r) }}},
			finish: func() (err error) {
				*dst = nil
				if len(rows) > 0 {
					*dst, err = rows[0].answer(keys, k.Merchant)
				}
				return err
			},
		}
	}}
}

// answerRow is a stored answer.
type answerRow struct {
	createdAt             int64
	key, bodyHash, sealed []byte
}

func (r *answerRow) dest() []any { return []any{&r.key, &r.createdAt, &r.bodyHash, &r.sealed} }

func (r *answerRow) answer(keys *keyring.Ring, merchant pay.MerchantID) (*Answer, error) {
	plain, err := keys.Open(r.sealed, answerTable, "sealed", rowName(merchant, string(r.key)))
	if err != nil {
		return nil, fmt.Errorf("open stored answer: %w", err)
	}
	n, used := binary.Uvarint(plain)
	if used <= 0 || n > uint64(len(plain)-used) || len(r.bodyHash) != 32 {
		return nil, fmt.Errorf("stored answer of %d bytes is malformed", len(plain))
	}
	var head answerHead
	if err := decode(plain[used:used+int(n)], &head, "stored answer"); err != nil {
		return nil, err
	}
	return &Answer{
		CreatedAt: instant(r.createdAt), BodyHash: [32]byte(r.bodyHash), Status: head.Status, Header: head.Header, Body: plain[used+int(n):],
	}, nil
}

// confirming writes nothing to any table. Its commit waits for all that was committed before it, on a synchronous standby too.
var confirming = &statement{`select pg_logical_emit_message(true, 'kassa', '')`}

// Confirm returns once whatever can be read now is certain to survive. On PostgreSQL with a synchronous standby a commit whose wait was
// broken off can be read although the standby may not have it: who repeats an answer from such a read would promise what a failover takes
// back. SQLite shows nothing that is not on the disk. The errors are those of Commit.
func (s *Store) Confirm(ctx context.Context) error {
	if _, replicated := s.engine.(*postgresEngine); !replicated {
		return nil
	}
	b := s.NewBatch()
	b.add(confirming)
	if err := s.engine.commit(ctx, b); err != nil {
		return fmt.Errorf("confirm: %w", err)
	}
	return nil
}
