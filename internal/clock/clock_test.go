package clock

import (
	"testing"
	"testing/synctest"
	"time"
)

func waiting(ch <-chan struct{}) bool {
	select {
	case <-ch:
		return false
	default:
		return true
	}
}

func TestVirtual_standsUntilMoved(t *testing.T) {
	start := time.Date(2026, 6, 12, 14, 0, 0, 0, time.UTC)
	v := NewStanding(start)
	due, stop := v.After(start.Add(time.Hour))
	defer stop()
	v.Advance(time.Hour - time.Microsecond)
	if !waiting(due) {
		t.Fatal("woken early")
	}
	v.Advance(-time.Hour)
	v.Advance(time.Microsecond)
	if waiting(due) || !v.Now().Equal(start.Add(time.Hour)) {
		t.Fatalf("not woken at %s", v.Now())
	}
	past, stop := v.After(start)
	defer stop()
	if waiting(past) {
		t.Fatal("a time that has passed is waited for")
	}
}

func TestVirtual_runsOnAndCanBeMoved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := NewVirtual()
		start := v.Now()
		due, stop := v.After(start.Add(time.Hour))
		defer stop()
		v.Advance(59 * time.Minute)
		synctest.Wait()
		if !waiting(due) {
			t.Fatal("woken early")
		}
		<-due // the last minute passes by itself
		if got := v.Now().Sub(start); got < time.Hour || got > time.Hour+time.Second {
			t.Fatalf("woken after %v", got)
		}
		left, stop := v.After(v.Now().Add(time.Hour))
		stop()
		v.Advance(2 * time.Hour)
		if !waiting(left) {
			t.Fatal("a wait that was given up was woken")
		}
	})
}
