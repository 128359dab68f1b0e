// Package gateway is the only way from any door to data. For a session it asks
// policy for a scope, and each statement it guards, records and runs, in that
// order: the record is durable before the first row leaves. A statement runs
// in an instance that has attached no compartment that its scope does not
// need. It speaks no protocol, and it never says more of what a principal may
// not see than of what does not exist.
package gateway

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"math"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/policy/audit"
	"github.com/weir-warehouse/weir/sql/duck"
	"github.com/weir-warehouse/weir/sql/guard"
	"github.com/weir-warehouse/weir/sql/snapshot"
)

// Policy decides what a session may see.
type Policy interface {
	Scope(ctx context.Context, r policy.Request) (*policy.Scope, error)
	Revision() string
	ProofKey() string // of the revision over its catalogue of datasets
}

// Recorder makes a record durable.
type Recorder interface {
	Append(ctx context.Context, e audit.Entry) (index int64, err error)
}

// History writes audit records since an index as JSON lines.
type History interface {
	WriteSince(ctx context.Context, w io.Writer, from int64) (next int64, err error)
}

// Catalog describes datasets and their columns to those who may see them.
type Catalog interface {
	Describe(dataset, column string) string // column "": the dataset itself
	Key(dataset string) (columns []string)  // primary key
	// Reference is the dataset and its column whose values a column has; empty
	// for most.
	Reference(dataset, column string) (to, key string)
}

// Config is what a gateway works with.
type Config struct {
	Snapshots snapshot.Store
	Snapshot  string // the one to answer from; empty: the current one
	Policy    Policy
	Recorder  Recorder
	History   History  // from which ledgers are filled
	Ledgers   []Ledger // the datasets that are no file's
	Catalog   Catalog
	Engine    duck.Options // of one instance
	Instances int          // scopes kept open at most
	Running   int          // statements that the engine works for at once; zero: no limit
	Program   string       // version, for the record
	Now       func() time.Time
	Log       *slog.Logger
	Metrics   prometheus.Registerer // nil: nobody asks
}

// Gateway serves sessions. It is safe for concurrent use.
type Gateway struct {
	Config
	guard   *guard.Guard
	parser  *parser
	catalog []guard.Relation // that all scopes have
	scopes  *scopes
	turns   *turns
	meters  *metrics

	ending   sync.WaitGroup   // statements that nobody waits for any more
	outcomes chan audit.Entry // on their way to the record
	recorded chan struct{}    // closed when the last one is there

	mu       sync.Mutex
	running  map[string]int             // statements by principal
	waiting  map[string][]chan struct{} // statements that wait for one of their principal's to end
	manifest *snapshot.Manifest
}

// New starts a gateway.
func New(c Config) (*Gateway, error) {
	g, err := guard.New()
	if err != nil {
		return nil, fmt.Errorf("start the gateway: %w", err)
	}
	p, err := newParser(c.Engine)
	if err != nil {
		return nil, fmt.Errorf("start the gateway: %w", err)
	}
	gw := &Gateway{
		Config: c, guard: g, parser: p, scopes: newScopes(c.Instances), turns: newTurns(cmp.Or(c.Running, math.MaxInt)),
		running:  map[string]int{},
		waiting:  map[string][]chan struct{}{},
		outcomes: make(chan audit.Entry, outcomesWaiting), recorded: make(chan struct{}),
	}
	if gw.catalog, err = p.shadowed(context.Background()); err != nil {
		p.close()
		return nil, fmt.Errorf("start the gateway: %w", err)
	}
	if c.Metrics == nil {
		c.Metrics = prometheus.NewRegistry()
	}
	if gw.meters, err = newMetrics(gw, c.Metrics); err != nil {
		p.close()
		return nil, fmt.Errorf("start the gateway: %w", err)
	}
	go gw.recordOutcomes()
	return gw, nil
}

// Close ends all instances, once every outcome is recorded. Sessions must have
// ended.
func (g *Gateway) Close() {
	g.ending.Wait()
	close(g.outcomes)
	<-g.recorded
	g.scopes.close()
	g.parser.close()
}

const (
	outcomesWaiting = 1024 // past that, statements wait to end
	outcomesAtOnce  = 64
)

// recordOutcomes records how statements ended. A client does not wait for
// that: what it saw was recorded before it saw it.
func (g *Gateway) recordOutcomes() {
	defer close(g.recorded)
	var all sync.WaitGroup
	slots := make(chan struct{}, outcomesAtOnce)
	for e := range g.outcomes {
		slots <- struct{}{}
		all.Go(func() {
			if _, err := g.Recorder.Append(context.Background(), e); err != nil {
				g.Log.Error("an outcome was not recorded", "decision", e.DecisionID, "error", err)
			}
			<-slots
		})
	}
	all.Wait()
}

// current returns the manifest of the current snapshot. It is read again when
// the name of the current snapshot is another one.
func (g *Gateway) current() (*snapshot.Manifest, error) {
	id, ok, err := g.Snapshot, true, error(nil)
	if id == "" {
		id, ok, err = g.Snapshots.CurrentID()
	}
	if err != nil {
		return nil, policy.Errorf(policy.Failed, "the current snapshot is unknown, so nothing is answered: %w", err)
	}
	if !ok {
		return nil, policy.Errorf(policy.NotFound, "nothing is published yet")
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.manifest == nil || g.manifest.ID != id {
		m, err := g.Snapshots.Get(id)
		if err != nil {
			return nil, policy.Errorf(policy.Failed, "the current snapshot does not verify, so nothing is answered: %w", err)
		}
		g.manifest = m
	}
	return g.manifest, nil
}
