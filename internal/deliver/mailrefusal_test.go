package deliver

import (
	"crypto/tls"
	"errors"
	"strings"
	"testing"

	"github.com/emersion/go-smtp"
)

// TestMail_onlyTheWordThatNobodyIsThereIsOne: the receiver is not to blame for a full mailbox, a policy, our address or the text.
func TestMail_onlyTheWordThatNobodyIsThereIsOne(t *testing.T) {
	none := smtp.NoEnhancedCode
	for _, c := range []struct {
		code      int
		enhanced  smtp.EnhancedCode
		text      string
		permanent bool
		nobody    bool // when it is said to RCPT
		maybe     bool // likewise
	}{
		{550, smtp.EnhancedCode{5, 1, 1}, "no such user", true, true, false},
		{550, smtp.EnhancedCode{5, 1, 2}, "no such host", true, true, false},
		{553, smtp.EnhancedCode{5, 1, 3}, "what a name", true, false, false},
		{553, smtp.EnhancedCode{5, 6, 7}, "no SMTPUTF8", true, false, false},
		{551, smtp.EnhancedCode{5, 1, 6}, "moved", true, true, false},
		{556, smtp.EnhancedCode{5, 1, 10}, "takes no mail", true, true, false},
		{550, smtp.EnhancedCode{5, 1, 7}, "your address", true, false, false},
		{550, smtp.EnhancedCode{5, 1, 8}, "your domain", true, false, false},
		{552, smtp.EnhancedCode{5, 2, 2}, "the mailbox is full", true, false, false},
		{550, smtp.EnhancedCode{5, 2, 1}, "the mailbox is closed", true, false, false},
		{550, smtp.EnhancedCode{5, 4, 1}, "access denied", true, false, false},
		{554, smtp.EnhancedCode{5, 7, 1}, "relay access denied", true, false, false},
		{550, smtp.EnhancedCode{5, 7, 26}, "not signed", true, false, false},
		{550, smtp.EnhancedCode{5, 1, 1}, "refused (5.7.1)", true, false, false},
		{550, none, "unknown user", true, false, true},
		{551, none, "user not local", true, false, true},
		{553, none, "no such mailbox on 10.5.1.1", true, false, false},
		{550, none, "Requested action not taken: mailbox unavailable", true, false, true}, // RFC 5321, 4.2.2
		{550, none, "Unrouteable address", true, false, true},
		{550, none, "recipient address rejected: SMTPUTF8 is not supported", true, false, false},
		{550, none, "no", true, false, false},
		{550, none, "try another host", true, false, false},
		{550, none, "5.7.1 a policy", true, false, false},
		{550, none, "#5.7.509: refused", true, false, false},
		{550, none, "relay not permitted", true, false, false},
		{550, none, "Administrative prohibition", true, false, false},
		{550, none, "10.5.1.1 is listed", true, false, false},
		{550, none, "mailbox full", true, false, false},
		{552, none, "no room", true, false, false},
		{554, none, "no", true, false, false},
		{530, smtp.EnhancedCode{5, 7, 0}, "who are you?", false, false, false},
		{450, smtp.EnhancedCode{4, 1, 1}, "who knows?", false, false, false},
	} {
		for where, set := range map[string]func(*postOffice, error){
			"MAIL": func(o *postOffice, err error) { o.mailErr = func(string) error { return err } },
			"RCPT": func(o *postOffice, err error) { o.rcptErr = func(string) error { return err } },
			"DATA": func(o *postOffice, err error) { o.dataErr = func([]byte) error { return err } },
		} {
			o := &postOffice{}
			set(o, &smtp.SMTPError{Code: c.code, EnhancedCode: c.enhanced, Message: c.text})
			m := mailer(t, "smtp://"+o.open(t, "plain", tls.Certificate{}), nil)
			err := m.Send(t.Context(), Message{To: "full@relay.example", Subject: "x", Text: "x", ID: "1"})
			if err == nil || Permanent(err) != c.permanent || NoReceiver(err) != (c.nobody && where == "RCPT") || MaybeNoReceiver(err) != (c.maybe && where == "RCPT") {
				t.Errorf("%s %d %v %s: %v, permanent %v, nobody there %v", where, c.code, c.enhanced, c.text, err, Permanent(err), NoReceiver(err))
				continue
			}
			for e := err; e != nil; e = errors.Unwrap(e) {
				if strings.Contains(e.Error(), "relay.example") || strings.Contains(e.Error(), c.text) {
					t.Errorf("the error says too much: %v", e)
				}
			}
		}
	}
	// An address that cannot be written to at all is no word of anybody's.
	if err := mailer(t, "smtp://127.0.0.1:1", nil).Send(t.Context(), Message{To: "nobody", Subject: "x", Text: "x", ID: "1"}); !Permanent(err) || NoReceiver(err) {
		t.Error(err)
	}
}

// TestMail_wordsThatNobodyIsThere: what servers say in words alone (RFC 5321, 4.2.2 and texts of Exim, Postfix, Sendmail, qmail and hosts of mail).
func TestMail_wordsThatNobodyIsThere(t *testing.T) {
	for text, maybe := range map[string]bool{
		"No such user here": true, "User unknown": true, "Unknown recipient": true, "mailbox unavailable": true, "Invalid recipient": true, "Addressee unknown": true, "Recipient not found": true,
		"user does not exist": true, "Unrouteable address": true, "no such person at this address": true, "This user doesn't have an account": true, "undeliverable address": true,
		"no mailbox here by that name": true, "email address could not be found": true, "Mailbox does not exist": true,

		"Too many recipients": false, "Too many invalid recipients": false, "Maximum recipients exceeded": false, "The user has exceeded its sending volume": false,
		"Your account is suspended": false, "Your account does not exist any more": false, "SMTP AUTH is required for users": false, "user not logged in": false, "TLS required for recipients": false,
		"Recipient verification in progress, address unknown, try later": false, "mailbox temporarily unavailable": false, "mailbox busy": false, "Address has been greylisted": false,
		"DNS lookup failed for recipient address, host unknown": false, "recipient address rejected: Domain not found": false, "internal error: user unknown": false, "LDAP lookup: user not found": false,
		"Mail from your address is invalid": false, "Bad HELO: invalid for users": false, "invalid address format": false, "service unavailable for this recipient": false,
		"Recipient rejected": false, "Recipient not allowed": false, "account disabled": false, "Mailbox inactive": false, "address in DNSBL": false, "virus found for user": false,
		"recipient does not accept mail": false, "Access to this account refused": false, "not permitted to send to this address": false,
	} {
		if got := maybeNoMailbox(550, text); got != maybe {
			t.Errorf("550 %s: maybe nobody %v", text, got)
		}
	}
}
