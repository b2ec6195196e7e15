package store

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// notifyChannel is the channel of PostgreSQL on which the nodes of one database talk.
const notifyChannel = "kassa"

// listenAgain is how long a lost listener waits before it connects again: what it missed meanwhile its hearer looks for.
const listenAgain = time.Second

// notify tells the other nodes something; they hear it when the transaction commits, and only then.
var notify = &statement{`select pg_notify('` + notifyChannel + `', $1)`}

// newNode draws the name by which a store knows its own words.
func newNode() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	return hex.EncodeToString(b[:])
}

// Notify tells the other nodes of the database something about a thing once the Batch is committed; on SQLite there are none. A
// topic is one word. The words of a Batch may get lost: they save a look round, they do not replace it. Commits that carry one
// wait for each other, so a Batch that merchants wait for carries none: see Tell.
func (b *Batch) Notify(topic, about string) {
	if b.node == "" {
		return
	}
	b.ops = append(b.ops, op{stmt: notify, args: []any{topic + " " + b.node + " " + about}, class: follow, row: func(rowScan) error { return nil }})
}

// Tell tells the other nodes of the database something at once; on SQLite there are none.
func (s *Store) Tell(ctx context.Context, topic, about string) error {
	b := s.NewBatch()
	b.Notify(topic, about)
	if err := s.Commit(ctx, b); err != nil {
		return fmt.Errorf("tell the other nodes: %w", err)
	}
	return nil
}

// Listen calls heard with what other nodes tell, until ctx ends; on SQLite it only waits for that. It keeps one connection. Each
// time it has connected, heard is called with an empty topic: words may have been missed before. The store must be open until
// Listen has returned.
func (s *Store) Listen(ctx context.Context, heard func(topic, about string)) {
	e, ok := s.engine.(*postgresEngine)
	if !ok {
		<-ctx.Done()
		return
	}
	for {
		err := e.listen(ctx, func(payload string) {
			if payload == "" {
				heard("", "")
				return
			}
			topic, rest, _ := strings.Cut(payload, " ")
			if node, about, _ := strings.Cut(rest, " "); node != s.node {
				heard(topic, about)
			}
		})
		if ctx.Err() != nil {
			return
		}
		s.log.WarnContext(ctx, "the listener lost its connection; other nodes are heard later until it is back", "error", err)
		pause := time.NewTimer(listenAgain)
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
			return
		}
	}
}

// listen hears what is told on a connection of its own until that breaks or ctx ends; the empty payload says that it begins.
func (e *postgresEngine) listen(ctx context.Context, heard func(payload string)) error {
	connecting, cancel := context.WithTimeout(ctx, e.limit)
	defer cancel()
	cfg := e.pool.Config().ConnConfig
	if err := e.hosts.prepare(connecting, cfg); err != nil {
		return err
	}
	conn, err := pgx.ConnectConfig(connecting, cfg)
	if err != nil {
		return err
	}
	defer func() {
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = conn.Close(closing) // the server notices by itself
	}()
	if _, err := conn.Exec(connecting, "listen "+notifyChannel); err != nil {
		return err
	}
	heard("")
	for {
		n, err := conn.WaitForNotification(ctx)
		if err != nil {
			return err
		}
		heard(n.Payload)
	}
}
