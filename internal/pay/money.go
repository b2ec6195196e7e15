package pay

import (
	"math"
	"strconv"
)

// Amount is money in minor units (öre, cents) of the currency beside it.
type Amount int64

// MaxAmount bounds unit_price and total_amount of a line.
const MaxAmount Amount = 200_000_000

// figure writes an amount as the API does.
func (a Amount) figure() string { return strconv.FormatInt(int64(a), 10) }

// addAmounts adds without wrapping; ok is false when the sum does not fit.
func addAmounts(a, b Amount) (sum Amount, ok bool) {
	if b > 0 && a > math.MaxInt64-b || b < 0 && a < math.MinInt64-b {
		return 0, false
	}
	return a + b, true
}

// subAmounts subtracts without wrapping.
func subAmounts(a, b Amount) (difference Amount, ok bool) {
	if b < 0 && a > math.MaxInt64+b || b > 0 && a < math.MinInt64+b {
		return 0, false
	}
	return a - b, true
}

// mulAmount multiplies without wrapping.
func mulAmount(a Amount, n int64) (product Amount, ok bool) {
	if a == 0 || n == 0 {
		return 0, true
	}
	p := int64(a) * n
	if p/n != int64(a) || (n == -1 && int64(a) == math.MinInt64) {
		return 0, false
	}
	return Amount(p), true
}
