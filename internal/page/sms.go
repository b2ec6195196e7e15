package page

import (
	"strings"
	"unicode"

	"kassa/internal/engine"
	"kassa/internal/gsm"
	"kassa/internal/pay"
)

const (
	smsParts = 2 // a text message is cut into at most
	// A shop's name is made shorter for a text to fit: to 60 letters in any case, rather to 20 or 12 letters than into two parts, rather to 4 than into three.
	smsNameLongest, smsName, smsNameShort, smsNameShortest = 60, 20, 12, 4
)

// LinkSMS writes the text message that brings a session's link.
func (p *Page) LinkSMS(pg *engine.Page) string {
	s, merchant := p.catalogues.speak("", pg.Payment.Session.Locale, "").named(pg.Merchant.Name)
	token, link := pg.Payment.Session.Intent == pay.Tokenize, p.linkURL(pg.Hosted.Link)
	amount := s.smsMoney(int64(pg.Payment.Session.Amount), pg.Payment.Session.Currency)
	until := s.ShortMoment(pg.Hosted.ExpiresAt, p.zoneOf(pg.Payment.Session.Country))
	note := ""
	if p.sandbox { // a test must never look real
		note = s.T("sms.sandbox") + " "
	}
	lead := func(name string) string { // what stands before the link
		sentence := "sms.link"
		if token {
			sentence = "sms.link.token"
		}
		return note + s.T(sentence, "Merchant", name, "Amount", amount, "Date", until, "Link", "")
	}
	brief := func(name string) string { // until when, the page says
		if token {
			return note + name
		}
		return note + name + ", " + amount
	}
	return s.sms(merchant, link,
		func(name string) string { return lead(name) + link },
		func(name string) string { return s.padded(lead(name)) + link },
		func(name string) string { return link + "\n" + strings.TrimRight(lead(name), " :\n") },
		func(name string) string { return s.padded(brief(name)) + link },
		func(name string) string { return link + "\n" + brief(name) },
	)
}

// padded fills what stands before a link up to the end of the first of two parts in UCS-2, so that the link begins the second. Of the
// blanks at the end of a line nothing is to be seen.
func (s *speech) padded(lead string) string {
	lead = strings.TrimRight(lead, " \n")
	e := gsm.Encode(s.written(lead))
	if !e.Unicode {
		return lead + "\n" // one part holds it
	}
	return lead + strings.Repeat(" ", max(gsm.UnicodePart-1-e.Length(), 0)) + "\n"
}

// CodeSMS writes the text message that brings a one-time code. That nobody will ask for it is left out where it would make two messages
// of one.
func (p *Page) CodeSMS(locale, merchant, code string) string {
	s, merchant := p.catalogues.speak("", locale, "").named(merchant)
	note := ""
	if p.sandbox {
		note = "\n" + s.T("sms.sandbox")
	}
	brief := func(name string) string { return s.T("sms.code", "Code", code, "Merchant", name) + note }
	warned := func(name string) string {
		return s.T("sms.code", "Code", code, "Merchant", name) + " " + s.T("sms.code.warning") + note
	}
	return s.sms(merchant, "", warned, brief)
}

// sms gives a text the form in which a phone gets it: the first of the ways to write it that fits into one part, else the first that
// fits into two with its link whole. A long name of a shop is made shorter for that.
func (s *speech) sms(merchant, link string, ways ...func(name string) string) string {
	text := ""
	fits := func(way func(name string) string, most, least int) bool {
		for n := max(min(len([]rune(merchant)), smsNameLongest), least); n >= least; n-- {
			text = s.written(way(shorter(merchant, n)))
			if parts, whole := partsOf(text, link); parts <= most && whole {
				return true
			}
		}
		return false
	}
	for _, least := range []int{smsName, smsNameShort} {
		for _, way := range ways[:min(len(ways), 2)] {
			if fits(way, 1, least) {
				return text
			}
		}
	}
	for _, way := range ways {
		if fits(way, smsParts, smsNameShortest) {
			return text
		}
	}
	return text // a name that no phone could tell apart: as short as may be
}

// named is how a text message is written for a shop, and the shop's name in it. What the alphabet of GSM has no form for leaves no gap in the
// name; a name of pictures alone is sent as it is, or nobody would know who asks.
func (s *speech) named(merchant string) (written *speech, name string) {
	name = withoutOverrides(merchant)
	folded, ok := gsm.Fold(name)
	if _, language := gsm.Fold(s.T("sms.code.warning")); !ok || !language || name == "" {
		return s, name
	}
	if folded = strings.Join(strings.Fields(folded), " "); folded != "" {
		return s, folded
	}
	unfolded := *s
	unfolded.unfolded = true
	return &unfolded, name
}

// written is a text as it is sent: in the alphabet of GSM where its letters have a form in it, else with plain blanks and apostrophes.
func (s *speech) written(text string) string {
	if folded, ok := gsm.Fold(text); ok && s.tag != pseudoTag && !s.unfolded {
		return folded
	}
	return gsm.Plain(text)
}

// partsOf tells how many parts a text is cut into, and whether its link is whole.
func partsOf(text, link string) (parts int, whole bool) {
	before, _, _ := strings.Cut(text, link)
	from := len([]rune(before))
	return gsm.Encode(text).Count(from, from+len([]rune(link)))
}

// shorter cuts a name to at most n letters: after a word if one ends in its second half.
func shorter(name string, n int) string {
	letters := []rune(name)
	if len(letters) <= n {
		return name
	}
	joined := func(at int) bool { // to what stands before
		return at < len(letters) && (unicode.Is(unicode.M, letters[at]) || unicode.Is(unicode.Cf, letters[at]) || unicode.Is(unicode.Cf, letters[at-1]))
	}
	at := n
	for at > 0 && joined(at) {
		at-- // what belongs to one letter is not taken apart
	}
	if at == 0 { // it is one letter, like a family of pictures
		for at = n; joined(at) && at < smsNameShort; {
			at++
		}
	}
	cut := string(letters[:at])
	if i := strings.LastIndexByte(cut, ' '); at < len(letters) && letters[at] != ' ' && i > len(cut)/2 {
		cut = cut[:i]
	}
	trimmed := strings.TrimRightFunc(cut, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) && r != ')'
	})
	if trimmed == "" { // a name without letters
		return cut
	}
	return trimmed
}

// smsMoney is Money for a text message: with the currency's code where its sign is in no alphabet of GSM, as Kč and zł.
func (s *speech) smsMoney(amount int64, code string) string {
	text := s.Money(amount, code)
	if s.rtl {
		return text
	}
	sign := strings.TrimFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.Is(unicode.Sc, r) })
	if strings.ContainsFunc(sign, func(r rune) bool { return !gsm.Has(r) }) {
		return strings.Replace(text, sign, code, 1)
	}
	return text
}
