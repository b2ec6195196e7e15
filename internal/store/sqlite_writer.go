package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// maxGroup bounds how many Batches share one transaction, so that the first does not wait long for the last.
const maxGroup = 512

// checkpointPages is about how many pages may lie in the write-ahead log before the writer copies them into the file.
const checkpointPages = 4096

// lookAtFiles is how often the writer looks at the files while nothing is committed.
const lookAtFiles = time.Second

// Transaction control, prepared like everything else.
var (
	begin       = &statement{"begin immediate"}
	commit      = &statement{"commit"}
	rollback    = &statement{"rollback"}
	savepoint   = &statement{"savepoint batch"}
	undo        = &statement{"rollback to batch"}
	release     = &statement{"release batch"}
	checkpoint  = &statement{"pragma wal_checkpoint(passive)"}
	errClosed   = fmt.Errorf("%w: it is closed", ErrBusy)
	errFull     = fmt.Errorf("%w: the queue of those who write is full", ErrBusy)
	errStopping = fmt.Errorf("%w: a commit failed and the process must end", ErrBusy)
)

// The states of a request: the caller may leave only while it is queued.
const (
	queued int32 = iota
	taken
	abandoned
)

// request is a Batch on its way through the writer.
type request struct {
	batch *Batch
	state atomic.Int32
	err   error
	done  chan struct{}
}

// writer is the one goroutine that writes to the file. It takes all Batches that wait, runs them in one transaction, commits
// once and answers all: group commit. It knows no caller's context.
type writer struct {
	conn  *sqliteConn
	files *openFiles
	log   *slog.Logger
	queue chan *request
	fatal chan<- error

	mu     sync.RWMutex // closed is set with the write lock, so that nothing enters the queue afterwards
	closed bool
	quit   chan struct{}
	ended  chan struct{}
	failed atomic.Pointer[error] // why it writes no more

	groups atomic.Int64
	sizes  [len(GroupBounds) + 1]atomic.Int64
	pages  int // written since the last checkpoint, about
}

func startWriter(conn *sqliteConn, files *openFiles, o Options, fatal chan<- error) *writer {
	w := &writer{
		conn: conn, files: files, log: o.Log, queue: make(chan *request, o.Queue), fatal: fatal,
		quit: make(chan struct{}), ended: make(chan struct{}),
	}
	go w.run()
	return w
}

// commit queues a Batch and waits for its outcome.
func (w *writer) commit(ctx context.Context, b *Batch) error {
	r := &request{batch: b, done: make(chan struct{})}
	if err := w.enqueue(r); err != nil {
		return err
	}
	select {
	case <-r.done:
		return r.err
	case <-ctx.Done():
	}
	if r.state.CompareAndSwap(queued, abandoned) {
		return fmt.Errorf("left the queue: %w", ctx.Err())
	}
	<-r.done
	return r.err
}

func (w *writer) enqueue(r *request) error {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.closed {
		return errClosed
	}
	select {
	case w.queue <- r:
		return nil
	default:
		return errFull
	}
}

// stopped tells why the writer writes no more, nil while it does.
func (w *writer) stopped() error {
	if err := w.failed.Load(); err != nil {
		return *err
	}
	return nil
}

// close lets the writer finish what is queued; it is called once.
func (w *writer) close() error {
	w.mu.Lock()
	w.closed = true
	w.mu.Unlock()
	close(w.quit)
	<-w.ended
	return w.conn.close()
}

func (w *writer) run() {
	defer close(w.ended)
	group := make([]*request, 0, maxGroup)
	look := time.NewTicker(lookAtFiles)
	defer look.Stop()
	for {
		select {
		case r := <-w.queue:
			group = w.gather(append(group[:0], r))
			w.serve(group)
			clear(group)
		case <-look.C:
			if err := w.files.check(); err != nil && w.stopped() == nil {
				w.stop(err)
			}
		case <-w.quit:
			for len(w.queue) > 0 {
				w.serve(w.gather(append(group[:0], <-w.queue)))
			}
			return
		}
	}
}

// gather takes what waits. Those who were just answered are let run first: they are about to come back with the next Batch,
// and a larger group costs no more fsyncs than a small one.
func (w *writer) gather(group []*request) []*request {
	for range 2 {
		runtime.Gosched()
		for len(group) < maxGroup && len(w.queue) > 0 {
			group = append(group, <-w.queue)
		}
	}
	live := group[:0]
	for _, r := range group {
		if r.state.CompareAndSwap(queued, taken) {
			live = append(live, r)
		}
	}
	return live
}

// serve runs a group and answers its members.
func (w *writer) serve(group []*request) {
	if len(group) == 0 {
		return
	}
	if w.stopped() != nil {
		answer(group, errStopping)
		return
	}
	w.measure(len(group))
	if len(group) == 1 || !w.together(group) {
		group = w.oneByOne(group)
	}
	for _, r := range group {
		close(r.done)
	}
	w.checkpoint()
}

// oneByOne runs each of a group in a transaction of its own. When the writer stops on the way, the rest is answered; it returns
// those that are not.
func (w *writer) oneByOne(group []*request) []*request {
	for i, r := range group {
		if w.alone(r); w.stopped() != nil {
			answer(group[i+1:], errStopping)
			return group[:i+1]
		}
	}
	return group
}

func answer(group []*request, err error) {
	for _, r := range group {
		r.err = err
		close(r.done)
	}
}

func (w *writer) measure(n int) {
	w.groups.Add(1)
	i := 0
	for i < len(GroupBounds) && n > GroupBounds[i] {
		i++
	}
	w.sizes[i].Add(1)
}

// together runs the group in one transaction. It returns false, with everything rolled back, when an error came up that may
// have ended the transaction behind our back: then each member must run again, alone.
func (w *writer) together(group []*request) bool {
	if err := w.conn.exec(begin); err != nil {
		w.refuse(group, err)
		return true
	}
	for _, r := range group {
		err := w.member(r.batch)
		if err == nil {
			continue
		}
		if sqliteCode(err)&sqlitePrimaryCodeMask != sqliteConstraint {
			w.log.Warn("a group of batches is run again one by one", "batches", len(group), "error", err)
			_ = w.conn.exec(rollback) // SQLite may have rolled back already
			return false
		}
		r.err = err
	}
	w.finish(group)
	return true
}

// refuse answers a group whose transaction did not begin: nothing was done.
func (w *writer) refuse(group []*request, err error) {
	if kind := sqliteOutcome(err, nil); kind != nil {
		err = fmt.Errorf("%w: %w", kind, err)
	}
	for _, r := range group {
		r.err = fmt.Errorf("begin: %w", err)
	}
}

// member runs one Batch of a group. After the violation of a constraint nothing of it is left. One statement needs no savepoint:
// a violation undoes it whole.
func (w *writer) member(b *Batch) error {
	guard := len(b.ops) > 1
	if guard {
		if err := w.conn.exec(savepoint); err != nil {
			return err
		}
	}
	if err := w.apply(b); err != nil {
		if sqliteCode(err)&sqlitePrimaryCodeMask != sqliteConstraint || !guard {
			return err
		}
		if e := errors.Join(w.conn.exec(undo), w.conn.exec(release)); e != nil {
			return e
		}
		return err
	}
	if guard {
		return w.conn.exec(release)
	}
	return nil
}

// apply runs the statements of a Batch in order.
func (w *writer) apply(b *Batch) error {
	for i := range b.ops {
		o := &b.ops[i]
		var err error
		if o.row == nil {
			err = w.conn.exec(o.stmt, o.args...)
		} else {
			if o.reset != nil {
				o.reset()
			}
			err = w.conn.query(o.stmt, o.args, o.row)
		}
		if err == nil {
			continue
		}
		if kind := sqliteOutcome(err, o); kind != nil {
			return fmt.Errorf("%w: %w", kind, err)
		}
		return err
	}
	w.pages += 2*len(b.ops) + b.size/2048
	return nil
}

// finish commits. When that fails nobody knows what is on the disk: everybody in the group is told so, and the writer stops. So it is when the
// files are no longer those that were opened: what was committed is in files that nobody finds again.
func (w *writer) finish(group []*request) {
	err := w.conn.exec(commit)
	if err != nil {
		_ = w.conn.exec(rollback) // whatever it does now
	} else if err = w.files.check(); err == nil {
		return
	}
	for _, r := range group {
		if r.err == nil {
			r.err = fmt.Errorf("%w: %w", ErrUnknown, err)
		}
	}
	w.stop(fmt.Errorf("commit a group of %d batches: %w", len(group), err))
}

// alone runs one Batch in a transaction of its own: after any error all of it is rolled back.
func (w *writer) alone(r *request) {
	r.err = nil
	one := []*request{r}
	if err := w.conn.exec(begin); err != nil {
		w.refuse(one, err)
		return
	}
	if r.err = w.apply(r.batch); r.err != nil {
		_ = w.conn.exec(rollback) // SQLite may have rolled back already
		return
	}
	w.finish(one)
}

// checkpoint moves the write-ahead log into the file when enough has gathered. A failure is as grave as that of a commit: the
// log would be written over before its pages are safe.
func (w *writer) checkpoint() {
	if w.pages < checkpointPages || w.stopped() != nil {
		return
	}
	w.pages = 0
	if err := w.conn.query(checkpoint, nil, func(rowScan) error { return nil }); err != nil {
		w.stop(fmt.Errorf("checkpoint: %w", err))
	}
}

// stop makes the writer refuse everything from now on and tells whoever runs the process.
func (w *writer) stop(err error) {
	w.failed.Store(&err)
	w.log.Error("the writer stops", "error", err)
	select {
	case w.fatal <- err:
	default: // told already
	}
}

func (w *writer) report(s *Stats) {
	s.Groups, s.Queued, s.QueueSize = w.groups.Load(), len(w.queue), cap(w.queue)
	for i := range w.sizes {
		s.GroupSizes[i] = w.sizes[i].Load()
	}
}
