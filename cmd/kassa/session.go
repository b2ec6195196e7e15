package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"kassa/internal/pay"
	"kassa/internal/server"
)

type sessionCmd struct {
	Show sessionShowCmd `cmd:"" help:"Print everything about one payment: states, authorizations, orders, events, callbacks with their attempts, and jobs, messages among them."`
}

type sessionShowCmd struct {
	databaseFlags
	ID string `arg:"" help:"Id of a payment session, of a hosted session, or of an order."`
}

// Help is printed below the flags.
func (sessionShowCmd) Help() string {
	return `Prints what an operator needs to answer "what happened to this payment", and nothing about the consumer: no name, no address, no token. Amounts are in minor units, times in UTC.

Example:

  kassa session show --database sqlite:kassa.db 0197d2c0-6b1e-7a51-9c7e-0c5a2f0e3d11`
}

// Run prints the payment.
func (c *sessionShowCmd) Run(t *terminal) error {
	return c.operate(t, false, func(ctx context.Context, o *server.Operator) error {
		found, err := o.Inspect(ctx, c.ID)
		if err != nil {
			return err
		}
		return showSession(t.out, found)
	})
}

// showSession writes one block for each thing. Only facts that are about no person are named here.
func showSession(w io.Writer, v *server.Inspection) error {
	var b strings.Builder
	s := &v.Payment.Session
	fmt.Fprintf(&b, "payment session %s\n", s.ID)
	field(&b, "merchant", "%s %s (%s)", v.Merchant.ID, v.Merchant.Name, v.Merchant.Status)
	field(&b, "status", "%s%s", s.Status(), when(s.Expired(v.Now), ", expired"))
	field(&b, "purchase", "%d %s in %s, %d lines, locale %s", s.Amount, s.Currency, s.Country, len(s.Lines), s.Locale)
	field(&b, "created", "%s, expires %s", instant(s.CreatedAt), instant(s.ExpiresAt))
	if !s.CompletedAt.IsZero() {
		field(&b, "completed", "%s by order %s", instant(s.CompletedAt), s.OrderID)
	}
	if s.MerchantReference1+s.MerchantReference2 != "" {
		field(&b, "references", "%s", strings.TrimSpace(s.MerchantReference1+" "+s.MerchantReference2))
	}
	for _, h := range v.Payment.Hosted {
		showHosted(&b, v, h)
	}
	for _, a := range v.Payment.Authorizations {
		showAuthorization(&b, a)
	}
	for _, o := range v.Orders {
		showOrder(&b, v, o)
	}
	fmt.Fprintf(&b, "\nevents\n")
	for i := range v.Events {
		e := &v.Events[i]
		fmt.Fprintf(&b, "  %s  %3d  %-24s %s\n", instant(e.OccurredAt), e.Sequence, e.Type, facts(e.Data))
	}
	showCallbacks(&b, v)
	title := "\njobs\n"
	for i := range v.Jobs {
		j := &v.Jobs[i]
		if j.Endpoint != "" {
			continue
		}
		b.WriteString(title)
		title = ""
		fmt.Fprintf(&b, "  %s  %s  %s, due %s, attempts %d%s%s\n", j.ID, j.Kind, j.State, instant(j.DueAt), j.Attempts,
			when(j.State == "pending" && j.Attempts > 0, ", next "+instant(j.RunAt)), when(j.LastError != "", ", last error: "+j.LastError))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func showHosted(b *strings.Builder, v *server.Inspection, h *pay.HostedSession) {
	fmt.Fprintf(b, "\nhosted session %s\n", h.ID)
	field(b, "status", "%s since %s%s", h.Status, instant(h.UpdatedAt), when(h.Expired(v.Now), ", expired"))
	field(b, "step", "%s%s", v.Payment.StepOf(h, v.Now), when(h.Progress.Category != "", ", chosen: "+strings.TrimSpace(string(h.Progress.Category)+" "+h.Progress.Plan)))
	field(b, "created", "%s, expires %s", instant(h.CreatedAt), instant(h.ExpiresAt))
	field(b, "mode", "%s", h.Options.PlaceOrderMode)
	if h.OrderID != "" {
		field(b, "order", "%s (%s)", h.OrderID, h.Reference)
	}
}

func showAuthorization(b *strings.Builder, a *pay.Authorization) {
	fmt.Fprintf(b, "\nauthorization %s\n", a.ID)
	field(b, "state", "%s", a.State())
	field(b, "hosted session", "%s", a.Hosted)
	field(b, "amount", "%d %s by %s", a.Purchase.Amount, a.Purchase.Currency, strings.TrimSpace(string(a.Category)+" "+a.Plan))
	field(b, "begun", "%s", instant(a.CreatedAt))
	if !a.DecidedAt.IsZero() {
		field(b, "decided", "%s %s%s", instant(a.DecidedAt), a.Decision.Outcome, when(a.Decision.Reason != "", ", reason: "+a.Decision.Reason))
	}
	for _, at := range []struct {
		what string
		at   time.Time
	}{{"token until", a.ExpiresAt}, {"voided", a.VoidedAt}, {"used", a.UsedAt}} {
		if !at.at.IsZero() {
			field(b, at.what, "%s", instant(at.at))
		}
	}
}

func showOrder(b *strings.Builder, v *server.Inspection, o *pay.Order) {
	fmt.Fprintf(b, "\norder %s (%s)\n", o.ID, o.Reference)
	field(b, "status", "%s, fraud status %s", o.Status(v.Now), o.Fraud)
	field(b, "amounts", "authorized %d, captured %d, refunded %d, remaining %d %s", o.Purchase.Amount, o.Captured, o.Refunded, o.Remaining(v.Now), o.Purchase.Currency)
	field(b, "placed", "%s, expires %s", instant(o.CreatedAt), instant(o.ExpiresAt))
	if !o.CancelledAt.IsZero() {
		field(b, "cancelled", "%s", instant(o.CancelledAt))
	}
	for _, c := range o.Captures {
		field(b, "capture", "%s  %d, refunded %d  %s", instant(c.CreatedAt), c.Amount, c.Refunded, c.ID)
	}
	for _, r := range o.Refunds {
		field(b, "refund", "%s  %d  %s", instant(r.CreatedAt), r.Amount, r.ID)
	}
}

func field(b *strings.Builder, name, format string, args ...any) {
	fmt.Fprintf(b, "  %-15s %s\n", name, fmt.Sprintf(format, args...))
}

// facts writes an event's data, which is made of facts about no person, as name=value in its own order.
func facts(data []byte) string {
	var known pay.EventData
	if err := json.Unmarshal(data, &known); err != nil {
		return "unreadable"
	}
	out := []string{}
	for _, f := range []struct{ name, value string }{
		{"status", known.Status}, {"category", known.Category}, {"reason", known.Reason}, {"fraud", known.FraudStatus},
		{"amount", minor(known.Amount)}, {"captured", minor(known.CapturedAmount)}, {"refunded", minor(known.RefundedAmount)},
		{"remaining", minor(known.RemainingAmount)}, {"currency", known.Currency},
	} {
		if f.value != "" {
			out = append(out, f.name+"="+f.value)
		}
	}
	return strings.Join(out, " ")
}

func minor(a pay.Amount) string {
	if a == 0 {
		return ""
	}
	return fmt.Sprint(int64(a))
}

func when(yes bool, text string) string {
	if yes {
		return text
	}
	return ""
}

// instant writes a time to the second, in UTC.
func instant(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }
