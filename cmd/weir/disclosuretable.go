package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/weir-warehouse/weir/metrics/disclosure"
	"github.com/weir-warehouse/weir/policy"
)

// allOf is the category of totals in the tables that are judged.
const allOf = "total"

// checkedTable is a file's table with the categories as they are written.
type checkedTable struct {
	disclosure.Table

	columns    []string   // of the dimensions, each level one
	categories [][]string // by cell and column, "" for a total
	scale      float64    // of amounts
	others     []string   // columns that no option names
	rest       [][]string // by cell, their values
}

// label names a cell for people.
func (t *checkedTable) label(cell int) string {
	var parts []string
	for i, column := range t.columns {
		if v := t.categories[cell][i]; v != "" {
			parts = append(parts, column+"="+v)
		}
	}
	if len(parts) == 0 {
		return allOf
	}
	return strings.Join(parts, ", ")
}

// levels are the columns of the dimensions.
func (o checkOptions) levels() []string {
	var out []string
	for _, d := range o.dims {
		out = append(out, strings.Split(d, "/")...)
	}
	return out
}

// numeric are the columns that must be numbers.
func (o checkOptions) numeric() []string {
	columns := append([]string{o.people, o.groups, o.count, o.amount, o.freedom}, o.largest...)
	return slices.DeleteFunc(columns, func(name string) bool { return name == "" })
}

// readTable reads a file as a table.
func (a *app) readTable(ctx context.Context, path string, o checkOptions) (t checkedTable, err error) {
	all := func(s *arrow.Schema) ([]int, error) {
		for _, name := range append(o.levels(), o.numeric()...) {
			if !s.HasField(name) {
				return nil, policy.Errorf(policy.Usage, "it has no column %s, but %s", name, strings.Join(fieldNames(s), ", "))
			}
		}
		out := make([]int, s.NumFields())
		for i := range out {
			out[i] = i
		}
		return out, nil
	}
	columns := fileColumns{all, func(name string) bool { return !slices.Contains(o.numeric(), name) }}
	err = a.openTable(ctx, path, columns, func(r batchReader) error {
		b := newTableBuilder(o, r.Schema())
		for {
			batch, err := r.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				return unreadable(err)
			}
			err = b.add(batch)
			batch.Release()
			if err != nil {
				return err
			}
		}
		t, err = b.table()
		return err
	})
	return t, err
}

func fieldNames(s *arrow.Schema) []string {
	return each(s.Fields(), func(f arrow.Field) string { return f.Name })
}

// tableBuilder makes a table of rows.
type tableBuilder struct {
	o       checkOptions
	t       checkedTable
	place   map[string]int // of columns
	parents []map[string]string
	amounts [][]float64 // by cell: the amount, then the largest contributions
}

func newTableBuilder(o checkOptions, s *arrow.Schema) *tableBuilder {
	b := &tableBuilder{o: o, place: map[string]int{}, t: checkedTable{columns: o.levels(), scale: 1}}
	for i, name := range fieldNames(s) {
		b.place[name] = i
		if !slices.Contains(append(o.levels(), o.numeric()...), name) {
			b.t.others = append(b.t.others, name)
		}
	}
	for range o.dims {
		b.parents = append(b.parents, map[string]string{})
	}
	return b
}

// add adds the rows of a batch. Errors name rows and columns, never values.
func (b *tableBuilder) add(batch arrow.RecordBatch) error {
	for i := range int(batch.NumRows()) {
		row := len(b.t.Cells) + 1
		cell := disclosure.Cell{}
		var written []string
		for k, d := range b.o.dims {
			values := each(strings.Split(d, "/"), func(name string) string { return b.word(batch, name, i) })
			category, ok := b.category(k, values)
			if !ok {
				return policy.Errorf(policy.DataRefused, "row %d, %s: a category without the one above it", row, d)
			}
			cell.At, written = append(cell.At, category), append(written, values...)
		}
		numbers, err := b.numbers(batch, i)
		if err != nil {
			return policy.Errorf(policy.DataRefused, "row %d, %w", row, err)
		}
		cell.People, cell.Groups = int64(numbers[b.o.people]), int64(numbers[b.o.groups])
		cell.Count, cell.ResidualDF = int64(numbers[b.o.count]), int64(numbers[b.o.freedom])
		b.t.Cells = append(b.t.Cells, cell)
		b.t.categories = append(b.t.categories, written)
		amounts := append([]string{b.o.amount}, b.o.largest...)
		b.amounts = append(b.amounts, each(amounts, func(name string) float64 { return numbers[name] }))
		b.t.rest = append(b.t.rest, each(b.t.others, func(name string) string { return spell(batch.Column(b.place[name]), i, "") }))
	}
	return nil
}

// word is what a row says in a column of a dimension, nothing for a total.
func (b *tableBuilder) word(batch arrow.RecordBatch, column string, row int) string {
	totals := b.o.totals
	if len(totals) == 0 {
		totals = []string{"total", "all", "overall"}
	}
	word := strings.TrimSpace(spell(batch.Column(b.place[column]), row, ""))
	if slices.ContainsFunc(totals, func(t string) bool { return strings.EqualFold(t, word) }) {
		return ""
	}
	return word
}

// category joins the levels of a dimension that are named, and notes what is
// above what; false if one is named below one that is not.
func (b *tableBuilder) category(dimension int, levels []string) (string, bool) {
	at := allOf
	for i, v := range levels {
		switch {
		case v == "":
			continue
		case i > 0 && levels[i-1] == "":
			return "", false
		case i == 0:
			at = v
			continue
		}
		b.parents[dimension][at+"/"+v] = at
		at += "/" + v
	}
	return at, true
}

// numbers reads the numbers of a row.
func (b *tableBuilder) numbers(batch arrow.RecordBatch, row int) (map[string]float64, error) {
	out := map[string]float64{}
	for _, name := range b.o.numeric() {
		column, ok := batch.Column(b.place[name]).(*array.Float64)
		if !ok || column.IsNull(row) {
			return nil, fmt.Errorf("column %s: want a number", name)
		}
		v := column.Value(row)
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("column %s: want a number", name)
		}
		if whole := name != b.o.amount && !slices.Contains(b.o.largest, name); whole && (v != math.Trunc(v) || math.Abs(v) > largestWhole) {
			return nil, fmt.Errorf("column %s: want a whole number", name)
		}
		out[name] = v
	}
	return out, nil
}

// largestWhole is beyond any number of people, and within what doubles count.
const largestWhole = 1e12

// table is what was read.
func (b *tableBuilder) table() (checkedTable, error) {
	t := &b.t
	if len(t.Cells) == 0 {
		return *t, policy.Errorf(policy.DataRefused, "it has no row; a table to be judged has one for each cell")
	}
	t.Population, t.Person, t.Group = b.o.population, b.o.person, b.o.group
	for k, d := range b.o.dims {
		t.Dimensions = append(t.Dimensions, disclosure.Dimension{
			Name: d, Total: allOf, Parents: b.parents[k], Overlapping: slices.Contains(b.o.overlapping, d),
		})
	}
	t.Measure = disclosure.Measure{Name: cmp.Or(b.o.count, b.o.amount, b.o.freedom, b.o.people), Kind: disclosure.Counts}
	switch {
	case b.o.count != "":
		t.Measure.Kind = disclosure.Rates
	case b.o.freedom != "":
		t.Measure.Kind = disclosure.Estimates
	case b.o.amount != "":
		t.Measure.Kind = disclosure.Amounts
		return *t, b.scale()
	}
	return *t, nil
}

// scale makes amounts whole numbers of the smallest unit in the file, down to a
// ten-thousandth.
func (b *tableBuilder) scale() error {
	t := &b.t
	units := func(v float64) (int64, bool) {
		n := math.Round(v * t.scale)
		return int64(n), math.Abs(n-v*t.scale) < 1e-6*max(1, math.Abs(n))
	}
	for fine := false; !fine && t.scale < 1e4; {
		fine = !slices.ContainsFunc(b.amounts, func(cell []float64) bool {
			return slices.ContainsFunc(cell, func(v float64) bool { _, ok := units(v); return !ok })
		})
		if !fine {
			t.scale *= 10
		}
	}
	for k, cell := range b.amounts {
		for i, v := range cell {
			n, ok := units(v)
			if math.Abs(v*t.scale) > 1e14 {
				return policy.Errorf(policy.DataRefused, "row %d, column %s: the amount is too large; give it in a larger unit", k+1, b.o.amount)
			}
			t.Measure.Rounded = t.Measure.Rounded || !ok
			if i == 0 {
				t.Cells[k].Amount = n
			} else {
				t.Cells[k].Largest = append(t.Cells[k].Largest, n)
			}
		}
	}
	var err error
	t.Measure.Least, err = b.bound("least", b.o.least)
	if err == nil {
		t.Measure.Most, err = b.bound("most", b.o.most)
	}
	return err
}

// bound reads what one person contributes at least or at most.
func (b *tableBuilder) bound(flag, text string) (*int64, error) {
	if text == "" {
		return nil, nil //nolint:nilnil // readers know of no bound
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return nil, policy.Errorf(policy.Usage, "--%s %q is not a number", flag, text)
	}
	n := int64(math.Round(v * b.t.scale))
	return &n, nil
}
