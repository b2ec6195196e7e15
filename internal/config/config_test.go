package config

import (
	"errors"
	"testing"
)

func valid() Serve {
	return Serve{
		Listen: "127.0.0.1:8080", AdminListen: "127.0.0.1:8081", Database: "sqlite:kassa.db",
		DecisionLimit: map[string]int64{"SEK": 500000}, SMTPURL: "smtp://mail.example.com:25", MailFrom: "pay@example.com",
	}
}

func TestServe_refusalsNameTheFlag(t *testing.T) {
	cases := map[string]struct {
		change func(*Serve)
		flag   string
	}{
		"no limit":            {func(c *Serve) { c.DecisionLimit = nil }, "--decision-limit"},
		"negative limit":      {func(c *Serve) { c.DecisionLimit["SEK"] = -1 }, "--decision-limit"},
		"bad currency":        {func(c *Serve) { c.DecisionLimit = map[string]int64{"kronor": 1} }, "--decision-limit"},
		"no sender":           {func(c *Serve) { c.SMTPURL = "" }, "--smtp-url"},
		"bad sender":          {func(c *Serve) { c.SMTPURL = "mail.example.com" }, "--smtp-url"},
		"bad sms":             {func(c *Serve) { c.SMSURL = "sms.example.com" }, "--sms-url"},
		"bad quota":           {func(c *Serve) { c.MessageQuota = map[string]int64{"fax": 1} }, "--message-quota"},
		"bad from":            {func(c *Serve) { c.MailFrom = "nope" }, "--mail-from"},
		"no from":             {func(c *Serve) { c.MailFrom = "" }, "--mail-from"},
		"listen":              {func(c *Serve) { c.Listen = "8080" }, "--listen"},
		"admin listen":        {func(c *Serve) { c.AdminListen = "" }, "--admin-listen"},
		"admin host":          {func(c *Serve) { c.AdminHosts = []string{"http://kassa-admin.internal"} }, "--admin-host"},
		"public url":          {func(c *Serve) { c.PublicURL = "pay.example.com" }, "--public-url"},
		"public url userinfo": {func(c *Serve) { c.PublicURL = "https://a:b@pay.example.com" }, "--public-url"},
		"public url http":     {func(c *Serve) { c.PublicURL = "http://pay.example.com" }, "--public-url"},
		"no public url":       {func(c *Serve) { c.Listen = "0.0.0.0:8080" }, "--public-url"},
		"database":            {func(c *Serve) { c.Database = "mysql://x" }, "--database"},
		"empty sqlite":        {func(c *Serve) { c.Database = "sqlite:" }, "--database"},
		"no key file":         {func(c *Serve) { c.Database = "postgres://x/y" }, "--key-file"},
		"proxies":             {func(c *Serve) { c.TrustedProxies = []string{"proxy"} }, "--trusted-proxies"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			c := valid()
			tc.change(&c)
			var r *Refusal
			if err := c.Check(); !errors.As(err, &r) || r.Flag != tc.flag {
				t.Fatalf("Check() = %v, want a refusal of %s", err, tc.flag)
			}
		})
	}
}

// TestServe_aSenderThatIsNoneIsNotMissing: the message says what is wrong with what was given.
func TestServe_aSenderThatIsNoneIsNotMissing(t *testing.T) {
	for from, want := range map[string]string{
		"":            "--mail-from: is missing: the address that codes are sent from, like pay@example.com",
		"nope":        `--mail-from: "nope" is not an address like pay@example.com`,
		"pay@":        `--mail-from: "pay@" is not an address like pay@example.com`,
		"Kassa <a@b>": "",
	} {
		c, got := valid(), ""
		c.MailFrom = from
		if err := c.Check(); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%q: %s, want %s", from, got, want)
		}
	}
}

func TestServe_whatFollowsFromTheRest(t *testing.T) {
	c := valid()
	c.PublicURL = "https://pay.example.com/kassa/"
	if err := c.Check(); err != nil {
		t.Fatal(err)
	}
	if c.KeyFile != "kassa.db.key" || c.PublicURL != "https://pay.example.com/kassa" {
		t.Fatalf("key file %q, public URL %q", c.KeyFile, c.PublicURL)
	}
	c.PublicURL = "http://[::1]:8080"
	if err := c.Check(); err != nil {
		t.Fatalf("plain http on a loopback address leaves the machine nowhere: %v", err)
	}
	sandbox := Serve{Listen: ":0", AdminListen: ":0", PublicURL: "http://kassa.test", Database: "sqlite:x", Sandbox: true}
	if err := sandbox.Check(); err != nil {
		t.Fatalf("the sandbox needs neither limit nor sender: %v", err)
	}
}
