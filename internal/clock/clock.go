package clock

import (
	"sync"
	"time"
)

// Clock tells the time, UTC, in microseconds: the precision in which it is stored.
type Clock interface {
	Now() time.Time
	// After gives a channel that is closed once the clock shows t or later; stop releases it before.
	After(t time.Time) (due <-chan struct{}, stop func())
}

// Real is the operating system's clock.
type Real struct{}

// Now is the present time.
func (Real) Now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

// After waits on the operating system's clock.
func (r Real) After(t time.Time) (due <-chan struct{}, stop func()) {
	ch := make(chan struct{})
	timer := time.AfterFunc(t.Sub(r.Now()), func() { close(ch) })
	return ch, func() { timer.Stop() }
}

// Virtual is a clock that can be moved forward. One made by NewVirtual runs on from the real time; one made by NewStanding
// stands still until it is moved.
type Virtual struct {
	base     Clock // nil: stands still
	mu       sync.Mutex
	standing time.Time
	offset   time.Duration
	waiters  map[*waiter]struct{}
}

type waiter struct {
	at   time.Time
	ch   chan struct{}
	stop func() // of the wait on the base clock
	done bool
}

// NewVirtual makes a clock that runs with the real one and can be moved ahead of it.
func NewVirtual() *Virtual { return &Virtual{base: Real{}, waiters: map[*waiter]struct{}{}} }

// NewStanding makes a clock that shows start until it is moved.
func NewStanding(start time.Time) *Virtual {
	return &Virtual{standing: start.UTC().Truncate(time.Microsecond), waiters: map[*waiter]struct{}{}}
}

// Now is the clock's time.
func (v *Virtual) Now() time.Time {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.now()
}

func (v *Virtual) now() time.Time {
	if v.base == nil {
		return v.standing.Add(v.offset)
	}
	return v.base.Now().Add(v.offset)
}

// Advance moves the clock forward and wakes whoever waited for a time that has come. It never goes back.
func (v *Virtual) Advance(d time.Duration) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if d > 0 {
		v.offset += d
	}
	for w := range v.waiters {
		v.settle(w)
	}
}

// After waits for the clock to show t: by itself, or because it is moved.
func (v *Virtual) After(t time.Time) (due <-chan struct{}, stop func()) {
	v.mu.Lock()
	defer v.mu.Unlock()
	w := &waiter{at: t, ch: make(chan struct{}), stop: func() {}}
	v.waiters[w] = struct{}{}
	v.settle(w)
	return w.ch, func() {
		v.mu.Lock()
		defer v.mu.Unlock()
		v.drop(w)
	}
}

// settle ends a wait whose time has come, or waits on the base clock for the rest. The lock is held.
func (v *Virtual) settle(w *waiter) {
	if w.done {
		return
	}
	if !v.now().Before(w.at) {
		close(w.ch)
		v.drop(w)
		return
	}
	if v.base == nil {
		return
	}
	w.stop()
	timer := time.AfterFunc(w.at.Sub(v.now()), func() {
		v.mu.Lock()
		defer v.mu.Unlock()
		v.settle(w)
	})
	w.stop = func() { timer.Stop() }
}

func (v *Virtual) drop(w *waiter) {
	w.done = true
	w.stop()
	delete(v.waiters, w)
}
