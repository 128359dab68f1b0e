package main

import (
	"context"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/weir-warehouse/weir/metrics"
	metricsrun "github.com/weir-warehouse/weir/metrics/run"
	"github.com/weir-warehouse/weir/policy"
)

func (a *app) newMetricsTest() *cobra.Command {
	return &cobra.Command{
		Use:   "test [METRIC...]",
		Short: "Test metrics on the few rows in their folders",
		Long: `Computes each metric on the rows in its folder test, and compares all its values
with those that are expected there. Without names it tests all metrics, the
built-in ones and the home's. It reads nothing that is loaded.

  test/teacher.csv    rows of a dataset, by its name; columns may be left out,
                      and keys of people may be any words, such as t1
  test/expected.csv   a row for each value: the dimensions that it has, value,
                      and any of ci_low, ci_high, n, n_schools, numerator and
                      denominator; empty is none, and any leaves a number open

The exit code is 4 if a metric gives anything else.`,
		Example: "  weir metrics test\n  weir metrics test coach_load -o json",
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.testMetrics(cmd.Context(), args)
		},
	}
}

// testedMetric is a line of `weir metrics test`.
type testedMetric struct {
	Metric      string             `json:"metric"`
	Verdict     metricsrun.Verdict `json:"verdict"`
	Values      int                `json:"values"`
	Differences string             `json:"differences"`
}

func (a *app) testMetrics(ctx context.Context, names []string) error {
	catalog, err := a.catalog()
	if err != nil {
		return err
	}
	registry, err := a.registry(ctx)
	if err != nil {
		return err
	}
	of, err := named(registry, names)
	if err != nil {
		return err
	}
	bar := a.progress(int64(len(of)), "test")
	tested, err := metricsrun.Test(ctx, catalog, registry, of, func(done int, metric string) {
		bar.Describe(metric)
		_ = bar.Set(done) //nolint:errcheck // a picture
	})
	_ = bar.Close() //nolint:errcheck // a picture
	if err != nil {
		return policy.Errorf(policy.DataRefused, "%w", err)
	}
	failed := 0
	lines := make([]testedMetric, len(tested))
	for i, t := range tested {
		lines[i] = testedMetric{t.Metric, t.Verdict, t.Values, strings.Join(t.Differences, "; ")}
		if t.Verdict == metricsrun.Failed {
			failed++
		}
	}
	if a.config.Output == formatJSON {
		err = a.print(tested)
	} else {
		err = a.print(lines)
	}
	if failed > 0 {
		err = errors.Join(err, policy.Errorf(policy.DataRefused, "metrics that do not give what their tests expect: %d of %d", failed, len(tested)))
	}
	return err
}

// named finds metrics; without names all.
func named(registry *metrics.Registry, names []string) ([]*metrics.Metric, error) {
	if len(names) == 0 {
		return registry.Metrics(), nil
	}
	out := make([]*metrics.Metric, len(names))
	for i, name := range names {
		m, ok := registry.Get(name)
		if !ok || m.Kind != metrics.KindMetric {
			return nil, policy.Errorf(policy.NotFound, "no metric %q; 'weir metrics list' lists them", name)
		}
		out[i] = m
	}
	return out, nil
}
