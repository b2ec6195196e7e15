package main

import (
	"os"

	"kassa/internal/bench"
)

type limitCmd struct {
	Listen   string `default:"127.0.0.1:0" env:"-" placeholder:"ADDR" help:"Address to listen on."`
	Database string `env:"-" placeholder:"URL" help:"Where each request's row goes: sqlite:FILE or postgres://…; without: nowhere."`
}

// Run answers until it is told to stop, or its parent is gone. It has whatever makes the server quick as well.
func (c *limitCmd) Run(t *terminal) error {
	collectRarely()
	return bench.ServeLimit(t.ctx, bench.LimitConfig{Listen: c.Listen, Database: c.Database, Ready: t.out, Parent: os.Stdin})
}
