package api

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"kassa/internal/pay"
)

// reader walks a body once, straight into the structs of pay. What is wrong with single members it collects, so that one answer
// lists them all; what makes the body unreadable as a whole (malformed JSON, a key twice, bad UTF-8) ends the walk with err.
// Members that are not known are skipped; a null is as good as an absent member.
type reader struct {
	in      *bytes.Buffer
	dec     *jsontext.Decoder
	scratch []byte
	faults  []pay.Fault
	err     error
}

// decode walks a body with the given function for its members. It returns the faults of single members; the refusal BAD_REQUEST
// when the body is no JSON object, and BAD_VALUE with the paths of texts that are cut in the middle of a character. No body at all is
// an empty object, and so is PHP's [].
func (a *API) decode(body []byte, member func(r *reader, name []byte) bool) ([]pay.Fault, error) {
	whole := len(body)
	body = bytes.TrimPrefix(body, byteOrderMark)
	if len(bytes.TrimLeft(body, jsonSpace)) == 0 || isEmptyArray(body) {
		return nil, nil
	}
	r := a.readers.Get().(*reader)
	defer a.release(r)
	*r.in = *bytes.NewBuffer(body)
	r.dec.Reset(r.in)
	if kind := r.dec.PeekKind(); kind != '{' && kind != 0 {
		return nil, badRequest("The body is not a JSON object")
	}
	var cut []pay.Fault
	if cut, r.err = halves(body); len(cut) > 0 {
		return nil, pay.Invalid400(cut)
	}
	r.object(func(name []byte) bool { return member(r, name) })
	if r.err == nil {
		if _, err := r.dec.ReadToken(); !errors.Is(err, io.EOF) {
			return nil, badRequest("There is something after the JSON object")
		}
	}
	if r.err != nil {
		return nil, badRequest(malformed(r.err, int64(whole-len(body))))
	}
	return r.faults, nil
}

// release puts a reader back, without anything of the body it read.
func (a *API) release(r *reader) {
	*r.in = bytes.Buffer{}
	r.dec.Reset(r.in)
	r.faults, r.err = nil, nil
	clear(r.scratch[:cap(r.scratch)])
	if cap(r.scratch) > 1<<16 {
		r.scratch = nil
	}
	a.readers.Put(r)
}

// malformed tells where a body stops being JSON, without telling what stands there; skipped is how many bytes stood before what was
// read.
func malformed(err error, skipped int64) string {
	var s *jsontext.SyntacticError
	if !errors.As(err, &s) {
		return "The body is malformed JSON"
	}
	if errors.Is(err, jsontext.ErrDuplicateName) {
		return "The body has a member twice, at byte " + strconv.FormatInt(skipped+s.ByteOffset, 10)
	}
	return "The body is malformed JSON at byte " + strconv.FormatInt(skipped+s.ByteOffset, 10)
}

// value reads the next value, nil when the body ends or breaks there. It is good until the next read.
func (r *reader) value() jsontext.Value {
	if r.err != nil {
		return nil
	}
	v, err := r.dec.ReadValue()
	if err != nil {
		r.err = err
		return nil
	}
	return v
}

func (r *reader) token() {
	if r.err == nil {
		_, r.err = r.dec.ReadToken()
	}
}

// path gives the path of the value read last, like order_lines[0].quantity.
func (r *reader) path() string {
	return pathOf(r.dec.StackPointer())
}

// wrong notes that the value read last is not what is wanted there. got is told to the merchant and the log: never a value that
// may be about a person.
func (r *reader) wrong(want, got string) {
	r.faults = append(r.faults, pay.Fault{Path: r.path(), Want: want, Got: got})
}

// object reads an object, calling member with each name until it is read; member returns false for a name that it does not
// know and has not read. PHP's [] is an object without members. False: there was none, and that is noted unless it was null.
func (r *reader) object(member func(name []byte) bool) bool {
	if r.err != nil {
		return false
	}
	switch r.dec.PeekKind() {
	case '{':
	case 'n', 0:
		r.value()
		return false
	default:
		if isEmptyArray(r.value()) {
			return r.err == nil
		}
		r.wrong("an object", "")
		return false
	}
	r.token()
	for r.err == nil && r.dec.PeekKind() != '}' {
		name := r.name()
		if r.err == nil && !member(name) {
			r.value()
		}
	}
	r.token()
	return r.err == nil
}

// name reads a member's name; it is good until the next read.
func (r *reader) name() []byte {
	raw := r.value()
	if len(raw) < 2 {
		return nil
	}
	if bytes.IndexByte(raw, '\\') < 0 {
		return raw[1 : len(raw)-1]
	}
	var err error
	if r.scratch, err = jsontext.AppendUnquote(r.scratch[:0], raw); err != nil {
		r.err = err
	}
	return r.scratch
}

// array reads an array, calling element for each of its elements, at most that many of them. It returns how many there were, and
// false when there was no array, which is noted unless it was null; too few and too many are noted as well.
func (r *reader) array(least, most int, element func()) (n int, ok bool) {
	if r.err != nil {
		return 0, false
	}
	switch r.dec.PeekKind() {
	case '[':
	case 'n', 0:
		r.value()
		return 0, false
	default:
		r.value()
		r.wrong("an array", "")
		return 0, false
	}
	r.token()
	for r.err == nil && r.dec.PeekKind() != ']' {
		if n++; n > most {
			r.value()
			continue
		}
		if r.dec.PeekKind() == 'n' {
			r.value()
			r.wrong("a value", "null")
			continue
		}
		element()
	}
	r.token()
	if r.err != nil {
		return n, false
	}
	switch {
	case n >= least && n <= most:
	case least > 0:
		r.wrong(strconv.Itoa(least)+" to "+strconv.Itoa(most)+" elements", strconv.Itoa(n))
	default:
		r.wrong("at most "+strconv.Itoa(most)+" elements", strconv.Itoa(n))
	}
	return n, true
}

// limits bound a text, in characters. Free text may have tabs and line ends. What is about a person is made plain before it is judged;
// in a number the digits of other scripts become ours.
type limits struct {
	min, max int
	free     bool
	plain    func(string) string // nil: as it is
}

// words and digits bound what is told of a person.
func words(most int) limits  { return limits{max: most, plain: pay.Plain} }
func digits(most int) limits { return limits{max: most, plain: pay.PlainNumber} }

// text reads a text into dst; a number is taken as the text it is written as.
func text[S ~string](r *reader, dst *S, l limits) bool {
	raw := r.value()
	switch raw.Kind() {
	case 'n', 0:
		return true
	case '0':
		*dst = S(raw)
		if len(raw) > l.max {
			r.wrong(l.want(), "")
		}
		return true
	case '"':
	default:
		r.wrong("a string", "")
		return true
	}
	inner := []byte(raw[1 : len(raw)-1])
	if bytes.IndexByte(inner, '\\') >= 0 {
		var err error
		if r.scratch, err = jsontext.AppendUnquote(r.scratch[:0], raw); err != nil {
			r.err = err
			return true
		}
		inner = r.scratch
	}
	length, clean := measure(inner, l.free)
	switch {
	case !clean:
		r.wrong("no control characters", "")
	case length < l.min || length > l.max:
		r.wrong(l.want(), strconv.Itoa(length))
	case l.plain != nil:
		*dst = S(l.plain(string(inner)))
	default:
		*dst = S(inner)
	}
	return true
}

func (l limits) want() string {
	if l.min > 0 {
		return strconv.Itoa(l.min) + " to " + strconv.Itoa(l.max) + " characters"
	}
	return "at most " + strconv.Itoa(l.max) + " characters"
}

// measure counts the characters of a text and tells whether it has none that are refused. The decoder has checked the UTF-8.
func measure(s []byte, free bool) (length int, clean bool) {
	ascii := true
	for _, c := range s {
		switch {
		case c == '\t' || c == '\n' || c == '\r':
			if !free {
				return 0, false
			}
		case c < 0x20 || c == 0x7f:
			return 0, false
		case c >= utf8.RuneSelf:
			ascii = false
		}
	}
	if ascii {
		return len(s), true
	}
	for i := 0; i < len(s); length++ {
		c, size := utf8.DecodeRune(s[i:])
		if c >= utf8.RuneSelf && unicode.IsControl(c) {
			return 0, false
		}
		i += size
	}
	return length, true
}

// textPtr is text for members of which it matters whether they were sent.
func textPtr[S ~string](r *reader, dst **S, l limits) bool {
	before := len(r.faults)
	var s S
	if r.dec.PeekKind() == 'n' {
		r.value()
		return true
	}
	text(r, &s, l)
	if r.err == nil && len(r.faults) == before {
		*dst = &s
	}
	return true
}

// letters reads a code of exactly n letters into capitals, like a currency.
func letters(r *reader, dst *string, n int) bool {
	before := len(r.faults)
	var s string
	sent := r.dec.PeekKind() != 'n'
	text(r, &s, limits{max: 255})
	if !sent || r.err != nil || len(r.faults) > before {
		return true
	}
	if !isLetters(s, n) {
		r.wrong(strconv.Itoa(n)+" letters", "")
		return true
	}
	*dst = strings.ToUpper(s)
	return true
}

func lettersPtr(r *reader, dst **string, n int) bool {
	var s string
	letters(r, &s, n)
	if s != "" {
		*dst = &s
	}
	return true
}

// country reads the code of a country, in any case.
func country(r *reader, dst *string) bool {
	before := len(r.faults)
	var s string
	if letters(r, &s, 2); len(r.faults) > before {
		r.faults[before].Want = pay.CountryWanted
		return true
	}
	if s != "" && !pay.IsCountry(s) {
		r.wrong(pay.CountryWanted, s)
		return true
	}
	*dst = s
	return true
}

func countryPtr(r *reader, dst **string) bool {
	var s string
	country(r, &s)
	if s != "" {
		*dst = &s
	}
	return true
}

func isLetters(s string, n int) bool {
	if len(s) != n {
		return false
	}
	for _, c := range []byte(s) {
		if c|0x20 < 'a' || c|0x20 > 'z' {
			return false
		}
	}
	return true
}

// enum reads one of the allowed words in any case into its own spelling.
func enum[S ~string](r *reader, dst *S, allowed []S) bool {
	raw := r.value()
	switch raw.Kind() {
	case 'n', 0:
		return true
	case '"':
		inner := []byte(raw[1 : len(raw)-1])
		if bytes.IndexByte(inner, '\\') >= 0 {
			if r.scratch, r.err = jsontext.AppendUnquote(r.scratch[:0], raw); r.err != nil {
				return true
			}
			inner = r.scratch
		}
		for _, word := range allowed {
			if len(inner) == len(word) && strings.EqualFold(string(inner), string(word)) {
				*dst = word
				return true
			}
		}
	}
	words := make([]string, len(allowed))
	for i, word := range allowed {
		words[i] = string(word)
	}
	r.wrong("one of "+strings.Join(words, ", "), "")
	return true
}

func enumPtr[S ~string](r *reader, dst **S, allowed []S) bool {
	var s S
	enum(r, &s, allowed)
	if s != "" {
		*dst = &s
	}
	return true
}

// integer reads a whole number within bounds; fractions and what does not fit are faults, never rounded or wrapped.
func integer[N ~int64](r *reader, dst *N, least, most int64) bool {
	raw := r.value()
	switch raw.Kind() {
	case 'n', 0:
		return true
	case '0':
	default:
		r.wrong("an integer", "")
		return true
	}
	n, ok := parseInteger(raw)
	switch {
	case !ok:
		r.wrong("an integer", shortNumber(raw))
	case n < least:
		r.wrong(strconv.FormatInt(least, 10)+" or more", strconv.FormatInt(n, 10))
	case n > most:
		r.wrong("at most "+strconv.FormatInt(most, 10), strconv.FormatInt(n, 10))
	default:
		*dst = N(n)
	}
	return true
}

func shortNumber(raw []byte) string {
	if len(raw) > 32 {
		return string(raw[:32]) + "…"
	}
	return string(raw)
}

func integerPtr[N ~int64](r *reader, dst **N, least, most int64) bool {
	before := len(r.faults)
	if r.dec.PeekKind() == 'n' {
		r.value()
		return true
	}
	var n N
	integer(r, &n, least, most)
	if r.err == nil && len(r.faults) == before {
		*dst = &n
	}
	return true
}

// boolean reads true or false.
func boolean(r *reader, dst *bool) bool {
	switch r.value().Kind() {
	case 't':
		*dst = true
	case 'f':
		*dst = false
	case 'n', 0:
	default:
		r.wrong("true or false", "")
	}
	return true
}

func booleanPtr(r *reader, dst **bool) bool {
	var b bool
	switch r.dec.PeekKind() {
	case 't', 'f':
		boolean(r, &b)
		*dst = &b
	default:
		boolean(r, &b)
	}
	return true
}
