package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"kassa/internal/config"
	"kassa/internal/pay"
)

// cli is every subcommand; each field's type and its Run method live in the file of its name.
type cli struct {
	Demo     demoCmd     `cmd:"" help:"Run the sandbox server and a sample shop on a temporary database. Nothing to configure."`
	Serve    serveCmd    `cmd:"" help:"Run the server: API, payment page, and health and metrics on the admin address."`
	Migrate  migrateCmd  `cmd:"" help:"Bring the database's schema up to date."`
	Merchant merchantCmd `cmd:"" help:"Add, list, rotate, disable and enable merchants. Works beside a running server."`
	Token    tokenCmd    `cmd:"" help:"Suspend and resume a customer token."`
	Callback callbackCmd `cmd:"" help:"Look at callbacks, send them again, disable and enable endpoints."`
	Events   eventsCmd   `cmd:"" help:"Read, follow and forward what happened; list and verify it."`
	Session  sessionCmd  `cmd:"" help:"Look at one payment session with everything that hangs on it."`
	Page     pageCmd     `cmd:"" help:"Look at a merchant's page."`
	Bench    benchCmd    `cmd:"" help:"Measure requests per second against a real server over loopback."`
	Limit    limitCmd    `cmd:"" hidden:"" help:"The least program that could do the job; bench compares with it."`
	Version  versionCmd  `cmd:"" help:"Print the version."`
}

const about = "Kassa is a hosted payment page that anyone can run. Start with `kassa demo`: it prints what to open.\n\n" +
	"Every flag of `kassa serve` can be given as an environment variable: KASSA_ and its name in capitals, like KASSA_PUBLIC_URL for --public-url. " +
	"Other commands take some from there too, --database and --key-file among them; `--help` of a command names the variables."

// terminal is where a command talks to its user.
type terminal struct {
	ctx context.Context //nolint:containedctx // one command, one process: ended by SIGINT and SIGTERM
	out io.Writer
	err io.Writer
}

// logger writes what happens to standard error, a line of JSON each: a server everything, other commands what is amiss.
func (t *terminal) logger(level slog.Level) *slog.Logger {
	return slog.New(slog.NewJSONHandler(t.err, &slog.HandlerOptions{Level: level}))
}

// printf writes a command's result.
func (t *terminal) printf(format string, args ...any) error {
	if _, err := fmt.Fprintf(t.out, format, args...); err != nil {
		return fmt.Errorf("print the result: %w", err)
	}
	return nil
}

func main() {
	// The HTTP client of the standard library logs what a receiver sends unasked: nothing of theirs belongs into our log.
	log.SetOutput(io.Discard)
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// run runs one command line and gives the exit code: 0, 1 for a failure, 2 for a command line or configuration that is refused.
func run(args []string, out, errOut io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	code := -1
	var c cli
	parser, err := kong.New(&c, kong.Name("kassa"), kong.Writers(out, errOut), kong.DefaultEnvars("KASSA"), kong.Vars(sandboxVars),
		kong.Exit(func(n int) { code = n }), kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true}), kong.Description(about))
	if err != nil {
		fmt.Fprintln(errOut, "kassa:", err)
		return 2
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parsed, err := parser.Parse(spelled(parser.Model, args))
	if code >= 0 {
		return code // --help
	}
	if err != nil {
		fmt.Fprintf(errOut, "kassa: %v\nTry `kassa --help` or `kassa <command> --help`.\n", err)
		return 2
	}
	return report(parsed.Run(&terminal{ctx: ctx, out: out, err: errOut}), errOut)
}

// report tells how a command went and gives the exit code.
func report(err error, errOut io.Writer) int {
	var refusal *config.Refusal
	switch no := pay.AsError(err); {
	case err == nil:
		return 0
	case errors.As(err, &refusal):
		fmt.Fprintf(errOut, "kassa: refused: %v\n", refusal)
		return 2
	case no != nil && no.Kind != pay.Unavailable:
		fmt.Fprintf(errOut, "kassa: %s\n", no.Message)
	default:
		fmt.Fprintf(errOut, "kassa: %v\n", err)
	}
	return 1
}

// named turns a refusal of a value into one of the flag that it was given with.
func named(flag string, err error) error {
	if no := pay.AsError(err); no != nil && no.Kind == pay.Invalid {
		return &config.Refusal{Flag: flag, Why: no.Explain()}
	}
	return err
}
