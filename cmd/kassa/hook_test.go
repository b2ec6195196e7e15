package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"kassa/internal/server"
	"kassa/internal/servertest"
)

// cmdHook has the merchant's endpoint, which HOOK names from the first time on, answer callbacks with a status: hook STATUS.
func cmdHook(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: hook STATUS")
	}
	status, err := strconv.Atoi(args[0])
	ts.Check(err)
	s := of(ts)
	if s.hook == nil {
		s.hook = servertest.NewReceiver(scriptTest{ts: ts})
		ts.Setenv("HOOK", s.hook.URL)
	}
	s.hook.Answer(func(servertest.Received) int { return status })
}

// cmdTook waits for callbacks and writes what came since the last time to the file took, a line each: took NUMBER. Their number,
// the attempt, the status that they tell or their path, and whether the sandbox's secret, or the one in SECRET, signed them.
func cmdTook(ts *testscript.TestScript, neg bool, args []string) {
	s := of(ts)
	if neg || len(args) != 1 || s.hook == nil {
		ts.Fatalf("usage: took NUMBER, after hook")
	}
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	secret := ts.Getenv("SECRET")
	if secret == "" {
		secret = server.SandboxCallbackSecret
	}
	var b strings.Builder
	for _, r := range s.hook.Wait(n) {
		what, signed := r.Text("session.status"), "unsigned"
		if what == "" {
			what = r.Path
		}
		if r.SignedBy(secret) {
			signed = "signed"
		}
		fmt.Fprintf(&b, "%d attempt %d %s %s %s\n", r.Number("Kassa-Sequence"), r.Number("Kassa-Attempt"), what, signed, r.ID())
		ts.Setenv("EVENT", r.ID())
	}
	ts.Check(os.WriteFile(ts.MkAbs("took"), []byte(b.String()), 0o600))
}

// cmdForgets waits for as long as a running server may still use what it knew of a merchant before a command changed it: forgets.
func cmdForgets(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 {
		ts.Fatalf("usage: forgets")
	}
	<-time.After(time.Second)
}
