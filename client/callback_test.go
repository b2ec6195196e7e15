package client

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// secretOf makes a secret of 32 equal bytes.
func secretOf(b byte) string {
	return "whsec_" + base64.StdEncoding.EncodeToString([]byte(strings.Repeat(string(b), 32)))
}

// callback makes a request signed by the official library.
func callback(t *testing.T, body string, at time.Time, secrets ...string) map[string]string {
	t.Helper()
	var signatures []string
	for _, s := range secrets {
		hook, err := standardwebhooks.NewWebhook(s)
		if err != nil {
			t.Fatal(err)
		}
		signature, err := hook.Sign("0197d2c0-6b1e-7a51-9c7e-0c5a2f0e3d11", at, []byte(body))
		if err != nil {
			t.Fatal(err)
		}
		signatures = append(signatures, signature)
	}
	return map[string]string{
		"webhook-id": "0197d2c0-6b1e-7a51-9c7e-0c5a2f0e3d11", "webhook-timestamp": strconv.FormatInt(at.Unix(), 10),
		"webhook-signature": strings.Join(signatures, " "), "kassa-attempt": "3", "kassa-sequence": "12",
	}
}

// read gives a request to a reader.
func read(t *testing.T, body string, header map[string]string, secrets ...string) (*Callback, error) {
	t.Helper()
	reader, err := NewCallbackReader(secrets...)
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest("POST", "https://shop.example/hook", strings.NewReader(body))
	for name, value := range header {
		r.Header.Set(name, value)
	}
	return reader.Read(r)
}

const told = `{"event_id":"0197d2c0-6b1e-7a51-9c7e-0c5a2f0e3d11","session":{"session_id":"s1","status":"COMPLETED","updated_at":"2026-06-12T09:30:00.123Z","expires_at":"2026-06-14T08:30:00.000Z","order_id":"o1","klarna_reference":"ABCD2345"}}`

func TestCallback_isReadAsItWasSent(t *testing.T) {
	now := time.Now()
	got, err := read(t, told, callback(t, told, now, secretOf(1)), secretOf(1))
	if err != nil || got.EventID != "0197d2c0-6b1e-7a51-9c7e-0c5a2f0e3d11" || got.Attempt != 3 || got.Sequence != 12 || got.Session == nil {
		t.Fatalf("%+v, %v", got, err)
	}
	if s := got.Session; s.SessionID != "s1" || s.Status != HostedCompleted || s.OrderID != "o1" || s.KlarnaReference != "ABCD2345" || s.UpdatedAt.IsZero() {
		t.Errorf("%+v", s)
	}
	for body, check := range map[string]func(c *Callback) bool{
		`{"authorization_token":"t1","session_id":"p1"}`: func(c *Callback) bool {
			return c.Authorization != nil && *c.Authorization == AuthorizationGiven{"t1", "p1"} && c.Session == nil
		},
		`{"order_id":"o1","event_type":"FRAUD_RISK_REJECTED","timestamp":"2026-06-12T09:30:00.000Z"}`: func(c *Callback) bool {
			return c.Fraud != nil && c.Fraud.OrderID == "o1" && c.Fraud.EventType == "FRAUD_RISK_REJECTED" && !c.Fraud.Timestamp.IsZero()
		},
		``: func(c *Callback) bool { return c.Session == nil && c.Authorization == nil && c.Fraud == nil },
	} {
		got, err := read(t, body, callback(t, body, now, secretOf(1)), secretOf(1))
		if err != nil || !check(got) {
			t.Errorf("%s: %+v, %v", body, got, err)
		}
	}
}

// TestCallback_agreesWithTheOfficialLibrary gives both the same requests, right ones and forged ones.
func TestCallback_agreesWithTheOfficialLibrary(t *testing.T) {
	now := time.Now()
	for name, change := range map[string]func(h map[string]string, body *string){
		"right":                      func(map[string]string, *string) {},
		"another body":               func(_ map[string]string, body *string) { *body = strings.Replace(*body, "s1", "s2", 1) },
		"no body":                    func(_ map[string]string, body *string) { *body = "" },
		"another id":                 func(h map[string]string, _ *string) { h["webhook-id"] = "evt_2" },
		"no id":                      func(h map[string]string, _ *string) { delete(h, "webhook-id") },
		"another time":               func(h map[string]string, _ *string) { h["webhook-timestamp"] = fmt.Sprint(now.Unix() + 1) },
		"no time":                    func(h map[string]string, _ *string) { delete(h, "webhook-timestamp") },
		"a time that is none":        func(h map[string]string, _ *string) { h["webhook-timestamp"] = "now" },
		"no signature":               func(h map[string]string, _ *string) { delete(h, "webhook-signature") },
		"a signature of nothing":     func(h map[string]string, _ *string) { h["webhook-signature"] = "v1," },
		"another version":            func(h map[string]string, _ *string) { h["webhook-signature"] = "v2" + h["webhook-signature"][2:] },
		"half a signature":           func(h map[string]string, _ *string) { h["webhook-signature"] = h["webhook-signature"][:20] },
		"behind one that is unknown": func(h map[string]string, _ *string) { h["webhook-signature"] = "v1a,x " + h["webhook-signature"] },
	} {
		body, header := told, callback(t, told, now, secretOf(1))
		change(header, &body)
		official, err := standardwebhooks.NewWebhook(secretOf(1))
		if err != nil {
			t.Fatal(err)
		}
		h := httptest.NewRequest("POST", "/", nil).Header
		for k, v := range header {
			h.Set(k, v)
		}
		theirs := official.Verify([]byte(body), h)
		_, ours := read(t, body, header, secretOf(1))
		if (theirs == nil) != (ours == nil) || ours != nil && !errors.Is(ours, ErrCallbackRefused) {
			t.Errorf("%s: the official library says %v, we say %v", name, theirs, ours)
		}
		if (ours == nil) != (name == "right" || name == "behind one that is unknown") {
			t.Errorf("%s: %v", name, ours)
		}
	}
}

func TestCallback_twoSecretsDuringARotation(t *testing.T) {
	now := time.Now()
	both := callback(t, told, now, secretOf(2), secretOf(1))
	for name, known := range map[string][]string{"old": {secretOf(1)}, "new": {secretOf(2)}, "both": {secretOf(2), secretOf(1)}} {
		if _, err := read(t, told, both, known...); err != nil {
			t.Errorf("a receiver that knows %s: %v", name, err)
		}
	}
	if _, err := read(t, told, callback(t, told, now, secretOf(2)), secretOf(1)); !errors.Is(err, ErrCallbackRefused) {
		t.Errorf("after the rotation, by the old secret: %v", err)
	}
}

func TestCallback_ofAnotherTimeIsRefused(t *testing.T) {
	for age, fine := range map[time.Duration]bool{4 * time.Minute: true, -4 * time.Minute: true, 6 * time.Minute: false, -6 * time.Minute: false} {
		_, err := read(t, told, callback(t, told, time.Now().Add(-age), secretOf(1)), secretOf(1))
		if (err == nil) != fine {
			t.Errorf("%v old: %v", age, err)
		}
	}
}

func TestCallbackReader_refusesWhatIsNoSecret(t *testing.T) {
	for _, secret := range []string{"", "whsec_", "whsec_c2hvcnQ=", "whsec_!!!", strings.TrimPrefix(secretOf(1), "whsec_")} {
		if _, err := NewCallbackReader(secret); err == nil || secret != "" && strings.Contains(err.Error(), secret) && secret != "whsec_" {
			t.Errorf("%q: %v", secret, err)
		}
	}
	if _, err := NewCallbackReader(); err == nil {
		t.Error("no secret at all was taken")
	}
	reader, err := NewCallbackReader(secretOf('k'))
	if err != nil {
		t.Fatal(err)
	}
	if text := fmt.Sprintf("%v %+v %#v", reader, reader, reader); strings.Contains(text, "kkkk") || strings.Contains(text, "107") {
		t.Errorf("a reader prints as %s", text)
	}
}

func TestCallback_thatIsTooLargeIsRefused(t *testing.T) {
	body := strings.Repeat(" ", callbackBytes+1)
	if _, err := read(t, body, callback(t, body, time.Now(), secretOf(1)), secretOf(1)); !errors.Is(err, ErrCallbackRefused) {
		t.Error(err)
	}
}
