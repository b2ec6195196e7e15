package deliver

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/wneessen/go-mail"
)

// sendError is a failure while the mail was handed over. The library's own text names the receiver.
//
//	4xx, no answer                                  may pass
//	530, 534, 535, 538                              may pass: about logins, the operator's matter and not the mail's
//	5xx to RCPT that says: no such mailbox          permanent, and NoReceiver
//	any other 5xx                                   permanent: the mailbox is full, a policy, our address, the text
func sendError(ctx context.Context, err error) error {
	var sent *mail.SendError
	if !errors.As(err, &sent) || sent.ErrorCode() == 0 {
		if ctx.Err() != nil {
			return fmt.Errorf("hand over to mail server: %w", reason(ctx.Err()))
		}
		return fmt.Errorf("hand over to mail server: %w", errClosed)
	}
	text, _, _ := strings.Cut(sent.Error(), ", affected recipient(s): ") // the server's words, after the library's
	failed := errors.New(strings.TrimSpace(fmt.Sprintf("mail server answered %d %s", sent.ErrorCode(), enhancedCode(text))))
	switch code := sent.ErrorCode(); {
	case code == 530, code == 534, code == 535, code == 538:
		return failed
	case code < 500 || code > 599:
		return failed
	case sent.Reason == mail.ErrSMTPRcptTo && noMailbox(code, text):
		return &refused{&noReceiver{failed}}
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

// noMailboxCodes are the enhanced codes by which there is no such mailbox: bad mailbox, bad system, bad syntax, moved without a new
// address, a domain that takes no mail (RFC 7505). 5.1.7 and 5.1.8 are about our address; 5.2.x about a mailbox that is there.
var noMailboxCodes = []string{"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10"}

// notTheMailbox are words of refusals without an enhanced code that are about something else than the mailbox's existence. Better a
// receiver too few is blocked, who fails again, than one too many.
var notTheMailbox = regexp.MustCompile(`(?i)\b(?:relay\w*|polic\w+|prohibit\w*|spam\w*|listed|block\w*|black\w*|denied|authenticat\w+|sender|quota|full|reputation|rate|limits?)\b`)

// noMailbox reports whether a server's refusal of a receiver says that there is no such mailbox: by its enhanced code, or without one
// by 550, 551 or 553 and nothing in its text that speaks of another reason.
func noMailbox(code int, text string) bool {
	if e := enhancedCode(text); e != "" {
		return slices.Contains(noMailboxCodes, e) && !strings.Contains(text, "5.7.")
	}
	return (code == 550 || code == 551 || code == 553) && !notTheMailbox.MatchString(text)
}
