package keyring

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
)

const (
	idSize    = 4
	nonceSize = 12
	tagSize   = 16
	// Overhead is how many bytes a sealed value is longer than the plain one.
	Overhead = idSize + nonceSize + tagSize
)

// ErrSealed is why a sealed value does not open: it was sealed by a key that is not in the ring, for another place, or it
// was changed.
var ErrSealed = errors.New("sealed value does not open")

// derive makes the sub-keys of one material. Each label is used for nothing else.
func derive(m Material) (*key, error) {
	sub := func(label string, size int) []byte {
		b, err := hkdf.Key(sha256.New, m[:], nil, "kassa "+label, size)
		if err != nil {
			panic(fmt.Sprintf("derive %s key: %v", label, err)) // sizes are constants far below the limit
		}
		return b
	}
	k := &key{sign: sub("form", 32), lookup: sub("lookup", 32)}
	copy(k.id[:], sub("key id", idSize))
	block, err := aes.NewCipher(sub("seal", 32))
	if err != nil {
		return nil, fmt.Errorf("make seal key: %w", err)
	}
	if k.aead, err = cipher.NewGCM(block); err != nil {
		return nil, fmt.Errorf("make seal key: %w", err)
	}
	k.jwt, k.head = sub("jwt", 32), jwtHeader(k.id)
	return k, nil
}

// place joins table, column and row so that no two places give the same bytes.
func place(dst []byte, table, column, row string) []byte {
	for _, s := range [...]string{table, column, row} {
		dst = binary.AppendUvarint(dst, uint64(len(s)))
		dst = append(dst, s...)
	}
	return dst
}

// Seal encrypts plain with the newest key for one place in the database (AES-256-GCM, the place is the associated data):
// key id, nonce, ciphertext with tag. The value opens in this place only.
func (r *Ring) Seal(plain []byte, table, column, row string) []byte {
	k := r.keys[0]
	var buf [128]byte
	aad := place(buf[:0], table, column, row)
	out := make([]byte, idSize+nonceSize, Overhead+len(plain))
	copy(out, k.id[:])
	_, _ = rand.Read(out[idSize:]) // crypto/rand.Read never fails
	return k.aead.Seal(out, out[idSize:], plain, aad)
}

// Newest reports whether the newest key of the ring made a sealed value.
func (r *Ring) Newest(sealed []byte) bool { return bytes.HasPrefix(sealed, r.keys[0].id[:]) }

// Open decrypts what Seal made for the same place with any key of the ring. Otherwise the error is ErrSealed.
func (r *Ring) Open(sealed []byte, table, column, row string) ([]byte, error) {
	if len(sealed) < Overhead {
		return nil, fmt.Errorf("%s.%s: %d bytes: %w", table, column, len(sealed), ErrSealed)
	}
	for _, k := range r.keys {
		if !bytes.Equal(k.id[:], sealed[:idSize]) {
			continue
		}
		var buf [128]byte
		aad := place(buf[:0], table, column, row)
		plain, err := k.aead.Open(nil, sealed[idSize:idSize+nonceSize], sealed[idSize+nonceSize:], aad)
		if err != nil {
			return nil, fmt.Errorf("%s.%s with key %x: %w", table, column, k.id, ErrSealed)
		}
		return plain, nil
	}
	return nil, fmt.Errorf("%s.%s: key %x is not in the ring: %w", table, column, sealed[:idSize], ErrSealed)
}

// mac is HMAC-SHA256 over the purpose and the parts, each with its length before it.
func mac(secret []byte, purpose string, parts ...[]byte) (sum [32]byte) {
	h := hmac.New(sha256.New, secret)
	var n [binary.MaxVarintLen64]byte
	h.Write(binary.AppendUvarint(n[:0], uint64(len(purpose))))
	h.Write([]byte(purpose))
	for _, p := range parts {
		h.Write(binary.AppendUvarint(n[:0], uint64(len(p))))
		h.Write(p)
	}
	h.Sum(sum[:0])
	return sum
}

// Sign makes a signature of 32 bytes over the parts with the newest key. A signature for one purpose is none for another.
func (r *Ring) Sign(purpose string, parts ...[]byte) []byte {
	sum := mac(r.keys[0].sign, purpose, parts...)
	return sum[:]
}

// Verify reports whether any key of the ring made the signature over the same purpose and parts, in constant time.
func (r *Ring) Verify(signature []byte, purpose string, parts ...[]byte) bool {
	ok := false
	for _, k := range r.keys {
		sum := mac(k.sign, purpose, parts...)
		ok = hmac.Equal(sum[:], signature) || ok
	}
	return ok
}

// Hash is the keyed hash by which a secret is looked up (tokens, idempotency keys) or under which it is kept (credentials of
// 256 random bits, one-time codes). A hash for one purpose is none for another. It is made with the last key of the ring, so
// that it stays the same when keys are rotated.
func (r *Ring) Hash(purpose string, message []byte) [32]byte {
	return mac(r.keys[len(r.keys)-1].lookup, purpose, message)
}
