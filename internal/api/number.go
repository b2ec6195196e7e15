package api

import (
	"bytes"
	"strconv"
)

// parseInteger reads a JSON number that is whole, in any way of writing it: 5454, 5454.0, 5.454e3. Programs that keep money in
// floating point write integers so (PHP's json_encode with serialize_precision, for one). ok is false for a fraction, and for what
// int64 does not hold: nothing is rounded, nothing wraps.
func parseInteger(raw []byte) (n int64, ok bool) {
	if !bytes.ContainsAny(raw, ".eE") {
		n, err := strconv.ParseInt(string(raw), 10, 64)
		return n, err == nil
	}
	digits, negative := bytes.CutPrefix(raw, []byte("-"))
	power, ok := 0, true
	if i := bytes.IndexAny(digits, "eE"); i >= 0 {
		exponent := bytes.TrimPrefix(digits[i+1:], []byte("+"))
		var err error
		power, err = strconv.Atoi(string(exponent))
		digits, ok = digits[:i], err == nil
	}
	whole, fraction, _ := bytes.Cut(digits, []byte("."))
	fraction = bytes.TrimRight(fraction, "0")
	significant := bytes.TrimLeft(append(bytes.Clone(whole), fraction...), "0")
	if len(significant) == 0 {
		return 0, len(whole) > 0 // zero, whatever its power
	}
	shortened := bytes.TrimRight(significant, "0")
	// A power that no body is long enough to make up for is refused here, so that what follows stays within an int.
	if !ok || power > 2*maxBody || power < -2*maxBody {
		return 0, false
	}
	power += len(significant) - len(shortened) - len(fraction)
	if power < 0 || len(shortened)+power > maxDigits {
		return 0, false
	}
	text := make([]byte, 0, maxDigits+1)
	if negative {
		text = append(text, '-')
	}
	text = append(append(text, shortened...), bytes.Repeat([]byte("0"), power)...)
	n, err := strconv.ParseInt(string(text), 10, 64)
	return n, err == nil
}

// maxDigits is how many digits the largest int64 has.
const maxDigits = 19
