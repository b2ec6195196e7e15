package config

import (
	"fmt"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"strings"
	"time"
)

// Serve is the configuration of `kassa serve`. Each field is a flag and an environment variable with the prefix KASSA_.
type Serve struct {
	Listen      string // address of the API and the page, like 127.0.0.1:8080
	AdminListen string // address of health, metrics and the sandbox's control API; never make it public
	// AdminHosts are names that the admin listener answers to besides loopback names, addresses and the name in AdminListen.
	AdminHosts []string
	// PublicURL begins every URL that is handed out; empty: http:// and the listen address, or 127.0.0.1 where that is every
	// address of the machine. A path prefix is kept. Outside the sandbox it is https, or on a loopback address.
	PublicURL string
	Database  string // sqlite:FILE or postgres://…
	// Sandbox: test personas decide, the fixed merchant exists, http and loopback URLs are allowed, the clock can be moved.
	Sandbox bool
	// KeyFile holds the key ring; empty with SQLite: beside the database file, made at the first start.
	KeyFile string
	Migrate bool // migrate PostgreSQL at start; SQLite always is
	// DecisionLimit is the highest amount approved, in minor units by currency of a market; outside the sandbox there must be one.
	DecisionLimit map[string]int64
	SMTPURL       string // smtp://[user:password@]host:port: how mails are sent
	MailFrom      string // the sender's address
	SMSURL        string // HTTP gateway or smpp://…: how messages go to phones
	// CodeLimit is how many one-time codes a network address may ask for in a quarter of an hour; 0: three, and in the sandbox no limit
	// of codes at all.
	CodeLimit int
	// Consents is a file with the operator's own sentences above the pay button; empty: ours.
	Consents string
	// MessageQuota bounds the links a merchant may have sent in a day, by method: email and sms; off when empty.
	MessageQuota map[string]int64
	// RateLimit bounds the calls a second of each merchant by group, create and other; off when empty.
	RateLimit map[string]int64
	// CallbackTimeout bounds one callback, 3 s when 0.
	CallbackTimeout time.Duration
	// CallbackAllow are private networks where callbacks may go; public addresses always are, loopback in the sandbox alone.
	CallbackAllow []string
	// TrustedProxies are networks whose X-Forwarded-For is believed.
	TrustedProxies []string
}

// Refusal is a configuration that is not started with: the flag and why.
type Refusal struct {
	Flag string
	Why  string
}

// Error reads like --flag: why.
func (r *Refusal) Error() string { return r.Flag + ": " + r.Why }

func refuse(flag, format string, args ...any) error {
	return &Refusal{Flag: flag, Why: fmt.Sprintf(format, args...)}
}

// maxCallbackTimeout is the longest that a callback may take: the outbox leases a job for longer.
const maxCallbackTimeout = 15 * time.Second

// Check refuses what cannot be started with, and fills in what follows from other settings.
func (c *Serve) Check() error {
	for _, l := range []struct{ flag, addr string }{{"--listen", c.Listen}, {"--admin-listen", c.AdminListen}} {
		if _, _, err := net.SplitHostPort(l.addr); err != nil {
			return refuse(l.flag, "%q is not host:port, like 127.0.0.1:8080", l.addr)
		}
	}
	for _, name := range c.AdminHosts {
		if name == "" || strings.ContainsAny(name, "/@?# ") {
			return refuse("--admin-host", "%q is not a host name like kassa-admin.internal", name)
		}
	}
	if err := c.checkPublicURL(); err != nil {
		return err
	}
	var err error
	if c.KeyFile, err = KeyFileOf(c.Database, c.KeyFile); err != nil {
		return err
	}
	for _, p := range c.TrustedProxies {
		if _, err := ParseNetwork(p); err != nil {
			return refuse("--trusted-proxies", "%q is neither an address nor a network like 10.0.0.0/8", p)
		}
	}
	if c.CallbackTimeout < 0 || c.CallbackTimeout > maxCallbackTimeout {
		return refuse("--callback-timeout", "%v is not more than 0 and at most %v", c.CallbackTimeout, maxCallbackTimeout)
	}
	for _, p := range c.CallbackAllow {
		if _, err := ParseNetwork(p); err != nil {
			return refuse("--callback-allow", "%q is neither an address nor a network like 10.0.0.0/8", p)
		}
	}
	if err := c.checkLimits(); err != nil {
		return err
	}
	if c.Sandbox {
		return c.checkSenders()
	}
	return c.checkProduction()
}

// maxCodeLimit is the highest --code-limit: each of them is a row that is read with the others.
const maxCodeLimit = 1000

func (c *Serve) checkLimits() error {
	for group, limit := range c.RateLimit {
		if group != "create" && group != "other" || limit < 1 {
			return refuse("--rate-limit", "%s=%d is not create=N or other=N with N calls a second", group, limit)
		}
	}
	if c.CodeLimit < 0 || c.CodeLimit > maxCodeLimit {
		return refuse("--code-limit", "%d is not between 1 and %d codes in 15 minutes", c.CodeLimit, maxCodeLimit)
	}
	for method, quota := range c.MessageQuota {
		if method != "email" && method != "sms" || quota < 1 {
			return refuse("--message-quota", "%s=%d is not email=N or sms=N with N messages a day", method, quota)
		}
	}
	for currency, limit := range c.DecisionLimit {
		if len(currency) != 3 || currency != strings.ToUpper(currency) {
			return refuse("--decision-limit", "%q is not a currency like SEK", currency)
		}
		if limit < 0 {
			return refuse("--decision-limit", "%s: the limit is negative", currency)
		}
	}
	return nil
}

func (c *Serve) checkPublicURL() error {
	if c.PublicURL == "" {
		return nil // follows from the address once it listens
	}
	u, err := url.Parse(c.PublicURL)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || (u.Scheme != "http" && u.Scheme != "https") {
		return refuse("--public-url", "%q is not a URL like https://pay.example.com", c.PublicURL)
	}
	c.PublicURL = strings.TrimRight(c.PublicURL, "/")
	return nil
}

// KeyFileOf refuses a --database that is none, and gives the key file that belongs to it: the one given, or the one beside an
// SQLite file.
func KeyFileOf(database, keyFile string) (string, error) {
	switch {
	case SQLiteFile(database) != "":
		if keyFile == "" {
			keyFile = SQLiteFile(database) + ".key"
		}
	case strings.HasPrefix(database, "postgres://"), strings.HasPrefix(database, "postgresql://"):
		if keyFile == "" {
			return "", refuse("--key-file", "is needed with PostgreSQL: every node must use the same one (`kassa serve` and `kassa migrate` make it when it does not exist)")
		}
	default:
		return "", refuse("--database", "is neither sqlite:FILE nor postgres://…") // not repeated: it may hold a password
	}
	return keyFile, nil
}

// SQLiteFile gives the file of an sqlite: URL, empty for other URLs.
func SQLiteFile(database string) string {
	file, ok := strings.CutPrefix(database, "sqlite:")
	if !ok {
		return ""
	}
	return strings.TrimPrefix(file, "//") // sqlite:///absolute and sqlite://relative are common spellings
}

func (c *Serve) checkProduction() error {
	if len(c.DecisionLimit) == 0 {
		return refuse("--decision-limit", "is missing: outside the sandbox nobody is approved without one, e.g. --decision-limit SEK=500000 (minor units; repeat it per currency), or use --sandbox")
	}
	if err := c.checkSecure(); err != nil {
		return err
	}
	if c.SMTPURL == "" && c.SMSURL == "" {
		return refuse("--smtp-url", "is missing: one-time codes must be sent to the consumer, e.g. --smtp-url smtp://user:password@mail.example.com:587 --mail-from pay@example.com (or --sms-url), or use --sandbox")
	}
	return c.checkSenders()
}

// checkSenders refuses senders that cannot be used.
func (c *Serve) checkSenders() error {
	if u, err := url.Parse(c.SMSURL); c.SMSURL != "" && (err != nil || u.Host == "") {
		return refuse("--sms-url", "is not a URL like https://user:password@gateway.example/send?to={{to}}&text={{text}} or smpp://id:password@host:2775")
	}
	if _, err := mail.ParseAddress(c.MailFrom); c.MailFrom != "" && err != nil {
		return refuse("--mail-from", "%q is not an address like pay@example.com", c.MailFrom)
	}
	if c.SMTPURL == "" {
		return nil
	}
	if u, err := url.Parse(c.SMTPURL); err != nil || u.Host == "" || (u.Scheme != "smtp" && u.Scheme != "smtps") {
		return refuse("--smtp-url", "is not a URL like smtp://user:password@mail.example.com:587")
	}
	if c.MailFrom == "" {
		return refuse("--mail-from", "is missing: the address that codes are sent from, like pay@example.com")
	}
	return nil
}

// checkSecure refuses to hand out links of plain http outside the sandbox: consumers give personal data behind them. On this
// machine alone they are harmless.
func (c *Serve) checkSecure() error {
	host, _, _ := net.SplitHostPort(c.Listen)
	if c.PublicURL != "" {
		u, err := url.Parse(c.PublicURL)
		if err != nil || u.Scheme == "https" {
			return err
		}
		host = u.Hostname()
	}
	if addr, err := netip.ParseAddr(host); host == "localhost" || err == nil && addr.IsLoopback() {
		return nil
	}
	if c.PublicURL == "" {
		return refuse("--public-url", "is missing: the https:// address that consumers reach this server at through your proxy, like https://pay.example.com")
	}
	return refuse("--public-url", "%q is not https: outside the sandbox links of plain http are handed out on loopback addresses only", c.PublicURL)
}

// ParseNetwork reads an address or a network.
func ParseNetwork(s string) (netip.Prefix, error) {
	if addr, err := netip.ParseAddr(s); err == nil {
		return netip.PrefixFrom(addr, addr.BitLen()), nil
	}
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return netip.Prefix{}, fmt.Errorf("parse network %q: %w", s, err)
	}
	return p.Masked(), nil
}
