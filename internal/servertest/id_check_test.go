package servertest_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"kassa/internal/server"
	"kassa/internal/servertest"
)

const idPersona = "customer+id-check@email.se"

// challengeOf reads the open check as the merchant is told it.
func (c *till) challengeOf(t *testing.T) string {
	t.Helper()
	read := c.m.Read("/hpp/v1/sessions/" + c.id).Want(http.StatusOK)
	open, _ := read.Object()["manual_identification"].(map[string]any)
	if read.Text("status") != "MANUAL_ID_CHECK" || open == nil {
		t.Fatalf("%s", read.Body)
	}
	return open["challenge"].(string)
}

// wantEvents reads the stream until the session has as many events as are wanted, and compares their types. A stream is read as it
// is filled: events get their places a moment after the change.
func (c *till) wantEvents(t *testing.T, want string) {
	t.Helper()
	var got []string
	after := ""
	for range 30 {
		page := c.m.Read("/kassa/v1/events?limit=1000&wait=2&after=" + after).Want(http.StatusOK)
		for _, e := range page.Object()["events"].([]any) {
			if e := e.(map[string]any); e["session_id"] == c.id {
				got = append(got, e["type"].(string))
			}
		}
		after = page.Text("next_cursor")
		if len(got) >= len(strings.Fields(want)) {
			break
		}
	}
	if strings.Join(got, " ") != want {
		t.Fatalf("events %s\nwant   %s", strings.Join(got, " "), want)
	}
}

func TestIDCheck_clerkSaysYes(t *testing.T) {
	servertest.OnBoth(t, func(t *testing.T, s *servertest.Server) {
		receiver := servertest.NewReceiver(t)
		c := newTill(t, s, idPersona, `"place_order_mode":"CAPTURE_ORDER"`, `"status_update":"`+receiver.URL+`/hook"`)
		consumer := s.Open(t, c.link).To("checking", "pay_later")
		challenge := c.challengeOf(t)
		if consumer.Heading() != "Show your ID" || !strings.Contains(consumer.Text(), challenge) || !strings.HasPrefix(consumer.Header.Get("Refresh"), "3;") {
			t.Fatalf("%s", consumer.Text())
		}
		clerk := s.Open(t, c.page)
		if clerk.Step() != "identify" || clerk.PageStatus() != "MANUAL_ID_CHECK" || !strings.Contains(clerk.Text(), challenge) || !strings.Contains(clerk.Text(), "A••• T•••") {
			t.Fatalf("%s", clerk.Text())
		}
		c.hides(t, clerk, "Alice", "customer+", "701740615", "Blasieholm", "1941")
		wantProgress(t, clerk, "done Link made", "done Opened by the customer", "done Code confirmed", "now Check the ID", "next Paid")

		old := clerk.FormOf("data-mismatch")
		clerk = clerk.FormOf("data-match").Submit()
		if clerk.Step() != "ended" || clerk.Heading() != "Paid" {
			t.Fatalf("%s", clerk.Text())
		}
		wantProgress(t, clerk, "done Link made", "done Opened by the customer", "done Code confirmed", "done ID checked", "done Paid")
		if late := old.Submit(); late.Heading() != "Paid" {
			t.Fatalf("an old button: %s", late.Text())
		}
		consumer.Reload()
		read := c.m.Read("/hpp/v1/sessions/" + c.id).Want(http.StatusOK)
		if consumer.PageStatus() != "COMPLETED" || read.Text("status") != "COMPLETED" || read.Object()["manual_identification"] != nil {
			t.Fatalf("%s %s", consumer.PageStatus(), read.Body)
		}
		if got := c.m.Read("/ordermanagement/v1/orders/" + read.Text("order_id")).Want(http.StatusOK).Text("status"); got != "CAPTURED" {
			t.Fatal(got)
		}
		want := "session.created session.in_progress authorization.begun session.manual_id_check session.identified authorization.approved session.completed order.placed order.captured"
		c.wantEvents(t, want)
		var told []string
		for _, call := range receiver.Wait(4) {
			status, _ := call.Session()["status"].(string)
			told = append(told, status)
		}
		if got := strings.Join(told, " "); got != "IN_PROGRESS MANUAL_ID_CHECK IN_PROGRESS COMPLETED" {
			t.Fatalf("told %s", got)
		}
	})
}

func TestIDCheck_merchantSystemSaysNo(t *testing.T) {
	servertest.OnBoth(t, func(t *testing.T, s *servertest.Server) {
		c := newTill(t, s, idPersona, "", "")
		verdict := c.created.Text("manual_identification_check_url")
		closed := c.m.Post(verdict, `{"challenge":"A78","verdict":"MATCH"}`).Want(http.StatusForbidden)
		if closed.Text("error_code") != "MANUAL_ID_CHECK_NOT_OPEN" {
			t.Fatalf("%s", closed.Body)
		}
		consumer := s.Open(t, c.link).To("checking", "pay_later")
		challenge := c.challengeOf(t)
		other := "A00"
		if challenge == other {
			other = "B00"
		}
		c.m.Post(verdict, `{"challenge":"`+other+`","verdict":"MATCH"}`).Want(http.StatusForbidden)
		for _, bad := range []string{`{}`, `{"challenge":"` + challenge + `"}`, `{"challenge":"","verdict":"MATCH"}`, `{"challenge":"` + challenge + `","verdict":"UNSEEN"}`, `{"challenge":[7],"verdict":"MATCH"}`} {
			if got := c.m.Post(verdict, bad).Want(http.StatusBadRequest); got.Text("error_code") != "BAD_VALUE" {
				t.Errorf("%s: %s", bad, got.Body)
			}
		}
		body := `{"challenge":"` + strings.ToLower(challenge) + `","verdict":"mismatch"}`
		c.m.Post(verdict, body, "Klarna-Idempotency-Key", "v1").Want(http.StatusNoContent)
		c.m.Post(verdict, body, "Klarna-Idempotency-Key", "v1").Want(http.StatusNoContent)
		c.m.Post(verdict, body).Want(http.StatusNoContent)
		c.m.Post(verdict, `{"challenge":"`+challenge+`","verdict":"MATCH"}`).Want(http.StatusForbidden)
		consumer.Reload()
		if consumer.PageStatus() != "FAILED" || consumer.Heading() != "The payment was not approved" {
			t.Fatalf("%s", consumer.Text())
		}
		want := "session.created session.in_progress authorization.begun session.manual_id_check authorization.declined session.failed"
		c.wantEvents(t, want)
		// The way to pay is not to blame: it can be tried again, with a check of its own.
		s.Clock.Advance(time.Minute)
		consumer.Form().Submit()
		consumer.To("checking", "pay_later")
		if c.m.Status(c.id) != "MANUAL_ID_CHECK" {
			t.Fatal(c.m.Status(c.id))
		}
		clerk := s.Open(t, c.page).FormOf("data-match").Submit()
		if clerk.PageStatus() != "COMPLETED" {
			t.Fatalf("%s", clerk.Text())
		}
		if c.m.Read("/hpp/v1/sessions/"+c.id).Want(http.StatusOK).Text("authorization_token") == "" {
			t.Error("no authorization token")
		}
	})
}

func TestIDCheck_nobodyLooks(t *testing.T) {
	servertest.OnBoth(t, func(t *testing.T, s *servertest.Server) {
		c := newTill(t, s, idPersona, "", "")
		s.Open(t, c.link).To("checking", "pay_later")
		form := s.Open(t, c.page).FormOf("data-match")
		s.Advance(15*time.Minute - time.Second)
		c.challengeOf(t)
		s.Clock.Advance(time.Second) // the job has not run yet: too late all the same
		if page := form.Submit(); page.PageStatus() == "COMPLETED" {
			t.Fatal("a verdict after the end counts")
		}
		s.Advance(0)
		if got := c.m.Status(c.id); got != "FAILED" {
			t.Fatal(got)
		}
		page := s.Open(t, c.by("qr"))
		wantProgress(t, page, "done Link made", "done Opened by the customer", "done Code confirmed", "bad Nobody checked the ID", "bad Not approved")
	})
}

func TestIDCheck_onlyInShops(t *testing.T) {
	s := servertest.Start(t)
	m := s.Merchant(t)
	hosted := m.Hosted(m.Payment(servertest.Cart("SE", "SEK", "en-SE", idPersona)), "", "")
	if page := s.Open(t, hosted.Text("redirect_url")).Pay("pay_later"); page.PageStatus() != "COMPLETED" {
		t.Fatalf("%s", page.Text())
	}
}

func TestIDCheck_withdrawnMeanwhile(t *testing.T) {
	servertest.OnBoth(t, func(t *testing.T, s *servertest.Server) {
		c := newTill(t, s, idPersona, "", "")
		s.Open(t, c.link).To("checking", "pay_later")
		challenge, form := c.challengeOf(t), s.Open(t, c.page).FormOf("data-match")
		c.m.Delete("/hpp/v1/sessions/" + c.id).Want(http.StatusNoContent)
		if page := form.Submit(); page.PageStatus() != "DISABLED" {
			t.Fatalf("%s", page.Text())
		}
		c.m.Post(c.created.Text("manual_identification_check_url"), `{"challenge":"`+challenge+`","verdict":"MATCH"}`).Want(http.StatusForbidden)
		s.Advance(time.Hour)
		want := "session.created session.in_progress authorization.begun session.manual_id_check authorization.voided session.disabled"
		c.wantEvents(t, want)
	})
}

// While the clerk looks, no other page of the same payment can begin, and an order placed elsewhere ends the check.
func TestIDCheck_otherTabsWait(t *testing.T) {
	s := servertest.Start(t)
	m := s.Merchant(t)
	cart := strings.Replace(servertest.Cart("SE", "SEK", "en-SE", idPersona), "{", `{"acquiring_channel":"IN_STORE",`, 1)
	payment := m.Payment(cart)
	first, second := m.Hosted(payment, "", ""), m.Hosted(payment, "", "")
	other := s.Open(t, second.Text("redirect_url")).To("review", "pay_later")
	press := other.Form()
	s.Open(t, first.Text("redirect_url")).To("checking", "pay_later")
	if page := press.Submit(); page.Step() != "checking" || page.Heading() != "You are paying in another tab" {
		t.Fatalf("%s", page.Text())
	}
}

// An order that is placed with an earlier authorization of the same payment ends the check.
func TestIDCheck_orderPlacedElsewhere(t *testing.T) {
	servertest.OnBoth(t, func(t *testing.T, s *servertest.Server) {
		c := newTill(t, s, idPersona, "", "")
		s.Open(t, c.link).To("checking", "pay_later")
		s.Open(t, c.page).FormOf("data-match").Submit()
		token := c.m.Read("/hpp/v1/sessions/" + c.id).Want(http.StatusOK).Text("authorization_token")
		second := c.m.Hosted(c.payment, "", "")
		other := &till{s: s, m: c.m, created: second, id: second.Text("session_id"), link: second.Text("redirect_url")}
		s.Open(t, other.link).To("checking", "pay_later")
		challenge := other.challengeOf(t)
		c.m.Post("/payments/v1/authorizations/"+token+"/order", c.cart).Want(http.StatusOK)
		if got := c.m.Status(other.id); got != "COMPLETED" {
			t.Fatal(got)
		}
		c.m.Post(second.Text("manual_identification_check_url"), `{"challenge":"`+challenge+`","verdict":"MATCH"}`).Want(http.StatusForbidden)
		s.Advance(time.Hour)
		want := "session.created session.in_progress authorization.begun session.manual_id_check authorization.voided session.completed"
		other.wantEvents(t, want)
	})
}

func TestIDCheck_twoVerdictsAtOnce(t *testing.T) {
	servertest.OnBoth(t, func(t *testing.T, s *servertest.Server) {
		c := newTill(t, s, idPersona, `"place_order_mode":"PLACE_ORDER"`, "")
		s.Open(t, c.link).To("checking", "pay_later")
		challenge, url := c.challengeOf(t), c.created.Text("manual_identification_check_url")
		var wg sync.WaitGroup
		for i := range 8 {
			verdict := []string{"MATCH", "MISMATCH"}[i%2]
			wg.Go(func() {
				if got, err := c.m.Do(http.MethodPost, url, `{"challenge":"`+challenge+`","verdict":"`+verdict+`"}`); err != nil || got.Status != http.StatusNoContent && got.Status != http.StatusForbidden {
					t.Errorf("%d %s, %v", got.Status, got.Body, err)
				}
			})
		}
		wg.Wait()
		clerk := s.Open(t, c.page)
		want := "session.created session.in_progress authorization.begun session.manual_id_check "
		if clerk.PageStatus() == "COMPLETED" {
			c.wantEvents(t, want+"session.identified authorization.approved session.completed order.placed")
		} else {
			c.wantEvents(t, want+"authorization.declined session.failed")
		}
	}, func(o *server.Options) { o.NoLocks = true })
}

// The check survives a restart: everything that is needed is stored.
func TestIDCheck_afterARestart(t *testing.T) {
	s := servertest.Start(t)
	c := newTill(t, s, idPersona, "", "")
	s.Open(t, c.link).To("checking", "pay_later")
	s.Stop()
	again := s.Again()
	page := again.Open(t, "http://"+again.Address()+strings.TrimPrefix(c.page, s.URL())).FormOf("data-match").Submit()
	if page.PageStatus() != "COMPLETED" {
		t.Fatalf("%s", page.Text())
	}
}
