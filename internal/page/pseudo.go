package page

import (
	"strings"
	"unicode"
)

// pseudoTag is the language that nobody speaks: English with accents on every letter, some 40 % longer, every sentence within
// brackets. What stands on a page without them was never put into words; what is cut there would be cut in some language. The
// sandbox shows it for ?lang=en-XA; no switch offers it.
const pseudoTag = "en-XA"

const (
	plainLetters    = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	accentedLetters = "áƀçðéƒĝĥîĵķļɱñöþɋŕšţûṽŵẋýžÅƁÇÐÉƑĜĤÎĴĶĻṀÑÖÞɊŔŠŢÛṼŴẊÝŽ"
)

// padding is what sentences are made longer with.
var padding = [...]string{"one", "two", "three", "four", "five", "six", "seven", "eight", "nine"}

// accent writes letters so that they can still be read, and so that none is a letter of English.
func accent(s string) string {
	accented := []rune(accentedLetters)
	return strings.Map(func(r rune) rune {
		if i := strings.IndexRune(plainLetters, r); i >= 0 {
			return accented[i]
		}
		return r
	}, s)
}

// pseudoOf makes the pseudo-locale out of English.
func pseudoOf(english *catalogue) *catalogue {
	out := *english
	out.tag, out.messages = pseudoTag, make(map[string]*message, len(english.messages))
	for id, m := range english.messages {
		out.messages[id] = m.rewritten(pseudoPhrase)
	}
	out.messages["direction"] = english.messages["direction"]
	out.name = "[" + accent(english.name) + "]"
	return &out
}

// pseudoPhrase writes one sentence; those without a letter stay, like the order of day and month.
func pseudoPhrase(p phrase) phrase {
	letters := 0
	for _, part := range p {
		for _, r := range part.text {
			if unicode.IsLetter(r) {
				letters++
			}
		}
	}
	if letters == 0 {
		return p
	}
	out := phrase{literalPart("[")}
	for _, part := range p {
		if part.text != "" {
			part = literalPart(accent(part.text))
		}
		out = append(out, part)
	}
	var more strings.Builder
	for i := 0; more.Len() < (letters*2+4)/5; i++ {
		more.WriteString(" " + padding[i%len(padding)])
	}
	return append(out, literalPart(accent(more.String())+"]"))
}
