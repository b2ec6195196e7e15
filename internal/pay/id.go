package pay

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"strconv"
	"time"
)

// The ids of Kassa's things. All but MerchantID are UUIDs in lower case whose first 48 bits are the time, so that inserts
// go to the right edge of an index.
type (
	// MerchantID names a merchant, like K000001.
	MerchantID string
	// PaymentID names a payment session (session_id of the payments API).
	PaymentID string
	// HostedID names a hosted session (session_id of the hosted page API).
	HostedID string
	// AuthorizationID names one attempt to be authorized; it is not the authorization token.
	AuthorizationID string
	// OrderID names an order.
	OrderID string
	// CaptureID names a capture.
	CaptureID string
	// RefundID names a refund.
	RefundID string
	// EventID names an event; receivers use it to recognise a repetition.
	EventID string
	// JobID names a job of the outbox.
	JobID string
)

// IDs draws the ids and secrets of one operation. Everything comes from the seed: after Rewind the same values come again in
// the same order, so that an operation that is tried again keeps the ids of its first try.
type IDs struct {
	seed [32]byte
	at   time.Time
	n    uint32
}

// NewIDs makes the ids of one operation from 32 random bytes that are used for nothing else.
func NewIDs(seed [32]byte, at time.Time) *IDs { return &IDs{seed: seed, at: at} }

// Rewind starts the sequence again.
func (d *IDs) Rewind() { d.n = 0 }

func (d *IDs) draw() [32]byte {
	var in [36]byte
	copy(in[:], d.seed[:])
	binary.BigEndian.PutUint32(in[32:], d.n)
	d.n++
	return sha256.Sum256(in[:])
}

// UUID draws a UUID of version 7 with the operation's time.
func (d *IDs) UUID() string {
	b := d.draw()
	ms := uint64(d.at.UnixMilli())
	b[0], b[1], b[2], b[3], b[4], b[5] = byte(ms>>40), byte(ms>>32), byte(ms>>24), byte(ms>>16), byte(ms>>8), byte(ms)
	b[6] = b[6]&0x0f | 0x70
	b[8] = b[8]&0x3f | 0x80
	return formatUUID(b[:16])
}

func formatUUID(b []byte) string {
	var out [36]byte
	hex.Encode(out[:8], b[:4])
	out[8] = '-'
	hex.Encode(out[9:13], b[4:6])
	out[13] = '-'
	hex.Encode(out[14:18], b[6:8])
	out[18] = '-'
	hex.Encode(out[19:23], b[8:10])
	out[23] = '-'
	hex.Encode(out[24:], b[10:16])
	return string(out[:])
}

// Token draws an authorization token: 122 random bits in the form of a UUID of version 4, the form clients know.
func (d *IDs) Token() Secret {
	b := d.draw()
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return Secret(formatUUID(b[:16]))
}

// CustomerToken draws a customer token: a UUID that begins with the merchant's short number, so that whoever holds one knows where
// to look, and has 90 random bits.
func (d *IDs) CustomerToken(merchantNumber int64) Secret {
	b := d.draw()
	binary.BigEndian.PutUint32(b[:4], uint32(merchantNumber))
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return Secret(formatUUID(b[:16]))
}

// linkKeyLen is the length of a link's lookup key: 48 bits of time and 24 random bits in base64.
const linkKeyLen = 12

// Link draws the token of a page link: the merchant's short number, a dash, a lookup key that begins with the time, and 144
// random bits. The lookup key alone opens nothing.
func (d *IDs) Link(merchantNumber int64) Secret {
	b := d.draw()
	var raw [27]byte
	ms := uint64(d.at.UnixMilli())
	raw[0], raw[1], raw[2], raw[3], raw[4], raw[5] = byte(ms>>40), byte(ms>>32), byte(ms>>24), byte(ms>>16), byte(ms>>8), byte(ms)
	copy(raw[6:], b[:21])
	return Secret(strconv.FormatInt(merchantNumber, 10) + "-" + base64.RawURLEncoding.EncodeToString(raw[:]))
}

// SplitLink takes a link token apart: the merchant's number and the lookup key. ok is false for what cannot be one of ours.
func SplitLink(token Secret) (merchantNumber int64, key string, ok bool) {
	s := string(token)
	for i := 0; i < len(s) && i < 20; i++ {
		if s[i] != '-' {
			continue
		}
		n, err := strconv.ParseInt(s[:i], 10, 64)
		if err != nil || n < 1 || s[0] == '0' || s[0] == '+' || len(s)-i-1 != 36 {
			return 0, "", false
		}
		for _, c := range []byte(s[i+1:]) {
			if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_') {
				return 0, "", false
			}
		}
		return n, s[i+1 : i+1+linkKeyLen], true
	}
	return 0, "", false
}

// referenceAlphabet leaves out what people mix up (0 O, 1 I).
const referenceAlphabet = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"

// Reference draws a short code of eight letters and digits for people (klarna_reference).
func (d *IDs) Reference() string {
	b := d.draw()
	var out [8]byte
	for i := range out {
		out[i] = referenceAlphabet[int(b[i])%len(referenceAlphabet)]
	}
	return string(out[:])
}

// Challenge draws a letter and two digits by which two people make sure that they speak of the same purchase. It is no secret.
func (d *IDs) Challenge() string {
	b := d.draw()
	const letters = "ABCDEFGHJKLMNPQRSTUVWXYZ" // without I and O
	return string([]byte{letters[int(b[0])%len(letters)], '0' + b[1]%10, '0' + b[2]%10})
}

// Digits draws n decimal digits for a one-time code, evenly spread.
func (d *IDs) Digits(n int) Secret {
	out := make([]byte, 0, n)
	for len(out) < n {
		for _, c := range d.draw() {
			if c < 250 && len(out) < n {
				out = append(out, '0'+c%10)
			}
		}
	}
	return Secret(out)
}

// ValidUUID reports whether s has the form of a UUID.
func ValidUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		switch i {
		case 8, 13, 18, 23:
			if c != '-' {
				return false
			}
		default:
			if !(c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F') {
				return false
			}
		}
	}
	return true
}
