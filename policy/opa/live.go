package opa

import (
	"context"
	"errors"
	"reflect"
	"sync"
	"sync/atomic"
	"time"

	"github.com/weir-warehouse/weir/policy"
)

// Live is the policy in force, reloaded while sessions run. A bundle that does
// not load leaves the old one in force.
type Live struct {
	source  Source
	options Options
	tell    func(ctx context.Context, e *Engine, refused error)

	reading sync.Mutex // one reload at a time
	current atomic.Pointer[Engine]
	failure atomic.Pointer[error]
}

// NewLive loads the bundle of a source over a catalogue. Tell is told of each
// bundle that is put in force later, and once of each reason for which one is
// refused; the engine is then the one that stays in force.
func NewLive(
	ctx context.Context, source Source, catalog []policy.Dataset, o Options, tell func(ctx context.Context, e *Engine, refused error),
) (*Live, error) {
	b, err := source.Read(ctx)
	if err != nil {
		return nil, err
	}
	e, err := New(ctx, b, catalog, o)
	if err != nil {
		return nil, err
	}
	l := &Live{source: source, options: o, tell: tell}
	l.current.Store(e)
	return l, nil
}

// Engine returns the policy in force. A session that keeps it keeps its policy.
func (l *Live) Engine() *Engine { return l.current.Load() }

// Revision names the policy in force.
func (l *Live) Revision() string { return l.Engine().Revision() }

// ProofKey identifies the policy in force with the catalogue that it is over.
func (l *Live) ProofKey() string { return l.Engine().ProofKey() }

// Scope decides under the policy in force.
func (l *Live) Scope(ctx context.Context, r policy.Request) (*policy.Scope, error) {
	return l.Engine().Scope(ctx, r)
}

// Explain explains under the policy in force.
func (l *Live) Explain(ctx context.Context, r policy.Request, dataset, column string) (*Explanation, error) {
	return l.Engine().Explain(ctx, r, dataset, column)
}

// Failure returns why the last reload failed, or nil.
func (l *Live) Failure() error {
	if err := l.failure.Load(); err != nil {
		return *err
	}
	return nil
}

// Reload reads the source again and puts a changed bundle in force.
func (l *Live) Reload(ctx context.Context) error {
	l.reading.Lock()
	defer l.reading.Unlock()
	b, err := l.source.Read(ctx)
	if errors.Is(err, ErrUnchanged) || err == nil && b.Revision == l.Engine().Revision() {
		return l.outcome(ctx, nil)
	}
	if err != nil {
		return l.outcome(ctx, err)
	}
	return l.replace(ctx, b, l.Engine().catalog)
}

// Over puts the bundle in force over a catalogue, such as that of a new
// snapshot, unless it is the same one.
func (l *Live) Over(ctx context.Context, catalog []policy.Dataset) error {
	l.reading.Lock()
	defer l.reading.Unlock()
	if reflect.DeepEqual(catalog, l.Engine().catalog) {
		return nil
	}
	return l.replace(ctx, l.Engine().bundle, catalog)
}

// replace puts a bundle over a catalogue in force.
func (l *Live) replace(ctx context.Context, b *Bundle, catalog []policy.Dataset) error {
	e, err := New(ctx, b, catalog, l.options)
	if err != nil {
		return l.outcome(ctx, err)
	}
	l.current.Store(e)
	l.tell(ctx, e, nil)
	return l.outcome(ctx, nil)
}

// outcome keeps how a reload ended, and tells of a failure that is new.
func (l *Live) outcome(ctx context.Context, err error) error {
	if err == nil {
		l.failure.Store(nil)
		return nil
	}
	before := l.failure.Swap(&err)
	if before == nil || (*before).Error() != err.Error() {
		l.tell(ctx, l.Engine(), err)
	}
	return err
}

// Poll reloads at intervals until the context ends. Failures are kept and
// told, and end nothing.
func (l *Live) Poll(ctx context.Context, every time.Duration) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			_ = l.Reload(ctx) //nolint:errcheck // kept as Failure and told
		}
	}
}
