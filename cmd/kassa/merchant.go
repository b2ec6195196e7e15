package main

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"kassa/internal/pay"
	"kassa/internal/server"
)

type merchantCmd struct {
	Add            merchantAddCmd      `cmd:"" help:"Add a merchant and print its user name, its password and the secret that signs its callbacks, once."`
	List           merchantListCmd     `cmd:"" help:"List the merchants."`
	Rotate         merchantRotateCmd   `cmd:"" help:"Give a merchant a new password and print it, once. The old one ends within a second."`
	CallbackSecret merchantSecretCmd   `cmd:"" help:"Give a merchant a new secret that signs callbacks and print it, once. The old one goes on signing for a while."`
	Colour         merchantColourCmd   `cmd:"" help:"Give a merchant's page a colour."`
	Support        merchantSupportCmd  `cmd:"" help:"Say how consumers reach a merchant with questions."`
	Receipts       merchantReceiptsCmd `cmd:"" help:"Say whether a merchant's consumers get receipts by e-mail."`
	Profile        profileCmd          `cmd:"" help:"Defaults of a merchant's pages that its sessions name by profile_id."`
	AppSchemes     merchantAppsCmd     `cmd:"" help:"Say which apps a merchant's pages may lead back to."`
	Contact        contactCmd          `cmd:"" help:"Block or unblock a receiver of a merchant's messages."`
	Disable        merchantDisableCmd  `cmd:"" help:"Refuse a merchant's calls (403 MERCHANT_INACTIVE) from within a second on."`
	Enable         merchantEnableCmd   `cmd:"" help:"Accept a disabled merchant's calls again."`
}

// Help is printed below the commands.
func (merchantCmd) Help() string {
	return `These commands work on the database beside a running server, which sees a change within a second.

Examples:

  kassa merchant add --database sqlite:kassa.db --name "Nordlys Cykler"
  kassa merchant list --database sqlite:kassa.db
  kassa merchant rotate --database sqlite:kassa.db --merchant K000002
  kassa merchant callback-secret --database sqlite:kassa.db --merchant K000002
  kassa merchant colour --database sqlite:kassa.db --merchant K000002 "#2d4a63"
  kassa merchant support --database sqlite:kassa.db --email hello@nordlys.example --merchant K000002
  kassa merchant profile set --database sqlite:kassa.db --file in-store.json --merchant K000002 in-store
  kassa merchant app-schemes --database sqlite:kassa.db --merchant K000002 com.example.shop
  kassa merchant contact unblock --database sqlite:kassa.db --merchant K000002 kim@example.com
  kassa merchant disable --database postgres://kassa@db.example.com/kassa --key-file /etc/kassa/keys --merchant K000002`
}

// oneMerchant names a merchant.
type oneMerchant struct {
	databaseFlags
	Merchant string `required:"" env:"-" placeholder:"MERCHANT" help:"The merchant's user name, like K000002_1f0c9a4be210, or its id, like K000002."`
}

type merchantAddCmd struct {
	databaseFlags
	Name string `required:"" placeholder:"NAME" env:"-" help:"The merchant's name as consumers see it on the page."`
}

// Help is printed below the flags.
func (merchantAddCmd) Help() string {
	return `The password is 256 random bits. Only a hash of it is stored: note it now, or have another one made by "kassa merchant rotate". The callback secret verifies the signatures of callbacks as Standard Webhooks describes. An SQLite database that does not exist yet is made, with its key file.

Example:

  kassa merchant add --database sqlite:kassa.db --name "Nordlys Cykler"`
}

// Run adds the merchant.
func (c *merchantAddCmd) Run(t *terminal) error {
	return c.operate(t, true, func(ctx context.Context, o *server.Operator) error {
		a, err := o.AddMerchant(ctx, c.Name)
		if err != nil {
			return named("--name", err)
		}
		return t.printf("username: %s\npassword: %s\ncallback secret: %s\n", a.Username, string(a.Password), string(a.CallbackSecret))
	})
}

type merchantListCmd struct{ databaseFlags }

// Run lists the merchants.
func (c *merchantListCmd) Run(t *terminal) error {
	return c.operate(t, false, func(ctx context.Context, o *server.Operator) error {
		all, err := o.Merchants(ctx)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "ID\tUSERNAME\tSTATUS\tPASSWORD SINCE\tNAME")
		for i := range all {
			m := &all[i].Merchant
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", m.ID, all[i].Username, m.Status, instant(all[i].CreatedAt), m.Name)
		}
		return w.Flush()
	})
}

type merchantRotateCmd struct{ oneMerchant }

// Help is printed below the flags.
func (merchantRotateCmd) Help() string {
	return `Example:

  kassa merchant rotate --database sqlite:kassa.db --merchant K000002`
}

// Run gives the merchant a new password.
func (c *merchantRotateCmd) Run(t *terminal) error {
	return c.operate(t, false, func(ctx context.Context, o *server.Operator) error {
		a, err := o.RotateMerchant(ctx, c.Merchant)
		if err != nil {
			return err
		}
		return t.printf("username: %s\npassword: %s\n", a.Username, string(a.Password))
	})
}

type merchantSecretCmd struct {
	oneMerchant
	Keep time.Duration `default:"24h" env:"-" help:"How long the old secret goes on signing beside the new one: the time to give the new one to every receiver."`
}

// Help is printed below the flags.
func (merchantSecretCmd) Help() string {
	return `While both sign, each callback carries two signatures: receivers that know only the old or only the new secret find theirs. A merchant without a secret gets one; until then its callbacks are not signed.

Example:

  kassa merchant callback-secret --database sqlite:kassa.db --merchant K000002`
}

// Run gives the merchant a new secret.
func (c *merchantSecretCmd) Run(t *terminal) error {
	return c.operate(t, false, func(ctx context.Context, o *server.Operator) error {
		a, err := o.RotateCallbackSecret(ctx, c.Merchant, c.Keep)
		if err != nil {
			return err
		}
		return t.printf("callback secret: %s\n", string(a.CallbackSecret))
	})
}

type merchantColourCmd struct {
	oneMerchant
	Colour string `arg:"" optional:"" help:"A colour like #2d4a63; without one the page has its ordinary colour again."`
}

// Help is printed below the flags.
func (merchantColourCmd) Help() string {
	return `Buttons, links and what is chosen take the colour. Where it would be hard to read, in light or in dark, it is made darker or lighter, and a pale button gets a rim: any colour will do. A running server follows within a second.

Example:

  kassa merchant colour --database sqlite:kassa.db --merchant K000002 "#2d4a63"`
}

// Run sets the colour.
func (c *merchantColourCmd) Run(t *terminal) error {
	return c.operate(t, false, func(ctx context.Context, o *server.Operator) error {
		now, err := o.SetMerchantColour(ctx, c.Merchant, c.Colour)
		if err != nil {
			return named("<colour>", err)
		}
		if c.Colour = now.Merchant.Settings.Colour; c.Colour == "" {
			c.Colour = "the ordinary colour"
		}
		return t.printf("%s %s (%s) has %s\n", now.Merchant.ID, now.Username, now.Merchant.Name, c.Colour)
	})
}

type merchantAppsCmd struct {
	oneMerchant
	Schemes []string `arg:"" optional:"" name:"scheme" help:"Schemes of the merchant's apps; without one no app is led to any more."`
}

// Help is printed below the flags.
func (merchantAppsCmd) Help() string {
	return `With a scheme like com.example.shop, success, cancel, back, failure and error of a hosted session's merchant_urls may be addresses like com.example.shop://paid?sid={{session_id}}. The page sends the consumer there and shows a link, because some browsers open an app only at a press. A payment session's app_return_url needs such a scheme too. Other addresses stay https.

Example:

  kassa merchant app-schemes --database sqlite:kassa.db --merchant K000002 com.example.shop`
}

// Run sets the schemes.
func (c *merchantAppsCmd) Run(t *terminal) error {
	return c.operate(t, false, func(ctx context.Context, o *server.Operator) error {
		now, err := o.SetMerchantAppSchemes(ctx, c.Merchant, c.Schemes)
		if err != nil {
			return named("<scheme>", err)
		}
		m := &now.Merchant
		if len(m.Settings.AppSchemes) == 0 {
			return t.printf("%s %s (%s) leads to no app\n", m.ID, now.Username, m.Name)
		}
		return t.printf("%s %s (%s) may lead to %s\n", m.ID, now.Username, m.Name, strings.Join(m.Settings.AppSchemes, ", "))
	})
}

type merchantDisableCmd struct{ oneMerchant }

// Run disables the merchant.
func (c *merchantDisableCmd) Run(t *terminal) error { return c.set(t, pay.MerchantDisabled) }

type merchantEnableCmd struct{ oneMerchant }

// Run enables the merchant.
func (c *merchantEnableCmd) Run(t *terminal) error { return c.set(t, pay.MerchantActive) }

func (c *oneMerchant) set(t *terminal, status pay.MerchantStatus) error {
	return c.operate(t, false, func(ctx context.Context, o *server.Operator) error {
		now, err := o.SetMerchantStatus(ctx, c.Merchant, status)
		if err != nil {
			return err
		}
		return t.printf("%s %s (%s) is %s\n", now.Merchant.ID, now.Username, now.Merchant.Name, now.Merchant.Status)
	})
}
