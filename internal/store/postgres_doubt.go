package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// doubts are what a node knows of commits that no synchronous standby may have confirmed. PostgreSQL writes a commit on the primary, waits for
// the standby, and shows the rows when the wait ends, for whichever reason: a wait that is cancelled, or that a restart of the primary cuts
// short, shows rows that are lost when the standby takes over. So:
//
//   - a commit is never cancelled: a connection whose time is over is given up, and its server process waits on (hosts.prepare);
//   - while processes wait that were given up, each read looks afterwards whether they still do: then it cannot have seen their rows;
//   - once one of them no longer waits, or a commit came back with a warning, or the primary was started anew, what is read may be unconfirmed:
//     the read is answered after a commit of our own (confirming), which waits for all that came before it.
//
// Without standbys in the server's configuration nothing of this happens.
type doubts struct {
	mu       sync.Mutex
	standbys bool                // the server waits for standbys, as the newest connection saw it
	started  time.Time           // when the server was started, as the newest connection saw it
	givenUp  map[uint32]struct{} // server processes that may still wait
	changes  int                 // counts the reasons to doubt what is read
	cleared  int                 // the changes that a successful commit came after
	barrier  *barrier            // under way
}

// barrier is one commit that readers wait for together.
type barrier struct {
	covers int // the changes before it began
	done   chan struct{}
	err    error
}

// maxGivenUp bounds the server processes that wait for a standby with nobody waiting for them.
const maxGivenUp = 16

// confirmLimit is how long a read waits for the commit that confirms it. The commit itself may take as long as any other.
const confirmLimit = 2 * time.Second

// look takes in what a new connection sees: waiting are processes of other nodes, or of one that is gone, that wait for a standby for long.
func (d *doubts) look(standbys bool, started time.Time, waiting []int32) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !started.Equal(d.started) {
		d.changes++ // after a crash the server shows what it had written, confirmed or not
		d.givenUp = map[uint32]struct{}{}
		for _, pid := range waiting {
			d.givenUp[uint32(pid)] = struct{}{}
		}
	}
	d.standbys, d.started = standbys, started
}

// waits reports whether the server waits for standbys.
func (d *doubts) waits() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.standbys
}

// unconfirmed notes a commit that may be on the primary alone, and seen.
func (d *doubts) unconfirmed() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.changes++
}

// reasons counts the reasons to doubt so far: a commit that succeeds, begun now, is the end of them.
func (d *doubts) reasons() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.changes
}

// clear ends the doubts that there were when a commit began which has succeeded.
func (d *doubts) clear(covers int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.cleared = max(d.cleared, covers)
}

// giveUp notes a server process that waits on with nobody waiting for it.
func (d *doubts) giveUp(pid uint32) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.givenUp[pid] = struct{}{}
}

// known lists the processes that were given up, and tells whether there is any doubt beside them.
func (d *doubts) known() (pids []uint32, doubt bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.standbys {
		return nil, false
	}
	for pid := range d.givenUp {
		pids = append(pids, pid)
	}
	return pids, d.cleared < d.changes
}

// stillWaiting keeps of some processes those that still wait; each other one is a reason to doubt what is read.
func (d *doubts) stillWaiting(asked []uint32, waiting map[uint32]bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, pid := range asked {
		if _, ok := d.givenUp[pid]; ok && !waiting[pid] {
			delete(d.givenUp, pid)
			d.changes++
		}
	}
}

// waitingProcesses finds out of some server processes those that wait for a standby. The view shows a user its own processes.
const waitingProcesses = `select pid from pg_stat_activity where pid = any($1) and wait_event = 'SyncRep'`

// lookAtGivenUp asks the server about the processes that were given up.
func (e *postgresEngine) lookAtGivenUp(ctx context.Context, conn *pgx.Conn, pids []uint32) error {
	asked := make([]int32, len(pids))
	for i, pid := range pids {
		asked[i] = int32(pid)
	}
	rows, err := conn.Query(ctx, waitingProcesses, asked)
	if err != nil {
		return err
	}
	found, err := pgx.CollectRows(rows, pgx.RowTo[int32])
	if err != nil {
		return err
	}
	waiting := map[uint32]bool{}
	for _, pid := range found {
		waiting[uint32(pid)] = true
	}
	e.doubts.stillWaiting(pids, waiting)
	return nil
}

// doubtful reports whether what was just read on a connection may be on the primary alone.
func (e *postgresEngine) doubtful(ctx context.Context, conn *pgx.Conn) (bool, error) {
	pids, doubt := e.doubts.known()
	if len(pids) == 0 || doubt {
		return doubt, nil
	}
	if err := e.lookAtGivenUp(ctx, conn, pids); err != nil {
		return false, err
	}
	_, doubt = e.doubts.known()
	return doubt, nil
}

// survives returns nil once what was read before is certain to survive.
func (e *postgresEngine) survives(ctx context.Context) error {
	b := e.confirm(ctx)
	limit := time.NewTimer(min(confirmLimit, e.limit))
	defer limit.Stop()
	select {
	case <-b.done:
		return b.err
	case <-limit.C:
		return errors.New("what was read is not confirmed by a standby yet")
	case <-ctx.Done():
		return ctx.Err()
	}
}

// confirm commits something of our own, for all readers that wait at once. One that is under way serves those that doubt for the same reasons.
func (e *postgresEngine) confirm(ctx context.Context) *barrier {
	d := &e.doubts
	d.mu.Lock()
	defer d.mu.Unlock()
	if b := d.barrier; b != nil && b.covers == d.changes {
		return b
	}
	b := &barrier{covers: d.changes, done: make(chan struct{})}
	d.barrier = b
	e.background.Go(func() {
		defer close(b.done)
		batch := Batch{}
		batch.add(confirming)
		b.err = e.transact(context.WithoutCancel(ctx), &batch)
		d.mu.Lock()
		defer d.mu.Unlock()
		if d.barrier == b {
			d.barrier = nil
		}
	})
	return b
}

// room refuses a commit while too many server processes wait with nobody waiting for them: each more would be one more.
func (e *postgresEngine) room(ctx context.Context) error {
	pids, _ := e.doubts.known()
	if len(pids) < maxGivenUp {
		return nil
	}
	conn, err := e.acquire(ctx)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrBusy, err)
	}
	err = e.lookAtGivenUp(ctx, conn.Conn(), pids)
	e.release(ctx, conn, err)
	if pids, _ = e.doubts.known(); len(pids) < maxGivenUp {
		return nil
	}
	return fmt.Errorf("%w: %d commits wait for a standby that does not confirm them", ErrBusy, len(pids))
}

// warned is where a connection keeps that the server warned of something.
const warned = "warned"

// noteWarning is the driver's OnNotice. A commit whose wait for the standbys was cancelled comes back with a warning (01000) beside its success,
// in the language of lc_messages, which only a superuser may set: so any warning counts.
func noteWarning(conn *pgconn.PgConn, n *pgconn.Notice) {
	if n.SeverityUnlocalized == "WARNING" {
		conn.CustomData()[warned] = n.Message
	}
}

// takeWarning gives the last warning on a connection since it was asked for last, "" for none.
func takeWarning(conn *pgconn.PgConn) string {
	message, _ := conn.CustomData()[warned].(string)
	delete(conn.CustomData(), warned)
	return message
}
