package engine

import (
	"hash/maphash"
	"sync"
)

// stripes are locks on the ids of aggregates, so that callers who change the same thing wait for each other in turn and do not
// all fail and try again. They decide nothing: compare-and-swap in the store does.
type stripes struct {
	once  sync.Once
	seed  maphash.Seed
	locks [256]sync.Mutex
}

// lock waits for the lock of key and gives the function that returns it.
func (s *stripes) lock(key string) (unlock func()) {
	s.once.Do(func() { s.seed = maphash.MakeSeed() })
	m := &s.locks[maphash.String(s.seed, key)%uint64(len(s.locks))]
	m.Lock()
	return m.Unlock
}
