package run

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"github.com/weir-warehouse/weir/metrics"
	"github.com/weir-warehouse/weir/metrics/method"
)

// cell is one combination of dimensions of a metric, with its true values and
// what is published of them.
type cell struct {
	metric     *metrics.Metric
	keys       []sql.NullString // by method.Dimensions
	breakdown  sql.NullString
	category   sql.NullString
	order      sql.NullFloat64
	unit       string // of the value
	prices     string // where it is money: the years whose prices it is in
	start, end sql.NullString

	value, low, high, numerator, denominator sql.NullFloat64
	method                                   sql.NullString
	people, schools                          int64
	largest                                  []float64
	residual                                 sql.NullInt64

	shown published
}

// at returns the values of the dimensions, "" for all.
func (c *cell) at() []string {
	out := make([]string, len(c.keys))
	for i, k := range c.keys {
		out[i] = k.String
	}
	return out
}

// cells reads the true values of the metrics, in an order that depends on nothing
// but their keys.
func (s *store) cells(ctx context.Context, of []*metrics.Metric) ([]*cell, error) {
	byID := map[string]*metrics.Metric{}
	for _, m := range of {
		byID[m.ID] = m
	}
	keys := slices.Concat(method.Dimensions, method.Breakdown)
	rows, err := s.conn.QueryContext(ctx, fmt.Sprintf(`SELECT metric, period_start::VARCHAR, period_end::VARCHAR, %s,
		value, ci_low, ci_high, ci_method, n, n_schools, numerator, denominator, array_to_string(largest, ' '), residual_df
		FROM metrics.value ORDER BY metric, %[1]s`, strings.Join(keys, ", ")))
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	var out []*cell
	for rows.Next() {
		c := &cell{keys: make([]sql.NullString, len(method.Dimensions))}
		var id string
		var largest sql.NullString
		into := []any{&id, &c.start, &c.end}
		for i := range c.keys {
			into = append(into, &c.keys[i])
		}
		into = append(into, &c.breakdown, &c.category, &c.order, &c.value, &c.low, &c.high, &c.method,
			&c.people, &c.schools, &c.numerator, &c.denominator, &largest, &c.residual)
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		if c.metric = byID[id]; c.metric == nil {
			continue
		}
		c.unit = c.metric.Unit
		if c.largest, err = numbers(largest.String); err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, rows.Err()
}

func numbers(text string) (out []float64, err error) {
	for word := range strings.FieldsSeq(text) {
		var n float64
		if _, err := fmt.Sscan(word, &n); err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	return out, nil
}
