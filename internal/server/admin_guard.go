package server

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// guardAdmin lets only requests through that mean the admin listener. A web page that a developer or an operator opens can have its own name
// resolve to the listener's address (DNS rebinding), and would then read messages and move the clock as if it were served from here: its
// requests carry the page's name as Host. So a Host is answered when it is a loopback name, the name in --admin-listen, one of --admin-host,
// or an address: a page cannot rebind an address. A request without Host (HTTP/1.0, as health checks send it) comes from no browser.
// Changes that a page of another origin asks a browser for are refused too.
func guardAdmin(listen string, told []string, next http.Handler) http.Handler {
	names := map[string]bool{"localhost": true}
	if host, _, err := net.SplitHostPort(listen); err == nil {
		names[strings.ToLower(host)] = true
	}
	for _, name := range told {
		names[hostName(name)] = true
	}
	var origins http.CrossOriginProtection
	guarded := origins.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		if !adminHost(names, r.Host) {
			plain(w, http.StatusForbidden, fmt.Sprintf("The admin listener does not answer to the host name %q. Use its address, or start Kassa with --admin-host %s.", hostName(r.Host), hostName(r.Host)))
			return
		}
		guarded.ServeHTTP(w, r)
	})
}

// adminHost reports whether a Host header names the admin listener.
func adminHost(names map[string]bool, host string) bool {
	name := hostName(host)
	if name == "" || names[name] || strings.HasSuffix(name, ".localhost") {
		return true
	}
	_, err := netip.ParseAddr(name)
	return err == nil
}

// hostName is the name or address of a Host header: without port and brackets, in lower case, without the dot at the end of a full name.
func hostName(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	return strings.TrimSuffix(strings.ToLower(host), ".")
}
