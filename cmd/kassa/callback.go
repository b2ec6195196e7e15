package main

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"kassa/internal/config"
	"kassa/internal/server"
)

type callbackCmd struct {
	List    callbackListCmd    `cmd:"" help:"List a merchant's callbacks that were not delivered yet."`
	Show    callbackShowCmd    `cmd:"" help:"Print one callback with its attempts."`
	Replay  callbackReplayCmd  `cmd:"" help:"Send callbacks again, also those that were delivered."`
	Unpark  callbackUnparkCmd  `cmd:"" help:"Try a merchant's parked callbacks again."`
	Disable callbackDisableCmd `cmd:"" help:"Send nothing to an endpoint of a merchant; what waits for it is parked."`
	Enable  callbackEnableCmd  `cmd:"" help:"Send to a disabled endpoint again; what is parked for it goes out."`
}

// Help is printed below the commands.
func (callbackCmd) Help() string {
	return `A callback has the id of the event that it tells of. It is tried at once, then after 5 s, 30 s, 2 min, 10 min, 30 min, 1 h, 3 h and 6 h, then every 12 h up to 30 days; then it is parked: kept, and tried again when you say so. Sent again, it keeps its id and its number, by which the receiver knows it. Delivered callbacks are kept for 30 days.

These commands work on the database beside a running server, which sees a change within a second.

Examples:

  kassa callback list --database sqlite:kassa.db --parked --merchant K000002
  kassa callback show --database sqlite:kassa.db 0197d2c0-6b1e-7a51-9c7e-0c5a2f0e3d11
  kassa callback replay --database sqlite:kassa.db --merchant K000002 --from 2026-06-12T09:00:00Z --until 2026-06-12T10:30:00Z
  kassa callback disable --database sqlite:kassa.db --merchant K000002 shop.example`
}

type callbackListCmd struct {
	oneMerchant
	Parked bool `env:"-" help:"Only those that are tried no more by themselves."`
	Limit  int  `env:"-" default:"100" help:"How many at most."`
}

// Run lists callbacks.
func (c *callbackListCmd) Run(t *terminal) error {
	return c.operate(t, false, func(ctx context.Context, o *server.Operator) error {
		jobs, err := o.OpenCallbacks(ctx, c.Merchant, c.Parked, c.Limit)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "EVENT\tKIND\tABOUT\tNUMBER\tENDPOINT\tSTATE\tATTEMPTS\tNEXT\tLAST ERROR")
		for i := range jobs {
			j := &jobs[i]
			next, state := instant(j.RunAt), string(j.State)
			if j.Parked != "" {
				next, state = "-", state+" ("+string(j.Parked)+")"
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%s\t%s\t%d\t%s\t%s\n", j.ID, kindOf(string(j.Kind)), j.Subject, j.Sequence, j.Endpoint, state, j.Attempts, next, j.LastError)
		}
		return w.Flush()
	})
}

// kindOf is the kind of a callback without the word callback.
func kindOf(kind string) string { return strings.TrimPrefix(kind, "callback.") }

type callbackShowCmd struct {
	databaseFlags
	Event string `arg:"" help:"Id of the event that the callback tells of: its webhook-id."`
}

// Help is printed below the flags.
func (callbackShowCmd) Help() string {
	return `Prints what was tried and how the receiver answered: the first 512 bytes of its own words. The callback's body and URL are not printed: they hold tokens and the merchant's secrets.

Example:

  kassa callback show --database sqlite:kassa.db 0197d2c0-6b1e-7a51-9c7e-0c5a2f0e3d11`
}

// Run prints one callback.
func (c *callbackShowCmd) Run(t *terminal) error {
	return c.operate(t, false, func(ctx context.Context, o *server.Operator) error {
		found, err := o.Callback(ctx, c.Event)
		if err != nil {
			return err
		}
		var b strings.Builder
		fmt.Fprintf(&b, "callback %s\n", found.ID)
		field(&b, "kind", "%s about %s, number %d in its lane", kindOf(string(found.Kind)), found.Subject, found.Sequence)
		field(&b, "merchant", "%s %s (%s)", found.Merchant.ID, found.Merchant.Name, found.Merchant.Status)
		field(&b, "endpoint", "%s", found.Endpoint)
		field(&b, "state", "%s%s%s", found.State, when(found.Parked != "", ", reason: "+string(found.Parked)), when(string(found.State) == "pending", ", next "+instant(found.RunAt)))
		field(&b, "due", "%s", instant(found.DueAt))
		for _, a := range found.Attempts {
			field(&b, fmt.Sprintf("attempt %d", a.Number), "%s", attempt(a.StartedAt, a.Took, a.Outcome, a.Status))
			if a.Excerpt != "" {
				field(&b, "", "%s", a.Excerpt)
			}
		}
		return t.printf("%s", b.String())
	})
}

// attempt writes how a try went.
func attempt(started time.Time, took time.Duration, outcome string, status int) string {
	if outcome == "" {
		return instant(started) + "  under way, or the server died"
	}
	answer := "no answer"
	if status != 0 {
		answer = fmt.Sprintf("status %d", status)
	}
	return fmt.Sprintf("%s  %s, %s after %v", instant(started), outcome, answer, took.Round(time.Millisecond))
}

type callbackReplayCmd struct {
	databaseFlags
	Events   []string `arg:"" optional:"" help:"Ids of events. Without any: those of --merchant between --from and --until."`
	Merchant string   `env:"-" placeholder:"MERCHANT" help:"A merchant's user name or id."`
	From     moment   `env:"-" placeholder:"TIME" help:"Changes from then on, like 2026-06-12T09:00:00Z."`
	Until    moment   `env:"-" placeholder:"TIME" help:"Changes before then."`
	Endpoint string   `env:"-" placeholder:"HOST" help:"Only what went to this endpoint: a host, host:port or URL."`
}

// Run sends callbacks again.
func (c *callbackReplayCmd) Run(t *terminal) error {
	if len(c.Events) == 0 && (c.Merchant == "" || c.From.IsZero() || c.Until.IsZero()) {
		return &config.Refusal{Flag: "--merchant", Why: "name events, or give --merchant, --from and --until"}
	}
	return c.operate(t, false, func(ctx context.Context, o *server.Operator) error {
		for _, event := range c.Events {
			found, err := o.Replay(ctx, event)
			if err != nil {
				return err
			}
			if err := t.printf("%s is sent again to %s\n", found.ID, found.Endpoint); err != nil {
				return err
			}
		}
		if len(c.Events) > 0 {
			return nil
		}
		n, err := o.ReplayRange(ctx, c.Merchant, c.Endpoint, c.From.Time, c.Until.Time)
		if err != nil {
			return named("--endpoint", err)
		}
		return t.printf("%d callbacks are sent again\n", n)
	})
}

type callbackUnparkCmd struct {
	oneMerchant
	Endpoint string `env:"-" placeholder:"HOST" help:"Only what goes to this endpoint: a host, host:port or URL."`
}

// Run un-parks callbacks.
func (c *callbackUnparkCmd) Run(t *terminal) error {
	return c.operate(t, false, func(ctx context.Context, o *server.Operator) error {
		n, err := o.Unpark(ctx, c.Merchant, c.Endpoint)
		if err != nil {
			return named("--endpoint", err)
		}
		return t.printf("%d callbacks are tried again\n", n)
	})
}

// oneEndpoint names an endpoint of a merchant.
type oneEndpoint struct {
	oneMerchant
	Endpoint string `arg:"" help:"A host, host:port or URL; without a port that of https."`
}

type callbackDisableCmd struct{ oneEndpoint }

// Run disables the endpoint.
func (c *callbackDisableCmd) Run(t *terminal) error { return c.set(t, false) }

type callbackEnableCmd struct{ oneEndpoint }

// Run enables the endpoint.
func (c *callbackEnableCmd) Run(t *terminal) error { return c.set(t, true) }

func (c *oneEndpoint) set(t *terminal, enabled bool) error {
	return c.operate(t, false, func(ctx context.Context, o *server.Operator) error {
		n, err := o.SetEndpoint(ctx, c.Merchant, c.Endpoint, enabled)
		if err != nil {
			return named("<endpoint>", err)
		}
		if enabled {
			return t.printf("%s is enabled, %d callbacks are tried again\n", c.Endpoint, n)
		}
		return t.printf("%s is disabled, %d callbacks are parked\n", c.Endpoint, n)
	})
}

// showCallbacks writes the callbacks of a payment session with what was tried. The receiver's own words are left out: they may be
// ours about the consumer.
func showCallbacks(b *strings.Builder, v *server.Inspection) {
	title := "\ncallbacks\n"
	for i := range v.Jobs {
		j := &v.Jobs[i]
		if j.Endpoint == "" {
			continue
		}
		b.WriteString(title)
		title = ""
		fmt.Fprintf(b, "  %s  %s %d to %s, %s%s%s\n", j.ID, kindOf(string(j.Kind)), j.Sequence, j.Endpoint, j.State,
			when(j.Parked != "", " ("+string(j.Parked)+")"), when(string(j.State) == "pending", ", next "+instant(j.RunAt)))
		for _, a := range v.Attempts[j.ID] {
			fmt.Fprintf(b, "    %3d  %s\n", a.Number, attempt(a.StartedAt, a.Took, a.Outcome, a.Status))
		}
		if j.LastError != "" {
			fmt.Fprintf(b, "         last error: %s\n", j.LastError)
		}
	}
}
