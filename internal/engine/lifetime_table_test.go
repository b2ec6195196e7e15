package engine_test

import (
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"kassa/internal/engine"
	"kassa/internal/pay"
	"kassa/internal/store"
)

// lifetime is a deadline: what is asked is answered otherwise a millisecond after it than a millisecond before.
type lifetime struct {
	name      string
	constants []string // those of pay and engine that set it
	// set prepares, and gives the deadline and the question. Whoever asks destroys what is asked about in some: those prepare two.
	set           func(h *house) (edge time.Time, ask func() error)
	before, after pay.Kind // of the refusals; 0: none
	real          bool     // outside the sandbox
}

// lifetimes are all there are: the contract's (3.7, 4.5, 5.8, 6), the decisions' and our own.
var lifetimes = []lifetime{
	{"payment session, read", []string{"pay.PaymentLife"}, paymentLife(func(h *house, id pay.PaymentID) error {
		_, err := h.Payment(h.t.Context(), h.shop, id)
		return err
	}), 0, pay.NotFound, false},
	{"payment session, update", []string{"pay.PaymentLife"}, paymentLife(func(h *house, id pay.PaymentID) error {
		return h.UpdatePayment(h.t.Context(), h.call(), id, pay.PaymentInput{MerchantReference1: ptr("x")}) // and it extends nothing
	}), 0, pay.NotFound, false},
	{"payment session, to be hosted", []string{"pay.PaymentLife", "pay.HostedMargin"}, func(h *house) (time.Time, func() error) {
		id := h.payment(approved)
		return h.clock.Now().Add(47 * time.Hour), func() error {
			_, err := h.CreateHosted(h.t.Context(), h.call(), id, pay.HostedInput{})
			return err
		}
	}, 0, pay.NotFound, false},
	{"hosted session, read", []string{"pay.HostedMargin"}, hostedLife(func(h *house, s *pay.HostedSession) error {
		_, err := h.Hosted(h.t.Context(), h.shop, s.ID)
		return err
	}), 0, pay.NotFound, false},
	{"hosted session, disable", []string{"pay.HostedMargin"}, hostedLife(func(h *house, s *pay.HostedSession) error {
		return h.DisableHosted(h.t.Context(), h.call(), s.ID)
	}), 0, pay.NotFound, false},
	{"hosted session, distribute", []string{"pay.HostedMargin"}, hostedLife(func(h *house, s *pay.HostedSession) error {
		return h.Distribute(h.t.Context(), h.call(), s.ID, pay.DistributionInput{Method: pay.ByEmail, Email: "a@b.example"})
	}), 0, pay.NotFound, false},
	{"hosted session, the consumer's step", []string{"pay.HostedMargin"}, hostedLife(func(h *house, s *pay.HostedSession) error {
		return h.Choose(h.t.Context(), s.Link, engine.Visitor{}, pay.PayLater)
	}), 0, pay.Stale, false},
	{"authorization token, order", []string{"pay.TokenLife"}, tokenLife(pay.Buy, func(h *house, token pay.Secret) error {
		_, err := h.PlaceOrder(h.t.Context(), h.call(), token, placeInput())
		return err
	}), 0, pay.NotFound, false},
	{"authorization token, cancel", []string{"pay.TokenLife"}, tokenLife(pay.Buy, func(h *house, token pay.Secret) error {
		return h.CancelAuthorization(h.t.Context(), h.call(), token)
	}), 0, pay.NotFound, false},
	{"authorization token, customer token", []string{"pay.TokenLife"}, tokenLife(pay.Tokenize, func(h *house, token pay.Secret) error {
		_, err := h.CreateToken(h.t.Context(), h.call(), token, pay.TokenInput{Description: ptr("rides"), IntendedUse: ptr("SUBSCRIPTION")})
		return err
	}), 0, pay.NotFound, false},
	{"authorization token, told with the session", []string{"pay.TokenLife"}, func(h *house) (time.Time, func() error) {
		_, s, _ := h.authorized()
		return h.clock.Now().Add(time.Hour), func() error {
			view, err := h.Hosted(h.t.Context(), h.shop, s.ID)
			if err == nil && view.Authorization == nil {
				return pay.NotFoundError("no token")
			}
			return err
		}
	}, 0, pay.NotFound, false},
	{"an attempt without an answer", []string{"pay.DecisionLimit"}, func(h *house) (time.Time, func() error) {
		id, s := h.reviewed(approved, pay.ModePlaceOrder)
		h.decider.fail = fmt.Errorf("ask: %w", context.DeadlineExceeded)
		if err := h.Authorize(h.t.Context(), s.Link, 0, nil); kindOf(h.t, err) != pay.Unavailable {
			h.t.Fatal(err)
		}
		h.decider.fail = nil
		return h.clock.Now().Add(30 * time.Second), func() error {
			h.advance(0)
			if len(h.inspect(string(id)).Orders) == 0 {
				return pay.NotFoundError("no order")
			}
			return nil
		}
	}, pay.NotFound, 0, false},
	{"one-time code", []string{"pay.CodeLife"}, func(h *house) (time.Time, func() error) {
		one, two := h.asked(), h.asked()
		codes := []string{h.code(one), h.code(two)}
		return h.clock.Now().Add(10 * time.Minute), once(
			func() error { return h.Confirm(h.t.Context(), one.Link, codes[0]) },
			func() error { return h.Confirm(h.t.Context(), two.Link, codes[1]) })
	}, 0, pay.Invalid, true},
	{"an identity check", []string{"pay.IDCheckLife"}, func(h *house) (time.Time, func() error) {
		judge := func() func() error {
			in := paymentInput("customer+id-check@email.se")
			in.Channel = ptr(pay.InStore)
			p, err := h.CreatePayment(h.t.Context(), h.call(), in)
			if err != nil {
				h.t.Fatal(err)
			}
			s := h.host(p.Session.ID, pay.ModeNone)
			h.toReview(s.Link)
			if err := h.Authorize(h.t.Context(), s.Link, 0, nil); err != nil {
				h.t.Fatal(err)
			}
			pg, err := h.Page(h.t.Context(), s.Link)
			if err != nil || pg.Hosted.Status != pay.ManualIDCheck {
				h.t.Fatal(pg.Hosted.Status, err)
			}
			return func() error {
				return h.JudgeID(h.t.Context(), h.call(), s.ID, pg.Hosted.Progress.IDCheck.Challenge, pay.IDMatches)
			}
		}
		return h.clock.Now().Add(15 * time.Minute), once(judge(), judge())
	}, 0, pay.Forbidden, false},
	{"the code on a clerk's screen", []string{"engine.ScanTurn", "engine.ScanLife"}, func(h *house) (time.Time, func() error) {
		s := h.host(h.payment(approved), pay.ModeNone)
		pg, err := h.Page(h.t.Context(), s.Link)
		if err != nil {
			h.t.Fatal(err)
		}
		code, err := h.ScanCode(pg)
		if err != nil {
			h.t.Fatal(err)
		}
		return h.clock.Now().Truncate(30 * time.Second).Add(90 * time.Second), func() error {
			_, err := h.Scanned(h.t.Context(), code)
			return err
		}
	}, 0, pay.Stale, false},
	{"three codes in a quarter", []string{"pay.CodeWindow"}, func(h *house) (time.Time, func() error) {
		edge := h.clock.Now().Add(15 * time.Minute)
		s := h.asked()
		send := func() error { return h.SendCode(h.t.Context(), s.Link, engine.Visitor{Address: string(s.ID)}) }
		for range pay.CodeSends - 1 {
			if err := send(); err != nil {
				h.t.Fatal(err)
			}
		}
		return edge, send
	}, pay.Invalid, 0, true},
	{"order, capture", []string{"pay.authorizationDays"}, orderLife(pay.MerchantSettings{}, 28, capture), 0, pay.Forbidden, false},
	{"order, release", []string{"pay.authorizationDays"}, orderLife(pay.MerchantSettings{}, 28, func(h *house, id pay.OrderID) error {
		return h.Release(h.t.Context(), h.call(), id)
	}), 0, pay.Forbidden, false},
	{"order, update", []string{"pay.authorizationDays"}, orderLife(pay.MerchantSettings{}, 28, func(h *house, id pay.OrderID) error {
		return h.UpdateAuthorization(h.t.Context(), h.call(), id, pay.UpdateInput{Amount: ptr(pay.Amount(900))})
	}), 0, pay.Forbidden, false},
	{"order, extend", []string{"pay.authorizationDays"}, orderLife(pay.MerchantSettings{}, 28, func(h *house, id pay.OrderID) error {
		if h.order(id).ExpiresAt.After(h.clock.Now()) {
			return nil // whoever extends it moves the deadline that is asked about
		}
		return h.ExtendTime(h.t.Context(), h.call(), id)
	}), 0, pay.Forbidden, false},
	{"order of a merchant with a period of its own", []string{"pay.authorizationDays"}, orderLife(pay.MerchantSettings{AuthorizationDays: 60}, 60, capture), 0, pay.Forbidden, false},
	{"order of a merchant with too long a period", []string{"pay.maxAuthorizationDays"}, orderLife(pay.MerchantSettings{AuthorizationDays: 1000}, 180, capture), 0, pay.Forbidden, false},
	{"order, extended", []string{"pay.authorizationDays"}, extendedLife(10*24*time.Hour, 38), 0, pay.Forbidden, false},
	{"order, extended as far as it goes", []string{"pay.maxAuthorizationDays"}, extendedLife(27*24*time.Hour, 180), 0, pay.Forbidden, false},
	{"pending decision, capture", nil, func(h *house) (time.Time, func() error) {
		id := h.pending("customer+pend-accept-07@email.se")
		return h.clock.Now().Add(7 * time.Minute), func() error {
			h.advance(0)
			return capture(h, id)
		}
	}, pay.Forbidden, 0, false},
	{"rejected order, capture", []string{"pay.RejectedGrace"}, func(h *house) (time.Time, func() error) {
		id := h.pending("customer+pend-reject-07@email.se")
		h.advance(7 * time.Minute)
		return h.clock.Now().Add(4 * time.Hour), func() error { return capture(h, id) }
	}, 0, pay.Forbidden, false},
	{"rejected order, cancel", []string{"pay.RejectedGrace"}, func(h *house) (time.Time, func() error) {
		one, two := h.pending("customer+pend-reject-07@email.se"), h.pending("customer+pend-reject-07@email.se")
		h.advance(7 * time.Minute)
		cancel := func(id pay.OrderID) func() error {
			return func() error { return h.CancelOrder(h.t.Context(), h.call(), id) }
		}
		return h.clock.Now().Add(4 * time.Hour), once(cancel(one), cancel(two))
	}, 0, pay.Forbidden, false},
	{"messages of a day", nil, func(h *house) (time.Time, func() error) {
		h.config.Quotas.Email = 1
		h.reopen()
		s := h.host(h.payment(approved), pay.ModeNone)
		send := func() error {
			return h.Distribute(h.t.Context(), h.call(), s.ID, pay.DistributionInput{Method: pay.ByEmail, Email: "a@b.example"})
		}
		if err := send(); err != nil {
			h.t.Fatal(err)
		}
		return h.clock.Now().Truncate(24 * time.Hour).Add(24 * time.Hour), send
	}, pay.TooMany, 0, false},
	{"idempotency key", nil, func(h *house) (time.Time, func() error) {
		create := func() string {
			id, err := answered(h.CreatePayment(h.t.Context(), h.keyed("POST /sessions", "k"), paymentInput(approved)))
			if err != nil {
				h.t.Fatal(err)
			}
			return id
		}
		edge, first := h.clock.Now().Add(30*24*time.Hour), create()
		return edge, func() error {
			h.reopen() // a fresh outbox cleans at once
			h.advance(0)
			if create() != first {
				return pay.NotFoundError("made anew")
			}
			return nil
		}
	}, 0, pay.NotFound, false},
}

// otherTimes are the constants of time that are no lifetimes of something a caller has, each with the test that holds it.
var otherTimes = map[string]string{
	"pay.LaterDays":        "pay.TestExtendDueDate_theFreeDaysAreGivenOnce",
	"pay.SequencerLease":   "pay.TestLeasedTo",
	"engine.merchantFresh": "engine.TestLife_aDisabledMerchantIsSoonRefused",
	"pay.reviewMargin":     "pay.TestReceipt_isDue",
	"pay.ReceiptLife":      "engine.TestReceipt_untilItIsTooLate",
	"engine.retryFor":      "engine.TestRun_givesUpAfterTwoSeconds",
}

// TestLifetimes asks each question a millisecond before its deadline and a millisecond after it.
func TestLifetimes(t *testing.T) {
	for _, l := range lifetimes {
		t.Run(l.name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, h *house) {
				edge, ask := l.set(h)
				for _, moment := range []struct {
					at   time.Duration
					want pay.Kind
				}{{-time.Millisecond, l.before}, {time.Millisecond, l.after}} {
					h.clock.Advance(edge.Add(moment.at).Sub(h.clock.Now()))
					if err := ask(); kindOf(t, err) != moment.want {
						t.Errorf("%v from the deadline: %v, want kind %d", moment.at, err, moment.want)
					}
				}
			}, func(_ *store.Options, c *engine.Config) { c.Sandbox = !l.real })
		})
	}
}

// TestLifetimes_everyConstantIsHeld finds the constants of time in the sources: each is in the table, or has a test of its own.
func TestLifetimes_everyConstantIsHeld(t *testing.T) {
	held, used := map[string]bool{}, map[string]bool{}
	for _, l := range lifetimes {
		for _, c := range l.constants {
			held[c] = true
		}
	}
	tests := map[string]bool{}
	for _, pkg := range []string{"pay", "engine"} {
		for _, name := range declared(t, pkg, true, func(ast.Decl) []string { return nil }) {
			tests[pkg+"."+name] = true
		}
		for _, name := range declared(t, pkg, false, timesOf) {
			used[pkg+"."+name] = true
		}
	}
	if len(used) < 10 {
		t.Fatalf("only %d constants of time were found", len(used))
	}
	for name := range used {
		if test, other := otherTimes[name]; held[name] == other {
			t.Errorf("%s is in the table: %v, has a test of its own: %v", name, held[name], other)
		} else if other && !tests[test] {
			t.Errorf("%s is held by %s, which is no test", name, test)
		}
	}
	for name := range otherTimes {
		held[name] = true
	}
	for name := range held {
		if !used[name] {
			t.Errorf("%s is no constant of time", name)
		}
	}
}

// declared lists the functions of a package's test files, or what of picks from the declarations of the others.
func declared(t *testing.T, pkg string, inTests bool, of func(ast.Decl) []string) (names []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", pkg, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s has no files: %v", pkg, err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") != inTests {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range parsed.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && inTests {
				names = append(names, f.Name.Name)
			}
			names = append(names, of(d)...)
		}
	}
	return names
}

// timesOf lists the constants of a declaration that are made of a unit of time, or count days.
func timesOf(d ast.Decl) (names []string) {
	g, ok := d.(*ast.GenDecl)
	if !ok || g.Tok != token.CONST {
		return nil
	}
	for _, spec := range g.Specs {
		v, ok := spec.(*ast.ValueSpec)
		if !ok {
			continue
		}
		for i, name := range v.Names {
			if strings.HasSuffix(name.Name, "Days") || i < len(v.Values) && unitOfTime(v.Values[i]) {
				names = append(names, name.Name)
			}
		}
	}
	return names
}

func unitOfTime(e ast.Expr) (found bool) {
	ast.Inspect(e, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			from, ok := s.X.(*ast.Ident)
			found = found || ok && from.Name == "time" && slices.Contains([]string{"Hour", "Minute", "Second", "Millisecond", "Microsecond"}, s.Sel.Name)
		}
		return !found
	})
	return found
}
