package pay

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

var noon = time.Date(2026, 6, 12, 12, 0, 0, 0, time.UTC)

// unplaced makes an event like "s1/3@20": stream, number, seconds after noon; a ! at the end says that it waits.
func unplaced(t *testing.T, text string) Unplaced {
	t.Helper()
	var u Unplaced
	var seconds int
	text, u.Waits = strings.CutSuffix(text, "!")
	if _, err := fmt.Sscanf(strings.NewReplacer("/", " ", "@", " ").Replace(text), "%s %d %d", &u.SessionID, &u.Sequence, &seconds); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(text))
	u.OccurredAt, u.Hash = noon.Add(time.Duration(seconds)*time.Second), sum[:]
	return u
}

func TestPlace_order(t *testing.T) {
	for name, c := range map[string]struct {
		in, want string
		most     int
	}{
		"nothing":                             {"", "", 9},
		"by time":                             {"b/1@2 a/1@3 c/1@1", "c/1 b/1 a/1", 9},
		"at one instant by stream and number": {"b/2@1 b/1@1 a/1@1", "a/1 b/1 b/2", 9},
		"a stream's numbers, whatever the clocks": {"a/1@9 a/2@1 b/1@5", "a/1 b/1 a/2", 9},
		"three clocks":                             {"a/3@1 a/1@3 a/2@2", "a/1 a/2 a/3", 9},
		"not before what it follows":               {"a/2@1! b/1@2", "b/1", 9},
		"nor what follows that":                    {"a/2@1! a/3@2 b/1@2", "b/1", 9},
		"a hole":                                   {"a/1@1 a/3@2! b/1@3", "a/1 b/1", 9},
		"on from what is placed":                   {"a/7@1 a/8@1", "a/7 a/8", 9},
		"no more than so many":                     {"a/1@1 b/1@2 c/1@3", "a/1 b/1", 2},
		"the rest of a stream goes later, in turn": {"a/1@1 a/2@1 a/3@1", "a/1 a/2", 2},
	} {
		var events []Unplaced
		for one := range strings.FieldsSeq(c.in) {
			events = append(events, unplaced(t, one))
		}
		var got []string
		for _, p := range (&EventHead{}).Place(events, c.most) {
			got = append(got, fmt.Sprintf("%s/%d", p.SessionID, p.Sequence))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestPlace_positionsAndChainGoOn(t *testing.T) {
	one, two := unplaced(t, "a/1@1"), unplaced(t, "a/2@2")
	whole := &EventHead{}
	both := whole.Place([]Unplaced{one, two}, 9)
	parts := &EventHead{}
	first := parts.Place([]Unplaced{one}, 9)
	second := parts.Place([]Unplaced{two}, 9)
	if !slices.EqualFunc(both, append(first, second...), func(a, b Placed) bool {
		return a.Position == b.Position && string(a.Chain) == string(b.Chain)
	}) {
		t.Errorf("at once %v, one by one %v %v", both, first, second)
	}
	if whole.Position != 2 || parts.Position != 2 || string(whole.Chain) != string(both[1].Chain) {
		t.Errorf("the end is %+v", whole)
	}
	// The same by hand: what anybody can recompute.
	sum := sha256.Sum256(append([]byte{0, 0, 0, 0, 0, 0, 0, 1}, one.Hash...))
	sum = sha256.Sum256(slices.Concat(sum[:], []byte{0, 0, 0, 0, 0, 0, 0, 2}, two.Hash))
	if got := hex.EncodeToString(both[1].Chain); got != hex.EncodeToString(sum[:]) {
		t.Errorf("chain %s", got)
	}
}

// TestPlace_anyInterleaving places the events of several streams, with clocks that disagree, seen in any order and in parts: each
// exactly once and in its stream's order.
func TestPlace_anyInterleaving(t *testing.T) {
	for seed := range uint64(300) {
		random := rand.New(rand.NewPCG(seed, 1))
		var left []Unplaced
		for stream := range 1 + random.IntN(5) {
			for n := range 1 + random.IntN(6) {
				left = append(left, unplaced(t, fmt.Sprintf("s%d/%d@%d", stream, n+1, random.IntN(20))))
			}
		}
		total, last, head := len(left), map[string]int64{}, &EventHead{}
		for rounds := 0; len(left) > 0; rounds++ {
			random.Shuffle(len(left), func(i, j int) { left[i], left[j] = left[j], left[i] })
			seen := left[:1+random.IntN(len(left))]
			for i := range seen {
				seen[i].Waits = seen[i].Sequence > last[seen[i].SessionID]+1
			}
			for _, p := range head.Place(seen, 1+random.IntN(4)) {
				if p.Sequence != last[p.SessionID]+1 {
					t.Fatalf("seed %d: %s/%d placed after number %d", seed, p.SessionID, p.Sequence, last[p.SessionID])
				}
				last[p.SessionID] = p.Sequence
				left = slices.DeleteFunc(left, func(u Unplaced) bool { return u.SessionID == p.SessionID && u.Sequence == p.Sequence })
			}
			if rounds > 10_000 {
				t.Fatalf("seed %d: it does not end", seed)
			}
		}
		if head.Position != int64(total) {
			t.Errorf("seed %d: the end is at %d, want %d", seed, head.Position, total)
		}
	}
}

func TestLeasedTo(t *testing.T) {
	for name, c := range map[string]struct {
		by    string
		until time.Duration
		want  bool
	}{
		"nobody": {"", -time.Hour, false}, "we ourselves": {"me", time.Second, false}, "another": {"you", time.Second, true},
		"another, over": {"you", 0, false}, "another, to the end": {"you", SequencerLease, true},
		"a clock a little ahead": {"you", 2 * SequencerLease, true}, "a clock far ahead": {"you", time.Hour, false},
	} {
		h := EventHead{LeasedBy: c.by, LeasedUntil: noon.Add(c.until)}
		if got := h.LeasedTo("me", noon); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}
