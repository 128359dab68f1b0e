package audit

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"github.com/weir-warehouse/weir/policy"
)

// Options are a log's settings.
type Options struct {
	Holder  string        // who opens the log, for whoever finds it in use; e.g. "weir serve"
	Erase   []string      // JSON pointers into input and result, whose values are left out
	Publish time.Duration // greatest wait from durable to signed; 0 means one second
}

// Log appends to an audit log. It is safe for concurrent use; one process at a
// time has it.
type Log struct {
	lock   *flock.Flock
	eraser *eraser
	// requests and flushes have no buffer: what was received is answered.
	requests chan request
	flushes  chan chan error
	quit     chan struct{}
	stopped  chan struct{}
	close    func() error
}

// request is an entry on its way to the committer.
type request struct {
	entry []byte
	reply chan reply // has room for the one reply
}

type reply struct {
	index int64
	err   error
}

// Open takes the log for writing. Entries that an earlier process made durable
// and did not publish are published first. It fails with [policy.Busy] and the
// holder's name while another process has the log, and refuses a log that
// does not extend the remembered checkpoint.
func Open(p Paths, o Options) (*Log, error) {
	er, err := newEraser(o.Erase)
	if err != nil {
		return nil, err
	}
	lock, err := acquire(filepath.Join(p.Dir, "lock"), o.Holder)
	if err != nil {
		return nil, err
	}
	c, err := newCommitter(p, o)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open audit log %s: %w", p.Dir, err), lock.Unlock())
	}
	l := &Log{
		lock:     lock,
		eraser:   er,
		requests: make(chan request),
		flushes:  make(chan chan error),
		quit:     make(chan struct{}),
		stopped:  make(chan struct{}),
	}
	var closeErr error
	go func() {
		defer close(l.stopped)
		closeErr = c.run(l)
	}()
	l.close = sync.OnceValue(func() error {
		close(l.quit)
		<-l.stopped
		return errors.Join(closeErr, l.lock.Unlock())
	})
	return l, nil
}

// Append adds an entry and returns its index once it is durable. Concurrent
// appends share one disk sync. After an error from the disk the log has failed
// and every append returns that error until the log is opened again. If ctx
// ends first the entry may or may not be in the log.
func (l *Log) Append(ctx context.Context, e Entry) (int64, error) {
	if err := e.check(); err != nil {
		return 0, err
	}
	l.eraser.apply(&e)
	raw, err := encode(e)
	if err != nil {
		return 0, err
	}
	if err := ctx.Err(); err != nil {
		return 0, policy.Errorf(policy.Canceled, "append audit entry: %w", err)
	}
	r := request{entry: raw, reply: make(chan reply, 1)}
	select {
	case l.requests <- r:
	case <-l.stopped:
		return 0, policy.Errorf(policy.Failed, "append audit entry: the log is closed")
	case <-ctx.Done():
		return 0, policy.Errorf(policy.Canceled, "append audit entry: %w", ctx.Err())
	}
	select {
	case answer := <-r.reply:
		return answer.index, answer.err
	case <-ctx.Done():
		return 0, policy.Errorf(policy.Canceled, "append audit entry: %w", ctx.Err())
	}
}

// Publish brings every entry appended so far under a signed checkpoint now.
func (l *Log) Publish(ctx context.Context) error {
	done := make(chan error, 1)
	select {
	case l.flushes <- done:
	case <-l.stopped:
		return policy.Errorf(policy.Failed, "publish audit entries: the log is closed")
	case <-ctx.Done():
		return policy.Errorf(policy.Canceled, "publish audit entries: %w", ctx.Err())
	}
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return policy.Errorf(policy.Canceled, "publish audit entries: %w", ctx.Err())
	}
}

// Close publishes what is left and gives the log up. It may be called twice.
func (l *Log) Close() error { return l.close() }
