package deliver

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// ErrForbidden is what every refusal of the guard is: the URL that a merchant named, or the address that its name leads to, is
// none that may be called. No packet was sent there.
var ErrForbidden = errors.New("forbidden address")

// What the guard refuses. None names the URL, and none tells what a name was resolved to: that would map the network we stand in.
var (
	errForm    = fmt.Errorf("%w: not an http or https URL that can be called", ErrForbidden)
	errUser    = fmt.Errorf("%w: a URL with a user name or password", ErrForbidden)
	errHost    = fmt.Errorf("%w: neither a host name nor an address in its usual form", ErrForbidden)
	errPort    = fmt.Errorf("%w: not a port", ErrForbidden)
	errPrivate = fmt.Errorf("%w: not an address of the public Internet", ErrForbidden)
)

// notPublic are networks that the predicates of netip do not know. Of IPv6 only 2000::/3 is handed out at all, so the rest needs
// no entry: unique local, site-local, IPv4-compatible (::/96) and the prefixes that carry an IPv4 address through NAT64 (64:ff9b::).
var notPublic = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("192.88.99.0/24"), netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("168.63.129.16/32"), // looks public, is the host below every virtual machine of one large cloud
	netip.MustParsePrefix("2001::/23"), netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("2002::/16"),
	netip.MustParsePrefix("3fff::/20"),
}

var handedOut6 = netip.MustParsePrefix("2000::/3")

// public reports whether an address, not mapped and without a zone, is one of the public Internet.
func public(a netip.Addr) bool {
	if !a.IsGlobalUnicast() || a.IsPrivate() || a.Is6() && !handedOut6.Contains(a) {
		return false
	}
	return !slices.ContainsFunc(notPublic, func(p netip.Prefix) bool { return p.Contains(a) })
}

// networks says where a merchant's URL may lead besides the public Internet.
type networks struct {
	loopback bool           // the sandbox
	allowed  []netip.Prefix // the operator's own receivers
}

// permit reports whether an address may be connected to. Loopback is never the operator's to allow, nor is what cannot be routed:
// the link-local addresses of clouds' metadata services, multicast, the unspecified address (which a kernel takes for loopback).
func (n networks) permit(a netip.Addr) bool {
	if a.Zone() != "" {
		return false
	}
	switch a = a.Unmap(); {
	case a.IsLoopback():
		return n.loopback
	case !a.IsGlobalUnicast():
		return false
	}
	return public(a) || slices.ContainsFunc(n.allowed, func(p netip.Prefix) bool { return p.Contains(a) })
}

// dialer connects to hosts that merchants name. A name is resolved once, every one of its addresses is judged, and what was judged
// is what is connected to: a name that changes its answer between a check and a connection gains nothing.
type dialer struct {
	networks networks
	limit    time.Duration

	// Tests put their own names and a watch over what is connected to here; nil in the program.
	lookup     func(ctx context.Context, host string) ([]netip.Addr, error)
	connecting func(netip.AddrPort) error
}

// tried is how many addresses of one name are tried.
const tried = 4

func (d *dialer) dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, portText, err := net.SplitHostPort(address)
	if err != nil {
		return nil, &refused{errForm}
	}
	port, err := strconv.ParseUint(portText, 10, 16)
	if err != nil || port == 0 {
		return nil, &refused{errPort}
	}
	addresses, err := d.resolve(ctx, host)
	if err != nil {
		return nil, err
	}
	for _, a := range addresses {
		// One private address condemns the name: whoever mixes them in is not an honest receiver.
		if !d.networks.permit(a) {
			return nil, errPrivate
		}
	}
	addresses = addresses[:min(len(addresses), tried)]
	to := net.Dialer{Timeout: d.limit / time.Duration(len(addresses)), Control: d.control}
	var first error
	for _, a := range addresses {
		conn, err := to.DialContext(ctx, network, netip.AddrPortFrom(a, uint16(port)).String())
		if err == nil {
			return conn, nil
		}
		if first == nil {
			first = err
		}
	}
	return nil, first
}

// resolve gives a host's addresses, at least one. Only names go to the resolver: some resolvers read 0177.1 as an address.
func (d *dialer) resolve(ctx context.Context, host string) ([]netip.Addr, error) {
	if a, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{a}, nil
	}
	if !hostname(host) {
		return nil, &refused{errHost}
	}
	if name := strings.ToLower(strings.TrimSuffix(host, ".")); !d.networks.loopback && (name == "localhost" || strings.HasSuffix(name, ".localhost")) {
		return nil, &refused{errPrivate}
	}
	lookup := d.lookup
	if lookup == nil {
		lookup = func(ctx context.Context, host string) ([]netip.Addr, error) {
			return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
		}
	}
	addresses, err := lookup(ctx, host)
	if err == nil && len(addresses) == 0 {
		err = &net.DNSError{Err: "no addresses", IsNotFound: true}
	}
	return addresses, err
}

// hostname reports whether a host is a name of the DNS in ASCII. One whose last label is a number is an address in an unusual
// form (2130706433, 0x7f.1, 127.0.0.1.), which other parsers would read as what it hides.
func hostname(host string) bool {
	host = strings.TrimSuffix(host, ".")
	if host == "" || len(host) > 253 {
		return false
	}
	labels := strings.Split(host, ".")
	for _, label := range labels {
		if label == "" || len(label) > 63 {
			return false
		}
		for i := range len(label) {
			switch c := label[i]; {
			case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '_':
			default:
				return false
			}
		}
	}
	last := strings.ToLower(labels[len(labels)-1])
	if digits, hex := strings.CutPrefix(last, "0x"); hex {
		return strings.Trim(digits, "0123456789abcdef") != ""
	}
	return strings.Trim(last, "0123456789") != ""
}

// control judges once more, right before the connection, the address that the kernel is told.
func (d *dialer) control(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil || !d.networks.permit(to.Addr()) {
		return errPrivate
	}
	if d.connecting != nil {
		return d.connecting(to)
	}
	return nil
}

// target reads a URL that a merchant named.
func target(raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		return nil, &refused{errForm} // the parser's error has the URL in it
	}
	if u.User != nil {
		return nil, &refused{errUser}
	}
	if p := u.Port(); p != "" {
		if n, err := strconv.ParseUint(p, 10, 16); err != nil || n == 0 {
			return nil, &refused{errPort}
		}
	}
	return u, nil
}

// newTransport makes requests to addresses that merchants name: guarded, no proxy, no HTTP/2, headers bounded, at most keep idle
// connections to a host. A transport by itself follows no redirect.
func newTransport(d *dialer, keep int) *http.Transport {
	return &http.Transport{
		DialContext: d.dial, TLSHandshakeTimeout: d.limit, ResponseHeaderTimeout: d.limit, MaxResponseHeaderBytes: 16 << 10,
		MaxIdleConns: 1024, MaxIdleConnsPerHost: keep, IdleConnTimeout: 30 * time.Second, DisableCompression: true,
		TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12},
	}
}
