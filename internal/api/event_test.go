package api

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"kassa/internal/contracttest"
	"kassa/internal/engine"
	"kassa/internal/pay"
)

const events = "/kassa/v1/events"

// place does what the sequencer does at once after every commit.
func (w *world) place() {
	w.t.Helper()
	if err := w.engine.PlaceEvents(context.Background(), false); err != nil {
		w.t.Fatal(err)
	}
}

// read gives the events of an answer.
func (a answer) events() (list []map[string]any, next string) {
	a.t.Helper()
	o := a.want(200).object()
	for _, e := range o["events"].([]any) {
		list = append(list, e.(map[string]any))
	}
	return list, o["next_cursor"].(string)
}

func types(list []map[string]any) string {
	var out []string
	for _, e := range list {
		out = append(out, e["type"].(string))
	}
	return strings.Join(out, " ")
}

func TestEvents_tellAWholePurchase(t *testing.T) {
	w := newWorld(t)
	hosted := w.createHosted(w.createPayment(), "")
	w.payOn(hosted)
	token := w.get("/hpp/v1/sessions/" + hosted.text("session_id")).want(200).text("authorization_token")
	order := w.post("/payments/v1/authorizations/"+token+"/order", swedishCart).want(200)
	path := "/ordermanagement/v1/orders/" + order.text("order_id")
	capture := w.post(path+"/captures", `{"captured_amount":6000}`).want(201).header.Get("Capture-Id")
	refund := w.post(path+"/refunds", `{"refunded_amount":1000}`).want(201).header.Get("Refund-Id")
	w.post(path+"/release-remaining-authorization", "").want(204)
	if list, next := w.get(events).events(); len(list) != 0 || next != "" {
		t.Fatalf("%v %q before they have a place", list, next)
	}
	w.place()
	list, next := w.get(events).events()
	if got, want := types(list), "session.created session.in_progress authorization.begun authorization.approved session.completed "+
		"order.placed order.captured order.refunded order.released"; got != want {
		t.Fatalf("events %s\nwant   %s", got, want)
	}
	for i, e := range list {
		if e["session_id"] != hosted.text("session_id") || e["sequence"] != float64(i+1) || e["occurred_at"] != "2026-03-02T10:30:00.123Z" {
			t.Errorf("event %d: %v", i, e)
		}
		if e["order_id"] != nil != (i > 4) {
			t.Errorf("%s has the order %v", e["type"], e["order_id"])
		}
	}
	if last := list[len(list)-1]; next != last["cursor"] {
		t.Errorf("next_cursor %q, the last event's %q", next, last["cursor"])
	}
	for i, want := range map[int]map[string]any{
		0: {"status": "WAITING", "expires_at": "2026-03-04T09:30:00.123Z"},
		1: {"status": "IN_PROGRESS", "status_sequence": 1.0, "expires_at": "2026-03-04T09:30:00.123Z"},
		2: {"status": "IN_PROGRESS", "payment_method_category": "pay_over_time", "amount": 10000.0, "purchase_currency": "SEK"},
		3: {"status": "IN_PROGRESS", "payment_method_category": "pay_over_time", "amount": 10000.0, "purchase_currency": "SEK"},
		4: {"status": "COMPLETED", "status_sequence": 2.0, "expires_at": "2026-03-04T09:30:00.123Z"},
		5: {
			"status": "AUTHORIZED", "order_id": order.text("order_id"), "klarna_reference": list[5]["data"].(map[string]any)["klarna_reference"], "fraud_status": "ACCEPTED",
			"amount": 10000.0, "purchase_currency": "SEK", "captured_amount": 0.0, "refunded_amount": 0.0, "remaining_authorized_amount": 10000.0,
		},
		6: {
			"status": "PART_CAPTURED", "order_id": order.text("order_id"), "capture_id": capture, "amount": 6000.0, "purchase_currency": "SEK",
			"captured_amount": 6000.0, "refunded_amount": 0.0, "remaining_authorized_amount": 4000.0,
		},
		7: {
			"status": "PART_CAPTURED", "order_id": order.text("order_id"), "refund_id": refund, "amount": 1000.0, "purchase_currency": "SEK",
			"captured_amount": 6000.0, "refunded_amount": 1000.0, "remaining_authorized_amount": 4000.0,
		},
		8: {
			"status": "CAPTURED", "order_id": order.text("order_id"), "purchase_currency": "SEK",
			"captured_amount": 6000.0, "refunded_amount": 1000.0, "remaining_authorized_amount": 0.0,
		},
	} {
		if got := list[i]["data"]; fmt.Sprint(got) != fmt.Sprint(any(want)) {
			t.Errorf("%s says %v\nwant %v", list[i]["type"], got, want)
		}
	}
	if text := string(w.get(events).body); strings.Contains(text, token) || strings.Contains(text, "Svensson") || strings.Contains(text, "alva@") {
		t.Errorf("something personal or a token in %s", text)
	}
}

func TestEvents_areReadPageByPage(t *testing.T) {
	w := newWorld(t)
	payment := w.createPayment()
	for range 5 {
		w.createHosted(payment, "")
	}
	w.place()
	var seen []string
	after := ""
	for _, want := range []int{2, 2, 1, 0} {
		list, next := w.get(events + "?limit=2&after=" + after).events()
		if len(list) != want || want == 0 && next != after {
			t.Fatalf("%d events and %q after %q, want %d", len(list), next, after, want)
		}
		for _, e := range list {
			seen = append(seen, e["event_id"].(string))
		}
		after = next
	}
	if slices.Sort(seen); len(slices.Compact(seen)) != 5 {
		t.Errorf("%v", seen)
	}
	head := w.send(request{method: "HEAD", path: events + "?wait=60&after=" + after})
	if head.want(200); len(head.body) != 0 {
		t.Errorf("%s", head.body)
	}
	if list, _ := w.get(events).events(); len(list) != 5 {
		t.Errorf("%d events again", len(list))
	}
}

func TestEvents_ofOthersAreNeverSeen(t *testing.T) {
	w := newWorld(t)
	w.createHosted(w.createPayment(), "")
	w.place()
	list, next := w.send(request{method: "GET", path: events, merchant: "K000002_sandbox"}).events()
	if len(list) != 0 || next != "" {
		t.Errorf("%v %q", list, next)
	}
	_, mine := w.get(events).events()
	w.send(request{method: "GET", path: events + "?after=" + mine, merchant: "K000002_sandbox"}).refused(400, "BAD_VALUE", "Bad value: after")
	w.send(request{method: "GET", path: events, anonymous: true}).refused(401, "UNAUTHORIZED", "The credentials are missing or wrong")
}

func TestEvents_badParametersAreNamed(t *testing.T) {
	w := newWorld(t)
	w.createHosted(w.createPayment(), "")
	w.place()
	_, first := w.get(events).events()
	for query, paths := range map[string]string{
		"after=1": "after", "after=e": "after", "after=" + first[1:]: "after", "after=" + strings.ToUpper(first): "after", "after=" + first + "%20": "after",
		"after=" + strings.Replace(first, "e", "e0", 1): "after", "after=" + strings.Replace(first, "1", "2", 1): "after", "after=e0-0000000000": "after",
		"after=e1-0000000000": "after", "after=ezzzzzzzzzzzzzzz-0000000000": "after", "after=" + first[:len(first)-1]: "after", "after=e-1-0000000000": "after",
		"limit=0": "limit", "limit=1001": "limit", "limit=": "limit", "limit=ten": "limit",
		"limit=1&limit=1": "limit", "wait=-1": "wait", "wait=61": "wait", "wait=1.5": "wait", "wait=": "wait", "after=x&limit=0&wait=99": "after, limit, wait",
		"after=" + first + "&after=" + first: "after",
	} {
		w.get(events+"?"+query).refused(400, "BAD_VALUE", "Bad value: "+paths)
	}
	w.get(events+"?after=%zz").refused(400, "BAD_REQUEST", "The query of the address is malformed")
	for _, query := range []string{"", "?after=", "?limit=1000&wait=60", "?unknown=1"} {
		if list, _ := w.get(events + query).events(); len(list) != 1 {
			t.Errorf("%q: %d events", query, len(list))
		}
	}
	stream := request{method: "GET", path: events, header: map[string]string{"Accept": "text/event-stream", "Last-Event-ID": "7"}}
	w.send(stream).refused(400, "BAD_VALUE", "Bad value: Last-Event-ID")
	w.post(events, "{}").refused(405, "METHOD_NOT_ALLOWED", "The method is not allowed here")
}

// await waits until something that another goroutine does has happened.
func await(t *testing.T, what string, done func() bool) {
	t.Helper()
	limit := time.NewTimer(20 * time.Second)
	defer limit.Stop()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-limit.C:
			t.Fatal("waited in vain: " + what)
		}
	}
}

func TestEvents_waitForOne(t *testing.T) {
	w := newWorld(t)
	payment := w.createPayment()
	answers := make(chan answer, 1)
	go func() { answers <- w.get(events + "?wait=60") }()
	await(t, "the call waits", func() bool { return w.engine.EventFollowers() == 1 })
	select {
	case a := <-answers:
		t.Fatalf("answered at once: %s", a.body)
	default:
	}
	w.createHosted(payment, "")
	w.place()
	if list, _ := (<-answers).events(); types(list) != "session.created" {
		t.Errorf("%v", list)
	}
	if n := w.engine.EventFollowers(); n != 0 {
		t.Errorf("%d readers are left", n)
	}
}

func TestEvents_waitingEnds(t *testing.T) {
	w := newWorld(t)
	if list, next := w.get(events + "?wait=1").events(); len(list) != 0 || next != "" {
		t.Errorf("after a second: %v %q", list, next)
	}
	answers := make(chan answer, 1)
	go func() { answers <- w.get(events + "?wait=60") }()
	await(t, "the call waits", func() bool { return w.engine.EventFollowers() == 1 })
	w.engine.EndFollowing()
	w.engine.EndFollowing()
	if list, next := (<-answers).events(); len(list) != 0 || next != "" {
		t.Errorf("when the server is stopped: %v %q", list, next)
	}
}

func TestEvents_soManyMayWait(t *testing.T) {
	w := newWorld(t)
	var waiting []*engine.Follower
	for range 64 {
		f, err := w.engine.FollowEvents("K000001")
		if err != nil {
			t.Fatal(err)
		}
		waiting = append(waiting, f)
	}
	a := w.get(events+"?wait=1").refused(429, "TOO_MANY_REQUESTS", "Too many calls of this merchant wait for events")
	if a.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	if list, _ := w.send(request{method: "GET", path: events + "?wait=1", merchant: "K000002_sandbox"}).events(); len(list) != 0 {
		t.Errorf("%v", list)
	}
	w.get(events).want(200)
	waiting[7].Close()
	waiting[7].Close()
	w.get(events + "?wait=1").want(200)
}

// stream is a stream of events that is read as it comes.
type stream struct {
	t     *testing.T
	w     *world
	resp  *http.Response
	lines *bufio.Scanner
	text  strings.Builder
	leave func()
}

// listen opens a stream on a server of the world over the network.
func (w *world) listen(t *testing.T, server *httptest.Server, query, last string) *stream {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+events+query, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.SetBasicAuth("K000001_sandbox", password)
	r.Header.Set("Accept", "text/html, Text/Event-Stream;q=0.9")
	if last != "" {
		r.Header.Set("Last-Event-ID", last)
	}
	resp, err := server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	s := &stream{t: t, w: w, resp: resp, lines: bufio.NewScanner(resp.Body), leave: cancel}
	t.Cleanup(func() { cancel(); _ = resp.Body.Close() })
	if resp.StatusCode != 200 || s.next() != ": from here on" || s.next() != "" {
		t.Fatalf("status %d: %s", resp.StatusCode, &s.text)
	}
	return s
}

// next gives the next line; a stream that ended gives "(end)".
func (s *stream) next() string {
	if !s.lines.Scan() {
		return "(end)"
	}
	s.text.WriteString(s.lines.Text() + "\n")
	return s.lines.Text()
}

// event gives cursor and type of the next event, over heartbeats.
func (s *stream) event() (id, kind string) {
	s.t.Helper()
	for {
		switch line := s.next(); {
		case strings.HasPrefix(line, ":"):
			s.next()
		case strings.HasPrefix(line, "id: "):
			id, kind = strings.TrimPrefix(line, "id: "), strings.TrimPrefix(s.next(), "event: ")
			if !strings.HasPrefix(s.next(), "data: {") || s.next() != "" {
				s.t.Fatalf("no data: %s", &s.text)
			}
			return id, kind
		default:
			s.t.Fatalf("the line %q", line)
		}
	}
}

// end reads the rest and checks everything that came against the documents.
func (s *stream) end() {
	s.t.Helper()
	for s.next() != "(end)" {
	}
	x := contracttest.Exchange{Method: "GET", Path: events, Status: s.resp.StatusCode, AnswerHeader: s.resp.Header, Answer: []byte(s.text.String())}
	if err := contracttest.Check(x); err != nil {
		s.t.Error(err)
	}
}

// network serves the world over the network, with limits as tight as a server can have and heartbeats that come at once.
func (w *world) network(t *testing.T) *httptest.Server {
	t.Helper()
	c := w.config(w.api.log)
	c.Heartbeat = 20 * time.Millisecond
	server := httptest.NewUnstartedServer(New(c))
	server.Config.ReadTimeout, server.Config.WriteTimeout = 300*time.Millisecond, 300*time.Millisecond
	server.Start()
	t.Cleanup(server.Close)
	return server
}

func TestEvents_stream(t *testing.T) {
	w := newWorld(t)
	server := w.network(t)
	payment := w.createPayment()
	w.createHosted(payment, "")
	w.place()
	s := w.listen(t, server, "?limit=1", "")
	first, kind := s.event()
	if kind != "session.created" {
		t.Errorf("first %s", kind)
	}
	for range 50 { // well beyond the limits of the server
		if line := s.next() + s.next(); line != ": still here" {
			t.Fatalf("the line %q", line)
		}
	}
	hosted := w.createHosted(payment, "")
	w.payOn(hosted)
	w.place()
	var got []string
	for range 5 {
		_, kind := s.event()
		got = append(got, kind)
	}
	if want := "session.created session.in_progress authorization.begun authorization.approved session.completed"; strings.Join(got, " ") != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	again := w.listen(t, server, "?after=", first)
	if id, _ := again.event(); id == first {
		t.Error("the stream goes on before its last id")
	}
	again.leave()
	await(t, "a reader that left is forgotten", func() bool { return w.engine.EventFollowers() == 1 })
	w.engine.EndFollowing()
	s.end()
	await(t, "nobody waits", func() bool { return w.engine.EventFollowers() == 0 })
}

func TestEvents_longPollOutlastsTheServersLimits(t *testing.T) {
	w := newWorld(t)
	server := w.network(t)
	r, err := http.NewRequest(http.MethodGet, server.URL+events+"?wait=1", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.SetBasicAuth("K000001_sandbox", password)
	resp, err := server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil || string(body) != `{"events":[],"next_cursor":""}`+"\n" {
		t.Errorf("%s %v", body, err)
	}
	_ = resp.Body.Close()
}

func TestEvents_streamEndsWithTheCredentials(t *testing.T) {
	w := newWorld(t)
	s := w.listen(t, w.network(t), "", "")
	b := w.store.NewBatch()
	b.SetMerchantStatus("K000001", pay.MerchantDisabled)
	if err := w.store.Commit(context.Background(), b); err != nil {
		t.Fatal(err)
	}
	s.end()
}
