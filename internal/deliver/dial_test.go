package deliver

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
)

// honeypot listens on this machine and counts who connects, on both of its loopback addresses where there are two.
type honeypot struct {
	port      string
	came      atomic.Int64
	counted   chan struct{}
	listeners []net.Listener
}

func newHoneypot(t *testing.T) *honeypot {
	t.Helper()
	h := &honeypot{counted: make(chan struct{}, 1024)}
	first, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, h.port, _ = net.SplitHostPort(first.Addr().String())
	h.listeners = append(h.listeners, first)
	if six, err := net.Listen("tcp", "[::1]:"+h.port); err == nil {
		h.listeners = append(h.listeners, six)
	}
	for _, l := range h.listeners {
		go func() {
			for {
				conn, err := l.Accept()
				if err != nil {
					return
				}
				h.came.Add(1)
				conn.Close()
				h.counted <- struct{}{}
			}
		}()
		t.Cleanup(func() { _ = l.Close() })
	}
	return h
}

// visitors tells how many have come: connections are accepted in order, so once our own are counted all before are.
func (h *honeypot) visitors(t *testing.T) int64 {
	t.Helper()
	before := h.came.Load()
	for _, l := range h.listeners {
		conn, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		conn.Close()
	}
	for h.came.Load() < before+int64(len(h.listeners)) {
		<-h.counted
	}
	return h.came.Load() - int64(len(h.listeners))
}

// watched gives a dialer the test's names, and sees to it that nothing leaves this machine.
func watched(t *testing.T, d *dialer) {
	t.Helper()
	numeric := regexp.MustCompile(`(^|\.)([0-9]+|0[xX][0-9a-fA-F]*)\.*$`)
	d.lookup = func(_ context.Context, host string) ([]netip.Addr, error) {
		if numeric.MatchString(host) {
			t.Errorf("the resolver was asked for %q: there are resolvers that read an address there", host)
		}
		if a, ok := names[strings.ToLower(strings.TrimSuffix(host, "."))]; ok {
			return a, nil
		}
		return addresses("127.0.0.1"), nil
	}
	d.connecting = func(to netip.AddrPort) error {
		t.Errorf("about to connect to %s", to)
		if !to.Addr().Unmap().IsLoopback() {
			return errors.New("not from a test")
		}
		return nil
	}
}

func TestGuard_noTrickReachesThisMachine(t *testing.T) {
	pot := newHoneypot(t)
	callbacks, images := NewCallbacks(CallbacksConfig{}), NewImages(ImagesConfig{})
	watched(t, callbacks.dialer)
	watched(t, images.dialer)
	seen := map[string]bool{}
	for _, trick := range tricks() {
		url := strings.ReplaceAll(trick, "{port}", pot.port)
		if seen[url] {
			continue // 0.0.0.0 has fewer forms than others
		}
		seen[url] = true
		r := callbacks.Send(t.Context(), Callback{URL: url, Body: []byte(`{}`), ID: "e"})
		if !errors.Is(r.Err, ErrForbidden) || r.Status != 0 || r.Delivered {
			t.Errorf("callback to %q: %v %+v", trick, r.Err, r)
		} else if text := r.Err.Error(); strings.Contains(text, "s3cr3t") || strings.Contains(text, "127.") || strings.Contains(text, pot.port) {
			t.Errorf("callback to %q: the error says too much: %s", trick, text)
		}
		if _, err := images.Fetch(t.Context(), url, 100); !errors.Is(err, ErrForbidden) {
			t.Errorf("picture of %q: %v", trick, err)
		}
	}
	if len(seen) < 200 {
		t.Errorf("only %d tricks", len(seen))
	}
	t.Logf("%d tricks", len(seen))
	if n := pot.visitors(t); n != 0 {
		t.Errorf("%d connections came", n)
	}
}

// The honeypot is real: with loopback allowed the plainest of the tricks reach it.
func TestGuard_theSandboxReachesThisMachineAndNothingPrivate(t *testing.T) {
	pot := newHoneypot(t)
	callbacks := NewCallbacks(CallbacksConfig{AllowLocal: true})
	callbacks.dialer.lookup = func(context.Context, string) ([]netip.Addr, error) { return addresses("127.0.0.1"), nil }
	for _, host := range []string{"127.0.0.1", "[::ffff:127.0.0.1]", "localhost", "shop.example"} {
		before := pot.came.Load()
		r := callbacks.Send(t.Context(), Callback{URL: "http://" + host + ":" + pot.port + "/", ID: "e"})
		if errors.Is(r.Err, ErrForbidden) || r.Err == nil {
			t.Errorf("%s: %v", host, r.Err)
		}
		if pot.visitors(t) <= before {
			t.Errorf("%s: nobody came", host)
		}
	}
	watched(t, callbacks.dialer)
	for _, host := range []string{
		"0.0.0.0", "[::]", "10.0.0.1", "192.168.1.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "[fd00::1]", "[fe80::1]", "[fe80::1%25lo]", "[::1%25lo]",
		"2130706433", "0x7f000001", "127.1", "127.0.0.1.", "0177.0.0.1", "metadata.google.internal", "kubernetes.default.svc", "zone.example",
	} {
		if r := callbacks.Send(t.Context(), Callback{URL: "http://" + host + ":" + pot.port + "/", ID: "e"}); !errors.Is(r.Err, ErrForbidden) {
			t.Errorf("%s: %v", host, r.Err)
		}
	}
}

// A name that answers otherwise each time: what was judged is what is connected to, whichever answer that is.
func TestGuard_rebindingGainsNothing(t *testing.T) {
	pot := newHoneypot(t)
	callbacks := NewCallbacks(CallbacksConfig{})
	port, _ := strconv.ParseUint(pot.port, 10, 16)
	outside := netip.MustParseAddr("1.1.1.1")
	for _, private := range addresses("127.0.0.1", "::1", "::ffff:127.0.0.1", "169.254.169.254", "10.0.0.1") {
		lookups, connections := 0, 0
		callbacks.dialer.lookup = func(context.Context, string) ([]netip.Addr, error) {
			lookups++
			if lookups%2 == 1 {
				return []netip.Addr{outside}, nil
			}
			return []netip.Addr{private}, nil
		}
		callbacks.dialer.connecting = func(to netip.AddrPort) error {
			connections++
			if to != netip.AddrPortFrom(outside, uint16(port)) {
				t.Errorf("about to connect to %s", to)
			}
			return errors.New("not from a test")
		}
		forbidden := 0
		const attempts = 20
		for range attempts {
			if r := callbacks.Send(t.Context(), Callback{URL: "http://rebind.example:" + pot.port + "/", ID: "e"}); errors.Is(r.Err, ErrForbidden) {
				forbidden++
			}
		}
		if lookups != attempts || connections != attempts/2 || forbidden != attempts/2 {
			t.Errorf("%s: %d lookups, %d connections, %d refused of %d", private, lookups, connections, forbidden, attempts)
		}
	}
	if n := pot.visitors(t); n != 0 {
		t.Errorf("%d connections came", n)
	}
}

// The last line: even an address that slipped past the judgement of names is refused when the kernel is about to be told.
func TestGuard_theAddressIsJudgedAgainRightBeforeTheConnection(t *testing.T) {
	d := &dialer{limit: callbackLimit}
	for _, address := range []string{"127.0.0.1:80", "[::1]:80", "[::ffff:127.0.0.1]:80", "10.0.0.1:80", "[fe80::1%lo]:80", "0.0.0.0:80", "x", ""} {
		if err := d.control("tcp", address, nil); !errors.Is(err, ErrForbidden) {
			t.Errorf("%q: %v", address, err)
		}
	}
	if err := d.control("tcp", "1.1.1.1:443", nil); err != nil {
		t.Errorf("a public address: %v", err)
	}
}

// Redirects are not followed, not even to where a merchant's URL could lead by itself.
func TestGuard_redirectsAreNotFollowed(t *testing.T) {
	pot := newHoneypot(t)
	target := "http://127.0.0.1:" + pot.port + "/"
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		status, _ := strconv.Atoi(r.URL.Query().Get("status"))
		w.Header().Set("Location", r.URL.Query().Get("to"))
		w.Header().Set("Refresh", "0; url="+target)
		w.Header().Set("Link", "<"+target+">; rel=preload")
		w.Header().Set("Alt-Svc", `http/1.1=":`+pot.port+`"`)
		w.WriteHeader(status)
	}))
	defer receiver.Close()
	callbacks, images := NewCallbacks(CallbacksConfig{AllowLocal: true}), NewImages(ImagesConfig{AllowLocal: true})
	for _, status := range []int{300, 301, 302, 303, 304, 305, 307, 308} {
		for _, to := range []string{target, "//127.0.0.1:" + pot.port, "http://localhost:" + pot.port, "http://2130706433:" + pot.port, "http://[::1]:" + pot.port, ":%%", ""} {
			url := receiver.URL + "/?status=" + strconv.Itoa(status) + "&to=" + strings.ReplaceAll(to, "%", "%25")
			if r := callbacks.Send(t.Context(), Callback{URL: url, ID: "e"}); r.Delivered || r.Status != status || r.Err == nil || !r.Temporary() {
				t.Errorf("%d to %s: %+v", status, to, r)
			}
			if _, err := images.Fetch(t.Context(), url, 100); err == nil {
				t.Errorf("%d to %s: a picture", status, to)
			}
		}
	}
	if n := pot.visitors(t); n != 0 {
		t.Errorf("%d connections came", n)
	}
}

func TestNetworks_permit(t *testing.T) {
	own := []netip.Prefix{
		netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("fd00:1::/32"), netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("127.0.0.0/8"),
		netip.MustParsePrefix("169.254.0.0/16"), netip.MustParsePrefix("::/0"),
	}
	for _, c := range []struct {
		address                      string
		production, sandbox, allowed bool
	}{
		{"1.1.1.1", true, true, true},
		{"8.8.8.8", true, true, true},
		{"172.15.255.255", true, true, true},
		{"172.32.0.1", true, true, true},
		{"100.63.255.255", true, true, true},
		{"100.128.0.1", true, true, true},
		{"::ffff:1.1.1.1", true, true, true},
		{"2606:4700:4700::1111", true, true, true},
		{"2a00:1450:4001::1", true, true, true},
		{"127.0.0.1", false, true, false},
		{"127.255.255.255", false, true, false},
		{"::1", false, true, false},
		{"::ffff:127.0.0.1", false, true, false},
		{"::1%lo", false, false, false},
		{"10.1.2.3", false, false, true},
		{"::ffff:10.1.2.3", false, false, true},
		{"10.2.0.1", false, false, false},
		{"fd00:1::9", false, false, true},
		{"fd00:1::9%eth0", false, false, false},
		{"0.0.0.0", false, false, false},
		{"::", false, false, false},
		{"169.254.169.254", false, false, false},
		{"fe80::1", false, false, false},
		{"224.0.0.1", false, false, false},
		{"ff02::1", false, false, false},
		{"255.255.255.255", false, false, false},
		{"168.63.129.16", false, false, false},
	} {
		a := netip.MustParseAddr(c.address)
		got := []bool{networks{}.permit(a), networks{loopback: true}.permit(a), networks{allowed: own}.permit(a)}
		if want := []bool{c.production, c.sandbox, c.allowed}; !slices.Equal(got, want) {
			t.Errorf("%s: production, sandbox, allowed: %v, want %v", c.address, got, want)
		}
	}
}

// What an operator permits is called: here a network that is refused otherwise, watched so that nothing is sent.
func TestGuard_anAllowedNetworkIsConnectedTo(t *testing.T) {
	callbacks := NewCallbacks(CallbacksConfig{AllowNetworks: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}})
	var to []string
	callbacks.dialer.connecting = func(a netip.AddrPort) error {
		to = append(to, a.String())
		return errors.New("not from a test")
	}
	callbacks.dialer.lookup = func(context.Context, string) ([]netip.Addr, error) { return addresses("10.1.2.3", "10.1.2.4"), nil }
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:9") // no proxy is asked, whatever the environment says
	t.Setenv("HTTPS_PROXY", "http://127.0.0.1:9")
	for _, url := range []string{"http://shop.internal/", "https://10.1.9.9:8443/", "http://10.2.0.1/"} {
		r := callbacks.Send(t.Context(), Callback{URL: url, ID: "e"})
		if want := url == "http://10.2.0.1/"; errors.Is(r.Err, ErrForbidden) != want {
			t.Errorf("%s: %v", url, r.Err)
		}
	}
	if want := []string{"10.1.2.3:80", "10.1.2.4:80", "10.1.9.9:8443"}; !slices.Equal(to, want) {
		t.Errorf("connected to %v, want %v", to, want)
	}
}
