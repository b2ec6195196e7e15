package api

import (
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"kassa/internal/pay"
)

// RateLimits bound how many calls a second each merchant may make; 0 bounds nothing.
type RateLimits struct {
	Create int // of payment and hosted sessions, and of customer tokens
	Other  int
}

// limiter counts the calls of each merchant in each group, on this node.
type limiter struct {
	limits RateLimits
	mu     sync.Mutex
	counts map[limitKey]*rate.Limiter
}

type limitKey struct {
	merchant pay.MerchantID
	create   bool
}

// isCreate reports whether a route makes a session or a customer token: those have a bound of their own.
func (rt *Route) isCreate() bool {
	return rt.Method == http.MethodPost && (strings.HasSuffix(rt.Pattern, "/v1/sessions") || strings.HasSuffix(rt.Pattern, "/customer-token"))
}

// take counts one call. ok is false when the merchant has had its share of this second; the headers are told in both cases.
func (l *limiter) take(m pay.MerchantID, rt *Route, h http.Header) (ok bool) {
	create := rt.isCreate()
	limit := l.limits.Other
	if create {
		limit = l.limits.Create
	}
	if limit <= 0 {
		return true
	}
	key := limitKey{m, create}
	l.mu.Lock()
	count := l.counts[key]
	if count == nil {
		count = rate.NewLimiter(rate.Limit(limit), limit)
		l.counts[key] = count
	}
	l.mu.Unlock()
	now := time.Now() //nolint:forbidigo // load is real, whatever the sandbox's clock says
	ok = count.AllowN(now, 1)
	h.Set("X-RateLimit-Limit", strconv.Itoa(limit)+", "+strconv.Itoa(limit)+";w=1")
	h.Set("X-RateLimit-Remaining", strconv.Itoa(max(int(count.TokensAt(now)), 0)))
	h.Set("X-RateLimit-Reset", "1")
	return ok
}

func errTooMany() error {
	return &wireError{status: http.StatusTooManyRequests, code: "TOO_MANY_REQUESTS", messages: []string{"Too many requests. Please try again in a second"}}
}
