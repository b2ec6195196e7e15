package sandbox

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/go-json-experiment/json"
)

// Clock is the virtual clock as the sandbox moves it.
type Clock interface {
	Now() time.Time
	Advance(d time.Duration)
}

// Config is what the control API works on.
type Config struct {
	Clock Clock
	// Settle runs what became due until nothing is due any more.
	Settle func(ctx context.Context) error
	// Messages are what would have been sent.
	Messages *Messages
}

// New gives the handler of /sandbox/…. A page of another origin, open in the developer's browser, moves nothing.
func New(c Config) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /sandbox/clock", func(w http.ResponseWriter, _ *http.Request) { c.tell(w) })
	mux.HandleFunc("POST /sandbox/clock", c.advance)
	mux.HandleFunc("GET /sandbox/messages", c.Messages.serve)
	return http.NewCrossOriginProtection().Handler(mux)
}

// maxAdvance bounds one step, so that a slip of the finger does not end the sandbox's world.
const maxAdvance = 20 * 365 * 24 * time.Hour

// advance moves the clock forward by {"advance":"47h"} and answers when everything that became due has been done.
func (c Config) advance(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Advance string `json:"advance"`
	}
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 4096))
	if err == nil {
		err = json.Unmarshal(bytes.TrimPrefix(raw, []byte("\ufeff")), &body) // a byte-order mark, as some editors write it
	}
	if err != nil {
		refuse(w, `the body is not like {"advance":"47h"}: `+err.Error())
		return
	}
	d, err := time.ParseDuration(body.Advance)
	if err != nil || d < 0 || d > maxAdvance {
		refuse(w, `"advance" is a duration from 0 up, like "90s", "61m" or "47h"; the clock goes forward only`)
		return
	}
	c.Clock.Advance(d)
	if err := c.Settle(r.Context()); err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = fmt.Fprintf(w, "the clock was moved, but what became due failed: %v\n", err)
		return
	}
	c.tell(w)
}

func (c Config) tell(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = fmt.Fprintf(w, "{\"now\":%q}\n", c.Clock.Now().UTC().Format("2006-01-02T15:04:05.000Z"))
}

func refuse(w http.ResponseWriter, why string) {
	answer(w, http.StatusBadRequest, map[string]string{"error": why})
}

// answer writes JSON and a newline.
func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.MarshalWrite(w, body)
	_, _ = w.Write([]byte("\n"))
}
