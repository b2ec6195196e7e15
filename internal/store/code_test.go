package store

import (
	"errors"
	"testing"
	"time"

	"kassa/internal/pay"
)

func TestCodeSlots(t *testing.T) {
	onBoth(t, func(t *testing.T, db database) {
		s := db.open(t, Options{})
		const kim, lee pay.Personal = "to:+447700900001", "to:+447700900002"
		slots := func(key pay.Personal) (out map[int]time.Time) {
			t.Helper()
			if err := s.Read(t.Context(), CodeSlots(key, &out)); err != nil {
				t.Fatal(err)
			}
			return out
		}
		take := func(key pay.Personal, slot int, was, now time.Time) error {
			b := s.NewBatch()
			b.TakeCodeSlot(key, slot, was, now)
			return s.Commit(t.Context(), b)
		}
		if got := slots(kim); len(got) != 0 {
			t.Fatalf("before: %v", got)
		}
		later := t0.Add(15 * time.Minute)
		for _, step := range []struct {
			key      pay.Personal
			slot     int
			was, now time.Time
			want     error
		}{
			{kim, 0, time.Time{}, t0, nil},
			{kim, 0, time.Time{}, later, ErrConflict}, // somebody else took it meanwhile
			{kim, 1, time.Time{}, later, nil},
			{kim, 0, t0, later, nil},         // its window is over
			{kim, 0, t0, later, ErrConflict}, // and somebody else knew it too
			{lee, 0, time.Time{}, t0, nil},
		} {
			if err := take(step.key, step.slot, step.was, step.now); !errors.Is(err, step.want) {
				t.Errorf("take %s %d, was %v: %v, want %v", string(step.key), step.slot, step.was, err, step.want)
			}
		}
		if got := slots(kim); len(got) != 2 || !got[0].Equal(later) || !got[1].Equal(later) {
			t.Errorf("after: %v", got)
		}
		if got := slots(lee); len(got) != 1 || !got[0].Equal(t0) {
			t.Errorf("another's: %v", got)
		}
	})
}
