package bench

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"time"
)

// patience bounds one request: an answer later than this is a failure of the server, not a slow one.
const patience = 30 * time.Second

// conn is one keep-alive HTTP/1.1 connection for one worker. It is lean on purpose: driver and server share the
// machine, and each microsecond spent here hides one of the server's. It reads no more of an answer's head than the
// scenarios need.
type conn struct {
	addr  string // host:port, also the Host header
	basic string // "Authorization: Basic …\r\n", for the API's requests
	net   net.Conn
	in    *bufio.Reader
	out   []byte // the request being built, reused
	body  []byte // the answer's body, reused: valid until the next request
	stop  func() bool
}

// request is one request as the scenarios write it.
type request struct {
	method string
	path   string
	basic  bool   // with the merchant's credentials
	form   bool   // the body is a form, not JSON
	size   int    // asks a limit program for an answer of this many bytes; 0 is not sent
	body   []byte // nil for none
}

// answer is what the scenarios look at. Its body is valid until the connection's next request.
type answer struct {
	status   int
	location string
	body     []byte
}

// errNetwork marks a request that got no whole answer.
var errNetwork = errors.New("no answer")

// do sends one request and reads its answer; the end of ctx closes the connection under it. After an error the connection is closed; the next request opens another.
func (c *conn) do(ctx context.Context, r request) (answer, error) {
	if c.net == nil {
		if err := c.dial(ctx); err != nil {
			return answer{}, fmt.Errorf("%w: connect to %s: %w", errNetwork, c.addr, err)
		}
	}
	c.compose(r)
	a, keep, err := c.exchange()
	if err != nil || !keep {
		c.close()
	}
	if err != nil {
		return answer{}, fmt.Errorf("%w: %s %s: %w", errNetwork, r.method, r.path, err)
	}
	return a, nil
}

func (c *conn) dial(ctx context.Context) error {
	var d net.Dialer
	n, err := d.DialContext(ctx, "tcp", c.addr)
	if err != nil {
		return err
	}
	c.net, c.in = n, bufio.NewReaderSize(n, 16<<10)
	c.stop = context.AfterFunc(ctx, func() { n.Close() })
	return nil
}

// close ends the connection; the next request opens another.
func (c *conn) close() {
	if c.net == nil {
		return
	}
	c.stop()
	c.net.Close()
	c.net = nil
}

// compose writes the request into c.out.
func (c *conn) compose(r request) {
	b := append(c.out[:0], r.method...)
	b = append(append(b, ' '), r.path...)
	b = append(append(b, " HTTP/1.1\r\nHost: "...), c.addr...)
	b = append(b, "\r\n"...)
	if r.basic {
		b = append(b, c.basic...)
	}
	if r.size > 0 {
		b = strconv.AppendInt(append(b, sizeHeader+": "...), int64(r.size), 10)
		b = append(b, "\r\n"...)
	}
	if r.body != nil {
		kind := "application/json"
		if r.form {
			kind = "application/x-www-form-urlencoded"
		}
		b = append(append(b, "Content-Type: "...), kind...)
		b = strconv.AppendInt(append(b, "\r\nContent-Length: "...), int64(len(r.body)), 10)
		b = append(b, "\r\n"...)
	}
	c.out = append(append(b, "\r\n"...), r.body...)
}

// exchange sends c.out and reads the answer; keep says whether the connection may be used again.
func (c *conn) exchange() (a answer, keep bool, err error) {
	if err := c.net.SetDeadline(time.Now().Add(patience)); err != nil {
		return a, false, err
	}
	if _, err := c.net.Write(c.out); err != nil {
		return a, false, err
	}
	for {
		h, err := c.readHead(&a)
		if err != nil {
			return a, false, err
		}
		if a.status >= 200 {
			err := c.readBody(&a, h)
			return a, !h.close, err
		}
	}
}

// head is what decides how the body is read.
type head struct {
	length  int // -1 when not said
	chunked bool
	close   bool
}

// readHead reads a status line and the header fields up to the empty line.
func (c *conn) readHead(a *answer) (head, error) {
	h := head{length: -1}
	line, err := c.line()
	if err != nil {
		return h, err
	}
	if len(line) < 12 || !bytes.HasPrefix(line, []byte("HTTP/1.")) {
		return h, fmt.Errorf("not an HTTP/1 answer: %.40q", line)
	}
	if a.status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return h, fmt.Errorf("not an HTTP status: %.40q", line)
	}
	a.location = ""
	for {
		line, err := c.line()
		if err != nil {
			return h, err
		}
		if len(line) == 0 {
			return h, nil
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		value = bytes.TrimSpace(value)
		switch {
		case bytes.EqualFold(name, []byte("Content-Length")):
			if h.length, err = strconv.Atoi(string(value)); err != nil || h.length < 0 {
				return h, fmt.Errorf("bad Content-Length %.40q", value)
			}
		case bytes.EqualFold(name, []byte("Transfer-Encoding")):
			h.chunked = bytes.EqualFold(value, []byte("chunked"))
		case bytes.EqualFold(name, []byte("Connection")):
			h.close = bytes.EqualFold(value, []byte("close"))
		case bytes.EqualFold(name, []byte("Location")):
			a.location = string(value)
		}
	}
}

// readBody reads the body into c.body.
func (c *conn) readBody(a *answer, h head) error {
	c.body = c.body[:0]
	defer func() { a.body = c.body }()
	switch {
	case a.status == 204 || a.status == 304:
		return nil
	case h.chunked:
		return c.readChunks()
	case h.length >= 0:
		return c.readN(h.length)
	default:
		return errors.New("the answer's length is not said")
	}
}

func (c *conn) readChunks() error {
	for {
		line, err := c.line()
		if err != nil {
			return err
		}
		size, _, _ := bytes.Cut(line, []byte(";"))
		n, err := strconv.ParseUint(string(bytes.TrimSpace(size)), 16, 31)
		if err != nil {
			return fmt.Errorf("bad chunk size %.40q", size)
		}
		if n == 0 {
			return c.skipTrailers()
		}
		if err := c.readN(int(n)); err != nil {
			return err
		}
		if _, err := c.line(); err != nil {
			return err
		}
	}
}

// skipTrailers reads up to the empty line that ends a chunked body.
func (c *conn) skipTrailers() error {
	for {
		if line, err := c.line(); err != nil || len(line) == 0 {
			return err
		}
	}
}

// readN appends the next n bytes to c.body.
func (c *conn) readN(n int) error {
	at := len(c.body)
	if need := at + n; need > cap(c.body) {
		c.body = append(make([]byte, 0, 2*need), c.body...)
	}
	c.body = c.body[:at+n]
	_, err := io.ReadFull(c.in, c.body[at:])
	return err
}

// line reads up to the next line end and returns what stands before it; valid until the next read.
func (c *conn) line() ([]byte, error) {
	line, err := c.in.ReadSlice('\n')
	if err != nil {
		return nil, err
	}
	return bytes.TrimRight(line, "\r\n"), nil
}
