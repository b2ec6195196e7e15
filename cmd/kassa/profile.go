package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"kassa/client"
	"kassa/internal/config"
	"kassa/internal/pay"
	"kassa/internal/server"
)

type profileCmd struct {
	Set    profileSetCmd    `cmd:"" help:"Add a profile, or replace the one of the same name."`
	List   profileListCmd   `cmd:"" help:"List a merchant's profiles."`
	Show   profileShowCmd   `cmd:"" help:"Print a profile, in the form in which set reads it."`
	Remove profileRemoveCmd `cmd:"" help:"Remove a profile."`
}

// Help is printed below the commands.
func (profileCmd) Help() string {
	return `A profile holds what a merchant's sessions would otherwise repeat: a create with "profile_id": "in-store" gets the options of the profile in-store, but for those that it brings itself. A profile_id that names no profile is no error.

A profile is a JSON object; options has the members of a hosted session's options:

  {
    "options": {"page_title": "Nordlys Cykler", "logo_url": "https://shop.example/logo.png", "purchase_type": "ORDER",
                "payment_method_categories": ["PAY_NOW", "PAY_LATER"], "payment_fallback": true},
    "colour": "#2d4a63",
    "languages": ["sv", "en"]
  }

Examples:

  kassa merchant profile set --database sqlite:kassa.db --file in-store.json --merchant K000002 in-store
  kassa merchant profile show --database sqlite:kassa.db --merchant K000002 in-store > in-store.json`
}

// profileFile is a profile as it is written down.
type profileFile struct {
	Options   *client.HostedOptions `json:"options,omitempty"`
	Colour    string                `json:"colour,omitempty"`
	Languages []string              `json:"languages,omitempty"`
}

// profile reads a file. What is not understood is refused: a slip of the pen would be found by a consumer otherwise.
func (f *profileFile) profile(id string) pay.Profile {
	p := pay.Profile{ID: id, Colour: strings.ToLower(f.Colour), Languages: f.Languages}
	if o := f.Options; o != nil {
		p.Options = pay.HostedOptions{
			LogoURL: o.LogoURL, PageTitle: o.PageTitle, Category: pay.Category(strings.ToLower(string(o.PaymentMethodCategory))),
			PlaceOrderMode: pay.PlaceOrderMode(strings.ToUpper(string(o.PlaceOrderMode))), PurchaseType: strings.ToUpper(o.PurchaseType),
			HideSubtotalDetail: strings.EqualFold(o.ShowSubtotalDetail, "HIDE"), Fallback: o.PaymentFallback,
		}
		for _, c := range o.PaymentMethodCategories {
			p.Options.Categories = append(p.Options.Categories, pay.Category(strings.ToLower(string(c))))
		}
		for _, b := range o.BackgroundImages {
			p.Options.BackgroundImages = append(p.Options.BackgroundImages, pay.BackgroundImage{URL: b.URL, Width: b.Width})
		}
	}
	return p
}

// written is a profile as a file has it.
func written(p *pay.Profile) profileFile {
	o := &p.Options
	out := client.HostedOptions{
		LogoURL: o.LogoURL, PageTitle: o.PageTitle, PaymentMethodCategory: client.Category(strings.ToUpper(string(o.Category))),
		PlaceOrderMode: client.PlaceOrderMode(o.PlaceOrderMode), PurchaseType: o.PurchaseType, PaymentFallback: o.Fallback,
	}
	if o.HideSubtotalDetail {
		out.ShowSubtotalDetail = "HIDE"
	}
	for _, c := range o.Categories {
		out.PaymentMethodCategories = append(out.PaymentMethodCategories, client.Category(strings.ToUpper(string(c))))
	}
	for _, b := range o.BackgroundImages {
		out.BackgroundImages = append(out.BackgroundImages, client.BackgroundImage{URL: b.URL, Width: b.Width})
	}
	return profileFile{Options: &out, Colour: p.Colour, Languages: p.Languages}
}

type oneProfile struct {
	oneMerchant
	Profile string `arg:"" help:"The profile's name: what profile_id says."`
}

type profileSetCmd struct {
	oneProfile
	File    string `required:"" placeholder:"FILE" env:"-" help:"The profile; - reads it from standard input."`
	Sandbox bool   `env:"-" help:"Take pictures at http and loopback addresses, which serve --sandbox fetches."`
}

// Run sets the profile.
func (c *profileSetCmd) Run(t *terminal) error {
	f, err := readProfile(c.File)
	if err != nil {
		return &config.Refusal{Flag: "--file", Why: err.Error()}
	}
	return c.operate(t, false, func(ctx context.Context, o *server.Operator) error {
		now, err := o.SetMerchantProfile(ctx, c.Merchant, f.profile(c.Profile), pay.URLPolicy{Sandbox: c.Sandbox})
		if err != nil {
			return named("--file", err)
		}
		return t.printf("%s %s (%s) has the profile %s\n", now.Merchant.ID, now.Username, now.Merchant.Name, c.Profile)
	})
}

func readProfile(name string) (*profileFile, error) {
	var raw []byte
	var err error
	if name == "-" {
		raw, err = io.ReadAll(os.Stdin)
	} else {
		raw, err = os.ReadFile(name)
	}
	if err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(raw, []byte("\ufeff")))) // some editors write a byte-order mark
	d.DisallowUnknownFields()
	var f profileFile
	if err := d.Decode(&f); err != nil {
		return nil, fmt.Errorf("is not a profile (`kassa merchant profile --help` shows one): %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("is not a profile: there is something after the JSON object")
	}
	return &f, nil
}

type profileListCmd struct{ oneMerchant }

// Run lists the profiles.
func (c *profileListCmd) Run(t *terminal) error {
	return c.operate(t, false, func(ctx context.Context, o *server.Operator) error {
		m, err := o.MerchantNamed(ctx, c.Merchant)
		if err != nil {
			return err
		}
		all := m.Settings.Profiles
		w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "PROFILE\tTITLE\tCOLOUR\tLANGUAGES")
		for i := range all {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", all[i].ID, all[i].Options.PageTitle, all[i].Colour, strings.Join(all[i].Languages, ", "))
		}
		return w.Flush()
	})
}

type profileShowCmd struct{ oneProfile }

// Run prints the profile.
func (c *profileShowCmd) Run(t *terminal) error {
	return c.operate(t, false, func(ctx context.Context, o *server.Operator) error {
		m, err := o.MerchantNamed(ctx, c.Merchant)
		if err != nil {
			return err
		}
		p := m.Settings.Profile(c.Profile)
		if p == nil {
			return pay.NotFoundError(fmt.Sprintf("the merchant has no profile %q", c.Profile))
		}
		out, err := json.MarshalIndent(written(p), "", "  ")
		if err != nil {
			return err
		}
		return t.printf("%s\n", out)
	})
}

type profileRemoveCmd struct{ oneProfile }

// Run removes the profile.
func (c *profileRemoveCmd) Run(t *terminal) error {
	return c.operate(t, false, func(ctx context.Context, o *server.Operator) error {
		now, err := o.DropMerchantProfile(ctx, c.Merchant, c.Profile)
		if err != nil {
			return err
		}
		return t.printf("%s %s (%s) has no profile %s any more\n", now.Merchant.ID, now.Username, now.Merchant.Name, c.Profile)
	})
}
