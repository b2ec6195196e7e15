package server

import (
	"net"
	"net/http"
	"net/netip"
	"strings"

	"kassa/internal/config"
)

// clientAddress gives the address that a request came from: the last hop that is not one of our own proxies. Hops are read from the right, because
// only what our own proxies added can be believed. A hop that cannot be read ends the walk at the last good one.
func clientAddress(trusted []netip.Prefix) func(*http.Request) string {
	ours := func(a netip.Addr) bool {
		for _, p := range trusted {
			if p.Contains(a) {
				return true
			}
		}
		return false
	}
	return func(r *http.Request) string {
		last, ok := parseHop(r.RemoteAddr)
		if !ok {
			return r.RemoteAddr
		}
		if !ours(last) {
			return last.String()
		}
		hops := forwardedHops(r.Header)
		for i := len(hops) - 1; i >= 0; i-- {
			hop, ok := parseHop(hops[i])
			if !ok {
				break
			}
			if last = hop; !ours(hop) {
				break
			}
		}
		return last.String()
	}
}

// forwardedHops lists the hops that proxies wrote, the nearest last: those of X-Forwarded-For, which may stand on several lines, else those of
// Forwarded (RFC 7239). Where both are sent X-Forwarded-For counts: few proxies write Forwarded, and most pass on the one that a client made up.
func forwardedHops(h http.Header) []string {
	if lines := h.Values("X-Forwarded-For"); len(lines) > 0 {
		return strings.Split(strings.Join(lines, ","), ",")
	}
	var hops []string
	for _, element := range splitUnquoted(strings.Join(h.Values("Forwarded"), ","), ',') {
		hop := "" // an element without for= tells nothing, like one that cannot be read
		for _, pair := range splitUnquoted(element, ';') {
			name, value, _ := strings.Cut(strings.TrimSpace(pair), "=")
			if strings.EqualFold(name, "for") {
				hop = strings.ReplaceAll(strings.Trim(value, `"`), `\`, "")
			}
		}
		hops = append(hops, hop)
	}
	return hops
}

// splitUnquoted splits at a separator outside of quoted strings (RFC 9110, section 5.6.4). An empty text has no parts.
func splitUnquoted(s string, separator byte) []string {
	var parts []string
	quoted, start := false, 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quoted && c == '\\':
			i++ // the next character stands for itself
		case c == '"':
			quoted = !quoted
		case c == separator && !quoted:
			parts, start = append(parts, s[start:i]), i+1
		}
	}
	if start == len(s) {
		return parts
	}
	return append(parts, s[start:])
}

// parseHop reads an address as proxies write it: 192.0.2.7, 192.0.2.7:4711, 2001:db8::1, [2001:db8::1], [2001:db8::1]:443. An IPv4 address in
// IPv6 is the IPv4 address; a zone is left out. ok is false for anything else, such as unknown or an obfuscated name.
func parseHop(s string) (addr netip.Addr, ok bool) {
	s = strings.TrimSpace(s)
	if inner, found := strings.CutPrefix(s, "["); found && strings.HasSuffix(inner, "]") {
		s = inner[:len(inner)-1]
		if !strings.Contains(s, ":") {
			return netip.Addr{}, false
		}
	}
	addr, err := netip.ParseAddr(s)
	if err != nil {
		host, _, split := net.SplitHostPort(s)
		if split != nil {
			return netip.Addr{}, false
		}
		if addr, err = netip.ParseAddr(host); err != nil {
			return netip.Addr{}, false
		}
	}
	return addr.Unmap().WithZone(""), true
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
