package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"kassa/internal/config"
	"kassa/internal/pay"
	"kassa/internal/server"
)

type tokenCmd struct {
	Suspend tokenSuspendCmd `cmd:"" help:"Refuse charges on a customer token (403 TOKEN_SUSPENDED) from now on, until it is resumed."`
	Resume  tokenResumeCmd  `cmd:"" help:"Accept charges on a suspended customer token again."`
}

// Help is printed below the commands.
func (tokenCmd) Help() string {
	return `A customer token lets its holder charge a consumer, so that it is no argument: others could read it in the list of processes. It is read from a file. Merchants end a token for good themselves, by the API.

Example:

  kassa token suspend --database sqlite:kassa.db --merchant K000002 /dev/stdin`
}

// oneToken names a customer token of a merchant.
type oneToken struct {
	oneMerchant
	File string `arg:"" help:"A file that holds the customer token and nothing else; /dev/stdin to type it."`
}

type tokenSuspendCmd struct{ oneToken }

// Run suspends the token.
func (c *tokenSuspendCmd) Run(t *terminal) error { return c.set(t, pay.TokenIsSuspended) }

type tokenResumeCmd struct{ oneToken }

// Run resumes the token.
func (c *tokenResumeCmd) Run(t *terminal) error { return c.set(t, pay.TokenActive) }

func (c *oneToken) set(t *terminal, to pay.TokenStatus) error {
	text, err := os.ReadFile(c.File)
	if err != nil {
		return &config.Refusal{Flag: "<file>", Why: err.Error()}
	}
	token := pay.Secret(strings.TrimSpace(string(text)))
	return c.operate(t, false, func(ctx context.Context, o *server.Operator) error {
		if err := o.SetTokenStatusOf(ctx, c.Merchant, token, to); err != nil {
			return fmt.Errorf("customer token of %s: %w", c.Merchant, err)
		}
		return t.printf("the customer token is %s\n", to)
	})
}
