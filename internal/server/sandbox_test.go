package server_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"kassa/internal/server"
	"kassa/internal/servertest"
)

// TestSandboxMerchant_publishedPasswordIsRefusedOutsideTheSandbox: whatever the database was used for before. The merchant stays,
// and a password that an operator had made for it is as good as any.
func TestSandboxMerchant_publishedPasswordIsRefusedOutsideTheSandbox(t *testing.T) {
	servertest.OnBoth(t, func(t *testing.T, s *servertest.Server) {
		m, mails := s.Merchant(t), openMailbox(t)
		link := m.Hosted(m.Payment(servertest.SwedishCart), ``, ``).Text("redirect_url")
		before := s.URL()
		s.Stop()
		var log record
		s = s.Again(forReal(mails), into(&log))
		m = s.Merchant(t)
		path := "/payments/v1/sessions/0197d2c0-6b1e-7a51-9c7e-0c5a2f0e3d11"
		refused := m.Read(path).Want(http.StatusUnauthorized).Text("error_code")
		m.Username = "K000009_nobody"
		if code := m.Read(path).Want(http.StatusUnauthorized).Text("error_code"); code != refused {
			t.Errorf("the published password: %s, a name that nobody has: %s", refused, code)
		}
		if page := s.Open(t, s.URL()+strings.TrimPrefix(link, before)); page.Status != http.StatusOK {
			t.Errorf("the link of before: %d", page.Status)
		}
		for _, told := range []string{`"level":"WARN"`, "published password", "published secret", server.SandboxUsername} {
			if !strings.Contains(log.String(), told) {
				t.Errorf("the operator is not told %s:\n%s", told, log.String())
			}
		}

		o := beside(t, s)
		a, err := o.RotateMerchant(context.Background(), server.SandboxUsername)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := o.RotateCallbackSecret(context.Background(), server.SandboxUsername, 0); err != nil {
			t.Fatal(err)
		}
		s.Stop()
		var later record
		s = s.Again(forReal(mails), into(&later))
		m = s.Merchant(t)
		m.Username, m.Password = a.Username, string(a.Password)
		m.Read(path).Want(http.StatusNotFound)
		if strings.Contains(later.String(), "WARN") {
			t.Errorf("told when there is nothing to tell:\n%s", later.String())
		}
	})
}

// TestSandboxMerchant_addedBesideOthersIsTold: a sandbox on a database of merchants is allowed, and nobody overlooks it.
func TestSandboxMerchant_addedBesideOthersIsTold(t *testing.T) {
	s := servertest.Start(t, forReal(openMailbox(t)))
	if _, err := beside(t, s).AddMerchant(context.Background(), "Nordlys Cykler"); err != nil {
		t.Fatal(err)
	}
	s.Stop()
	var log, again record
	s = s.Again(func(o *server.Options) { o.Config.Sandbox = true }, into(&log))
	s.Merchant(t).Payment(servertest.SwedishCart)
	if !strings.Contains(log.String(), "is added to a database that has merchants") {
		t.Errorf("not told:\n%s", log.String())
	}
	s.Stop()
	s.Again(into(&again))
	if strings.Contains(again.String(), "WARN") {
		t.Errorf("told of what was there:\n%s", again.String())
	}
}
