package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"kassa/internal/pay"
)

// stream makes n chained events of one stream.
func stream(m pay.MerchantID, id string, n int) []pay.Event {
	p := &pay.Payment{}
	h := &pay.HostedSession{Merchant: m, ID: pay.HostedID(id), Status: pay.Waiting, ExpiresAt: t0.Add(time.Hour)}
	p.Session.Channel, p.Session.Categories = pay.Ecommerce, []pay.Category{pay.PayLater}
	h.URLs.Back = "https://shop.example/"
	p.Hosted = []*pay.HostedSession{h}
	ids := pay.NewIDs([32]byte{id[0], id[len(id)-1], byte(len(id))}, t0)
	for i := 0; len(p.Events) < n; i++ {
		step := p.GoBack
		if h.Status == pay.BackPressed {
			step = p.Retry
		}
		if err := step(h, ids, t0.Add(time.Duration(i)*time.Second)); err != nil {
			panic(err)
		}
	}
	return p.Events[:n]
}

// place does what the sequencer does, once: of all that wait it places most at the most.
func place(s *Store, m pay.MerchantID, most int, node string) (int, error) {
	var head pay.EventHead
	var events []pay.Unplaced
	if err := s.Read(context.Background(), ToPlace(m, 1000, &head, &events)); err != nil {
		return 0, err
	}
	placed := head.Place(events, most)
	if len(placed) == 0 {
		return 0, nil
	}
	head.LeasedBy, head.LeasedUntil = node, t0.Add(time.Hour)
	return len(placed), commitOf(s, func(b *Batch) { b.PlaceEvents(&head, placed) })
}

func TestPlaceEvents_giveEachAPositionOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, db database) {
		s := db.open(t, Options{})
		other := pay.MerchantID("K000002")
		mustCommit(t, s, func(b *Batch) {
			b.events(stream(merchant, "a", 3))
			b.events(stream(merchant, "b", 2))
			b.events(stream(other, "c", 1))
			if got := b.Happened(); !slices.Equal(got, []pay.MerchantID{merchant, other}) {
				t.Errorf("happened to %v", got)
			}
		})
		var waiting []pay.MerchantID
		if err := s.Read(context.Background(), UnplacedMerchants(&waiting)); err != nil {
			t.Fatal(err)
		}
		if slices.Sort(waiting); !slices.Equal(waiting, []pay.MerchantID{merchant, other}) {
			t.Errorf("unplaced events of %v", waiting)
		}
		for _, want := range []int{4, 1, 0} {
			if n, err := place(s, merchant, 4, "one"); err != nil || n != want {
				t.Fatalf("placed %d: %v, want %d", n, err, want)
			}
		}
		var events, tail []pay.Event
		var head pay.EventHead
		if err := s.Read(context.Background(), EventsAfter(merchant, 0, 10, &events), EventsAfter(merchant, 3, 1, &tail), EventHeadOf(merchant, &head)); err != nil {
			t.Fatal(err)
		}
		var chain []byte
		for i := range events {
			e := &events[i]
			chain = pay.ChainLink(chain, int64(i+1), e.Hash)
			if e.Position != int64(i+1) || string(e.Chain) != string(chain) || e.Merchant != merchant {
				t.Errorf("event %d is %s/%d of %s at %d, chain %x", i, e.SessionID, e.Sequence, e.Merchant, e.Position, e.Chain)
			}
		}
		if len(events) != 5 || len(tail) != 1 || tail[0].Position != 4 {
			t.Errorf("%d events, %v after 3", len(events), tail)
		}
		if head.Version != 2 || head.Position != 5 || string(head.Chain) != string(chain) || head.LeasedBy != "one" || !head.LeasedUntil.Equal(t0.Add(time.Hour)) {
			t.Errorf("head %+v", head)
		}
		if err := s.LeaveEvents(context.Background(), "one"); err != nil {
			t.Fatal(err)
		}
		if err := s.Read(context.Background(), EventHeadOf(merchant, &head), UnplacedMerchants(&waiting)); err != nil || !head.LeasedUntil.IsZero() || head.Version != 3 {
			t.Errorf("after it left: %+v %v", head, err)
		}
		if !slices.Equal(waiting, []pay.MerchantID{other}) {
			t.Errorf("unplaced events of %v", waiting)
		}
	})
}

func TestPlaceEvents_aStaleHeadIsRefused(t *testing.T) {
	onBoth(t, func(t *testing.T, db database) {
		s := db.open(t, Options{})
		mustCommit(t, s, func(b *Batch) { b.events(stream(merchant, "a", 4)) })
		for round := range 2 { // without a head, then with one
			var one, two pay.EventHead
			var events, same []pay.Unplaced
			if err := s.Read(context.Background(), ToPlace(merchant, 4, &one, &events), ToPlace(merchant, 4, &two, &same)); err != nil {
				t.Fatal(err)
			}
			mustCommit(t, s, func(b *Batch) { b.PlaceEvents(&one, one.Place(events, 1)) })
			if err := commitOf(s, func(b *Batch) { b.PlaceEvents(&two, two.Place(same, 4)) }); !errors.Is(err, ErrConflict) {
				t.Fatalf("round %d: %v, want a conflict", round, err)
			}
		}
		if n := count(t, s, `select count(*) from event where position is not null`); n != 2 {
			t.Errorf("%d events have a position, want 2", n)
		}
	})
}

// TestPlaceEvents_raced has writers and two placers at work at once, on PostgreSQL through two stores: no gap, every stream in order,
// and a reader who goes by positions sees everything once.
func TestPlaceEvents_raced(t *testing.T) {
	onBoth(t, func(t *testing.T, db database) {
		a := db.open(t, Options{})
		b := a
		if db.engine == "postgres" {
			b = db.open(t, Options{})
		}
		const writers, each = 6, 30
		read := 0
		done := make(chan error, 1)
		go func() {
			done <- race(writers, func(i int) error {
				for _, e := range stream(merchant, fmt.Sprint("s", i), each) {
					if err := commitOf([]*Store{a, b}[i%2], func(b *Batch) { b.events([]pay.Event{e}) }); err != nil {
						return err
					}
				}
				return nil
			})
		}()
		stop := make(chan struct{})
		placing := make(chan error, 1)
		go func() {
			placing <- race(2, func(i int) error {
				for {
					_, err := place([]*Store{a, b}[i], merchant, 7, fmt.Sprint(i))
					if err != nil && !errors.Is(err, ErrConflict) {
						return err
					}
					select {
					case <-stop:
						return nil
					default:
					}
				}
			})
		}()
		last, position := map[string]int64{}, int64(0)
		look := func() {
			var events []pay.Event
			if err := b.Read(context.Background(), EventsAfter(merchant, position, 5, &events)); err != nil {
				t.Fatal(err)
			}
			for i := range events {
				e := &events[i]
				if e.Position != position+1 || e.Sequence != last[e.SessionID]+1 {
					t.Fatalf("after position %d comes %d: %s/%d after number %d", position, e.Position, e.SessionID, e.Sequence, last[e.SessionID])
				}
				position, last[e.SessionID] = e.Position, e.Sequence
				read++
			}
		}
		await(t, func() bool { look(); return read == writers*each })
		if err := <-done; err != nil {
			t.Error(err)
		}
		close(stop)
		if err := <-placing; err != nil {
			t.Error(err)
		}
		written, placed := int(count(t, a, `select count(*) from event`)), int(count(t, a, `select max(position) from event`))
		if written != writers*each || placed != written {
			t.Errorf("%d written, %d placed, %d read", written, placed, read)
		}
	})
}
