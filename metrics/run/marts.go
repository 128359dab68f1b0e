package run

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/weir-warehouse/weir/metrics"
	"github.com/weir-warehouse/weir/metrics/disclosure"
	"github.com/weir-warehouse/weir/metrics/mart"
	"github.com/weir-warehouse/weir/sql/duck"
	"github.com/weir-warehouse/weir/sql/snapshot"
)

// Owner is how marts name who writes the metrics' relations.
const Owner = "metrics"

// Publication is what protection made of the values.
type Publication struct {
	Marts      []string             `json:"marts"` // whose content changed
	Published  int                  `json:"published"`
	Banded     int                  `json:"banded"`
	Suppressed int                  `json:"suppressed"`
	Releases   []disclosure.Release `json:"-"` // by mart, in the order of their protection
}

// Protect puts the values of all metrics under disclosure control, together, and
// writes what may be seen of them into the marts. The caller holds the writer's
// lock, and has run Run.
func (r *Runner) Protect(ctx context.Context, runs []Run, rules Rules) (p Publication, err error) {
	s, err := r.open(ctx)
	if err != nil {
		return p, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	cells, err := s.cells(ctx, r.Registry.Metrics())
	if err != nil {
		return p, err
	}
	if err := s.price(ctx, r.Registry, cells); err != nil {
		return p, err
	}
	if p.Releases, err = s.protect(ctx, cells, r.marts(), runs, rules); err != nil {
		return p, fmt.Errorf("disclosure control: %w", err)
	}
	for _, c := range cells {
		switch c.shown.status {
		case disclosure.Published:
			p.Published++
		case disclosure.InBand:
			p.Banded++
		default:
			p.Suppressed++
		}
	}
	if err := s.stage(ctx, cells, runs, rules, r.Program); err != nil {
		return p, err
	}
	if p.Marts, err = (mart.Build{Dir: r.Build}).Update(ctx, s.conn, Owner, r.relations(cells, runs, rules)); err != nil {
		return p, err
	}
	return p, r.keepReleases(p.Releases)
}

// ReleaseFile is the file of the build with what protection made of the values.
const ReleaseFile = "release.json"

// keepReleases writes what readers will know, for the next snapshot and all later
// runs.
func (r *Runner) keepReleases(releases []disclosure.Release) error {
	text, err := json.Marshal(releases)
	if err != nil {
		return err
	}
	path := filepath.Join(r.Build, ReleaseFile)
	if err := os.WriteFile(path+".partial", text, 0o600); err != nil {
		return err
	}
	return os.Rename(path+".partial", path)
}

// marts names the mart of each family.
func (r *Runner) marts() map[string]string {
	out := map[string]string{}
	for _, f := range r.Registry.Families() {
		out[f.Name] = f.Mart
	}
	return out
}

// chunk is how many rows are handed to the engine at once.
const chunk = 4096

// stage puts the published rows into a temporary table, as metric_value has them.
func (s *store) stage(ctx context.Context, cells []*cell, runs []Run, rules Rules, program string) error {
	data := map[string]string{}
	for _, r := range runs {
		data[r.Metric] = r.Data
	}
	columns := make([]string, len(tidyColumns))
	for i, c := range tidyColumns {
		columns[i] = duck.Ident(c.Name) + " " + c.Type
	}
	if err := s.exec(ctx, "CREATE OR REPLACE TEMP TABLE published ("+strings.Join(columns, ", ")+")"); err != nil {
		return err
	}
	for part := range slices.Chunk(cells, chunk) {
		rows := make([][]driver.Value, len(part))
		for i, c := range part {
			row, err := c.tidyRow()
			if err != nil {
				return err
			}
			rows[i] = append(row, Short(data[c.metric.ID]), rules.Revision, program)
		}
		if err := duck.Append(s.conn, "temp", "published", rows); err != nil {
			return fmt.Errorf("stage the values: %w", err)
		}
	}
	return nil
}

// Short is how people are shown a digest of data.
func Short(digest string) string { return digest[:min(16, len(digest))] }

// tidyRow is what is published of a cell, by tidyColumns but for the last three.
func (c *cell) tidyRow() (row []driver.Value, err error) {
	p := c.shown
	row = append(make([]driver.Value, 0, len(tidyColumns)), c.metric.ID, c.metric.Family)
	for _, k := range c.keys {
		row = append(row, unless(k.String == "", k.String))
	}
	row = append(row, unless(!c.breakdown.Valid, c.breakdown.String), unless(!c.breakdown.Valid, c.category.String), unless(!c.order.Valid, c.order.Float64))
	for _, day := range []sql.NullString{c.start, c.end} {
		var date any
		if day.Valid {
			if date, err = time.Parse(time.DateOnly, day.String); err != nil {
				return nil, fmt.Errorf("metric %s: period: %w", c.metric.ID, err)
			}
		}
		row = append(row, date)
	}
	row = append(row, known(p.value), known(p.low), known(p.high), unless(p.low == nil || !c.method.Valid, c.method.String), known(p.people), known(p.schools),
		known(p.numerator), known(p.denominator), c.unit, unless(c.prices == "", c.prices), string(p.status), unless(p.rule == "", p.rule), p.words)
	return row, nil
}

// unless is a value, or NULL.
func unless(null bool, v any) driver.Value {
	if null {
		return nil
	}
	return v
}

func known[T any](v *T) driver.Value {
	if v == nil {
		return nil
	}
	return *v
}

// relations describes what goes into the marts: a part of metric_value for each
// mart, and one wide relation for each family.
func (r *Runner) relations(cells []*cell, runs []Run, rules Rules) []mart.Relation {
	made := r.made(cells, runs, rules)
	var out []mart.Relation
	byMart := map[string][]*metrics.Metric{}
	for _, f := range r.Registry.Families() {
		byMart[f.Mart] = append(byMart[f.Mart], f.Metrics...)
		out = append(out, r.wide(f))
	}
	for name, of := range byMart {
		relation := r.tidy(name, of)
		for _, m := range of {
			run := made[m.ID]
			run.Mart = name
			relation.Runs = append(relation.Runs, run)
		}
		out = append(out, relation)
	}
	return out
}

// made says of each metric what its values were made from.
func (r *Runner) made(cells []*cell, runs []Run, rules Rules) map[string]snapshot.MetricRun {
	out := map[string]snapshot.MetricRun{}
	for _, run := range runs {
		out[run.Metric] = snapshot.MetricRun{Metric: run.Metric, Family: run.Family, Data: Short(run.Data), Policy: rules.Revision, Program: r.Program}
	}
	for _, c := range cells {
		run := out[c.metric.ID]
		run.Cells++
		if c.shown.status == disclosure.Suppressed {
			run.Suppressed++
		}
		out[c.metric.ID] = run
	}
	return out
}

// tidy is the part of metric_value in a mart: all families that lie there.
func (r *Runner) tidy(name string, of []*metrics.Metric) mart.Relation {
	relation := mart.Relation{
		Name: metrics.Tidy, Mart: name, Part: true, Columns: tidyColumns, Key: tidyKey, Inputs: r.inputs(of),
		Description: "Every value of every metric, one row for each combination of dimensions, after disclosure control. NULL in a dimension stands for all.",
	}
	ids := make([]string, len(of))
	for i, m := range of {
		ids[i] = duck.Literal(m.ID)
		relation.Tags = append(relation.Tags, m.Tags...)
	}
	slices.Sort(relation.Tags)
	relation.Tags = slices.Compact(relation.Tags)
	relation.Rows = fmt.Sprintf("SELECT * FROM temp.main.published WHERE metric IN (%s) ORDER BY %s", strings.Join(ids, ", "), strings.Join(tidyKey, ", "))
	return relation
}

// inputs are the revisions of the datasets that metrics read.
func (r *Runner) inputs(of []*metrics.Metric) map[string]string {
	out := map[string]string{}
	for _, m := range of {
		for _, d := range m.Datasets {
			out[d] = r.Revisions[d]
		}
	}
	return out
}

// wide is a family's relation: a row for each combination of dimensions, and for
// each metric its value, interval, people and words.
func (r *Runner) wide(f metrics.Family) mart.Relation {
	relation := mart.Relation{
		Name: f.Name, Mart: f.Mart, Tags: f.Tags, Key: tidyKey[1:], Inputs: r.inputs(f.Metrics),
		Description: "Metrics side by side, one row for each combination of dimensions, after disclosure control: " + titles(f.Metrics) + ". NULL in a dimension stands for all.",
	}
	keys := append(slices.Clone(tidyKey[1:]), "category_order", "period_start", "period_end")
	money := slices.ContainsFunc(f.Metrics, priced)
	for _, c := range tidyColumns {
		if slices.Contains(keys, c.Name) {
			relation.Columns = append(relation.Columns, c)
		}
	}
	names := make([]string, len(relation.Columns))
	for i, c := range relation.Columns {
		names[i] = c.Name
	}
	list := strings.Join(names, ", ")
	var sql strings.Builder
	sql.WriteString("SELECT " + list)
	if money {
		i := slices.IndexFunc(tidyColumns, func(c mart.Column) bool { return c.Name == "price_year" })
		relation.Columns = append(relation.Columns, tidyColumns[i])
		sql.WriteString(", any_value(price_year)")
	}
	for _, m := range f.Metrics {
		relation.Columns = append(relation.Columns, wideColumns(m)...)
		for _, of := range []string{"value", "ci_low", "ci_high", "n", "shown"} {
			fmt.Fprintf(&sql, ", any_value(%s) FILTER (metric = %s)", of, duck.Literal(m.ID))
		}
	}
	relation.Rows = fmt.Sprintf("%s FROM temp.main.published WHERE family = %s GROUP BY %s ORDER BY %[3]s", sql.String(), duck.Literal(f.Name), list)
	return relation
}

func titles(of []*metrics.Metric) string {
	words := make([]string, len(of))
	for i, m := range of {
		words[i] = m.Title
	}
	return strings.Join(words, "; ")
}
