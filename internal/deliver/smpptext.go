package deliver

import (
	"errors"
	"strings"
	"unicode/utf16"
)

// The default alphabet of GSM (3GPP TS 23.038): a letter's place is its septet. Behind the escape 0x1b stand those of the extension.
const (
	gsmLetters = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
	gsmEscape  = 0x1b

	codingGSM  = 0x00
	codingUCS2 = 0x08

	// What one message holds, and what a part of a longer one holds beside its header of 6 octets (3GPP TS 23.040).
	gsmWhole, gsmPart   = 160, 153 // septets; SMPP carries each in an octet
	ucs2Whole, ucs2Part = 140, 134 // octets
	// partsMax is what the header of a part can number.
	partsMax = 255
)

// gsmExtension are the letters of the extension by their septet behind the escape.
var gsmExtension = map[rune]byte{'\f': 0x0a, '^': 0x14, '{': 0x28, '}': 0x29, '\\': 0x2f, '[': 0x3c, '~': 0x3d, ']': 0x3e, '|': 0x40, '€': 0x65}

// encoded is a text as an SMS centre takes it: letters that must not be torn apart.
type encoded struct {
	coding      byte
	letters     [][]byte
	length      int
	whole, part int // what a message and a part of one hold
}

// encodeSMS encodes a text in the default alphabet if it has all of its letters, else in UCS-2 (with pairs of surrogates, as phones
// read it).
func encodeSMS(text string) encoded {
	e := encoded{coding: codingGSM, whole: gsmWhole, part: gsmPart}
	for _, r := range text {
		letter := gsmLetter(r)
		if letter == nil {
			return encodeUCS2(text)
		}
		e.letters = append(e.letters, letter)
		e.length += len(letter)
	}
	return e
}

func gsmLetter(r rune) []byte {
	if septet, ok := gsmExtension[r]; ok {
		return []byte{gsmEscape, septet}
	}
	septet := 0
	for _, have := range gsmLetters {
		if have == r && r != gsmEscape {
			return []byte{byte(septet)}
		}
		septet++
	}
	return nil
}

func encodeUCS2(text string) encoded {
	e := encoded{coding: codingUCS2, whole: ucs2Whole, part: ucs2Part}
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

// joined is the text in one piece.
func (e encoded) joined() []byte {
	out := make([]byte, 0, e.length)
	for _, letter := range e.letters {
		out = append(out, letter...)
	}
	return out
}

// parts are the texts of as many messages as are needed, one if it fits.
func (e encoded) parts() ([][]byte, error) {
	if e.length <= e.whole {
		return [][]byte{e.joined()}, nil
	}
	var out [][]byte
	var part []byte
	for _, letter := range e.letters {
		if len(part)+len(letter) > e.part {
			out, part = append(out, part), nil
		}
		part = append(part, letter...)
	}
	out = append(out, part)
	if len(out) > partsMax {
		return nil, &refused{errors.New("the text is too long for an SMS")}
	}
	return out, nil
}
