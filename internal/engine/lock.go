package engine

import (
	"context"
	"hash/maphash"
)

// stripes are locks on the ids of aggregates, so that callers who change the same thing wait for each other in turn and do not
// all fail and try again. They decide nothing: compare-and-swap in the store does. So nobody needs one to go on.
type stripes struct {
	seed  maphash.Seed
	locks [256]chan struct{} // full: taken
}

func newStripes() *stripes {
	s := &stripes{seed: maphash.MakeSeed()}
	for i := range s.locks {
		s.locks[i] = make(chan struct{}, 1)
	}
	return s
}

// lock waits for the lock of key, as long as ctx at most, and gives the function that returns it.
func (s *stripes) lock(ctx context.Context, key string) (unlock func()) {
	l := s.locks[maphash.String(s.seed, key)%uint64(len(s.locks))]
	select {
	case l <- struct{}{}:
		return func() { <-l }
	case <-ctx.Done():
		return func() {}
	}
}
