// Package run computes metrics over the build of a warehouse: true values in a
// private file, from which protected ones go into marts. A metric is computed
// again only when what it depends on changed, each in a transaction of its own,
// so that a run that was cut short goes on where it stopped.
package run

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/metrics"
	"github.com/weir-warehouse/weir/metrics/method"
	"github.com/weir-warehouse/weir/sql/duck"
)

// Runner computes the metrics of a home.
type Runner struct {
	Build     string // the home's folder of build files
	Catalog   *contract.Catalog
	Registry  *metrics.Registry
	Revisions map[string]string // by dataset: what it holds
	Engine    duck.Options
	Program   string // version
	Now       func() time.Time
	Progress  func(done, total int, what string) // may be nil
}

// State says what became of a metric in a run.
type State string

// The states.
const (
	Computed  State = "computed"
	Unchanged State = "unchanged" // nothing that it depends on changed
)

// Run is what became of one metric.
type Run struct {
	Metric  string  `json:"metric"`
	Family  string  `json:"family"`
	State   State   `json:"state"`
	Cells   int64   `json:"cells"`   // combinations of dimensions with a value
	Seconds float64 `json:"seconds"` // of the computation
	Data    string  `json:"data"`    // digest of the data that it was computed from
	Key     string  `json:"-"`
	Figures string  `json:"-"` // what its figures are: equal for the same ones, whichever program computed them
}

// Run computes the true values of all metrics whose key changed, and forgets
// those of metrics that are gone. The caller holds the writer's lock.
func (r *Runner) Run(ctx context.Context) (runs []Run, err error) {
	s, err := r.open(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	known, err := s.known(ctx)
	if err != nil {
		return nil, err
	}
	all := r.Registry.Metrics()
	bench := NewWorkbench(s.conn, r.Registry)
	for i, m := range all {
		r.progress(i, len(all), m.ID)
		run := Run{Metric: m.ID, Family: m.Family, State: Unchanged, Key: r.key(m), Data: r.data(m), Figures: r.figures(m)}
		if old, ok := known[m.ID]; ok && old.Key == run.Key {
			run.Cells, run.Seconds = old.Cells, old.Seconds
		} else if err := r.compute(ctx, s, bench, m, &run); err != nil {
			return runs, fmt.Errorf("metric %s: %w", m.ID, err)
		}
		delete(known, m.ID)
		runs = append(runs, run)
	}
	r.progress(len(all), len(all), "")
	return runs, s.forget(ctx, known)
}

func (r *Runner) progress(done, total int, what string) {
	if r.Progress != nil {
		r.Progress(done, total, what)
	}
}

// known returns the runs whose values stand in the file.
func (s *store) known(ctx context.Context) (map[string]Run, error) {
	rows, err := s.conn.QueryContext(ctx, "SELECT metric, key, data, cells, seconds FROM metrics.run")
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	out := map[string]Run{}
	for rows.Next() {
		var run Run
		if err := rows.Scan(&run.Metric, &run.Key, &run.Data, &run.Cells, &run.Seconds); err != nil {
			return nil, err
		}
		out[run.Metric] = run
	}
	return out, rows.Err()
}

// forget removes the values of metrics that are no longer defined.
func (s *store) forget(ctx context.Context, gone map[string]Run) error {
	for id := range gone {
		err := s.transact(ctx, func(tx *sql.Tx) error { return remove(ctx, tx, id) })
		if err != nil {
			return fmt.Errorf("forget metric %s: %w", id, err)
		}
	}
	return nil
}

func remove(ctx context.Context, q duck.Querier, id string) error {
	for _, table := range []string{"run", "value", "population"} {
		if _, err := q.ExecContext(ctx, "DELETE FROM metrics."+table+" WHERE metric = ?", id); err != nil {
			return err
		}
	}
	return nil
}

// compute makes the values of a metric, and keeps them.
func (r *Runner) compute(ctx context.Context, s *store, bench *Workbench, m *metrics.Metric, run *Run) error {
	begin := r.Now()
	in, err := bench.Compute(ctx, m, m.Dimensions, seed(run.Key))
	if err != nil {
		return err
	}
	if err := s.check(ctx, m); err != nil {
		return err
	}
	if err := s.keep(ctx, in, run, begin, r.Now); err != nil {
		return err
	}
	return bench.Clear(ctx)
}

// keep writes the results and the key under which they were computed, together.
func (s *store) keep(ctx context.Context, in method.Input, run *Run, begin time.Time, now func() time.Time) error {
	if err := in.Count(ctx); err != nil {
		return err
	}
	if err := s.conn.QueryRowContext(ctx, "SELECT count(*) FROM temp.main.result").Scan(&run.Cells); err != nil {
		return err
	}
	run.State, run.Seconds = Computed, now().Sub(begin).Seconds()
	return s.transact(ctx, func(tx *sql.Tx) error {
		if err := remove(ctx, tx, run.Metric); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO metrics.value BY NAME
			SELECT ? AS metric, a.start_date AS period_start, a.end_date AS period_end, r.*
			FROM temp.main.result r LEFT JOIN memory.main.academic_session a USING (session_id)`, run.Metric)
		if err != nil {
			return err
		}
		for list, people := range in.Counted.Of {
			if _, err := tx.ExecContext(ctx, "INSERT INTO metrics.population VALUES (?, ?, ?)", run.Metric, list, people); err != nil {
				return err
			}
		}
		_, err = tx.ExecContext(ctx, "INSERT INTO metrics.run VALUES (?, ?, ?, ?, ?)", run.Metric, run.Key, run.Data, run.Cells, run.Seconds)
		return err
	})
}
