package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"kassa/client"
)

const (
	// forwardWindow is how many events may be under way: so far ahead of the slowest one the others go.
	forwardWindow = 1000
	// forwardTogether is how many are sent at the same time.
	forwardTogether = 8
	// The pauses before an event is sent again: the first, and the longest; they double in between.
	forwardPause, forwardPauseMost = time.Second, 30 * time.Second
)

// forwarding sends events, those of one session one after the other, and knows up to where everything has arrived.
type forwarding struct {
	t       *terminal
	deliver func(ctx context.Context, e *client.Event, attempt int) (string, error)
	file    cursorFile

	room  chan struct{} // one for each event under way
	slots chan struct{} // one for each that is being sent
	save  chan struct{} // there is a new place to keep
	lanes sync.WaitGroup
	saver sync.WaitGroup
	ctx   context.Context //nolint:containedctx // that of the lanes, which end and wait together
	stop  context.CancelFunc

	mu     sync.Mutex
	behind map[string][]*underway // of each session: what is sent next and what waits for it
	order  []*underway            // everything from the first that has not arrived on
	place  client.Cursor          // everything up to here has arrived
	failed error                  // of keeping it, or of saying what happens
}

// underway is an event on its way.
type underway struct {
	event *client.Event
	done  bool
}

func newForwarding(t *terminal, deliver func(context.Context, *client.Event, int) (string, error), file cursorFile) *forwarding {
	f := &forwarding{
		t: t, deliver: deliver, file: file, behind: map[string][]*underway{},
		room: make(chan struct{}, forwardWindow), slots: make(chan struct{}, forwardTogether), save: make(chan struct{}, 1),
	}
	f.ctx, f.stop = context.WithCancel(t.ctx)
	f.saver.Go(f.keep)
	return f
}

// add takes the next event of the stream: to be sent, or only to be passed by. False: nothing more can be taken.
func (f *forwarding) add(e *client.Event, send bool) bool {
	select {
	case f.room <- struct{}{}:
	case <-f.ctx.Done():
		return false
	}
	u := &underway{event: e}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.order = append(f.order, u)
	if !send {
		f.arrived(u)
		return true
	}
	lane := append(f.behind[e.SessionID], u)
	f.behind[e.SessionID] = lane
	if len(lane) == 1 {
		f.lanes.Go(func() { f.run(u) })
	}
	return true
}

// run sends what a session has, one after the other, from next on.
func (f *forwarding) run(next *underway) {
	for next != nil && f.send(next.event) {
		f.mu.Lock()
		f.arrived(next)
		session := next.event.SessionID
		if f.behind[session] = f.behind[session][1:]; len(f.behind[session]) > 0 {
			next = f.behind[session][0]
		} else {
			delete(f.behind, session)
			next = nil
		}
		f.mu.Unlock()
	}
}

// send sends an event until it has arrived. False: it has not, and all ends.
func (f *forwarding) send(e *client.Event) bool {
	for attempt, pause := 1, forwardPause; ; attempt, pause = attempt+1, min(2*pause, forwardPauseMost) {
		select {
		case f.slots <- struct{}{}:
		case <-f.ctx.Done():
			return false
		}
		answer, err := "", f.ctx.Err()
		if err == nil {
			answer, err = f.deliver(context.WithoutCancel(f.ctx), e, attempt) // what was begun is ended, within its own limit
		}
		<-f.slots
		if err != nil && f.ctx.Err() != nil {
			return false
		}
		if err == nil {
			f.say("%s  %s  %-22s  %s", millis(e.OccurredAt), e.SessionID, e.Type, answer)
			return true
		}
		f.say("%s  %s  %-22s  attempt %d: %v; again in %v", millis(e.OccurredAt), e.SessionID, e.Type, attempt, err, pause)
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-f.ctx.Done():
			timer.Stop()
			return false
		}
	}
}

// arrived notes that an event has arrived; the lock is held.
func (f *forwarding) arrived(u *underway) {
	u.done = true
	moved := false
	for len(f.order) > 0 && f.order[0].done {
		f.place, moved = f.order[0].event.Cursor, true
		f.order = f.order[1:]
		<-f.room
	}
	if moved {
		select {
		case f.save <- struct{}{}:
		default: // it will be kept with what was to be kept already
		}
	}
}

// keep writes the place down whenever it moves, and at the end.
func (f *forwarding) keep() {
	for range f.save {
		f.mu.Lock()
		place := f.place
		f.mu.Unlock()
		if err := f.file.write(place); err != nil {
			f.fail(err)
		}
	}
}

// fail ends everything: without its place or its words it is of no use.
func (f *forwarding) fail(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.failed == nil {
		f.failed = err
	}
	f.stop()
}

// say tells what happens, a line each.
func (f *forwarding) say(format string, args ...any) {
	f.mu.Lock()
	_, err := fmt.Fprintf(f.t.out, format+"\n", args...)
	f.mu.Unlock()
	if err != nil {
		f.fail(fmt.Errorf("print the result: %w", err))
	}
}

// end ends what is under way and keeps the place. The error is why it could not go on.
func (f *forwarding) end() error {
	f.stop()
	f.lanes.Wait()
	close(f.save)
	f.saver.Wait()
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.failed
}
