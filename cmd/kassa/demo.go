package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"kassa/client"
	"kassa/examples/shop"
	"kassa/internal/config"
	"kassa/internal/server"
)

type demoCmd struct {
	Listen      string `default:"127.0.0.1:8080" help:"Address of the API and the payment page."`
	AdminListen string `default:"127.0.0.1:8081" help:"Address of health, metrics and the sandbox's control API."`
	ShopListen  string `default:"127.0.0.1:8090" help:"Address of the sample shop."`
	Quiet       bool   `short:"q" env:"-" help:"Log no requests, only what is amiss."`
	PublicURL   string `placeholder:"URL" help:"What every URL that is handed out begins with. Default: http://<listen>, with 127.0.0.1 where that is every address."`
}

const demoText = `Kassa is running. Nothing here moves real money; everything is gone when it stops.

  Sample shop   %s
                Buy something. Every six-digit code but 999999 is right; the e-mail address decides:
                customer@email.se is approved, customer+denied@email.se is declined.
  Kassa         %s
                API user %s, password %s
                Callbacks are signed with %s
  Admin         %s
                /sandbox/messages has the codes, links and receipts; POST /sandbox/clock {"advance":"47h"}
                moves the time; /healthz /readyz /metrics
  Database      %s

Requests are logged below (with --quiet: none). Stop with Ctrl-C.
`

// Run runs the sandbox and the shop until it is told to stop.
func (c *demoCmd) Run(t *terminal) (err error) {
	dir, err := os.MkdirTemp("", "kassa-demo-")
	if err != nil {
		return fmt.Errorf("make a place for the temporary database: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	database, level := "sqlite:"+filepath.Join(dir, "kassa.db"), slog.LevelInfo
	if c.Quiet {
		level = slog.LevelWarn
	}
	// All ports first: a demo that cannot have one of them says that and nothing else.
	shopListener, err := net.Listen("tcp", c.ShopListen)
	if err != nil {
		return &config.Refusal{Flag: "--shop-listen", Why: err.Error()}
	}
	s, err := server.Start(t.ctx, server.Options{Log: t.logger(level), Config: config.Serve{
		Listen: c.Listen, AdminListen: c.AdminListen, PublicURL: c.PublicURL, Sandbox: true, Database: database,
	}})
	if err != nil {
		return errors.Join(unlessStopped(t.ctx, err), shopListener.Close())
	}
	stopShop, shopURL, err := startShop(t.ctx, shopListener, s.URL(), t.logger(slog.LevelWarn))
	if err != nil {
		return errors.Join(err, s.Shutdown(context.WithoutCancel(t.ctx)))
	}
	err = t.printf(demoText, shopURL, s.URL(), server.SandboxUsername, server.SandboxPassword, server.SandboxCallbackSecret, s.AdminURL(), database)
	if err == nil {
		err = untilStopped(t.ctx, s)
	} else {
		err = errors.Join(err, s.Shutdown(context.WithoutCancel(t.ctx)))
	}
	return errors.Join(err, stopShop())
}

// startShop serves the sample shop; stop ends it. The listener is closed by stop, and when there is an error.
func startShop(ctx context.Context, listener net.Listener, kassa string, log *slog.Logger) (stop func() error, address string, err error) {
	address = server.Reachable(listener.Addr())
	api, err := client.New(client.Options{BaseURL: kassa, Username: server.SandboxUsername, Password: server.SandboxPassword})
	if err != nil {
		return nil, "", errors.Join(fmt.Errorf("shop's client: %w", err), listener.Close())
	}
	handler, err := shop.New(shop.Config{Client: api, PublicURL: address, Log: log, CallbackSecrets: []string{server.SandboxCallbackSecret}})
	if err != nil {
		return nil, "", errors.Join(err, listener.Close())
	}
	polling, endPolling := context.WithCancel(context.WithoutCancel(ctx))
	polled := make(chan struct{})
	go func() { defer close(polled); handler.Run(polling) }()
	srv := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(listener) }()
	return func() error {
		endPolling()
		<-polled
		err := srv.Close()
		if end := <-served; !errors.Is(end, http.ErrServerClosed) {
			err = errors.Join(err, end)
		}
		return err
	}, address, nil
}
