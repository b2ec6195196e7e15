package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"kassa/client"
	"kassa/internal/config"
	"kassa/internal/server"
)

type eventsForwardCmd struct {
	apiFlags
	To         string        `required:"" env:"-" placeholder:"URL" help:"Where each is sent by POST, like http://localhost:3000/hook."`
	CursorFile cursorFile    `default:"kassa-events.cursor" env:"-" placeholder:"FILE" help:"Has the place up to which everything arrived; the next run goes on from there."`
	After      client.Cursor `env:"-" placeholder:"CURSOR" help:"Without a cursor file yet, begin after this event and not at the first of all."`
	FromNow    bool          `env:"-" help:"Without a cursor file yet, begin with what happens from now on."`
	All        bool          `env:"-" help:"Send every event: those that are no change of a session's status have a body of their own, {\"event_id\", \"event\"}."`
	Secret     []string      `env:"KASSA_CALLBACK_SECRET" placeholder:"SECRET" help:"Signs what is sent, whsec_…; two during a rotation. The sandbox's merchant has the sandbox's."`
	Timeout    time.Duration `env:"-" default:"3s" help:"How long the receiver may take."`
}

// Help is printed below the flags.
func (eventsForwardCmd) Help() string {
	return `For a machine that no callback reaches. Each change of a session's status goes to --to with the body and the headers that a callback has (webhook-id, webhook-timestamp, webhook-signature, Kassa-Attempt, Kassa-Sequence), the changes of one session one after the other; sessions do not wait for each other. What is not answered with 2xx is tried again until it is.

Killed anywhere, it misses nothing: the next run sends again what was under way. The receiver knows a repetition by webhook-id.

Examples:

  kassa events forward --to http://localhost:3000/hook
  KASSA_PASSWORD=… KASSA_CALLBACK_SECRET=whsec_… kassa events forward --url https://pay.example.com --username K000002_1f0c9a4be210 --to http://localhost:3000/hook`
}

// Run forwards events until it is interrupted.
func (c *eventsForwardCmd) Run(t *terminal) error {
	api, err := c.connect()
	if err != nil {
		return err
	}
	p, err := c.poster(api)
	if err != nil {
		return err
	}
	cursor, err := c.begin(t.ctx, api)
	if err != nil {
		return err
	}
	if err := t.printf("kassa: forwarding from %s to %s\n", c.URL, c.To); err != nil {
		return err
	}
	f := newForwarding(t, p.deliver, c.CursorFile)
	for page, err := range api.FollowPages(f.ctx, cursor, eventsAtOnce) {
		if err != nil {
			return joined(refusedCursor(c.CursorFile, err), f.end())
		}
		for i := range page.Events {
			if e := &page.Events[i]; !f.add(e, c.All || isStatus(e)) {
				break // it ends
			}
		}
	}
	return f.end()
}

// joined is the first error that is one.
func joined(first, second error) error {
	if first != nil {
		return first
	}
	return second
}

// begin is where to begin: the cursor file's place, or what the flags say.
func (c *eventsForwardCmd) begin(ctx context.Context, api *client.Client) (client.Cursor, error) {
	kept, err := c.CursorFile.read()
	if err != nil || kept != "" {
		return kept, err
	}
	if !c.FromNow {
		return c.After, nil
	}
	for cursor := c.After; ; {
		page, err := api.Events(ctx, cursor, 1000, 0)
		if err != nil || len(page.Events) == 0 {
			return cursor, err
		}
		cursor = page.NextCursor
	}
}

// isStatus reports whether an event is a change of a hosted session's status: those have callbacks (WAITING has none).
func isStatus(e *client.Event) bool { return e.Data.StatusSequence > 0 }

// poster sends events to an address as callbacks are sent.
type poster struct {
	api     *client.Client
	to      string
	keys    [][]byte
	timeout time.Duration
	http    *http.Client
}

// poster makes one, or refuses what no event could be sent with.
func (c *eventsForwardCmd) poster(api *client.Client) (*poster, error) {
	to, err := url.Parse(c.To)
	if err != nil || to.Host == "" || to.Scheme != "http" && to.Scheme != "https" {
		return nil, &config.Refusal{Flag: "--to", Why: fmt.Sprintf("%q is not a URL like http://localhost:3000/hook", c.To)}
	}
	if c.Timeout <= 0 {
		return nil, &config.Refusal{Flag: "--timeout", Why: "is not positive"}
	}
	if len(c.Secret) == 0 && c.Username == server.SandboxUsername {
		c.Secret = []string{server.SandboxCallbackSecret}
	}
	p := &poster{api: api, to: c.To, timeout: c.Timeout, http: &http.Client{
		Transport:     &http.Transport{MaxIdleConnsPerHost: forwardTogether},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	for _, s := range c.Secret {
		encoded, found := strings.CutPrefix(s, "whsec_")
		key, err := base64.StdEncoding.DecodeString(encoded)
		if !found || err != nil || len(key) == 0 {
			return nil, &config.Refusal{Flag: "--secret", Why: "is not whsec_ and bytes in base64"} // not quoted: it is a secret
		}
		p.keys = append(p.keys, key)
	}
	return p, nil
}

// deliver sends one event once; it says what came of it. An error: it has to be sent again.
func (p *poster) deliver(ctx context.Context, e *client.Event, attempt int) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, p.timeout)
	defer cancel()
	body, err := p.body(ctx, e)
	if err != nil {
		return "", err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, p.to, bytes.NewReader(body))
	if err != nil {
		return "", fmt.Errorf("make the request: %w", err)
	}
	timestamp := strconv.FormatInt(time.Now().Unix(), 10) // receivers compare it with their own clocks
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "Kassa")
	r.Header.Set("Webhook-Id", e.EventID)
	r.Header.Set("Webhook-Timestamp", timestamp)
	if signature := p.sign(e.EventID + "." + timestamp + "." + string(body)); signature != "" {
		r.Header.Set("Webhook-Signature", signature)
	}
	r.Header.Set("Kassa-Attempt", strconv.Itoa(attempt))
	if isStatus(e) {
		r.Header.Set("Kassa-Sequence", strconv.FormatInt(e.Data.StatusSequence, 10))
	}
	resp, err := p.http.Do(r)
	if err != nil {
		return "", fmt.Errorf("send: %w", err)
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10)) // so that the connection can be used again
	_ = resp.Body.Close()
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return "", fmt.Errorf("the receiver answered %d", resp.StatusCode)
	}
	return strconv.Itoa(resp.StatusCode), nil
}

// sign gives the value of webhook-signature, one signature for each secret; empty without any.
func (p *poster) sign(message string) string {
	var out []string
	for _, key := range p.keys {
		mac := hmac.New(sha256.New, key)
		_, _ = io.WriteString(mac, message)
		out = append(out, "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	}
	return strings.Join(out, " ")
}

// body is what a callback would bring: the session as it was after the change. The token, which no event tells, is asked for. Other
// events bring themselves.
func (p *poster) body(ctx context.Context, e *client.Event) ([]byte, error) {
	type session struct {
		SessionID          string `json:"session_id"`
		Status             string `json:"status"`
		UpdatedAt          string `json:"updated_at"`
		ExpiresAt          string `json:"expires_at"`
		AuthorizationToken string `json:"authorization_token,omitempty"`
		OrderID            string `json:"order_id,omitempty"`
		KlarnaReference    string `json:"klarna_reference,omitempty"`
	}
	out := struct {
		EventID string        `json:"event_id"`
		Session *session      `json:"session,omitempty"`
		Event   *client.Event `json:"event,omitempty"`
	}{EventID: e.EventID}
	if !isStatus(e) {
		out.Event = e
		return json.Marshal(&out)
	}
	out.Session = &session{
		SessionID: e.SessionID, Status: e.Data.Status, UpdatedAt: millis(e.OccurredAt), ExpiresAt: millis(e.Data.ExpiresAt),
		OrderID: string(e.Data.OrderID), KlarnaReference: e.Data.KlarnaReference,
	}
	if e.Type == client.EventSessionCompleted && e.Data.OrderID == "" {
		now, err := p.api.ReadHostedSession(ctx, client.HostedSessionID(e.SessionID))
		switch {
		case err == nil:
			out.Session.AuthorizationToken = string(now.AuthorizationToken)
		case !client.Is(err, client.NotFound):
			return nil, err
		}
	}
	return json.Marshal(&out)
}

// millis is an instant as the API writes it.
func millis(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
