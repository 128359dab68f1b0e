package run

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/weir-warehouse/weir/metrics"
	"github.com/weir-warehouse/weir/metrics/method"
	"github.com/weir-warehouse/weir/sql/duck"
)

// Values is the table in which a workbench leaves the values of a metric, with
// the columns of method.Results.
const Values = "temp.main.result"

// Workbench computes true values of metrics on one connection on which every
// dataset that they read goes by its own name.
type Workbench struct {
	conn     *sql.Conn
	registry *metrics.Registry
	made     map[string]bool // relations
	memory   method.Memory
}

// NewWorkbench returns a workbench that has made no relation yet.
func NewWorkbench(conn *sql.Conn, registry *metrics.Registry) *Workbench {
	return &Workbench{conn: conn, registry: registry, made: map[string]bool{}}
}

// Compute makes the unit rows of a metric and has its method turn them into
// values, by the given lists of dimensions. Relations that it reads are made once
// for all metrics, and stay. Seed is of what is drawn.
func (w *Workbench) Compute(ctx context.Context, m *metrics.Metric, lists [][]string, seed uint64) (in method.Input, err error) {
	how, ok := method.ByName(m.Method)
	if !ok {
		return in, fmt.Errorf("method %q is unknown", m.Method)
	}
	for _, relation := range w.registry.Relations(m) {
		if w.made[relation.ID] {
			continue
		}
		if err := w.exec(ctx, fmt.Sprintf("CREATE OR REPLACE TEMP TABLE %s AS %s", duck.Ident(relation.ID), relation.Query())); err != nil {
			return in, fmt.Errorf("make relation %s: %w", relation.ID, unfit(relation, err))
		}
		w.made[relation.ID] = true
	}
	in = method.Input{
		DB: w.conn, Units: "(" + m.Query() + ")", Columns: m.Names(), Into: Values, Person: m.Person.Key(),
		Dimensions: lists, Options: m.Options, Seed: seed, Memory: &w.memory, Counted: &method.Counted{Of: map[string]string{}},
	}
	if how.Rereads() {
		in.Units = "temp.main.unit"
		if err := w.exec(ctx, "CREATE OR REPLACE TEMP TABLE unit AS "+m.Query()); err != nil {
			return in, unfit(m, err)
		}
	}
	if err := w.exec(ctx, "CREATE OR REPLACE TEMP TABLE result ("+method.Results+")"); err != nil {
		return in, err
	}
	return in, unfit(m, how.Estimate(ctx, in))
}

// Clear drops unit rows and values.
func (w *Workbench) Clear(ctx context.Context) error {
	if err := w.exec(ctx, "DROP TABLE IF EXISTS temp.main.unit"); err != nil {
		return err
	}
	return w.exec(ctx, "DROP TABLE "+Values)
}

func (w *Workbench) exec(ctx context.Context, stmt string) error {
	_, err := w.conn.ExecContext(ctx, stmt)
	return err
}
