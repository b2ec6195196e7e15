package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"
)

// each is a flag that gives a number for each of several names, like SEK=500000: repeated, or with ";" between them. A name that is
// given twice is refused: whoever gave it meant one of the two.
type each map[string]int64

// Decode adds what one occurrence of the flag says.
func (e *each) Decode(ctx *kong.DecodeContext) error {
	var text string
	if err := ctx.Scan.PopValueInto("name=number", &text); err != nil {
		return err
	}
	if *e == nil {
		*e = each{}
	}
	for part := range strings.SplitSeq(text, ";") {
		name, number, found := strings.Cut(part, "=")
		if !found {
			return fmt.Errorf("%q is not like %s", part, ctx.Value.Tag.PlaceHolder)
		}
		n, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			return fmt.Errorf("%s: %q is not a whole number", name, number)
		}
		if _, twice := (*e)[name]; twice {
			return fmt.Errorf("%s is given twice", name)
		}
		(*e)[name] = n
	}
	return nil
}
