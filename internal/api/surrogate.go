package api

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"kassa/internal/pay"
)

// byteOrderMark may stand before a body: some programs of Windows write it, and RFC 8259, section 8.1, lets a reader skip it.
var byteOrderMark = []byte("\ufeff")

const wholeCharacters = "whole characters, not half of a surrogate pair"

// halves finds the texts of a body, names and values alike, that hold half of a surrogate pair: text that was cut by UTF-16 units
// (JavaScript's slice, Java's substring) in the middle of a character. RFC 8259 allows to write them, no UTF-8 can hold them, so
// they are faults of their members and not of the body. In a body that cannot be read to its end it looks for none: the error says why.
func halves(body []byte) ([]pay.Fault, error) {
	if !mayHaveHalves(body) {
		return nil, nil
	}
	// Names that differ in their halves only look alike to the decoder: what stands twice is looked for afterwards.
	dec := jsontext.NewDecoder(bytes.NewReader(body), jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))
	var faults []pay.Fault
	told := body // with the halves written as ordinary letters, at the same places
	for {
		token, err := dec.ReadToken()
		if errors.Is(err, io.EOF) {
			if len(faults) == 0 {
				return nil, nil
			}
			if err := twice(told); err != nil {
				return nil, err
			}
			return faults, nil
		}
		if err != nil {
			return nil, err
		}
		if token.Kind() != '"' {
			continue
		}
		pointer := string(dec.StackPointer())
		// The raw text is read back from the body: a token gives only what it stands for, with U+FFFD in place of each half.
		raw := rawText(body[:dec.InputOffset()])
		if !hasHalf(raw) {
			continue
		}
		if len(faults) == 0 {
			told = bytes.Clone(body)
		}
		spellOut(told[int(dec.InputOffset())-1-len(raw):][:len(raw)])
		path := pathOf(jsontext.Pointer(pointer))
		if kind, length := dec.StackIndex(dec.StackDepth()); kind == '{' && length%2 == 1 {
			path = pathOf(jsontext.Pointer(pointer).Parent())
			path = strings.TrimPrefix(path+"."+string(raw), ".") // a name that cannot be written otherwise than it was sent
		}
		faults = append(faults, pay.Fault{Path: path, Want: wholeCharacters})
	}
}

// spellOut turns each escape of a surrogate, \ud83d, into a backslash and letters, \\d83d: as long, and different where they were.
func spellOut(raw []byte) {
	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' {
			continue
		}
		if isSurrogate(raw[i:]) {
			raw[i+1] = '\\'
		}
		i++ // the escaped character
	}
}

// twice is the error about a body with a member that stands twice in its object, nil for others.
func twice(body []byte) error {
	dec := jsontext.NewDecoder(bytes.NewReader(body), jsontext.AllowInvalidUTF8(true))
	for {
		if _, err := dec.ReadToken(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// mayHaveHalves reports whether an escape of a surrogate stands in a body: nearly no body pays for more than this.
func mayHaveHalves(body []byte) bool {
	for rest := body; ; {
		i := bytes.Index(rest, []byte(`\u`))
		if i < 0 || i+4 > len(rest) {
			return false
		}
		if isSurrogate(rest[i:]) {
			return true
		}
		rest = rest[i+2:]
	}
}

// isSurrogate reports whether a text begins with the escape of a surrogate: \ud800 to \udfff.
func isSurrogate(s []byte) bool {
	return len(s) >= 4 && s[0] == '\\' && s[1] == 'u' && s[2]|0x20 == 'd' && (s[3] == '8' || s[3] == '9' || s[3]|0x20 >= 'a' && s[3]|0x20 <= 'f')
}

// rawText is the text that a body ends with, as it was written between its quotes.
func rawText(body []byte) []byte {
	body = body[:len(body)-1]
	for i := len(body) - 1; i >= 0; i-- {
		if body[i] != '"' {
			continue
		}
		escapes := 0
		for i-1-escapes >= 0 && body[i-1-escapes] == '\\' {
			escapes++
		}
		if escapes%2 == 0 {
			return body[i+1:]
		}
	}
	return body
}

// hasHalf reports whether an escaped text holds a surrogate without its other half.
func hasHalf(raw []byte) bool {
	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' {
			continue
		}
		switch {
		case !isSurrogate(raw[i:]):
			i++ // the escaped character; the digits of \u are characters like others
		case raw[i+3]|0x20 >= 'c': // low, and no high one stood before it
			return true
		case len(raw) < i+10 || !isSurrogate(raw[i+6:]) || raw[i+9]|0x20 < 'c': // what is no JSON may end anywhere
			return true
		default:
			i += 11
		}
	}
	return false
}

// pathOf writes a place in a body like order_lines[0].quantity.
func pathOf(at jsontext.Pointer) string {
	var b strings.Builder
	for name := range at.Tokens() {
		if _, err := strconv.Atoi(name); err == nil {
			b.WriteString("[" + name + "]")
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('.')
		}
		b.WriteString(name)
	}
	return b.String()
}

// jsonSpace is what may stand between the tokens of JSON (RFC 8259, section 2).
const jsonSpace = " \t\r\n"

// isEmptyArray reports whether a value is an array without elements: PHP writes an empty array so, whether a list or a map was meant.
func isEmptyArray(v []byte) bool {
	v = bytes.Trim(v, jsonSpace)
	return len(v) >= 2 && v[0] == '[' && v[len(v)-1] == ']' && len(bytes.Trim(v[1:len(v)-1], jsonSpace)) == 0
}
