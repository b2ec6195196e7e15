package server_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"kassa/internal/pay"
	"kassa/internal/server"
	"kassa/internal/servertest"
	"kassa/internal/store"
)

// statuses lists the statuses that callbacks tell.
func statuses(got []servertest.Received) string {
	var out []string
	for _, r := range got {
		out = append(out, r.Text("session.status"))
	}
	return strings.Join(out, " ")
}

// paid buys with a page whose status updates go to a receiver, and gives the hosted session's id.
func paid(t *testing.T, s *servertest.Server, hook *servertest.Receiver, options string) (m *servertest.Merchant, session string) {
	t.Helper()
	m = s.Merchant(t)
	hosted := m.Hosted(m.Payment(servertest.SwedishCart), options, `"status_update":"`+hook.URL+`/hook?sid={{session_id}}&token={{authorization_token}}&order={{order_id}}"`)
	if got := s.Open(t, hosted.Text("redirect_url")).Pay("pay_later").PageStatus(); got != "COMPLETED" {
		t.Fatalf("the page says %s", got)
	}
	return m, hosted.Text("session_id")
}

// TestCallbacks_tellWhatTheReadSaysAtEachChange compares each callback with the read response right after its change.
func TestCallbacks_tellWhatTheReadSaysAtEachChange(t *testing.T) {
	servertest.OnBoth(t, func(t *testing.T, s *servertest.Server) {
		hook := servertest.NewReceiver(t)
		m := s.Merchant(t)
		payment := m.Payment(servertest.SwedishCart)
		host := func(options, urls string) (session, page string) {
			t.Helper()
			a := m.Hosted(payment, options, urls+`"status_update":"`+hook.URL+`/hook?s={{session_id}}"`)
			return a.Text("session_id"), a.Text("redirect_url")
		}
		number := map[string]int{}
		check := func(session string, want ...string) {
			t.Helper()
			if err := s.Settle(context.Background()); err != nil {
				t.Fatal(err)
			}
			got := hook.Took()
			var mine []servertest.Received
			for _, r := range got {
				if r.Text("session.session_id") == session {
					mine = append(mine, r)
				}
			}
			if statuses(mine) != strings.Join(want, " ") {
				t.Fatalf("told %q, want %q", statuses(mine), want)
			}
			for _, r := range mine {
				number[session]++
				if r.Path != "/hook" || r.Query != "s="+session || r.Number("Kassa-Sequence") != number[session] || r.Number("Kassa-Attempt") != 1 ||
					r.Text("event_id") != r.ID() || r.Header.Get("Content-Type") != "application/json" || !r.SignedBy(server.SandboxCallbackSecret) {
					t.Errorf("callback %d: %s %v %s", number[session], r.Query, r.Header, r.Body)
				}
			}
			if last, read := mine[len(mine)-1].Session(), m.Read("/hpp/v1/sessions/"+session).Want(200).Object(); !reflect.DeepEqual(last, read) {
				t.Errorf("told %v, read %v", last, read)
			}
		}
		withdrawn, _ := host(``, ``)
		m.Delete("/hpp/v1/sessions/" + withdrawn).Want(204)
		check(withdrawn, "DISABLED")

		token, page := host(``, `"back":"https://shop.example/back",`)
		tab := s.Open(t, page).To("code", "pay_later")
		check(token, "IN_PROGRESS")
		tab.FormOf("data-back").Submit()
		check(token, "BACK")
		s.Clock.Advance(time.Second)          // updated_at differs
		tab = s.Open(t, page).Form().Submit() // go on
		check(token, "IN_PROGRESS")
		tab.Pay("pay_later")
		check(token, "COMPLETED")

		payment = m.Payment(strings.Replace(servertest.Cart("SE", "SEK", "en-SE", "customer+id-check@email.se"), "{", `{"acquiring_channel":"IN_STORE",`, 1))
		shop, page := host(`"place_order_mode":"PLACE_ORDER"`, ``)
		s.Open(t, page).To("checking", "pay_later")
		check(shop, "IN_PROGRESS", "MANUAL_ID_CHECK")
		open, _ := m.Read("/hpp/v1/sessions/" + shop).Object()["manual_identification"].(map[string]any)
		if open == nil || open["challenge"] == "" {
			t.Fatal("no identity check is open")
		}
		m.Post("/hpp/v1/sessions/"+shop+"/manual-id-check", `{"challenge":"`+open["challenge"].(string)+`","verdict":"MATCH"}`).Want(204)
		check(shop, "IN_PROGRESS", "COMPLETED")

		payment = m.Payment(servertest.SwedishCart)
		sibling, _ := host(``, ``)
		order, page := host(`"place_order_mode":"PLACE_ORDER"`, ``)
		s.Open(t, page).Pay("pay_later")
		check(order, "IN_PROGRESS", "COMPLETED")
		if read := m.Read("/hpp/v1/sessions/" + sibling).Object(); read["status"] != "COMPLETED" || read["order_id"] == nil {
			t.Errorf("the sibling: %v", read)
		}
	})
}

// TestCallbacks_tellOfSiblings: the order of one page completes the payment session's other pages.
func TestCallbacks_tellOfSiblings(t *testing.T) {
	servertest.OnBoth(t, func(t *testing.T, s *servertest.Server) {
		hook := servertest.NewReceiver(t)
		m := s.Merchant(t)
		payment := m.Payment(servertest.SwedishCart)
		sibling := m.Hosted(payment, ``, `"status_update":"`+hook.URL+`/sibling"`).Text("session_id")
		s.Open(t, m.Hosted(payment, `"place_order_mode":"PLACE_ORDER"`, ``).Text("redirect_url")).Pay("pay_later")
		if err := s.Settle(context.Background()); err != nil {
			t.Fatal(err)
		}
		got := hook.Took()
		if statuses(got) != "COMPLETED" || !reflect.DeepEqual(got[0].Session(), m.Read("/hpp/v1/sessions/"+sibling).Object()) {
			t.Errorf("%+v", got)
		}
	})
}

func TestCallbacks_theURLIsFilledWithWhatThereIs(t *testing.T) {
	servertest.OnBoth(t, func(t *testing.T, s *servertest.Server) {
		hook := servertest.NewReceiver(t)
		m, session := paid(t, s, hook, ``)
		if err := s.Settle(context.Background()); err != nil {
			t.Fatal(err)
		}
		got := hook.Took()
		token := m.Read("/hpp/v1/sessions/" + session).Text("authorization_token")
		if len(got) != 2 || got[0].Query != "sid="+session+"&token=&order=" || got[1].Query != "sid="+session+"&token="+token+"&order=" {
			t.Errorf("%+v", got)
		}
	})
}

// TestCallbacks_ofOneSessionWaitForEachOther has the first callback of one session fail: its second waits, another session's do not.
func TestCallbacks_ofOneSessionWaitForEachOther(t *testing.T) {
	servertest.OnBoth(t, func(t *testing.T, s *servertest.Server) {
		hook := servertest.NewReceiver(t)
		var mu sync.Mutex
		first := ""
		hook.Answer(func(r servertest.Received) int {
			mu.Lock()
			defer mu.Unlock()
			if first == "" {
				first = r.Text("session.session_id")
			}
			if r.Text("session.session_id") == first && s.Clock.Now().Before(servertest.Begin.Add(time.Hour)) {
				return 503
			}
			return 200
		})
		paid(t, s, hook, ``)
		if err := s.Settle(context.Background()); err != nil {
			t.Fatal(err)
		}
		hook.Took()
		_, second := paid(t, s, hook, ``)
		for range 3 {
			s.Advance(36 * time.Second)
		}
		for _, r := range hook.Took() {
			if r.Text("session.session_id") == first && r.Text("session.status") != "IN_PROGRESS" {
				t.Errorf("the first session told %s before IN_PROGRESS was taken", r.Text("session.status"))
			}
			if r.Text("session.session_id") == second && r.Number("Kassa-Attempt") != 1 {
				t.Error("the other session's callback was repeated")
			}
		}
		s.Advance(2 * time.Hour)
		var told []string
		for _, r := range hook.Took() {
			told = append(told, fmt.Sprintf("%s as %d", r.Text("session.status"), r.Number("Kassa-Sequence")))
		}
		if strings.Join(told, ", ") != "IN_PROGRESS as 1, COMPLETED as 2" {
			t.Errorf("told %q", told)
		}
	})
}

func TestCallbacks_authorizationPushAndNotification(t *testing.T) {
	servertest.OnBoth(t, func(t *testing.T, s *servertest.Server) {
		hook := servertest.NewReceiver(t)
		m := s.Merchant(t)
		cart := strings.Replace(servertest.Cart("US", "USD", "en-US", "customer+pend-accept-01@email.us"), `"merchant_reference1"`, `"merchant_urls":{"authorization":"`+hook.URL+`/auth/{session.id}",
 "push":"`+hook.URL+`/push/{order.id}?s={session.id}","notification":"`+hook.URL+`/fraud/{order.id}"},"merchant_reference1"`, 1)
		payment := m.Payment(cart)
		hosted := m.Hosted(payment, ``, `"success":"https://shop.example/?t={{authorization_token}}"`)
		tab := s.Open(t, hosted.Text("redirect_url")).Pay("pay_later")
		settle := func() []servertest.Received {
			t.Helper()
			if err := s.Settle(context.Background()); err != nil {
				t.Fatal(err)
			}
			return hook.Took()
		}
		got := settle()
		token := m.Read("/hpp/v1/sessions/" + hosted.Text("session_id")).Text("authorization_token")
		if len(got) != 1 || token == "" || got[0].Path != "/auth/"+payment || got[0].Text("authorization_token") != token || got[0].Text("session_id") != payment || len(got[0].Session()) > 0 {
			t.Fatalf("%s: %+v", tab.PageStatus(), got)
		}
		placed := m.Post("/payments/v1/authorizations/"+token+"/order", cart).Want(200)
		order := placed.Text("order_id")
		if placed.Text("fraud_status") != "PENDING" {
			t.Fatalf("%s", placed.Body)
		}
		// The push is repeated although it was taken, until the order is acknowledged.
		got = settle()
		if len(got) != 1 || got[0].Path != "/push/"+order || got[0].Query != "s="+payment || len(got[0].Body) != 0 || !got[0].SignedBy(server.SandboxCallbackSecret) {
			t.Fatalf("%+v", got)
		}
		first := got[0].ID()
		s.Advance(6 * time.Second)
		if got = hook.Took(); len(got) != 1 || got[0].ID() != first || got[0].Number("Kassa-Attempt") != 2 {
			t.Fatalf("%+v", got)
		}
		m.Post("/ordermanagement/v1/orders/"+order+"/acknowledge", "").Want(204)
		s.Advance(40 * time.Second)
		if got = hook.Took(); len(got) != 0 {
			t.Fatalf("after the acknowledgement: %+v", got)
		}
		// The fraud decision.
		s.Advance(25 * time.Hour)
		var told []servertest.Received
		for _, r := range hook.Took() {
			if strings.HasPrefix(r.Path, "/fraud/") {
				told = append(told, r)
			}
		}
		if len(told) != 1 || told[0].Path != "/fraud/"+order || told[0].Text("order_id") != order || told[0].Text("event_type") != "FRAUD_RISK_ACCEPTED" {
			t.Fatalf("%+v", told)
		}
		if _, err := time.Parse("2006-01-02T15:04:05.000Z", told[0].Text("timestamp")); err != nil {
			t.Error(err)
		}
	})
}

func TestCallbacks_areSignedByTwoSecretsDuringARotation(t *testing.T) {
	servertest.OnBoth(t, func(t *testing.T, s *servertest.Server) {
		hook := servertest.NewReceiver(t)
		a, err := s.Engine().RotateCallbackSecret(context.Background(), server.SandboxUsername, 24*time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		paid(t, s, hook, ``)
		if err := s.Settle(context.Background()); err != nil {
			t.Fatal(err)
		}
		for _, r := range hook.Took() {
			if !r.SignedBy(server.SandboxCallbackSecret) || !r.SignedBy(string(a.CallbackSecret)) {
				t.Errorf("during the rotation: %q", r.Header.Get("Webhook-Signature"))
			}
		}
		s.Clock.Advance(24 * time.Hour)
		paid(t, s, hook, ``)
		if err := s.Settle(context.Background()); err != nil {
			t.Fatal(err)
		}
		got := hook.Took()
		for _, r := range got {
			if r.SignedBy(server.SandboxCallbackSecret) || !r.SignedBy(string(a.CallbackSecret)) {
				t.Errorf("after it: %q", r.Header.Get("Webhook-Signature"))
			}
		}
		if len(got) == 0 {
			t.Error("nothing was told")
		}
	})
}

func TestCallbacks_ofADisabledEndpointOrMerchantAreParkedAndComeBackWithTheirNumbers(t *testing.T) {
	servertest.OnBoth(t, func(t *testing.T, s *servertest.Server) {
		ctx := context.Background()
		hook := servertest.NewReceiver(t)
		e := s.Engine()
		for name, set := range map[string]func(on bool) error{
			"endpoint": func(on bool) error { _, err := e.SetEndpoint(ctx, server.SandboxUsername, hook.URL, on); return err },
			"merchant": func(on bool) error {
				status := pay.MerchantDisabled
				if on {
					status = pay.MerchantActive
				}
				_, err := e.SetMerchantStatus(ctx, server.SandboxUsername, status)
				return err
			},
		} {
			hook.Answer(func(servertest.Received) int { return 500 })
			paid(t, s, hook, ``)
			if err := s.Settle(ctx); err != nil {
				t.Fatal(err)
			}
			hook.Took()
			if err := set(false); err != nil {
				t.Fatal(err)
			}
			parked, err := e.OpenCallbacks(ctx, server.SandboxUsername, true, 10)
			if err != nil || len(parked) != 2 || parked[0].Parked != store.ParkReason(name) {
				t.Fatalf("%s: parked %+v, %v", name, parked, err)
			}
			s.Advance(48 * time.Hour)
			if got := hook.Took(); len(got) != 0 {
				t.Fatalf("%s: disabled, it got %s", name, statuses(got))
			}
			hook.Answer(nil)
			if err := set(true); err != nil {
				t.Fatal(err)
			}
			if err := s.Settle(ctx); err != nil {
				t.Fatal(err)
			}
			got := hook.Took()
			if statuses(got) != "IN_PROGRESS COMPLETED" || got[0].Number("Kassa-Sequence") != 1 || got[1].Number("Kassa-Sequence") != 2 {
				t.Fatalf("%s: enabled again, it got %q: %+v", name, statuses(got), got)
			}
		}
	})
}

func TestCallbacks_areReplayedWithTheirOldIDs(t *testing.T) {
	servertest.OnBoth(t, func(t *testing.T, s *servertest.Server) {
		ctx := context.Background()
		hook := servertest.NewReceiver(t)
		paid(t, s, hook, ``)
		if err := s.Settle(ctx); err != nil {
			t.Fatal(err)
		}
		first := hook.Took()
		c, err := s.Engine().Replay(ctx, first[0].ID())
		if err != nil || c.Sequence != 1 {
			t.Fatal(c, err)
		}
		if err := s.Settle(ctx); err != nil {
			t.Fatal(err)
		}
		again := hook.Took()
		if len(again) != 1 || again[0].ID() != first[0].ID() || string(again[0].Body) != string(first[0].Body) || again[0].Number("Kassa-Attempt") != 2 || again[0].Number("Kassa-Sequence") != 1 {
			t.Fatalf("%+v", again)
		}
		s.Clock.Advance(time.Hour)
		paid(t, s, hook, ``)
		if err := s.Settle(ctx); err != nil {
			t.Fatal(err)
		}
		hook.Took()
		for _, c := range []struct {
			from, until time.Duration
			want        int
		}{{0, time.Minute, 2}, {time.Minute, 2 * time.Hour, 2}, {0, 2 * time.Hour, 4}, {2 * time.Hour, 3 * time.Hour, 0}} {
			n, err := s.Engine().ReplayRange(ctx, server.SandboxUsername, "", servertest.Begin.Add(c.from), servertest.Begin.Add(c.until))
			if err != nil || n != c.want {
				t.Fatalf("%v to %v: %d, %v", c.from, c.until, n, err)
			}
			if err := s.Settle(ctx); err != nil {
				t.Fatal(err)
			}
			if got := hook.Took(); len(got) != c.want {
				t.Errorf("%v to %v: %d came", c.from, c.until, len(got))
			}
		}
	})
}

// TestCallbacks_theLogTellsNoSecret: URLs hold secrets of the merchant's, and bodies hold tokens.
func TestCallbacks_theLogTellsNoSecret(t *testing.T) {
	log := new(record)
	s := servertest.Start(t, into(log))
	hook := servertest.NewReceiver(t)
	hook.Answer(func(servertest.Received) int { return 500 })
	m := s.Merchant(t)
	hosted := m.Hosted(m.Payment(servertest.SwedishCart), ``, `"status_update":"`+hook.URL+`/hook-of-ours?secret=hush-hush&t={{authorization_token}}"`)
	s.Open(t, hosted.Text("redirect_url")).Pay("pay_later")
	token := m.Read("/hpp/v1/sessions/" + hosted.Text("session_id")).Text("authorization_token")
	s.Advance(time.Hour)
	s.Stop()
	for _, secret := range []string{"hush-hush", "hook-of-ours", token} {
		if secret == "" || strings.Contains(log.String(), secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
	if !strings.Contains(log.String(), "the receiver answered 500") {
		t.Errorf("the log does not tell of the failure: %s", log)
	}
}

func TestMetrics_ofCallbacks(t *testing.T) {
	servertest.OnBoth(t, func(t *testing.T, s *servertest.Server) {
		hook := servertest.NewReceiver(t)
		hook.Answer(func(servertest.Received) int { return 500 })
		paid(t, s, hook, ``)
		if err := s.Settle(context.Background()); err != nil {
			t.Fatal(err)
		}
		s.Clock.Advance(3 * time.Second)
		text := scrape(t, s)
		for _, want := range []string{
			`kassa_callbacks{kind="callback.status_update",state="pending"} 2`, `kassa_callbacks{kind="callback.status_update",state="parked"} 0`,
			`kassa_callback_attempts_total{kind="callback.status_update",outcome="retry"} 1`, `kassa_callback_oldest_pending_seconds{kind="callback.status_update"} 3`,
			`kassa_callback_first_attempt_seconds_count{kind="callback.status_update"} 1`,
		} {
			if !strings.Contains(text, want+"\n") {
				t.Errorf("no %s", want)
			}
		}
	})
}

func scrape(t *testing.T, s *servertest.Server) string {
	t.Helper()
	resp, err := http.Get(s.AdminURL() + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatal(resp.Status, err)
	}
	return string(text)
}
