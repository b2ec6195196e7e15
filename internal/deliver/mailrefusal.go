package deliver

import (
	"context"
	"errors"
	"fmt"
	"net/textproto"
	"regexp"
	"slices"
	"strings"
)

// sendError is a failure while the mail was handed over; to whom it goes was being said when rcpt is set. The server's own text may
// name the receiver.
//
//	4xx, no answer                                  may pass
//	530, 534, 535, 538                              may pass: about logins, the operator's matter and not the mail's
//	5xx to RCPT with a code: no such mailbox        permanent, and NoReceiver
//	550, 551 to RCPT without, about the mailbox     permanent, and MaybeNoReceiver: relays say so about themselves, too
//	any other 5xx                                   permanent: the mailbox is full, a policy, our address, the text
func sendError(ctx context.Context, err error, rcpt bool) error {
	var said *textproto.Error
	if !errors.As(err, &said) {
		if ctx.Err() != nil {
			return fmt.Errorf("hand over to mail server: %w", reason(ctx.Err()))
		}
		return fmt.Errorf("hand over to mail server: %w", errClosed)
	}
	failed := errors.New(strings.TrimSpace(fmt.Sprintf("mail server answered %d %s", said.Code, enhancedCode(said.Msg))))
	switch code := said.Code; {
	case code == 530, code == 534, code == 535, code == 538:
		return failed
	case code < 500 || code > 599:
		return failed
	case rcpt && noMailbox(said.Msg):
		return &refused{&noReceiver{failed}}
	case rcpt && maybeNoMailbox(code, said.Msg):
		return &refused{&maybeNoReceiver{failed}}
	}
	return &refused{failed}
}

// enhanced finds what may be an enhanced status code (RFC 3463) and no part of an IP address.
var enhanced = regexp.MustCompile(`(?:^|[^0-9.])([45]\.[0-9]{1,3}\.[0-9]{1,3})(?:$|[^0-9.]|\.(?:$|[^0-9]))`)

// enhancedCode is the enhanced status code of an answer, whether or not the server announced that it gives them; empty without.
func enhancedCode(text string) string {
	if m := enhanced.FindStringSubmatch(text); m != nil {
		return m[1]
	}
	return ""
}

// noMailboxCodes are the enhanced codes by which there is no such mailbox: bad mailbox, bad system, moved without a new address, a domain
// that takes no mail (RFC 7505). 5.1.3 and 5.6.7 are about how an address is written, which a server that lacks SMTPUTF8 says of one
// that is right; 5.1.7 and 5.1.8 about our address; 5.2.x about a mailbox that is there.
var noMailboxCodes = []string{"5.1.1", "5.1.2", "5.1.6", "5.1.10"}

// noMailbox reports whether a server's refusal of a receiver says by its enhanced code that there is no such mailbox.
func noMailbox(text string) bool {
	return slices.Contains(noMailboxCodes, enhancedCode(text)) && !strings.Contains(text, "5.7.")
}

var (
	// theMailbox are words of refusals that are about a mailbox.
	theMailbox = regexp.MustCompile(`(?i)\b(?:users?|mailbox(?:es)?|recipients?|addressees?|accounts?|address|persons?)\b`)
	// nobody are words by which it is not there. "Rejected" alone is none.
	nobody = regexp.MustCompile(`(?i)\b(?:unknown|no such|no (?:mailbox|user|recipient|account|person)|not (?:be )?(?:found|known|local)|exists?|invalid|unavailable|unrout\w+|undeliverable|have an account|has no account)\b`)
	// notTheMailbox are words of refusals that are about something else than the mailbox's existence: a policy, us, how much was sent, what
	// may pass. Better a receiver too few is blocked, who fails again, than one too many.
	notTheMailbox = regexp.MustCompile(`(?i)\b(?:relay\w*|polic\w+|prohibit\w*|spam\w*|virus\w*|malware|listed|block\w*|black\w*|gr[ea]y\w*|denied|auth|authenticat\w+|log(?:in|ged|on)|tls|encrypt\w*|sender|senders|from|your?|quota|full|size|reputation|rate|limits?|too|many|maximum|exceed\w*|` +
		`tempor\w+|later|again|busy|errors?|lookups?|dns\w*|resolv\w+|domains?|service|ip|host|hostname|helo|ehlo|smtputf8|utf-?8|ascii|syntax|format|charset|characters?)\b`)
)

// maybeNoMailbox reports whether a refusal without an enhanced code is about the mailbox. 553 is not: it is about the address's form.
func maybeNoMailbox(code int, text string) bool {
	return enhancedCode(text) == "" && (code == 550 || code == 551) && theMailbox.MatchString(text) && nobody.MatchString(text) && !notTheMailbox.MatchString(text)
}
