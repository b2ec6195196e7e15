package page

import (
	"net/netip"
	"sync"
	"time"
)

// Links are 128 random bits: nobody finds one by trying. Whoever tries all the same is told to stop, for a while.
const (
	guessLimit  = 30
	guessWindow = time.Minute
	// guessersKept bounds the memory that a crowd of addresses can take.
	guessersKept = 50_000
)

// guesses counts unknown links per network address, on this node.
type guesses struct {
	mu      sync.Mutex
	since   time.Time
	counted map[string]int
}

// allowed reports whether an address may ask for one more unknown link.
func (g *guesses) allowed(from string, now time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return now.Sub(g.since) >= guessWindow || g.counted[from] < guessLimit
}

// wrong notes an unknown link.
func (g *guesses) wrong(from string, now time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if now.Sub(g.since) >= guessWindow || len(g.counted) >= guessersKept || g.counted == nil {
		g.since, g.counted = now, map[string]int{}
	}
	g.counted[from]++
}

// network is what is counted as one place on the network: an address of IPv4, and the 64 bits of one of IPv6 that a household is given.
func network(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil || ip.Unmap().Is4() {
		return address
	}
	prefix, err := ip.WithZone("").Prefix(64)
	if err != nil {
		return address
	}
	return prefix.String()
}
