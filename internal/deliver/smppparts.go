package deliver

import (
	"context"
	"fmt"
	"hash/fnv"
	"sync"
	"time"
)

const (
	// How long a centre that throttles in the middle of a text is asked again before the message waits for its next attempt.
	smppPatience  = 4 * time.Second
	smppFirstWait = 250 * time.Millisecond

	halfSentKept = 10_000
)

// halfSent knows of texts of several parts how many of them a centre has taken, so that the next attempt goes on with the one after: not
// every phone recognises a part that comes twice, and each is paid for.
type halfSent struct {
	mu    sync.Mutex
	taken map[halfSentKey]int
}

type halfSentKey struct {
	id   string
	text uint64 // its hash: another text under the same id begins anew
}

func keyOf(m SMS) halfSentKey {
	sum := fnv.New64a()
	_, _ = sum.Write([]byte(m.To + "\x00" + m.From + "\x00" + m.Text))
	return halfSentKey{m.ID, sum.Sum64()}
}

// of is how many parts of a message were taken.
func (h *halfSent) of(m SMS) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.taken[keyOf(m)]
}

// keep notes how many were taken of a message; 0 forgets it.
func (h *halfSent) keep(m SMS, n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if n == 0 {
		delete(h.taken, keyOf(m))
		return
	}
	if h.taken == nil || len(h.taken) >= halfSentKept {
		h.taken = map[halfSentKey]int{} // of messages that nobody tried again
	}
	h.taken[keyOf(m)] = n
}

// submitAll hands over the parts of a message that the centre has not taken yet.
func (s *smpp) submitAll(ctx context.Context, session *smppSession, m SMS, bodies [][]byte) error {
	taken := s.half.of(m)
	for taken < len(bodies) {
		if err := s.submit(ctx, session, bodies[taken], taken > 0); err != nil {
			if taken > 0 && !Permanent(err) {
				s.half.keep(m, taken)
			} else {
				s.half.keep(m, 0)
			}
			return err
		}
		taken++
	}
	s.half.keep(m, 0)
	return nil
}

// submit hands over one part. In the middle of a message a centre that takes no more for now is asked again for a while: its first part
// waits on the phone already.
func (s *smpp) submit(ctx context.Context, session *smppSession, body []byte, within bool) error {
	wait := smppFirstWait
	for waited := time.Duration(0); ; wait *= 2 {
		answer, err := session.ask(ctx, submitSM, body)
		if err != nil {
			return fmt.Errorf("hand over to SMS centre: %w", err)
		}
		if answer.status == 0 {
			return nil
		}
		if throttled := answer.status == statusThrottled || answer.status == statusQueueFull; !throttled || !within || waited+wait > s.patience {
			return statusError(answer.status)
		}
		waited += wait
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return fmt.Errorf("hand over to SMS centre: %w", reason(ctx.Err()))
		}
	}
}
