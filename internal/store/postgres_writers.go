package store

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"
)

// writers bounds how many commits are under way at once, so that some connections are always there for reads: commits can hang, on a standby or
// on each other, and pages must be shown meanwhile. It bounds how many wait, too: those beyond are refused at once.
type writers struct {
	seats   chan struct{}
	waiting atomic.Int64
	most    int64
}

func newWriters(connections, queue int) writers {
	return writers{seats: make(chan struct{}, max(connections-max(connections/4, 1), 1)), most: int64(max(queue, 1))}
}

// enter waits for a seat, limit at most; leave gives it back. The errors are those of Commit.
func (w *writers) enter(ctx context.Context, limit time.Duration) (leave func(), err error) {
	leave = func() { <-w.seats }
	select {
	case w.seats <- struct{}{}:
		return leave, nil
	default:
	}
	if w.waiting.Add(1) > w.most {
		w.waiting.Add(-1)
		return nil, errFull
	}
	defer w.waiting.Add(-1)
	end := time.NewTimer(limit)
	defer end.Stop()
	select {
	case w.seats <- struct{}{}:
		return leave, nil
	case <-end.C:
		return nil, fmt.Errorf("%w: the commits before it take too long", ErrBusy)
	case <-ctx.Done():
		return nil, fmt.Errorf("left the queue: %w", ctx.Err())
	}
}
