package opa

import (
	"context"
	"errors"
	"log/slog"
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
	log     *slog.Logger

	reading sync.Mutex // one reload at a time
	current atomic.Pointer[Engine]
	failure atomic.Pointer[error]
}

// NewLive loads the bundle of a source over a catalogue.
func NewLive(ctx context.Context, source Source, catalog []policy.Dataset, o Options, log *slog.Logger) (*Live, error) {
	b, err := source.Read(ctx)
	if err != nil {
		return nil, err
	}
	e, err := New(ctx, b, catalog, o)
	if err != nil {
		return nil, err
	}
	l := &Live{source: source, options: o, log: log}
	l.current.Store(e)
	return l, nil
}

// Engine returns the policy in force. A session that keeps it keeps its policy.
func (l *Live) Engine() *Engine { return l.current.Load() }

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

// Over puts the bundle in force over another catalogue, such as that of a new
// snapshot.
func (l *Live) Over(ctx context.Context, catalog []policy.Dataset) error {
	l.reading.Lock()
	defer l.reading.Unlock()
	return l.replace(ctx, l.Engine().bundle, catalog)
}

// replace puts a bundle over a catalogue in force.
func (l *Live) replace(ctx context.Context, b *Bundle, catalog []policy.Dataset) error {
	e, err := New(ctx, b, catalog, l.options)
	if err != nil {
		return l.outcome(ctx, err)
	}
	l.current.Store(e)
	l.log.InfoContext(ctx, "policy loaded", "revision", e.Revision(), "origin", e.Origin())
	return l.outcome(ctx, nil)
}

// outcome keeps and reports how a reload ended.
func (l *Live) outcome(ctx context.Context, err error) error {
	if err == nil {
		l.failure.Store(nil)
		return nil
	}
	l.failure.Store(&err)
	l.log.ErrorContext(ctx, "policy not loaded; the old one stays in force", "revision", l.Engine().Revision(), "error", err)
	return err
}

// Poll reloads at intervals until the context ends. Failures are kept and
// logged, and end nothing.
func (l *Live) Poll(ctx context.Context, every time.Duration) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			_ = l.Reload(ctx) //nolint:errcheck // kept as Failure and logged
		}
	}
}
