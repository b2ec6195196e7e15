package server

import (
	"net"
	"net/http"
	"net/netip"
	"strings"

	"kassa/internal/config"
)

// clientAddress gives the address a request came from: the last hop that is not one of our own proxies.
func clientAddress(trusted []netip.Prefix) func(*http.Request) string {
	ours := func(a netip.Addr) bool {
		for _, p := range trusted {
			if p.Contains(a.Unmap()) {
				return true
			}
		}
		return false
	}
	return func(r *http.Request) string {
		host, _, err := net.SplitHostPort(r.RemoteAddr)
		if err != nil {
			return r.RemoteAddr
		}
		addr, err := netip.ParseAddr(host)
		if err != nil || !ours(addr) {
			return host
		}
		hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
		for i := len(hops) - 1; i >= 0; i-- {
			hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
			if err != nil {
				break
			}
			if !ours(hop) {
				return hop.String()
			}
		}
		return host
	}
}

func trustedNetworks(list []string) ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, s := range list {
		p, err := config.ParseNetwork(s)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}
