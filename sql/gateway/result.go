package gateway

import (
	"context"
	"errors"
	"io"
	"slices"
	"time"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/policy/audit"
	"github.com/weir-warehouse/weir/sql/duck"
)

// Result is the answer to a statement, in batches. It must be closed; that
// records how the statement ended.
type Result struct {
	Notes []string // what the answer leaves out: nobody shall mistake it for the whole

	session *Session
	id      string
	ctx     context.Context //nolint:containedctx // the statement's own
	began   time.Time
	limits  policy.Limits
	runner  *runner
	idle    *idle // where the runner goes; nil: nowhere
	stream  *duck.Stream
	schema  *arrow.Schema
	decided bool // the decision is recorded, so the outcome will be
	whole   bool // it was read to its end
	rows    int64
	bytes   int64
	err     error
	done    []func()
	working chan struct{} // closed when the engine, which nobody waits for, has ended its work; nil: it has
}

// ID is the decision's identifier in the audit log.
func (r *Result) ID() string { return r.id }

// Schema describes the columns.
func (r *Result) Schema() *arrow.Schema { return r.schema }

// Next returns the next batch, or io.EOF. The caller releases it.
func (r *Result) Next() (arrow.RecordBatch, error) {
	if r.err != nil {
		return nil, r.err
	}
	if err := r.turn(); err != nil {
		r.err = err
		return nil, err
	}
	batch, err := r.stream.Next()
	r.session.g.turns.give()
	if errors.Is(err, io.EOF) {
		r.whole = true
		return nil, err
	}
	if err != nil {
		r.err = r.safe(err)
		return nil, r.err
	}
	r.rows += batch.NumRows()
	for _, column := range batch.Columns() {
		r.bytes += int64(column.Data().SizeInBytes()) //nolint:gosec // far below the limit
	}
	if r.limits.Rows > 0 && r.rows > r.limits.Rows {
		batch.Release()
		r.err = policy.Errorf(policy.Denied, "the answer has more than the %d rows that you may have; narrow it or aggregate", r.limits.Rows)
		return nil, r.err
	}
	return batch, nil
}

// turn waits until the engine may work for the statement.
func (r *Result) turn() error {
	if err := r.session.g.turns.take(r.ctx, r.session.request.Principal.ID); err != nil {
		return r.safe(&duck.Fault{Kind: duck.FaultCanceled, Text: "it waited for its turn"})
	}
	return nil
}

// grace is how long a client that has given up waits for the engine, which looks
// for an interruption between the steps of its work; some steps are long.
const grace = 20 * time.Millisecond

// await waits for the engine's work, and reports false if the statement's
// context ended and the engine still works. What comes of it then ends with it.
func (r *Result) await(work func()) bool {
	done := make(chan struct{})
	go func() {
		defer close(done)
		work()
	}()
	select {
	case <-done:
		return true
	case <-r.ctx.Done():
	}
	select {
	case <-done:
		return true
	case <-time.After(grace):
		r.working = done
		return false
	}
}

// behind does something when the engine no longer works for the statement.
func (r *Result) behind(do func()) {
	if r.working == nil {
		do()
		return
	}
	r.session.g.ending.Go(func() {
		<-r.working
		do()
	})
}

// Close ends the statement; how it ended will be recorded.
func (r *Result) Close() { r.behind(r.end) }

func (r *Result) end() {
	var code string
	if r.decided {
		code = r.ending() // before the statement's context ends
	}
	clean := r.stream != nil && r.stream.Close() && r.err == nil
	if r.runner != nil && r.idle != nil && clean {
		r.idle.give(r.runner)
	} else if r.runner != nil {
		r.runner.close()
	}
	r.stream, r.runner = nil, nil
	for _, undo := range slices.Backward(r.done) {
		undo()
	}
	r.done = nil
	if !r.decided {
		return
	}
	r.decided = false
	e := r.session.entry(audit.KindOutcome)
	e.DecisionID = r.id
	took := r.session.g.Now().Sub(r.began)
	e.Outcome = &audit.Outcome{Code: code, Rows: r.rows, Bytes: r.bytes, Milliseconds: float64(took.Microseconds()) / 1000}
	r.session.g.meters.ended(*e.Outcome, took)
	r.session.g.outcomes <- e
}

// ending is how the statement ended, for the record.
func (r *Result) ending() string {
	switch {
	case r.err != nil:
		return string(policy.CodeOf(r.err))
	case r.whole:
		return audit.OutcomeOK
	case r.ctx.Err() != nil:
		return string(policy.Canceled)
	}
	return audit.OutcomePartial
}
