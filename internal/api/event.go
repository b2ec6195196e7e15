package api

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"kassa/internal/engine"
	"kassa/internal/pay"
)

const (
	defaultEvents = 100
	maxEvents     = 1000
	maxEventsWait = 60 // seconds
	// heartbeat is how often a stream without news says that it lives, so that nothing on the way takes it for dead.
	heartbeat = 15 * time.Second
	// streamWrite is how long a reader of a stream may take to accept what is written.
	streamWrite = 30 * time.Second
)

// eventsQuery is what a call for events asks for.
type eventsQuery struct {
	after string // the cursor as it came
	from  engine.EventCursor
	limit int
	wait  time.Duration
}

// readEventsQuery reads the parameters; one answer lists all that are wrong.
func readEventsQuery(r *http.Request) (q eventsQuery, err error) {
	var faults []pay.Fault
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return q, badRequest("The query of the address is malformed")
	}
	one := func(name string) (string, bool) {
		v := values[name]
		if len(v) > 1 {
			faults = append(faults, pay.Fault{Path: name, Want: "one value"})
			return "", false
		}
		return values.Get(name), len(v) == 1
	}
	number := func(name string, least, most, silent int) int {
		text, given := one(name)
		if !given {
			return silent
		}
		n, err := strconv.Atoi(text)
		if err != nil || n < least || n > most {
			faults = append(faults, pay.Fault{Path: name, Want: strconv.Itoa(least) + " to " + strconv.Itoa(most)})
		}
		return n
	}
	q.after, _ = one("after")
	name := "after"
	if again := r.Header.Get("Last-Event-ID"); again != "" && streams(r) {
		q.after, name = again, "Last-Event-ID" // a stream that broke goes on, whatever address it began at
	}
	var ok bool
	if q.from, ok = readCursor(q.after); !ok {
		faults = append(faults, pay.Fault{Path: name, Want: "a cursor that this server gave"})
	}
	q.limit = number("limit", 1, maxEvents, defaultEvents)
	q.wait = time.Duration(number("wait", 0, maxEventsWait, 0)) * time.Second
	if refusal := pay.Invalid400(faults); refusal != nil {
		return q, refusal
	}
	return q, nil
}

// streams reports whether the caller wants events as they happen, one after the other.
func streams(r *http.Request) bool {
	for _, accept := range r.Header.Values("Accept") {
		for kind := range strings.SplitSeq(accept, ",") {
			kind, _, _ = strings.Cut(kind, ";")
			if strings.EqualFold(strings.TrimSpace(kind), "text/event-stream") {
				return true
			}
		}
	}
	return false
}

func (a *API) readEvents(x *exchange, r *http.Request) error {
	q, err := readEventsQuery(r)
	if err != nil {
		return err
	}
	streaming := streams(r) && r.Method != http.MethodHead
	if q.wait == 0 && !streaming || r.Method == http.MethodHead {
		events, err := a.engine.Events(r.Context(), x.merchant.ID, q.from, q.limit)
		if err != nil {
			return err
		}
		return x.replyEvents(events, q.after)
	}
	f, err := a.engine.FollowEvents(x.merchant.ID)
	if err != nil {
		return errTooManyFollowers()
	}
	defer f.Close()
	x.patience()
	if streaming {
		return x.stream(r, f, q)
	}
	events, err := f.Next(r.Context(), q.from, q.limit, q.wait)
	switch {
	case errors.Is(err, engine.ErrDraining):
	case err != nil && r.Context().Err() != nil:
		return nil // nobody is there to answer
	case err != nil:
		return err
	}
	return x.replyEvents(events, q.after)
}

func errTooManyFollowers() error {
	return &wireError{status: http.StatusTooManyRequests, code: "TOO_MANY_REQUESTS", messages: []string{"Too many calls of this merchant wait for events"}}
}

func (x *exchange) replyEvents(events []pay.Event, after string) error {
	page, err := toEvents(events, after)
	if err != nil {
		return errInternal(err)
	}
	x.reply(reply{status: http.StatusOK, body: encode(page)})
	return nil
}

// patience lifts the server's limits for one request: waiting is what it is for. A reader that is gone is noticed all the same.
func (x *exchange) patience() {
	c := http.NewResponseController(x.ResponseWriter)
	_ = c.SetReadDeadline(time.Time{}) // below a test's recorder there is no connection
	_ = c.SetWriteDeadline(time.Time{})
}

// stream writes events as they are placed, until the reader leaves, the merchant may no longer read, or the server is stopped. The
// first read may still be refused as every other call is; later the stream just ends: the reader comes back with the last id.
func (x *exchange) stream(r *http.Request, f *engine.Follower, q eventsQuery) error {
	ctx := r.Context()
	events, err := f.Next(ctx, q.from, q.limit, 0)
	if err != nil {
		return err
	}
	h := x.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no") // proxies that collect answers would hold events back
	x.WriteHeader(http.StatusOK)
	err = x.flush([]byte(": from here on\n\n"))
	for err == nil {
		var text []byte
		if text, q.from, err = appendEvents(nil, events, q.from); err != nil {
			break
		}
		if err = x.flush(text); err != nil {
			break
		}
		if _, err = x.authenticate(r); err != nil {
			break
		}
		if events, err = f.Next(ctx, q.from, q.limit, x.api.config.Heartbeat); err == nil && len(events) == 0 {
			err = x.flush([]byte(": still here\n\n"))
		}
	}
	if !errors.Is(err, engine.ErrDraining) && !errors.Is(err, errReaderGone) && ctx.Err() == nil {
		x.cause = err // for the log
	}
	return nil
}

// errReaderGone ends a stream whose reader left or accepts nothing.
var errReaderGone = errors.New("the reader of the stream is gone")

// appendEvents writes events in the form of a stream and gives the place of the last one.
func appendEvents(out []byte, events []pay.Event, from engine.EventCursor) ([]byte, engine.EventCursor, error) {
	for i := range events {
		e, err := toEvent(&events[i])
		if err != nil {
			return out, from, err
		}
		out = append(out, "id: "+e.Cursor+"\nevent: "+e.Type+"\ndata: "...)
		out = append(append(out, encode(e)...), "\n\n"...)
		from = engine.CursorOf(&events[i])
	}
	return out, from, nil
}

// flush writes a piece of a stream and sees that it leaves. An error says that the reader is gone, or takes nothing any more.
func (x *exchange) flush(piece []byte) error {
	if len(piece) == 0 {
		return nil
	}
	c := http.NewResponseController(x.ResponseWriter)
	_ = c.SetWriteDeadline(time.Now().Add(streamWrite)) //nolint:forbidigo // connections live in real time
	if _, err := x.Write(piece); err != nil {
		return errReaderGone
	}
	if err := c.Flush(); err != nil {
		return errReaderGone
	}
	return nil
}
