package contracttest

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

const id = "0197629e-3d2c-7a44-9f1e-5b7c2d9a6e10"

// read gives an exchange as it should be: a hosted session is read.
func read() Exchange {
	return Exchange{
		Method: "GET", Path: "/hpp/v1/sessions/" + id, Header: http.Header{}, Status: 200,
		AnswerHeader: http.Header{"Klarna-Correlation-Id": {id}, "Cache-Control": {"no-store"}, "Content-Type": {"application/json"}},
		Answer:       []byte(`{"session_id":"` + id + `","status":"WAITING","updated_at":"2026-06-12T09:30:00.000Z","expires_at":"2026-06-14T08:30:00.000Z"}`),
	}
}

// captured gives another one: an order is captured.
func captured() Exchange {
	x := read()
	x.Method, x.Path, x.Body, x.Status, x.Answer = "POST", "/ordermanagement/v1/orders/"+id+"/captures", []byte(`{"captured_amount":10}`), 201, nil
	x.AnswerHeader = http.Header{"Klarna-Correlation-Id": {id}, "Cache-Control": {"no-store"}, "Capture-Id": {id}, "Location": {"https://x.example/c"}}
	return x
}

// refused gives a refusal.
func refused(status int, code string) Exchange {
	x := read()
	x.Status, x.Answer = status, []byte(`{"correlation_id":"`+id+`","error_code":"`+code+`","error_messages":["why"]}`)
	return x
}

func TestCheck_takesWhatIsDescribed(t *testing.T) {
	elsewhere := refused(404, "NOT_FOUND")
	elsewhere.Path = "/nowhere"
	head := read()
	head.Method, head.Answer = "HEAD", nil
	legacy := refused(404, "NOT_FOUND")
	legacy.Path = "/credit/v1/sessions/" + id
	document := Exchange{Method: "GET", Path: "/openapi/hpp.yaml", Status: 200, AnswerHeader: http.Header{"Content-Type": {"application/yaml"}}, Answer: []byte("openapi: 3.0.3")}
	replayed := captured()
	replayed.Body, replayed.AnswerHeader = []byte(`{"captured_amount":"x"}`), maps.Clone(replayed.AnswerHeader)
	replayed.AnswerHeader["Kassa-Idempotency-Mismatch"] = []string{"true"}
	forgiven := captured()
	forgiven.Body = []byte(`{"captured_amount":10,"reference":17,"unknown":{},"description":null,"shipping_info":[{"shipping_method":"HOME"}]}`)
	for name, x := range map[string]Exchange{
		"read": read(), "captured": captured(), "refused": refused(404, "NOT_FOUND"), "elsewhere": elsewhere, "HEAD": head, "legacy": legacy,
		"document": document, "replayed": replayed, "forgiven": forgiven,
	} {
		if err := Check(x); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCheck_refusesWhatIsNot(t *testing.T) {
	for name, c := range map[string]struct {
		x     Exchange
		alter func(x *Exchange)
		want  string
	}{
		"no correlation id":        {read(), func(x *Exchange) { x.AnswerHeader.Del("Klarna-Correlation-Id") }, "Klarna-Correlation-Id"},
		"correlation id no UUID":   {read(), func(x *Exchange) { x.AnswerHeader.Set("Klarna-Correlation-Id", "7") }, "Klarna-Correlation-Id"},
		"another in the body":      {refused(404, "NOT_FOUND"), func(x *Exchange) { x.AnswerHeader.Set("Klarna-Correlation-Id", strings.Replace(id, "0", "1", 1)) }, "correlation_id"},
		"may be kept by caches":    {read(), func(x *Exchange) { x.AnswerHeader.Del("Cache-Control") }, "Cache-Control"},
		"header not described":     {read(), func(x *Exchange) { x.AnswerHeader.Set("Location", "https://x.example/") }, "header Location is not described"},
		"our header not described": {read(), func(x *Exchange) { x.AnswerHeader.Set("Kassa-Mood", "good") }, "header Kassa-Mood is not described"},
		"header missing":           {captured(), func(x *Exchange) { x.AnswerHeader.Del("Capture-Id") }, `"Capture-Id" missing`},
		"relative Location":        {captured(), func(x *Exchange) { x.AnswerHeader.Set("Location", "/c") }, "Location"},
		"body where there is none": {captured(), func(x *Exchange) { x.Answer = []byte("{}"); x.AnswerHeader.Set("Content-Type", "application/json") }, "body where none"},
		"no body where there is":   {read(), func(x *Exchange) { x.Answer = nil }, "decode"},
		"body after HEAD":          {read(), func(x *Exchange) { x.Method = "HEAD" }, "body where none"},
		"another content type":     {read(), func(x *Exchange) { x.AnswerHeader.Set("Content-Type", "text/plain") }, "Content-Type"},
		"member twice":             {read(), func(x *Exchange) { x.Answer = []byte(strings.Replace(string(x.Answer), `{`, `{"status":"BACK",`, 1)) }, "member twice"},
		"bad UTF-8":                {read(), func(x *Exchange) { x.Answer = []byte(strings.Replace(string(x.Answer), "WAITING", "\xff", 1)) }, "UTF-8"},
		"word not listed":          {read(), func(x *Exchange) { x.Answer = []byte(strings.Replace(string(x.Answer), "WAITING", "TIMEOUT", 1)) }, "/status"},
		"null":                     {read(), func(x *Exchange) { x.Answer = []byte(strings.Replace(string(x.Answer), `"WAITING"`, "null", 1)) }, "/status"},
		"time without millis":      {read(), func(x *Exchange) { x.Answer = []byte(strings.Replace(string(x.Answer), "00.000Z", "00Z", 1)) }, "/updated_at"},
		"status not listed":        {refused(418, "BAD_REQUEST"), func(*Exchange) {}, "status is not supported"},
		"code not listed":          {refused(404, "GONE"), func(*Exchange) {}, "/error_code"},
		"text instead of an error": {refused(404, "NOT_FOUND"), func(x *Exchange) { x.Path, x.Answer = "/nowhere", []byte("404 page not found") }, "JSON"},
		"success elsewhere":        {read(), func(x *Exchange) { x.Path = "/nowhere" }, "status is not supported"},
		"405 without Allow":        {refused(405, "METHOD_NOT_ALLOWED"), func(x *Exchange) { x.Method = "PUT" }, `"Allow" missing`},
		"401 without a challenge":  {refused(401, "UNAUTHORIZED"), func(*Exchange) {}, `"WWW-Authenticate" missing`},
		"document as text":         {read(), func(x *Exchange) { x.Path = "/openapi/hpp.yaml" }, "Content-Type"},
		"request without a must":   {captured(), func(x *Exchange) { x.Body = []byte(`{}`) }, "accepted, and not allowed"},
		"request without a body":   {captured(), func(x *Exchange) { x.Body = nil }, "accepted, and not allowed"},
		"request beyond a limit":   {captured(), func(x *Exchange) { x.Body = []byte(`{"captured_amount":200000001}`) }, "/captured_amount"},
		"request of another type":  {captured(), func(x *Exchange) { x.Body = []byte(`{"captured_amount":"10"}`) }, "/captured_amount"},
		"request with a bad word": {captured(), func(x *Exchange) {
			x.Body = []byte(`{"captured_amount":1,"shipping_info":[{"shipping_method":"broom"}]}`)
		}, "/shipping_method"},
		"key that is too long": {captured(), func(x *Exchange) { x.Header.Set("Klarna-Idempotency-Key", strings.Repeat("k", 256)) }, "Klarna-Idempotency-Key"},
	} {
		c.alter(&c.x)
		err := Check(c.x)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want something about %q", name, err, c.want)
			continue
		}
		for _, told := range []string{c.x.Method, c.x.Path, "answered", string(c.x.Answer)} {
			if !strings.Contains(err.Error(), told) {
				t.Errorf("%s: the message lacks %q: %v", name, told, err)
			}
		}
	}
}

// recorder notes what a test is failed with.
type recorder struct {
	testing.TB
	said []string
}

func (*recorder) Helper() {}

func (r *recorder) Errorf(format string, args ...any) {
	_ = format
	for _, a := range args {
		if err, ok := a.(error); ok {
			r.said = append(r.said, err.Error())
		}
	}
}

func TestHandler_failsTheTestAndPassesTheExchangeOn(t *testing.T) {
	answer := read()
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		maps.Copy(w.Header(), answer.AnswerHeader)
		w.WriteHeader(answer.Status)
		_, _ = w.Write(answer.Answer)
	})
	try := func() (*recorder, *httptest.ResponseRecorder) {
		failed, got := new(recorder), httptest.NewRecorder()
		Handler(func() testing.TB { return failed }, h).ServeHTTP(got, httptest.NewRequest("GET", answer.Path, nil))
		return failed, got
	}
	failed, got := try()
	if len(failed.said) > 0 || got.Code != 200 || got.Body.String() != string(answer.Answer) || got.Header().Get("Klarna-Correlation-Id") != id {
		t.Fatalf("%v %v %s", failed.said, got.Header(), got.Body)
	}
	answer.Answer = []byte(`{}`)
	failed, got = try()
	if len(failed.said) != 1 || !strings.Contains(failed.said[0], "session_id") || got.Body.String() != "{}" {
		t.Fatalf("%q %s", failed.said, got.Body)
	}
}

// streamed gives a stream with one event, as it should be.
func streamed() Exchange {
	x := read()
	x.Path = "/kassa/v1/events"
	x.AnswerHeader.Set("Content-Type", "text/event-stream")
	x.Answer = []byte(": from here on\n\nid: e1-0123456789\nevent: session.created\ndata: {\"event_id\":\"" + id + "\",\"type\":\"session.created\",\"cursor\":\"e1-0123456789\"," +
		"\"sequence\":1,\"session_id\":\"" + id + "\",\"occurred_at\":\"2026-06-12T09:30:00.000Z\",\"data\":{\"status\":\"WAITING\"}}\n\nid: e2\nevent: cut off")
	return x
}

func TestCheck_streams(t *testing.T) {
	if err := Check(streamed()); err != nil {
		t.Error(err)
	}
	for name, c := range map[string]struct{ old, by, want string }{
		"no JSON":               {`data: {`, `data: `, "no JSON object"},
		"member not described":  {`"data":{`, `"mood":"good","data":{`, "mood"},
		"member missing":        {`"sequence":1,`, ``, "sequence"},
		"another type":          {"event: session.created", "event: session.back", "session.back"},
		"another cursor":        {"id: e1-", "id: e7-", "e7-"},
		"field that is nowhere": {"id: e1-", "retry: 7\nid: e1-", "retry"},
		"field twice":           {"id: e1-", "id: e1\nid: e1-", "id: e1-"},
		"no event at all":       {"event: session.created\n", "", `event ""`},
	} {
		x := streamed()
		x.Answer = []byte(strings.Replace(string(x.Answer), c.old, c.by, 1))
		if err := Check(x); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want something about %q", name, err, c.want)
		}
	}
	elsewhere := streamed()
	elsewhere.Path = "/hpp/v1/sessions/" + id
	if err := Check(elsewhere); err == nil || !strings.Contains(err.Error(), "no stream is described") {
		t.Errorf("a stream where none is described: %v", err)
	}
}
