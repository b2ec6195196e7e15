package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"text/tabwriter"

	"kassa/internal/config"
	"kassa/internal/pay"
	"kassa/internal/server"
)

type pageCmd struct {
	Preview pagePreviewCmd `cmd:"" help:"Show a merchant's page in every state that it can be in."`
}

type pagePreviewCmd struct {
	databaseFlags
	Merchant string `placeholder:"MERCHANT" env:"-" help:"Whose page, by user name or id: name, colour and profiles are read from the database. Default: the sandbox's merchant, without a database."`
	Profile  string `placeholder:"PROFILE" env:"-" help:"Which of the merchant's profiles the pages name."`
	Country  string `default:"GB" env:"-" help:"The market: its money, language, ways to pay and forms."`
	Consents string `placeholder:"FILE" env:"-" help:"Your own sentences above the pay button, as of serve --consents."`
	Listen   string `default:"127.0.0.1:8095" env:"-" help:"Address of the pages."`
}

// Help is printed below the flags.
func (pagePreviewCmd) Help() string {
	return `The pages are real ones, in a sandbox of their own whose clock stands still; nothing is written to the merchant's database. Add ?lang=ar to an address for another language.

Examples:

  kassa page preview
  kassa page preview --database sqlite:kassa.db --merchant K000002 --profile till --country SE`
}

// Run shows the pages until it is told to stop.
func (c *pagePreviewCmd) Run(t *terminal) (err error) {
	look := server.Preview{Name: "Nordlys Cykler", Profile: c.Profile, Country: c.Country}
	if c.Merchant != "" {
		if err := c.read(t, &look); err != nil {
			return err
		}
	} else if c.Profile != "" {
		return &config.Refusal{Flag: "--profile", Why: "is one of a merchant's: give --merchant too"}
	}
	dir, err := os.MkdirTemp("", "kassa-preview-")
	if err != nil {
		return fmt.Errorf("make a place for the temporary database: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	s, pages, err := server.StartPreview(t.ctx, server.Options{Config: config.Serve{
		Listen: c.Listen, AdminListen: "127.0.0.1:0", Consents: c.Consents, Database: "sqlite:" + filepath.Join(dir, "kassa.db"),
	}}, look)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "all of these\t%s/\n", s.URL())
	for _, p := range pages {
		fmt.Fprintf(w, "%s\t%s\n", p.State, p.URL)
	}
	if err := w.Flush(); err != nil {
		return errors.Join(err, s.Shutdown(context.WithoutCancel(t.ctx)))
	}
	return untilStopped(t.ctx, s)
}

// read reads what the merchant's page looks like.
func (c *pagePreviewCmd) read(t *terminal, look *server.Preview) error {
	return c.operate(t, false, func(ctx context.Context, o *server.Operator) error {
		m, err := o.MerchantNamed(ctx, c.Merchant)
		if err != nil {
			return err
		}
		if look.Name, look.Settings = m.Name, m.Settings; c.Profile != "" && m.Settings.Profile(c.Profile) == nil {
			return pay.NotFoundError(fmt.Sprintf("the merchant has no profile %q", c.Profile))
		}
		return nil
	})
}
