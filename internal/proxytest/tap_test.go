package proxytest

import (
	"bytes"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
)

// tap stands between a proxy and Kassa, passes bytes on and keeps what the proxy sent. It can be closed, as when Kassa is restarted.
type tap struct {
	t       *testing.T
	target  string
	address string
	mu      sync.Mutex
	listens net.Listener
	sent    bytes.Buffer
	open    map[net.Conn]bool
}

func newTap(t *testing.T, target string) *tap {
	t.Helper()
	p := &tap{t: t, target: target, address: "127.0.0.1:0", open: map[net.Conn]bool{}}
	p.listen()
	t.Cleanup(p.close)
	return p
}

// listen begins, or begins again at the same address.
func (p *tap) listen() {
	p.t.Helper()
	l, err := net.Listen("tcp", p.address)
	must(p.t, err)
	p.mu.Lock()
	p.listens, p.address = l, l.Addr().String()
	p.mu.Unlock()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go p.pass(c)
		}
	}()
}

// close ends listening and every connection.
func (p *tap) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	_ = p.listens.Close()
	for c := range p.open {
		_ = c.Close()
	}
	clear(p.open)
}

func (p *tap) pass(c net.Conn) {
	to, err := net.Dial("tcp", p.target)
	if err != nil {
		_ = c.Close()
		return
	}
	p.mu.Lock()
	p.open[c], p.open[to] = true, true
	p.mu.Unlock()
	go func() {
		_, _ = io.Copy(to, io.TeeReader(c, p))
		if half, ok := to.(*net.TCPConn); ok {
			_ = half.CloseWrite()
		}
	}()
	_, _ = io.Copy(c, to)
	_, _ = c.Close(), to.Close()
}

// Write keeps what a proxy sent.
func (p *tap) Write(piece []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.sent.Write(piece)
}

// headers are those that the proxy sent with the request of a path, in small letters before the colon.
func (p *tap) headers(path string) (out []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, rest, _ := strings.Cut(p.sent.String(), " "+path+" HTTP/1.1\r\n")
	head, _, _ := strings.Cut(rest, "\r\n\r\n")
	for line := range strings.SplitSeq(head, "\r\n") {
		name, value, _ := strings.Cut(line, ":")
		out = append(out, strings.ToLower(name)+":"+value)
	}
	return out
}
