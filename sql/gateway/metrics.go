package gateway

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/weir-warehouse/weir/policy/audit"
)

// metrics are what Prometheus may know. No label carries a principal, a dataset
// or a text.
type metrics struct {
	decisions *prometheus.CounterVec
	seconds   *prometheus.HistogramVec
	rows      prometheus.Counter
	bytes     prometheus.Counter
}

func newMetrics(g *Gateway, r prometheus.Registerer) (*metrics, error) {
	m := &metrics{
		decisions: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "weir_decisions_total", Help: "Decisions on statements, by verdict and door.",
		}, []string{"verdict", "door"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "weir_statement_seconds", Help: "Time from a statement's decision to its end, reading by the client included, by outcome.",
			Buckets: prometheus.ExponentialBuckets(0.001, 4, 9), // to about a minute
		}, []string{"outcome"}),
		rows:  prometheus.NewCounter(prometheus.CounterOpts{Name: "weir_rows_total", Help: "Rows that left."}),
		bytes: prometheus.NewCounter(prometheus.CounterOpts{Name: "weir_bytes_total", Help: "Bytes that left, as the engine holds them."}),
	}
	gauge := func(name, help string, value func() float64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, value)
	}
	var problems []error
	for _, c := range []prometheus.Collector{
		m.decisions, m.seconds, m.rows, m.bytes,
		gauge("weir_statements_running", "Statements that have begun and not ended.", g.statements),
		gauge("weir_statements_waiting", "Statements that wait for their turn at the engine.", func() float64 { return float64(g.turns.count()) }),
		gauge("weir_scopes_open", "Scopes whose instances are open.", func() float64 { return float64(g.scopes.count()) }),
		gauge("weir_snapshot_age_seconds", "Time since the current snapshot was published.", g.snapshotAge),
	} {
		problems = append(problems, r.Register(c))
	}
	if err := errors.Join(problems...); err != nil {
		return nil, fmt.Errorf("register metrics: %w", err)
	}
	return m, nil
}

// decided counts a decision.
func (m *metrics) decided(e audit.Entry) { m.decisions.WithLabelValues(e.Verdict, e.Door).Inc() }

// ended counts how a statement ended.
func (m *metrics) ended(o audit.Outcome, took time.Duration) {
	m.seconds.WithLabelValues(o.Code).Observe(took.Seconds())
	m.rows.Add(float64(o.Rows))
	m.bytes.Add(float64(o.Bytes))
}

func (g *Gateway) statements() float64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := 0
	for _, of := range g.running {
		n += of
	}
	return float64(n)
}

// snapshotAge is not a number while there is no snapshot.
func (g *Gateway) snapshotAge() float64 {
	m, err := g.current()
	if err != nil {
		return math.NaN()
	}
	return g.Now().Sub(m.CreatedAt).Seconds()
}
