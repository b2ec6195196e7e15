package keyring

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// jwtHeader is what a token of the key begins with, encoded.
func jwtHeader(id [idSize]byte) string {
	return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"HS256","typ":"JWT","kid":"` + hex.EncodeToString(id[:]) + `"}`))
}

// JWT issues a token over the claims, signed with the newest key (HS256): the only reader of our tokens is ourselves (decision 16).
// The claims are encoded by encoding/json; the same claims give the same token.
func (r *Ring) JWT(claims any) (string, error) {
	k := r.keys[0]
	body, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("encode claims: %w", err)
	}
	b64 := base64.RawURLEncoding
	signed := make([]byte, 0, len(k.head)+2+b64.EncodedLen(len(body))+b64.EncodedLen(sha256.Size))
	signed = append(signed, k.head...)
	signed = append(signed, '.')
	signed = b64.AppendEncode(signed, body)
	sum := k.tokenSum(signed)
	signed = append(signed, '.')
	return string(b64.AppendEncode(signed, sum[:])), nil
}

func (k *key) tokenSum(signed []byte) (sum [sha256.Size]byte) {
	h := hmac.New(sha256.New, k.jwt)
	_, _ = h.Write(signed) // never fails
	h.Sum(sum[:0])
	return sum
}

// ErrToken is why a token is none of ours.
var ErrToken = errors.New("token is not valid")

// ParseJWT checks the signature of a token of ours, in constant time, and decodes its claims; it does not look at the times in them.
func (r *Ring) ParseJWT(token string, claims any) error {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return ErrToken
	}
	b64 := base64.RawURLEncoding
	body, err1 := b64.DecodeString(parts[1])
	signature, err2 := b64.DecodeString(parts[2])
	if err1 != nil || err2 != nil {
		return ErrToken
	}
	for _, k := range r.keys {
		if k.head != parts[0] { // the algorithm is ours, never the token's to choose
			continue
		}
		if sum := k.tokenSum([]byte(parts[0] + "." + parts[1])); !hmac.Equal(sum[:], signature) {
			return ErrToken
		}
		if err := json.Unmarshal(body, claims); err != nil {
			return fmt.Errorf("decode claims: %w", err)
		}
		return nil
	}
	return ErrToken
}
