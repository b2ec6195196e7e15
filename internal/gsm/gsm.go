package gsm

import (
	"errors"
	"strings"
	"unicode/utf16"
)

// The default alphabet of GSM (3GPP TS 23.038, 6.2.1): a letter's place is its septet. Behind the escape 0x1b stand those of the extension.
const (
	letters = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
	escape  = 0x1b

	// What one message holds, and what a part of a longer one holds beside its header of 6 octets (3GPP TS 23.040).
	whole7, part7       = 160, 153 // septets; SMPP carries each in an octet
	wholeUCS2, partUCS2 = 140, 134 // octets
	// partsMax is what the header of a part can number.
	partsMax = 255

	// UnicodePart is what a part of a longer text in UCS-2 holds, in units.
	UnicodePart = partUCS2 / 2
)

// Letters is the default alphabet with its extension, without the escape.
var Letters = strings.ReplaceAll(letters, "\x1b", "") + "^{}\\[~]|€"

// extension are the letters of the extension by their septet behind the escape (3GPP TS 23.038, 6.2.1.1).
var extension = map[rune]byte{'\f': 0x0a, '^': 0x14, '{': 0x28, '}': 0x29, '\\': 0x2f, '[': 0x3c, '~': 0x3d, ']': 0x3e, '|': 0x40, '€': 0x65}

// septets are the letters of the default alphabet by their septet.
var septets = func() map[rune]byte {
	out := map[rune]byte{}
	for i, r := range []rune(letters) {
		if r != escape {
			out[r] = byte(i)
		}
	}
	return out
}()

// ErrTooLong is a text of more parts than can be numbered.
var ErrTooLong = errors.New("the text is too long for an SMS")

// Text is a text as phones take it: letters that must not be torn apart.
type Text struct {
	Unicode     bool // in UCS-2, and not in the default alphabet
	letters     [][]byte
	length      int
	whole, part int // what a message and a part of one hold
}

// Encode encodes a text in the default alphabet if it has all of its letters, else in UCS-2 (with pairs of surrogates, as phones read
// it).
func Encode(text string) Text {
	e := Text{whole: whole7, part: part7}
	for _, r := range text {
		letter := septetsOf(r)
		if letter == nil {
			return encodeUCS2(text)
		}
		e.letters = append(e.letters, letter)
		e.length += len(letter)
	}
	return e
}

func septetsOf(r rune) []byte {
	if septet, ok := extension[r]; ok {
		return []byte{escape, septet}
	}
	if septet, ok := septets[r]; ok {
		return []byte{septet}
	}
	return nil
}

// Has reports whether a letter is in the default alphabet or its extension.
func Has(r rune) bool { return septetsOf(r) != nil }

func encodeUCS2(text string) Text {
	e := Text{Unicode: true, whole: wholeUCS2, part: partUCS2}
	for _, r := range strings.ToValidUTF8(text, "\ufffd") {
		var letter []byte
		for _, unit := range utf16.AppendRune(nil, r) {
			letter = append(letter, byte(unit>>8), byte(unit))
		}
		e.letters = append(e.letters, letter)
		e.length += len(letter)
	}
	return e
}

// Length is what the text takes: septets, or units of UCS-2.
func (e Text) Length() int {
	if e.Unicode {
		return e.length / 2
	}
	return e.length
}

// Joined is the text in one piece.
func (e Text) Joined() []byte {
	out := make([]byte, 0, e.length)
	for _, letter := range e.letters {
		out = append(out, letter...)
	}
	return out
}

// Parts are the texts of as many messages as are needed, one if it fits. Each is filled before the next one begins, as gateways and SMS
// centres cut a text that they are given whole.
func (e Text) Parts() ([][]byte, error) {
	if e.length <= e.whole {
		return [][]byte{e.Joined()}, nil
	}
	var out [][]byte
	var part []byte
	for i, letter := range e.letters {
		if e.begins(i, len(part)) {
			out, part = append(out, part), nil
		}
		part = append(part, letter...)
	}
	out = append(out, part)
	if len(out) > partsMax {
		return nil, ErrTooLong
	}
	return out, nil
}

// begins reports whether a letter begins a part after one that has used so much.
func (e Text) begins(letter, used int) bool { return used+len(e.letters[letter]) > e.part }

// Count is how many messages the text takes, and whether a word of it, which is given by its place in letters, stands within one of them.
func (e Text) Count(from, to int) (parts int, together bool) {
	if e.length <= e.whole {
		return 1, true
	}
	parts, together = 1, true
	used := 0
	for i, letter := range e.letters {
		if e.begins(i, used) {
			parts, used = parts+1, 0
			together = together && (i <= from || i >= to)
		}
		used += len(letter)
	}
	return parts, together
}
