package method

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"slices"
	"strings"
)

// cell is one combination of dimensions, with the sums of its clusters: those
// of each school, or, where there is one school only, of each person.
type cell struct {
	keys     []any // of Dimensions and Breakdown
	n        int64
	schools  int64
	clusters [][]float64 // sums, in units and not millionths, in the order of clusters' keys
	by       string      // what a cluster is
}

// sums are the totals over clusters, without one of them if it is not negative.
func (c cell) sums(without int) []float64 {
	total := make([]float64, len(c.clusters[0]))
	for g, sums := range c.clusters {
		if g == without {
			continue
		}
		for i, s := range sums {
			total[i] += s
		}
	}
	return total
}

// clusters reads the cells with the sums of their clusters. Cells come in the
// order of their keys, and clusters in the order of theirs, so that doubles are
// added in one order whatever the engine did. People counts those of a cell from
// m1, m2, … of each person who.
func (in Input) clusters(ctx context.Context, keep string, optional, sums []string, people string) ([]cell, error) {
	if err := in.statements(ctx, in.gather(keep, optional, sums)); err != nil {
		return nil, err
	}
	keys := strings.Join(slices.Concat(Dimensions, Breakdown), ", ")
	names, totals := sumNames(len(sums)), make([]string, len(sums))
	for i, m := range names {
		totals[i] = fmt.Sprintf("sum(%s) AS %s", m, m)
	}
	rows, err := in.DB.QueryContext(ctx, fmt.Sprintf(`WITH person AS (SELECT %s, school, who, %s FROM %s %s),
		cell AS (SELECT %s, %s AS n, count(DISTINCT school) AS schools FROM person GROUP BY ALL),
		cluster AS (SELECT person.* EXCLUDE (school, who, %s), coalesce(school, '') AS school, CASE WHEN schools > 1 THEN '' ELSE CAST(who AS VARCHAR) END AS who,
			any_value(n) AS n, any_value(schools) AS schools, %s FROM person JOIN cell ON %s GROUP BY ALL)
		SELECT %s, n, schools, %s FROM cluster ORDER BY %s, school, who`,
		in.Keys(), strings.Join(totals, ", "), partTable, in.GroupBy("school", "who"), keys, people, strings.Join(names, ", "), strings.Join(totals, ", "), SameKeys("person", "cell"),
		keys, "CAST("+strings.Join(names, " AS DOUBLE) / 1e6, CAST(")+" AS DOUBLE) / 1e6", keys))
	if err != nil {
		return nil, fmt.Errorf("sums by cluster: %w", err)
	}
	defer rows.Close() //nolint:errcheck // rows.Err says it
	cells, err := in.scan(rows, len(sums))
	if err != nil {
		return nil, err
	}
	return cells, in.statements(ctx, "DROP TABLE "+partTable)
}

// scan reads cells from rows of clusters.
func (in Input) scan(rows *sql.Rows, sums int) ([]cell, error) {
	person, _, _ := strings.Cut(in.Person, "_")
	var cells []cell
	for rows.Next() {
		c := cell{keys: make([]any, len(Dimensions)+len(Breakdown)), by: "school"}
		of := make([]float64, sums)
		into := make([]any, 0, len(c.keys)+2+sums)
		for i := range c.keys {
			into = append(into, &c.keys[i])
		}
		into = append(into, &c.n, &c.schools)
		for i := range of {
			into = append(into, &of[i])
		}
		if err := rows.Scan(into...); err != nil {
			return nil, fmt.Errorf("sums by cluster: %w", err)
		}
		if c.schools < 2 {
			c.by = person
		}
		if len(cells) == 0 || !slices.Equal(cells[len(cells)-1].keys, c.keys) {
			cells = append(cells, c)
		}
		last := &cells[len(cells)-1]
		last.clusters = append(last.clusters, of)
	}
	return cells, rows.Err()
}

func sumNames(k int) []string {
	names := make([]string, k)
	for i := range names {
		names[i] = fmt.Sprintf("m%d", i+1)
	}
	return names
}

// figure is a value of a cell.
type figure struct {
	cell
	category               string // in a breakdown that the method makes; empty: the cell's own
	breakdown              string
	order                  float64
	value, low, high       float64 // NaN or infinite: none
	label                  string  // of the interval
	numerator, denominator float64
	df                     int64 // of a model; 0: none
}

// store writes figures whose value is finite.
func (in Input) store(ctx context.Context, figures []figure) error {
	columns := slices.Concat(Dimensions, Breakdown, []string{"value", "ci_low", "ci_high", "ci_method", "n", "n_schools", "numerator", "denominator", "residual_df"})
	statement := fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s?)", in.Into, strings.Join(columns, ", "), strings.Repeat("?, ", len(columns)-1))
	for _, f := range figures {
		if nullable(f.value) == nil {
			continue
		}
		values := slices.Clone(f.keys)
		if f.breakdown != "" {
			copy(values[len(Dimensions):], []any{f.breakdown, f.category, f.order})
		}
		var label, df any
		if low, high := nullable(f.low), nullable(f.high); low != nil || high != nil {
			label = f.label
		}
		if f.df > 0 {
			df = f.df
		}
		values = append(values, nullable(f.value), nullable(f.low), nullable(f.high), label, f.n, f.schools, nullable(f.numerator), nullable(f.denominator), df)
		if _, err := in.DB.ExecContext(ctx, statement, values...); err != nil {
			return fmt.Errorf("store values: %w", err)
		}
	}
	return nil
}

// nullable rounds a finite number to nine decimals; others are NULL.
func nullable(x float64) any {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return nil
	}
	if math.Abs(x) > 1e9 {
		return x
	}
	return math.Round(x*1e9) / 1e9
}
