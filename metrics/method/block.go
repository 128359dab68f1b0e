package method

import (
	"context"
	"database/sql/driver"
	"math"
	"slices"
	"strings"

	"github.com/weir-warehouse/weir/sql/duck"
)

// cell is one combination of dimensions, with the sums of its clusters: those
// of each school, or, where there is one school only, of each person.
type cell struct {
	keys     []any // of Dimensions and Breakdown
	n        int64
	units    int64 // rows
	schools  int64
	clusters [][]float64 // sums, in units and not millionths, in the order of clusters' names
	total    []float64
	by       string // what a cluster is
}

// sums are the totals over clusters, without one of them if it is not negative.
func (c cell) sums(without int) []float64 {
	total := slices.Clone(c.total)
	if without >= 0 {
		for i, s := range c.clusters[without] {
			total[i] -= s
		}
	}
	return total
}

// clusters reads the cells with the sums of their clusters, and has the figures of each
// stated, several at once. A condition says which unit rows count; sums are
// expressions of rows that are integers, in millionths. People of a cell are those
// with a positive sum, the fewest of any that are named by their places; all, if none
// is.
func (in Input) clusters(ctx context.Context, keep string, optional, sums []string, people []int, state func(c cell) []figure) ([]figure, error) {
	u, err := in.read(ctx, keep, optional, sums)
	if err != nil {
		return nil, err
	}
	return in.tally(u, tally{size: len(sums), people: people, tell: in.Counted, add: func(into []sum, row int32) {
		for i, values := range u.sums {
			into[i].add(values[row])
		}
	}}, state), nil
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
func (in Input) store(figures []figure) error {
	rows := make([][]driver.Value, 0, len(figures))
	for _, f := range figures {
		if nullable(f.value) == nil {
			continue
		}
		row := make([]driver.Value, 0, len(Dimensions)+len(Breakdown)+10)
		for _, k := range f.keys {
			row = append(row, k)
		}
		if f.breakdown != "" {
			copy(row[len(Dimensions):], []driver.Value{f.breakdown, f.category, f.order})
		}
		var label, df any
		if low, high := nullable(f.low), nullable(f.high); low != nil || high != nil {
			label = f.label
		}
		if f.df > 0 {
			df = f.df
		}
		if in.Person == "" {
			f.n = 0
		}
		rows = append(rows, append(row, nullable(f.value), nullable(f.low), nullable(f.high), label, f.n, f.schools,
			nullable(f.numerator), nullable(f.denominator), nil, df))
	}
	return duck.Append(in.DB, "temp", strings.TrimPrefix(in.Into, "temp.main."), rows)
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
