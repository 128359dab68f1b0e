package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/weir-warehouse/weir/etl"
	"github.com/weir-warehouse/weir/metrics"
	"github.com/weir-warehouse/weir/metrics/disclosure"
	metricsrun "github.com/weir-warehouse/weir/metrics/run"
	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/policy/audit"
	"github.com/weir-warehouse/weir/sql/snapshot"
)

func (a *app) newMetrics() *cobra.Command {
	return group("metrics", "Compute metrics into marts, and describe them",
		`A metric is a folder with a definition and SQL. Metrics in the home's folder
metrics override and extend the built-in ones. 'weir metrics run' computes what
changed, puts everything under disclosure control, and writes the marts that
'weir publish' then makes visible.`,
		"  weir metrics list\n  weir metrics run",
		a.newMetricsList(), a.newMetricsShow(), a.newMetricsTest(), a.newMetricsRun(), a.newMetricsDocs())
}

// registry reads the built-in metrics and the home's.
func (a *app) registry(ctx context.Context) (*metrics.Registry, error) {
	catalog, err := a.catalog()
	if err != nil {
		return nil, err
	}
	r, err := metrics.Load(ctx, a.home().Metrics(), catalog)
	return r, refuseProblems("metrics", err)
}

// listedMetric is a line of `weir metrics list`.
type listedMetric struct {
	Metric string         `json:"metric"`
	Family string         `json:"family"`
	Title  string         `json:"title"`
	Unit   string         `json:"unit"`
	Method string         `json:"method"`
	Mart   string         `json:"mart"`
	Person metrics.Person `json:"person"`
}

func (a *app) newMetricsList() *cobra.Command {
	return &cobra.Command{
		Use:     "list",
		Short:   "List the metrics",
		Long:    "Lists the metrics by name, with the family whose relation holds each, and the\nmart in which its values lie.",
		Example: "  weir metrics list\n  weir metrics list -o json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			r, err := a.registry(cmd.Context())
			if err != nil {
				return err
			}
			var rows []listedMetric
			for _, m := range r.Metrics() {
				rows = append(rows, listedMetric{m.ID, m.Family, m.Title, m.Unit, m.Method, m.Mart, m.Person})
			}
			return a.print(rows)
		},
	}
}

func (a *app) newMetricsShow() *cobra.Command {
	return &cobra.Command{
		Use:     "show METRIC",
		Short:   "Show a metric: definition, dimensions, what it reads, SQL",
		Long:    "Shows the definition of a metric or relation, what it reads and the tags that it\nhas from there, and its SQL.",
		Example: "  weir metrics show pd_spending\n  weir metrics show pd_spending -o json",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			r, err := a.registry(cmd.Context())
			if err != nil {
				return err
			}
			m, ok := r.Get(args[0])
			if !ok {
				return policy.Errorf(policy.NotFound, "no metric %q; 'weir metrics list' lists them", args[0])
			}
			if a.config.Output == formatJSON {
				return a.print(*m)
			}
			return m.Write(a.stdout)
		},
	}
}

func (a *app) newMetricsDocs() *cobra.Command {
	return &cobra.Command{
		Use:     "docs",
		Short:   "Print the catalogue of metrics as Markdown",
		Long:    "Prints the catalogue of metrics as Markdown: what each answers and means, its\nmethod, dimensions, source, and what it is made from.",
		Example: "  weir metrics docs > metrics.md",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			r, err := a.registry(cmd.Context())
			if err != nil {
				return err
			}
			return r.Document(a.stdout)
		},
	}
}

func (a *app) newMetricsRun() *cobra.Command {
	return &cobra.Command{
		Use:   "run",
		Short: "Compute what changed, and write the marts",
		Long: `Computes the metrics whose data, definition or method changed since they were
last computed, over what is loaded. True values stay in a private file of the
build. Then all values together, with everything that was published before, go
through disclosure control under the policy's thresholds, and what may be seen
is written into the marts, which 'weir publish' makes visible.

A run that was cut short is finished by the same command.`,
		Example: "  weir metrics run\n  weir metrics run -o json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.writing(cmd.Context(), cmd, func(ctx context.Context, l *etl.Loader) error {
				r, err := a.runMetrics(ctx, l)
				if err != nil {
					return err
				}
				return a.printRanMetrics(r)
			})
		},
	}
}

// ranMetrics is what `weir metrics run` prints.
type ranMetrics struct {
	Metrics []metricsrun.Run `json:"metrics"`
	metricsrun.Publication
}

// runMetrics computes and protects the metrics.
func (a *app) runMetrics(ctx context.Context, l *etl.Loader) (out ranMetrics, err error) {
	registry, err := a.registry(ctx)
	if err != nil {
		return out, err
	}
	rulings, err := a.thresholds(ctx)
	if err != nil {
		return out, err
	}
	revisions, err := l.Revisions(ctx)
	if err != nil {
		return out, err
	}
	bar := a.progress(-1, "metrics")
	defer bar.Close() //nolint:errcheck // a picture
	runner := &metricsrun.Runner{
		Build: l.Home.Build(), Catalog: l.Catalog, Registry: registry, Revisions: revisions,
		Engine: l.Engine, Program: l.Program, Now: a.now,
		Progress: func(done, total int, what string) {
			bar.ChangeMax(total)
			bar.Describe(what)
			_ = bar.Set(done) //nolint:errcheck // a picture
		},
	}
	if out.Metrics, err = runner.Run(ctx); err != nil {
		return out, err
	}
	rules := metricsrun.Rules{Thresholds: rulings.Thresholds(), Revision: rulings.Revision()}
	if rules.Minimum, err = rulings.Declassified(); err != nil {
		return out, err
	}
	if rules.Earlier, err = a.releases(""); err != nil {
		return out, err
	}
	if out.Publication, err = runner.Protect(ctx, out.Metrics, rules); err != nil {
		return out, err
	}
	if err := a.publishStudies(ctx); err != nil {
		return out, err
	}
	return out, a.recordMetrics(ctx, out)
}

// releases reads what readers of snapshots may know, up to the one named or of
// all.
func (a *app) releases(last string) (out []disclosure.Release, err error) {
	texts, err := snapshot.In(a.config.Home).Releases(last)
	for _, text := range texts {
		var of []disclosure.Release
		if err := json.Unmarshal(text, &of); err != nil {
			return nil, fmt.Errorf("read an earlier release: %w", err)
		}
		out = append(out, of...)
	}
	return out, err
}

// recordMetrics puts a run on the audit log, unless it changed nothing.
func (a *app) recordMetrics(ctx context.Context, r ranMetrics) error {
	computed := 0
	for _, m := range r.Metrics {
		if m.State == metricsrun.Computed {
			computed++
		}
	}
	if computed == 0 && len(r.Marts) == 0 {
		return nil
	}
	return a.record(ctx, audit.KindMetrics, "weir metrics run", nil, map[string]string{
		"computed": strconv.Itoa(computed), "published": strconv.Itoa(r.Published), "banded": strconv.Itoa(r.Banded), "suppressed": strconv.Itoa(r.Suppressed),
	})
}

func (a *app) printRanMetrics(r ranMetrics) error {
	if a.config.Output == formatJSON {
		return a.print(r)
	}
	type line struct {
		Metric  string           `json:"metric"`
		Family  string           `json:"family"`
		State   metricsrun.State `json:"state"`
		Cells   int64            `json:"cells"`
		Seconds string           `json:"seconds"`
	}
	lines := make([]line, len(r.Metrics))
	for i, m := range r.Metrics {
		lines[i] = line{m.Metric, m.Family, m.State, m.Cells, fmt.Sprintf("%.2f", m.Seconds)}
	}
	return errors.Join(a.print(lines), a.say("\n%s\n", r.summary()))
}

// summary says in a line what a run did.
func (r ranMetrics) summary() string {
	computed := 0
	for _, m := range r.Metrics {
		if m.State == metricsrun.Computed {
			computed++
		}
	}
	marts := "the marts are as they were"
	if len(r.Marts) > 0 {
		marts = "written: " + join(r.Marts)
	}
	return fmt.Sprintf("%d of %d metrics computed; %d values published, %d banded, %d suppressed; %s", computed, len(r.Metrics), r.Published, r.Banded, r.Suppressed, marts)
}
