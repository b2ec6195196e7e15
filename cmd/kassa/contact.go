package main

import (
	"context"

	"kassa/internal/server"
)

type contactCmd struct {
	Block   contactBlockCmd   `cmd:"" help:"Send a merchant's messages to a receiver no more."`
	Unblock contactUnblockCmd `cmd:"" help:"Send a merchant's messages to a blocked receiver again."`
}

// Help is printed below the commands.
func (contactCmd) Help() string {
	return `A receiver is blocked when a mail server says that there is no such mailbox, or an SMS centre that there is no such number; or by you, when somebody wants no more messages. The API answers 400 BLACKLISTED_CONTACT then. Only hashes are stored: who is blocked cannot be listed, but asked by the address.

Examples:

  kassa merchant contact unblock --database sqlite:kassa.db --merchant K000002 kim@example.com
  kassa merchant contact block --database sqlite:kassa.db --merchant K000002 "+46 70 174 06 15"`
}

// oneContact names a receiver of a merchant's messages.
type oneContact struct {
	oneMerchant
	Address string `arg:"" help:"An e-mail address, or a phone number with its country's calling code, like +46701740615."`
}

type contactBlockCmd struct{ oneContact }

// Run blocks the receiver.
func (c *contactBlockCmd) Run(t *terminal) error { return c.set(t, true) }

type contactUnblockCmd struct{ oneContact }

// Run lifts the block.
func (c *contactUnblockCmd) Run(t *terminal) error { return c.set(t, false) }

// set changes a receiver, and says how that stood before. The address is not printed: it may end in somebody's log.
func (c *oneContact) set(t *terminal, blocked bool) error {
	return c.operate(t, false, func(ctx context.Context, o *server.Operator) error {
		was, err := o.BlockContact(ctx, c.Merchant, c.Address, blocked)
		if err != nil {
			return named("<address>", err)
		}
		switch {
		case blocked == was && was:
			return t.printf("this receiver was blocked already\n")
		case blocked == was:
			return t.printf("this receiver was not blocked\n")
		case blocked:
			return t.printf("this receiver is blocked\n")
		}
		return t.printf("this receiver is blocked no more\n")
	})
}
