package store

import (
	"errors"
	"sync/atomic"
)

// counters count the outcomes of commits.
type counters struct {
	done, conflicts, unknown, busy, failed atomic.Int64
}

// count notes an outcome and hands it on.
func (c *counters) count(err error) error {
	switch {
	case err == nil:
		c.done.Add(1)
	case errors.Is(err, ErrConflict):
		c.conflicts.Add(1)
	case errors.Is(err, ErrUnknown):
		c.unknown.Add(1)
	case errors.Is(err, ErrBusy):
		c.busy.Add(1)
	default:
		c.failed.Add(1)
	}
	return err
}

func (c *counters) report(s *Stats) {
	s.Commits, s.Conflicts, s.Unknown, s.Busy, s.Failed = c.done.Load(), c.conflicts.Load(), c.unknown.Load(), c.busy.Load(), c.failed.Load()
}
