package api

import (
	"strconv"

	"kassa/internal/engine"
)

// reply is an answer before it is written.
type reply struct {
	status   int
	body     []byte
	location string
	header   [2]string // one more header: name and value
	explain  string    // Kassa-Explain
}

// each calls set for the headers that belong to this answer alone.
func (p *reply) each(set func(name, value string)) {
	if len(p.body) > 0 {
		set("Content-Type", "application/json")
	}
	if p.location != "" {
		set("Location", p.location)
	}
	if p.header[0] != "" {
		set(p.header[0], p.header[1])
	}
	if p.explain != "" {
		set("Kassa-Explain", p.explain)
	}
}

// answer is the form in which a reply is stored under an idempotency key.
func (p *reply) answer(correlation string) engine.Answer {
	a := engine.Answer{Status: p.status, Body: p.body, Header: map[string]string{"Klarna-Correlation-Id": correlation}}
	p.each(func(name, value string) { a.Header[name] = value })
	return a
}

// reply writes an answer.
func (x *exchange) reply(p reply) {
	h := x.Header()
	p.each(h.Set)
	x.finish(p.status, p.body)
}

// finish writes an answer. A body ends with a newline, so that a terminal's prompt stands on a line of its own.
func (x *exchange) finish(status int, body []byte) {
	if n := len(body); n > 0 && body[n-1] != '\n' {
		body = append(body[:n:n], '\n')
	}
	if status != 204 {
		x.Header()["Content-Length"] = []string{strconv.Itoa(len(body))}
	}
	x.WriteHeader(status)
	if len(body) > 0 {
		_, _ = x.Write(body) // a caller who is gone cannot be told
	}
}
