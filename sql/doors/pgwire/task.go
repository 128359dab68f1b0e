package pgwire

import (
	"context"
	"errors"

	"github.com/weir-warehouse/weir/policy"
)

// task is a statement's life: it ends with the connection, by a cancel
// request, or when its time is over.
type task struct {
	ctx    context.Context //nolint:containedctx // a cursor's statement outlives the message that began it
	cancel context.CancelFunc
}

var (
	errCanceled      = errors.New("canceling statement due to user request")
	errStatementTime = errors.New("canceling statement due to statement timeout")
)

func (c *conn) newTask(ctx context.Context) (context.Context, *task) {
	ctx, cancel := context.WithCancelCause(ctx)
	t := &task{cancel: func() { cancel(errCanceled) }}
	if limit := c.settings.statementTime(c.server.Statement); limit > 0 {
		timed, free := context.WithTimeoutCause(ctx, limit, errStatementTime)
		ctx, t.cancel = timed, func() { cancel(errCanceled); free() }
	}
	t.ctx = ctx
	return ctx, t
}

// explain says of an error of a task whether the reason was that it ended.
func (t *task) explain(err error) error {
	if t == nil || t.ctx.Err() == nil {
		return err
	}
	cause := context.Cause(t.ctx)
	if errors.Is(cause, errStatementTime) || policy.CodeOf(err) != policy.Canceled {
		return fault(codeCanceled, "%s", cause)
	}
	return err
}

// now makes a task the one that a cancel request ends; nil: none.
func (c *conn) now(t *task) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.running = t
}

func (c *conn) interrupt() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.running != nil {
		c.running.cancel()
	}
}
