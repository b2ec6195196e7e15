package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"kassa/internal/config"
	"kassa/internal/server"
)

type serveCmd struct {
	databaseFlags
	Listen          string        `default:"127.0.0.1:8080" help:"Address of the API and the payment page."`
	AdminListen     string        `default:"127.0.0.1:8081" help:"Address of /healthz, /readyz, /metrics and the sandbox's control API. Keep it private."`
	AdminHosts      []string      `name:"admin-host" placeholder:"NAME" help:"Names that the admin address answers to besides localhost, IP addresses and the name in --admin-listen, like kassa-admin.internal. Repeatable."`
	PublicURL       string        `placeholder:"URL" help:"What every URL that is handed out begins with, like https://pay.example.com. Default: http://<listen>, with 127.0.0.1 where that is every address."`
	Sandbox         bool          `help:"Test personas decide, the merchant K000001_sandbox / sandbox exists, http and loopback URLs are allowed, the clock can be moved. No real money."`
	DecisionLimit   each          `placeholder:"SEK=500000" help:"Approve amounts up to this, in minor units; repeat it per currency. Needed outside the sandbox: other currencies are declined."`
	SMTPURL         string        `name:"smtp-url" env:"KASSA_SMTP_URL" placeholder:"URL" help:"How one-time codes, links and receipts are sent: smtp://user:password@host:587 or smtps://… Needed outside the sandbox."`
	MailFrom        string        `placeholder:"ADDRESS" help:"Sender of the mails, like pay@example.com."`
	SMSURL          string        `name:"sms-url" env:"KASSA_SMS_URL" placeholder:"URL" help:"How codes and links go to phones: https://user:password@gateway/send?to={{to}}&text={{text}} or smpp://id:password@host:2775."`
	CodeLimit       int           `placeholder:"3" help:"One-time codes that one network address may ask for in 15 minutes. Default: 3; in the sandbox codes are limited only when it is given."`
	Consents        string        `placeholder:"FILE" help:"JSON with your own sentences above the pay button, by market and way to pay. Default: those that come with Kassa."`
	MessageQuota    each          `placeholder:"email=100" help:"Links a merchant may have sent in a day, email=N or sms=N; repeat it. Default: no bound."`
	RateLimit       each          `placeholder:"create=40" help:"Calls a second of each merchant, create=N for new sessions and customer tokens and other=N for the rest; repeat it. Default: no bound."`
	CallbackTimeout time.Duration `default:"3s" help:"How long a merchant's endpoint may take to answer a callback."`
	CallbackAllow   []string      `placeholder:"NETWORK" help:"Private networks where callbacks may go, like 10.20.0.0/16. Without: public addresses only (in the sandbox also loopback)."`
	TrustedProxies  []string      `placeholder:"NETWORK" help:"Proxies whose X-Forwarded-For, or else Forwarded, is believed, like 10.0.0.0/8."`
	Migrate         bool          `help:"Bring a PostgreSQL schema up to date before serving; SQLite always is."`
}

func (c *serveCmd) config() config.Serve {
	return config.Serve{
		Listen: c.Listen, AdminListen: c.AdminListen, AdminHosts: c.AdminHosts, PublicURL: c.PublicURL, Database: c.Database, KeyFile: c.KeyFile,
		Sandbox: c.Sandbox, DecisionLimit: c.DecisionLimit, SMTPURL: c.SMTPURL, MailFrom: c.MailFrom, SMSURL: c.SMSURL,
		CodeLimit: c.CodeLimit, Consents: c.Consents, MessageQuota: c.MessageQuota, RateLimit: c.RateLimit,
		CallbackTimeout: c.CallbackTimeout, CallbackAllow: c.CallbackAllow,
		TrustedProxies: c.TrustedProxies, Migrate: c.Migrate,
	}
}

// Help is printed below the flags.
func (serveCmd) Help() string {
	return `A configuration that cannot work is refused: the message names the flag and why, and the exit code is 2. SIGTERM and SIGINT drain and end it.

--smtp-url: smtp://user:password@host:587 uses STARTTLS where there is one; ?tls=required refuses a server without, ?tls=off does without. smtps://host is TLS from the first byte.

--sms-url of an SMS centre: smpp://id:password@host:2775, or smpps:// for TLS; ?from=NAME, ?system_type=TYPE, ?long=udh or ?long=payload, ?window=10.

--sms-url of an HTTP gateway: {{to}}, {{to_digits}}, {{text}}, {{from}}, {{id}} and {{coding}} (0 for the alphabet of GSM, 2 for UCS-2) in path, query or body, all but {{text}} and {{from}} in a header, too; after a #, separated by semicolons: from=NAME, ok=TEXT that an answer must have, header=Name: value, coding=GSM,unicode (other words for 0 and 2), and last form:BODY or json:BODY for a POST.

Examples:

  kassa serve --sandbox
  kassa serve --public-url https://pay.example.com --database sqlite:/var/lib/kassa/kassa.db --decision-limit SEK=500000 --smtp-url smtp://user:password@mail.example.com:587 --mail-from pay@example.com
  kassa serve --public-url https://pay.example.com --database postgres://kassa@db.example.com/kassa --key-file /etc/kassa/keys --decision-limit SEK=500000 --smtp-url smtps://mail.example.com --mail-from pay@example.com
  kassa serve --sandbox --sms-url 'http://kannel:13013/cgi-bin/sendsms?username=kassa&password=s3cr3t&to={{to}}&text={{text}}&coding={{coding}}&charset=UTF-8'`
}

// Run serves until it is told to stop, then drains.
func (c *serveCmd) Run(t *terminal) error {
	if c.CallbackTimeout == 0 { // the configuration's word for the default
		return &config.Refusal{Flag: "--callback-timeout", Why: "0s leaves no time to answer: give a duration like 3s"}
	}
	collectRarely()
	s, err := server.Start(t.ctx, server.Options{Config: c.config(), Log: t.logger(slog.LevelInfo)})
	if err != nil {
		return unlessStopped(t.ctx, err)
	}
	near := ""
	if c.PublicURL == "" && s.URL() != "http://"+s.Address() {
		near = " (for this machine alone: give --public-url an address that others reach)"
	}
	if err := t.printf("kassa: listening on http://%s, admin on %s, public URL %s%s\n", s.Address(), s.AdminURL(), s.URL(), near); err != nil {
		return errors.Join(err, s.Shutdown(context.WithoutCancel(t.ctx)))
	}
	return untilStopped(t.ctx, s)
}

// unlessStopped is why a server did not start, nil when it was told to stop before it had: what fails then fails because of that.
func unlessStopped(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// drainFor bounds how long requests and jobs in progress may take after a stop signal.
const drainFor = 20 * time.Second

// untilStopped waits for the signal or for the server's end, and drains.
func untilStopped(ctx context.Context, s *server.Server) error {
	var failed error
	select {
	case <-ctx.Done():
	case failed = <-s.Failed():
	}
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainFor)
	defer cancel()
	if err := s.Shutdown(drain); err != nil && failed == nil {
		return fmt.Errorf("drain: %w", err)
	}
	return failed
}
