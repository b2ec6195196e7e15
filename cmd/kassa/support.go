package main

import (
	"context"
	"strings"

	"kassa/internal/pay"
	"kassa/internal/server"
)

type merchantSupportCmd struct {
	oneMerchant
	Email   string `env:"-" placeholder:"ADDRESS" help:"For questions about an order, like hello@example.com."`
	Phone   string `env:"-" placeholder:"NUMBER" help:"The same by phone, like '+44 20 7946 0000'."`
	URL     string `env:"-" placeholder:"URL" help:"A page of help, like https://shop.example.com/help."`
	Address string `env:"-" placeholder:"LINE" help:"Where the business is, in one line."`
	Sandbox bool   `env:"-" help:"Take a page of help at an http or loopback address."`
}

// Help is printed below the flags.
func (merchantSupportCmd) Help() string {
	return `The page's footer leads to the page of help, or to the e-mail address; receipts, and pages that tell the consumer to ask the shop, say where; e-mails close with the first of address, number and page of help that is given, and with where the business is. Each call replaces what was said before: without a flag nothing is said any more. A running server follows within a second.

Example:

  kassa merchant support --database sqlite:kassa.db --email hello@nordlys.example --url https://nordlys.example/help --address "Nørregade 14, 1165 København" --merchant K000002`
}

// Run sets them.
func (c *merchantSupportCmd) Run(t *terminal) error {
	support := pay.Support{Email: c.Email, Phone: c.Phone, URL: c.URL, Address: strings.TrimSpace(c.Address)}
	return c.operate(t, false, func(ctx context.Context, o *server.Operator) error {
		now, err := o.SetMerchantSupport(ctx, c.Merchant, support, pay.URLPolicy{Sandbox: c.Sandbox})
		if err != nil {
			return named("--email, --phone, --url, --address", err)
		}
		var told []string
		for _, s := range []string{support.Email, support.Phone, support.URL, support.Address} {
			if s != "" {
				told = append(told, s)
			}
		}
		if len(told) == 0 {
			told = []string{"nowhere"}
		}
		return t.printf("%s %s (%s) is reached at %s\n", now.Merchant.ID, now.Username, now.Merchant.Name, strings.Join(told, ", "))
	})
}

type merchantReceiptsCmd struct {
	oneMerchant
	Sent string `arg:"" enum:"on,off" help:"on, as it is from the beginning, or off: the merchant sends its own."`
}

// Help is printed below the flags.
func (merchantReceiptsCmd) Help() string {
	return `A server with --smtp-url sends a receipt for each payment that goes through on its page, to the e-mail address that the consumer gave or the shop told; for one under review when it is accepted. The page says that it is on its way.

Example:

  kassa merchant receipts --database sqlite:kassa.db --merchant K000002 off`
}

// Run says so.
func (c *merchantReceiptsCmd) Run(t *terminal) error {
	return c.operate(t, false, func(ctx context.Context, o *server.Operator) error {
		now, err := o.SetMerchantReceipts(ctx, c.Merchant, c.Sent == "on")
		if err != nil {
			return err
		}
		return t.printf("%s %s (%s) has receipts %s\n", now.Merchant.ID, now.Username, now.Merchant.Name, c.Sent)
	})
}
